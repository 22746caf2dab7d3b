//! The index in memory: what is found, in which order, and how much is read for it.

use super::entry::WORDS;
use super::*;
use mesh_chat::name::Tables;
use mesh_chat::records::{Origin, StoredMessage};
use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::task::{Context, Poll, Waker};

type Place = (ContactId, u64);

#[derive(Default)]
struct Twin {
    messages: BTreeMap<Place, MessageRecord>,
    index: BTreeMap<(String, Reverse<Spot>, ContactId), Entry>,
    /// Entries that were read.
    read: Cell<usize>,
}

fn contact(name: &str) -> ContactId {
    ContactId(name.to_owned())
}

impl Twin {
    /// Writes a message as the store does: what was there before goes.
    fn write(&mut self, of: &str, number: u64, at: u64, text: &str) {
        self.remove(of, number);
        let record = MessageRecord {
            version: 2,
            message: StoredMessage {
                contact: contact(of),
                number,
                at,
                text: text.to_owned(),
                origin: Origin::Received,
                offer: None,
                introduces: None,
            },
            id: format!("{of}{number}"),
            place: None,
            came: None,
            entry: None,
            marks: None,
            lifetime: None,
            turn: None,
            gone: false,
            imported: None,
        };
        if let Some(entry) = Entry::of(&record, &Tables) {
            for word in &entry.words {
                let key = (word.clone(), Reverse(entry.spot()), contact(of));
                self.index.insert(key, entry.clone());
            }
        }
        self.messages.insert((contact(of), number), record);
    }

    fn remove(&mut self, of: &str, number: u64) {
        if self.messages.remove(&(contact(of), number)).is_some() {
            self.index
                .retain(|_, entry| entry.contact != contact(of) || entry.number != number);
        }
    }

    fn with<'a>(&'a self, sought: &'a Sought) -> impl Iterator<Item = (&'a str, &'a Entry)> {
        let from = (
            sought.stem.clone(),
            Reverse(Spot {
                at: u64::MAX,
                number: u64::MAX,
            }),
            contact(""),
        );
        let all = self.index.range(from..);
        all.map(|((word, ..), entry)| (word.as_str(), entry))
            .take_while(|(word, _)| {
                word.starts_with(&sought.stem) && (!sought.whole || *word == sought.stem)
            })
    }

    fn took<T>(&self, list: Vec<T>) -> Result<Vec<T>, Fault> {
        self.read.set(self.read.get() + list.len());
        Ok(list)
    }

    fn find(&self, typed: &str) -> ipc::Found {
        self.find_in(typed, None, None)
    }

    fn find_in(&self, typed: &str, of: Option<&str>, before: Option<Spot>) -> ipc::Found {
        let query = Query::new(typed, &Tables);
        let of = of.map(contact);
        ready(find(self, &query, of.as_ref(), before, &Tables)).unwrap()
    }

    /// The texts of all pages.
    fn texts(&self, typed: &str) -> Vec<String> {
        let mut texts = Vec::new();
        let mut before = None;
        loop {
            let found = self.find_in(typed, None, before);
            texts.extend(found.hits.iter().map(text));
            match found.next {
                next @ Some(_) => before = next,
                None => return texts,
            }
        }
    }
}

fn text(hit: &ipc::Hit) -> String {
    hit.pieces.iter().map(|piece| piece.text.as_str()).collect()
}

/// A map answers at once.
fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("a map does not wait"),
    }
}

impl Shelf for Twin {
    async fn count(&self, sought: &Sought, most: u32) -> Result<u32, Fault> {
        let counted = self.with(sought).take(most as usize).count();
        Ok(counted as u32)
    }

    async fn all(&self, sought: &Sought, most: u32) -> Result<Vec<Entry>, Fault> {
        let all = self.with(sought).take(most as usize);
        self.took(all.map(|(_, entry)| entry.clone()).collect())
    }

    async fn words(&self, beginning: &str, most: usize) -> Result<Vec<String>, Fault> {
        let sought = Sought {
            stem: beginning.to_owned(),
            whole: false,
        };
        let words: BTreeSet<&str> = self.with(&sought).map(|(word, _)| word).collect();
        self.took(words.into_iter().take(most).map(str::to_owned).collect())
    }

