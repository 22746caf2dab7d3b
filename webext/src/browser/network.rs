//! Notices what may have changed the network: online and offline, another connection, sleep.

use super::clock::now;
use crate::watch::{READ_EVERY_MILLIS, TICK_READINGS, Watch};
use gloo_events::EventListener;
use gloo_timers::callback::Interval;
use js_sys::Reflect;
use mesh_chat::node::Input;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::EventTarget;

/// Watches for as long as it lives.
pub(crate) struct Network {
    watch: Rc<RefCell<Watch>>,
    heard: Rc<dyn Fn(Input)>,
    _clock: Interval,
    _listeners: Vec<EventListener>,
}

impl Network {
    pub(crate) fn new(heard: impl Fn(Input) + 'static) -> Self {
        let heard: Rc<dyn Fn(Input)> = Rc::new(heard);
        let watch = Rc::new(RefCell::new(Watch::new(now())));
        let clock = {
            let (watch, heard) = (Rc::clone(&watch), Rc::clone(&heard));
            let mut readings = 0;
            Interval::new(READ_EVERY_MILLIS, move || {
                readings = (readings + 1) % TICK_READINGS;
                read(&watch, &*heard, readings == 0);
            })
        };
        let listeners = listeners(&heard);
        Self {
            watch,
            heard,
            _clock: clock,
            _listeners: listeners,
        }
    }

    /// Reports once what kind of network this is, where the browser shows it.
    pub(crate) fn report(&self) {
        report_kind(&*self.heard);
    }

    /// Reads the clock, for a second source of ticks.
    pub(crate) fn tick(&self) {
        read(&self.watch, &*self.heard, true);
    }
}

/// Reads the clock. Where the device did not sleep, the node is told only of a `tick`.
fn read(watch: &RefCell<Watch>, heard: &dyn Fn(Input), tick: bool) {
    if watch.borrow_mut().slept(now()) {
        heard(Input::Woke);
    } else if tick {
        heard(Input::Timeout);
    }
}

fn listeners(heard: &Rc<dyn Fn(Input)>) -> Vec<EventListener> {
    let global: EventTarget = js_sys::global().unchecked_into();
    let mut listeners: Vec<_> = ["online", "offline"]
        .into_iter()
        .map(|name| {
            let heard = Rc::clone(heard);
            EventListener::new(&global, name, move |_| heard(Input::Woke))
        })
        .collect();
    if let Some(connection) = connection() {
        let heard = Rc::clone(heard);
        listeners.push(EventListener::new(&connection, "change", move |_| {
            report_kind(&*heard);
            heard(Input::Woke);
        }));
    }
    listeners
}

/// Returns `navigator.connection`, where there is one.
fn connection() -> Option<EventTarget> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    let connection = Reflect::get(&navigator, &"connection".into()).ok()?;
    connection.dyn_into().ok()
}

fn report_kind(heard: &dyn Fn(Input)) {
    let kind = connection()
        .and_then(|connection| Reflect::get(&connection, &"type".into()).ok())
        .and_then(|kind| kind.as_string());
    if let Some(kind) = kind {
        heard(Input::Cellular(kind == "cellular"));
    }
}
