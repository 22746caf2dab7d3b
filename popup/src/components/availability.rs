//! How much of the network one is on: the button that says it, and the menu that it opens.

use super::ids::choice_id;
use super::parts::{Dispatch, icon, on};
use crate::browser;
use crate::i18n::{Text, browser_language, fill, t};
use crate::state::{Action, CHOICES, State, choices_offered};
use crate::words;
use ipc::{Availability, Choice, OffFor};
use web_sys::Element;
use yew::prelude::*;

/// The id of the element around button and menu.
const AROUND: &str = "availability-around";

/// Returns the button with the menu; nothing before the engine has said how it is.
pub(super) fn menu(state: &State, dispatch: &Dispatch) -> Html {
    let Some(status) = &state.status else {
        return Html::default();
    };
    let (holds, open) = (status.availability, state.choosing);
    let says = t(words::availability(holds));
    html! {
        <div id={AROUND} class="availability" onfocusout={left(dispatch, open)}>
            <button type="button" id="availability" class="quiet" aria-haspopup="menu"
                aria-expanded={open.to_string()} onclick={on(dispatch, Action::ShowChoices(!open))}
                onkeydown={opening(dispatch)}>
                { icon(sign(holds)) }<span>{ says }</span>{ icon("more") }
            </button>
            if open {
                { choices(state, holds, dispatch) }
            }
        </div>
    }
}

/// Returns until when the person is off, where that ends by itself.
pub(super) fn until(state: &State) -> Option<String> {
    let Availability::Off { until: Some(at) } = state.status.as_ref()?.availability else {
        return None;
    };
    let language = browser_language();
    let today = browser::local_day(state.now).has(at);
    let at = if today {
        browser::time_of_day(at, language.as_deref())
    } else {
        browser::moment(at, language.as_deref())
    };
    Some(fill(Text::StateOffUntil, &[&at]))
}

/// Returns the way back for who is off.
pub(super) fn switch_on(state: &State, dispatch: &Dispatch) -> Html {
    let off = state.status.as_ref().map(|status| status.availability);
    if !off.is_some_and(Availability::is_off) {
        return Html::default();
    }
    html! {
        <button type="button" class="primary switch-on"
            onclick={on(dispatch, Action::Choose(Choice::On))}>
            { t(Text::SwitchOn) }
        </button>
    }
}

fn choices(state: &State, holds: Availability, dispatch: &Dispatch) -> Html {
    let item = |(index, choice): (usize, Choice)| {
        let checked = is_chosen(holds, choice);
        let detail = words::choice_detail(choice);
        html! {
            <button type="button" role="menuitemradio" id={choice_id(index)} tabindex="-1"
                aria-checked={checked.to_string()} onclick={on(dispatch, Action::Choose(choice))}>
                { icon(if checked { "sent" } else { "none" }) }
                <span>{ t(words::choice(choice)) }{ " " }
                    if let Some(detail) = detail {
                        <span class="detail">{ t(detail) }</span>
                    }
                </span>
            </button>
        }
    };
    let (on, off): (Vec<_>, Vec<_>) = choices_offered(browser::next_morning(state.now))
        .into_iter()
        .enumerate()
        .partition(|(_, choice)| !matches!(choice, Choice::Off(_)));
    // A press on the menu leaves the focus where it is: in Firefox on a Mac no button takes it.
    let onmousedown = Callback::from(|event: MouseEvent| event.prevent_default());
    html! {
        <div role="menu" class="menu" aria-labelledby="availability" {onmousedown}
            onkeydown={moving(dispatch)}>
            { for on.into_iter().map(item) }
            <div role="group" aria-labelledby="off-heading">
                <p id="off-heading">{ icon("off") }<span>{ t(Text::AvailabilityOff) }{ " " }
                    <span class="detail">{ off_detail(state) }</span>
                </span></p>
                { for off.into_iter().map(item) }
            </div>
        </div>
    }
}

fn off_detail(state: &State) -> String {
    until(state).unwrap_or_else(|| t(Text::OffDetail))
}

/// Returns whether a choice is what holds. An end that was set may come from one or another.
fn is_chosen(holds: Availability, choice: Choice) -> bool {
    match choice {
        Choice::Here => holds == Availability::Here,
        Choice::Away => holds == Availability::Away,
        Choice::ContactsOnly => holds == Availability::ContactsOnly,
        Choice::Off(OffFor::Ever) => holds == Availability::Off { until: None },
        Choice::Off(OffFor::Hour | OffFor::Until(_)) | Choice::On => false,
    }
}

fn sign(holds: Availability) -> &'static str {
    match holds {
        Availability::Here => "here",
        Availability::Away => "waiting",
        Availability::ContactsOnly => "contacts-only",
        Availability::Off { .. } => "off",
    }
}

/// Closes the menu when the focus goes elsewhere.
fn left(dispatch: &Dispatch, open: bool) -> Option<Callback<FocusEvent>> {
    let dispatch = dispatch.clone();
    open.then(|| {
        Callback::from(move |event: FocusEvent| {
            let to = event.related_target();
            let to = to.and_then(|to| wasm_bindgen::JsCast::dyn_into::<Element>(to).ok());
            let inside =
                to.is_some_and(|to| to.closest(&format!("#{AROUND}")).is_ok_and(|a| a.is_some()));
            if !inside {
                dispatch.emit(Action::LeaveChoices);
            }
        })
    })
}

/// Opens the menu from its button by the arrow keys, as menus of systems do.
fn opening(dispatch: &Dispatch) -> Callback<KeyboardEvent> {
    let dispatch = dispatch.clone();
    Callback::from(move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "ArrowDown" | "ArrowUp") {
            event.prevent_default();
            dispatch.emit(Action::ShowChoices(true));
        }
    })
}

/// Moves in the menu by the arrow keys, and closes it on Escape, which then closes nothing else.
fn moving(dispatch: &Dispatch) -> Callback<KeyboardEvent> {
    let dispatch = dispatch.clone();
    Callback::from(move |event: KeyboardEvent| {
        if browser::is_escape(&event) {
            event.prevent_default();
            event.stop_propagation();
            return dispatch.emit(Action::ShowChoices(false));
        }
        let (count, now) = (CHOICES, browser::focused_among(CHOICES, choice_id));
        let to = match event.key().as_str() {
            "ArrowDown" => now.map_or(0, |now| (now + 1) % count),
            "ArrowUp" => now.map_or(count - 1, |now| (now + count - 1) % count),
            "Home" => 0,
            "End" => count - 1,
            _ => return,
        };
        event.prevent_default();
        browser::focus(&choice_id(to));
    })
}
