//! Which of several windows makes the next connection, where closed ones are collected when their window is removed.
//!
//! Firefox (ESR 153) hardly collects closed connections while others are made: none of 1,516 in 35 s, at 43 a second in
//! one window, and none of 1,818 in frames that stayed, but 1,418 of 1,892 in frames of [`WINDOW_MADE`] that were removed
//! when the next one began. Its cycle collector runs every four seconds and frees their events only. Right after a
//! collection of scripts it frees the connections, too (675 of 676, both forced); five seconds after one, in which
//! others were made, it does not. Five seconds without a new connection are enough by themselves.

use crate::limits::{WINDOW_MADE, WINDOWS_RESTING};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

/// Gives out windows, which live as long as something that they have made.
#[derive(Debug)]
pub(crate) struct Rotation<Window> {
    current: Option<Rc<Window>>,
    /// Made in the current one since it is.
    made: u32,
    /// Those with something that lives, the longest at rest first.
    resting: VecDeque<Weak<Window>>,
}

impl<Window> Default for Rotation<Window> {
    fn default() -> Self {
        Self {
            current: None,
            made: 0,
            resting: VecDeque::new(),
        }
    }
}

impl<Window> Rotation<Window> {
    /// Returns the window that makes the next connection, to be held as long as that is not closed. `open` opens a new
    /// one.
    ///
    /// # Errors
    /// Where that fails.
    pub(crate) fn next<E>(
        &mut self,
        open: impl FnOnce() -> Result<Window, E>,
    ) -> Result<Rc<Window>, E> {
        if self.made >= WINDOW_MADE
            && let Some(full) = self.current.take()
        {
            self.resting.push_back(Rc::downgrade(&full));
        }
        let current = match self.current.take() {
            Some(current) => current,
            None => {
                self.made = 0;
                self.rested().map_or_else(|| open().map(Rc::new), Ok)?
            }
        };
        self.made += 1;
        Ok(Rc::clone(self.current.insert(current)))
    }

    /// Returns the one that is longest at rest, where there are too many for another one.
    fn rested(&mut self) -> Option<Rc<Window>> {
        self.resting.retain(|window| window.strong_count() > 0);
        if self.resting.len() <= WINDOWS_RESTING {
            return None;
        }
        self.resting.pop_front()?.upgrade()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::convert::Infallible;

    /// Counts the windows that are open.
    struct Open<'a>(&'a Cell<usize>);

    impl<'a> Open<'a> {
        fn one(count: &'a Cell<usize>) -> Result<Self, Infallible> {
            count.set(count.get() + 1);
            Ok(Self(count))
        }
    }

    impl Drop for Open<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get() - 1);
        }
    }

    #[test]
    fn a_window_makes_so_many_and_goes_with_the_last_of_them() {
        let open = Cell::new(0);
        let mut windows = Rotation::default();
        let mut next = || windows.next(|| Open::one(&open)).unwrap();
        let first: Vec<_> = (0..WINDOW_MADE).map(|_| next()).collect();
        assert_eq!(open.get(), 1);
        let second = next();
        assert_eq!(open.get(), 2);
        drop(first);
        assert_eq!(open.get(), 1, "nothing of the first lives");
        drop(second);
        assert_eq!(open.get(), 1, "the second makes the next one");
    }

    #[test]
    fn a_window_whose_connections_are_all_closed_is_closed_when_it_rests() {
        let open = Cell::new(0);
        let mut windows = Rotation::default();
        for _ in 0..WINDOW_MADE * 100 {
            windows.next(|| Open::one(&open)).unwrap();
            assert_eq!(open.get(), 1);
        }
    }

    #[test]
    fn there_are_few_windows_however_many_have_a_connection_that_stays() {
        let open = Cell::new(0);
        let mut windows = Rotation::default();
        let mut kept = Vec::new();
        let mut makers = Vec::new();
        for made in 0..WINDOW_MADE * 100 {
            let window = windows.next(|| Open::one(&open)).unwrap();
            if made % WINDOW_MADE == 0 {
                makers.push(Rc::as_ptr(&window));
                kept.push(window);
            }
        }
        assert_eq!(open.get(), WINDOWS_RESTING + 1);
        let (before, after) = makers.split_at(makers.len() - open.get());
        assert!(before.ends_with(after), "each rests as long as any");
    }

    #[test]
    fn a_window_that_cannot_be_opened_is_asked_for_again() {
        let mut windows = Rotation::default();
        assert_eq!(windows.next(|| Err::<(), _>("refused")), Err("refused"));
        assert_eq!(windows.next(|| Ok::<_, &str>(())), Ok(Rc::new(())));
    }
}
