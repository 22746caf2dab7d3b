//! From a request to a contact on both sides.

use super::super::endings::Whom;
use super::*;
use crate::fact::Befriended;
use crate::limits::{REQUEST_ANSWER, STORING};
use crate::misbehaviour::Fault;
use crate::test_context::{clear, contact, key};
use crate::view::Asked;

/// Replaces the name in what is said.
fn renamed(text: &str, from: &str, to: &str) -> String {
    let renamed = text.replace(from, to);
    assert_ne!(renamed, text);
    renamed
}

fn befriended(side: &mut Side) -> Befriended {
    let Some(Fact::Befriended(befriended)) = side.facts().pop() else {
        panic!("not befriended");
    };
    *befriended
}

/// Returns the one contact that is being stored.
fn stored(side: &mut Side) -> crate::records::ContactRecord {
    side.says();
    let mut writes = std::mem::take(&mut side.done).into_iter();
    let write = writes.rfind(|output| matches!(output, Output::Store(..)));
    let Some(Output::Store(_, Change::Contact(contact))) = write else {
        panic!("{write:?}");
    };
    contact
}

#[test]
fn a_yes_makes_a_contact_on_both_sides_with_one_secret() {
    let (mut ann, mut bob) = said_yes(Shelf::default());
    ann.written(true);
    assert!(talk(&mut ann, &mut bob).is_none());
    bob.written(true);
    let (anns, bobs) = (befriended(&mut ann), befriended(&mut bob));
    assert_eq!(anns.record.pair_secret, bobs.record.pair_secret);
    assert_eq!(anns.record.identity, Some(key(BOBS).encode()));
    assert_eq!(bobs.record.identity, Some(key(ANNS).encode()));
    assert!(!anns.clicked && bobs.clicked);
    assert!(ann.is_over() && bob.is_over());
}

#[test]
fn nobody_hears_of_a_yes_before_it_is_stored() {
    let (_, mut bob) = asked();
    bob.accepts();
    assert_eq!(bob.says(), [""; 0]);
    assert_eq!(stored(&mut bob).identity, None);
    bob.written(true);
    assert!(bob.says()[0].contains("accepted"));
}

#[test]
fn a_yes_that_could_not_be_stored_leaves_the_request_as_it_was() {
    let (_, mut bob) = asked();
    bob.accepts();
    bob.written(false);
    let Some(Fact::RequestWaits(request)) = bob.facts().pop() else {
        panic!("the request is gone");
    };
    assert_eq!(
        bob.handshakes.due().unwrap().at,
        bob.ctx.now.mono + REQUEST_ANSWER
    );
    assert_eq!(bob.handshakes.accept(&mut bob.ctx, clicked(*request)), None);
}

#[test]
fn a_request_whose_connection_has_ended_is_handed_back() {
    let (_, mut bob) = asked();
    let request = requested(&mut bob.facts());
    bob.handshakes.closed(&mut bob.ctx, ACCEPTED, Closed::Gone);
    let yes = clicked(request);
    let handed_back = bob.handshakes.accept(&mut bob.ctx, yes.clone());
    assert_eq!(handed_back, Some(yes));
}

#[test]
fn a_name_that_cannot_be_shown_asks_nobody() {
    let (mut ann, mut bob) = (
        Side::dialling(ask(), Shelf::default()),
        Side::arriving(Shelf::default()),
    );
    ann.open();
    bob.open();
    assert!(bob.hears(&ann.says()[0]).is_none());
    let broken = bob.hears("{\"type\":\"request\",\"friendlyname\":\"A\u{202E}n\"}");
    assert_eq!(
        broken.map(|b| b.fault),
        Some(Fault::Malformed("friendlyname"))
    );
    assert!(bob.facts().is_empty());
}

