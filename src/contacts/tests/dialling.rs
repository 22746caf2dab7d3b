//! Who is dialled, when, and from where to where.

use super::*;
use crate::crypto::Offer;
use crate::io::Output;
use crate::limits::FURTHER_ATTEMPTS;
use crate::routes::IdOwner;
use crate::test_context::{notices, outputs, wait};
use crate::view::Reach;

/// Makes everybody due, and lets them be dialled.
fn round(ctx: &mut Context, contacts: &mut Contacts, ways: &Map) -> Vec<(String, String)> {
    let ids: Vec<ContactId> = contacts.all().map(|c| c.id().clone()).collect();
    for id in ids {
        contacts.hurry(&id, ctx.now.mono);
    }
    contacts.timeout(ctx, ways);
    dials(ctx)
}

fn far() -> (String, String) {
    (OWN.to_owned(), transport_id(BOB))
}

fn near() -> (String, String) {
    (BESIDE.to_owned(), SEEN.to_owned())
}

/// The dial that was begun last has led nowhere.
fn fail(ctx: &mut Context, contacts: &mut Contacts) {
    let Some(crate::fact::Fact::Dialled { link, .. }) = facts(ctx).pop() else {
        panic!("nobody was dialled");
    };
    contacts.not_met(ctx, &bob(), link, Ping::Unreachable);
}

#[test]
fn eight_dials_are_under_way_at_once_and_the_others_wait_a_second() {
    let (mut ctx, mut contacts) = with((1..=10).map(|n| contact(&n.to_string(), n)));
    assert_eq!(round(&mut ctx, &mut contacts, &online()).len(), 8);
    let next = ctx.now.mono + Duration::from_secs(1);
    let due = contacts.due(ctx.now.mono);
    assert_eq!(due, Some(Why::Dial.at(next)));
    let Some(crate::fact::Fact::Dialled { link, purpose, .. }) = ctx.next_fact() else {
        panic!("nobody was dialled");
    };
    let Purpose::Meet(first) = purpose else {
        panic!("{purpose:?}");
    };
    contacts.not_met(&mut ctx, &first, link, Ping::Unreachable);
    wait(&mut ctx, Duration::from_secs(1));
    contacts.timeout(&mut ctx, &online());
    assert_eq!(dials(&mut ctx).len(), 1, "one place is free");
}

/// Takes the connection ids of all attempts of the one dial.
fn labels(ctx: &mut Context) -> Vec<String> {
    let dial = outputs(ctx).pop();
    let Some(Output::Dial { label, further, .. }) = dial else {
        panic!("{dial:?}");
    };
    [vec![label], further].concat()
}

#[test]
fn each_attempt_at_a_contact_elsewhere_has_a_tag_of_its_own_and_within_a_network_there_is_one() {
    let (mut ctx, mut contacts) = with_bob();
    ctx.routes.set_id(OWN, IdOwner::Transport);
    contacts.hurry(&bob(), ctx.now.mono);
    contacts.timeout(&mut ctx, &online());
    let labels_of_all = labels(&mut ctx);
    assert_eq!(labels_of_all.len(), 1 + FURTHER_ATTEMPTS);
    let (from, to) = far();
    let secret = contacts.get(&bob()).unwrap().pair_secret();
    let mut nonces = Vec::new();
    for label in labels_of_all {
        let offer = Offer::read(&label).unwrap();
        assert!(offer.shows(&secret, &from, &to));
        assert!(!nonces.contains(&offer.nonce), "used once");
        nonces.push(offer.nonce);
    }
    let here = "203.0.113.7".parse().unwrap();
    ctx.routes.set_id(BESIDE, IdOwner::Directory(here));
    ctx.dial_for(BESIDE, SEEN, Purpose::Meet(bob()), Some(secret));
    assert_eq!(labels(&mut ctx).len(), 1);
}

