//! A false friend: a whole participant whom people accept as a contact, and who means harm with what it
//! learns by that. What its node says is bent, doubled, left out and mixed up on the way out; proofs
//! that others have shown to it are shown to third ones. Who has blocked or removed it is dialled with
//! all that it knows.

use crate::caller::hello;
use crate::hostile::bend;
use crate::random::Random;
use base64ct::{Base64UrlUnpadded, Encoding};
use mesh_chat::crypto::{Key, offer_label, rendezvous_namespace, rendezvous_secret};
use mesh_chat::node::{Deadline, Input, Link, LinkId, Output, Reach, Why};
use mesh_chat::records::Change;
use mesh_chat::{Mono, Node, Now, calendar};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The first number of its own dials; those of its node are smaller.
const OWN: u32 = 1 << 30;
/// How many frames it keeps to say them again, and how many ids to dial.
const HEARD: usize = 200;
/// The pause between two attacks, in milliseconds.
const PAUSE: (u64, u64) = (1_000, 15_000);
/// In how many of a hundred frames that its node says something is wrong.
const BENT: u64 = 12;
/// How many frames it says at once where it says too many.
const FLOOD: u64 = 400;
/// How many texts it writes in all, beside those of its node: none of them is forgotten.
const TEXTS: u32 = 300;

/// What two contacts say to each other.
const SESSION: [&str; 12] = [
    "profile", "have", "ask", "known", "text", "ack", "read", "typing", "replaced", "ping", "pong",
    "bye",
];

/// The process of a false friend.
pub struct FalseFriend {
    node: Box<Node>,
    random: Random,
    out: VecDeque<Output>,
    /// From when on it means harm.
    harms_from: u64,
    next: Mono,
    /// Connections on which something of two contacts was said.
    sessions: BTreeSet<LinkId>,
    /// What was said to it.
    heard: Vec<String>,
    /// Proofs of others.
    proofs: Vec<String>,
    /// What it says later than it should.
    kept: Option<(LinkId, String)>,
    /// Its address.
    own: Option<String>,
    /// By what others recognise it in a list.
    uuid: String,
    /// Every id of somebody else that it knows.
    ids: BTreeSet<String>,
    /// The secrets of its pairs.
    secrets: BTreeMap<String, Key>,
    dialled: u32,
    texts: u32,
}

impl std::fmt::Debug for FalseFriend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FalseFriend")
    }
}

impl FalseFriend {
    /// A process that begins; from a moment on, in true time, it means harm.
    #[must_use]
    pub fn new(node: Node, harms_from: u64, seed: [u8; 32]) -> Self {
        Self {
            node: Box::new(node),
            random: Random::of(seed),
            out: VecDeque::new(),
            harms_from,
            next: Mono(harms_from),
            sessions: BTreeSet::new(),
            heard: Vec::new(),
            proofs: Vec::new(),
            kept: None,
            own: None,
            uuid: "A".repeat(22),
            ids: BTreeSet::new(),
            secrets: BTreeMap::new(),
            dialled: OWN,
            texts: 0,
        }
    }

    /// Takes an input.
    pub fn handle(&mut self, now: Now, input: Input) {
        if let Input::Link(link, event) = &input {
            self.notice(*link, event);
            if matches!(link, LinkId::Dialled(number) if *number >= OWN) {
                return self.own_call(*link, event);
            }
        }
        let is_due = now.mono >= self.next;
        self.node.handle(now, input);
        loop {
            let output = self.node.poll();
            if let Output::Timeout(_) = output {
                break self.out.push_back(output);
            }
            self.say(now, output);
        }
        if is_due {
            self.next = Mono(now.mono.0 + self.random.within(PAUSE.0, PAUSE.1));
            let timeout = self.out.pop_back();
            self.attack(now);
            self.out.extend(timeout);
        }
    }

    /// Returns what to do next. A node that waits for nothing is called for the next attack.
    pub fn poll(&mut self) -> Output {
        let Some(output) = self.out.pop_front() else {
            return Output::Timeout(None);
        };
        let Output::Timeout(deadline) = output else {
            return output;
        };
        let (at, why) = (self.next, Why::Dial);
        let own = Deadline { at, why };
        Output::Timeout(Some(deadline.map_or(own, |deadline| deadline.min(own))))
    }

    fn notice(&mut self, link: LinkId, event: &Link) {
        match event {
            Link::Incoming { remote, .. } => drop(self.ids.insert(remote.clone())),
            Link::Frame(bytes) => self.hear(link, &String::from_utf8_lossy(bytes)),
            Link::Closed(_) => drop(self.sessions.remove(&link)),
            Link::Open { .. } | Link::Suspect => {}
        }
    }

