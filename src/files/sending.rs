//! One file that goes.

use super::piece;
use super::talk::Word;
use crate::context::Context;
use crate::io::{FileInput, FileOutput, LinkId, Output};
use crate::limits::PIECES_AHEAD;
use crate::offer::FileOffer;
use crate::records::End;
use crate::values::TransferId;
use crate::view::TransferState;

/// What is known of a file that goes.
#[derive(Debug, Default)]
pub(super) struct Sending {
    source: Source,
    /// The other person has accepted it.
    wanted: bool,
    /// What was asked for on the present connection.
    asked: Option<Asked>,
    /// Pieces that are on the other disk, as far as was heard.
    got: u64,
    /// Pieces that can be there.
    sent: u64,
    /// A piece that is being read, or sent.
    busy: Option<u64>,
    /// Whether it can be fetched, as the other side has heard since it said that it wants it.
    said: Option<Word>,
    /// The other person has stopped it for now.
    paused_there: bool,
    /// The other side was asked since the start what has become of it.
    inquired: bool,
    /// It has said something of it since.
    heard: bool,
}

/// Whether the file can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Source {
    /// Not looked for since the start.
    #[default]
    Unknown,
    Looking,
    Found,
    Lacking,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    link: LinkId,
    next: u64,
    /// The hash of the piece before that one on the other disk, until it was compared.
    last: Option<[u8; 32]>,
}

/// What follows on a connection when a piece was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// It is sent.
    Send(LinkId),
    /// It is not what is on the other disk before this piece, which is said.
    Differs(LinkId, u64),
}

impl Sending {
    pub(super) fn state(&self) -> TransferState {
        match self.source {
            _ if self.paused_there => TransferState::Paused { there: true },
            Source::Lacking if self.wanted => TransferState::NeedsFile,
            _ if self.asked.is_some() => TransferState::Running,
            _ if self.wanted => TransferState::Waiting,
            Source::Unknown | Source::Looking | Source::Found | Source::Lacking => {
                TransferState::Offered
            }
        }
    }

    pub(super) fn got(&self) -> u64 {
        self.got
    }

    /// Returns what the other side is to hear: that it can be fetched, or why not for now. `paused` is whether the
    /// person here has stopped it.
    pub(super) fn take_news(&mut self, paused: bool) -> Option<Word> {
        let word = match self.source {
            _ if paused => Word::Paused,
            Source::Lacking => Word::Lacking,
            Source::Found => Word::Ready,
            Source::Unknown | Source::Looking => return None,
        };
        let is_news = self.wanted && self.said != Some(word);
        is_news.then(|| {
            self.said = Some(word);
            word
        })
    }

    /// Returns whether it is not known what has become of it: this disk may be older than the other one.
    pub(super) fn is_unheard(&self) -> bool {
        !self.heard
    }

    /// Returns whether the other side was asked for that since the start: those of which it was not come first.
    pub(super) fn was_inquired(&self) -> bool {
        self.inquired
    }

    /// Notes that the other side is asked for that.
    pub(super) fn inquire(&mut self) {
        self.inquired = true;
    }

    /// Notes that the other side has said something of it.
    pub(super) fn hear(&mut self) {
        self.heard = true;
    }

    /// Notes that the other side is going to fetch it, and waits to hear whether it can.
    pub(super) fn want(&mut self, ctx: &mut Context, id: &TransferId, offer: &FileOffer) {
        self.hear();
        (self.wanted, self.paused_there, self.said) = (true, false, None);
        if self.source == Source::Unknown {
            self.look(ctx, id, offer);
        }
    }

    /// Notes that the person of the other side has stopped it for now.
    pub(super) fn paused_there(&mut self) {
        self.hear();
        (self.wanted, self.paused_there) = (true, true);
        self.interrupted();
    }

    /// Looks whether the file can be read, where that is not known.
    pub(super) fn look(&mut self, ctx: &mut Context, id: &TransferId, offer: &FileOffer) {
        if matches!(self.source, Source::Unknown | Source::Lacking) {
            self.source = Source::Looking;
            let (size, modified) = (offer.size, offer.modified);
            ctx.emit(Output::File(
                id.clone(),
                FileOutput::Find { size, modified },
            ));
        }
    }

    /// Takes a request for the pieces from one on; the one before that, on the other disk, has the hash `last`. One that
    /// the other side has sent before it said in the session that it does not want it now is passed over.
    pub(super) fn get(&mut self, link: LinkId, from: u64, last: Option<[u8; 32]>) {
        if self.wanted && !self.paused_there {
            self.got = from;
            self.sent = self.sent.max(from);
            self.asked = Some(Asked {
                link,
                next: from,
                last,
            });
        }
    }

    /// Takes the news that all pieces before one are on the other disk, also of some for which it asks again: they were
    /// being written then. Returns false where they were never sent.
    pub(super) fn heard(&mut self, upto: u64) -> bool {
        if self.asked.is_none() {
            // It was on its way when this side stopped.
            return true;
        }
        let may = (self.got..=self.sent).contains(&upto);
        if may {
            self.got = upto;
        }
        may
    }

    /// Notes that the connection has ended.
    pub(super) fn interrupted(&mut self) {
        (self.asked, self.busy) = (None, None);
    }

    /// Returns whether a piece of it can be read now.
    pub(super) fn is_ready(&self, size: u64) -> bool {
        self.source == Source::Found
            && self.busy.is_none()
            && self.asked.is_some_and(|Asked { next, last, .. }| {
                let ahead = next < self.got.saturating_add(PIECES_AHEAD);
                let may_send = next < piece::count(size) && (ahead || planted!(PiecesWithoutBound));
                last.is_some() || may_send
            })
    }

    /// Reads the next piece, or the one before it that is to be compared.
    pub(super) fn read(&mut self, ctx: &mut Context, id: &TransferId, size: u64) {
        let Some(asked) = &mut self.asked else {
            return;
        };
        let number = if asked.last.is_some() {
            asked.next.saturating_sub(1)
        } else {
            asked.next += 1;
            self.sent = self.sent.max(asked.next);
            asked.next - 1
        };
        self.busy = Some(number);
        let length = piece::length(size, number);
        let read = FileOutput::Read { number, length };
        ctx.emit(Output::File(id.clone(), read));
    }

    /// Returns what follows when a piece was read, where it is still wanted.
    pub(super) fn was_read(&mut self, number: u64, hash: [u8; 32]) -> Option<Then> {
        let asked = self.asked.as_mut().filter(|_| self.busy == Some(number))?;
        let Asked { link, next, .. } = *asked;
        // Else it was read for a request before this one.
        if number + 1 == next {
            let Some(last) = asked.last.take() else {
                return Some(Then::Send(link));
            };
            if hash != last && !planted!(LastPieceBelieved) {
                self.interrupted();
                return Some(Then::Differs(link, next));
            }
        }
        self.busy = None;
        None
    }

    /// Goes on after the device has done something. Returns how the file has ended.
    pub(super) fn input(&mut self, input: FileInput) -> Option<End> {
        match input {
            FileInput::Found => self.source = Source::Found,
            FileInput::Lacking => {
                self.source = Source::Lacking;
                self.interrupted();
            }
            FileInput::Sent => self.busy = None,
            FileInput::Failed(why) => return Some(End::Failed(why)),
            FileInput::Read { .. }
            | FileInput::Opened { .. }
            | FileInput::Written { .. }
            | FileInput::Damaged { .. }
            | FileInput::Saved
            | FileInput::NotSaved => {}
        }
        None
    }
}
