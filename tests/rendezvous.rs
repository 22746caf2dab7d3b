//! Contacts beyond the network: found again, cared for, invited.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod common;

use common::{World, friends};
use mesh_chat::view::{
    Answer, Command, ContactCommand, Event, Hidden, Notice, Ping, Presence, Reach, Refusal, Special,
};

const HOME: &str = "203.0.113.7";
const AWAY: &str = "198.51.100.9";

fn special(world: &mut World, device: usize, name: &str, on: bool) {
    let contact = world.contact(device, name);
    world.command(
        device,
        Command::Contact(contact, ContactCommand::Special(on)),
    );
}

/// The same, each a special contact of the other.
fn special_friends() -> World {
    let mut world = friends();
    special(&mut world, 0, "Bob", true);
    special(&mut world, 1, "Ann", true);
    world
}

/// Both begin again on different networks, and somebody else has both their addresses.
fn lose_both(world: &mut World) -> (usize, usize) {
    let ids = [world.transport_id(0), world.transport_id(1)];
    world.kill(0);
    world.kill(1);
    ids.iter().for_each(|id| world.squat(id));
    (world.restart(0, HOME), world.restart(1, AWAY))
}

fn meeting_points(world: &World, device: usize) -> usize {
    let held = world.held(device);
    held.iter().filter(|id| id.contains("rendezvous")).count()
}

#[test]
fn both_have_to_switch_special_contact_on() {
    let mut world = friends();
    special(&mut world, 0, "Bob", true);
    assert_eq!(world.care(0, "Bob").special, Special::Wanted);
    assert_eq!(world.care(1, "Ann").special, Special::Offered);
    let (ann, bob) = lose_both(&mut world);
    world.pass(700_000);
    assert_eq!(world.person(ann, "Bob").presence, Presence::Offline);
    assert_eq!(meeting_points(&world, ann) + meeting_points(&world, bob), 0);
}

#[test]
fn special_contacts_that_lost_both_addresses_meet_within_a_minute_and_leave_the_meeting_point() {
    let mut world = special_friends();
    assert_eq!(world.care(0, "Bob").reach, Some(Reach::Connected));
    world.kill(1);
    world.send(0, "Bob", "while away");
    let (ann, bob) = lose_both(&mut world);
    world.pass(60_000);
    assert_eq!(world.person(ann, "Bob").presence, Presence::Online);
    assert_eq!(world.care(bob, "Ann").reach, Some(Reach::Connected));
    assert_eq!(world.texts(bob)[0].0, "while away");
    assert_eq!(meeting_points(&world, ann) + meeting_points(&world, bob), 0);
    // Both know the new addresses now.
    let bob = world.restart(bob, AWAY);
    world.pass(20_000);
    assert_eq!(world.person(bob, "Ann").presence, Presence::Online);
}

#[test]
fn a_full_disk_is_no_reason_to_meet_again_every_three_seconds() {
    let mut world = special_friends();
    let (ann, bob) = lose_both(&mut world);
    world.devices[bob].disk_full = true;
    world.pass(120_000);
    world.send(ann, "Bob", "hello");
    world.devices[ann].events.clear();
    world.pass(300_000);
    let met = |event: &&Event| matches!(event, Event::Person(person) if person.presence == Presence::Online);
    let meetings = world.devices[ann].events.iter().filter(met).count();
    assert!((3..30).contains(&meetings), "{meetings} meetings");
}

#[test]
fn whoever_is_alone_waits_at_the_meeting_point_of_the_time_and_moves_on_with_it() {
    let mut world = special_friends();
    world.kill(1);
    world.pass(5_000);
    assert_eq!(world.care(0, "Bob").reach, Some(Reach::Reconnecting));
    let first: Vec<String> = world.held(0).into_iter().map(str::to_owned).collect();
    assert!((1..=2).contains(&meeting_points(&world, 0)), "{first:?}");
    world.pass(800_000);
    assert!((1..=2).contains(&meeting_points(&world, 0)));
    let same = |id: &&str| id.contains("rendezvous") && first.iter().any(|was| was == id);
    assert_eq!(world.held(0).into_iter().find(same), None, "a slot later");
}

