//! One file that comes.
//!
//! | | the part is open | a piece is announced | written | damaged | the last piece differs | the connection ends |
//! |---|---|---|---|---|---|---|
//! | Opening | `Open`, or `Saving` where it is whole | ignored | – | – | – | – |
//! | Open | – | written where it is the next one | counted; `Saving` after the last | asked for again | `Back`, or it has changed | asked for again |
//! | Back | `Open` | ignored | – | – | ignored | – |
//! | Saving | – | ignored | – | – | ignored | – |
//! | Unsaved | – | ignored | – | – | ignored | – |
//!
//! Where the browser does not save it, a file that is Saving is Unsaved, until its person has it saved again; also after
//! a restart.
//!
//! It goes on only behind a piece that its sender has too. What has been written since the start was right and is flushed:
//! where that differs, the file has changed. What was found at the start may be what a crash has left, so it is dropped
//! piece by piece, a few of them; where nothing is left, there is nothing that could be mixed with another file. Of one
//! that was found with all its pieces the last is fetched again, unless it is stored that all were flushed.

use super::piece;
use crate::context::Context;
use crate::io::{FileInput, FileOutput, LinkId, Output};
use crate::limits::{DAMAGED_PIECES, PIECES_AHEAD, PIECES_BACK};
use crate::misbehaviour::Misbehaviour;
use crate::records::{Change, End, TransferRecord};
use crate::values::TransferId;
use crate::view::{Failure, TransferState};

