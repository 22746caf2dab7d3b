//! Backups: the same person on another device, and on two devices at once.

use crate::world::{ANN, AWAY, BOB, CLEO, HOME, MINUTE, World, friends};
use mesh_chat::crypto::Identity;
use mesh_chat::records::{ContactRecord, Snapshot};
use mesh_chat::view::{About, Alert, Answer, Command, ContactId, Event, Presence, Refusal};

const PASSPHRASE: &str = "correct horse";

#[test]
fn a_person_goes_on_from_a_backup_on_another_device() {
    let mut world = friends();
    let backup = world.export(ANN, PASSPHRASE);
    world.kill(ANN);
    let ann = world.start_at(AWAY, Snapshot::default());
    world.import(ann, &backup, "correct hose");
    assert_eq!(world.reply(ann), &Err(Refusal::BackupWrong));
    world.import(ann, &backup, PASSPHRASE);
    assert_eq!(world.reply(ann), &Ok(Answer::Imported { contacts: 1 }));
    world.pass(120_000);
    assert_eq!(world.person(BOB, "Ann").presence, Presence::Online);
    world.send(BOB, "Ann", "there you are");
    assert_eq!(world.texts(ann)[0].0, "there you are");
    let known_to_bob = world.snapshot(BOB).contacts[0]
        .card
        .clone()
        .unwrap()
        .transport_id;
    assert_eq!(known_to_bob, world.transport_id(ann));
}

#[test]
fn a_passphrase_opens_a_backup_however_its_letters_are_composed() {
    let mut world = friends();
    for (closed, opened) in [
        ("Caf\u{e9} 1234", "Cafe\u{301} 1234"),
        ("Cafe\u{301} 1234", "Caf\u{e9} 1234"),
    ] {
        let backup = world.export(ANN, closed);
        let device = world.start_at(AWAY, Snapshot::default());
        world.import(device, &backup, opened);
        assert_eq!(world.reply(device), &Ok(Answer::Imported { contacts: 1 }));
        world.kill(device);
    }
}

#[test]
fn a_backup_never_replaces_contacts_and_a_failed_import_changes_nothing() {
    let mut world = friends();
    let backup = world.export(ANN, PASSPHRASE);
    let cleo = world.start(Snapshot::default());
    world.join(cleo, "Cleo");
    world.fill_disk(cleo);
    world.import(cleo, &backup, PASSPHRASE);
    let reply = world.reply(cleo);
    assert!(matches!(reply, Err(Refusal::Storage { .. })), "{reply:?}");
    assert_eq!(world.person(BOB, "Cleo").name, "Cleo");
    world.free_disk(cleo);
    world.ask(cleo, "Bob");
    world.accept(BOB);
    world.import(cleo, &backup, PASSPHRASE);
    assert_eq!(world.reply(cleo), &Err(Refusal::NotEmpty));
}

#[test]
fn what_was_decided_since_the_backup_stays() {
    let mut world = World::of(&["Ann", "Bob", "Cleo"]);
    for name in ["Bob", "Cleo"] {
        world.ask(ANN, name);
    }
    world.accept(BOB);
    world.accept(CLEO);
    world.pass(1_000);
    let backup = world.export(ANN, PASSPHRASE);
    world.rename(ANN, "Bob", "Bobby");
    world.block(ANN, "Cleo");
    world.pass(1_000);
    let uuid = world.snapshot(ANN).profile.unwrap().discovery_uuid;
    world.import(ANN, &backup, PASSPHRASE);
    assert_eq!(world.reply(ANN), &Ok(Answer::Imported { contacts: 2 }));
    world.pass(30_000);
    for device in [ANN, world.restart(ANN, HOME)] {
        assert_eq!(sorted(world.names(device)), ["Bobby", "Cleo"]);
        assert!(world.preferences(device, "Cleo").blocked);
    }
    let profile = world.snapshot(3).profile.unwrap();
    assert_eq!(profile.discovery_uuid, uuid, "Cleo does not know this one");
}

