use super::batch::Taken;
use super::*;
use crate::limits::{NAMESPACE_ENTRIES, TOLD_ENTRIES};
use crate::wire::{RegistryPart, RouterFrame, encode};

fn names() -> Names {
    Names::new(Box::new(crate::name::Tables))
}

fn namespace() -> Namespace {
    Namespace::of_address("myapp", "203.0.113.7".parse().unwrap())
}

fn entry(n: u8) -> Entry {
    Entry {
        discovery_id: namespace().discovery_id(uuid::Uuid::from_bytes([n; 16])),
        friendlyname: format!("Person {n}"),
        last_seen: 0,
        sealed_transport: None,
        relayed: None,
        router: None,
    }
}

const LINK: Source = Source::Router(LinkId::Dialled(1));
const OTHER: Source = Source::Router(LinkId::Dialled(2));

fn roster(n: std::ops::Range<u8>, now: Mono) -> Roster {
    let mut roster = Roster::default();
    n.for_each(|n| {
        roster
            .insert(&names(), &namespace(), LINK, entry(n), now)
            .unwrap()
    });
    roster
}

#[test]
fn an_entry_lives_ninety_seconds_past_its_last_confirmation() {
    let mut roster = roster(0..2, Mono(0));
    roster.touch(&entry(0).discovery_id, Mono(1_000), 7);
    assert_eq!(roster.expire(Mono(90_000)), [entry(1).discovery_id]);
    assert_eq!(roster.due(), Some(Mono(91_000)));
    assert_eq!(roster.expire(Mono(90_999)), [""; 0]);
    assert_eq!(roster.expire(Mono(91_000)).len(), 1);
    assert_eq!(roster.due(), None);
}

#[test]
fn whom_a_registry_lacks_is_missing_and_leftovers_live_out_their_time() {
    let mut roster = roster(0..3, Mono(0));
    let missing = roster.missing_from(LINK, &[entry(1)]);
    assert_eq!(missing, [entry(0).discovery_id, entry(2).discovery_id]);

    roster.forget(LINK);
    let Source::Router(other) = OTHER else { return };
    roster
        .insert(&names(), &namespace(), OTHER, entry(1), Mono(50_000))
        .unwrap();
    assert_eq!(roster.missing_from(OTHER, &[entry(1)]), [""; 0]);
    roster.confirm(other, Mono(80_000));
    assert_eq!(roster.expire(Mono(90_000)).len(), 2);
}

#[test]
fn who_moves_between_routers_is_there_as_long_as_one_says_so() {
    let mut roster = roster(1..2, Mono(0));
    let id = entry(1).discovery_id;
    let Source::Router(link) = LINK else { return };
    assert!(!roster.is_news_to(&id, link));
    roster
        .insert(&names(), &namespace(), Source::Here, entry(1), Mono(5))
        .unwrap();
    assert!(roster.is_news_to(&id, link));
    assert!(!roster.withdraw(&id, LINK), "it is here");
    assert!(!roster.withdraw(&id, OTHER), "that one never said so");
    assert!(roster.withdraw(&id, Source::Here));
    assert_eq!(roster.len(), 0);
}

#[test]
fn unfit_entries_are_refused_with_the_reason() {
    let mut roster = Roster::default();
    let with = |change: fn(&mut Entry)| {
        let mut entry = entry(1);
        change(&mut entry);
        entry
    };
    for (bad, why) in [
        (
            with(|e| e.discovery_id = "myapp-1-2-3-4-1".into()),
            Unfit::Id,
        ),
        (with(|e| e.friendlyname = "x".repeat(10_000)), Unfit::Name),
        (with(|e| e.friendlyname = "a\u{202E}b".into()), Unfit::Name),
        (
            with(|e| e.sealed_transport = Some("x".repeat(600))),
            Unfit::Size,
        ),
    ] {
        assert_eq!(
            roster.insert(&names(), &namespace(), LINK, bad, Mono(0)),
            Err(why)
        );
    }
}

#[test]
fn a_full_registry_takes_no_more_people_but_still_changes() {
    let mut roster = Roster::default();
    for n in 0..=u16::MAX {
        let mut bytes = [0; 16];
        bytes[..2].copy_from_slice(&n.to_be_bytes());
        let id = namespace().discovery_id(uuid::Uuid::from_bytes(bytes));
        let entry = Entry {
            discovery_id: id,
            ..entry(0)
        };
        let result = roster.insert(&names(), &namespace(), Source::Here, entry, Mono(0));
        assert_eq!(result.is_ok(), usize::from(n) < REGISTRY_ENTRIES);
    }
    assert_eq!(roster.len(), REGISTRY_ENTRIES);
    assert_eq!(
        roster.insert(&names(), &namespace(), Source::Here, entry(0), Mono(0)),
        Ok(())
    );
}

