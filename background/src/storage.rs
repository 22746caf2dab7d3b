//! `storage.local` and `storage.session`: JSON texts by key.
//!
//! A write is one call, so that all of it has happened or nothing. Where it sets and removes, what is
//! removed is set to `null` in that call: such an entry counts as none, and is swept afterwards.

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
    let (entries, removed) = (Array::new(), Array::new());
    for pair in Object::entries(all.unchecked_ref()).iter() {
        let pair = Array::from(&pair);
        let value = pair.get(1);
        if value.is_null() {
            removed.push(&pair.get(0));
            continue;
        }
        if !value.is_string() {
            pair.set(1, as_text(&value));
        }
        entries.push(&pair);
    }
    sweep(area, &removed).await;
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
    let removed: Array = remove.iter().map(JsValue::from).collect();
    if set.is_empty() {
        return settled(area.remove(&removed)).await.map(drop);
    }
    let items = Object::new();
    let entry = |key: &JsValue, value: &JsValue| {
        let entered = Reflect::set(&items, key, value);
        entered.map(drop).map_err(|error| text(&error))
    };
    for (key, value) in set {
        entry(&key.into(), &value.into())?;
    }
    for key in removed.iter() {
        entry(&key, &JsValue::NULL)?;
    }
    settled(area.set(&items)).await?;
    sweep(area, &removed).await;
    Ok(())
}

/// Removes what counts as removed already. What stays is swept at the next start.
async fn sweep(area: &StorageArea, removed: &Array) {
    if removed.length() > 0
        && let Err(error) = settled(area.remove(removed)).await
    {
        tracing::warn!(error, "removed entries are not swept yet");
    }
}
