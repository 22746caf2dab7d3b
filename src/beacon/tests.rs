//! Tables of what is accepted when, and properties over everything else.

use super::client::Client;
use super::*;
use crate::config;
use crate::context::Context;
use crate::crypto::Identity;
use crate::io::{BeaconAnswer, BeaconFailure, Output};
use crate::test_context::{context, outputs, wait};
use proptest::prelude::*;

const URL: &str = "https://beacon.example.org/beacon";
/// 2026-11-23T07:40Z.
const START: UnixMillis = 2_992_366 * 600_000;
const MINUTE: u64 = 60_000;

fn identity(byte: u8) -> Identity {
    Identity::from_bytes(&[byte; 32]).unwrap()
}

fn pin() -> Pin {
    Pin::new(URL, &identity(1).public().encode()).unwrap()
}

fn header_at(unix: UnixMillis) -> String {
    signed_by(1, URL, unix)
}

fn signed_by(key: u8, url: &str, unix: UnixMillis) -> String {
    let name = Slots::STANDARD.name(Slots::STANDARD.at(unix));
    header(&identity(key), &Audience::of(url).unwrap(), &name)
}

#[test]
fn a_slot_is_accepted_up_to_five_minutes_outside_of_it() {
    let header = header_at(START);
    let end = START + 10 * MINUTE;
    for (now, expected) in [
        (0, Err(BeaconFault::FutureSlot)),
        (START - 5 * MINUTE - 1, Err(BeaconFault::FutureSlot)),
        (START - 5 * MINUTE, Ok(START)),
        (START, Ok(START)),
        (end - 1, Ok(START)),
        (end + 5 * MINUTE - 1, Ok(START)),
        (end + 5 * MINUTE, Err(BeaconFault::OldSlot)),
        (u64::MAX, Err(BeaconFault::OldSlot)),
    ] {
        let from = pin().verify(&header, now).map(|slot| slot.from);
        assert_eq!(from, expected, "{now}");
    }
}

#[test]
fn an_answer_gives_both_roots_and_when_the_first_ends() {
    let (current, next) = (header_at(START), header_at(START + 10 * MINUTE));
    let response = Response {
        current: Some(&current),
        next: Some(&next),
        date: None,
    };
    let answer = pin().read(response, START + 9 * MINUTE).unwrap();
    assert_eq!(answer.current.slot, "UTC-2026-11-23-07-4");
    assert_eq!(answer.current.until, START + 10 * MINUTE);
    let next = answer.next.unwrap();
    assert_eq!(next.from, answer.current.until);
    assert_ne!(next.root, answer.current.root);
    assert!(crate::ids::is_peer_id(&next.root), "{}", next.root);
}

#[test]
fn each_refusal_says_its_reason() {
    let good = header_at(START);
    let with = |from: &str, to: &str| good.replacen(from, to, 1);
    for (header, fault) in [
        (String::new(), BeaconFault::Malformed),
        ("x".repeat(10_000_000), BeaconFault::Malformed),
        (with("v=1", "v=2"), BeaconFault::Version),
        ("v=2; alg=later".to_owned(), BeaconFault::Version),
        (with("v=1", "v=01"), BeaconFault::Malformed),
        (with("v=1", "V=1"), BeaconFault::Malformed),
        (with("; ", ";"), BeaconFault::Malformed),
        (with("kid=dbdb", "kid=DBDB"), BeaconFault::Malformed),
        (with("2026", "+026"), BeaconFault::Malformed),
        (format!("{good}; x=1"), BeaconFault::Malformed),
        (format!("{good}, {good}"), BeaconFault::Malformed),
        (format!(" {good}"), BeaconFault::Malformed),
        (format!("{good}="), BeaconFault::Malformed),
        (signed_by(2, URL, START), BeaconFault::Key),
        (with("07-4", "07-5"), BeaconFault::Signature),
        (
            signed_by(1, "https://other.example.org", START),
            BeaconFault::Signature,
        ),
        (
            signed_by(1, "https://beacon.example.org:8443", START),
            BeaconFault::Signature,
        ),
        (header_at(START - 10 * MINUTE), BeaconFault::OldSlot),
        (header_at(START + 20 * MINUTE), BeaconFault::FutureSlot),
    ] {
        let refused = pin().verify(&header, START + 5 * MINUTE);
        assert_eq!(refused, Err(fault), "{header:.200}");
    }
}

