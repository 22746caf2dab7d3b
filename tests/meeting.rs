//! People behind one address find each other, ask, accept and chat.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod common;

use common::{World, friends};
use mesh_chat::node::Signalling;
use mesh_chat::view::{
    Asked, Command, ContactCommand, Event, MessageState, Notification, PersonId, Presence,
};

#[test]
fn everybody_sees_everybody_else_and_nobody_oneself() {
    let mut world = World::new(4);
    for (device, name) in ["Ann", "Bob", "Cat", "Dan"].into_iter().enumerate() {
        world.join(device, name);
    }
    for device in 0..4 {
        assert_eq!(world.devices[device].people.len(), 3, "device {device}");
    }
}

#[test]
fn a_request_that_is_accepted_makes_contacts_of_both() {
    let world = friends();
    for (device, other) in [(0, "Bob"), (1, "Ann")] {
        assert_eq!(world.devices[device].people.len(), 1);
        let person = world.person(device, other);
        assert!(matches!(person.id, PersonId::Contact(_)), "device {device}");
        assert_eq!(person.presence, Presence::OnNetwork);
    }
    assert!(world.devices[1].requests.is_empty());
}

#[test]
fn a_new_router_takes_over_with_its_copy_and_chats_do_not_notice() {
    let mut world = World::new(3);
    for (device, name) in ["Ann", "Bob", "Cat"].into_iter().enumerate() {
        world.join(device, name);
    }
    world.ask(1, "Cat");
    world.accept(2);
    world.kill(0);
    world.send(1, "Cat", "still here");
    assert_eq!(world.texts(2)[0].0, "still here");
    world.pass(8_000);
    assert_eq!(world.person(1, "Cat").presence, Presence::OnNetwork);
    world.pass(120_000);
    assert_eq!(world.devices[1].people.len(), 1, "Ann is gone in the end");
    assert_eq!(world.devices[2].people.len(), 1);
}

#[test]
fn whoever_had_to_register_again_asks_for_its_address_and_is_found_to_have_moved() {
    let mut world = friends();
    world.address = "203.0.113.35";
    world.reconnect(1);
    assert_eq!(world.holder("myapp-203-0-113-35-1"), Some(1));
    assert_eq!(world.holder("myapp-203-0-113-7-1"), Some(0));
}

#[test]
fn a_rejection_leaves_strangers() {
    let mut world = World::new(2);
    world.join(0, "Ann");
    world.join(1, "Bob");
    world.ask(0, "Bob");
    let request = world.devices[1].requests[0].id.clone();
    world.command(1, Command::Reject { request });
    assert_eq!(world.person(0, "Bob").asked, Asked::NotAccepted);
    assert!(world.devices[1].requests.is_empty());
}

#[test]
fn both_asking_each_other_makes_one_acceptance_without_a_question() {
    let mut world = World::new(2);
    world.join(0, "Ann");
    world.join(1, "Bob");
    let PersonId::Stranger(bob) = world.person(0, "Bob").id.clone() else {
        panic!()
    };
    let PersonId::Stranger(ann) = world.person(1, "Ann").id.clone() else {
        panic!()
    };
    world.command(0, Command::Connect { stranger: bob });
    world.command(1, Command::Connect { stranger: ann });
    world.pass(15_000);
    world.contact(0, "Bob");
    world.contact(1, "Ann");
}

#[test]
fn a_contact_that_joins_is_told_once() {
    let mut world = friends();
    let snapshot = world.snapshot(1);
    let joined = |world: &World| {
        let is = |event: &&mesh_chat::view::Event| {
            matches!(
                event,
                mesh_chat::view::Event::Notify(Notification::Joined { .. })
            )
        };
        world.devices[0].events.iter().filter(is).count()
    };
    let before = joined(&world);
    world.kill(1);
    world.pass(400_000);
    world.add(snapshot);
    world.pass(5_000);
    assert_eq!(joined(&world), before + 1);
}

#[test]
fn rubbish_on_any_connection_harms_nobody_else() {
    let mut world = friends();
    for frame in [
        &b"\xff\xff"[..],
        b"null",
        b"{}",
        br#"{"type":"text","log":"x","seq":0,"at":0,"text":""}"#,
    ] {
        for link in world.links(0) {
            world.inject(0, link, frame);
        }
    }
    world.inject(0, mesh_chat::node::LinkId::Accepted(99), &[b'x'; 20_000]);
    world.pass(60_000);
    world.send(1, "Ann", "fine");
    world.pass(10_000);
    assert_eq!(world.texts(0).last().unwrap().0, "fine");
}

