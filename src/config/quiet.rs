//! Quiet hours: when nobody wants to be interrupted.

use super::invalid::{Invalid, check};
use crate::clock::MinuteOfDay;
use serde::{Deserialize, Serialize};

/// The part of each day in which nothing interrupts the person, by the clock on their wall. It may go
/// over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// The first quiet minute.
    pub from: MinuteOfDay,
    /// The first minute after them.
    pub to: MinuteOfDay,
}

impl QuietHours {
    /// Returns whether this minute is one of them.
    pub(crate) fn contain(self, minute: MinuteOfDay) -> bool {
        if self.from < self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        }
    }

    /// Refuses what is no time of day, and what begins when it ends: nobody can tell whether that is
    /// the whole day or no minute of it.
    pub(crate) fn check(self) -> Result<(), Invalid> {
        const TIME: &str = "a time of day";
        check(self.from.is_valid(), "quietHours.from", || TIME.to_owned())?;
        check(self.to.is_valid(), "quietHours.to", || TIME.to_owned())?;
        check(self.from != self.to, "quietHours.to", || {
            "another time than they begin".to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(hour: u16, minute: u16) -> MinuteOfDay {
        MinuteOfDay(hour * 60 + minute)
    }

    #[test]
    fn they_begin_and_end_on_the_minute_and_may_go_over_midnight() {
        let night = QuietHours {
            from: at(22, 0),
            to: at(7, 30),
        };
        let noon = QuietHours {
            from: at(12, 0),
            to: at(13, 0),
        };
        for (hours, minute, quiet) in [
            (night, at(21, 59), false),
            (night, at(22, 0), true),
            (night, at(23, 59), true),
            (night, at(0, 0), true),
            (night, at(7, 29), true),
            (night, at(7, 30), false),
            (noon, at(11, 59), false),
            (noon, at(12, 0), true),
            (noon, at(12, 59), true),
            (noon, at(13, 0), false),
        ] {
            assert_eq!(hours.contain(minute), quiet, "{hours:?}, {minute:?}");
        }
    }

    #[test]
    fn what_is_no_time_of_day_or_has_no_length_is_refused() {
        let hours = |from, to| QuietHours { from, to };
        assert_eq!(hours(at(0, 0), at(23, 59)).check(), Ok(()));
        for (wrong, field) in [
            (hours(at(24, 0), at(7, 0)), "quietHours.from"),
            (hours(at(7, 0), at(24, 0)), "quietHours.to"),
            (hours(at(7, 0), at(7, 0)), "quietHours.to"),
        ] {
            let refused = wrong.check().map_err(|invalid| invalid.field);
            assert_eq!(refused, Err(field.to_owned()));
        }
    }
}
