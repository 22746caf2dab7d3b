//! Holding ids: scripted time against one or two servers.

use super::world::World;
use super::{lost, registered, server, taken, up};
use crate::endpoint::Input;
use crate::event::Event;
use crate::limits::{
    DIAL_WITHIN, ECHO_EVERY, ECHO_WAIT, PROBE_WAIT, REGISTRATION_BURST, RETURN_AFTER, TOKENS_MAX,
};
use std::time::Duration;

fn world() -> (World, usize) {
    let mut world = World::new(&["s"]);
    let who = world.join(&[server("s")], Vec::new());
    (world, who)
}

#[test]
fn an_id_is_registered_and_the_server_reported_up_once() {
    let (mut world, a) = world();
    world.register(a, "a");
    assert_eq!(world.take_events(a), [up("s"), registered("a")]);
    world.register(a, "b");
    assert_eq!(world.take_events(a), [registered("b")]);
    // Registering what is held changes nothing.
    world.register(a, "b");
    world.seconds(600);
    assert_eq!(world.take_events(a), []);
    assert_eq!(world.opened.len(), 2);
}

#[test]
fn nothing_is_sent_before_an_id_is_wanted() {
    let (mut world, _) = world();
    world.seconds(600);
    assert!(world.opened.is_empty());
}

#[test]
fn an_id_with_another_token_is_taken_and_given_up() {
    let (mut world, a) = world();
    let b = world.join(&[server("s")], Vec::new());
    world.register(a, "x");
    world.register(b, "x");
    assert_eq!(world.take_events(b), [up("s"), taken("x")]);
    world.seconds(120);
    assert_eq!(world.take_events(b), []);
    assert_eq!(world.opened.len(), 2);
    // Free again, and asked for again.
    world.input(a, Input::Release("x".into()));
    world.register(b, "x");
    assert_eq!(world.take_events(b), [registered("x")]);
}

#[test]
fn the_next_page_takes_its_id_back_without_an_open() {
    let (mut world, a) = world();
    world.register(a, "x");
    // The page is gone, its socket still stands at the server.
    world.cut(a);
    let next = world.join(&[server("s")], world.tokens(a));
    world.register(next, "x");
    assert_eq!(world.take_events(next), [up("s"), registered("x")]);
}

#[test]
fn a_dead_socket_is_noticed_by_its_echo_and_replaced_at_once() {
    let (mut world, a) = world();
    world.register(a, "x");
    world.take_events(a);
    world.seconds(60);
    assert_eq!(world.take_events(a), []);
    world.cut(a);
    world.pass(ECHO_EVERY + ECHO_WAIT);
    assert_eq!(world.take_events(a), [lost("x"), registered("x")]);
    assert_eq!(world.opened.len(), 2);
}

#[test]
fn a_probe_notices_a_dead_socket_within_its_shorter_time() {
    let (mut world, a) = world();
    world.register(a, "x");
    world.take_events(a);
    world.input(a, Input::Probe);
    world.pass(PROBE_WAIT * 2);
    assert_eq!(world.take_events(a), []);
    world.cut(a);
    world.input(a, Input::Probe);
    world.pass(PROBE_WAIT);
    assert_eq!(world.take_events(a), [lost("x"), registered("x")]);
}

#[test]
fn whoever_took_the_place_of_a_socket_is_not_disturbed_by_its_echo() {
    let (mut world, a) = world();
    world.register(a, "x");
    let next = world.join(&[server("s")], world.tokens(a));
    world.register(next, "x");
    world.take_events(next);
    // The old page's echoes go to the new socket: proof for neither of the wrong one.
    world.input(a, Input::Probe);
    world.seconds(1);
    assert_eq!(world.take_events(next), []);
}

#[test]
fn a_knock_reaches_the_other_id_and_nothing_else_comes_of_it() {
    let (mut world, a) = world();
    let b = world.join(&[server("s")], Vec::new());
    world.register(a, "x");
    world.register(b, "y");
    world.take_events(a);
    world.take_events(b);
    let (from, to) = ("x".to_owned(), "y".to_owned());
    world.input(a, Input::Knock { from, to });
    let (local, remote) = ("y".to_owned(), "x".to_owned());
    assert_eq!(world.take_events(b), [Event::Knocked { local, remote }]);
    assert_eq!(world.take_events(a), []);
}

#[test]
fn a_server_that_lost_all_ids_gets_them_again() {
    let (mut world, a) = world();
    world.register(a, "x");
    world.register(a, "y");
    world.take_events(a);
    world.servers.get_mut("s").unwrap().crash();
    world.seconds(3);
    let mut events = world.take_events(a);
    events.sort_by_key(|event| format!("{event:?}"));
    assert_eq!(
        events,
        [lost("x"), lost("y"), registered("x"), registered("y")]
    );
}

