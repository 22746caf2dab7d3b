//! Requests, people on this network, saved contacts.

use super::person::PersonRow;
use super::request::RequestRow;
use super::{Dispatch, person_id, request_id};
use crate::i18n::{Text, t};
use crate::state::{Place, State, list};
use crate::words;
use ipc::{Person, PersonId, Phase, Presence};
use yew::prelude::*;

/// All lists.
pub(super) fn lists(state: &State, dispatch: &Dispatch) -> Html {
    html! {
        <>
            { requests(state, dispatch) }
            { people(state, dispatch, Place::Network) }
            { people(state, dispatch, Place::Saved) }
        </>
    }
}

fn requests(state: &State, dispatch: &Dispatch) -> Html {
    let mut waiting: Vec<_> = state.requests.values().collect();
    if waiting.is_empty() {
        return Html::default();
    }
    waiting.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    html! {
        <section class="requests" aria-labelledby="requests-heading">
            <h2 id="requests-heading">{ t(Text::Requests) }</h2>
            <ul>
                { for waiting.into_iter().map(|request| html! {
                    <RequestRow key={request_id(&request.id)} request={request.clone()}
                        busy={state.is_answering(&request.id)} dispatch={dispatch.clone()} />
                }) }
            </ul>
        </section>
    }
}

fn people(state: &State, dispatch: &Dispatch, place: Place) -> Html {
    let (heading, id) = match place {
        Place::Network => (Text::OnThisNetwork, "network-heading"),
        Place::Saved => (Text::SavedContacts, "saved-heading"),
    };
    let shown = list(&state.people, place);
    let count = shown.len();
    html! {
        <section aria-labelledby={id}>
            <div class="section-head">
                <h2 id={id}>{ t(heading) }</h2>
                if count > 0 {
                    <span class="count" aria-hidden="true">{ count }</span>
                }
            </div>
            if count == 0 {
                <p class="empty">{ t(empty(state, place)) }</p>
            } else {
                <ul>{ for shown.into_iter().map(|person| row(state, dispatch, person)) }</ul>
            }
        </section>
    }
}

fn row(state: &State, dispatch: &Dispatch, person: &Person) -> Html {
    let seen = matches!(person.presence, Presence::Offline)
        .then(|| words::last_seen(person.last_seen, state.now));
    let (typing, open) = match &person.id {
        PersonId::Contact(contact) => (
            state.is_typing(contact),
            state.chat().is_some_and(|chat| chat.contact == *contact),
        ),
        PersonId::Stranger(_) => (false, false),
    };
    html! {
        <PersonRow key={person_id(&person.id)} person={person.clone()} {seen} {typing} {open}
            dispatch={dispatch.clone()} />
    }
}

fn empty(state: &State, place: Place) -> Text {
    match place {
        Place::Saved => Text::EmptySaved,
        Place::Network => {
            let phase = state.status.as_ref().map(|status| &status.phase);
            words::empty_network(phase.unwrap_or(&Phase::Joining))
        }
    }
}
