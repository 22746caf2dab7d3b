//! Frames that are changed by choice: a value somewhere in the JSON, or some bytes.

use crate::script::Script;
use serde_json::{Value, json};

/// Returns a frame with one change; `texts` are such as have a meaning where it goes.
pub fn bend(script: &mut Script<'_>, frame: &str, texts: &[String]) -> Vec<u8> {
    match (serde_json::from_str::<Value>(frame), script.below(8)) {
        (Ok(mut value), 1..) => {
            let places = count(&value);
            let at = script.below(places);
            change(&mut value, at, &mut |value| replace(script, value, texts));
            value.to_string().into_bytes()
        }
        (_, choice) => cut(script, frame, choice),
    }
}

/// Returns how many values there are in a value, itself included.
fn count(value: &Value) -> usize {
    let below: usize = match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    };
    below + 1
}

/// Changes the value at a place. Returns how many places are left to go, where it was not among these.
fn change(value: &mut Value, at: usize, how: &mut dyn FnMut(&mut Value)) -> Option<usize> {
    let Some(mut left) = at.checked_sub(1) else {
        how(value);
        return None;
    };
    let mut below: Vec<&mut Value> = match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(members) => members.values_mut().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for value in &mut below {
        left = change(value, left, how)?;
    }
    Some(left)
}

fn replace(script: &mut Script<'_>, value: &mut Value, texts: &[String]) {
    let number = value.as_u64().unwrap_or(1);
    *value = match script.below(16) {
        0 => Value::Null,
        1 => json!(0),
        2 => json!(number.wrapping_add(1)),
        3 => json!(number.wrapping_sub(1)),
        4 => json!(u64::MAX),
        5 => json!(1_u64 << 53),
        6 => json!(u32::MAX),
        7 => json!(-1),
        8 => json!(script.flip()),
        9 => json!(script.text()),
        10 => json!("x".repeat(1 << script.below(14))),
        11 => json!([value.clone(), value.clone()]),
        12 => json!([]),
        13 => json!({ "type": value.clone() }),
        _ => script.one(texts).map_or(Value::Null, |text| json!(text)),
    };
}

/// Changes the bytes of a frame.
fn cut(script: &mut Script<'_>, frame: &str, choice: usize) -> Vec<u8> {
    let mut bytes = frame.as_bytes().to_vec();
    let at = (script.below(256) * 64 + script.below(64)) % bytes.len().max(1);
    match choice % 4 {
        0 => bytes.truncate(at),
        1 => bytes.extend_from_slice(frame.as_bytes()),
        2 => bytes
            .splice(at..at, std::iter::repeat_n(b'[', 4_000))
            .for_each(drop),
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = script.byte();
            }
        }
    }
    // An empty frame is none.
    bytes.truncate(mesh_chat::limits::FRAME_BYTES);
    if bytes.is_empty() { vec![b'0'] } else { bytes }
}
