//! Meeting those who share a secret: contacts, and whoever has an invite.

use super::*;
use crate::fact::Shown;
use crate::misbehaviour::Fault;
use crate::test_context::id;
use crate::test_context::key;
use crate::values::InviteId;
use crate::view::Asked;

const SECRET: crate::crypto::Key = [7; 32];
const SERVER: &str = "server";

/// One who knows the secret, and expects this key of the contact.
fn knowing(expected: Option<u8>) -> Shelf {
    Shelf {
        showing: Some(Showing::Required(SECRET)),
        callers: vec![(Caller::Contact(bobs_id()), SECRET)],
        identity: Some(expected.map(key)),
        ..Shelf::default()
    }
}

fn expecting(shown: Shown) -> Shelf {
    Shelf {
        callers: vec![(Caller::Stranger(shown), SECRET)],
        ..Shelf::default()
    }
}

fn showing_secret() -> Shelf {
    Shelf {
        showing: Some(Showing::Required(SECRET)),
        ..Shelf::default()
    }
}

/// Ann meets Bob, and nobody has answered a proof yet.
fn meeting(anns: Shelf, bobs: Shelf) -> (Side, Side, Option<Broken>) {
    let (mut ann, mut bob) = (Side::dialling(meet(), anns), Side::arriving(bobs));
    ann.open();
    bob.open();
    let broken = talk(&mut ann, &mut bob);
    (ann, bob, broken)
}

/// Bob answers Ann's proof with his own.
fn answered(mut ann: Side, mut bob: Side) -> (Side, Option<Broken>) {
    let (me, key) = (&bob.me, key(ANNS));
    bob.handshakes.answer_proof(&mut bob.ctx, me, ACCEPTED, key);
    assert!(bob.is_over(), "it belongs to the session from now on");
    let broken = talk(&mut ann, &mut bob);
    (ann, broken)
}

#[test]
fn two_contacts_prove_their_keys_to_each_other() {
    let (ann, mut bob, broken) = meeting(knowing(Some(BOBS)), knowing(Some(ANNS)));
    assert!(broken.is_none());
    let [Fact::Proven(ACCEPTED, id, proven)] = &bob.facts()[..] else {
        panic!("Bob has no proof");
    };
    assert_eq!((id, *proven), (&bobs_id(), key(ANNS)));
    let (mut ann, broken) = answered(ann, bob);
    assert!(broken.is_none());
    let [Fact::Proven(DIALLED, _, proven)] = ann.facts()[..] else {
        panic!("Ann has no proof");
    };
    assert_eq!(proven, key(BOBS));
    let me = &ann.me;
    let path = ann
        .handshakes
        .answer_proof(&mut ann.ctx, me, DIALLED, proven);
    assert_eq!(path, (Path::Local, true));
    assert_eq!(ann.says(), [""; 0], "the proof was first on this side");
}

#[test]
fn the_missing_end_of_an_acceptance_is_a_proof_of_a_key_that_was_not_known() {
    let (_, mut bob, broken) = meeting(knowing(Some(BOBS)), knowing(None));
    assert!(broken.is_none());
    let [Fact::Proven(ACCEPTED, _, proven)] = bob.facts()[..] else {
        panic!("Bob has no proof");
    };
    assert_eq!(proven, key(ANNS));
}

/// Somebody with the secret answers Ann whatever she has proven.
fn answered_regardless(mut ann: Side) -> (Side, Option<Broken>) {
    let mut bob = Side::arriving(knowing(Some(ANNS)));
    ann.open();
    bob.open();
    assert!(bob.hears(&ann.says()[0]).is_none());
    assert!(ann.hears(&bob.says()[0]).is_none());
    ann.says();
    answered(ann, bob)
}

/// Hands what was broken back, and returns the one fact about the contact.
fn not_the_contact(mut side: Side, broken: Option<Broken>) -> (Side, String, Fault) {
    side.handshakes.broken(&mut side.ctx, broken.unwrap());
    let Some(Fact::NotTheContact { remote, fault, .. }) = side.facts().pop() else {
        panic!("nobody is told");
    };
    (side, remote, fault)
}

