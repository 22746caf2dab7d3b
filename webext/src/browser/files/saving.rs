//! The way of a whole file into the browser's downloads.
//!
//! With the permission `downloads` the browser says when a file is saved. Without it a link is followed as a click does it,
//! and nobody hears what comes of that: the part then stays for as long as a browser may take to copy it.

use super::buffers::slice;
use super::parts::{Fault, Parts};
use super::pictures;
use crate::browser::host::Host;
use crate::browser::timer::sleep;
use chrome::float;
use ipc::{Downloaded, Failure, HostRequest, SaveTo, TransferId};
use js_sys::Uint8Array;
use mesh_chat::folder::Check;
use mesh_chat::node::FileInput;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File, HtmlElement, Url};

/// Without a type, Chromium looks into the file and may change its ending.
const KIND: &str = "application/octet-stream";

/// How often the background is asked about a download: it may be stopped and begun anew meanwhile.
const ASKED: u32 = 5;
const ASKED_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// How long a browser may take to copy what it was handed: so long, and as many bytes a second.
const COPIED_WITHIN: Duration = Duration::from_secs(30);
const COPIED_A_SECOND: u64 = 4_000_000;

/// What came of a file that was to be saved.
pub(super) enum Handed {
    /// The browser says so.
    Over(FileInput),
    /// It has it, and says no more.
    Following(Address),
}

/// A whole file, as the browser can read it until this is dropped.
pub(super) struct Address {
    url: String,
    size: u64,
}

impl Address {
    /// Waits until the browser has surely copied the file.
    pub(super) async fn copied(self) {
        sleep(COPIED_WITHIN + Duration::from_secs(self.size / COPIED_A_SECOND)).await;
    }
}

impl Drop for Address {
    fn drop(&mut self) {
        // One that is not there any more needs no revoking.
        let _ = Url::revoke_object_url(&self.url);
    }
}

/// A whole file that is to be saved, and how.
pub(super) struct Saving {
    pub(super) name: String,
    pub(super) size: u64,
    /// Of a folder: how many files were said to be in it.
    pub(super) folder: Option<u32>,
    /// Whether the person chooses where.
    pub(super) asks: bool,
    /// Whether a copy stays.
    pub(super) keep: bool,
}

impl Saving {
    /// Saves the file, and removes its pieces once it is.
    pub(super) async fn save(
        &self,
        parts: &Parts,
        host: &Host,
        id: &TransferId,
    ) -> Result<Handed, Fault> {
        let file = parts.take(id).await?;
        let (size, end) = (self.size, float(self.size));
        if file.size() < end {
            // It was removed behind our back.
            return Ok(Handed::Over(FileInput::Failed(Failure::NoStorage)));
        }
        if let Some(files) = self.folder
            && !is_safe(&file, size, files).await?
        {
            return Ok(Handed::Over(FileInput::Failed(Failure::Unsafe)));
        }
        let whole = file.slice_with_f64_and_f64_and_content_type(0.0, end, KIND);
        let url = whole.and_then(|whole| Url::create_object_url_with_blob(&whole));
        let url = url.map_err(|error| Fault::from(chrome::text(&error)))?;
        let address = Address { url, size };
        Ok(match self.hand_over(host, &address.url).await {
            Downloaded::Complete => {
                drop(address);
                note(parts, id, &file, self.keep).await;
                parts.remove_pieces(id).await;
                Handed::Over(FileInput::Saved)
            }
            // A link asks nobody.
            Downloaded::NotAllowed if !self.asks && follow(&address.url, &self.name).is_ok() => {
                note(parts, id, &file, self.keep).await;
                Handed::Following(address)
            }
            Downloaded::NoRoom | Downloaded::Failed | Downloaded::NotAllowed => {
                Handed::Over(FileInput::NotSaved)
            }
        })
    }

    async fn hand_over(&self, host: &Host, url: &str) -> Downloaded {
        hand_over(host, url, &self.name, self.asks).await
    }
}

/// Has the browser save something in its downloads. Without the permission a link is followed, and it counts as saved.
///
/// # Errors
/// What the browser said.
pub(in crate::browser) async fn give(
    host: &Host,
    whole: &Blob,
    name: &str,
) -> Result<Downloaded, JsValue> {
    let end = whole.size();
    let typed = whole.slice_with_f64_and_f64_and_content_type(0.0, end, KIND)?;
    let url = Url::create_object_url_with_blob(&typed)?;
    let size = chrome::whole(end);
    let address = Address { url, size };
    let downloaded = hand_over(host, &address.url, name, false).await;
    if downloaded != Downloaded::NotAllowed {
        return Ok(downloaded);
    }
    follow(&address.url, name)?;
    spawn_local(address.copied());
    Ok(Downloaded::Complete)
}

async fn hand_over(host: &Host, url: &str, name: &str, asks: bool) -> Downloaded {
    let mut to = if asks {
        SaveTo::Chosen
    } else {
        SaveTo::Downloads
    };
    for _ in 0..ASKED {
        let request = HostRequest::Download {
            url: url.to_owned(),
            name: name.to_owned(),
            to,
        };
        match host.ask(&request).await {
            Ok(downloaded) => return downloaded,
            Err(error) => tracing::warn!(error, "the background did not take a file"),
        }
        // A dialog opens once.
        if to == SaveTo::Chosen {
            to = SaveTo::Same;
        }
        sleep(ASKED_AGAIN_AFTER).await;
    }
    Downloaded::Failed
}

/// Notes that a file is saved. One that is to be kept is there for the views before that is said; it is noted first, so that
/// it is saved once whatever happens meanwhile.
async fn note(parts: &Parts, id: &TransferId, file: &File, keep: bool) {
    parts.note_saved(id).await;
    if keep {
        pictures::keep(id, file).await;
    }
}

/// Looks whether a file is a folder with so many files in it, and can be unpacked without harm.
async fn is_safe(file: &File, size: u64, files: u32) -> Result<bool, Fault> {
    let mut check = Check::new(size, files);
    while let Some(range) = check.wants() {
        let bytes = slice(file, range).await?;
        if let Err(why) = check.take(&Uint8Array::new(&bytes).to_vec()) {
            tracing::warn!(?why, "a folder is not as it has to be");
            return Ok(false);
        }
    }
    Ok(true)
}

/// Follows a link that saves what it leads to. Both browsers do so in a page that nobody sees, but Firefox not in a frame
/// that is not displayed, as that of the page's engine: there it is a link of the tab. Elsewhere a window is its own parent.
fn follow(url: &str, name: &str) -> Result<(), JsValue> {
    let window = web_sys::window().ok_or("no window")?;
    let document = window.parent()?.and_then(|parent| parent.document());
    let link = document.ok_or("no document")?.create_element("a")?;
    link.set_attribute("href", url)?;
    link.set_attribute("download", name)?;
    link.unchecked_into::<HtmlElement>().click();
    Ok(())
}
