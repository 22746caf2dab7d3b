//! What somebody is told, and when; and who is accepted without a question.

use crate::world::{ANN, AWAY, BOB, CLEO, DAY, HOME, World, friends, is_of_type};
use mesh_chat::records::ProfileRecord;
use mesh_chat::view::{Alert, Asked, Command, PersonId, Presence};

/// Mallory, where there is no Cleo.
const MALLORY: usize = 2;

/// Makes a world in which Ann has asked Bob, who has not answered yet.
fn asked() -> World {
    let mut world = World::of(&["Ann", "Bob"]);
    world.ask(ANN, "Bob");
    world
}

/// Asserts that nothing that one device got leads it back to another one.
fn knows_no_way(world: &World, one: usize, to: usize, when: &str) {
    let profile = world.snapshot(to).profile.expect("joined");
    let secrets = [&profile.transport_id, &profile.discovery_uuid.0];
    for frame in world.heard(one) {
        for secret in secrets {
            assert!(
                !frame.contains(secret),
                "{when}: {one} was told by {to}: {frame}"
            );
        }
    }
    let contacts = world.snapshot(one).contacts;
    assert!(
        contacts.iter().all(|contact| contact.card.is_none()),
        "{when}"
    );
}

/// Returns the one person in the list who is no contact.
fn stranger(world: &World, device: usize) -> String {
    let people = world.people(device).into_iter();
    let mut strangers = people.filter_map(|person| match &person.id {
        PersonId::Stranger(id) => Some(id.clone()),
        PersonId::Contact(_) => None,
    });
    strangers.next().expect("a stranger")
}

fn has_contacts(world: &World, device: usize) -> bool {
    let people = world.people(device).into_iter();
    let mut contacts = people.filter(|person| matches!(person.id, PersonId::Contact(_)));
    contacts.next().is_some()
}

#[test]
fn whoever_leaves_a_handshake_at_any_message_knows_no_way_back() {
    for lost in ["hello", "request", "accepted", "confirm", "profile"] {
        let mut world = World::of(&["Ann", "Bob"]);
        world.while_losing(lost, |world| {
            world.ask(ANN, "Bob");
            if !world.requests(BOB).is_empty() {
                world.press_accept(BOB);
            }
        });
        for (one, other) in [(ANN, BOB), (BOB, ANN)] {
            knows_no_way(&world, one, other, lost);
            let recognised = world.people(one).into_iter();
            let mut recognised =
                recognised.filter(|person| person.presence == Presence::ClaimsNetwork);
            let is_stranger = |id: &PersonId| matches!(id, PersonId::Stranger(_));
            assert!(recognised.all(|person| is_stranger(&person.id)), "{lost}");
        }
    }
}

#[test]
fn cards_are_told_once_both_are_contacts() {
    let world = friends();
    for (one, other) in [(ANN, BOB), (BOB, ANN)] {
        let known = world.snapshot(one).contacts[0].card.clone().unwrap();
        let profile = world.snapshot(other).profile.unwrap();
        assert_eq!(known.transport_id, profile.transport_id);
        assert_eq!(known.discovery_uuid, profile.discovery_uuid);
    }
}

#[test]
fn an_acceptance_without_its_last_message_is_completed_after_a_restart_on_another_network() {
    let mut world = asked();
    world.while_losing("confirm", |world| world.press_accept(BOB));
    let (ann, bob) = (world.restart(ANN, AWAY), world.restart(BOB, HOME));
    world.pass(60_000);
    world.send(ann, "Bob", "hello");
    world.pass(1_000);
    assert_eq!(world.texts(bob)[0].0, "hello");
}

#[test]
fn two_people_who_ask_each_other_at_the_same_moment_become_contacts_without_a_question() {
    let mut world = World::of(&["Ann", "Bob"]);
    let asks = [ANN, BOB].map(|device| (device, stranger(&world, device)));
    world.connect_at_once(asks);
    for (device, name) in [(ANN, "Bob"), (BOB, "Ann")] {
        world.contact(device, name);
        assert_eq!(world.people(device).len(), 1);
        assert_eq!(world.accepted_notifications(device), 1, "device {device}");
    }
    let secret = |device| world.snapshot(device).contacts[0].pair_secret.clone();
    assert_eq!(secret(ANN), secret(BOB));
}

