//! One RTCPeerConnection with its one data channel.

use super::bytes::Bytes;
use super::channel::Channel;
use super::connections::Connection;
use super::handle::Handle;
use crate::event::IceServer;
use crate::io::{RtcCommand, RtcId, RtcInput};
use js_sys::Array;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    RtcBundlePolicy, RtcConfiguration, RtcDataChannelEvent, RtcDataChannelInit,
    RtcIceCandidateInit, RtcIceServer, RtcPeerConnection, RtcPeerConnectionIceEvent,
    RtcPeerConnectionState, RtcSdpType, RtcSessionDescriptionInit,
};

/// Returns the configuration of every connection.
pub(super) fn configuration(servers: &[IceServer]) -> RtcConfiguration {
    let list = Array::new();
    for server in servers {
        let entry = RtcIceServer::new();
        let urls: Array = server
            .urls
            .iter()
            .map(|url| JsValue::from_str(url))
            .collect();
        entry.set_urls(&urls);
        if let Some(username) = &server.username {
            entry.set_username(username);
        }
        if let Some(credential) = &server.credential {
            entry.set_credential(credential);
        }
        list.push(&entry);
    }
    let configuration = RtcConfiguration::new();
    configuration.set_ice_servers(&list);
    configuration.set_bundle_policy(RtcBundlePolicy::MaxBundle);
    configuration
}

/// Closed, and silent, when dropped. Browsers count connections until they are collected, so
/// nothing here may outlive it.
pub(super) struct Rtc {
    connection: Connection,
    channel: Rc<RefCell<Option<Channel>>>,
    id: RtcId,
    handle: Handle,
    _on_candidate: Closure<dyn FnMut(RtcPeerConnectionIceEvent)>,
    _on_state: Closure<dyn FnMut()>,
    _on_channel: Closure<dyn FnMut(RtcDataChannelEvent)>,
}

impl Rtc {
    /// Dials.
    pub(super) fn offer(id: RtcId, connection: Connection, label: &str, handle: &Handle) -> Self {
        let rtc = Self::new(id, connection, handle);
        let init = RtcDataChannelInit::new();
        init.set_ordered(true);
        let channel = rtc
            .connection
            .create_data_channel_with_data_channel_dict(label, &init);
        *rtc.channel.borrow_mut() = Some(Channel::new(
            id,
            (&rtc.connection, rtc.connection.tasks()),
            channel,
            handle,
        ));
        let connection = RtcPeerConnection::clone(&rtc.connection);
        rtc.describe(async move { JsFuture::from(connection.create_offer()).await });
        rtc
    }

    /// Answers an offer.
    pub(super) fn answer(id: RtcId, connection: Connection, offer: &str, handle: &Handle) -> Self {
        let rtc = Self::new(id, connection, handle);
        let connection = RtcPeerConnection::clone(&rtc.connection);
        // Begun here and not in the task: candidates may be added right after.
        let applied = connection.set_remote_description(&description(RtcSdpType::Offer, offer));
        rtc.describe(async move {
            JsFuture::from(applied).await?;
            JsFuture::from(connection.create_answer()).await
        });
        rtc
    }

    fn new(id: RtcId, connection: Connection, handle: &Handle) -> Self {
        let channel = Rc::new(RefCell::new(None));
        let on_candidate = on_candidate(id, handle);
        let on_state = on_state(id, &connection, handle);
        let on_channel = on_channel(id, &connection, &channel, handle);
        connection.set_onicecandidate(Some(on_candidate.as_ref().unchecked_ref()));
        connection.set_onconnectionstatechange(Some(on_state.as_ref().unchecked_ref()));
        connection.set_ondatachannel(Some(on_channel.as_ref().unchecked_ref()));
        Self {
            connection,
            channel,
            id,
            handle: handle.clone(),
            _on_candidate: on_candidate,
            _on_state: on_state,
            _on_channel: on_channel,
        }
    }

    /// Returns the bytes of its channel, once that is there.
    pub(super) fn bytes(&self) -> Option<Bytes> {
        self.channel.borrow().as_ref().map(|c| c.bytes().clone())
    }

