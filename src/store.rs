//! Writes to storage and reads that are under way: what each is for, and the writes that are repeated until they
//! succeed, because what was removed must not come back with the next start, and what contacts
//! were told must be known here then.

use crate::clock::Mono;
use crate::config::Settings;
use crate::io::{CommandId, LinkId, LoadId, StoreId};
use crate::limits::UNWRITTEN;
use crate::records::{Change, ImportRecord, InviteRecord, ProfileRecord};
use crate::values::{ContactId, RequestId, TransferId};
use crate::view::FileChoice;
use litemap::LiteMap;
use std::time::Duration;

/// How long after a failed write the next one is tried.
pub(crate) const WRITE_AGAIN: Duration = Duration::from_secs(30);

/// What a write is for: who goes on when it ends.
#[derive(Debug)]
pub(crate) enum Write {
    /// It is repeated until it succeeds.
    Certain(Box<Change>),
    /// What is new about a contact; the contact is written anew later where it fails.
    Contact(ContactId),
    /// A contact that is blocked no longer once this is written, and the command that wants it.
    Unblock(ContactId, CommandId),
    /// The own profile, and the command that changed it.
    Profile(Box<ProfileRecord>, CommandId),
    Settings(Box<Settings>, CommandId),
    /// A stranger's request; then the person is asked.
    Request(RequestId),
    Invite(InviteRecord, CommandId),
    /// A backup that is taken over.
    Import(Box<ImportRecord>, CommandId),
    /// The contact that comes of an acceptance on this connection.
    Acceptance(LinkId),
    /// The messages that were staged for a chat.
    Thread(ContactId),
    /// A file that was accepted or offered.
    Transfer(TransferId),
}

/// What is read of a chat, perhaps for the connection of that moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) contact: ContactId,
    /// Where it has ended, the answer is of no use any more.
    pub(crate) link: Option<LinkId>,
    pub(crate) what: Wanted,
}

/// Who goes on with what was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The agreement on what the other side has.
    Agreement,
    /// The answer to the other side's question.
    Question,
    /// The receipt of the other side.
    Receipt,
    /// Messages of these ids, which others are about that wait for them.
    Named(Vec<String>),
    /// What is to be taken off the disk.
    Erasing,
    /// The person's decision about a file that is offered in a message, by this command.
    Decision {
        command: CommandId,
        choice: FileChoice,
    },
}

/// The writes and reads under way.
#[derive(Debug, Default)]
pub(crate) struct Store {
    last: u64,
    under_way: LiteMap<StoreId, Write>,
    reads: LiteMap<LoadId, Read>,
    /// What the disk did not take.
    unwritten: Vec<Change>,
    again: Option<Mono>,
}

impl Store {
    /// Notes what a write is for, and names it.
    pub(crate) fn begin(&mut self, write: Write) -> StoreId {
        self.last += 1;
        let id = StoreId(self.last);
        self.under_way.insert(id, write);
        id
    }

    /// Returns the settings that are being written, the last ones where there are several.
    pub(crate) fn settings(&self) -> Option<&Settings> {
        let writes = self.under_way.values().rev();
        let mut settings = writes.filter_map(|write| match write {
            Write::Settings(settings, _) => Some(&**settings),
            Write::Certain(_)
            | Write::Contact(_)
            | Write::Unblock(..)
            | Write::Profile(..)
            | Write::Request(_)
            | Write::Invite(..)
            | Write::Import(..)
            | Write::Acceptance(_)
            | Write::Thread(_)
            | Write::Transfer(_) => None,
        });
        settings.next()
    }

    /// Ends a write. Returns what it was for.
    pub(crate) fn ended(&mut self, id: StoreId) -> Option<Write> {
        self.under_way.remove(&id)
    }

    /// Returns whether nothing is being written, and nothing is to be written again.
    pub(crate) fn is_idle(&self) -> bool {
        self.under_way.is_empty() && self.unwritten.is_empty()
    }

    /// Notes what is read, and names it.
    pub(crate) fn begin_read(&mut self, read: Read) -> LoadId {
        self.last += 1;
        let id = LoadId(self.last);
        self.reads.insert(id, read);
        id
    }

    /// Ends a read. Returns what it was for.
    pub(crate) fn loaded(&mut self, id: LoadId) -> Option<Read> {
        self.reads.remove(&id)
    }

    /// Keeps a change that could not be written: the disk may have room later. Those that wait already do not
    /// wait longer for it.
    pub(crate) fn try_later(&mut self, change: Change, now: Mono) {
        if self.unwritten.len() < UNWRITTEN {
            self.unwritten.push(change);
        }
        self.again.get_or_insert(now + WRITE_AGAIN);
    }

    /// Takes what is to be written again now.
    pub(crate) fn take_due(&mut self, now: Mono) -> Vec<Change> {
        match self.again.take_if(|at| now >= *at) {
            Some(_) => std::mem::take(&mut self.unwritten),
            None => Vec::new(),
        }
    }

    /// Returns when to write again.
    pub(crate) fn due(&self) -> Option<Mono> {
        self.again
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_written_is_due_once_and_half_a_minute_later() {
        let mut store = Store::default();
        let change = Change::ForgetContact(ContactId("c".to_owned()));
        store.try_later(change.clone(), Mono(1_000));
        assert_eq!(store.due(), Some(Mono(31_000)));
        assert_eq!(store.take_due(Mono(30_999)), []);
        assert_eq!(store.take_due(Mono(31_000)), [change]);
        assert_eq!(store.take_due(Mono(99_000)), []);
        assert_eq!(store.due(), None);
    }

    #[test]
    fn what_waits_does_not_wait_longer_for_what_fails_later() {
        let mut store = Store::default();
        let change = |id: &str| Change::ForgetContact(ContactId(id.to_owned()));
        store.try_later(change("c"), Mono(1_000));
        store.try_later(change("d"), Mono(30_000));
        assert_eq!(store.take_due(Mono(31_000)), [change("c"), change("d")]);
    }

    #[test]
    fn a_write_ends_once() {
        let mut store = Store::default();
        let write = Write::Thread(ContactId("c".to_owned()));
        let id = store.begin(write);
        assert!(matches!(store.ended(id), Some(Write::Thread(_))));
        assert!(store.ended(id).is_none());
    }

    #[test]
    fn only_so_many_changes_wait() {
        let mut store = Store::default();
        for n in 0..UNWRITTEN + 5 {
            let id = ContactId(n.to_string());
            store.try_later(Change::ForgetContact(id), Mono(0));
        }
        assert_eq!(store.take_due(Mono(60_000)).len(), UNWRITTEN);
    }
}