#[test]
fn somebody_else_at_the_address_is_passed_over_at_once_and_only_for_a_wrong_proof() {
    let mut world = special_friends();
    let address = world.transport_id(1);
    world.kill(1);
    // Cleo answers at Bob's address with a whole handshake of her own.
    let snapshot = {
        let mut cleo = World::new(1);
        cleo.join(0, "Cleo");
        let mut snapshot = cleo.snapshot(0);
        snapshot.profile.as_mut().unwrap().transport_id = address;
        snapshot
    };
    world.elsewhere.insert(2, AWAY);
    world.add(snapshot);
    world.pass(10_000);
    assert_eq!(world.care(0, "Bob").reach, Some(Reach::Recovering));
    assert!(meeting_points(&world, 0) > 0);
    let contact = world.contact(0, "Bob");
    world.command(0, Command::Ping { contact });
    assert_eq!(world.person(0, "Bob").ping, Some(Ping::SomebodyElse));
    // Bob comes back, finds his address taken, and both meet elsewhere.
    let bob = world.restart(1, AWAY);
    world.pass(60_000);
    assert_eq!(world.person(0, "Bob").presence, Presence::Online);
    assert_eq!(world.person(0, "Bob").ping, Some(Ping::Online));
    assert_eq!(world.care(bob, "Ann").reach, Some(Reach::Connected));
}

#[test]
fn an_address_that_nobody_answers_at_is_never_blacklisted() {
    let mut world = special_friends();
    world.kill(1);
    world.squat(&world.transport_id(1));
    world.pass(30_000);
    assert_eq!(world.care(0, "Bob").reach, Some(Reach::Reconnecting));
    let contact = world.contact(0, "Bob");
    world.command(0, Command::Ping { contact });
    world.pass(1_000);
    assert_eq!(world.person(0, "Bob").ping, Some(Ping::Unreachable));
}

#[test]
fn a_new_address_is_told_at_once_and_waits_for_who_is_away() {
    let mut world = special_friends();
    let before = world.transport_id(0);
    world.kill(1);
    world.squat(&before);
    let ann = world.restart(0, HOME);
    world.pass(1_000);
    assert_ne!(world.transport_id(ann), before);
    assert_eq!(world.care(ann, "Bob").reach, Some(Reach::ProactiveUpdate));
    let bob = world.restart(1, AWAY);
    world.pass(60_000);
    let known = world.snapshot(bob).contacts[0].transport_id.clone();
    assert_eq!(known, world.transport_id(ann));
}

#[test]
fn who_is_paused_is_not_looked_for_until_seen() {
    let mut world = special_friends();
    world.kill(1);
    world.pass(31 * 24 * 3_600_000);
    assert!(world.care(0, "Bob").long_unseen);
    let contact = world.contact(0, "Bob");
    let keep_looking = Command::Contact(contact.clone(), ContactCommand::Pause(false));
    world.command(0, keep_looking);
    assert!(!world.care(0, "Bob").long_unseen, "not asked again at once");
    world.command(0, Command::Contact(contact, ContactCommand::Pause(true)));
    world.pass(60_000);
    assert!(!world.care(0, "Bob").long_unseen || world.care(0, "Bob").paused);
    assert_eq!(meeting_points(&world, 0), 0);
    world.restart(1, HOME);
    world.pass(30_000);
    assert_eq!(world.person(0, "Bob").presence, Presence::OnNetwork);
    assert!(!world.care(0, "Bob").paused);
}

#[test]
fn who_was_blocked_is_looked_for_afterwards_and_not_shown_as_connected() {
    let mut world = special_friends();
    let contact = world.contact(0, "Bob");
    let block = |contact, blocked| Command::Contact(contact, ContactCommand::Block(blocked));
    world.command(0, block(contact.clone(), true));
    assert_eq!(world.care(0, "Bob").special, Special::Off);
    world.kill(1);
    world.command(0, block(contact, false));
    world.pass(1_000);
    assert_eq!(world.care(0, "Bob").reach, Some(Reach::Reconnecting));
    assert_eq!(world.care(0, "Bob").special, Special::On);
}

