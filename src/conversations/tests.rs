//! Sessions and chats by themselves: what a contact says, and what follows.
//!
//! Long because each message of a contact, and each way in which it can be out of place, is a case.

use super::*;
use crate::fact::Heard;
use crate::io::{CommandId, Output};
use crate::limits::{
    ASK_IDS, ASKS, CONTACT_BURST, IN_FLIGHT, MESSAGE_BURST, PONG, PROFILE_EVERY, PROFILES_SENT,
    PROFILES_TAKEN, SAME_ALERT, TEXT_BYTES, UNSEEN,
};
use crate::misbehaviour::Misbehaviour;
use crate::records::Query;
use crate::store::{Read, Wanted};
use crate::test_context::{
    changes, clear, closed, context, facts, id, outputs, replies, sent, wait,
};
use crate::view::{Answer, Event, MessageState, Refusal};
use crate::wire::{Card, Malformed, encode};

const LINK: LinkId = LinkId::Dialled(1);
const OTHER: LinkId = LinkId::Accepted(1);

fn bob() -> ContactId {
    id("Bob")
}

/// A session with Bob that has just begun, and both have said what they have.
fn session() -> (Context, Conversations) {
    let (mut ctx, mut all) = (context(), Conversations::default());
    begin(&mut ctx, &mut all);
    (ctx, all)
}

fn begin(ctx: &mut Context, all: &mut Conversations) {
    assert!(all.begin(ctx, &bob(), LINK, (Path::Unknown, false), true));
    all.send_have(ctx, &bob(), true);
    clear(ctx);
}

fn hear(ctx: &mut Context, all: &mut Conversations, frame: &SessionFrame) {
    all.frame(ctx, &bob(), encode(frame).as_bytes());
}

/// Returns the id of a message of Bob.
fn name(number: u64) -> String {
    format!("{number:032x}")
}

fn text(number: u64, text: &str) -> SessionFrame {
    SessionFrame::Text {
        file: None,
        act: None,
        about: None,
        lives: None,
        turn: None,
        number,
        id: name(number),
        at: 0,
        text: text.to_owned(),
        introduces: None,
    }
}

/// Returns what Bob says about a message.
fn about(number: u64, act: &str, about: &str, says: &str) -> SessionFrame {
    SessionFrame::Text {
        file: None,
        act: Some(act.to_owned()),
        about: Some(about.to_owned()),
        lives: None,
        turn: None,
        number,
        id: name(number),
        at: 0,
        text: says.to_owned(),
        introduces: None,
    }
}

fn profile() -> SessionFrame {
    SessionFrame::Profile {
        number: 3,
        friendlyname: "Bob".to_owned(),
        card: Card {
            transport_id: "t".to_owned(),
            discovery_uuid: "d".to_owned(),
        },
        near: true,
        special: true,
        at: 9,
        routers: Some(vec!["r".to_owned()]),
        away: true,
    }
}

fn have(last: Option<String>) -> SessionFrame {
    SessionFrame::Have { last, read: None }
}

fn ack(upto: u64) -> String {
    encode(&SessionFrame::Ack { upto })
}

/// Stores what is staged.
fn store(ctx: &mut Context, all: &mut Conversations) {
    all.flush(ctx);
    all.stored(ctx, &bob());
}

/// Takes the outputs, and returns what is read.
fn queries(ctx: &mut Context) -> Vec<Query> {
    let query = |output| {
        let Output::Load(_, query) = output else {
            return None;
        };
        Some(query)
    };
    outputs(ctx).into_iter().filter_map(query).collect()
}

fn loaded(ctx: &mut Context, all: &mut Conversations, what: Wanted, records: Vec<MessageRecord>) {
    let read = Read {
        contact: bob(),
        link: Some(LINK),
        what,
    };
    all.loaded(ctx, &read, records).unwrap();
}

