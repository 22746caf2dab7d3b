//! Where a message is written.

use super::parts::{Dispatch, bytes_left, icon};
use crate::i18n::{Text, t};
use crate::state::{Action, ComposerError};
use crate::words;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

/// From here on, the bytes that are left are shown.
const NEAR_LIMIT: i64 = 500;

#[derive(PartialEq, Properties)]
pub(super) struct Props {
    pub(super) draft: String,
    /// Bytes left until the limit.
    pub(super) room: i64,
    pub(super) error: Option<ComposerError>,
    pub(super) dispatch: Dispatch,
}

/// The field and its button.
#[component]
pub(super) fn Composer(props: &Props) -> Html {
    let onsubmit = props.dispatch.reform(|event: SubmitEvent| {
        event.prevent_default();
        Action::Send
    });
    let oninput = props.dispatch.reform(|event: InputEvent| {
        Action::Draft(event.target_unchecked_into::<HtmlTextAreaElement>().value())
    });
    let send = props.dispatch.clone();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if sends(&event) {
            event.prevent_default();
            send.emit(Action::Send);
        }
    });
    let wrong = props.error.is_some() || props.room < 0;
    html! {
        <form class="composer" {onsubmit}>
            { said(props) }
            <div class="composer-row">
                <label class="sr-only" for="composer">{ t(Text::Message) }</label>
                <textarea id="composer" rows="1" dir="auto" placeholder={t(Text::Message)}
                    value={props.draft.clone()} {oninput} {onkeydown} title={t(Text::SendHint)}
                    aria-invalid={wrong.to_string()} aria-describedby="composer-said" />
                <button type="submit" class="primary send">
                    { icon("send") }<span>{ t(Text::Send) }</span>
                </button>
            </div>
        </form>
    }
}

/// Returns whether Enter sends. It does not where it ends a word of an input method, which some
/// browsers report by the key code 229 only.
fn sends(event: &KeyboardEvent) -> bool {
    let plain = !event.shift_key() && !event.ctrl_key() && !event.alt_key() && !event.meta_key();
    event.key() == "Enter" && plain && !event.is_composing() && event.key_code() != 229
}

fn said(props: &Props) -> Html {
    let error = props.error.as_ref().map(|error| match error {
        ComposerError::Refused(refusal) => words::refusal(refusal),
        ComposerError::NotSent => t(Text::NotSent),
    });
    html! {
        <div id="composer-said" class="composer-said" aria-live="polite">
            if let Some(error) = error {
                <p class="error">{ error }</p>
            }
            { bytes_left(props.room, NEAR_LIMIT) }
        </div>
    }
}
