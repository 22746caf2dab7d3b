//! Chats in IndexedDB: a store of heads by contact, a store of messages by contact and number, and what finds them
//! again ([`index`]).
//!
//! A message is written once. How far own ones are is in the head of their chat, and so is where
//! the undelivered ones begin: a start reads those and no others.
//!
//! A head that cannot be read seals its chat: nothing more is written to it, because going on
//! without its numbers would overwrite messages.
//!
//! Long because it is the one place that knows how chats are laid out: read, paged and written.

mod whole;

use super::idb::{self, Closed, Opened, fault};
use super::index::{self, key};
use super::unicode::BrowserUnicode;
use crate::journal::{Page, PageRead, Threads};
use crate::storage::{Fault, Reopened};
use ipc::{ContactId, HistoryFrom};
use js_sys::{Array, Reflect};
use json::js::{from_js_within, to_js};
use mesh_chat::records::{MessageRecord, Origin, Query, ThreadRecord};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    IdbCursor, IdbCursorDirection, IdbDatabase, IdbKeyRange, IdbObjectStore,
    IdbObjectStoreParameters, IdbTransaction,
};

const DATABASE: &str = "mesh-chat";
const HEADS: &str = "threads";
pub(super) const MESSAGES: &str = "messages";
/// Index of own messages by contact and place: others have none.
const BY_PLACE: &str = "place";
/// Index of messages by contact, who wrote it, and id.
const BY_ID: &str = "id";

/// What 1 and 2 held has no ids: it stays where it is, and is reported as not readable. 3 has no words.
const VERSION: u32 = 4;
/// The indexes of the versions 1 and 2.
const EARLIER: [&str; 2] = ["message.state", BY_PLACE];
/// Version of the records.
const RECORDS: u32 = 2;

/// The longest page, in messages.
const PAGE: u32 = 200;

/// The longest record: far above any that was written.
const RECORD: u32 = 1024 * 1024;

/// The chats.
pub(crate) struct Messages {
    database: RefCell<Rc<Opened>>,
    sealed: Vec<ContactId>,
    /// There is something in it, as far as is known here.
    used: Cell<bool>,
    heard: Heard,
    unicode: BrowserUnicode,
    /// Messages of an earlier version are still being taken into the index.
    pub(super) filling: Cell<bool>,
}

/// Who hears that the browser closed the database.
type Heard = Rc<RefCell<Option<Closed>>>;

/// What a node needs of the chats to go on.
#[derive(Default)]
pub(crate) struct Loaded {
    pub(crate) threads: Vec<ThreadRecord>,
    /// In no order: a chat puts its own right.
    pub(crate) outbox: Vec<MessageRecord>,
    /// Keys of what could not be read.
    pub(crate) damaged: Vec<String>,
}

impl Messages {
    /// Opens the chats and reads what a node needs.
    ///
    /// # Errors
    /// What the browser said.
    pub(crate) async fn open() -> Result<(Self, Loaded), Fault> {
        let heard = Heard::default();
        let database = idb::open(DATABASE, VERSION, make, closed(&heard)).await?;
        let mut messages = Self {
            database: RefCell::new(Rc::new(database)),
            sealed: Vec::new(),
            used: Cell::new(false),
            heard,
            unicode: BrowserUnicode::default(),
            filling: Cell::new(false),
        };
        let loaded = messages.load().await?;
        messages
            .filling
            .set(index::is_filling(&messages.database()).await?);
        Ok((messages, loaded))
    }

    /// Says who hears that the browser closed the database.
    pub(crate) fn hear_closed(&self, heard: impl Fn() + 'static) {
        self.heard.replace(Some(Box::new(heard)));
    }

    /// Opens the chats again.
    ///
    /// # Errors
    /// What the browser said.
    pub(crate) async fn reopen(&self) -> Result<Reopened, Fault> {
        let database = idb::open(DATABASE, VERSION, make, closed(&self.heard)).await?;
        let emptied = database.is_new() && self.used.get();
        self.database.replace(Rc::new(database));
        Ok(if emptied {
            Reopened::Emptied
        } else {
            Reopened::Kept
        })
    }

