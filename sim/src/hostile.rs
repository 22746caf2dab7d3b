//! A hostile peer: it speaks PeerJS and means harm. It stands in the place of a node and has the same
//! inputs and outputs, so that everything below it is the same as for everybody else.

use crate::random::Random;
use mesh_chat::Now;
use mesh_chat::config::Config;
use mesh_chat::limits::NAMESPACE_ENTRIES;
use mesh_chat::node::{Deadline, Input, Link, LinkId, Output, Reach, Why};
use std::collections::{BTreeMap, VecDeque};

/// How many frames it keeps to send them again.
const HEARD: usize = 200;
/// How many entries a lying registry has, in frames of [`ENTRIES_AT_ONCE`].
const LIES: usize = 10_000;
const ENTRIES_AT_ONCE: usize = 100;
/// How many of a hundred lying routers are [`Kind::Inventor`]. Few, as a world with one takes as long
/// as a hundred others; `flood` looks at them by themselves.
const INVENTORS: u64 = 2;

/// A valid point on the curve.
pub const POINT: &str = "Am_wO5SSQc4drdQ1GeaWDgqFtBppoFwygQOqK84VlMoW";

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Holds the Router ID of a home from outside and says nothing.
    Squatter,
    /// The same, and sends rubbish and what it has heard.
    Babbler,
    /// At a person's address: answers as the handshake wants it, and cannot prove anything.
    Impostor,
    /// In the home: a router that lies.
    Liar,
    /// In the home: a router that invents as many people as there can be, for everybody, and says nothing
    /// else by which it would be left.
    Inventor,
    /// In the home: floods the router and everybody in the list.
    Flooder,
}

impl Kind {
    /// Draws a kind that attacks a home.
    pub fn draw(random: &mut Random) -> Self {
        match random.index(4) {
            0 => Self::Squatter,
            1 => Self::Babbler,
            2 if random.chance(INVENTORS) => Self::Inventor,
            2 => Self::Liar,
            _ => Self::Flooder,
        }
    }

    /// Whether it is on another network than its victims.
    #[must_use]
    pub fn is_outside(self) -> bool {
        matches!(self, Self::Squatter | Self::Babbler | Self::Impostor)
    }

    /// Returns the name in the summary.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Squatter => "silent squatters of a Router ID",
            Self::Babbler => "babbling squatters of a Router ID",
            Self::Impostor => "imposters",
            Self::Liar => "lying routers",
            Self::Inventor => "routers that invent a multitude",
            Self::Flooder => "flooding peers",
        }
    }
}

/// What a hostile peer takes notice of.
#[derive(Debug)]
pub enum Notice {
    /// It is time for the next attack.
    Due,
    /// Something happened on a connection.
    Link(LinkId, Link),
}

/// Returns what a hostile peer takes notice of. Its holder may give up an id that is taken: it is asked for
/// again.
#[must_use]
pub fn notice(input: Input, is_due: bool) -> Option<Notice> {
    match input {
        Input::Timeout if is_due => Some(Notice::Due),
        Input::Link(link, event) => Some(Notice::Link(link, event)),
        Input::Timeout
        | Input::Command(..)
        | Input::Import(..)
        | Input::Attach
        | Input::Pressed(_)
        | Input::Watching { .. }
        | Input::Signalling(_)
        | Input::Addresses(_)
        | Input::Woke
        | Input::Idle(_)
        | Input::Cellular(_)
        | Input::Direct(_)
        | Input::Beacon(_)
        | Input::Stored(..)
        | Input::Loaded(..)
        | Input::File(..) => None,
    }
}

/// Returns what a hostile peer does next: what waits, or its next attack at this moment.
pub fn next_output(out: &mut VecDeque<Output>, at: mesh_chat::Mono) -> Output {
    let why = Why::Dial;
    let timeout = Output::Timeout(Some(Deadline { at, why }));
    out.pop_front().unwrap_or(timeout)
}

/// The process of a hostile peer.
#[derive(Debug)]
pub struct Hostile {
    kind: Kind,
    random: Random,
    out: VecDeque<Output>,
    router_id: String,
    own_id: String,
    heard: Vec<String>,
    links: BTreeMap<LinkId, String>,
    seen: Vec<String>,
    dialled: u32,
    lied: bool,
    next: mesh_chat::Mono,
}

