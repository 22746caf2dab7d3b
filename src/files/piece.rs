//! How a file is cut into pieces.

use crate::limits::PIECE_BYTES;

/// Returns how many pieces a file of so many bytes has.
pub(super) fn count(size: u64) -> u64 {
    size.div_ceil(u64::from(PIECE_BYTES))
}

/// Returns how many bytes a piece has; nothing where there is no such piece.
pub(super) fn length(size: u64, number: u64) -> u32 {
    let before = number.saturating_mul(u64::from(PIECE_BYTES));
    let rest = size.saturating_sub(before);
    u32::try_from(rest).map_or(PIECE_BYTES, |rest| rest.min(PIECE_BYTES))
}

/// Returns how many bytes the pieces before one have.
pub(super) fn bytes_before(size: u64, number: u64) -> u64 {
    size.min(number.saturating_mul(u64::from(PIECE_BYTES)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_of_a_file_are_as_long_as_the_file() {
        let piece = u64::from(PIECE_BYTES);
        for size in [
            0,
            1,
            piece - 1,
            piece,
            piece + 1,
            3 * piece,
            5_000 * piece + 7,
        ] {
            let lengths = (0..count(size)).map(|number| u64::from(length(size, number)));
            assert_eq!(lengths.sum::<u64>(), size);
            assert_eq!(length(size, count(size)), 0);
            assert_eq!(bytes_before(size, count(size)), size);
        }
    }
}
