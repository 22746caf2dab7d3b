//! Whether there is input to this device, as the browser says it: that there is, never which.

use chrome::{api, settled};
use ipc::AWAY_AFTER;

/// Returns whether there was no input for [`AWAY_AFTER`], or the screen is locked. Events follow the same time from then
/// on. `None` where the browser does not say.
pub(crate) async fn is_idle() -> Option<bool> {
    let idle = api().idle()?;
    let seconds = AWAY_AFTER.as_secs_f64();
    if let Err(error) = idle.set_detection_interval(seconds) {
        tracing::warn!(error = chrome::text(&error), "no event tells of input");
    }
    match settled(idle.query_state(seconds)).await {
        Ok(state) => Some(state.as_string().is_some_and(|state| state != "active")),
        Err(error) => {
            tracing::warn!(error, "the browser does not say whether there is input");
            None
        }
    }
}
