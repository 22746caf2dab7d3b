//! The device of a malicious signalling server: calls that the server sends to it, it makes once more
//! to whom they were meant for, and passes on what it hears on either connection.

use crate::malice::RELAYED;
use mesh_chat::config::Config;
use mesh_chat::node::{Input, Link, LinkId, Output, Reach};
use peerjs::event::ConnId;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use webext::mapping;

/// The process of such a device.
#[derive(Debug)]
pub struct Relay {
    id: String,
    out: VecDeque<Output>,
    dialled: u32,
    /// The other connection of each call.
    pairs: BTreeMap<LinkId, LinkId>,
    open: BTreeSet<LinkId>,
    /// What was heard for a connection that is not open yet.
    waiting: Vec<(LinkId, String)>,
}

impl Relay {
    /// A process that begins, with the id at which the server finds it.
    #[must_use]
    pub fn new(id: String, config: Config) -> Self {
        let register = Output::Register(id.clone());
        Self {
            id,
            out: VecDeque::from([Output::Configure(config), register]),
            dialled: 0,
            pairs: BTreeMap::new(),
            open: BTreeSet::new(),
            waiting: Vec::new(),
        }
    }

    /// Takes an input.
    pub fn handle(&mut self, input: Input) {
        let Input::Link(link, event) = input else {
            return;
        };
        match event {
            Link::Incoming { label, .. } => self.called(link, label),
            Link::Open { .. } => self.opened(link),
            Link::Frame(bytes) => {
                let frame = String::from_utf8_lossy(&bytes).into_owned();
                if let Some(other) = self.pairs.get(&link).copied() {
                    self.pass_on(other, frame);
                }
            }
            Link::Closed(_) => self.closed(link),
            Link::Suspect => {}
        }
    }

    /// Returns what to do next.
    pub fn poll(&mut self) -> Output {
        self.out.pop_front().unwrap_or(Output::Timeout(None))
    }

    /// Returns the other connection of a call.
    #[must_use]
    pub fn other(&self, conn: ConnId) -> Option<LinkId> {
        let mut pairs = self.pairs.iter();
        let (_, other) = pairs.find(|(link, _)| mapping::conn(**link) == conn)?;
        Some(*other)
    }

    fn called(&mut self, link: LinkId, label: String) {
        self.dialled += 1;
        let onward = LinkId::Dialled(self.dialled);
        self.pairs.insert(link, onward);
        self.pairs.insert(onward, link);
        let reach = Reach::Anywhere;
        self.out.push_back(Output::Answer { link, reach });
        self.out.push_back(Output::Dial {
            link: onward,
            from: self.id.clone(),
            to: RELAYED.to_owned(),
            label,
            further: Vec::new(),
            reach: Reach::Anywhere,
        });
    }

    fn opened(&mut self, link: LinkId) {
        self.open.insert(link);
        let (now, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|(to, _)| *to == link);
        self.waiting = later;
        for (to, frame) in now {
            self.out.push_back(Output::Transmit(to, frame));
        }
    }

    fn pass_on(&mut self, to: LinkId, frame: String) {
        if self.open.contains(&to) {
            self.out.push_back(Output::Transmit(to, frame));
        } else {
            self.waiting.push((to, frame));
        }
    }

    fn closed(&mut self, link: LinkId) {
        self.open.remove(&link);
        let Some(other) = self.pairs.remove(&link) else {
            return;
        };
        self.pairs.remove(&other);
        self.open.remove(&other);
        self.waiting.retain(|(to, _)| *to != link && *to != other);
        self.out.push_back(Output::Close(other));
    }
}
