//! Whether the other end of a connection is there: because something was heard, not because the
//! connection says it is open.

use crate::clock::Mono;
use crate::limits::{HEARTBEAT, PONG, PONG_SUSPECT, WATCH, WATCH_PONG};
use std::time::Duration;

/// What to do about a connection now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing.
    Fine,
    /// Send a ping.
    Ask,
    /// It did not answer: close it.
    Dead,
}

/// When something was last heard, and whether an answer is due.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Liveness {
    heard: Mono,
    /// When to give up, where a ping was sent.
    answer_by: Option<Mono>,
    /// It is asked every [`WATCH`], and once more where it does not answer.
    watched: bool,
    /// It was asked because of a doubt, or once more.
    doubted: bool,
}

impl Liveness {
    pub(crate) fn new(now: Mono) -> Self {
        Self {
            heard: now,
            answer_by: None,
            watched: false,
            doubted: false,
        }
    }

    /// Watches somebody closely from now on, or does not any more: others must know soon that they are gone.
    pub(crate) fn watch(&mut self, closely: bool) {
        self.watched = closely;
    }

    pub(crate) fn heard(&mut self, now: Mono) {
        (self.heard, self.answer_by, self.doubted) = (now, None, false);
    }

    /// Returns whether a ping was sent and nothing was heard since.
    pub(crate) fn is_asked(&self) -> bool {
        self.answer_by.is_some()
    }

    /// Returns whether there is a doubt that no answer has cleared.
    pub(crate) fn is_in_doubt(&self) -> bool {
        self.doubted
    }

    /// Returns when to ask or to give up.
    pub(crate) fn due(&self) -> Mono {
        self.answer_by.unwrap_or(self.asks_at())
    }

    fn asks_at(&self) -> Mono {
        self.heard + if self.watched { WATCH } else { HEARTBEAT }
    }

    /// Judges by the clock; harmless to call at any time.
    pub(crate) fn check(&mut self, now: Mono) -> Verdict {
        match self.answer_by {
            Some(by) if now >= by && self.watched && !self.doubted => {
                self.doubted = true;
                self.ask(now, WATCH_PONG)
            }
            Some(by) if now >= by && !planted!(PingNeverTimesOut) => Verdict::Dead,
            None if now >= self.asks_at() => {
                self.ask(now, if self.watched { WATCH_PONG } else { PONG })
            }
            _ => Verdict::Fine,
        }
    }

    /// Asks now, and waits less for the answer, because there is a doubt.
    pub(crate) fn suspect(&mut self, now: Mono) -> Verdict {
        match self.answer_by {
            Some(by) if by <= now + PONG_SUSPECT => Verdict::Fine,
            _ => {
                self.doubted = true;
                self.ask(now, PONG_SUSPECT)
            }
        }
    }

    fn ask(&mut self, now: Mono, patience: Duration) -> Verdict {
        self.answer_by = Some(now + patience);
        Verdict::Ask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_asked_about_and_then_judged() {
        let mut liveness = Liveness::new(Mono(0));
        assert_eq!(liveness.check(Mono(59_999)), Verdict::Fine);
        assert_eq!(liveness.check(Mono(60_000)), Verdict::Ask);
        assert_eq!(liveness.due(), Mono(70_000));
        assert_eq!(liveness.check(Mono(69_999)), Verdict::Fine);
        assert_eq!(liveness.check(Mono(70_000)), Verdict::Dead);
    }

    #[test]
    fn who_is_watched_is_asked_often_and_once_more() {
        let mut liveness = Liveness::new(Mono(0));
        liveness.watch(true);
        assert_eq!(liveness.due(), Mono(3_000));
        assert_eq!(liveness.check(Mono(3_000)), Verdict::Ask);
        assert!(!liveness.is_in_doubt());
        assert_eq!(liveness.check(Mono(4_000)), Verdict::Ask);
        assert!(liveness.is_in_doubt());
        liveness.heard(Mono(4_100));
        assert!(!liveness.is_in_doubt());
        assert_eq!(liveness.check(Mono(7_100)), Verdict::Ask);
        assert_eq!(liveness.check(Mono(8_100)), Verdict::Ask);
        assert_eq!(liveness.check(Mono(9_100)), Verdict::Dead);
    }

    #[test]
    fn an_answer_clears_the_doubt() {
        let mut liveness = Liveness::new(Mono(0));
        assert_eq!(liveness.suspect(Mono(5_000)), Verdict::Ask);
        assert_eq!(
            liveness.suspect(Mono(5_100)),
            Verdict::Fine,
            "asked already"
        );
        liveness.heard(Mono(5_200));
        assert_eq!(liveness.check(Mono(7_000)), Verdict::Fine);
        assert_eq!(liveness.due(), Mono(65_200));
    }

    #[test]
    fn a_suspicion_shortens_the_wait_for_an_answer() {
        let mut liveness = Liveness::new(Mono(0));
        assert_eq!(liveness.check(Mono(60_000)), Verdict::Ask);
        assert_eq!(liveness.suspect(Mono(60_100)), Verdict::Ask);
        assert_eq!(liveness.check(Mono(62_100)), Verdict::Dead);
    }
}
