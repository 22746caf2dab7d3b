//! The browser's Unicode tables, for the core.

use js_sys::{Array, JsString, Object, Reflect};
use mesh_chat::name::Unicode;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Intl)]
    type Segmenter;
    #[wasm_bindgen(constructor, js_namespace = Intl)]
    fn new(locale: &JsValue, options: &Object) -> Segmenter;
    #[wasm_bindgen(method)]
    fn segment(this: &Segmenter, text: &str) -> JsValue;
}

/// The tables, and a segmenter that is made once.
pub(crate) struct BrowserUnicode(Segmenter);

impl Default for BrowserUnicode {
    fn default() -> Self {
        let options = Object::new();
        // An object that was just made takes any property.
        let _ = Reflect::set(&options, &"granularity".into(), &"grapheme".into());
        Self(Segmenter::new(&JsValue::UNDEFINED, &options))
    }
}

impl Unicode for BrowserUnicode {
    fn nfc(&self, text: &str) -> String {
        JsString::from(text).normalize("NFC").into()
    }

    fn folded(&self, text: &str) -> String {
        let decomposed = JsString::from(text).normalize("NFKD");
        decomposed.to_lower_case().into()
    }

    fn graphemes(&self, text: &str) -> usize {
        // The count is at most the length of the text, far below 2^32.
        Array::from(&self.0.segment(text)).length() as usize
    }
}
