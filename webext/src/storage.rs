//! Does what the [`Journal`] says, one batch after the other, until what became of each is known.
//!
//! A disk gives three outcomes: it has written, it refuses, or nobody knows. What is not known is asked
//! again with the same batch, which does no harm: a batch sets whole records and removes whole ones.
//! A database that the browser has closed is opened again. A disk that says nothing at all is a
//! matter for a fresh page: [`Report::Restart`].
//!
//! [`Disk`] is the seam: in the browser it is IndexedDB and the background, in tests a script of
//! faults.

#[cfg(test)]
mod tests;

use crate::journal::{Batch, Journal, Page, PageRead, Threads};
use crate::local::Writes;
use mesh_chat::node::{LoadId, StoreId};
use mesh_chat::records::{Change, MessageRecord, Query};
use mesh_chat::view::ContactId;
use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

/// Half of the time that a disk may say nothing: it is waited for twice, so that a device that slept
/// in the middle of a write gives the answer its time after waking.
pub const SILENCE: Duration = Duration::from_secs(15);

/// The pause before a batch is repeated of which nobody knows what became.
const AGAIN: Duration = Duration::from_secs(1);

/// How often one batch has the database opened again. Beyond, the disk refuses.
const REOPENED: u32 = 2;

/// Why a disk did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It refuses, for good: nothing of it has happened.
    #[error("{0}")]
    Refused(String),
    /// The database is closed: it has to be opened again first. Nothing of it has happened.
    #[error("{0}")]
    Closed(String),
    /// Nobody knows whether it has happened.
    #[error("{0}")]
    Unknown(String),
}

/// A database that was opened again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reopened {
    /// As it was.
    Kept,
    /// Without the chats that were in it.
    Emptied,
}

/// Why only a fresh page can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// The disk does not answer.
    Silent,
    /// The stored chats were removed: what is in memory must not be written over that.
    Emptied,
}

/// Where batches go.
pub trait Disk {
    /// Writes all of it to the records, or nothing.
    ///
    /// # Errors
    /// Why not.
    fn local(&self, writes: &Writes) -> impl Future<Output = Result<(), Fault>>;

    /// Writes all of it to the chats, or nothing.
    ///
    /// # Errors
    /// Why not.
    fn threads(&self, threads: &Threads) -> impl Future<Output = Result<(), Fault>>;

    /// Reads a page of a chat.
    ///
    /// # Errors
    /// Why not.
    fn page(&self, page: &Page) -> impl Future<Output = Result<PageRead, Fault>>;

    /// Reads messages for the node.
    ///
    /// # Errors
    /// Why not.
    fn load(&self, query: &Query) -> impl Future<Output = Result<Vec<MessageRecord>, Fault>>;

    /// Returns whether the database of the chats was closed by somebody else.
    fn is_closed(&self) -> bool;

    /// Opens the database of the chats again.
    ///
    /// # Errors
    /// Why not.
    fn reopen(&self) -> impl Future<Output = Result<Reopened, Fault>>;

    /// Returns whether the head of a chat is damaged, so that nothing may be written to it.
    fn is_sealed(&self, contact: &ContactId) -> bool;

    /// Waits.
    fn wait(&self, time: Duration) -> impl Future<Output = ()>;

    /// Runs this beside everything else.
    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()>>>);
}

/// What became of an operation.
#[derive(Debug, PartialEq)]
pub enum Report {
    /// A write is durable, or was refused with the reason.
    Stored(StoreId, Result<(), String>),
    /// A page was read.
    Page(Page, PageRead),
    /// Messages were read, or cannot be for this reason.
    Loaded(LoadId, Result<Vec<MessageRecord>, String>),
    /// Nothing further is done here: the page has to be loaded anew, and goes on from what is stored.
    Restart(Restart),
}

/// The storage of the engine.
pub struct Storage<D> {
    journal: RefCell<Journal>,
    running: Cell<bool>,
    /// A fresh page was asked for.
    over: Cell<bool>,
    disk: D,
    report: Box<dyn Fn(Report)>,
}

