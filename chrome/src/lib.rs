//! The extension APIs that are used, as the browsers name them.
//!
//! [`api`] is `browser` in Firefox and `chrome` in Chrome. What a browser lacks reads as
//! `undefined` and is an `Option` here. Calls return a promise, or nothing in some versions:
//! [`settled`] takes either. Calls throw where the extension was updated while its page stayed open.
//!
//! The page, which is no extension, has the same interface from `page/browser/api.js`.

mod numbers;

pub use numbers::{float, whole};

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// `browser` or `chrome`.
    #[derive(Clone, Debug)]
    pub type Api;
    /// `runtime`.
    #[wasm_bindgen(method, getter)]
    pub fn runtime(this: &Api) -> Runtime;
    /// `storage`.
    #[wasm_bindgen(method, getter)]
    pub fn storage(this: &Api) -> Storage;
    /// `alarms`.
    #[wasm_bindgen(method, getter)]
    pub fn alarms(this: &Api) -> Alarms;
    /// `idle`; not in Firefox for Android.
    #[wasm_bindgen(method, getter)]
    pub fn idle(this: &Api) -> Option<Idle>;
    /// `action`.
    #[wasm_bindgen(method, getter)]
    pub fn action(this: &Api) -> Action;
    /// `notifications`.
    #[wasm_bindgen(method, getter)]
    pub fn notifications(this: &Api) -> Notifications;
    /// `offscreen`; only Chrome has it.
    #[wasm_bindgen(method, getter)]
    pub fn offscreen(this: &Api) -> Option<Offscreen>;
    /// `i18n`.
    #[wasm_bindgen(method, getter)]
    pub fn i18n(this: &Api) -> I18n;
    /// `downloads`; only where the person has granted it.
    #[wasm_bindgen(method, getter)]
    pub fn downloads(this: &Api) -> Option<Downloads>;
    /// `tabs`.
    #[wasm_bindgen(method, getter)]
    pub fn tabs(this: &Api) -> Tabs;
    /// `windows`; not in Firefox for Android.
    #[wasm_bindgen(method, getter)]
    pub fn windows(this: &Api) -> Option<Windows>;
    /// `permissions`.
    #[wasm_bindgen(method, getter)]
    pub fn permissions(this: &Api) -> Permissions;
    /// `contextMenus`; not in Firefox for Android.
    #[wasm_bindgen(method, getter, js_name = contextMenus)]
    pub fn menu(this: &Api) -> Option<Menu>;
    /// `commands`; not in Firefox for Android.
    #[wasm_bindgen(method, getter)]
    pub fn commands(this: &Api) -> Option<Commands>;
    /// `extension`.
    #[wasm_bindgen(method, getter)]
    pub fn extension(this: &Api) -> Extension;
    /// Whether this is no extension but the page, whose `page/browser/api.js` stands for the interface.
    #[wasm_bindgen(method, getter, js_name = page)]
    pub fn is_page(this: &Api) -> bool;

    /// `extension`.
    #[derive(Clone, Debug)]
    pub type Extension;
    /// `extension.inIncognitoContext`: whether this page is in a private window.
    #[wasm_bindgen(method, getter, js_name = inIncognitoContext)]
    pub fn is_private(this: &Extension) -> bool;

    /// `runtime`.
    #[derive(Clone, Debug)]
    pub type Runtime;
    /// `runtime.getURL`.
    #[wasm_bindgen(method, js_name = getURL)]
    pub fn url(this: &Runtime, path: &str) -> String;
    /// `runtime.getContexts`; recent browsers only.
    #[wasm_bindgen(method, catch, js_name = getContexts)]
    pub fn contexts(this: &Runtime, filter: &JsValue) -> Result<JsValue, JsValue>;
    /// `runtime.connect`; that nobody listens shows as a disconnection a moment later.
    #[wasm_bindgen(method, catch)]
    pub fn connect(this: &Runtime, info: &JsValue) -> Result<Port, JsValue>;
    /// `runtime.sendMessage`.
    #[wasm_bindgen(method, catch, js_name = sendMessage)]
    pub fn send_message(this: &Runtime, message: &JsValue) -> Result<JsValue, JsValue>;
    /// `runtime.reload`: the extension begins anew, in its newest version.
    #[wasm_bindgen(method)]
    pub fn reload(this: &Runtime);
    /// `runtime.lastError`; the browser complains on the console about one that nobody reads.
    #[wasm_bindgen(method, catch, getter, js_name = lastError)]
    pub fn last_error(this: &Runtime) -> Result<JsValue, JsValue>;

    /// `storage`.
    #[derive(Clone, Debug)]
    pub type Storage;
    /// `storage.local`.
    #[wasm_bindgen(method, getter)]
    pub fn local(this: &Storage) -> StorageArea;
    /// `storage.session`.
    #[wasm_bindgen(method, getter)]
    pub fn session(this: &Storage) -> StorageArea;

    /// `storage.local`, `storage.session`.
    #[derive(Clone, Debug)]
    pub type StorageArea;
    /// `get`; `null` is everything.
    #[wasm_bindgen(method, catch)]
    pub fn get(this: &StorageArea, keys: &JsValue) -> Result<JsValue, JsValue>;
    /// `set`.
    #[wasm_bindgen(method, catch)]
    pub fn set(this: &StorageArea, items: &Object) -> Result<JsValue, JsValue>;
    /// `remove`.
    #[wasm_bindgen(method, catch)]
    pub fn remove(this: &StorageArea, keys: &JsValue) -> Result<JsValue, JsValue>;

    /// `alarms`.
    #[derive(Clone, Debug)]
    pub type Alarms;
    /// `alarms.create`.
    #[wasm_bindgen(method, catch)]
    pub fn create(this: &Alarms, name: &str, info: &JsValue) -> Result<JsValue, JsValue>;
    /// `alarms.get`.
    #[wasm_bindgen(method, catch)]
    pub fn get(this: &Alarms, name: &str) -> Result<JsValue, JsValue>;

    /// `action`.
    #[derive(Clone, Debug)]
    pub type Action;
    /// `action.setBadgeText`.
    #[wasm_bindgen(method, catch, js_name = setBadgeText)]
    pub fn set_badge_text(this: &Action, details: &JsValue) -> Result<JsValue, JsValue>;
    /// `action.setTitle`.
    #[wasm_bindgen(method, catch, js_name = setTitle)]
    pub fn set_title(this: &Action, details: &JsValue) -> Result<JsValue, JsValue>;

    /// `idle`.
    #[derive(Clone, Debug)]
    pub type Idle;
    /// `idle.queryState`: `active`, `idle` or `locked`.
    #[wasm_bindgen(method, catch, js_name = queryState)]
    pub fn query_state(this: &Idle, seconds: f64) -> Result<JsValue, JsValue>;
    /// `idle.setDetectionInterval`.
    #[wasm_bindgen(method, catch, js_name = setDetectionInterval)]
    pub fn set_detection_interval(this: &Idle, seconds: f64) -> Result<(), JsValue>;

    /// `notifications`.
    #[derive(Clone, Debug)]
    pub type Notifications;
    /// `notifications.create`.
    #[wasm_bindgen(method, catch)]
    pub fn create(this: &Notifications, id: &str, options: &JsValue) -> Result<JsValue, JsValue>;
    /// `notifications.getAll`.
    #[wasm_bindgen(method, catch, js_name = getAll)]
    pub fn get_all(this: &Notifications) -> Result<JsValue, JsValue>;
    /// `notifications.clear`.
    #[wasm_bindgen(method, catch)]
    pub fn clear(this: &Notifications, id: &str) -> Result<JsValue, JsValue>;

    /// `contextMenus`.
    #[derive(Clone, Debug)]
    pub type Menu;
    /// `contextMenus.create`; gives the id at once.
    #[wasm_bindgen(method, catch)]
    pub fn create(this: &Menu, properties: &JsValue) -> Result<JsValue, JsValue>;
    /// `contextMenus.removeAll`.
    #[wasm_bindgen(method, catch, js_name = removeAll)]
    pub fn remove_all(this: &Menu) -> Result<JsValue, JsValue>;

    /// `commands`.
    #[derive(Clone, Debug)]
    pub type Commands;
    /// `commands.getAll`.
    #[wasm_bindgen(method, catch, js_name = getAll)]
    pub fn get_all(this: &Commands) -> Result<JsValue, JsValue>;

    /// `offscreen`.
    #[derive(Clone, Debug)]
    pub type Offscreen;
    /// `offscreen.createDocument`.
    #[wasm_bindgen(method, catch, js_name = createDocument)]
    pub fn create_document(this: &Offscreen, parameters: &JsValue) -> Result<JsValue, JsValue>;
    /// `offscreen.closeDocument`.
    #[wasm_bindgen(method, catch, js_name = closeDocument)]
    pub fn close_document(this: &Offscreen) -> Result<JsValue, JsValue>;

    /// `i18n`.
    #[derive(Clone, Debug)]
    pub type I18n;
    /// `i18n.getMessage`, with at most nine substitutions; empty where the key is not known.
    #[wasm_bindgen(method, catch, js_name = getMessage)]
    pub fn message(this: &I18n, key: &str, substitutions: &Array) -> Result<String, JsValue>;
    /// `i18n.getUILanguage`.
    #[wasm_bindgen(method, catch, js_name = getUILanguage)]
    pub fn ui_language(this: &I18n) -> Result<String, JsValue>;

    /// `permissions`.
    #[derive(Clone, Debug)]
    pub type Permissions;
    /// `permissions.contains`.
    #[wasm_bindgen(method, catch)]
    pub fn contains(this: &Permissions, wanted: &JsValue) -> Result<JsValue, JsValue>;
    /// `permissions.request`; only in a click of the person.
    #[wasm_bindgen(method, catch)]
    pub fn request(this: &Permissions, wanted: &JsValue) -> Result<JsValue, JsValue>;

    /// `downloads`.
    #[derive(Clone, Debug)]
    pub type Downloads;
    /// `downloads.download`; gives the number of the download.
    #[wasm_bindgen(method, catch)]
    pub fn download(this: &Downloads, options: &JsValue) -> Result<JsValue, JsValue>;
    /// `downloads.search`.
    #[wasm_bindgen(method, catch)]
    pub fn search(this: &Downloads, query: &JsValue) -> Result<JsValue, JsValue>;
    /// `downloads.onChanged`.
    #[wasm_bindgen(method, getter, js_name = onChanged)]
    pub fn on_changed(this: &Downloads) -> Event;

    /// `tabs`.
    #[derive(Clone, Debug)]
    pub type Tabs;
    /// `tabs.create`.
    #[wasm_bindgen(method, catch)]
    pub fn create(this: &Tabs, properties: &JsValue) -> Result<JsValue, JsValue>;
    /// `tabs.update`.
    #[wasm_bindgen(method, catch)]
    pub fn update(this: &Tabs, tab: f64, properties: &JsValue) -> Result<JsValue, JsValue>;

    /// `windows`.
    #[derive(Clone, Debug)]
    pub type Windows;
    /// `windows.create`.
    #[wasm_bindgen(method, catch)]
    pub fn create(this: &Windows, data: &JsValue) -> Result<JsValue, JsValue>;
    /// `windows.update`.
    #[wasm_bindgen(method, catch)]
    pub fn update(this: &Windows, window: f64, info: &JsValue) -> Result<JsValue, JsValue>;

    /// `runtime.Port`.
    #[derive(Clone, Debug)]
    pub type Port;
    /// `port.name`.
    #[wasm_bindgen(method, getter)]
    pub fn name(this: &Port) -> String;
    /// `port.sender`.
    #[wasm_bindgen(method, getter)]
    pub fn sender(this: &Port) -> Option<Sender>;
    /// `port.postMessage`; throws once the port is closed.
    #[wasm_bindgen(method, catch, js_name = postMessage)]
    pub fn post(this: &Port, message: &JsValue) -> Result<(), JsValue>;
    /// `port.disconnect`.
    #[wasm_bindgen(method, catch)]
    pub fn disconnect(this: &Port) -> Result<(), JsValue>;
    /// `port.onMessage`.
    #[wasm_bindgen(method, getter, js_name = onMessage)]
    pub fn on_message(this: &Port) -> Event;
    /// `port.onDisconnect`.
    #[wasm_bindgen(method, getter, js_name = onDisconnect)]
    pub fn on_disconnect(this: &Port) -> Event;

    /// `events.Event`.
    #[derive(Clone, Debug)]
    pub type Event;
    /// `addListener`.
    #[wasm_bindgen(method, catch, js_name = addListener)]
    pub fn add_listener(this: &Event, listener: &JsValue) -> Result<(), JsValue>;
    /// `removeListener`.
    #[wasm_bindgen(method, catch, js_name = removeListener)]
    pub fn remove_listener(this: &Event, listener: &JsValue) -> Result<(), JsValue>;

    /// `runtime.MessageSender`.
    #[derive(Clone, Debug)]
    pub type Sender;
    /// `sender.url`: the page that connected.
    #[wasm_bindgen(method, getter)]
    pub fn url(this: &Sender) -> Option<String>;
}

