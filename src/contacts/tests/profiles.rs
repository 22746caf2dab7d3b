//! What a contact says of itself.

use super::*;
use crate::encoding::b64;
use crate::fact::Heard;
use crate::limits::SAME_ALERT;
use crate::misbehaviour::Misbehaviour;
use crate::test_context::{changes, notices, wait};
use crate::wire::Card;

fn profile(number: u64) -> Heard {
    Heard {
        number,
        name: "Robert".to_owned(),
        card: Card {
            transport_id: transport_id(7),
            discovery_uuid: b64(&[7; 16]),
        },
        special: false,
        at: 0,
    }
}

#[test]
fn a_newer_profile_is_taken_and_stored_and_an_older_one_is_not() {
    let (mut ctx, mut contacts) = with_bob();
    for number in [0, 1] {
        contacts.hear(&mut ctx, &bob(), profile(number)).unwrap();
        assert_eq!(changes(&mut ctx), []);
        assert_eq!(contacts.own_name(&bob()), "Bob");
    }
    contacts.hear(&mut ctx, &bob(), profile(2)).unwrap();
    let known = contacts.get(&bob()).unwrap();
    assert_eq!(known.transport_id(), Some(&*transport_id(7)));
    assert_eq!(known.discovery_uuid(), Some([7; 16]));
    assert_eq!((known.name(), known.record().profile_number), ("Bob", 2));
    let stored = Change::Contact(known.record().clone());
    assert_eq!(changes(&mut ctx), [stored]);
}

#[test]
fn the_first_profile_of_a_contact_is_taken_whatever_its_number() {
    let mut record = contact("Bob", BOB);
    record.card = None;
    let (mut ctx, mut contacts) = with([record]);
    contacts.hear(&mut ctx, &bob(), profile(0)).unwrap();
    assert!(!contacts.get(&bob()).unwrap().awaits_card());
}

#[test]
fn a_new_name_is_shown_beside_the_saved_one_and_counts_once_the_person_takes_it_over() {
    let (mut ctx, mut contacts) = with_bob();
    let names = |contacts: &Contacts| {
        let known = contacts.get(&bob()).unwrap();
        (known.name().to_owned(), known.shown_preferences(0).new_name)
    };
    let (saved, new) = ("Bob".to_owned(), Some("Robert".to_owned()));
    contacts.hear(&mut ctx, &bob(), profile(2)).unwrap();
    assert_eq!(names(&contacts), (saved.clone(), new));
    let back = Heard {
        name: "Bob".to_owned(),
        ..profile(3)
    };
    contacts.hear(&mut ctx, &bob(), back).unwrap();
    assert_eq!(names(&contacts), (saved.clone(), None), "it was taken back");
    contacts.hear(&mut ctx, &bob(), profile(4)).unwrap();
    contacts.rename(&mut ctx, &bob(), "Bob").unwrap();
    assert_eq!(
        names(&contacts),
        (saved, None),
        "the person keeps the old one"
    );
    contacts.rename(&mut ctx, &bob(), "").unwrap();
    assert_eq!(names(&contacts), ("Robert".to_owned(), None));
}

#[test]
fn a_profile_that_cannot_be_taken_is_misbehaviour() {
    let (mut ctx, mut contacts) = with_bob();
    let mut heard = |change: fn(&mut Heard)| {
        let mut heard = profile(2);
        change(&mut heard);
        contacts.hear(&mut ctx, &bob(), heard)
    };
    let unfit = Err(Misbehaviour::ProfileUnfit);
    let uuid = heard(|heard| heard.card.discovery_uuid = "AA".to_owned());
    assert_eq!(uuid, Err(Misbehaviour::ProfileDiscoveryUuid));
    let nowhere = heard(|heard| heard.card.transport_id = "nowhere".to_owned());
    assert_eq!(nowhere, unfit);
    let name = heard(|heard| heard.name = "Bo\u{202E}b".to_owned());
    assert_eq!(name, unfit);
    assert_eq!(contacts.own_name(&bob()), "Bob");
}