#[test]
fn who_became_a_contact_since_the_backup_stays_and_the_sessions_begin_anew() {
    let mut world = World::of(&["Ann", "Bob", "Cleo"]);
    world.ask(ANN, "Bob");
    world.accept(BOB);
    world.pass(1_000);
    let backup = world.export(ANN, PASSPHRASE);
    world.ask(ANN, "Cleo");
    world.accept(CLEO);
    world.invite(ANN);
    world.pass(1_000);
    let before = world.transport_id(ANN);
    world.import(ANN, &backup, PASSPHRASE);
    assert_eq!(sorted(world.names(ANN)), ["Bob", "Cleo"]);
    assert_ne!(world.transport_id(ANN), before);
    assert_eq!(world.snapshot(ANN).invites, []);
    world.pass(30_000);
    for other in [BOB, CLEO] {
        assert_eq!(world.person(other, "Ann").presence, Presence::OnNetwork);
    }
    world.send(CLEO, "Ann", "still there");
    assert_eq!(world.texts(ANN)[0].0, "still there");
}

#[test]
fn five_hundred_contacts_are_taken_over_whole_or_not_at_all() {
    let mut world = friends();
    let mut full = world.snapshot(ANN);
    let bob = full.contacts.remove(0);
    full.contacts = (0..500).map(|number| one_of_many(&bob, number)).collect();
    let crowded = world.start_at(AWAY, full);
    let backup = world.export(crowded, PASSPHRASE);
    world.kill(crowded);
    for write in 0..2 {
        let device = world.start_at(AWAY, Snapshot::default());
        world.fail_write(device, write);
        world.import(device, &backup, PASSPHRASE);
        let stored = world.snapshot(device);
        match world.reply(device) {
            Ok(answer) => {
                assert_eq!(answer, &Answer::Imported { contacts: 500 });
                assert!(stored.profile.is_some());
                assert_eq!(stored.contacts.len(), 500, "write {write} failed");
            }
            Err(refusal) => {
                assert!(matches!(refusal, Refusal::Storage { .. }), "{refusal:?}");
                assert_eq!(stored, Snapshot::default(), "write {write} failed");
            }
        }
        assert_eq!(world.reply(device).is_err(), write == 0, "it is one write");
        world.kill(device);
    }
}

fn sorted(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names
}

/// Returns a contact with a key of its own.
fn one_of_many(like: &ContactRecord, number: u16) -> ContactRecord {
    let mut secret = [7; 32];
    secret[..2].copy_from_slice(&number.to_be_bytes());
    let key = Identity::from_bytes(&secret).unwrap().public();
    ContactRecord {
        id: ContactId(format!("{number:016x}")),
        identity: Some(key.encode()),
        ..like.clone()
    }
}

#[test]
fn a_second_device_with_the_same_identity_is_noticed() {
    let mut world = friends();
    let mut copy = world.snapshot(ANN);
    copy.profile.as_mut().unwrap().transport_id =
        "myapp-07070707-0707-4707-8707-070707070707".to_owned();
    world.start_at(AWAY, copy);
    world.pass(30_000);
    assert!(world.alerts(ANN).contains(&&Alert::TwoCopies));
}

#[test]
fn nobody_is_accepted_beside_the_last_place_and_the_backup_can_be_taken_over() {
    let mut world = World::of(&["Ann", "Bob", "Cleo", "Dora"]);
    world.ask(ANN, "Dora");
    world.accept(3);
    world.pass(1_000);
    let mut almost_full = world.snapshot(ANN);
    world.kill(ANN);
    let dora = almost_full.contacts.remove(0);
    let others = (0..499).map(|number| one_of_many(&dora, number));
    almost_full.contacts = others.collect();
    let ann = world.start_at(HOME, almost_full);
    world.pass(5_000);
    world.ask(BOB, "Ann");
    world.ask(CLEO, "Ann");
    world.while_writing(ann, |world| {
        world.press_accept(ann);
        world.press_accept(ann);
    });
    world.pass(1_000);
    assert_eq!(world.snapshot(ann).contacts.len(), 1, "beside the 499");
    let backup = world.export(ann, PASSPHRASE);
    let fresh = world.start_at(AWAY, Snapshot::default());
    world.import(fresh, &backup, PASSPHRASE);
    let all = Ok(Answer::Imported { contacts: 500 });
    assert_eq!(world.reply(fresh), &all);
}

