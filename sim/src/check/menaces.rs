//! What must hold whatever hostiles with means of their own do: nobody is a contact without having
//! been agreed to, nobody is answered who is not let in, and who stands in the middle reads nothing.

use crate::caller::Orders;
use crate::calls::Call;
use crate::check::rates::kind;
use crate::introductions::is_of_one;
use crate::names::{device_of, name};
use crate::world::{ELSEWHERE, World};
use mesh_chat::node::{Input, Link, LinkId, Output};
use mesh_chat::records::Change;
use mesh_chat::view::{Message, PersonId, RequestId};

/// What only those two say to each other who have shown that they know each other's secret.
const PRIVATE: [&str; 10] = [
    "auth", "confirm", "profile", "have", "ask", "known", "text", "ack", "read", "typing",
];

/// Follows what reaches a node.
pub fn heard(world: &mut World, index: usize, input: &Input) {
    let Input::Link(link, event) = input else {
        return;
    };
    if let Link::Incoming {
        local,
        remote,
        label,
    } = event
        && world.devices.is_person(index)
    {
        let call = Call {
            local: local.clone(),
            remote: remote.clone(),
            label: label.clone(),
        };
        let key = key(world, index, *link);
        world.calls.comes(key, call);
    } else if let Link::Frame(bytes) = event
        && is_relay(world, index)
    {
        let frame = String::from_utf8_lossy(bytes);
        let kind = kind(&frame);
        // A contact who means harm, and whoever heard it of them, can repeat to anybody what was said to them.
        let speaker = world.speaker(index, *link);
        let of_a_person = speaker.is_some_and(|speaker| world.devices.is_person(speaker));
        if of_a_person && PRIVATE.contains(&kind) {
            let wrong = format!("the device of a malicious server reads a {kind}");
            world.ctx.violation(wrong);
        }
    } else if let Link::Frame(bytes) = event
        && is_foreign(world, index)
        && world
            .far_end(index, *link)
            .is_some_and(|other| world.devices.is_person(other))
    {
        let frame = String::from_utf8_lossy(bytes);
        let wrong = format!("a caller from another network hears {frame}");
        world.ctx.violation(wrong);
    }
}

