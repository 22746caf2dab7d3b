//! In which roots the devices of a world with a beacon are, and what must hold of that: one router
//! in each root, everybody in the root of now, nobody out of sight because of a new one, and nobody
//! ever under the public root.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a few of very many kinds matter here"
)]

use crate::beacon::Beacon;
use crate::person::device_of;
use crate::world::World;
use mesh_chat::beacon::Slots;
use mesh_chat::ids::Namespace;
use mesh_chat::node::{Input, Output, Signalling};
use mesh_chat::view::{Event, Notification, Person, PersonId, Presence};
use std::collections::{BTreeMap, BTreeSet};

const SLOTS: Slots = Slots::STANDARD;
const PUBLIC: &str = "myapp";
/// Clocks that differ by five minutes still work; an answer is on its way for a while.
const CLOCKS: u64 = 290_000;
/// The new root is joined in the minute before a boundary and the one after it; then ids are
/// registered. Where the clock is not told, it is taken for up to five minutes wrong.
const JOINED: u64 = 75_000;
const JOINED_UNDATED: u64 = 310_000;
/// Whoever found the new root late may leave the old one as late.
const LEFT: u64 = 400_000;
/// Two that dial each other at once keep one connection of two.
const SETTLED: u64 = 5_000;
/// No device is in more roots.
const ROOTS: usize = 3;

/// What devices hold and see.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// The ids of namespaces that each device has asked for, and whether it holds them.
    ids: BTreeMap<usize, BTreeMap<String, bool>>,
    /// Whom each person saw there after the last input, and since when by a connection.
    seen: BTreeMap<usize, BTreeMap<usize, Option<u64>>>,
    /// Whose lists changed in this input.
    changed: BTreeSet<usize>,
}

/// An id of a namespace.
struct Place<'a> {
    root: &'a str,
    label: &'a str,
    is_router: bool,
}

fn place(id: &str) -> Option<Place<'_>> {
    let (root, rest) = id.split_once('-')?;
    let groups = rest.matches('-').count() + 1;
    let end = match groups {
        5 => 1,
        9 => 5,
        _ => return None,
    };
    let (at, _) = rest.rmatch_indices('-').nth(end - 1)?;
    let label = rest.get(..at)?;
    let is_address = label.split('-').all(|part| part.parse::<u8>().is_ok());
    is_address.then_some(Place {
        root,
        label,
        is_router: groups == 5,
    })
}

/// The Router ID of a home, under the root of now.
pub(crate) fn router_id(world: &mut World, home: usize) -> Option<String> {
    let slot = SLOTS.at(world.unix());
    let root = world.beacon.as_mut().map(|beacon| beacon.root(slot));
    let address = world.homes.get(home)?.address;
    let root = root.unwrap_or_else(|| PUBLIC.to_owned());
    Some(Namespace::of_address(&root, address).router_id(1))
}

/// Follows what a device asks its endpoint for.
pub(crate) fn asked(world: &mut World, index: usize, output: &Output) {
    let (Output::Register(id) | Output::Release(id)) = output else {
        return;
    };
    let Some(beacon) = world.beacon.as_mut().filter(|_| index < world.people) else {
        return;
    };
    let Some(Place { root, .. }) = place(id) else {
        return;
    };
    let is_known = match beacon.without == Some(index) {
        true => root == PUBLIC,
        false => beacon.slot_of(root).is_some(),
    };
    let ids = beacon.places.ids.entry(index).or_default();
    if matches!(output, Output::Release(_)) {
        ids.remove(id);
        return;
    }
    ids.entry(id.clone()).or_insert(false);
    let count = roots_of(ids).len();
    if !is_known || count > ROOTS {
        let wrong = format!("P{index} asks for {id}, in {count} roots");
        world.violations.push(wrong);
    }
}

fn roots_of(ids: &BTreeMap<String, bool>) -> BTreeSet<&str> {
    let places = ids.keys().filter_map(|id| place(id));
    places
        .filter(|place| !place.is_router)
        .map(|place| place.root)
        .collect()
}

/// Follows what a device is told.
pub(crate) fn told(world: &mut World, index: usize, input: &Input) {
    let beacon = world.beacon.as_mut();
    let Some(ids) = beacon.and_then(|beacon| beacon.places.ids.get_mut(&index)) else {
        return;
    };
    match input {
        Input::Signalling(Signalling::Registered(id)) => {
            ids.get_mut(id).into_iter().for_each(|held| *held = true);
        }
        Input::Signalling(Signalling::Taken(id)) => drop(ids.remove(id)),
        _ => {}
    }
}

/// A process has ended, and holds nothing.
pub(crate) fn ended(world: &mut World, index: usize) {
    if let Some(beacon) = &mut world.beacon {
        beacon.places.ids.remove(&index);
        beacon.places.seen.remove(&index);
    }
}

