//! Who is kept, completed and forgotten.

use super::*;
use crate::crypto;
use crate::fact::Yes;
use crate::limits::{EXPIRED_KEPT, UNFINISHED, UNFINISHED_LIFE};
use crate::test_context::{changes, notices, unfinished, wait};
use crate::values::RequestId;
use crate::view::{Preferences, Reach};

/// The person has said yes to Bob, who was met where he is seen.
fn yes() -> Yes {
    Yes {
        request: crate::test_context::request("Bob", SEEN),
        clicked: true,
    }
}

#[test]
fn a_record_that_cannot_be_read_is_told_of_and_left_alone() {
    let mut broken = contact("Eve", 3);
    broken.identity = Some("nonsense".to_owned());
    let (mut ctx, contacts) = with([broken, contact("Bob", BOB)]);
    assert_eq!(contacts.all().count(), 1);
    let key = "contact/Eve".to_owned();
    assert_eq!(notices(&mut ctx), [Alert::StorageDamaged { key }]);
}

#[test]
fn of_two_stored_contacts_of_one_person_who_was_met_last_stays() {
    let met = |name: &str, at, blocked| {
        let mut record = contact(name, BOB);
        record.last_seen = Some(at);
        record.preferences.blocked = blocked;
        record
    };
    for blocked in [false, true] {
        let (mut ctx, mut contacts) = with([met("Z", 1, blocked), met("A", 2, false)]);
        assert_eq!(contacts.part_doubles(&mut ctx), [id("Z")]);
        let kept: Vec<_> = contacts.all().map(|c| c.id().clone()).collect();
        assert_eq!(kept, [id("A")]);
        let written = changes(&mut ctx);
        assert!(written.contains(&Change::ForgetContact(id("Z"))));
        let kept = contacts.get(&id("A")).unwrap().record().clone();
        assert!(written.contains(&Change::Contact(kept)), "{written:?}");
        assert_eq!(contacts.get(&id("A")).unwrap().is_blocked(), blocked);
    }
}

#[test]
fn a_contact_kept_anew_during_a_session_stays_connected() {
    let (mut ctx, mut contacts) = with_bob();
    assert!(contacts.take_unsighted());
    contacts.met(&mut ctx, &bob(), LINK);
    contacts.announce_arrivals(&mut ctx, [bob()].iter());
    clear(&mut ctx);
    contacts.keep_finished(contact("Bob", BOB), Some(NOW.mono), None);
    let kept = contacts.get(&bob()).unwrap();
    assert_eq!(kept.reach(), Reach::Connected);
    assert_eq!(kept.accepted_at(), Some(NOW.mono));
    assert!(contacts.take_unsighted(), "where it is seen is not known");
    contacts.announce_arrivals(&mut ctx, [bob()].iter());
    assert!(facts(&mut ctx).is_empty(), "it has not come only by that");
}

#[test]
fn an_arrival_is_told_once_and_not_of_a_blocked_contact() {
    for (blocked, told) in [(false, 1), (true, 0)] {
        let mut record = contact("Bob", BOB);
        record.preferences.blocked = blocked;
        let (mut ctx, mut contacts) = with([record]);
        for _ in 0..2 {
            contacts.announce_arrivals(&mut ctx, [bob()].iter());
        }
        assert_eq!(facts(&mut ctx).len(), told);
    }
}

#[test]
fn a_contact_that_could_not_be_written_is_written_again_later() {
    let (mut ctx, mut contacts) = with_bob();
    contacts.not_stored(&ctx, &bob());
    contacts.timeout(&mut ctx, &online());
    assert_eq!(changes(&mut ctx), []);
    wait(&mut ctx, WRITE_AGAIN);
    contacts.timeout(&mut ctx, &online());
    assert_eq!(changes(&mut ctx), [Change::Contact(contact("Bob", BOB))]);
    contacts.timeout(&mut ctx, &online());
    assert_eq!(changes(&mut ctx), []);
}

#[test]
fn an_unfinished_acceptance_is_asked_for_once_after_a_moment() {
    let (mut ctx, mut contacts) = with([]);
    contacts.keep_unfinished(&mut ctx, unfinished("Bob", BOB), yes());
    let due = contacts.due(ctx.now.mono).unwrap();
    assert_eq!(due.why, Why::AskBack);
    assert!(contacts.take_to_ask_back(ctx.now.mono).is_empty());
    assert_eq!(contacts.take_to_ask_back(due.at), [yes().request]);
    assert!(contacts.take_to_ask_back(due.at).is_empty());
}

#[test]
fn an_unfinished_acceptance_is_not_dialled_and_takes_no_decision() {
    let (mut ctx, mut contacts) = with([unfinished("Bob", BOB)]);
    contacts.hurry(&bob(), ctx.now.mono);
    contacts.timeout(&mut ctx, &online());
    assert_eq!(dials(&mut ctx), []);
    let refused = contacts.decide(&mut ctx, &bob(), |care| care.muted = true);
    assert_eq!(refused, Err(Refusal::Gone));
}

