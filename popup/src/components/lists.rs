//! Requests, people on this network, saved contacts.

use super::gap::{gap, in_sight, row_with_focus};
use super::ids::person_id;
use super::parts::{Dispatch, icon, on};
use super::person::PersonRow;
use super::request::request_row;
use crate::i18n::{Text, t};
use crate::state::{Action, Lists, OverlayEdit, Piece, Section, State, WHOLE, has_contacts};
use crate::words;
use ipc::{Person, PersonId, Presence};
use std::rc::Rc;
use web_sys::Element;
use yew::prelude::*;

/// The ids of the headings of both lists.
pub(super) const HEADINGS: &str = "network-heading saved-heading";

/// Returns all lists.
pub(super) fn lists(state: &State, of: &Lists, dispatch: &Dispatch) -> Html {
    html! {
        <>
            { search(dispatch) }
            { requests(state, dispatch) }
            { people(state, of, dispatch, Section::Network) }
            { people(state, of, dispatch, Section::Saved) }
        </>
    }
}

/// Returns what follows the scrolling of the lists: of long ones other rows come into the page.
pub(super) fn onscroll(state: &State, of: &Lists, dispatch: &Dispatch) -> Option<Callback<Event>> {
    let long = [Section::Network, Section::Saved].into_iter();
    let long = long.filter(|section| of.of(*section).len() > WHOLE);
    let follow = |section| {
        let window = state.windows.of(section).clone();
        (section, Rc::clone(of.of(section)), window)
    };
    let long: Vec<_> = long.map(follow).collect();
    if long.is_empty() {
        return None;
    }
    let dispatch = dispatch.clone();
    Some(Callback::from(move |event: Event| {
        let pane = event.target_unchecked_into::<Element>();
        for (section, people, window) in &long {
            let Some(sight) = in_sight(&pane, list_id(*section)) else {
                continue;
            };
            if window.is_outgrown(&sight, people.len()) {
                let used = row_with_focus(list_id(*section));
                let used = used.and_then(|index| people.get(index));
                let used = used.map(|person| person.id.clone());
                dispatch.emit(Action::InSight(*section, sight, used));
            }
        }
    }))
}

fn list_id(section: Section) -> &'static str {
    match section {
        Section::Network => "network-list",
        Section::Saved => "saved-list",
    }
}

/// Returns what looks like a field, and opens the palette with one.
fn search(dispatch: &Dispatch) -> Html {
    let find = Action::Overlay(OverlayEdit::Find);
    html! {
        <button type="button" class="search" aria-haspopup="dialog" onclick={on(dispatch, find)}>
            { icon("find") }<span>{ t(Text::Search) }</span>
        </button>
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

fn people(state: &State, of: &Lists, dispatch: &Dispatch, section: Section) -> Html {
    let (heading, id) = match section {
        Section::Network => (Text::OnThisNetwork, "network-heading"),
        Section::Saved => (Text::SavedContacts, "saved-heading"),
    };
    let shown = of.of(section);
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
                <ul id={list_id(section)}>{ rows(state, shown, section, dispatch) }</ul>
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

/// Returns the rows of a list that are in the page, and gaps in the place of the others.
fn rows(state: &State, people: &[Rc<Person>], section: Section, dispatch: &Dispatch) -> Html {
    let count = people.len();
    let is_used = |person: &&Rc<Person>| {
        let noted = matches!(&person.id, PersonId::Stranger(id) if state.note_to(id).is_some());
        noted || state.windows.used() == Some(&person.id)
    };
    let used = people
        .iter()
        .enumerate()
        .filter(|(_, person)| is_used(person));
    // With its neighbours: the keyboard leads on from there.
    let used = used.flat_map(|(index, _)| [index.saturating_sub(1), index, index + 1]);
    let used: Vec<usize> = used.collect();
    let pieces = state.windows.of(section).pieces(count, &used);
    let piece = |(at, piece): (usize, Piece)| match piece {
        Piece::Gap(rows) => gap(format!("gap-{at}"), rows),
        Piece::Row(index) => {
            let place = (count > WHOLE).then_some((index + 1, count));
            let person = people.get(index);
            person.map_or_else(Html::default, |person| row(state, dispatch, person, place))
        }
    };
    pieces.into_iter().enumerate().map(piece).collect()
}

fn row(
    state: &State,
    dispatch: &Dispatch,
    person: &Rc<Person>,
    place: Option<(usize, usize)>,
) -> Html {
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
        <PersonRow key={person_id(&person.id)} person={Rc::clone(person)} {place} {seen} {typing} {open}
            {note} {asking}
            dispatch={dispatch.clone()} />
    }
}

fn empty(state: &State, section: Section) -> Text {
    match section {
        Section::Saved if has_contacts(&state.people) => Text::EmptySavedHere,
        Section::Saved => Text::EmptySaved,
        Section::Network if !state.waiting().is_empty() => Text::EmptyAsking,
        Section::Network => words::empty_network(state.status.as_ref()),
    }
}