    fn hear(&mut self, link: LinkId, frame: &str) {
        let kind = kind(frame);
        if SESSION.contains(&kind) {
            self.sessions.insert(link);
            if self.heard.len() < HEARD {
                self.heard.push(frame.to_owned());
            }
        } else if frame.contains(r#""sig":"#) && self.proofs.len() < HEARD {
            self.proofs.push(frame.to_owned());
        }
        if let Some(id) = text_in(frame, "transportID")
            && self.ids.len() < HEARD
        {
            self.ids.insert(id.to_owned());
        }
    }

    /// Takes an output of its node, and says something else where it is to be sent.
    fn say(&mut self, now: Now, output: Output) {
        self.learn(&output);
        if let Output::Transmit(link, frame) = output {
            let means_harm = now.mono.0 >= self.harms_from && self.random.chance(BENT);
            match means_harm {
                true => self.spoil(link, frame),
                false => self.out.push_back(Output::Transmit(link, frame)),
            }
            if let Some((link, frame)) = self.kept.take_if(|_| self.random.chance(50)) {
                self.out.push_back(Output::Transmit(link, frame));
            }
        } else {
            self.out.push_back(output);
        }
    }

    /// Learns from what its node asks for.
    fn learn(&mut self, output: &Output) {
        if let Output::Register(id) = output
            && is_address(id)
        {
            self.own = Some(id.clone());
        } else if let Output::Transmit(_, frame) = output
            && let Some(uuid) = text_in(frame, "discoveryUUID")
        {
            uuid.clone_into(&mut self.uuid);
        } else if let Output::Dial { to, .. } = output
            && self.ids.len() < HEARD
        {
            self.ids.insert(to.clone());
        } else if let Output::Store(_, Change::Contact(contact)) = output {
            let secret = &contact.pair_secret.0;
            if let Some(key) = key_of(secret) {
                self.secrets.insert(secret.clone(), key);
            }
        }
    }

    /// Says something else than its node, or not then, or not at all.
    fn spoil(&mut self, link: LinkId, frame: String) {
        if frame.contains(r#""sig":"#) {
            let same = |proof: &&String| kind(proof) == kind(&frame);
            let proof = self.proofs.iter().rev().find(same).cloned();
            return self.send(link, proof.unwrap_or(frame));
        }
        if !SESSION.contains(&kind(&frame)) {
            return self.send(link, frame);
        }
        match self.random.within(0, 6) {
            0 => {
                let bent = bend(&mut self.random, frame);
                self.send(link, bent);
            }
            1 => {
                self.send(link, frame.clone());
                self.send(link, frame);
            }
            2 => {}
            3 => self.kept = Some((link, frame)),
            4 => {
                let at = self.random.index(self.heard.len());
                let heard = self.heard.get(at).cloned();
                self.send(link, heard.unwrap_or(frame));
            }
            _ => {
                let wrong = self.elsewhere(&frame);
                self.send(link, wrong);
            }
        }
    }

    /// Returns a frame with other places in the log than it names.
    fn elsewhere(&mut self, frame: &str) -> String {
        let Ok(mut value) = serde_json::from_str::<Value>(frame) else {
            return frame.to_owned();
        };
        for (name, member) in value.as_object_mut().into_iter().flatten() {
            match name.as_str() {
                "upto" | "number" => *member = self.random.within(0, 1_000).into(),
                "last" | "id" | "read" => *member = self.random.uuid().replace('-', "").into(),
                _ => {}
            }
        }
        value.to_string()
    }

