use super::*;
use crate::limits::{IN_FLIGHT, OUTBOX_MESSAGES, TEXT_BYTES};
use crate::view::Refusal;

const NOW: Mono = Mono(1_000);

fn chat() -> Chat {
    Chat::new(ContactId("c".into()))
}

fn write(chat: &mut Chat, text: &str) -> (ThreadRecord, Vec<MessageRecord>) {
    chat.write(CommandId(1), text.into(), 7, format!("id of {text}"))
        .unwrap();
    chat.flush(NOW).unwrap()
}

/// Returns a chat with these own messages stored, and nothing agreed.
fn written(texts: &[&str]) -> (Chat, Vec<MessageRecord>) {
    let (mut chat, mut stored) = (chat(), Vec::new());
    for text in texts {
        stored.extend(write(&mut chat, text).1);
        chat.stored();
    }
    (chat, stored)
}

fn receive(chat: &mut Chat, id: &str) {
    assert!(chat.receive(id.into(), "x".into(), 7, 7));
}

fn store(chat: &mut Chat) {
    chat.flush(NOW).unwrap();
    chat.stored();
}

fn state(chat: &Chat, place: u64) -> MessageState {
    chat.progress().state(place)
}

fn sent(chat: &mut Chat) -> Vec<(u64, String)> {
    let frames = std::iter::from_fn(|| chat.next());
    frames
        .map(|frame| match frame {
            SessionFrame::Text { number, text, .. } => (number, text),
            other => panic!("{other:?}"),
        })
        .collect()
}

fn have(last: Option<&str>, read: Option<&str>) -> SessionFrame {
    SessionFrame::Have {
        last: last.map(Into::into),
        read: read.map(Into::into),
    }
}

#[test]
fn an_own_message_is_sent_only_after_it_is_stored() {
    let mut chat = chat();
    write(&mut chat, "one");
    assert!(chat.next().is_none());
    let durable = chat.stored();
    assert_eq!(durable.commands, [CommandId(1)]);
    assert_eq!(durable.own[0].state, MessageState::Waiting);
    assert_eq!(sent(&mut chat), [(1, "one".to_owned())]);
    assert_eq!(state(&chat, 1), MessageState::Sent);
    assert!(chat.next().is_none());
}

#[test]
fn a_message_moves_until_it_is_stored_and_acknowledged() {
    let mut chat = chat();
    assert!(!chat.is_moving());
    write(&mut chat, "one");
    assert!(chat.is_moving(), "on its way to storage");
    chat.stored();
    assert!(!chat.is_moving(), "it waits");
    chat.next().unwrap();
    assert!(chat.is_moving(), "on its way to the other side");
    assert!(chat.acknowledged(1));
    assert!(!chat.is_moving());
}

#[test]
fn a_received_message_is_said_to_be_here_only_after_it_is_stored() {
    let mut chat = chat();
    receive(&mut chat, "1");
    assert_eq!((chat.have(true), chat.storing()), (have(None, None), 1));
    chat.flush(NOW).unwrap();
    receive(&mut chat, "2");
    assert!(chat.flush(NOW).is_none(), "one transaction at a time");
    assert_eq!(chat.storing(), 2);
    assert_eq!(chat.stored().received.len(), 1);
    assert_eq!(chat.have(true), have(Some("1"), None));
    assert_eq!(chat.flush(NOW).unwrap().1.len(), 1);
}

#[test]
fn a_failed_write_is_as_if_it_had_not_happened() {
    let mut chat = chat();
    receive(&mut chat, "1");
    write(&mut chat, "mine");
    receive(&mut chat, "2");
    let failed = chat.failed(NOW);
    assert_eq!(
        (failed.commands, failed.received),
        (vec![CommandId(1)], Some(1))
    );
    assert_eq!((chat.unread(), chat.storing()), (0, 0));
    assert_eq!(chat.have(true), have(None, None));
    receive(&mut chat, "1");
    let (head, records) = write(&mut chat, "mine");
    assert_eq!((head.out_last, records.len()), (1, 2));
    assert_eq!(head.in_last.as_deref(), Some("1"));
}

#[test]
fn after_a_failed_write_the_head_is_written_as_it_was_at_once_and_then_every_half_minute() {
    let (mut chat, _) = written(&["one"]);
    write(&mut chat, "two");
    assert_eq!(chat.failed(NOW).received, None);
    let (head, records) = chat.flush(NOW).unwrap();
    assert_eq!((head.next_number, head.out_last), (2, 1));
    assert!(records.is_empty());
    assert_eq!(chat.due(), None, "it is under way");
    assert_eq!(chat.failed(NOW), Failed::default());
    let later = NOW + WRITE_AGAIN;
    assert_eq!((chat.due(), chat.flush(NOW)), (Some(later), None));
    assert!(chat.flush(later).is_some());
    chat.stored();
    assert_eq!((chat.due(), chat.flush(later)), (None, None));
}

#[test]
fn a_message_that_comes_after_a_failed_write_does_not_wait() {
    let mut chat = chat();
    write(&mut chat, "one");
    chat.failed(NOW);
    store(&mut chat);
    write(&mut chat, "two");
    chat.failed(NOW);
    chat.flush(NOW).unwrap();
    chat.failed(NOW);
    let (head, records) = write(&mut chat, "three");
    assert_eq!((head.out_last, records.len()), (1, 1));
}

#[test]
fn after_a_restart_sending_goes_on_behind_what_the_other_side_has() {
    let (chat, stored) = written(&["one", "two", "three"]);
    let mut chat = Chat::restore(chat.head, stored);
    chat.agree(2, Some("id of two".into()));
    let states = [1, 2, 3].map(|place| state(&chat, place));
    let delivered = MessageState::Delivered;
    assert_eq!(states, [delivered, delivered, MessageState::Waiting]);
    assert_eq!(sent(&mut chat), [(1, "three".to_owned())]);
}