#[test]
fn parts_fit_their_frames_and_hold_everybody() {
    let entries = (0..200).map(|n| Entry {
        sealed_transport: Some("s".repeat(200)),
        friendlyname: "字".repeat(32),
        ..entry(n)
    });
    let parts = cut_to_frames(entries, Entry::encoded_len);
    let count = u32::try_from(parts.len()).unwrap();
    assert!(count > 1);
    assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), 200);
    for (part, peers) in (1..).zip(parts) {
        let part = RegistryPart {
            epoch: u64::MAX,
            seq: u64::MAX,
            part,
            parts: count,
            peers,
        };
        let frame = encode(&RouterFrame::Registry { part });
        assert!(frame.len() <= FRAME_BYTES);
    }
    assert_eq!(
        cut_to_frames(std::iter::empty(), Entry::encoded_len),
        [Vec::new()]
    );
}

/// Entries of so many people, the first of them `from`.
fn many(from: u32, count: usize) -> Vec<Entry> {
    let people = (from..).take(count);
    let entry = |n: u32| Entry {
        discovery_id: namespace().discovery_id(uuid::Uuid::from_u128(n.into())),
        ..entry(0)
    };
    people.map(entry).collect()
}

fn tells(roster: &mut Roster, source: Source, entries: Vec<Entry>) -> Taken {
    let (now, most) = (Mono(0), TOLD_ENTRIES);
    roster.take(&names(), &namespace(), source, entries, now, most)
}

/// Everybody whom this device can list checks in.
fn checks_in(roster: &mut Roster, from: u32) -> Result<(), Unfit> {
    let mut people = many(from, REGISTRY_ENTRIES).into_iter();
    people.try_for_each(|entry| roster.insert(&names(), &namespace(), Source::Here, entry, Mono(0)))
}

#[test]
fn whoever_checks_in_finds_room_whatever_others_tell() {
    let mut roster = Roster::default();
    let taken = tells(&mut roster, LINK, many(0, NAMESPACE_ENTRIES));
    assert_eq!(taken.refused, Some(Unfit::Full));
    assert_eq!(roster.len(), TOLD_ENTRIES);
    assert_eq!(checks_in(&mut roster, 1_000_000), Ok(()));
    assert_eq!(roster.len(), NAMESPACE_ENTRIES);
    // A router that also tells of those who are here makes no room by it for others later.
    tells(&mut roster, LINK, many(1_000_000, REGISTRY_ENTRIES));
    for here in many(1_000_000, REGISTRY_ENTRIES) {
        roster.withdraw(&here.discovery_id, Source::Here);
    }
    assert_eq!(checks_in(&mut roster, 2_000_000), Ok(()));
    assert!(roster.len() <= NAMESPACE_ENTRIES);
}

#[test]
fn whom_nobody_tells_of_any_more_makes_room_for_others() {
    let mut roster = Roster::default();
    tells(&mut roster, LINK, many(0, NAMESPACE_ENTRIES));
    assert_eq!(checks_in(&mut roster, 1_000_000), Ok(()));
    roster.forget_all();
    assert_eq!(roster.spare_leftovers().len(), REGISTRY_ENTRIES);
    assert_eq!(checks_in(&mut roster, 2_000_000), Ok(()));
    assert_eq!(roster.len(), NAMESPACE_ENTRIES);
    let taken = tells(&mut roster, OTHER, many(3_000_000, 1_000));
    assert_eq!(
        (taken.refused, taken.news.len()),
        (None, 2_000),
        "as many go"
    );
    assert_eq!(roster.len(), NAMESPACE_ENTRIES);
    assert_eq!(roster.remove_leftovers().len(), TOLD_ENTRIES - 1_000);
}

