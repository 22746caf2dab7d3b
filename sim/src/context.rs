//! Time, chance and what is under way: the part of a world that every other part works with.

use crate::event::Event;
use crate::random::Random;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// An event under way: by time, then in the order in which they were scheduled. Boxed, because the
/// heap moves its elements often.
#[derive(Debug)]
struct Scheduled(Reverse<(u64, u64)>, Box<Event>);

impl PartialEq for Scheduled {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl Eq for Scheduled {}
impl PartialOrd for Scheduled {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Scheduled {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

/// What every part of a world works with.
#[derive(Debug)]
pub struct Context {
    /// Milliseconds since the beginning.
    pub now: u64,
    /// Milliseconds that every device slept through at once.
    pub leapt: i64,
    /// The source of chance.
    pub random: Random,
    /// Every promise that was broken, in words.
    pub violations: Vec<String>,
    /// Print everything that happens.
    pub tell: bool,
    queue: BinaryHeap<Scheduled>,
    scheduled: u64,
}

impl Context {
    /// The beginning of a world.
    #[must_use]
    pub fn new(random: Random) -> Self {
        Self {
            now: 1_000,
            leapt: 0,
            random,
            violations: Vec::new(),
            tell: false,
            queue: BinaryHeap::new(),
            scheduled: 0,
        }
    }

    /// Schedules an event, this many milliseconds from now.
    pub fn later(&mut self, after: u64, event: Event) {
        self.scheduled += 1;
        let at = Reverse((self.now + after, self.scheduled));
        self.queue.push(Scheduled(at, Box::new(event)));
    }

    /// Moves the clock to the next event up to `end` and returns it; without one, moves the clock to
    /// `end`.
    pub fn next(&mut self, end: u64) -> Option<Event> {
        let is_due = |next: &Scheduled| next.0.0.0 <= end;
        let Some(Scheduled(Reverse((at, _)), event)) = self
            .queue
            .peek()
            .is_some_and(is_due)
            .then(|| self.queue.pop())
            .flatten()
        else {
            self.now = end;
            return None;
        };
        self.now = at;
        Some(*event)
    }

    /// Records that a promise was broken.
    pub fn violation(&mut self, wrong: String) {
        self.say(|| format!("VIOLATION: {wrong}"));
        self.violations.push(wrong);
    }

    /// Prints what happens, when a seed is replayed with `--tell`.
    #[allow(clippy::print_stderr, reason = "the option --tell asks for it")]
    pub fn say(&self, what: impl FnOnce() -> String) {
        if self.tell {
            eprintln!("{:>9.3} s  {}", self.now as f64 / 1_000.0, what());
        }
    }
}
