//! What must hold in a world with a beacon: each root has one router, everybody is in the root of
//! now, nobody is out of sight because of a new one, and nobody is ever under the public root.

use crate::beacon::SLOTS;
use crate::menaces::{BEFRIENDS, Menace};
use crate::names::device_of;
use crate::pairs::is_covered;
use crate::places::{PUBLIC, Place, Seen};
use crate::roots::{CLOCKS, is_in_time, is_moving};
use crate::world::World;
use mesh_chat::node::{Input, Output, Signalling};
use mesh_chat::view::{Event, Notification, Person, PersonId, Presence};
use std::collections::{BTreeMap, BTreeSet};

/// A device that found the new root late may leave the old one as late, in milliseconds.
const LEFT: u64 = 400_000;
/// Two that dial each other at once keep one connection of two.
const SETTLED: u64 = 5_000;
/// No device is in more roots.
const ROOTS: usize = 4;

/// Follows what a node asks for.
pub fn asked(world: &mut World, index: usize, output: &Output) {
    let is_person = world.devices.is_person(index);
    let Some(beacon) = world.beacon.as_mut().filter(|_| is_person) else {
        return;
    };
    if let Output::Release(id) = output {
        if beacon.places.roots_of(index).len() == ROOTS {
            beacon.places.is_full(index);
        }
        beacon.places.releases(index, id);
    } else if let Output::Register(id) = output
        && let Some(Place { root, .. }) = Place::of(id)
    {
        let is_known = match beacon.without == Some(index) {
            true => root == PUBLIC,
            false => beacon.slot_of(root).is_some(),
        };
        let count = beacon.places.registers(index, id);
        if !is_known || count > ROOTS {
            let wrong = format!("P{index} asks for {id}, in {count} roots");
            world.ctx.violation(wrong);
        }
    }
}

/// Follows what reaches a node.
pub fn heard(world: &mut World, index: usize, input: &Input) {
    let Some(beacon) = &mut world.beacon else {
        return;
    };
    if let Input::Signalling(Signalling::Registered(id)) = input {
        beacon.places.registered(index, id);
    } else if let Input::Signalling(Signalling::Taken(id)) = input {
        beacon.places.releases(index, id);
    }
}

/// Follows what a node shows.
pub fn shown(world: &mut World, index: usize, event: &Event) {
    let is_person = world.devices.is_person(index);
    let Some(beacon) = world.beacon.as_mut().filter(|_| is_person) else {
        return;
    };
    if matches!(event, Event::Person(_) | Event::PersonGone(_)) {
        beacon.places.changed(index);
    }
    if let Event::Person(person) = event {
        let without = beacon.without;
        let other = device_of(&person.name);
        let differ = (without == Some(index)) != (without == other);
        if differ && matches!(person.id, PersonId::Stranger(_)) && other.is_some() {
            let wrong = format!("P{index} sees {}, and one has no beacon", person.name);
            world.ctx.violation(wrong);
        }
    } else if let Event::Notify(Notification::Joined {
        name: Some(name), ..
    }) = event
    {
        let seen = beacon.places.seen(index);
        let other = device_of(name).unwrap_or(usize::MAX);
        if seen.and_then(|seen| *seen.get(&other)?).is_some() {
            let wrong = format!("P{index} is told that {name} has joined, who was there");
            world.ctx.violation(wrong);
        }
    }
}

/// After an input and all that follows: nobody may be out of sight without a reason.
pub fn look(world: &mut World, index: usize) {
    let Some(beacon) = &mut world.beacon else {
        return;
    };
    let was_full = beacon.places.take_full(index);
    if !beacon.places.take_changed(index) {
        return;
    }
    let known = beacon.places.seen(index);
    let now = world.ctx.now;
    let since = |person: &Person, other: usize| {
        let before = known.and_then(|known| *known.get(&other)?);
        let certain = person.presence == Presence::OnNetwork;
        certain.then_some(before.unwrap_or(now))
    };
    let people = world.devices.people_seen(index);
    let near = people.filter(|person| person.presence != Presence::Offline);
    let near = near.filter_map(|person| Some((person, device_of(&person.name)?)));
    let mut sees = Seen::default();
    for (person, other) in near {
        // A contact whose former id is still in the list has two rows; the connection is shown in one.
        let certain = sees.entry(other).or_default();
        *certain = certain.or(since(person, other));
    }
    let before = beacon.places.see(index, sees.clone());
    // Of two who are in no root together only their connection shows anything, and a disk that fails ends
    // it, whosever that is.
    let roots = beacon.places.roots_of(index);
    let is_apart = |other: &usize| roots.is_disjoint(&beacon.places.roots_of(*other));
    let apart: Vec<usize> = world.devices.people().filter(is_apart).collect();
    for (other, certain) in before.into_iter().flatten() {
        let fails = |index: usize| {
            let device = world.devices.get(index);
            device.is_some_and(|device| !device.stores())
        };
        let fail = [index, other].into_iter().any(fails);
        let by_connection = apart.contains(&other);
        // Whoever accepts a contact once more goes on over the connection of that: the other side hears of it a
        // moment later.
        let secret = |one, other| Some(&world.devices.contact(one, other)?.pair_secret);
        let same = secret(index, other) == secret(other, index);
        let kept = same && certain.is_some_and(|since| now > since + SETTLED);
        let lost = match sees.get(&other) {
            None if by_connection && fail => continue,
            // With a fifth root the oldest is left, whoever is there: they are seen again where both are.
            None if was_full => continue,
            None => "is out of sight",
            Some(None) if kept && !fail => "has no connection any more",
            Some(_) => continue,
        };
        if stay(world, index, other) {
            let wrong = format!("{} s: P{other} {lost} for P{index}", now / 1_000);
            world.ctx.violation(wrong);
        }
    }
}

