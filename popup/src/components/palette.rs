//! Finds people, pages and messages: a field, and a list of what has its text in it.

use super::dialog::show_over_all;
use super::ids::{found_id, target_id};
use super::parts::{Dispatch, icon, mark, on};
use crate::browser;
use crate::i18n::{Plural, Text, browser_language, count, fill, t};
use crate::state::{
    Action, BESIDE, Choosing, FOUND, Found, Goal, Lists, OverlayEdit, Palette, State, Target,
    everybody,
};
use crate::words;
use ipc::{ContactId, Hit, PersonId};
use web_sys::{HtmlDialogElement, HtmlInputElement};
use yew::prelude::*;

/// The list of what was found.
const LIST: &str = "palette-found";

#[derive(PartialEq, Properties)]
pub(super) struct Props {
    /// What it is called: what is chosen in it.
    title: AttrValue,
    pub(super) query: String,
    /// What was found; as much of it as is shown.
    pub(super) rows: Vec<Row>,
    /// How much was found.
    pub(super) count: usize,
    /// The index of the entry that Enter follows.
    pub(super) active: usize,
    /// Only in one chat is looked.
    pub(super) within: bool,
    /// What there is to say of the messages.
    pub(super) note: Option<Text>,
    pub(super) dispatch: Dispatch,
}

/// An entry of the list.
#[derive(Clone, PartialEq)]
pub(super) enum Row {
    /// A person or a page.
    Found(Found),
    /// A message, and the name of the contact in whose chat it is.
    Hit(Hit, String),
    /// Older messages.
    More,
}

impl Row {
    fn goal(&self) -> Goal {
        match self {
            Self::Found(found) => found.goal.clone(),
            Self::Hit(hit, _) => Goal::Message(hit.contact.clone(), hit.number),
            Self::More => Goal::More,
        }
    }
}

/// Returns the palette with what it finds.
pub(super) fn palette(
    state: &State,
    people: &Lists,
    palette: &Palette,
    dispatch: &Dispatch,
) -> Html {
    let mut found = Vec::new();
    if palette.contact.is_none() {
        found = everybody(people, &state.requests, &palette.choosing);
        if palette.choosing == Choosing::Goal {
            found.extend(Goal::PAGES.into_iter().filter_map(|goal| page(state, goal)));
        }
        found.retain(|found| found.has(&palette.query, browser::is_same));
    }
    let messages = &palette.messages;
    let count = found.len() + messages.hits.len();
    found.truncate(if palette.searches() { BESIDE } else { FOUND });
    let hits = messages.hits.iter();
    let hits = hits.map(|hit| Row::Hit(hit.clone(), name_of(state, &hit.contact)));
    let more = messages.next.map(|_| Row::More);
    let rows: Vec<Row> = found
        .into_iter()
        .map(Row::Found)
        .chain(hits)
        .chain(more)
        .collect();
    let active = rows
        .iter()
        .position(|row| palette.active.as_ref() == Some(&row.goal()));
    html! {
        <PaletteDialog title={title(state, palette)} query={palette.query.clone()} {rows} {count}
            active={active.unwrap_or(0)} within={palette.contact.is_some()} note={note(palette)}
            dispatch={dispatch.clone()} />
    }
}

fn name_of(state: &State, contact: &ContactId) -> String {
    let person = state.people.get(&PersonId::Contact(contact.clone()));
    person.map_or_else(String::new, |person| person.name.clone())
}

/// Returns what keeps the list from being all there is.
fn note(palette: &Palette) -> Option<Text> {
    let messages = &palette.messages;
    if messages.failed {
        Some(Text::SearchFailed)
    } else if messages.awaited && messages.hits.is_empty() {
        Some(Text::SearchRuns)
    } else if messages.filling {
        Some(Text::SearchFilling)
    } else {
        None
    }
}

