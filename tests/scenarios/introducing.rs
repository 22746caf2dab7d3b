//! Introductions: two contacts of one person become contacts of each other if both say yes and meet, and nobody else
//! does.
//!
//! Long because each thing that can go wrong between three people is a scenario of its own.

use crate::world::{ANN, AWAY, BOB, CLEO, DAY, HOME, MINUTE, World, is_of_type};
use mesh_chat::view::{
    Command, ContactId, Event, Introduction, IntroductionState, Lifetime, PersonId, Refusal,
    RuleStep,
};

/// Bob and Cleo, on different networks, are contacts of Ann, and do not know each other.
fn introducer() -> World {
    let mut world = World::new().address(CLEO, AWAY).joined(&["Ann", "Bob"]);
    befriend(&mut world, BOB);
    world = world.joined(&["Cleo"]);
    let code = world.invite(ANN);
    world.use_invite(CLEO, &code);
    world.pass(1_000);
    world.accept(ANN);
    world.pass(1_000);
    world
}

fn befriend(world: &mut World, device: usize) {
    world.ask(device, "Ann");
    world.accept(ANN);
    world.pass(1_000);
}

fn introduce(world: &mut World, note: Option<&str>) {
    let (bob, cleo) = (world.contact(ANN, "Bob"), world.contact(ANN, "Cleo"));
    introduce_to(world, bob, cleo, note);
}

fn introduce_to(world: &mut World, contact: ContactId, other: ContactId, note: Option<&str>) {
    let note = note.map(str::to_owned);
    let introduce = Command::Introduce {
        contact,
        other,
        note,
    };
    world.command(ANN, introduce);
    world.pass(100);
}

/// Returns the introductions that a device shows, oldest first.
fn introductions(world: &World, device: usize) -> Vec<Introduction> {
    let mut shown: Vec<Introduction> = Vec::new();
    for event in world.events(device) {
        match event {
            Event::Introduction(new) => {
                let is_it = |old: &&mut Introduction| old.message == new.message;
                match shown.iter_mut().find(is_it) {
                    Some(old) => *old = new.clone(),
                    None => shown.push(new.clone()),
                }
            }
            Event::IntroductionGone { message, .. } => shown.retain(|old| old.message != *message),
            _ => {}
        }
    }
    shown
}

fn states(world: &World, device: usize) -> Vec<IntroductionState> {
    let shown = introductions(world, device).into_iter();
    shown.map(|introduction| introduction.state).collect()
}

/// Answers the newest introduction.
fn answer(world: &mut World, device: usize, agree: bool) {
    let newest = introductions(world, device).pop().expect("an introduction");
    answer_to(world, device, newest, agree);
}

fn answer_to(world: &mut World, device: usize, to: Introduction, agree: bool) {
    let (contact, message) = (to.contact, to.message);
    let answer = Command::AnswerIntroduction {
        contact,
        message,
        agree,
    };
    world.command(device, answer);
    world.pass(100);
}

fn knows(world: &World, device: usize, name: &str) -> bool {
    let people = world.people(device).into_iter();
    let mut contacts = people.filter(|person| matches!(person.id, PersonId::Contact(_)));
    contacts.any(|person| person.name == name)
}

#[test]
fn two_who_both_say_yes_become_contacts_and_see_who_introduced_them() {
    let mut world = introducer();
    world.rename(ANN, "Cleo", "Cleo of the choir");
    let (bob, cleo) = (
        world.contact(ANN, "Bob"),
        world.contact(ANN, "Cleo of the choir"),
    );
    introduce_to(&mut world, bob, cleo, Some("you both sing"));
    assert!(world.reply(ANN).is_ok());
    let shown = introductions(&world, BOB).remove(0);
    assert_eq!(
        (&*shown.name, shown.note.as_deref(), shown.own),
        ("Cleo of the choir", Some("you both sing"), false)
    );
    assert_eq!(shown.state, IntroductionState::Asked);
    answer(&mut world, BOB, true);
    assert_eq!(states(&world, BOB), [IntroductionState::Agreed]);
    let waiting = [
        IntroductionState::WaitsForOther,
        IntroductionState::WaitsForContact,
    ];
    let mut of_ann = states(&world, ANN);
    of_ann.sort_by_key(|state| waiting.iter().position(|one| one == state));
    assert_eq!(of_ann, waiting);
    answer(&mut world, CLEO, true);
    world.pass(MINUTE);
    assert!(knows(&world, BOB, "Cleo of the choir"));
    assert!(knows(&world, CLEO, "Bob"));
    let page = world.preferences(BOB, "Cleo of the choir");
    assert_eq!(page.introduced_by.as_deref(), Some("Ann"));
    assert!(!page.verified);
    let introduced =
        |state: &IntroductionState| matches!(state, IntroductionState::Introduced { .. });
    for device in [ANN, BOB, CLEO] {
        assert!(states(&world, device).iter().all(introduced));
    }
    world.send(CLEO, "Bob", "hello");
    world.pass(1_000);
    world.open_chat(BOB, "Cleo of the choir");
    assert_eq!(world.texts(BOB).last().unwrap().0, "hello");
    assert_eq!(world.accepted_notifications(BOB), 2, "Ann, and Cleo");
}

