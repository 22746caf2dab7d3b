//! Which rows of a long list are in the page: those in sight, some around them, and those in use.
//!
//! A list that is short is there as a whole. Of a long one the rows that are not there are stood for by
//! gaps of their height, and every row says how many there are and which it is.

use super::people::Section;
use ipc::PersonId;
use std::ops::Range;

/// The longest list that is there as a whole.
pub(crate) const WHOLE: usize = 400;

/// Rows above and below those in sight.
const AROUND: usize = 24;

/// As few of those may be left before they are made anew: whoever walks through the list by keyboard always
/// finds a next row.
const LEAST: usize = 8;

/// The part of each list that is there.
#[derive(Debug, Default)]
pub(crate) struct Windows {
    network: Window,
    saved: Window,
    /// Whose row is in use: it has the focus, or is about to get it.
    pub(super) used: Option<PersonId>,
}

/// The part of a list that is there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Window(Range<usize>);

/// What stands in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// The row with this index.
    Row(usize),
    /// So many rows, which are not there.
    Gap(usize),
}

impl Default for Window {
    /// Before anything is known of the window, what the first one surely shows.
    fn default() -> Self {
        Self(0..2 * AROUND)
    }
}

impl Windows {
    /// Returns the part of a list that is there.
    pub(crate) fn of(&self, section: Section) -> &Window {
        match section {
            Section::Network => &self.network,
            Section::Saved => &self.saved,
        }
    }

    /// Takes which rows of a list are in sight, and whose is in use.
    pub(super) fn look(&mut self, section: Section, sight: Range<usize>, used: Option<PersonId>) {
        let window = match section {
            Section::Network => &mut self.network,
            Section::Saved => &mut self.saved,
        };
        *window = Window(sight.start.saturating_sub(AROUND)..sight.end + AROUND);
        self.used = used;
    }

    /// Returns whose row is in use.
    pub(crate) fn used(&self) -> Option<&PersonId> {
        self.used.as_ref()
    }
}

impl Window {
    /// Returns whether too little is left around these rows of a list of so many.
    pub(crate) fn is_outgrown(&self, sight: &Range<usize>, count: usize) -> bool {
        let first = sight.start.saturating_sub(LEAST);
        let end = (sight.end + LEAST).min(count);
        count > WHOLE && (first < self.0.start || end > self.0.end)
    }

    /// Returns what stands in a list of so many; `used` are the indexes of rows that stay in any case.
    pub(crate) fn pieces(&self, count: usize, used: &[usize]) -> Vec<Piece> {
        if count <= WHOLE {
            return (0..count).map(Piece::Row).collect();
        }
        // A list that has become shorter ends with its last rows.
        let shift = self.0.end.saturating_sub(count).min(self.0.start);
        let there = self.0.start - shift..self.0.end.min(count);
        let mut pieces = Vec::with_capacity(there.len() + used.len() + 4);
        let mut gap = 0;
        for index in 0..count {
            if there.contains(&index) || used.contains(&index) {
                pieces.extend((gap > 0).then_some(Piece::Gap(gap)));
                pieces.push(Piece::Row(index));
                gap = 0;
            } else {
                gap += 1;
            }
        }
        pieces.extend((gap > 0).then_some(Piece::Gap(gap)));
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::Piece::{Gap, Row};
    use super::*;

    fn rows(pieces: &[Piece]) -> usize {
        let rows = |piece: &Piece| match piece {
            Row(_) => 1,
            Gap(rows) => *rows,
        };
        pieces.iter().map(rows).sum()
    }

    fn window(sight: Range<usize>) -> Window {
        let mut windows = Windows::default();
        windows.look(Section::Network, sight, None);
        windows.of(Section::Network).clone()
    }

    #[test]
    fn a_short_list_is_there_as_a_whole() {
        let all: Vec<_> = (0..WHOLE).map(Row).collect();
        assert_eq!(window(3..9).pieces(WHOLE, &[]), all);
    }

    #[test]
    fn of_a_long_list_those_in_sight_are_there_and_those_around_them() {
        let pieces = window(500..510).pieces(1_000, &[]);
        assert_eq!(pieces.first(), Some(&Gap(476)));
        assert_eq!(pieces.get(1), Some(&Row(476)));
        assert_eq!(pieces.last(), Some(&Gap(466)));
        assert_eq!((pieces.len(), rows(&pieces)), (10 + 2 * 24 + 2, 1_000));
    }

    #[test]
    fn a_row_in_use_stays_wherever_it_is() {
        let pieces = window(0..10).pieces(1_000, &[700]);
        assert_eq!(pieces[34..], [Gap(666), Row(700), Gap(299)]);
        let pieces = window(900..910).pieces(1_000, &[0, 700]);
        assert_eq!(pieces[..4], [Row(0), Gap(699), Row(700), Gap(175)]);
    }

    #[test]
    fn a_list_that_has_become_shorter_ends_with_rows() {
        let pieces = window(900..910).pieces(550, &[]);
        assert_eq!(pieces.last(), Some(&Row(549)));
        assert_eq!((pieces[0], rows(&pieces)), (Gap(492), 550));
        assert_eq!(window(900..910).pieces(0, &[]), []);
    }

    #[test]
    fn rows_are_made_anew_before_the_last_of_them_comes_into_sight() {
        let there = window(500..510);
        for (sight, outgrown) in [
            (500..510, false),
            (484..494, false),
            (483..493, true),
            (516..526, false),
            (517..527, true),
            (0..10, true),
        ] {
            assert_eq!(there.is_outgrown(&sight, 1_000), outgrown, "{sight:?}");
        }
        assert!(!window(0..10).is_outgrown(&(0..12), 1_000), "at the top");
        assert!(!window(990..1_000).is_outgrown(&(990..1_000), 1_000));
        assert!(!there.is_outgrown(&(0..10), WHOLE));
    }
}
