//! How long a request may run.

use super::timer::Timer;
use std::time::Duration;
use wasm_bindgen::JsValue;
use web_sys::{AbortController, AbortSignal};

/// Calls a request off after its time, and as soon as this is dropped.
pub(crate) struct Until {
    controller: AbortController,
    timer: Timer,
}

impl Until {
    /// Begins the time.
    ///
    /// # Errors
    /// What the browser says where it has no such thing.
    pub(crate) fn after(time: Duration) -> Result<Self, JsValue> {
        let controller = AbortController::new()?;
        let timer = Timer::new({
            let controller = controller.clone();
            move || controller.abort()
        });
        timer.set(Some(time));
        Ok(Self { controller, timer })
    }

    /// Returns what a request hears of it.
    pub(crate) fn signal(&self) -> AbortSignal {
        self.controller.signal()
    }
}

impl Drop for Until {
    fn drop(&mut self) {
        self.timer.set(None);
        self.controller.abort();
    }
}
