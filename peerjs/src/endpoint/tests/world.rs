//! Endpoints, servers and peer connections under one clock.

use super::server::{PeerServer, Wire};
use crate::endpoint::{
    Endpoint, Input, Output, RtcCommand, RtcId, RtcInput, SocketId, SocketInput,
};
use crate::event::{ConnId, Event, Server};
use crate::path::RemoteCandidate;
use crate::reach::Reach;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// An end of a peer connection.
type End = (usize, RtcId);

/// Everything runs at once but what waits for time.
pub(super) struct World {
    pub(super) now: Duration,
    pub(super) servers: BTreeMap<String, PeerServer>,
    endpoints: Vec<Endpoint>,
    timeouts: Vec<Option<Duration>>,
    pub(super) events: Vec<Vec<Event>>,
    /// Whether everybody answers every offer at once.
    pub(super) answers: bool,
    /// How far connections may reach that begin from now on.
    pub(super) reach: Reach,
    /// What everybody sent to a server.
    pub(super) transmitted: Vec<(usize, String)>,
    /// Host of the server of each socket.
    sockets: BTreeMap<Wire, String>,
    /// Sockets whose path is gone: what is sent on them arrives nowhere.
    pub(super) dead: BTreeSet<Wire>,
    /// How many sockets were opened, and when.
    pub(super) opened: Vec<(Duration, String)>,
    pub(super) rtc: Vec<(End, RtcCommand)>,
    /// The attempts of a dial that find a way.
    pub(super) passes: fn(u8) -> bool,
    /// Number of each end in its description, and the ends that have met.
    ends: Vec<End>,
    peers: BTreeMap<End, End>,
}

impl World {
    pub(super) fn new(hosts: &[&str]) -> Self {
        let servers = hosts
            .iter()
            .map(|host| ((*host).to_owned(), PeerServer::default()));
        Self {
            now: Duration::from_secs(1_000),
            servers: servers.collect(),
            endpoints: Vec::new(),
            timeouts: Vec::new(),
            events: Vec::new(),
            answers: true,
            reach: Reach::Anywhere,
            transmitted: Vec::new(),
            sockets: BTreeMap::new(),
            dead: BTreeSet::new(),
            opened: Vec::new(),
            rtc: Vec::new(),
            passes: |_| true,
            ends: Vec::new(),
            peers: BTreeMap::new(),
        }
    }

    /// Another person, or another page of one that brings its tokens.
    pub(super) fn join(&mut self, servers: &[Server], tokens: Vec<(String, String)>) -> usize {
        let mut seed = [1; 32];
        let number = u32::try_from(self.endpoints.len()).unwrap();
        seed[..4].copy_from_slice(&number.to_be_bytes());
        self.endpoints
            .push(Endpoint::new(servers.to_vec(), tokens, seed));
        self.timeouts.push(None);
        self.events.push(Vec::new());
        self.endpoints.len() - 1
    }

    pub(super) fn tokens(&self, who: usize) -> Vec<(String, String)> {
        self.endpoints[who].tokens()
    }

    /// Gives an input and lets everything run that comes of it.
    pub(super) fn input(&mut self, who: usize, input: Input) {
        self.step(who, input);
        self.settle();
    }

    pub(super) fn register(&mut self, who: usize, id: &str) {
        self.input(who, Input::Register(id.into()));
    }

    pub(super) fn dial(&mut self, who: usize, number: u32, from: &str, to: &str) -> ConnId {
        self.dial_as(who, number, from, to, None)
    }

    /// The same with this connection id.
    pub(super) fn dial_as(
        &mut self,
        who: usize,
        number: u32,
        from: &str,
        to: &str,
        label: Option<&str>,
    ) -> ConnId {
        let conn = ConnId::Dialled(number);
        let (further, reach) = (Vec::new(), self.reach.clone());
        let input = Input::Dial {
            conn,
            from: from.into(),
            to: to.into(),
            label: label.map(str::to_owned),
            further,
            reach,
        };
        self.input(who, input);
        conn
    }

