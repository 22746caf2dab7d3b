//! The introductions in a chat: kept in its head, so that the message that makes a step and what comes of it are one
//! transaction.
//!
//! | | meet | introduced | deleted |
//! |---|---|---|---|
//! | own, Asked | from the contact: Agreed | – | forget |
//! | own, Agreed | – | own: Told | forget |
//! | own, Told | from the contact: Agreed, as their disk is older | – | forget |
//! | theirs, Asked | own: Agreed | – | forget |
//! | theirs, Agreed | – | from the contact: Told | forget |
//!
//! Everything else changes nothing: a step counts once, in its place, and only from whom it is for.

use super::Chat;
use crate::clock::{UnixMillis, millis};
use crate::limits::{INTRODUCTION_LIFE, INTRODUCTIONS, INTRODUCTIONS_KEPT};
use crate::records::{IntroductionRecord, IntroductionStage, MessageRecord, OtherHalf};
use crate::values::{Act, Outcome};

impl IntroductionRecord {
    /// Returns whether its time is over.
    pub(crate) fn is_old(&self, now: UnixMillis) -> bool {
        now > self.at.saturating_add(millis(INTRODUCTION_LIFE))
    }

    /// Returns whether something is still awaited in this chat.
    fn is_open(&self, now: UnixMillis) -> bool {
        let awaits = match self.stage {
            IntroductionStage::Asked | IntroductionStage::Agreed => true,
            IntroductionStage::Told { .. } => self.other.is_none(),
            IntroductionStage::Declined | IntroductionStage::Taken { .. } => false,
        };
        awaits && !self.is_old(now)
    }

    fn is_own(&self) -> bool {
        self.other.is_some()
    }
}

impl Chat {
    /// Returns the introductions with everything staged.
    pub(crate) fn introductions(&self) -> &[IntroductionRecord] {
        &self.head.introductions
    }

    pub(crate) fn introduction(&self, message: &str) -> Option<&IntroductionRecord> {
        let mut all = self.head.introductions.iter();
        all.find(|introduction| introduction.message == message)
    }

    /// Returns the introductions that are as they are stored: what follows from them may be begun. While the disk takes
    /// nothing there are none.
    pub(crate) fn settled_introductions(&self) -> impl Iterator<Item = &IntroductionRecord> {
        let is_stored = |one: &&IntroductionRecord| self.durable.introductions.contains(one);
        let all = self.head.introductions.iter();
        all.filter(move |one| self.again.is_none() && is_stored(one))
    }

    /// Returns whether there is room for one more that the person on this device (`is_own`) or the contact makes.
    pub(crate) fn may_introduce(&self, is_own: bool, now: UnixMillis) -> bool {
        let all = self.head.introductions.iter();
        let open = all.filter(|one| one.is_own() == is_own && one.is_open(now));
        open.count() < INTRODUCTIONS || planted!(IntroductionsUnbounded)
    }

    /// Notes how far an introduction is by what no message says.
    pub(crate) fn set_introduction(&mut self, message: &str, stage: IntroductionStage) {
        let mut all = self.head.introductions.iter_mut();
        if let Some(one) = all.find(|one| one.message == message) {
            one.stage = stage;
        }
    }

    /// Forgets the introductions whose message is being taken off the disk; of a chat that is cleared all up to there, but
    /// those that wait to be delivered.
    pub(super) fn erase_introductions(&mut self) {
        let (erased, outbox) = (&self.erased, &self.outbox);
        self.head.introductions.retain(|one| {
            let upto = erased.cleared.map(|cleared| cleared.clearing.upto);
            let is_cleared = upto.is_some_and(|upto| one.number <= upto);
            let waits = || outbox.get(&one.message).is_some_and(|record| !record.gone);
            erased.get(&one.message).is_none() && (!is_cleared || waits())
        });
    }

    /// Returns whether a step of an introduction counts.
    pub(super) fn introduction_after(&self, act: Act, step: &MessageRecord) -> Outcome {
        let entry = step.entry.as_ref();
        let about = entry.map(|entry| entry.reference.about.as_str());
        let introduction = about.and_then(|about| self.introduction(about));
        if introduction.and_then(|one| next(one, act, step)).is_some() {
            Outcome::Counts
        } else {
            Outcome::NotHere
        }
    }

    /// Takes what a message that is staged does: it introduces, is a step of that, or takes it back.
    pub(super) fn follow_introduction(
        &mut self,
        record: &MessageRecord,
        other: Option<OtherHalf>,
        now: UnixMillis,
    ) {
        let Some(entry) = &record.entry else {
            return self.add_introduction(record, other, now);
        };
        let (act, about) = (entry.reference.act, &entry.reference.about);
        if entry.outcome != Outcome::Counts {
            return;
        }
        let all = &mut self.head.introductions;
        if act == Act::Delete {
            all.retain(|one| one.message != *about);
        } else if let Some(one) = all.iter_mut().find(|one| one.message == *about)
            && let Some(stage) = next(one, act, record)
        {
            one.stage = stage;
        }
    }

    fn add_introduction(
        &mut self,
        record: &MessageRecord,
        other: Option<OtherHalf>,
        now: UnixMillis,
    ) {
        let Some(said) = &record.message.introduces else {
            return;
        };
        // An own one without the other half is from a disk that was lost in between, sent again.
        if record.place.is_some() != other.is_some() || !self.may_introduce(other.is_some(), now) {
            return;
        }
        let all = &mut self.head.introductions;
        if all.len() >= INTRODUCTIONS_KEPT
            && let Some(over) = all.iter().position(|one| !one.is_open(now))
        {
            all.remove(over);
        }
        all.push(IntroductionRecord {
            message: record.id.clone(),
            number: record.message.number,
            name: said.name.clone(),
            note: said.note.clone(),
            at: now,
            other,
            stage: IntroductionStage::Asked,
        });
    }
}

/// Returns how far an introduction is after a step; `None` where the step does not count.
fn next(one: &IntroductionRecord, act: Act, step: &MessageRecord) -> Option<IntroductionStage> {
    let is_by_introducer = one.is_own() == step.place.is_some();
    match (act, &one.stage) {
        // Whoever says yes once more has not what they were told: their disk is older.
        (Act::Meet, IntroductionStage::Asked | IntroductionStage::Told { .. })
            if !is_by_introducer =>
        {
            Some(IntroductionStage::Agreed)
        }
        (Act::Introduced, IntroductionStage::Agreed) if is_by_introducer => {
            let key = step.message.introduces.as_ref()?.key.clone()?;
            Some(IntroductionStage::Told { key })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
