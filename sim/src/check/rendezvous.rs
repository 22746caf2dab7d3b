//! What must hold of rendezvous points, of hostile peers at a person's address, and of who may see
//! an identity key.

use crate::names::{anybody, device_of};
use crate::pairs::must_meet;
use crate::rendezvous::is_point;
use crate::world::World;
use mesh_chat::limits;
use mesh_chat::node::{Input, Link, LinkId, Output, Signalling};
use mesh_chat::view::{Notification, Person, PersonId, Ping, Presence, Reach};
use std::collections::BTreeSet;

/// Follows what a node asks for.
pub fn asked(world: &mut World, index: usize, output: &Output) {
    if let Output::Transmit(link, frame) = output {
        sent(world, index, *link, frame);
    } else if let Output::Release(id) = output {
        world.rendezvous.releases(index, id);
    } else if let Output::Register(id) = output
        && is_point(id)
        && world.devices.is_person(index)
    {
        let count = world.rendezvous.registers(index, id);
        if count > limits::SEATS {
            let wrong = format!("P{index} holds {count} rendezvous points");
            world.ctx.violation(wrong);
        }
    }
}

fn sent(world: &mut World, index: usize, link: LinkId, frame: &str) {
    if let Some(owner) = world.imposters.owner(index) {
        world.imposters.says(owner, frame);
    } else if world.devices.is_person(index) && frame.starts_with(r#"{"type":"auth""#) {
        shows_key(world, index, link);
    }
}

/// A key that is shown without an act of its person is for contacts only.
fn shows_key(world: &mut World, index: usize, link: LinkId) {
    let (Some(device), Some(other)) = (world.devices.get(index), world.far_end(index, link)) else {
        return;
    };
    // A malicious server can connect a device with itself, which then refuses its own key.
    let mut contacts = device.disk.contacts();
    if other != index && !contacts.any(|contact| anybody(&contact.name) == Some(other)) {
        let wrong = format!("P{index} shows its identity key to {other}, who is no contact");
        world.ctx.violation(wrong);
    }
}

/// Follows what reaches a node.
pub fn heard(world: &mut World, index: usize, input: &Input) {
    if let Input::Signalling(Signalling::Taken(id)) = input {
        world.rendezvous.releases(index, id);
    } else if let Input::Link(link, Link::Frame(bytes)) = input
        && !world.devices.is_person(index)
        && let Some(speaker) = world.speaker(index, *link)
        && world.devices.is_person(speaker)
    {
        let frame = String::from_utf8_lossy(bytes);
        // Who stands in the middle when two strangers meet gets the yes to a request, as anybody who asks.
        let device = world.devices.get(index);
        let in_between = device.is_some_and(|device| device.relays.is_some());
        let is_yes = in_between && frame.starts_with(r#"{"type":"accepted""#);
        if frame.contains(r#""key":"#) && !is_yes {
            has_no_key(world, index, &frame);
        }
    }
}

/// Nobody accepts a hostile peer, so that none of them ever gets a key; a false friend gets those of whom
/// it has befriended.
fn has_no_key(world: &mut World, index: usize, frame: &str) {
    let devices = &world.devices;
    let all = devices.people().flat_map(|person| devices.contacts(person));
    let seen = |key: &&str| frame.contains(*key);
    let known = all.filter(|contact| contact.identity.as_deref().as_ref().is_some_and(seen));
    let befriended = &world.menaces.befriended;
    let known = known.filter(|contact| {
        let owner = device_of(&contact.name);
        owner.is_none_or(|owner| !befriended.contains(&(owner, index)))
    });
    let whose: BTreeSet<String> = known.map(|contact| contact.name.clone()).collect();
    for name in whose {
        let wrong = format!("the hostile peer {index} got the identity key of {name}");
        world.ctx.violation(wrong);
    }
}

/// A person sees that a contact's address is somebody else's: only where a hostile peer has
/// answered there. A peer that answers nothing proves nothing, and only a wrong proof makes an
/// address a bad one.
pub fn shown(world: &mut World, index: usize, person: &Person) {
    let recovers = person
        .preferences
        .as_ref()
        .and_then(|preferences| preferences.reach)
        == Some(Reach::Recovering);
    if !recovers && person.ping != Some(Ping::SomebodyElse) {
        return;
    }
    let Some(other) = device_of(&person.name) else {
        return;
    };
    let imposters = &world.imposters;
    let answered = imposters.has_proved_wrong(other) || !recovers && imposters.has_answered(other);
    let deceived = world.ties.were_deceived(index, other);
    if !answered && !deceived && !world.ties.were_parted(index, other) {
        let wrong = format!("P{index} takes P{other}'s address for somebody else's");
        world.ctx.violation(wrong);
    }
}

/// No notification is about a contact that the person has muted.
pub fn notified(world: &mut World, index: usize, notification: &Notification) {
    let (Notification::Message { contact, .. } | Notification::Joined { contact, .. }) =
        notification
    else {
        return;
    };
    let device = world.devices.get(index);
    let id = PersonId::Contact(contact.clone());
    let person = device.and_then(|device| device.view.people.get(&id));
    let preferences = person.and_then(|person| person.preferences.as_ref());
    if preferences.is_some_and(|preferences| preferences.muted) {
        let wrong = format!("P{index} is notified of a contact that it has muted");
        world.ctx.violation(wrong);
    }
}

/// Returns special contacts that are both up and have not found each other.
#[must_use]
pub fn special(world: &World) -> Option<String> {
    if !world.ties.has_preferences {
        return None;
    }
    let devices = &world.devices;
    for index in devices
        .people()
        .filter(|index| devices.ready(*index).is_some())
    {
        for person in devices.people_seen(index) {
            let away = person.presence == Presence::Offline;
            let saved = matches!(person.id, PersonId::Contact(_));
            if let Some(other) = device_of(&person.name).filter(|_| saved && away)
                && must_meet(world, index, other)
            {
                return Some(format!("P{index} has not met special P{other}"));
            }
        }
    }
    None
}

/// Nobody knows how to find a person who has blocked or removed them, or never had them as a contact: a
/// device that is blocked recognises nobody.
pub fn knowledge(world: &mut World) {
    let now = world.ctx.now;
    let late = world.knowledge.late(&world.devices, &world.ties, now);
    for (other, one) in late {
        let wrong = format!("{other} knows how to find P{one}, and is no contact of P{one}");
        world.ctx.violation(wrong);
    }
}

/// Rendezvous points are held for contacts that are waited for, and for nobody else.
pub fn idle(world: &mut World) {
    for (index, count) in world.rendezvous.idle(&world.devices, world.ctx.now) {
        let wrong = format!("P{index} holds {count} rendezvous points for nobody");
        world.ctx.violation(wrong);
    }
}
