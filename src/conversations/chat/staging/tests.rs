use super::*;
use crate::clock::Mono;
use crate::limits::UNSEEN_ACTS;
use crate::records::ThreadRecord;
use crate::values::{ContactId, Lifetime, Reference};
use crate::wire::SessionFrame;

const NOW: Mono = Mono(1_000);

fn chat() -> Chat {
    Chat::new(ContactId("c".into()))
}

fn about(act: Act, about: &str, text: &str) -> Content {
    let about = about.to_owned();
    Content {
        reference: Some(Reference { act, about }),
        ..text.into()
    }
}

fn write(chat: &mut Chat, id: &str, content: Content) {
    let command = CommandId(1);
    chat.write(command, content, 7, id.into()).unwrap();
}

fn receive(chat: &mut Chat, id: &str, content: Content) {
    assert!(chat.receive(id.into(), content, 7, 7));
}

fn flush(chat: &mut Chat) -> (ThreadRecord, Vec<MessageRecord>) {
    chat.flush(NOW).unwrap()
}

fn store(chat: &mut Chat) -> Vec<MessageRecord> {
    let (_, records) = flush(chat);
    chat.stored();
    records
}

/// Returns the texts of what is written, by their ids.
fn texts(records: &[MessageRecord]) -> Vec<(&str, &str)> {
    records
        .iter()
        .map(|record| (record.id.as_str(), record.message.text.as_str()))
        .collect()
}

#[test]
fn what_is_about_a_message_that_is_at_hand_is_stored_with_it_at_once() {
    let mut chat = chat();
    write(&mut chat, "m", "one".into());
    write(&mut chat, "e", about(Act::Edit, "m", "two"));
    assert_eq!(chat.next_read(), None);
    let (_, records) = flush(&mut chat);
    assert_eq!(texts(&records), [("m", "two"), ("e", "two")]);
    // Also while it is being stored, and while it waits to be sent.
    write(&mut chat, "f", about(Act::Edit, "m", "three"));
    chat.stored();
    assert_eq!(texts(&store(&mut chat)), [("m", "three"), ("f", "three")]);
    write(&mut chat, "g", about(Act::Edit, "m", "four"));
    assert_eq!(chat.next_read(), None);
    assert_eq!(texts(&store(&mut chat)), [("m", "four"), ("g", "four")]);
}

#[test]
fn all_wait_in_their_order_behind_what_has_to_be_read() {
    let mut chat = chat();
    receive(&mut chat, "m", "one".into());
    let stored = store(&mut chat);
    receive(&mut chat, "e", about(Act::Edit, "m", "two"));
    receive(&mut chat, "n", "next".into());
    write(&mut chat, "o", "own".into());
    assert!(chat.flush(NOW).is_none());
    assert_eq!(chat.storing(), 2, "neither is acknowledged");
    let ids = chat.next_read().unwrap();
    assert_eq!(ids, ["m"]);
    assert_eq!(chat.next_read(), None, "once");
    chat.found(&["x".to_owned()], Vec::new());
    assert!(
        chat.flush(NOW).is_none(),
        "an answer to what was asked before"
    );
    chat.found(&ids, stored);
    let (head, records) = flush(&mut chat);
    assert_eq!(
        texts(&records),
        [("m", "two"), ("e", ""), ("n", "next"), ("o", "own")]
    );
    assert_eq!(head.in_last.as_deref(), Some("n"));
    assert_eq!((head.unread, head.acts), (2, 1));
}

#[test]
fn what_is_about_a_message_that_is_not_here_is_kept_and_changes_nothing() {
    let mut chat = chat();
    receive(&mut chat, "e", about(Act::Edit, "m", "two"));
    let ids = chat.next_read().unwrap();
    chat.found(&ids, Vec::new());
    let records = store(&mut chat);
    assert_eq!(texts(&records), [("e", "two")]);
    let outcome = records[0].entry.as_ref().unwrap().outcome;
    assert_eq!(outcome, Outcome::NotHere);
    write(&mut chat, "f", about(Act::Reply, "m", "yes"));
    let ids = chat.next_read().unwrap();
    chat.found(&ids, Vec::new());
    let refused = chat.outcomes().refused;
    assert_eq!(refused, [(CommandId(1), Refusal::MessageGone)]);
    assert!(chat.flush(NOW).is_none());
}

#[test]
fn a_failed_write_is_taken_back_also_from_the_messages_that_it_changed() {
    let mut chat = chat();
    write(&mut chat, "m", "one".into());
    store(&mut chat);
    write(&mut chat, "e", about(Act::Edit, "m", "two"));
    flush(&mut chat);
    write(&mut chat, "f", about(Act::Edit, "m", "three"));
    let failed = chat.failed(NOW);
    assert_eq!(failed.commands.len(), 2);
    // Until that is written, what comes is about the message as it was.
    write(&mut chat, "r", about(Act::Reaction, "m", "👍"));
    let (head, records) = flush(&mut chat);
    assert_eq!(texts(&records), [("m", "one"), ("r", "👍")]);
    assert_eq!(head.out_last, 2);
    chat.failed(NOW);
    let (_, records) = chat.flush(Mono(NOW.0 + 30_000)).unwrap();
    assert_eq!(texts(&records), [("m", "one")]);
    assert_eq!(records[0].marks, None);
    chat.stored();
    assert!(chat.next().is_some());
}

