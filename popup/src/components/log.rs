//! The messages of a chat, and where they are scrolled to.

use super::message::{MessageRow, day_line, unread_line};
use super::parts::{Dispatch, on};
use super::saying::May;
use super::staying;
use crate::browser::{self, Day, SizeWatch};
use crate::i18n::{Plural, Text, count, t};
use crate::state::{Action, FileShown, Menu};
use ipc::{Introduction, Message, Staying, UnixMillis};
use std::rc::Rc;
use web_sys::Element;
use yew::prelude::*;

/// So close to the end counts as at the end, in pixels.
const NEAR_END: i32 = 40;

/// The line above what was unread.
const UNREAD: &str = ".unread-line";

#[derive(PartialEq, Properties)]
pub(super) struct Props {
    pub(super) messages: Vec<Rc<Message>>,
    /// How far the file of each is.
    pub(super) files: Vec<Option<FileShown>>,
    /// How far the introduction is that each makes.
    pub(super) introductions: Vec<Option<Introduction>>,
    /// The first message that was unread when the chat was opened.
    pub(super) first_unread: Option<u64>,
    pub(super) more: bool,
    /// There are newer messages that are not loaded.
    pub(super) newer: bool,
    /// How often the newest messages have taken the place of what was loaded.
    pub(super) returned: u32,
    /// The message that is lit up, with a number that differs from that before.
    pub(super) lit: Option<(u64, u32)>,
    pub(super) loading: bool,
    pub(super) loaded: bool,
    /// Some messages could not be read.
    pub(super) damaged: bool,
    /// How many came below what is in sight.
    pub(super) below: usize,
    pub(super) today: Day,
    /// The message whose menu is open.
    pub(super) menu: Option<(u64, Menu)>,
    /// The time, for which messages may still be changed.
    pub(super) now: UnixMillis,
    /// How long messages stay.
    pub(super) staying: Staying,
    /// The name of the contact.
    pub(super) name: AttrValue,
    pub(super) dispatch: Dispatch,
}

/// Where the list was when it was last looked at.
#[derive(Default)]
struct Place {
    /// It has been brought to where the person begins to read.
    begun: bool,
    first: u64,
    last: u64,
    top: i32,
    height: i32,
    away_from_end: bool,
    /// What was last in it was not the newest message.
    newer: bool,
    returned: u32,
    /// Whether its end was in sight when that was last told.
    told: Option<bool>,
}

/// Which part of the chat is loaded.
#[derive(Clone, Copy, PartialEq)]
struct Loaded {
    /// The numbers of the first and the last message.
    ends: (u64, u64),
    newer: bool,
    returned: u32,
}

/// The messages, oldest first.
#[component]
pub(super) fn Log(props: &Props) -> Html {
    let list = use_node_ref();
    let place = use_mut_ref(Place::default);
    {
        let (list, place) = (list.clone(), place.clone());
        let own = props
            .messages
            .last()
            .is_some_and(|message| message.state.is_own());
        let dispatch = props.dispatch.clone();
        let now = Loaded {
            ends: ends(&props.messages),
            newer: props.newer,
            returned: props.returned,
        };
        use_effect_with((now, props.loaded), move |(_, loaded)| {
            if let Some(list) = list.cast::<Element>() {
                let place = &mut place.borrow_mut();
                keep_place(&list, place, now, own);
                if *loaded {
                    begin(&list, place);
                    remember(&list, place, &dispatch);
                }
            }
        });
    }
    let rows_of = use_node_ref();
    {
        let (list, place, rows_of) = (list.clone(), place.clone(), rows_of.clone());
        use_effect_with((), move |()| {
            // The list itself, and what is in it: a card grows while its file is on its way.
            let watched = [list.cast::<Element>(), rows_of.cast::<Element>()];
            let watches = watched.into_iter().flatten().filter_map(|watched| {
                let (list, place) = (list.cast::<Element>()?, place.clone());
                SizeWatch::begin(&watched, move || {
                    keep_end(&list, &mut place.borrow_mut());
                })
            });
            let watches: Vec<_> = watches.collect();
            move || drop(watches)
        });
    }
    let dispatch = props.dispatch.clone();
    let onscroll = Callback::from(move |event: Event| {
        let list = event.target_unchecked_into::<Element>();
        remember(&list, &mut place.borrow_mut(), &dispatch);
    });
    html! {
        <div class="log-frame">
            <div class="log" ref={list.clone()} {onscroll} tabindex="0" role="log" aria-live="polite"
                aria-label={t(Text::MessagesOf)} aria-busy={(!props.loaded).to_string()}>
                if props.more {
                    <button type="button" class="soft older"
                        aria-disabled={props.loading.to_string()}
                        onclick={on(&props.dispatch, Action::LoadOlder)}>
                        { t(Text::LoadOlder) }
                    </button>
                }
                { nothing(props) }
                <ul ref={rows_of}>{ rows(props) }</ul>
                if props.newer {
                    <button type="button" class="soft older newer"
                        aria-disabled={props.loading.to_string()}
                        onclick={on(&props.dispatch, Action::LoadNewer)}>
                        { t(Text::LoadNewer) }
                    </button>
                }
            </div>
            if props.newer {
                { to_newest(props) }
            } else if props.below > 0 {
                { to_end(props.below, list) }
            }
        </div>
    }
}

