//! Files that are handed to the browser's downloads.
//!
//! What was begun is asked of the browser, by the address of the file: a worker that was stopped meanwhile finds the same
//! download when it is asked once more.

use chrome::{Downloads, api, object, settled};
use ipc::{Downloaded, SaveTo};
use js_sys::{Array, Promise, Reflect};
use json::js::direct::to_js;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Saves what is at this address. Returns a [`Downloaded`], once the browser says how it has ended.
pub(crate) async fn save(url: &str, name: &str, to: SaveTo) -> JsValue {
    let downloaded = match api().downloads() {
        Some(downloads) => saved(&downloads, url, name, to).await,
        None => Ok(Downloaded::NotAllowed),
    };
    let downloaded = downloaded.unwrap_or_else(|error| {
        tracing::warn!(error, "a file was not saved");
        Downloaded::Failed
    });
    to_js(&downloaded).unwrap_or_default()
}

async fn saved(
    downloads: &Downloads,
    url: &str,
    name: &str,
    to: SaveTo,
) -> Result<Downloaded, String> {
    if to != SaveTo::Same && item(downloads, url).await?.is_none() {
        begin(downloads, url, name, to).await?;
    }
    loop {
        // Listened for before it is asked how far it is, so that nothing is missed.
        let change = Change::listen(downloads)?;
        let item = item(downloads, url).await?;
        let item = item.ok_or("the download is gone")?;
        match text_of(&item, "state").as_deref() {
            Some("in_progress") => change.happened().await,
            Some("complete") => return Ok(Downloaded::Complete),
            _ => {
                let error = text_of(&item, "error").unwrap_or_default();
                return match error.as_str() {
                    "FILE_NO_SPACE" => Ok(Downloaded::NoRoom),
                    _ => Err(error),
                };
            }
        }
    }
}

async fn begin(downloads: &Downloads, url: &str, name: &str, to: SaveTo) -> Result<(), String> {
    let begin = async |name: &str| {
        let options = object([
            ("url", url.into()),
            ("filename", name.into()),
            ("conflictAction", "uniquify".into()),
            ("saveAs", (to == SaveTo::Chosen).into()),
        ]);
        settled(downloads.download(&options)).await
    };
    match begin(name).await {
        Ok(_) => Ok(()),
        // Its dialog was closed.
        Err(error) if error.to_lowercase().contains("cancel") => Err(error),
        // Browsers take no name that begins with a dot, and may refuse others that we do not know of.
        Err(error) => {
            tracing::debug!(error, "the name of a file was not taken");
            let plain = |c: char| {
                if c.is_alphanumeric() || c == '.' {
                    c
                } else {
                    '_'
                }
            };
            let name: String = name.chars().map(plain).collect();
            begin(&format!("_{name}")).await.map(drop)
        }
    }
}

/// Returns the download of this address, if there is one.
async fn item(downloads: &Downloads, url: &str) -> Result<Option<JsValue>, String> {
    let found = settled(downloads.search(&object([("url", url.into())]))).await?;
    Ok(Array::from(&found).iter().next())
}

fn text_of(item: &JsValue, name: &str) -> Option<String> {
    Reflect::get(item, &name.into()).ok()?.as_string()
}

/// A change of any download. It is not listened for any more when dropped.
struct Change {
    event: chrome::Event,
    listener: Option<JsValue>,
    happened: Promise,
}

impl Change {
    fn listen(downloads: &Downloads) -> Result<Self, String> {
        let mut listener = None;
        let happened = Promise::new(&mut |resolve, _| listener = Some(JsValue::from(resolve)));
        let event = downloads.on_changed();
        let resolve = listener.clone().unwrap_or_default();
        let listening = event.add_listener(&resolve);
        listening.map_err(|error| chrome::text(&error))?;
        Ok(Self {
            event,
            listener,
            happened,
        })
    }

    async fn happened(&self) {
        // It only ever resolves.
        let _ = JsFuture::from(self.happened.clone()).await;
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        if let Some(listener) = &self.listener {
            // One that is not there any more needs no removing.
            let _ = self.event.remove_listener(listener);
        }
    }
}
