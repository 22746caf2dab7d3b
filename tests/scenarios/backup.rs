//! Backups: the same person on another device, and on two devices at once.

use crate::world::{ANN, AWAY, BOB, friends};
use mesh_chat::records::Snapshot;
use mesh_chat::view::{Alert, Answer, Presence, Refusal};

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
fn an_imported_record_is_the_one_on_the_disk_although_a_session_ends_by_it() {
    let mut world = friends();
    let backup = world.export(ANN, PASSPHRASE);
    world.rename(ANN, "Bob", "Bobby");
    world.import(ANN, &backup, PASSPHRASE);
    assert_eq!(world.reply(ANN), &Ok(Answer::Imported { contacts: 1 }));
    assert_eq!(world.names(ANN), ["Bob"]);
    let stored = &world.snapshot(ANN).contacts[0];
    assert_eq!(stored.preferences.given_name, None);
    world.pass(30_000);
    assert_eq!(world.person(BOB, "Ann").presence, Presence::OnNetwork);
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
