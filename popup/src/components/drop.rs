//! Where files can be dropped: while they are held over it, it says so.

use super::parts::Dispatch;
use crate::state::{Action, FileEdit};
use crate::{attach, chosen};
use ipc::ContactId;
use wasm_bindgen::JsCast;
use web_sys::{Element, Node};
use yew::prelude::*;

/// Set while files are held over a place. No other attribute of its element depends on what happens there.
const HELD: &str = "data-held";

/// What a place does with files.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) over: Callback<DragEvent>,
    pub(super) leave: Callback<DragEvent>,
    pub(super) drop: Callback<DragEvent>,
}

/// Returns what an element does that this selector finds, and that takes files for a contact.
pub(super) fn place(selector: &'static str, contact: &ContactId, dispatch: &Dispatch) -> Place {
    let mark = move |event: &DragEvent, held: bool| {
        let Some(place) = place_of(event, selector) else {
            return;
        };
        // A valid name is always taken.
        let _ = if held {
            place.set_attribute(HELD, "")
        } else {
            place.remove_attribute(HELD)
        };
    };
    let (dispatch, contact) = (dispatch.clone(), contact.clone());
    Place {
        over: Callback::from(move |event: DragEvent| {
            if chosen::invites_drop(&event) {
                mark(&event, true);
            }
        }),
        leave: Callback::from(move |event: DragEvent| {
            let to = event.related_target();
            let to = to.and_then(|to| to.dyn_into::<Node>().ok());
            let inside =
                place_of(&event, selector).is_some_and(|place| place.contains(to.as_ref()));
            if !inside || to.is_none() {
                mark(&event, false);
            }
        }),
        drop: Callback::from(move |event: DragEvent| {
            mark(&event, false);
            let files = attach::keep(chosen::dropped(&event));
            if !files.is_empty() {
                dispatch.emit(Action::File(FileEdit::Chosen(contact.clone(), files)));
            }
        }),
    }
}

fn place_of(event: &DragEvent, selector: &str) -> Option<Element> {
    let target = event.target()?.dyn_into::<Node>().ok()?;
    let element = match target.dyn_into::<Element>() {
        Ok(element) => element,
        Err(text) => text.parent_element()?,
    };
    element.closest(selector).ok()?
}
