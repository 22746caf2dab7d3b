//! Who is answered, and who is not: by the dialled id, by what the offer shows, and by budgets.

use super::*;
use crate::crypto::{Key, offer_label};
use crate::fact::{Showing, Shown};
use crate::limits::{
    HANDSHAKES_AT_ONCE, HANDSHAKES_PER_MINUTE, KNOWN_AT_ONCE, LINKS, LINKS_RESERVED, OF_ONE_CALLER,
    OFFERS_REMEMBERED, SEARCHES_PER_MINUTE,
};
use crate::misbehaviour::Fault;
use crate::test_context::{clear, outputs, transport_id, wait};
use crate::values::InviteId;
use std::time::Duration;

const SECRET: Key = [7; 32];
const STOCK: &str = "dc_0123456789abcdef";

/// Bob, whom nobody dials yet.
fn bob(shelf: Shelf) -> Side {
    Side::new(me("Bob", BOBS), shelf, ACCEPTED)
}

fn ann() -> (Caller, Key) {
    (Caller::Contact(bobs_id()), SECRET)
}

/// Bob knows Ann, who was met at this id.
fn knows_ann_at(id: &str) -> Side {
    bob(Shelf {
        at: vec![(id.to_owned(), ann())],
        callers: vec![ann()],
        ..Shelf::default()
    })
}

fn knows_ann() -> Side {
    knows_ann_at("nowhere")
}

/// A call between these ids with the tag that Ann can make, from a number.
fn tagged(from: &str, to: &str, nonce: u8) -> Call {
    call(from, to, &offer_label(&SECRET, from, to, [nonce; 16]))
}

fn own() -> String {
    transport_id(BOBS)
}

fn stranger(n: u32) -> String {
    format!("myapp-203-0-113-7-{n:08x}-aaaa-8aaa-8aaa-aaaaaaaaaaaa")
}

/// Returns whether Bob answers, and checks that nothing at all is done where he does not.
fn answers(side: &mut Side, link: LinkId, call: Call, door: &Door) -> bool {
    clear(&mut side.ctx);
    side.called(link, call, door);
    let outputs = outputs(&mut side.ctx);
    match outputs.as_slice() {
        [Output::Answer { link: answered, .. }] => *answered == link,
        [Output::Close(refused)] => {
            assert_eq!(*refused, link);
            assert_eq!(side.ctx.routes.link(link), None);
            false
        }
        other => panic!("{other:?}"),
    }
}

fn answers_next(side: &mut Side, call: Call, door: &Door) -> bool {
    let link = LinkId::Accepted(u32::try_from(side.handshakes.pending.len()).unwrap());
    answers(side, link, call, door)
}

fn hang_up(side: &mut Side, link: LinkId) {
    side.handshakes.closed(&mut side.ctx, link, Closed::Gone);
    side.ctx.routes.remove_link(link);
}

#[test]
fn at_the_transport_id_only_who_shows_a_secret_is_answered() {
    let from = transport_id(ANNS);
    for at in [from.as_str(), "nowhere"] {
        let mut bob = knows_ann_at(at);
        for label in [STOCK, &offer_label(&[8; 32], &from, &own(), [1; 16])] {
            let call = call(&from, &own(), label);
            assert!(!answers_next(&mut bob, call, &Door::Transport), "{label}");
        }
        assert!(answers_next(
            &mut bob,
            tagged(&from, &own(), 2),
            &Door::Transport
        ));
    }
}

#[test]
fn a_tag_is_for_one_caller_and_one_dialled_id() {
    let (from, other) = (transport_id(ANNS), transport_id(9));
    let mut bob = knows_ann();
    let label = tagged(&from, &own(), 1).label;
    let calls = [call(&other, &own(), &label), call(&from, &other, &label)];
    for call in calls {
        assert!(!answers_next(&mut bob, call, &Door::Transport));
    }
    assert!(answers_next(
        &mut bob,
        call(&from, &own(), &label),
        &Door::Transport
    ));
}