#[test]
fn another_key_after_a_complete_exchange_shows_somebody_else() {
    let (ann, broken) = answered_regardless(Side::dialling(meet(), knowing(Some(9))));
    let (mut ann, remote, fault) = not_the_contact(ann, broken);
    assert_eq!((remote.as_str(), fault), (BOB, Fault::SomebodyElse));
    let Side {
        handshakes, ctx, ..
    } = &mut ann;
    let (bob, cleo) = (id("Bob"), id("Cleo"));
    handshakes.blame(ctx, SERVER, DIALLED, (&bob, &remote), fault);
    let now = ctx.now.mono;
    let until =
        |handshakes: &Handshakes, contact| handshakes.blacklisted_until(SERVER, BOB, contact, now);
    assert!(until(handshakes, &bob).is_some());
    assert_eq!(until(handshakes, &cleo), None, "it is Bob who is not there");
    handshakes.pardon(BOB, &bob);
    assert_eq!(until(handshakes, &bob), None);
}

#[test]
fn whoever_answers_without_the_secret_is_somebody_else_and_gets_no_proof() {
    let (mut ann, bob, broken) = meeting(knowing(Some(BOBS)), Shelf::default());
    assert_eq!(ann.says(), [""; 0]);
    let (_, remote, fault) = not_the_contact(ann, broken);
    assert_eq!((remote.as_str(), fault), (BOB, Fault::SomebodyElse));
    drop(bob);
}

#[test]
fn a_proof_that_does_not_verify_shows_nobody_and_blacklists_nothing() {
    // Ann has lost what she knew of Bob and signs without his key, which he expects in it.
    let (_, bob, broken) = meeting(knowing(None), knowing(Some(ANNS)));
    assert!(broken.is_some());
    let (mut bob, remote, fault) = not_the_contact(bob, broken);
    assert_eq!(fault, Fault::Proof("signature"));
    for (link, fault) in [(DIALLED, fault), (ACCEPTED, Fault::SomebodyElse)] {
        let ann = id("Ann");
        let whom = (&ann, remote.as_str());
        bob.handshakes.blame(&bob.ctx, SERVER, link, whom, fault);
        let until = |now| bob.handshakes.blacklisted_until(SERVER, ANN, &ann, now);
        assert_eq!(until(bob.ctx.now.mono), None);
    }
}

#[test]
fn ones_own_key_is_no_proof_of_somebody_else() {
    let mut ann = Side::dialling(meet(), knowing(Some(BOBS)));
    let mut bob = Side::arriving(knowing(None));
    ann.me = me("Bob", BOBS);
    ann.open();
    bob.open();
    let broken = talk(&mut ann, &mut bob);
    let (_, _, fault) = not_the_contact(bob, broken);
    assert_eq!(fault, Fault::Proof("it is one's own key"));
}

#[test]
fn a_contact_that_was_removed_meanwhile_is_not_met() {
    let mut ann = Side::dialling(meet(), knowing(Some(BOBS)));
    ann.shelf.identity = None;
    let (_, broken) = answered_regardless(ann);
    assert_eq!(broken.map(|b| b.fault), Some(Fault::SomebodyElse));
}

#[test]
fn whoever_hints_at_a_contact_cannot_ask_as_a_stranger() {
    let mut ann = Side::dialling(ask(), showing_secret());
    let mut bob = Side::arriving(knowing(Some(ANNS)));
    ann.open();
    bob.open();
    let broken = talk(&mut ann, &mut bob);
    let (mut bob, _, fault) = not_the_contact(bob, broken);
    assert_eq!(fault, Fault::Malformed("a message out of order"));
    assert!(bob.facts().is_empty(), "nobody is asked");
}

