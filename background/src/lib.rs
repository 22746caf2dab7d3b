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
//! | [`downloads`] | files that are handed to the browser's downloads |
//! | [`idle`] | whether there is input to this device |
//! | [`notify`] | notifications and the badge |
//! | [`menu`] | "Send with Mesh Chat" in the menu of other pages |
//! | [`view`] | the view that a click or a key opens |

#![cfg(target_arch = "wasm32")]

mod downloads;
mod idle;
mod menu;
mod notify;
mod storage;
mod supervisor;
mod view;

use chrome::api;
use ipc::{Addressed, FromBackground, HostRequest, Place};
use js_sys::Function;
use json::js::direct::from_js;
use std::rc::Rc;
use supervisor::Supervisor;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use webext::browser::log;

/// The command of the manifest that leads to the next unread chat.
const NEXT_UNREAD: &str = "next-unread";

/// The supervisor, as the page holds it.
#[wasm_bindgen]
pub struct Background(Rc<Supervisor>);

#[wasm_bindgen]
impl Background {
    /// Takes the function that carries a [`FromBackground`] to the engine, and makes sure that the
    /// engine runs.
    #[wasm_bindgen(constructor)]
    pub fn new(tell_engine: Function) -> Self {
        log::start();
        let background = Self(Rc::new(Supervisor::new(tell_engine)));
        background.wake();
        background
    }

    /// Hears that the browser or the extension has started.
    pub fn wake(&self) {
        let supervisor = Rc::clone(&self.0);
        spawn_local(async move {
            supervisor.keep_alarm().await;
            supervisor.keep_engine().await;
        });
    }

    /// Hears that the alarm has rung.
    pub fn tick(&self) {
        self.tell_engine(FromBackground::Tick);
        self.idle();
    }

    /// Hears that input to this device has ended or begun again. It is asked for: no event tells of it when a
    /// worker starts.
    pub fn idle(&self) {
        let supervisor = Rc::clone(&self.0);
        spawn_local(async move {
            if let Some(idle) = idle::is_idle().await {
                supervisor.tell_engine(FromBackground::Idle(idle)).await;
            }
        });
    }

    /// Hears that an update of the extension is there, which waits until a page of it asks for it.
    pub fn update(&self) {
        self.tell_engine(FromBackground::Update);
    }

    /// Opens what a notification is about, after a click on it.
    pub async fn clicked(&self, id: String) {
        notify::clicked(&id).await;
    }

    /// Carries out what a button of a notification stands for.
    pub async fn pressed(&self, id: String, button: u32) {
        if let Some(command) = notify::pressed(&id, button).await {
            self.tell_engine(FromBackground::Command { command });
        }
    }

    /// Carries out a command of the manifest, whose keys were pressed.
    pub async fn command(&self, name: String) {
        if name == NEXT_UNREAD
            && let Err(error) = view::open(&Place::Unread).await
        {
            tracing::warn!(error, "no view could be opened");
        }
    }

    /// Takes what was chosen in the menu of a page.
    pub async fn menu(&self, info: JsValue) {
        menu::chosen(&info).await;
    }

    /// Answers a page of the extension: with the response of its request, or with `undefined` where
    /// this was not a request.
    pub async fn request(&self, message: JsValue) -> JsValue {
        match from_js::<Addressed<HostRequest>>(message) {
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
            HostRequest::Load => return storage::load().await,
            HostRequest::Write { area, set, remove } => {
                return storage::write(area, &set, &remove).await;
            }
            HostRequest::Download { url, name, to } => {
                return downloads::save(&url, &name, to).await;
            }
            HostRequest::TakeHanded { contact } => return menu::take(&contact).await,
            HostRequest::Menu { recent } => menu::show(&recent).await,
            HostRequest::Notify { notification } => notify::show(&notification).await,
            HostRequest::Withdraw { about } => notify::withdraw(&about).await,
            HostRequest::Badge(badge) => notify::badge(badge).await,
            HostRequest::KeepNotifications { contacts } => notify::keep(&contacts).await,
            HostRequest::Wake => self.0.keep_engine().await,
            HostRequest::Restart => self.0.restart_engine().await,
            HostRequest::Update => api().runtime().reload(),
        }
        // `()` in the JSON shape.
        JsValue::NULL
    }

    fn tell_engine(&self, message: FromBackground) {
        let supervisor = Rc::clone(&self.0);
        spawn_local(async move { supervisor.tell_engine(message).await });
    }
}
