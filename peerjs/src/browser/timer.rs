//! The page's monotonic clock, and the one timer of an endpoint; a wait.

use gloo_timers::callback::Timeout;
use js_sys::Promise;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen_futures::JsFuture;

/// The longest wait asked of the browser, which counts in 31 bits. Firing early is harmless.
const LONGEST: Duration = Duration::from_hours(12);

/// Returns the time since the page was loaded.
pub(super) fn now() -> Duration {
    let milliseconds = web_sys::window()
        .and_then(|w| w.performance())
        .map_or(0.0, |p| p.now());
    Duration::try_from_secs_f64(milliseconds / 1_000.0).unwrap_or_default()
}

/// Waits so many milliseconds.
pub(super) async fn pause(milliseconds: i32) {
    let passed = Promise::new(&mut |resolve, _| {
        if let Some(window) = web_sys::window() {
            // Fails for a bad callback only.
            let _ = window
                .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
        }
    });
    // Never rejected.
    let _ = JsFuture::from(passed).await;
}

/// Calls back once, at the moment last set. Cancelled when dropped.
pub(super) struct Timer {
    on_time: Rc<dyn Fn()>,
    set: Option<(Duration, Timeout)>,
}

impl Timer {
    pub(super) fn new(on_time: impl Fn() + 'static) -> Self {
        Self {
            on_time: Rc::new(on_time),
            set: None,
        }
    }

    /// Replaces the earlier moment; `None` cancels it.
    pub(super) fn set(&mut self, when: Option<Duration>) {
        let now = now();
        let set = self.set.as_ref().map(|(set, _)| *set);
        // One that lies in the past has gone off, and has to be set anew.
        if set == when && set.is_some_and(|set| set > now) {
            return;
        }
        self.set = when.map(|when| {
            // Whole milliseconds, so one more than what is cut off.
            let wait = when.saturating_sub(now).min(LONGEST).as_millis() + 1;
            let on_time = Rc::clone(&self.on_time);
            let timeout = Timeout::new(wait.try_into().unwrap_or(u32::MAX), move || on_time());
            (when, timeout)
        });
    }
}
