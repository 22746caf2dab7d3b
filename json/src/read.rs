//! From text to types.

use crate::error::{Error, Fault};
use nojson::{JsonValueKind, RawJson, RawJsonValue};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

pub(crate) fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    let json = RawJson::parse(text).map_err(|error| syntax(&error))?;
    T::deserialize(Value(json.value()))
}

fn syntax(error: &nojson::JsonParseError) -> Error {
    Error::new(Fault::Syntax(error.position()))
}

fn other() -> Error {
    Error::new(Fault::Other)
}

#[derive(Clone, Copy)]
struct Value<'t, 'r>(RawJsonValue<'t, 'r>);

// What does not depend on the type that is read is kept out of what does.
impl<'t, 'r> Value<'t, 'r> {
    #[inline(never)]
    fn text(self) -> Result<String, Error> {
        let text = self.0.to_unquoted_string_str();
        text.map(std::borrow::Cow::into_owned).map_err(|_| other())
    }

    #[inline(never)]
    fn number(self) -> Result<u64, Error> {
        let digits = self.0.as_integer_str().map_err(|_| other())?;
        digits.parse().map_err(|_| other())
    }

    #[inline(never)]
    fn truth(self) -> Result<bool, Error> {
        let word = self.0.as_boolean_str().map_err(|_| other())?;
        Ok(word == "true")
    }

    #[inline(never)]
    fn items(self) -> Result<Items<'t, 'r>, Error> {
        let items = self.0.to_array().map_err(|_| other())?;
        Ok(Items {
            items: items.map(Value).collect::<Vec<_>>().into_iter(),
            at: 0,
        })
    }

    #[inline(never)]
    fn members(self) -> Result<Members<'t, 'r>, Error> {
        let members = self.0.to_object().map_err(|_| other())?;
        let members = members.map(|(name, value)| (Value(name), Value(value)));
        Ok(Members {
            members: members.collect::<Vec<_>>().into_iter(),
            current: None,
        })
    }

    /// Reads a variant: its name, or an object whose only key is its name.
    #[inline(never)]
    fn variant(self) -> Result<Variant<'t, 'r>, Error> {
        if self.0.kind() == JsonValueKind::String {
            return Ok(Variant {
                name: self,
                content: None,
            });
        }
        let mut members = self.members()?.members;
        match (members.next(), members.next()) {
            (Some((name, content)), None) => Ok(Variant {
                name,
                content: Some(content),
            }),
            _ => Err(other()),
        }
    }

    #[inline(never)]
    fn is_null(self) -> bool {
        self.0.kind() == JsonValueKind::Null
    }
}

/// Each kind of value goes straight to the one method of the visitor that takes it.
macro_rules! deserialize {
    ($($method:ident)* => $get:ident $visit:ident) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit(self.$get()?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Value<'_, '_> {
    type Error = Error;

    deserialize!(deserialize_bool => truth visit_bool);
    deserialize!(
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 => number visit_u64
    );
    deserialize!(
        deserialize_str deserialize_string deserialize_char deserialize_identifier
        => text visit_string
    );
    deserialize!(deserialize_seq => items visit_seq);
    deserialize!(deserialize_map => members visit_map);

    /// Only types that look at what is there ask for this; none of ours does.
    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(other())
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_null() {
            visitor.visit_unit()
        } else {
            Err(other())
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(self.members()?)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(self.variant()?)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u128 f32 f64 bytes byte_buf unit_struct tuple_struct
    }
}

struct Items<'t, 'r> {
    items: std::vec::IntoIter<Value<'t, 'r>>,
    at: usize,
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some(item) = self.items.next() else {
            return Ok(None);
        };
        let at = self.at;
        self.at += 1;
        match seed.deserialize(item) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(error.in_item(at)),
        }
    }
}

struct Members<'t, 'r> {
    members: std::vec::IntoIter<(Value<'t, 'r>, Value<'t, 'r>)>,
    current: Option<(Value<'t, 'r>, Value<'t, 'r>)>,
}

impl<'de> MapAccess<'de> for Members<'_, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        self.current = self.members.next();
        match self.current {
            Some((name, _)) => seed.deserialize(name).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let (name, value) = self.current.ok_or_else(other)?;
        seed.deserialize(value)
            .map_err(|error| in_member(error, name))
    }
}

#[inline(never)]
fn in_member(error: Error, name: Value<'_, '_>) -> Error {
    match name.text() {
        Ok(name) => error.within(&name),
        Err(_) => error,
    }
}

struct Variant<'t, 'r> {
    name: Value<'t, 'r>,
    content: Option<Value<'t, 'r>>,
}

impl<'de> EnumAccess<'de> for Variant<'_, '_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        Ok((seed.deserialize(self.name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, '_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.content {
            Some(content) if !content.is_null() => Err(other()),
            _ => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.content.ok_or_else(other)?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.content.ok_or_else(other)?.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let content = self.content.ok_or_else(other)?;
        content.deserialize_struct("", &[], visitor)
    }
}
