//! Participants who meet, and bytes that say what happens to them: what is delivered and when, what is
//! bent, repeated or made up, what people ask for, what the disk says, and how time goes.
//!
//! Long because each thing that can happen is a short function, and all of them read one script.

mod people;

use crate::bend::bend;
use crate::script::Script;
use crate::world::{Far, World};
use mesh_chat::address::Addresses;
use mesh_chat::limits::FRAME_BYTES;
use mesh_chat::node::{BeaconAnswer, BeaconFailure, Closed, Input, Link, LinkId, Path, Signalling};
use mesh_chat::records::Snapshot;
use mesh_chat::view::{Command, ContactCommand, ContactId, PersonId};
use std::sync::OnceLock;

const HOME: &str = "203.0.113.7";
const AWAY: &str = "198.51.100.9";

/// Steps of one input; more say nothing new.
const STEPS: usize = 300;

/// Stretches of time, in milliseconds.
const TIMES: [u64; 12] = [
    1, 50, 1_000, 2_000, 3_000, 8_000, 10_000, 60_000, 90_000, 600_000, 3_600_000, 86_400_000,
];

/// Frames to begin with, where nothing was heard yet.
const FRAMES: [&str; 23] = [
    r#"{"type":"checkin","discoveryID":"myapp-203-0-113-7-00000000-0000-4000-8000-000000000001","friendlyname":"Eve","lastSeen":0}"#,
    r#"{"type":"registry","epoch":1,"seq":1,"part":1,"parts":1,"peers":[{"discoveryID":"myapp-203-0-113-7-00000000-0000-4000-8000-000000000002","friendlyname":"Eve","lastSeen":0}]}"#,
    r#"{"type":"registry","epoch":1,"seq":1,"part":1,"parts":4294967295,"peers":[]}"#,
    r#"{"type":"update","epoch":1,"seq":2,"joined":[{"discoveryID":"myapp-203-0-113-7-00000000-0000-4000-8000-000000000003","friendlyname":"Eve","lastSeen":1}],"left":["myapp-203-0-113-7-00000000-0000-4000-8000-000000000002"]}"#,
    r#"{"type":"recheckin"}"#,
    r#"{"type":"redirect","router":"myapp-203-0-113-7-2"}"#,
    r#"{"type":"deputy","router":"myapp-203-0-113-7-2"}"#,
    r#"{"type":"ping"}"#,
    r#"{"type":"pong"}"#,
    r#"{"type":"bye"}"#,
    r#"{"type":"hello","v":[1],"eph":"Am_wO5SSQc4drdQ1GeaWDgqFtBppoFwygQOqK84VlMoW","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
    r#"{"type":"hello","v":1,"eph":"Am_wO5SSQc4drdQ1GeaWDgqFtBppoFwygQOqK84VlMoW","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","hint":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
    r#"{"type":"request","friendlyname":"Eve","note":"hello"}"#,
    r#"{"type":"rejected"}"#,
    r#"{"type":"have","last":"00000000000000000000000000000000","read":"00000000000000000000000000000000"}"#,
    r#"{"type":"ask","ids":["00000000000000000000000000000000"]}"#,
    r#"{"type":"known","id":"00000000000000000000000000000000"}"#,
    r#"{"type":"text","number":1,"id":"00000000000000000000000000000000","at":0,"text":"hi"}"#,
    r#"{"type":"ack","upto":1}"#,
    r#"{"type":"read","log":"00000000000000000000000000000000","upto":1}"#,
    r#"{"type":"typing"}"#,
    r#"{"type":"profile","number":2,"friendlyname":"Eve","transportID":"myapp-00000000-0000-4000-8000-000000000004","discoveryUUID":"AAAAAAAAAAAAAAAAAAAAAA","special":true,"at":0}"#,
    r#"[]"#,
];

/// Runs an input.
pub fn run(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let mut world = begin(&mut script);
    for _ in 0..STEPS {
        if script.is_over() {
            break;
        }
        act(&mut world, &mut script);
    }
    world.run();
    world.pass(120_000);
}

/// Makes the world: strangers, or contacts who have met before.
fn begin(script: &mut Script<'_>) -> World {
    let mut world = World::default();
    let kind = script.below(4);
    if kind < 2 {
        for (name, address) in [("Ann", HOME), ("Bob", HOME), ("Cleo", AWAY)] {
            let index = world.start(Snapshot::default(), address);
            world.command(
                index,
                Command::Join {
                    name: name.to_owned(),
                },
            );
            if kind == 1 {
                world.run();
            }
        }
    } else {
        let elsewhere = if kind == 3 { AWAY } else { HOME };
        for (snapshot, address) in friends().iter().zip([HOME, elsewhere]) {
            let index = world.start(snapshot.clone(), address);
            for change in changes(snapshot) {
                world.devices[index].disk.write(change);
            }
        }
    }
    world
}