fn title(state: &State, palette: &Palette) -> String {
    match (&palette.contact, &palette.choosing) {
        (Some(contact), _) => fill(Text::SearchIn, &[&name_of(state, contact)]),
        (None, Choosing::Goal) => t(Text::SearchTitle),
        (None, Choosing::One) => t(Text::IntroduceOne),
        (None, Choosing::Other(one)) => {
            fill(Text::IntroduceTo, &[&words::isolate(&name_of(state, one))])
        }
    }
}

fn page(state: &State, goal: Goal) -> Option<Found> {
    let name = match &goal {
        Goal::Lists => Text::PalettePeople,
        Goal::Files => Text::Files,
        Goal::Invites => Text::Invites,
        Goal::Introduce => Text::IntroduceTwo,
        Goal::Connection => Text::Connection,
        Goal::Settings => state.settings.as_ref().map(|_| Text::Settings)?,
        Goal::Keys => Text::KeysTitle,
        Goal::Person(_) | Goal::Request(_) | Goal::Message(..) | Goal::More => return None,
    };
    Some(Found {
        goal,
        name: t(name),
        calls_itself: None,
    })
}

#[component]
fn PaletteDialog(props: &Props) -> Html {
    let dialog = use_node_ref();
    {
        let (dialog, dispatch) = (dialog.clone(), props.dispatch.clone());
        let closed = Action::Overlay(OverlayEdit::Close);
        use_effect_with((), move |()| show_over_all(&dialog, dispatch, closed));
    }
    use_effect_with((props.query.clone(), props.active), |(_, active)| {
        browser::bring_into_sight(&found_id(*active));
    });
    let oninput = props.dispatch.reform(|event: InputEvent| {
        let query = event.target_unchecked_into::<HtmlInputElement>().value();
        Action::Overlay(OverlayEdit::Query(query))
    });
    let active = props.rows.get(props.active).map(|_| found_id(props.active));
    html! {
        <dialog ref={dialog} class="over palette" aria-label={props.title.clone()}
            onclick={beside(&props.dispatch)}>
            <div class="over-body">
                <div class="palette-row">
                    { icon("find") }
                    <input id={target_id(&Target::Palette)} type="text" role="combobox" autofocus=true
                        autocomplete="off" spellcheck="false" dir="auto"
                        aria-label={props.title.clone()} placeholder={props.title.clone()}
                        aria-expanded="true" aria-autocomplete="list" aria-controls={LIST}
                        aria-activedescendant={active}
                        value={props.query.clone()} {oninput} onkeydown={onkeydown(props)} />
                    { close_button(&props.dispatch) }
                </div>
                if props.within {
                    <div class="within">
                        <button type="button" class="soft" onclick={everywhere(&props.dispatch)}>
                            { t(Text::SearchEverywhere) }
                        </button>
                    </div>
                }
                <ul id={LIST} class="found" role="listbox" aria-label={t(Text::PaletteFound)}>
                    { for props.rows.iter().enumerate().map(|(index, row)| entry(props, index, row)) }
                </ul>
                <p class={if props.count > 0 && props.note.is_none() { "sr-only" } else { "empty" }} role="status">
                    { said(props) }
                </p>
            </div>
        </dialog>
    }
}

fn said(props: &Props) -> String {
    match (props.note, props.count) {
        (Some(note), _) => t(note),
        (None, 0) if props.query.trim().is_empty() => String::new(),
        (None, 0) => t(Text::PaletteNone),
        (None, found) => count(u64::try_from(found).unwrap_or(u64::MAX), Plural::Found),
    }
}

/// Looks in all chats; the field keeps the focus.
fn everywhere(dispatch: &Dispatch) -> Callback<MouseEvent> {
    let dispatch = dispatch.clone();
    Callback::from(move |_| {
        dispatch.emit(Action::Overlay(OverlayEdit::Everywhere));
        browser::focus(&target_id(&Target::Palette));
    })
}

