//! What an entry of a chat does with an earlier one: the same on both devices, whatever came first.
//!
//! Only who has written a message changes or deletes it. Each of the two has one sign under it. Of what was
//! deleted nothing is left, and nothing is done with it any more. So two entries of different people never
//! undo each other, and those of one come in their order.

use crate::clock::UnixMillis;
use crate::limits::{CHANGE_HEARD_WITHIN, CHANGES};
use crate::records::{EntryRecord, MarksRecord, MessageRecord, Origin};
use crate::values::{Act, Outcome};
use crate::view::{Refusal, is_sign, is_young};

/// Does with a message what a later entry says. Returns what has come of it; the message is changed only where it
/// counts. `now` is the own clock.
pub(super) fn amend(target: &mut MessageRecord, entry: &MessageRecord, now: UnixMillis) -> Outcome {
    let Some(EntryRecord { reference, .. }) = &entry.entry else {
        return Outcome::Unfit;
    };
    let by = entry.message.origin;
    let outcome = judge(target, reference.act, entry, now);
    if outcome != Outcome::Counts || reference.act == Act::Reply {
        return outcome;
    }
    let marks = target.marks.get_or_insert_default();
    let sign = match by {
        Origin::Own => &mut marks.own_reaction,
        Origin::Received => &mut marks.their_reaction,
    };
    match reference.act {
        Act::Reply
        | Act::Propose
        | Act::Agree
        | Act::Decline
        | Act::Off
        | Act::Meet
        | Act::Introduced => {}
        Act::Reaction => {
            *sign = Some(entry.message.text.clone());
            if by == Origin::Own {
                marks.signs.push(entry.id.clone());
            }
        }
        Act::TakeBack => *sign = None,
        Act::Edit => {
            marks.edited = Some(entry.message.at);
            if by == Origin::Own {
                marks.edits.push(entry.id.clone());
            }
            target.message.text.clone_from(&entry.message.text);
        }
        Act::Delete => {
            *marks.as_mut() = MarksRecord {
                deleted: true,
                ..MarksRecord::default()
            };
            target.message.text.clear();
            target.message.offer = None;
            target.message.introduces = None;
            target.entry = None;
        }
    }
    outcome
}

fn judge(target: &MessageRecord, act: Act, entry: &MessageRecord, now: UnixMillis) -> Outcome {
    if target.gone {
        return Outcome::NotHere;
    }
    if act == Act::Reply {
        return Outcome::Counts;
    }
    if !target.is_message() {
        return Outcome::NotHere;
    }
    if target.is_deleted() && !planted!(DeletedChanged) {
        return Outcome::Deleted;
    }
    let is_author = target.message.origin == entry.message.origin || planted!(ForeignChanged);
    match act {
        Act::Reply | Act::TakeBack => Outcome::Counts,
        Act::Reaction if is_sign(&entry.message.text) => Outcome::Counts,
        Act::Edit | Act::Delete if !is_author => Outcome::NotTheirs,
        Act::Edit if target.message.offer.is_some() || target.message.introduces.is_some() => {
            Outcome::Unfit
        }
        Act::Edit | Act::Delete if !is_in_time(target, act, entry.message.origin, now) => {
            Outcome::TooLate
        }
        Act::Edit | Act::Delete => Outcome::Counts,
        // Those of the rule and of introductions are judged by the head of the chat.
        Act::Reaction
        | Act::Propose
        | Act::Agree
        | Act::Decline
        | Act::Off
        | Act::Meet
        | Act::Introduced => Outcome::Unfit,
    }
}

/// Returns whether a change still counts. What a contact changes was in time there, and may have been on its way
/// for as long as one of the two was away.
fn is_in_time(target: &MessageRecord, act: Act, by: Origin, now: UnixMillis) -> bool {
    let at = target.message.at;
    match by {
        Origin::Own => {
            let edits = target.marks.as_ref().map_or(0, |marks| marks.edits.len());
            is_young(at, now) && (act != Act::Edit || edits < CHANGES)
        }
        Origin::Received => {
            let came = target.came.unwrap_or(at);
            u128::from(now.saturating_sub(came)) <= CHANGE_HEARD_WITHIN.as_millis()
        }
    }
}

/// Returns why the person of this device is refused what would not count.
pub(super) fn refusal(outcome: Outcome) -> Option<Refusal> {
    match outcome {
        Outcome::Counts => None,
        Outcome::NotHere | Outcome::Deleted => Some(Refusal::MessageGone),
        Outcome::NotTheirs => Some(Refusal::MessageForeign),
        Outcome::TooLate => Some(Refusal::MessageOld),
        Outcome::Unfit => Some(Refusal::MessageUnfit),
        Outcome::Overtaken => Some(Refusal::RuleOvertaken),
    }
}

#[cfg(test)]
mod tests;
