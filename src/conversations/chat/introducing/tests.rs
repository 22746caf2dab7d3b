use super::*;
use crate::acquaintance::Acquaintance;
use crate::conversations::queue::Content;
use crate::io::CommandId;
use crate::records::OtherHalf;
use crate::test_context::{NOW, id};
use crate::values::Reference;

/// Somebody writes it: the person on this device, or the contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Own,
    Contact,
}

const ASKED: &str = "0123456789abcdef0123456789abcdef";

/// Takes a message.
fn take(chat: &mut Chat, by: By, message: &str, content: Content) {
    let (name, at) = (message.to_owned(), NOW.unix);
    match by {
        By::Own => chat.write(CommandId(1), content, at, name).unwrap(),
        By::Contact => assert!(chat.receive(name, content, at, at)),
    }
}

fn carl(key: Option<&str>) -> Acquaintance {
    Acquaintance {
        name: "Carl".to_owned(),
        note: None,
        key: key.map(str::to_owned),
    }
}

/// Introduces Carl.
fn introduce(chat: &mut Chat, by: By, message: &str) {
    let other = OtherHalf {
        contact: id("Carl"),
        message: "there".to_owned(),
    };
    let content = Content {
        introduces: Some(carl(None)),
        other: Some(other).filter(|_| by == By::Own),
        ..Content::from("Carl")
    };
    take(chat, by, message, content);
}

fn step(chat: &mut Chat, by: By, act: Act, key: Option<&str>) {
    let content = Content {
        reference: Some(Reference {
            act,
            about: ASKED.to_owned(),
        }),
        introduces: key.map(|key| carl(Some(key))),
        ..Content::from("x")
    };
    take(chat, by, "step", content);
}

fn told() -> IntroductionStage {
    let key = "key".to_owned();
    IntroductionStage::Told { key }
}

/// Returns a chat with an introduction by one of the two, as far as this.
fn at(by: By, stage: IntroductionStage) -> Chat {
    let mut chat = Chat::new(id("Bob"));
    introduce(&mut chat, by, ASKED);
    chat.set_introduction(ASKED, stage);
    chat
}

fn stage(chat: &Chat) -> &IntroductionStage {
    &chat.introduction(ASKED).unwrap().stage
}

#[test]
fn each_step_counts_once_in_its_place_and_from_whom_it_is_for() {
    use IntroductionStage::{Agreed, Asked, Declined};
    let taken = || IntroductionStage::Taken {
        key: "key".to_owned(),
    };
    for introducer in [By::Own, By::Contact] {
        for by in [By::Own, By::Contact] {
            for (before, act, after) in [
                (Asked, Act::Meet, (by != introducer).then_some(Agreed)),
                (Agreed, Act::Meet, None),
                (told(), Act::Meet, (by != introducer).then_some(Agreed)),
                (Declined, Act::Meet, None),
                (taken(), Act::Meet, None),
                (Asked, Act::Introduced, None),
                (Agreed, Act::Introduced, (by == introducer).then(told)),
                (told(), Act::Introduced, None),
                (Declined, Act::Introduced, None),
                (taken(), Act::Introduced, None),
            ] {
                let mut chat = at(introducer, before.clone());
                let content = Content {
                    reference: Some(Reference {
                        act,
                        about: ASKED.to_owned(),
                    }),
                    introduces: (act == Act::Introduced).then(|| carl(Some("key"))),
                    ..Content::from("x")
                };
                take(&mut chat, by, "step", content);
                let expected = after.unwrap_or(before);
                assert_eq!(*stage(&chat), expected, "{introducer:?} {by:?} {act:?}");
            }
        }
    }
}

#[test]
fn without_a_key_nobody_is_introduced() {
    let mut chat = at(By::Contact, IntroductionStage::Agreed);
    step(&mut chat, By::Contact, Act::Introduced, None);
    assert_eq!(*stage(&chat), IntroductionStage::Agreed);
}

#[test]
fn a_step_whose_write_fails_has_not_happened() {
    let mut chat = at(By::Contact, IntroductionStage::Asked);
    assert!(chat.flush(NOW.mono).is_some());
    chat.stored();
    step(&mut chat, By::Own, Act::Meet, None);
    assert_eq!(*stage(&chat), IntroductionStage::Agreed);
    assert_eq!(
        chat.settled_introductions().count(),
        0,
        "nothing follows yet"
    );
    chat.flush(NOW.mono);
    chat.failed(NOW.mono);
    assert_eq!(*stage(&chat), IntroductionStage::Asked);
    assert_eq!(
        chat.settled_introductions().count(),
        0,
        "and nothing is tried while the disk takes nothing"
    );
}

#[test]
fn ten_are_open_of_each_side_and_those_that_are_over_make_room() {
    let mut chat = Chat::new(id("Bob"));
    for number in 0..30 {
        introduce(&mut chat, By::Contact, &format!("c{number}"));
        introduce(&mut chat, By::Own, &format!("o{number}"));
    }
    assert_eq!(chat.introductions().len(), 2 * INTRODUCTIONS);
    chat.set_introduction("c0", IntroductionStage::Declined);
    introduce(&mut chat, By::Contact, "new");
    assert_eq!(chat.introductions().len(), INTRODUCTIONS_KEPT);
    assert!(
        chat.introduction("c0").is_none(),
        "the one that is over goes"
    );
    assert!(chat.introduction("new").is_some());
}

#[test]
fn with_its_message_an_introduction_is_deleted() {
    let mut chat = at(By::Contact, IntroductionStage::Agreed);
    step(&mut chat, By::Contact, Act::Delete, None);
    assert!(chat.introduction(ASKED).is_none());
}

#[test]
fn after_a_week_nothing_is_awaited() {
    let chat = at(By::Own, IntroductionStage::Asked);
    let introduction = chat.introduction(ASKED).unwrap();
    let week = millis(INTRODUCTION_LIFE);
    assert!(!introduction.is_old(NOW.unix + week));
    assert!(introduction.is_old(NOW.unix + week + 1));
    assert!(!introduction.is_open(NOW.unix + week + 1));
}
