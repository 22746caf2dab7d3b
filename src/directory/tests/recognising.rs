//! Whose entries are contacts'.

use super::super::Directory;
use super::machine::{BOBS, DAY, HERE, TODAY, at, bobs_uuid, checked_in, namespace};
use crate::context::Context;
use crate::crypto;
use crate::limits::DISCOVERY_IDS;
use crate::test_context::{id, wait};
use crate::values::ContactId;
use crate::wire::Entry;

/// Looks who of these contacts is seen, where that may have changed.
fn recognise(
    directory: &mut Directory,
    ctx: &Context,
    contacts: &[(ContactId, [u8; 16])],
) -> Option<Vec<(ContactId, String)>> {
    let contacts = contacts.iter().map(|(id, secret)| (id, *secret));
    let seen = directory.recognise(ctx, contacts, false, std::iter::empty())?;
    let of = |(id, entries): (&ContactId, &Vec<(Entry, String)>)| {
        let ids = entries.iter().map(|(entry, _)| entry.discovery_id.clone());
        ids.map(|entry| (id.clone(), entry)).collect::<Vec<_>>()
    };
    Some(seen.iter().flat_map(of).collect())
}

#[test]
fn a_contact_is_recognised_by_what_only_contacts_can_compute() {
    let (mut ctx, mut directory) = at(&[HERE]);
    let bob = [(id("Bob"), BOBS)];
    recognise(&mut directory, &ctx, &bob);
    checked_in(&mut directory, &mut ctx, "myapp", bobs_uuid(TODAY), 1);
    let entry = namespace().discovery_id(bobs_uuid(TODAY));
    let seen = recognise(&mut directory, &ctx, &bob);
    assert_eq!(seen, Some(vec![(id("Bob"), entry)]));
    assert_eq!(recognise(&mut directory, &ctx, &bob), None, "no news");
    let others = [(id("Bob"), [3; 16])];
    let seen = recognise(&mut directory, &ctx, &others);
    assert_eq!(seen, Some(Vec::new()), "another secret is looked for anew");
}

#[test]
fn who_tells_a_contacts_discovery_uuid_does_not_take_its_place() {
    let (mut ctx, mut directory) = at(&[HERE]);
    let contacts = ["Bob", "Ann", "Mallory"].map(|name| (id(name), BOBS));
    recognise(&mut directory, &ctx, &contacts);
    checked_in(&mut directory, &mut ctx, "myapp", bobs_uuid(TODAY), 1);
    let seen = recognise(&mut directory, &ctx, &contacts);
    let seen = seen.iter().flatten().map(|(contact, _)| contact.clone());
    let mut seen: Vec<ContactId> = seen.collect();
    seen.sort();
    assert_eq!(seen, ["Ann", "Bob", "Mallory"].map(id));
}

/// Says who is seen, of Bob alone, where somebody has Bob's id of this day.
fn with_id_of(day: &str) -> (Context, Directory, Vec<(ContactId, String)>) {
    let (mut ctx, mut directory) = at(&[HERE]);
    recognise(&mut directory, &ctx, &[]);
    checked_in(&mut directory, &mut ctx, "myapp", bobs_uuid(day), 1);
    (
        ctx,
        directory,
        vec![(id("Bob"), namespace().discovery_id(bobs_uuid(day)))],
    )
}

#[test]
fn recognition_follows_a_new_contact() {
    let (ctx, mut directory, seen) = with_id_of("2026-11-24");
    assert_eq!(recognise(&mut directory, &ctx, &[]), None, "a stranger");
    let before = directory.recognised();
    let bob = [(id("Bob"), BOBS)];
    let now = recognise(&mut directory, &ctx, &bob);
    assert_eq!(now, Some(seen), "a day early, because clocks differ");
    assert_ne!(directory.recognised(), before);
}

#[test]
fn recognition_follows_the_day() {
    let (mut ctx, mut directory, seen) = with_id_of("2026-11-25");
    let bob = [(id("Bob"), BOBS)];
    let now = recognise(&mut directory, &ctx, &bob);
    assert_eq!(now, Some(Vec::new()), "no clock is two days ahead");
    wait(&mut ctx, DAY);
    assert_eq!(recognise(&mut directory, &ctx, &bob), Some(seen));
}

#[test]
fn a_contact_is_recognised_also_by_a_later_id_of_the_day() {
    let (mut ctx, mut directory) = at(&[HERE]);
    let bob = [(id("Bob"), BOBS)];
    recognise(&mut directory, &ctx, &bob);
    let last = crypto::discovery_uuid(&BOBS, namespace().label(), TODAY, DISCOVERY_IDS - 1);
    let entry = |uuid| (id("Bob"), namespace().discovery_id(uuid));
    checked_in(&mut directory, &mut ctx, "myapp", last, 1);
    let seen = recognise(&mut directory, &ctx, &bob);
    assert_eq!(seen, Some(vec![entry(last)]));
    // Whoever holds another one does not take its place.
    checked_in(&mut directory, &mut ctx, "myapp", bobs_uuid(TODAY), 2);
    let mut seen = recognise(&mut directory, &ctx, &bob).unwrap();
    seen.sort();
    let mut both = [entry(bobs_uuid(TODAY)), entry(last)];
    both.sort();
    assert_eq!(seen, both);
}
