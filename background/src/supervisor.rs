//! Keeps the engine page: made when it is missing, one creation at a time, ticked by an alarm.
//!
//! In Firefox the engine lives in this page and there is nothing to make.

use chrome::{Offscreen, api, call, object, settled, text};
use ipc::{Addressed, Endpoint, FromBackground};
use js_sys::{Array, Function, Promise};
use json::js::direct::to_js;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

/// The page of the engine.
const PAGE: &str = "offscreen.html";

/// The alarm that looks after the engine.
const ALARM: &str = "tick";

/// How often, in minutes: the shortest that Chrome grants.
const PERIOD: f64 = 0.5;

/// What Chrome says of a message that no page listens for.
const NOBODY: &str = "Receiving end does not exist";

/// The supervisor.
pub(crate) struct Supervisor {
    to_engine: Function,
    /// The creation under way.
    creating: Rc<RefCell<Option<Promise>>>,
}

impl Supervisor {
    pub(crate) fn new(to_engine: Function) -> Self {
        Self {
            to_engine,
            creating: Rc::default(),
        }
    }

    /// Makes sure of the alarm, which browsers may lose at a restart. One that is there is left
    /// alone: making it again would put it off.
    pub(crate) async fn keep_alarm(&self) {
        let alarms = api().alarms();
        let missing = settled(alarms.get(ALARM))
            .await
            .is_ok_and(|alarm| alarm.is_falsy());
        if !missing {
            return;
        }
        let info = object([("periodInMinutes", PERIOD.into())]);
        if let Err(error) = settled(alarms.create(ALARM, &info)).await {
            tracing::error!(error, "the alarm could not be made");
        }
    }

    /// Makes sure of the engine page. When this is over it takes connections, or it could not be
    /// made, which is logged and tried again with the next alarm.
    pub(crate) async fn keep_engine(&self) {
        let Some(offscreen) = api().offscreen() else {
            return;
        };
        let created = JsFuture::from(self.creation(offscreen)).await;
        if let Err(error) = created {
            tracing::error!(error = text(&error), "the engine page could not be made");
        }
    }

    /// Makes a new engine page in the place of the one that is there.
    pub(crate) async fn restart_engine(&self) {
        match api().offscreen() {
            Some(offscreen) => {
                close(&offscreen).await;
                self.keep_engine().await;
            }
            None => self.send(FromBackground::Restart).await.unwrap_or_default(),
        }
    }

    /// Returns the creation under way, or a new one.
    fn creation(&self, offscreen: Offscreen) -> Promise {
        let creating = Rc::clone(&self.creating);
        let create = async move {
            let created = create_missing(offscreen).await;
            creating.replace(None);
            created
        };
        let mut creating = self.creating.borrow_mut();
        creating
            .get_or_insert_with(|| future_to_promise(create))
            .clone()
    }

    /// Tells the engine, which is made first where it is missing.
    pub(crate) async fn tell_engine(&self, message: FromBackground) {
        self.keep_engine().await;
        let Err(error) = self.send(message).await else {
            return;
        };
        tracing::warn!(error, "the engine was not reached");
        // The page is there and nobody in it listens: its scripts were not loaded.
        if let Some(offscreen) = api().offscreen().filter(|_| error.contains(NOBODY)) {
            close(&offscreen).await;
            self.keep_engine().await;
        }
    }

    async fn send(&self, message: FromBackground) -> Result<(), String> {
        let message = to_js(&Addressed {
            target: Endpoint::Engine,
            message,
        });
        let message = message.map_err(|error| error.to_string())?;
        call(&self.to_engine, &message).await.map(drop)
    }
}

async fn create_missing(offscreen: Offscreen) -> Result<JsValue, JsValue> {
    if exists().await? {
        return Ok(JsValue::UNDEFINED);
    }
    let parameters = object([
        ("url", PAGE.into()),
        ("reasons", Array::of1(&"WEB_RTC".into()).into()),
        (
            "justification",
            "Holds the connections to the people you chat with.".into(),
        ),
    ]);
    match settled(offscreen.create_document(&parameters)).await {
        Ok(done) => Ok(done),
        // A worker that was stopped meanwhile may have begun it before this one.
        Err(_) if exists().await? => Ok(JsValue::UNDEFINED),
        Err(error) => Err(error.into()),
    }
}

async fn close(offscreen: &Offscreen) {
    // One that is not there needs no closing.
    let _ = settled(offscreen.close_document()).await;
}

async fn exists() -> Result<bool, JsValue> {
    let filter = object([(
        "contextTypes",
        Array::of1(&"OFFSCREEN_DOCUMENT".into()).into(),
    )]);
    let contexts = settled(api().runtime().contexts(&filter)).await?;
    Ok(Array::from(&contexts).length() > 0)
}