#[test]
fn nothing_that_leads_to_either_is_told_before_both_have_said_yes() {
    for (bob, cleo) in [(false, false), (true, false), (false, true)] {
        let mut world = introducer();
        introduce(&mut world, None);
        for (device, yes) in [(BOB, bob), (CLEO, cleo)] {
            answer(&mut world, device, yes);
        }
        world.pass(10 * MINUTE);
        for (device, other) in [(BOB, CLEO), (CLEO, BOB)] {
            let profile = world.snapshot(other).profile.unwrap();
            let key = world.snapshot(ANN).contacts.into_iter();
            let name = if other == BOB { "Bob" } else { "Cleo" };
            let key = key.filter(|contact| contact.name == name);
            let key = key.map(|contact| contact.identity.unwrap()).next().unwrap();
            let secrets = [profile.transport_id, profile.discovery_uuid.0, key];
            for frame in world.heard(device) {
                for secret in &secrets {
                    assert!(!frame.contains(secret), "{frame}");
                }
            }
            assert!(!knows(&world, device, "Bob") && !knows(&world, device, "Cleo"));
        }
        for device in [BOB, CLEO] {
            assert_eq!(world.rendezvous_points(device), 0);
        }
    }
}

#[test]
fn a_no_is_told_to_nobody_and_after_a_week_there_was_no_answer() {
    let mut world = introducer();
    introduce(&mut world, None);
    answer(&mut world, BOB, true);
    let heard = world.heard(ANN).len();
    answer(&mut world, CLEO, false);
    assert_eq!(states(&world, CLEO), [IntroductionState::Declined]);
    let mut since = world.heard(ANN)[heard..].iter();
    assert!(since.all(|frame| !is_of_type(frame, "text")));
    assert_eq!(states(&world, BOB), [IntroductionState::Agreed]);
    let week = i64::try_from(8 * DAY).unwrap();
    for device in [ANN, BOB, CLEO] {
        world.set_clock_ahead(device, week);
    }
    world.pass(MINUTE);
    assert_eq!(states(&world, BOB), [IntroductionState::Expired]);
    assert_eq!(states(&world, CLEO), [IntroductionState::Declined]);
    for state in states(&world, ANN) {
        assert_eq!(state, IntroductionState::Expired);
    }
    answer(&mut world, BOB, true);
    assert_eq!(world.reply(BOB), &Err(Refusal::Gone));
}

#[test]
fn a_start_of_any_of_the_three_between_any_two_steps_loses_nothing() {
    for who in [ANN, BOB, CLEO] {
        for step in 0..3 {
            let mut world = introducer();
            let mut devices = [ANN, BOB, CLEO];
            let restart = |world: &mut World, devices: &mut [usize; 3], now| {
                if now == step {
                    devices[who] = world.restart(devices[who], HOME);
                    world.pass(MINUTE);
                }
            };
            introduce(&mut world, None);
            restart(&mut world, &mut devices, 0);
            answer(&mut world, devices[BOB], true);
            restart(&mut world, &mut devices, 1);
            answer(&mut world, devices[CLEO], true);
            restart(&mut world, &mut devices, 2);
            world.pass(20 * MINUTE);
            let [_, bob, cleo] = devices;
            assert!(knows(&world, bob, "Cleo"), "{who} {step}");
            assert!(knows(&world, cleo, "Bob"), "{who} {step}");
        }
    }
}

#[test]
fn somebody_introduced_is_not_met_before_that_is_stored_so_a_crash_forgets_nobody() {
    for crashes in [false, true] {
        let mut world = introducer();
        introduce(&mut world, None);
        answer(&mut world, BOB, true);
        // What the contact says is stored; whom it leads to is not.
        world.fail_write(BOB, 1);
        answer(&mut world, CLEO, true);
        world.pass(20_000);
        let stored = world.snapshot(BOB).contacts.into_iter();
        assert!(stored.map(|contact| contact.name).eq(["Ann".to_owned()]));
        assert!(!knows(&world, BOB, "Cleo") && !knows(&world, CLEO, "Bob"));
        let bob = if crashes {
            world.restart(BOB, HOME)
        } else {
            BOB
        };
        world.pass(20 * MINUTE);
        assert!(knows(&world, bob, "Cleo") && knows(&world, CLEO, "Bob"));
    }
}

