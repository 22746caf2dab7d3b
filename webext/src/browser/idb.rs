//! IndexedDB as futures: just what the messages need.

use chrome::text;
use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbDatabase, IdbFactory, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction,
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
}

/// An open database. It is closed when a newer program wants another version of it, which would
/// wait for that for ever.
pub(crate) struct Opened {
    database: IdbDatabase,
    _on_version_change: Closure<dyn FnMut()>,
}

impl Opened {
    fn new(database: IdbDatabase) -> Self {
        let closing = database.clone();
        let on_version_change = Closure::new(move || closing.close());
        database.set_onversionchange(Some(on_version_change.as_ref().unchecked_ref()));
        Self {
            database,
            _on_version_change: on_version_change,
        }
    }

    /// A store, to be read.
    pub(crate) fn store(&self, name: &str) -> Result<IdbObjectStore, JsValue> {
        self.database.transaction_with_str(name)?.object_store(name)
    }

    /// A transaction whose completion means that it is on the disk.
    pub(crate) fn write(&self, stores: &[&str]) -> Result<IdbTransaction, JsValue> {
        let options = js_sys::Object::new();
        Reflect::set(&options, &"durability".into(), &"strict".into())?;
        let stores: Array = stores.iter().map(|name| JsValue::from(*name)).collect();
        let database: &Database = self.database.unchecked_ref();
        database.transaction(&stores, "readwrite", &options)
    }
}

/// Opens a database, brought to `version` by `make` where it is older or not there.
///
/// # Errors
/// What the browser said.
pub(crate) async fn open(
    name: &str,
    version: u32,
    make: fn(&IdbDatabase, &IdbTransaction) -> Result<(), JsValue>,
) -> Result<Opened, String> {
    let request = open_request(name, version).map_err(|error| text(&error))?;
    let opening = request.clone();
    let upgrade = Closure::once(move || {
        let made = opening.result().and_then(|database| {
            let upgrade = opening.transaction().ok_or(JsValue::UNDEFINED)?;
            make(database.unchecked_ref(), &upgrade).inspect_err(|_| drop(upgrade.abort()))
        });
        if let Err(error) = made {
            tracing::error!(error = text(&error), "a database could not be made");
        }
    });
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    Ok(Opened::new(result(&request).await?.unchecked_into()))
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
pub(crate) async fn result(request: &IdbRequest) -> Result<JsValue, String> {
    let settled = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    let failed = || match request.error() {
        Ok(Some(error)) => text(&error),
        Ok(None) => "the request failed".to_owned(),
        Err(error) => text(&error),
    };
    JsFuture::from(settled).await.map_err(|_| failed())?;
    request.result().map_err(|error| text(&error))
}

/// Waits until a transaction is complete.
///
/// # Errors
/// Why it was aborted; nothing of it has happened then.
pub(crate) async fn complete(transaction: &IdbTransaction) -> Result<(), String> {
    let settled = Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    });
    let aborted = || {
        transaction.error().map_or_else(
            || "the transaction was aborted".to_owned(),
            |error| text(&error),
        )
    };
    JsFuture::from(settled)
        .await
        .map(drop)
        .map_err(|_| aborted())
}