impl Hostile {
    /// A process that begins.
    #[must_use]
    pub fn new(kind: Kind, router_id: &str, config: Config, seed: [u8; 32]) -> Self {
        let mut random = Random::of(seed);
        let own_id = format!("{}{}", router_id.trim_end_matches('1'), random.uuid());
        Self {
            kind,
            random,
            out: VecDeque::from([Output::Configure(config)]),
            router_id: router_id.to_owned(),
            own_id,
            heard: Vec::new(),
            links: BTreeMap::new(),
            seen: Vec::new(),
            dialled: 0,
            lied: false,
            next: mesh_chat::Mono(0),
        }
    }

    /// Takes an input.
    pub fn handle(&mut self, now: Now, input: Input) {
        match notice(input, now.mono >= self.next) {
            Some(Notice::Due) => {
                self.next = mesh_chat::Mono(now.mono.0 + self.random.within(300, 15_000));
                self.attack();
            }
            Some(Notice::Link(link, event)) => self.link(link, event),
            None => {}
        }
    }

    /// Returns what to do next.
    pub fn poll(&mut self) -> Output {
        next_output(&mut self.out, self.next)
    }

    fn link(&mut self, link: LinkId, event: Link) {
        match event {
            Link::Incoming { remote, .. } => {
                self.links.insert(link, remote);
                let reach = Reach::Anywhere;
                self.out.push_back(Output::Answer { link, reach });
            }
            Link::Open { .. } => self.opened(link),
            Link::Frame(bytes) => self.hear(link, &String::from_utf8_lossy(&bytes)),
            Link::Closed(_) => drop(self.links.remove(&link)),
            Link::Suspect => {}
        }
    }

    fn opened(&mut self, link: LinkId) {
        match self.kind {
            Kind::Squatter | Kind::Impostor => {}
            Kind::Liar | Kind::Inventor => self.lie(link),
            Kind::Babbler | Kind::Flooder => {
                let checkin = self.checkin();
                self.send(link, checkin);
                self.rubbish(link);
            }
        }
    }

