//! How long nobody can notice a fault, or do anything about it. Where the bound of a goal cannot
//! hold from the fault itself, this is why.

use crate::model::{Cause, cause};

/// ICE doubts a path after 7.3 s, 2 s later it is given up, and up to 3 s later the id is claimed:
/// a new router after 13 s at the latest.
pub(super) const KILLED: Cause = cause("a killed browser", 5);
/// The server holds the ids of who says nothing for 90 s; who finds its own id taken looks again
/// after 15 s, and a claim in vain is repeated after a dial of 8 s and a wait of up to 13 s.
pub(super) const CUT_OFF: Cause = cause("a machine cut off", 120);
/// The ids are free at once; the rest as for a killed browser.
pub(super) const CRASHED: Cause = cause("a crashed page", 5);
/// Every id waits out its back-off: 1 s at first, more where it was lost a moment ago.
pub(super) const RESTARTED: Cause = cause("a restarted server", 20);
/// Back-off up to 60 s.
pub(super) const SERVER_BACK: Cause = cause("the return of a server", 75);
/// Everybody comes back to the first after 120 to 180 s, and again as long where that failed.
pub(super) const SERVER_BACK_OF_TWO: Cause = cause("the return of one of two servers", 270);
/// Nothing is promised while a server is slow or refuses.
pub(super) const SLOW: Cause = cause("a slow server", 0);
/// See [`SLOW`].
pub(super) const REFUSES: Cause = cause("a server that refuses", 0);
/// A dead socket is noticed by its echo after 25 + 5 s.
pub(super) const HALF_OPEN: Cause = cause("half-open sockets", 35);
/// As for a machine cut off: the other devices of its home wait for the same.
pub(super) const OFFLINE: Cause = cause("a network lost", 120);
/// A change that no event tells of: the echo shows it after 30 s, the back-off may have grown to
/// 60 s, and then the address is looked up.
pub(super) const ONLINE: Cause = cause("a network back", 95);
/// The server holds the ids of the old network, its Router ID among them, as of a machine cut off.
pub(super) const ROAMED: Cause = cause("another network", 120);
/// See [`ROAMED`].
pub(super) const ROAMED_UNTOLD: Cause = cause("another network, untold", 120);
/// Connections as for a killed browser, sockets as half-open ones.
pub(super) const REBOUND: Cause = cause("a NAT that forgot", 40);
/// Dead sockets are noticed after 30 s; then the address is looked up and the new one joined.
pub(super) const RENUMBERED: Cause = cause("a new address", 50);
/// Who falls asleep is as a machine cut off.
pub(super) const ASLEEP: Cause = cause("who falls asleep", 120);
/// A clock that jumps shows it, and dead sockets are found out within 3 s.
pub(super) const WOKE: Cause = cause("a sleep", 15);
/// Who fell asleep at the second server looks for the first again as after its return.
pub(super) const WOKE_ELSEWHERE: Cause = cause("a sleep, at the second server", 270);
/// Entries of the days before are shown 90 s longer, next to those of today.
pub(super) const WOKE_ALL: Cause = cause("a sleep of everybody", 95);
/// Another day has other Discovery IDs, and those of the day before are shown 90 s longer.
pub(super) const CLOCK: Cause = cause("a clock set", 95);
/// Up to 64 s between two sessions with a device whose disk is full.
pub(super) const ROOM: Cause = cause("a full disk", 70);
/// As for a killed browser; whoever finds its address taken has another at once.
pub(super) const TAKEN: Cause = cause("addresses taken by others", 5);
/// As for a killed browser.
pub(super) const LINK: Cause = cause("a dead connection", 20);
pub(super) const STALL: Cause = cause("a stalled connection", 40);

/// How long after the end of a trouble of the beacon everybody has asked again, in milliseconds. Each
/// wait is twice the one before, from 5 s up to 5 min, and up to a quarter shorter: so the one that
/// is under way is at most 4/3 of the trouble and 5 s. Then an answer, and the ids of the new root.
pub(crate) fn asked_again(lasted: u64) -> u64 {
    (lasted * 4 / 3 + 5_000).min(300_000) + 15_000
}