#[test]
fn an_import_takes_back_what_was_told_of_requests_and_gives_up_the_ids_of_invites() {
    let mut world = World::of(&["Ann", "Bob", "Cleo"]);
    let backup = world.export(ANN, PASSPHRASE);
    world.invite(ANN);
    let address = world.snapshot(ANN).invites[0].address.clone();
    world.ask(BOB, "Ann");
    world.ask(CLEO, "Ann");
    let about = About::Request(world.requests(ANN)[0].id.clone());
    world.import(ANN, &backup, PASSPHRASE);
    assert!(world.events(ANN).contains(&Event::Withdraw(about)));
    assert_eq!(world.holder(&address), None);
    let so_far = world.events(ANN).len();
    world.pass(10 * MINUTE);
    let later = world.events(ANN)[so_far..].iter();
    let told: Vec<_> = later.filter(|e| matches!(e, Event::Notify(_))).collect();
    assert!(told.is_empty(), "the second request is gone too: {told:?}");
}

#[test]
fn requests_and_invites_on_their_way_to_the_disk_are_gone_with_an_import() {
    for asks_first in [true, false] {
        let mut world = World::of(&["Ann", "Bob"]);
        let backup = world.export(ANN, PASSPHRASE);
        world.while_writing(ANN, |world| {
            if asks_first {
                world.ask(BOB, "Ann");
                world.command(ANN, Command::Invite);
                world.import(ANN, &backup, PASSPHRASE);
            } else {
                world.import(ANN, &backup, PASSPHRASE);
                world.ask(BOB, "Ann");
            }
        });
        world.pass(1_000);
        assert!(world.requests(ANN).is_empty(), "asks first: {asks_first}");
        let stored = world.snapshot(ANN);
        assert_eq!((stored.requests, stored.invites), (Vec::new(), Vec::new()));
    }
}

/// Asserts that Bob, who is blocked, does not know the discoveryUUID of a device.
fn is_not_known_to_bob(world: &World, device: usize) {
    assert!(world.preferences(device, "Bob").blocked);
    let known = world.snapshot(BOB).contacts[0].card.clone().unwrap();
    let uuid = world.snapshot(device).profile.unwrap().discovery_uuid;
    assert_ne!(known.discovery_uuid, uuid);
}

#[test]
fn whoever_was_blocked_here_is_not_let_near_again_by_a_backup_of_a_device_where_they_were_not() {
    let mut world = friends();
    let first = world.export(ANN, PASSPHRASE);
    world.block(ANN, "Bob");
    world.pass(1_000);
    world.kill(ANN);
    world.pass(60 * MINUTE);
    let laptop = world.start_at(AWAY, Snapshot::default());
    world.import(laptop, &first, PASSPHRASE);
    let second = world.export(laptop, PASSPHRASE);
    world.kill(laptop);
    let ann = world.start_from(HOME, world.copy_disk(ANN));
    world.import(ann, &second, PASSPHRASE);
    is_not_known_to_bob(&world, ann);
}

#[test]
fn whoever_is_blocked_by_a_backup_does_not_know_what_was_told_here() {
    let mut world = friends();
    let first = world.export(ANN, PASSPHRASE);
    world.kill(ANN);
    let laptop = world.start_at(AWAY, Snapshot::default());
    world.import(laptop, &first, PASSPHRASE);
    world.block(laptop, "Bob");
    world.pass(1_000);
    let second = world.export(laptop, PASSPHRASE);
    world.kill(laptop);
    world.pass(60 * MINUTE);
    let ann = world.start_from(HOME, world.copy_disk(ANN));
    world.take_name(ann, "Anna");
    world.pass(1_000);
    world.import(ann, &second, PASSPHRASE);
    is_not_known_to_bob(&world, ann);
}

