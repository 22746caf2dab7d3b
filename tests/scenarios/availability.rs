//! How much of the network a person is on: away, there for contacts only, off.

use crate::world::{
    ANN, AWAY, BOB, CLEO, DAY, HOME, MINUTE, World, friends, is_of_type, special_friends,
};
use mesh_chat::config::Settings;
use mesh_chat::node::Input;
use mesh_chat::view::{
    AWAY_AFTER, Availability, Choice, MessageState, OffFor, Phase, Presence, Refusal,
};

const OFF: Choice = Choice::Off(OffFor::Ever);

fn holds(world: &World, device: usize) -> Availability {
    world.status(device).availability
}

/// Whether Bob's list says that Ann is away; `None` while she is not connected.
fn is_ann_away(world: &World) -> Option<bool> {
    Some(world.person(BOB, "Ann").connected?.away)
}

/// Bob and Ann are contacts, and Cleo is on the same network.
fn three() -> World {
    let mut world = friends().joined(&["Cleo"]);
    world.pass(5_000);
    world
}

#[test]
fn whoever_goes_off_closes_everything_in_the_same_moment_and_says_nothing_of_why() {
    let mut world = three();
    let before = world.heard(BOB).len();
    world.choose(ANN, OFF);
    assert_eq!(world.links(ANN), []);
    assert_eq!(world.held(ANN), Vec::<&str>::new());
    assert_eq!(world.status(ANN).phase, Phase::Off);
    assert_eq!(world.person(BOB, "Ann").presence, Presence::Offline);
    let said = &world.heard(BOB)[before..];
    let of_leaving = |frame: &String| is_of_type(frame, "bye") || is_of_type(frame, "update");
    assert!(said.iter().all(of_leaving), "{said:?}");
    world.pass(2 * MINUTE);
    assert!(!world.names(CLEO).contains(&"Ann"));
    assert_eq!(world.names(ANN), ["Bob"], "whoever is off sees nobody here");
}

#[test]
fn whoever_is_off_sends_nothing_also_after_a_start() {
    let mut world = three();
    world.choose(ANN, OFF);
    let ann = world.restart(ANN, HOME);
    // What may lead to something: a day passes, the device wakes, others look for it.
    world.input(ann, Input::Woke);
    world.retry(ann);
    world.pass(DAY);
    assert_eq!(
        (world.held(ann), world.links(ann)),
        (Vec::new(), Vec::new())
    );
    assert_eq!(holds(&world, ann), Availability::Off { until: None });
    world.choose(ann, Choice::On);
    world.pass(30_000);
    assert_eq!(world.person(BOB, "Ann").presence, Presence::OnNetwork);
    assert!(world.names(CLEO).contains(&"Ann"));
}

#[test]
fn off_ends_by_itself_after_an_hour_or_in_the_morning() {
    const NIGHT: u64 = 22 * 60 * MINUTE;
    for in_the_morning in [false, true] {
        let mut world = friends();
        let now = world.unix();
        let (length, until) = if in_the_morning {
            (OffFor::Until(now + NIGHT), NIGHT)
        } else {
            (OffFor::Hour, 60 * MINUTE)
        };
        world.choose(ANN, Choice::Off(length));
        let Availability::Off { until: Some(at) } = holds(&world, ANN) else {
            panic!("{:?}", holds(&world, ANN));
        };
        assert!(at.abs_diff(now + until) < 10 * MINUTE, "{length:?}");
        world.pass(at - now - 1_000);
        assert_eq!(world.status(ANN).phase, Phase::Off);
        world.pass(31_000);
        assert_eq!(holds(&world, ANN), Availability::Here);
        assert_eq!(world.person(BOB, "Ann").presence, Presence::OnNetwork);
    }
}

#[test]
fn what_was_written_while_one_is_off_arrives_afterwards_in_both_directions() {
    let mut world = friends();
    world.choose(ANN, OFF);
    world.send(ANN, "Bob", "from Ann");
    world.send(BOB, "Ann", "from Bob");
    world.pass(10 * MINUTE);
    assert_eq!(world.texts(ANN), [("from Ann", MessageState::Waiting)]);
    world.choose(ANN, Choice::On);
    world.pass(MINUTE);
    let texts = |device| {
        let mut texts: Vec<_> = world.texts(device).iter().map(|(text, _)| *text).collect();
        texts.sort_unstable();
        texts
    };
    assert_eq!(texts(ANN), ["from Ann", "from Bob"]);
    assert_eq!(texts(BOB), ["from Ann", "from Bob"]);
}

#[test]
fn what_needs_the_network_is_refused_while_off_and_the_rest_is_done() {
    let mut world = special_friends();
    let invite = world.invite(BOB);
    world.choose(ANN, OFF);
    world.ping(ANN, "Bob");
    assert_eq!(world.reply(ANN), &Err(Refusal::Off));
    world.use_invite(ANN, &invite);
    assert_eq!(world.reply(ANN), &Err(Refusal::Off));
    // These change ids and lists, which count from the moment at which she is on again.
    world.invite(ANN);
    world.take_name(ANN, "Anna");
    world.configure(
        ANN,
        Settings {
            cellular: true,
            ..Settings::default()
        },
    );
    world.configure(ANN, Settings::default());
    world.block(ANN, "Bob");
    assert_eq!(world.held(ANN), Vec::<&str>::new());
    world.unblock(ANN, "Bob");
    world.choose(ANN, Choice::On);
    world.pass(MINUTE);
    assert_eq!(world.person(BOB, "Ann").presence, Presence::OnNetwork);
    assert!(
        world.held(ANN).len() > 2,
        "the invite is open, too: {:?}",
        world.held(ANN)
    );
}