/// Returns what two special contacts have stored, who have written to each other.
pub(crate) fn friends() -> &'static [Snapshot; 2] {
    static FRIENDS: OnceLock<[Snapshot; 2]> = OnceLock::new();
    FRIENDS.get_or_init(|| {
        let mut world = World::default();
        for name in ["Ann", "Bob"] {
            let index = world.start(Snapshot::default(), HOME);
            world.command(
                index,
                Command::Join {
                    name: name.to_owned(),
                },
            );
            world.run();
        }
        let stranger = strangers(&world, 0).first().cloned().expect("Ann sees Bob");
        world.command(
            0,
            Command::Connect {
                stranger,
                note: None,
            },
        );
        world.run();
        let request = world.devices[1].view.requests.keys().next().cloned();
        let request = request.expect("Bob is asked");
        world.command(1, Command::Accept { request });
        world.run();
        for index in [0, 1] {
            let contact = contacts(&world, index).first().cloned().expect("a contact");
            let special = ContactCommand::Special(true);
            world.command(index, Command::Contact(contact.clone(), special));
            let text = "before".to_owned();
            world.command(index, Command::Send { contact, text });
            world.run();
        }
        world.pass(1_000);
        let [ann, bob] = [0, 1].map(|index: usize| world.devices[index].disk.snapshot());
        [ann, bob]
    })
}

/// Returns the writes that lead to a snapshot, without messages.
pub(crate) fn changes(snapshot: &Snapshot) -> Vec<mesh_chat::records::Change> {
    use mesh_chat::records::Change;
    let mut changes: Vec<Change> = snapshot
        .profile
        .iter()
        .cloned()
        .map(Change::Profile)
        .collect();
    changes.extend(snapshot.contacts.iter().cloned().map(Change::Contact));
    let head = |head: &mesh_chat::records::ThreadRecord| Change::Thread(head.clone(), Vec::new());
    changes.extend(snapshot.threads.iter().map(head));
    changes
}

fn strangers(world: &World, index: usize) -> Vec<String> {
    let ids = world.devices[index].view.people.keys();
    ids.filter_map(|id| match id {
        PersonId::Stranger(id) => Some(id.clone()),
        PersonId::Contact(_) => None,
    })
    .collect()
}

fn contacts(world: &World, index: usize) -> Vec<ContactId> {
    let ids = world.devices[index].view.people.keys();
    ids.filter_map(|id| match id {
        PersonId::Contact(id) => Some(id.clone()),
        PersonId::Stranger(_) => None,
    })
    .collect()
}

/// One thing happens.
fn act(world: &mut World, script: &mut Script<'_>) {
    let choice = script.byte();
    let index = usize::from(choice >> 6) % world.devices.len().max(1);
    match choice % 64 {
        0..16 => {
            for _ in 0..=script.below(24) {
                world.step();
            }
        }
        16..20 => world.run(),
        20..24 => drop(world.write(index, true)),
        24 | 25 => {
            // Only a write that failed whole is one: those of a batch end alike.
            while world.write(index, false) {}
        }
        26..30 => time(world, script),
        30..42 => people::person(world, script, index),
        42..46 => bend_next(world, script),
        46..50 => make_up(world, script, index),
        50 | 51 => close(world, script, index),
        52 | 53 => stranger(world, script, index),
        54 => world.restart(index),
        55..58 => signalling(world, script, index),
        _ => surroundings(world, script, index),
    }
}

fn time(world: &mut World, script: &mut Script<'_>) {
    let millis = *script.one(&TIMES).unwrap_or(&1);
    if script.flip() {
        world.pass(millis);
    } else {
        world.sleep(millis);
    }
}

/// Bends, repeats or loses the next frame.
fn bend_next(world: &mut World, script: &mut Script<'_>) {
    let is_frame = |(_, input): &(usize, Input)| matches!(input, Input::Link(_, Link::Frame(_)));
    let Some(at) = world.queue.iter().position(is_frame) else {
        return;
    };
    let texts = texts(world);
    let Some((_, Input::Link(_, Link::Frame(frame)))) = world.queue.get_mut(at) else {
        return;
    };
    world.tampered = true;
    match script.below(6) {
        0 => drop(world.queue.remove(at)),
        1 => {
            let again = world.queue.get(at).cloned();
            world.queue.extend(again);
        }
        _ => *frame = bounded(bend(script, &String::from_utf8_lossy(frame), &texts)),
    }
}

fn bounded(mut frame: Vec<u8>) -> Vec<u8> {
    frame.truncate(FRAME_BYTES);
    frame
}

