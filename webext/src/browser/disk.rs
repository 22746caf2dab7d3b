//! The disk of the engine: records go to the background, chats to IndexedDB.

use super::host::Host;
use super::messages::Messages;
use super::timer::sleep;
use crate::journal::{Page, PageRead, Threads};
use crate::local::Writes;
use crate::storage::{Disk, Fault, Reopened};
use ipc::{Area, ContactId, HostRequest, Written};
use mesh_chat::records::{MessageRecord, Query};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;

/// Where the engine stores.
pub(crate) struct BrowserDisk {
    host: Host,
    messages: Rc<Messages>,
}

impl BrowserDisk {
    pub(crate) fn new(host: Host, messages: Rc<Messages>) -> Self {
        Self { host, messages }
    }
}

impl Disk for BrowserDisk {
    /// Asks the background to write. That it cannot be reached, or goes away before it has
    /// answered, says nothing about whether it has written.
    async fn local(&self, writes: &Writes) -> Result<(), Fault> {
        let Writes { set, remove } = writes.clone();
        let request = HostRequest::Write {
            area: Area::Local,
            set,
            remove,
        };
        let written = self.host.ask::<Written>(&request).await;
        match written.map_err(Fault::Unknown)?.error {
            None => Ok(()),
            Some(reason) => Err(Fault::Refused(reason)),
        }
    }

    async fn threads(&self, threads: &Threads) -> Result<(), Fault> {
        self.messages.write(threads).await
    }

    async fn page(&self, page: &Page) -> Result<PageRead, Fault> {
        self.messages.page(page).await
    }

    async fn load(&self, query: &Query) -> Result<Vec<MessageRecord>, Fault> {
        self.messages.query(query).await
    }

    fn is_closed(&self) -> bool {
        self.messages.is_closed()
    }

    async fn reopen(&self) -> Result<Reopened, Fault> {
        self.messages.reopen().await
    }

    fn is_sealed(&self, contact: &ContactId) -> bool {
        self.messages.is_sealed(contact)
    }

    async fn wait(&self, time: Duration) {
        sleep(time).await;
    }

    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()>>>) {
        spawn_local(work);
    }
}
