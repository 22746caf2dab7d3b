//! What the person is told, when, and what is taken back.

use crate::world::{ANN, BOB, CLEO, DAY, HOME, MINUTE, World, friends};
use mesh_chat::config::NotificationText;
use mesh_chat::node::Input;
use mesh_chat::view::{
    About, Act, Alert, Asked, Command, Connected, ContactCommand, Event, Notification, Reference,
    Refusal, Way,
};

/// Returns what a device was told to show or to take back.
fn told(world: &World, device: usize) -> Vec<&Event> {
    let is_told = |event: &&Event| matches!(event, Event::Notify(_) | Event::Withdraw(_));
    world.events(device).iter().filter(is_told).collect()
}

fn notifications(world: &World, device: usize) -> Vec<&Notification> {
    let told = told(world, device).into_iter();
    told.filter_map(|event| match event {
        Event::Notify(notification) => Some(notification),
        _ => None,
    })
    .collect()
}

fn messages(world: &World, device: usize) -> usize {
    let is_message = |told: &&&Notification| matches!(told, Notification::Message { .. });
    notifications(world, device)
        .iter()
        .filter(is_message)
        .count()
}

fn requests(world: &World, device: usize) -> usize {
    let is_request = |told: &&&Notification| matches!(told, Notification::Request { .. });
    notifications(world, device)
        .iter()
        .filter(is_request)
        .count()
}

fn joined(world: &World, device: usize) -> usize {
    world.joined_notifications(device)
}

/// Returns the alerts that a view hears when it attaches now.
fn heard_by_a_new_view(world: &mut World, device: usize) -> Vec<Alert> {
    let before = world.alerts(device).len();
    world.input(device, Input::Attach);
    let alerts = world.alerts(device).into_iter().skip(before);
    alerts.cloned().collect()
}

fn look(world: &mut World, device: usize, chats: &[&str], visible: bool) {
    let chats = chats.iter().map(|name| world.contact(device, name));
    let chats = chats.collect();
    world.input(device, Input::Watching { chats, visible });
}

#[test]
fn a_contact_is_shown_with_the_way_to_it_and_a_chat_that_is_looked_at_with_the_round_trip_too() {
    let mut world = World::of(&["Ann", "Bob"]);
    world.ask(ANN, "Bob");
    world.accept(BOB);
    let connected = |world: &World| world.person(ANN, "Bob").connected;
    let way = Way::SameNetwork;
    let away = false;
    let expected = |round_trip| Connected {
        way,
        round_trip,
        away,
    };
    assert_eq!(connected(&world), Some(expected(None)));
    look(&mut world, ANN, &["Bob"], true);
    assert_eq!(connected(&world), Some(expected(Some(0))));
    world.kill(BOB);
    assert_eq!(connected(&world), None);
}

#[test]
fn a_message_is_told_while_another_chat_or_only_the_lists_are_looked_at() {
    let mut world = World::of(&["Ann", "Bob", "Cleo"]);
    for asked in ["Bob", "Cleo"] {
        world.ask(ANN, asked);
    }
    for device in [BOB, CLEO] {
        world.accept(device);
    }
    let cases: [(&[&str], bool, usize); 4] = [
        (&[], false, 1),
        (&[], true, 2),
        (&["Cleo"], true, 3),
        (&["Bob", "Cleo"], true, 3),
    ];
    for (chats, visible, so_far) in cases {
        look(&mut world, ANN, chats, visible);
        world.send(BOB, "Ann", "hello");
        world.pass(1_000);
        assert_eq!(messages(&world, ANN), so_far, "{chats:?}");
    }
}

#[test]
fn a_notification_of_a_message_is_taken_back_when_that_is_deleted() {
    let mut world = friends();
    world.send(BOB, "Ann", "first");
    world.send(BOB, "Ann", "second");
    world.pass(1_000);
    let chat = About::Chat(world.contact(ANN, "Bob"));
    for (number, is_newest) in [(0, false), (1, true)] {
        let contact = world.contact(BOB, "Ann");
        let about = world.records(BOB, "Ann")[number].id.clone();
        let reference = Reference {
            act: Act::Delete,
            about,
        };
        let text = "-".to_owned();
        let delete = Command::Refer {
            contact,
            reference,
            text,
        };
        world.command(BOB, delete);
        world.pass(1_000);
        let taken_back = told(&world, ANN).last() == Some(&&Event::Withdraw(chat.clone()));
        assert_eq!(taken_back, is_newest, "{:?}", told(&world, ANN));
    }
}

#[test]
fn a_notification_of_a_message_is_taken_back_when_the_message_was_read() {
    let mut world = friends();
    world.send(BOB, "Ann", "hello");
    world.pass(1_000);
    let chat = About::Chat(world.contact(ANN, "Bob"));
    assert!(matches!(told(&world, ANN).last(), Some(Event::Notify(_))));
    world.read(ANN, "Bob");
    assert_eq!(told(&world, ANN).last(), Some(&&Event::Withdraw(chat)));
    let so_far = told(&world, ANN).len();
    world.read(ANN, "Bob");
    assert_eq!(told(&world, ANN).len(), so_far, "nothing new was read");
}