#[test]
fn a_server_that_is_down_is_called_by_one_id_for_all_ever_more_rarely() {
    let (mut world, a) = world();
    world.servers.get_mut("s").unwrap().down = true;
    for id in ["x", "y", "z"] {
        world.register(a, id);
    }
    world.seconds(600);
    let down = |event: &Event| {
        matches!(
            event,
            Event::Server {
                up: false,
                retry_in: Some(_),
                ..
            }
        )
    };
    let events = world.take_events(a);
    assert!(
        events.iter().all(down) && events.len() > 8,
        "{}",
        events.len()
    );
    // One failure for each event: nobody but the one that tries calls.
    assert!(world.opened.len() <= events.len() + 2);
    assert!(world.opened.len() < 60, "{}", world.opened.len());
    world.servers.get_mut("s").unwrap().down = false;
    world.input(a, Input::Probe);
    world.seconds(3);
    let events = world.take_events(a);
    assert_eq!(events.first(), Some(&up("s")));
    assert_eq!(events.len(), 4);
}

#[test]
fn registrations_are_paced_over_all_ids() {
    let (mut world, a) = world();
    for number in 0..10 {
        world.register(a, &format!("x{number}"));
    }
    assert_eq!(world.opened.len(), REGISTRATION_BURST as usize);
    world.pass(Duration::from_millis(1_500));
    assert_eq!(world.opened.len(), 7);
    world.pass(Duration::from_millis(4_500));
    assert_eq!(world.opened.len(), 10);
    let held = |event: &&Event| matches!(event, Event::Registered(_));
    assert_eq!(world.take_events(a).iter().filter(held).count(), 10);
}

#[test]
fn a_refusal_is_told_with_its_reason_and_tried_again() {
    let (mut world, a) = world();
    world.servers.get_mut("s").unwrap().refuses = Some("Invalid key provided".into());
    world.register(a, "x");
    let refused = |event: &Event| {
        matches!(event, Event::Server { up: false, refused: Some(reason), .. }
            if reason == "Invalid key provided")
    };
    let events = world.take_events(a);
    assert!(
        events.len() == 1 && events.iter().all(refused),
        "{events:?}"
    );
    world.servers.get_mut("s").unwrap().refuses = None;
    world.seconds(5);
    assert!(world.take_events(a).ends_with(&[up("s"), registered("x")]));
}

#[test]
fn a_refused_id_that_is_given_up_leaves_the_server_as_the_others_know_it() {
    let (mut world, a) = world();
    world.register(a, "x");
    world.servers.get_mut("s").unwrap().refuses = Some("full".into());
    world.register(a, "y");
    world.seconds(5);
    world.take_events(a);
    world.input(a, Input::Release("y".into()));
    assert_eq!(world.take_events(a), [up("s")]);
}

#[test]
fn who_gives_up_an_id_that_a_later_server_refused_still_goes_back_to_the_first() {
    let mut world = World::new(&["s1", "s2"]);
    let a = world.join(&[server("s1"), server("s2")], Vec::new());
    world.servers.get_mut("s1").unwrap().down = true;
    world.register(a, "x");
    world.seconds(10);
    world.servers.get_mut("s2").unwrap().refuses = Some("full".into());
    world.register(a, "y");
    world.seconds(5);
    world.input(a, Input::Release("y".into()));
    world.take_events(a);
    world.servers.get_mut("s1").unwrap().down = false;
    world.pass(RETURN_AFTER * 2);
    assert_eq!(world.take_events(a), [lost("x"), up("s1"), registered("x")]);
}

#[test]
fn the_next_server_is_used_for_all_ids_and_left_when_the_first_is_back() {
    let mut world = World::new(&["s1", "s2"]);
    let a = world.join(&[server("s1"), server("s2")], Vec::new());
    world.servers.get_mut("s1").unwrap().down = true;
    world.register(a, "x");
    world.register(a, "y");
    world.seconds(10);
    let events = world.take_events(a);
    let position = |event: &Event| events.iter().position(|known| known == event);
    assert!(
        position(&up("s2")).is_some() && position(&registered("y")).is_some(),
        "{events:?}"
    );
    assert!(position(&registered("x")).is_some());
    // Still down: stays.
    world.pass(RETURN_AFTER * 2);
    assert_eq!(world.take_events(a), []);
    world.servers.get_mut("s1").unwrap().down = false;
    world.pass(RETURN_AFTER * 2);
    let events = world.take_events(a);
    assert_eq!(
        events,
        [
            lost("x"),
            lost("y"),
            up("s1"),
            registered("x"),
            registered("y")
        ],
        "{events:?}"
    );
    // And stays there.
    world.pass(RETURN_AFTER * 4);
    assert_eq!(world.take_events(a), []);
}

