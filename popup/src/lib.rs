//! The popup: people, requests and chats, in Yew.
//!
//! It shows what the engine says and sends what the person asks; [`ipc`] is all it knows. No
//! network, no keys, no protocol. One way for everything: the [port] and the components dispatch
//! actions, the [state] takes them in and answers with effects, the [app] carries those out and
//! paints.
//!
//! The same page serves as popup, as a tab and in a side panel.

mod app;
mod attach;
mod browser;
mod chosen;
mod code;
mod components;
mod export;
mod files;
mod handed;
mod i18n;
mod kept;
mod keys;
mod linkify;
mod outside;
mod permissions;
mod picture;
mod port;
mod qr;
mod scanner;
mod shortcuts;
mod state;
mod unsent;
mod words;

use wasm_bindgen::prelude::wasm_bindgen;

/// Starts the page; called by the bindings once the module is loaded.
#[wasm_bindgen(start)]
pub fn start() {
    let root = browser::document().and_then(|document| document.get_element_by_id("app"));
    if let Some(root) = root {
        yew::Renderer::<app::App>::with_root(root).render();
    }
}
