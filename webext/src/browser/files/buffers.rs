//! The bytes of pieces in memory.

use chrome::settled;
use ipc::limits::PIECE_BYTES;
use js_sys::{Array, ArrayBuffer};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{File, MessageChannel};

/// Reads a piece of a file, which has to be there whole.
pub(super) async fn slice(file: &File, number: u64, length: u32) -> Result<ArrayBuffer, String> {
    let from = float(number) * f64::from(PIECE_BYTES);
    let part = file.slice_with_f64_and_f64(from, from + f64::from(length));
    let part = part.map_err(|error| chrome::text(&error))?;
    let bytes = settled(Ok(part.array_buffer().into())).await?;
    let bytes: ArrayBuffer = bytes.unchecked_into();
    if bytes.byte_length() == length {
        Ok(bytes)
    } else {
        Err("it has become shorter".to_owned())
    }
}

/// Frees a buffer now, and not when there is time: pieces come faster than that. What a browser has made itself it keeps
/// until it collects garbage, unless it is sent somewhere.
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

/// Returns where nobody listens.
fn away() -> Option<MessageChannel> {
    let channel = MessageChannel::new().ok()?;
    channel.port2().start();
    Some(channel)
}

/// Returns a size as JavaScript has it.
#[expect(
    clippy::cast_precision_loss,
    reason = "sizes of files are below what is exact"
)]
pub(super) fn float(number: u64) -> f64 {
    number as f64
}
