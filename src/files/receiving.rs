//! One file that comes.
//!
//! | | the part is open | a piece is announced | written | damaged | the connection ends |
//! |---|---|---|---|---|---|
//! | Opening | `Open`, or `Saving` where it is whole | ignored | – | – | – |
//! | Open | – | written where it is the next one | counted; `Saving` after the last | asked for again | asked for again |
//! | Saving | – | ignored | – | – | – |
//! | Unsaved | – | ignored | – | – | – |
//!
//! Where the browser does not save it, a file that is Saving is Unsaved, until its person has it saved again.

use super::piece;
use crate::context::Context;
use crate::io::{FileInput, FileOutput, LinkId, Output};
use crate::limits::{DAMAGED_PIECES, PIECES_AHEAD};
use crate::offer::FileOffer;
use crate::records::End;
use crate::values::TransferId;
use crate::view::{Failure, TransferState};

/// What is known of a file that comes.
#[derive(Debug, Default)]
pub(super) struct Receiving {
    stage: Stage,
    /// Pieces that are on the disk, from the first one on.
    have: u64,
    /// The number of the next piece that may be announced.
    next: u64,
    /// It was asked for on the present connection.
    asked: bool,
    /// What the sender has said since it was told that the file is wanted.
    sender: Sender,
    /// How often a piece came damaged.
    damaged: u32,
    /// The sender does not know yet whether it is wanted now.
    news: bool,
    /// Pieces are on the disk of which the sender has not heard.
    owes: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// Not looked for on the disk.
    #[default]
    Closed,
    /// Being looked for there.
    Opening,
    /// Pieces can be written.
    Open,
    /// All pieces are there, and being saved.
    Saving,
    /// All pieces are there, and were not saved.
    Unsaved,
}

/// Whether a sender sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sender {
    /// It has not said so.
    #[default]
    Unheard,
    Ready,
    /// Its person has to choose the file again.
    Lacking,
    /// Its person has stopped it for now.
    Paused,
}

impl Receiving {
    /// Looks what is on the disk, and whether there is room for the rest.
    pub(super) fn open(&mut self, ctx: &mut Context, id: &TransferId, size: u64) {
        if self.stage == Stage::Closed {
            self.stage = Stage::Opening;
            ctx.emit(Output::File(id.clone(), FileOutput::Open { size }));
        }
    }

    pub(super) fn state(&self) -> TransferState {
        match self.stage {
            Stage::Saving => TransferState::Saving,
            Stage::Unsaved => TransferState::Unsaved,
            Stage::Open if self.sender == Sender::Lacking => TransferState::NeedsFile,
            Stage::Open if self.sender == Sender::Paused => TransferState::Paused { there: true },
            Stage::Open if self.asked => TransferState::Running,
            Stage::Open | Stage::Closed | Stage::Opening => TransferState::Waiting,
        }
    }

    pub(super) fn have(&self) -> u64 {
        self.have
    }

