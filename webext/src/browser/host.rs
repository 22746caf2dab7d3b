//! The engine's side of the background: one request, one response.

use ipc::{Addressed, Endpoint, HostRequest};
use js_sys::Function;
use json::js::{from_js_within, to_js};
use serde::de::{DeserializeOwned, IgnoredAny};
use wasm_bindgen_futures::spawn_local;

/// The longest response: everything that `storage.local` may hold, escaped.
const RESPONSE: u32 = 32 * 1024 * 1024;

/// The background, through the function that the page was given to reach it.
#[derive(Clone, Debug)]
pub(crate) struct Host(Function);

impl Host {
    pub(crate) fn new(reach: Function) -> Self {
        Self(reach)
    }

    /// Asks, and waits for the response.
    ///
    /// # Errors
    /// Where the background could not be reached or did not answer in kind.
    pub(crate) async fn ask<R: DeserializeOwned>(
        &self,
        request: &HostRequest,
    ) -> Result<R, String> {
        let message = Addressed {
            target: Endpoint::Background,
            message: request,
        };
        let message = to_js(&message).map_err(|error| error.to_string())?;
        let response = chrome::call(&self.0, &message).await?;
        from_js_within(&response, RESPONSE).map_err(|error| format!("background: {error}"))
    }

    /// Asks for something that nothing waits for.
    pub(crate) fn tell(&self, request: HostRequest) {
        let host = self.clone();
        spawn_local(async move {
            if let Err(error) = host.ask::<IgnoredAny>(&request).await {
                tracing::warn!(error, "the background did not take a request");
            }
        });
    }
}
