//! How the connection to the engine is, and when to try again.

use super::Effect;

/// Tries after which the person is told that the engine does not start. With the waits below that
/// is after about three seconds.
const TRIES_BEFORE_ERROR: u32 = 6;

/// The longest wait between two tries, in milliseconds.
const LONGEST_WAIT: u32 = 3_000;

/// The connection to the engine.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct EngineLink {
    /// Everything has been received once over the open port.
    ready: bool,
    /// The lists have been shown: they stay while a lost connection is made again.
    seen: bool,
    /// Tries that failed since the last success.
    failures: u32,
    /// It has taken long enough to say so.
    slow: bool,
    /// The engine itself reported that it cannot run.
    failed: Option<String>,
}

/// What fills the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shell<'a> {
    /// Nothing yet: it is too early to call it slow.
    Blank,
    /// "Starting…".
    Starting,
    /// The engine cannot be reached, or says why it cannot run.
    Down(Option<&'a str>),
    /// The first-run page.
    FirstRun,
    /// The lists.
    Lists,
}

impl EngineLink {
    /// Everything has arrived.
    pub(super) fn set_ready(&mut self) {
        *self = Self {
            ready: true,
            seen: true,
            ..Self::default()
        };
    }

    /// The engine cannot run.
    pub(super) fn set_failed(&mut self, reason: String) {
        self.failed = Some(reason);
    }

    /// The port is gone: what to do about it.
    pub(super) fn set_closed(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if std::mem::take(&mut self.ready) {
            effects.push(Effect::SlowTimer);
        }
        effects.push(Effect::Connect {
            after: wait_before(self.failures),
            wake: true,
        });
        self.failures = self.failures.saturating_add(1);
        effects
    }

    /// The time for doing without words is over.
    pub(super) fn awaited(&mut self) -> Vec<Effect> {
        self.slow = !self.ready;
        Vec::new()
    }

    /// Commands can be sent.
    pub(crate) fn is_ready(&self) -> bool {
        self.ready
    }

    /// The lists are shown but not live.
    pub(crate) fn is_reconnecting(&self) -> bool {
        self.slow && !self.ready
    }

    pub(super) fn shell(&self, joined: bool) -> Shell<'_> {
        if let Some(reason) = &self.failed {
            return Shell::Down(Some(reason));
        }
        if !self.ready && self.failures > TRIES_BEFORE_ERROR {
            return Shell::Down(None);
        }
        match (self.seen, self.slow, joined) {
            (false, false, _) => Shell::Blank,
            (false, true, _) => Shell::Starting,
            (true, _, true) => Shell::Lists,
            (true, _, false) => Shell::FirstRun,
        }
    }
}

/// Milliseconds to wait after so many failures: at once first, then doubling from 100 ms.
fn wait_before(failures: u32) -> u32 {
    match failures {
        0 => 0,
        n => 100_u32
            .saturating_mul(2_u32.saturating_pow(n.saturating_sub(1)))
            .min(LONGEST_WAIT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_are_bounded() {
        let waits: Vec<u32> = (0..9).map(wait_before).collect();
        assert_eq!(waits, [0, 100, 200, 400, 800, 1_600, 3_000, 3_000, 3_000]);
        assert_eq!(wait_before(u32::MAX), LONGEST_WAIT);
    }
}