#[test]
fn a_key_that_claims_the_pinned_ones_id_does_not_verify() {
    let foreign = signed_by(2, URL, START);
    let kid = |byte| key_id(identity(byte).public());
    let header = foreign.replace(&kid(2), &kid(1));
    let refused = pin().verify(&header, START);
    assert_eq!(refused, Err(BeaconFault::Signature));
}

#[test]
fn a_date_tells_a_wrong_clock_from_an_old_answer_and_makes_nothing_acceptable() {
    let header = header_at(START);
    let hour = 60 * MINUTE;
    for (date, now, fault) in [
        (None, START + hour, BeaconFault::OldSlot),
        (Some(START + hour), START + hour, BeaconFault::OldSlot),
        (Some(START), START + hour, BeaconFault::ClockDiffers),
        (Some(START), START - hour, BeaconFault::ClockDiffers),
        (Some(START - hour), START - hour, BeaconFault::FutureSlot),
    ] {
        let response = Response {
            current: Some(&header),
            date,
            ..Response::default()
        };
        assert_eq!(pin().read(response, now), Err(fault), "{date:?} {now}");
    }
}

#[test]
fn only_the_very_next_slot_may_come_as_the_next() {
    let current = header_at(START);
    for (next, fault) in [
        (current.clone(), BeaconFault::NotNext),
        (header_at(START + 20 * MINUTE), BeaconFault::NotNext),
        (signed_by(2, URL, START + 10 * MINUTE), BeaconFault::Key),
        ("rubbish".to_owned(), BeaconFault::Malformed),
    ] {
        let response = Response {
            current: Some(&current),
            next: Some(&next),
            date: None,
        };
        assert_eq!(pin().read(response, START), Err(fault), "{next}");
    }
    let nothing = pin().read(Response::default(), START);
    assert_eq!(nothing, Err(BeaconFault::Withheld));
}

#[test]
fn short_slots_of_tests_have_names_of_the_same_form() {
    let slots = Slots::for_tests(20).unwrap();
    let pin = pin().with_slots(slots);
    let audience = Audience::of(URL).unwrap();
    let header = header(&identity(1), &audience, &slots.name(slots.at(START)));
    let until = |now| pin.verify(&header, now).map(|slot| slot.until);
    assert_eq!(until(START), Ok(START + 20_000));
    assert_eq!(until(START + 29_999), Ok(START + 20_000));
    assert_eq!(until(START + 30_000), Err(BeaconFault::OldSlot));
    assert_eq!(until(START - 10_001), Err(BeaconFault::FutureSlot));
    assert!(pin.verify(&header_at(START), START).is_err());
    for (seconds, allowed) in [(0, false), (4, false), (5, true), (600, true), (601, false)] {
        assert_eq!(Slots::for_tests(seconds).is_some(), allowed, "{seconds}");
    }
    assert_eq!(Slots::for_tests(600), Some(Slots::STANDARD));
}

