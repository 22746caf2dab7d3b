//! The files that are offered in the chats: what is said of each, how far it is, and how fast it goes.

use super::pages::Room;
use super::resync::Resynced;
use ipc::{ContactId, Transfer, TransferId, TransferState, UnixMillis};
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
    /// Files that were chosen and are not with the engine.
    pub(super) chosen: LiteMap<TransferId, Pending>,
    /// Photographs from which something was left out.
    pub(super) cleaned: LiteMap<TransferId, ()>,
    /// How much room they take on this device, as it was found last.
    pub(crate) room: Option<Room>,
    /// The last one that came to its end while this view was there.
    pub(crate) ended: Option<Transfer>,
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
    /// Its person chooses where it is saved.
    pub(crate) chosen: bool,
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
        if was_open && state.has_ended() {
            self.ended = Some(transfer.clone());
        }
        self.all.insert(id, Moving { transfer, pace });
    }

    /// Returns what is known of a file.
    pub(super) fn get(&self, id: &TransferId) -> Option<&Transfer> {
        self.all.get(id).map(|moving| &moving.transfer)
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
            chosen: moving.is_some_and(|moving| moving.transfer.asks),
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
    pub(crate) fn sorted(&self) -> Vec<&Transfer> {
        let mut all: Vec<_> = self.all.values().map(|moving| &moving.transfer).collect();
        all.sort_by_key(|file| (file.state.has_ended(), std::cmp::Reverse(file.began)));
        all
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
