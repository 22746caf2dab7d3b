//! The order of storage: what is written and read happens as asked, one batch after the other.
//!
//! Neighbours that go to the same place are one batch: a burst of messages is one transaction, a
//! burst of contacts is one call. A batch is durable as a whole or has failed as a whole.

use crate::local::Writes;
use ipc::{ContactId, HistoryFrom};
use litemap::LiteMap;
use mesh_chat::node::{LoadId, StoreId};
use mesh_chat::records::{Change, MessageRecord, Query, ThreadRecord};
use std::collections::{BTreeSet, VecDeque};

/// Operations in one batch: bounds how long a read can wait behind it.
const BATCH: usize = 256;

/// A page of a chat, asked for by a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The view.
    pub view: u32,
    /// The number that the view gave its question.
    pub id: u32,
    /// The contact of the chat.
    pub contact: ContactId,
    /// Which of them.
    pub from: HistoryFrom,
    /// At most so many.
    pub limit: u32,
}

/// What was read of a chat, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageRead {
    /// As stored: how far own ones are is in the head of their chat.
    pub messages: Vec<MessageRecord>,
    /// Those that some of them answer ([`MessageRecord::answers`]), as far as they are there.
    pub answered: Vec<MessageRecord>,
    /// There are older ones; of those after a number, newer ones.
    pub more: bool,
    /// Keys of what could not be read.
    pub damaged: Vec<String>,
}

impl PageRead {
    /// Returns the ids of the messages that some of these answer.
    #[must_use]
    pub fn answers(&self) -> Vec<String> {
        let answers = self.messages.iter().filter_map(MessageRecord::answers);
        let each_once: BTreeSet<&str> = answers.collect();
        each_once.into_iter().map(str::to_owned).collect()
    }
}

/// What waits for storage.
#[derive(Debug, Default)]
pub struct Journal {
    waiting: VecDeque<Operation>,
}

#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "a few at once")]
enum Operation {
    Write(StoreId, Change),
    Read(Page),
    Load(LoadId, Query),
}

/// What is done next.
#[derive(Debug, PartialEq)]
pub enum Batch {
    /// To `storage.local`.
    Local(Vec<StoreId>, Writes),
    /// To the messages, in one transaction.
    Threads(Vec<StoreId>, Threads),
    /// From the messages, for a view.
    Read(Page),
    /// From the messages, for the node.
    Load(LoadId, Query),
    /// Cannot be written at all.
    Refused(StoreId, String),
}

/// Heads and messages to write; the last of each counts.
#[derive(Debug, Default, PartialEq)]
pub struct Threads {
    /// Chats to remove with all their messages, before anything is written.
    pub forget: Vec<ContactId>,
    /// By contact.
    pub heads: LiteMap<ContactId, ThreadRecord>,
    /// By contact and number.
    pub messages: LiteMap<(ContactId, u64), MessageRecord>,
}

impl Threads {
    fn add(&mut self, head: ThreadRecord, messages: Vec<MessageRecord>) {
        for record in messages {
            let key = (record.message.contact.clone(), record.message.number);
            self.messages.insert(key, record);
        }
        self.heads.insert(head.contact.clone(), head);
    }
}

impl Journal {
    /// Adds a write, after everything added before.
    pub fn write(&mut self, id: StoreId, change: Change) {
        self.waiting.push_back(Operation::Write(id, change));
    }

    /// Adds a read, after everything added before.
    pub fn read(&mut self, page: Page) {
        self.waiting.push_back(Operation::Read(page));
    }

    /// Adds a read of the node, after everything added before.
    pub fn load(&mut self, id: LoadId, query: Query) {
        self.waiting.push_back(Operation::Load(id, query));
    }

    /// Returns what to do next; `None` when nothing waits.
    pub fn next_batch(&mut self) -> Option<Batch> {
        Some(match self.waiting.pop_front()? {
            Operation::Read(page) => Batch::Read(page),
            Operation::Load(id, query) => Batch::Load(id, query),
            Operation::Write(id, Change::Thread(head, messages)) => {
                self.thread_batch(id, head, messages)
            }
            Operation::Write(id, Change::ForgetThread(contact)) => {
                let forget = vec![contact];
                let threads = Threads {
                    forget,
                    ..Threads::default()
                };
                Batch::Threads(vec![id], threads)
            }
            Operation::Write(id, change) => self.local_batch(id, &change),
        })
    }

