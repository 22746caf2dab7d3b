//! Raw bytes on a data channel, beside its messages: binary messages that begin with a zero byte, which no JSON does.
//! They pass between the channel and the owner, and never through the endpoint.

use super::waiting::Waiting;
use crate::limits::{BYTES_KEPT, BYTES_MAX};
use js_sys::{ArrayBuffer, Uint8Array};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use web_sys::RtcDataChannel;

/// What takes the bytes that come: of each message one buffer, whose first byte is not of them.
pub type Sink = Rc<dyn Fn(ArrayBuffer)>;

/// The bytes of a channel. A copy is of the same channel.
#[derive(Clone)]
pub struct Bytes(Rc<Inner>);

struct Inner {
    channel: RtcDataChannel,
    sink: RefCell<Option<Sink>>,
    ended: Cell<bool>,
    waiting: Waiting,
}

impl Bytes {
    pub(super) fn new(channel: RtcDataChannel) -> Self {
        Self(Rc::new(Inner {
            channel,
            sink: RefCell::default(),
            ended: Cell::default(),
            waiting: Waiting::default(),
        }))
    }

    /// Hands what comes to the owner from now on.
    pub(super) fn take_to(&self, sink: Sink) {
        self.0.sink.replace(Some(sink));
    }

    /// Hands a binary message on, where it is one of bytes, and the owner takes them.
    pub(super) fn took(&self, message: &ArrayBuffer) -> bool {
        let sink = self.0.sink.borrow().clone();
        let Some(sink) = sink.filter(|_| is_of_bytes(message)) else {
            return false;
        };
        sink(message.clone());
        true
    }

    /// Notes that little waits in the channel.
    pub(super) fn drained(&self) {
        self.0.waiting.wake();
    }

    /// Notes that nothing more is to be sent.
    pub(super) fn end(&self) {
        self.0.ended.set(true);
        self.0.waiting.wake();
    }

    /// Sends all of this, at the pace of the channel and for as long as it `goes_on`. Returns whether it was all handed to
    /// the browser.
    pub async fn send(&self, bytes: &Uint8Array, goes_on: impl Fn() -> bool) -> bool {
        let Inner {
            channel,
            ended,
            waiting,
            ..
        } = &*self.0;
        channel.set_buffered_amount_low_threshold(BYTES_KEPT / 2);
        // The first byte is zero and stays so; what is sent is copied by the browser.
        let message = Uint8Array::new_with_length(BYTES_MAX);
        let length = bytes.length();
        let mut at = 0;
        while at < length {
            while channel.buffered_amount() > BYTES_KEPT && !ended.get() && goes_on() {
                waiting.wait().await;
            }
            let upto = length.min(at + BYTES_MAX - 1);
            message.set(&bytes.subarray(at, upto), 1);
            let part = message.subarray(0, upto - at + 1);
            let is_sent = !ended.get() && goes_on() && {
                let sent = channel.send_with_array_buffer_view(&part);
                sent.is_ok()
            };
            if !is_sent {
                return false;
            }
            at = upto;
        }
        true
    }
}

fn is_of_bytes(message: &ArrayBuffer) -> bool {
    let length = message.byte_length();
    let first = || Uint8Array::new_with_byte_offset_and_length(message, 0, 1).get_index(0);
    (1..=BYTES_MAX).contains(&length) && first() == 0
}
