//! Where a message is written.

use super::parts::{Dispatch, bytes_left, icon};
use super::saying;
use crate::attach;
use crate::chosen::{self, Chosen};
use crate::i18n::{Plural, Text, count, t};
use crate::state::{Action, ComposedAbout, ComposerError, FileEdit, MessageEdit};
use crate::words;
use ipc::{ContactId, Place};
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

/// From here on, the bytes that are left are shown.
const NEAR_LIMIT: i64 = 500;

#[derive(PartialEq, Properties)]
pub(super) struct Props {
    pub(super) contact: ContactId,
    /// How many files are being made ready.
    pub(super) preparing: usize,
    pub(super) draft: String,
    /// Bytes left until the limit.
    pub(super) room: i64,
    pub(super) error: Option<ComposerError>,
    /// The message that the text is about.
    pub(super) about: Option<ComposedAbout>,
    /// The name of the contact.
    pub(super) name: AttrValue,
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
    let (dispatch, is_about) = (props.dispatch.clone(), props.about.is_some());
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if let Some(action) = of_key(&event, is_about) {
            event.prevent_default();
            // Escape leaves what the text is about, and not the page.
            event.stop_propagation();
            dispatch.emit(action);
        }
    });
    let files = {
        let (contact, dispatch) = (props.contact.clone(), props.dispatch.clone());
        Callback::from(move |files: Vec<Chosen>| {
            let files = attach::keep(files);
            if !files.is_empty() {
                dispatch.emit(Action::File(FileEdit::Chosen(contact.clone(), files)));
            }
        })
    };
    let onpaste = {
        let files = files.clone();
        Callback::from(move |event: Event| {
            let pasted = chosen::pasted(&event);
            if !pasted.is_empty() {
                event.prevent_default();
                files.emit(pasted);
            }
        })
    };
    let wrong = props.error.is_some() || props.room < 0;
    html! {
        <form class="composer" {onsubmit}>
            { said(props) }
            if let Some(about) = &props.about {
                { saying::about(about.act, about.own, &about.text, &props.name, &props.dispatch) }
            }
            <div class="composer-row">
                <Attach contact={props.contact.clone()} folder=false files={files.clone()} />
                <Attach contact={props.contact.clone()} folder=true {files} />
                <label class="sr-only" for="composer">{ t(Text::Message) }</label>
                <textarea id="composer" rows="1" dir="auto" placeholder={t(Text::Message)}
                    value={props.draft.clone()} {oninput} {onkeydown} {onpaste} title={t(Text::SendHint)}
                    aria-invalid={wrong.to_string()} aria-describedby="composer-about composer-said" />
                <button type="submit" class="primary send">
                    { icon("send") }<span>{ t(Text::Send) }</span>
                </button>
            </div>
        </form>
    }
}

#[derive(PartialEq, Properties)]
struct AttachProps {
    contact: ContactId,
    /// A folder is chosen, and not files.
    folder: bool,
    files: Callback<Vec<Chosen>>,
}

/// The button by which files or a folder are chosen. The dialog for that closes a popup, which would lose what is chosen: from
/// there the chat is opened in a tab.
#[component]
fn Attach(props: &AttachProps) -> Html {
    let input = use_node_ref();
    let onclick = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    let onchange = props
        .files
        .reform(|event: Event| chosen::chosen(&event.target_unchecked_into()));
    let chat = Place::Chat(props.contact.clone()).to_fragment();
    let (sign, label, in_tab) = if props.folder {
        ("folder", Text::FolderAttach, Text::FolderAttachInTab)
    } else {
        ("attach", Text::FileAttach, Text::FileAttachInTab)
    };
    html! {
        <>
            <input ref={input} type="file" multiple=true hidden=true
                webkitdirectory={props.folder} {onchange} />
            <button type="button" class="quiet icon-only attach" aria-label={t(label)}
                title={t(label)} {onclick}>
                { icon(sign) }
            </button>
            <a class="attach-in-tab" href={format!("popup.html{chat}")} target="_blank"
                aria-label={t(in_tab)} title={t(in_tab)}>
                { icon(sign) }
            </a>
        </>
    }
}

/// Returns what a key does: Enter sends; the arrow up in an empty field changes the last own message; Escape leaves what
/// the text is about.
fn of_key(event: &KeyboardEvent, is_about: bool) -> Option<Action> {
    if sends(event) {
        return Some(Action::Send);
    }
    let is_empty = || {
        let field: HtmlTextAreaElement = event.target_unchecked_into();
        field.value().is_empty()
    };
    match event.key().as_str() {
        "Escape" if is_about => Some(Action::Message(MessageEdit::Cancel)),
        "ArrowUp" if !is_about && !event.is_composing() && is_empty() => {
            Some(Action::Message(MessageEdit::ChangeLast))
        }
        _ => None,
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
            if props.preparing > 0 {
                <p>{ count(u64::try_from(props.preparing).unwrap_or(u64::MAX), Plural::FilesPreparing) }</p>
            }
            { bytes_left(props.room, NEAR_LIMIT) }
        </div>
    }
}
