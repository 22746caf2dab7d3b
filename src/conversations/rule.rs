//! How long messages stay: what the two propose, agree to and switch off, with the same result in whatever order it comes.
//!
//! Each proposal, and each switching off, has a turn greater than all that its writer knew. Of the proposals that
//! the other person has agreed to, the one with the greatest turn holds; of two with the same turn the one with the
//! greater id. Switching off ends each that was made in its turn or before. So the two need no common order of what they say
//! at the same time.
//!
//! | | is new | can be agreed to | was turned down, agreed to, or overtaken |
//! |---|---|---|---|
//! | propose | can be agreed to | – | overtaken |
//! | agree, by the other person | overtaken | holds | overtaken |
//! | agree, by who proposed it | overtaken | not theirs | overtaken |
//! | decline, by the other person | overtaken | is turned down | overtaken |
//! | off | – | overtaken | overtaken |
//!
//! Who proposes keeps all that can be agreed to, at most [`PROPOSALS`]: so what the other one has agreed to is known.

use crate::clock::UnixMillis;
use crate::limits::{LARGEST_NUMBER, PROPOSALS};
use crate::records::{ProposalRecord, RuleRecord};
use crate::values::{Act, Lifetime, Outcome};

/// What an entry says about the rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Saying<'a> {
    pub(super) act: Act,
    /// Its id, and the one that it names.
    pub(super) id: &'a str,
    pub(super) about: &'a str,
    pub(super) turn: u64,
    pub(super) lifetime: Option<Lifetime>,
    pub(super) own: bool,
}

impl RuleRecord {
    /// Returns how long a message stays that is written now.
    pub(crate) fn lifetime(&self) -> Option<Lifetime> {
        self.agreed.as_ref().map(|agreed| agreed.lifetime)
    }

    /// Returns the turn of what is said now. It follows the clock, so that a device whose disk is older than it was
    /// is not overtaken for ever.
    pub(super) fn next_turn(&self, now: UnixMillis) -> u64 {
        (self.last_turn() + 1).max(now).min(LARGEST_NUMBER)
    }

    fn last_turn(&self) -> u64 {
        let made = self.agreed.iter().chain(&self.open);
        let last = made.map(|made| made.turn).fold(self.off, u64::max);
        last.min(LARGEST_NUMBER)
    }

    /// Begins anew, because the two have accepted each other again, and one of them may have forgotten the chat.
    pub(super) fn begin_anew(&mut self) {
        *self = Self {
            off: self.last_turn(),
            ..Self::default()
        };
    }

    /// Takes what one of the two says. Returns what has come of it.
    pub(super) fn take(&mut self, saying: Saying<'_>) -> Outcome {
        match saying.act {
            Act::Propose => self.propose(saying),
            Act::Agree => self.close(saying, true),
            Act::Decline => self.close(saying, false),
            Act::Off => {
                self.off = self.off.max(saying.turn);
                self.drop_overtaken();
                Outcome::Counts
            }
            Act::Reply
            | Act::Reaction
            | Act::TakeBack
            | Act::Edit
            | Act::Delete
            | Act::Meet
            | Act::Introduced => Outcome::Unfit,
        }
    }

    fn propose(&mut self, saying: Saying<'_>) -> Outcome {
        let Some(lifetime) = saying.lifetime else {
            return Outcome::Unfit;
        };
        let proposal = ProposalRecord {
            id: saying.id.to_owned(),
            turn: saying.turn,
            lifetime,
            own: saying.own,
        };
        let is_known = self.open.iter().any(|open| open.id == proposal.id);
        if self.is_overtaken(&proposal) || is_known {
            return Outcome::Overtaken;
        }
        let theirs = self.open.iter().filter(|open| open.own == saying.own);
        if theirs.count() >= PROPOSALS {
            return Outcome::Unfit;
        }
        self.open.push(proposal);
        Outcome::Counts
    }

    fn close(&mut self, saying: Saying<'_>, agrees: bool) -> Outcome {
        let mut open = self.open.iter();
        let Some(at) = open.position(|open| open.id == saying.about) else {
            return Outcome::Overtaken;
        };
        if self.open.get(at).is_some_and(|open| open.own == saying.own) {
            return Outcome::NotTheirs;
        }
        let proposal = self.open.remove(at);
        if agrees {
            self.agreed = Some(proposal);
            self.drop_overtaken();
        }
        Outcome::Counts
    }

    fn is_overtaken(&self, proposal: &ProposalRecord) -> bool {
        let order = |proposal: &ProposalRecord| (proposal.turn, proposal.id.clone());
        let agreed = self.agreed.as_ref();
        proposal.turn <= self.off || agreed.is_some_and(|agreed| order(proposal) <= order(agreed))
    }

    fn drop_overtaken(&mut self) {
        let off = self.off;
        self.agreed.take_if(|agreed| agreed.turn <= off);
        let mut open = std::mem::take(&mut self.open);
        open.retain(|open| !self.is_overtaken(open));
        self.open = open;
    }
}

#[cfg(test)]
mod tests;
