//! A router invents a whole namespace of people and ends, and nothing else goes wrong: how soon those
//! who followed it see each other.

use crate::check::lists;
use crate::device::Device;
use crate::hostile::Kind;
use crate::process::{kill, start, start_as_new};
use crate::timeline::run_for;
use crate::world::World;

/// Who followed it.
const PEOPLE: usize = 4;
/// Until somebody who joins has its registry, in milliseconds.
const REST: u64 = 5_000;
/// How closely it is measured.
const STEP: u64 = 100;
/// Longer is not measured.
const LONGEST: u64 = 300_000;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flood {
    /// How many people each of those who followed it was told of, the fewest.
    pub told: usize,
    /// How long it took from its end until everybody saw everybody, in milliseconds; `None` where they
    /// did not.
    pub met: Option<u64>,
}

/// Lets a router invent a multitude. Where it is cut off, its id outlives it at the server.
#[must_use]
pub fn run(seed: u64, cut_off: bool, tell: bool) -> Flood {
    let mut world = World::plain(seed, PEOPLE, 1);
    world.ctx.tell = tell;
    let liar = world.devices.add_hostile(Device {
        harm: Some((Kind::Inventor, 0)),
        ..Device::default()
    });
    start(&mut world, liar);
    run_for(&mut world, REST);
    for index in 0..PEOPLE {
        start_as_new(&mut world, index);
        run_for(&mut world, REST);
    }
    let sees = |device: &Device| device.view.people.len() + device.view.more_people as usize;
    let told = world.devices.iter().take(PEOPLE).map(sees).min();
    kill(&mut world, liar, cut_off);
    let gone = world.ctx.now;
    let mut met = None;
    while met.is_none() && world.ctx.now < gone + LONGEST {
        run_for(&mut world, STEP);
        met = lists::lists(&world, 0)
            .is_none()
            .then(|| world.ctx.now - gone);
    }
    Flood {
        told: told.unwrap_or(0),
        met,
    }
}

#[cfg(test)]
mod tests {
    use super::run;
    use mesh_chat::limits::TOLD_ENTRIES;

    #[test]
    fn people_see_each_other_soon_after_a_router_is_gone_that_invented_a_multitude() {
        for seed in 0..5 {
            let flood = run(seed, false, false);
            assert!(flood.told > TOLD_ENTRIES - 10, "{flood:?}");
            // ICE doubts the path after 7.3 s; an answer is awaited for 2 s, and a claim for 3 s.
            assert!(
                flood.met.is_some_and(|met| met < 16_000),
                "{seed}: {flood:?}"
            );
        }
    }

    #[test]
    fn people_see_each_other_as_soon_as_the_id_of_such_a_router_is_free() {
        // The server holds it for 90 s, and it is claimed again each 13 s and a dial of 8 s.
        let flood = run(0, true, false);
        assert!(flood.met.is_some_and(|met| met < 115_000), "{flood:?}");
    }
}