/// Starts Mallory with what makes the Discovery ID of a device that has ended.
fn in_place_of(world: &mut World, device: usize) {
    let place = world.snapshot(device).profile.unwrap().discovery_uuid;
    let mut mallory = World::of(&["Mallory"]).snapshot(0);
    mallory.profile.as_mut().unwrap().discovery_uuid = place;
    assert_eq!(world.start_at(HOME, mallory), MALLORY);
    world.take_name(MALLORY, "Bob");
    world.pass(2_000);
}

#[test]
fn whoever_takes_the_freed_id_of_somebody_who_was_asked_is_not_accepted_without_a_question() {
    let mut world = asked();
    let id = world.discovery_id(BOB);
    world.kill(BOB);
    in_place_of(&mut world, BOB);
    assert_eq!(world.holder(&id), Some(MALLORY));
    world.ask(MALLORY, "Ann");
    assert!(!has_contacts(&world, ANN));
    assert_eq!(world.requests(ANN).len(), 1, "the person is asked");
}

#[test]
fn a_late_yes_reaches_nobody_who_took_the_freed_id_of_the_one_who_asked() {
    let mut world = asked();
    world.kill(ANN);
    let place = world.snapshot(ANN);
    let mut mallory = World::of(&["Mallory"]).snapshot(0);
    let stolen = place.profile.unwrap().discovery_uuid;
    mallory.profile.as_mut().unwrap().discovery_uuid = stolen;
    world.start_at(HOME, mallory);
    world.take_name(MALLORY, "Ann");
    world.pass(2_000);
    world.accept(BOB);
    world.pass(10_000);
    assert!(!has_contacts(&world, BOB));
    assert!(
        world.requests(MALLORY).is_empty(),
        "she does not even learn of it"
    );
}

#[test]
fn a_request_from_a_freed_id_does_not_end_the_one_that_waits() {
    let mut world = World::of(&["Ann", "Bob"]);
    world.ask(BOB, "Ann");
    world.kill(BOB);
    in_place_of(&mut world, BOB);
    world.ask(MALLORY, "Ann");
    assert_eq!(world.requests(ANN).len(), 2, "both wait");
}

#[test]
fn a_caller_under_a_foreign_root_is_not_taken_for_the_one_who_was_asked() {
    for while_asking in [true, false] {
        let mut world = World::of(&["Ann", "Bob", "Mallory"]);
        let foreign = world.discovery_id(BOB).replacen("myapp", "0", 1);
        world.ask(ANN, "Bob");
        if !while_asking {
            world.reject(BOB);
        }
        world.disguise(MALLORY, &foreign);
        world.take_name(MALLORY, "Bob");
        world.ask(MALLORY, "Ann");
        assert!(!has_contacts(&world, ANN), "without a question");
        if while_asking {
            assert_eq!(world.requests(BOB).len(), 1, "Ann's request stays");
            world.accept(BOB);
            let bob = world.snapshot(BOB).contacts[0].pair_secret.clone();
            assert_eq!(world.snapshot(ANN).contacts[0].pair_secret, bob);
        }
    }
}

#[test]
fn a_yes_after_hours_makes_contacts_without_another_question_and_the_person_is_told() {
    let mut world = asked();
    world.pass(3 * 60 * 60_000);
    assert_eq!(world.person(ANN, "Bob").asked, Asked::NotAccepted);
    world.accept(BOB);
    world.pass(5_000);
    assert!(world.requests(ANN).is_empty());
    world.contact(ANN, "Bob");
    world.contact(BOB, "Ann");
    assert_eq!(world.accepted_notifications(ANN), 1);
}

#[test]
fn whoever_asks_again_has_one_request_and_whoever_restarts_before_has_two() {
    for restarts in [false, true] {
        let mut world = asked();
        let ann = if restarts {
            world.restart(ANN, HOME)
        } else {
            world.close_all(ANN);
            ANN
        };
        world.pass(15_000);
        world.ask(ann, "Bob");
        assert_eq!(world.requests(BOB).len(), 1 + usize::from(restarts));
    }
}

