//! How many are answered: each class of callers has a budget of its own.

use super::admission::{
    STOCK, answers, answers_next, bob, hang_up, knows_ann, knows_ann_at, own, tagged,
};
use super::*;
use crate::crypto::offer_label;
use crate::fact::Shown;
use crate::limits::{
    HANDSHAKES_AT_ONCE, HANDSHAKES_PER_MINUTE, KNOWN_AT_ONCE, LINKS, LINKS_RESERVED, OF_ONE_CALLER,
    OF_ONE_KNOWN, SEARCHES_PER_MINUTE, SHOWN_AT_ONCE,
};
use crate::test_context::{clear, outputs, transport_id, wait};
use std::time::Duration;

fn stranger(n: u32) -> String {
    format!("myapp-203-0-113-7-{n:08x}-aaaa-8aaa-8aaa-aaaaaaaaaaaa")
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
fn one_caller_has_two_connections_at_once_and_a_contact_those_of_a_dial() {
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
    for n in 0..=OF_ONE_KNOWN {
        let n = u8::try_from(n).unwrap();
        let call = tagged(&transport_id(100 + n), &own(), n);
        let answered = answers_next(&mut bob, call, &Door::Transport);
        assert_eq!(answered, usize::from(n) < OF_ONE_KNOWN);
    }
    let from = transport_id(ANNS);
    let mut bob = knows_ann_at(&from);
    for n in 0..=OF_ONE_KNOWN {
        let n = u8::try_from(n).unwrap();
        let answered = answers_next(&mut bob, tagged(&from, &own(), n), &Door::Transport);
        assert_eq!(answered, usize::from(n) < OF_ONE_KNOWN);
    }
}

#[test]
fn the_attempts_of_a_dial_that_were_not_chosen_end_with_the_hello_on_the_one_that_was() {
    let from = transport_id(ANNS);
    let mut bob = knows_ann_at(&from);
    let link = LinkId::Accepted;
    for n in 0..3 {
        let call = tagged(&from, &own(), u8::try_from(n).unwrap());
        assert!(answers(&mut bob, link(n), call, &Door::Transport));
    }
    let other = tagged(&transport_id(9), &own(), 9);
    assert!(answers(&mut bob, link(9), other, &Door::Transport));
    bob.link = link(1);
    bob.open();
    clear(&mut bob.ctx);
    let mut ann = Side::dialling(meet(), Shelf::default());
    ann.open();
    let hello = ann.says().remove(0);
    bob.hears(&hello);
    let closed: Vec<_> = outputs(&mut bob.ctx)
        .into_iter()
        .filter(|output| matches!(output, Output::Close(_)))
        .collect();
    assert!(closed.contains(&Output::Close(link(0))) && closed.contains(&Output::Close(link(2))));
    assert!(
        !closed.contains(&Output::Close(link(9))),
        "of another caller"
    );
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
fn whoever_knows_a_secret_without_being_a_contact_takes_no_place_of_contacts() {
    let strangers = u8::try_from(KNOWN_AT_ONCE).unwrap();
    let asked = |n: u8| {
        let shown = Shown::Again(RequestId(n.to_string()));
        (Caller::Stranger(shown), [n; 32])
    };
    let ann = (Caller::Contact(ContactId("Ann".to_owned())), [99; 32]);
    let mut bob = bob(Shelf {
        callers: (0..strangers).map(asked).chain([ann]).collect(),
        ..Shelf::default()
    });
    let comes = |bob: &mut Side, n: u8| {
        let from = stranger(n.into());
        let label = offer_label(&[n; 32], &from, BOB, [n; 16]);
        answers_next(bob, call(&from, BOB, &label), &Door::Discovery)
    };
    for n in 0..strangers {
        assert_eq!(comes(&mut bob, n), usize::from(n) < SHOWN_AT_ONCE, "{n}");
    }
    assert!(comes(&mut bob, 99), "a contact");
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
