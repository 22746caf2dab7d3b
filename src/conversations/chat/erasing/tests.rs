//! Long because each case plays with the disk of one chat, and what is left of it.

use super::*;
use crate::acquaintance::Acquaintance;
use crate::conversations::queue::Content;
use crate::io::CommandId;
use crate::offer::FileOffer;
use crate::records::ThreadRecord;
use crate::values::{Act, ContactId, Reference};
use litemap::LiteMap;

const HOUR: u64 = 3_600_000;
const START: Now = Now {
    mono: Mono(1_000),
    unix: 500_000 * HOUR,
    zone: 0,
};

/// A chat, and what is stored of it.
struct Disk {
    chat: Chat,
    head: ThreadRecord,
    records: LiteMap<u64, MessageRecord>,
}

impl Disk {
    fn new() -> Self {
        let chat = Chat::new(ContactId("c".into()));
        Self {
            head: chat.head.clone(),
            chat,
            records: LiteMap::new(),
        }
    }

    fn content(text: &str) -> Content {
        Content {
            lives: Some(3_600),
            ..text.into()
        }
    }

    fn receive(&mut self, id: &str, content: Content) {
        assert!(
            self.chat
                .receive(id.into(), content, START.unix, START.unix)
        );
        self.store();
    }

    fn write(&mut self, id: &str, content: Content) {
        let command = CommandId(1);
        self.chat
            .write(command, content, START.unix, id.into())
            .unwrap();
        self.answer();
        self.store();
    }

    /// Reads what waits for it.
    fn answer(&mut self) {
        while let Some(ids) = self.chat.next_read() {
            let contact = ContactId("c".into());
            let query = Query::Named {
                contact,
                ids: ids.clone(),
            };
            self.chat.found(&ids, query.answer(self.records.values()));
        }
    }

    /// Agrees on an hour.
    fn with_rule() -> Self {
        let mut disk = Self::new();
        let reference = |act, about: &str| {
            let about = about.to_owned();
            Some(Reference { act, about })
        };
        let propose = Content {
            reference: reference(Act::Propose, ""),
            turn: Some(1),
            ..Self::content("-")
        };
        disk.receive("p", propose);
        let agree = Content {
            reference: reference(Act::Agree, "p"),
            ..Self::content("-")
        };
        disk.write("a", agree);
        disk
    }

    fn introduce(&mut self, id: &str) {
        let introduces = Acquaintance {
            name: "Carl".into(),
            note: Some("sings".into()),
            key: None,
        };
        let content = Content {
            introduces: Some(introduces),
            ..Self::content("Carl")
        };
        self.receive(id, content);
    }

    fn refer(&mut self, id: &str, act: Act, about: &str, text: &str) {
        let about = about.to_owned();
        let content = Content {
            reference: Some(Reference { act, about }),
            ..text.into()
        };
        self.write(id, content);
    }

    fn deliver(&mut self) {
        while self.chat.next().is_some() {}
        let sent = self.head.out_last - self.head.out_delivered;
        assert!(self.chat.acknowledged(sent));
        self.store();
    }

    fn store(&mut self) -> Durable {
        let Some((head, records)) = self.chat.flush(START.mono) else {
            return Durable::default();
        };
        self.records
            .retain(|number, _| (head.begins..head.next_number).contains(number));
        for record in records {
            self.records.insert(record.message.number, record);
        }
        self.head = head;
        self.chat.stored()
    }

    /// Reads all that goes by now, and takes it off the disk.
    fn erase(&mut self, now: Now) -> (Durable, Vec<Erasing>) {
        let mut all = Vec::new();
        let mut durable = Durable::default();
        self.chat.age(now.unix);
        while let Some(query) = self.chat.next_erasing(now) {
            let mut next = Some(query);
            while let Some(query) = next.take() {
                let erasing = self.chat.erase(query.answer(self.records.values()));
                next.clone_from(&erasing.query);
                all.push(erasing);
            }
            durable = self.store();
        }
        (durable, all)
    }

    fn restart(&mut self) {
        let outbox = self
            .records
            .values()
            .filter(|record| self.head.awaits(record));
        self.chat = Chat::restore(self.head.clone(), outbox.cloned().collect());
    }

