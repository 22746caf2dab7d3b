//! Does what the [`Journal`] says: one batch after the other, each reported when it is durable.

use super::host::Host;
use super::messages::{Messages, PageRead};
use crate::journal::{Batch, Journal, Page, Threads};
use crate::local::Writes;
use ipc::{Area, HostRequest, Written};
use mesh_chat::node::StoreId;
use mesh_chat::records::Change;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// What became of an operation.
pub(crate) enum Report {
    Stored(StoreId, Result<(), String>),
    Page(Page, PageRead),
}

/// The storage of the engine.
pub(crate) struct Storage {
    journal: RefCell<Journal>,
    running: Cell<bool>,
    host: Host,
    messages: Messages,
    report: Box<dyn Fn(Report)>,
}

impl Storage {
    pub(crate) fn new(
        host: Host,
        messages: Messages,
        report: impl Fn(Report) + 'static,
    ) -> Rc<Self> {
        Rc::new(Self {
            journal: RefCell::default(),
            running: Cell::new(false),
            host,
            messages,
            report: Box::new(report),
        })
    }

    pub(crate) fn write(self: &Rc<Self>, id: StoreId, change: Change) {
        // A damaged chat can still be removed.
        if let Change::Thread(head, _) = &change
            && self.messages.is_sealed(&head.contact)
        {
            let reason = "the head of this chat is damaged".to_owned();
            return (self.report)(Report::Stored(id, Err(reason)));
        }
        self.journal.borrow_mut().write(id, change);
        self.run();
    }

    pub(crate) fn read(self: &Rc<Self>, page: Page) {
        self.journal.borrow_mut().read(page);
        self.run();
    }

    fn run(self: &Rc<Self>) {
        if !self.running.replace(true) {
            let storage = Rc::clone(self);
            spawn_local(async move { storage.work().await });
        }
    }

    async fn work(&self) {
        loop {
            let next = self.journal.borrow_mut().next_batch();
            match next {
                Some(batch) => self.perform(batch).await,
                None => break self.running.set(false),
            }
        }
    }

    async fn perform(&self, batch: Batch) {
        match batch {
            Batch::Local(ids, writes) => self.local(ids, writes).await,
            Batch::Threads(ids, threads) => self.threads(ids, &threads).await,
            Batch::Read(page) => self.page(page).await,
            Batch::Refused(id, reason) => (self.report)(Report::Stored(id, Err(reason))),
        }
    }

    async fn local(&self, ids: Vec<StoreId>, writes: Writes) {
        let Writes { set, remove } = writes;
        let request = HostRequest::Write {
            area: Area::Local,
            set,
            remove,
        };
        let written = self.host.ask::<Written>(&request).await;
        self.stored(
            ids,
            &written.and_then(|written| written.error.map_or(Ok(()), Err)),
        );
    }

    async fn threads(&self, ids: Vec<StoreId>, threads: &Threads) {
        let written = self.messages.write(threads).await;
        self.stored(ids, &written);
    }

    fn stored(&self, ids: Vec<StoreId>, outcome: &Result<(), String>) {
        for id in ids {
            (self.report)(Report::Stored(id, outcome.clone()));
        }
    }

    async fn page(&self, page: Page) {
        let read = self.messages.page(&page).await.unwrap_or_else(|error| {
            tracing::error!(error, "a chat could not be read");
            PageRead {
                damaged: vec![format!("messages: {error}")],
                ..PageRead::default()
            }
        });
        (self.report)(Report::Page(page, read));
    }
}
