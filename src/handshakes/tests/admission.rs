//! Who is answered, and who is not: by the dialled id and by what the offer shows.

use super::*;
use crate::crypto::{Key, offer_label};
use crate::fact::{Showing, Shown};
use crate::limits::OFFERS_REMEMBERED;
use crate::misbehaviour::Fault;
use crate::test_context::{clear, outputs, transport_id, wait};
use crate::values::InviteId;
use std::time::Duration;

const SECRET: Key = [7; 32];
pub(super) const STOCK: &str = "dc_0123456789abcdef";

/// Bob, whom nobody dials yet.
pub(super) fn bob(shelf: Shelf) -> Side {
    Side::new(me("Bob", BOBS), shelf, ACCEPTED)
}

fn ann() -> (Caller, Key) {
    (Caller::Contact(bobs_id()), SECRET)
}

/// Bob knows Ann, who was met at this id.
pub(super) fn knows_ann_at(id: &str) -> Side {
    bob(Shelf {
        at: vec![(id.to_owned(), ann())],
        callers: vec![ann()],
        ..Shelf::default()
    })
}

pub(super) fn knows_ann() -> Side {
    knows_ann_at("nowhere")
}

/// A call between these ids with the tag that Ann can make, from a number.
pub(super) fn tagged(from: &str, to: &str, nonce: u8) -> Call {
    call(from, to, &offer_label(&SECRET, from, to, [nonce; 16]))
}

pub(super) fn own() -> String {
    transport_id(BOBS)
}

/// Returns whether Bob answers, and checks that nothing at all is done where he does not.
pub(super) fn answers(side: &mut Side, link: LinkId, call: Call, door: &Door) -> bool {
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

pub(super) fn answers_next(side: &mut Side, call: Call, door: &Door) -> bool {
    let link = LinkId::Accepted(u32::try_from(side.handshakes.pending.len()).unwrap());
    answers(side, link, call, door)
}

pub(super) fn hang_up(side: &mut Side, link: LinkId) {
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
fn whoever_has_an_invite_is_answered_at_its_id_and_not_at_the_transport_id() {
    let invite = Caller::Stranger(Shown::Invite(InviteId("i".to_owned())));
    let mut bob = bob(Shelf {
        callers: vec![(invite, SECRET)],
        ..Shelf::default()
    });
    for (door, answered) in [(Door::Transport, false), (Door::Invite, true)] {
        let call = tagged(&transport_id(ANNS), &own(), 1);
        assert_eq!(answers_next(&mut bob, call, &door), answered, "{door:?}");
    }
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
        nonce[..8].copy_from_slice(&u64::try_from(n).unwrap().to_be_bytes());
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