    /// Returns the ids and texts of what is left.
    fn left(&self) -> Vec<(&str, &str)> {
        let left = self.records.values().filter(|record| !record.gone);
        left.map(|record| (record.id.as_str(), record.message.text.as_str()))
            .collect()
    }
}

fn later(millis: u64) -> Now {
    Now {
        mono: Mono(START.mono.0 + millis),
        unix: START.unix + millis,
        ..START
    }
}

fn picture() -> FileOffer {
    FileOffer {
        name: "a.png".to_owned(),
        size: 7,
        kind: String::new(),
        modified: None,
        thumbnail: None,
        folder: None,
    }
}

#[test]
fn a_received_message_is_gone_from_the_disk_an_hour_after_it_was_seen() {
    let mut disk = Disk::new();
    disk.receive("m", Disk::content("one"));
    disk.receive("n", "two".into());
    disk.erase(later(1_000 * HOUR));
    assert_eq!(disk.left(), [("m", "one"), ("n", "two")], "unread");
    disk.chat.see(2, true);
    assert_eq!(disk.chat.goes_at(START), None, "until it is looked at");
    disk.erase(START);
    assert_eq!(disk.chat.goes_at(START), Some(later(HOUR).mono));
    disk.erase(later(HOUR - 1));
    assert_eq!(disk.left().len(), 2);
    let (durable, _) = disk.erase(later(HOUR));
    assert_eq!(disk.left(), [("n", "two")]);
    assert!(durable.amended[0].gone && !durable.amended[0].has_line());
    assert_eq!(durable.amended[0].text, "");
    assert_eq!(disk.head.timed, []);
    assert_eq!(disk.chat.goes_at(later(HOUR)), None);
}

#[test]
fn what_was_seen_goes_after_a_restart_too_also_a_long_one() {
    let mut disk = Disk::new();
    disk.receive("m", Disk::content("one"));
    disk.chat.see(1, true);
    disk.erase(START);
    disk.store();
    disk.restart();
    let year = later(365 * 24 * HOUR);
    let now = Now {
        mono: Mono(5),
        ..year
    };
    assert!(disk.chat.goes_at(now) <= Some(now.mono));
    disk.erase(now);
    assert_eq!(disk.left(), []);
}

#[test]
fn an_own_message_goes_with_what_has_changed_it_and_the_signs_under_it() {
    let mut disk = Disk::with_rule();
    disk.write("m", "one".into());
    disk.refer("e", Act::Edit, "m", "two");
    disk.refer("r", Act::Reaction, "m", "👍");
    disk.write("n", "other".into());
    disk.deliver();
    disk.chat.read_by_other(2);
    disk.erase(START);
    let ids: Vec<_> = disk.left().iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(ids, ["p", "a", "m", "e", "r", "n"]);
    let (_, erasing) = disk.erase(later(HOUR));
    assert_eq!(erasing.len(), 2, "the message, then its entries");
    let left: Vec<_> = disk.left().iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(left, ["p", "a", "n"]);
    let text = format!("{:?}", disk.records);
    assert!(!text.contains("\"one\"") && !text.contains("\"two\"") && !text.contains('👍'));
}

#[test]
fn the_file_of_a_message_goes_with_it() {
    let mut disk = Disk::new();
    let content = Content {
        offer: Some(picture()),
        ..Disk::content("a.png")
    };
    disk.receive("f", content);
    disk.chat.see(1, true);
    disk.erase(START);
    let (_, erasing) = disk.erase(later(HOUR));
    assert_eq!(erasing[0].withdrawn, [(TransferId("f".into()), false)]);
    assert!(
        disk.records
            .values()
            .all(|record| record.message.offer.is_none())
    );
}

#[test]
fn what_is_staged_about_a_message_that_goes_does_not_bring_it_back() {
    let mut disk = Disk::new();
    disk.receive("m", Disk::content("one"));
    disk.chat.see(1, true);
    disk.erase(START);
    let query = disk.chat.next_erasing(later(HOUR)).unwrap();
    let found = query.answer(disk.records.values());
    disk.refer("r", Act::Reaction, "m", "👍");
    assert_eq!(disk.head.next_number, 2, "it waits for what is being read");
    let erasing = disk.chat.erase(found);
    let entries = erasing.query.unwrap().answer(disk.records.values());
    disk.chat.erase(entries);
    let answer = Content {
        reference: Some(Reference {
            act: Act::Reply,
            about: "m".into(),
        }),
        .."again".into()
    };
    disk.chat
        .write(CommandId(7), answer, 1, "x".into())
        .unwrap();
    assert_eq!(
        disk.chat.outcomes().refused,
        [(CommandId(7), Refusal::MessageGone)]
    );
    disk.store();
    assert_eq!(disk.left(), []);
}