#[test]
fn whoever_the_person_asks_for_is_dialled_at_once_however_many_dials_are_under_way() {
    let (mut ctx, mut contacts) = with((1..=10).map(|n| contact(&n.to_string(), n)));
    assert_eq!(round(&mut ctx, &mut contacts, &online()).len(), 8);
    let is_waiting = |contact: &&Contact| !contact.dialling.is_under_way();
    let last = contacts.all().filter(is_waiting).last().unwrap();
    let (id, to) = (
        last.id().clone(),
        last.transport_id().unwrap_or("").to_owned(),
    );
    contacts.ping(&id, ctx.now.mono).unwrap();
    contacts.timeout(&mut ctx, &online());
    assert_eq!(dials(&mut ctx), [(OWN.to_owned(), to)]);
}

#[test]
fn a_blocked_contact_is_not_dialled_and_a_paused_one_only_when_it_is_seen() {
    let (mut ctx, mut contacts) = with_bob();
    contacts
        .decide(&mut ctx, &bob(), |care| care.blocked = true)
        .unwrap();
    assert_eq!(round(&mut ctx, &mut contacts, &online()), []);
    contacts
        .decide(&mut ctx, &bob(), |care| care.blocked = false)
        .unwrap();
    contacts.pause(&mut ctx, &bob(), true).unwrap();
    assert_eq!(round(&mut ctx, &mut contacts, &online()), []);
    see_bob(&mut contacts);
    assert_eq!(round(&mut ctx, &mut contacts, &online()), [far()]);
}

#[test]
fn a_ping_dials_a_paused_contact() {
    let (mut ctx, mut contacts) = with_bob();
    contacts.pause(&mut ctx, &bob(), true).unwrap();
    contacts.ping(&bob(), ctx.now.mono).unwrap();
    contacts.timeout(&mut ctx, &online());
    assert_eq!(dials(&mut ctx), [far()]);
    fail(&mut ctx, &mut contacts);
    let ping = contacts.get(&bob()).unwrap().ping();
    assert_eq!(ping, Some(Ping::Unreachable));
    let gone = contacts.ping(&id("nobody"), ctx.now.mono);
    assert_eq!(gone, Err(Refusal::Gone));
}

#[test]
fn a_sealed_address_is_tried_in_turn_and_replaces_nothing_that_was_proven() {
    let (mut ctx, mut contacts) = with_bob();
    let sealed = transport_id(9);
    see_bob_sealed(&mut contacts, &sealed);
    let ways = Map {
        near: true,
        ..online()
    };
    let told = (OWN.to_owned(), sealed);
    for way in [near(), told.clone(), far(), near(), told, far()] {
        assert_eq!(round(&mut ctx, &mut contacts, &ways), [way]);
        fail(&mut ctx, &mut contacts);
    }
}

#[test]
fn a_contact_is_dialled_where_it_is_seen_and_every_second_time_at_its_address() {
    let (mut ctx, mut contacts) = with_bob();
    see_bob(&mut contacts);
    let ways = Map {
        near: true,
        ..online()
    };
    for way in [near(), far(), near(), far()] {
        assert_eq!(round(&mut ctx, &mut contacts, &ways), [way]);
        fail(&mut ctx, &mut contacts);
    }
}

#[test]
fn whoever_holds_another_id_of_a_contact_keeps_nobody_from_it() {
    let ways = Map {
        near: true,
        others: true,
        ..online()
    };
    let another = "myapp-203-0-113-7-cccccccc-cccc-8ccc-8ccc-cccccccccccc";
    let there = || (BESIDE.to_owned(), another.to_owned());
    let sealed = crate::crypto::seal_transport(&[BOB; 16], another, &transport_id(BOB), [7; 12]);
    for (sealed, [first, second]) in [(None, [near(), there()]), (sealed, [there(), near()])] {
        let (mut ctx, mut contacts) = with_bob();
        let seen = [(SEEN, None, BESIDE), (another, sealed, BESIDE)];
        see_all(&mut contacts, seen);
        assert!(contacts.get(&bob()).unwrap().is_known_at(SEEN));
        assert!(contacts.get(&bob()).unwrap().is_known_at(another));
        for way in [first.clone(), far(), second, far(), first] {
            assert_eq!(round(&mut ctx, &mut contacts, &ways), [way]);
            fail(&mut ctx, &mut contacts);
        }
    }
}

