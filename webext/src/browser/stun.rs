//! Gathers ICE candidates for their addresses alone: nothing is ever connected.

use js_sys::{Array, Object, Reflect};
use mesh_chat::config::IceServer;
use peerjs::browser::{Connection, Connections};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    RtcConfiguration, RtcPeerConnection, RtcPeerConnectionIceEvent, RtcSessionDescriptionInit,
};

/// A connection that gathers until it is dropped.
pub(crate) struct Gatherer {
    connection: Connection,
    _callback: Closure<dyn FnMut(RtcPeerConnectionIceEvent)>,
}

impl Gatherer {
    /// Begins to gather. `found` is called with each candidate, and with `None` after the last.
    ///
    /// # Errors
    /// Where the browser refuses the servers, or WebRTC is off.
    pub(crate) fn start(
        page: &Connections,
        servers: &[IceServer],
        mut found: impl FnMut(Option<String>) + 'static,
    ) -> Result<Self, JsValue> {
        let configuration = RtcConfiguration::new();
        configuration.set_ice_servers(&stun_only(servers)?);
        let connection = page.make(&configuration)?;
        let callback = Closure::new(move |event: RtcPeerConnectionIceEvent| {
            found(event.candidate().map(|candidate| candidate.candidate()));
        });
        connection.set_onicecandidate(Some(callback.as_ref().unchecked_ref()));
        // Without something to connect nothing is gathered.
        connection.create_data_channel("");
        let gathering = RtcPeerConnection::clone(&connection);
        connection.spawn(async move {
            if let Err(error) = offer(&gathering).await {
                tracing::warn!(error = chrome::text(&error), "gathering did not begin");
            }
        });
        Ok(Self {
            connection,
            _callback: callback,
        })
    }
}

impl Drop for Gatherer {
    fn drop(&mut self) {
        self.connection.set_onicecandidate(None);
    }
}

async fn offer(connection: &RtcPeerConnection) -> Result<(), JsValue> {
    let offer = JsFuture::from(connection.create_offer()).await?;
    let offer: RtcSessionDescriptionInit = offer.unchecked_into();
    JsFuture::from(connection.set_local_description(&offer)).await?;
    Ok(())
}

/// Returns the STUN servers among the servers: an address takes no TURN, and TURN takes a
/// credential.
fn stun_only(servers: &[IceServer]) -> Result<JsValue, JsValue> {
    let urls: Array = servers
        .iter()
        .flat_map(|server| &server.urls)
        .filter(|url| url.starts_with("stun"))
        .map(|url| JsValue::from(url.as_str()))
        .collect();
    let all = Array::new();
    if urls.length() > 0 {
        let server = Object::new();
        Reflect::set(&server, &"urls".into(), &urls)?;
        all.push(&server);
    }
    Ok(all.into())
}
