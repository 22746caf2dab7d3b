//! A timeout that can be set again, and one that is waited for.

use gloo_timers::callback::Timeout;
use js_sys::Promise;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// The longest wait asked of the browser, which counts in 31 bits. Firing early is harmless.
const LONGEST: Duration = Duration::from_hours(12);

/// Calls back once, after the delay last set. Cancelled when dropped.
pub(crate) struct Timer {
    callback: Rc<dyn Fn()>,
    timeout: Cell<Option<Timeout>>,
}

impl Timer {
    pub(crate) fn new(callback: impl Fn() + 'static) -> Self {
        Self {
            callback: Rc::new(callback),
            timeout: Cell::new(None),
        }
    }

    /// Replaces the earlier delay; `None` cancels it.
    pub(crate) fn set(&self, delay: Option<Duration>) {
        let timeout = delay.map(|delay| {
            let millis = delay.min(LONGEST).as_millis();
            let callback = Rc::clone(&self.callback);
            Timeout::new(millis.try_into().unwrap_or(u32::MAX), move || callback())
        });
        self.timeout.set(timeout);
    }
}

/// Waits. Cancelled when dropped.
pub(crate) async fn sleep(delay: Duration) {
    let timer = Cell::new(None);
    let over = Promise::new(&mut |resolve, _| {
        let set = Timer::new(move || {
            // Resolving a promise does not fail.
            let _ = resolve.call0(&JsValue::UNDEFINED);
        });
        set.set(Some(delay));
        timer.set(Some(set));
    });
    // It is never rejected.
    let _ = JsFuture::from(over).await;
}