/// Sends something on a connection, as its other end.
fn make_up(world: &mut World, script: &mut Script<'_>, index: usize) {
    let links: Vec<LinkId> = world.devices[index].links.keys().copied().collect();
    let Some(link) = script.one(&links).copied() else {
        return;
    };
    let heard = world.heard.clone();
    let frame = match script.below(3) {
        0 => script.one(&heard).cloned(),
        _ => script.one(&FRAMES).map(|frame| (*frame).to_owned()),
    };
    let frame = frame.unwrap_or_default();
    let frame = match script.below(3) {
        0 => bounded(bend(script, &frame, &texts(world))),
        _ => frame.into_bytes(),
    };
    if !frame.is_empty() {
        world.tampered = true;
        world.happen(index, Input::Link(link, Link::Frame(frame)));
    }
}

/// Returns texts that mean something to somebody.
fn texts(world: &World) -> Vec<String> {
    let ids = world
        .devices
        .iter()
        .flat_map(|device| device.ids.iter().cloned());
    let logs = world.heard.iter().flat_map(|frame| frame.split('"'));
    let logs = logs.filter(|word| word.len() > 20).map(str::to_owned);
    ids.chain(logs).take(64).collect()
}

fn close(world: &mut World, script: &mut Script<'_>, index: usize) {
    let links: Vec<LinkId> = world.devices[index].links.keys().copied().collect();
    let Some(link) = script.one(&links).copied() else {
        return;
    };
    match script.below(4) {
        0 => world.happen(index, Input::Link(link, Link::Suspect)),
        1 => world.break_link(index, link, Closed::Refused),
        _ => world.break_link(index, link, Closed::Gone),
    }
}

/// Somebody dials who is none of the devices.
fn stranger(world: &mut World, script: &mut Script<'_>, index: usize) {
    let ids: Vec<String> = world.devices[index].ids.iter().cloned().collect();
    let Some(local) = script.one(&ids).cloned() else {
        return;
    };
    let all: Vec<String> = world
        .devices
        .iter()
        .flat_map(|d| d.ids.iter().cloned())
        .collect();
    let remote = match script.below(4) {
        0 => script.one(&all).cloned().unwrap_or_default(),
        1 => "myapp-203-0-113-7-00000000-0000-4000-8000-000000000001".to_owned(),
        2 => "myapp-00000000-0000-4000-8000-000000000004".to_owned(),
        _ => "somebody".to_owned(),
    };
    let path = match script.below(4) {
        0 => Path::Local,
        1 => Path::Public("192.0.2.1".parse().expect("an address")),
        2 => Path::Relay,
        _ => Path::Unknown,
    };
    world.intrude(index, local, remote, path);
}

fn signalling(world: &mut World, script: &mut Script<'_>, index: usize) {
    let ids: Vec<String> = world.devices[index].ids.iter().cloned().collect();
    let id = script.one(&ids).cloned().unwrap_or_else(|| script.text());
    let said = match script.below(6) {
        0 => Signalling::Registered(id),
        1 => {
            world.devices[index].ids.remove(&id);
            Signalling::Taken(id)
        }
        2 => Signalling::Lost(id),
        3 => Signalling::Knocked {
            local: id,
            remote: script.one(&ids).cloned().unwrap_or_else(|| script.text()),
        },
        up => Signalling::Server {
            server: "0.peerjs.com:443".to_owned(),
            up: up == 4,
            retry_in: None,
            refused: script.flip().then(|| script.text()),
        },
    };
    world.happen(index, Input::Signalling(said));
}

fn surroundings(world: &mut World, script: &mut Script<'_>, index: usize) {
    match script.below(8) {
        0 => world.happen(index, Input::Woke),
        1 => world.happen(index, Input::Attach),
        2 => {
            let (chats, visible) = (Vec::new(), script.flip());
            world.happen(index, Input::Watching { chats, visible });
        }
        3 => world.happen(index, Input::Cellular(script.flip())),
        4 => {
            let addresses = [
                "203.0.113.7",
                "198.51.100.9",
                "2001:db8::1",
                "10.0.0.1",
                "::",
            ];
            let mut address = || script.one(&addresses)?.parse().ok();
            let (seen, own) = (
                address().into_iter().collect(),
                address().into_iter().collect(),
            );
            world.happen(index, Input::Addresses(Addresses { seen, own }));
        }
        5 => {
            let current = Some(script.text());
            let answer = BeaconAnswer {
                current,
                next: None,
                date: None,
            };
            let said = if script.flip() {
                Ok(answer)
            } else {
                Err(BeaconFailure::Status(500))
            };
            world.happen(index, Input::Beacon(said));
        }
        6 => {
            let hours = [-24, -1, 1, 24, 24 * 365, -24 * 365 * 60];
            world.devices[index].ahead = script.one(&hours).unwrap_or(&0) * 3_600_000;
        }
        _ => {
            let far = world.devices[index]
                .links
                .values()
                .filter(|far| **far == Far::Script);
            assert!(far.count() <= mesh_chat::limits::LINKS);
            world.happen(index, Input::Timeout);
        }
    }
}
