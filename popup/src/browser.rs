//! The browser outside the page: the extension interface, the clock, the unsent texts, the focus.
//!
//! Small things only; the port has a file of its own.
//!
//! Long because what the views ask of the window, the document and the storages is all asked here, in a few lines each.

use crate::i18n::browser_language;
use crate::state::Kept;
use gloo_events::{EventListener, EventListenerOptions};
use gloo_storage::{LocalStorage, Storage};
use ipc::{ContactId, UnixMillis, contact_of_key, draft_key, unsent_key};
use js_sys::{Array, Date, Function, Intl, JSON, Object, Reflect};
use litemap::LiteMap;
use std::cell::RefCell;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Document, Element, Event, HtmlElement, HtmlTextAreaElement, KeyboardEvent, ResizeObserver,
    ScrollIntoViewOptions, ScrollLogicalPosition, StorageEvent, Window,
};

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

/// Returns whether the page has the focus: a window behind others is not hidden, and nobody is before it.
pub(crate) fn has_focus() -> bool {
    document().is_some_and(|document| document.has_focus().unwrap_or(false))
}

thread_local! {
    /// What writes dates, by language and form.
    static FORMATS: RefCell<LiteMap<String, Function>> = RefCell::default();
}

thread_local! {
    /// Compares two texts as a dictionary of the browser's language does.
    static COMPARE: js_sys::Function = {
        let mut languages = Array::new();
        languages.extend(browser_language().map(JsValue::from));
        Intl::Collator::new(&languages, &Object::new()).compare()
    };
}

/// Returns which of so many elements has the focus.
pub(crate) fn focused_among(count: usize, id: impl Fn(usize) -> String) -> Option<usize> {
    let focused = document()?.active_element()?.id();
    (0..count).find(|index| id(*index) == focused)
}

thread_local! {
    /// Compares two texts as somebody does who looks for one: neither case nor accents differ.
    static FIND: js_sys::Function = {
        let mut languages = Array::new();
        languages.extend(browser_language().map(JsValue::from));
        let options = Object::new();
        for (key, value) in [("usage", "search"), ("sensitivity", "base")] {
            // Setting a property of a fresh object does not fail.
            let _ = Reflect::set(&options, &key.into(), &value.into());
        }
        Intl::Collator::new(&languages, &options).compare()
    };
}

/// Returns whether somebody who looks for one text finds the other.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    let compared = FIND.with(|find| find.call2(&JsValue::UNDEFINED, &one.into(), &other.into()));
    compared.is_ok_and(|compared| compared.as_f64() == Some(0.0))
}

/// Returns whether this is a Mac, which has ⌘ where others have Ctrl.
pub(crate) fn is_mac() -> bool {
    let platform = window().and_then(|window| window.navigator().platform().ok());
    platform.is_some_and(|platform| platform.starts_with("Mac"))
}

/// Returns names in the order of the browser's language.
pub(crate) fn in_order(names: Vec<&str>) -> Vec<String> {
    let names: Array = names.into_iter().map(JsValue::from_str).collect();
    // Given its own function, the browser sorts without a call to wasm for each pair.
    let sort = Reflect::get(&names, &"sort".into());
    if let Some(sort) = sort
        .ok()
        .and_then(|sort| sort.dyn_into::<js_sys::Function>().ok())
    {
        // Comparing two texts does not throw.
        let _ = COMPARE.with(|compare| sort.call1(&names, compare));
    }
    names.iter().filter_map(|name| name.as_string()).collect()
}

/// Watches the size of an element until it is dropped.
pub(crate) struct SizeWatch {
    observer: ResizeObserver,
    _handle: Closure<dyn FnMut()>,
}

