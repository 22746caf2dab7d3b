//! The names of fields, as JavaScript has them.

use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// The names of the fields of a type, as Rust and as JavaScript has them.
type Names = (&'static [&'static str], Rc<[JsValue]>);

thread_local! {
    /// Those of every type that was read.
    static NAMES: RefCell<Vec<Names>> = const { RefCell::new(Vec::new()) };
}

/// Returns names as JavaScript has them. They are made once for each type: a list of a thousand people would
/// have fourteen thousand.
pub(super) fn js_names(names: &'static [&'static str]) -> Rc<[JsValue]> {
    NAMES.with_borrow_mut(|known| {
        // By where they are: two types with the same names are as good as one.
        if let Some((_, made)) = known.iter().find(|(of, _)| std::ptr::eq(*of, names)) {
            return Rc::clone(made);
        }
        let made: Rc<[JsValue]> = names.iter().map(|name| JsValue::from_str(name)).collect();
        known.push((names, Rc::clone(&made)));
        made
    })
}