/// The oldest slot in whose root a device is.
pub(crate) fn oldest(world: &World, index: usize) -> Option<u64> {
    let beacon = world.beacon.as_ref()?;
    let ids = beacon.places.ids.get(&index)?;
    let slots = roots_of(ids).into_iter();
    slots.filter_map(|root| beacon.slot_of(root)).min()
}

/// Follows what a device shows.
pub(crate) fn shown(world: &mut World, index: usize, event: &Event) {
    let Some(beacon) = world.beacon.as_mut().filter(|_| index < world.people) else {
        return;
    };
    let without = beacon.without;
    match event {
        Event::Person(person) => {
            beacon.places.changed.insert(index);
            let other = device_of(&person.name);
            let apart = (without == Some(index)) != (without == other);
            if apart && matches!(person.id, PersonId::Stranger(_)) && other.is_some() {
                let wrong = format!("P{index} sees {}, and one has no beacon", person.name);
                world.violations.push(wrong);
            }
        }
        Event::PersonGone(_) => drop(beacon.places.changed.insert(index)),
        Event::Notify(Notification::Joined { name, .. }) => {
            let seen = beacon.places.seen.get(&index);
            let other = device_of(name).unwrap_or(usize::MAX);
            if seen.and_then(|seen| *seen.get(&other)?).is_some() {
                let wrong = format!("P{index} is told that {name} has joined, who was there");
                world.violations.push(wrong);
            }
        }
        _ => {}
    }
}

/// Whether two never ask each other.
pub(crate) fn are_shy(world: &World, one: usize, other: &str) -> bool {
    let is_shy = |index: usize| world.beacon.as_ref().is_some_and(|b| index >= b.shy);
    is_shy(one) || device_of(other).is_some_and(is_shy)
}

/// After an input and all that follows: nobody may be out of sight without a reason.
pub(crate) fn look(world: &mut World, index: usize) {
    let Some(beacon) = &mut world.beacon else {
        return;
    };
    if !beacon.places.changed.remove(&index) {
        return;
    }
    let people = world.devices.get(index).map(|d| d.view.people.values());
    let near = |person: &&Person| person.presence != Presence::Offline;
    let known = beacon.places.seen.get(&index);
    let now = world.now;
    let since = |person: &Person, other: usize| {
        let before = known.and_then(|known| *known.get(&other)?);
        let certain = person.presence == Presence::OnNetwork;
        certain.then_some(before.unwrap_or(now))
    };
    let near = people.into_iter().flatten().filter(near);
    let sees: BTreeMap<usize, Option<u64>> = near
        .filter_map(|person| {
            let other = device_of(&person.name)?;
            Some((other, since(person, other)))
        })
        .collect();
    let before = beacon.places.seen.insert(index, sees.clone());
    for (other, certain) in before.into_iter().flatten() {
        let full = |index: usize| world.devices.get(index).is_some_and(|device| device.full);
        let kept = certain.is_some_and(|since| world.now > since + SETTLED);
        let lost = match sees.get(&other) {
            None => "is out of sight",
            Some(None) if kept && !full(index) && !full(other) => "has no connection any more",
            Some(_) => continue,
        };
        if stays(world, index, other) {
            let wrong = format!("{} s: P{other} {lost} for P{index}", world.now / 1_000);
            world.say(|| wrong.clone());
            world.violations.push(wrong);
        }
    }
}

/// Whether nothing but the beacon and the slots could have parted two. What people decide about
/// their contacts gives them other Discovery IDs.
fn stays(world: &World, one: usize, other: usize) -> bool {
    let home = |index: usize| world.devices.get(index).map(|device| device.home);
    let owes = home(one).is_some_and(|home| world.model.owes(home, world.now));
    owes && !world.ties.caring
        && !is_midnight(world)
        && home(one) == home(other)
        && is_in_time(world, one)
        && is_in_time(world, other)
        && !world.apart(one, other)
}

/// Another day has other Discovery IDs, on each device by its own clock.
fn is_midnight(world: &World) -> bool {
    const DAY: u64 = 86_400_000;
    let time = world.unix() % DAY;
    time.min(DAY - time) < CLOCKS + 95_000
}

/// Whether a person is there, has the beacon, and a clock that the beacon's answers fit to.
fn is_in_time(world: &World, index: usize) -> bool {
    let device = world.devices.get(index);
    let without = world.beacon.as_ref().and_then(|beacon| beacon.without);
    device.is_some_and(|device| {
        let skew = device.skew.abs_diff(world.right());
        device.is_up() && device.disk.has_profile() && skew <= CLOCKS
    }) && without != Some(index)
}