    async fn newest(
        &self,
        word: &str,
        before: Option<Spot>,
        most: usize,
    ) -> Result<Vec<Entry>, Fault> {
        let sought = Sought {
            stem: word.to_owned(),
            whole: true,
        };
        let list = self.with(&sought).map(|(_, entry)| entry);
        let list = list.filter(|entry| before.is_none_or(|before| entry.spot() < before));
        self.took(list.take(most).cloned().collect())
    }

    async fn messages(&self, entries: &[Entry]) -> Result<Vec<MessageRecord>, Fault> {
        let place = |entry: &Entry| (entry.contact.clone(), entry.number);
        let found = entries
            .iter()
            .filter_map(|entry| self.messages.get(&place(entry)));
        self.took(found.cloned().collect())
    }
}

#[test]
fn messages_of_all_chats_are_found_newest_first_where_all_words_occur() {
    let mut twin = Twin::default();
    twin.write("ann", 1, 10, "Where is the harbour?");
    twin.write("ben", 1, 20, "The ship is in the harbour");
    twin.write("ann", 2, 30, "Harbours have ships");
    twin.write("ben", 2, 40, "Nothing of that");
    assert_eq!(
        twin.texts("harbour"),
        [
            "Harbours have ships",
            "The ship is in the harbour",
            "Where is the harbour?"
        ]
    );
    assert_eq!(
        twin.texts("SHIP harb"),
        ["Harbours have ships", "The ship is in the harbour"]
    );
    assert_eq!(twin.texts("harbourmaster"), [] as [&str; 0]);
    let of_ann = twin.find_in("harbour ship", Some("ann"), None);
    assert_eq!(of_ann.hits.len(), 1);
    let marked = of_ann.hits[0].pieces.iter().filter(|piece| piece.marked);
    let marked: Vec<&str> = marked.map(|piece| piece.text.as_str()).collect();
    assert_eq!(marked, ["Harbour", "ship"]);
}

#[test]
fn of_a_script_without_spaces_any_part_is_found_and_nothing_that_only_has_its_pairs() {
    let mut twin = Twin::default();
    twin.write("ann", 1, 10, "我住在東京都");
    twin.write("ann", 2, 20, "京都と東京");
    for (typed, found) in [
        ("東京", 2),
        ("東京都", 1),
        ("都", 2),
        ("住", 1),
        ("大阪", 0),
    ] {
        assert_eq!(twin.texts(typed).len(), found, "{typed}");
    }
}

#[test]
fn what_was_changed_or_removed_is_found_as_it_is_now() {
    let mut twin = Twin::default();
    twin.write("ann", 1, 10, "first words");
    twin.write("ann", 2, 20, "second words");
    twin.write("ann", 1, 10, "other text");
    assert_eq!(twin.texts("first"), [] as [&str; 0]);
    assert_eq!(twin.texts("other"), ["other text"]);
    twin.write("ann", 1, 10, "");
    twin.remove("ann", 2);
    assert_eq!(twin.index.len(), 0);
}

#[test]
fn a_change_of_another_message_is_not_found_beside_that() {
    let mut twin = Twin::default();
    twin.write("ann", 1, 10, "as it was changed");
    let mut record = twin.messages[&(contact("ann"), 1)].clone();
    record.entry = Some(mesh_chat::records::EntryRecord {
        reference: mesh_chat::view::Reference {
            act: mesh_chat::view::Act::Edit,
            about: "x".to_owned(),
        },
        outcome: mesh_chat::view::Outcome::Counts,
    });
    assert_eq!(Entry::of(&record, &Tables), None);
}

/// `count` messages, of which every `every`th has the word.
fn crowd(twin: &mut Twin, count: u64, every: u64, word: impl Fn(u64) -> String) {
    for number in 1..=count {
        let text = if number % every == 0 {
            word(number)
        } else {
            format!("filler {number}")
        };
        twin.write(&format!("c{}", number % 7), number, number / 3, &text);
    }
}

