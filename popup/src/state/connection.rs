//! How the connection to the engine is, and when to try again.

use super::effect::Effect;
use pace::Backoff;
use std::time::Duration;

/// Tries after which the person is told that the engine does not start. With the waits below that
/// is after about three seconds.
const TRIES_BEFORE_ERROR: u32 = 6;

/// The wait after the second failure and each further one in a row.
const RETRY: Backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(3));

/// The connection to the engine.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct EngineConnection {
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

impl EngineConnection {
    /// Notes that everything has arrived.
    pub(super) fn set_ready(&mut self) {
        *self = Self {
            ready: true,
            seen: true,
            ..Self::default()
        };
    }

    /// Notes that the engine is started again: what was wrong before counts no more.
    pub(super) fn begin_again(&mut self) {
        *self = Self {
            seen: self.seen,
            ..Self::default()
        };
    }

    /// Notes that the engine cannot run.
    pub(super) fn set_failed(&mut self, reason: String) {
        self.failed = Some(reason);
    }

    /// Notes that the port is gone, and returns what to do about it.
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

    /// Notes that waiting has taken long enough to say so.
    pub(super) fn awaited(&mut self) -> Vec<Effect> {
        self.slow = !self.ready;
        Vec::new()
    }

    /// Returns whether commands can be sent.
    pub(crate) fn is_ready(&self) -> bool {
        self.ready
    }

    /// Returns whether the lists are shown but not live.
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

/// Returns how many milliseconds to wait after so many failures; the first time not at all.
fn wait_before(failures: u32) -> u32 {
    let wait = failures.checked_sub(1).map(|times| RETRY.doubled(times));
    let wait = wait.unwrap_or_default().as_millis();
    u32::try_from(wait).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_are_bounded() {
        let waits: Vec<u32> = (0..9).map(wait_before).collect();
        assert_eq!(waits, [0, 100, 200, 400, 800, 1_600, 3_000, 3_000, 3_000]);
        assert_eq!(wait_before(u32::MAX), 3_000);
    }
}