#[test]
fn a_contact_that_has_another_transport_id_by_now_is_known_by_its_tag() {
    let mut bob = knows_ann_at(&transport_id(ANNS));
    let call = tagged(&transport_id(9), &own(), 1);
    assert!(answers_next(&mut bob, call, &Door::Transport));
}

#[test]
fn at_an_id_for_who_is_known_nobody_calls_from_an_id_of_another_form() {
    let mut bob = knows_ann();
    for from in [
        ANN,
        "0-203-0-113-7-aaaaaaaa-aaaa-8aaa-8aaa-aaaaaaaaaaaa",
        "ann",
    ] {
        let call = tagged(from, &own(), 1);
        assert!(!answers_next(&mut bob, call, &Door::Transport), "{from}");
    }
}

#[test]
fn at_a_meeting_point_only_the_contact_who_is_awaited_is_answered() {
    let (from, point) = (transport_id(ANNS), "myapp-rendezvous-00-1");
    let mut bob = bob(Shelf {
        showing: Some(Showing::Required(SECRET)),
        callers: vec![(Caller::Contact(ContactId("cleo".to_owned())), [8; 32])],
        ..Shelf::default()
    });
    let door = Door::Meeting(bobs_id());
    let by_cleo = offer_label(&[8; 32], &from, point, [1; 16]);
    assert!(!answers_next(&mut bob, call(&from, point, STOCK), &door));
    assert!(!answers_next(&mut bob, call(&from, point, &by_cleo), &door));
    assert!(answers_next(&mut bob, tagged(&from, point, 2), &door));
}

#[test]
fn whoever_has_an_invite_is_answered_at_the_transport_id() {
    let invite = Caller::Stranger(Shown::Invite(InviteId("i".to_owned())));
    let mut bob = bob(Shelf {
        callers: vec![(invite, SECRET)],
        ..Shelf::default()
    });
    let call = tagged(&transport_id(ANNS), &own(), 1);
    assert!(answers_next(&mut bob, call, &Door::Transport));
}

#[test]
fn an_offer_that_was_admitted_is_not_answered_again() {
    let from = transport_id(ANNS);
    let mut bob = knows_ann();
    assert!(answers_next(
        &mut bob,
        tagged(&from, &own(), 1),
        &Door::Transport
    ));
    hang_up(&mut bob, LinkId::Accepted(0));
    assert!(!answers_next(
        &mut bob,
        tagged(&from, &own(), 1),
        &Door::Transport
    ));
    for n in 0..OFFERS_REMEMBERED {
        wait(&mut bob.ctx, Duration::from_secs(2));
        let mut nonce = [0xFF; 16];
        nonce[..8].copy_from_slice(&n.to_be_bytes());
        let label = offer_label(&SECRET, &from, &own(), nonce);
        assert!(answers_next(
            &mut bob,
            call(&from, &own(), &label),
            &Door::Transport
        ));
        hang_up(&mut bob, LinkId::Accepted(0));
    }
    let known = format!("{:?}", bob.handshakes.admission);
    assert!(
        known.matches(", 255, 255").count() <= OFFERS_REMEMBERED * 8,
        "bounded"
    );
    assert!(answers_next(
        &mut bob,
        tagged(&from, &own(), 1),
        &Door::Transport
    ));
}

#[test]
fn whoever_showed_a_secret_hints_at_the_same_one() {
    let from = transport_id(ANNS);
    let cases = [None, Some([8; 32]), Some(SECRET)];
    for secret in cases {
        let mut bob = bob(Shelf {
            callers: vec![
                ann(),
                (Caller::Contact(ContactId("cleo".to_owned())), [8; 32]),
            ],
            ..Shelf::default()
        });
        bob.called(ACCEPTED, tagged(&from, &own(), 1), &Door::Transport);
        let mut ann = Side::dialling(
            meet(),
            Shelf {
                showing: secret.map(Showing::Required),
                ..Shelf::default()
            },
        );
        ann.open();
        bob.open();
        let broken = ann.says().iter().find_map(|hello| bob.hears(hello));
        let fault = broken.map(|broken| broken.fault);
        if secret == Some(SECRET) {
            assert_eq!((fault, bob.says().len()), (None, 1));
        } else {
            assert_eq!(fault, Some(Fault::SomebodyElse));
            assert_eq!(bob.says(), [""; 0], "not even a hello");
        }
    }
}

