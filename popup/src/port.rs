//! The port to the engine, and waking the background.
//!
//! The only file that speaks `chrome.runtime`.

use crate::browser;
use ipc::{Addressed, Endpoint, FromEngine, ToEngine, VIEW_PORT};
use js_sys::{Function, Object, Promise, Reflect};
use json::js::from_js;
use serde::Serialize;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// `HostRequest::Wake`. Spelled out, as encoding the whole type would bring code for every other
/// request; a test holds the two together.
const WAKE: &str = "wake";

/// An open port. Dropping it closes it, and its listeners hear nothing more.
pub(crate) struct Port {
    port: JsValue,
    on_message: Listener,
    on_disconnect: Listener,
}

struct Listener {
    event: JsValue,
    closure: Closure<dyn FnMut(JsValue)>,
}

impl Port {
    /// Opens a port. That nobody listens shows as a disconnection a moment later.
    pub(crate) fn open(
        mut on_message: impl FnMut(FromEngine) + 'static,
        mut on_disconnect: impl FnMut() + 'static,
    ) -> Result<Self, JsValue> {
        let options = Object::new();
        Reflect::set(&options, &"name".into(), &VIEW_PORT.into())?;
        let port = call(&runtime()?, "connect", &options)?;
        let on_message =
            Listener::add(&port, "onMessage", move |message| match from_js(message) {
                Ok(message) => on_message(message),
                Err(error) => browser::warn(&format!("unknown message from the engine: {error}")),
            })?;
        let on_disconnect = Listener::add(&port, "onDisconnect", move |_| {
            read_last_error();
            on_disconnect();
        })?;
        Ok(Self {
            port,
            on_message,
            on_disconnect,
        })
    }

    /// Sends a message.
    pub(crate) fn post(&self, message: &ToEngine) -> Result<(), JsValue> {
        let message = to_js(message)?;
        call(&self.port, "postMessage", &message).map(drop)
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.on_message.remove();
        self.on_disconnect.remove();
        // A port that is closed already does not mind.
        let _ = function(&self.port, "disconnect").and_then(|f| f.call0(&self.port));
    }
}

impl Listener {
    fn add(
        port: &JsValue,
        event: &str,
        handle: impl FnMut(JsValue) + 'static,
    ) -> Result<Self, JsValue> {
        let event = Reflect::get(port, &event.into())?;
        let closure = Closure::<dyn FnMut(JsValue)>::new(handle);
        call(&event, "addListener", closure.as_ref())?;
        Ok(Self { event, closure })
    }

    fn remove(&self) {
        // There is nothing to do where a page is being torn down.
        let _ = call(&self.event, "removeListener", self.closure.as_ref());
    }
}

/// Asks the background to start the engine; answered once it takes connections.
pub(crate) async fn wake() -> Result<(), JsValue> {
    let message = to_js(&Addressed {
        target: Endpoint::Background,
        message: WAKE,
    })?;
    let answer = call(&runtime()?, "sendMessage", &message)?;
    JsFuture::from(answer.dyn_into::<Promise>()?)
        .await
        .map(drop)
}

fn runtime() -> Result<JsValue, JsValue> {
    let api = browser::api().ok_or_else(|| JsValue::from_str("not an extension page"))?;
    Reflect::get(&api, &"runtime".into())
}

/// The browser complains on the console about an error that nobody has read.
fn read_last_error() {
    // Reading it is all.
    let _ = runtime().and_then(|runtime| Reflect::get(&runtime, &"lastError".into()));
}

fn to_js<T: Serialize>(value: &T) -> Result<JsValue, JsValue> {
    json::js::to_js(value).map_err(|error| JsValue::from_str(&error.to_string()))
}

fn function(object: &JsValue, name: &str) -> Result<Function, JsValue> {
    Reflect::get(object, &name.into())?.dyn_into()
}

fn call(object: &JsValue, name: &str, argument: &JsValue) -> Result<JsValue, JsValue> {
    function(object, name)?.call1(object, argument)
}

#[cfg(test)]
mod tests {
    use super::WAKE;
    use ipc::HostRequest;

    #[test]
    fn the_short_way_to_ask_for_the_engine_is_the_request() {
        assert_eq!(serde_json::to_value(HostRequest::Wake).unwrap(), WAKE);
    }
}
