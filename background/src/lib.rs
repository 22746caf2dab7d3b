//! The supervisor: service worker in Chrome, event page in Firefox.
//!
//! This is the surface that `extension/background.js` calls, one method for each event. Nothing is
//! remembered between two of them that a stopped worker would lose: what exists is asked of the
//! browser each time.
//!
//! | Module | Owns |
//! |---|---|
//! | [`supervisor`] | the engine page: made when it is missing, ticked every 30 s |
//! | [`storage`] | `storage.local` and `storage.session` |
//! | [`notify`] | notifications, the badge, and the view a click opens |

#![cfg(target_arch = "wasm32")]

mod notify;
mod storage;
mod supervisor;

use ipc::{Addressed, EngineNotice, HostRequest};
use js_sys::Function;
use serde::Serialize;
use std::rc::Rc;
use supervisor::Supervisor;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use webext::{json, log};

/// The longest request: the largest write is a burst of records.
const REQUEST: u32 = 32 * 1024 * 1024;

/// The supervisor, as the page holds it.
#[wasm_bindgen]
pub struct Background(Rc<Supervisor>);

#[wasm_bindgen]
impl Background {
    /// `tell_engine` takes a notice to the engine. Makes sure that the engine runs.
    #[wasm_bindgen(constructor)]
    pub fn new(tell_engine: Function) -> Self {
        log::start();
        let background = Self(Rc::new(Supervisor::new(tell_engine)));
        background.wake();
        background
    }

    /// The browser or the extension has started.
    pub fn wake(&self) {
        let supervisor = Rc::clone(&self.0);
        spawn_local(async move {
            supervisor.keep_alarm().await;
            supervisor.keep_engine().await;
        });
    }

    /// The alarm has rung.
    pub fn tick(&self) {
        self.notice(EngineNotice::Tick);
    }

    /// A notification was clicked.
    pub async fn clicked(&self, id: String) {
        notify::clicked(&id).await;
    }

    /// A button of a notification was pressed.
    pub async fn pressed(&self, id: String, button: u32) {
        if let Some(command) = notify::pressed(&id, button).await {
            self.notice(EngineNotice::Command { command });
        }
    }

    /// A page of the extension asks; the response is that of the request, or `undefined` where
    /// this was not a request.
    pub async fn request(&self, message: JsValue) -> JsValue {
        match json::from_js::<Addressed<HostRequest>>(&message, REQUEST) {
            Ok(Addressed { message, .. }) => self.answer(message).await,
            Err(error) => {
                tracing::warn!(%error, "not a request");
                JsValue::UNDEFINED
            }
        }
    }
}

impl Background {
    async fn answer(&self, request: HostRequest) -> JsValue {
        match request {
            HostRequest::Load => encoded(&storage::load().await),
            HostRequest::Write { area, set, remove } => {
                encoded(&storage::write(area, &set, &remove).await)
            }
            HostRequest::Notify { notification } => encoded(&notify::show(&notification).await),
            HostRequest::Badge { count } => encoded(&notify::badge(count).await),
            HostRequest::Wake => encoded(&self.0.keep_engine().await),
        }
    }

    fn notice(&self, notice: EngineNotice) {
        let supervisor = Rc::clone(&self.0);
        spawn_local(async move { supervisor.notice(notice).await });
    }
}

fn encoded<T: Serialize>(response: &T) -> JsValue {
    json::to_js(response).unwrap_or(JsValue::UNDEFINED)
}