/// What is known of a file that comes.
#[derive(Debug, Default)]
pub(super) struct Receiving {
    stage: Stage,
    /// Pieces that are on the disk, from the first one on.
    have: u64,
    /// The hash of the last of them.
    last: Option<[u8; 32]>,
    /// That one was written since the start.
    checked: bool,
    /// How many pieces were dropped since the start.
    back: u64,
    /// The number of the next piece that may be announced.
    next: u64,
    /// From which piece on it was asked for on the present connection.
    asked: Option<u64>,
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
    /// The last piece is being dropped.
    Back,
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
            look(ctx, id, size, piece::count(size));
        }
    }

    pub(super) fn state(&self) -> TransferState {
        match self.stage {
            Stage::Saving => TransferState::Saving,
            Stage::Unsaved => TransferState::Unsaved,
            Stage::Closed | Stage::Opening => TransferState::Waiting,
            Stage::Open | Stage::Back => match self.sender {
                Sender::Lacking => TransferState::NeedsFile,
                Sender::Paused => TransferState::Paused { there: true },
                Sender::Unheard | Sender::Ready if self.asked.is_some() => TransferState::Running,
                Sender::Unheard | Sender::Ready => TransferState::Waiting,
            },
        }
    }

    pub(super) fn have(&self) -> u64 {
        self.have
    }

    pub(super) fn is_saving(&self) -> bool {
        self.stage == Stage::Saving
    }

    /// Returns whether all of it is here.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.stage, Stage::Saving | Stage::Unsaved)
    }

    /// Returns whether pieces of it are to be fetched, now or once the sender has said that it is ready.
    pub(super) fn is_wanted(&self) -> bool {
        let may_be_sent = matches!(self.sender, Sender::Unheard | Sender::Ready);
        matches!(self.stage, Stage::Open | Stage::Back) && may_be_sent
    }

    /// Returns from which piece on it is to be asked for, and the hash of the one before, where that has not been done.
    /// Not before the sender is ready: what is asked for on one connection can be there before what was said in the
    /// session before it.
    pub(super) fn ask(&mut self) -> Option<(u64, Option<[u8; 32]>)> {
        let is_ready = (self.stage, self.sender) == (Stage::Open, Sender::Ready);
        (is_ready && self.asked.is_none()).then(|| {
            self.asked = Some(self.have);
            self.next = self.have;
            (self.have, self.last)
        })
    }

    /// Takes that the sender has something else than what is here before the piece from which on it was asked for.
    /// Returns how the file has ended.
    pub(super) fn differs(
        &mut self,
        ctx: &mut Context,
        id: &TransferId,
        size: u64,
        from: u64,
    ) -> Result<Option<End>, Misbehaviour> {
        if from == 0 || from > piece::count(size) {
            return Err(Misbehaviour::OutOfPlace);
        }
        // Else it was asked for before something else happened.
        if self.stage == Stage::Open && self.asked == Some(from) {
            if self.checked || self.back == PIECES_BACK {
                return Ok(Some(End::Failed(Failure::Changed)));
            }
            self.stage = Stage::Back;
            self.back += 1;
            look(ctx, id, size, from - 1);
            self.interrupted();
        }
        Ok(None)
    }

    /// Notes that the connection has ended, or that it is not asked for any more.
    pub(super) fn interrupted(&mut self) {
        self.asked = None;
        self.next = self.have;
    }

    /// Notes whether the sender sends it. What was asked for before may not have been heard as such.
    pub(super) fn heard(&mut self, sender: Sender) {
        self.sender = sender;
        self.interrupted();
    }

    /// Saves it once more, where it was not.
    pub(super) fn save_again(&mut self, ctx: &mut Context, record: &TransferRecord) {
        if self.stage == Stage::Unsaved {
            self.save(ctx, record);
        }
    }

    /// Notes that the sender is to hear whether it is wanted.
    pub(super) fn renew(&mut self) {
        self.news = matches!(
            self.stage,
            Stage::Open | Stage::Back | Stage::Saving | Stage::Unsaved
        );
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
        let is_next = self.asked.is_some() && (is_next || planted!(AnyPieceTaken));
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
        record: &mut TransferRecord,
        input: FileInput,
    ) -> Option<End> {
        match input {
            FileInput::Opened { pieces, last }
                if matches!(self.stage, Stage::Opening | Stage::Back) =>
            {
                self.opened(ctx, record, pieces, last);
            }
            FileInput::Written { number, hash }
                if (self.stage, number) == (Stage::Open, self.have) =>
            {
                self.have += 1;
                (self.last, self.checked) = (Some(hash), true);
                self.next = self.next.max(self.have);
                self.damaged = 0;
                self.owes = true;
                if self.have == piece::count(record.offer.size) {
                    // It need not be there before it is saved: without it, a piece is fetched again.
                    record.whole = true;
                    ctx.store_for_certain(Change::Transfer(record.clone()));
                    self.save(ctx, record);
                }
            }
            FileInput::Damaged { .. } => {
                self.damaged += 1;
                if self.damaged > DAMAGED_PIECES && !planted!(DamagedForEver) {
                    return Some(End::Failed(Failure::Damaged));
                }
                self.interrupted();
            }
            FileInput::Saved => return Some(End::Saved),
            FileInput::NotSaved if self.stage == Stage::Saving => {
                self.stage = Stage::Unsaved;
                record.unsaved = true;
                ctx.store_for_certain(Change::Transfer(record.clone()));
            }
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

    fn opened(
        &mut self,
        ctx: &mut Context,
        record: &mut TransferRecord,
        pieces: u64,
        last: Option<[u8; 32]>,
    ) {
        let size = record.offer.size;
        let count = piece::count(size);
        let have = last.map_or(0, |_| pieces.min(count));
        if have == count && have > 0 && !record.whole {
            return look(ctx, &record.id, size, count - 1);
        }
        if have < count && record.whole {
            // It was removed behind our back.
            (record.whole, record.unsaved) = (false, false);
            ctx.store_for_certain(Change::Transfer(record.clone()));
        }
        self.news |= self.stage == Stage::Opening;
        self.stage = Stage::Open;
        (self.have, self.next, self.last, self.checked) = (have, have, last, false);
        // No dialog opens without its person.
        if have == count && (record.unsaved || record.asks && record.whole) {
            self.stage = Stage::Unsaved;
        } else if have == count {
            self.save(ctx, record);
        }
    }

    fn save(&mut self, ctx: &mut Context, record: &TransferRecord) {
        let offer = &record.offer;
        self.stage = Stage::Saving;
        let save = FileOutput::Save {
            name: offer.name.clone(),
            size: offer.size,
            folder: offer.folder,
            asks: record.asks,
            keep: offer.is_kept(),
        };
        ctx.emit(Output::File(record.id.clone(), save));
    }
}

/// Looks what is on the disk, of which so many pieces may stay.
fn look(ctx: &mut Context, id: &TransferId, size: u64, most: u64) {
    ctx.emit(Output::File(id.clone(), FileOutput::Open { size, most }));
}
