//! One entry of the list, and who says that it is true.

use crate::clock::Mono;
use crate::io::LinkId;
use crate::wire::Entry;

/// Who says that somebody is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// It is oneself, or a peer that has checked in here.
    Here,
    /// The router at the other end of a connection.
    Router(LinkId),
}

/// What shows that somebody is there, from the least to the most. Whoever holds a Router ID can
/// invent as many people as fit the list; nobody can invent one that checks in here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// Nobody says so any more.
    Leftover,
    /// A router says so, which has it from another one.
    Relayed,
    /// A router says so of one of its own peers.
    Told,
    /// They have checked in here, from the id that the server attests.
    Here,
}

#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) entry: Entry,
    pub(super) confirmed: Mono,
    /// Who says so at present: two routers do while somebody moves between them. An entry that
    /// nobody confirms any more is a leftover, and stays until it expires.
    pub(super) sources: Vec<Source>,
    /// Which of them are this one itself, as a router, who goes with its connections: also where it has checked in
    /// elsewhere since.
    pub(super) itself: Vec<Source>,
}

impl Held {
    /// Returns when it was last known to be true.
    pub(super) fn confirmed(&self, heard: &[(LinkId, Mono)]) -> Mono {
        let says = |link: &LinkId| self.sources.contains(&Source::Router(*link));
        let heard = heard.iter().filter(|(link, _)| says(link));
        heard.fold(self.confirmed, |last, (_, at)| last.max(*at))
    }

    pub(super) fn standing(&self) -> Standing {
        if self.sources.contains(&Source::Here) {
            Standing::Here
        } else if self.sources.is_empty() {
            Standing::Leftover
        } else if self.entry.relayed == Some(true) {
            Standing::Relayed
        } else {
            Standing::Told
        }
    }

    /// Returns whether another router says so.
    pub(super) fn is_told(&self) -> bool {
        let mut sources = self.sources.iter();
        sources.any(|source| matches!(source, Source::Router(_)))
    }

    /// Notes that a source says what is in the entry.
    pub(super) fn say(&mut self, source: Source) {
        // That of a leftover is over.
        let sources = &self.sources;
        self.itself
            .retain(|itself| *itself != source && sources.contains(itself));
        if self.entry.router == Some(true) {
            self.itself.push(source);
        }
        if !self.sources.contains(&source) {
            self.sources.push(source);
        }
    }

    /// Takes back what a source has said. Whoever others have too goes on as a peer of theirs.
    pub(super) fn withdraw(&mut self, source: Source) {
        self.sources.retain(|known| *known != source);
        if !self.sources.is_empty() {
            self.itself.retain(|itself| *itself != source);
        }
    }

    /// Returns the entry as a router here tells it.
    pub(super) fn as_told(&self) -> Entry {
        let here = self.standing() == Standing::Here;
        Entry {
            relayed: (!here).then_some(true),
            router: self.itself.contains(&Source::Here).then_some(true),
            ..self.entry.clone()
        }
    }

    /// Returns whether somebody other than this router says so.
    pub(super) fn is_news_to(&self, link: LinkId) -> bool {
        self.sources
            .iter()
            .any(|source| *source != Source::Router(link))
    }
}
