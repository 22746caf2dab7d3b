//! The whole page: the lists, and what is open beside or over them.

use super::keys::KeysDialog;
use super::palette;
use super::parts::Dispatch;
use super::picture::PictureDialog;
use super::{
    alerts, chat, connection, contact, files, first_run, header, invites, lists, settings, shell,
};
use crate::i18n::{Text, t};
use crate::state::{Lists, Overlay, Shell, State, View};
use crate::words;
use yew::prelude::*;

/// The whole page.
pub(crate) fn page(state: &State, people: &Lists, dispatch: &Dispatch) -> Html {
    match state.shell() {
        Shell::Blank => html! { <main class="shell" aria-busy="true" /> },
        Shell::Starting => shell::starting(),
        Shell::Down(reason) => shell::down(reason, dispatch),
        Shell::FirstRun => first_run::first_run(state, dispatch),
        Shell::Lists => panes(state, people, dispatch),
    }
}

/// Returns what the window or the tab is called.
pub(crate) fn title(state: &State) -> String {
    let app = t(Text::AppName);
    match state.chat_name().filter(|_| state.shell() == Shell::Lists) {
        Some(name) => format!("{name} · {app}"),
        None => app,
    }
}

/// Returns the lists and the open page, which is beside them in a wide window and over them in a
/// narrow one.
fn panes(state: &State, people: &Lists, dispatch: &Dispatch) -> Html {
    let covered = state.view != View::Lists;
    // A page has one main part. The element stays, and with it how far it is scrolled.
    let role = if covered { "region" } else { "main" };
    html! {
        <div class={classes!("panes", covered.then_some("covered"))}>
            <div class="lists-pane">
                { header::header(state, dispatch) }
                <div class="lists" {role} aria-labelledby={lists::HEADINGS}
                    onscroll={lists::onscroll(state, people, dispatch)}>
                    { alerts::alerts(state, dispatch) }
                    { lists::lists(state, people, dispatch) }
                </div>
            </div>
            <div class="page-pane">
                <div class="over-page">{ alerts::alerts(state, dispatch) }</div>
                { open_page(state, dispatch) }
            </div>
            <p class="sr-only" role="status">{ ended(state) }</p>
            if let Some(picture) = &state.picture {
                <PictureDialog key={picture.transfer.0.clone()} picture={picture.clone()}
                    dispatch={dispatch.clone()} />
            }
            { over_page(state, people, dispatch) }
        </div>
    }
}

/// Returns the dialog that is over the page.
fn over_page(state: &State, people: &Lists, dispatch: &Dispatch) -> Html {
    match &state.overlay {
        Some(Overlay::Palette(palette)) => palette::palette(state, people, palette, dispatch),
        Some(Overlay::Keys(shortcuts)) => html! {
            <KeysDialog shortcuts={shortcuts.clone()} dispatch={dispatch.clone()} />
        },
        None => Html::default(),
    }
}

/// Returns which file has come to an end just now, for who does not see it.
fn ended(state: &State) -> Option<String> {
    state.files.ended.as_ref().map(words::file_ended)
}

fn open_page(state: &State, dispatch: &Dispatch) -> Html {
    match &state.view {
        View::Lists => shell::nothing_open(),
        View::Chat(chat) => chat::chat(state, chat, dispatch),
        View::Connection => connection::connection(state, dispatch),
        View::Files => files::files(state, dispatch),
        View::Settings(form) => settings::settings(form, &state.backup, &state.export, dispatch),
        View::Contact(_) => contact::contact(state, dispatch),
        View::Invites(page) => invites::invites(state, page, dispatch),
    }
}
