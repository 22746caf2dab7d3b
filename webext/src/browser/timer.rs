//! One timeout that can be armed again, and an interval; both end when dropped.

use std::cell::Cell;
use std::time::Duration;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &JsValue, millis: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(id: &JsValue);
    #[wasm_bindgen(js_name = setInterval)]
    fn set_interval(callback: &JsValue, millis: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearInterval)]
    fn clear_interval(id: &JsValue);
}

/// The longest wait asked of the browser, which counts in 31 bits; firing early is harmless.
const LONGEST: Duration = Duration::from_hours(12);

/// A timeout that can be armed again.
pub(crate) struct Timer {
    callback: Closure<dyn FnMut()>,
    armed: Cell<Option<JsValue>>,
}

impl Timer {
    pub(crate) fn new(callback: impl FnMut() + 'static) -> Self {
        Self {
            callback: Closure::new(callback),
            armed: Cell::new(None),
        }
    }

    /// Fires once after `delay`, instead of whatever it was armed for; `None` is not at all.
    pub(crate) fn arm(&self, delay: Option<Duration>) {
        if let Some(id) = self.armed.take() {
            clear_timeout(&id);
        }
        if let Some(delay) = delay {
            let millis = delay.min(LONGEST).as_secs_f64() * 1000.0;
            self.armed
                .set(Some(set_timeout(self.callback.as_ref(), millis)));
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.arm(None);
    }
}

/// Fires again and again.
pub(crate) struct Interval {
    _callback: Closure<dyn FnMut()>,
    id: JsValue,
}

impl Interval {
    pub(crate) fn new(period: Duration, callback: impl FnMut() + 'static) -> Self {
        let callback = Closure::<dyn FnMut()>::new(callback);
        let id = set_interval(callback.as_ref(), period.as_secs_f64() * 1000.0);
        Self {
            _callback: callback,
            id,
        }
    }
}

impl Drop for Interval {
    fn drop(&mut self) {
        clear_interval(&self.id);
    }
}
