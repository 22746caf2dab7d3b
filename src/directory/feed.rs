//! What another router says of the people, in order: a registry in parts, then one change after
//! the other.

use crate::clock::Mono;
use crate::limits::{NAMESPACE_ENTRIES, REGISTRY_PARTS};
use crate::misbehaviour::Misbehaviour;
use crate::wire::{Entry, RegistryChange, RegistryPart};
use pace::Bucket;
use std::time::Duration;

/// How long the next part of a registry may take, the first counted from the check-in. A holder of
/// the Router ID that does not speak the protocol is passed over after this.
const PART_WAIT: Duration = Duration::from_secs(8);

/// How often this device asks one router for its registry, or checks in there. That is less than a
/// router puts up with, so that messages which were held up on their way are not too many.
const ASK_BURST: u32 = 3;
/// See [`ASK_BURST`].
const ASK_EVERY: Duration = Duration::from_secs(10);

/// The receiving end of one router's registry and updates.
#[derive(Debug)]
pub(super) struct Feed {
    /// What the copy is up to; `None` until the first full registry.
    version: Option<(u64, u64)>,
    part_by: Option<Mono>,
    /// How many parts a registry may have.
    most: u32,
    partial: Option<Partial>,
    /// How many registries were asked for and have not begun.
    expected: u32,
    asks: Bucket,
}

/// A registry of which some parts have come.
#[derive(Debug)]
struct Partial {
    version: (u64, u64),
    parts: u32,
    next: u32,
    peers: Vec<Entry>,
}

