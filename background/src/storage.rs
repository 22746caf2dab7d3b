//! `storage.local` and `storage.session`: JSON texts by key.

use chrome::{StorageArea, api, object, settled, text};
use ipc::Area;
use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::prelude::*;

/// Everything that is stored, an [`ipc::Loaded`]; `undefined` where it could not be read.
///
/// Entries go from one object to another as they are: they can be large, and nobody looks at them
/// here.
pub(crate) async fn load() -> JsValue {
    let storage = api().storage();
    let read = async {
        let (local, session) = (storage.local(), storage.session());
        Ok::<_, String>(object([
            ("local", entries(&local).await?),
            ("session", entries(&session).await?),
        ]))
    };
    let read = read
        .await
        .inspect_err(|error| tracing::error!(error, "the storage cannot be read"));
    read.unwrap_or_default()
}

async fn entries(area: &StorageArea) -> Result<JsValue, String> {
    let all = settled(area.get(&JsValue::NULL)).await?;
    let entries = Object::entries(all.unchecked_ref());
    for pair in entries.iter() {
        let pair = Array::from(&pair);
        let value = pair.get(1);
        if !value.is_string() {
            pair.set(1, as_text(&value));
        }
    }
    Ok(entries.into())
}

/// Returns a stored text. Only texts are written here: anything else was put there by something
/// else, and is passed on as it is, so that the engine finds it damaged.
fn as_text(value: &JsValue) -> JsValue {
    JSON::stringify(value).map_or_else(|_| "".into(), JsValue::from)
}

/// Does one write, and returns an [`ipc::Written`]: both parts were written, or it has an error.
pub(crate) async fn write(area: Area, set: &[(String, String)], remove: &[String]) -> JsValue {
    let storage = api().storage();
    let area = match area {
        Area::Local => storage.local(),
        Area::Session => storage.session(),
    };
    let error = apply(&area, set, remove).await.err();
    object([("error", error.map_or(JsValue::NULL, JsValue::from))])
}

async fn apply(
    area: &StorageArea,
    set: &[(String, String)],
    remove: &[String],
) -> Result<(), String> {
    if !set.is_empty() {
        let items = Object::new();
        for (key, value) in set {
            Reflect::set(&items, &key.into(), &value.into()).map_err(|error| text(&error))?;
        }
        settled(area.set(&items)).await?;
    }
    if !remove.is_empty() {
        let keys: Array = remove.iter().map(JsValue::from).collect();
        settled(area.remove(&keys)).await?;
    }
    Ok(())
}