#[test]
fn one_failure_is_no_reason_to_change_the_server() {
    let mut world = World::new(&["s1", "s2"]);
    let a = world.join(&[server("s1"), server("s2")], Vec::new());
    world.servers.get_mut("s1").unwrap().down = true;
    world.register(a, "x");
    world.servers.get_mut("s1").unwrap().down = false;
    world.seconds(5);
    assert!(world.opened.iter().all(|(_, host)| host == "s1"));
    assert!(world.take_events(a).ends_with(&[up("s1"), registered("x")]));
}

#[test]
fn released_ids_are_free_and_silent() {
    let (mut world, a) = world();
    let b = world.join(&[server("s")], Vec::new());
    world.register(a, "x");
    world.input(a, Input::Release("x".into()));
    world.register(b, "x");
    assert_eq!(world.take_events(b), [up("s"), registered("x")]);
    world.take_events(a);
    world.seconds(600);
    assert_eq!(world.take_events(a), []);
}

#[test]
fn tokens_are_strong_different_and_bounded() {
    let (mut world, a) = world();
    world.register(a, "held");
    for number in 0..400 {
        world.register(a, &format!("x{number}"));
        world.pass(DIAL_WITHIN);
        world.input(a, Input::Release(format!("x{number}")));
    }
    let tokens = world.tokens(a);
    assert_eq!(tokens.len(), TOKENS_MAX);
    let has = |id: &str| tokens.iter().any(|(known, _)| known == id);
    assert!(has("held") && has("x399"));
    assert!(tokens.iter().all(|(_, token)| token.len() == 32));
    let different: std::collections::BTreeSet<_> = tokens.iter().map(|(_, token)| token).collect();
    assert_eq!(different.len(), tokens.len());
}

#[test]
fn ids_that_peerjs_does_not_know_are_not_sent() {
    let (mut world, a) = world();
    for id in ["", "a.b", "a&token=x", "-"] {
        world.register(a, id);
    }
    world.seconds(60);
    assert!(world.opened.is_empty());
}

#[test]
fn a_thousand_clients_whose_server_returns_do_not_stampede() {
    const CLIENTS: usize = 1_000;
    let mut world = World::new(&["s"]);
    world.servers.get_mut("s").unwrap().down = true;
    for client in 0..CLIENTS {
        let who = world.join(&[server("s")], Vec::new());
        world.register(who, &format!("x{client}"));
    }
    world.seconds(600);
    world.servers.get_mut("s").unwrap().down = false;
    let (back, before) = (world.now, world.opened.len());
    world.seconds(65);
    let held = (0..CLIENTS).filter(|who| {
        let name = format!("x{who}");
        world.events[*who].contains(&registered(&name))
    });
    assert_eq!(
        held.count(),
        CLIENTS,
        "all are back within the longest wait"
    );
    let mut each_second = [0_usize; 66];
    for (when, _) in &world.opened[before..] {
        let second = usize::try_from(when.saturating_sub(back).as_secs()).unwrap();
        each_second[second] += 1;
    }
    // An even spread over a minute is 17 a second.
    let most = each_second.into_iter().max();
    assert!(most.is_some_and(|most| most <= 60), "{each_second:?}");
}

#[test]
fn whoever_was_without_a_network_comes_back_to_the_first_server() {
    for away in (100..130).step_by(3) {
        let mut world = World::new(&["s1", "s2"]);
        let who = world.join(&[server("s1"), server("s2")], Vec::new());
        world.register(who, "a");
        world.seconds(10);
        let down = |world: &mut World, down: bool| {
            let servers = world.servers.values_mut();
            servers.for_each(|server| server.down = down);
        };
        down(&mut world, true);
        world.cut(who);
        world.seconds(away);
        world.take_events(who);
        down(&mut world, false);
        world.seconds(70);
        assert!(world.take_events(who).contains(&up("s1")), "after {away} s");
    }
}

#[test]
fn whoever_was_caught_at_a_later_server_looks_at_the_first_again_soon() {
    let mut world = World::new(&["s1", "s2"]);
    let who = world.join(&[server("s1"), server("s2")], Vec::new());
    world.servers.get_mut("s1").unwrap().down = true;
    world.register(who, "a");
    world.seconds(5);
    assert!(world.take_events(who).contains(&up("s2")));
    world.servers.get_mut("s1").unwrap().down = false;
    world.seconds(20);
    assert!(world.take_events(who).contains(&up("s1")));
}
