//! The engine page: hosts the core, the connections and the timers.
//!
//! This is the surface that `extension/engine.js` calls, in Chrome's offscreen document and in
//! Firefox's event page. The engine itself is [`webext::browser::engine`].

#![cfg(target_arch = "wasm32")]

use chrome::Port;
use js_sys::Function;
use wasm_bindgen::prelude::*;
use webext::browser::{engine, log};

/// The engine, as the page holds it.
#[wasm_bindgen]
pub struct Engine(engine::Engine);

#[wasm_bindgen]
impl Engine {
    /// Boots from what is stored. `host` takes a request to the background and promises its
    /// response. Never fails: an engine that cannot run says so to every view.
    pub async fn start(host: Function) -> Self {
        log::start();
        Self(engine::Engine::start(host).await)
    }

    /// A port has connected. Gives the name of the view, or 0 where there is nothing to say to it.
    pub fn attach(&self, port: Port) -> u32 {
        self.0.attach(port).unwrap_or(0)
    }

    /// A view says something.
    pub fn message(&self, view: u32, message: &JsValue) {
        self.0.message(view, message);
    }

    /// A view hands a file over, on a port of its own.
    pub fn hold(&self, port: &Port, message: &JsValue) {
        self.0.hold(port, message);
    }

    /// A view is gone.
    pub fn gone(&self, view: u32) {
        self.0.gone(view);
    }

    /// The background says something.
    pub fn deliver(&self, message: &JsValue) {
        self.0.deliver(message);
    }
}
