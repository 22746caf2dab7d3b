//! The frames of PeerServer: parsed from what it relays, and written for it.
//!
//! `src` is set by the server and cannot be forged by another client; everything else in a relayed
//! frame is as its sender wrote it.

use crate::candidate::Candidate;
use crate::id;
use crate::limits::{LABEL_MAX, REASON_MAX, SERVER_FRAME_MAX};
use crate::sdp::{Description, SdpError, SdpRole};
use nojson::{DisplayJson, JsonObjectFormatter, JsonValueKind, RawJson, RawJsonValue};
use std::borrow::Cow;
use std::fmt;
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
#[non_exhaustive]
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
        let json = RawJson::parse(text).map_err(|_| FrameError::Malformed)?;
        let frame = json.value();
        match text_of(frame, "type")?.as_ref() {
            "OPEN" => Ok(Self::Open),
            "ID-TAKEN" => Ok(Self::IdTaken),
            "ERROR" | "INVALID-KEY" => Ok(Self::Refused(reason(frame))),
            kind => {
                let src = text_of(frame, "src")?.into_owned();
                if !id::is_valid(&src) {
                    return Err(FrameError::Malformed);
                }
                let message = Relayed::parse(kind, frame)?;
                Ok(Self::Relayed { src, message })
            }
        }
    }
}

impl Relayed {
    fn parse(kind: &str, frame: Value<'_, '_>) -> Result<Self, FrameError> {
        match kind {
            "EXPIRE" | "LEAVE" => Ok(Self::Absent),
            "OFFER" => Self::offer(payload(frame)?),
            "ANSWER" => {
                let payload = payload(frame)?;
                let description = description(payload, SdpRole::Answer)?;
                Ok(Self::Answer {
                    connection: connection(payload)?,
                    description,
                })
            }
            "CANDIDATE" => Self::candidate(payload(frame)?),
            _ => Err(FrameError::NotInUse),
        }
    }

    fn offer(payload: Value<'_, '_>) -> Result<Self, FrameError> {
        if text_of(payload, "serialization")? != "json" {
            return Err(FrameError::NotInUse);
        }
        // Only its form is checked: the channel itself says how it delivers.
        let reliable = member(payload, "reliable")?;
        let label = member(payload, "label")?;
        let well_formed = reliable.is_none_or(|value| value.kind() == JsonValueKind::Boolean)
            && label.is_none_or(|label| {
                let text = label.to_unquoted_string_str();
                text.is_ok_and(|text| is_label(&text))
            });
        if !well_formed {
            return Err(FrameError::Malformed);
        }
        let description = description(payload, SdpRole::Offer)?;
        Ok(Self::Offer {
            connection: connection(payload)?,
            description,
        })
    }

    fn candidate(payload: Value<'_, '_>) -> Result<Self, FrameError> {
        let connection = connection(payload)?;
        // The id of a dial has 64 characters of which any can be the first.
        if let Some(nonce) = connection.strip_prefix(ECHO)
            && connection.len() < LABEL_MAX
        {
            return Ok(Self::Echo(nonce.to_owned()));
        }
        let candidate = required(payload, "candidate")?;
        let candidate = Candidate::parse(&text_of(candidate, "candidate")?)
            .map_err(|_| FrameError::Malformed)?;
        Ok(Self::Candidate {
            connection,
            candidate,
        })
    }
}

/// Returns the payload of a data connection.
fn payload<'t, 'r>(frame: Value<'t, 'r>) -> Result<Value<'t, 'r>, FrameError> {
    let payload = required(frame, "payload")?;
    match text_of(payload, "type")?.as_ref() {
        "data" => Ok(payload),
        _ => Err(FrameError::NotInUse),
    }
}

fn description(
    payload: Value<'_, '_>,
    role: SdpRole,
) -> Result<Result<Description, SdpError>, FrameError> {
    let sdp = required(payload, "sdp")?;
    let expected = match role {
        SdpRole::Offer => "offer",
        SdpRole::Answer => "answer",
    };
    if text_of(sdp, "type")? != expected {
        return Err(FrameError::Malformed);
    }
    Ok(Description::parse(&text_of(sdp, "sdp")?, role))
}

