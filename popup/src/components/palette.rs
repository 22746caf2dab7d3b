//! Finds people and pages: a field, and a list of what has its text in it.

use super::dialog::show_over_all;
use super::ids::{found_id, target_id};
use super::parts::{Dispatch, icon, mark, on};
use crate::browser;
use crate::i18n::{Plural, Text, count, fill, t};
use crate::state::{
    Action, Choosing, FOUND, Found, Goal, Lists, OverlayEdit, Palette, State, Target, everybody,
};
use crate::words;
use ipc::PersonId;
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
    pub(super) found: Vec<Found>,
    /// How much was found.
    pub(super) count: usize,
    /// The index of the entry that Enter follows.
    pub(super) active: usize,
    pub(super) dispatch: Dispatch,
}

/// Returns the palette with what it finds.
pub(super) fn palette(
    state: &State,
    people: &Lists,
    palette: &Palette,
    dispatch: &Dispatch,
) -> Html {
    let mut found = everybody(people, &state.requests, &palette.choosing);
    if palette.choosing == Choosing::Goal {
        found.extend(Goal::PAGES.into_iter().filter_map(|goal| page(state, goal)));
    }
    found.retain(|found| found.has(&palette.query, browser::is_same));
    let count = found.len();
    found.truncate(FOUND);
    let active = found
        .iter()
        .position(|found| palette.active.as_ref() == Some(&found.goal));
    html! {
        <PaletteDialog title={title(state, &palette.choosing)} query={palette.query.clone()} {found} {count} active={active.unwrap_or(0)}
            dispatch={dispatch.clone()} />
    }
}

fn title(state: &State, choosing: &Choosing) -> String {
    match choosing {
        Choosing::Goal => t(Text::PaletteTitle),
        Choosing::One => t(Text::IntroduceOne),
        Choosing::Other(one) => {
            let one = state.people.get(&PersonId::Contact(one.clone()));
            let name = one.map_or("", |one| one.name.as_str());
            fill(Text::IntroduceTo, &[&words::isolate(name)])
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
        Goal::Person(_) | Goal::Request(_) => return None,
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
    let active = props
        .found
        .get(props.active)
        .map(|_| found_id(props.active));
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
                <ul id={LIST} class="found" role="listbox" aria-label={t(Text::PaletteFound)}>
                    { for props.found.iter().enumerate().map(|(index, found)| entry(props, index, found)) }
                </ul>
                <p class={if props.count > 0 { "sr-only" } else { "empty" }} role="status">
                    { said(props.count) }
                </p>
            </div>
        </dialog>
    }
}

fn said(found: usize) -> String {
    match found {
        0 => t(Text::PaletteNone),
        found => count(u64::try_from(found).unwrap_or(u64::MAX), Plural::Found),
    }
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
    let goals: Vec<Goal> = props.found.iter().map(|found| found.goal.clone()).collect();
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

fn entry(props: &Props, index: usize, found: &Found) -> Html {
    let go = Action::Overlay(OverlayEdit::Go(found.goal.clone()));
    let sign = match &found.goal {
        Goal::Person(PersonId::Contact(_)) => mark(true),
        Goal::Person(PersonId::Stranger(_)) | Goal::Request(_) => mark(false),
        Goal::Lists
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
        <li key={index} id={found_id(index)} role="option"
            aria-selected={(index == props.active).to_string()} onclick={on(&props.dispatch, go)}>
            { sign }
            <span class="found-name"><bdi>{ &found.name }</bdi></span>
            if let Some(also) = also {
                <span class="detail">{ also }</span>
            }
        </li>
    }
}
