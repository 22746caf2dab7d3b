//! Peer connections between devices: what they carry, how they stall, and how they die.

use crate::server::Wire;
use crate::sockets::Socket;
use crate::world::{What, World};
use peerjs::candidate::Kind;
use peerjs::endpoint::{Input as EndpointInput, Output as EndpointOutput, RtcCommand, RtcInput};
use peerjs::event::ConnId;
use peerjs::path::RemoteCandidate;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use webext::mapping;

/// How long ICE takes to doubt a path that has died, and to give it up (measured in Chromium).
const ICE_SUSPECTS: u64 = 7_300;
const ICE_FAILS: u64 = 17_300;

/// Everything that connects devices.
#[derive(Debug, Default)]
pub struct Connections {
    pub(crate) sockets: BTreeMap<Wire, Socket>,
    /// Sockets that look open and are not.
    pub(crate) dead: BTreeSet<Wire>,
    ends: Vec<End>,
    numbers: BTreeMap<(usize, u64, ConnId), usize>,
}

/// One end of a peer connection.
#[derive(Debug)]
struct End {
    device: usize,
    generation: u64,
    conn: ConnId,
    peer: Option<usize>,
    /// Nothing gets through any more.
    cut: bool,
    /// When the last message arrives here: nothing overtakes.
    arrives: u64,
    /// Until when nothing arrives; then all of it does, in order.
    stalls: u64,
}

impl World {
    /// Every connection of a device stops carrying anything, and nobody is told.
    pub fn cut(&mut self, index: usize, hang_up: bool) {
        self.cut_sockets(index, hang_up);
        self.cut_links(|end, _| end == index);
    }

    /// The connections of devices stop carrying anything; the other device of each is asked for
    /// as well.
    pub(crate) fn cut_links(&mut self, lost: impl Fn(usize, usize) -> bool) {
        let ends = &self.connections.ends;
        let other = |end: &End| {
            end.peer
                .and_then(|peer| ends.get(peer))
                .map(|end| end.device)
        };
        let is_lost = |end: &End| !end.cut && lost(end.device, other(end).unwrap_or(end.device));
        let found = (0..ends.len()).filter(|number| ends.get(*number).is_some_and(is_lost));
        found
            .collect::<Vec<_>>()
            .into_iter()
            .for_each(|end| self.cut_end(end));
    }

    /// How many connections a device has, and is making.
    #[must_use]
    pub fn count(&self, index: usize) -> usize {
        let none = ConnId::Dialled(0);
        self.connections
            .numbers
            .range((index, 0, none)..(index + 1, 0, none))
            .count()
    }

    /// Which device is at the other end of a connection.
    #[must_use]
    pub(crate) fn far_end(&self, index: usize, conn: ConnId) -> Option<usize> {
        let generation = self.devices.get(index)?.generation;
        let number = self.connections.numbers.get(&(index, generation, conn))?;
        let peer = self.connections.ends.get(*number)?.peer?;
        Some(self.connections.ends.get(peer)?.device)
    }

    fn cut_end(&mut self, number: usize) {
        let Some(end) = self.connections.ends.get_mut(number).filter(|end| !end.cut) else {
            return;
        };
        end.cut = true;
        let (device, generation, conn, peer) = (end.device, end.generation, end.conn, end.peer);
        for (after, input) in [
            (ICE_SUSPECTS, RtcInput::Suspect),
            (ICE_FAILS, RtcInput::Closed),
        ] {
            let input = EndpointInput::Rtc(conn, input);
            self.later(after, What::Endpoint(device, generation, input));
        }
        if let Some(peer) = peer {
            self.cut_end(peer);
        }
    }

