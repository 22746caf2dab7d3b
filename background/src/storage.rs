//! `storage.local` and `storage.session`: JSON texts by key.

use ipc::{Area, Loaded, Written};
use js_sys::{Array, JSON, Object, Reflect};
use std::collections::BTreeMap;
use wasm_bindgen::prelude::*;
use webext::api::{StorageArea, api, settled, text};

/// Everything that is stored; `None` where it could not be read.
pub(crate) async fn load() -> Option<Loaded> {
    let storage = api().storage();
    let read = async {
        Ok::<_, String>(Loaded {
            local: entries(&storage.local()).await?,
            session: entries(&storage.session()).await?,
        })
    };
    read.await
        .inspect_err(|error| tracing::error!(error, "the storage cannot be read"))
        .ok()
}

async fn entries(area: &StorageArea) -> Result<BTreeMap<String, String>, String> {
    let all = settled(area.get(&JsValue::NULL)).await?;
    let entry = |pair: JsValue| {
        let pair = Array::from(&pair);
        Some((pair.get(0).as_string()?, as_text(&pair.get(1))))
    };
    Ok(Object::entries(all.unchecked_ref())
        .iter()
        .filter_map(entry)
        .collect())
}

/// Only texts are written here. What is none was put there by something else, and is shown as it
/// is so that whoever reads it finds it damaged.
fn as_text(value: &JsValue) -> String {
    let shown = || JSON::stringify(value).map(String::from).unwrap_or_default();
    value.as_string().unwrap_or_else(shown)
}

/// One write; both parts, or an error.
pub(crate) async fn write(
    area: Area,
    set: &BTreeMap<String, String>,
    remove: &[String],
) -> Written {
    let storage = api().storage();
    let area = match area {
        Area::Local => storage.local(),
        Area::Session => storage.session(),
    };
    Written {
        error: apply(&area, set, remove).await.err(),
    }
}

async fn apply(
    area: &StorageArea,
    set: &BTreeMap<String, String>,
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
