//! The list of all files: those on their way, and those that have come to an end.

use super::file::FileCard;
use super::parts::{Dispatch, on, page_head, page_title};
use crate::i18n::{Text, fill, t};
use crate::state::{Action, FileEdit, State};
use crate::words;
use ipc::{PersonId, Transfer};
use yew::prelude::*;

/// The page.
pub(super) fn files(state: &State, dispatch: &Dispatch) -> Html {
    let all = state.files.sorted();
    let (ended, open): (Vec<_>, Vec<_>) = all.into_iter().partition(|file| file.state.has_ended());
    let is_empty = open.is_empty() && ended.is_empty();
    html! {
        <main class="page">
            { page_head(dispatch, page_title(Text::Files)) }
            <div class="page-body">
                if is_empty {
                    <p class="empty">{ t(Text::FilesNone) }</p>
                }
                { section(state, Text::FilesOpen, "files-open", open, dispatch) }
                { room(state, is_empty, dispatch) }
                { section(state, Text::FilesEnded, "files-ended", ended, dispatch) }
            </div>
        </main>
    }
}

/// Returns how much room is taken, with the button that frees some.
fn room(state: &State, is_empty: bool, dispatch: &Dispatch) -> Html {
    let room = state.files.room;
    let Some(room) = room.filter(|room| !is_empty || room.pictures > 0) else {
        return Html::default();
    };
    let drop = on(dispatch, Action::File(FileEdit::DropPictures));
    html! {
        <section class="card" aria-labelledby="files-room">
            <h2 id="files-room">{ t(Text::RoomHeading) }</h2>
            <p>{ fill(Text::RoomPictures, &[&words::size(room.pictures)]) }</p>
            <p>{ fill(Text::RoomParts, &[&words::size(room.parts)]) }</p>
            <p class="hint">{ t(Text::RoomHint) }</p>
            if room.pictures > 0 {
                <button type="button" class="soft" onclick={drop}>{ t(Text::RoomDrop) }</button>
            }
        </section>
    }
}

fn section(
    state: &State,
    heading: Text,
    id: &'static str,
    files: Vec<&Transfer>,
    dispatch: &Dispatch,
) -> Html {
    if files.is_empty() {
        return Html::default();
    }
    html! {
        <section aria-labelledby={id}>
            <h2 {id} class="files-heading">{ t(heading) }</h2>
            <ul class="files">
                { for files.into_iter().map(|file| row(state, file, dispatch)) }
            </ul>
        </section>
    }
}

fn row(state: &State, file: &Transfer, dispatch: &Dispatch) -> Html {
    let person = PersonId::Contact(file.contact.clone());
    let person = state.people.get(&person);
    let person = person.map_or("", |person| person.name.as_str());
    let label = if file.own {
        Text::FileTo
    } else {
        Text::FileFrom
    };
    html! {
        <li class="card" key={file.transfer.0.clone()}>
            <button type="button" class="quiet of" dir="auto"
                onclick={on(dispatch, Action::OpenChat(file.contact.clone()))}>
                { fill(label, &[&words::isolate(person)]) }
            </button>
            <FileCard contact={file.contact.clone()} transfer={file.transfer.clone()} own={file.own}
                name={file.name.clone()} size={file.size} folder={file.folder} shown={state.file_at(file)}
                dispatch={dispatch.clone()} />
        </li>
    }
}
