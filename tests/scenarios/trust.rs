//! What somebody is told, and when; and who is accepted without a question.

use crate::world::{ANN, AWAY, BOB, CLEO, DAY, HOME, MINUTE, World, friends};
use mesh_chat::node::Input;
use mesh_chat::view::{Asked, PersonId, Presence};

/// Mallory, where there is no Cleo.
const MALLORY: usize = 2;

/// Makes a world in which Ann has asked Bob, who has not answered yet.
pub(crate) fn asked() -> World {
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
pub(crate) fn stranger(world: &World, device: usize) -> String {
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
fn whoever_asks_again_has_one_request_also_after_a_restart() {
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
        assert_eq!(world.requests(BOB).len(), 1, "{restarts}");
    }
}

#[test]
fn a_contact_that_says_to_be_listed_as_another_makes_nobody_leave_the_router() {
    let mut world = World::of(&["Ann", "Bob", "Cleo"]);
    for (other, name) in [(ANN, "Ann"), (CLEO, "Cleo")] {
        world.ask(BOB, name);
        world.accept(other);
    }
    world.pass(1_000);
    let uuid = |world: &World, device| world.snapshot(device).profile.unwrap().discovery_uuid.0;
    let (own, anns) = (uuid(&world, CLEO), uuid(&world, ANN));
    world.lies(CLEO, move |frame| frame.replace(&own, &anns));
    world.take_name(CLEO, "Cleo C");
    world.pass(20 * MINUTE);
    let known = world.snapshot(BOB).contacts.into_iter();
    let uuids: Vec<_> = known.map(|c| c.card.unwrap().discovery_uuid).collect();
    assert_eq!(uuids[0], uuids[1], "she lies");
    let later = "myapp-203-0-113-7-2".to_owned();
    let left = world.dialled().iter().any(|(_, to)| *to == later);
    assert!(!left, "nobody goes to the deputy");
}

#[test]
fn a_late_yes_on_two_connections_at_once_makes_a_contact_without_a_question_once() {
    let mut world = asked();
    world.pass(30 * 60_000);
    let disk = world.copy_disk(BOB);
    world.while_holding("request", |world| {
        world.press_accept(BOB);
        let copy = world.start_from(HOME, disk);
        world.pass(1_000);
        world.press_accept(copy);
    });
    world.pass(5_000);
    assert_eq!(world.accepted_notifications(ANN), 1);
}

#[test]
fn a_yes_after_hours_is_known_although_the_clock_was_ten_years_ahead_for_a_moment() {
    let mut world = asked();
    world.pass(30 * 60_000);
    for ahead in [10 * 365 * DAY, 0] {
        world.set_clock_ahead(ANN, ahead.cast_signed());
        world.input(ANN, Input::Timeout);
    }
    world.pass(60_000);
    world.accept(BOB);
    world.pass(5_000);
    world.contact(ANN, "Bob");
}
