use super::*;

fn chat(log: &str) -> Chat {
    Chat::new(ContactId("c".into()), log.into())
}

fn write(chat: &mut Chat, text: &str) -> (ThreadRecord, Vec<MessageRecord>) {
    chat.write(CommandId(1), text, 7).unwrap();
    chat.flush().unwrap()
}

/// Returns a chat with so many own messages stored.
fn written(count: usize) -> Chat {
    let mut chat = chat("a");
    for _ in 0..count {
        write(&mut chat, "x");
        chat.stored();
    }
    chat
}

fn state(chat: &Chat, place: u64) -> MessageState {
    chat.progress().state(place)
}

fn text(frame: &SessionFrame) -> (&str, u64, &str) {
    match frame {
        SessionFrame::Text { log, seq, text, .. } => (log, *seq, text),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_own_message_is_sent_only_after_it_is_stored() {
    let mut chat = chat("a");
    write(&mut chat, "one");
    assert!(chat.next().is_none());
    let durable = chat.stored();
    assert_eq!(durable.commands, [CommandId(1)]);
    assert_eq!(durable.own[0].state, MessageState::Waiting);
    let frame = chat.next().unwrap();
    assert_eq!(text(&frame), ("a", 1, "one"));
    assert_eq!(state(&chat, 1), MessageState::Sent);
    assert!(chat.next().is_none());
}

#[test]
fn every_text_that_is_taken_fits_a_frame() {
    for (unit, most) in [
        ("x", 8_000),
        ("\"", 8_000),
        ("\n", 8_000),
        ("\u{1b}", 2_667),
    ] {
        let mut chat = chat(&"a".repeat(32));
        let over = chat.write(CommandId(1), &format!("x{}", unit.repeat(most)), 7);
        assert_eq!(over, Err(Refusal::TextTooLong), "{unit:?}");
        write(&mut chat, &format!("x{}", unit.repeat(most - 1)));
        chat.stored();
        let frame = crate::wire::encode(&chat.next().unwrap());
        assert!(frame.len() <= crate::limits::FRAME_BYTES, "{}", frame.len());
    }
}

#[test]
fn a_message_moves_until_it_is_stored_and_acknowledged() {
    let mut chat = chat("a");
    assert!(!chat.is_moving());
    write(&mut chat, "one");
    assert!(chat.is_moving(), "on its way to storage");
    chat.stored();
    assert!(!chat.is_moving(), "it waits");
    chat.next().unwrap();
    assert!(chat.is_moving(), "on its way to the other side");
    chat.acknowledged("a", 1);
    assert!(!chat.is_moving());
}

#[test]
fn a_received_message_is_acknowledged_only_after_it_is_stored() {
    let mut chat = chat("a");
    assert_eq!(chat.receive("b", 1, "one".into(), 7), Received::Taken);
    assert_eq!(chat.ack(), None);
    chat.flush().unwrap();
    assert_eq!(chat.receive("b", 2, "two".into(), 7), Received::Taken);
    assert!(chat.flush().is_none(), "one transaction at a time");
    assert_eq!(chat.stored().received.len(), 1);
    assert_eq!(
        chat.ack(),
        Some(SessionFrame::Ack {
            log: "b".into(),
            upto: 1
        })
    );
    assert_eq!(chat.flush().unwrap().1.len(), 1);
}

#[test]
fn what_came_twice_is_taken_once() {
    let mut chat = chat("a");
    assert_eq!(chat.receive("b", 1, "one".into(), 7), Received::Taken);
    assert_eq!(chat.receive("b", 1, "one".into(), 7), Received::Again);
    assert_eq!(chat.receive("b", 3, "three".into(), 7), Received::Gap);
}

#[test]
fn a_failed_write_is_as_if_it_had_not_happened() {
    let mut chat = chat("a");
    chat.receive("b", 1, "one".into(), 7);
    write(&mut chat, "mine");
    chat.receive("b", 2, "two".into(), 7);
    assert_eq!(chat.failed(), [CommandId(1)]);
    assert_eq!(chat.unread(), 0);
    let nothing = SessionFrame::Have {
        log: None,
        upto: 0,
        read: None,
    };
    assert_eq!(chat.have(true), nothing);
    assert_eq!(chat.receive("b", 1, "one".into(), 7), Received::Taken);
    let (head, records) = write(&mut chat, "mine");
    assert_eq!((head.out_seq, head.in_seq, records.len()), (1, 1, 2));
}

#[test]
fn after_a_restart_sending_goes_on_from_what_the_other_side_has() {
    let mut chat = chat("a");
    let mut stored = Vec::new();
    for text in ["one", "two", "three"] {
        stored.extend(write(&mut chat, text).1);
        chat.stored();
    }
    let head = chat.head.clone();
    let mut chat = Chat::restore(head, stored);
    chat.rewind(Some("a"), 2, None);
    let states = [1, 2, 3].map(|place| state(&chat, place));
    let delivered = MessageState::Delivered;
    assert_eq!(states, [delivered, delivered, MessageState::Waiting]);
    assert_eq!(text(&chat.next().unwrap()), ("a", 3, "three"));
    assert!(chat.next().is_none());
}

#[test]
fn an_acknowledgement_of_what_was_never_written_is_ignored() {
    let mut chat = chat("a");
    write(&mut chat, "one");
    chat.stored();
    chat.acknowledged("a", 2);
    chat.acknowledged("other", 1);
    chat.read_by_other("a", 9);
    assert_eq!(state(&chat, 1), MessageState::Waiting);
    chat.acknowledged("a", 1);
    assert_eq!(state(&chat, 1), MessageState::Delivered);
    chat.rewind(Some("a"), 1, Some(9));
    assert_eq!(state(&chat, 1), MessageState::Read, "as far as it exists");
    assert_eq!(state(&chat, 2), MessageState::Waiting);
}

#[test]
fn an_acknowledgement_of_any_number_of_messages_writes_the_head_and_none_of_them() {
    let mut chat = written(20);
    chat.acknowledged("a", 20);
    let (head, records) = chat.flush().unwrap();
    assert_eq!((head.out_delivered, records.len()), (20, 0));
    assert_eq!(chat.own.len(), 0, "nothing of them is kept in memory");
}

#[test]
fn progress_is_said_once() {
    let mut chat = chat("a");
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
    let mut chat = chat("a");
    let read = |chat: &Chat, receipts| match chat.have(receipts) {
        SessionFrame::Have { read, .. } => read,
        other => panic!("{other:?}"),
    };
    for (seq, tell) in [(1, true), (2, false)] {
        chat.receive("b", seq, "x".into(), 7);
        chat.flush().unwrap();
        chat.stored();
        assert!(chat.see(seq, tell));
    }
    assert_eq!(read(&chat, true), Some(1));
    assert_eq!(read(&chat, false), None);
    let mut chat = Chat::restore(chat.head.clone(), Vec::new());
    assert_eq!(read(&chat, true), Some(1), "after a restart too");
    chat.receive("new", 1, "x".into(), 7);
    chat.flush().unwrap();
    chat.stored();
    assert_eq!(read(&chat, true), None, "nothing of the new log was seen");
}

#[test]
fn the_window_bounds_what_is_in_flight() {
    let mut chat = written(40);
    assert_eq!(std::iter::from_fn(|| chat.next()).count(), IN_FLIGHT);
    chat.acknowledged("a", 10);
    assert_eq!(std::iter::from_fn(|| chat.next()).count(), 8);
}

#[test]
fn the_composer_refuses_at_the_bounds() {
    let mut chat = chat("a");
    assert_eq!(chat.write(CommandId(1), " \n", 7), Err(Refusal::TextEmpty));
    let long = "x".repeat(TEXT_BYTES + 1);
    assert_eq!(
        chat.write(CommandId(1), &long, 7),
        Err(Refusal::TextTooLong)
    );
    for _ in 0..OUTBOX_MESSAGES {
        chat.write(CommandId(1), "x", 7).unwrap();
    }
    assert_eq!(chat.write(CommandId(1), "x", 7), Err(Refusal::OutboxFull));
}
