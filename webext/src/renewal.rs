//! Whether the engine's page is to begin anew, as the last resort: the browser makes no more
//! connections, although those that were closed were collected, because something still holds them.
//!
//! A new page goes on from what is stored and takes its ids over by their tokens. What the old one
//! held goes with it; that the browser counts it no more takes one collection, which the first
//! connection that is refused in the new page brings about.

use mesh_chat::Mono;
use peerjs::upkeep::Counts;
use std::time::Duration;

/// Connections that the browser would not make, one after the other: every one of them was followed
/// by a collection, or came soon after one that was.
const REFUSED: u32 = 8;

/// The age of a page before it is replaced, so that one that is no better is not replaced at once.
const AGE: Duration = Duration::from_mins(10);

/// Returns whether the page is to begin anew now. `now` counts from its beginning, `quiet` is whether
/// nobody would notice: no view is open, nothing is being written, no handshake and no message is
/// under way.
pub fn is_due(now: Mono, counts: Counts, quiet: bool) -> bool {
    // Where none was ever made, WebRTC is switched off.
    counts.made > 0 && counts.refused >= REFUSED && now >= Mono(0) + AGE && quiet
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
            assert_eq!(is_due(now, counts, quiet), due, "{what}");
        }
    }
}
