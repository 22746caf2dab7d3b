//! What disturbs a network, and how long nobody can notice it or do anything about it. Where the
//! bound of a goal cannot hold from the disturbance itself, the comment here says why.

/// Something that disturbs a network.
#[derive(Clone, Copy, Debug)]
pub struct Cause {
    /// The name in the summary.
    pub name: &'static str,
    /// How long nobody can do anything about it, in seconds.
    pub allowance: u64,
    /// The same of whom people see of each other, where that is put right sooner than who is router.
    pub lists: u64,
}

impl Cause {
    /// Returns the cause with an allowance that is longer by this many milliseconds, because it
    /// goes on for that long.
    #[must_use]
    pub fn after(&self, millis: u64) -> Self {
        let longer = millis.div_ceil(1_000);
        Self {
            allowance: self.allowance + longer,
            lists: self.lists + longer,
            ..*self
        }
    }
}

const fn cause(name: &'static str, allowance: u64) -> Cause {
    let lists = allowance;
    Cause {
        name,
        allowance,
        lists,
    }
}

/// A device is switched on. It finds its address (5 s where that is slow) and registers four ids.
pub const START: Cause = cause("start", 5);
/// Everything works again: who has waited for it waits up to 60 s more (the longest back-off), and
/// up to 64 s for a contact whose device had a full disk.
pub const HEAL: Cause = cause("end of several faults", 70);
/// The hostile peers are gone: what a liar has said lives on for 90 s, an id that it held too, and
/// a handshake that it used up comes back within a minute. A router that hid people is not joined
/// again for up to 5 min. Until then two routers tell each other of everybody, as soon as the id is
/// free, and the one at a later Router ID has asked for it.
pub const EXPELLED: Cause = Cause {
    lists: 170,
    ..cause("end of an attack", 330)
};
/// A squatter is gone. A router at a later Router ID asks for the first one every 30 s to 5 min, and
/// everybody follows it; or a new peer has it, which is found out by the next try to connect.
pub const SQUATTED: Cause = cause("end of a squatting", 420);
/// Whoever goes says so, but where a connection is dead or stalled that does not arrive: then it is as for a killed browser, and
/// for the lists as for a machine that was cut off.
pub const ABSENT: Cause = Cause {
    lists: 25,
    ..cause("somebody who goes off or hides", 5)
};
/// As a start.
pub const PRESENT: Cause = cause("somebody who is on again", 5);
/// ICE doubts a path after 7.3 s, 2 s later it is given up, and up to 3 s later the id is claimed:
/// a new router after 13 s at the latest.
pub const KILLED: Cause = cause("a killed browser", 5);
/// The server holds the ids of a silent client for 90 s; a device that finds its own id taken looks
/// again after 15 s, and a claim that fails is repeated. The lists are right before: its deputy notices within 4.5 s,
/// ICE doubts other paths after 7.3 s, and nobody waits longer than 3 s for an answer at each of three Router IDs.
pub const CUT_OFF: Cause = Cause {
    lists: 25,
    ..cause("a machine cut off", 120)
};
/// The ids are free at once; the rest as for a killed browser.
pub const CRASHED: Cause = cause("a crashed page", 5);
/// Every id waits out its back-off: 1 s at first, more where it was lost a moment ago.
pub const RESTARTED: Cause = cause("a restarted server", 20);
/// Back-off up to 60 s.
pub const SERVER_BACK: Cause = cause("the return of a server", 75);
/// Everybody comes back to the first after 120 to 180 s, and again as long where that failed.
pub const SERVER_BACK_OF_TWO: Cause = cause("the return of one of two servers", 270);
/// Nothing is promised while a server is slow or refuses.
pub const SLOW: Cause = cause("a slow server", 0);
/// See [`SLOW`].
pub const REFUSES: Cause = cause("a server that refuses", 0);
/// Nothing is promised while a server means harm.
pub const MALICE: Cause = cause("a malicious server", 0);
/// As after a squatting: whoever was told that a Router ID is taken is router at a later one. Two who
/// hold one id find out by the echo, after 30 s.
pub const HONEST: Cause = cause("the end of a server's malice", 420);
/// A dead socket is noticed by its echo after 25 + 5 s.
pub const HALF_OPEN: Cause = cause("half-open sockets", 35);
/// As for a machine cut off: the other devices of its home wait for the same.
pub const OFFLINE: Cause = cause("a network lost", 120);
/// A change that no event reports: the echo shows it after 30 s, the back-off may have grown to
/// 60 s, and then the address is looked up.
pub const ONLINE: Cause = cause("a network back", 95);
/// The server holds the ids of the old network, its Router ID among them, as of a machine cut off.
pub const ROAMED: Cause = cause("another network", 120);
/// See [`ROAMED`]; no event reports it.
pub const ROAMED_UNREPORTED: Cause = cause("another network, unreported", 120);
/// Connections as for a killed browser, sockets as half-open ones.
pub const REBOUND: Cause = cause("a NAT that forgot", 40);
/// Dead sockets are noticed after 30 s; then the address is looked up and the new one joined.
pub const RENUMBERED: Cause = cause("a new address", 50);
/// As for a machine cut off.
pub const ASLEEP: Cause = Cause {
    lists: 25,
    ..cause("falling asleep", 120)
};
/// A clock that jumps shows it, and dead sockets are found out within 3 s.
pub const WOKE: Cause = cause("a sleep", 15);
/// A device that fell asleep at the second server looks for the first one as after its return.
pub const WOKE_ELSEWHERE: Cause = cause("a sleep, at the second server", 270);
/// Entries of the days before are shown 90 s longer, next to those of today.
pub const WOKE_ALL: Cause = cause("a sleep of everybody", 95);
/// Another day has other Discovery IDs, and those of the day before are shown 90 s longer.
pub const CLOCK: Cause = cause("a clock set", 95);
/// Up to 64 s between two sessions with a device whose disk is full.
pub const ROOM: Cause = cause("a full disk", 70);
/// As for a full disk.
pub const DOUBTFUL: Cause = cause("a disk that says of what it wrote that it failed", 70);
/// The engine waits 30 s, then it is as for a crashed page.
pub const SILENT: Cause = cause("a disk that does not answer", 35);
/// As for a killed browser.
pub const OLDER: Cause = cause("a disk that comes back older", 5);
/// As for a killed browser; a device that finds its address taken has another one at once.
pub const TAKEN: Cause = cause("addresses taken by others", 5);
/// As for a killed browser.
pub const LINK: Cause = cause("a dead connection", 20);
/// Data that arrives late, or a doubt of ICE that is examined by a ping.
pub const STALL: Cause = cause("a stalled connection", 40);

/// Returns how long after the end of a fault of the beacon everybody has asked it again, in
/// milliseconds. Each wait is twice the one before, from 5 s up to 5 min, and up to a quarter shorter: so the one that
/// is under way is at most 4/3 of the fault and 5 s. Then an answer, and the ids of the new root.
#[must_use]
pub fn asked_again(lasted: u64) -> u64 {
    (lasted * 4 / 3 + 5_000).min(300_000) + 15_000
}