    /// One input of an endpoint, and everything that follows at once.
    pub fn endpoint(&mut self, index: usize, input: EndpointInput) {
        let now = self.now;
        let Some(device) = self.devices.get_mut(index) else {
            return;
        };
        let (mono, slept, generation) = (device.mono(now), device.slept, device.generation);
        let endpoint = |world: &mut Self| {
            let process = world.process(index)?;
            process.endpoint.take()
        };
        let Some(mut machine) = endpoint(self) else {
            return;
        };
        machine.handle(mono, input);
        let due = loop {
            match machine.poll() {
                EndpointOutput::Timeout(at) => break at,
                EndpointOutput::Event(event) => {
                    let input = Box::new(mapping::input(event));
                    self.later(0, What::Node(index, generation, input));
                }
                EndpointOutput::Connect(socket, url) => {
                    self.connect((index, generation, socket.0), &url);
                }
                EndpointOutput::Transmit(socket, text) => {
                    self.say_to_server((index, generation, socket.0), text);
                }
                EndpointOutput::Disconnect(socket) => {
                    self.disconnect((index, generation, socket.0));
                }
                EndpointOutput::Rtc(conn, command) => {
                    self.rtc((index, generation, conn), command);
                }
            }
        };
        if let Some(process) = self.process(index) {
            process.endpoint = Some(machine);
            process.endpoint_due =
                due.map(|at| u64::try_from(at.as_millis()).unwrap_or(u64::MAX) + 1 + slept);
        }
        self.arm(index);
    }

    fn rtc(&mut self, own: (usize, u64, ConnId), command: RtcCommand) {
        match command {
            RtcCommand::Offer { .. } => {
                let number = self.end(own, None);
                self.describe(number, "actpass");
            }
            RtcCommand::Answer(offer) => {
                let other = number_in(&offer);
                let number = self.end(own, other);
                self.describe(number, "active");
            }
            RtcCommand::Accept(answer) => self.open(own, &answer),
            RtcCommand::Send(message) => self.send(own, message),
            RtcCommand::Close => self.close(own),
            RtcCommand::Candidate(_) => {}
        }
    }

    fn end(&mut self, own: (usize, u64, ConnId), peer: Option<usize>) -> usize {
        let (device, generation, conn) = own;
        self.connections.ends.push(End {
            device,
            generation,
            conn,
            peer,
            cut: false,
            arrives: 0,
            stalls: 0,
        });
        let number = self.connections.ends.len() - 1;
        self.connections.numbers.insert(own, number);
        number
    }

    fn tell(&mut self, number: usize, after: u64, input: RtcInput) {
        let Some(end) = self.connections.ends.get(number) else {
            return;
        };
        let (device, generation, conn) = (end.device, end.generation, end.conn);
        let input = EndpointInput::Rtc(conn, input);
        self.later(after, What::Endpoint(device, generation, input));
    }

    fn describe(&mut self, number: usize, setup: &str) {
        self.tell(number, 3, RtcInput::Described(sdp(number, setup)));
        let candidate = "candidate:0 1 udp 1 10.0.0.1 9 typ host".to_owned();
        self.tell(number, 4, RtcInput::Candidate(candidate));
    }

    /// The dialling end has the answer: both open, where there is a way between them.
    fn open(&mut self, own: (usize, u64, ConnId), answer: &str) {
        let (Some(ours), Some(theirs)) = (
            self.connections.numbers.get(&own).copied(),
            number_in(answer),
        ) else {
            return;
        };
        let (Some(a), Some(b)) = (
            self.connections.ends.get(ours),
            self.connections.ends.get(theirs),
        ) else {
            return;
        };
        let online = |index: usize| self.devices.get(index).is_some_and(|d| !d.offline);
        let way = online(a.device)
            && online(b.device)
            && self.passes(a.device, b.device)
            && !a.cut
            && !b.cut;
        let home = |index: usize| self.devices.get(index).map_or(0, |device| device.home);
        let homes = (home(a.device), home(b.device));
        if let Some(end) = self.connections.ends.get_mut(ours) {
            end.peer = Some(theirs);
        }
        if !way {
            return;
        }
        let lag = self.random.within(2, 60);
        let (own_sdp, their_sdp) = (sdp(ours, "actpass"), sdp(theirs, "active"));
        let seen = |home: usize| {
            let (kind, address) = if homes.0 == homes.1 {
                (Kind::Host, IpAddr::from([10, 0, 0, 9]))
            } else {
                (Kind::ServerReflexive, self.public_address(home))
            };
            let address = Some(address);
            Some(RemoteCandidate { kind, address })
        };
        let open = |local: &str, remote: &str, selected| RtcInput::Open {
            local: local.to_owned(),
            remote: remote.to_owned(),
            selected,
        };
        let (first, second) = (
            open(&own_sdp, &their_sdp, seen(homes.1)),
            open(&their_sdp, &own_sdp, seen(homes.0)),
        );
        self.tell(ours, lag, first);
        self.tell(theirs, lag, second);
    }