#[test]
fn what_waits_for_a_message_that_cannot_be_read_is_refused_and_comes_again() {
    let mut chat = chat();
    receive(&mut chat, "m", "one".into());
    store(&mut chat);
    write(&mut chat, "r", about(Act::Reaction, "m", "👍"));
    receive(&mut chat, "e", about(Act::Edit, "m", "two"));
    chat.next_read().unwrap();
    let failed = chat.not_found();
    assert_eq!(failed.commands, [CommandId(1)]);
    assert!(failed.received.is_some(), "the session has to end");
    assert_eq!(chat.storing(), 0);
    receive(&mut chat, "e", about(Act::Edit, "m", "two"));
    assert_eq!(chat.next_read().unwrap(), ["m"]);
}

#[test]
fn reactions_without_end_are_taken_again_when_the_person_has_looked() {
    let mut chat = chat();
    receive(&mut chat, "m", "one".into());
    let mut stored = store(&mut chat);
    for n in 0..UNSEEN_ACTS {
        assert!(!chat.is_full());
        receive(&mut chat, &n.to_string(), about(Act::Reaction, "m", "👍"));
        if let Some(ids) = chat.next_read() {
            chat.found(&ids, vec![stored[0].clone()]);
        }
        stored = store(&mut chat);
    }
    assert!(chat.is_full());
    assert_eq!(chat.unread(), 1);
    assert!(chat.look_at());
    assert!(!chat.is_full());
}

#[test]
fn own_signs_go_with_a_message_that_is_deleted_and_those_of_the_contact_stand_only_in_it() {
    let mut chat = chat();
    receive(&mut chat, "m", "one".into());
    write(&mut chat, "r", about(Act::Reaction, "m", "👍"));
    write(&mut chat, "s", about(Act::Reaction, "m", "🎉"));
    write(&mut chat, "n", "mine".into());
    receive(&mut chat, "t", about(Act::Reaction, "n", "👍"));
    let records = store(&mut chat);
    assert_eq!(records.last().unwrap().message.text, "");
    let mark = &records[3].marks.as_ref().unwrap().their_reaction;
    assert_eq!(mark.as_deref(), Some("👍"));
    receive(&mut chat, "d", about(Act::Delete, "m", "-"));
    let ids = chat.next_read().unwrap();
    chat.found(&ids, records.clone());
    let records = store(&mut chat);
    let signs = records
        .iter()
        .filter(|record| ["r", "s"].contains(&record.id.as_str()));
    assert_eq!(
        signs
            .map(|record| record.message.text.as_str())
            .collect::<Vec<_>>(),
        ["", ""]
    );
}

#[test]
fn a_message_stays_as_its_sender_says_and_an_own_one_as_was_agreed() {
    let mut chat = chat();
    let propose = Content {
        lives: Some(86_400),
        turn: Some(5),
        ..about(Act::Propose, "", "⏳")
    };
    receive(&mut chat, "p", propose);
    write(&mut chat, "before", "one".into());
    write(&mut chat, "a", about(Act::Agree, "p", "⏳"));
    write(&mut chat, "after", "two".into());
    let hours = Content {
        lives: Some(3_000),
        ..Content::from("three")
    };
    receive(&mut chat, "theirs", hours);
    receive(&mut chat, "stays", "four".into());
    let (head, records) = flush(&mut chat);
    let stays: Vec<_> = records
        .iter()
        .map(|record| (record.id.as_str(), record.stays()))
        .collect();
    let (day, hour) = (Some(Lifetime::Day), Some(Lifetime::Hour));
    assert_eq!(
        stays,
        [
            ("p", None),
            ("before", None),
            ("a", None),
            ("after", day),
            ("theirs", hour),
            ("stays", None)
        ]
    );
    let ranges: Vec<_> = head
        .timed
        .iter()
        .map(|timed| (timed.own, timed.first, timed.last))
        .collect();
    assert_eq!(ranges, [(true, 3, 3), (false, 5, 5)]);
    chat.failed(NOW);
    assert_eq!(
        chat.head.rule, chat.durable.rule,
        "nothing of it has happened"
    );
    assert_eq!(chat.head.timed, []);
}

#[test]
fn what_does_not_stand_is_refused_and_what_a_contact_says_of_it_is_kept() {
    let mut chat = chat();
    write(&mut chat, "a", about(Act::Agree, "p", "⏳"));
    let refused = chat.outcomes().refused;
    assert_eq!(refused, [(CommandId(1), Refusal::RuleOvertaken)]);
    receive(&mut chat, "b", about(Act::Agree, "p", "⏳"));
    let unknown = Content {
        lives: Some(17),
        turn: Some(5),
        ..about(Act::Propose, "", "⏳")
    };
    receive(&mut chat, "u", unknown);
    let records = store(&mut chat);
    let outcomes: Vec<_> = records
        .iter()
        .map(|record| record.entry.as_ref().unwrap().outcome)
        .collect();
    assert_eq!(outcomes, [Outcome::Overtaken, Outcome::Unfit]);
    assert_eq!(
        chat.have(true),
        SessionFrame::Have {
            last: Some("u".into()),
            read: None
        }
    );
}
