//! Gathers ICE candidates for their addresses alone: nothing is ever connected.

use js_sys::{Array, Object, Reflect};
use mesh_chat::config::IceServer;
use peerjs::browser::{Connection, Connections};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    RtcConfiguration, RtcIceTransportPolicy, RtcPeerConnection, RtcPeerConnectionIceEvent,
    RtcSessionDescriptionInit,
};

/// What is gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Own addresses, and what STUN servers see: an address takes no TURN.
    Direct,
    /// Places at TURN servers.
    Relay,
}

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
        way: Way,
        mut found: impl FnMut(Option<String>) + 'static,
    ) -> Result<Self, JsValue> {
        let configuration = RtcConfiguration::new();
        configuration.set_ice_servers(&chosen(servers, way)?);
        if way == Way::Relay {
            configuration.set_ice_transport_policy(RtcIceTransportPolicy::Relay);
        }
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

/// Returns the servers for a way, as WebRTC wants them. TURN takes a credential.
fn chosen(servers: &[IceServer], way: Way) -> Result<JsValue, JsValue> {
    let scheme = match way {
        Way::Direct => "stun",
        Way::Relay => "turn",
    };
    let all = Array::new();
    for server in servers {
        let urls = server.urls.iter().filter(|url| url.starts_with(scheme));
        let urls: Array = urls.map(|url| JsValue::from(url.as_str())).collect();
        if urls.length() == 0 {
            continue;
        }
        let chosen = Object::new();
        Reflect::set(&chosen, &"urls".into(), &urls)?;
        if way == Way::Relay {
            let credential = [
                ("username", &server.username),
                ("credential", &server.credential),
            ];
            for (name, value) in credential {
                let value = value.as_deref().unwrap_or_default();
                Reflect::set(&chosen, &name.into(), &value.into())?;
            }
        }
        all.push(&chosen);
    }
    Ok(all.into())
}

/// Returns whether the page has WebRTC.
pub(crate) fn has_webrtc() -> bool {
    Reflect::get(&js_sys::global(), &"RTCPeerConnection".into())
        .is_ok_and(|class| class.is_function())
}
