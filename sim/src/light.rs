//! A light participant: it checks in, answers pings, goes to the router it is sent to, and counts the
//! entries it gets. It stands in the place of a node, over the same endpoint and server, so that a
//! router cannot distinguish it from a whole one. But it keeps no entries: those make ten thousand
//! whole participants too much for one machine.

use crate::random::Random;
use mesh_chat::config::Config;
use mesh_chat::node::{Deadline, Input, Link, LinkId, Output, Reach, Signalling, Why};
use mesh_chat::{Mono, Now};
use std::collections::VecDeque;

/// The time between two tries to reach a router, in milliseconds.
const AGAIN: u64 = 1_000;

/// Characters of a sealed Transport ID.
const SEALED: usize = 94;

/// The process of a light participant.
#[derive(Debug)]
pub struct Light {
    out: VecDeque<Output>,
    name: String,
    own_id: String,
    /// The Router ID without its number.
    root: String,
    /// The router to be dialled next, or dialled.
    target: u32,
    link: Option<LinkId>,
    dialled: u32,
    again: Option<Mono>,
    /// How many entries it got, its own among them.
    listed: usize,
    /// How many bytes it got.
    pub heard: u64,
}

impl Light {
    /// A process that begins.
    #[must_use]
    pub fn new(name: String, router_id: &str, config: Config, seed: [u8; 32]) -> Self {
        let root = router_id.trim_end_matches('1').to_owned();
        let own_id = format!("{root}{}", Random::of(seed).uuid());
        let out = [Output::Configure(config), Output::Register(own_id.clone())];
        Self {
            out: VecDeque::from(out),
            name,
            own_id,
            root,
            target: 1,
            link: None,
            dialled: 0,
            again: None,
            listed: 0,
            heard: 0,
        }
    }

    /// Returns the router that it was sent to and has not reached.
    #[must_use]
    pub fn sent_to(&self) -> Option<u32> {
        (self.listed == 0 && self.target > 1).then_some(self.target)
    }

    /// Returns how many others it got entries of.
    #[must_use]
    pub fn sees(&self) -> usize {
        self.listed.saturating_sub(1)
    }

    /// Takes an input.
    pub fn handle(&mut self, now: Now, input: Input) {
        match input {
            Input::Signalling(Signalling::Registered(_)) if self.link.is_none() => self.dial(),
            Input::Link(link, event) if self.link == Some(link) => self.link(now, link, event),
            Input::Timeout if self.again.is_some_and(|at| now.mono >= at) => {
                self.again = None;
                self.target = 1;
                self.dial();
            }
            Input::Timeout
            | Input::Signalling(_)
            | Input::Link(..)
            | Input::Command(..)
            | Input::Import(..)
            | Input::Attach
            | Input::Pressed(_)
            | Input::Watching { .. }
            | Input::Addresses(_)
            | Input::Beacon(_)
            | Input::Woke
            | Input::Idle(_)
            | Input::Cellular(_)
            | Input::Direct(_)
            | Input::Stored(..)
            | Input::Loaded(..)
            | Input::File(..) => {}
        }
    }

    /// Returns what to do next.
    pub fn poll(&mut self) -> Output {
        let again = self.again.map(|at| Deadline { at, why: Why::Dial });
        let timeout = Output::Timeout(again);
        self.out.pop_front().unwrap_or(timeout)
    }

    fn dial(&mut self) {
        self.dialled += 1;
        let link = LinkId::Dialled(self.dialled);
        self.link = Some(link);
        self.out.push_back(Output::Dial {
            link,
            from: self.own_id.clone(),
            to: format!("{}{}", self.root, self.target),
            label: format!("light_{}", self.dialled),
            further: Vec::new(),
            reach: Reach::Anywhere,
        });
    }

    fn link(&mut self, now: Now, link: LinkId, event: Link) {
        match event {
            Link::Open { .. } => {
                let (id, name) = (&self.own_id, &self.name);
                // As long as a true one; nobody here can open it.
                let sealed = "x".repeat(SEALED);
                let checkin = format!(
                    r#"{{"type":"checkin","discoveryID":"{id}","friendlyname":"{name}","lastSeen":0,"sealedTransport":"{sealed}"}}"#
                );
                self.out.push_back(Output::Transmit(link, checkin));
            }
            Link::Frame(bytes) => self.hear(link, &bytes),
            Link::Closed(_) => {
                (self.link, self.listed) = (None, 0);
                self.again = Some(Mono(now.mono.0 + AGAIN));
            }
            Link::Incoming { .. } | Link::Suspect => {}
        }
    }

    /// Counts a frame. An update here has only new entries, because nobody changes anything.
    fn hear(&mut self, link: LinkId, bytes: &[u8]) {
        self.heard += bytes.len() as u64;
        let frame = String::from_utf8_lossy(bytes);
        let entries = || frame.matches(r#""discoveryID":"#).count();
        match kind(&frame) {
            "ping" => {
                let pong = r#"{"type":"pong"}"#.to_owned();
                self.out.push_back(Output::Transmit(link, pong));
            }
            "registry" if frame.contains(r#""part":1,"#) => self.listed = entries(),
            "registry" | "update" if self.listed > 0 => self.listed += entries(),
            "redirect" => {
                let router = frame.rsplit('-').next().unwrap_or_default();
                let digits = router.trim_end_matches(|c: char| !c.is_ascii_digit());
                self.target = digits.parse().unwrap_or(1);
                self.out.push_back(Output::Close(link));
                self.dial();
            }
            _ => {}
        }
    }
}

fn kind(frame: &str) -> &str {
    let rest = frame.strip_prefix(r#"{"type":""#).unwrap_or_default();
    rest.split('"').next().unwrap_or_default()
}
