//! The port to the engine, and waking the background.
//!
//! The only file that speaks `chrome.runtime`.

use crate::browser;
use chrome::{Event, Runtime, object, settled};
use ipc::{Addressed, ContactId, Endpoint, FILES_PORT, FromEngine, ToEngine, VIEW_PORT};
use json::js::direct::{from_js, to_js};
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

/// `HostRequest::Wake`, `HostRequest::Restart` and `HostRequest::TakeHanded`. Spelled out, as encoding the whole type would bring
/// code for every other request; a test holds them together.
const WAKE: &str = "wake";
const RESTART: &str = "restart";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Take<'a> {
    TakeHanded { contact: &'a ContactId },
}

/// A port on which one thing is handed to the engine. Dropping it closes it.
pub(crate) struct Exchange {
    port: chrome::Port,
    on_message: Listener,
}

impl Exchange {
    pub(crate) fn open(heard: impl FnMut(JsValue) + 'static) -> Result<Self, JsValue> {
        let port = runtime()?.connect(&object([("name", FILES_PORT.into())]))?;
        let on_message = Listener::add(port.on_message(), heard)?;
        Ok(Self { port, on_message })
    }

    pub(crate) fn post(&self, message: &JsValue) -> Result<(), JsValue> {
        self.port.post(message)
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.on_message.remove();
        // A port that is closed already does not mind.
        let _ = self.port.disconnect();
    }
}

/// An open port. Dropping it closes it, and its listeners hear nothing more.
pub(crate) struct Port {
    port: chrome::Port,
    on_message: Listener,
    on_disconnect: Listener,
}

struct Listener {
    event: Event,
    closure: Closure<dyn FnMut(JsValue)>,
}

impl Port {
    /// Opens a port. That nobody listens shows as a disconnection a moment later.
    pub(crate) fn open(
        mut on_message: impl FnMut(FromEngine) + 'static,
        mut on_disconnect: impl FnMut() + 'static,
    ) -> Result<Self, JsValue> {
        let port = runtime()?.connect(&object([("name", VIEW_PORT.into())]))?;
        let on_message = Listener::add(port.on_message(), move |message| match from_js(message) {
            Ok(message) => on_message(message),
            Err(error) => browser::warn(&format!("unknown message from the engine: {error}")),
        })?;
        let on_disconnect = Listener::add(port.on_disconnect(), move |_| {
            // Read, so that the browser does not complain on the console.
            let _ = runtime().and_then(|runtime| runtime.last_error());
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
        let message = to_js(message).map_err(|error| JsValue::from_str(&error.to_string()))?;
        self.port.post(&message)
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.on_message.remove();
        self.on_disconnect.remove();
        // A port that is closed already does not mind.
        let _ = self.port.disconnect();
    }
}

impl Listener {
    fn add(event: Event, handle: impl FnMut(JsValue) + 'static) -> Result<Self, JsValue> {
        let closure = Closure::<dyn FnMut(JsValue)>::new(handle);
        event.add_listener(closure.as_ref())?;
        Ok(Self { event, closure })
    }

    fn remove(&self) {
        // There is nothing to do where a page is being torn down.
        let _ = self.event.remove_listener(self.closure.as_ref());
    }
}

/// Asks the background to start the engine, and waits until it takes connections.
pub(crate) async fn wake() -> Result<(), String> {
    ask(WAKE).await.map(drop)
}

/// Asks the background to start the engine again, also one that seems to run.
pub(crate) async fn restart() -> Result<(), String> {
    ask(RESTART).await.map(drop)
}

/// Takes what was chosen for a contact in the menu of another page, where there is something.
pub(crate) async fn take_handed(contact: &ContactId) -> Option<String> {
    let taken = ask(Take::TakeHanded { contact }).await;
    taken.ok()?.as_string()
}

async fn ask(request: impl Serialize) -> Result<JsValue, String> {
    let message = to_js(&Addressed {
        target: Endpoint::Background,
        message: request,
    });
    let message = message.map_err(|error| error.to_string())?;
    let runtime = runtime().map_err(|error| chrome::text(&error))?;
    settled(runtime.send_message(&message)).await
}

/// Returns whether this page is in a private window.
pub(crate) fn is_private() -> bool {
    chrome::found().is_some_and(|api| api.extension().is_private())
}

fn runtime() -> Result<Runtime, JsValue> {
    let api = chrome::found().ok_or_else(|| JsValue::from_str("not an extension page"))?;
    Ok(api.runtime())
}

#[cfg(test)]
mod tests {
    use super::{RESTART, Take, WAKE};
    use ipc::{ContactId, EVENTS, Event, FromBackground, FromEngine, HostRequest};

    #[test]
    fn the_events_that_the_engine_puts_together_by_hand_are_its_message() {
        let by_hand = serde_json::json!({ EVENTS: [Event::Ready] });
        let message = FromEngine::Events(vec![Event::Ready]);
        assert_eq!(serde_json::to_value(message).unwrap(), by_hand);
    }

    #[test]
    fn the_short_way_to_ask_for_the_engine_is_the_request() {
        assert_eq!(serde_json::to_value(HostRequest::Wake).unwrap(), WAKE);
        assert_eq!(serde_json::to_value(HostRequest::Restart).unwrap(), RESTART);
        let contact = ContactId("a".to_owned());
        let short = serde_json::to_value(Take::TakeHanded { contact: &contact });
        let request = serde_json::to_value(HostRequest::TakeHanded { contact });
        assert_eq!(request.unwrap(), short.unwrap());
    }

    #[test]
    fn the_page_of_the_engine_knows_the_request_to_restart_by_its_text() {
        let request = serde_json::to_value(FromBackground::Restart).unwrap();
        let shim = include_str!("../../extension/engine.js");
        assert!(shim.contains(&format!("message.message === {request}")));
    }
}
