//! Whole numbers, as JavaScript has them: exact below 2^53.

/// Returns a whole number as JavaScript has it.
#[expect(
    clippy::cast_precision_loss,
    reason = "sizes, times and counts are below what is exact"
)]
pub fn float(number: u64) -> f64 {
    number as f64
}

/// Returns a number of JavaScript without its fraction; nothing is less than 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast saturates, and JavaScript has no larger whole numbers"
)]
pub fn whole(number: f64) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_stay_and_others_are_the_next_that_is_one() {
        for number in [0, 1, 1 << 40, (1 << 53) - 1] {
            assert_eq!(whole(float(number)), number);
        }
        assert_eq!([1.9, -1.0, f64::NAN].map(whole), [1, 0, 0]);
    }
}