#[test]
fn only_so_many_strangers_are_in_a_handshake_at_once() {
    let mut bob = bob(Shelf::default());
    let count = u32::try_from(HANDSHAKES_AT_ONCE).unwrap();
    let calls = |bob: &mut Side, n| {
        let call = call(&stranger(n), BOB, STOCK);
        answers(bob, LinkId::Accepted(n), call, &Door::Discovery)
    };
    for n in 0..count {
        assert!(calls(&mut bob, n));
    }
    assert!(!calls(&mut bob, count));
    hang_up(&mut bob, LinkId::Accepted(0));
    assert!(calls(&mut bob, count + 1), "there is room again");
}

#[test]
fn one_caller_has_two_connections_at_once() {
    let mut bob = knows_ann();
    for n in 0..OF_ONE_CALLER {
        assert!(
            answers_next(&mut bob, call(ANN, BOB, STOCK), &Door::Discovery),
            "{n}"
        );
    }
    assert!(!answers_next(
        &mut bob,
        call(ANN, BOB, STOCK),
        &Door::Discovery
    ));
    assert!(answers_next(
        &mut bob,
        call(&stranger(1), BOB, STOCK),
        &Door::Discovery
    ));
    // One contact under many ids is one caller.
    let mut bob = knows_ann();
    for n in 0..=OF_ONE_CALLER {
        let n = u8::try_from(n).unwrap();
        let call = tagged(&transport_id(100 + n), &own(), n);
        let answered = answers_next(&mut bob, call, &Door::Transport);
        assert_eq!(answered, usize::from(n) < OF_ONE_CALLER);
    }
}

#[test]
fn only_so_many_strangers_come_in_a_minute_and_a_refused_one_takes_nothing() {
    let mut bob = bob(Shelf::default());
    let comes = |bob: &mut Side, n| {
        let link = LinkId::Accepted(n);
        let call = call(&stranger(n), BOB, STOCK);
        let answered = answers(bob, link, call, &Door::Discovery);
        hang_up(bob, link);
        answered
    };
    for n in 0..HANDSHAKES_PER_MINUTE {
        let refused = call(&stranger(n), &own(), STOCK);
        assert!(!answers(
            &mut bob,
            LinkId::Accepted(99),
            refused,
            &Door::Transport
        ));
        assert!(comes(&mut bob, n), "{n}");
    }
    assert!(!comes(&mut bob, 100));
    wait(&mut bob.ctx, Duration::from_secs(2));
    assert!(comes(&mut bob, 101));
    assert!(!comes(&mut bob, 102));
}

/// Every place and every turn of strangers is taken.
fn besiege(bob: &mut Side) {
    for n in 0..HANDSHAKES_PER_MINUTE * 2 {
        let link = LinkId::Accepted(1_000 + n);
        let call = call(&stranger(n), BOB, &offer_label(&[8; 32], "", "", [0; 16]));
        answers(bob, link, call, &Door::Discovery);
        if n < HANDSHAKES_PER_MINUTE - 8 {
            hang_up(bob, link);
        }
    }
    let call = call(&stranger(999), BOB, STOCK);
    assert!(!answers(bob, LinkId::Accepted(999), call, &Door::Discovery));
}

#[test]
fn a_contact_takes_nothing_of_strangers_and_strangers_nothing_of_contacts() {
    let from = transport_id(ANNS);
    let mut bob = knows_ann_at(ANN);
    besiege(&mut bob);
    let link = LinkId::Accepted;
    assert!(answers(
        &mut bob,
        link(1),
        tagged(ANN, BOB, 1),
        &Door::Discovery
    ));
    assert!(answers(
        &mut bob,
        link(2),
        tagged(&from, &own(), 2),
        &Door::Transport
    ));
}

