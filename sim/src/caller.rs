//! A caller who is at an id that is not theirs, or does not say where they are: under a foreign root, at
//! an id that somebody has given up, or from another network. It asks whom it can, and says no to whom
//! it is asked by.

use crate::hostile::POINT;
use crate::hostile::{Notice, next_output, notice};
use crate::random::Random;
use mesh_chat::config::Config;
use mesh_chat::node::{Input, Link, LinkId, Output, Reach};
use mesh_chat::{Mono, Now};
use std::collections::{BTreeMap, VecDeque};

/// The most connections at once.
const LINKS: usize = 4;
/// The pause between two calls, in milliseconds.
const PAUSE: (u64, u64) = (2_000, 15_000);

/// Who calls whom.
#[derive(Clone, Debug)]
pub struct Orders {
    /// The id that the caller takes.
    pub id: String,
    /// Whom it dials.
    pub targets: Vec<String>,
    /// The name that it gives itself.
    pub name: String,
}

/// The process of such a caller.
#[derive(Debug)]
pub struct Caller {
    orders: Orders,
    random: Random,
    out: VecDeque<Output>,
    dialled: u32,
    /// Whom each connection is with.
    links: BTreeMap<LinkId, String>,
    next: Mono,
}

impl Caller {
    /// A process that begins.
    #[must_use]
    pub fn new(orders: Orders, config: Config, seed: [u8; 32]) -> Self {
        Self {
            orders,
            random: Random::of(seed),
            out: VecDeque::from([Output::Configure(config)]),
            dialled: 0,
            links: BTreeMap::new(),
            next: Mono(0),
        }
    }

    /// Takes an input.
    pub fn handle(&mut self, now: Now, input: Input) {
        match notice(input, now.mono >= self.next) {
            Some(Notice::Due) => {
                self.next = Mono(now.mono.0 + self.random.within(PAUSE.0, PAUSE.1));
                self.out.push_back(Output::Register(self.orders.id.clone()));
                if self.links.len() < LINKS {
                    self.dial();
                }
            }
            Some(Notice::Link(link, event)) => self.link(link, event),
            None => {}
        }
    }

    /// Returns what to do next.
    pub fn poll(&mut self) -> Output {
        next_output(&mut self.out, self.next)
    }

    fn dial(&mut self) {
        let at = self.random.index(self.orders.targets.len());
        let Some(to) = self.orders.targets.get(at).cloned() else {
            return;
        };
        self.dialled += 1;
        let link = LinkId::Dialled(self.dialled);
        self.links.insert(link, to.clone());
        // As long as a tag is.
        let label = [self.random.uuid(), self.random.uuid()].concat();
        self.out.push_back(Output::Dial {
            link,
            from: self.orders.id.clone(),
            to,
            label: label.replace('-', ""),
            further: Vec::new(),
            reach: Reach::Anywhere,
        });
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
        let is_router = self.links.get(&link).is_some_and(|id| id.ends_with("-1"));
        match link {
            LinkId::Dialled(_) if is_router => self.check_in(link),
            LinkId::Dialled(_) => self.send(link, hello("[1]")),
            LinkId::Accepted(_) => {}
        }
    }

    fn hear(&mut self, link: LinkId, frame: &str) {
        let is = |kind: &str| frame.starts_with(&format!(r#"{{"type":"{kind}""#));
        match link {
            LinkId::Dialled(_) if is("hello") => {
                let name = &self.orders.name;
                let request = format!(r#"{{"type":"request","friendlyname":"{name}"}}"#);
                self.send(link, request);
            }
            LinkId::Dialled(_) if is("ping") => self.send(link, r#"{"type":"pong"}"#.to_owned()),
            LinkId::Dialled(_) if is("recheckin") => self.check_in(link),
            LinkId::Accepted(_) if is("hello") => self.send(link, hello("1")),
            LinkId::Accepted(_) if is("request") => {
                self.send(link, r#"{"type":"rejected"}"#.to_owned());
            }
            LinkId::Dialled(_) | LinkId::Accepted(_) => {}
        }
    }

    fn check_in(&mut self, link: LinkId) {
        let Orders { id, name, .. } = &self.orders;
        let frame = format!(
            r#"{{"type":"checkin","discoveryID":"{id}","friendlyname":"{name}","lastSeen":0}}"#
        );
        self.send(link, frame);
    }

    fn send(&mut self, link: LinkId, frame: String) {
        self.out.push_back(Output::Transmit(link, frame));
    }
}

/// Returns a hello of somebody who knows no secret.
#[must_use]
pub fn hello(version: &str) -> String {
    let nonce = "A".repeat(43);
    format!(r#"{{"type":"hello","v":{version},"eph":"{POINT}","nonce":"{nonce}"}}"#)
}
