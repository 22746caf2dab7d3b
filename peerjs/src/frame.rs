//! The frames of PeerServer: parsed from what it relays, and written for it.
//!
//! `src` is set by the server and cannot be forged by another client; everything else in a relayed
//! frame is as its sender wrote it.

use crate::candidate::Candidate;
use crate::id;
use crate::limits::{LABEL_MAX, REASON_MAX, SERVER_FRAME_MAX};
use crate::sdp::{Description, Role, SdpError};
use serde_json::{Value, json};
use thiserror::Error;

/// What comes from a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerFrame {
    /// The id is registered.
    Open,
    /// The id is registered with another token.
    IdTaken,
    /// The server refuses, with its reason.
    Refused(String),
    /// Relayed from another client, or from oneself.
    Relayed {
        /// Who sent it, as set by the server.
        src: String,
        /// What it says.
        message: Relayed,
    },
}

/// What a server relays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relayed {
    /// Somebody dials.
    Offer {
        /// Names the connection, together with both ids.
        connection: String,
        /// Theirs.
        description: Result<Description, SdpError>,
    },
    /// The answer to an offer.
    Answer {
        /// As in the offer.
        connection: String,
        /// Theirs.
        description: Result<Description, SdpError>,
    },
    /// A candidate of an offer or an answer.
    Candidate {
        /// As in the offer.
        connection: String,
        /// Theirs.
        candidate: Candidate,
    },
    /// An [`echo`], with its nonce.
    Echo(String),
    /// The id in `src` is not there: what was sent to it has expired, or it has left.
    Absent,
}

/// Why a frame is passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FrameError {
    /// More than [`SERVER_FRAME_MAX`] bytes.
    #[error("frame too long")]
    TooLong,
    /// Not a JSON object, or a field is missing, or of the wrong type or form.
    #[error("malformed frame")]
    Malformed,
    /// A type of frame, connection or serialization that is not spoken here.
    #[error("kind of frame not in use")]
    NotInUse,
}

impl ServerFrame {
    /// Parses one frame.
    pub fn parse(text: &str) -> Result<Self, FrameError> {
        if text.len() > SERVER_FRAME_MAX {
            return Err(FrameError::TooLong);
        }
        let frame: Value = serde_json::from_str(text).map_err(|_| FrameError::Malformed)?;
        match text_of(&frame, "type")? {
            "OPEN" => Ok(Self::Open),
            "ID-TAKEN" => Ok(Self::IdTaken),
            "ERROR" | "INVALID-KEY" => Ok(Self::Refused(reason(&frame))),
            kind => {
                let src = text_of(&frame, "src")?.to_owned();
                if !id::is_valid(&src) {
                    return Err(FrameError::Malformed);
                }
                let message = Relayed::parse(kind, &frame)?;
                Ok(Self::Relayed { src, message })
            }
        }
    }
}

impl Relayed {
    fn parse(kind: &str, frame: &Value) -> Result<Self, FrameError> {
        match kind {
            "EXPIRE" | "LEAVE" => Ok(Self::Absent),
            "OFFER" => Self::offer(payload(frame)?),
            "ANSWER" => {
                let payload = payload(frame)?;
                let description = description(payload, Role::Answer)?;
                Ok(Self::Answer {
                    connection: connection(payload)?,
                    description,
                })
            }
            "CANDIDATE" => Self::candidate(payload(frame)?),
            _ => Err(FrameError::NotInUse),
        }
    }

    fn offer(payload: &Value) -> Result<Self, FrameError> {
        if text_of(payload, "serialization")? != "json" {
            return Err(FrameError::NotInUse);
        }
        // Only its form is checked: the channel itself says how it delivers.
        let well_formed = payload.get("reliable").is_none_or(Value::is_boolean)
            && payload
                .get("label")
                .is_none_or(|label| label.as_str().is_some_and(is_label));
        if !well_formed {
            return Err(FrameError::Malformed);
        }
        let description = description(payload, Role::Offer)?;
        Ok(Self::Offer {
            connection: connection(payload)?,
            description,
        })
    }