#[test]
fn a_contact_that_has_not_said_where_it_is_is_dialled_where_it_was_met() {
    for (met_as, way) in [(SEEN.to_owned(), near()), (transport_id(BOB), far())] {
        let mut record = contact("Bob", BOB);
        record.card = None;
        let (mut ctx, mut contacts) = with([]);
        contacts.keep_finished(record, None, Some(met_as));
        contacts.hurry(&bob(), ctx.now.mono);
        let ways = Map {
            near: true,
            ..online()
        };
        assert_eq!(round(&mut ctx, &mut contacts, &ways), [way]);
        let missing = contacts.missing(ctx.now.mono);
        assert_eq!(missing.len(), 1, "and waited for at a rendezvous");
    }
}

#[test]
fn a_blacklisted_address_is_not_dialled_and_the_other_way_is() {
    let (mut ctx, mut contacts) = with_bob();
    see_bob(&mut contacts);
    let until = ctx.now.mono + Duration::from_mins(15);
    let ways = |near| Map {
        near,
        blacklisted: Some((transport_id(BOB), until)),
        ..online()
    };
    for _ in 0..2 {
        assert_eq!(round(&mut ctx, &mut contacts, &ways(true)), [near()]);
        fail(&mut ctx, &mut contacts);
    }
    assert_eq!(round(&mut ctx, &mut contacts, &ways(false)), []);
    let due = contacts.due(ctx.now.mono);
    assert_eq!(
        due,
        Some(Why::Dial.at(until)),
        "again when the time is over"
    );
}

#[test]
fn nobody_is_dialled_before_the_own_address_is_held() {
    let (mut ctx, mut contacts) = with_bob();
    assert_eq!(round(&mut ctx, &mut contacts, &Map::default()), []);
    assert_eq!(contacts.due(ctx.now.mono), None, "a new way brings it back");
}

#[test]
fn nobody_is_dialled_during_a_session_and_soon_after_it_is_lost() {
    let (mut ctx, mut contacts) = with_bob();
    contacts.met(&mut ctx, &bob(), LINK);
    assert_eq!(round(&mut ctx, &mut contacts, &online()), []);
    contacts.lost(&mut ctx, &bob(), true);
    let due = contacts.due(ctx.now.mono).unwrap();
    assert_eq!(due.why, Why::Dial);
    assert!(due.at <= ctx.now.mono + Duration::from_secs(2));
}

#[test]
fn whoever_has_the_larger_id_beside_a_contact_leaves_the_dial_to_it_for_a_moment() {
    let (ctx, mut contacts) = with_bob();
    assert!(BESIDE < SEEN);
    see_bob(&mut contacts);
    assert_eq!(contacts.due(NOW.mono), Some(Why::Dial.at(NOW.mono)));
    see_all(&mut contacts, [(BESIDE, None, SEEN)]);
    let later = ctx.now.mono + crate::limits::DIAL_COURTESY;
    assert_eq!(contacts.due(NOW.mono), Some(Why::Dial.at(later)));
}

#[test]
fn somebody_else_at_the_address_is_told_to_whom_asked_and_begins_a_recovery() {
    let (mut ctx, mut contacts) = with_bob();
    for asked in [false, true] {
        if asked {
            contacts.ping(&bob(), ctx.now.mono).unwrap();
        }
        let remote = transport_id(BOB);
        let fault = Fault::SomebodyElse;
        contacts.not_the_contact(&mut ctx, &bob(), LINK, &remote, fault);
        let name = "Bob".to_owned();
        let told = [Alert::SomebodyElse { name }];
        assert_eq!(notices(&mut ctx), told[..usize::from(asked)]);
    }
    let reach = contacts.get(&bob()).unwrap().reach();
    assert_eq!(reach, Reach::Recovering);
}