#[test]
fn what_is_read_for_the_first_page_grows_with_what_is_found_and_not_with_the_messages() {
    let mut twin = Twin::default();
    crowd(&mut twin, 3_000, 1_000, |number| format!("needle {number}"));
    let found = twin.find("needle");
    assert_eq!((found.hits.len(), found.next), (3, None));
    assert!(twin.read.get() <= 10, "{}", twin.read.get());

    twin.read.set(0);
    let found = twin.find("filler");
    assert!(found.hits.len() >= PAGE && found.next.is_some());
    assert!(twin.read.get() <= FIRST + 2 * PAGE, "{}", twin.read.get());

    twin.read.set(0);
    let found = twin.find("f");
    assert!(found.hits.len() >= PAGE && found.next.is_some());
    assert!(twin.read.get() <= 4 * FIRST, "{}", twin.read.get());
}

#[test]
fn the_pages_together_have_everything_once_and_in_order() {
    // More words with this beginning than lists are merged, fewer, and one.
    for (words, typed) in [(100, "wo"), (10, "wor"), (1, "word")] {
        let mut twin = Twin::default();
        crowd(&mut twin, 1_500, 2, |number| {
            format!("word{} {number}", number % words)
        });
        let found = twin.texts(typed);
        assert_eq!(found.len(), 750, "{typed}");
        let number = |text: &String| -> u64 { text.split(' ').nth(1).unwrap().parse().unwrap() };
        let times: Vec<u64> = found.iter().map(number).map(|number| number / 3).collect();
        assert!(times.is_sorted_by(|one, other| one >= other), "{typed}");
        let each: BTreeSet<&String> = found.iter().collect();
        assert_eq!(each.len(), 750, "{typed}");
    }
}

#[test]
fn messages_of_one_moment_in_many_chats_are_all_found() {
    let mut twin = Twin::default();
    for chat in 0..700 {
        twin.write(&format!("c{chat}"), 1, 5, "same");
    }
    assert_eq!(twin.texts("same").len(), 700);
}

#[test]
fn one_answer_reads_so_much_and_says_where_to_go_on() {
    let mut twin = Twin::default();
    crowd(&mut twin, 6_000, 2, |number| match number {
        2 => "alpha beta".to_owned(),
        number if number % 4 == 0 => "alpha".to_owned(),
        _ => "beta".to_owned(),
    });
    let first = twin.find("alpha beta");
    let most = READ + LARGEST + PAGE;
    assert!(twin.read.get() <= most, "{}", twin.read.get());
    assert_eq!(twin.texts("alpha beta"), ["alpha beta"]);
    assert!(first.next.is_some() || first.hits.len() == 1);
}

#[test]
fn what_nobody_would_type_is_answered_too() {
    let mut twin = Twin::default();
    twin.write("ann", 1, 10, &"x".repeat(8_000));
    twin.write("ann", 2, 20, "short");
    let many: String = (0..2_000).map(|number| format!("{number} ")).collect();
    twin.write("ann", 3, 30, &many);
    for typed in ["", "   ", "!?…", "🎉", "\u{0}"] {
        assert_eq!(twin.find(typed), ipc::Found::default(), "{typed:?}");
    }
    assert_eq!(twin.find(&"x".repeat(10_000)).hits.len(), 1);
    assert_eq!(twin.find(&"x ".repeat(5_000)).hits.len(), 1);
    assert_eq!(twin.find("xxxxxxxy").hits.len(), 0);
}

#[test]
fn the_longest_text_without_spaces_is_found_by_its_end() {
    let mut twin = Twin::default();
    let all: Vec<char> = ('一'..).take(8_000 / 3).collect();
    twin.write("ann", 1, 10, &all.iter().collect::<String>());
    let end: String = all.iter().rev().take(3).rev().collect();
    assert_eq!(twin.find(&end).hits.len(), 1);
    let most: String = ('一'..)
        .step_by(2)
        .take(2_000)
        .flat_map(|c| [c, ' '])
        .collect();
    twin.write("ann", 2, 20, &most);
    let words = |number| {
        let entry = Entry::of(&twin.messages[&(contact("ann"), number)], &Tables);
        entry.unwrap().words.len()
    };
    assert!(words(1) < WORDS && words(2) < WORDS);
}
