//! The files that are offered in the chats: what is said of each, how far it is, and how fast it goes.

use super::resync::Resynced;
use ipc::{ContactId, Message, Transfer, TransferId, TransferState, UnixMillis};
use litemap::LiteMap;

/// Between two looks at how fast a file goes, in milliseconds: pieces arrive in bursts.
const LOOK: u64 = 500;

/// What weighs as much as what was seen before, in milliseconds.
const SMOOTH: u64 = 3_000;

/// How long it is believed that a file goes as fast as before, in milliseconds.
const BELIEVED: u64 = 10_000;

/// All files.
#[derive(Debug, Default)]
pub(crate) struct Transfers {
    pub(super) all: Resynced<TransferId, Moving>,
    /// What is said of those whose messages were seen.
    known: LiteMap<TransferId, Known>,
    /// Those whose messages were looked for and are not there.
    lost: LiteMap<TransferId, ()>,
    /// Files that were chosen and are not with the engine.
    pub(super) chosen: LiteMap<TransferId, Pending>,
    /// Photographs from which something was left out.
    pub(super) cleaned: LiteMap<TransferId, ()>,
    /// The last end of one that was seen coming: the file, and whether it is an own one.
    pub(crate) ended: Option<(Known, TransferState)>,
}

/// What is said of a file, in as much as lists need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// It was offered from here.
    pub(crate) own: bool,
    /// When it was offered.
    pub(crate) at: UnixMillis,
    /// Its name.
    pub(crate) name: String,
    /// How many bytes it has.
    pub(crate) size: u64,
}

/// A file that was chosen and is not with the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) name: String,
    pub(super) contact: ContactId,
    /// It was offered before.
    pub(super) again: bool,
}

/// How far a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moving {
    pub(super) transfer: Transfer,
    pace: Pace,
}

/// How fast a file goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Pace {
    /// When it was looked at, and how far it was.
    seen: Option<(UnixMillis, u64)>,
    /// Bytes in a second.
    rate: Option<u64>,
}

impl Pace {
    fn follow(self, now: UnixMillis, bytes: u64) -> Self {
        let again = Self {
            seen: Some((now, bytes)),
            ..self
        };
        let Some((at, before)) = self.seen else {
            return again;
        };
        // A clock that was set back, or a file that was begun again.
        let (Some(passed), Some(more)) = (now.checked_sub(at), bytes.checked_sub(before)) else {
            return again;
        };
        if passed < LOOK {
            return self;
        }
        let new = more.saturating_mul(1_000) / passed;
        let rate = self.rate.map_or(new, |old| {
            let both = old
                .saturating_mul(SMOOTH)
                .saturating_add(new.saturating_mul(passed));
            both / (SMOOTH + passed)
        });
        Self {
            rate: Some(rate),
            ..again
        }
    }

    fn rate(self, now: UnixMillis) -> Option<u64> {
        let (at, _) = self.seen?;
        let believed = now.saturating_sub(at) <= BELIEVED;
        self.rate.filter(|rate| believed && *rate > 0)
    }
}

/// What a card shows of how far a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileShown {
    /// How far it is.
    pub(crate) stage: Stage,
    /// How many bytes are on the disk of whoever gets it.
    pub(crate) bytes: u64,
    /// How many come in a second.
    pub(crate) rate: Option<u64>,
    /// In how many seconds it is whole.
    pub(crate) left: Option<u64>,
    /// Something was left out of the photograph.
    pub(crate) cleaned: bool,
}

/// How far a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It waits for the person.
    Undecided,
    /// The person has decided, and the engine has not answered.
    Deciding,
    /// Nothing is known of it any more: an old one of one's own.
    Forgotten,
    /// On its way, or at an end.
    At(TransferState),
}

impl Transfers {
    /// Takes what is said of a file in a message.
    pub(super) fn learn(&mut self, message: &Message) {
        if let Some(file) = &message.file {
            let known = Known {
                own: message.state.is_own(),
                at: message.at,
                name: file.offer.name.clone(),
                size: file.offer.size,
            };
            self.known.insert(file.transfer.clone(), known);
        }
    }

    /// Takes how far a file is.
    pub(super) fn take(&mut self, now: UnixMillis, transfer: Transfer) {
        let id = transfer.transfer.clone();
        let before = self.all.get(&id);
        let state = transfer.state;
        let before_pace = before.map_or(Pace::default(), |moving| moving.pace);
        let pace = if state == TransferState::Running {
            before_pace.follow(now, transfer.bytes)
        } else {
            Pace::default()
        };
        let was_open = before.is_some_and(|moving| !moving.transfer.state.has_ended());
        let known = self.known.get(&id);
        if let Some(known) = known.filter(|_| was_open && state.has_ended()) {
            self.ended = Some((known.clone(), state));
        }
        self.all.insert(id, Moving { transfer, pace });
    }