#[test]
fn a_notification_of_a_request_is_taken_back_whatever_becomes_of_the_request() {
    type Act = fn(&mut World);
    let acts: [(&str, Act); 4] = [
        ("accepted", |world| world.accept(BOB)),
        ("rejected", |world| world.reject(BOB)),
        ("ignored", |world| world.ignore(BOB)),
        ("expired", |world| world.pass(8 * DAY)),
    ];
    for (what, act) in acts {
        let mut world = World::of(&["Ann", "Bob"]);
        world.ask(ANN, "Bob");
        let about = About::Request(world.requests(BOB)[0].id.clone());
        act(&mut world);
        let taken_back = Event::Withdraw(about);
        assert!(told(&world, BOB).contains(&&taken_back), "{what}");
    }
}

#[test]
fn what_notifications_show_of_a_contact_is_chosen_for_them_and_stays_after_a_restart() {
    let mut world = friends();
    let text = Some(NotificationText::NameOnly);
    world.decide(ANN, "Bob", ContactCommand::NotificationText(text));
    assert_eq!(world.preferences(ANN, "Bob").notification_text, text);
    let ann = world.restart(ANN, HOME);
    world.pass(60_000);
    world.send(BOB, "Ann", "secret");
    world.pass(1_000);
    let told = notifications(&world, ann).pop();
    let Some(Notification::Message { name, text, .. }) = told else {
        panic!("{told:?}");
    };
    assert_eq!((name.as_deref(), text), (Some("Bob"), &None));
}

#[test]
fn somebody_who_asks_again_and_again_rings_once() {
    let mut world = World::of(&["Ann", "Bob"]);
    for _ in 0..5 {
        world.ask(ANN, "Bob");
        let links = world.links(BOB);
        world.close(BOB, *links.last().unwrap());
    }
    assert_eq!(world.requests(BOB).len(), 1);
    assert_eq!(requests(&world, BOB), 1);
}

#[test]
fn whoever_was_rejected_is_not_asked_about_again_that_day_also_after_a_restart() {
    let mut world = World::of(&["Ann", "Bob"]);
    world.ask(ANN, "Bob");
    world.reject(BOB);
    let bob = world.restart(BOB, HOME);
    world.pass(5_000);
    world.ask(ANN, "Bob");
    assert!(world.requests(bob).is_empty());
    assert_eq!(world.person(ANN, "Bob").asked, Asked::NotAccepted);
    assert_eq!(requests(&world, bob), 0);
    world.pass(DAY + MINUTE);
    world.ask(ANN, "Bob");
    assert_eq!(world.requests(bob).len(), 1, "another day");
    world.pass(DAY);
    let records = world.snapshot(bob).requests;
    assert!(records.iter().all(|record| record.rejected.is_none()));
}

#[test]
fn whoever_was_rejected_can_still_be_asked_and_is_asked_then() {
    let mut world = World::of(&["Ann", "Bob"]);
    world.ask(ANN, "Bob");
    world.reject(BOB);
    world.ask(BOB, "Ann");
    assert_eq!(world.requests(ANN).len(), 1, "a no ends what Ann had asked");
    world.accept(ANN);
    world.contact(ANN, "Bob");
    world.contact(BOB, "Ann");
}

#[test]
fn nobody_asks_under_a_name_that_is_ignored_until_that_is_taken_back() {
    let mut world = World::of(&["Ann", "Bob"]);
    world.ask(ANN, "Bob");
    world.ignore(BOB);
    assert!(world.requests(BOB).is_empty());
    let cleo = world.start(mesh_chat::records::Snapshot::default());
    world.join(cleo, "ANN");
    world.pass(1_000);
    world.ask(cleo, "Bob");
    assert!(world.requests(BOB).is_empty(), "a look-alike");
    assert_eq!(world.person(cleo, "Bob").asked, Asked::NotAccepted);
    world.pass(2 * DAY);
    world.ask(ANN, "Bob");
    assert!(world.requests(BOB).is_empty(), "for good");
    assert_eq!(requests(&world, BOB), 1);
    assert_eq!(world.snapshot(BOB).settings.ignored, ["Ann"]);
    world.configure(BOB, mesh_chat::config::Settings::default());
    world.ask(ANN, "Bob");
    assert_eq!(world.requests(BOB).len(), 1);
}

#[test]
fn a_request_says_whom_its_name_resembles() {
    let mut world = friends();
    let mallory = world.start(mesh_chat::records::Snapshot::default());
    world.join(mallory, "BOB");
    world.pass(1_000);
    world.ask(mallory, "Ann");
    let told = notifications(&world, ANN);
    let resembles = told.iter().find_map(|told| match told {
        Notification::Request { resembles, .. } => Some(resembles.as_deref()),
        _ => None,
    });
    assert_eq!(resembles, Some(Some("Bob")));
}