fn connection(payload: Value<'_, '_>) -> Result<String, FrameError> {
    let id = text_of(payload, "connectionId")?;
    if is_connection_id(&id) {
        Ok(id.into_owned())
    } else {
        Err(FrameError::Malformed)
    }
}

/// Returns whether a text can be the id of a connection.
pub(crate) fn is_connection_id(text: &str) -> bool {
    let of_id = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    !text.is_empty() && text.len() <= LABEL_MAX && text.bytes().all(of_id)
}

fn is_label(label: &str) -> bool {
    label.len() <= LABEL_MAX && label.bytes().all(|b| b == b' ' || b.is_ascii_graphic())
}

type Value<'t, 'r> = RawJsonValue<'t, 'r>;

fn member<'t, 'r>(object: Value<'t, 'r>, name: &str) -> Result<Option<Value<'t, 'r>>, FrameError> {
    let member = object.to_member(name).map_err(|_| FrameError::Malformed)?;
    Ok(member.optional())
}

fn required<'t, 'r>(object: Value<'t, 'r>, name: &str) -> Result<Value<'t, 'r>, FrameError> {
    member(object, name)?.ok_or(FrameError::Malformed)
}

fn text_of<'t>(object: Value<'t, '_>, name: &str) -> Result<Cow<'t, str>, FrameError> {
    let text = required(object, name)?.to_unquoted_string_str();
    text.map_err(|_| FrameError::Malformed)
}

/// Returns the server's own words, bounded and without control characters.
fn reason(frame: Value<'_, '_>) -> String {
    let payload = member(frame, "payload").ok().flatten();
    let words = payload.and_then(|payload| text_of(payload, "msg").ok());
    let words = words.unwrap_or(Cow::Borrowed("refused"));
    words
        .chars()
        .filter(|c| !c.is_control())
        .take(REASON_MAX)
        .collect()
}

/// What the connection id of an echo begins with.
const ECHO: &str = "echo_";

/// Returns the frame that keeps an id registered.
pub fn heartbeat() -> String {
    r#"{"type":"HEARTBEAT"}"#.to_owned()
}

/// Returns the frame that comes back to its sender while, and only while, this socket holds the id.
/// It is a CANDIDATE because every PeerServer relays those, and it names a connection that nobody
/// has, so that it means nothing to another client that might receive it: to one of ours, it is a knock.
pub fn echo(id: &str, nonce: &str) -> String {
    relayed("CANDIDATE", id, &format!("{ECHO}{nonce}"), |_| Ok(()))
}

/// Returns the frame that dials.
pub fn offer(dst: &str, connection: &str, sdp: &str) -> String {
    relayed("OFFER", dst, connection, |payload| {
        payload.member("sdp", session("offer", sdp))?;
        payload.member("label", connection)?;
        payload.member("reliable", true)?;
        payload.member("serialization", "json")
    })
}

/// Returns the frame that answers an offer.
pub fn answer(dst: &str, connection: &str, sdp: &str) -> String {
    relayed("ANSWER", dst, connection, |payload| {
        payload.member("sdp", session("answer", sdp))
    })
}

/// Returns the frame that carries a candidate of ours.
pub fn candidate(dst: &str, connection: &str, mid: &str, candidate: &str) -> String {
    relayed("CANDIDATE", dst, connection, |payload| {
        let line = nojson::object(|f| {
            f.member("candidate", candidate)?;
            f.member("sdpMid", mid)?;
            f.member("sdpMLineIndex", 0)
        });
        payload.member("candidate", line)
    })
}

type Object<'a, 'b, 'c> = JsonObjectFormatter<'a, 'b, 'c>;

/// Returns a frame for a data connection of `dst`; `rest` adds what is particular to its kind.
fn relayed(
    kind: &str,
    dst: &str,
    connection: &str,
    rest: impl Fn(&mut Object<'_, '_, '_>) -> fmt::Result,
) -> String {
    let payload = nojson::object(|f| {
        f.member("type", "data")?;
        f.member("connectionId", connection)?;
        rest(f)
    });
    let frame = nojson::object(|f| {
        f.member("type", kind)?;
        f.member("dst", dst)?;
        f.member("payload", &payload)
    });
    frame.to_string()
}

fn session(kind: &str, sdp: &str) -> impl DisplayJson {
    nojson::object(move |f| {
        f.member("type", kind)?;
        f.member("sdp", sdp)
    })
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