impl<D: Disk + 'static> Storage<D> {
    /// Returns a storage that reports what became of each operation.
    pub fn new(disk: D, report: impl Fn(Report) + 'static) -> Rc<Self> {
        Rc::new(Self {
            journal: RefCell::default(),
            running: Cell::new(false),
            over: Cell::new(false),
            disk,
            report: Box::new(report),
        })
    }

    /// Writes a change, after everything that was asked before.
    pub fn write(self: &Rc<Self>, id: StoreId, change: Change) {
        // A damaged chat can still be removed.
        if let Change::Thread(head, _) = &change
            && self.disk.is_sealed(&head.contact)
        {
            let reason = "the head of this chat is damaged".to_owned();
            return (self.report)(Report::Stored(id, Err(reason)));
        }
        self.journal.borrow_mut().write(id, change);
        self.run();
    }

    /// Returns whether nothing is being written or read.
    pub fn is_idle(&self) -> bool {
        !self.running.get()
    }

    /// Reads a page, after everything that was asked before.
    pub fn read(self: &Rc<Self>, page: Page) {
        self.journal.borrow_mut().read(page);
        self.run();
    }

    /// Reads messages for the node, after everything that was asked before.
    pub fn load(self: &Rc<Self>, id: LoadId, query: Query) {
        self.journal.borrow_mut().load(id, query);
        self.run();
    }

    /// Hears that the database was closed by somebody else.
    pub fn closed(self: &Rc<Self>) {
        self.run();
    }

    fn run(self: &Rc<Self>) {
        if !self.running.replace(true) {
            let storage = Rc::clone(self);
            self.disk
                .spawn(Box::pin(async move { storage.work().await }));
        }
    }

    async fn work(&self) {
        loop {
            if self.disk.is_closed() {
                self.open_before_it_is_needed().await;
            }
            let next = self.journal.borrow_mut().next_batch();
            match next {
                Some(batch) => self.perform(batch).await,
                None => break self.running.set(false),
            }
        }
    }

    /// Opens a closed database at once, so that what was removed with it is noticed before anybody
    /// writes. Where that fails, the next batch tries again and says why.
    async fn open_before_it_is_needed(&self) {
        let opened = self.within(async || self.open_again().await).await;
        if let Err(reason) = opened {
            tracing::warn!(reason, "the chats could not be opened again");
        }
    }

    async fn perform(&self, batch: Batch) {
        match batch {
            Batch::Local(ids, writes) => {
                let written = self.settle(async || self.disk.local(&writes).await).await;
                self.stored(ids, &written);
            }
            Batch::Threads(ids, threads) => {
                let written = self.settle(async || self.disk.threads(&threads).await);
                let written = written.await;
                self.stored(ids, &written);
            }
            Batch::Read(page) => {
                let read = self.settle(async || self.disk.page(&page).await).await;
                let read = read.unwrap_or_else(|error| {
                    tracing::error!(error, "a chat could not be read");
                    PageRead {
                        damaged: vec![format!("messages: {error}")],
                        ..PageRead::default()
                    }
                });
                (self.report)(Report::Page(page, read));
            }
            Batch::Load(id, query) => {
                let loaded = self.settle(async || self.disk.load(&query).await).await;
                (self.report)(Report::Loaded(id, loaded));
            }
            Batch::Refused(id, reason) => (self.report)(Report::Stored(id, Err(reason))),
        }
    }

    fn stored(&self, ids: Vec<StoreId>, outcome: &Result<(), String>) {
        for id in ids {
            (self.report)(Report::Stored(id, outcome.clone()));
        }
    }

    /// Does an operation as often as it takes to know what became of it.
    async fn settle<T>(&self, operation: impl AsyncFn() -> Result<T, Fault>) -> Result<T, String> {
        self.within(async || {
            let mut reopened = 0;
            loop {
                match operation().await {
                    Ok(done) => return Ok(done),
                    Err(Fault::Closed(reason)) if reopened < REOPENED => {
                        tracing::warn!(reason, "the chats are opened again");
                        reopened += 1;
                        self.open_again().await?;
                    }
                    Err(Fault::Refused(reason) | Fault::Closed(reason)) => return Err(reason),
                    Err(Fault::Unknown(reason)) => {
                        tracing::warn!(reason, "a write is repeated");
                        self.disk.wait(AGAIN).await;
                    }
                }
            }
        })
        .await
    }

    /// Opens a closed database. While the browser still removes it, that ends as if it were closed once more.
    async fn open_again(&self) -> Result<(), String> {
        let mut failed = 0;
        loop {
            match self.disk.reopen().await {
                Ok(Reopened::Kept) => return Ok(()),
                Ok(Reopened::Emptied) => return self.restart(Restart::Emptied).await,
                Err(Fault::Closed(reason)) if failed < REOPENED => {
                    tracing::warn!(reason, "the chats are not there yet");
                    failed += 1;
                    self.disk.wait(AGAIN).await;
                }
                Err(fault) => return Err(fault.to_string()),
            }
        }
    }

    /// Waits for something of the disk, but not for ever.
    async fn within<T>(&self, what: impl AsyncFnOnce() -> T) -> T {
        let limit = async {
            self.disk.wait(SILENCE).await;
            self.disk.wait(SILENCE).await;
        };
        match first(what(), limit).await {
            Some(done) => done,
            None => self.restart(Restart::Silent).await,
        }
    }

    /// Asks for a fresh page, and does nothing more in this one.
    async fn restart<T>(&self, why: Restart) -> T {
        if !self.over.replace(true) {
            (self.report)(Report::Restart(why));
        }
        pending().await
    }
}

/// Returns what comes of a future; `None` where the limit is over first.
pub async fn first<T>(what: impl Future<Output = T>, limit: impl Future<Output = ()>) -> Option<T> {
    let (mut what, mut limit) = (pin!(what), pin!(limit));
    poll_fn(|context| {
        if let Poll::Ready(done) = what.as_mut().poll(context) {
            return Poll::Ready(Some(done));
        }
        limit.as_mut().poll(context).map(|()| None)
    })
    .await
}
