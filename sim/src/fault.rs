//! The kinds of things that go wrong, and how often each did.

use mesh_chat::view::Choice;
use std::collections::BTreeMap;

/// One thing that goes wrong; times in milliseconds.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// A browser is killed, and starts again after this time.
    Kill(usize, u64),
    /// A machine is cut off and dies, and starts again after this time.
    Die(usize, u64),
    /// The engine's page crashes; a new one starts soon, with the tokens.
    Crash(usize),
    /// A server forgets everything.
    Restart(usize),
    /// A server cannot be reached for this long.
    Down(usize, u64),
    /// A server is slow for this long: up to 30 s for each frame, each way.
    Slow(usize, u64),
    /// A server refuses every new client for this long.
    Refuse(usize, u64),
    /// A server works again.
    Up(usize),
    /// A server is in the hands of somebody who means harm, for this long.
    Malice(usize, u64),
    /// It is in honest hands again.
    Honest(usize),
    /// A stranger calls from an id that is not theirs; somebody may be away for this long.
    Call(u64),
    /// Such strangers leave.
    Hush,
    /// Every socket of a device looks open and is dead.
    HalfOpen(usize),
    /// A device loses its network for this long, and no event reports it.
    Offline(usize, u64),
    /// The network is back; `true`: the browser reports it.
    Online(usize, bool),
    /// A device is carried to another network; `true`: the browser reports it.
    Roam(usize, usize, bool),
    /// The NAT of a home restarts: every connection out of the home is dead.
    Rebind(usize),
    /// The provider gives a home another address.
    Renumber(usize),
    /// A device sleeps for this long.
    Sleep(usize, u64),
    /// It wakes.
    Wake(usize),
    /// Every device sleeps, for up to three days.
    SleepAll(u64),
    /// A person sets the clock of a device, by this much wrong.
    Clock(usize, i64),
    /// The disk is full for this long.
    Full(usize, u64),
    /// The disk takes what is written again.
    Room(usize),
    /// For this long the disk often says that a write has failed, of what it has written too.
    Doubt(usize, u64),
    /// The disk does not answer any more.
    Silence(usize),
    /// The engine loads its page anew, because its disk does not answer; in this generation of its
    /// process.
    Reload(usize, u64),
    /// Somebody makes a copy of a disk.
    Copy(usize),
    /// The disk is that copy again, and its device starts after this time.
    GoBack(usize, u64),
    /// A connection dies without a word.
    Link,
    /// A connection carries nothing for this long, and then everything.
    Stall(u64),
    /// Contacts are gone for this long, and a hostile peer takes their addresses.
    Take(u64),
    /// The hostile peers at taken addresses leave.
    GiveBack,
    /// A device loses all that it stored, and starts again after this time.
    Wipe(u64),
    /// Something is wrong with the beacon for this long.
    Beacon(BeaconFault, u64),
    /// That is over, unless something else began meanwhile.
    BeaconBack,
    /// A person goes off, away, or is there for contacts only.
    Absent(usize, Choice),
    /// What was said last by whoever went off has arrived; in this generation of its process.
    Closed(usize, u64),
    /// The person wants to be there for everybody again.
    Present(usize),
    /// Everything works again.
    Heal,
    /// All hostile peers leave.
    Expel,
}

/// What is wrong with a beacon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BeaconFault {
    /// It does not answer.
    Unreachable,
    /// It answers late, or too late.
    Slow,
    /// It answers with an error.
    Refuses,
    /// It does not know these people any more.
    Withholds,
    /// It signs with another key.
    OtherKey,
    /// A cache in front of it repeats the answer of this slot.
    Replays(u64),
    /// It answers with something else.
    Rubbish,
}

impl BeaconFault {
    /// Returns the name in the summary.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "a beacon that is down",
            Self::Slow => "a slow beacon",
            Self::Refuses => "a beacon that refuses",
            Self::Withholds => "a beacon that withholds",
            Self::OtherKey => "a beacon with another key",
            Self::Replays(_) => "an answer of a beacon, repeated",
            Self::Rubbish => "rubbish from a beacon",
        }
    }
}

/// How often each thing went wrong, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<&'static str, u64>);

impl Counts {
    /// Counts one more.
    pub fn count(&mut self, name: &'static str) {
        *self.0.entry(name).or_default() += 1;
    }

    /// Adds the counts of another world.
    pub fn add(&mut self, other: &Self) {
        for (name, count) in other.iter() {
            *self.0.entry(name).or_default() += count;
        }
    }

    /// Returns all counts, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.0.iter().map(|(name, count)| (*name, *count))
    }
}
