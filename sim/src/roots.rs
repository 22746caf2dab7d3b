//! Which roots the devices of a world with a beacon should be in, and which people must see each
//! other because of that. Not here: what devices are in ([`places`](crate::places)).

use crate::beacon::{Beacon, SLOTS};
use crate::names::device_of;
use crate::places::PUBLIC;
use crate::world::World;
use mesh_chat::ids::Namespace;

/// Clocks that differ by five minutes still work; an answer is under way for a while.
pub const CLOCKS: u64 = 290_000;
/// The new root is joined in the minute before a boundary and the one after it; then ids are
/// registered. Where browsers do not let the `Date` be read, the clock may be five minutes wrong.
const JOINED: u64 = 75_000;
const JOINED_UNDATED: u64 = 310_000;

/// Returns the first Router ID of a home, under the root of now.
pub fn router_id(world: &mut World, home: usize) -> Option<String> {
    let slot = SLOTS.at(world.unix());
    let root = world.beacon.as_mut().map(|beacon| beacon.root(slot));
    let address = world.network.homes.get(home)?.address;
    let root = root.unwrap_or_else(|| PUBLIC.to_owned());
    Some(Namespace::of_address(&root, address).router_id(1))
}

/// Whether two never ask each other to connect.
#[must_use]
pub fn are_shy(world: &World, one: usize, other: &str) -> bool {
    let is_shy = |index: usize| world.beacon.as_ref().is_some_and(|b| index >= b.shy);
    is_shy(one) || device_of(other).is_some_and(is_shy)
}

/// Whether a person is there, has the beacon, and has a clock that the beacon's answers fit to.
#[must_use]
pub fn is_in_time(world: &World, index: usize) -> bool {
    let without = world.beacon.as_ref().and_then(|beacon| beacon.without);
    let device = world.devices.get(index);
    device.is_some_and(|device| {
        let skew = device.skew.abs_diff(world.clock_offset());
        let listed = device.is_up() && !device.is_unlisted();
        listed && device.disk.has_profile() && skew <= CLOCKS
    }) && without != Some(index)
}

/// Whether some may be in the root of now and others not yet.
#[must_use]
pub fn is_moving(world: &World, beacon: &Beacon) -> bool {
    let unix = world.unix();
    let joined = if beacon.dated { JOINED } else { JOINED_UNDATED };
    unix - SLOTS.start(SLOTS.at(unix)) < joined
}

/// Whether two people of one home must see each other. While something is wrong with the beacon,
/// and until everybody has had the time to join a new root, they must where both are in one root:
/// a device that starts in that time knows the new one only.
#[must_use]
pub fn must_see(world: &World, one: usize, other: usize) -> bool {
    let Some(beacon) = &world.beacon else {
        return true;
    };
    let roots = |index: usize| beacon.places.roots_of(index);
    let share = || !roots(one).is_disjoint(&roots(other));
    one == other
        || is_in_time(world, one)
            && is_in_time(world, other)
            && (world.ctx.now >= beacon.well_from && !is_moving(world, beacon) || share())
}
