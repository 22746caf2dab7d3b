//! The engine of a page: boots from storage, then runs; or says to every view why it cannot.

use super::boot::{Failure, boot};
use super::driver::{Driver, NO_VIEW};
use super::host::Host;
use super::restart::{keep_update, restart};
use chrome::{Port, api};
use ipc::{Addressed, FILES_PORT, FromBackground, FromEngine, ToEngine, VIEW_PORT};
use js_sys::Function;
use json::js::{from_js_within, to_js};
use mesh_chat::node::Input;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// The longest message of a view or of the background, in UTF-16 units: a text of 8,000
/// bytes with every character escaped, or the longest settings.
const MESSAGE: u32 = 64 * 1024;

/// The engine, in whatever state it is.
pub struct Engine(State);

enum State {
    Running(Rc<Driver>),
    Failed(Failure),
}

impl Engine {
    /// Boots the engine. `host` takes a request to the background and returns a promise of its
    /// response.
    pub async fn start(host: Function) -> Self {
        let host = Host::new(host);
        let started = match boot(&host).await {
            Ok(boot) => Driver::start(boot, host).map_err(Failure::Unavailable),
            Err(failure) => Err(failure),
        };
        Self(match started {
            Ok(driver) => State::Running(driver),
            Err(failure) => {
                tracing::error!(%failure, "the engine cannot run");
                State::Failed(failure)
            }
        })
    }

    /// Connects a view and returns its number; a port that is no view is closed.
    pub fn attach(&self, port: Port) -> Option<u32> {
        if !is_own(&port, VIEW_PORT) {
            // A port that is closed already does not mind.
            let _ = port.disconnect();
            return None;
        }
        match &self.0 {
            State::Running(driver) => driver.attach(port),
            State::Failed(failure) => {
                let failed = FromEngine::Failed {
                    reason: failure.to_string(),
                };
                if let Ok(value) = to_js(&failed) {
                    // A port that throws is closed already.
                    let _ = port.post(&value);
                }
                None
            }
        }
    }

    /// Handles a message of a view.
    pub fn message(&self, view: u32, message: &JsValue) {
        let State::Running(driver) = &self.0 else {
            return;
        };
        // A port that was refused is heard no more.
        if view == NO_VIEW {
            return;
        }
        match from_js_within::<ToEngine>(message, MESSAGE) {
            Ok(message) => driver.asked(view, message),
            Err(error) => tracing::warn!(%error, "a view sent what is not a message"),
        }
    }

    /// Takes a file that a view hands over on a port of its own, and answers there.
    pub fn hold(&self, port: &Port, message: &JsValue) {
        if let State::Running(driver) = &self.0
            && is_own(port, FILES_PORT)
            && let Some(answer) = driver.hold(message)
        {
            // A view that hears nothing says that it was not sent.
            let _ = port.post(&answer);
        }
    }

    /// Forgets a view that has closed.
    pub fn gone(&self, view: u32) {
        if let State::Running(driver) = &self.0 {
            driver.gone(view);
        }
    }

    /// Handles a message of the background.
    pub fn deliver(&self, message: &JsValue) {
        let message = match from_js_within::<Addressed<FromBackground>>(message, MESSAGE) {
            Ok(addressed) => addressed.message,
            Err(error) => return tracing::warn!(%error, "not a message of the background"),
        };
        match (&self.0, message) {
            (_, FromBackground::Restart) => restart(),
            (State::Running(driver), FromBackground::Tick) => driver.tick(),
            (State::Running(driver), FromBackground::Idle(idle)) => {
                driver.handle(Input::Idle(idle))
            }
            (State::Running(_), FromBackground::Update) => keep_update(),
            (State::Running(driver), FromBackground::Command { command }) => {
                driver.command(command)
            }
            (State::Failed(Failure::Unavailable(_)), _) => restart(),
            (State::Failed(Failure::Profile(_)), _) => {}
        }
    }
}

/// Returns whether a port comes from one of the extension's own pages and has this name.
fn is_own(port: &Port, name: &str) -> bool {
    let own = api().runtime().url("");
    let from = port.sender().and_then(|sender| sender.url());
    port.name() == name && from.is_some_and(|from| from.starts_with(&own))
}
