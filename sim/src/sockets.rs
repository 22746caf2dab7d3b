//! Sockets to the signalling servers: they keep the order of what they carry, they can be slow,
//! and they can look open when nothing arrives any more.

use crate::server::{PeerServer, Wire};
use crate::world::{What, World};
use peerjs::endpoint::{Input as EndpointInput, SocketId, SocketInput};

/// The longest that a slow server takes for a frame, in milliseconds.
const SLOWEST: u64 = 30_000;

/// A signalling server and the way to it.
#[derive(Debug, Default)]
pub struct Service {
    /// What answers.
    pub peer: PeerServer,
    /// Until when it is slow.
    pub slow_until: u64,
}

impl Service {
    /// It works again.
    pub(crate) fn heal(&mut self) {
        self.slow_until = 0;
        self.peer.down = false;
        self.peer.refuses = false;
    }
}

/// A socket that is open at both ends.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) server: usize,
    lag: u64,
    /// When the last frame arrives up there, and down here: nothing overtakes.
    up: u64,
    down: u64,
}

/// The host names of the servers, first choice first.
pub(crate) const HOSTS: [&str; 2] = ["one.example", "two.example"];

fn field(url: &str, name: &str) -> String {
    let value = url.split_once(name).map_or("", |(_, rest)| rest);
    value.split('&').next().unwrap_or_default().to_owned()
}

impl World {
    /// The sockets of a device carry nothing any more. The server hears of it where the device
    /// still can say so; the device itself is not told.
    pub(crate) fn cut_sockets(&mut self, index: usize, hang_up: bool) {
        let (from, to) = ((index, 0, 0), (index + 1, 0, 0));
        let sockets = self.connections.sockets.range(from..to);
        let wires: Vec<(Wire, usize)> = sockets.map(|(wire, s)| (*wire, s.server)).collect();
        for (wire, server) in wires {
            self.connections.sockets.remove(&wire);
            self.connections.dead.insert(wire);
            if hang_up {
                self.later(100, What::Hangup(server, wire));
            }
        }
    }

    pub(crate) fn connect(&mut self, wire: Wire, url: &str) {
        let (index, generation, socket) = wire;
        let offline = self.devices.get(index).is_none_or(|device| device.offline);
        let say = |input| {
            let input = EndpointInput::Socket(SocketId(socket), input);
            What::Endpoint(index, generation, input)
        };
        let server = HOSTS.iter().position(|host| url.contains(host));
        let server = server.unwrap_or(0);
        if offline || self.servers.get(server).is_none_or(|s| s.peer.down) {
            return self.later(1_000, say(SocketInput::Closed));
        }
        let lag = self.random.within(5, 80);
        let (up, down) = (0, 0);
        let open = Socket {
            server,
            lag,
            up,
            down,
        };
        self.connections.sockets.insert(wire, open);
        let (id, token) = (field(url, "&id="), field(url, "&token="));
        self.upwards(wire, What::Connect(server, wire, id, token));
        self.later(lag, say(SocketInput::Opened));
    }

    fn extra(&mut self, server: usize) -> u64 {
        let slow = self.servers.get(server).map_or(0, |s| s.slow_until) > self.now;
        if slow {
            self.random.within(0, SLOWEST)
        } else {
            0
        }
    }

    /// Something goes to the server, behind what went before.
    pub(crate) fn upwards(&mut self, wire: Wire, what: What) {
        let Some(server) = self.connections.sockets.get(&wire).map(|s| s.server) else {
            return;
        };
        let (extra, now) = (self.extra(server), self.now);
        if let Some(socket) = self.connections.sockets.get_mut(&wire) {
            socket.up = socket.up.max(now + socket.lag + extra);
            let after = socket.up - now;
            self.later(after, what);
        }
    }

    /// A frame that the client sends.
    pub(crate) fn say_to_server(&mut self, wire: Wire, text: String) {
        if let Some(server) = self.connections.sockets.get(&wire).map(|s| s.server) {
            self.upwards(wire, What::Frame(server, wire, text));
        }
    }

    /// The client closes.
    pub(crate) fn disconnect(&mut self, wire: Wire) {
        if let Some(server) = self.connections.sockets.get(&wire).map(|s| s.server) {
            self.upwards(wire, What::Hangup(server, wire));
            self.connections.sockets.remove(&wire);
        }
    }

    /// What the servers have said goes on its way.
    pub(crate) fn deliver(&mut self) {
        for server in 0..self.servers.len() {
            let sent = self
                .servers
                .get_mut(server)
                .map(|s| std::mem::take(&mut s.peer.sent));
            for (wire, frame) in sent.into_iter().flatten() {
                self.downwards(
                    server,
                    wire,
                    frame.map_or(SocketInput::Closed, SocketInput::Frame),
                );
            }
        }
    }

    fn downwards(&mut self, server: usize, wire: Wire, input: SocketInput) {
        if self.connections.dead.contains(&wire) {
            return;
        }
        let (extra, now) = (self.extra(server), self.now);
        let socket = self.connections.sockets.get_mut(&wire);
        let after = socket.map_or(1, |socket| {
            socket.down = socket.down.max(now + socket.lag + extra);
            socket.down - now
        });
        let (device, generation, socket) = wire;
        let input = EndpointInput::Socket(SocketId(socket), input);
        self.later(after, What::Endpoint(device, generation, input));
    }
}
