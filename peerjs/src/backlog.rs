//! What waits to be sent on a channel, because the other end does not read or the path carries nothing.

use crate::limits::{BUFFERED_DOUBT, BUFFERED_MAX};

/// What follows from how much waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The channel can go on.
    Fine,
    /// It can go on, and the path is in doubt: said once until [`Backlog::drained`].
    Suspect,
    /// It is to be closed.
    TooMuch,
}

/// Looks at how much waits, after each message.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    doubted: bool,
}

impl Backlog {
    /// What waits has become little enough when it is this much, in bytes: [`Backlog::drained`] is due then.
    pub(crate) const LOW: u32 = BUFFERED_DOUBT / 2;

    /// Takes how many bytes wait after a message was sent.
    pub(crate) fn sent(&mut self, waits: u32) -> Verdict {
        if waits > BUFFERED_MAX {
            return Verdict::TooMuch;
        }
        let suspect = waits > BUFFERED_DOUBT && !std::mem::replace(&mut self.doubted, true);
        if suspect {
            Verdict::Suspect
        } else {
            Verdict::Fine
        }
    }

    /// Notes that little waits again.
    pub(crate) fn drained(&mut self) {
        self.doubted = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::MESSAGE_MAX;

    /// A channel of a browser, of which nobody takes anything away.
    #[derive(Default)]
    struct Stuck {
        waits: u32,
        backlog: Backlog,
    }

    impl Stuck {
        fn send(&mut self) -> Verdict {
            self.waits += u32::try_from(MESSAGE_MAX).unwrap();
            self.backlog.sent(self.waits)
        }

        /// Has the browser send until so much waits; it tells when that passes the threshold downwards.
        fn send_until(&mut self, left: u32) {
            let before = std::mem::replace(&mut self.waits, left);
            if before > Backlog::LOW && left <= Backlog::LOW {
                self.backlog.drained();
            }
        }
    }

    #[test]
    fn a_channel_that_nobody_reads_is_doubted_once_and_closed_before_much_waits() {
        let mut channel = Stuck::default();
        let mut suspected = Vec::new();
        while channel.waits < BUFFERED_MAX {
            match channel.send() {
                Verdict::Fine => {}
                Verdict::Suspect => suspected.push(channel.waits),
                Verdict::TooMuch => break,
            }
        }
        let longest = u32::try_from(MESSAGE_MAX).unwrap();
        assert!(
            matches!(suspected.as_slice(), [at] if (BUFFERED_DOUBT..=BUFFERED_DOUBT + longest).contains(at)),
            "{suspected:?}"
        );
        assert!(channel.waits <= BUFFERED_MAX + longest, "{}", channel.waits);
        assert_eq!(channel.send(), Verdict::TooMuch, "and stays so");
    }

    #[test]
    fn a_channel_that_is_read_again_can_be_doubted_again() {
        let mut channel = Stuck {
            waits: BUFFERED_DOUBT,
            ..Stuck::default()
        };
        assert_eq!(channel.send(), Verdict::Suspect);
        channel.send_until(Backlog::LOW + 1);
        channel.waits = BUFFERED_DOUBT;
        assert_eq!(channel.send(), Verdict::Fine, "it was never read for long");
        channel.send_until(Backlog::LOW);
        assert_eq!(channel.send(), Verdict::Fine);
        channel.waits = BUFFERED_DOUBT;
        assert_eq!(channel.send(), Verdict::Suspect);
    }
}