#[test]
fn an_audience_is_the_origin_of_a_url() {
    for (url, expected) in [
        (URL, "https://beacon.example.org"),
        (
            "https://Beacon.Example.ORG:443/x?y#z",
            "https://beacon.example.org",
        ),
        (
            "https://beacon.example.org:8443",
            "https://beacon.example.org:8443",
        ),
        (
            "https://[2001:DB8:0::1]:8443/",
            "https://[2001:db8::1]:8443",
        ),
        ("http://127.0.0.1:8080/beacon", "http://127.0.0.1:8080"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:81", "http://[::1]:81"),
    ] {
        let audience = Audience::of(url).unwrap();
        assert_eq!(audience.as_str(), expected);
        assert_eq!(Audience::of(expected), Some(audience));
    }
    for url in [
        "",
        "https://",
        "https:///x",
        "beacon.example.org",
        "http://beacon.example.org",
        "http://192.0.2.1",
        "ftp://localhost",
        "HTTPS://x.org",
        "https://a@b.org",
        "https://b.org:",
        "https://b.org:0",
        "https://b.org:080",
        "https://b.org:70000",
        "https://b..org",
        "https://b.org.",
        "https://b org",
        "https://ö.org",
        "https://[::1",
        "https://[::1]x",
        "https://a\\b.org",
        "https://%62.org",
        "https://a,b.org",
    ] {
        assert_eq!(Audience::of(url), None, "{url}");
    }
    let long = format!("https://b.org/{}", "x".repeat(500));
    assert_eq!(Audience::of(&long), None);
}

#[test]
fn a_pin_names_the_field_that_is_wrong() {
    let key = identity(1).public().encode();
    assert_eq!(Pin::new("beacon", &key), Err(PinFault::Url));
    for bad in ["", "AAAA", &key[1..], &format!("{key}="), &"A".repeat(44)] {
        assert_eq!(Pin::new(URL, bad), Err(PinFault::PublicKey), "{bad}");
    }
}

fn pinned() -> config::Beacon {
    config::Beacon {
        url: URL.to_owned(),
        public_key: identity(1).public().encode(),
        ..config::Beacon::default()
    }
}

/// Returns the whole answer of the beacon at a moment.
fn answer_at(unix: UnixMillis) -> BeaconAnswer {
    let slots = Slots::STANDARD;
    let end = slots.end(slots.at(unix));
    BeaconAnswer {
        current: Some(header_at(unix)),
        next: (unix + slots.lead() >= end).then(|| header_at(end)),
        date: Some(unix),
    }
}

#[test]
fn who_wakes_asks_again_soon_however_often_the_beacon_failed_before() {
    let mut ctx = context();
    let mut client = Client::new(&pinned(), ctx.now.mono).unwrap();
    let fails = |client: &mut Client, ctx: &mut Context| {
        client.timeout(ctx, || true);
        client.answered(ctx, &Err(BeaconFailure::Unreachable));
        client.due(ctx.now).unwrap().since(ctx.now.mono)
    };
    let seconds = std::time::Duration::from_secs;
    for _ in 0..10 {
        let waits = fails(&mut client, &mut ctx);
        wait(&mut ctx, waits);
    }
    assert!(fails(&mut client, &mut ctx) > seconds(200));
    client.hurry(ctx.now.mono);
    assert!(fails(&mut client, &mut ctx) <= seconds(5));
}

#[test]
fn a_clock_that_is_set_back_counts_and_not_what_was_known_of_the_one_before() {
    let (minutes, seconds) = (
        std::time::Duration::from_mins,
        std::time::Duration::from_secs,
    );
    let undated = |unix| {
        Ok(BeaconAnswer {
            date: None,
            ..answer_at(unix)
        })
    };
    let (mut ctx, fast) = (context(), minutes(14));
    ctx.now.unix = START + 47_000 + 14 * MINUTE;
    let mut client = Client::new(&pinned(), ctx.now.mono).unwrap();
    // By this clock the slot is over, which can be: it counts as at its end.
    client.answered(&mut ctx, &undated(START + 47_000));
    wait(&mut ctx, seconds(6 * 60 + 13));
    ctx.now.unix -= 14 * MINUTE;
    client.clock_set_back(fast);
    let answer = undated(ctx.now.unix);
    client.answered(&mut ctx, &answer);
    // In the lead, a minute later, the next slot is given.
    let wait = client.due(ctx.now).unwrap().since(ctx.now.mono);
    assert!((minutes(1)..minutes(3)).contains(&wait), "{wait:?}");
}

#[test]
fn an_answer_that_gives_less_than_was_known_makes_nobody_late_for_the_next_slot() {
    let minutes = std::time::Duration::from_mins;
    for dated in [true, false] {
        let mut ctx = context();
        ctx.now.unix = START + 9 * MINUTE;
        let mut client = Client::new(&pinned(), ctx.now.mono).unwrap();
        let answer = Ok(answer_at(ctx.now.unix));
        client.answered(&mut ctx, &answer);
        wait(&mut ctx, minutes(4));
        client.timeout(&mut ctx, || false);
        assert_eq!(client.roots().count(), 2, "one is behind");
        // A cache repeats what was said at the beginning of the slot before.
        let date = dated.then_some(ctx.now.unix);
        let repeated = Ok(BeaconAnswer {
            date,
            ..answer_at(START)
        });
        client.hurry(ctx.now.mono);
        client.timeout(&mut ctx, || false);
        client.answered(&mut ctx, &repeated);
        outputs(&mut ctx);
        wait(&mut ctx, minutes(7));
        client.timeout(&mut ctx, || true);
        let asks = matches!(outputs(&mut ctx)[..], [Output::FetchBeacon { .. }]);
        assert!(asks, "before the next slot");
    }
}

#[test]
fn a_root_that_somebody_was_late_to_leave_is_left_before_the_one_after_it() {
    let (minutes, mut ctx) = (std::time::Duration::from_mins, context());
    ctx.now.unix = START + 9 * MINUTE;
    let mut client = Client::new(&pinned(), ctx.now.mono).unwrap();
    for passed in [0, 8] {
        wait(&mut ctx, minutes(passed));
        let answer = Ok(answer_at(ctx.now.unix));
        client.answered(&mut ctx, &answer);
        wait(&mut ctx, minutes(2));
        client.timeout(&mut ctx, || false);
    }
    assert_eq!(client.roots().count(), 3, "somebody is behind");
    // And moves on before the one in the middle may be left.
    wait(&mut ctx, std::time::Duration::from_secs(13));
    assert!(client.timeout(&mut ctx, || true));
    assert!(!client.timeout(&mut ctx, || true));
    assert_eq!(client.roots().count(), 2);
}

#[test]
fn an_old_root_is_left_in_time_where_the_clock_was_set_while_somebody_was_behind() {
    let (behind, minutes) = (9 * MINUTE, std::time::Duration::from_mins);
    let mut ctx = context();
    ctx.now.unix = START + 9 * MINUTE - behind;
    let mut client = Client::new(&pinned(), ctx.now.mono).unwrap();
    let answer = Ok(answer_at(ctx.now.unix + behind));
    client.answered(&mut ctx, &answer);
    wait(&mut ctx, minutes(2));
    client.timeout(&mut ctx, || false);
    assert_eq!(client.roots().count(), 2, "both around the boundary");
    ctx.now.unix += behind;
    client.timeout(&mut ctx, || false);
    let answer = Ok(answer_at(ctx.now.unix));
    client.answered(&mut ctx, &answer);
    wait(&mut ctx, minutes(2));
    client.timeout(&mut ctx, || true);
    assert_eq!(client.roots().count(), 1);
}

proptest! {
    #[test]
    fn every_change_of_a_header_is_refused(
        at in 0_usize..143, count in 0_usize..4, put in "[ -~]{0,4}",
    ) {
        let good = header_at(START);
        let end = (at + count).min(good.len());
        let changed = format!("{}{put}{}", &good[..at], &good[end..]);
        prop_assert_eq!(pin().verify(&changed, START).is_ok(), changed == good);
    }

    #[test]
    fn no_text_is_accepted_and_none_panics(text in ".{0,200}", now in any::<u64>()) {
        let versioned = format!("v=1; {text}");
        prop_assert!(pin().verify(&text, now).is_err());
        prop_assert!(pin().verify(&versioned, now).is_err());
        let _ = Audience::of(&text);
        let _ = Audience::of(&format!("https://{text}"));
    }

    #[test]
    fn whatever_is_signed_is_accepted_in_its_own_time(now in 0_u64..250_000_000_000_000) {
        prop_assert!(pin().verify(&header_at(now), now).is_ok());
    }
}