fn profile(world: &World, device: usize) -> ProfileRecord {
    world.snapshot(device).profile.expect("joined")
}

/// Asserts that what was known of a device leads nobody to it any more.
fn is_new(world: &World, device: usize, before: &ProfileRecord, when: &str) {
    let now = profile(world, device);
    assert_ne!(now.transport_id, before.transport_id, "{when}");
    assert_ne!(now.discovery_uuid, before.discovery_uuid, "{when}");
    assert_eq!(world.holder(&now.transport_id), Some(device), "{when}");
    assert_eq!(world.holder(&before.transport_id), None, "{when}");
}

/// Makes a world in which Ann is a contact of Bob and Cleo.
fn three() -> World {
    let mut world = World::of(&["Ann", "Bob", "Cleo"]);
    world.ask(ANN, "Bob");
    world.accept(BOB);
    world.ask(ANN, "Cleo");
    world.accept(CLEO);
    world.pass(1_000);
    world
}

#[test]
fn whoever_is_blocked_or_removed_finds_nobody_where_they_were_told_and_who_stays_is_told() {
    let ends: [(&str, fn(&mut World)); 2] = [
        ("block", |world| world.block(ANN, "Bob")),
        ("remove", |world| world.remove(ANN, "Bob")),
    ];
    for (when, end) in ends {
        let mut world = three();
        let before = profile(&world, ANN);
        end(&mut world);
        world.pass(1_000);
        is_new(&world, ANN, &before, when);
        let known = world.snapshot(CLEO).contacts[0].card.clone().unwrap();
        assert_eq!(known.transport_id, profile(&world, ANN).transport_id);
        assert_eq!(world.person(CLEO, "Ann").presence, Presence::OnNetwork);
    }
}

#[test]
fn a_contact_who_was_away_comes_to_the_former_address_which_is_held_for_a_day_and_alone() {
    let mut world = three();
    let first = profile(&world, ANN).transport_id;
    world.kill(CLEO);
    world.block(ANN, "Bob");
    let second = profile(&world, ANN).transport_id;
    assert_eq!(world.holder(&first), Some(ANN));
    let cleo = world.restart(CLEO, AWAY);
    world.pass(10_000);
    assert_eq!(world.person(cleo, "Ann").presence, Presence::Online);
    assert_eq!(world.holder(&first), None, "everybody who stays was told");

    world.kill(cleo);
    world.unblock(ANN, "Bob");
    world.pass(1_000);
    world.block(ANN, "Bob");
    let third = profile(&world, ANN).transport_id;
    assert_eq!(world.holder(&second), Some(ANN));
    world.unblock(ANN, "Bob");
    world.pass(1_000);
    world.block(ANN, "Bob");
    assert_eq!(world.holder(&second), None, "one former address at a time");
    assert_eq!(world.holder(&third), Some(ANN));
    world.pass(DAY + 60_000);
    assert_eq!(world.holder(&third), None, "for a day at most");
    assert_eq!(profile(&world, ANN).former, None);
}

#[test]
fn a_former_address_is_held_again_after_a_restart() {
    let mut world = three();
    let former = profile(&world, ANN).transport_id;
    world.kill(CLEO);
    world.block(ANN, "Bob");
    let ann = world.restart(ANN, HOME);
    assert_eq!(world.holder(&former), Some(ann));
}