#[test]
fn whoever_is_away_answers_later() {
    let mut world = introducer();
    world.kill(CLEO);
    introduce(&mut world, None);
    answer(&mut world, BOB, true);
    world.pass(10 * MINUTE);
    let cleo = world.start_from(AWAY, world.copy_disk(CLEO));
    world.pass(10 * MINUTE);
    world.kill(BOB);
    answer(&mut world, cleo, true);
    world.pass(10 * MINUTE);
    assert_eq!(states(&world, cleo), [IntroductionState::Looking]);
    assert!(!knows(&world, cleo, "Bob"), "not met");
    let bob = world.start_from(HOME, world.copy_disk(BOB));
    world.pass(20 * MINUTE);
    assert!(knows(&world, cleo, "Bob") && knows(&world, bob, "Cleo"));
}

#[test]
fn two_who_do_not_meet_within_a_week_are_strangers() {
    let mut world = introducer();
    introduce(&mut world, None);
    answer(&mut world, BOB, true);
    answer(&mut world, CLEO, true);
    world.kill(BOB);
    world.set_clock_ahead(CLEO, i64::try_from(8 * DAY).unwrap());
    world.pass(DAY + 10 * MINUTE);
    assert_eq!(states(&world, CLEO), [IntroductionState::Over]);
    assert!(!knows(&world, CLEO, "Bob"));
    assert_eq!(world.snapshot(CLEO).contacts.len(), 1);
    assert_eq!(world.rendezvous_points(CLEO), 0);
}

#[test]
fn an_introduction_is_void_once_the_introducer_is_blocked_or_removed() {
    for block in [true, false] {
        let mut world = introducer();
        introduce(&mut world, None);
        world.kill(CLEO);
        answer(&mut world, BOB, true);
        let cleo = world.start_from(AWAY, world.copy_disk(CLEO));
        world.pass(MINUTE);
        world.kill(BOB);
        answer(&mut world, cleo, true);
        world.pass(MINUTE);
        assert_eq!(states(&world, cleo), [IntroductionState::Looking]);
        if block {
            world.block(cleo, "Ann");
        } else {
            world.remove(cleo, "Ann");
        }
        let bob = world.start_from(HOME, world.copy_disk(BOB));
        world.pass(20 * MINUTE);
        assert!(!knows(&world, cleo, "Bob") && !knows(&world, bob, "Cleo"));
        assert!(world.snapshot(cleo).contacts.len() <= 1);
    }
}

#[test]
fn of_two_introducers_the_other_one_is_enough() {
    const DAN: usize = 3;
    for block in [true, false] {
        let mut world = introducer().joined(&["Dan"]);
        for device in [BOB, CLEO] {
            let code = world.invite(DAN);
            world.use_invite(device, &code);
            world.pass(1_000);
            world.accept(DAN);
            world.pass(1_000);
        }
        introduce(&mut world, None);
        let (contact, other) = (world.contact(DAN, "Bob"), world.contact(DAN, "Cleo"));
        let note = None;
        let again = Command::Introduce {
            contact,
            other,
            note,
        };
        world.command(DAN, again);
        world.pass(1_000);
        for introduction in introductions(&world, BOB) {
            answer_to(&mut world, BOB, introduction, true);
        }
        world.kill(BOB);
        for introduction in introductions(&world, CLEO) {
            answer_to(&mut world, CLEO, introduction, true);
        }
        world.pass(MINUTE);
        let looking = [IntroductionState::Looking, IntroductionState::Looking];
        assert_eq!(states(&world, CLEO), looking);
        if block {
            world.block(CLEO, "Ann");
        } else {
            world.remove(CLEO, "Ann");
        }
        let bob = world.start_from(HOME, world.copy_disk(BOB));
        world.pass(20 * MINUTE);
        assert!(knows(&world, CLEO, "Bob") && knows(&world, bob, "Cleo"));
        let page = world.preferences(CLEO, "Bob");
        assert_eq!(page.introduced_by.as_deref(), Some("Dan"));
    }
}

