//! The rules, told what happens and asked what the person is told.

mod quiet;

use super::*;
use crate::io::Output;
use crate::limits::{ALERTS, REQUEST_NOTICE};
use crate::test_context::{context, id, outputs, wait};
use crate::view::Refusal;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

fn events(ctx: &mut Context) -> Vec<Event> {
    let event = |output| {
        let Output::Event(event) = output else {
            panic!("not an event: {output:?}");
        };
        event
    };
    outputs(ctx).into_iter().map(event).collect()
}

fn notified(ctx: &mut Context) -> Vec<Notification> {
    let notification = |event| {
        let Event::Notify(notification) = event else {
            return None;
        };
        Some(notification)
    };
    events(ctx).into_iter().filter_map(notification).collect()
}

fn withdrawn(ctx: &mut Context) -> Vec<About> {
    let about = |event| {
        let Event::Withdraw(about) = event else {
            return None;
        };
        Some(about)
    };
    events(ctx).into_iter().filter_map(about).collect()
}

fn alerts(ctx: &mut Context) -> Vec<Alert> {
    let alert = |event| {
        let Event::Alert(alert) = event else {
            return None;
        };
        Some(alert)
    };
    events(ctx).into_iter().filter_map(alert).collect()
}

fn bob() -> Subject {
    Subject {
        contact: id("Bob"),
        name: "Bob".to_owned(),
        muted: false,
        text: None,
        accepted_at: None,
    }
}

fn asking(name: &str) -> Asking {
    Asking {
        request: RequestId(name.to_owned()),
        name: name.to_owned(),
        resembles: None,
    }
}

fn with(text: NotificationText) -> Settings {
    Settings {
        notification_text: text,
        ..Settings::default()
    }
}

#[test]
fn a_message_is_told_unless_its_very_chat_is_in_front_of_the_person() {
    let muted = Subject {
        muted: true,
        ..bob()
    };
    let cases: [(&[&str], bool, Subject, usize, &str); 7] = [
        (&[], false, bob(), 1, "no view"),
        (
            &[],
            true,
            bob(),
            1,
            "the lists, or a view without the focus",
        ),
        (&["Cleo"], true, bob(), 1, "another chat"),
        (&["Bob"], true, bob(), 0, "this chat"),
        (
            &["Cleo", "Bob"],
            true,
            bob(),
            0,
            "two views, one of them this chat",
        ),
        (
            &["Bob", "Cleo"],
            true,
            bob(),
            0,
            "the same the other way round",
        ),
        (&[], false, muted, 0, "a muted contact"),
    ];
    for (looked_at, visible, from, told, case) in cases {
        let (mut ctx, mut attention) = (context(), Attention::default());
        let looked_at = looked_at.iter().map(|name| id(name)).collect();
        attention.watch(&mut ctx, looked_at, visible);
        attention.message(&mut ctx, &Settings::default(), from, "hi");
        assert_eq!(notified(&mut ctx).len(), told, "{case}");
    }
}

#[test]
fn what_is_shown_of_a_message_is_what_the_person_chose() {
    use NotificationText::{NameAndText, NameOnly, Neither};
    let some = |text: &str| Some(text.to_owned());
    for (choice, name, text) in [
        (NameAndText, some("Bob"), some("hi")),
        (NameOnly, some("Bob"), None),
        (Neither, None, None),
    ] {
        let (mut ctx, attention) = (context(), Attention::default());
        attention.message(&mut ctx, &with(choice), bob(), "hi");
        let contact = id("Bob");
        let told = Notification::Message {
            contact,
            name,
            text,
        };
        assert_eq!(notified(&mut ctx), [told]);
    }
}

#[test]
fn what_was_chosen_for_a_contact_counts_before_what_was_chosen_for_all() {
    for general in NotificationText::ALL {
        for own in NotificationText::ALL {
            let told = |text: Option<NotificationText>, settings: NotificationText| {
                let (mut ctx, attention) = (context(), Attention::default());
                let who = || Subject { text, ..bob() };
                attention.message(&mut ctx, &with(settings), who(), "hi");
                attention.joined(&mut ctx, &with(settings), who());
                attention.accepted(&mut ctx, &with(settings), who());
                notified(&mut ctx)
            };
            assert_eq!(told(Some(*own), *general), told(None, *own));
        }
    }
}