#[test]
fn an_acceptance_that_ends_without_a_contact_leads_nobody_back() {
    let mut world = World::of(&["Ann", "Bob"]);
    let before = profile(&world, BOB);
    world.lies(ANN, |frame| match is_of_type(&frame, "confirm") {
        true => frame.replace(r#""mac":""#, r#""mac":"x"#),
        false => frame,
    });
    world.ask(ANN, "Bob");
    world.accept(BOB);
    world.pass(1_000);
    is_new(&world, BOB, &before, "a wrong confirm");

    let mut world = asked();
    let before = profile(&world, BOB);
    world.while_losing("accepted", |world| {
        world.press_accept(BOB);
        world.kill(ANN);
    });
    world.pass(1_000);
    assert_eq!(profile(&world, BOB), before, "it may still be completed");
    world.pass(8 * DAY);
    is_new(&world, BOB, &before, "never completed");
}

#[test]
fn whoever_turns_out_to_be_blocked_at_a_later_meeting_is_told_of_and_knows_no_way_back() {
    let mut world = friends();
    world.block(ANN, "Bob");
    world.pass(100_000);
    let ann = stranger(&world, BOB);
    world.connect(BOB, ann);
    let before = profile(&world, ANN);
    world.while_losing("confirm", |world| world.press_accept(ANN));
    world.pass(10_000);
    let is_blocked = |alert: &&Alert| matches!(alert, Alert::Blocked { name } if name == "Bob");
    assert!(world.alerts(ANN).iter().any(is_blocked));
    is_new(&world, ANN, &before, "blocked");
    assert!(world.preferences(ANN, "Bob").blocked);
}

#[test]
fn an_invite_leads_to_an_id_of_its_own_which_ends_with_it() {
    let mut world = World::new().address(BOB, AWAY).joined(&["Ann", "Bob"]);
    let before = profile(&world, ANN);
    let code = world.invite(ANN);
    let address = world.snapshot(ANN).invites[0].address.clone();
    assert_ne!(address, before.transport_id);
    assert_eq!(world.holder(&address), Some(ANN));
    let ann = world.restart(ANN, HOME);
    assert_eq!(world.holder(&address), Some(ann));
    let invite = world.snapshot(ann).invites[0].id.clone();
    world.command(ann, Command::CancelInvite { invite });
    assert_eq!(world.holder(&address), None);
    world.use_invite(BOB, &code);
    world.pass(1_000);
    assert!(world.requests(ann).is_empty());
    assert_eq!(profile(&world, ann).transport_id, before.transport_id);
}

#[test]
fn an_invite_that_came_to_nothing_leads_its_maker_nowhere() {
    let mut world = World::new().address(BOB, AWAY).joined(&["Ann", "Bob"]);
    let code = world.invite(ANN);
    let before = profile(&world, BOB);
    world.use_invite(BOB, &code);
    world.reject(ANN);
    world.pass(1_000);
    is_new(&world, BOB, &before, "rejected");
}

#[test]
fn a_new_name_whose_write_is_under_way_brings_back_no_older_address() {
    let mut world = friends();
    let before = profile(&world, ANN);
    world.while_writing(ANN, |world| {
        world.take_name(ANN, "Anna");
        world.block(ANN, "Bob");
    });
    world.pass(1_000);
    is_new(&world, ANN, &before, "renamed");
    assert_eq!(profile(&world, ANN).name, "Anna");
    let bob = world.restart(BOB, HOME);
    world.pass(10_000);
    assert_eq!(world.person(bob, "Ann").presence, Presence::Offline);
}

#[test]
fn a_block_while_a_second_acceptance_is_written_stays() {
    let mut world = friends();
    world.remove(BOB, "Ann");
    world.pass(100_000);
    let bob = stranger(&world, ANN);
    let contact = world.snapshot(ANN).contacts[0].id.clone();
    world.connect(ANN, bob);
    world.while_writing(ANN, |world| {
        world.press_accept(BOB);
        let block = mesh_chat::view::ContactCommand::Block(true);
        world.command(ANN, Command::Contact(contact, block));
    });
    world.pass(1_000);
    let record = world.snapshot(ANN).contacts[0].clone();
    assert!(record.preferences.blocked);
    let there = world.snapshot(BOB).contacts[0].clone();
    assert_eq!(record.pair_secret, there.pair_secret, "for the time after");
    assert_eq!(there.card, None);
}

#[test]
fn a_contact_removed_while_a_second_acceptance_is_written_does_not_come_back() {
    let mut world = friends();
    world.remove(BOB, "Ann");
    world.pass(100_000);
    let bob = stranger(&world, ANN);
    let contact = world.snapshot(ANN).contacts[0].id.clone();
    world.connect(ANN, bob);
    world.while_writing(ANN, |world| {
        world.press_accept(BOB);
        let remove = mesh_chat::view::ContactCommand::Remove;
        world.command(ANN, Command::Contact(contact, remove));
    });
    world.pass(1_000);
    assert!(world.snapshot(ANN).contacts.is_empty());
}