    fn attack(&mut self, now: Now) {
        if now.mono.0 < self.harms_from {
            return;
        }
        self.dial(now);
        let at = self.random.index(self.sessions.len());
        let Some(link) = self.sessions.iter().nth(at).copied() else {
            return;
        };
        match self.random.within(0, 9) {
            0 if self.random.chance(30) => {
                let frames = [r#"{"type":"ping"}"#, r#"{"type":"typing"}"#];
                let frame = frames.get(self.random.index(2)).copied();
                for _ in 0..FLOOD {
                    self.send(link, frame.unwrap_or_default().to_owned());
                }
            }
            1 => self.write(link, now),
            2 => self.send(link, r#"{"type":"replaced"}"#.to_owned()),
            3 | 4 => {
                let profile = self.profile(now);
                self.send(link, profile);
            }
            5 => {
                let ids: Vec<String> = (0..256)
                    .map(|_| self.random.uuid().replace('-', ""))
                    .collect();
                self.send(link, json!({"type": "ask", "ids": ids}).to_string());
            }
            6 => {
                let last = self.random.uuid().replace('-', "");
                self.send(link, json!({"type": "have", "last": last}).to_string());
            }
            _ => {
                let at = self.random.index(self.heard.len());
                if let Some(heard) = self.heard.get(at).cloned() {
                    self.send(link, heard);
                }
            }
        }
    }

    fn write(&mut self, link: LinkId, now: Now) {
        for _ in 0..self.random.within(1, 40) {
            if self.texts >= TEXTS {
                return;
            }
            self.texts += 1;
            let (number, id) = (
                self.random.within(1, 40),
                self.random.uuid().replace('-', ""),
            );
            let text = "of a false friend".repeat(self.random.index(40));
            let frame =
                json!({"type": "text", "number": number, "id": id, "at": now.unix, "text": text});
            self.send(link, frame.to_string());
        }
    }

    /// Returns a profile with another one's address and name, and with claims that are not true.
    fn profile(&mut self, now: Now) -> String {
        let at = self.random.index(self.ids.len());
        let id = self.ids.iter().filter(|id| is_address(id)).nth(at).cloned();
        let id = id.unwrap_or_else(|| format!("myapp-{}", self.random.uuid()));
        let name = format!("P{}", self.random.within(0, 5));
        // Without routers, and with the discoveryUUID that it has: whoever hears of a router that it does not know,
        // or misses a contact in its list, leaves its own, though seldom.
        json!({
            "type": "profile", "number": now.unix / 1_000 + self.random.within(0, 100_000),
            "friendlyname": name, "transportID": id, "discoveryUUID": self.uuid,
            "near": true, "special": true, "at": self.random.number() >> 12,
        })
        .to_string()
    }

    /// Dials somebody with what it knows: at an address, old or new, or where the two of a pair would
    /// meet; and shows the secret of a pair, or none.
    fn dial(&mut self, now: Now) {
        let Some(from) = self.own.clone() else {
            return;
        };
        let at = self.random.index(self.secrets.len());
        let secret = self.secrets.values().nth(at).copied();
        let point = |secret: &Key| {
            let namespace =
                rendezvous_namespace(&rendezvous_secret(secret), &calendar::slot(now.unix));
            format!("myapp-{namespace}-1")
        };
        let at = self.random.index(self.ids.len());
        let to = match &secret {
            Some(secret) if self.random.chance(30) => point(secret),
            Some(_) | None => match self.ids.iter().nth(at) {
                Some(id) => id.clone(),
                None => return,
            },
        };
        let mut nonce = [0; 16];
        nonce.copy_from_slice(&self.random.seed()[..16]);
        let label = match secret {
            Some(secret) if self.random.chance(80) => offer_label(&secret, &from, &to, nonce),
            Some(_) | None => [self.random.uuid(), self.random.uuid()]
                .concat()
                .replace('-', ""),
        };
        self.dialled += 1;
        self.out.push_back(Output::Dial {
            link: LinkId::Dialled(self.dialled),
            from,
            to,
            label,
            further: Vec::new(),
            reach: Reach::Anywhere,
        });
    }

    /// Goes on with a call that its node knows nothing of.
    fn own_call(&mut self, link: LinkId, event: &Link) {
        let said = match event {
            Link::Open { .. } => hello("[1]"),
            Link::Frame(bytes) if bytes.starts_with(br#"{"type":"hello""#) => {
                let at = self.random.index(self.proofs.len());
                let proof = self.proofs.get(at).cloned();
                let request = r#"{"type":"request","friendlyname":"M"}"#.to_owned();
                proof.filter(|_| self.random.chance(50)).unwrap_or(request)
            }
            Link::Frame(_) | Link::Incoming { .. } | Link::Suspect | Link::Closed(_) => return,
        };
        self.send(link, said);
    }

    fn send(&mut self, link: LinkId, frame: String) {
        self.out.push_back(Output::Transmit(link, frame));
    }
}

/// Returns the type of a frame.
fn kind(frame: &str) -> &str {
    let rest = frame.strip_prefix(r#"{"type":""#).unwrap_or_default();
    rest.split('"').next().unwrap_or_default()
}

fn text_in<'a>(frame: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = frame.split_once(&format!(r#""{name}":""#))?;
    rest.split('"').next()
}

/// Whether an id has the form of a Transport ID.
fn is_address(id: &str) -> bool {
    id.strip_prefix("myapp-")
        .is_some_and(|uuid| uuid.len() == 36)
}

fn key_of(secret: &str) -> Option<Key> {
    let mut key = Key::default();
    let bytes = Base64UrlUnpadded::decode(secret, &mut key).ok()?;
    (bytes.len() == key.len()).then_some(key)
}