    /// The same with further attempts.
    pub(super) fn dial_racing(&mut self, from: &str, to: &str) -> ConnId {
        let conn = ConnId::Dialled(0);
        let further = vec!["second".into(), "third".into()];
        let reach = self.reach.clone();
        let input = Input::Dial {
            conn,
            from: from.into(),
            to: to.into(),
            label: Some("first".into()),
            further,
            reach,
        };
        self.input(0, input);
        conn
    }

    pub(super) fn take_events(&mut self, who: usize) -> Vec<Event> {
        std::mem::take(&mut self.events[who])
    }

    /// Lets time pass, from one timeout to the next.
    pub(super) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            self.settle();
            let next = self.timeouts.iter().flatten().min().copied();
            // The server looks around every second.
            let sweep = self.now + Duration::from_secs(1);
            let next = next.unwrap_or(end).min(sweep).max(self.now);
            if next > end {
                break;
            }
            self.now = next;
            for server in self.servers.values_mut() {
                server.expire(next);
            }
            let due: Vec<usize> = (0..self.endpoints.len())
                .filter(|who| self.timeouts[*who].is_some_and(|when| when <= next))
                .collect();
            for who in due {
                self.step(who, Input::Timeout);
            }
            if next == end {
                self.settle();
                break;
            }
        }
        self.now = end;
    }

    pub(super) fn seconds(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    /// Cuts the path of every socket of somebody; neither end is told.
    pub(super) fn cut(&mut self, who: usize) {
        self.dead
            .extend(self.sockets.keys().filter(|(of, _)| *of == who));
    }

    /// What the first endpoint sends on a connection arrives nowhere from now on.
    pub(super) fn part(&mut self, conn: ConnId) {
        self.peers.remove(&(0, conn.into()));
    }

    fn settle(&mut self) {
        let hosts: Vec<String> = self.servers.keys().cloned().collect();
        loop {
            let mut quiet = true;
            for host in &hosts {
                let sent = std::mem::take(&mut self.servers.get_mut(host).unwrap().sent);
                for (wire, frame) in sent {
                    quiet = false;
                    if self.dead.contains(&wire) {
                        continue;
                    }
                    let input = frame.map_or(SocketInput::Closed, SocketInput::Frame);
                    self.step(wire.0, Input::Socket(SocketId(wire.1), input));
                }
            }
            if quiet {
                return;
            }
        }
    }

    fn step(&mut self, who: usize, input: Input) {
        self.endpoints[who].handle(self.now, input);
        let mut then = Vec::new();
        loop {
            match self.endpoints[who].poll() {
                Output::Timeout(when) => {
                    self.timeouts[who] = when;
                    break;
                }
                Output::Event(event) => {
                    if let Event::Incoming { conn, .. } = event
                        && self.answers
                    {
                        let reach = self.reach.clone();
                        then.push((who, Input::Answer { conn, reach }));
                    }
                    self.events[who].push(event);
                }
                Output::Rtc(id, command) => self.rtc_command((who, id), command, &mut then),
                Output::Connect(socket, url) => {
                    self.connect((who, socket.0), &url, &mut then);
                }
                Output::Transmit(socket, text) => self.transmit((who, socket.0), &text),
                Output::Disconnect(socket) => {
                    let wire = (who, socket.0);
                    if let Some(host) = self.sockets.remove(&wire)
                        && !self.dead.contains(&wire)
                    {
                        self.servers.get_mut(&host).unwrap().closed(wire);
                    }
                }
            }
        }
        for (who, input) in then {
            self.step(who, input);
        }
    }

    fn connect(&mut self, wire: Wire, url: &str, then: &mut Vec<(usize, Input)>) {
        let host = url
            .strip_prefix("wss://")
            .unwrap()
            .split(':')
            .next()
            .unwrap()
            .to_owned();
        let field = |name: &str| {
            let (_, rest) = url.split_once(&format!("{name}=")).unwrap();
            rest.split('&').next().unwrap().to_owned()
        };
        self.opened.push((self.now, host.clone()));
        let socket = SocketId(wire.1);
        let server = self.servers.get_mut(&host).unwrap();
        if server.down {
            then.push((wire.0, Input::Socket(socket, SocketInput::Closed)));
            return;
        }
        server.connect(wire, &field("&id"), &field("token"));
        self.sockets.insert(wire, host);
        then.push((wire.0, Input::Socket(socket, SocketInput::Opened)));
    }

    fn transmit(&mut self, wire: Wire, text: &str) {
        self.transmitted.push((wire.0, text.to_owned()));
        if let Some(host) = self.sockets.get(&wire)
            && !self.dead.contains(&wire)
        {
            self.servers
                .get_mut(host)
                .unwrap()
                .receive(self.now, wire, text);
        }
    }
}