    /// Returns whether all of it is here.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.stage, Stage::Saving | Stage::Unsaved)
    }

    /// Returns whether pieces of it are to be fetched, now or once the sender has said that it is ready.
    pub(super) fn is_wanted(&self) -> bool {
        let may_be_sent = matches!(self.sender, Sender::Unheard | Sender::Ready);
        self.stage == Stage::Open && may_be_sent
    }

    /// Returns from which piece on it is to be asked for, where that has not been done. Not before the sender is
    /// ready: what is asked for on one connection can be there before what was said in the session before it.
    pub(super) fn ask(&mut self) -> Option<u64> {
        let ask = self.is_wanted() && self.sender == Sender::Ready && !self.asked;
        ask.then(|| {
            self.asked = true;
            self.next = self.have;
            self.have
        })
    }

    /// Notes that the connection has ended, or that it is not asked for any more.
    pub(super) fn interrupted(&mut self) {
        self.asked = false;
        self.next = self.have;
    }

    /// Notes whether the sender sends it. What was asked for before may not have been heard as such.
    pub(super) fn heard(&mut self, sender: Sender) {
        self.sender = sender;
        self.interrupted();
    }

    /// Saves it once more, where it was not.
    pub(super) fn save_again(&mut self, ctx: &mut Context, id: &TransferId, offer: &FileOffer) {
        if self.stage == Stage::Unsaved {
            self.save(ctx, id, offer);
        }
    }

    /// Notes that the sender is to hear whether it is wanted.
    pub(super) fn renew(&mut self) {
        self.news = matches!(self.stage, Stage::Open | Stage::Saving | Stage::Unsaved);
    }

    /// Returns whether the sender is to hear whether it is wanted now.
    pub(super) fn take_news(&mut self) -> bool {
        let news = std::mem::take(&mut self.news);
        if news {
            self.sender = Sender::Unheard;
        }
        news
    }

    /// Notes that there is a new session: both sides are told again.
    pub(super) fn connected(&mut self) {
        self.renew();
        self.sender = Sender::Unheard;
    }

    /// Returns up to which piece the sender is to hear that they are on the disk.
    pub(super) fn take_owed(&mut self) -> Option<u64> {
        std::mem::take(&mut self.owes).then_some(self.have)
    }

    /// Takes a piece that is announced. What is not the next one is passed over: it was sent before the sender
    /// heard from where to go on. So is what is further ahead of the disk than a sender goes.
    pub(super) fn announced(
        &mut self,
        ctx: &mut Context,
        (id, link): (&TransferId, LinkId),
        size: u64,
        (number, length, hash): (u64, u32, [u8; 32]),
    ) {
        let expected = piece::length(size, number);
        let is_next = number == self.next && number < self.have.saturating_add(PIECES_AHEAD);
        let is_next = self.asked && (is_next || planted!(AnyPieceTaken));
        if !is_next || !self.is_wanted() || length == 0 || length != expected {
            return;
        }
        self.next += 1;
        let write = FileOutput::Write {
            link,
            number,
            length,
            hash,
        };
        ctx.emit(Output::File(id.clone(), write));
    }

    /// Goes on after the device has done something. Returns how the file has ended.
    pub(super) fn input(
        &mut self,
        ctx: &mut Context,
        id: &TransferId,
        offer: &FileOffer,
        input: FileInput,
    ) -> Option<End> {
        match input {
            FileInput::Opened { pieces } if self.stage == Stage::Opening => {
                self.stage = Stage::Open;
                self.have = pieces.min(piece::count(offer.size));
                self.news = true;
                self.save_if_whole(ctx, id, offer);
            }
            FileInput::Written { number } if number == self.have => {
                self.have += 1;
                self.next = self.next.max(self.have);
                self.damaged = 0;
                self.owes = true;
                self.save_if_whole(ctx, id, offer);
            }
            FileInput::Damaged { .. } => {
                self.damaged += 1;
                if self.damaged > DAMAGED_PIECES && !planted!(DamagedForEver) {
                    return Some(End::Failed(Failure::Damaged));
                }
                self.interrupted();
            }
            FileInput::Saved => return Some(End::Saved),
            FileInput::NotSaved if self.stage == Stage::Saving => self.stage = Stage::Unsaved,
            FileInput::Failed(why) => return Some(End::Failed(why)),
            FileInput::Opened { .. }
            | FileInput::Written { .. }
            | FileInput::Found
            | FileInput::Lacking
            | FileInput::NotSaved
            | FileInput::Read { .. }
            | FileInput::Sent => {}
        }
        None
    }

    fn save_if_whole(&mut self, ctx: &mut Context, id: &TransferId, offer: &FileOffer) {
        if self.stage == Stage::Open && self.have == piece::count(offer.size) {
            self.save(ctx, id, offer);
        }
    }

    fn save(&mut self, ctx: &mut Context, id: &TransferId, offer: &FileOffer) {
        self.stage = Stage::Saving;
        let save = FileOutput::Save {
            name: offer.name.clone(),
            size: offer.size,
            folder: offer.folder,
            keep: offer.is_kept(),
        };
        ctx.emit(Output::File(id.clone(), save));
    }
}