#[test]
fn the_name_that_the_person_gave_stays() {
    let (mut ctx, mut contacts) = with_bob();
    contacts.rename(&mut ctx, &bob(), " Bobby ").unwrap();
    contacts.hear(&mut ctx, &bob(), profile(2)).unwrap();
    assert_eq!(contacts.name(&bob()), "Bobby");
    let refused = contacts.rename(&mut ctx, &bob(), "a\u{202E}");
    assert_eq!(refused, Err(Refusal::NameCharacters));
    contacts.rename(&mut ctx, &bob(), " ").unwrap();
    assert_eq!(contacts.name(&bob()), "Robert");
}

#[test]
fn special_is_on_where_both_say_so_and_a_pause_ends_with_a_meeting() {
    let (mut ctx, mut contacts) = with_bob();
    contacts
        .decide(&mut ctx, &bob(), |care| care.special = true)
        .unwrap();
    contacts.pause(&mut ctx, &bob(), true).unwrap();
    assert!(!contacts.get(&bob()).unwrap().is_special());
    let heard = Heard {
        special: true,
        ..profile(1)
    };
    contacts.hear(&mut ctx, &bob(), heard).unwrap();
    let known = contacts.get(&bob()).unwrap();
    assert!(known.is_special() && !known.preferences().paused);
}

#[test]
fn a_clock_that_differs_is_told_of_once_in_an_hour() {
    let (mut ctx, mut contacts) = with_bob();
    let mut hear = |ctx: &mut Context, ahead: u64| {
        let at = ctx.now.unix + ahead * 60_000;
        contacts
            .hear(ctx, &bob(), Heard { at, ..profile(1) })
            .unwrap();
        notices(ctx)
    };
    let told = |minutes| {
        let name = "Bob".to_owned();
        [Alert::ClockDiffers { name, minutes }]
    };
    assert_eq!(hear(&mut ctx, 5), []);
    assert_eq!(hear(&mut ctx, 6), told(6));
    assert_eq!(hear(&mut ctx, 7), []);
    wait(&mut ctx, SAME_ALERT);
    assert_eq!(hear(&mut ctx, 8), told(8));
}

#[test]
fn among_several_contacts_a_clock_differs_where_two_of_them_agree() {
    let (mut ctx, mut contacts) = with_bob();
    for (name, byte) in [("Cleo", 3), ("Dan", 4)] {
        contacts.keep_finished(contact(name, byte), None, None);
    }
    let mut hear = |ctx: &mut Context, who: &str, ahead: u64| {
        let at = ctx.now.unix + ahead * 60_000;
        contacts
            .hear(ctx, &id(who), Heard { at, ..profile(1) })
            .unwrap();
        notices(ctx).len()
    };
    assert_eq!(hear(&mut ctx, "Bob", 30), 0, "one may be wrong, or lie");
    assert_eq!(hear(&mut ctx, "Bob", 31), 0);
    assert_eq!(hear(&mut ctx, "Cleo", 60), 0, "they differ from each other");
    assert_eq!(hear(&mut ctx, "Bob", 0), 0);
    assert_eq!(hear(&mut ctx, "Dan", 31), 0, "that one agrees now");
    assert_eq!(hear(&mut ctx, "Dan", 58), 1);
}

#[test]
fn a_contact_that_does_not_say_its_time_has_no_clock_that_differs() {
    let (mut ctx, mut contacts) = with_bob();
    contacts.hear(&mut ctx, &bob(), profile(1)).unwrap();
    assert_eq!(notices(&mut ctx), []);
}

#[test]
fn which_profile_a_contact_has_is_stored_once() {
    let (mut ctx, mut contacts) = with_bob();
    contacts.profile_sent(&mut ctx, &bob(), 3);
    contacts.profile_sent(&mut ctx, &bob(), 3);
    assert_eq!(changes(&mut ctx).len(), 1);
}
