//! How hostiles with means of their own come and go.

use crate::caller::Orders;
use crate::causes::{HONEST, MALICE, TAKEN};
use crate::device::Device;
use crate::event::Event;
use crate::fault::Fault;
use crate::faults::devices;
use crate::malice::Malice;
use crate::menaces::BEFRIENDS;
use crate::menaces::Menace;
use crate::names::name;
use crate::places::{PUBLIC, Place};
use crate::process;
use crate::random::Random;
use crate::world::{ELSEWHERE, World};
use mesh_chat::view::Asked;

/// How many homes there are in which the device of a malicious server can be.
const NEAR: usize = 2;

/// A false friend comes, in worlds that have one.
pub fn come(world: &mut World) {
    if !world.menaces.has(Menace::FalseFriend) {
        return;
    }
    world.faults.count("false friends");
    let index = world.devices.add_hostile(Device {
        home: ELSEWHERE,
        false_friend: Some(BEFRIENDS),
        ..Device::default()
    });
    world.ctx.later(1_000, Event::Person(index));
}

/// A server falls into the hands of somebody who means harm, for a time. They have a device in a home.
pub fn take_over(world: &mut World, server: usize, time: u64) {
    world.disturb_everywhere(&MALICE.after(time));
    let random = &mut world.menaces.random;
    let id = format!("myapp-{}", random.uuid());
    let (home, seed) = (random.index(NEAR), random.number());
    let device = world.devices.add_hostile(Device {
        home,
        relays: Some(id.clone()),
        ..Device::default()
    });
    world.ctx.later(0, Event::Start(device));
    if let Some(service) = world.network.sockets.services.get_mut(server) {
        service.peer.malice = Some(Malice::new(Random::new(seed), id));
    }
    world.ctx.later(time, Event::Fault(Fault::Honest(server)));
}

/// A server is in honest hands again, and the device of the others is gone.
pub fn hand_back(world: &mut World, server: usize) {
    note(world);
    if let Some(service) = world.network.sockets.services.get_mut(server) {
        service.peer.be_honest();
    }
    let is_relay = |index: &usize| {
        let device = world.devices.get(*index);
        device.is_some_and(|device| device.relays.is_some())
    };
    for index in world.devices.hostile().filter(is_relay).collect::<Vec<_>>() {
        process::kill(world, index, false);
    }
    let now = world.ctx.now;
    world.model.disturbed_everywhere(now, &HONEST);
}

/// Notes between whom a malicious server has tampered with calls: nothing is promised to them for a
/// while.
pub fn note(world: &mut World) {
    let now = world.ctx.now;
    for service in &mut world.network.sockets.services {
        let (pairs, done) = service.peer.tampered();
        for (one, other) in pairs {
            if world.devices.is_person(one) && world.devices.is_person(other) {
                world.ties.deceive(now, one, other);
            }
        }
        done.into_iter().for_each(|what| world.faults.count(what));
    }
}

/// How a stranger comes to the id that they call from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    /// It is somebody's, under another root.
    ForeignRoot(&'static str),
    /// Somebody has given it up.
    Freed,
    /// It is one of the victim's network, and they are on another one.
    Elsewhere {
        /// They tell nobody an address.
        silent: bool,
    },
}

impl From {
    fn draw(random: &mut Random) -> Self {
        match random.within(0, 10) {
            0 => Self::ForeignRoot("0"),
            1 => Self::ForeignRoot("zz"),
            2 => Self::ForeignRoot("sig0123456789abcdef"),
            3..6 => Self::Freed,
            6 | 7 => Self::Elsewhere { silent: false },
            _ => Self::Elsewhere { silent: true },
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::ForeignRoot(_) => "callers under a foreign root",
            Self::Freed => "callers from a freed id",
            Self::Elsewhere { silent: false } => "callers from another network",
            Self::Elsewhere { silent: true } => "callers who tell no address",
        }
    }
}

