//! Types straight from JS values, for the background: it stays small without a JSON parser.
//!
//! Takes what has crossed `runtime.sendMessage`: objects, arrays, texts, booleans and whole numbers.
//! Errors only say that something was wrong; the caller is a page of the same program.

use js_sys::{Array, Object, Reflect};
use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer,
    MapAccess, SeqAccess, VariantAccess, Visitor,
};
use std::fmt;
use wasm_bindgen::{JsCast, JsValue};

/// The value is not of that type.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a value of another type")]
pub struct OtherType;

impl serde::de::Error for OtherType {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// The value of a type.
///
/// # Errors
/// Where it is of another type.
pub fn from_js<T: DeserializeOwned>(value: &JsValue) -> Result<T, OtherType> {
    T::deserialize(Value(value.clone()))
}

struct Value(JsValue);

impl Value {
    fn is_nothing(&self) -> bool {
        self.0.is_null() || self.0.is_undefined()
    }

    /// Whatever realm it is of.
    fn object(&self) -> Result<&Object, OtherType> {
        if self.0.is_object() {
            Ok(self.0.unchecked_ref())
        } else {
            Err(OtherType)
        }
    }

    fn entries(&self) -> Result<Entries, OtherType> {
        let object = self.object()?;
        Ok(Entries {
            all: Object::entries(object),
            next: 0,
            value: None,
        })
    }

    fn field(&self, name: &str) -> Result<Self, OtherType> {
        Reflect::get(&self.0, &name.into())
            .map(Self)
            .map_err(|_| OtherType)
    }
}

impl<'de> Deserializer<'de> for Value {
    type Error = OtherType;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, OtherType> {
        if let Some(text) = self.0.as_string() {
            visitor.visit_string(text)
        } else if let Some(number) = self.0.as_f64() {
            whole(number).and_then(|number| visitor.visit_u64(number))
        } else if let Some(truth) = self.0.as_bool() {
            visitor.visit_bool(truth)
        } else if self.is_nothing() {
            visitor.visit_unit()
        } else if Array::is_array(&self.0) {
            visitor.visit_seq(Items(Array::from(&self.0), 0))
        } else {
            visitor.visit_map(self.entries()?)
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, OtherType> {
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
    ) -> Result<V::Value, OtherType> {
        visitor.visit_newtype_struct(self)
    }

    /// A variant is its name, or an object whose only key is its name.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, OtherType> {
        if let Some(name) = self.0.as_string() {
            return visitor.visit_enum(Variant {
                name,
                content: Self(JsValue::UNDEFINED),
            });
        }
        let keys = Object::keys(self.object()?);
        let name = keys
            .get(0)
            .as_string()
            .filter(|_| keys.length() == 1)
            .ok_or(OtherType)?;
        let content = self.field(&name)?;
        visitor.visit_enum(Variant { name, content })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "what changes on the way is refused"
)]
fn whole(number: f64) -> Result<u64, OtherType> {
    let whole = number as u64;
    if whole as f64 == number {
        Ok(whole)
    } else {
        Err(OtherType)
    }
}

struct Entries {
    all: Array,
    next: u32,
    value: Option<JsValue>,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = OtherType;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, OtherType> {
        if self.next >= self.all.length() {
            return Ok(None);
        }
        let entry = Array::from(&self.all.get(self.next));
        self.next += 1;
        self.value = Some(entry.get(1));
        seed.deserialize(Value(entry.get(0))).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, OtherType> {
        seed.deserialize(Value(self.value.take().ok_or(OtherType)?))
    }
}

struct Items(Array, u32);

impl<'de> SeqAccess<'de> for Items {
    type Error = OtherType;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, OtherType> {
        if self.1 >= self.0.length() {
            return Ok(None);
        }
        let item = self.0.get(self.1);
        self.1 += 1;
        seed.deserialize(Value(item)).map(Some)
    }
}

struct Variant {
    name: String,
    content: Value,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = OtherType;
    type Variant = Value;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Value), OtherType> {
        let name: StringDeserializer<OtherType> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self.content))
    }
}

impl<'de> VariantAccess<'de> for Value {
    type Error = OtherType;

    fn unit_variant(self) -> Result<(), OtherType> {
        if self.is_nothing() {
            Ok(())
        } else {
            Err(OtherType)
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, OtherType> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, OtherType> {
        Err(OtherType::custom("not in use"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, OtherType> {
        self.deserialize_any(visitor)
    }
}