#[test]
fn what_the_other_side_has_lost_is_recalled_and_waits_again() {
    let (chat, stored) = written(&["one", "two", "three"]);
    let head = ThreadRecord {
        out_delivered: 3,
        out_read: 2,
        ..chat.head
    };
    let mut chat = Chat::restore(head, Vec::new());
    chat.recall(stored[1..].to_vec());
    assert_eq!(state(&chat, 3), MessageState::Delivered, "not agreed yet");
    chat.agree(1, None);
    let waiting = MessageState::Waiting;
    assert_eq!([2, 3].map(|place| state(&chat, place)), [waiting; 2]);
    assert_eq!(state(&chat, 1), MessageState::Read);
    let again = [(1, "two".to_owned()), (2, "three".to_owned())];
    assert_eq!(sent(&mut chat), again);
    chat.interrupted();
    assert_eq!(sent(&mut chat), again, "the connection had ended");
}

#[test]
fn what_was_recalled_is_forgotten_where_its_connection_ends_before_that_is_agreed() {
    let (chat, stored) = written(&["one"]);
    let head = ThreadRecord {
        out_delivered: 1,
        ..chat.head
    };
    let mut chat = Chat::restore(head, Vec::new());
    chat.recall(stored);
    chat.interrupted();
    assert!(!chat.wants_to_send());
}

#[test]
fn an_acknowledgement_of_what_was_never_sent_is_none() {
    let (mut chat, _) = written(&["one", "two"]);
    assert!(!chat.acknowledged(1));
    chat.next().unwrap();
    assert!(!chat.acknowledged(2));
    assert_eq!(state(&chat, 1), MessageState::Sent);
    assert!(chat.acknowledged(1) && chat.acknowledged(1) && chat.acknowledged(0));
    assert_eq!(state(&chat, 1), MessageState::Delivered);
    assert_eq!(chat.head.out_known.as_deref(), Some("id of one"));
    chat.read_by_other(9);
    assert_eq!(state(&chat, 1), MessageState::Read, "as far as it is there");
    assert_eq!(state(&chat, 2), MessageState::Waiting);
}

#[test]
fn an_acknowledgement_of_any_number_of_messages_writes_the_head_and_none_of_them() {
    let (mut chat, _) = written(&["x"; 20]);
    assert_eq!(sent(&mut chat).len(), 20);
    assert!(chat.acknowledged(20));
    let (head, records) = chat.flush(NOW).unwrap();
    assert_eq!((head.out_delivered, records.len()), (20, 0));
    assert!(
        chat.outbox.waiting().is_empty(),
        "nothing is kept in memory"
    );
}

#[test]
fn a_hole_on_the_disk_is_passed_over() {
    let (chat, mut stored) = written(&["one", "two", "three"]);
    stored.remove(1);
    let mut chat = Chat::restore(chat.head, stored);
    let rest = [(1, "one".to_owned()), (2, "three".to_owned())];
    assert_eq!(sent(&mut chat), rest);
    assert!(chat.acknowledged(2));
    assert_eq!(chat.head.out_delivered, 3);
}

#[test]
fn a_stored_text_that_no_frame_can_carry_does_not_block_the_others() {
    let (chat, mut stored) = written(&["one", "two"]);
    stored[0].message.text = "\u{1}".repeat(TEXT_BYTES);
    let mut chat = Chat::restore(chat.head, stored);
    assert_eq!(sent(&mut chat), [(1, "two".to_owned())]);
}

#[test]
fn progress_is_said_once() {
    let mut chat = chat();
    assert!(chat.news().is_some(), "from where a view begins");
    assert_eq!(chat.news(), None);
    write(&mut chat, "one");
    chat.stored();
    chat.next().unwrap();
    assert_eq!(chat.news().unwrap().sent, 1);
    chat.interrupted();
    assert_eq!(chat.news().unwrap().state(1), MessageState::Waiting);
    assert_eq!(chat.news(), None);
}

#[test]
fn what_was_seen_is_said_again_at_each_meeting_and_only_with_consent() {
    let mut chat = chat();
    for (number, id, tell) in [(1, "1", true), (2, "2", false)] {
        receive(&mut chat, id);
        store(&mut chat);
        assert!(chat.see(number, tell));
    }
    assert_eq!(chat.have(true), have(Some("2"), Some("1")));
    assert_eq!(chat.have(false), have(Some("2"), None));
    let chat = Chat::restore(chat.head.clone(), Vec::new());
    let again = have(Some("2"), Some("1"));
    assert_eq!(chat.have(true), again, "after a restart too");
}

#[test]
fn the_window_bounds_what_is_in_flight() {
    let (mut chat, _) = written(&["x"; 40]);
    assert_eq!(sent(&mut chat).len(), IN_FLIGHT);
    assert!(chat.acknowledged(10));
    assert_eq!(sent(&mut chat).len(), 8);
}

#[test]
fn the_composer_refuses_at_the_bounds() {
    let mut chat = chat();
    let mut write = |text: &str| chat.write(CommandId(1), text.into(), 7, String::new());
    assert_eq!(write(" \n"), Err(Refusal::TextEmpty));
    assert_eq!(
        write(&"x".repeat(TEXT_BYTES + 1)),
        Err(Refusal::TextTooLong)
    );
    assert_eq!(
        write(&"\u{1b}[0m".repeat(2_000)),
        Err(Refusal::TextControls)
    );
    for _ in 0..OUTBOX_MESSAGES {
        write("x").unwrap();
    }
    assert_eq!(write("x"), Err(Refusal::OutboxFull));
}
