//! How both sides of a new connection agree on what the other one has of the own messages.
//!
//! A disk can be older than it was: an image or a profile was put back, a profile was copied, the last
//! write was lost, the site data was cleared. So nothing is taken for granted that an earlier
//! connection has shown. The other side says which message it has last ([`Happening::Have`]); mostly it is the one
//! that was acknowledged last, or one that waits here, and sending goes on behind it. Else:
//!
//! - It is on this disk, further back: the *other* disk is older. What came after it is read from
//!   this disk and sent again.
//! - It is not here: *this* disk is older, or a copy of it is used elsewhere. Then the other side is asked
//!   which of the messages it knows, the newest first, and what comes after that one is sent.
//! - It has none: it is asked likewise.
//!
//! Every message has a random id, so that two are never taken for each other. What is sent is what the
//! other side has just said not to have: it arrives once, whatever either disk has lost. Each connection agrees at
//! most once, in a number of steps that is bounded by [`OUTBOX_MESSAGES`]: nothing goes to and fro.
//!
//! | state | have | found | not found | recalled | known | unknown |
//! |---|---|---|---|---|---|---|
//! | Unheard | as above | – | – | – | misbehaves | misbehaves |
//! | Finding | misbehaves | Recalling, or Agreed | Recalling, or Asking | – | misbehaves | misbehaves |
//! | Recalling | misbehaves | – | – | Agreed, or Asking | misbehaves | misbehaves |
//! | Asking | misbehaves | – | – | – | Agreed | Asking the next ones, or Agreed |
//! | Agreed | misbehaves | – | – | – | misbehaves | misbehaves |
//!
//! `–` is an answer of the own disk to what was not asked: nothing happens.

use crate::limits::{ASK_IDS, OUTBOX_MESSAGES};
use crate::records::{MessageRecord, ThreadRecord};
use std::collections::VecDeque;

/// What is known on this connection of what the other side has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Agreement {
    /// It has not said anything.
    #[default]
    Unheard,
    /// Its last message is looked for on this disk.
    Finding { last: String },
    /// Delivered messages are read from this disk. `has_rest`: the other side has what is not read.
    Recalling {
        last: Option<String>,
        after: u64,
        has_rest: bool,
    },
    /// It is asked about messages from this place on.
    Asking {
        last: Option<String>,
        after: u64,
        from: u64,
    },
    /// It has said what it has: messages are sent.
    Agreed,
}

/// What happens to an agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Happening {
    /// The other side says which message it has last.
    Have(Option<String>),
    /// The disk says at which place that one is, where it has it.
    Found(Option<u64>),
    /// The disk has given what it was asked for, and it waits with the other messages now.
    Recalled,
    /// The other side says which of the messages it has.
    Known(Option<String>),
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Look for the own message of this id on the disk.
    Find(String),
    /// Read the own messages at these places.
    Recall { after: u64, upto: u64 },
    /// Ask which of these the other side has.
    Ask(Vec<String>),
    /// The other side has own messages up to this place, and says that `last` is its last one.
    Agree { place: u64, last: Option<String> },
    /// Nothing.
    Nothing,
}

/// A message of the other side that does not belong here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OutOfPlace;

/// What this side has of its own messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own<'a> {
    pub(super) head: &'a ThreadRecord,
    /// Those that are not known to be delivered, and those that were recalled; oldest first.
    pub(super) waiting: &'a VecDeque<MessageRecord>,
}

impl Own<'_> {
    /// Returns the place behind which messages are sent again if need be: as many as may wait.
    fn bottom(&self) -> u64 {
        let most = u64::try_from(OUTBOX_MESSAGES).unwrap_or(u64::MAX);
        self.head
            .out_last
            .saturating_sub(most)
            .max(self.head.out_floor)
    }

    fn place_of(&self, id: &str) -> Option<u64> {
        let mut waiting = self.waiting.iter();
        waiting.find(|record| record.id == id)?.place
    }
}