/// What follows from a message of a router.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    /// The last part of a registry has come; these are all its people.
    Registry(Vec<Entry>),
    /// The very next change.
    Change {
        joined: Vec<Entry>,
        left: Vec<String>,
    },
    /// A change was missed: the whole registry is to be asked for.
    Gap,
    /// Nothing yet: more must come first.
    Incomplete,
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
    /// Expects a registry of a whole namespace from now on.
    pub(super) fn new(now: Mono) -> Self {
        Self::of_parts(now, REGISTRY_PARTS)
    }

    /// Expects a registry of so many parts at most.
    pub(super) fn of_parts(now: Mono, most: u32) -> Self {
        Self {
            most,
            version: None,
            part_by: Some(now + PART_WAIT),
            partial: None,
            expected: 1,
            asks: Bucket::new(ASK_BURST, ASK_EVERY),
        }
    }

    /// Returns whether the router can be asked for something now, and counts it as asked. Any such
    /// message may be answered with a registry.
    pub(super) fn ask(&mut self, now: Mono) -> bool {
        let may = self.asks.take(now.into());
        if may {
            self.expected = (self.expected + 1).min(ASK_BURST);
        }
        may
    }

    /// Returns when the router can be asked next.
    pub(super) fn can_ask_at(&self) -> Mono {
        self.asks.due().into()
    }

    /// Returns whether a full registry has come.
    pub(super) fn is_complete(&self) -> bool {
        self.version.is_some()
    }

    /// Returns when the next part must have come.
    pub(super) fn due(&self) -> Option<Mono> {
        self.part_by
    }

    /// Returns whether the next part has not come in time.
    pub(super) fn is_late(&self, now: Mono) -> bool {
        self.part_by.is_some_and(|by| now >= by)
    }

    /// Takes the next part of a registry.
    pub(super) fn registry(
        &mut self,
        registry: RegistryPart,
        now: Mono,
    ) -> Result<News, Misbehaviour> {
        let RegistryPart {
            epoch,
            seq,
            part,
            parts,
            peers,
        } = registry;
        let version = (epoch, seq);
        if parts > self.most {
            return Err(Misbehaviour::RegistryTooLarge);
        }
        if part == 1 {
            let expected = self.expected.checked_sub(1);
            self.expected = expected.ok_or(Misbehaviour::RegistryUnasked)?;
            self.partial = Some(Partial {
                version,
                parts,
                next: 1,
                peers: Vec::new(),
            });
        }
        let Some(partial) = &mut self.partial else {
            return Err(Misbehaviour::RegistryWithoutBeginning);
        };
        if (partial.version, partial.parts, partial.next) != (version, parts, part) || part > parts
        {
            return Err(Misbehaviour::RegistryMixedUp);
        }
        if partial.peers.len() + peers.len() > NAMESPACE_ENTRIES || peers.is_empty() && part > 1 {
            return Err(Misbehaviour::RegistryTooLarge);
        }
        partial.peers.extend(peers);
        partial.next += 1;
        if part < parts {
            self.part_by = Some(now + PART_WAIT);
            return Ok(News::Incomplete);
        }
        self.part_by = None;
        self.version = Some(version);
        let whole = self.partial.take().map(|whole| whole.peers);
        Ok(whole.map_or(News::Incomplete, News::Registry))
    }

    /// Takes a change of the registry.
    pub(super) fn update(
        &mut self,
        change: RegistryChange,
        now: Mono,
    ) -> Result<News, Misbehaviour> {
        Ok(match self.order(change.epoch, change.seq) {
            Order::Next => News::Change {
                joined: change.joined,
                left: change.left,
            },
            Order::Gap if self.part_by.is_none() => {
                if !self.ask(now) {
                    return Err(Misbehaviour::AskedWithoutEnd);
                }
                self.part_by = Some(now + PART_WAIT);
                News::Gap
            }
            // The registry that puts it right is on its way.
            Order::Gap | Order::Early => News::Incomplete,
        })
    }

    /// Returns where an update stands in the order of what has come.
    fn order(&mut self, epoch: u64, seq: u64) -> Order {
        match &mut self.version {
            Some((held, at))
                if (*held == epoch || planted!(EpochIgnored)) && at.checked_add(1) == Some(seq) =>
            {
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
            relayed: None,
            router: None,
        }
    }

    fn part((epoch, seq): (u64, u64), (part, parts): (u32, u32), people: usize) -> RegistryPart {
        RegistryPart {
            epoch,
            seq,
            part,
            parts,
            peers: vec![entry(); people],
        }
    }

    #[test]
    fn a_registry_is_whole_with_its_last_part() {
        let mut feed = Feed::new(Mono(0));
        assert_eq!(feed.order(7, 3), Order::Early);
        let first = feed.registry(part((7, 2), (1, 2), 1), Mono(5_000));
        assert_eq!(first, Ok(News::Incomplete));
        assert_eq!(feed.due(), Some(Mono(13_000)), "each part has its time");
        let whole = feed.registry(part((7, 2), (2, 2), 1), Mono(6_000));
        assert_eq!(whole, Ok(News::Registry(vec![entry(), entry()])));
        assert!(feed.is_complete() && !feed.is_late(Mono(1_000_000)));
        assert_eq!(feed.order(7, 3), Order::Next);
        assert_eq!(feed.order(7, 5), Order::Gap);
        assert_eq!(feed.order(8, 4), Order::Gap);
    }

    #[test]
    fn parts_that_do_not_belong_together_and_endless_registries_are_refused() {
        let mut feed = Feed::new(Mono(0));
        assert!(feed.ask(Mono(0)), "so that one more may begin");
        let mut hear = |version, place, count| {
            let heard = feed.registry(part(version, place, count), Mono(0));
            heard.map(|_| ())
        };
        let headless = Err(Misbehaviour::RegistryWithoutBeginning);
        assert_eq!(hear((1, 1), (2, 2), 1), headless);
        assert_eq!(hear((1, 1), (1, 3), 1), Ok(()));
        assert_eq!(
            hear((1, 2), (2, 3), 1),
            Err(Misbehaviour::RegistryMixedUp),
            "of another version"
        );
        let too_large = Err(Misbehaviour::RegistryTooLarge);
        assert_eq!(hear((1, 1), (2, 3), 0), too_large, "parts without end");
        assert_eq!(hear((1, 1), (1, 1), NAMESPACE_ENTRIES + 1), too_large);
        assert_eq!(hear((1, 1), (1, REGISTRY_PARTS + 1), 1), too_large);
    }

    #[test]
    fn a_registry_comes_only_where_one_was_asked_for() {
        let mut feed = Feed::new(Mono(0));
        let hear = |feed: &mut Feed| feed.registry(part((1, 1), (1, 1), 1), Mono(0)).map(drop);
        assert_eq!(hear(&mut feed), Ok(()));
        assert_eq!(hear(&mut feed), Err(Misbehaviour::RegistryUnasked));
        assert!(feed.ask(Mono(0)));
        assert_eq!(hear(&mut feed), Ok(()));
        assert_eq!(hear(&mut feed), Err(Misbehaviour::RegistryUnasked));
    }

    #[test]
    fn after_a_gap_the_registry_is_asked_for_once_and_not_without_end() {
        let mut feed = Feed::new(Mono(0));
        let change = || RegistryChange {
            epoch: 1,
            seq: 9,
            joined: Vec::new(),
            left: Vec::new(),
        };
        assert!(feed.registry(part((1, 1), (1, 1), 1), Mono(0)).is_ok());
        for _ in 0..ASK_BURST {
            assert_eq!(feed.update(change(), Mono(0)), Ok(News::Gap));
            assert_eq!(feed.update(change(), Mono(0)), Ok(News::Incomplete));
            assert!(feed.registry(part((1, 1), (1, 1), 1), Mono(0)).is_ok());
        }
        let endless = Err(Misbehaviour::AskedWithoutEnd);
        assert_eq!(feed.update(change(), Mono(0)), endless);
        assert_eq!(feed.update(change(), Mono(10_000)), Ok(News::Gap));
    }
}