    /// Forgets the files of a contact who is gone.
    pub(super) fn forget(&mut self, contact: &ContactId) {
        let theirs = self
            .all
            .values()
            .filter(|moving| moving.transfer.contact == *contact);
        let theirs: Vec<_> = theirs
            .map(|moving| moving.transfer.transfer.clone())
            .collect();
        for id in theirs {
            self.all.remove(&id);
        }
    }

    /// Returns what is said of a file.
    pub(crate) fn known(&self, id: &TransferId) -> Option<&Known> {
        self.known.get(id)
    }

    /// Returns how far a file is that has so many bytes.
    pub(super) fn shown(
        &self,
        now: UnixMillis,
        id: &TransferId,
        size: u64,
        none: Stage,
    ) -> FileShown {
        let moving = self.all.get(id);
        let rate = moving.and_then(|moving| moving.pace.rate(now));
        let bytes = moving.map_or(0, |moving| moving.transfer.bytes);
        FileShown {
            stage: moving.map_or(none, |moving| Stage::At(moving.transfer.state)),
            bytes,
            rate,
            left: rate.map(|rate| size.saturating_sub(bytes).div_ceil(rate)),
            cleaned: self.cleaned.contains_key(id),
        }
    }

    /// Returns how many files are on their way.
    pub(crate) fn open(&self) -> usize {
        let open = |moving: &&Moving| !moving.transfer.state.has_ended();
        self.all.values().filter(open).count()
    }

    /// Returns whether a file goes: then time alone changes what is shown.
    pub(crate) fn any_running(&self) -> bool {
        let mut all = self.all.values();
        all.any(|moving| moving.transfer.state == TransferState::Running)
    }

    /// Returns how many files for a contact are chosen and not with the engine.
    pub(crate) fn preparing(&self, contact: &ContactId) -> usize {
        let theirs = |pending: &&Pending| pending.contact == *contact;
        self.chosen.values().filter(theirs).count()
    }

    /// Returns all files, those on their way first and of those the newest.
    pub(crate) fn sorted(&self) -> Vec<(&Transfer, Option<&Known>)> {
        let with = |moving: &Moving| self.known.get(&moving.transfer.transfer);
        let all = self
            .all
            .values()
            .map(|moving| (&moving.transfer, with(moving)));
        let mut all: Vec<_> = all.collect();
        all.sort_by_key(|(transfer, known)| {
            let at = known.map_or(0, |known| known.at);
            (transfer.state.has_ended(), std::cmp::Reverse(at))
        });
        all
    }

    /// Returns the contacts with files of which nothing is known.
    pub(super) fn unknown(&self) -> Vec<ContactId> {
        let mut contacts: LiteMap<_, _> = LiteMap::new();
        for moving in self.all.values() {
            let id = &moving.transfer.transfer;
            if !self.known.contains_key(id) && !self.lost.contains_key(id) {
                contacts.insert(moving.transfer.contact.clone(), ());
            }
        }
        contacts.into_iter().map(|(contact, ())| contact).collect()
    }

    /// Notes that all messages of a contact were looked through.
    pub(super) fn looked_through(&mut self, contact: &ContactId) {
        for moving in self.all.values() {
            let id = &moving.transfer.transfer;
            if moving.transfer.contact == *contact && !self.known.contains_key(id) {
                self.lost.insert(id.clone(), ());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1 << 20;

    #[test]
    fn how_fast_a_file_goes_is_smoothed_and_not_believed_for_long() {
        let mut pace = Pace::default().follow(0, 0);
        assert_eq!(pace.rate(0), None);
        pace = pace.follow(100, MB);
        assert_eq!(pace.rate(100), None, "too soon to say");
        pace = pace.follow(1_000, 2 * MB);
        assert_eq!(pace.rate(1_000), Some(2 * MB));
        pace = pace.follow(2_000, 2 * MB);
        assert_eq!(
            pace.rate(2_000),
            Some(2 * MB * 3 / 4),
            "a second without one"
        );
        assert_eq!(pace.rate(12_000), Some(2 * MB * 3 / 4));
        assert_eq!(pace.rate(12_001), None);
        let back = pace.follow(1_500, 3 * MB);
        assert_eq!(
            back.seen,
            Some((1_500, 3 * MB)),
            "a clock that was set back"
        );
        let again = pace.follow(9_000, MB);
        assert_eq!(again.rate, pace.rate, "begun again");
        assert_eq!(again.seen, Some((9_000, MB)));
    }

    #[test]
    fn a_steady_file_has_a_steady_rate() {
        let mut pace = Pace::default();
        for step in 0..200 {
            pace = pace.follow(step * 50, step * 50_000);
        }
        assert_eq!(pace.rate(199 * 50), Some(1_000_000));
    }
}
