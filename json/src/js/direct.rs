//! Types straight from JavaScript values.
//!
//! This does what serde-wasm-bindgen does, without what these types never use, in a third of its
//! size: nothing here is generic over the visited type beyond the one call that visits. Its errors
//! name what was expected, and never the value.

use super::names::js_names;
use js_sys::{Array, Object, Reflect};
use serde::Serialize;
use serde::de::value::U64Deserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde_wasm_bindgen::Serializer;
use std::fmt;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};

/// Returns the JavaScript value of a value.
///
/// # Errors
/// Where the type has no JSON shape.
pub fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, Error> {
    // An error of the serializer may repeat a value, so it is not passed on.
    let written = value.serialize(&Serializer::json_compatible());
    written.map_err(|_| Error("a value has no JSON shape"))
}

/// Returns the value of a type. An absent field counts as `null`; `#[serde(default)]` has no effect.
///
/// # Errors
/// Where `value` is of another shape.
pub fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, Error> {
    T::deserialize(Value(value))
}

/// What is wrong, without the value itself, which may be private.
#[derive(Debug)]
pub struct Error(&'static str);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Error {}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self("a value is not allowed")
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn serde::de::Expected) -> Self {
        Self("a value has the wrong type")
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn serde::de::Expected) -> Self {
        Self("a value is out of range")
    }

    fn invalid_length(_: usize, _: &dyn serde::de::Expected) -> Self {
        Self("a list has the wrong length")
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self("a variant is not known")
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self("a field is not known")
    }

    fn missing_field(field: &'static str) -> Self {
        Self(field)
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self(field)
    }
}

struct Value(JsValue);

impl Value {
    fn string(&self) -> Result<String, Error> {
        let wrong = Error("a text was expected");
        self.0.as_string().ok_or(wrong)
    }

    /// JavaScript has one kind of number; a whole one below 2^53 is exact.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole, positive and small enough"
    )]
    fn whole(&self) -> Result<u64, Error> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let number = self.0.as_f64();
        let whole = number.filter(|n| (0.0..EXACT).contains(n) && n.fract() == 0.0);
        whole
            .map(|number| number as u64)
            .ok_or(Error("a whole number was expected"))
    }

    fn is_nothing(&self) -> bool {
        self.0.is_null() || self.0.is_undefined()
    }

    fn items(&self) -> Result<Elements<Items>, Error> {
        let items: &Array = self.0.dyn_ref().ok_or(Error("a list was expected"))?;
        Ok(Elements(Items::of(items.clone())))
    }

    fn fields(self, names: &'static [&'static str]) -> Result<Elements<Fields>, Error> {
        if !self.0.is_object() {
            return Err(Error("an object was expected"));
        }
        Ok(Elements(Fields {
            object: self.0,
            names: js_names(names),
            next: 0,
        }))
    }

    fn entries(&self) -> Result<Entries, Error> {
        let object: &Object = self.0.dyn_ref().ok_or(Error("an object was expected"))?;
        Ok(Entries {
            items: Items::of(Object::entries(object)),
            value: JsValue::UNDEFINED,
        })
    }
}

macro_rules! whole_numbers {
    ($($method:ident)*) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
                visitor.visit_u64(self.whole()?)
            }
        )*
    };
}

impl<'de> Deserializer<'de> for Value {
    type Error = Error;

    /// Whatever is forwarded below arrives here: tuples, for one.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Some(flag) = self.0.as_bool() {
            visitor.visit_bool(flag)
        } else if let Some(text) = self.0.as_string() {
            visitor.visit_string(text)
        } else if self.0.as_f64().is_some() {
            visitor.visit_u64(self.whole()?)
        } else if self.is_nothing() {
            visitor.visit_unit()
        } else if self.0.is_array() {
            visitor.visit_seq(self.items()?)
        } else {
            visitor.visit_map(self.entries()?)
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let flag = self.0.as_bool();
        visitor.visit_bool(flag.ok_or(Error("true or false was expected"))?)
    }

    whole_numbers! {
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.string()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.string()?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.string()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_nothing() {
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

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self.entries()?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_seq(self.fields(names)?)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(Variant::of(&self, names)?)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct
    }
}

/// Values one after the other.
struct Elements<I>(I);

impl<'de, I: Iterator<Item = Value>> SeqAccess<'de> for Elements<I> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        self.0
            .next()
            .map(|value| seed.deserialize(value))
            .transpose()
    }
}

/// The items of an array.
struct Items {
    items: Array,
    next: u32,
}

impl Items {
    fn of(items: Array) -> Self {
        Self { items, next: 0 }
    }
}

impl Iterator for Items {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        let at = self.next;
        self.next = at.saturating_add(1);
        (at < self.items.length()).then(|| Value(self.items.get(at)))
    }
}

/// The fields of a struct in its own order. No field has to be recognised by its name, which takes
/// half the code of reading entries as they come.
struct Fields {
    object: JsValue,
    names: Rc<[JsValue]>,
    next: usize,
}

impl Iterator for Fields {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        let name = self.names.get(self.next)?;
        self.next += 1;
        // Reading a field of an object of ours does not fail.
        Some(Value(Reflect::get(&self.object, name).unwrap_or_default()))
    }
}

struct Entries {
    /// Pairs of a key and a value.
    items: Items,
    value: JsValue,
}

impl Entries {
    fn take(&mut self) -> Option<String> {
        let pair: Array = self.items.next()?.0.dyn_into().ok()?;
        self.value = pair.get(1);
        pair.get(0).as_string()
    }
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        match self.take() {
            Some(key) => seed.deserialize(key.as_str().into_deserializer()).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(Value(std::mem::take(&mut self.value)))
    }
}

/// A variant: `"name"`, or `{"name": value}`. The name is looked up here, once for all enums, and
/// passed on as its index.
struct Variant {
    place: u64,
    value: JsValue,
}

impl Variant {
    fn of(value: &Value, names: &[&str]) -> Result<Self, Error> {
        let (name, value) = if let Some(name) = value.0.as_string() {
            (name, JsValue::UNDEFINED)
        } else {
            let mut entries = value.entries()?;
            let name = entries.take().ok_or(Error("a variant was expected"))?;
            (name, entries.value)
        };
        let mut places = 0..;
        let place = names
            .iter()
            .zip(&mut places)
            .find(|(known, _)| **known == name);
        let (_, place) = place.ok_or(Error("a variant is not known"))?;
        Ok(Self { place, value })
    }
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Error;
    type Variant = Content;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content), Error> {
        let place: U64Deserializer<Error> = self.place.into_deserializer();
        Ok((seed.deserialize(place)?, Content(self.value)))
    }
}

/// What a variant holds.
struct Content(JsValue);

impl<'de> VariantAccess<'de> for Content {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(Value(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        Value(self.0).deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_seq(Value(self.0).fields(names)?)
    }
}