/// Returns the misbehaviour in the facts.
fn misbehaviour(ctx: &mut Context) -> Option<Misbehaviour> {
    facts(ctx).into_iter().find_map(|fact| {
        let Fact::Misbehaved(_, how) = fact else {
            return None;
        };
        Some(how)
    })
}

/// Writes messages, each stored.
fn write(ctx: &mut Context, all: &mut Conversations, count: usize) {
    for n in 0..count {
        let command = CommandId(u64::try_from(n).unwrap());
        all.write(ctx, command, &bob(), "x").unwrap();
    }
    store(ctx, all);
}

#[test]
fn a_text_out_of_bounds_is_misbehaviour() {
    let longest = "x".repeat(TEXT_BYTES);
    let without_id = SessionFrame::Text {
        act: None,
        about: None,
        lives: None,
        turn: None,
        file: None,
        number: 1,
        id: "short".to_owned(),
        at: 0,
        text: "x".to_owned(),
        introduces: None,
    };
    let about_nothing = about(1, "edit", "short", "x");
    let out = Some(Misbehaviour::TextOutOfBounds);
    for (frame, how) in [
        (text(1, &longest), None),
        (text(1, &format!("{longest}x")), out),
        (text(1, ""), out),
        (without_id, out),
        (about_nothing, out),
        (text(2, "x"), Some(Misbehaviour::OutOfPlace)),
        (text(0, "x"), Some(Misbehaviour::OutOfPlace)),
    ] {
        let (mut ctx, mut all) = session();
        hear(&mut ctx, &mut all, &frame);
        assert_eq!(misbehaviour(&mut ctx), how);
    }
}

#[test]
fn more_texts_than_a_person_can_write_are_misbehaviour() {
    let (mut ctx, mut all) = session();
    let lenient = u64::from(MESSAGE_BURST) + u64::try_from(IN_FLIGHT).unwrap();
    for seq in 1..=lenient {
        hear(&mut ctx, &mut all, &text(seq, "x"));
        assert_eq!(misbehaviour(&mut ctx), None, "{seq}");
    }
    hear(&mut ctx, &mut all, &text(lenient + 1, "x"));
    let too_many = Some(Misbehaviour::TooManyTexts);
    assert_eq!(misbehaviour(&mut ctx), too_many);
    all.accepted(&bob());
    hear(&mut ctx, &mut all, &text(lenient + 1, "x"));
    assert_eq!(misbehaviour(&mut ctx), None, "an acceptance anew");
}

