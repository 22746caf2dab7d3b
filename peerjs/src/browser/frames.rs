//! Frames of a page, in whose windows connections are made.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, RtcConfiguration, RtcPeerConnection};

/// An empty frame of the page, with a window of its own. It is removed when dropped.
#[derive(Debug)]
pub(super) struct Frame(Element);

impl Frame {
    /// Adds one to the page.
    ///
    /// # Errors
    /// Where there is no page.
    pub(super) fn open() -> Result<Self, JsValue> {
        let document = web_sys::window().and_then(|window| window.document());
        let document = document.ok_or("no document")?;
        let root = document.document_element().ok_or("no element")?;
        let frame = Self(document.create_element("iframe")?);
        root.append_child(&frame.0)?;
        Ok(frame)
    }

    /// Makes a connection of its window.
    ///
    /// # Errors
    /// Where the browser does not make it.
    pub(super) fn connection(
        &self,
        configuration: &RtcConfiguration,
    ) -> Result<RtcPeerConnection, JsValue> {
        let window = Reflect::get(&self.0, &"contentWindow".into())?;
        let class = Reflect::get(&window, &"RTCPeerConnection".into())?;
        // A class of another window is an instance of that window's `Function`.
        let class = class.unchecked_ref::<Function>();
        Reflect::construct(class, &Array::of1(configuration)).map(JsValue::unchecked_into)
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        self.0.remove();
    }
}
