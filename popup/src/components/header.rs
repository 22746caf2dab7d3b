//! The head of the lists: who one is, and how the connection is.

use super::availability;
use super::parts::{Dispatch, icon, on};
use super::person::presence_line;
use crate::i18n::{Plural, Text, count, t};
use crate::state::{Action, State};
use crate::words::{self, StateLine, Tone};
use ipc::{Person, Presence};
use yew::prelude::*;

/// The head of the lists.
pub(super) fn header(state: &State, dispatch: &Dispatch) -> Html {
    let name = state.name.clone().unwrap_or_default();
    html! {
        <header class="top">
            <span class="logo" aria-hidden="true" />
            <h1 id="lists" tabindex="-1" title={name.clone()}><bdi>{ name }</bdi></h1>
            <div class="top-acts">
                { to_files(state, dispatch) }
                if state.settings.is_some() {
                    <button type="button" class="quiet" onclick={on(dispatch, Action::OpenSettings)}>
                        { icon("settings") }<span>{ t(Text::Settings) }</span>
                    </button>
                }
            </div>
            { state_line(state) }
            <button type="button" class="quiet" onclick={on(dispatch, Action::OpenConnection)}>
                { icon("connection") }<span>{ t(Text::Connection) }</span>
            </button>
            <div class="top-foot">
                { availability::menu(state, dispatch) }
                { availability::switch_on(state, dispatch) }
            </div>
        </header>
    }
}

/// Returns the button that leads to all files, with how many are on their way.
fn to_files(state: &State, dispatch: &Dispatch) -> Html {
    let open = u64::try_from(state.files.open()).unwrap_or(u64::MAX);
    html! {
        <button type="button" class="quiet files-button" title={t(Text::Files)}
            onclick={on(dispatch, Action::OpenFiles)}>
            { icon("attach") }<span class="sr-only">{ t(Text::Files) }</span>
            if open > 0 {
                <span class="unread on-way">
                    <span aria-hidden="true">{ open }</span>
                    <span class="sr-only">{ count(open, Plural::FilesOnTheirWay) }</span>
                </span>
            }
        </button>
    }
}

/// Returns the state in words. The seconds of a countdown are for the eye: read out each second they
/// would drown everything else.
pub(super) fn state_line(state: &State) -> Html {
    let StateLine {
        text,
        countdown,
        tone,
    } = line(state);
    html! {
        <p class={classes!("state-line", tone.class())} role="status">
            <span class="light" aria-hidden="true" />
            <span>
                { text }
                if let Some(countdown) = countdown {
                    <span aria-hidden="true">{ countdown }</span>
                }
            </span>
        </p>
    }
}

/// Returns the line below the name of a contact: where they are; or, where that is not known or leads
/// to nothing, how the connection is.
pub(super) fn standing_line(state: &State, person: &Person, typing: bool) -> Html {
    let alone =
        matches!(line(state).tone, Tone::Bad | Tone::Off) && person.presence == Presence::Offline;
    if state.engine.is_reconnecting() || alone {
        state_line(state)
    } else {
        presence_line(person, typing)
    }
}

fn line(state: &State) -> StateLine {
    let busy = |text| StateLine {
        text: t(text),
        countdown: None,
        tone: Tone::Busy,
    };
    match &state.status {
        _ if state.engine.is_reconnecting() => busy(Text::Reconnecting),
        Some(status) => {
            let line = words::state_line(status, state.now);
            match availability::until(state) {
                Some(text) => StateLine { text, ..line },
                None => line,
            }
        }
        None => busy(Text::Starting),
    }
}
