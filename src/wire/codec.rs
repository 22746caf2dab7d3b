//! Frames to and from JSON, field by field.

use super::{Card, Entry, Frame, Hello, Proof, Versions};
use crate::limits::FRAME_BYTES;
use nojson::{
    DisplayJson, Json, JsonFormatter, JsonObjectFormatter, JsonValueKind, RawJson, RawJsonValue,
};
use std::fmt;

/// What is wrong with a frame, for a log reader. Values are not repeated: they may be private.
pub(crate) type Malformed = String;

impl Frame {
    /// The JSON text. Every frame this program builds fits, by the bounds of what goes into it.
    pub(crate) fn encode(&self) -> String {
        Json(self).to_string()
    }

    /// From the bytes of one message.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > FRAME_BYTES {
            return Err(format!("a frame of {} bytes", bytes.len()));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| "a frame that is not UTF-8")?;
        let json = RawJson::parse(text).map_err(|error| {
            format!("a frame that is not JSON from byte {} on", error.position())
        })?;
        Self::read(Fields(json.value()))
    }

    fn read(fields: Fields<'_, '_>) -> Result<Self, Malformed> {
        let kind = fields.text("type")?;
        Ok(match kind.as_str() {
            "checkin" => Self::Checkin(Entry::read(fields)?),
            "registry" => Self::Registry {
                epoch: fields.number("epoch")?,
                seq: fields.number("seq")?,
                part: fields.number("part")?,
                parts: fields.number("parts")?,
                peers: fields.list("peers", |item| Entry::read(Fields(item)))?,
            },
            "update" => Self::Update {
                epoch: fields.number("epoch")?,
                seq: fields.number("seq")?,
                joined: fields.list("joined", |item| Entry::read(Fields(item)))?,
                left: fields.list("left", text)?,
            },
            "recheckin" => Self::Recheckin,
            "redirect" => Self::Redirect {
                router: fields.text("router")?,
            },
            "ping" => Self::Ping,
            "pong" => Self::Pong,
            "bye" => Self::Bye,
            "replaced" => Self::Replaced,
            "hello" => Self::Hello(Hello::read(fields)?),
            "request" => Self::Request {
                friendlyname: fields.text("friendlyname")?,
                note: fields.optional("note", text)?,
            },
            "accepted" => Self::Accepted {
                proof: Proof::read(fields)?,
                card: Card::read(fields)?,
                friendlyname: fields.text("friendlyname")?,
            },
            "confirm" => Self::Confirm {
                proof: Proof::read(fields)?,
                card: Card::read(fields)?,
            },
            "rejected" => Self::Rejected,
            "auth" => Self::Auth {
                proof: Proof::read(fields)?,
            },
            "profile" => Self::Profile {
                number: fields.number("number")?,
                friendlyname: fields.text("friendlyname")?,
                card: Card::read(fields)?,
                near: fields.optional("near", truth)?.unwrap_or(false),
                special: fields.optional("special", truth)?.unwrap_or(false),
                at: fields.optional("at", whole)?.unwrap_or(0),
                routers: fields.optional("routers", texts)?.unwrap_or_default(),
            },
            "have" => Self::Have {
                log: fields.optional("log", text)?,
                upto: fields.number("upto")?,
                read: fields.optional("read", whole)?,
            },
            "text" => Self::Text {
                log: fields.text("log")?,
                seq: fields.number("seq")?,
                at: fields.number("at")?,
                text: fields.text("text")?,
            },
            "ack" => Self::Ack {
                log: fields.text("log")?,
                upto: fields.number("upto")?,
            },
            "read" => Self::Read {
                log: fields.text("log")?,
                upto: fields.number("upto")?,
            },
            "typing" => Self::Typing,
            _ => return Err("a frame of an unknown type".to_owned()),
        })
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Checkin(_) => "checkin",
            Self::Registry { .. } => "registry",
            Self::Update { .. } => "update",
            Self::Recheckin => "recheckin",
            Self::Redirect { .. } => "redirect",
            Self::Ping => "ping",
            Self::Pong => "pong",
            Self::Bye => "bye",
            Self::Replaced => "replaced",
            Self::Hello(_) => "hello",
            Self::Request { .. } => "request",
            Self::Accepted { .. } => "accepted",
            Self::Confirm { .. } => "confirm",
            Self::Rejected => "rejected",
            Self::Auth { .. } => "auth",
            Self::Profile { .. } => "profile",
            Self::Have { .. } => "have",
            Self::Text { .. } => "text",
            Self::Ack { .. } => "ack",
            Self::Read { .. } => "read",
            Self::Typing => "typing",
        }
    }

    fn write(&self, f: &mut Object<'_, '_, '_>) -> fmt::Result {
        match self {
            Self::Recheckin
            | Self::Ping
            | Self::Pong
            | Self::Bye
            | Self::Replaced
            | Self::Rejected
            | Self::Typing => Ok(()),
            Self::Checkin(entry) => entry.write(f),
            Self::Redirect { router } => string(f, "router", router),
            Self::Registry {
                epoch,
                seq,
                part,
                parts,
                peers,
            } => {
                number(f, "epoch", *epoch)?;
                number(f, "seq", *seq)?;
                number(f, "part", u64::from(*part))?;
                number(f, "parts", u64::from(*parts))?;
                f.member("peers", peers)
            }
            Self::Update {
                epoch,
                seq,
                joined,
                left,
            } => {
                number(f, "epoch", *epoch)?;
                number(f, "seq", *seq)?;
                f.member("joined", joined)?;
                f.member("left", left)
            }
            Self::Hello(hello) => hello.write(f),
            Self::Request { friendlyname, note } => {
                string(f, "friendlyname", friendlyname)?;
                optional(f, "note", note.as_deref())
            }
            Self::Accepted {
                proof,
                card,
                friendlyname,
            } => {
                proof.write(f)?;
                card.write(f)?;
                string(f, "friendlyname", friendlyname)
            }
            Self::Confirm { proof, card } => {
                proof.write(f)?;
                card.write(f)
            }
            Self::Auth { proof } => proof.write(f),
            Self::Profile {
                number: count,
                friendlyname,
                card,
                near,
                special,
                at,
                routers,
            } => {
                number(f, "number", *count)?;
                string(f, "friendlyname", friendlyname)?;
                card.write(f)?;
                f.member("near", near)?;
                f.member("special", special)?;
                number(f, "at", *at)?;
                if routers.is_empty() {
                    return Ok(());
                }
                f.member("routers", routers)
            }
            Self::Have { log, upto, read } => {
                optional(f, "log", log.as_deref())?;
                number(f, "upto", *upto)?;
                read.map_or(Ok(()), |read| number(f, "read", read))
            }
            Self::Text { log, seq, at, text } => {
                string(f, "log", log)?;
                number(f, "seq", *seq)?;
                number(f, "at", *at)?;
                string(f, "text", text)
            }
            Self::Ack { log, upto } | Self::Read { log, upto } => {
                string(f, "log", log)?;
                number(f, "upto", *upto)
            }
        }
    }
}