    fn candidate(payload: &Value) -> Result<Self, FrameError> {
        let connection = connection(payload)?;
        if let Some(nonce) = connection.strip_prefix(ECHO) {
            return Ok(Self::Echo(nonce.to_owned()));
        }
        let candidate = payload.get("candidate").ok_or(FrameError::Malformed)?;
        let candidate = Candidate::parse(text_of(candidate, "candidate")?)
            .map_err(|_| FrameError::Malformed)?;
        Ok(Self::Candidate {
            connection,
            candidate,
        })
    }
}

/// The payload of a data connection.
fn payload(frame: &Value) -> Result<&Value, FrameError> {
    let payload = frame.get("payload").ok_or(FrameError::Malformed)?;
    match text_of(payload, "type")? {
        "data" => Ok(payload),
        _ => Err(FrameError::NotInUse),
    }
}

fn description(payload: &Value, role: Role) -> Result<Result<Description, SdpError>, FrameError> {
    let sdp = payload.get("sdp").ok_or(FrameError::Malformed)?;
    let expected = match role {
        Role::Offer => "offer",
        Role::Answer => "answer",
    };
    if text_of(sdp, "type")? != expected {
        return Err(FrameError::Malformed);
    }
    Ok(Description::parse(text_of(sdp, "sdp")?, role))
}

fn connection(payload: &Value) -> Result<String, FrameError> {
    let id = text_of(payload, "connectionId")?;
    let of_id = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if !id.is_empty() && id.len() <= LABEL_MAX && id.bytes().all(of_id) {
        Ok(id.to_owned())
    } else {
        Err(FrameError::Malformed)
    }
}

fn is_label(label: &str) -> bool {
    label.len() <= LABEL_MAX && label.bytes().all(|b| b == b' ' || b.is_ascii_graphic())
}

fn text_of<'a>(value: &'a Value, field: &str) -> Result<&'a str, FrameError> {
    value
        .get(field)
        .and_then(Value::as_str)
        .ok_or(FrameError::Malformed)
}

/// The server's own words, bounded and without control characters.
fn reason(frame: &Value) -> String {
    let words = frame.get("payload").and_then(|payload| payload.get("msg"));
    let words = words.and_then(Value::as_str).unwrap_or("refused");
    words
        .chars()
        .filter(|c| !c.is_control())
        .take(REASON_MAX)
        .collect()
}

/// What the connection id of an echo begins with.
const ECHO: &str = "echo_";

/// Keeps an id registered.
pub fn heartbeat() -> String {
    json!({ "type": "HEARTBEAT" }).to_string()
}

/// Comes back to its sender while, and only while, this socket holds the id. A CANDIDATE, because
/// relaying those is what every PeerServer is for; for a connection that nobody has, so that it
/// means nothing to whoever else should get it.
pub fn echo(id: &str, nonce: &str) -> String {
    let payload = json!({ "type": "data", "connectionId": format!("{ECHO}{nonce}") });
    json!({ "type": "CANDIDATE", "dst": id, "payload": payload }).to_string()
}

/// Dials.
pub fn offer(dst: &str, connection: &str, sdp: &str) -> String {
    let payload = json!({
        "sdp": { "type": "offer", "sdp": sdp },
        "type": "data",
        "connectionId": connection,
        "label": connection,
        "reliable": true,
        "serialization": "json",
    });
    json!({ "type": "OFFER", "dst": dst, "payload": payload }).to_string()
}

/// Answers an offer.
pub fn answer(dst: &str, connection: &str, sdp: &str) -> String {
    let payload = json!({
        "sdp": { "type": "answer", "sdp": sdp },
        "type": "data",
        "connectionId": connection,
    });
    json!({ "type": "ANSWER", "dst": dst, "payload": payload }).to_string()
}

/// Tells a candidate of ours.
pub fn candidate(dst: &str, connection: &str, mid: &str, candidate: &str) -> String {
    let payload = json!({
        "candidate": { "candidate": candidate, "sdpMid": mid, "sdpMLineIndex": 0 },
        "type": "data",
        "connectionId": connection,
    });
    json!({ "type": "CANDIDATE", "dst": dst, "payload": payload }).to_string()
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