    fn thread_batch(
        &mut self,
        id: StoreId,
        head: ThreadRecord,
        messages: Vec<MessageRecord>,
    ) -> Batch {
        let mut threads = Threads::default();
        threads.add(head, messages);
        let mut ids = vec![id];
        while ids.len() < BATCH {
            match self.waiting.pop_front() {
                Some(Operation::Write(id, Change::Thread(head, messages))) => {
                    threads.add(head, messages);
                    ids.push(id);
                }
                other => {
                    other
                        .into_iter()
                        .for_each(|other| self.waiting.push_front(other));
                    break;
                }
            }
        }
        Batch::Threads(ids, threads)
    }

    fn local_batch(&mut self, id: StoreId, change: &Change) -> Batch {
        let mut writes = Writes::default();
        if let Err(error) = writes.add(change) {
            return Batch::Refused(id, error.to_string());
        }
        let mut ids = vec![id];
        while ids.len() < BATCH
            && let Some(Operation::Write(id, change)) = self.waiting.front()
            && writes.add(change).unwrap_or(false)
        {
            ids.push(*id);
            self.waiting.pop_front();
        }
        Batch::Local(ids, writes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_chat::config::Settings;
    use mesh_chat::records::{Origin, StoredMessage};

    fn ben() -> ContactId {
        ContactId("ben".to_owned())
    }

    fn thread(number: u64, text: &str) -> Change {
        let head = ThreadRecord {
            next_number: number + 1,
            ..ThreadRecord::new(ben())
        };
        let message = StoredMessage {
            contact: ben(),
            number,
            at: 0,
            text: text.to_owned(),
            origin: Origin::Received,
            offer: None,
            introduces: None,
        };
        let record = MessageRecord {
            version: 2,
            message,
            id: String::new(),
            place: None,
            came: None,
            entry: None,
            marks: None,
            lifetime: None,
            turn: None,
            gone: false,
            imported: None,
        };
        Change::Thread(head, vec![record])
    }

    fn page() -> Page {
        Page {
            view: 1,
            id: 1,
            contact: ben(),
            from: HistoryFrom::Newest,
            limit: 50,
        }
    }

    fn query() -> Query {
        Query::Own {
            contact: ben(),
            after: 0,
            upto: 1,
        }
    }

    fn settings() -> Change {
        Change::Settings(Settings::default())
    }

    fn ids(batch: Option<Batch>) -> Vec<u64> {
        match batch {
            Some(Batch::Local(ids, _) | Batch::Threads(ids, _)) => {
                ids.into_iter().map(|id| id.0).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn neighbours_of_one_kind_are_one_batch_and_the_order_is_kept() {
        let mut journal = Journal::default();
        journal.write(StoreId(1), settings());
        journal.write(StoreId(2), Change::ForgetContact(ben()));
        journal.write(StoreId(3), thread(1, "a"));
        journal.write(StoreId(4), thread(2, "b"));
        journal.write(StoreId(5), settings());
        assert_eq!(ids(journal.next_batch()), [1, 2]);
        assert_eq!(ids(journal.next_batch()), [3, 4]);
        assert_eq!(ids(journal.next_batch()), [5]);
        assert_eq!(journal.next_batch(), None);
    }

    #[test]
    fn a_read_sees_what_was_written_before_it_and_nothing_after() {
        let mut journal = Journal::default();
        journal.write(StoreId(1), thread(1, "a"));
        journal.read(page());
        journal.load(LoadId(1), query());
        journal.write(StoreId(2), thread(2, "b"));
        assert_eq!(ids(journal.next_batch()), [1]);
        assert_eq!(journal.next_batch(), Some(Batch::Read(page())));
        let load = Batch::Load(LoadId(1), query());
        assert_eq!(journal.next_batch(), Some(load));
        assert_eq!(ids(journal.next_batch()), [2]);
    }

    #[test]
    fn within_a_batch_the_last_of_each_record_counts() {
        let mut journal = Journal::default();
        journal.write(StoreId(1), thread(1, "old"));
        journal.write(StoreId(2), thread(2, "other"));
        journal.write(StoreId(3), thread(1, "new"));
        let Some(Batch::Threads(_, threads)) = journal.next_batch() else {
            panic!("threads expected");
        };
        let texts: Vec<_> = threads
            .messages
            .values()
            .map(|record| &*record.message.text)
            .collect();
        assert_eq!(texts, ["new", "other"]);
        assert_eq!(threads.heads[&ben()].next_number, 2);
    }

    #[test]
    fn a_flood_is_cut_into_batches() {
        let mut journal = Journal::default();
        for number in 0..600 {
            journal.write(StoreId(number), thread(number, "x"));
        }
        let sizes: Vec<_> = std::iter::from_fn(|| journal.next_batch())
            .map(|batch| ids(Some(batch)).len())
            .collect();
        assert_eq!(sizes, [256, 256, 88]);
    }
}