#[test]
fn who_was_blocked_by_the_introducer_in_between_is_introduced_to_nobody() {
    let mut world = introducer();
    introduce(&mut world, None);
    answer(&mut world, BOB, true);
    world.kill(CLEO);
    world.block(ANN, "Bob");
    let cleo = world.start_from(AWAY, world.copy_disk(CLEO));
    world.pass(MINUTE);
    answer(&mut world, cleo, true);
    world.pass(20 * MINUTE);
    assert_eq!(states(&world, cleo), [IntroductionState::Agreed]);
    assert!(!knows(&world, cleo, "Bob") && !knows(&world, BOB, "Cleo"));
    for state in states(&world, ANN) {
        assert_eq!(state, IntroductionState::Over);
    }
}

#[test]
fn nobody_is_introduced_twice_to_oneself_or_to_somebody_blocked() {
    let mut world = introducer();
    let (bob, cleo) = (world.contact(ANN, "Bob"), world.contact(ANN, "Cleo"));
    introduce_to(&mut world, bob.clone(), bob.clone(), None);
    assert_eq!(world.reply(ANN), &Err(Refusal::Introduced));
    introduce_to(&mut world, bob.clone(), cleo.clone(), None);
    assert!(world.reply(ANN).is_ok());
    introduce_to(&mut world, cleo.clone(), bob.clone(), None);
    assert_eq!(world.reply(ANN), &Err(Refusal::Introduced));
    let long = "x".repeat(281);
    introduce_to(&mut world, cleo.clone(), bob.clone(), Some(&long));
    assert_eq!(world.reply(ANN), &Err(Refusal::NoteTooLong));
    world.block(ANN, "Bob");
    introduce_to(&mut world, cleo, bob, None);
    assert_eq!(world.reply(ANN), &Err(Refusal::Gone));
    assert_eq!(introductions(&world, BOB).len(), 1);
}

#[test]
fn where_one_of_the_two_cannot_be_asked_neither_is() {
    for full in ["Bob", "Cleo"] {
        let mut world = introducer();
        world.kill(if full == "Bob" { BOB } else { CLEO });
        for _ in 0..2_000 {
            world.send(ANN, full, "x");
            if world.reply(ANN).is_err() {
                break;
            }
        }
        let written = world.snapshot(ANN);
        introduce(&mut world, None);
        assert_eq!(world.reply(ANN), &Err(Refusal::OutboxFull));
        assert_eq!(introductions(&world, ANN), []);
        assert_eq!(world.snapshot(ANN).threads, written.threads);
    }
}

#[test]
fn who_was_asked_alone_can_be_introduced_again() {
    for after in [0, 1] {
        let mut world = introducer();
        world.fail_write(ANN, after);
        introduce(&mut world, None);
        assert!(
            matches!(world.reply(ANN), Err(Refusal::Storage { .. })),
            "{after}: {:?}",
            world.reply(ANN)
        );
        world.pass(10 * MINUTE);
        introduce(&mut world, None);
        assert!(world.reply(ANN).is_ok(), "{:?}", world.reply(ANN));
        answer(&mut world, BOB, true);
        answer(&mut world, CLEO, true);
        world.pass(20 * MINUTE);
        assert!(knows(&world, BOB, "Cleo") && knows(&world, CLEO, "Bob"));
    }
    for cleared in ["Bob", "Cleo"] {
        let mut world = introducer();
        introduce(&mut world, None);
        world.clear(ANN, cleared, true);
        world.pass(MINUTE);
        introduce(&mut world, None);
        assert!(world.reply(ANN).is_ok());
    }
}

#[test]
fn those_who_are_contacts_already_stay_the_same_contacts() {
    let mut world = introducer();
    let code = world.invite(BOB);
    world.use_invite(CLEO, &code);
    world.pass(1_000);
    world.accept(BOB);
    world.pass(1_000);
    let before = world.contact(BOB, "Cleo");
    introduce(&mut world, None);
    answer(&mut world, BOB, true);
    answer(&mut world, CLEO, true);
    world.pass(20 * MINUTE);
    assert_eq!(world.contact(BOB, "Cleo"), before);
    assert_eq!(world.snapshot(BOB).contacts.len(), 2);
    assert_eq!(world.snapshot(CLEO).contacts.len(), 2);
    assert_eq!(world.preferences(BOB, "Cleo").introduced_by, None);
    world.send(BOB, "Cleo", "still");
    world.open_chat(CLEO, "Bob");
    assert_eq!(world.texts(CLEO).last().unwrap().0, "still");
}