impl Agreement {
    /// Takes what happened.
    pub(super) fn step(
        self,
        happening: Happening,
        own: Own<'_>,
    ) -> Result<(Self, Next), OutOfPlace> {
        match (self, happening) {
            (Self::Unheard, Happening::Have(last)) => Ok(have(last, own)),
            (Self::Finding { last }, Happening::Found(place)) => Ok(found(last, place, own)),
            (
                Self::Recalling {
                    last,
                    after,
                    has_rest,
                },
                Happening::Recalled,
            ) => Ok(recalled(last, after, has_rest, own)),
            (Self::Asking { last, after, from }, Happening::Known(None)) => {
                Ok(ask(last, after, from, own))
            }
            (Self::Asking { last, from, .. }, Happening::Known(Some(id))) => {
                let place = own.place_of(&id).filter(|place| *place >= from);
                place.map(|place| agree(place, last)).ok_or(OutOfPlace)
            }
            (
                Self::Finding { .. } | Self::Recalling { .. } | Self::Asking { .. } | Self::Agreed,
                Happening::Have(_),
            )
            | (
                Self::Unheard | Self::Finding { .. } | Self::Recalling { .. } | Self::Agreed,
                Happening::Known(_),
            ) => Err(OutOfPlace),
            (
                state @ (Self::Unheard
                | Self::Recalling { .. }
                | Self::Asking { .. }
                | Self::Agreed),
                Happening::Found(_),
            )
            | (
                state @ (Self::Unheard | Self::Finding { .. } | Self::Asking { .. } | Self::Agreed),
                Happening::Recalled,
            ) => Ok((state, Next::Nothing)),
        }
    }

    pub(super) fn is_reached(&self) -> bool {
        matches!(self, Self::Agreed)
    }
}

fn have(last: Option<String>, own: Own<'_>) -> (Agreement, Next) {
    let Own { head, .. } = own;
    if last == head.out_known {
        return agree(head.out_delivered, last);
    }
    let Some(last) = last else {
        return search(None, own);
    };
    match own.place_of(&last) {
        Some(place) => agree(place, Some(last)),
        None => (Agreement::Finding { last: last.clone() }, Next::Find(last)),
    }
}

fn found(last: String, place: Option<u64>, own: Own<'_>) -> (Agreement, Next) {
    let Some(place) = place else {
        return search(Some(last), own);
    };
    let after = place.max(own.bottom());
    recall(Some(last), after, true, own)
}

/// Finds out which messages the other side has.
fn search(last: Option<String>, own: Own<'_>) -> (Agreement, Next) {
    let bottom = own.bottom().min(own.head.out_delivered);
    recall(last, bottom, false, own)
}

/// Reads the delivered messages behind a place, where there are any.
fn recall(last: Option<String>, after: u64, has_rest: bool, own: Own<'_>) -> (Agreement, Next) {
    let upto = own.head.out_delivered;
    if after >= upto {
        return recalled(last, after, has_rest, own);
    }
    let state = Agreement::Recalling {
        last,
        after,
        has_rest,
    };
    (state, Next::Recall { after, upto })
}

fn recalled(last: Option<String>, after: u64, has_rest: bool, own: Own<'_>) -> (Agreement, Next) {
    if has_rest {
        agree(after, last)
    } else {
        ask(last, after, u64::MAX, own)
    }
}

/// Asks about the newest messages between two places, where there are any.
fn ask(last: Option<String>, after: u64, below: u64, own: Own<'_>) -> (Agreement, Next) {
    let newest = own.waiting.iter().rev();
    let asked: Vec<(u64, &str)> = newest
        .filter_map(|record| Some((record.place?, record.id.as_str())))
        .filter(|(place, _)| *place > after && *place < below)
        .take(ASK_IDS)
        .collect();
    let Some((from, _)) = asked.last().copied() else {
        return agree(after, last);
    };
    let ids = asked.into_iter().map(|(_, id)| id.to_owned()).collect();
    (Agreement::Asking { last, after, from }, Next::Ask(ids))
}

fn agree(place: u64, last: Option<String>) -> (Agreement, Next) {
    let place = place.saturating_sub(u64::from(planted!(LastSentAgain)));
    (Agreement::Agreed, Next::Agree { place, last })
}

#[cfg(test)]
mod tests;