    /// Returns whether the chats were closed by somebody else.
    pub(crate) fn is_closed(&self) -> bool {
        self.database.borrow().is_closed()
    }

    pub(super) fn unicode(&self) -> &BrowserUnicode {
        &self.unicode
    }

    pub(super) fn database(&self) -> Rc<Opened> {
        Rc::clone(&self.database.borrow())
    }

    async fn load(&mut self) -> Result<Loaded, Fault> {
        let mut loaded = Loaded::default();
        let heads = self.database().store(HEADS);
        let heads = heads.and_then(|store| store.get_all());
        let heads = idb::result(&heads.map_err(|error| fault(&error))?).await?;
        for head in Array::from(&heads) {
            self.used.set(true);
            match record(&head, |head: &ThreadRecord| head.version) {
                Ok(head) => loaded.threads.push(head),
                Err(contact) => {
                    loaded.damaged.push(format!("{HEADS}/{contact}"));
                    self.sealed.push(ContactId(contact));
                }
            }
        }
        let Loaded {
            threads,
            outbox,
            damaged,
        } = &mut loaded;
        for head in threads
            .iter()
            .filter(|head| head.out_last > head.out_delivered)
        {
            let (after, upto) = (head.out_delivered, head.out_last);
            let read = self.own(&head.contact, after, upto).await?;
            outbox.extend(read.messages);
            damaged.extend(read.damaged);
        }
        Ok(loaded)
    }

    /// Reads the own messages behind one place and up to another.
    async fn own(&self, contact: &ContactId, after: u64, upto: u64) -> Result<PageRead, Fault> {
        let place = |place| Array::of2(&contact.0.as_str().into(), &chrome::float(place).into());
        let (first, last) = (place(after + 1), place(upto));
        let found = IdbKeyRange::bound(&first, &last).and_then(|range| {
            let index = self.database().store(MESSAGES)?.index(BY_PLACE)?;
            index.get_all_with_key(&range)
        });
        let found = idb::result(&found.map_err(|error| fault(&error))?).await?;
        Ok(page_of(&found))
    }

    /// Reads what the node asks for; what cannot be read is as if it were not there.
    ///
    /// # Errors
    /// What the browser said.
    pub(crate) async fn query(&self, query: &Query) -> Result<Vec<MessageRecord>, Fault> {
        match query {
            Query::Own {
                contact,
                after,
                upto,
            } => Ok(self.own(contact, *after, *upto).await?.messages),
            Query::Named { contact, ids } => self.named(contact, ids).await,
            Query::Numbers {
                contact,
                first,
                last,
            } => self.numbers(contact, *first, *last).await,
        }
    }

    /// Reads the messages from one number to another.
    async fn numbers(
        &self,
        contact: &ContactId,
        first: u64,
        last: u64,
    ) -> Result<Vec<MessageRecord>, Fault> {
        let (first, last) = (chrome::float(first), chrome::float(last));
        let range = IdbKeyRange::bound(&key(contact, first), &key(contact, last));
        let range = range.map_err(|error| fault(&error))?;
        Ok(self.read_range(&range, false).await?.messages)
    }

    /// Reads the messages of these ids, whoever wrote them.
    async fn named(&self, of: &ContactId, ids: &[String]) -> Result<Vec<MessageRecord>, Fault> {
        let mut named = Vec::new();
        for id in ids {
            for origin in [Origin::Own, Origin::Received] {
                named.extend(self.by_id(of, origin, id).await?);
            }
        }
        Ok(named)
    }

    /// Reads the message of this id: the first one, where a contact has used an id again.
    async fn by_id(
        &self,
        contact: &ContactId,
        origin: Origin,
        id: &str,
    ) -> Result<Vec<MessageRecord>, Fault> {
        let origin = to_js(&origin).map_err(|error| Fault::Refused(error.to_string()))?;
        let key = Array::of3(&contact.0.as_str().into(), &origin, &id.into());
        let found = self.database().store(MESSAGES).and_then(|messages| {
            let range = IdbKeyRange::only(&key)?;
            messages.index(BY_ID)?.get_all_with_key_and_limit(&range, 1)
        });
        let found = idb::result(&found.map_err(|error| fault(&error))?).await?;
        Ok(page_of(&found).messages)
    }

