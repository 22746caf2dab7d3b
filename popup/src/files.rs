//! What a person takes out of the page and brings into it: the clipboard, files.

use crate::browser;
use gloo_timers::callback::Timeout;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, BlobPropertyBag, File, HtmlAnchorElement, HtmlInputElement, Url};

/// How long a browser may take to begin with a download, in milliseconds.
const DOWNLOAD: u32 = 30_000;

/// Puts a text on the clipboard, and returns whether the browser did.
pub(crate) async fn copy(text: &str) -> bool {
    let Some(window) = browser::window() else {
        return false;
    };
    let written = window.navigator().clipboard().write_text(text);
    JsFuture::from(written).await.is_ok()
}

/// Puts the text of a message on the clipboard.
pub(crate) fn copy_message(text: String) {
    spawn_local(async move {
        if !copy(&text).await {
            browser::warn("the browser did not copy the message");
        }
    });
}

/// Offers the person a file to save.
pub(crate) fn download(name: &str, text: &str) {
    if offer(name, text).is_err() {
        browser::warn("the browser did not take the file");
    }
}

fn offer(name: &str, text: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type("application/json");
    let parts = Array::of1(&text.into());
    save(
        name,
        &Blob::new_with_str_sequence_and_options(&parts, &options)?,
    )
}

/// Gives the browser a file to save.
pub(crate) fn save(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let document = browser::document().ok_or(JsValue::NULL)?;
    let link: HtmlAnchorElement = document.create_element("a")?.dyn_into()?;
    let url = Url::create_object_url_with_blob(blob)?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    let revoke = Timeout::new(DOWNLOAD, move || {
        // An address that is no more needs no revoking.
        let _ = Url::revoke_object_url(&url);
    });
    revoke.forget();
    Ok(())
}

/// Returns the file that is chosen in an input.
pub(crate) fn chosen(input: &str) -> Option<File> {
    let element = browser::document()?.get_element_by_id(input)?;
    let files = element.dyn_into::<HtmlInputElement>().ok()?.files();
    files?.get(0)
}