    fn send(&mut self, own: (usize, u64, ConnId), message: Vec<u8>) {
        let end = self
            .connections
            .numbers
            .get(&own)
            .and_then(|number| self.connections.ends.get(*number));
        let Some(peer) = end.filter(|end| !end.cut).and_then(|end| end.peer) else {
            return;
        };
        let now = self.now;
        let Some(end) = self.connections.ends.get_mut(peer) else {
            return;
        };
        let lag = 2 + u64::try_from(peer % 40).unwrap_or(0);
        end.arrives = end.arrives.max(now + lag).max(end.stalls);
        let after = end.arrives - now;
        self.tell(peer, after, RtcInput::Data(message));
    }

    /// Whether two devices can be connected without a relay.
    #[must_use]
    pub fn passes(&self, first: usize, second: usize) -> bool {
        let (Some(first), Some(second)) = (self.devices.get(first), self.devices.get(second))
        else {
            return false;
        };
        let nat = |home: usize| {
            self.homes
                .get(home)
                .map(|home| home.nat)
                .unwrap_or_default()
        };
        let inside = first.home == second.home;
        inside || nat(first.home).passes(nat(second.home))
    }

    /// Some connection carries nothing for a while; ICE doubts it where that takes long. With no
    /// time at all the doubt is groundless.
    pub fn stall_any_link(&mut self, time: u64) {
        let Some(number) = self.any_link() else {
            return;
        };
        let Some(end) = self.connections.ends.get(number) else {
            return;
        };
        for number in [Some(number), end.peer].into_iter().flatten() {
            let until = self.now + time;
            if let Some(end) = self.connections.ends.get_mut(number) {
                end.stalls = end.stalls.max(until);
            }
            if time == 0 || time > ICE_SUSPECTS {
                self.tell(number, time.min(ICE_SUSPECTS), RtcInput::Suspect);
            }
        }
    }

    fn close(&mut self, own: (usize, u64, ConnId)) {
        let Some(number) = self.connections.numbers.remove(&own) else {
            return;
        };
        let end = self.connections.ends.get_mut(number).filter(|end| !end.cut);
        let Some(peer) = end.and_then(|end| {
            end.cut = true;
            end.peer
        }) else {
            return;
        };
        if let Some(end) = self.connections.ends.get_mut(peer).filter(|end| !end.cut) {
            end.cut = true;
            let lag = 60;
            self.tell(peer, lag, RtcInput::Closed);
        }
    }

    /// Some connection between two devices dies.
    pub fn cut_any_link(&mut self) {
        self.any_link()
            .into_iter()
            .for_each(|number| self.cut_end(number));
    }

    fn any_link(&mut self) -> Option<usize> {
        let ends = &self.connections.ends;
        let alive: Vec<usize> = (0..ends.len())
            .filter(|number| ends.get(*number).is_some_and(|end| !end.cut))
            .collect();
        let at = self.random.within(0, alive.len() as u64);
        alive.get(usize::try_from(at).ok()?).copied()
    }

    /// The public address of a home.
    #[must_use]
    pub fn public_address(&self, home: usize) -> IpAddr {
        let home = self.homes.get(home);
        home.map_or(IpAddr::from([0, 0, 0, 0]), |home| home.address)
    }
}

/// A description whose user fragment and fingerprint tell the number of its end.
fn sdp(number: usize, setup: &str) -> String {
    let bytes = u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes();
    let digits: Vec<String> = (0..8)
        .flat_map(|_| bytes)
        .map(|byte| format!("{byte:02X}"))
        .collect();
    let digits = digits.join(":");
    format!(
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
         m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n\
         a=ice-ufrag:u{number:08}\r\na=ice-pwd:E1Hp8DUpZ/OGOUCDRsxMYl47\r\n\
         a=fingerprint:sha-256 {digits}\r\na=setup:{setup}\r\na=mid:0\r\na=sctp-port:5000\r\n\
         a=max-message-size:262144\r\n"
    )
}

fn number_in(sdp: &str) -> Option<usize> {
    let (_, rest) = sdp.split_once("a=ice-ufrag:u")?;
    rest.get(..8)?.parse().ok()
}
