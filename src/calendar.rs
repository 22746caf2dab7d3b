//! UTC days and 10-minute slots as text, from Unix time.

use crate::clock::UnixMillis;

const DAY: u64 = 86_400_000;

/// Returns the UTC day of `unix`, shifted by whole days: `2026-11-23`.
pub(crate) fn day(unix: UnixMillis, shift: i64) -> String {
    let days = (unix / DAY).saturating_add_signed(shift);
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Returns the number of whole days since 1970-01-01.
pub(crate) fn day_number(unix: UnixMillis) -> u64 {
    unix / DAY
}

/// Returns the rendezvous slot of `unix`: `UTC-2026-11-23-07-4` is 07:40 to 07:50.
pub fn slot(unix: UnixMillis) -> String {
    let unix = unix + 600_000 * u64::from(planted!(SlotOffByOne));
    let minutes = unix / 60_000 % 1_440;
    format!(
        "UTC-{}-{:02}-{}",
        day(unix, 0),
        minutes / 60,
        minutes % 60 / 10
    )
}

/// Returns the Gregorian date of a day since 1970-01-01: counts in 400-year cycles of 146,097 days
/// from 0000-03-01, so that the leap day ends a year (the method of ISO 8601 calendars computed by
/// shifting the year to March).
pub(crate) fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let cycle = days / 146_097;
    let of_cycle = days % 146_097;
    let year_of_cycle =
        (of_cycle - of_cycle / 1_460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
    let of_year = of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = cycle * 400 + year_of_cycle + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_gregorian() {
        for (unix, expected) in [
            (0, "1970-01-01"),
            (951_782_399_999, "2000-02-28"),
            (951_782_400_000, "2000-02-29"),
            (1_709_164_800_000, "2024-02-29"),
            (1_735_689_599_000, "2024-12-31"),
            (1_795_392_000_000, "2026-11-23"),
            (4_107_542_400_000, "2100-03-01"),
        ] {
            assert_eq!(day(unix, 0), expected);
        }
        assert_eq!(day(951_868_800_000, -1), "2000-02-29");
        assert_eq!(day(1_735_689_600_000, -1), "2024-12-31");
    }

    #[test]
    fn slots_are_ten_minutes_of_utc() {
        assert_eq!(
            slot(1_795_392_000_000 + 7 * 3_600_000 + 49 * 60_000),
            "UTC-2026-11-23-07-4"
        );
        assert_eq!(
            slot(1_795_392_000_000 + 7 * 3_600_000 + 50 * 60_000),
            "UTC-2026-11-23-07-5"
        );
        assert_eq!(slot(1_795_392_000_000), "UTC-2026-11-23-00-0");
    }
}