#[test]
fn what_shows_that_somebody_is_there_has_an_order() {
    let mut roster = Roster::default();
    let relayed = |n| Entry {
        relayed: Some(true),
        ..entry(n)
    };
    tells(&mut roster, LINK, vec![entry(1), relayed(2)]);
    tells(&mut roster, OTHER, vec![entry(3)]);
    roster.forget(OTHER);
    roster
        .insert(&names(), &namespace(), Source::Here, entry(4), Mono(0))
        .unwrap();
    let standings: Vec<_> = roster.entries().map(|(standing, _)| standing).collect();
    use Standing::{Here, Leftover, Relayed, Told};
    assert_eq!(standings, [Told, Relayed, Leftover, Here]);
    assert!(Here > Told && Told > Relayed && Relayed > Leftover);
    let told: Vec<_> = roster.registry().map(|entry| entry.relayed).collect();
    assert_eq!(told, [Some(true), Some(true), None], "and no leftover");
}

#[test]
fn whoever_is_shown_otherwise_to_be_there_is_a_change() {
    let mut roster = Roster::default();
    tells(&mut roster, LINK, vec![entry(1)]);
    roster.take_changes();
    let id = entry(1).discovery_id;
    roster.forget(LINK);
    assert_eq!(roster.take_changes(), std::slice::from_ref(&id));
    tells(&mut roster, OTHER, vec![entry(1)]);
    assert_eq!(roster.take_changes(), std::slice::from_ref(&id));
    tells(&mut roster, OTHER, vec![entry(1)]);
    assert_eq!(roster.take_changes(), [""; 0]);
    roster
        .insert(&names(), &namespace(), Source::Here, entry(1), Mono(0))
        .unwrap();
    assert_eq!(roster.take_changes(), [id]);
}

#[test]
fn the_mark_of_another_router_does_not_make_an_entry_too_large() {
    let mut largest = entry(1);
    let room = ENTRY_BYTES - largest.encoded_len() - r#","sealedTransport":"""#.len();
    largest.sealed_transport = Some("s".repeat(room));
    assert_eq!(largest.encoded_len(), ENTRY_BYTES);
    largest.relayed = Some(true);
    let mut roster = Roster::default();
    assert_eq!(tells(&mut roster, LINK, vec![largest]).refused, None);
}

#[test]
fn a_router_that_is_gone_is_one_also_where_another_has_told_of_it_as_of_a_peer() {
    let mut roster = Roster::default();
    let take = |roster: &mut Roster, source, router| {
        let told = Entry { router, ..entry(1) };
        roster.take(&names(), &namespace(), source, vec![told], Mono(0), 9);
    };
    take(&mut roster, LINK, Some(true));
    take(&mut roster, OTHER, None);
    roster.withdraw(&entry(1).discovery_id, OTHER);
    assert_eq!(roster.remove_routers(), [""; 0], "it is there");
    roster.forget(LINK);
    assert_eq!(roster.remove_routers(), [entry(1).discovery_id]);
}

#[test]
fn a_router_that_is_gone_is_one_also_where_it_has_checked_in_here_meanwhile_and_left() {
    let mut roster = Roster::default();
    let id = entry(1).discovery_id;
    let router = Entry {
        router: Some(true),
        ..entry(1)
    };
    let checks_in = |roster: &mut Roster| {
        let here = roster.insert(&names(), &namespace(), Source::Here, entry(1), Mono(0));
        assert_eq!(here, Ok(()));
        assert_eq!(roster.as_told(&id).unwrap().router, None, "as of a peer");
    };
    tells(&mut roster, LINK, vec![router.clone()]);
    checks_in(&mut roster);
    roster.withdraw(&id, Source::Here);
    assert_eq!(roster.remove_routers(), [""; 0], "it is there");
    roster.forget(LINK);
    assert_eq!(roster.remove_routers(), std::slice::from_ref(&id));
    // And it is none any more where it stays.
    checks_in(&mut roster);
    tells(&mut roster, LINK, vec![router]);
    assert_eq!(roster.as_told(&id).unwrap().router, None);
    roster.forget(LINK);
    roster.forget_all();
    assert_eq!(roster.remove_routers(), [""; 0]);
}

#[test]
fn a_router_with_two_connections_is_one_until_the_last_has_gone() {
    let mut roster = Roster::default();
    let id = entry(1).discovery_id;
    let router = Entry {
        router: Some(true),
        ..entry(1)
    };
    tells(&mut roster, LINK, vec![router.clone()]);
    tells(&mut roster, OTHER, vec![router]);
    roster.forget(OTHER);
    assert_eq!(
        roster.remove_routers(),
        [""; 0],
        "the first connection stands"
    );
    roster.forget(LINK);
    assert_eq!(roster.remove_routers(), [id]);
}