#[test]
fn what_goes_is_tried_again_where_the_disk_fails_and_never_comes_back() {
    let mut disk = Disk::new();
    disk.receive("m", Disk::content("one"));
    disk.chat.see(1, true);
    disk.erase(START);
    let now = later(HOUR);
    disk.chat.next_erasing(now).unwrap();
    disk.chat.not_erased(now.mono);
    assert_eq!(disk.chat.goes_at(now), Some(now.mono + WRITE_AGAIN));
    let now = later(HOUR + 30_000);
    let query = disk.chat.next_erasing(now).unwrap();
    disk.chat.erase(query.answer(disk.records.values()));
    disk.chat.receive("r".into(), Disk::content("next"), 1, 1);
    disk.chat.flush(now.mono).unwrap();
    disk.chat.failed(now.mono);
    let (_, records) = disk.chat.flush(now.mono).unwrap();
    assert_eq!(records.len(), 1);
    assert!(records[0].gone, "it is written all the same");
}

#[test]
fn what_waits_to_be_delivered_does_not_go_and_what_has_gone_is_not_sent_again() {
    let mut disk = Disk::with_rule();
    disk.write("m", "one".into());
    disk.write("n", "two".into());
    disk.erase(later(1_000 * HOUR));
    assert_eq!(disk.left().len(), 4);
    disk.deliver();
    disk.chat.read_by_other(2);
    disk.erase(START);
    disk.erase(later(HOUR));
    // The other side has lost both.
    let again = Query::Own {
        contact: ContactId("c".into()),
        after: 0,
        upto: 9,
    };
    disk.chat.recall(again.answer(disk.records.values()));
    disk.chat.agree(0, None);
    let sent: Vec<_> = std::iter::from_fn(|| disk.chat.next()).collect();
    assert_eq!(
        sent.len(),
        2,
        "the agreement and the message that was not read: {sent:?}"
    );
}

#[test]
fn a_chat_that_was_cleared_can_be_brought_back_for_ten_seconds() {
    let mut disk = Disk::new();
    disk.receive("m", "one".into());
    disk.chat.clear(START.mono);
    disk.store();
    assert_eq!(disk.chat.staying().clearing, Some(1));
    disk.erase(later(9_999));
    assert_eq!(disk.left(), [("m", "one")]);
    assert_eq!(disk.chat.bring_back(later(9_999).mono), Ok(()));
    disk.erase(later(10_000));
    assert_eq!(disk.left(), [("m", "one")]);
    disk.chat.clear(START.mono);
    assert_eq!(
        disk.chat.bring_back(later(10_000).mono),
        Err(Refusal::ClearedForGood)
    );
    let (durable, erasing) = disk.erase(later(10_000));
    assert_eq!((disk.left(), durable.cleared), (vec![], Some(1)));
    assert_eq!(erasing[0].kept, Some(Vec::new()));
    assert_eq!((disk.head.clearing, disk.head.unread), (None, 0));
    assert_eq!(
        disk.chat.bring_back(START.mono),
        Err(Refusal::ClearedForGood)
    );
}

#[test]
fn what_comes_meanwhile_stays_and_what_waits_to_be_delivered_too() {
    let mut disk = Disk::new();
    disk.receive("m", "one".into());
    disk.write("o", "delivered".into());
    disk.deliver();
    let content = Content {
        offer: Some(picture()),
        ..Disk::content("a.png")
    };
    disk.write("w", content);
    disk.chat.clear(START.mono);
    disk.receive("n", "two".into());
    disk.write("x", "three".into());
    let (_, erasing) = disk.erase(later(10_000));
    assert_eq!(disk.left(), [("w", "a.png"), ("n", "two"), ("x", "three")]);
    assert_eq!(disk.chat.unread(), 1);
    assert_eq!(erasing[0].kept, Some(vec![TransferId("w".into())]));
    assert!(disk.chat.wants_to_send());
}

