//! What goes on over midnight UTC, where everybody's Discovery ID becomes another one: a request and its
//! answer, whichever way they are given; and who is not recognised by it.

use crate::world::{ANN, AWAY, BOB, CLEO, DAY, MINUTE, World, is_of_type};
use mesh_chat::node::Input;
use mesh_chat::view::{Alert, Asked, Command, PersonId};

/// Lets time pass until so long before midnight.
fn evening(world: &mut World, before: u64) {
    let rest = DAY - world.unix() % DAY;
    world.pass(rest - before);
}

/// Makes a world in which Ann has asked Bob in the evening. It is ten minutes past midnight.
fn asked_yesterday() -> World {
    let mut world = World::of(&["Ann", "Bob"]);
    evening(&mut world, 10 * MINUTE);
    world.ask(ANN, "Bob");
    let before = world.discovery_id(ANN);
    world.pass(20 * MINUTE);
    assert_ne!(world.discovery_id(ANN), before, "it is another day");
    world
}

/// Fails unless the two are contacts of each other, and nobody is asked any more or told of a problem.
fn assert_contacts(world: &World, what: &str) {
    world.contact(ANN, "Bob");
    world.contact(BOB, "Ann");
    for device in [ANN, BOB] {
        assert_eq!(world.requests(device), [], "{what}");
        assert_eq!(world.alerts(device), [&Alert::TwoCopies; 0], "{what}");
        assert_eq!(world.names(device).len(), 1, "{what}");
    }
}

#[test]
fn a_request_of_the_evening_is_accepted_after_midnight_without_a_second_question() {
    type Answer = fn(&mut World);
    let answers: [(&str, Answer); 3] = [
        ("accept", |world| world.press_accept(BOB)),
        ("the button of the notification", |world| {
            let request = world.requests(BOB)[0].id.clone();
            world.input(BOB, Input::Pressed(Command::Accept { request }));
        }),
        ("connect, on her row of today", |world| {
            let ann = stranger(world, BOB, "Ann");
            world.connect(BOB, ann);
        }),
    ];
    for (how, answer) in answers {
        for days in [0, 3] {
            let mut world = asked_yesterday();
            world.pass(days * DAY);
            answer(&mut world);
            world.pass(5_000);
            assert_contacts(&world, how);
        }
    }
}

#[test]
fn a_request_is_accepted_while_the_day_changes_whichever_clock_is_ahead() {
    for ahead in [-20_000, 0, 20_000] {
        for after in [0, 1, 10_000, 30_000] {
            let mut world = World::new().clock_ahead(ANN, ahead).joined(&["Ann", "Bob"]);
            evening(&mut world, 20 * MINUTE);
            world.ask(ANN, "Bob");
            evening(&mut world, 0);
            world.pass(after);
            world.accept(BOB);
            world.pass(2 * MINUTE);
            assert_contacts(&world, &format!("{ahead} {after}"));
        }
    }
}

#[test]
fn a_request_whose_connection_stands_over_midnight_is_accepted() {
    let mut world = World::of(&["Ann", "Bob"]);
    evening(&mut world, 5 * MINUTE);
    world.ask(ANN, "Bob");
    world.pass(8 * MINUTE);
    world.accept(BOB);
    world.pass(5_000);
    assert_contacts(&world, "the connection stands");
}

#[test]
fn whoever_is_away_when_they_are_accepted_and_comes_within_a_minute_is_a_contact() {
    let mut world = asked_yesterday();
    world.input(ANN, Input::Cellular(true));
    world.pass(2 * MINUTE);
    world.accept(BOB);
    world.pass(MINUTE / 2);
    world.input(ANN, Input::Cellular(false));
    world.pass(10_000);
    assert_contacts(&world, "she came back");
}

#[test]
fn whoever_asks_again_after_midnight_is_asked_about_once_and_does_not_recognise_whom_they_asked() {
    let mut world = asked_yesterday();
    world.ask(ANN, "Bob");
    assert_eq!(world.requests(BOB).len(), 1);
    let hints = |frame: &&String| is_of_type(frame, "hello") && frame.contains("hint");
    assert_eq!(world.heard(ANN).iter().filter(hints).count(), 0);
    assert_eq!(world.heard(BOB).iter().filter(hints).count(), 1);
    world.accept(BOB);
    world.pass(5_000);
    assert_contacts(&world, "asked twice");
}

#[test]
fn a_no_of_the_evening_counts_for_a_day() {
    let mut world = World::of(&["Ann", "Bob"]);
    evening(&mut world, 10 * MINUTE);
    world.ask(ANN, "Bob");
    world.reject(BOB);
    world.pass(20 * MINUTE);
    for _ in 0..3 {
        world.ask(ANN, "Bob");
        assert_eq!(world.requests(BOB), []);
        assert_eq!(world.person(ANN, "Bob").asked, Asked::NotAccepted);
    }
    world.pass(DAY);
    world.ask(ANN, "Bob");
    assert_eq!(world.requests(BOB).len(), 1, "a day later");
}

#[test]
fn an_invite_of_the_evening_is_answered_after_midnight() {
    let mut world = World::new().address(BOB, AWAY).joined(&["Ann", "Bob"]);
    evening(&mut world, 5 * MINUTE);
    let code = world.invite(ANN);
    world.use_invite(BOB, &code);
    world.pass(MINUTE);
    world.close_all(BOB);
    world.pass(7 * MINUTE);
    world.accept(ANN);
    world.pass(5_000);
    assert_contacts(&world, "invited");
}

#[test]
fn an_acceptance_that_breaks_before_midnight_is_completed_after_it() {
    for lost in ["accepted", "confirm"] {
        let mut world = World::of(&["Ann", "Bob"]);
        evening(&mut world, MINUTE);
        world.ask(ANN, "Bob");
        evening(&mut world, 2_000);
        world.while_losing(lost, |world| world.accept(BOB));
        world.pass(MINUTE);
        assert_contacts(&world, lost);
        for device in [ANN, BOB] {
            let contacts = world.snapshot(device).contacts;
            assert_eq!(contacts.len(), 1, "{lost}: nothing is left: {contacts:?}");
        }
    }
}

#[test]
fn nobody_else_of_the_name_hears_of_the_answer_or_becomes_a_contact() {
    for she_is_there in [true, false] {
        let mut world = asked_yesterday();
        let cleo = world.start(Default::default());
        assert_eq!(cleo, CLEO);
        world.join(CLEO, "Ann");
        if !she_is_there {
            world.kill(ANN);
            world.pass(2 * MINUTE);
        }
        world.accept(BOB);
        world.pass(2 * MINUTE);
        let others = world.heard(CLEO).iter();
        let kinds = ["request", "accepted", "auth", "confirm", "rejected"];
        let mut told = others.filter(|frame| kinds.iter().any(|kind| is_of_type(frame, kind)));
        assert_eq!(told.next(), None);
        assert_eq!(world.snapshot(CLEO).contacts, []);
        let contacts = world.snapshot(BOB).contacts.len();
        assert_eq!(contacts, usize::from(she_is_there));
        let name = "Ann".to_owned();
        let told = world.alerts(BOB).contains(&&Alert::AnswerTooLate { name });
        assert_eq!(told, !she_is_there);
    }
}

fn stranger(world: &World, device: usize, name: &str) -> String {
    match &world.person(device, name).id {
        PersonId::Stranger(id) => id.clone(),
        PersonId::Contact(_) => panic!("{name} is a contact"),
    }
}