/// Whether two people of one home must see each other. While something is wrong with the beacon,
/// and until everybody has had the time to join a new root, that is where both are in one root:
/// whoever begins in that time knows the new one only.
pub(crate) fn meet(world: &World, one: usize, other: usize) -> bool {
    let Some(beacon) = &world.beacon else {
        return true;
    };
    let roots = |index: usize| {
        let ids = beacon.places.ids.get(&index);
        ids.map(roots_of).unwrap_or_default()
    };
    let share = || !roots(one).is_disjoint(&roots(other));
    one == other
        || is_in_time(world, one)
            && is_in_time(world, other)
            && (world.now >= beacon.well_from && !is_moving(world, beacon) || share())
}

/// Whether some may be in the root of now and others not yet.
fn is_moving(world: &World, beacon: &Beacon) -> bool {
    let unix = world.unix();
    let joined = if beacon.dated { JOINED } else { JOINED_UNDATED };
    unix - SLOTS.start(SLOTS.at(unix)) < joined
}

/// The people of a home who are there, with the ids that they have asked for in its namespaces.
fn members(world: &World, home: usize) -> Vec<(usize, Vec<(Place<'_>, bool)>)> {
    let (Some(beacon), Some(at)) = (&world.beacon, world.homes.get(home)) else {
        return Vec::new();
    };
    let label = at.address.to_string().replace('.', "-");
    let in_home = |index: &usize| {
        let device = world.devices.get(*index);
        device.is_some_and(|d| d.home == home && d.is_up() && d.disk.has_profile())
    };
    let people = (0..world.people).filter(in_home);
    let ids = |index| {
        let ids = beacon.places.ids.get(&index).into_iter().flatten();
        let here = ids.filter_map(|(id, held)| Some((place(id)?, *held)));
        let here = here.filter(|(place, _)| place.label == label);
        (index, here.collect())
    };
    people.map(ids).collect()
}

/// What is wrong about the routers of a home: each root in which somebody is has one. Who is alone in
/// a root, and in another one too, leaves it in a moment.
pub(crate) fn routers(world: &World, home: usize) -> Option<String> {
    let members = members(world, home);
    let mut counts: BTreeMap<&str, (usize, usize, bool)> = BTreeMap::new();
    for (_, places) in &members {
        let leaves = places.iter().filter(|(place, _)| !place.is_router).count() > 1;
        for (place, held) in places {
            let (people, routers, stays) = counts.entry(place.root).or_default();
            *people += usize::from(!place.is_router);
            *routers += usize::from(place.is_router && *held);
            *stays |= !leaves;
        }
    }
    let wrong = |(_, (people, routers, stays)): &(&&str, &(usize, usize, bool))| {
        let over = (*people, *routers, *stays) == (1, 0, false);
        *people > 0 && *routers != 1 && !over
    };
    let (root, (people, routers, _)) = counts.iter().find(wrong)?;
    let members = format!("{people} people in it");
    Some(format!(
        "network {home} has {routers} routers in {root}, {members}"
    ))
}

/// Who of a home is not in the root of now, or still in one where nobody is left.
pub(crate) fn signed(world: &World, home: usize) -> Option<String> {
    let beacon = world.beacon.as_ref()?;
    if world.now < beacon.well_from {
        return None;
    }
    let unix = world.unix();
    let slot = SLOTS.at(unix);
    let since = unix - SLOTS.start(slot);
    let roots = |places: &[(Place<'_>, bool)]| -> BTreeSet<u64> {
        let people = places.iter().filter(|(place, _)| !place.is_router);
        people
            .filter_map(|(place, _)| beacon.slot_of(place.root))
            .collect()
    };
    let all: Vec<(usize, BTreeSet<u64>)> = members(world, home)
        .iter()
        .map(|(index, places)| (*index, roots(places)))
        .collect();
    // Whoever waits for a clock to be right holds the old root with it.
    let clocks = all.iter().all(|(index, _)| is_in_time(world, *index));
    let is_needed = |old: u64| {
        let mut there = all.iter().filter(|(_, roots)| roots.contains(&old));
        there.any(|(_, roots)| !roots.contains(&slot))
    };
    for (index, roots) in all.iter().filter(|(index, _)| is_in_time(world, *index)) {
        let is_now = roots.contains(&slot);
        let is_soon = is_moving(world, beacon) && roots.contains(&(slot - 1));
        if !is_now && !is_soon {
            return Some(format!("P{index} is in {roots:?} and not in slot {slot}"));
        }
        // They are left in order: one behind an older one that is needed waits.
        let oldest = roots.first();
        let old = oldest.filter(|old| **old < slot && !is_needed(**old));
        // Where the clock is not told, that can be a whole slot later.
        if let Some(old) = old.filter(|_| beacon.dated && clocks && since > LEFT) {
            return Some(format!("P{index} is still in slot {old}, at {slot}"));
        }
    }
    None
}
