//! Whether the engine's page is to begin anew, as the last resort: the browser makes no more
//! connections, or keeps many that were closed, although all was done to have them collected.
//!
//! A new page goes on from what is stored and takes its ids over by their tokens. What the old one
//! held goes with it, and is collected when the new one begins (`Connections::collect`): measured in
//! Chromium 156, whose process lives on, also while a view is open. Firefox collects what a page held that is gone.

use mesh_chat::Mono;
use peerjs::event::Counts;
use std::time::Duration;

/// Connections that the browser would not make, one after the other: every one of them was followed
/// by a collection, or came soon after one that was.
const REFUSED: u32 = 8;

/// Closed connections that the browser keeps: four times what is closed between two collections, and so few
/// that there are places in Chromium for everybody whom a person knows. They take some 20 MB in Firefox.
const KEPT: u32 = 200;

/// How long it keeps so many.
const KEPT_FOR: Duration = Duration::from_mins(5);

/// The age of a page before it is replaced, so that one that is no better is not replaced at once.
const AGE: Duration = Duration::from_mins(10);

/// Remembers since when closed connections are kept.
#[derive(Debug, Default)]
pub struct Renewal {
    kept_since: Option<Mono>,
}

impl Renewal {
    /// Returns whether the page is to begin anew now. `now` counts from its beginning, `quiet` is whether
    /// nobody would notice: no view is open, nothing is being written, no handshake and no message is
    /// under way.
    pub fn is_due(&mut self, now: Mono, counts: Counts, quiet: bool) -> bool {
        let keeps = counts.uncollected() >= KEPT;
        self.kept_since = keeps.then(|| self.kept_since.unwrap_or(now));
        let kept = self.kept_since.is_some_and(|since| now >= since + KEPT_FOR);
        // Where none was ever made, WebRTC is switched off.
        let refused = counts.made > 0 && counts.refused >= REFUSED;
        (refused || kept) && now >= Mono(0) + AGE && quiet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(made: u32, refused: u32) -> Counts {
        Counts {
            made,
            refused,
            ..Counts::default()
        }
    }

    #[test]
    fn a_page_that_can_connect_to_nobody_any_more_begins_anew_at_a_quiet_moment() {
        let later = Mono(0) + AGE;
        let refused = counts(700, REFUSED);
        let cases = [
            ("it can connect to nobody", later, refused, true, true),
            ("somebody would notice", later, refused, false, false),
            ("it has only just begun", Mono(1), refused, true, false),
            (
                "it may have been chance",
                later,
                counts(700, REFUSED - 1),
                true,
                false,
            ),
            ("WebRTC is switched off", later, counts(0, 99), true, false),
            ("all is well", later, counts(5_000, 0), true, false),
        ];
        for (what, now, counts, quiet, due) in cases {
            assert_eq!(Renewal::default().is_due(now, counts, quiet), due, "{what}");
        }
    }

    #[test]
    fn a_page_whose_closed_connections_are_kept_begins_anew_before_there_is_no_place_for_others() {
        let kept = |uncollected| Counts {
            made: 5_000,
            open: 60,
            places: 60 + uncollected,
            ..Counts::default()
        };
        let (begin, after) = (Mono(0) + AGE, Mono(0) + AGE + KEPT_FOR);
        let mut renewal = Renewal::default();
        assert!(!renewal.is_due(begin, kept(KEPT), true), "they may be late");
        assert!(!renewal.is_due(after, kept(KEPT), false), "a chat is open");
        assert!(renewal.is_due(after, kept(KEPT), true));
        assert!(!renewal.is_due(after, kept(KEPT - 1), true), "some went");
        assert!(!renewal.is_due(after, kept(KEPT), true), "since just now");
        assert!(renewal.is_due(after + KEPT_FOR, kept(KEPT), true));
    }
}