impl DisplayJson for Frame {
    fn fmt(&self, f: &mut JsonFormatter<'_, '_>) -> fmt::Result {
        f.object(|f| {
            string(f, "type", self.kind())?;
            self.write(f)
        })
    }
}

impl Entry {
    fn read(fields: Fields<'_, '_>) -> Result<Self, Malformed> {
        Ok(Self {
            discovery_id: fields.text("discoveryID")?,
            friendlyname: fields.text("friendlyname")?,
            last_seen: fields.optional("lastSeen", whole)?.unwrap_or(0),
            sealed_transport: fields.optional("sealedTransport", text)?,
        })
    }

    fn write(&self, f: &mut Object<'_, '_, '_>) -> fmt::Result {
        string(f, "discoveryID", &self.discovery_id)?;
        string(f, "friendlyname", &self.friendlyname)?;
        number(f, "lastSeen", self.last_seen)?;
        optional(f, "sealedTransport", self.sealed_transport.as_deref())
    }

    /// Bytes on the wire.
    pub(crate) fn encoded_len(&self) -> usize {
        Json(self).to_string().len()
    }
}

impl DisplayJson for Entry {
    fn fmt(&self, f: &mut JsonFormatter<'_, '_>) -> fmt::Result {
        f.object(|f| self.write(f))
    }
}

impl Hello {
    fn read(fields: Fields<'_, '_>) -> Result<Self, Malformed> {
        let v = fields.required("v")?;
        Ok(Self {
            v: if v.kind() == JsonValueKind::Array {
                Versions::Offered(fields.list("v", narrow)?)
            } else {
                Versions::Chosen(fields.number("v")?)
            },
            eph: fields.text("eph")?,
            nonce: fields.text("nonce")?,
            hint: fields.optional("hint", text)?,
        })
    }

    fn write(&self, f: &mut Object<'_, '_, '_>) -> fmt::Result {
        match &self.v {
            Versions::Offered(versions) => f.member("v", versions)?,
            Versions::Chosen(version) => number(f, "v", u64::from(*version))?,
        }
        string(f, "eph", &self.eph)?;
        string(f, "nonce", &self.nonce)?;
        optional(f, "hint", self.hint.as_deref())
    }
}