#[test]
fn without_names_no_notification_has_one() {
    let settings = with(NotificationText::Neither);
    let (mut ctx, mut attention) = (context(), Attention::default());
    attention.joined(&mut ctx, &settings, bob());
    attention.accepted(&mut ctx, &settings, bob());
    attention.asked(&mut ctx, &settings, asking("Bob"));
    for told in notified(&mut ctx) {
        assert!(!format!("{told:?}").contains("name: Some"), "{told:?}");
    }
}

#[test]
fn a_long_text_is_cut_between_two_characters() {
    for (length, shown) in [(200, "é".repeat(200)), (201, "é".repeat(200) + "…")] {
        assert_eq!(beginning(&"é".repeat(length)), shown);
    }
}

#[test]
fn somebody_joins_only_a_minute_after_this_device_came() {
    let cases = [(0, 0), (59, 0), (60, 1)];
    for (seconds, told) in cases {
        let (mut ctx, mut attention) = (context(), Attention::default());
        attention.came(ctx.now.mono);
        wait(&mut ctx, Duration::from_secs(seconds));
        attention.joined(&mut ctx, &Settings::default(), bob());
        assert_eq!(notified(&mut ctx).len(), told, "after {seconds} s");
    }
}

#[test]
fn another_network_is_a_place_this_device_has_just_come_to() {
    let (home, away) = (
        IpAddr::from([203, 0, 113, 7]),
        IpAddr::from([198, 51, 100, 9]),
    );
    for (addresses, told) in [(&[home][..], 1), (&[], 1), (&[away], 0), (&[home, away], 0)] {
        let (mut ctx, mut attention) = (context(), Attention::default());
        attention.at(ctx.now.mono, [home].into_iter());
        wait(&mut ctx, 2 * MINUTE);
        attention.at(ctx.now.mono, addresses.iter().copied());
        attention.joined(&mut ctx, &Settings::default(), bob());
        assert_eq!(notified(&mut ctx).len(), told, "{addresses:?}");
    }
}

#[test]
fn whoever_was_just_accepted_does_not_join_as_well_nor_does_a_muted_contact() {
    let (mut ctx, attention) = (context(), Attention::default());
    let accepted_at = Some(ctx.now.mono);
    wait(&mut ctx, MINUTE);
    for (accepted_at, muted, told) in [(accepted_at, false, 0), (None, true, 0), (None, false, 1)] {
        let who = Subject {
            accepted_at,
            muted,
            ..bob()
        };
        attention.joined(&mut ctx, &Settings::default(), who);
        assert_eq!(notified(&mut ctx).len(), told);
    }
}

#[test]
fn requests_ring_once_in_five_minutes_and_later_ones_as_a_number() {
    let (mut ctx, mut attention) = (context(), Attention::default());
    let settings = Settings::default();
    for name in ["one", "two", "three"] {
        attention.asked(&mut ctx, &settings, asking(name));
        wait(&mut ctx, MINUTE);
    }
    let told = notified(&mut ctx);
    assert!(
        matches!(&told[..], [Notification::Request { request, .. }] if request.0 == "one"),
        "{told:?}"
    );
    attention.timeout(&mut ctx, &settings);
    assert_eq!(notified(&mut ctx), [], "too early");
    let due = attention.due().unwrap();
    assert_eq!(due.at, crate::test_context::NOW.mono + REQUEST_NOTICE);
    wait(&mut ctx, 2 * MINUTE);
    attention.timeout(&mut ctx, &settings);
    assert_eq!(notified(&mut ctx), [Notification::Requests { count: 2 }]);
    assert_eq!(attention.due(), None);
    attention.asked(&mut ctx, &settings, asking("four"));
    assert_eq!(notified(&mut ctx), [], "five minutes begin again");
}