/// Returns which requests of people wait at a device before a stranger who calls asks it. Of those that came from
/// one id the last one waits: whoever was at that of the caller before has given it up, and is not reached there.
pub fn waiting(world: &World, index: usize, input: &Input) -> Vec<RequestId> {
    let Input::Link(link, Link::Frame(bytes)) = input else {
        return Vec::new();
    };
    let device = world.devices.get(index);
    if world.devices.is_person(index)
        && bytes.starts_with(br#"{"type":"request""#)
        && let Some(device) = device
        && let Some(caller) = caller(world, index, *link)
    {
        let requests = device.view.requests.values();
        let others = requests.filter(|request| !caller.id.ends_with(&request.stranger));
        let of_people = others.filter(|request| device_of(&request.name).is_some());
        return of_people.map(|request| request.id.clone()).collect();
    }
    Vec::new()
}

/// A stranger's request ends nobody else's.
pub fn still_wait(world: &mut World, index: usize, waiting: &[RequestId]) {
    let Some(device) = world.devices.get(index) else {
        return;
    };
    let gone = |id: &&RequestId| !device.view.requests.contains_key(*id);
    if waiting.iter().any(|id| gone(&id)) {
        let wrong = format!("P{index} has lost a request because of a caller");
        world.ctx.violation(wrong);
    }
}

/// Follows what a node asks for.
pub fn asked(world: &mut World, index: usize, output: &Output) {
    if !world.devices.is_person(index) {
        return false_friend_asks(world, index, output);
    }
    match output {
        Output::Answer { link, .. } => {
            let key = key(world, index, *link);
            if let Some((call, wrong)) = world.calls.answered(&key) {
                let wrong = wrong.or_else(|| answers_parted(world, index, &call));
                wrong
                    .into_iter()
                    .for_each(|wrong| world.ctx.violation(wrong));
            }
        }
        Output::Close(link) => {
            let key = key(world, index, *link);
            world.calls.refused(&key);
        }
        Output::Transmit(_, frame) if frame.contains(r#""key":"#) => {
            world.consents.says(index, frame);
        }
        Output::Transmit(..)
        | Output::Register(_)
        | Output::Release(_)
        | Output::Dial { .. }
        | Output::Knock { .. }
        | Output::LookUpAddress
        | Output::FetchBeacon { .. }
        | Output::Carry(_)
        | Output::File(..)
        | Output::Store(..)
        | Output::Load(..)
        | Output::Configure(_)
        | Output::Disconnect
        | Output::Probe
        | Output::Event(_)
        | Output::Reply(..)
        | Output::Timeout(_) => {}
    }
}

/// Follows what a false friend asks for. Its own key is the first one that it shows.
fn false_friend_asks(world: &mut World, index: usize, output: &Output) {
    if !is_false_friend(world, index) {
        return;
    }
    if let Output::Dial { label, further, .. } = output {
        for label in [label].into_iter().chain(further) {
            world.calls.dials(index, label);
        }
    } else if let Output::Transmit(_, frame) = output
        && frame.contains(r#""key":"#)
    {
        world.consents.says(index, frame);
    }
}

/// Returns what is wrong with answering a false friend: its person has blocked or removed it.
fn answers_parted(world: &World, index: usize, call: &Call) -> Option<String> {
    let friend = world.calls.friend(call)?;
    // A full disk, or an older one, may have the contact as it was.
    let contact = world.devices.contact(index, friend);
    let stays = contact.is_some_and(|contact| !contact.preferences.blocked);
    let wrong = world.menaces.parted.contains(&(index, friend)) && !stays;
    wrong.then(|| {
        format!(
            "P{index} answers {friend} at {}, from whom it has parted",
            call.local
        )
    })
}

/// Follows what a device stores: a contact is there only by its person's will.
pub fn stores(world: &mut World, index: usize, change: &Change) {
    if !world.devices.is_person(index) {
        return;
    }
    let hostile = world.devices.iter().any(|device| device.harm.is_some());
    let confused = hostile || world.ties.is_anybody_deceived();
    if let Some(wrong) = world.consents.stores(index, change, confused) {
        world.ctx.violation(wrong);
    }
}

/// Follows what a server is given to relay: one that means harm learns no identity by it.
pub fn relayed(world: &mut World, server: usize, frame: &str) {
    let service = world.network.sockets.services.get(server);
    if service.is_none_or(|service| service.peer.malice.is_none()) {
        return;
    }
    if let Some(owner) = world.consents.key_within(frame) {
        let wrong = format!("a malicious server got the identity key of P{owner}");
        world.ctx.violation(wrong);
    }
}

/// A text is shown in the chat with its writer, and to whom it was written.
pub fn shown(world: &mut World, index: usize, message: &Message) {
    let device = world
        .devices
        .get(index)
        .filter(|_| world.devices.is_person(index));
    let id = PersonId::Contact(message.contact.clone());
    let person = device.and_then(|device| device.view.people.get(&id));
    let Some(from) = person.and_then(|person| device_of(&person.name)) else {
        return;
    };
    if !message.is_message() || world.sayings.is_changed(&message.text) || is_of_one(&message.text)
    {
        return;
    }
    let sign = if message.file.is_some() { '-' } else { '>' };
    let way = format!("{}{sign}{} ", name(from), name(index));
    if !message.text.starts_with(&way) {
        let wrong = format!("P{index} is shown {:?} of P{from}", message.text);
        world.ctx.violation(wrong);
    }
}

/// Returns what a stranger is to do who calls, where one is at the other end.
fn caller(world: &World, index: usize, link: LinkId) -> Option<&Orders> {
    let other = world.far_end(index, link)?;
    world.devices.get(other)?.calls.as_ref()
}

/// Whether a device is that of a stranger who calls from another network, as everybody can see.
fn is_foreign(world: &World, index: usize) -> bool {
    let device = world.devices.get(index);
    device.is_some_and(|d| d.calls.is_some() && d.home == ELSEWHERE && !d.silent)
}

fn is_false_friend(world: &World, index: usize) -> bool {
    let device = world.devices.get(index);
    device.is_some_and(|device| device.false_friend.is_some())
}

fn is_relay(world: &World, index: usize) -> bool {
    let device = world.devices.get(index);
    device.is_some_and(|device| device.relays.is_some())
}

fn key(world: &World, index: usize, link: LinkId) -> (usize, u64, LinkId) {
    let device = world.devices.get(index);
    (index, device.map_or(0, |device| device.generation), link)
}