/// Returns the button that closes a dialog, for whoever has no key for it.
pub(super) fn close_button(dispatch: &Dispatch) -> Html {
    html! {
        <button type="button" class="quiet icon-only" aria-label={t(Text::Close)} title={t(Text::Close)}
            onclick={on(dispatch, Action::Overlay(OverlayEdit::Close))}>
            { icon("close") }
        </button>
    }
}

/// Returns what closes a dialog when what is beside it is clicked: that is the dialog itself, as what is in it fills it.
pub(super) fn beside(dispatch: &Dispatch) -> Callback<MouseEvent> {
    let dispatch = dispatch.clone();
    Callback::from(move |event: MouseEvent| {
        if event.target_dyn_into::<HtmlDialogElement>().is_some() {
            dispatch.emit(Action::Overlay(OverlayEdit::Close));
        }
    })
}

/// The arrows go round, and Enter goes where the entry leads.
fn onkeydown(props: &Props) -> Callback<KeyboardEvent> {
    let goals: Vec<Goal> = props.rows.iter().map(Row::goal).collect();
    let (active, dispatch) = (props.active, props.dispatch.clone());
    Callback::from(move |event: KeyboardEvent| {
        let count = goals.len();
        let plain = !event.ctrl_key() && !event.alt_key() && !event.meta_key();
        if event.is_composing() || event.key_code() == 229 || !plain || count == 0 {
            return;
        }
        let goal = |index: usize| goals.get(index % count).cloned();
        let edit = match event.key().as_str() {
            "ArrowDown" => goal(active + 1).map(OverlayEdit::Move),
            "ArrowUp" => goal(active + count - 1).map(OverlayEdit::Move),
            "Enter" => goal(active).map(OverlayEdit::Go),
            _ => None,
        };
        if let Some(edit) = edit {
            event.prevent_default();
            dispatch.emit(Action::Overlay(edit));
        }
    })
}

fn entry(props: &Props, index: usize, row: &Row) -> Html {
    let go = Action::Overlay(OverlayEdit::Go(row.goal()));
    html! {
        <li key={index} id={found_id(index)} role="option"
            aria-selected={(index == props.active).to_string()} onclick={on(&props.dispatch, go)}>
            { match row {
                Row::Found(found) => person_or_page(found),
                Row::Hit(hit, name) => message(hit, name),
                Row::More => html! { <>{ icon("page") }<span class="found-name">{ t(Text::SearchMore) }</span></> },
            } }
        </li>
    }
}

fn person_or_page(found: &Found) -> Html {
    let sign = match &found.goal {
        Goal::Person(PersonId::Contact(_)) => mark(true),
        Goal::Person(PersonId::Stranger(_)) | Goal::Request(_) => mark(false),
        Goal::Message(..)
        | Goal::More
        | Goal::Lists
        | Goal::Files
        | Goal::Invites
        | Goal::Introduce
        | Goal::Connection
        | Goal::Settings
        | Goal::Keys => icon("page"),
    };
    let also = found.calls_itself.as_ref();
    let also = also.map(|name| fill(Text::CallsItself, &[&words::isolate(name)]));
    html! {
        <>
            { sign }
            <span class="found-name"><bdi>{ &found.name }</bdi></span>
            if let Some(also) = also {
                <span class="detail">{ also }</span>
            }
        </>
    }
}

/// Returns a message: in whose chat, when, and the text around what was looked for.
fn message(hit: &Hit, name: &str) -> Html {
    let piece = |piece: &ipc::Piece| match piece.marked {
        true => html! { <mark>{ &piece.text }</mark> },
        false => html! { { &piece.text } },
    };
    html! {
        <>
            { icon("chat") }
            <span class="found-name"><bdi>{ name }</bdi></span>
            <span class="detail">{ browser::moment(hit.at, browser_language().as_deref()) }</span>
            <span class="found-text" dir="auto">
                if hit.own {
                    <span class="by">{ t(Text::You) }{ ": " }</span>
                }
                { for hit.pieces.iter().map(piece) }
            </span>
        </>
    }
}
