//! The chats of a backup that was opened, in a database of their own until they are joined with those that are here.

use super::idb::{self, Opened, fault};
use crate::storage::Fault;
use ipc::ContactId;
use js_sys::{Array, Reflect};
use mesh_chat::records::{MessageRecord, ThreadRecord};
use std::cell::RefCell;
use std::collections::BTreeMap;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbFactory, IdbTransaction};

const DATABASE: &str = "mesh-chat-import";
const CHUNKS: &str = "chunks";
const VERSION: u32 = 1;

/// What was opened.
pub(crate) struct Staged {
    database: Opened,
    /// How many chunks of each chat are there.
    counts: RefCell<BTreeMap<ContactId, u32>>,
}

impl Staged {
    /// Opens what is there.
    ///
    /// # Errors
    /// What the browser said.
    pub(crate) async fn open() -> Result<Self, Fault> {
        let database = idb::open(DATABASE, VERSION, make, Box::new(|| {})).await?;
        let counts = RefCell::default();
        Ok(Self { database, counts })
    }

    /// Begins anew: nothing is there.
    ///
    /// # Errors
    /// What the browser said.
    pub(crate) async fn begin() -> Result<Self, Fault> {
        let staged = Self::open().await?;
        let transaction = staged.database.write(&[CHUNKS]);
        let transaction = transaction.map_err(|error| fault(&error))?;
        let complete = idb::complete(&transaction);
        transaction
            .object_store(CHUNKS)
            .and_then(|chunks| chunks.clear())
            .map_err(|error| fault(&error))?;
        complete.await?;
        Ok(staged)
    }

    /// Adds messages of chats, in their order.
    ///
    /// # Errors
    /// What the browser said.
    pub(crate) async fn add(
        &self,
        chats: &[(ThreadRecord, Vec<MessageRecord>)],
    ) -> Result<(), Fault> {
        let transaction = self.database.write(&[CHUNKS]);
        let transaction = transaction.map_err(|error| fault(&error))?;
        let complete = idb::complete(&transaction);
        let put = || -> Result<(), JsValue> {
            let store = transaction.object_store(CHUNKS)?;
            for chat in chats {
                let text = json::to_string(chat).map_err(|error| error.to_string())?;
                let key = key(&chat.0.contact, self.next(&chat.0.contact));
                store.put_with_key(&text.into(), &key)?;
            }
            idb::commit(&transaction)
        };
        put().map_err(|error| fault(&error))?;
        complete.await
    }

    /// Returns the number of the next chunk of a chat.
    fn next(&self, contact: &ContactId) -> u32 {
        let mut counts = self.counts.borrow_mut();
        let count = counts.entry(contact.clone()).or_default();
        let next = *count;
        *count += 1;
        next
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
        let found = store.and_then(|store| store.get(&key(contact, number)));
        let found = idb::result(&found.map_err(|error| fault(&error))?).await?;
        let Some(text) = found.as_string() else {
            return Ok(None);
        };
        let read = json::from_str(&text);
        read.map(Some)
            .map_err(|error| Fault::Refused(error.to_string()))
    }
}

/// Removes what is there, where something is.
pub(crate) fn forget() {
    let factory = Reflect::get(&js_sys::global(), &"indexedDB".into());
    let factory = factory.map(JsCast::unchecked_into::<IdbFactory>);
    // What stays is removed with the next start.
    let _ = factory.and_then(|factory| factory.delete_database(DATABASE));
}

fn make(database: &IdbDatabase, _upgrade: &IdbTransaction) -> Result<(), JsValue> {
    database.create_object_store(CHUNKS).map(drop)
}

fn key(contact: &ContactId, number: u32) -> JsValue {
    Array::of2(&contact.0.as_str().into(), &number.into()).into()
}