    /// Returns whether the head of this chat is damaged.
    pub(crate) fn is_sealed(&self, contact: &ContactId) -> bool {
        self.sealed.contains(contact)
    }

    /// Writes all of it, or nothing.
    ///
    /// # Errors
    /// What the browser said.
    pub(crate) async fn write(&self, threads: &Threads) -> Result<(), Fault> {
        let stores = [HEADS, MESSAGES, index::WORDS];
        idb::change(self.database().write(&stores), |transaction| {
            let heads = transaction.object_store(HEADS)?;
            let messages = transaction.object_store(MESSAGES)?;
            let words = transaction.object_store(index::WORDS)?;
            let remove = |range: &IdbKeyRange| {
                messages.delete(range)?;
                words.delete(range).map(drop)
            };
            for contact in &threads.forget {
                let all = IdbKeyRange::bound(&key(contact, 0.0), &key(contact, f64::INFINITY))?;
                heads.delete(&contact.0.as_str().into())?;
                remove(&all)?;
            }
            for head in threads.heads.values() {
                // What a write has left behind the end of the chat that was said to have failed.
                let (first, last) = (chrome::float(head.next_number), f64::INFINITY);
                let (first, last) = (key(&head.contact, first), key(&head.contact, last));
                let behind = IdbKeyRange::bound(&first, &last)?;
                remove(&behind)?;
                if head.begins > 0 {
                    let begins = key(&head.contact, chrome::float(head.begins));
                    let first = key(&head.contact, 0.0);
                    let cleared = IdbKeyRange::bound_with_lower_open_and_upper_open(
                        &first, &begins, false, true,
                    )?;
                    remove(&cleared)?;
                }
                put(&heads, head)?;
            }
            for record in threads.messages.values() {
                put(&messages, record)?;
                index::put_words(&words, record, &self.unicode)?;
            }
            Ok(())
        })
        .await?;
        self.used.set(true);
        Ok(())
    }

    /// Reads a page.
    ///
    /// # Errors
    /// What the browser said.
    pub(crate) async fn page(&self, page: &Page) -> Result<PageRead, Fault> {
        let Some((range, more)) = self.page_range(page).await? else {
            return Ok(PageRead::default());
        };
        let read = self.read_range(&range, more).await?;
        let answered = self.named(&page.contact, &read.answers()).await?;
        Ok(PageRead { answered, ..read })
    }

    /// Returns the keys of a page and whether there are more in its direction: from its first one up to the one that
    /// follows it.
    async fn page_range(&self, page: &Page) -> Result<Option<(IdbKeyRange, bool)>, Fault> {
        let contact = &page.contact;
        let forward = matches!(page.from, HistoryFrom::After(_));
        let (begin, end, direction) = match page.from {
            HistoryFrom::Newest => (0.0, f64::INFINITY, IdbCursorDirection::Prev),
            HistoryFrom::Before(number) => (0.0, chrome::float(number), IdbCursorDirection::Prev),
            HistoryFrom::After(number) => (
                chrome::float(number),
                f64::INFINITY,
                IdbCursorDirection::Next,
            ),
        };
        let (begin, end) = (key(contact, begin), key(contact, end));
        let all = IdbKeyRange::bound_with_lower_open_and_upper_open(&begin, &end, true, true);
        let request = all.and_then(|all| {
            self.database()
                .store(MESSAGES)?
                .open_key_cursor_with_range_and_direction(&all, direction)
        });
        let request = request.map_err(|error| fault(&error))?;
        let first = idb::result(&request).await?;
        let Some(cursor) = first.dyn_ref::<IdbCursor>() else {
            return Ok(None);
        };
        let first = cursor.key().map_err(|error| fault(&error))?;
        let limit = page.limit.clamp(1, PAGE);
        cursor.advance(limit).map_err(|error| fault(&error))?;
        let further = idb::result(&request).await?;
        let further = further.dyn_ref::<IdbCursor>();
        let all_the_way = if forward { end } else { begin };
        let last = further.map_or_else(|| Ok(all_the_way), IdbCursor::key);
        let range = last.and_then(|last| {
            if forward {
                IdbKeyRange::bound_with_lower_open_and_upper_open(&first, &last, false, true)
            } else {
                IdbKeyRange::bound_with_lower_open_and_upper_open(&last, &first, true, false)
            }
        });
        Ok(Some((
            range.map_err(|error| fault(&error))?,
            further.is_some(),
        )))
    }