#[test]
fn an_unfinished_acceptance_does_not_replace_a_saved_contact() {
    let (mut ctx, mut contacts) = with_bob();
    contacts.keep_unfinished(&mut ctx, unfinished("Bob", 3), yes());
    assert_eq!(contacts.all().count(), 2);
    assert_eq!(contacts.get(&bob()).unwrap().identity(), Some(key(BOB)));
}

#[test]
fn unfinished_acceptances_have_a_bound_of_their_own_and_leave_room_for_contacts() {
    let (mut ctx, mut contacts) = with([contact("Bob", BOB)]);
    for n in 0..UNFINISHED {
        let mut record = unfinished(&n.to_string(), 3);
        record.last_seen = Some(u64::try_from(n).unwrap());
        assert!(!contacts.keep_unfinished(&mut ctx, record, yes()));
    }
    assert!(contacts.keep_unfinished(&mut ctx, unfinished("last", 3), yes()));
    assert_eq!(contacts.all().count(), 1 + UNFINISHED);
    assert!(contacts.get(&id("0")).is_none(), "the oldest");
    assert!(contacts.get(&bob()).is_some() && contacts.has_room(0));
}

#[test]
fn an_unblocked_contact_is_waited_for_until_it_is_met() {
    let (mut ctx, mut contacts) = with_bob();
    assert!(contacts.missing(ctx.now.mono).is_empty());
    contacts.unblocked(&mut ctx, &bob());
    assert_eq!(contacts.missing(ctx.now.mono).len(), 1);
    contacts.met(&mut ctx, &bob(), LINK);
    contacts.lost(&mut ctx, &bob(), true);
    assert!(contacts.missing(ctx.now.mono).is_empty());
}

#[test]
fn an_unfinished_acceptance_is_forgotten_after_a_week_and_a_contact_never() {
    let (mut ctx, mut contacts) = with([unfinished("Eve", 3), contact("Bob", BOB)]);
    wait(&mut ctx, UNFINISHED_LIFE);
    assert!(!contacts.expire_unfinished(&mut ctx));
    assert_eq!(contacts.all().count(), 2);
    wait(&mut ctx, Duration::from_millis(1));
    assert!(
        !contacts.expire_unfinished(&mut ctx),
        "the clock may be wrong"
    );
    wait(&mut ctx, EXPIRED_KEPT);
    assert!(contacts.expire_unfinished(&mut ctx));
    assert_eq!(changes(&mut ctx), [Change::ForgetContact(id("Eve"))]);
    assert!(contacts.get(&bob()).is_some());
}

#[test]
fn what_a_broken_acceptance_left_is_forgotten_when_the_same_person_is_befriended() {
    let (mut ctx, mut contacts) = with([contact("Ann", 1)]);
    contacts.keep_unfinished(&mut ctx, unfinished("Bob", BOB), yes());
    contacts.forget_unfinished(&mut ctx, "somebody else", None);
    assert_eq!(contacts.all().count(), 2);
    let under_another_root = SEEN.replacen("myapp", "other", 1);
    contacts.forget_unfinished(&mut ctx, &under_another_root, None);
    assert_eq!(changes(&mut ctx), [Change::ForgetContact(bob())]);
}

#[test]
fn what_a_broken_acceptance_left_is_forgotten_when_its_request_is_answered_at_another_id() {
    let (mut ctx, mut contacts) = with([contact("Ann", 1)]);
    contacts.keep_unfinished(&mut ctx, unfinished("Bob", BOB), yes());
    let other = RequestId("another".to_owned());
    contacts.forget_unfinished(&mut ctx, "tomorrow", Some(&other));
    assert_eq!(contacts.all().count(), 2);
    contacts.forget_unfinished(&mut ctx, "tomorrow", Some(&yes().request.id));
    assert_eq!(changes(&mut ctx), [Change::ForgetContact(bob())]);
}

fn quietly(id: ContactId) -> Proven {
    let announce = false;
    Proven::Contact { id, announce }
}

#[test]
fn a_contact_of_whom_the_person_was_not_asked_is_told_of_when_it_is_complete() {
    for clicked in [false, true] {
        let (mut ctx, mut contacts) = with([]);
        let yes = Yes { clicked, ..yes() };
        contacts.keep_unfinished(&mut ctx, unfinished("Bob", BOB), yes);
        let (id, announce) = (bob(), !clicked);
        let proven = contacts.prove(&mut ctx, &bob(), key(BOB));
        assert_eq!(proven, Proven::Contact { id, announce });
    }
}