/// Peer connections that open as soon as both ends have both descriptions.
impl World {
    fn rtc_command(&mut self, end: End, command: RtcCommand, then: &mut Vec<(usize, Input)>) {
        self.rtc.push((end, command.clone()));
        let mut say = |(who, id): End, input| then.push((who, Input::Rtc(id, input)));
        match &command {
            RtcCommand::Offer { .. } => {
                self.ends.push(end);
                say(end, RtcInput::Candidate(CANDIDATE.into()));
                say(
                    end,
                    RtcInput::Described(sdp(self.ends.len() - 1, "actpass")),
                );
            }
            RtcCommand::Answer(offer) => {
                self.ends.push(end);
                if let Some(other) = self.ends.get(number(offer)) {
                    self.peers.insert(end, *other);
                }
                say(end, RtcInput::Described(sdp(self.ends.len() - 1, "active")));
            }
            RtcCommand::Accept(answer) => {
                let Some(other) = self.ends.get(number(answer)).copied() else {
                    return;
                };
                self.peers.insert(end, other);
                if !(self.passes)(end.1.attempt) {
                    return;
                }
                let index = |of| self.ends.iter().position(|known| *known == of).unwrap();
                let (ours, theirs) = (sdp(index(end), "actpass"), sdp(index(other), "active"));
                say(other, open(&theirs, &ours));
                say(end, open(&ours, &theirs));
            }
            RtcCommand::Send(message) => {
                if let Some(other) = self.peers.get(&end) {
                    say(*other, RtcInput::Data(message.clone()));
                }
            }
            RtcCommand::Close => {
                if let Some(other) = self.peers.remove(&end) {
                    self.peers.remove(&other);
                    say(other, RtcInput::Closed);
                }
            }
            RtcCommand::Candidate(_) => {}
        }
    }
}

/// The number of an end that is not of this world.
pub(super) const STRANGER: usize = 99;

/// What a browser writes of itself into its descriptions.
pub(super) const PRODUCT: &str = "browser-99.0";

pub(super) const CANDIDATE: &str = "candidate:0 1 udp 1 10.0.0.1 9 typ host";

pub(super) fn open(local: &str, remote: &str) -> RtcInput {
    let address = "10.0.0.9".parse().ok();
    let selected = Some(RemoteCandidate {
        kind: crate::candidate::Kind::Host,
        address,
    });
    RtcInput::Open {
        local: local.into(),
        remote: remote.into(),
        selected,
    }
}

/// A description whose user fragment and fingerprint tell the number of its end.
pub(super) fn sdp(number: usize, setup: &str) -> String {
    let digits = format!("{number:02X}:").repeat(32);
    let digits = digits.trim_end_matches(':');
    format!(
        "v=0\r\no={PRODUCT} 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
         m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n\
         a=ice-ufrag:u{number:04}\r\na=ice-pwd:E1Hp8DUpZ/OGOUCDRsxMYl47\r\n\
         a=fingerprint:sha-256 {digits}\r\na=setup:{setup}\r\na=mid:0\r\na=sctp-port:5000\r\n\
         a=max-message-size:262144\r\n"
    )
}

fn number(sdp: &str) -> usize {
    let (_, rest) = sdp.split_once("a=ice-ufrag:u").unwrap();
    rest.get(..4).unwrap().parse().unwrap()
}
