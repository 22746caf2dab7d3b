//! The export of chats: on the page of a contact, and in the settings.

use super::parts::{Dispatch, on};
use crate::i18n::{Plural, Text, count, t};
use crate::state::{Action, ExportEdit, Exporting};
use ipc::ContactId;
use yew::prelude::*;

/// Returns what there is for one chat.
pub(super) fn of_chat(export: &Exporting, contact: &ContactId, dispatch: &Dispatch) -> Html {
    html! {
        <section class="card" aria-labelledby="export-heading">
            <h2 id="export-heading">{ t(Text::ExportChat) }</h2>
            { controls(export, Some(contact.clone()), Text::ExportChatNow, dispatch) }
        </section>
    }
}

/// Returns what there is for all chats.
pub(super) fn of_all(export: &Exporting, dispatch: &Dispatch) -> Html {
    html! {
        <fieldset class="card">
            <legend>{ t(Text::ExportChats) }</legend>
            { controls(export, None, Text::ExportChatsNow, dispatch) }
        </fieldset>
    }
}

fn controls(
    export: &Exporting,
    which: Option<ContactId>,
    label: Text,
    dispatch: &Dispatch,
) -> Html {
    let is_busy = matches!(export, Exporting::Reading(_) | Exporting::Making);
    let (edit, label) = if is_busy {
        (ExportEdit::Cancel, Text::Cancel)
    } else {
        (ExportEdit::Begin(which), label)
    };
    html! {
        <>
            <p class="hint">{ t(Text::ExportHint) }</p>
            <button type="button" class="soft" onclick={on(dispatch, Action::Export(edit))}>
                { t(label) }
            </button>
            <p role="status" class="hint">{ said(export) }</p>
        </>
    }
}

fn said(export: &Exporting) -> Option<String> {
    match export {
        Exporting::No => None,
        Exporting::Reading(reading) => Some(count(reading.messages, Plural::ExportedMessages)),
        Exporting::Making => Some(t(Text::Working)),
        Exporting::Done => Some(t(Text::ExportDone)),
        Exporting::Failed => Some(t(Text::ExportFailed)),
    }
}
