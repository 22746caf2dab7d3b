//! PeerJS in Rust: a sans-IO endpoint, and a browser client around it.
//!
//! It speaks with PeerServer 1.x and with pages that use stock peerjs 1.5. Many ids and many
//! connections of one person are one [`Endpoint`](endpoint::Endpoint). The machine has no socket, no
//! peer connection, no clock and no random source: the caller has them. `browser::Client` (wasm32
//! only) is such a caller, over WebSocket and RTCPeerConnection.
//!
//! # The loop
//!
//! Hand the endpoint one [`Input`](endpoint::Input) with the time. Then perform every
//! [`Output`](endpoint::Output) of `poll` until it returns `Timeout`; wait for that moment or for
//! the next input. What a socket or a peer connection reports is an input again.
//!
//! ```
//! use peerjs::endpoint::{Endpoint, Input, Output, RtcCommand, RtcInput, SocketInput};
//! use peerjs::event::{ConnId, Event, Server};
//! use peerjs::reach::Reach;
//! use std::time::Duration;
//!
//! /// One round of the loop: an input, then all outputs up to `Timeout`.
//! fn round(endpoint: &mut Endpoint, now: Duration, input: Input) -> Vec<Output> {
//!     endpoint.handle(now, input);
//!     let mut outputs = Vec::new();
//!     loop {
//!         match endpoint.poll() {
//!             Output::Timeout(_wake_me_at) => return outputs,
//!             output => outputs.push(output),
//!         }
//!     }
//! }
//!
//! let server = Server {
//!     host: "signal.example".into(),
//!     port: 443,
//!     path: "/".into(),
//!     key: "peerjs".into(),
//!     secure: true,
//! };
//! let seed = [7; 32]; // Must be strong and new: tokens come from it.
//! let mut alice = Endpoint::new(vec![server], Vec::new(), seed);
//! let now = Duration::ZERO;
//!
//! // An id is wanted, so a socket is to be opened.
//! let outputs = round(&mut alice, now, Input::Register("alice".into()));
//! let [Output::Connect(socket, url)] = outputs.as_slice() else { panic!() };
//! assert!(url.starts_with("wss://signal.example:443/peerjs?key=peerjs&id=alice&token="));
//! let socket = *socket;
//!
//! // It opens: a heartbeat and an echo to itself are sent. The server says OPEN: the id is held.
//! let outputs = round(&mut alice, now, Input::Socket(socket, SocketInput::Opened));
//! assert!(matches!(outputs.as_slice(), [Output::Transmit(..), Output::Transmit(..)]));
//! let frame = |text: &str| Input::Socket(socket, SocketInput::Frame(text.into()));
//! let outputs = round(&mut alice, now, frame(r#"{"type":"OPEN"}"#));
//! assert!(outputs.contains(&Output::Event(Event::Registered("alice".into()))));
//!
//! // A dial: the browser is to make a connection and its offer ...
//! let conn = ConnId::Dialled(1);
//! let (from, to) = ("alice".into(), "bob".into());
//! let further = Vec::new();
//! let dial = Input::Dial { conn, from, to, label: None, further, reach: Reach::Anywhere };
//! let outputs = round(&mut alice, now, dial);
//! let [Output::Rtc(_, RtcCommand::Offer { label })] = outputs.as_slice() else { panic!() };
//!
//! // ... and once it has, the offer goes to the other end by way of the server.
//! # let sdp = |setup: &str| {
//! #     let digest = ["AB"; 32].join(":");
//! #     format!(
//! #         "v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=ice-ufrag:abcd\r\n\
//! #          a=ice-pwd:E1Hp8DUpZ/OGOUCDRsxMYl47\r\na=fingerprint:sha-256 {digest}\r\n\
//! #          a=setup:{setup}\r\na=mid:0\r\na=sctp-port:5000\r\n"
//! #     )
//! # };
//! # let (offer, answer) = (sdp("actpass"), sdp("active"));
//! let described = Input::Rtc(conn.into(), RtcInput::Described(offer.clone()));
//! let outputs = round(&mut alice, now, described);
//! assert!(matches!(outputs.as_slice(), [Output::Transmit(_, text)] if text.contains("OFFER")));
//!
//! // The answer is checked, written anew from what was understood, and applied.
//! let relayed = format!(
//!     r#"{{"type":"ANSWER","src":"bob","payload":{{"type":"data","connectionId":"{label}",
//!         "sdp":{{"type":"answer","sdp":"{}"}}}}}}"#,
//!     answer.replace("\r\n", "\\r\\n"),
//! );
//! let outputs = round(&mut alice, now, frame(&relayed));
//! assert!(matches!(outputs.as_slice(), [Output::Rtc(_, RtcCommand::Accept(_))]));
//!
//! // The channel opens, and messages pass.
//! let open = RtcInput::Open { local: offer, remote: answer, selected: None };
//! let outputs = round(&mut alice, now, Input::Rtc(conn.into(), open));
//! assert!(matches!(outputs.as_slice(), [Output::Event(Event::Open { .. })]));
//! let outputs = round(&mut alice, now, Input::Send(conn, r#"{"hello":"bob"}"#.into()));
//! assert!(matches!(outputs.as_slice(), [Output::Rtc(_, RtcCommand::Send(_))]));
//! ```
//!
//! # Modules
//!
//! | Module | Owns |
//! |---|---|
//! | [`endpoint`] | the machine: its connections, and what is relayed to its ids |
//! | `signalling` | which ids are held at which server: registrations, back-off, pacing |
//! | `io` | the input and output of the machine; public in [`endpoint`] |
//! | [`event`] | what the owner learns, and what it configures |
//! | [`frame`] | the frames of the server, parsed and written |
//! | [`sdp`], [`candidate`] | session descriptions and candidates, parsed and rebuilt |
//! | [`path`] | where the other end of a connection is |
//! | [`reach`] | which candidates a connection may use |
//! | [`limits`] | every bound and interval, with its reason |
//! | `browser` | WebSocket, RTCPeerConnection and the timer |
//! | `backlog`, `upkeep`, `rotation` | for `browser`: what waits on a channel; places for connections, and windows to make them in |
//!
//! Deliberately absent from everything but `browser`: clocks, random sources, sockets.

/// Whether a bug is planted here, to see which test finds it: never in what ships.
#[cfg(not(feature = "planted"))]
macro_rules! planted {
    ($bug:ident) => {
        false
    };
}

#[cfg(feature = "planted")]
macro_rules! planted {
    ($bug:ident) => {
        planted::is(planted::Bug::$bug)
    };
}

#[cfg(any(target_arch = "wasm32", test))]
mod backlog;
#[cfg(target_arch = "wasm32")]
pub mod browser;
pub mod candidate;
pub mod endpoint;
pub mod event;
pub mod frame;
pub mod id;
mod io;
pub mod limits;
pub mod path;
mod random;
pub mod reach;
#[cfg(any(target_arch = "wasm32", test))]
mod rotation;
pub mod sdp;
mod signalling;
#[cfg(any(target_arch = "wasm32", test))]
mod upkeep;
