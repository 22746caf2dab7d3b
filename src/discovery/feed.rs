//! What another router says, in order: a registry in parts, then one change after the other.

use crate::clock::Mono;
use crate::limits::NAMESPACE_ENTRIES;
use crate::wire::{Entry, Frame};
use std::time::Duration;

/// How long the next part of a registry may take, the first counted from the check-in. A holder of
/// the Router ID that does not speak the protocol is passed over after this.
const PART_WAIT: Duration = Duration::from_secs(8);

/// The receiving end of one router's registry and updates.
#[derive(Debug)]
pub(super) struct Feed {
    /// What the copy is up to; `None` until the first full registry.
    version: Option<(u64, u64)>,
    part_by: Option<Mono>,
    partial: Option<Partial>,
}

/// A registry of which some parts have come.
#[derive(Debug)]
struct Partial {
    version: (u64, u64),
    parts: u32,
    next: u32,
    peers: Vec<Entry>,
}

/// What a message of a router comes to.
#[derive(Debug)]
pub(super) enum News {
    /// The last part of a registry; all of it.
    Registry(Vec<Entry>),
    /// The very next change.
    Change {
        joined: Vec<Entry>,
        left: Vec<String>,
    },
    /// A change was missed: ask for the whole registry.
    Gap,
    /// Nothing yet.
    Incomplete,
    /// Neither a registry nor a change.
    Other(Frame),
}

/// What to do with an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// It is the very next one.
    Next,
    /// One before it was missed: ask for the whole registry.
    Gap,
    /// The registry it changes has not come yet.
    Early,
}

impl Feed {
    /// A registry is expected from now on.
    pub(super) fn new(now: Mono) -> Self {
        Self {
            version: None,
            part_by: Some(now + PART_WAIT),
            partial: None,
        }
    }

    /// Whether a full registry has come.
    pub(super) fn is_complete(&self) -> bool {
        self.version.is_some()
    }

    /// When the next part must have come.
    pub(super) fn due(&self) -> Option<Mono> {
        self.part_by
    }

    /// Whether the next part has not come in time.
    pub(super) fn is_late(&self, now: Mono) -> bool {
        self.part_by.is_some_and(|by| now >= by)
    }

    /// Takes what a router says of the people.
    pub(super) fn hear(&mut self, frame: Frame, now: Mono) -> Result<News, String> {
        match frame {
            Frame::Registry {
                epoch,
                seq,
                part,
                parts,
                peers,
            } => {
                let whole = self.part((epoch, seq), (part, parts), peers, now)?;
                Ok(whole.map_or(News::Incomplete, News::Registry))
            }
            Frame::Update {
                epoch,
                seq,
                joined,
                left,
            } => Ok(match self.order(epoch, seq) {
                Order::Next => News::Change { joined, left },
                Order::Gap => News::Gap,
                Order::Early => News::Incomplete,
            }),
            other => Ok(News::Other(other)),
        }
    }

    /// Takes one part of a registry, and gives all of it with the last.
    fn part(
        &mut self,
        version: (u64, u64),
        (part, parts): (u32, u32),
        peers: Vec<Entry>,
        now: Mono,
    ) -> Result<Option<Vec<Entry>>, String> {
        if part == 1 {
            self.partial = Some(Partial {
                version,
                parts,
                next: 1,
                peers: Vec::new(),
            });
        }
        let Some(partial) = &mut self.partial else {
            return Err("a registry that does not begin with part 1".to_owned());
        };
        if (partial.version, partial.parts, partial.next) != (version, parts, part) || part > parts
        {
            return Err("registry parts that do not belong together".to_owned());
        }
        if partial.peers.len() + peers.len() > NAMESPACE_ENTRIES || peers.is_empty() && part > 1 {
            return Err("a registry that is larger than any".to_owned());
        }
        partial.peers.extend(peers);
        partial.next += 1;
        if part < parts {
            self.part_by = Some(now + PART_WAIT);
            return Ok(None);
        }
        self.part_by = None;
        self.version = Some(version);
        Ok(self.partial.take().map(|whole| whole.peers))
    }

    /// Places an update after what has come.
    fn order(&mut self, epoch: u64, seq: u64) -> Order {
        match &mut self.version {
            Some((held, at)) if *held == epoch && at.checked_add(1) == Some(seq) => {
                *at = seq;
                Order::Next
            }
            Some(_) => Order::Gap,
            None => Order::Early,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            discovery_id: String::new(),
            friendlyname: String::new(),
            last_seen: 0,
            sealed_transport: None,
        }
    }

    #[test]
    fn a_registry_is_whole_with_its_last_part() {
        let mut feed = Feed::new(Mono(0));
        assert_eq!(feed.order(7, 3), Order::Early);
        assert_eq!(
            feed.part((7, 2), (1, 2), vec![entry()], Mono(5_000)),
            Ok(None)
        );
        assert_eq!(feed.due(), Some(Mono(13_000)), "each part has its time");
        let whole = feed.part((7, 2), (2, 2), vec![entry()], Mono(6_000));
        assert_eq!(whole, Ok(Some(vec![entry(), entry()])));
        assert!(feed.is_complete() && !feed.is_late(Mono(1_000_000)));
        assert_eq!(feed.order(7, 3), Order::Next);
        assert_eq!(feed.order(7, 5), Order::Gap);
        assert_eq!(feed.order(8, 4), Order::Gap);
    }

    #[test]
    fn parts_that_do_not_belong_together_and_endless_registries_are_refused() {
        let part = |feed: &mut Feed, version, part, peers| feed.part(version, part, peers, Mono(0));
        let mut feed = Feed::new(Mono(0));
        assert!(part(&mut feed, (1, 1), (2, 2), vec![entry()]).is_err());
        assert!(part(&mut feed, (1, 1), (1, 3), vec![entry()]).is_ok());
        assert!(part(&mut feed, (1, 2), (2, 3), vec![entry()]).is_err());
        assert!(part(&mut feed, (1, 1), (2, 3), Vec::new()).is_err());
        let many = vec![entry(); NAMESPACE_ENTRIES + 1];
        assert!(part(&mut feed, (1, 1), (1, 1), many).is_err());
    }
}
