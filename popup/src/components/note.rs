//! A note to a stranger: the button that opens its form, and the form.

use super::ids::{field_id, note_button_id};
use super::parts::{Dispatch, bytes_left, icon, on};
use crate::i18n::{Text, t};
use crate::state::{Action, NOTE, NoteEdit, NoteForm};
use crate::{browser, words};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The id of the form.
const FORM: &str = "note-form";

/// From here on, the bytes that are left are shown.
const NEAR_LIMIT: i64 = 80;

/// Returns the button that opens the form in the row of a stranger, and closes it.
pub(super) fn note_button(
    stranger: &str,
    open: bool,
    busy: bool,
    name_id: &str,
    dispatch: &Dispatch,
) -> Html {
    let toggle = Action::Note(NoteEdit::Toggle(stranger.to_owned()));
    // What is open can always be closed.
    let busy = busy && !open;
    let onclick = (!busy).then(|| on(dispatch, toggle));
    html! {
        <button type="button" id={note_button_id(stranger)} class="soft icon-only" {onclick}
            aria-label={t(Text::AddNote)} title={t(Text::AddNote)}
            aria-expanded={open.to_string()} aria-controls={open.then_some(FORM)}
            aria-disabled={busy.to_string()} aria-describedby={name_id.to_owned()}>
            { icon("note") }
        </button>
    }
}

/// Returns the form; `busy` while the stranger is being asked.
pub(super) fn note_form(form: &NoteForm, busy: bool, name_id: &str, dispatch: &Dispatch) -> Html {
    let id = field_id(NOTE);
    let onsubmit = dispatch.reform(|event: SubmitEvent| {
        event.prevent_default();
        Action::Note(NoteEdit::Send)
    });
    let oninput = dispatch.reform(|event: InputEvent| {
        let text = event.target_unchecked_into::<HtmlInputElement>().value();
        Action::Note(NoteEdit::Text(text))
    });
    let wrong = form.refusal.is_some() || form.room() < 0;
    html! {
        <form id={FORM} class="note-form" {onsubmit}>
            <label for={id.clone()}>{ t(Text::Note) }</label>
            <div class="join-row">
                <input {id} type="text" value={form.text.clone()} {oninput} dir="auto"
                    autocomplete="off" aria-invalid={wrong.to_string()}
                    aria-describedby="note-said" />
                <button type="submit" class="primary" aria-disabled={busy.to_string()}
                    aria-describedby={name_id.to_owned()}>
                    { t(Text::Connect) }
                </button>
            </div>
            <div id="note-said" class="note-said" aria-live="polite">
                if let Some(refusal) = &form.refusal {
                    <p class="error">{ words::refusal(refusal) }</p>
                }
                { bytes_left(form.room(), NEAR_LIMIT) }
            </div>
        </form>
    }
}

/// Returns what closes the form on Escape, which then neither closes the popup nor leaves the page
/// beside the lists.
pub(super) fn on_escape(dispatch: &Dispatch) -> Callback<KeyboardEvent> {
    let dispatch = dispatch.clone();
    Callback::from(move |event: KeyboardEvent| {
        if browser::is_escape(&event) {
            event.prevent_default();
            event.stop_propagation();
            dispatch.emit(Action::Note(NoteEdit::Close));
        }
    })
}