#[test]
fn a_crash_in_the_ten_seconds_leaves_the_chat_cleared() {
    let mut disk = Disk::new();
    disk.receive("m", "one".into());
    disk.chat.clear(START.mono);
    disk.store();
    disk.restart();
    assert_eq!(
        disk.chat.bring_back(START.mono),
        Err(Refusal::ClearedForGood)
    );
    disk.erase(START);
    assert_eq!(disk.left(), []);
}

#[test]
fn of_a_long_chat_only_the_last_ids_are_left() {
    let mut disk = Disk::new();
    for number in 1..=IDS_KEPT + 500 {
        disk.receive(&number.to_string(), "x".into());
        disk.chat.see(number, true);
    }
    disk.chat.clear(START.mono);
    disk.erase(later(10_000));
    assert_eq!(disk.left(), []);
    assert_eq!(disk.head.begins, 501);
    assert_eq!(disk.records.len() as u64, IDS_KEPT);
    disk.receive("next", "y".into());
    assert_eq!(disk.left(), [("next", "y")]);
    assert_eq!(disk.head.in_last.as_deref(), Some("next"));
}

#[test]
fn with_a_chat_that_is_cleared_every_introduction_in_it_goes() {
    let mut disk = Disk::new();
    disk.introduce("first");
    for number in 1..=IDS_KEPT {
        disk.receive(&number.to_string(), "x".into());
        disk.chat.see(number, true);
    }
    disk.chat.clear(START.mono);
    disk.introduce("next");
    disk.erase(later(10_000));
    let left: Vec<_> = disk.head.introductions.iter().collect();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].message, "next", "it came afterwards");
}

#[test]
fn what_was_cleared_is_not_unread_and_introduces_nobody_after_a_write_that_failed() {
    let mut disk = Disk::new();
    disk.receive("m", "one".into());
    disk.introduce("i");
    disk.chat.clear(START.mono);
    let now = later(10_000);
    let query = disk.chat.next_erasing(now).unwrap();
    disk.chat.erase(query.answer(disk.records.values()));
    disk.chat.flush(now.mono).unwrap();
    disk.chat.failed(now.mono);
    let (head, _) = disk.chat.flush(now.mono).unwrap();
    assert_eq!((head.unread, head.introductions), (0, Vec::new()));
    disk.chat.stored();
    disk.receive("n", "two".into());
    assert_eq!(disk.chat.unread(), 1);
}

#[test]
fn an_introduction_stays_until_somebody_clears_it() {
    let mut disk = Disk::with_rule();
    disk.introduce("theirs");
    disk.chat.see(9, true);
    disk.erase(START);
    disk.erase(later(1_000 * HOUR));
    assert!(disk.left().iter().any(|(id, _)| *id == "theirs"));
    assert_eq!(disk.head.introductions.len(), 1);
}

#[test]
fn what_is_about_a_cleared_message_is_refused_or_kept_with_its_words() {
    let mut disk = Disk::new();
    disk.receive("m", "one".into());
    disk.write("o", "mine".into());
    disk.deliver();
    disk.chat.clear(START.mono);
    disk.erase(later(10_000));
    for (act, text) in [
        (Act::Reply, "yes"),
        (Act::Reaction, "👍"),
        (Act::TakeBack, "-"),
    ] {
        let content = Content {
            reference: Some(Reference {
                act,
                about: "m".into(),
            }),
            ..text.into()
        };
        disk.chat
            .write(CommandId(7), content, 1, "x".into())
            .unwrap();
        disk.answer();
        assert_eq!(
            disk.chat.outcomes().refused,
            [(CommandId(7), Refusal::MessageGone)]
        );
    }
    for (act, about, has_line) in [
        (Act::Reply, "o", true),
        (Act::Edit, "m", true),
        (Act::Reaction, "o", false),
        (Act::Delete, "m", false),
    ] {
        let content = Content {
            reference: Some(Reference {
                act,
                about: about.into(),
            }),
            ..Content::from("words")
        };
        assert!(disk.chat.receive(format!("{act:?}"), content, 1, 1));
        disk.answer();
        let durable = disk.store();
        assert_eq!(durable.received[0].has_line(), has_line, "{act:?}");
        assert_eq!(durable.received[0].text, "words");
        assert_eq!(durable.received[0].quoted, None);
    }
}