/// Returns why no message is shown: there is none, or none that could be read.
fn nothing(props: &Props) -> Html {
    let empty = props.loaded && props.messages.is_empty();
    let text = if props.damaged {
        Text::ChatDamaged
    } else {
        Text::EmptyChat
    };
    html! {
        if empty || props.damaged && props.loaded {
            <p class="empty">{ t(text) }</p>
        }
    }
}

/// Returns the button that leads to what came below.
fn to_end(below: usize, list: NodeRef) -> Html {
    let onclick = Callback::from(move |_: MouseEvent| {
        if let Some(list) = list.cast::<Element>() {
            list.set_scroll_top(list.scroll_height());
        }
    });
    let below = u64::try_from(below).unwrap_or(u64::MAX);
    html! {
        <button type="button" class="primary below" {onclick}>
            { count(below, Plural::NewMessages) }
        </button>
    }
}

/// Returns the button that leads back to the newest messages, with how many have come meanwhile.
fn to_newest(props: &Props) -> Html {
    let below = u64::try_from(props.below).unwrap_or(u64::MAX);
    html! {
        <button type="button" class="primary below" onclick={on(&props.dispatch, Action::LoadNewest)}>
            if below > 0 {
                { count(below, Plural::NewMessages) }
            } else {
                { t(Text::ToNewest) }
            }
        </button>
    }
}

fn rows(props: &Props) -> Html {
    let mut day: Option<Day> = None;
    let mut rows = Vec::with_capacity(props.messages.len());
    let beside = props.files.iter().zip(&props.introductions);
    for (message, (file, introduction)) in props.messages.iter().zip(beside) {
        if !day.is_some_and(|day| day.has(message.at)) {
            let new = browser::local_day(message.at);
            rows.push(day_line(message, new == props.today));
            day = Some(new);
        }
        let key = message.number.to_string();
        if props.first_unread == Some(message.number) {
            rows.push(unread_line());
        }
        if staying::is_line(message) {
            rows.push(staying::line(
                message,
                &props.staying,
                &props.name,
                &props.dispatch,
            ));
            continue;
        }
        let left = staying::left(message, props.now);
        let (message, file) = (Rc::clone(message), file.clone());
        let introduction = introduction.clone();
        let (dispatch, name) = (props.dispatch.clone(), props.name.clone());
        let may = may(props, &message, introduction.is_some());
        let lit = props.lit.filter(|(number, _)| *number == message.number);
        let lit = lit.map(|(_, turn)| turn);
        rows.push(html! {
            <MessageRow {key} {message} {file} {introduction} {may} {lit} {left} {name}
                {dispatch} />
        });
    }
    rows.into_iter().collect()
}

/// Returns what can be done with a message. How old it is counts while its menu is open.
fn may(props: &Props, message: &Message, introduces: bool) -> May {
    let menu = props.menu.filter(|(number, _)| *number == message.number);
    let delete = menu.is_some() && message.may_change(props.now);
    May {
        menu: menu.map(|(_, menu)| menu),
        delete,
        change: delete && message.file.is_none() && !introduces,
    }
}

fn ends(messages: &[Rc<Message>]) -> (u64, u64) {
    let number = |message: Option<&Rc<Message>>| message.map_or(0, |message| message.number);
    (number(messages.first()), number(messages.last()))
}

/// Brings the list to where the person begins to read: to what was unread, or to the end.
fn begin(list: &Element, place: &mut Place) {
    if place.begun {
        return;
    }
    place.begun = true;
    let unread = list.query_selector(UNREAD).ok().flatten();
    let top = unread.map(|unread| {
        let below = unread.get_bounding_client_rect().top() - list.get_bounding_client_rect().top();
        #[expect(clippy::cast_possible_truncation, reason = "pixels of a page")]
        let below = below as i32;
        list.scroll_top() + below
    });
    list.set_scroll_top(top.unwrap_or_else(|| list.scroll_height()));
}

/// Keeps the list at its end if it was there; older messages that appear above do not move it, nor do newer ones that
/// were asked for. Where the newest have taken the place of others (`returned`), their end is shown.
fn keep_place(list: &Element, place: &mut Place, now: Loaded, own: bool) {
    let Loaded {
        ends: (first, last),
        newer,
        returned,
    } = now;
    let grown_above = place.first != 0 && first < place.first;
    let has_returned = place.returned != returned;
    let follows = last > place.last && !place.newer && (own || !place.away_from_end);
    if has_returned || follows {
        list.set_scroll_top(list.scroll_height());
    } else if grown_above {
        list.set_scroll_top(place.top + list.scroll_height() - place.height);
    }
    (place.first, place.last) = (first, last);
    (place.newer, place.returned) = (newer, returned);
}

/// Keeps the list at its end if it was there, when the field below or the window got another size.
fn keep_end(list: &Element, place: &mut Place) {
    if !place.away_from_end && !place.newer {
        list.set_scroll_top(list.scroll_height());
        measure(list, place);
    }
}

/// Takes where the list is now, and tells when its end has come into sight or gone from it.
fn remember(list: &Element, place: &mut Place, dispatch: &Dispatch) {
    measure(list, place);
    let at_end = !place.away_from_end;
    if place.begun && place.told.replace(at_end) != Some(at_end) {
        dispatch.emit(Action::AtEnd(at_end));
    }
}

fn measure(list: &Element, place: &mut Place) {
    place.top = list.scroll_top();
    place.height = list.scroll_height();
    place.away_from_end = place.height - place.top - list.client_height() > NEAR_END;
}