/// Returns `browser` where there is one, else `chrome`. In a page of an extension one is there.
pub fn api() -> Api {
    found().unwrap_or_else(|| JsValue::UNDEFINED.unchecked_into())
}

/// Returns the same; nothing in a page that is not of an extension, and in native tests.
pub fn found() -> Option<Api> {
    if cfg!(not(target_arch = "wasm32")) {
        return None;
    }
    let global = js_sys::global();
    let named = |name: &&str| Reflect::get(&global, &(*name).into()).ok();
    let found = ["browser", "chrome"].iter().filter_map(named);
    let mut objects = found.filter(JsValue::is_object);
    objects.next().map(JsCast::unchecked_into)
}

/// Returns whether this is Chromium: of the API, its engine's page has what other browsers have too.
pub fn is_chromium() -> bool {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into());
    let has = navigator.and_then(|navigator| Reflect::has(&navigator, &"userAgentData".into()));
    has.unwrap_or(false)
}

/// Returns an object of these properties, as the APIs take them.
pub fn object<const N: usize>(properties: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in properties {
        // Setting a property of a plain object does not fail.
        let _ = Reflect::set(&object, &name.into(), &value);
    }
    object.into()
}

/// Waits for what a call returned.
///
/// # Errors
/// What the browser said, as [`text`].
pub async fn settled(called: Result<JsValue, JsValue>) -> Result<JsValue, String> {
    match called {
        Ok(value) => JsFuture::from(Promise::resolve(&value)).await,
        Err(error) => Err(error),
    }
    .map_err(|error| text(&error))
}

