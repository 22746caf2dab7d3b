//! Special contacts who have lost each other's addresses meet again, many times, and nothing else
//! goes wrong: how long that takes.
//!
//! Everybody becomes a contact of the first, with Special contact switched on at both ends, and
//! ends. Hostile sockets take their ids. Then the first and the second begin again within some
//! seconds, in homes of their own, at any moment of a slot. The other special contacts stay away, and
//! are waited for meanwhile.

use crate::names::device_of;
use crate::node::command;
use crate::process::{kill, start, start_as_new};
use crate::server::Wire;
use crate::timeline::run_for;
use crate::world::World;
use mesh_chat::view::{Command, ContactCommand, ContactId, Person, PersonId, Presence};

/// How they end, how many others there are, and how well their clocks agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// In words.
    pub name: &'static str,
    /// Special contacts of the first in all.
    friends: usize,
    /// The server does not hear of their ends, so that their ids outlive them.
    cut_off: bool,
    /// By how much each clock may be wrong, in milliseconds.
    wrong: u64,
}

/// What is measured.
pub const KINDS: [Kind; 5] = [
    Kind::new("one special contact, killed", 1),
    Kind::new("clocks up to 2 min apart", 1).with_wrong_clocks(),
    Kind::new("cut off, so that their ids outlive them", 1).cut_off(),
    Kind::new("8 special contacts, of whom 7 stay away", 8),
    Kind::new("24 special contacts, of whom 23 stay away", 24),
];

impl Kind {
    const fn new(name: &'static str, friends: usize) -> Self {
        Self {
            name,
            friends,
            cut_off: false,
            wrong: 1_000,
        }
    }

    const fn with_wrong_clocks(mut self) -> Self {
        self.wrong = 60_000;
        self
    }

    const fn cut_off(mut self) -> Self {
        self.cut_off = true;
        self
    }
}

/// A slot, in milliseconds.
const SLOT: u64 = 600_000;
/// Within this time of each other both begin again.
const APART: u64 = 5_000;
/// Until things have come to rest.
const REST: u64 = 5_000;
/// How long the first one waits for the second, once that is gone.
const ALONE: u64 = 60_000;
/// Longer is not measured.
const LONGEST: u64 = 700_000;

/// Returns how long it took from the later start, in milliseconds; `None` where they did not meet.
#[must_use]
pub fn run(kind: Kind, seed: u64, tell: bool) -> Option<u64> {
    let mut world = World::plain(seed, kind.friends + 1, 2);
    world.ctx.tell = tell;
    let mut reunion = Reunion { world, kind };
    reunion.befriend();
    reunion.part();
    reunion.meet()
}

struct Reunion {
    world: World,
    kind: Kind,
}

impl Reunion {
    fn pass(&mut self, millis: u64) {
        run_for(&mut self.world, millis);
    }

    fn friends(&self) -> std::ops::RangeInclusive<usize> {
        1..=self.kind.friends
    }

    /// One after the other, so that the one who comes back is any of them by the time it was met.
    fn befriend(&mut self) {
        for index in 0..=self.kind.friends {
            let skew = self.world.ctx.random.within(0, 2 * self.kind.wrong) as i64;
            if let Some(device) = self.world.devices.get_mut(index) {
                (device.home, device.skew) = (0, skew - self.kind.wrong as i64);
            }
            start_as_new(&mut self.world, index);
            self.pass(REST);
        }
        for index in self.friends() {
            if let PersonId::Stranger(stranger) = self.person(0, index).id {
                let note = None;
                command(&mut self.world, 0, Command::Connect { stranger, note });
            }
            self.pass(1_000);
            self.accept(index);
            self.pass(REST);
            for (from, to) in [(0, index), (index, 0)] {
                if let Some(contact) = self.contact(from, to) {
                    let special = ContactCommand::Special(true);
                    command(&mut self.world, from, Command::Contact(contact, special));
                }
            }
            self.pass(1_000);
        }
        let phase = self.world.ctx.random.within(0, SLOT);
        self.pass(phase);
    }

    fn accept(&mut self, index: usize) {
        let view = self.world.devices.get(index).map(|device| &device.view);
        let request = view.and_then(|view| view.requests.keys().next().cloned());
        if let Some(request) = request {
            command(&mut self.world, index, Command::Accept { request });
        }
    }

    fn person(&self, index: usize, other: usize) -> Person {
        let mut people = self.world.devices.people_seen(index);
        let found = people.find(|person| device_of(&person.name) == Some(other));
        found
            .cloned()
            .unwrap_or_else(|| unreachable!("P{index} sees no P{other}: nothing goes wrong here"))
    }

    fn contact(&self, index: usize, other: usize) -> Option<ContactId> {
        match self.person(index, other).id {
            PersonId::Contact(contact) => Some(contact),
            PersonId::Stranger(_) => None,
        }
    }

    /// Everybody ends, the first one last; it has waited for the others. Their ids are taken.
    fn part(&mut self) {
        let everybody = self.friends().chain([0]).collect::<Vec<_>>();
        let mut ids = Vec::new();
        for index in everybody {
            if index == 0 {
                let alone = self.world.ctx.random.within(0, ALONE);
                self.pass(alone);
            }
            kill(&mut self.world, index, self.kind.cut_off);
            if let Some(device) = self.world.devices.get_mut(index) {
                device.tokens.clear();
                ids.extend(device.disk.transport_id().map(str::to_owned));
            }
        }
        self.pass(1_000);
        let now = self.world.ctx.now;
        for (socket, id) in (0..).zip(ids) {
            for server in &mut self.world.network.sockets.services {
                server.peer.connect(now, squatter(socket), &id, "squatter");
            }
        }
    }

    fn meet(&mut self) -> Option<u64> {
        for (index, home) in [(0, 0), (1, 1)] {
            if let Some(device) = self.world.devices.get_mut(index) {
                device.home = home;
            }
        }
        let apart = self.world.ctx.random.within(0, APART);
        let (first, second) = if self.world.ctx.random.chance(50) {
            (0, 1)
        } else {
            (1, 0)
        };
        start(&mut self.world, first);
        self.pass(apart);
        start(&mut self.world, second);
        let begun = self.world.ctx.now;
        while self.world.ctx.now < begun + LONGEST {
            self.pass(100);
            self.keep_ids();
            let met = |(from, to)| self.person_is_met(from, to);
            if [(0, 1), (1, 0)].into_iter().all(met) {
                return Some(self.world.ctx.now - begun);
            }
        }
        None
    }

    fn person_is_met(&self, index: usize, other: usize) -> bool {
        self.person(index, other).presence != Presence::Offline
    }

    fn keep_ids(&mut self) {
        let now = self.world.ctx.now;
        for server in &mut self.world.network.sockets.services {
            for socket in 0..=u32::try_from(self.kind.friends).unwrap_or(u32::MAX) {
                let beat = r#"{"type":"HEARTBEAT"}"#;
                server.peer.receive(now, squatter(socket), beat);
            }
        }
    }
}

/// Sockets of nobody's device.
fn squatter(socket: u32) -> Wire {
    (usize::MAX, 0, socket)
}

#[cfg(test)]
mod tests {
    use super::{KINDS, run};

    /// Half of what is promised.
    const SOON: u64 = 30_000;

    #[test]
    fn the_most_recently_met_are_found_again_soon() {
        for kind in &KINDS[..4] {
            for seed in 0..10 {
                let took = run(*kind, seed, false);
                assert!(
                    took.is_some_and(|took| took < SOON),
                    "{kind:?} {seed}: {took:?}"
                );
            }
        }
    }
}
