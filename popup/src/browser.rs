//! The browser outside the page: the extension interface, the clock, the unsent texts, the focus.
//!
//! Small things only; the port has a file of its own.

use gloo_events::{EventListener, EventListenerOptions};
use gloo_storage::{LocalStorage, Storage};
use ipc::{ContactId, UnixMillis};
use js_sys::{Date, Intl, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Event, HtmlElement, KeyboardEvent, Window};

/// Listens on the window. Dropping the listener removes it.
pub(crate) fn listen_window(
    name: &'static str,
    handle: impl FnMut(&Event) + 'static,
) -> Option<EventListener> {
    Some(EventListener::new(&window()?.into(), name, handle))
}

/// Listens on the document; the event's default can be prevented.
pub(crate) fn listen_document(
    name: &'static str,
    handle: impl FnMut(&Event) + 'static,
) -> Option<EventListener> {
    let options = EventListenerOptions::enable_prevent_default();
    let document = document()?;
    Some(EventListener::new_with_options(
        &document, name, options, handle,
    ))
}

/// Returns whether the page is not on the screen.
pub(crate) fn is_hidden() -> bool {
    document().is_some_and(|document| document.hidden())
}

/// Returns whether a key is Escape, and not pressed to leave an input method.
pub(crate) fn is_escape(event: &Event) -> bool {
    let key = event.dyn_ref::<KeyboardEvent>();
    key.is_some_and(|key| key.key() == "Escape" && !key.is_composing())
}

/// Returns a text in lower case, by the browser's tables: the same tables in wasm take 11 kB.
pub(crate) fn lower_case(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

/// Returns the page's window.
pub(crate) fn window() -> Option<Window> {
    web_sys::window()
}

/// Returns the page's document.
pub(crate) fn document() -> Option<Document> {
    window()?.document()
}

/// Returns the time.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole, positive"
)]
pub(crate) fn now() -> UnixMillis {
    Date::now() as UnixMillis
}

/// Returns the day of the local calendar, for telling days apart.
pub(crate) fn local_day(at: UnixMillis) -> (u32, u32, u32) {
    let date = date(at);
    (date.get_full_year(), date.get_month(), date.get_date())
}

/// Returns the time of day, as it is written in this language.
pub(crate) fn time_of_day(at: UnixMillis, language: Option<&str>) -> String {
    format_date(at, language, &[("hour", "2-digit"), ("minute", "2-digit")])
}

/// Returns the date, as it is written in this language.
pub(crate) fn long_date(at: UnixMillis, language: Option<&str>) -> String {
    format_date(at, language, &[("dateStyle", "full")])
}

/// Returns a date and a time of day, as short as is clear.
pub(crate) fn moment(at: UnixMillis, language: Option<&str>) -> String {
    format_date(
        at,
        language,
        &[("dateStyle", "medium"), ("timeStyle", "short")],
    )
}

fn date(at: UnixMillis) -> Date {
    #[expect(clippy::cast_precision_loss, reason = "exact for 285,000 years")]
    Date::new(&JsValue::from_f64(at as f64))
}

fn format_date(at: UnixMillis, language: Option<&str>, options: &[(&str, &str)]) -> String {
    let object = Object::new();
    for (key, value) in options {
        // Setting a property of a fresh object does not fail.
        let _ = Reflect::set(&object, &(*key).into(), &(*value).into());
    }
    let mut languages = js_sys::Array::new();
    languages.extend(language.map(JsValue::from_str));
    let format = Intl::DateTimeFormat::new(&languages, &object).format();
    let text = format.call1(&JsValue::UNDEFINED, &date(at));
    text.ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

/// Reads the unsent text for a contact.
pub(crate) fn load_draft(contact: &ContactId) -> String {
    let kept = storage().and_then(|storage| storage.get_item(&draft_key(contact)).ok());
    kept.flatten().unwrap_or_default()
}

/// Keeps the unsent text for a contact. A full storage loses a draft, never a message.
pub(crate) fn save_draft(contact: &ContactId, text: &str) {
    let Some(storage) = storage() else { return };
    let key = draft_key(contact);
    let _ = if text.is_empty() {
        storage.remove_item(&key)
    } else {
        storage.set_item(&key, text)
    };
}

/// Returns the storage of the page. A browser can be told to forbid it; then asking throws, and
/// `LocalStorage` would panic.
fn storage() -> Option<web_sys::Storage> {
    let allowed = matches!(window()?.local_storage(), Ok(Some(_)));
    allowed.then(LocalStorage::raw)
}

fn draft_key(ContactId(id): &ContactId) -> String {
    format!("draft:{id}")
}

/// Moves the keyboard focus, and returns whether there was such an element.
pub(crate) fn focus(id: &str) -> bool {
    let element = document().and_then(|document| document.get_element_by_id(id));
    match element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        Some(element) => element.focus().is_ok(),
        None => false,
    }
}

/// Returns the part of the address from the `#` on, decoded.
pub(crate) fn fragment() -> String {
    let hash = window().and_then(|window| window.location().hash().ok());
    let hash = hash.unwrap_or_default();
    match js_sys::decode_uri_component(&hash) {
        Ok(decoded) => decoded.into(),
        Err(_) => hash,
    }
}

/// Replaces the part of the address from the `#` on, without an entry in the history.
pub(crate) fn set_fragment(fragment: &str) {
    let Some(window) = window() else { return };
    let path = window.location().pathname().unwrap_or_default();
    let search = window.location().search().unwrap_or_default();
    let url = format!("{path}{search}{fragment}");
    if let Ok(history) = window.history() {
        // Refused only for another origin.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&url));
    }
}

/// Names the page's title and the language of its texts.
pub(crate) fn describe_page(title: &str, language: &str, direction: &str) {
    let Some(document) = document() else { return };
    if document.title() != title {
        document.set_title(title);
    }
    if let Some(root) = document.document_element() {
        // Both are valid attribute names.
        let _ = root.set_attribute("lang", language);
        let _ = root.set_attribute("dir", direction);
    }
}

/// Writes to the console what went wrong, never names or messages.
pub(crate) fn warn(what: &str) {
    web_sys::console::warn_1(&JsValue::from_str(what));
}
