//! The data channel of a connection.

use super::bytes::Bytes;
use super::handle::Handle;
use super::stats;
use super::tasks::Tasks;
use crate::backlog::{Backlog, Verdict};
use crate::io::{RtcId, RtcInput};
use crate::limits::MESSAGE_MAX;
use js_sys::{ArrayBuffer, JsString, Uint8Array};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    MessageEvent, RtcDataChannel, RtcDataChannelState, RtcDataChannelType, RtcPeerConnection,
};

/// The data channel. Silent, and closed, when dropped.
pub(super) struct Channel {
    channel: RtcDataChannel,
    bytes: Bytes,
    _on_open: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut()>,
    backlog: Rc<RefCell<Backlog>>,
    _on_low: Closure<dyn FnMut()>,
    id: RtcId,
    handle: Handle,
}

impl Channel {
    pub(super) fn new(
        id: RtcId,
        (connection, tasks): (&RtcPeerConnection, &Tasks),
        channel: RtcDataChannel,
        handle: &Handle,
    ) -> Self {
        channel.set_binary_type(RtcDataChannelType::Arraybuffer);
        let (of, run, driver) = (connection.clone(), tasks.clone(), handle.clone());
        let on_open = Closure::new(move || report_open(id, &of, &run, &driver));
        let bytes = Bytes::new(channel.clone());
        let (driver, taken) = (handle.clone(), bytes.clone());
        let on_message = Closure::new(move |event: MessageEvent| {
            if let Some(message) = message(&event, &taken) {
                driver.rtc(id, RtcInput::Data(message));
            }
        });
        let driver = handle.clone();
        let on_close = Closure::new(move || driver.rtc(id, RtcInput::Closed));
        let backlog = Rc::new(RefCell::new(Backlog::default()));
        let (drained, sending) = (Rc::clone(&backlog), bytes.clone());
        let on_low = Closure::new(move || {
            drained.borrow_mut().drained();
            sending.drained();
        });
        channel.set_buffered_amount_low_threshold(Backlog::LOW);
        channel.set_onbufferedamountlow(Some(on_low.as_ref().unchecked_ref()));
        channel.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        channel.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        // Announced when already open, a channel need not say so again.
        if channel.ready_state() == RtcDataChannelState::Open {
            report_open(id, connection, tasks, handle);
        }
        Self {
            channel,
            bytes,
            _on_open: on_open,
            _on_message: on_message,
            _on_close: on_close,
            backlog,
            _on_low: on_low,
            id,
            handle: handle.clone(),
        }
    }

    pub(super) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Sends a message. Returns false where that is not possible any more, and where the other end
    /// has not read for so long that too much waits.
    pub(super) fn send(&self, message: &[u8]) -> bool {
        if self.channel.send_with_u8_array(message).is_err() {
            return false;
        }
        let verdict = self
            .backlog
            .borrow_mut()
            .sent(self.channel.buffered_amount());
        if verdict == Verdict::Suspect {
            let (handle, id) = (self.handle.clone(), self.id);
            spawn_local(async move { handle.rtc(id, RtcInput::Suspect) });
        }
        verdict != Verdict::TooMuch
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.set_onopen(None);
        self.channel.set_onmessage(None);
        self.channel.set_onclose(None);
        self.channel.set_onbufferedamountlow(None);
        self.bytes.end();
        // The other end hears it now; the connection is closed a moment later.
        self.channel.close();
    }
}

/// Finds out where the other end is, then reports that the channel is open.
fn report_open(id: RtcId, connection: &RtcPeerConnection, tasks: &Tasks, handle: &Handle) {
    let (connection, handle) = (connection.clone(), handle.clone());
    tasks.spawn(async move {
        let selected = stats::selected_remote(&connection).await;
        let local = connection.current_local_description();
        let remote = connection.current_remote_description();
        let (Some(local), Some(remote)) = (local, remote) else {
            return;
        };
        handle.rtc(
            id,
            RtcInput::Open {
                local: local.sdp(),
                remote: remote.sdp(),
                selected,
            },
        );
    });
}

/// Returns what a message has; of one that is too long, just enough to show that. Nothing where it was of bytes, and the
/// owner has taken them.
fn message(event: &MessageEvent, bytes: &Bytes) -> Option<Vec<u8>> {
    const ENOUGH: u32 = MESSAGE_MAX as u32 + 1;
    let data = match event.data().dyn_into::<JsString>() {
        Ok(text) => return Some(String::from(text.slice(0, ENOUGH)).into_bytes()),
        Err(data) => data,
    };
    // The binary type says so. It is none of this window's buffers where another window made the connection.
    let buffer = data.unchecked_into::<ArrayBuffer>();
    let frame = || Uint8Array::new(&buffer.slice_with_end(0, ENOUGH)).to_vec();
    (!bytes.took(&buffer)).then(frame)
}
