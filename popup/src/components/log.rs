//! The messages of a chat, and where they are scrolled to.

use super::message::{MessageRow, day_line};
use super::parts::{Dispatch, on};
use crate::browser;
use crate::i18n::{Text, t};
use crate::state::Action;
use ipc::{Message, MessageState};
use web_sys::Element;
use yew::prelude::*;

/// So close to the end counts as at the end, in pixels.
const NEAR_END: i32 = 40;

#[derive(PartialEq, Properties)]
pub(super) struct Props {
    pub(super) messages: Vec<Message>,
    pub(super) more: bool,
    pub(super) loading: bool,
    pub(super) loaded: bool,
    /// Today, in the local calendar.
    pub(super) today: (u32, u32, u32),
    pub(super) dispatch: Dispatch,
}

/// Where the list was when it was last looked at.
#[derive(Default)]
struct Place {
    first: u64,
    last: u64,
    top: i32,
    height: i32,
    away_from_end: bool,
}

/// The messages, oldest first.
#[component]
pub(super) fn Log(props: &Props) -> Html {
    let list = use_node_ref();
    let place = use_mut_ref(Place::default);
    {
        let (list, place) = (list.clone(), place.clone());
        let ends = ends(&props.messages);
        let own = props.messages.last().is_some_and(is_own);
        use_effect_with((ends, props.loaded), move |_| {
            if let Some(list) = list.cast::<Element>() {
                keep_place(&list, &mut place.borrow_mut(), ends, own);
            }
        });
    }
    let onscroll = Callback::from(move |event: Event| {
        remember(
            &event.target_unchecked_into::<Element>(),
            &mut place.borrow_mut(),
        );
    });
    let empty = props.loaded && props.messages.is_empty();
    html! {
        <div class="log" ref={list} {onscroll} tabindex="0" role="log" aria-live="polite"
            aria-label={t(Text::MessagesOf)} aria-busy={(!props.loaded).to_string()}>
            if props.more {
                <button type="button" class="soft older" aria-disabled={props.loading.to_string()}
                    onclick={on(&props.dispatch, Action::LoadOlder)}>
                    { t(Text::LoadOlder) }
                </button>
            }
            if empty {
                <p class="empty">{ t(Text::EmptyChat) }</p>
            }
            <ul>{ rows(props) }</ul>
        </div>
    }
}

fn rows(props: &Props) -> Html {
    let mut before = None;
    let mut rows = Vec::with_capacity(props.messages.len());
    for message in &props.messages {
        let day = browser::local_day(message.at);
        if before.replace(day) != Some(day) {
            rows.push(day_line(message, day == props.today));
        }
        let key = message.number.to_string();
        rows.push(html! { <MessageRow {key} message={message.clone()} /> });
    }
    rows.into_iter().collect()
}

fn is_own(message: &Message) -> bool {
    message.state != MessageState::Received
}

fn ends(messages: &[Message]) -> (u64, u64) {
    let number = |message: Option<&Message>| message.map_or(0, |message| message.number);
    (number(messages.first()), number(messages.last()))
}

/// Keeps the list at its end if it was there; older messages that appear above do not move it.
fn keep_place(list: &Element, place: &mut Place, (first, last): (u64, u64), own: bool) {
    let grown_above = place.first != 0 && first < place.first;
    if last > place.last && (own || !place.away_from_end) {
        list.set_scroll_top(list.scroll_height());
    } else if grown_above {
        list.set_scroll_top(place.top + list.scroll_height() - place.height);
    }
    (place.first, place.last) = (first, last);
    remember(list, place);
}

fn remember(list: &Element, place: &mut Place) {
    place.top = list.scroll_top();
    place.height = list.scroll_height();
    place.away_from_end = place.height - place.top - list.client_height() > NEAR_END;
}
