//! One file, and how far it is.

use super::piece;
use super::receiving::Receiving;
use super::sending::Sending;
use super::talk::Word;
use crate::records::{Direction, End, Progressed, TransferRecord};
use crate::view::TransferState;

/// One file.
#[derive(Debug)]
pub(super) struct File {
    pub(super) record: TransferRecord,
    pub(super) work: Work,
    /// Its message was deleted.
    pub(super) deleted: bool,
    /// What the views were told last.
    pub(super) told: Option<(TransferState, u64)>,
}

/// What is going on with a file.
#[derive(Debug)]
pub(super) enum Work {
    Sending(Sending),
    Receiving(Receiving),
}

impl File {
    pub(super) fn new(record: TransferRecord) -> Self {
        let work = match record.direction {
            Direction::Out => Work::Sending(Sending::default()),
            Direction::In => Work::Receiving(Receiving::default()),
        };
        Self {
            record,
            work,
            deleted: false,
            told: None,
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        matches!(self.record.progressed, Progressed::Ended { .. })
    }

    /// Returns whether the browser has it, and has not said yet what came of that.
    pub(super) fn is_saving(&self) -> bool {
        let saving =
            |work: &Work| matches!(work, Work::Receiving(receiving) if receiving.is_saving());
        !self.has_ended() && saving(&self.work)
    }

    /// Returns whether the other side is to hear of it when there is a session.
    pub(super) fn has_news(&self) -> bool {
        match self.record.progressed {
            Progressed::Ended { told: false, .. } => true,
            // Of what the other person has ended, this disk may know less than theirs.
            Progressed::Ended { .. } if self.record.is_over() => false,
            Progressed::Ended { .. } | Progressed::Open => match &self.work {
                Work::Sending(sending) => sending.is_unheard(),
                Work::Receiving(_) => true,
            },
        }
    }

    /// Returns what the other side is to hear.
    pub(super) fn take_news(&mut self) -> Option<Word> {
        let paused = self.record.paused;
        match &mut self.work {
            Work::Sending(sending) => sending.take_news(paused),
            Work::Receiving(receiving) => {
                let word = if paused { Word::Paused } else { Word::Want };
                receiving.take_news().then_some(word)
            }
        }
    }

    /// Returns whether the other side was asked what has become of it.
    pub(super) fn was_inquired(&self) -> bool {
        matches!(&self.work, Work::Sending(sending) if sending.was_inquired())
    }

    /// Hears that it has ended there. Returns what is said to that. What was saved here is said again: the disk of its
    /// sender is older than that.
    pub(super) fn hear_end(&mut self) -> Word {
        match &mut self.work {
            Work::Receiving(_) if self.record.was_saved() => return Word::Saved,
            Work::Receiving(_) => {}
            Work::Sending(sending) => sending.hear(),
        }
        Word::Noted
    }

    pub(super) fn size(&self) -> u64 {
        self.record.offer.size
    }

    /// Returns how far it is, and how many bytes of it are on the disk of whoever gets it.
    pub(super) fn state(&self) -> (TransferState, u64) {
        let state = match self.record.progressed {
            Progressed::Ended {
                how: End::Saved, ..
            } => return (TransferState::Saved, self.size()),
            Progressed::Ended { how, .. } => how.shown(),
            Progressed::Open if self.record.paused => TransferState::Paused { there: false },
            Progressed::Open => match &self.work {
                Work::Sending(sending) => sending.state(),
                Work::Receiving(receiving) => receiving.state(),
            },
        };
        let pieces = match &self.work {
            Work::Sending(sending) => sending.got(),
            Work::Receiving(receiving) => receiving.have(),
        };
        (state, piece::bytes_before(self.size(), pieces))
    }
}
