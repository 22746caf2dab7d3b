//! The bytes of pieces in memory.

use chrome::{float, settled};
use js_sys::{Array, ArrayBuffer};
use std::ops::Range;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{File, MessageChannel};

/// Reads a range of a file, which has to be there whole.
pub(in crate::browser) async fn slice(
    file: &File,
    range: Range<u64>,
) -> Result<ArrayBuffer, String> {
    let part = file.slice_with_f64_and_f64(float(range.start), float(range.end));
    let part = part.map_err(|error| chrome::text(&error))?;
    let bytes = settled(Ok(part.array_buffer().into())).await?;
    let bytes: ArrayBuffer = bytes.unchecked_into();
    if u64::from(bytes.byte_length()) == range.end - range.start {
        Ok(bytes)
    } else {
        Err("it has become shorter".to_owned())
    }
}

/// Frees a buffer now, and not when there is time: pieces come faster than that. What a browser has made itself it keeps
/// until it collects garbage, wherever the buffer was transferred to, unless nobody can take it there.
pub(super) fn free(buffer: &ArrayBuffer) {
    thread_local! {
        static AWAY: Option<MessageChannel> = away();
    }
    AWAY.with(|away| {
        if let Some(away) = away {
            let given = Array::of1(buffer);
            // One that cannot be freed so is collected.
            let _ = away
                .port1()
                .post_message_with_transferable(&JsValue::NULL, &given);
        }
    });
}

/// Returns a channel of which nothing comes out.
fn away() -> Option<MessageChannel> {
    let channel = MessageChannel::new().ok()?;
    channel.port2().close();
    Some(channel)
}
