//! How many worlds are done: on a terminal one line that is written anew, elsewhere a line for each
//! tenth.

use std::io::{IsTerminal, Write, stderr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

const WIDTH: u64 = 40;

/// Worlds done, of all.
pub(crate) struct Progress {
    all: u64,
    done: AtomicU64,
    began: Instant,
    terminal: bool,
}

impl Progress {
    /// None done yet.
    pub(crate) fn new(all: u64) -> Self {
        let terminal = stderr().is_terminal();
        let (done, began) = (AtomicU64::new(0), Instant::now());
        Self {
            all,
            done,
            began,
            terminal,
        }
    }

    /// One more is done.
    pub(crate) fn one_more(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let tenth = done * 10 / self.all != (done - 1) * 10 / self.all;
        if self.terminal {
            self.draw(done);
        } else if tenth && self.all >= 10 {
            eprintln!("{}", self.words(done));
        }
    }

    fn words(&self, done: u64) -> String {
        let rate = done as f64 / self.began.elapsed().as_secs_f64().max(0.001);
        let left = (self.all - done) as f64 / rate;
        format!(
            "{done} of {} worlds, {rate:.1} a second, {left:.0} s left",
            self.all
        )
    }

    fn draw(&self, done: u64) {
        let full = done * WIDTH / self.all;
        let bar: String = (0..WIDTH)
            .map(|at| if at < full { '#' } else { '.' })
            .collect();
        let end = if done == self.all { "\n" } else { "" };
        eprint!("\r[{bar}] {}\u{1b}[K{end}", self.words(done));
        // A line that is not drawn is no loss.
        let _ = stderr().flush();
    }
}