    async fn read_range(&self, range: &IdbKeyRange, more: bool) -> Result<PageRead, Fault> {
        let found = self
            .database()
            .store(MESSAGES)
            .and_then(|store| store.get_all_with_key(range));
        let found = idb::result(&found.map_err(|error| fault(&error))?).await?;
        let read = page_of(&found);
        Ok(PageRead { more, ..read })
    }
}

/// Reads every record of a list.
pub(super) fn page_of(found: &JsValue) -> PageRead {
    let mut read = PageRead::default();
    for found in Array::from(found) {
        match record(&found, |record: &MessageRecord| record.version) {
            Ok(record) => read.messages.push(record),
            Err(contact) => read.damaged.push(format!("{MESSAGES}/{contact}")),
        }
    }
    read
}

fn closed(heard: &Heard) -> Closed {
    let heard = Rc::clone(heard);
    Box::new(move || {
        if let Some(heard) = &*heard.borrow() {
            heard();
        }
    })
}

/// Makes what is missing, in the transaction of an upgrade. What is made for messages that are there already would hold
/// up the start: their words follow later.
fn make(database: &IdbDatabase, upgrade: &IdbTransaction) -> Result<(), JsValue> {
    let there = upgrade.object_store(MESSAGES);
    index::make(database, there.is_ok())?;
    let messages = match there {
        Ok(messages) if messages.index(BY_ID).is_ok() => return Ok(()),
        Ok(messages) => {
            for name in EARLIER {
                if messages.index(name).is_ok() {
                    messages.delete_index(name)?;
                }
            }
            messages
        }
        Err(_) => make_stores(database)?,
    };
    let place = ["message.contact", "place"].map(JsValue::from);
    messages.create_index_with_str_sequence(BY_PLACE, &Array::from_iter(place))?;
    let id = ["message.contact", "message.state", "id"].map(JsValue::from);
    messages.create_index_with_str_sequence(BY_ID, &Array::from_iter(id))?;
    Ok(())
}

fn make_stores(database: &IdbDatabase) -> Result<IdbObjectStore, JsValue> {
    let by = |path: &JsValue| {
        let parameters = IdbObjectStoreParameters::new();
        parameters.set_key_path(path);
        parameters
    };
    database.create_object_store_with_optional_parameters(HEADS, &by(&"contact".into()))?;
    let place = Array::of2(&"message.contact".into(), &"message.number".into());
    database.create_object_store_with_optional_parameters(MESSAGES, &by(&place.into()))
}

fn put<T: Serialize>(store: &IdbObjectStore, record: &T) -> Result<(), JsValue> {
    let value = to_js(record).map_err(|error| JsValue::from(error.to_string()))?;
    store.put(&value).map(drop)
}

/// Reads the record of a value. The error is the contact it belongs to.
fn record<T: DeserializeOwned>(value: &JsValue, version: impl Fn(&T) -> u32) -> Result<T, String> {
    let part = |value: &JsValue, name: &str| Reflect::get(value, &name.into()).unwrap_or_default();
    let contact = || {
        let of_head = part(value, "contact").as_string();
        let of_message = || part(&part(value, "message"), "contact").as_string();
        of_head.or_else(of_message).unwrap_or_default()
    };
    let record = from_js_within::<T>(value, RECORD).map_err(|_| contact())?;
    if version(&record) == RECORDS {
        Ok(record)
    } else {
        Err(contact())
    }
}