/// Whether nothing but the beacon and the slots could have parted two. What people decide about
/// their contacts gives them other Discovery IDs; and so does a false friend that breaks an acceptance by a
/// fault: until the new id is listed, contacts see its owner online, and not on this network.
fn stay(world: &World, one: usize, other: usize) -> bool {
    let home = |index: usize| world.devices.home(index);
    let owes = home(one).is_some_and(|home| world.model.owes(home, world.ctx.now));
    let harms = world.menaces.has(Menace::FalseFriend) && world.ctx.now >= BEFRIENDS;
    let moves = world.ties.has_preferences || harms;
    owes && !moves
        && !is_midnight(world)
        && home(one) == home(other)
        && is_in_time(world, one)
        && is_in_time(world, other)
        && !world.are_apart(one, other)
        && !is_covered(world, one, other)
}

/// Whether some devices may have the Discovery IDs of another day, each by its own clock.
fn is_midnight(world: &World) -> bool {
    const DAY: u64 = 86_400_000;
    let time = world.unix() % DAY;
    time.min(DAY - time) < CLOCKS + 95_000
}

/// A person of a home who is there, with the places of its device in that home, and whether it
/// holds each.
type Member<'a> = (usize, Vec<(Place<'a>, bool)>);

fn members(world: &World, home: usize) -> Vec<Member<'_>> {
    let (Some(beacon), Some(at)) = (&world.beacon, world.network.homes.get(home)) else {
        return Vec::new();
    };
    let in_home = |index: &usize| {
        let device = world.devices.get(*index);
        device.is_some_and(|d| d.home == home && d.is_up() && d.has_joined() && !d.is_unlisted())
    };
    let people = world.devices.people().filter(in_home);
    let places = |index| {
        let places = beacon.places.of(index);
        let here = places.filter(|(place, _)| place.label == at.label);
        (index, here.collect())
    };
    people.map(places).collect()
}

/// Returns what is wrong with the routers of a home: each root in which somebody is has one, at the first Router ID,
/// or at a later one where it is an old root. A
/// device that is alone in a root, and in another one too, leaves it in a moment.
#[must_use]
pub fn routers(world: &World, home: usize) -> Option<String> {
    let members = members(world, home);
    let now = SLOTS.at(world.unix());
    let is_old = |root: &str| {
        let beacon = world.beacon.as_ref();
        let slot = beacon.and_then(|beacon| beacon.slot_of(root));
        slot.is_some_and(|slot| slot < now)
    };
    let mut counts: BTreeMap<&str, (usize, usize, bool)> = BTreeMap::new();
    for (_, places) in &members {
        let leaves = places.iter().filter(|(place, _)| !place.is_router).count() > 1;
        for (place, held) in places {
            let (people, routers, stays) = counts.entry(place.root).or_default();
            *people += usize::from(!place.is_router);
            *routers += usize::from(place.is_first && *held);
            *stays |= !leaves;
        }
    }
    // Whoever leaves an old root and is not heard by the server has the first Router ID for 90 s more.
    let deputies: BTreeSet<&str> = members
        .iter()
        .flat_map(|(_, places)| places)
        .filter(|(place, held)| place.is_router && *held && is_old(place.root))
        .map(|(place, _)| place.root)
        .collect();
    let wrong = |(root, (people, routers, stays)): &(&&str, &(usize, usize, bool))| {
        let over = (*people, *routers, *stays) == (1, 0, false);
        let has_deputy = *routers == 0 && deputies.contains(*root);
        *people > 0 && *routers != 1 && !over && !has_deputy
    };
    let (root, (people, routers, _)) = counts.iter().find(wrong)?;
    let members = format!("{people} people in it");
    Some(format!(
        "network {home} has {routers} routers in {root}, {members}"
    ))
}

/// Returns who of a home is not in the root of now, or still in one where nobody is left.
#[must_use]
pub fn signed(world: &World, home: usize) -> Option<String> {
    let beacon = world.beacon.as_ref()?;
    if world.ctx.now < beacon.well_from {
        return None;
    }
    let unix = world.unix();
    let slot = SLOTS.at(unix);
    let since = unix - SLOTS.start(slot);
    let slots = |places: &[(Place<'_>, bool)]| -> BTreeSet<u64> {
        let people = places.iter().filter(|(place, _)| !place.is_router);
        let slots = people.filter_map(|(place, _)| beacon.slot_of(place.root));
        slots.collect()
    };
    let members = members(world, home);
    let all: Vec<(usize, BTreeSet<u64>)> = members
        .iter()
        .map(|(index, places)| (*index, slots(places)))
        .collect();
    // A device that waits for its clock to be right keeps the others in the old root as well.
    let clocks = all.iter().all(|(index, _)| is_in_time(world, *index));
    let is_needed = |old: u64| {
        let mut there = all.iter().filter(|(_, slots)| slots.contains(&old));
        there.any(|(_, slots)| !slots.contains(&slot))
    };
    for (index, slots) in all.iter().filter(|(index, _)| is_in_time(world, *index)) {
        let is_now = slots.contains(&slot);
        let is_soon = is_moving(world, beacon) && slots.contains(&(slot - 1));
        if !is_now && !is_soon {
            return Some(format!("P{index} is in {slots:?} and not in slot {slot}"));
        }
        // They are left in order: one behind an older one that is needed waits.
        let old = slots.first();
        let old = old.filter(|old| **old < slot && !is_needed(**old));
        // Where the `Date` cannot be read, that can be a whole slot later.
        if let Some(old) = old.filter(|_| beacon.dated && clocks && since > LEFT) {
            return Some(format!("P{index} is still in slot {old}, at {slot}"));
        }
    }
    None
}