#[test]
fn an_acceptance_that_breaks_at_any_message_is_completed_without_asking_again() {
    for lost in ["accepted", "confirm"] {
        let mut world = World::new(2);
        world.join(0, "Ann");
        world.join(1, "Bob");
        world.ask(0, "Bob");
        world.lose = Some(lost);
        world.accept(1);
        world.lose = None;
        world.pass(15_000);
        assert!(world.devices[1].requests.is_empty(), "{lost}: asked again");
        world.contact(0, "Bob");
        world.contact(1, "Ann");
        world.send(0, "Bob", "hello");
        world.send(1, "Ann", "hello back");
        world.pass(1_000);
        let states =
            |world: &World, device| world.texts(device).iter().map(|t| t.1).collect::<Vec<_>>();
        assert_eq!(
            states(&world, 0),
            [MessageState::Delivered, MessageState::Received],
            "{lost}"
        );
        for device in [0, 1] {
            let contacts = world.snapshot(device).contacts;
            assert_eq!(contacts.len(), 1, "{lost}: {contacts:?}");
        }
    }
}

#[test]
fn a_request_whose_connection_broke_can_be_made_again() {
    let mut world = World::new(2);
    world.join(0, "Ann");
    world.join(1, "Bob");
    world.ask(0, "Bob");
    let links = world.links(1);
    world.close(1, *links.last().unwrap());
    world.ask(0, "Bob");
    assert_eq!(world.devices[1].requests.len(), 1, "one request, not two");
    world.accept(1);
    world.contact(0, "Bob");
}

/// The same text with another character behind `field`.
fn bent(frame: &str, field: &str) -> String {
    let start = frame.find(field).map_or(0, |at| at + field.len());
    let (before, after) = frame.split_at(start);
    let bent = if after.starts_with('A') { 'B' } else { 'A' };
    format!("{before}{bent}{}", &after[1..])
}

#[test]
fn an_acceptance_with_a_wrong_proof_makes_no_contact_and_is_said() {
    const LIES: [fn(String) -> String; 3] = [
        |frame| bent_in(&frame, "accepted", "\"sig\":\""),
        |frame| bent_in(&frame, "accepted", "\"mac\":\""),
        |frame| bent_in(&frame, "accepted", "\"key\":\"A"),
    ];
    fn bent_in(frame: &str, kind: &str, field: &str) -> String {
        if frame.starts_with(&format!("{{\"type\":\"{kind}\"")) {
            bent(frame, field)
        } else {
            frame.to_owned()
        }
    }
    for lie in LIES {
        let mut world = World::new(2);
        world.join(0, "Ann");
        world.join(1, "Bob");
        world.ask(0, "Bob");
        world.lie = lie;
        world.accept(1);
        assert_eq!(world.person(0, "Bob").asked, Asked::Failed);
        assert!(world.snapshot(0).contacts.is_empty());
    }
}

#[test]
fn an_acceptance_that_is_never_finished_is_forgotten_after_a_week() {
    let mut world = World::new(2);
    world.join(0, "Ann");
    world.join(1, "Bob");
    world.ask(0, "Bob");
    world.lose = Some("accepted");
    world.accept(1);
    world.kill(0);
    world.lose = None;
    assert_eq!(world.snapshot(1).contacts.len(), 1);
    world.pass(8 * 24 * 3_600_000);
    assert!(world.snapshot(1).contacts.is_empty());
}

#[test]
fn what_a_full_disk_did_not_take_is_stored_when_it_has_room() {
    let mut world = friends();
    world.devices[1].disk_full = true;
    world.command(
        0,
        Command::Join {
            name: "Anna".to_owned(),
        },
    );
    world.pass(1_000);
    let saved = |world: &World| world.snapshot(1).contacts[0].name.clone();
    assert_eq!(saved(&world), "Ann");
    world.devices[1].disk_full = false;
    world.pass(31_000);
    assert_eq!(saved(&world), "Anna");
}

#[test]
fn who_is_removed_while_the_disk_is_full_is_gone_when_it_has_room() {
    let mut world = friends();
    let contact = world.contact(0, "Bob");
    world.devices[0].disk_full = true;
    world.command(0, Command::Contact(contact, ContactCommand::Remove));
    world.pass(1_000);
    assert_eq!(world.snapshot(0).contacts.len(), 1);
    world.devices[0].disk_full = false;
    world.pass(31_000);
    let snapshot = world.snapshot(0);
    assert!(snapshot.contacts.is_empty() && snapshot.threads.is_empty());
}