#[test]
fn what_the_person_decided_while_an_acceptance_was_written_stays() {
    let (mut ctx, mut contacts) = with_bob();
    contacts
        .decide(&mut ctx, &bob(), |care| care.blocked = true)
        .unwrap();
    let mut renewed = contact("Bob", BOB);
    renewed.pair_secret = crate::records::Secret(crate::encoding::b64(&[8; 32]));
    contacts.keep_finished(renewed, Some(NOW.mono), None);
    let kept = contacts.get(&bob()).unwrap();
    assert!(kept.is_blocked());
    assert_eq!(kept.pair_secret(), [8; 32]);
}

#[test]
fn a_proof_is_the_missing_end_of_an_acceptance() {
    let (mut ctx, mut contacts) = with([unfinished("Bob", BOB)]);
    let proven = contacts.prove(&mut ctx, &bob(), key(BOB));
    assert_eq!(proven, quietly(bob()));
    assert!(contacts.get(&bob()).unwrap().is_complete());
    let [Change::Contact(record)] = &changes(&mut ctx)[..] else {
        panic!("it is not stored");
    };
    assert_eq!(record.identity, Some(key(BOB).encode()));
}

#[test]
fn a_proof_of_a_complete_contact_changes_nothing() {
    let (mut ctx, mut contacts) = with_bob();
    assert_eq!(contacts.prove(&mut ctx, &bob(), key(BOB)), quietly(bob()));
    assert_eq!(changes(&mut ctx), []);
}

#[test]
fn a_proof_of_somebody_saved_already_brings_the_new_secret() {
    let mut fresh = unfinished("again", BOB);
    fresh.pair_secret = crate::records::Secret(crate::encoding::b64(&[8; 32]));
    let (mut ctx, mut contacts) = with([contact("Bob", BOB), fresh]);
    let proven = contacts.prove(&mut ctx, &id("again"), key(BOB));
    assert_eq!(proven, quietly(bob()));
    assert_eq!(contacts.get(&bob()).unwrap().pair_secret(), [8; 32]);
    assert!(contacts.get(&id("again")).is_none());
    let changes = changes(&mut ctx);
    let [Change::Contact(kept), Change::ForgetContact(left)] = &changes[..] else {
        panic!("{changes:?}");
    };
    assert_eq!((&kept.id, left), (&bob(), &id("again")));
}

#[test]
fn a_proof_of_somebody_blocked_is_refused() {
    let mut record = contact("Bob", BOB);
    record.preferences.blocked = true;
    let (mut ctx, mut contacts) = with([record, unfinished("again", BOB)]);
    let proven = contacts.prove(&mut ctx, &id("again"), key(BOB));
    assert_eq!(proven, Proven::Blocked(bob()));
}

#[test]
fn a_safety_number_is_the_same_on_both_devices() {
    let (_, mut contacts) = with_bob();
    contacts.compute_safety_numbers(key(1), &[3; 32]);
    let shown = contacts.get(&bob()).unwrap().shown_preferences(0);
    let ours = shown.safety_number;
    assert_eq!(ours, crypto::safety_number(key(BOB), key(1)));
    assert_eq!(ours.len(), 60);
}

#[test]
fn who_scans_the_same_safety_number_verifies_it_for_both() {
    let shown = |contacts: &Contacts| contacts.get(&bob()).unwrap().shown_preferences(0);
    let (mut ctx, mut contacts) = with_bob();
    contacts.compute_safety_numbers(key(1), &[3; 32]);
    let Preferences {
        safety_number,
        safety_code,
        ..
    } = shown(&contacts);
    let other = format!("meshchat-safety:{}:{}", "1".repeat(60), "a".repeat(32));
    for (text, refusal) in [
        (other.as_str(), Refusal::CodeDiffers),
        (&safety_number, Refusal::CodeMalformed),
        (&safety_code, Refusal::CodeMalformed),
    ] {
        assert_eq!(contacts.scan(&mut ctx, &bob(), text), Err(refusal));
    }
    contacts.was_scanned(&mut ctx, &bob(), &"a".repeat(32));
    assert!(!shown(&contacts).verified, "it was not shown");

    // What Bob shows has the same number and another token.
    let theirs = format!("meshchat-safety:{safety_number}:{}", "b".repeat(32));
    assert_eq!(contacts.scan(&mut ctx, &bob(), &theirs), Ok(()));
    assert_eq!(contacts.scanned(&bob()), Some(&theirs[77..]));
    assert!(shown(&contacts).verified);

    let (mut ctx, mut contacts) = with_bob();
    contacts.compute_safety_numbers(key(1), &[3; 32]);
    let (_, token) = safety_code.rsplit_once(':').unwrap();
    contacts.was_scanned(&mut ctx, &bob(), token);
    assert!(shown(&contacts).verified, "Bob has scanned it");
}
