//! Sockets to the signalling servers: they keep the order of what they carry, they can be slow,
//! and they can look open when nothing arrives any more.

use crate::context::Context;
use crate::event::Event;
use crate::server::{PeerServer, Wire};
use peerjs::endpoint::{Input, SocketId, SocketInput};
use std::collections::{BTreeMap, BTreeSet};

/// The longest that a slow server takes for a frame, in milliseconds.
const SLOWEST: u64 = 30_000;

/// The host names of the servers, first choice first.
pub const HOSTS: [&str; 2] = ["one.example", "two.example"];

/// A socket of no device.
const NOBODY: Wire = (usize::MAX, 0, 0);

/// A signalling server and the way to it.
#[derive(Debug, Default)]
pub struct Service {
    /// The server itself.
    pub peer: PeerServer,
    /// Until when it is slow.
    pub slow_until: u64,
}

impl Service {
    /// Makes it work again.
    pub fn heal(&mut self) {
        self.slow_until = 0;
        self.peer.down = false;
        self.peer.refuses = false;
    }
}

/// A socket that is open at both ends.
#[derive(Debug)]
struct Socket {
    server: usize,
    lag: u64,
    /// When the last frame arrives at the server and at the client: no frame overtakes another.
    up: u64,
    down: u64,
}

/// The signalling servers, and the sockets to them.
#[derive(Debug)]
pub struct Sockets {
    /// The signalling servers, first choice first.
    pub services: Vec<Service>,
    open: BTreeMap<Wire, Socket>,
    /// Sockets that look open and are not.
    dead: BTreeSet<Wire>,
    /// Those of somebody who holds an id and never answers.
    squatters: Vec<Wire>,
}

impl Sockets {
    /// This many servers, with no client.
    #[must_use]
    pub fn new(servers: usize) -> Self {
        Self {
            services: (0..servers).map(|_| Service::default()).collect(),
            open: BTreeMap::new(),
            dead: BTreeSet::new(),
            squatters: Vec::new(),
        }
    }

    /// Makes the sockets of a device carry nothing any more. The device is not told; with
    /// `hang_up` the servers are.
    pub fn cut(&mut self, ctx: &mut Context, device: usize, hang_up: bool) {
        let sockets = self.open.range((device, 0, 0)..(device + 1, 0, 0));
        let wires: Vec<(Wire, usize)> = sockets.map(|(wire, s)| (*wire, s.server)).collect();
        for (wire, server) in wires {
            self.open.remove(&wire);
            self.dead.insert(wire);
            if hang_up {
                ctx.later(100, Event::Hangup(server, wire));
            }
        }
    }

    /// Returns how many sockets a device has open.
    #[must_use]
    pub fn count(&self, device: usize) -> usize {
        self.open.range((device, 0, 0)..(device + 1, 0, 0)).count()
    }

    /// Whether a server holds an id of a device whose socket is dead: it does not hear of its end.
    #[must_use]
    pub fn is_half_open(&self, device: usize) -> bool {
        let mut held = self
            .services
            .iter()
            .flat_map(|service| service.peer.wires_of(device));
        held.any(|wire| self.dead.contains(&wire))
    }

    /// Opens a socket to the server of a URL.
    pub fn connect(&mut self, ctx: &mut Context, offline: bool, wire: Wire, url: &str) {
        let server = HOSTS.iter().position(|host| url.contains(host));
        let server = server.unwrap_or(0);
        if offline || self.services.get(server).is_none_or(|s| s.peer.down) {
            return ctx.later(1_000, to_client(wire, SocketInput::Closed));
        }
        let lag = ctx.random.within(5, 80);
        let (up, down) = (0, 0);
        let socket = Socket {
            server,
            lag,
            up,
            down,
        };
        self.open.insert(wire, socket);
        let (id, token) = (parameter(url, "&id="), parameter(url, "&token="));
        self.upwards(ctx, wire, |server| Event::Connect(server, wire, id, token));
        ctx.later(lag, to_client(wire, SocketInput::Opened));
    }

    /// Sends a frame of the client to its server.
    pub fn send(&mut self, ctx: &mut Context, wire: Wire, text: String) {
        self.upwards(ctx, wire, |server| Event::Frame(server, wire, text));
    }

    /// Closes a socket for its client.
    pub fn disconnect(&mut self, ctx: &mut Context, wire: Wire) {
        self.upwards(ctx, wire, |server| Event::Hangup(server, wire));
        self.open.remove(&wire);
    }

