//! Fields from and to JSON, as the tables of frames need them.

use super::malformed::{Malformed, Wrong};
use crate::limits::{FRAME_BYTES, LARGEST_NUMBER};
use nojson::{
    DisplayJson, Json, JsonFormatter, JsonObjectFormatter, JsonValueKind, RawJson, RawJsonValue,
};
use std::fmt;

/// A message that can be sent.
pub(crate) trait Frame {
    /// Returns its `type`.
    fn kind(&self) -> &'static str;

    /// Writes every other field.
    fn write(&self, f: &mut Object<'_, '_, '_>) -> fmt::Result;
}

/// Returns the JSON text of a message. Every frame this program builds fits, by the bounds of what
/// goes into it.
pub(crate) fn encode(frame: &dyn Frame) -> String {
    Json(Message(frame)).to_string()
}

/// Returns how many bytes a text takes in a message, without its quotation marks.
pub(crate) fn escaped_len(text: &str) -> usize {
    Json(text).to_string().len().saturating_sub(2)
}

struct Message<'a>(&'a dyn Frame);

impl DisplayJson for Message<'_> {
    fn fmt(&self, f: &mut JsonFormatter<'_, '_>) -> fmt::Result {
        f.object(|f| {
            f.member("type", self.0.kind())?;
            self.0.write(f)
        })
    }
}

/// Parses the bytes of one message.
pub(super) fn parse(bytes: &[u8]) -> Result<RawJson<'_>, Malformed> {
    if bytes.len() > FRAME_BYTES {
        return Err(Malformed::TooLong(bytes.len()));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Malformed::NotUtf8)?;
    RawJson::parse(text).map_err(|error| Malformed::NotJson(error.position()))
}

/// An object that is being written.
pub(super) type Object<'a, 'b, 'c> = JsonObjectFormatter<'a, 'b, 'c>;

/// The members of an object that is being read.
#[derive(Clone, Copy)]
pub(super) struct Fields<'t, 'r>(pub(super) RawJsonValue<'t, 'r>);

impl<'t, 'r> Fields<'t, 'r> {
    /// Returns the `type` of a message.
    pub(super) fn kind(self) -> Result<String, Malformed> {
        Field::read(self, "type")
    }

    /// Returns what stands at a name; `null` counts as nothing.
    fn get(self, name: &str) -> Result<Option<RawJsonValue<'t, 'r>>, Malformed> {
        let member = self.0.to_member(name).map_err(|_| Malformed::NotAnObject)?;
        let value = member.optional();
        Ok(value.filter(|value| value.kind() != JsonValueKind::Null))
    }
}

/// A field of a frame, or several: a part stands in the frame with fields of its own.
pub(super) trait Field: Sized {
    /// Reads what stands at `name`.
    fn read(fields: Fields<'_, '_>, name: &'static str) -> Result<Self, Malformed>;

    /// Writes it at `name`.
    fn write(&self, f: &mut Object<'_, '_, '_>, name: &'static str) -> fmt::Result;

    /// Returns it as it can be sent.
    #[cfg(test)]
    fn within_bounds(self) -> Self {
        self
    }

    /// Whether it may be missing.
    #[cfg(test)]
    const OPTIONAL: bool = false;

    /// The fields of a part.
    #[cfg(test)]
    const PARTS: &'static [Member] = &[];
}

/// A field as PROTOCOL.md shows it.
#[cfg(test)]
#[derive(Debug)]
pub(crate) struct Member {
    pub(super) name: &'static str,
    pub(super) optional: bool,
    /// The fields that stand in its place.
    pub(super) parts: &'static [Member],
}

#[cfg(test)]
impl Member {
    /// Returns the name that stands in a message, or those of the parts.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        match self.parts {
            [] => vec![self.name],
            parts => parts.iter().flat_map(Self::names).collect(),
        }
    }
}