#[test]
fn both_see_the_same_safety_number() {
    let world = friends();
    let number = world.care(0, "Bob").safety_number;
    assert_eq!(number, world.care(1, "Ann").safety_number);
    assert_eq!(number.len(), 60);
    assert!(number.bytes().all(|digit| digit.is_ascii_digit()));
}

#[test]
fn a_name_that_the_person_gave_stays_and_survives_a_restart() {
    let mut world = friends();
    let rename = |world: &mut World, device, name: &str| {
        let contact = world.contact(device, if name == "Bob" { "Robert" } else { "Bob" });
        let name = if name == "Bob" {
            String::new()
        } else {
            name.to_owned()
        };
        world.command(
            device,
            Command::Contact(contact, ContactCommand::Rename(name)),
        );
    };
    rename(&mut world, 0, "Robert");
    assert_eq!(world.care(0, "Robert").calls_itself.as_deref(), Some("Bob"));
    let ann = world.restart(0, HOME);
    world.pass(10_000);
    assert_eq!(world.person(ann, "Robert").presence, Presence::OnNetwork);
    rename(&mut world, ann, "Bob");
    assert_eq!(world.care(ann, "Bob").calls_itself, None);
    let contact = world.contact(ann, "Bob");
    let name = "a\u{202E}b".to_owned();
    world.command(ann, Command::Contact(contact, ContactCommand::Rename(name)));
    assert_eq!(
        world.devices[ann].replies.last(),
        Some(&Err(Refusal::NameCharacters))
    );
}

#[test]
fn who_is_blocked_neither_reaches_nor_recognises_this_device() {
    let mut world = friends();
    let contact = world.contact(0, "Bob");
    let block = |contact, blocked| Command::Contact(contact, ContactCommand::Block(blocked));
    world.command(0, block(contact.clone(), true));
    world.pass(60_000);
    assert_eq!(world.person(0, "Bob").presence, Presence::Offline);
    assert!(world.care(0, "Bob").blocked);
    // To Bob, Ann is somebody new in the list, and her contact entry is offline.
    let anns = world.devices[1]
        .people
        .values()
        .filter(|person| person.name == "Ann");
    assert_eq!(anns.count(), 2);
    world.send(1, "Ann", "hello?");
    world.pass(60_000);
    assert_eq!(world.texts(0), []);
    world.command(0, block(contact, false));
    world.pass(60_000);
    assert_eq!(world.person(0, "Bob").presence, Presence::OnNetwork);
    assert_eq!(world.texts(0)[0].0, "hello?", "nothing was lost");
}

#[test]
fn who_is_removed_is_forgotten_with_the_chat_and_the_others_stay() {
    let mut world = World::new(3);
    for (device, name) in [(0, "Ann"), (1, "Bob"), (2, "Cleo")] {
        world.join(device, name);
    }
    world.ask(0, "Bob");
    world.accept(1);
    world.ask(0, "Cleo");
    world.accept(2);
    world.send(0, "Bob", "bye");
    world.send(0, "Cleo", "stay");
    let before = world.snapshot(0).profile.unwrap().discovery_uuid;
    let contact = world.contact(0, "Bob");
    world.command(0, Command::Contact(contact, ContactCommand::Remove));
    world.pass(60_000);
    let after = world.snapshot(0);
    assert_eq!(after.contacts.len(), 1);
    assert_eq!(after.threads.len(), 1, "Cleo's");
    assert_ne!(after.profile.as_ref().unwrap().discovery_uuid, before);
    assert_eq!(world.person(2, "Ann").presence, Presence::OnNetwork);
    let known = world.snapshot(2).contacts[0].discovery_uuid.clone();
    assert_eq!(known, Some(after.profile.unwrap().discovery_uuid));
}

fn invite(world: &mut World, device: usize) -> Hidden {
    world.command(device, Command::Invite);
    let mut events = world.devices[device].events.iter().rev();
    let link = events.find_map(|event| {
        if let Event::Invite(invite) = event {
            return Some(invite.link.clone());
        }
        None
    });
    link.expect("an invite")
}

/// Ann at home, Bob and Cleo elsewhere, no contacts.
fn strangers() -> World {
    let mut world = World::new(3);
    world.elsewhere.extend([(1, AWAY), (2, "192.0.2.44")]);
    for (device, name) in [(0, "Ann"), (1, "Bob"), (2, "Cleo")] {
        world.join(device, name);
    }
    world
}