#[test]
fn whoever_was_there_when_this_device_came_has_not_joined() {
    let mut world = friends();
    world.pass(10 * MINUTE);
    let ann = world.restart(ANN, HOME);
    world.pass(10 * MINUTE);
    assert_eq!(joined(&world, ann), 0);
    world.kill(BOB);
    world.pass(10 * MINUTE);
    let bob = world.start_at(HOME, world.snapshot(BOB));
    world.pass(10_000);
    assert_eq!(joined(&world, ann), 1, "Bob came later");
    assert_eq!(joined(&world, bob), 0, "Ann was there before him");
}

#[test]
fn whoever_was_just_accepted_does_not_join_as_well() {
    let mut world = World::of(&["Ann", "Bob"]);
    world.pass(10 * MINUTE);
    world.ask(ANN, "Bob");
    world.accept(BOB);
    world.pass(MINUTE);
    assert_eq!([ANN, BOB].map(|device| joined(&world, device)), [0, 0]);
    let accepted = |told: &&&Notification| matches!(told, Notification::Accepted { .. });
    let told = notifications(&world, ANN);
    assert_eq!(told.iter().filter(accepted).count(), 1);
}

#[test]
fn what_went_wrong_while_no_view_was_open_is_told_to_the_next_one() {
    let mut world = friends();
    world.fill_disk(ANN);
    for text in ["one", "two", "three"] {
        world.send(BOB, "Ann", text);
        world.pass(1_000);
    }
    let failed = |alert: &Alert| matches!(alert, Alert::StorageFailed { .. });
    let heard = heard_by_a_new_view(&mut world, ANN);
    assert_eq!(heard.iter().filter(|alert| failed(alert)).count(), 1);
    look(&mut world, ANN, &[], true);
    assert_eq!(heard_by_a_new_view(&mut world, ANN), []);
}

#[test]
fn an_answer_that_came_too_late_waits_for_a_view() {
    let mut world = World::of(&["Ann", "Bob"]);
    world.ask(ANN, "Bob");
    world.kill(ANN);
    world.pass(20 * MINUTE);
    let request = world.requests(BOB)[0].id.clone();
    world.input(BOB, Input::Pressed(Command::Accept { request }));
    let heard = heard_by_a_new_view(&mut world, BOB);
    assert_eq!(heard, [], "she is looked for");
    world.pass(MINUTE);
    let name = "Ann".to_owned();
    let heard = heard_by_a_new_view(&mut world, BOB);
    assert_eq!(heard, [Alert::AnswerTooLate { name }]);
}

#[test]
fn a_button_of_a_notification_that_fails_is_told_to_the_next_view() {
    let mut world = World::of(&["Ann", "Bob"]);
    world.ask(ANN, "Bob");
    let request = world.requests(BOB)[0].id.clone();
    world.reject(BOB);
    let replies = world.replies(BOB);
    world.input(BOB, Input::Pressed(Command::Accept { request }));
    assert_eq!(world.replies(BOB), replies, "there is nobody to answer");
    let refusal = Refusal::Gone;
    let heard = heard_by_a_new_view(&mut world, BOB);
    assert_eq!(heard, [Alert::ButtonFailed { refusal }]);
}

#[test]
fn nobody_is_told_of_a_message_whose_sender_is_blocked_while_it_is_stored() {
    let mut world = friends();
    world.while_writing(ANN, |world| {
        world.send(BOB, "Ann", "hello");
        world.block(ANN, "Bob");
    });
    world.pass(1_000);
    assert_eq!(messages(&world, ANN), 0);
}

#[test]
fn names_that_are_ignored_while_settings_are_stored_are_all_ignored_and_change_no_other_setting() {
    let mut world = World::of(&["Ann", "Bob", "Cleo"]);
    world.ask(BOB, "Ann");
    world.ask(CLEO, "Ann");
    let settings = mesh_chat::config::Settings {
        read_receipts: false,
        ..mesh_chat::config::Settings::default()
    };
    world.while_writing(ANN, |world| {
        world.configure(ANN, settings);
        world.ignore(ANN);
        world.ignore(ANN);
    });
    let stored = world.snapshot(ANN).settings;
    assert_eq!(stored.ignored, ["Bob", "Cleo"]);
    assert!(!stored.read_receipts);
}

#[test]
fn one_contact_who_is_there_alone_can_not_raise_a_false_alarm_of_two_copies() {
    let mut world = World::of(&["Ann", "Bob", "Cleo"]);
    for asked in ["Bob", "Cleo"] {
        world.ask(ANN, asked);
    }
    world.accept(BOB);
    world.accept(CLEO);
    world.kill(CLEO);
    world.pass(2 * MINUTE);
    for link in world.links(ANN) {
        world.inject(ANN, link, br#"{"type":"replaced"}"#);
    }
    assert!(!world.alerts(ANN).contains(&&Alert::TwoCopies));
}