/// What one field holds.
pub(super) trait Value: Sized {
    /// Reads it; `name` is where it stands.
    fn read(value: RawJsonValue<'_, '_>, name: &'static str) -> Result<Self, Malformed>;

    /// Writes it at `name`.
    fn write(&self, f: &mut Object<'_, '_, '_>, name: &'static str) -> fmt::Result;

    /// Returns it as it can be sent.
    #[cfg(test)]
    fn within_bounds(self) -> Self {
        self
    }
}

impl<T: Value> Field for T {
    fn read(fields: Fields<'_, '_>, name: &'static str) -> Result<Self, Malformed> {
        let value = fields.get(name)?;
        T::read(value.ok_or(Malformed::Field(name, Wrong::Missing))?, name)
    }

    fn write(&self, f: &mut Object<'_, '_, '_>, name: &'static str) -> fmt::Result {
        Value::write(self, f, name)
    }

    #[cfg(test)]
    fn within_bounds(self) -> Self {
        Value::within_bounds(self)
    }
}

impl<T: Value> Field for Option<T> {
    fn read(fields: Fields<'_, '_>, name: &'static str) -> Result<Self, Malformed> {
        let value = fields.get(name)?;
        value.map(|value| T::read(value, name)).transpose()
    }

    fn write(&self, f: &mut Object<'_, '_, '_>, name: &'static str) -> fmt::Result {
        match self {
            Some(value) => value.write(f, name),
            None => Ok(()),
        }
    }

    #[cfg(test)]
    fn within_bounds(self) -> Self {
        self.map(Value::within_bounds)
    }

    #[cfg(test)]
    const OPTIONAL: bool = true;
}

impl Value for String {
    fn read(value: RawJsonValue<'_, '_>, name: &'static str) -> Result<Self, Malformed> {
        let text = value.to_unquoted_string_str();
        let text = text.map_err(|_| Malformed::Field(name, Wrong::NotText))?;
        Ok(text.into_owned())
    }

    fn write(&self, f: &mut Object<'_, '_, '_>, name: &'static str) -> fmt::Result {
        f.member(name, self.as_str())
    }
}

impl Value for u64 {
    fn read(value: RawJsonValue<'_, '_>, name: &'static str) -> Result<Self, Malformed> {
        let digits = value.as_integer_str();
        let digits = digits.map_err(|_| Malformed::Field(name, Wrong::NotWhole))?;
        let number = digits.parse().ok().filter(|n| *n <= LARGEST_NUMBER);
        number.ok_or(Malformed::Field(name, Wrong::OutOfBounds))
    }

    #[cfg(test)]
    fn within_bounds(self) -> Self {
        self % (LARGEST_NUMBER + 1)
    }

    fn write(&self, f: &mut Object<'_, '_, '_>, name: &'static str) -> fmt::Result {
        f.member(name, *self)
    }
}

impl Value for u32 {
    fn read(value: RawJsonValue<'_, '_>, name: &'static str) -> Result<Self, Malformed> {
        let number = <u64 as Value>::read(value, name)?;
        Self::try_from(number).map_err(|_| Malformed::Field(name, Wrong::OutOfBounds))
    }

    fn write(&self, f: &mut Object<'_, '_, '_>, name: &'static str) -> fmt::Result {
        f.member(name, u64::from(*self))
    }
}

impl Value for bool {
    fn read(value: RawJsonValue<'_, '_>, name: &'static str) -> Result<Self, Malformed> {
        let word = value.as_boolean_str();
        let word = word.map_err(|_| Malformed::Field(name, Wrong::NotTruth))?;
        Ok(word == "true")
    }

    fn write(&self, f: &mut Object<'_, '_, '_>, name: &'static str) -> fmt::Result {
        f.member(name, *self)
    }
}

impl Value for Vec<String> {
    fn read(value: RawJsonValue<'_, '_>, name: &'static str) -> Result<Self, Malformed> {
        list(value, name, Value::read)
    }

    fn write(&self, f: &mut Object<'_, '_, '_>, name: &'static str) -> fmt::Result {
        f.member(name, self)
    }
}

/// Reads every item of a list.
pub(super) fn list<T>(
    value: RawJsonValue<'_, '_>,
    name: &'static str,
    read: fn(RawJsonValue<'_, '_>, &'static str) -> Result<T, Malformed>,
) -> Result<Vec<T>, Malformed> {
    let items = value.to_array();
    let items = items.map_err(|_| Malformed::Field(name, Wrong::NotList))?;
    items.map(|item| read(item, name)).collect()
}
