//! The page's monotonic clock, and the one timer of an endpoint.

use std::time::Duration;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;

/// Time since the page was loaded.
pub(super) fn now() -> Duration {
    let milliseconds = web_sys::window()
        .and_then(|w| w.performance())
        .map_or(0.0, |p| p.now());
    Duration::try_from_secs_f64(milliseconds / 1_000.0).unwrap_or_default()
}

/// Calls back once, at the moment last set.
pub(super) struct Timer {
    on_time: Closure<dyn FnMut()>,
    set: Option<(Duration, i32)>,
}

impl Timer {
    pub(super) fn new(on_time: impl FnMut() + 'static) -> Self {
        Self {
            on_time: Closure::new(on_time),
            set: None,
        }
    }

    /// `None` is never.
    pub(super) fn set(&mut self, when: Option<Duration>) {
        let now = now();
        // A timer that has gone off is not set any more.
        if self
            .set
            .is_some_and(|(set, _)| Some(set) == when && set > now)
        {
            return;
        }
        self.clear();
        let (Some(when), Some(window)) = (when, web_sys::window()) else {
            return;
        };
        let wait = when.saturating_sub(now).as_millis() + 1;
        let number = window.set_timeout_with_callback_and_timeout_and_arguments_0(
            self.on_time.as_ref().unchecked_ref(),
            i32::try_from(wait).unwrap_or(i32::MAX),
        );
        self.set = number.ok().map(|number| (when, number));
    }

    fn clear(&mut self) {
        if let (Some((_, number)), Some(window)) = (self.set.take(), web_sys::window()) {
            window.clear_timeout_with_handle(number);
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.clear();
    }
}
