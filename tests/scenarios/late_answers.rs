//! An answer that comes late: an hour, a day, and whoever was closed or began anew in between. What a
//! person has promised or asked is not given up by a clock alone, and where it is, they are told.

use crate::world::{ANN, AWAY, BOB, DAY, HOME, MINUTE, World};
use mesh_chat::node::Input;
use mesh_chat::view::{Alert, Answer, Asked};

const HOUR: u64 = 60 * MINUTE;

/// Ann's invite is used by Bob, who is on another network.
fn invited() -> World {
    let mut world = World::new().address(BOB, AWAY).joined(&["Ann", "Bob"]);
    let code = world.invite(ANN);
    world.use_invite(BOB, &code);
    world.pass(1_000);
    assert_eq!(world.requests(ANN).len(), 1);
    world
}

/// Ends browsers and starts them again. Returns where Ann and Bob are now.
fn restart(world: &mut World, who: &[usize], [ann, bob]: [usize; 2]) -> [usize; 2] {
    let again = |world: &mut World, device, address| {
        if who.contains(&device) {
            world.restart(device, address)
        } else {
            device
        }
    };
    let (of_ann, of_bob) = (world.address_of(ann), world.address_of(bob));
    let now = [again(world, ann, of_ann), again(world, bob, of_bob)];
    world.pass(MINUTE);
    now
}

/// Fails unless the two are contacts of each other, and nothing of how they met is left.
fn assert_contacts(world: &World, [ann, bob]: [usize; 2], what: &str) {
    world.contact(ann, "Bob");
    world.contact(bob, "Ann");
    for device in [ann, bob] {
        let disk = world.snapshot(device);
        assert_eq!(world.requests(device), [], "{what}");
        assert_eq!((disk.requests, disk.asked), (vec![], vec![]), "{what}");
        assert_eq!(disk.contacts.len(), 1, "{what}");
        assert_eq!(world.alerts(device), [&Alert::TwoCopies; 0], "{what}");
    }
}

#[test]
fn an_invite_is_accepted_hours_and_days_after_it_was_used_whoever_began_anew_in_between() {
    for (after, everybody) in [(2 * MINUTE, false), (HOUR, true), (DAY, true)] {
        for who in [&[][..], &[ANN], &[BOB], &[ANN, BOB]] {
            if !everybody && who.len() == 1 {
                continue;
            }
            let mut world = invited();
            world.pass(after / 2);
            let devices = restart(&mut world, who, [ANN, BOB]);
            world.pass(after / 2);
            world.accept(devices[0]);
            world.pass(5_000);
            assert_contacts(&world, devices, &format!("{after} {who:?}"));
        }
    }
}

#[test]
fn a_yes_to_who_used_an_invite_and_is_away_is_kept_until_they_are_there() {
    for restarts in [false, true] {
        let mut world = invited();
        world.kill(BOB);
        world.pass(HOUR);
        world.accept(ANN);
        assert!(world.requests(ANN)[0].accepted, "it is shown");
        world.pass(DAY);
        let ann = if restarts {
            world.restart(ANN, HOME)
        } else {
            ANN
        };
        let bob = world.restart(BOB, AWAY);
        world.pass(11 * MINUTE);
        assert_contacts(&world, [ann, bob], &format!("{restarts}"));
    }
}

#[test]
fn whoever_uses_an_invite_again_is_known_as_the_one_who_used_it() {
    for accepted in [false, true] {
        let mut world = World::new().address(BOB, AWAY).joined(&["Ann", "Bob"]);
        let code = world.invite(ANN);
        world.use_invite(BOB, &code);
        let bob = world.restart(BOB, AWAY);
        world.kill(bob);
        if accepted {
            world.accept(ANN);
            world.pass(2 * HOUR);
        }
        let bob = world.restart(bob, AWAY);
        world.pass(1_000);
        world.use_invite(bob, &code);
        world.pass(1_000);
        assert_eq!(world.reply(bob), &Ok(Answer::Done));
        if !accepted {
            assert_eq!(world.requests(ANN).len(), 1, "one person, one request");
            assert!(world.requests(ANN)[0].invited);
            world.accept(ANN);
            world.pass(1_000);
        }
        assert_contacts(&world, [ANN, bob], &format!("{accepted}"));
    }
}

#[test]
fn whoever_used_an_invite_in_vain_is_told_after_a_week_and_holds_no_id_for_it_any_more() {
    let mut world = invited();
    let held = world.held(BOB).len();
    let bob = world.restart(BOB, AWAY);
    world.pass(6 * DAY);
    assert_eq!(world.held(bob).len(), held);
    assert_eq!(world.alerts(bob), [&Alert::TwoCopies; 0]);
    world.pass(3 * DAY);
    let over = Alert::NotAnswered { name: None };
    assert_eq!(world.alerts(bob), [&over]);
    assert_eq!(world.held(bob).len(), held - 1);
    assert_eq!(world.snapshot(bob).asked, []);
}