#[test]
fn a_router_that_hides_contacts_from_each_other_is_left() {
    let mut world = World::new(3);
    world.liar = Some(0);
    world.join(0, "Router");
    world.join(1, "Ann");
    world.join(2, "Bob");
    world.ask(1, "Bob");
    world.accept(2);
    // From now on the router's registries name nobody of this network.
    world.lie = |frame| {
        let frame = frame.replace(r#""type":"ping""#, r#""type":"recheckin""#);
        if frame.contains(r#""type":"registry""#) {
            return frame.replace("myapp-203-0-113-7-", "myapp-203-0-113-8-");
        }
        frame
    };
    world.pass(70_000);
    assert_eq!(world.holder("myapp-203-0-113-7-2"), None, "not at once");
    world.pass(90_000);
    let second = world.holder("myapp-203-0-113-7-2");
    assert!(matches!(second, Some(1 | 2)), "{second:?}");
    for (device, other) in [(1, "Bob"), (2, "Ann")] {
        assert_eq!(world.person(device, other).presence, Presence::OnNetwork);
        let people = world.devices[device].events.iter().rev();
        let mut counts = people.filter_map(|event| {
            if let Event::Status(status) = event {
                return Some(status.networks.first().map(|network| network.people));
            }
            None
        });
        assert_eq!(
            counts.next(),
            Some(Some(2)),
            "both are in the new router's list"
        );
    }
}

#[test]
fn a_router_id_whose_holder_answers_nobody_is_passed_over_when_it_can_be_no_ghost() {
    let mut world = World::new(2);
    world.squat("myapp-203-0-113-7-1");
    world.join(0, "Ann");
    world.join(1, "Bob");
    world.pass(90_000);
    assert_eq!(
        world.holder("myapp-203-0-113-7-2"),
        None,
        "a ghost falls free"
    );
    world.pass(60_000);
    assert!(world.holder("myapp-203-0-113-7-2").is_some());
    assert_eq!(world.person(0, "Bob").name, "Bob");
    assert_eq!(world.person(1, "Ann").name, "Ann");
}

#[test]
fn a_full_disk_is_no_reason_to_meet_again_every_second() {
    let mut world = friends();
    world.pass(120_000);
    world.devices[1].disk_full = true;
    world.devices[0].events.clear();
    world.send(0, "Bob", "hello");
    world.pass(300_000);
    let met = |event: &&Event| matches!(event, Event::Person(person) if person.presence == Presence::OnNetwork);
    let meetings = world.devices[0].events.iter().filter(met).count();
    assert!((3..30).contains(&meetings), "{meetings} meetings");
    world.devices[1].disk_full = false;
    world.pass(64_000);
    assert_eq!(world.texts(0)[0].1, MessageState::Delivered);
}

#[test]
fn an_address_that_changed_without_an_event_is_seen_when_the_id_is_held_again() {
    let mut world = friends();
    world.address = "198.51.100.4";
    let id = world.transport_id(0);
    for event in [Signalling::Lost, Signalling::Registered] {
        world.signal(0, event(id.clone()));
    }
    world.pass(500);
    let networks = |event: &Event| {
        if let Event::Status(status) = event {
            return status.networks.first().map(|n| n.address.clone());
        }
        None
    };
    let mut events = world.devices[0].events.iter().rev();
    let last = events.find_map(networks);
    assert_eq!(last.as_deref(), Some("198.51.100.4"));
}

#[test]
fn a_killed_router_leaves_all_lists_seconds_after_there_is_a_new_one() {
    let mut world = World::new(3);
    for (device, name) in [(0, "Router"), (1, "Ann"), (2, "Bob")] {
        world.join(device, name);
    }
    world.kill(0);
    world.pass(2_000);
    assert_eq!(world.person(1, "Router").name, "Router", "not at once");
    world.pass(12_000);
    assert_eq!(world.names(1), ["Bob"]);
    assert_eq!(world.names(2), ["Ann"]);
}

#[test]
fn who_learns_late_that_the_router_was_killed_does_not_list_it_for_longer_than_others() {
    let mut world = World::new(3);
    for (device, name) in [(0, "Router"), (1, "Ann"), (2, "Bob")] {
        world.join(device, name);
    }
    let ends = world.vanish(0);
    let (ann, bob) = ends.into_iter().partition(|(device, _)| *device == 1);
    world.notice(ann);
    world.pass(12_000);
    assert_eq!(world.person(2, "Router").name, "Router", "nothing noticed");
    world.notice(bob);
    world.pass(4_000);
    assert_eq!(world.names(1), ["Bob"]);
    assert_eq!(world.names(2), ["Ann"]);
}

#[test]
fn who_doubts_late_joins_the_new_router_without_waiting_for_the_old_one() {
    let mut world = World::new(3);
    for (device, name) in [(0, "Router"), (1, "Ann"), (2, "Bob")] {
        world.join(device, name);
    }
    let ends = world.vanish(0);
    let (ann, bob) = ends.into_iter().partition(|(device, _)| *device == 1);
    world.notice(ann);
    world.pass(12_000);
    world.doubt(bob);
    world.pass(500);
    assert_eq!(world.names(1), ["Bob"]);
    assert_eq!(world.names(2), ["Ann"]);
}

#[test]
fn a_doubt_about_a_router_that_answers_changes_nothing() {
    let mut world = World::new(2);
    for (device, name) in [(0, "Router"), (1, "Ann")] {
        world.join(device, name);
    }
    let links = world.links(1);
    world.doubt(links.iter().map(|link| (1, *link)).collect());
    world.pass(5_000);
    assert_eq!(world.links(1), links);
    assert_eq!(world.names(0), ["Ann"]);
}