impl Proof {
    fn read(fields: Fields<'_, '_>) -> Result<Self, Malformed> {
        Ok(Self {
            key: fields.text("key")?,
            sig: fields.text("sig")?,
            mac: fields.text("mac")?,
        })
    }

    fn write(&self, f: &mut Object<'_, '_, '_>) -> fmt::Result {
        string(f, "key", &self.key)?;
        string(f, "sig", &self.sig)?;
        string(f, "mac", &self.mac)
    }
}

impl Card {
    fn read(fields: Fields<'_, '_>) -> Result<Self, Malformed> {
        Ok(Self {
            transport_id: fields.text("transportID")?,
            discovery_uuid: fields.text("discoveryUUID")?,
        })
    }

    fn write(&self, f: &mut Object<'_, '_, '_>) -> fmt::Result {
        string(f, "transportID", &self.transport_id)?;
        string(f, "discoveryUUID", &self.discovery_uuid)
    }
}

/// The members of one object that is being read.
#[derive(Clone, Copy)]
struct Fields<'t, 'r>(RawJsonValue<'t, 'r>);

impl<'t, 'r> Fields<'t, 'r> {
    fn get(self, name: &str) -> Result<Option<RawJsonValue<'t, 'r>>, Malformed> {
        let member = self.0.to_member(name).map_err(|_| "not an object")?;
        Ok(member
            .optional()
            .filter(|value| value.kind() != JsonValueKind::Null))
    }

    fn required(self, name: &str) -> Result<RawJsonValue<'t, 'r>, Malformed> {
        self.get(name)?
            .ok_or_else(|| format!("`{name}` is missing"))
    }

    fn text(self, name: &str) -> Result<String, Malformed> {
        text(self.required(name)?).map_err(|fault| format!("`{name}` is {fault}"))
    }

    fn number<T: TryFrom<u64>>(self, name: &str) -> Result<T, Malformed> {
        let value = whole(self.required(name)?).map_err(|fault| format!("`{name}` is {fault}"))?;
        T::try_from(value).map_err(|_| format!("`{name}` is too large"))
    }

    fn optional<T>(
        self,
        name: &str,
        read: fn(RawJsonValue<'t, 'r>) -> Result<T, Malformed>,
    ) -> Result<Option<T>, Malformed> {
        let value = self.get(name)?.map(read).transpose();
        value.map_err(|fault| format!("`{name}` is {fault}"))
    }

    fn list<T>(
        self,
        name: &str,
        read: fn(RawJsonValue<'t, 'r>) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let items = self.required(name)?.to_array();
        let items = items.map_err(|_| format!("`{name}` is no list"))?;
        items
            .map(read)
            .collect::<Result<_, _>>()
            .map_err(|fault| format!("in `{name}`: {fault}"))
    }
}

fn text(value: RawJsonValue<'_, '_>) -> Result<String, Malformed> {
    let text = value.to_unquoted_string_str();
    Ok(text.map_err(|_| "no text")?.into_owned())
}

fn texts(value: RawJsonValue<'_, '_>) -> Result<Vec<String>, Malformed> {
    let items = value.to_array().map_err(|_| "no list")?;
    items.map(text).collect()
}

fn whole(value: RawJsonValue<'_, '_>) -> Result<u64, Malformed> {
    let digits = value.as_integer_str().map_err(|_| "no whole number")?;
    Ok(digits.parse().map_err(|_| "a number out of bounds")?)
}

fn narrow(value: RawJsonValue<'_, '_>) -> Result<u32, Malformed> {
    Ok(u32::try_from(whole(value)?).map_err(|_| "too large")?)
}

fn truth(value: RawJsonValue<'_, '_>) -> Result<bool, Malformed> {
    Ok(value
        .as_boolean_str()
        .map_err(|_| "neither true nor false")?
        == "true")
}

/// An object that is being written.
type Object<'a, 'b, 'c> = JsonObjectFormatter<'a, 'b, 'c>;

fn string(f: &mut Object<'_, '_, '_>, name: &str, value: &str) -> fmt::Result {
    f.member(name, value)
}

fn number(f: &mut Object<'_, '_, '_>, name: &str, value: u64) -> fmt::Result {
    f.member(name, value)
}

fn optional(f: &mut Object<'_, '_, '_>, name: &str, value: Option<&str>) -> fmt::Result {
    value.map_or(Ok(()), |value| string(f, name, value))
}