#[test]
fn a_broken_protocol_or_another_address_begins_no_recovery() {
    let (mut ctx, mut contacts) = with_bob();
    for (remote, fault, told) in [
        (transport_id(BOB), Fault::Proof("mac"), true),
        (SEEN.to_owned(), Fault::SomebodyElse, false),
        (transport_id(BOB), Fault::Blocked, false),
    ] {
        contacts.not_the_contact(&mut ctx, &bob(), LINK, &remote, fault);
        assert_eq!(notices(&mut ctx).len(), usize::from(told));
        let reach = contacts.get(&bob()).unwrap().reach();
        assert_eq!(reach, Reach::Reconnecting);
    }
}

#[test]
fn special_contacts_are_missing_while_they_are_away_the_most_recently_met_first() {
    let special = |name: &str, byte, seen| {
        let mut record = contact(name, byte);
        record.preferences.special = true;
        record.preferences.special_there = true;
        record.last_seen = Some(seen);
        record
    };
    let mut one_sided = special("one-sided", 5, 1);
    one_sided.preferences.special_there = false;
    let mut paused = special("paused", 6, 1);
    paused.preferences.paused = true;
    let records = [
        special("older", 3, 1),
        special("newer", 4, 2),
        one_sided,
        paused,
    ];
    let (mut ctx, mut contacts) = with(records);
    let missing = |contacts: &Contacts, now| -> Vec<String> {
        let missing = contacts.missing(now).into_iter();
        missing.map(|missing| missing.contact.0).collect()
    };
    assert_eq!(missing(&contacts, NOW.mono), ["newer", "older"]);
    contacts.met(&mut ctx, &id("newer"), LINK);
    assert_eq!(missing(&contacts, NOW.mono), ["older"]);
    contacts.lost(&mut ctx, &id("newer"), false);
    let rests = contacts.due(NOW.mono).unwrap();
    assert_eq!(missing(&contacts, NOW.mono), ["older"], "it is left alone");
    let both = missing(&contacts, rests.at + Duration::from_mins(2));
    assert_eq!(both.len(), 2);
}

#[test]
fn what_comes_to_light_during_a_dial_does_not_repeat_the_way_that_failed() {
    let ways = Map {
        near: true,
        ..online()
    };
    let (mut ctx, mut contacts) = with_bob();
    // A leftover in the list: nobody is there.
    see_bob(&mut contacts);
    assert_eq!(round(&mut ctx, &mut contacts, &ways), [near()]);
    // The own Transport ID is held a moment later.
    contacts.redial_all(&mut ctx);
    fail(&mut ctx, &mut contacts);
    assert_eq!(round(&mut ctx, &mut contacts, &ways), [far()]);
}

#[test]
fn somebody_else_who_comes_and_goes_keeps_nobody_from_a_contact() {
    let ways = Map {
        near: true,
        others: true,
        ..online()
    };
    // Sorts before the real one.
    let another = "myapp-203-0-113-7-0aaaaaaa-cccc-8ccc-8ccc-cccccccccccc";
    let (mut ctx, mut contacts) = with_bob();
    let mut dialled = Vec::new();
    for _ in 0..20 {
        see_all(
            &mut contacts,
            [(another, None, BESIDE), (SEEN, None, BESIDE)],
        );
        dialled.extend(round(&mut ctx, &mut contacts, &ways));
        // It goes and comes while it is dialled.
        see_all(&mut contacts, [(SEEN, None, BESIDE)]);
        see_all(
            &mut contacts,
            [(another, None, BESIDE), (SEEN, None, BESIDE)],
        );
        fail(&mut ctx, &mut contacts);
    }
    assert!(
        dialled.contains(&near()) || dialled.contains(&far()),
        "{dialled:?}"
    );
}