#[test]
fn a_note_goes_with_the_request_and_arrives_as_it_is_shown() {
    for (note, shown) in [
        (Some("hello"), Some("hello")),
        (Some("a\u{202E}b"), Some("ab")),
        (None, None),
    ] {
        let anns = Shelf {
            note: note.map(str::to_owned),
            ..Shelf::default()
        };
        let (_, mut bob) = talked(ask(), anns, Shelf::default());
        assert_eq!(requested(&mut bob.facts()).note.as_deref(), shown);
    }
}

#[test]
fn a_request_with_the_secret_of_an_invite_names_the_invite() {
    let invite = InviteId("i".to_owned());
    for (expected, named) in [
        (Shown::Invite(invite.clone()), Some(invite)),
        (Shown::CallBack(Stranger::at(ANN)), None),
    ] {
        let bobs = expecting(expected.clone());
        let (_, mut bob) = talked(ask(), showing_secret(), bobs);
        let Some(Fact::Requested(ACCEPTED, request, shown)) = bob.facts().pop() else {
            panic!("no request");
        };
        assert_eq!(shown, Some(expected));
        assert_eq!(request.invite, named);
    }
}

#[test]
fn no_name_is_sent_to_whoever_does_not_know_the_invite() {
    let mut ann = Side::dialling(ask(), showing_secret());
    let mut bob = Side::arriving(Shelf::default());
    ann.open();
    bob.open();
    let broken = talk(&mut ann, &mut bob).unwrap();
    assert_eq!(broken.fault, Fault::SomebodyElse);
    ann.handshakes.broken(&mut ann.ctx, broken);
    assert_eq!(ann.says(), [""; 0]);
    assert!(matches!(
        ann.facts().pop(),
        Some(Fact::Asked(_, Asked::Failed))
    ));
}

#[test]
fn a_contact_that_is_not_wanted_any_more_is_hung_up_on() {
    let mut ann = Side::dialling(meet(), knowing(Some(BOBS)));
    assert!(ann.handshakes.is_meeting(&bobs_id()));
    ann.handshakes.stop_meeting(&mut ann.ctx, &bobs_id());
    assert!(ann.is_over() && ann.facts().is_empty());
    assert_eq!(ann.does(), [Output::Close(DIALLED)]);
}

#[test]
fn a_dial_to_a_contact_who_was_met_otherwise_is_hung_up_before_it_is_open_and_goes_on_after() {
    let mut ann = Side::dialling(meet(), knowing(Some(BOBS)));
    ann.handshakes.stop_dialling(&mut ann.ctx, &bobs_id());
    assert_eq!(ann.does(), [Output::Close(DIALLED)]);
    assert!(matches!(
        ann.facts()[..],
        [
            Fact::LinkEnded(DIALLED),
            Fact::NotMet {
                answered: false,
                ..
            }
        ]
    ));
    let mut ann = Side::dialling(meet(), knowing(Some(BOBS)));
    ann.open();
    ann.says();
    ann.handshakes.stop_dialling(&mut ann.ctx, &bobs_id());
    assert!(ann.does().is_empty() && !ann.is_over());
}

#[test]
fn the_end_of_a_dial_is_told_to_whom_it_was_for() {
    for (closed, asked) in [
        (Closed::Gone, Asked::Unreachable),
        (Closed::Unreachable, Asked::Unreachable),
        (Closed::NoPath, Asked::NoPath),
        (Closed::Refused, Asked::Failed),
    ] {
        let mut ann = Side::dialling(ask(), Shelf::default());
        ann.handshakes.closed(&mut ann.ctx, DIALLED, closed);
        let Some(Fact::Asked(_, told)) = ann.facts().pop() else {
            panic!("nobody is told");
        };
        assert_eq!(told, asked);
    }
    for (closed, was_answered) in [(Closed::Unreachable, false), (Closed::NoPath, true)] {
        let mut ann = Side::dialling(meet(), knowing(Some(BOBS)));
        ann.handshakes.closed(&mut ann.ctx, DIALLED, closed);
        assert!(matches!(
            ann.facts()[..],
            [Fact::LinkEnded(DIALLED), Fact::NotMet { link: DIALLED, answered, .. }]
                if answered == was_answered
        ));
    }
}