fn answer(world: &World, device: usize) -> &Result<Answer, Refusal> {
    world.devices[device].replies.last().unwrap()
}

#[test]
fn an_invite_brings_two_networks_together_once() {
    let mut world = strangers();
    let link = invite(&mut world, 0);
    world.command(1, Command::UseInvite { link: link.clone() });
    assert_eq!(answer(&world, 1), &Ok(Answer::Done));
    assert!(world.devices[0].requests[0].invited);
    // Somebody who was handed the same link comes too late.
    world.command(2, Command::UseInvite { link: link.clone() });
    world.pass(1_000);
    assert_eq!(world.devices[0].requests.len(), 1);
    world.accept(0);
    world.pass(1_000);
    assert_eq!(world.person(0, "Bob").presence, Presence::Online);
    world.send(1, "Ann", "thanks");
    assert_eq!(world.texts(0)[0].0, "thanks");
    world.command(2, Command::UseInvite { link });
    world.pass(1_000);
    assert_eq!(answer(&world, 2), &Err(Refusal::InviteNotValid));
}

#[test]
fn who_is_accepted_again_is_dialled_where_somebody_else_seemed_to_be() {
    let mut world = strangers();
    let meet = |world: &mut World| {
        let link = invite(world, 0);
        world.command(1, Command::UseInvite { link });
        world.accept(0);
        world.pass(1_000);
    };
    meet(&mut world);
    let contact = world.contact(0, "Bob");
    world.command(0, Command::Contact(contact, ContactCommand::Remove));
    let ping = |world: &mut World| {
        let contact = world.contact(1, "Ann");
        world.command(1, Command::Ping { contact });
        world.pass(30_000);
        world.person(1, "Ann").ping
    };
    assert_eq!(ping(&mut world), Some(Ping::SomebodyElse));
    meet(&mut world);
    world.kill(0);
    assert_eq!(ping(&mut world), Some(Ping::Unreachable));
}

#[test]
fn an_invite_answered_after_the_connection_broke_is_completed_by_calling_back() {
    let mut world = strangers();
    let link = invite(&mut world, 0);
    world.command(1, Command::UseInvite { link });
    for link in world.links(1) {
        world.close(1, link);
    }
    world.pass(10_000);
    world.accept(0);
    world.pass(5_000);
    assert_eq!(world.person(1, "Ann").name, "Ann");
    assert_eq!(world.contact(0, "Bob"), world.contact(0, "Bob"));
}

#[test]
fn what_is_no_open_invite_is_refused_with_the_reason() {
    let mut world = strangers();
    let link = invite(&mut world, 0);
    world.command(0, Command::UseInvite { link: link.clone() });
    assert_eq!(answer(&world, 0), &Err(Refusal::InviteOwn));
    let rubbish = Hidden("https://example.org/x".to_owned());
    world.command(1, Command::UseInvite { link: rubbish });
    assert_eq!(answer(&world, 1), &Err(Refusal::InviteMalformed));
    world.kill(0);
    world.command(1, Command::UseInvite { link: link.clone() });
    assert_eq!(answer(&world, 1), &Err(Refusal::InviteUnreachable));
    world.pass(8 * 24 * 3_600_000);
    world.command(1, Command::UseInvite { link });
    assert_eq!(answer(&world, 1), &Err(Refusal::InviteExpired));
    let many = (0..11).map(|_| world.command(2, Command::Invite)).count();
    assert_eq!(many, 11);
    assert_eq!(answer(&world, 2), &Err(Refusal::InvitesFull));
}

#[test]
fn who_says_no_to_an_invited_person_has_used_the_invite() {
    let mut world = strangers();
    let link = invite(&mut world, 0);
    world.command(1, Command::UseInvite { link: link.clone() });
    let request = world.devices[0].requests[0].id.clone();
    world.command(0, Command::Reject { request });
    world.pass(1_000);
    assert!(world.notices(1).contains(&&Notice::InviteNotAccepted));
    world.command(1, Command::UseInvite { link });
    assert_eq!(answer(&world, 1), &Err(Refusal::InviteNotValid));
}