#[test]
fn a_yes_with_a_name_that_cannot_be_shown_is_no_yes() {
    let (mut ann, mut bob) = asked();
    bob.accepts();
    bob.written(true);
    let yes = renamed(&bob.says()[0], r#""Bob""#, "\"B\u{202E}b\"");
    let broken = ann.hears(&yes).unwrap();
    assert_eq!(broken.fault, Fault::Malformed("friendlyname"));
    assert!(matches!(broken.whom, Whom::Stranger(_)));
    assert!(ann.does().is_empty(), "nothing is stored");
}

#[test]
fn what_the_other_side_says_while_its_contact_is_stored_is_kept_and_bounded() {
    let (mut ann, _) = said_yes(Shelf::default());
    for n in 0..STORING {
        assert!(ann.hears(&n.to_string()).is_none());
    }
    ann.written(true);
    let early = befriended(&mut ann).early;
    assert_eq!(early.len(), STORING);
    assert_eq!(early[1], b"1");

    let (mut ann, _) = said_yes(Shelf::default());
    for _ in 0..STORING {
        assert!(ann.hears("x").is_none());
    }
    let broken = ann.hears("x").unwrap();
    assert!(matches!(broken.whom, Whom::Accepted(_)));
    clear(&mut ann.ctx);
    ann.handshakes.broken(&mut ann.ctx, broken);
    ann.written(true);
    let facts = ann.facts();
    assert!(matches!(facts[..], [Fact::LinkEnded(_), Fact::Kept(..)]));
}

#[test]
fn a_new_contact_is_not_asked_on_another_connection_any_more() {
    let (mut ann, _) = said_yes(Shelf::default());
    let (from, to) = (ANN.to_owned(), BOB.to_owned());
    let other = LinkId::Dialled(2);
    let stranger = crate::ids::Stranger::at(BOB);
    ann.handshakes
        .dialled(other, from, to, Purpose::Ask(stranger.clone()));
    assert!(ann.handshakes.is_asking(&stranger));
    ann.written(true);
    assert!(!ann.handshakes.is_asking(&stranger));
    ann.says();
    assert!(ann.does().contains(&Output::Close(other)));
    assert!(matches!(ann.facts()[..], [.., Fact::Befriended(_)]));
}

#[test]
fn a_contact_that_could_not_be_stored_was_not_reached() {
    let (mut ann, _) = said_yes(Shelf::default());
    ann.facts();
    ann.written(false);
    assert_eq!(ann.says(), [""; 0], "no confirmation");
    assert!(matches!(
        ann.facts()[..],
        [Fact::Asked(_, Asked::Unreachable)]
    ));
}

/// The contact that was saved under the other side's key before, blocked.
fn blocked(byte: u8) -> Shelf {
    let mut record = contact("old", byte);
    record.preferences.blocked = true;
    Shelf {
        saved: Some(Saved {
            record,
            accepted_at: None,
        }),
        ..Shelf::default()
    }
}

#[test]
fn a_blocked_contact_that_says_yes_under_a_new_name_is_refused() {
    let (mut ann, mut bob) = talked(ask(), blocked(BOBS), Shelf::default());
    bob.accepts();
    bob.written(true);
    let broken = talk(&mut ann, &mut bob).unwrap();
    assert_eq!(broken.fault, Fault::Blocked);
    let Some(Fact::BlockedAccepted { were_told, .. }) = ann.facts().pop() else {
        panic!("nobody is told");
    };
    assert!(!were_told, "they have no new address of this device");
    ann.handshakes.broken(&mut ann.ctx, broken);
    assert!(matches!(
        ann.facts().pop(),
        Some(Fact::Asked(_, Asked::Failed))
    ));
}

#[test]
fn a_blocked_contact_that_was_accepted_under_a_new_name_has_been_told_where_this_device_is() {
    let (mut ann, mut bob) = said_yes(Shelf::default());
    bob.shelf = blocked(ANNS);
    ann.written(true);
    let broken = talk(&mut ann, &mut bob).unwrap();
    assert_eq!(broken.fault, Fault::Blocked);
    assert!(matches!(broken.whom, Whom::Nobody));
    let Some(Fact::BlockedAccepted {
        record, were_told, ..
    }) = bob.facts().pop()
    else {
        panic!("nobody is told");
    };
    assert!(were_told && record.preferences.blocked);
    assert_eq!(record.id, ContactId("old".to_owned()));
}

#[test]
fn a_no_ends_the_connection_on_both_sides() {
    let (mut ann, mut bob) = asked();
    let request = requested(&mut bob.facts());
    bob.handshakes.reject(&mut bob.ctx, &request.id);
    assert!(talk(&mut ann, &mut bob).is_none());
    assert!(ann.is_over() && bob.is_over());
    assert!(matches!(
        ann.facts()[..],
        [Fact::Asking { .. }, Fact::Asked(_, Asked::NotAccepted)]
    ));
}