#[test]
fn what_is_no_message_of_a_session_is_misbehaviour() {
    let (mut ctx, mut all) = session();
    all.frame(&mut ctx, &bob(), br#"{"type":"auth"}"#);
    let unknown = Some(Malformed::UnknownType.into());
    assert_eq!(misbehaviour(&mut ctx), unknown);
    all.frame(&mut ctx, &bob(), &[0xFF]);
    assert_eq!(misbehaviour(&mut ctx), Some(Malformed::NotUtf8.into()));
}

#[test]
fn a_profile_is_handed_on_and_says_where_the_contact_is() {
    let (mut ctx, mut all) = session();
    assert!(!all.is_here(&bob(), |_, _| false));
    hear(&mut ctx, &mut all, &profile());
    let Some(Fact::Profile(contact, heard)) = facts(&mut ctx).pop() else {
        panic!("nobody hears it");
    };
    let Heard {
        number,
        special,
        at,
        ..
    } = *heard;
    assert_eq!((contact, number, special, at), (bob(), 3, true, 9));
    assert!(all.is_here(&bob(), |_, _| false));
    let routers = all.routers_of(|id, _| *id == bob());
    assert_eq!(routers.collect::<Vec<_>>(), [(&bob(), "r")]);
}

#[test]
fn whoever_is_at_a_private_address_is_here_while_they_share_a_namespace() {
    type There = fn(&ContactId, &[String]) -> bool;
    let local = |path, shares| path == Path::Local && shares;
    let nowhere: There = |_, _| false;
    let in_a_list: There = |_, _| true;
    let by_router: There = |_, routers| routers == ["r"];
    for met_there in [true, false] {
        let (mut ctx, mut all) = session();
        wait(&mut ctx, Duration::from_secs(60));
        let way = (Path::Local, met_there);
        assert!(all.begin(&mut ctx, &bob(), OTHER, way, true));
        assert_eq!(all.is_here(&bob(), local), met_there);
        for (is_there, shares) in [
            (in_a_list, true),
            (nowhere, met_there),
            (by_router, met_there),
        ] {
            let before = all.shares(&bob());
            let changed = all.follow_neighbours(is_there);
            assert_eq!(all.is_here(&bob(), local), shares);
            assert_eq!(
                changed.len(),
                usize::from(before != shares),
                "they are told"
            );
        }
        all.moved();
        all.follow_neighbours(nowhere);
        assert!(!all.is_here(&bob(), local), "this device is elsewhere");
        hear(&mut ctx, &mut all, &profile());
        assert_eq!(all.follow_neighbours(by_router), [bob()]);
    }
}

#[test]
fn own_messages_wait_for_what_the_contact_has() {
    let (mut ctx, mut all) = session();
    write(&mut ctx, &mut all, 1);
    assert_eq!(sent(&mut ctx, LINK), [""; 0]);
    hear(&mut ctx, &mut all, &have(None));
    assert_eq!(sent(&mut ctx, LINK).len(), 1);
    hear(&mut ctx, &mut all, &have(None));
    assert_eq!(misbehaviour(&mut ctx), Some(Misbehaviour::OutOfPlace));
}

#[test]
fn what_does_not_follow_from_what_was_said_is_misbehaviour() {
    let ask = |count, id: &str| SessionFrame::Ask {
        ids: vec![id.to_owned(); count],
    };
    let (out, id) = (Some(Misbehaviour::OutOfPlace), name(1));
    for (frames, how) in [
        (vec![SessionFrame::Ack { upto: 0 }], out),
        (vec![have(None), SessionFrame::Ack { upto: 0 }], None),
        (vec![have(None), SessionFrame::Ack { upto: 1 }], out),
        (vec![SessionFrame::Known { id: None }], out),
        (vec![ask(ASK_IDS, &id)], None),
        (vec![ask(ASK_IDS + 1, &id)], out),
        (vec![ask(1, "short")], out),
        (vec![ask(1, &id); ASKS], None),
        (vec![ask(1, &id); ASKS + 1], out),
        (vec![text(1, "x"), ask(1, &id)], out),
    ] {
        let (mut ctx, mut all) = session();
        for frame in &frames {
            hear(&mut ctx, &mut all, frame);
        }
        assert_eq!(misbehaviour(&mut ctx), how, "{frames:?}");
    }
    let (mut ctx, mut all) = (context(), Conversations::default());
    all.begin(&mut ctx, &bob(), LINK, (Path::Unknown, false), true);
    hear(&mut ctx, &mut all, &text(1, "before we have said anything"));
    assert_eq!(misbehaviour(&mut ctx), out);
}

#[test]
fn a_contact_that_has_what_is_missing_here_is_asked_and_the_person_is_told() {
    let (mut ctx, mut all) = session();
    write(&mut ctx, &mut all, 2);
    clear(&mut ctx);
    hear(&mut ctx, &mut all, &have(Some(name(9))));
    let query = Query::Named {
        contact: bob(),
        ids: vec![name(9)],
    };
    assert_eq!(queries(&mut ctx), [query]);
    loaded(&mut ctx, &mut all, Wanted::Agreement, Vec::new());
    assert!(matches!(facts(&mut ctx)[..], [Fact::OlderDisk(_)]));
    let asked = sent(&mut ctx, LINK);
    let [question] = &asked[..] else {
        panic!("{asked:?}");
    };
    assert!(question.contains(r#""type":"ask""#), "{question}");
    hear(&mut ctx, &mut all, &SessionFrame::Known { id: None });
    assert_eq!(sent(&mut ctx, LINK).len(), 2);
    hear(&mut ctx, &mut all, &SessionFrame::Ack { upto: 1 });
    // The next time it has one of these.
    all.gone(&mut ctx, &bob());
    begin(&mut ctx, &mut all);
    hear(&mut ctx, &mut all, &have(Some(name(9))));
    loaded(&mut ctx, &mut all, Wanted::Agreement, Vec::new());
    assert!(facts(&mut ctx).is_empty(), "once in an hour");
}

#[test]
fn what_was_read_for_a_connection_that_has_ended_is_of_no_use() {
    let (mut ctx, mut all) = session();
    hear(&mut ctx, &mut all, &have(Some(name(9))));
    all.gone(&mut ctx, &bob());
    assert!(all.begin(&mut ctx, &bob(), OTHER, (Path::Unknown, false), true));
    clear(&mut ctx);
    loaded(&mut ctx, &mut all, Wanted::Agreement, Vec::new());
    assert_eq!(outputs(&mut ctx), []);
}

#[test]
fn a_question_is_answered_with_the_newest_message_that_is_here() {
    let (mut ctx, mut all) = session();
    let ids = vec![name(1), name(2)];
    hear(&mut ctx, &mut all, &SessionFrame::Ask { ids: ids.clone() });
    let query = Query::Named {
        contact: bob(),
        ids,
    };
    assert_eq!(queries(&mut ctx), [query]);
    loaded(&mut ctx, &mut all, Wanted::Question, Vec::new());
    let known = encode(&SessionFrame::Known { id: None });
    assert_eq!(sent(&mut ctx, LINK), [known]);
}

#[test]
fn what_is_stored_is_said_when_nothing_is_under_way_any_more() {
    let (mut ctx, mut all) = session();
    hear(&mut ctx, &mut all, &text(1, "hi"));
    all.flush(&mut ctx);
    all.gone(&mut ctx, &bob());
    begin(&mut ctx, &mut all);
    all.stored(&mut ctx, &bob());
    let have = encode(&have(Some(name(1))));
    assert_eq!(sent(&mut ctx, LINK), [have], "and no acknowledgement");
}

#[test]
fn nothing_more_is_taken_from_a_contact_while_too_much_is_unseen() {
    let (mut ctx, mut all) = session();
    let unseen = u64::from(UNSEEN);
    for number in 1..=unseen + 1 {
        hear(&mut ctx, &mut all, &text(number, "x"));
        store(&mut ctx, &mut all);
        wait(&mut ctx, Duration::from_secs(1));
    }
    let sent_before = sent(&mut ctx, LINK);
    assert_eq!(sent_before.last(), Some(&ack(unseen - 1)));
    all.gone(&mut ctx, &bob());
    begin_full(&mut ctx, &mut all);
    assert_eq!(sent(&mut ctx, LINK), [""; 0], "nor on the next connection");
    hear(&mut ctx, &mut all, &text(1, "x"));
    assert_eq!(misbehaviour(&mut ctx), Some(Misbehaviour::OutOfPlace));
    all.see(&mut ctx, &bob(), u64::MAX, true).unwrap();
    let have = SessionFrame::Have {
        last: Some(name(unseen + 1)),
        read: Some(name(unseen + 1)),
    };
    assert!(sent(&mut ctx, LINK).contains(&encode(&have)));
}

/// Begins a session and says what is stored, where that may be said.
fn begin_full(ctx: &mut Context, all: &mut Conversations) {
    clear(ctx);
    assert!(all.begin(ctx, &bob(), LINK, (Path::Unknown, false), true));
    all.send_have(ctx, &bob(), true);
}

#[test]
fn own_messages_are_sent_as_fast_as_the_contact_takes_them() {
    let (mut ctx, mut all) = session();
    let burst = usize::try_from(MESSAGE_BURST).unwrap();
    write(&mut ctx, &mut all, burst + 1);
    clear(&mut ctx);
    hear(&mut ctx, &mut all, &have(None));
    assert_eq!(sent(&mut ctx, LINK).len(), burst);
    let due = all.due(ctx.now).unwrap();
    assert_eq!(due.why, Why::Pace);
    ctx.now.mono = due.at;
    all.check(&mut ctx, &bob());
    assert_eq!(sent(&mut ctx, LINK).len(), 1);
}

#[test]
fn a_received_text_is_shown_at_once_and_counts_and_is_acknowledged_once_it_is_stored() {
    let (mut ctx, mut all) = session();
    hear(&mut ctx, &mut all, &text(1, "hi"));
    assert!(facts(&mut ctx).is_empty());
    let outputs = outputs(&mut ctx);
    let [Output::Event(Event::Message(shown))] = &outputs[..] else {
        panic!("it is shown, and nothing else: {outputs:?}");
    };
    assert_eq!((&*shown.text, shown.state), ("hi", MessageState::Arriving));
    all.flush(&mut ctx);
    assert!(matches!(changes(&mut ctx)[..], [Change::Thread(..)]));
    all.stored(&mut ctx, &bob());
    let Some(Fact::Received(_, received, None)) = facts(&mut ctx).pop() else {
        panic!("nobody is told");
    };
    assert_eq!(received, "hi");
    assert_eq!(sent(&mut ctx, LINK), [ack(1)]);
    assert_eq!(all.unread(&bob()), 1);
}

#[test]
fn a_text_of_a_clock_that_is_ahead_is_none_of_the_future() {
    let (mut ctx, mut all) = session();
    let mut ahead = text(1, "hi");
    if let SessionFrame::Text { at, .. } = &mut ahead {
        *at = ctx.now.unix + 3_600_000;
    }
    hear(&mut ctx, &mut all, &ahead);
    all.flush(&mut ctx);
    let stored = changes(&mut ctx);
    let [Change::Thread(_, records)] = &stored[..] else {
        panic!("{stored:?}");
    };
    assert_eq!(records[0].message.at, ctx.now.unix);
}

#[test]
fn what_could_not_be_stored_ends_the_session_and_refuses_the_commands() {
    let (mut ctx, mut all) = session();
    all.write(&mut ctx, CommandId(7), &bob(), "x").unwrap();
    hear(&mut ctx, &mut all, &text(1, "hi"));
    all.flush(&mut ctx);
    clear(&mut ctx);
    let reason = "full".to_owned();
    let refusal = Refusal::Storage { reason };
    all.not_stored(&mut ctx, &bob(), &refusal);
    let outputs = outputs(&mut ctx);
    let refused = Output::Reply(CommandId(7), Err(refusal));
    // The own message has the first number.
    let gone = Output::Event(Event::MessagesGone {
        contact: bob(),
        from: 2,
    });
    assert_eq!(outputs, [refused, gone, Output::Close(LINK)]);
    assert!(matches!(facts(&mut ctx)[..], [Fact::Ended(_, false)]));
    assert_eq!(all.connected(), []);
    assert_eq!(all.unread(&bob()), 0);
}

#[test]
fn a_command_is_answered_once_its_message_is_stored() {
    let (mut ctx, mut all) = session();
    all.write(&mut ctx, CommandId(7), &bob(), "x").unwrap();
    all.flush(&mut ctx);
    assert_eq!(replies(&mut ctx), []);
    all.stored(&mut ctx, &bob());
    assert_eq!(replies(&mut ctx), [(CommandId(7), Ok(Answer::Done))]);
}

#[test]
fn a_newer_connection_takes_over_and_the_older_one_learns_it() {
    let (mut ctx, mut all) = session();
    wait(&mut ctx, Duration::from_secs(60));
    assert!(all.begin(&mut ctx, &bob(), OTHER, (Path::Local, false), true));
    let outputs = outputs(&mut ctx);
    let replaced = Output::Transmit(LINK, encode(&SessionFrame::Replaced));
    assert_eq!(outputs, [replaced, Output::Close(LINK)]);
    assert_eq!(all.path(&bob()), Some(Path::Local));
    assert!(facts(&mut ctx).is_empty(), "the contact was never gone");
}

#[test]
fn of_two_connections_at_once_the_one_that_the_smaller_key_dialled_stays() {
    for ours_is_smaller in [true, false] {
        let (mut ctx, mut all) = session();
        let begun = all.begin(
            &mut ctx,
            &bob(),
            OTHER,
            (Path::Local, false),
            ours_is_smaller,
        );
        assert_eq!(begun, !ours_is_smaller);
        let dropped = if ours_is_smaller { OTHER } else { LINK };
        assert_eq!(closed(&mut ctx), [dropped]);
    }
}

#[test]
fn a_session_that_is_replaced_from_another_device_is_told_of_once_in_an_hour() {
    let mut all = Conversations::default();
    let mut ctx = context();
    let mut replaced = |ctx: &mut Context, ours| {
        all.begin(ctx, &bob(), LINK, (Path::Unknown, false), true);
        hear(ctx, &mut all, &SessionFrame::Replaced);
        assert!(matches!(facts(ctx)[..], [Fact::Replaced(_)]));
        all.replaced(ctx, &bob(), ours, true);
        alerts(ctx)
    };
    assert_eq!(replaced(&mut ctx, true), []);
    assert_eq!(replaced(&mut ctx, false), [Alert::TwoCopies]);
    assert_eq!(replaced(&mut ctx, false), []);
    wait(&mut ctx, SAME_ALERT);
    assert_eq!(replaced(&mut ctx, false), [Alert::TwoCopies]);
}

/// Returns what the person is told after the end of a session.
fn alerts(ctx: &mut Context) -> Vec<Alert> {
    let mut facts = facts(ctx).into_iter();
    assert!(matches!(facts.next(), Some(Fact::Ended(..))));
    let alert = |fact| {
        let Fact::Alert(alert) = fact else {
            panic!("{fact:?}");
        };
        alert
    };
    facts.map(alert).collect()
}

#[test]
fn one_contact_among_others_can_not_raise_a_false_alarm_of_two_copies() {
    let (mut ctx, mut all) = session();
    let (carl, link) = (id("Carl"), LinkId::Dialled(7));
    all.begin(&mut ctx, &carl, link, (Path::Unknown, false), true);
    clear(&mut ctx);
    all.replaced(&mut ctx, &bob(), false, false);
    assert_eq!(alerts(&mut ctx), [], "there is somebody else");
    all.begin(&mut ctx, &bob(), OTHER, (Path::Unknown, false), true);
    all.replaced(&mut ctx, &bob(), false, false);
    assert_eq!(alerts(&mut ctx), [], "the same one twice");
    all.begin(&mut ctx, &bob(), LINK, (Path::Unknown, false), true);
    all.replaced(&mut ctx, &carl, false, false);
    assert_eq!(alerts(&mut ctx), [Alert::TwoCopies]);
}

#[test]
fn a_contact_has_a_budget_for_all_its_messages_and_one_for_profiles() {
    let frames = u64::from(CONTACT_BURST);
    let (mut ctx, mut all) = session();
    for _ in 0..frames {
        hear(&mut ctx, &mut all, &SessionFrame::Typing);
    }
    assert_eq!(misbehaviour(&mut ctx), None);
    hear(&mut ctx, &mut all, &SessionFrame::Typing);
    let too_many = Some(Misbehaviour::TooManyFrames);
    assert_eq!(misbehaviour(&mut ctx), too_many);
    let (mut ctx, mut all) = session();
    for _ in 0..PROFILES_TAKEN {
        hear(&mut ctx, &mut all, &profile());
        assert_eq!(misbehaviour(&mut ctx), None);
    }
    hear(&mut ctx, &mut all, &profile());
    let too_many = Some(Misbehaviour::TooManyProfiles);
    assert_eq!(misbehaviour(&mut ctx), too_many);
}

#[test]
fn an_own_profile_that_changes_often_is_sent_when_it_may_be() {
    let (mut ctx, mut all) = session();
    for _ in 0..PROFILES_SENT {
        assert!(all.may_send_profile(&ctx, &bob()));
    }
    assert!(!all.may_send_profile(&ctx, &bob()));
    assert_eq!(all.owed_profiles(ctx.now.mono), []);
    ctx.now.mono = all.due(ctx.now).unwrap().at;
    assert_eq!(all.owed_profiles(ctx.now.mono), [bob()]);
    assert!(all.may_send_profile(&ctx, &bob()));
    assert_eq!(all.owed_profiles(ctx.now.mono + PROFILE_EVERY), []);
}

#[test]
fn a_contact_that_says_nothing_is_asked_and_then_given_up() {
    let (mut ctx, mut all) = session();
    let ask = |ctx: &mut Context, all: &mut Conversations| {
        ctx.now.mono = all.due(ctx.now).unwrap().at;
        all.check(ctx, &bob());
        sent(ctx, LINK)
    };
    let ping = [encode(&SessionFrame::Ping)];
    assert_eq!(ask(&mut ctx, &mut all), ping);
    hear(&mut ctx, &mut all, &SessionFrame::Pong);
    assert_eq!(ask(&mut ctx, &mut all), ping);
    wait(&mut ctx, PONG);
    all.check(&mut ctx, &bob());
    assert_eq!(closed(&mut ctx), [LINK]);
    assert!(matches!(facts(&mut ctx)[..], [Fact::Ended(_, true)]));
}

#[test]
fn a_session_that_ended_within_ten_seconds_has_not_lasted() {
    for (seconds, lasted) in [(9, false), (10, true)] {
        let (mut ctx, mut all) = session();
        wait(&mut ctx, Duration::from_secs(seconds));
        all.gone(&mut ctx, &bob());
        let Some(Fact::Ended(_, told)) = facts(&mut ctx).pop() else {
            panic!("nobody is told");
        };
        assert_eq!(told, lasted);
    }
}

#[test]
fn a_goodbye_ends_a_session_and_parting_says_one_without_a_word_to_the_others() {
    let (mut ctx, mut all) = session();
    hear(&mut ctx, &mut all, &SessionFrame::Bye);
    assert_eq!(closed(&mut ctx), [LINK]);
    assert!(matches!(facts(&mut ctx)[..], [Fact::Ended(..)]));
    let (mut ctx, mut all) = session();
    all.part(&mut ctx, &bob());
    let bye = Output::Transmit(LINK, encode(&SessionFrame::Bye));
    assert_eq!(outputs(&mut ctx), [bye, Output::Close(LINK)]);
    assert!(facts(&mut ctx).is_empty(), "it is not dialled again");
}

#[test]
fn questions_are_answered_and_writing_is_shown() {
    let (mut ctx, mut all) = session();
    hear(&mut ctx, &mut all, &SessionFrame::Ping);
    assert_eq!(sent(&mut ctx, LINK), [encode(&SessionFrame::Pong)]);
    hear(&mut ctx, &mut all, &SessionFrame::Typing);
    let typing = Output::Event(Event::Typing(bob()));
    assert_eq!(outputs(&mut ctx), [typing]);
}

#[test]
fn a_forgotten_chat_is_removed_from_the_disk() {
    let (mut ctx, mut all) = session();
    all.forget(&mut ctx, &bob());
    assert_eq!(changes(&mut ctx), [Change::ForgetThread(bob())]);
    assert_eq!(all.see(&mut ctx, &bob(), 1, true), Err(Refusal::Gone));
}