    fn hear(&mut self, link: LinkId, frame: &str) {
        if self.heard.len() < HEARD {
            self.heard.push(frame.to_owned());
        }
        for part in frame.split(r#""discoveryID":""#).skip(1).take(5) {
            let id = part.split('"').next().unwrap_or_default();
            if self.seen.len() < HEARD && !self.seen.iter().any(|seen| seen == id) {
                self.seen.push(id.to_owned());
            }
        }
        match (self.kind, frame.contains("ping"), frame.contains("checkin")) {
            (Kind::Liar | Kind::Inventor | Kind::Flooder, true, _) => {
                self.send(link, r#"{"type":"pong"}"#.to_owned());
            }
            (Kind::Liar | Kind::Inventor, _, true) => self.lie(link),
            (Kind::Impostor, ..) if frame.contains(r#""type":"hello""#) => self.pretend(link),
            _ => {}
        }
    }

    fn attack(&mut self) {
        self.out.push_back(match self.kind {
            Kind::Flooder => Output::Register(self.own_id.clone()),
            Kind::Squatter | Kind::Babbler | Kind::Impostor | Kind::Liar | Kind::Inventor => {
                Output::Register(self.router_id.clone())
            }
        });
        let links: Vec<LinkId> = self.links.keys().copied().collect();
        match self.kind {
            Kind::Squatter | Kind::Impostor | Kind::Inventor => {}
            Kind::Babbler => links.into_iter().for_each(|link| self.rubbish(link)),
            Kind::Liar => links.into_iter().for_each(|link| self.change(link)),
            Kind::Flooder => self.flood(&links),
        }
    }

    fn flood(&mut self, links: &[LinkId]) {
        for link in links {
            for _ in 0..self.random.within(1, 15) {
                let checkin = self.checkin();
                let frame = [checkin, r#"{"type":"ping"}"#.to_owned()];
                let at = self.random.index(2);
                self.send(*link, frame.get(at).cloned().unwrap_or_default());
            }
            if self.random.chance(20) {
                self.rubbish(*link);
            }
        }
        if links.len() < 8 {
            let at = self.random.index(self.seen.len());
            let somebody = self.seen.get(at).cloned().unwrap_or_default();
            let to = if self.random.chance(50) {
                self.router_id.clone()
            } else {
                somebody
            };
            self.dial(to);
        }
    }

    fn dial(&mut self, to: String) {
        self.dialled += 1;
        let link = LinkId::Dialled(self.dialled);
        self.links.insert(link, to.clone());
        let from = self.own_id.clone();
        self.out.push_back(Output::Dial {
            link,
            from,
            to,
            label: self.random.uuid(),
            further: Vec::new(),
            reach: Reach::Anywhere,
        });
    }

    fn send(&mut self, link: LinkId, frame: String) {
        self.out.push_back(Output::Transmit(link, frame));
    }

    /// Sends a hello that is right but for its hint: that is missing or wrong.
    fn pretend(&mut self, link: LinkId) {
        let nonce = "A".repeat(43);
        let hint = if self.random.chance(50) {
            format!(r#","hint":"{nonce}""#)
        } else {
            String::new()
        };
        self.send(
            link,
            format!(r#"{{"type":"hello","v":1,"eph":"{POINT}","nonce":"{nonce}"{hint}}}"#),
        );
    }

    fn checkin(&mut self) -> String {
        let name = self.random.within(0, 1_000);
        let id = &self.own_id;
        format!(
            r#"{{"type":"checkin","discoveryID":"{id}","friendlyname":"H{name}","lastSeen":0}}"#
        )
    }

    /// Sends a frame that was heard before, unchanged or bent.
    fn rubbish(&mut self, link: LinkId) {
        let at = self.random.index(self.heard.len());
        let hello = r#"{"type":"hello","v":[1],"eph":"Ag","nonce":"AA"}"#.to_owned();
        let frame = self.heard.get(at).cloned().unwrap_or(hello);
        let is_bent = self.random.chance(70);
        let frame = if is_bent {
            bend(&mut self.random, frame)
        } else {
            frame
        };
        self.send(link, frame);
    }

    fn entry(&mut self) -> String {
        let name = self.random.within(0, 100_000);
        let uuid = self.random.uuid();
        let root = self.router_id.trim_end_matches('1').to_owned();
        let id = match self.random.within(0, 4) {
            _ if self.kind == Kind::Inventor => format!("{root}{uuid}"),
            0 => format!("{root}{name}"),
            1 => format!("myapp-8-8-8-8-{uuid}"),
            _ => format!("{root}{uuid}"),
        };
        format!(r#"{{"discoveryID":"{id}","friendlyname":"H{name}","lastSeen":0}}"#)
    }

    /// Sends a registry: of ten thousand people to the first who asks, of a few to the others; of a
    /// whole namespace and the one who asks where it invents one.
    fn lie(&mut self, link: LinkId) {
        let again = std::mem::replace(&mut self.lied, true);
        let invents = self.kind == Kind::Inventor;
        let (entries, parts) = match (invents, again) {
            (true, _) => (ENTRIES_AT_ONCE, NAMESPACE_ENTRIES / ENTRIES_AT_ONCE),
            (false, false) => (ENTRIES_AT_ONCE, LIES / ENTRIES_AT_ONCE),
            (false, true) => (3, 2),
        };
        for part in 1..=parts {
            let mut peers: Vec<String> = (0..entries).map(|_| self.entry()).collect();
            if invents
                && part == 1
                && let Some(id) = self.links.get(&link)
            {
                peers.push(format!(
                    r#"{{"discoveryID":"{id}","friendlyname":"H","lastSeen":0}}"#
                ));
            }
            let peers = peers.join(",");
            self.send(link, format!(
                r#"{{"type":"registry","epoch":1,"seq":1,"part":{part},"parts":{parts},"peers":[{peers}]}}"#
            ));
        }
    }

    /// Sends an update of the registry, with numbers that fit or do not.
    fn change(&mut self, link: LinkId) {
        let (seq, entry) = (self.random.within(0, 10), self.entry());
        let left = self
            .seen
            .get(self.random.index(self.seen.len()))
            .cloned()
            .unwrap_or_default();
        let frame = format!(
            r#"{{"type":"update","epoch":1,"seq":{seq},"joined":[{entry}],"left":["{left}"]}}"#
        );
        let is_bent = self.random.chance(10);
        let frame = if is_bent {
            bend(&mut self.random, frame)
        } else {
            frame
        };
        self.send(link, frame);
    }
}

/// Bends a frame.
#[must_use]
pub fn bend(random: &mut Random, frame: String) -> String {
    let mut chars: Vec<char> = frame.chars().collect();
    let at = random.index(chars.len());
    match random.within(0, 5) {
        0 => chars.truncate(at),
        1 => chars
            .splice(at..at, "[".repeat(5_000).chars())
            .for_each(drop),
        2 => chars.splice(at..at, "9".repeat(40).chars()).for_each(drop),
        3 => chars.extend(frame.chars()),
        _ => {
            let flipped = u8::try_from(random.within(32, 127)).unwrap_or(b'?');
            chars
                .iter_mut()
                .skip(at)
                .take(1)
                .for_each(|c| *c = char::from(flipped));
        }
    }
    chars.into_iter().collect()
}