#[test]
fn a_search_among_all_contacts_is_bounded_in_time_but_not_the_look_at_one() {
    let from = transport_id(ANNS);
    let mut bob = knows_ann_at(&from);
    for n in 0..SEARCHES_PER_MINUTE {
        let n = u8::try_from(n).unwrap();
        let somebody = transport_id(n + 100);
        let junk = offer_label(&[8; 32], &somebody, &own(), [n; 16]);
        let call = call(&somebody, &own(), &junk);
        assert!(!answers(
            &mut bob,
            LinkId::Accepted(0),
            call,
            &Door::Transport
        ));
    }
    let moved = tagged(&transport_id(9), &own(), 1);
    assert!(!answers(
        &mut bob,
        LinkId::Accepted(0),
        moved,
        &Door::Transport
    ));
    let known = tagged(&from, &own(), 2);
    assert!(answers(
        &mut bob,
        LinkId::Accepted(1),
        known,
        &Door::Transport
    ));
    wait(&mut bob.ctx, Duration::from_secs(1));
    let moved = tagged(&transport_id(9), &own(), 3);
    assert!(answers(
        &mut bob,
        LinkId::Accepted(2),
        moved,
        &Door::Transport
    ));
}

#[test]
fn only_so_many_who_are_known_are_in_a_handshake_at_once() {
    let contact = |n: u8| (Caller::Contact(ContactId(n.to_string())), [n; 32]);
    let count = u8::try_from(KNOWN_AT_ONCE).unwrap();
    let mut bob = bob(Shelf {
        callers: (0..=count).map(contact).collect(),
        ..Shelf::default()
    });
    for n in 0..=count {
        let from = transport_id(n + 100);
        let label = offer_label(&[n; 32], &from, &own(), [n; 16]);
        let call = call(&from, &own(), &label);
        let answered = answers_next(&mut bob, call, &Door::Transport);
        assert_eq!(answered, n < count);
    }
}

#[test]
fn the_last_connections_are_for_who_is_known() {
    let mut bob = knows_ann();
    let taken = u32::try_from(LINKS - LINKS_RESERVED).unwrap();
    for n in 0..taken {
        let link = LinkId::Dialled(n);
        bob.ctx.routes.set_link(link, LinkOwner::Directory);
    }
    assert!(!answers_next(
        &mut bob,
        call(ANN, BOB, STOCK),
        &Door::Discovery
    ));
    let known = tagged(&transport_id(ANNS), &own(), 1);
    assert!(answers_next(&mut bob, known, &Door::Transport));
    bob.ctx.routes.remove_link(LinkId::Dialled(0));
    bob.ctx.routes.remove_link(LinkId::Dialled(1));
    let link = LinkId::Accepted(9);
    assert!(answers(
        &mut bob,
        link,
        call(ANN, BOB, STOCK),
        &Door::Discovery
    ));
}

#[test]
fn at_a_discovery_id_nobody_from_another_network_is_heard() {
    let mut bob = Side::arriving(Shelf::default());
    let binding = ChannelBinding {
        local: [0xBB; 32],
        remote: [0xAA; 32],
    };
    let path = Path::Public("198.51.100.9".parse().unwrap());
    clear(&mut bob.ctx);
    let shelf = Shelf::default();
    let handshakes = &mut bob.handshakes;
    handshakes.opened(&mut bob.ctx, &shelf, ACCEPTED, binding, path, true);
    assert_eq!(outputs(&mut bob.ctx), [Output::Close(ACCEPTED)]);
    assert!(bob.is_over());
}

#[test]
fn whoever_is_asked_and_is_on_another_network_learns_no_name() {
    let mut ann = Side::dialling(ask(), Shelf::default());
    let binding = ChannelBinding {
        local: [0xAA; 32],
        remote: [0xBB; 32],
    };
    clear(&mut ann.ctx);
    let shelf = Shelf::default();
    let handshakes = &mut ann.handshakes;
    handshakes.opened(&mut ann.ctx, &shelf, DIALLED, binding, Path::Relay, true);
    assert_eq!(outputs(&mut ann.ctx), [Output::Close(DIALLED)]);
    let facts = ann.facts();
    let unreachable = crate::view::Asked::Unreachable;
    assert!(
        matches!(&facts[..], [Fact::LinkEnded(_), Fact::Asked(_, asked)] if *asked == unreachable),
        "{facts:?}"
    );
}