impl SizeWatch {
    /// Calls `handle` whenever the element has another size, and once at the beginning.
    pub(crate) fn begin(element: &Element, handle: impl FnMut() + 'static) -> Option<Self> {
        let handle = Closure::<dyn FnMut()>::new(handle);
        let observer = ResizeObserver::new(handle.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self {
            observer,
            _handle: handle,
        })
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
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

/// A day of the local calendar, from one midnight to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    start: UnixMillis,
    end: UnixMillis,
}

impl Day {
    /// Returns whether a moment is on this day.
    pub(crate) fn has(self, at: UnixMillis) -> bool {
        (self.start..self.end).contains(&at)
    }
}

/// Returns the day of a moment.
pub(crate) fn local_day(at: UnixMillis) -> Day {
    let date = date(at);
    let (year, month, day) = (date.get_full_year(), date.get_month(), date.get_date());
    #[expect(clippy::cast_possible_wrap, reason = "a month or the day of a month")]
    let midnight = |day: u32| Date::new_with_year_month_day(year, month as i32, day as i32);
    Day {
        start: millis(&midnight(day)),
        end: millis(&midnight(day + 1)),
    }
}

/// Returns when it is tomorrow for who says so at this moment, by the clock on the wall: clocks may be changed in
/// between.
pub(crate) fn next_morning(at: UnixMillis) -> UnixMillis {
    /// Nobody who goes off late in the evening wants to be back at midnight.
    const MORNING: i32 = 6;
    /// Until then it is the night of the day before: who goes to bed then says tomorrow and means this morning.
    const NIGHT: u32 = 3;
    let date = date(at);
    let days = u32::from(date.get_hours() >= NIGHT);
    #[expect(clippy::cast_possible_wrap, reason = "a month or the day of a month")]
    let (month, day) = (date.get_month() as i32, (date.get_date() + days) as i32);
    millis(&Date::new_with_year_month_day_hr(
        date.get_full_year(),
        month,
        day,
        MORNING,
    ))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole, positive"
)]
fn millis(date: &Date) -> UnixMillis {
    date.get_time() as UnixMillis
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

/// Returns a moment as programs read it, in UTC.
pub(crate) fn iso(at: UnixMillis) -> String {
    date(at).to_iso_string().into()
}

/// Returns a number of a unit, as it is written in the browser's language.
pub(crate) fn quantity(number: f64, unit: &str) -> String {
    let options = Object::new();
    // In short, English has "395 byte".
    let display = if unit == "byte" { "long" } else { "short" };
    for (key, value) in [("style", "unit"), ("unit", unit), ("unitDisplay", display)] {
        // Setting a property of a fresh object does not fail.
        let _ = Reflect::set(&options, &key.into(), &value.into());
    }
    let mut languages = Array::new();
    languages.extend(browser_language().map(JsValue::from));
    let format = Intl::NumberFormat::new(&languages, &options).format();
    let text = format.call1(&JsValue::UNDEFINED, &number.into());
    text.ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

fn date(at: UnixMillis) -> Date {
    Date::new(&JsValue::from_f64(chrome::float(at)))
}

fn format_date(at: UnixMillis, language: Option<&str>, options: &[(&str, &str)]) -> String {
    let format = formatter(language, options);
    let text = format.call1(&JsValue::UNDEFINED, &date(at));
    text.ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

/// Returns what writes dates in one form: to make one takes longer than to use it.
fn formatter(language: Option<&str>, options: &[(&str, &str)]) -> Function {
    let key = format!("{language:?} {options:?}");
    FORMATS.with_borrow_mut(|formats| {
        let made = || {
            let object = Object::new();
            for (key, value) in options {
                // Setting a property of a fresh object does not fail.
                let _ = Reflect::set(&object, &(*key).into(), &(*value).into());
            }
            let mut languages = Array::new();
            languages.extend(language.map(JsValue::from_str));
            Intl::DateTimeFormat::new(&languages, &object).format()
        };
        formats.entry(key).or_insert_with(made).clone()
    })
}

/// Reads the unsent text for a contact.
pub(crate) fn load_draft(contact: &ContactId) -> String {
    let kept = storage().and_then(|storage| storage.get_item(&draft_key(contact)).ok());
    kept.flatten().unwrap_or_default()
}

/// Keeps the unsent text for a contact. A full storage loses a draft, never a message.
pub(crate) fn save_draft(contact: &ContactId, text: &str) {
    save(
        &draft_key(contact),
        Some(text).filter(|text| !text.is_empty()),
    );
}

/// Reads the texts to a contact that were sent and are not known to be stored.
pub(crate) fn load_unsent(contact: &ContactId) -> Vec<Kept> {
    let kept = storage().and_then(|storage| storage.get_item(&unsent_key(contact)).ok());
    let kept = kept.flatten().and_then(|text| JSON::parse(&text).ok());
    // An array is made of an array only: of anything else that throws.
    let Some(kept) = kept.filter(Array::is_array) else {
        return Vec::new();
    };
    let text = |entry: JsValue| {
        let entry = Array::is_array(&entry).then(|| Array::from(&entry))?;
        Some(Kept {
            after: entry.get(0).as_string()?.parse().ok()?,
            text: entry.get(1).as_string()?,
            changes: entry.get(2).as_string(),
        })
    };
    Array::from(&kept).iter().filter_map(text).collect()
}

/// Keeps the texts to a contact that were sent and are not known to be stored.
pub(crate) fn save_unsent(contact: &ContactId, texts: &[Kept]) {
    let entry = |kept: &Kept| {
        let entry = Array::of2(&kept.after.to_string().into(), &(&kept.text).into());
        if let Some(id) = &kept.changes {
            entry.push(&id.into());
        }
        entry
    };
    let kept: Array = texts.iter().map(entry).collect();
    let text = JSON::stringify(&kept).ok().map(String::from);
    save(
        &unsent_key(contact),
        text.as_deref().filter(|_| !texts.is_empty()),
    );
}

fn save(key: &str, text: Option<&str>) {
    let Some(storage) = storage() else { return };
    let _ = match text {
        Some(text) => storage.set_item(key, text),
        None => storage.remove_item(key),
    };
}

/// Returns the storage of the page. A browser can be told to forbid it; then asking throws, and
/// `LocalStorage` would panic.
fn storage() -> Option<web_sys::Storage> {
    let allowed = matches!(window()?.local_storage(), Ok(Some(_)));
    allowed.then(LocalStorage::raw)
}

/// Returns whose unsent text another window has changed, and what it is now.
pub(crate) fn draft_elsewhere(event: &Event) -> Option<(ContactId, String)> {
    let event = event.dyn_ref::<StorageEvent>()?;
    let key = event.key()?;
    let contact = contact_of_key(&key).filter(|contact| draft_key(contact) == key)?;
    Some((contact, event.new_value().unwrap_or_default()))
}

/// Moves the keyboard focus, and returns whether there was such an element.
pub(crate) fn focus(id: &str) -> bool {
    let element = document().and_then(|document| document.get_element_by_id(id));
    match element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        Some(element) => element.focus().is_ok(),
        None => false,
    }
}

/// Gives the focus to the element that has it. Chromium (seen in 156) gives it back to a field when a dialog closes and
/// leaves the caret where it was, in a field that is gone: what is typed then is lost.
pub(crate) fn focus_anew() {
    let element = document().and_then(|document| document.active_element());
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // An element that cannot have the focus stays without it.
        let _ = element.blur().and_then(|()| element.focus());
    }
}

/// Scrolls as little as is needed to see an element.
pub(crate) fn bring_into_sight(id: &str) {
    let element = document().and_then(|document| document.get_element_by_id(id));
    if let Some(element) = element {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Empties a field of several lines.
pub(crate) fn empty_field(id: &str) {
    let field = document().and_then(|document| document.get_element_by_id(id));
    if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok()) {
        field.set_value("");
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

/// An invite that waits until the person has joined, in `sessionStorage`: it goes from the address at once, and is still
/// there when the page is loaded anew.
const WAITING_INVITE: &str = "waiting-invite";

/// Returns the invite that waits in this tab.
pub(crate) fn waiting_invite() -> Option<String> {
    session_storage()?.get_item(WAITING_INVITE).ok()?
}

/// Keeps the invite that waits in this tab, or forgets it.
pub(crate) fn keep_waiting_invite(invite: Option<&str>) {
    let Some(storage) = session_storage() else {
        return;
    };
    // Where nothing is stored, it waits in memory alone.
    let _ = match invite {
        Some(invite) => storage.set_item(WAITING_INVITE, invite),
        None => storage.remove_item(WAITING_INVITE),
    };
}

fn session_storage() -> Option<web_sys::Storage> {
    window()?.session_storage().ok()?
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
