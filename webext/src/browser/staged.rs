//! The chats of backups that were opened, in a database of their own until they are joined with those that are here: those
//! of each under a name.

use super::idb::{self, Opened, fault};
use crate::storage::Fault;
use ipc::ContactId;
use js_sys::{Array, Reflect};
use mesh_chat::records::{MessageRecord, ThreadRecord};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbFactory, IdbKeyRange, IdbTransaction};

const DATABASE: &str = "mesh-chat-import";
const CHUNKS: &str = "chunks";
const VERSION: u32 = 1;

/// The chats of one backup.
pub(crate) struct Staged {
    database: Opened,
    name: String,
    /// How many chunks of each chat are there.
    counts: RefCell<BTreeMap<ContactId, u32>>,
}

impl Staged {
    /// Opens what is there.
    ///
    /// # Errors
    /// What the browser said.
    pub(crate) async fn open(name: &str) -> Result<Self, Fault> {
        let database = idb::open(DATABASE, VERSION, make, Box::new(|| {})).await?;
        let counts = RefCell::default();
        let name = name.to_owned();
        Ok(Self {
            database,
            name,
            counts,
        })
    }

    /// Adds messages of chats, in their order.
    ///
    /// # Errors
    /// What the browser said.
    pub(crate) async fn add(
        &self,
        chats: &[(ThreadRecord, Vec<MessageRecord>)],
    ) -> Result<(), Fault> {
        idb::change(self.database.write(&[CHUNKS]), |transaction| {
            let store = transaction.object_store(CHUNKS)?;
            for chat in chats {
                let text = json::to_string(chat).map_err(|error| error.to_string())?;
                let key = self.key(&chat.0.contact, self.next(&chat.0.contact));
                store.put_with_key(&text.into(), &key)?;
            }
            Ok(())
        })
        .await
    }

    /// Returns the number of the next chunk of a chat.
    fn next(&self, contact: &ContactId) -> u32 {
        let mut counts = self.counts.borrow_mut();
        let count = counts.entry(contact.clone()).or_default();
        let next = *count;
        *count += 1;
        next
    }

    fn key(&self, contact: &ContactId, number: u32) -> JsValue {
        let (name, contact) = (self.name.as_str(), contact.0.as_str());
        Array::of3(&name.into(), &contact.into(), &number.into()).into()
    }

    /// Removes a chat: it was joined.
    ///
    /// # Errors
    /// What the browser said.
    pub(crate) async fn joined(&self, contact: &ContactId) -> Result<(), Fault> {
        let (first, last) = (self.key(contact, 0), self.key(contact, u32::MAX));
        self.remove(&first, &last).await
    }

    async fn remove(&self, first: &JsValue, last: &JsValue) -> Result<(), Fault> {
        idb::change(self.database.write(&[CHUNKS]), |transaction| {
            let range = IdbKeyRange::bound(first, last)?;
            transaction.object_store(CHUNKS)?.delete(&range).map(drop)
        })
        .await
    }

    /// Reads a chunk of a chat, `None` behind the last one.
    ///
    /// # Errors
    /// What the browser said.
    pub(crate) async fn chunk(
        &self,
        contact: &ContactId,
        number: u32,
    ) -> Result<Option<(ThreadRecord, Vec<MessageRecord>)>, Fault> {
        let store = self.database.store(CHUNKS);
        let found = store.and_then(|store| store.get(&self.key(contact, number)));
        let found = idb::result(&found.map_err(|error| fault(&error))?).await?;
        let Some(text) = found.as_string() else {
            return Ok(None);
        };
        let read = json::from_str(&text);
        read.map(Some)
            .map_err(|error| Fault::Refused(error.to_string()))
    }
}

/// Removes the chats of one backup.
pub(crate) async fn forget(name: &str) {
    let forgotten = async {
        let staged = Staged::open(name).await?;
        let name = staged.name.as_str().into();
        // An array is behind every text.
        staged
            .remove(&Array::of1(&name), &Array::of2(&name, &Array::new()))
            .await
    };
    if let Err(error) = forgotten.await {
        // The next start removes it.
        tracing::warn!(%error, "the chats of a backup that is closed are still there");
    }
}

/// Removes those of all backups but these.
///
/// # Errors
/// What the browser said.
pub(crate) async fn forget_all_but(names: &[&str]) -> Result<(), Fault> {
    // Under no name.
    let staged = Staged::open("").await?;
    let keys = staged.database.store(CHUNKS);
    let keys = keys.and_then(|store| store.get_all_keys());
    let keys = idb::result(&keys.map_err(|error| fault(&error))?).await?;
    let name = |key: JsValue| key.dyn_into::<Array>().ok()?.get(0).as_string();
    let there: BTreeSet<String> = Array::from(&keys).iter().filter_map(name).collect();
    for name in there.iter().filter(|name| !names.contains(&name.as_str())) {
        forget(name).await;
    }
    Ok(())
}

/// Removes all of them.
pub(crate) fn forget_all() {
    let factory = Reflect::get(&js_sys::global(), &"indexedDB".into());
    let factory = factory.map(JsCast::unchecked_into::<IdbFactory>);
    // What stays is removed with the next start.
    let _ = factory.and_then(|factory| factory.delete_database(DATABASE));
}

fn make(database: &IdbDatabase, _upgrade: &IdbTransaction) -> Result<(), JsValue> {
    database.create_object_store(CHUNKS).map(drop)
}
