//! IndexedDB as futures: just what the messages need.

use crate::storage::Fault;
use chrome::text;
use js_sys::{Array, Function, Promise, Reflect};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbDatabase, IdbFactory, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbRequestReadyState,
    IdbTransaction,
};

#[wasm_bindgen]
extern "C" {
    // The binding of web-sys that takes options is not stable yet.
    type Database;
    #[wasm_bindgen(method, catch)]
    fn transaction(
        this: &Database,
        stores: &Array,
        mode: &str,
        options: &JsValue,
    ) -> Result<IdbTransaction, JsValue>;

    type Transaction;
    #[wasm_bindgen(method, catch)]
    fn commit(this: &Transaction) -> Result<(), JsValue>;
}

/// Hears that a database was closed.
pub(crate) type Closed = Box<dyn Fn()>;

/// An open database. It is closed when a newer program wants another version of it, which would
/// wait for that for ever, and when the browser closes it: because its storage failed, or because
/// somebody removed the data.
pub(crate) struct Opened {
    database: IdbDatabase,
    closed: Rc<Cell<bool>>,
    /// There was none before.
    made: bool,
    _listeners: [Closure<dyn FnMut()>; 2],
}

impl Opened {
    fn new(database: IdbDatabase, made: bool, heard: Closed) -> Self {
        let closed = Rc::new(Cell::new(false));
        let (closing, close) = (database.clone(), Rc::clone(&closed));
        let on_version_change = Closure::<dyn FnMut()>::new(move || {
            closing.close();
            close.set(true);
        });
        let close = Rc::clone(&closed);
        let on_close = Closure::<dyn FnMut()>::new(move || {
            close.set(true);
            heard();
        });
        database.set_onversionchange(Some(on_version_change.as_ref().unchecked_ref()));
        database.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Self {
            database,
            closed,
            made,
            _listeners: [on_version_change, on_close],
        }
    }

    /// Returns whether it was closed by somebody else.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// Returns whether it was made by opening it.
    pub(crate) fn is_new(&self) -> bool {
        self.made
    }

    /// Returns a store, for reading.
    pub(crate) fn store(&self, name: &str) -> Result<IdbObjectStore, JsValue> {
        self.database.transaction_with_str(name)?.object_store(name)
    }

    /// Begins a transaction whose completion means that it is on the disk.
    pub(crate) fn write(&self, stores: &[&str]) -> Result<IdbTransaction, JsValue> {
        self.begin(stores, "strict")
    }

    /// Begins a transaction that is on the disk some time after it is complete: for what can be done again.
    pub(crate) fn write_soon(&self, stores: &[&str]) -> Result<IdbTransaction, JsValue> {
        self.begin(stores, "relaxed")
    }

    fn begin(&self, stores: &[&str], durability: &str) -> Result<IdbTransaction, JsValue> {
        let options = js_sys::Object::new();
        Reflect::set(&options, &"durability".into(), &durability.into())?;
        let stores: Array = stores.iter().map(|name| JsValue::from(*name)).collect();
        let database: &Database = self.database.unchecked_ref();
        database.transaction(&stores, "readwrite", &options)
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.database.set_onversionchange(None);
        self.database.set_onclose(None);
        self.database.close();
    }
}

/// Opens a database. `make` brings it to `version` where it is older or not there; `heard` is called
/// when the browser closes it.
///
/// # Errors
/// What the browser said.
pub(crate) async fn open(
    name: &str,
    version: u32,
    make: fn(&IdbDatabase, &IdbTransaction) -> Result<(), JsValue>,
    heard: Closed,
) -> Result<Opened, Fault> {
    let request = open_request(name, version).map_err(|error| fault(&error))?;
    let opening = request.clone();
    let made = Rc::new(Cell::new(false));
    let is_new = Rc::clone(&made);
    let upgrade = Closure::once(move |event: JsValue| {
        let before = Reflect::get(&event, &"oldVersion".into());
        is_new.set(before.is_ok_and(|before| before == 0));
        let upgraded = opening.result().and_then(|database| {
            let upgrade = opening.transaction().ok_or(JsValue::UNDEFINED)?;
            make(database.unchecked_ref(), &upgrade).inspect_err(|_| drop(upgrade.abort()))
        });
        if let Err(error) = upgraded {
            tracing::error!(error = text(&error), "a database could not be made");
        }
    });
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let opened = settled(&request, |reject| request.set_onblocked(Some(reject))).await;
    if opened.is_err() && request.ready_state() == IdbRequestReadyState::Pending {
        close_when_opened(request);
        let reason = "another page of Mesh Chat still uses the stored chats";
        return Err(Fault::Refused(reason.to_owned()));
    }
    Ok(Opened::new(opened?.unchecked_into(), made.get(), heard))
}