    /// Performs a command for an existing connection. Returns false where the connection no longer
    /// works.
    pub(super) fn perform(&self, command: RtcCommand) -> bool {
        match command {
            RtcCommand::Accept(answer) => self.accept(&answer),
            RtcCommand::Candidate(candidate) => self.add_candidate(&candidate),
            RtcCommand::Send(message) => {
                return self
                    .channel
                    .borrow()
                    .as_ref()
                    .is_some_and(|c| c.send(&message));
            }
            RtcCommand::Offer { .. } | RtcCommand::Answer(_) | RtcCommand::Close => {}
        }
        true
    }

    /// Applies the local description that `made` resolves to, and reports it.
    fn describe(&self, made: impl Future<Output = Result<JsValue, JsValue>> + 'static) {
        let (id, handle) = (self.id, self.handle.clone());
        let connection = RtcPeerConnection::clone(&self.connection);
        self.connection.spawn(async move {
            let applied = async {
                let description = made.await?.unchecked_into::<RtcSessionDescriptionInit>();
                JsFuture::from(connection.set_local_description(&description)).await
            };
            let applied = applied.await;
            handle.rtc(
                id,
                match (applied, connection.local_description()) {
                    (Ok(_), Some(description)) => RtcInput::Described(description.sdp()),
                    _ => RtcInput::Rejected,
                },
            );
        });
    }

    fn accept(&self, answer: &str) {
        let answer = description(RtcSdpType::Answer, answer);
        let applied = self.connection.set_remote_description(&answer);
        let (id, handle) = (self.id, self.handle.clone());
        self.connection.spawn(async move {
            if JsFuture::from(applied).await.is_err() {
                handle.rtc(id, RtcInput::Rejected);
            }
        });
    }

    /// Adds a candidate. One that the browser does not accept is ignored: there are others.
    fn add_candidate(&self, candidate: &str) {
        let init = RtcIceCandidateInit::new(candidate);
        init.set_sdp_m_line_index(Some(0));
        let connection = &self.connection;
        let added = connection.add_ice_candidate_with_opt_rtc_ice_candidate_init(Some(&init));
        connection.spawn(async move {
            if JsFuture::from(added).await.is_err() {
                tracing::debug!("candidate not taken by the browser");
            }
        });
    }
}

impl Drop for Rtc {
    fn drop(&mut self) {
        self.connection.set_onicecandidate(None);
        self.connection.set_onconnectionstatechange(None);
        self.connection.set_ondatachannel(None);
        self.channel.borrow_mut().take();
    }
}

fn description(kind: RtcSdpType, sdp: &str) -> RtcSessionDescriptionInit {
    let description = RtcSessionDescriptionInit::new(kind);
    description.set_sdp(sdp);
    description
}

fn on_candidate(id: RtcId, handle: &Handle) -> Closure<dyn FnMut(RtcPeerConnectionIceEvent)> {
    let handle = handle.clone();
    Closure::new(move |event: RtcPeerConnectionIceEvent| {
        if let Some(candidate) = event.candidate() {
            handle.rtc(id, RtcInput::Candidate(candidate.candidate()));
        }
    })
}

fn on_state(id: RtcId, connection: &RtcPeerConnection, handle: &Handle) -> Closure<dyn FnMut()> {
    let (connection, handle) = (connection.clone(), handle.clone());
    Closure::new(move || {
        let state = connection.connection_state();
        if state == RtcPeerConnectionState::Disconnected {
            handle.rtc(id, RtcInput::Suspect);
        } else if state == RtcPeerConnectionState::Failed {
            handle.rtc(id, RtcInput::Closed);
        }
    })
}

/// Takes the first channel that the other end opens, and closes any further one.
fn on_channel(
    id: RtcId,
    connection: &Connection,
    slot: &Rc<RefCell<Option<Channel>>>,
    handle: &Handle,
) -> Closure<dyn FnMut(RtcDataChannelEvent)> {
    let tasks = connection.tasks().clone();
    let connection = RtcPeerConnection::clone(connection);
    let (slot, handle) = (slot.clone(), handle.clone());
    Closure::new(move |event: RtcDataChannelEvent| {
        let channel = event.channel();
        if slot.borrow().is_some() {
            channel.close();
            return;
        }
        *slot.borrow_mut() = Some(Channel::new(id, (&connection, &tasks), channel, &handle));
    })
}