#[test]
fn a_choice_counts_although_the_disk_is_full_and_is_written_later() {
    let mut world = friends();
    world.fill_disk(ANN);
    world.choose(ANN, OFF);
    assert_eq!(world.held(ANN), Vec::<&str>::new());
    assert_eq!(world.snapshot(ANN).availability, None);
    world.free_disk(ANN);
    world.pass(31_000);
    let stored = world.snapshot(ANN).availability.map(|record| record.chosen);
    assert_eq!(stored, Some(Availability::Off { until: None }));
}

#[test]
fn for_contacts_only_nobody_else_sees_a_person_and_contacts_still_reach_them() {
    let mut world = three();
    assert!(world.names(CLEO).contains(&"Ann"));
    world.choose(ANN, Choice::ContactsOnly);
    world.pass(5_000);
    assert!(!world.names(CLEO).contains(&"Ann"));
    assert_eq!(world.status(ANN).phase, Phase::ContactsOnly);
    assert_eq!(world.names(ANN), ["Bob"]);
    assert!(world.person(BOB, "Ann").connected.is_some());
    let transport_id = world.transport_id(ANN);
    assert_eq!(
        world.held(ANN),
        [transport_id.as_str()],
        "no registry, no role in it"
    );
    // Also who comes back finds her, from elsewhere too.
    let bob = world.restart(BOB, AWAY);
    world.pass(MINUTE);
    world.send(bob, "Ann", "hello");
    world.pass(1_000);
    assert_eq!(world.texts(ANN), [("hello", MessageState::Received)]);
    world.choose(ANN, Choice::Here);
    world.pass(20_000);
    assert!(world.names(CLEO).contains(&"Ann"));
}

#[test]
fn the_router_that_goes_off_or_leaves_the_registries_is_replaced() {
    for choice in [OFF, Choice::ContactsOnly] {
        let mut world = World::of(&["Ann", "Bob", "Cleo"]);
        world.choose(ANN, choice);
        world.pass(10_000);
        assert!(
            world.names(BOB).contains(&"Cleo") && world.names(CLEO).contains(&"Bob"),
            "{choice:?}"
        );
        assert!(!world.names(BOB).contains(&"Ann"), "{choice:?}");
    }
}

#[test]
fn special_contacts_meet_also_where_one_is_there_for_contacts_only() {
    let mut world = special_friends();
    world.choose(ANN, Choice::ContactsOnly);
    let ann = world.restart(ANN, AWAY);
    world.pass(MINUTE);
    assert_eq!(
        holds(&world, ann),
        Availability::ContactsOnly,
        "it outlasts a start"
    );
    assert_eq!(world.person(BOB, "Ann").presence, Presence::Online);
}

#[test]
fn contacts_see_that_a_person_is_away_as_long_as_there_is_no_input() {
    let mut world = friends();
    assert_eq!(is_ann_away(&world), Some(false));
    world.input(ANN, Input::Idle(true));
    assert_eq!(
        (is_ann_away(&world), holds(&world, ANN)),
        (Some(true), Availability::Away)
    );
    // Also who connects only now.
    let bob = world.restart(BOB, HOME);
    world.pass(MINUTE);
    assert_eq!(
        world.person(bob, "Ann").connected.map(|way| way.away),
        Some(true)
    );
    world.input(ANN, Input::Idle(false));
    assert_eq!(
        world.person(bob, "Ann").connected.map(|way| way.away),
        Some(false)
    );
    assert_eq!(AWAY_AFTER.as_secs(), 600);
}

#[test]
fn away_can_be_chosen_and_that_it_comes_by_itself_can_be_switched_off() {
    let mut world = friends();
    world.choose(ANN, Choice::Away);
    assert_eq!(is_ann_away(&world), Some(true));
    world.choose(ANN, Choice::Here);
    assert_eq!(is_ann_away(&world), Some(false));
    world.configure(
        ANN,
        Settings {
            away: false,
            ..Settings::default()
        },
    );
    world.input(ANN, Input::Idle(true));
    assert_eq!(
        (is_ann_away(&world), holds(&world, ANN)),
        (Some(false), Availability::Here)
    );
    world.configure(ANN, Settings::default());
    assert_eq!(is_ann_away(&world), Some(true), "a setting counts at once");
}

#[test]
fn strangers_do_not_learn_who_is_away() {
    let mut world = three();
    let before = world.heard(CLEO).len();
    world.input(ANN, Input::Idle(true));
    world.pass(2 * MINUTE);
    assert!(
        world.heard(CLEO)[before..]
            .iter()
            .all(|frame| !frame.contains("away"))
    );
}