/// Calls a function that returns a promise or a value, and waits for it.
///
/// # Errors
/// What was thrown, as [`text`].
pub async fn call(function: &Function, argument: &JsValue) -> Result<JsValue, String> {
    settled(function.call1(&JsValue::NULL, argument)).await
}

/// Asks for the origin's private file system. A browser may have none, where it is switched off: what is not there cannot be
/// called. In a private window there is none either.
///
/// # Errors
/// What the browser said, as [`text`].
pub async fn private_file_system() -> Result<JsValue, String> {
    let part = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).unwrap_or_default();
    let storage = part(&part(&js_sys::global(), "navigator"), "storage");
    let ask = part(&storage, "getDirectory").dyn_into::<Function>();
    let ask = ask.map_err(|_| "no private file system")?;
    settled(ask.call0(&storage)).await
}

/// Returns what was thrown, for a person or a log: `name: message`, at most 200 characters.
pub fn text(error: &JsValue) -> String {
    let part = |name: &str| {
        Reflect::get(error, &name.into())
            .ok()
            .and_then(|value| value.as_string())
            .filter(|text| !text.is_empty())
    };
    let text = match (part("name"), part("message")) {
        (Some(name), Some(message)) => format!("{name}: {message}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => error
            .as_string()
            .unwrap_or_else(|| "unknown error".to_owned()),
    };
    text.chars().take(200).collect()
}