/// Closes a database for which nobody waits any more.
fn close_when_opened(request: IdbOpenDbRequest) {
    let opening = request.clone();
    let close = Closure::once_into_js(move || {
        if let Ok(database) = opening.result() {
            database.unchecked_into::<IdbDatabase>().close();
        }
    });
    request.set_onsuccess(Some(close.unchecked_ref()));
}

fn open_request(name: &str, version: u32) -> Result<IdbOpenDbRequest, JsValue> {
    let factory: IdbFactory =
        Reflect::get(&js_sys::global(), &"indexedDB".into())?.unchecked_into();
    factory.open_with_u32(name, version)
}

/// Waits for a request.
///
/// # Errors
/// What the browser said.
pub(crate) async fn result(request: &IdbRequest) -> Result<JsValue, Fault> {
    settled(request, |_| {}).await
}

async fn settled(request: &IdbRequest, also_fails: impl Fn(&Function)) -> Result<JsValue, Fault> {
    let settled = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
        also_fails(&reject);
    });
    let failed = || match request.error() {
        Ok(Some(error)) => fault(&error),
        Ok(None) => Fault::Refused("the request failed".to_owned()),
        Err(error) => fault(&error),
    };
    JsFuture::from(settled).await.map_err(|_| failed())?;
    request.result().map_err(|error| fault(&error))
}

/// Ends what is asked of a transaction: the browser does not wait until the page has heard of each part.
///
/// # Errors
/// Where it has ended already.
pub(crate) fn commit(transaction: &IdbTransaction) -> Result<(), JsValue> {
    transaction.unchecked_ref::<Transaction>().commit()
}

/// Makes a change in a transaction and waits until that is complete: all of it has happened then, or nothing.
///
/// # Errors
/// What the browser said.
pub(crate) async fn change(
    transaction: Result<IdbTransaction, JsValue>,
    put: impl FnOnce(&IdbTransaction) -> Result<(), JsValue>,
) -> Result<(), Fault> {
    begin(transaction, put)?.complete().await
}

/// Begins a change in a transaction. What is begun after it in the same stores waits for it in the browser, and the page
/// can make more of it ready meanwhile.
///
/// # Errors
/// What the browser said.
pub(crate) fn begin(
    transaction: Result<IdbTransaction, JsValue>,
    put: impl FnOnce(&IdbTransaction) -> Result<(), JsValue>,
) -> Result<Changing, Fault> {
    let transaction = transaction.map_err(|error| fault(&error))?;
    // Everything is asked for: not to wait until the page has heard of each.
    if let Err(error) = put(&transaction).and_then(|()| commit(&transaction)) {
        // Aborting what is aborted already throws, and changes nothing.
        let _ = transaction.abort();
        return Err(fault(&error));
    }
    let settled = Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    });
    Ok(Changing {
        settled: settled.into(),
        transaction,
    })
}

/// A change that was begun.
pub(crate) struct Changing {
    transaction: IdbTransaction,
    settled: JsFuture,
}

impl Changing {
    /// Waits until it is complete.
    ///
    /// # Errors
    /// Why it was aborted; nothing of it has happened then.
    pub(crate) async fn complete(self) -> Result<(), Fault> {
        let aborted = || {
            // One that was aborted because its database was closed has no error of its own.
            let closed = Fault::Closed("the transaction was aborted".to_owned());
            self.transaction
                .error()
                .map_or(closed, |error| fault(&error))
        };
        self.settled.await.map(drop).map_err(|_| aborted())
    }
}

/// Reads what the browser said. By the names of the standard: the first are what calls and transactions
/// end with where the database under them was closed or its storage failed for a moment.
pub(crate) fn fault(error: &JsValue) -> Fault {
    let name = Reflect::get(error, &"name".into());
    let name = name.ok().and_then(|name| name.as_string());
    let reason = text(error);
    match name.as_deref() {
        Some("InvalidStateError" | "AbortError" | "UnknownError" | "NotFoundError") => {
            Fault::Closed(reason)
        }
        Some("VersionError") => Fault::Refused(format!(
            "the stored chats are those of a newer version of Mesh Chat ({reason})"
        )),
        _ => Fault::Refused(reason),
    }
}