#[test]
fn who_has_removed_the_other_finds_them_again_by_an_introduction() {
    let mut world = introducer();
    let code = world.invite(BOB);
    world.use_invite(CLEO, &code);
    world.pass(1_000);
    world.accept(BOB);
    world.pass(1_000);
    world.remove(CLEO, "Bob");
    world.pass(MINUTE);
    introduce(&mut world, None);
    answer(&mut world, BOB, true);
    answer(&mut world, CLEO, true);
    world.pass(20 * MINUTE);
    world.send(BOB, "Cleo", "again");
    world.pass(MINUTE);
    world.open_chat(CLEO, "Bob");
    assert_eq!(world.texts(CLEO).last().unwrap().0, "again");
}

/// Bob and Cleo are contacts, and their messages disappear.
fn introducer_of_two_with_a_rule() -> World {
    let mut world = introducer();
    let code = world.invite(BOB);
    world.use_invite(CLEO, &code);
    world.pass(1_000);
    world.accept(BOB);
    world.pass(1_000);
    world.say_rule(BOB, "Cleo", RuleStep::Propose(Lifetime::Day));
    world.pass(1_000);
    let proposal = world.person(CLEO, "Bob").staying.proposals[0].id.clone();
    world.say_rule(CLEO, "Bob", RuleStep::Agree(proposal));
    world.pass(1_000);
    world
}

#[test]
fn an_introduction_switches_off_nothing_that_two_contacts_have_agreed_on() {
    for removed in [false, true] {
        let mut world = introducer_of_two_with_a_rule();
        // They look for each other no more.
        world.pause(BOB, "Cleo");
        world.pause(CLEO, "Bob");
        let bob = world.restart(BOB, HOME);
        let cleo = world.restart(CLEO, AWAY);
        world.pass(10 * MINUTE);
        if removed {
            world.remove(cleo, "Bob");
        }
        introduce(&mut world, None);
        answer(&mut world, bob, true);
        answer(&mut world, cleo, true);
        world.pass(MINUTE);
        assert_eq!(world.preferences(bob, "Cleo").introduced_by, None);
        let met = |device, name| world.person(device, name).connected.is_some();
        assert!(met(bob, "Cleo") && met(cleo, "Bob"));
        let lifetime = |device, name| world.person(device, name).staying.lifetime;
        let agreed = Some(Lifetime::Day).filter(|_| !removed);
        assert_eq!(lifetime(bob, "Cleo"), agreed, "{removed}");
        assert_eq!(lifetime(cleo, "Bob"), agreed, "{removed}");
    }
}

#[test]
fn who_is_introduced_under_the_name_of_a_contact_is_said_not_to_be_that_one() {
    let mut world = introducer();
    world.rename(ANN, "Cleo", "\u{410}nn");
    let (bob, cleo) = (world.contact(ANN, "Bob"), world.contact(ANN, "\u{410}nn"));
    introduce_to(&mut world, bob, cleo, None);
    let resembles =
        |world: &World, device: usize| introductions(world, device)[0].resembles.clone();
    assert_eq!(resembles(&world, BOB).as_deref(), Some("Ann"));
    assert_eq!(resembles(&world, CLEO), None);
    answer(&mut world, BOB, true);
    answer(&mut world, CLEO, true);
    world.pass(MINUTE);
    assert_eq!(resembles(&world, BOB), None, "it is a contact now");
}

#[test]
fn somebody_blocked_is_not_met_by_an_introduction() {
    let mut world = introducer();
    let code = world.invite(BOB);
    world.use_invite(CLEO, &code);
    world.pass(1_000);
    world.accept(BOB);
    world.pass(1_000);
    world.block(CLEO, "Bob");
    introduce(&mut world, None);
    answer(&mut world, BOB, true);
    answer(&mut world, CLEO, true);
    world.pass(20 * MINUTE);
    assert_eq!(states(&world, CLEO), [IntroductionState::Over]);
    assert!(world.preferences(CLEO, "Bob").blocked);
    assert_eq!(world.rendezvous_points(CLEO), 0);
}

#[test]
fn a_thousand_introductions_by_one_contact_are_bounded() {
    let mut world = introducer();
    // Ann's program is another one: it introduces again and again.
    world.lies(ANN, |frame| {
        if is_of_type(&frame, "text") {
            frame.replace(
                "\"text\":\"x\"",
                "\"text\":\"x\",\"introduces\":{\"name\":\"Cleo\"}",
            )
        } else {
            frame
        }
    });
    for _ in 0..30 {
        world.send(ANN, "Bob", "x");
        world.pass(1_000);
    }
    assert_eq!(introductions(&world, BOB).len(), 10);
    world.open_chat(BOB, "Ann");
    assert_eq!(world.texts(BOB).len(), 30, "the rest are lines of text");
}
