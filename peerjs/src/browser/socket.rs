//! One WebSocket of an endpoint.

use super::handle::Handle;
use crate::io::{SocketId, SocketInput};
use crate::limits::SERVER_FRAME_MAX;
use js_sys::JsString;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{MessageEvent, WebSocket};

/// Closed, and silent, when dropped.
pub(super) struct Socket {
    socket: WebSocket,
    _on_open: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut()>,
}

impl Socket {
    /// Opens a socket. Returns `None` where the browser does not accept the URL.
    pub(super) fn open(id: SocketId, url: &str, handle: &Handle) -> Option<Self> {
        let socket = WebSocket::new(url).ok()?;
        let driver = handle.clone();
        let on_open = Closure::new(move || driver.socket(id, SocketInput::Opened));
        let driver = handle.clone();
        let on_message = Closure::new(move |event: MessageEvent| {
            if let Some(text) = text(&event) {
                driver.socket(id, SocketInput::Frame(text));
            }
        });
        let driver = handle.clone();
        let on_close = Closure::new(move || driver.socket(id, SocketInput::Closed));
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Some(Self {
            socket,
            _on_open: on_open,
            _on_message: on_message,
            _on_close: on_close,
        })
    }

    /// Sends a frame. One that cannot be sent is lost: the missing echo will show it.
    pub(super) fn send(&self, text: &str) {
        if self.socket.send_with_str(text).is_err() {
            tracing::debug!("socket does not take a frame");
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // Fails for a bad code only.
        let _ = self.socket.close();
    }
}

/// Returns a text frame of acceptable size; a longer one is not even copied.
fn text(event: &MessageEvent) -> Option<String> {
    let text = event.data().dyn_into::<JsString>().ok()?;
    (text.length() as usize <= SERVER_FRAME_MAX).then(|| String::from(text))
}
