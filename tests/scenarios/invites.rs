//! Invites: codes and links by which people on different networks become contacts.

use crate::world::{ANN, AWAY, BOB, CLEO, DAY, World};
use mesh_chat::config::Config;
use mesh_chat::view::{Alert, Answer, Command, Hidden, Ping, Presence, Refusal};

/// Makes a world with Ann, Bob and Cleo on three networks, without contacts.
fn strangers() -> World {
    strangers_in(World::new())
}

fn strangers_in(world: World) -> World {
    world
        .address(BOB, AWAY)
        .address(CLEO, "192.0.2.44")
        .joined(&["Ann", "Bob", "Cleo"])
}

#[test]
fn an_invite_code_connects_two_networks_and_works_once() {
    let mut world = strangers();
    let code = world.invite(ANN);
    world.use_invite(BOB, &code);
    assert_eq!(world.reply(BOB), &Ok(Answer::Done));
    assert!(world.requests(ANN)[0].invited);
    // Cleo, who was given the same code, comes too late.
    world.use_invite(CLEO, &code);
    world.pass(1_000);
    assert_eq!(world.requests(ANN).len(), 1);
    world.accept(ANN);
    world.pass(1_000);
    assert_eq!(world.person(ANN, "Bob").presence, Presence::Online);
    world.send(BOB, "Ann", "thanks");
    assert_eq!(world.texts(ANN)[0].0, "thanks");
    world.use_invite(CLEO, &code);
    world.pass(1_000);
    // A used invite shows nothing any more, so nobody is there for it.
    assert_eq!(world.reply(CLEO), &Err(Refusal::InviteUnreachable));
}

#[test]
fn an_invite_is_a_link_where_a_page_is_configured_and_works_as_the_code_does() {
    let packed = Config {
        page: Some("https://chat.example.org/".to_owned()),
        ..Config::default()
    };
    let mut world = strangers_in(World::new().packed_with(packed));
    let link = world.invite(ANN);
    let code = link.0.strip_prefix("https://chat.example.org/#i=").unwrap();
    let other_page = Hidden(format!("https://elsewhere.example/#i={code}"));
    world.use_invite(BOB, &other_page);
    assert_eq!(world.reply(BOB), &Ok(Answer::Done));
    assert!(world.requests(ANN)[0].invited);
    world.use_invite(CLEO, &Hidden(link.0.replace("#i=", "#j=")));
    assert_eq!(world.reply(CLEO), &Err(Refusal::InviteMalformed));
}

#[test]
fn whoever_was_removed_or_blocked_is_told_nothing_until_accepted_again() {
    let mut world = strangers();
    invite_and_accept(&mut world);
    world.remove(ANN, "Bob");
    let heard = world.events(BOB).len();
    assert_eq!(ping_ann(&mut world), Some(Ping::Unreachable));
    assert!(world.links(BOB).is_empty(), "nothing opened");
    invite_and_accept(&mut world);
    assert_eq!(ping_ann(&mut world), Some(Ping::Online));
    world.block(ANN, "Bob");
    assert_eq!(ping_ann(&mut world), Some(Ping::Unreachable));
    assert!(world.links(BOB).is_empty() && world.events(BOB).len() > heard);
}

/// Lets Ann invite Bob and accept him.
fn invite_and_accept(world: &mut World) {
    let code = world.invite(ANN);
    world.use_invite(BOB, &code);
    world.accept(ANN);
    world.pass(1_000);
}

/// Lets Bob ping Ann. Returns what he learns.
fn ping_ann(world: &mut World) -> Option<Ping> {
    world.ping(BOB, "Ann");
    world.pass(30_000);
    world.person(BOB, "Ann").ping
}

#[test]
fn an_invite_answered_after_the_connection_broke_is_completed_by_dialling_back() {
    let mut world = strangers();
    let code = world.invite(ANN);
    world.use_invite(BOB, &code);
    world.close_all(BOB);
    world.pass(10_000);
    world.accept(ANN);
    world.pass(5_000);
    assert_eq!(world.person(BOB, "Ann").name, "Ann");
    world.contact(ANN, "Bob");
}

#[test]
fn an_invite_code_that_cannot_be_used_is_refused_with_the_reason() {
    let mut world = strangers();
    let code = world.invite(ANN);
    world.use_invite(ANN, &code);
    assert_eq!(world.reply(ANN), &Err(Refusal::InviteOwn));
    world.use_invite(BOB, &Hidden("https://example.org/x".to_owned()));
    assert_eq!(world.reply(BOB), &Err(Refusal::InviteMalformed));
    world.kill(ANN);
    world.use_invite(BOB, &code);
    assert_eq!(world.reply(BOB), &Err(Refusal::InviteUnreachable));
    world.pass(8 * DAY);
    world.use_invite(BOB, &code);
    assert_eq!(world.reply(BOB), &Err(Refusal::InviteExpired));
    for _ in 0..11 {
        world.command(CLEO, Command::Invite);
    }
    assert_eq!(world.reply(CLEO), &Err(Refusal::InvitesFull));
}

#[test]
fn rejecting_an_invited_person_uses_up_the_invite() {
    let mut world = strangers();
    let code = world.invite(ANN);
    world.use_invite(BOB, &code);
    world.reject(ANN);
    world.pass(1_000);
    assert!(world.alerts(BOB).contains(&&Alert::InviteNotAccepted));
    world.pass(1_000);
    world.use_invite(BOB, &code);
    assert_eq!(world.reply(BOB), &Err(Refusal::InviteUnreachable));
}

#[test]
fn of_two_who_use_an_invite_while_the_disk_is_slow_one_asks() {
    let mut world = strangers();
    let code = world.invite(ANN);
    world.while_writing(ANN, |world| {
        world.use_invite(BOB, &code);
        world.use_invite(CLEO, &code);
    });
    world.pass(1_000);
    assert_eq!(world.requests(ANN).len(), 1);
}

#[test]
fn whoever_is_in_a_handshake_while_the_invite_is_answered_or_cancelled_comes_too_late() {
    for cancels in [false, true] {
        let mut world = strangers();
        let code = world.invite(ANN);
        if !cancels {
            world.use_invite(BOB, &code);
        }
        world.while_holding("request", |world| {
            world.use_invite(CLEO, &code);
            if cancels {
                let invite = world.snapshot(ANN).invites[0].id.clone();
                world.command(ANN, Command::CancelInvite { invite });
            } else {
                world.press_accept(ANN);
            }
        });
        world.pass(1_000);
        assert!(world.requests(ANN).is_empty(), "cancels: {cancels}");
    }
}