#[test]
fn a_request_that_was_answered_meanwhile_is_not_told_and_one_that_is_left_is_told_by_name() {
    let (mut ctx, mut attention) = (context(), Attention::default());
    let settings = Settings::default();
    for name in ["one", "two", "three"] {
        attention.asked(&mut ctx, &settings, asking(name));
    }
    attention.answered(&mut ctx, RequestId("two".to_owned()));
    outputs(&mut ctx);
    wait(&mut ctx, REQUEST_NOTICE);
    attention.timeout(&mut ctx, &settings);
    let told = notified(&mut ctx);
    assert!(
        matches!(&told[..], [Notification::Request { request, .. }] if request.0 == "three"),
        "{told:?}"
    );
    attention.asked(&mut ctx, &settings, asking("four"));
    attention.answered(&mut ctx, RequestId("four".to_owned()));
    assert_eq!(attention.due(), None);
}

#[test]
fn a_look_alike_is_told_with_whom_it_resembles() {
    let (mut ctx, mut attention) = (context(), Attention::default());
    let resembles = Some("Bob".to_owned());
    let like_bob = Asking {
        resembles: resembles.clone(),
        ..asking("B0b")
    };
    attention.asked(&mut ctx, &Settings::default(), like_bob);
    let told = Notification::Request {
        request: RequestId("B0b".to_owned()),
        name: Some("B0b".to_owned()),
        resembles,
    };
    assert_eq!(notified(&mut ctx), [told]);
}

#[test]
fn what_was_dealt_with_is_taken_back() {
    let (mut ctx, mut attention) = (context(), Attention::default());
    let (settings, chat) = (Settings::default(), About::Chat(id("Bob")));
    attention.read(&mut ctx, id("Bob"));
    assert_eq!(withdrawn(&mut ctx), std::slice::from_ref(&chat));
    attention.watch(&mut ctx, vec![id("Bob")], true);
    assert_eq!(withdrawn(&mut ctx), [chat]);
    attention.watch(&mut ctx, vec![id("Bob")], true);
    assert_eq!(withdrawn(&mut ctx), [], "it was looked at before");
    for name in ["one", "two", "three"] {
        attention.asked(&mut ctx, &settings, asking(name));
    }
    wait(&mut ctx, REQUEST_NOTICE);
    attention.timeout(&mut ctx, &settings);
    outputs(&mut ctx);
    let of = |name: &str| About::Request(RequestId(name.to_owned()));
    for (name, taken_back) in [
        ("one", vec![of("one")]),
        ("two", vec![of("two")]),
        ("three", vec![About::Requests, of("three")]),
    ] {
        attention.answered(&mut ctx, RequestId(name.to_owned()));
        assert_eq!(withdrawn(&mut ctx), taken_back);
    }
}

fn damaged(key: usize) -> Alert {
    let key = key.to_string();
    Alert::StorageDamaged { key }
}

#[test]
fn an_alert_waits_until_a_view_is_visible_and_is_told_to_each_that_attaches_before() {
    let (mut ctx, mut attention) = (context(), Attention::default());
    for _ in 0..2 {
        attention.alert(&mut ctx, Alert::TwoCopies);
    }
    assert_eq!(alerts(&mut ctx), [Alert::TwoCopies], "once");
    for _ in 0..2 {
        attention.attach(&mut ctx);
        assert_eq!(alerts(&mut ctx), [Alert::TwoCopies]);
        attention.watch(&mut ctx, Vec::new(), false);
    }
    attention.watch(&mut ctx, Vec::new(), true);
    attention.attach(&mut ctx);
    assert_eq!(alerts(&mut ctx), [], "a visible view has shown it");
    attention.alert(&mut ctx, Alert::TwoCopies);
    assert_eq!(alerts(&mut ctx), [Alert::TwoCopies], "it happened again");
    attention.attach(&mut ctx);
    assert_eq!(alerts(&mut ctx), [], "and was seen at once");
}

#[test]
fn only_so_many_alerts_wait_and_the_newest_are_kept() {
    let (mut ctx, mut attention) = (context(), Attention::default());
    for key in 0..ALERTS + 2 {
        attention.alert(&mut ctx, damaged(key));
    }
    let refused = Alert::ButtonFailed {
        refusal: Refusal::Gone,
    };
    attention.alert(&mut ctx, refused.clone());
    outputs(&mut ctx);
    attention.attach(&mut ctx);
    let kept = alerts(&mut ctx);
    assert_eq!((kept.len(), kept.last()), (ALERTS, Some(&refused)));
    assert_eq!(kept.first(), Some(&damaged(3)));
}