#[test]
fn of_two_own_names_the_one_counts_that_was_chosen_later() {
    for later in [true, false] {
        let mut world = friends();
        let first = world.export(ANN, PASSPHRASE);
        world.kill(ANN);
        let laptop = world.start_at(AWAY, Snapshot::default());
        world.import(laptop, &first, PASSPHRASE);
        if !later {
            world.pass(MINUTE);
            world.take_name(laptop, "Anna");
        }
        let second = world.export(laptop, PASSPHRASE);
        world.kill(laptop);
        world.pass(MINUTE);
        let ann = world.start_from(HOME, world.copy_disk(ANN));
        if later {
            world.take_name(ann, "Anna");
        }
        world.import(ann, &second, PASSPHRASE);
        assert_eq!(world.snapshot(ann).profile.unwrap().name, "Anna", "{later}");
    }
}

#[test]
fn a_backup_with_contacts_as_no_program_writes_them_is_refused() {
    type Bend = fn(&mut ContactRecord);
    let bends: [(&str, Bend); 3] = [
        ("a name that turns the direction", |record| {
            record.preferences.given_name = Some("\u{202e}boB".to_owned());
        }),
        ("a long name", |record| {
            record.new_name = Some("x".repeat(5_000));
        }),
        ("an id that is none", |record| {
            record.id = ContactId("a/b".repeat(100));
        }),
    ];
    let snapshot = friends().snapshot(ANN);
    let key = mesh_chat::records::Secret(OWN.to_owned());
    let own = Identity::from_bytes(&[7; 32]).unwrap().public().encode();
    let mut bent: Vec<(&str, Snapshot)> = Vec::new();
    for (what, bend) in bends {
        let mut snapshot = snapshot.clone();
        bend(&mut snapshot.contacts[0]);
        bent.push((what, snapshot));
    }
    let mut oneself = snapshot;
    oneself.profile.as_mut().unwrap().identity = key;
    oneself.contacts[0].identity = Some(own);
    bent.push(("the own key", oneself));
    for (what, snapshot) in bent {
        let mut world = World::new();
        let device = world.start(snapshot);
        let backup = world.export(device, PASSPHRASE);
        let fresh = world.start_at(AWAY, Snapshot::default());
        world.import(fresh, &backup, PASSPHRASE);
        assert_eq!(world.reply(fresh), &Err(Refusal::BackupDamaged), "{what}");
    }
}

/// The secret of 07…07, as it is stored.
const OWN: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

/// Returns the backup of somebody else, who has one contact.
fn of_somebody_else() -> mesh_chat::view::Hidden {
    let mut world = World::of(&["Eve", "Fay", "Gus", "Hal"]);
    world.ask(2, "Hal");
    world.accept(3);
    world.pass(1_000);
    world.export(2, PASSPHRASE)
}

#[test]
fn who_is_accepted_while_the_backup_of_somebody_else_is_stored_is_no_contact_of_theirs() {
    let backup = of_somebody_else();
    for accepts_first in [true, false] {
        let mut world = World::of(&["Ann", "Bob"]);
        world.ask(ANN, "Bob");
        world.while_writing(ANN, |world| {
            if accepts_first {
                world.accept(BOB);
            }
            world.import(ANN, &backup, PASSPHRASE);
            if !accepts_first {
                world.press_accept(BOB);
            }
        });
        world.pass(1_000);
        assert_eq!(world.reply(ANN), &Ok(Answer::Imported { contacts: 1 }));
        let stored = world.snapshot(ANN).contacts.into_iter();
        let names: Vec<_> = stored.map(|contact| contact.name).collect();
        assert_eq!(names, ["Hal"], "accepts first: {accepts_first}");
    }
}

#[test]
fn of_two_backups_at_once_the_later_one_counts_alone() {
    let other = of_somebody_else();
    let own = friends().export(ANN, PASSPHRASE);
    let mut world = World::new();
    let device = world.start(Snapshot::default());
    world.while_writing(device, |world| {
        world.import(device, &own, PASSPHRASE);
        world.import(device, &other, PASSPHRASE);
    });
    world.pass(1_000);
    let stored = world.snapshot(device).contacts.into_iter();
    let names: Vec<_> = stored.map(|contact| contact.name).collect();
    assert_eq!(names, ["Hal"]);
}