/// A stranger calls somebody. Where that is from the id of another person, that one is away for a time.
pub fn call(world: &mut World, time: u64) {
    let from = From::draw(&mut world.menaces.random);
    let Some(((victim, at), other)) = victims(world) else {
        return;
    };
    let uuid = world.menaces.random.uuid();
    let name = format!("M{}", world.devices.len());
    let taken = other.as_ref().map(|(_, id)| id.as_str());
    let Some(orders) = orders(from, &at, taken, &uuid, name) else {
        return;
    };
    world.faults.count(from.name());
    let inside = world.devices.home(victim);
    let inside = inside.filter(|_| !matches!(from, From::Elsewhere { .. }));
    let silent = from == From::Elsewhere { silent: true };
    let hostile = world.devices.add_hostile(Device {
        home: inside.unwrap_or(ELSEWHERE),
        silent,
        calls: Some(orders),
        ..Device::default()
    });
    if silent {
        world.network.connections.silence(hostile);
    }
    if let (From::Freed, Some((owner, _))) = (from, other) {
        world.disturb(owner, &TAKEN.after(time));
        devices::end(world, owner, false, time);
        world.imposters.take(hostile, owner);
    }
    // The server has heard by then that the owner is gone.
    world.ctx.later(1_000, Event::Start(hostile));
}

/// The strangers who call leave.
pub fn hush(world: &mut World) {
    let calls = |index: &usize| {
        let device = world.devices.get(*index);
        device.is_some_and(|device| device.calls.is_some())
    };
    for index in world.devices.hostile().filter(calls).collect::<Vec<_>>() {
        process::kill(world, index, false);
    }
}

/// Returns from which id a stranger calls whom, where there is such an id.
fn orders(from: From, at: &str, other: Option<&str>, uuid: &str, name: String) -> Option<Orders> {
    let Place { root, label, .. } = Place::of(at)?;
    let fresh = format!("{root}-{label}-{uuid}");
    let id = match from {
        From::ForeignRoot(foreign) => {
            let id = other.unwrap_or(&fresh);
            format!("{foreign}{}", id.strip_prefix(root)?)
        }
        From::Freed => other?.to_owned(),
        From::Elsewhere { .. } => fresh,
    };
    let mut targets = vec![at.to_owned()];
    // Whoever is in an old root keeps all others there, as somebody who fell behind.
    if root == PUBLIC {
        targets.push(format!("{root}-{label}-1"));
    }
    Some(Orders { id, targets, name })
}

/// A person's device and its Discovery ID.
type Listed = (usize, String);

/// Returns somebody, and another one of the same network where there is one: one whom they have asked,
/// or who has asked them, before others.
fn victims(world: &mut World) -> Option<(Listed, Option<Listed>)> {
    let own = |index: usize| {
        let mut held = world.network.sockets.held_by(index);
        let id = held.find(|id| Place::of(id).is_some_and(|place| !place.is_router))?;
        Some((index, id.to_owned()))
    };
    let all: Vec<Listed> = world.devices.people().filter_map(own).collect();
    let network = |id: &str| Place::of(id).map(|p| (p.root.to_owned(), p.label.to_owned()));
    let random = &mut world.menaces.random;
    let victim = all.get(random.index(all.len()))?.clone();
    let is_near = |other: &&Listed| other.0 != victim.0 && network(&other.1) == network(&victim.1);
    let near: Vec<&Listed> = all.iter().filter(is_near).collect();
    let view = &world.devices.get(victim.0)?.view;
    let asks = |other: &&&Listed| {
        let name = name(other.0);
        let mut people = view.people.values();
        view.requests.values().any(|request| request.name == name)
            || people.any(|person| person.name == name && person.asked == Asked::Waiting)
    };
    let other = near
        .iter()
        .find(asks)
        .or_else(|| near.get(random.index(near.len())));
    let other = other.map(|other| (*other).clone());
    Some((victim, other))
}