#[test]
fn a_second_device_with_the_same_identity_is_noticed() {
    let mut world = friends();
    let mut copy = world.snapshot(0);
    copy.profile.as_mut().unwrap().transport_id =
        "myapp-07070707-0707-4707-8707-070707070707".to_owned();
    world.elsewhere.insert(2, AWAY);
    world.add(copy);
    world.pass(30_000);
    assert!(world.notices(0).contains(&&Notice::TwoCopies));
}

#[test]
fn a_clock_that_differs_much_is_named_once() {
    let mut world = World::new(2);
    world.liar = Some(1);
    // 15 minutes later.
    world.lie = |frame| frame.replace("\"at\":17954208", "\"at\":17954217");
    world.join(0, "Ann");
    world.join(1, "Bob");
    world.ask(0, "Bob");
    world.accept(1);
    let told = world.notices(0).into_iter().filter(
        |notice| matches!(notice, Notice::ClockDiffers { name, minutes: 14..=15 } if name == "Bob"),
    );
    assert_eq!(told.count(), 1);
    assert_eq!(world.notices(1).len(), 0);
}

fn exported(world: &mut World, device: usize) -> Hidden {
    let passphrase = Hidden("correct horse".to_owned());
    world.command(device, Command::Export { passphrase });
    match answer(world, device) {
        Ok(Answer::Backup { text }) => Hidden(text.clone()),
        other => panic!("{other:?}"),
    }
}

fn import(world: &mut World, device: usize, backup: &Hidden, passphrase: &str) {
    let (backup, passphrase) = (backup.clone(), Hidden(passphrase.to_owned()));
    world.command(device, Command::Import { passphrase, backup });
}

#[test]
fn a_backup_goes_on_elsewhere_as_the_same_person() {
    let mut world = friends();
    let backup = exported(&mut world, 0);
    world.kill(0);
    world.elsewhere.insert(2, AWAY);
    let ann = world.add(mesh_chat::records::Snapshot::default());
    import(&mut world, ann, &backup, "correct hose");
    assert_eq!(answer(&world, ann), &Err(Refusal::BackupWrong));
    import(&mut world, ann, &backup, "correct horse");
    assert_eq!(answer(&world, ann), &Ok(Answer::Imported { contacts: 1 }));
    world.pass(120_000);
    assert_eq!(world.person(1, "Ann").presence, Presence::Online);
    world.send(1, "Ann", "there you are");
    assert_eq!(world.texts(ann)[0].0, "there you are");
    let known = world.snapshot(1).contacts[0].transport_id.clone();
    assert_eq!(known, world.transport_id(ann));
}

#[test]
fn a_backup_replaces_nobodys_contacts_and_a_failed_import_changes_nothing() {
    let mut world = friends();
    let backup = exported(&mut world, 0);
    let other = world.add(mesh_chat::records::Snapshot::default());
    world.join(other, "Cleo");
    world.devices[other].disk_full = true;
    import(&mut world, other, &backup, "correct horse");
    assert!(matches!(
        answer(&world, other),
        Err(Refusal::Storage { .. })
    ));
    assert_eq!(world.person(1, "Cleo").name, "Cleo");
    world.devices[other].disk_full = false;
    world.ask(other, "Bob");
    world.accept(1);
    import(&mut world, other, &backup, "correct horse");
    assert_eq!(answer(&world, other), &Err(Refusal::NotEmpty));
}

#[test]
fn a_replayed_profile_changes_nothing_that_is_stored() {
    let mut world = friends();
    let before = world.snapshot(0).contacts[0].clone();
    let old = r#"{"type":"profile","number":1,"friendlyname":"Rob","transportID":"myapp-07070707-0707-4707-8707-070707070707","discoveryUUID":"AAAAAAAAAAAAAAAAAAAAAA","near":true}"#;
    for link in world.links(0) {
        world.inject(0, link, old.as_bytes());
    }
    world.pass(60_000);
    let after = world.snapshot(0).contacts[0].clone();
    let stored = |record: &mesh_chat::records::ContactRecord| {
        (
            record.name.clone(),
            record.transport_id.clone(),
            record.discovery_uuid.clone(),
        )
    };
    assert_eq!(stored(&after), stored(&before));
}