    /// A socket reaches a server.
    pub fn connected(&mut self, now: u64, server: usize, wire: Wire, id: &str, token: &str) {
        if let Some(server) = self.reached(server, wire) {
            server.connect(now, wire, id, token);
        }
    }

    /// A frame reaches a server.
    pub fn received(&mut self, now: u64, server: usize, wire: Wire, text: &str) {
        if let Some(server) = self.reached(server, wire) {
            server.receive(now, wire, text);
        }
    }

    /// A server hears that a socket is closed.
    pub fn hung_up(&mut self, server: usize, wire: Wire) {
        if let Some(server) = self.services.get_mut(server) {
            server.peer.closed(wire);
        }
    }

    /// Returns the ids that a device holds at any server.
    pub fn held_by(&self, device: usize) -> impl Iterator<Item = &str> {
        let servers = self.services.iter();
        servers.flat_map(move |server| server.peer.held_by(device))
    }

    /// Makes every server drop what has expired.
    pub fn sweep(&mut self, now: u64) {
        for server in &mut self.services {
            server.peer.sweep(now);
        }
    }

    /// Makes every server forget everything.
    pub fn restart_all(&mut self) {
        for server in &mut self.services {
            server.peer.restart();
        }
    }

    /// Makes every server work again.
    pub fn heal_all(&mut self) {
        self.services.iter_mut().for_each(Service::heal);
    }

    /// Lets an id be held at every server by a socket behind which nobody is.
    pub fn add_ghost(&mut self, now: u64, id: &str) {
        for server in &mut self.services {
            server.peer.connect(now, NOBODY, id, "ghost");
        }
        self.dead.insert(NOBODY);
    }

    /// Lets an id be held at every server by somebody who never answers; `number` is another one for each.
    pub fn add_squatter(&mut self, now: u64, id: &str, number: u32) {
        let wire = (usize::MAX, 1, number);
        for server in &mut self.services {
            server.peer.connect(now, wire, id, "squatter");
        }
        self.dead.insert(wire);
        self.squatters.push(wire);
    }

    /// Lets those hold their ids on.
    pub fn keep_squatters(&mut self, now: u64) {
        for server in &mut self.services {
            for wire in &self.squatters {
                server.peer.receive(now, *wire, r#"{"type":"HEARTBEAT"}"#);
            }
        }
    }

    /// Sends what the servers have said to their clients.
    pub fn deliver(&mut self, ctx: &mut Context) {
        for server in 0..self.services.len() {
            let service = self.services.get_mut(server);
            let sent = service.map(|s| std::mem::take(&mut s.peer.sent));
            for (wire, frame) in sent.unwrap_or_default() {
                let input = frame.map_or(SocketInput::Closed, SocketInput::Frame);
                self.downwards(ctx, server, wire, input);
            }
        }
    }

    /// Returns a server, where the socket to it is alive.
    fn reached(&mut self, server: usize, wire: Wire) -> Option<&mut PeerServer> {
        if self.dead.contains(&wire) {
            return None;
        }
        Some(&mut self.services.get_mut(server)?.peer)
    }

    fn extra_lag(&self, ctx: &mut Context, server: usize) -> u64 {
        let service = self.services.get(server);
        if service.is_some_and(|service| service.slow_until > ctx.now) {
            ctx.random.within(0, SLOWEST)
        } else {
            0
        }
    }

    fn upwards(&mut self, ctx: &mut Context, wire: Wire, event: impl FnOnce(usize) -> Event) {
        let Some(server) = self.open.get(&wire).map(|socket| socket.server) else {
            return;
        };
        let (extra, now) = (self.extra_lag(ctx, server), ctx.now);
        if let Some(socket) = self.open.get_mut(&wire) {
            socket.up = socket.up.max(now + socket.lag + extra);
            ctx.later(socket.up - now, event(server));
        }
    }

    fn downwards(&mut self, ctx: &mut Context, server: usize, wire: Wire, input: SocketInput) {
        if self.dead.contains(&wire) {
            return;
        }
        let (extra, now) = (self.extra_lag(ctx, server), ctx.now);
        let after = self.open.get_mut(&wire).map_or(1, |socket| {
            socket.down = socket.down.max(now + socket.lag + extra);
            socket.down - now
        });
        ctx.later(after, to_client(wire, input));
    }
}

fn to_client((device, generation, socket): Wire, input: SocketInput) -> Event {
    let input = Input::Socket(SocketId(socket), input);
    Event::Endpoint(device, generation, input)
}

fn parameter(url: &str, name: &str) -> String {
    let value = url.split_once(name).map_or("", |(_, rest)| rest);
    value.split('&').next().unwrap_or_default().to_owned()
}