#[test]
fn an_invite_shows_nobody_a_transport_id_before_both_are_contacts() {
    let mut world = invited();
    let (ann, bob) = (world.transport_id(ANN), world.transport_id(BOB));
    world.pass(HOUR);
    world.restart(BOB, AWAY);
    world.pass(MINUTE);
    let dialled = world.dialled().to_vec();
    for id in [ann, bob] {
        assert!(dialled.iter().all(|(from, to)| *from != id && *to != id));
    }
}

#[test]
fn a_request_is_accepted_without_a_second_question_whoever_began_anew_in_between() {
    for after in [HOUR, DAY] {
        for who in [&[ANN][..], &[BOB], &[ANN, BOB]] {
            let mut world = World::of(&["Ann", "Bob"]);
            world.ask(BOB, "Ann");
            world.pass(after / 2);
            let devices = restart(&mut world, who, [ANN, BOB]);
            world.pass(after / 2);
            world.accept(devices[0]);
            world.pass(5_000);
            assert_contacts(&world, devices, &format!("{after} {who:?}"));
        }
    }
}

#[test]
fn a_yes_that_is_on_its_way_when_the_browser_ends_is_not_lost() {
    let mut world = World::of(&["Ann", "Bob"]);
    world.ask(BOB, "Ann");
    world.pass(11 * MINUTE);
    world.input(BOB, Input::Cellular(true));
    world.pass(2 * MINUTE);
    world.accept(ANN);
    let ann = world.restart(ANN, HOME);
    world.input(BOB, Input::Cellular(false));
    world.pass(10_000);
    assert_contacts(&world, [ann, BOB], "she began anew");
}

#[test]
fn whoever_was_asked_and_never_answered_is_told_of_once() {
    for told in [false, true] {
        let mut world = World::of(&["Ann", "Bob"]);
        world.ask(BOB, "Ann");
        if told {
            world.pass(11 * MINUTE);
            assert_eq!(world.person(BOB, "Ann").asked, Asked::NotAccepted);
        } else {
            world.kill(ANN);
        }
        let bob = world.restart(BOB, HOME);
        world.pass(9 * DAY);
        let name = Some("Ann".to_owned());
        let over = Alert::NotAnswered { name };
        assert_eq!(world.alerts(bob).contains(&&over), !told);
        assert_eq!(world.snapshot(bob).asked, []);
    }
}

#[test]
fn a_call_back_that_breaks_off_is_made_again() {
    let mut world = invited();
    world.kill(BOB);
    world.pass(HOUR);
    world.accept(ANN);
    let mut bob = BOB;
    world.while_losing("request", |world| {
        bob = world.restart(BOB, AWAY);
        world.pass(11 * MINUTE);
    });
    world.pass(11 * MINUTE);
    assert_contacts(&world, [ANN, bob], "the second time");
}

#[test]
fn whoever_did_not_finish_a_call_back_can_be_accepted_again() {
    let mut world = World::of(&["Ann", "Bob"]);
    world.ask(BOB, "Ann");
    world.pass(11 * MINUTE);
    world.while_losing("request", |world| {
        world.accept(ANN);
        world.pass(2 * MINUTE);
    });
    assert!(!world.requests(ANN)[0].accepted, "it waits again");
    world.accept(ANN);
    world.pass(5_000);
    world.contact(ANN, "Bob");
    world.contact(BOB, "Ann");
    assert_eq!(world.requests(ANN), []);
}

#[test]
fn whoever_used_an_invite_in_vain_and_stays_holds_no_id_for_it_after_a_week() {
    let mut world = World::new().address(BOB, AWAY).joined(&["Ann", "Bob"]);
    let held = world.held(BOB).len();
    let code = world.invite(ANN);
    world.use_invite(BOB, &code);
    world.pass(1_000);
    assert_eq!(world.held(BOB).len(), held + 1);
    world.kill(ANN);
    world.pass(9 * DAY);
    assert_eq!(world.snapshot(BOB).asked, []);
    assert_eq!(world.held(BOB).len(), held);
}

#[test]
fn an_invite_is_used_again_where_the_disk_has_lost_that_it_was() {
    let mut world = World::new().address(BOB, AWAY).joined(&["Ann", "Bob"]);
    let code = world.invite(ANN);
    let disk = world.copy_disk(BOB);
    world.use_invite(BOB, &code);
    world.pass(1_000);
    assert_eq!(world.requests(ANN).len(), 1);
    let bob = world.go_back(BOB, disk);
    world.pass(1_000);
    world.use_invite(bob, &code);
    world.pass(1_000);
    assert_eq!(world.reply(bob), &Ok(Answer::Done));
    world.accept(ANN);
    world.pass(20_000);
    world.contact(ANN, "Bob");
    world.contact(bob, "Ann");
}
