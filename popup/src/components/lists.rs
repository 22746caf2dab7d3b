//! Requests, people on this network, saved contacts.

use super::ids::person_id;
use super::parts::{Dispatch, on};
use super::person::PersonRow;
use super::request::request_row;
use crate::i18n::{Text, t};
use crate::state::{Action, Section, State, has_contacts, list};
use crate::{browser, words};
use ipc::{Person, PersonId, Phase, Presence};
use yew::prelude::*;

/// Returns all lists.
pub(super) fn lists(state: &State, dispatch: &Dispatch) -> Html {
    html! {
        <>
            { requests(state, dispatch) }
            { people(state, dispatch, Section::Network) }
            { people(state, dispatch, Section::Saved) }
        </>
    }
}

fn requests(state: &State, dispatch: &Dispatch) -> Html {
    let waiting = state.waiting();
    if waiting.is_empty() {
        return Html::default();
    }
    html! {
        <section class="requests" aria-labelledby="requests-heading">
            <h2 id="requests-heading">{ t(Text::Requests) }</h2>
            <ul>
                { for waiting.into_iter().map(|request| {
                    request_row(request, state.is_answering(&request.id), dispatch)
                }) }
            </ul>
        </section>
    }
}

fn people(state: &State, dispatch: &Dispatch, section: Section) -> Html {
    let (heading, id) = match section {
        Section::Network => (Text::OnThisNetwork, "network-heading"),
        Section::Saved => (Text::SavedContacts, "saved-heading"),
    };
    let shown = list(&state.people, &state.requests, section, browser::in_order);
    let count = shown.len();
    html! {
        <section aria-labelledby={id}>
            <div class="section-head">
                <h2 id={id}>{ t(heading) }</h2>
                if count > 0 {
                    <span class="count" aria-hidden="true">{ count }</span>
                }
                if section == Section::Saved {
                    { to_invites(dispatch, Text::Invites, "quiet") }
                }
            </div>
            if count == 0 {
                <p class="empty">{ t(empty(state, section)) }</p>
                if section == Section::Saved {
                    { to_invites(dispatch, Text::InviteSomebody, "soft") }
                }
            } else {
                <ul>{ for shown.into_iter().map(|person| row(state, dispatch, person)) }</ul>
            }
            if let Some(more) = more_people(state, section) {
                <p class="more">{ more }</p>
            }
        </section>
    }
}

/// Returns how many strangers are there who are not in the list.
fn more_people(state: &State, section: Section) -> Option<String> {
    let more = state.status.as_ref()?.more_people;
    (section == Section::Network && more > 0).then(|| words::more_people(more))
}

fn to_invites(dispatch: &Dispatch, label: Text, class: &'static str) -> Html {
    html! {
        <button type="button" {class} onclick={on(dispatch, Action::OpenInvites)}>
            { t(label) }
        </button>
    }
}

fn row(state: &State, dispatch: &Dispatch, person: &Person) -> Html {
    let blocked = person
        .preferences
        .as_ref()
        .is_some_and(|preferences| preferences.blocked);
    let seen = (person.presence == Presence::Offline && !blocked)
        .then(|| words::last_seen(person.last_seen, state.now));
    let (typing, open) = match &person.id {
        PersonId::Contact(contact) => (
            state.is_typing(contact),
            state.chat().is_some_and(|chat| chat.contact == *contact),
        ),
        PersonId::Stranger(_) => (false, false),
    };
    let (note, asking) = match &person.id {
        PersonId::Stranger(id) => (state.note_to(id).cloned(), state.is_asking(id)),
        PersonId::Contact(_) => (None, false),
    };
    html! {
        <PersonRow key={person_id(&person.id)} person={person.clone()} {seen} {typing} {open}
            {note} {asking}
            dispatch={dispatch.clone()} />
    }
}

fn empty(state: &State, section: Section) -> Text {
    match section {
        Section::Saved if has_contacts(&state.people) => Text::EmptySavedHere,
        Section::Saved => Text::EmptySaved,
        Section::Network if !state.waiting().is_empty() => Text::EmptyAsking,
        Section::Network => {
            let phase = state.status.as_ref().map(|status| &status.phase);
            words::empty_network(phase.unwrap_or(&Phase::Joining))
        }
    }
}
