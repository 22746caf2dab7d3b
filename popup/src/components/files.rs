//! The list of all files: those on their way, and those that have come to an end.

use super::file::FileCard;
use super::parts::{Dispatch, on, page_head, page_title};
use crate::i18n::{Text, fill, t};
use crate::state::{Action, Known, State};
use ipc::{PersonId, Transfer};
use yew::prelude::*;

/// The page.
pub(super) fn files(state: &State, dispatch: &Dispatch) -> Html {
    let all = state.files.sorted();
    let (ended, open): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|(transfer, _)| transfer.state.has_ended());
    html! {
        <main class="page">
            { page_head(dispatch, page_title(Text::Files)) }
            <div class="page-body">
                if open.is_empty() && ended.is_empty() {
                    <p class="empty">{ t(Text::FilesNone) }</p>
                }
                { section(state, Text::FilesOpen, "files-open", open, dispatch) }
                { section(state, Text::FilesEnded, "files-ended", ended, dispatch) }
            </div>
        </main>
    }
}

fn section(
    state: &State,
    heading: Text,
    id: &'static str,
    files: Vec<(&Transfer, Option<&Known>)>,
    dispatch: &Dispatch,
) -> Html {
    if files.is_empty() {
        return Html::default();
    }
    html! {
        <section aria-labelledby={id}>
            <h2 {id} class="files-heading">{ t(heading) }</h2>
            <ul class="files">
                { for files.into_iter().map(|(transfer, known)| row(state, transfer, known, dispatch)) }
            </ul>
        </section>
    }
}

fn row(state: &State, transfer: &Transfer, known: Option<&Known>, dispatch: &Dispatch) -> Html {
    let person = PersonId::Contact(transfer.contact.clone());
    let person = state.people.get(&person);
    let person = person.map_or("", |person| person.name.as_str());
    let (own, size) = known.map_or((false, 0), |known| (known.own, known.size));
    let name = known.map_or_else(|| t(Text::FileNameless), |known| known.name.clone());
    let shown = state.file_at(&transfer.transfer, size);
    html! {
        <li class="card" key={transfer.transfer.0.clone()}>
            <button type="button" class="quiet of" dir="auto"
                onclick={on(dispatch, Action::OpenChat(transfer.contact.clone()))}>
                { fill(if own { Text::FileTo } else { Text::FileFrom }, &[&crate::words::isolate(person)]) }
            </button>
            <FileCard contact={transfer.contact.clone()} transfer={transfer.transfer.clone()} {own} {name} {size}
                {shown} dispatch={dispatch.clone()} />
        </li>
    }
}
