//! What is painted: functions from the state to markup, and small components for what repeats.
//!
//! A row is a component, so that only changed ones are painted again. Nobody here talks to the
//! browser beyond the element an event came from.

mod alerts;
mod backup;
mod chat;
mod composer;
mod connection;
mod contact;
mod fields;
mod first_run;
mod header;
mod invites;
mod lists;
mod log;
mod message;
mod person;
mod qr;
mod request;
mod settings;
mod shell;

use crate::i18n::{Text, t};
use crate::state::{Action, Shell, State, Target, View};
use ipc::{ContactId, Person, PersonId, RequestId};
use yew::prelude::*;

/// Where what the person does goes.
pub(crate) type Dispatch = Callback<Action>;

/// The whole page.
pub(crate) fn page(state: &State, dispatch: &Dispatch) -> Html {
    match state.shell() {
        Shell::Blank => html! { <main class="shell" aria-busy="true" /> },
        Shell::Starting => shell::starting(),
        Shell::Down(reason) => shell::down(reason),
        Shell::FirstRun => first_run::first_run(state, dispatch),
        Shell::Lists => panes(state, dispatch),
    }
}

/// The lists, and the open page: beside them in a wide window, over them in a narrow one.
fn panes(state: &State, dispatch: &Dispatch) -> Html {
    let covered = state.view != View::Lists;
    html! {
        <div class={classes!("panes", covered.then_some("covered"))}>
            <div class="lists-pane">
                { header::header(state, dispatch) }
                <main class="lists">
                    { alerts::alerts(state, dispatch) }
                    { lists::lists(state, dispatch) }
                </main>
            </div>
            <div class="page-pane">{ open_page(state, dispatch) }</div>
        </div>
    }
}

fn open_page(state: &State, dispatch: &Dispatch) -> Html {
    match &state.view {
        View::Lists => shell::nothing_open(),
        View::Chat(chat) => chat::chat(state, chat, dispatch),
        View::Connection => connection::connection(state, dispatch),
        View::Settings(form) => settings::settings(form, &state.backup, dispatch),
        View::Contact(_) => contact::contact(state, dispatch),
        View::Invites(page) => invites::invites(state, page, dispatch),
    }
}

/// A callback that dispatches one action.
fn on<E>(dispatch: &Dispatch, action: Action) -> Callback<E> {
    dispatch.reform(move |_| action.clone())
}

/// A drawn sign; the words beside it say the same.
fn icon(name: &'static str) -> Html {
    html! { <span class={classes!("icon", format!("icon-{name}"))} aria-hidden="true" /> }
}

/// The mark before a name. The character is there for whoever copies it; what is seen is drawn.
fn mark(contact: bool) -> Html {
    let (sign, class) = if contact {
        ("💬", "mark-contact")
    } else {
        ("👤", "mark-stranger")
    };
    html! { <span class={classes!("mark", class)} aria-hidden="true">{ sign }</span> }
}

/// The sign of a contact whose safety number was compared.
fn verified_mark(person: &Person) -> Html {
    let verified = person.care.as_ref().is_some_and(|care| care.verified);
    html! {
        if verified {
            <span class="icon icon-verified" role="img" aria-label={t(Text::VerifiedMark)}
                title={t(Text::VerifiedMark)} />
        }
    }
}

/// The head of a page, with the way back.
fn page_head(dispatch: &Dispatch, content: Html) -> Html {
    html! { <header class="page-head">{ back_button(dispatch) }{ content }</header> }
}

/// A heading that is only a title.
fn page_title(title: Text) -> Html {
    html! { <h1 id="page" tabindex="-1">{ t(title) }</h1> }
}

/// A button that leads back.
fn back_button(dispatch: &Dispatch) -> Html {
    html! {
        <button type="button" class="quiet back" onclick={on(dispatch, Action::Back)}>
            { icon("back") }<span class="back-word">{ t(Text::Back) }</span>
        </button>
    }
}

/// A sentence with a name in its gap, the name on its own whatever its direction.
fn with_name(text: Text, name: &str) -> Html {
    const GAP: char = '\u{fffc}';
    let sentence = crate::i18n::fill(text, &["\u{fffc}"]);
    let (before, after) = sentence.split_once(GAP).unwrap_or((&sentence, ""));
    html! { <>{ before }<bdi>{ name }</bdi>{ after }</> }
}

/// The element that a focus target stands for.
pub(crate) fn target_id(target: &Target) -> String {
    match target {
        Target::Lists => "lists".to_owned(),
        Target::Page => "page".to_owned(),
        Target::Composer => "composer".to_owned(),
        Target::JoinName => "your-name".to_owned(),
        Target::Person(id) => person_id(id),
        Target::Request(id) => request_id(id),
        Target::Field(path) => field_id(path),
    }
}

fn person_id(id: &PersonId) -> String {
    match id {
        PersonId::Contact(ContactId(id)) => format!("contact-{}", plain(id)),
        PersonId::Stranger(id) => format!("stranger-{}", plain(id)),
    }
}

fn request_id(RequestId(id): &RequestId) -> String {
    format!("request-{}", plain(id))
}

fn field_id(path: &str) -> String {
    format!("field-{}", plain(path))
}

/// An id without spaces, as lists of ids in attributes need it.
fn plain(id: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    id.chars().map(keep).collect()
}
