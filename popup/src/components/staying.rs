//! How long the messages of a chat stay: the menu of a chat, the lines that change it, what is left of a message's time, and
//! the bar of a chat that was cleared.

use super::ids::field_id;
use super::parts::{Dispatch, icon, on};
use crate::browser;
use crate::i18n::{Plural, Text, count, fill, t};
use crate::state::{Action, CHAT_MENU, Chat, ChatEdit, UNDO_CLEAR};
use ipc::{Act, Lifetime, Message, Outcome, Staying, UnixMillis};
use yew::prelude::*;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

fn act(edit: ChatEdit) -> Action {
    Action::Chat(edit)
}

/// Returns how long that is.
fn lifetime(lifetime: Lifetime) -> String {
    t(match lifetime {
        Lifetime::Hour => Text::LifetimeHour,
        Lifetime::Day => Text::LifetimeDay,
        Lifetime::Week => Text::LifetimeWeek,
        Lifetime::FourWeeks => Text::LifetimeFourWeeks,
    })
}

/// Returns the rule that holds, where there is one.
pub(super) fn rule(staying: &Staying) -> Html {
    match staying.lifetime {
        Some(holds) => html! {
            <p class="detail">{ fill(Text::RuleHolds, &[&lifetime(holds)]) }</p>
        },
        None => Html::default(),
    }
}

/// Returns the button of the menu of a chat.
pub(super) fn menu_button(chat: &Chat, dispatch: &Dispatch) -> Html {
    let label = t(Text::ChatMenu);
    html! {
        <button type="button" id={field_id(CHAT_MENU)} class="quiet icon-only"
            aria-label={label.clone()} title={label} aria-expanded={chat.options.to_string()}
            onclick={on(dispatch, act(ChatEdit::Menu))} onkeydown={leaves(chat.options, dispatch)}>
            { icon("dots") }
        </button>
    }
}

/// Escape closes the menu, and nothing else.
fn leaves(is_open: bool, dispatch: &Dispatch) -> Callback<KeyboardEvent> {
    let dispatch = dispatch.clone();
    Callback::from(move |event: KeyboardEvent| {
        if is_open && browser::is_escape(&event) {
            event.prevent_default();
            event.stop_propagation();
            dispatch.emit(act(ChatEdit::Leave));
        }
    })
}

/// Returns the menu of a chat, where it is open.
pub(super) fn menu(chat: &Chat, staying: &Staying, dispatch: &Dispatch) -> Html {
    if !chat.options {
        return Html::default();
    }
    let choice = |choice: Option<Lifetime>| {
        let words = choice.map_or_else(|| t(Text::LifetimeOff), lifetime);
        let pressed = staying.lifetime == choice;
        html! {
            <button type="button" class="soft" aria-pressed={pressed.to_string()}
                onclick={on(dispatch, act(ChatEdit::Stay(choice)))}>
                { words }
            </button>
        }
    };
    let choices = std::iter::once(None).chain(Lifetime::ALL.map(Some));
    html! {
        <div class="chat-menu" onkeydown={leaves(chat.options, dispatch)}>
            <section aria-labelledby="staying-heading">
                <h2 id="staying-heading">{ t(Text::RuleTitle) }</h2>
                <div class="lifetimes" role="group" aria-labelledby="staying-heading"
                    aria-describedby="staying-hint">
                    { for choices.map(choice) }
                </div>
                <p id="staying-hint" class="hint">{ t(Text::RuleHint) }</p>
            </section>
            <section>
                <button type="button" class="danger" aria-describedby="clear-hint"
                    onclick={on(dispatch, act(ChatEdit::Clear))}>
                    { t(Text::ChatClear) }
                </button>
                <p id="clear-hint" class="hint">{ t(Text::ChatClearHint) }</p>
            </section>
        </div>
    }
}

/// Returns the bar of a chat that was cleared, which says so where it appears.
pub(super) fn cleared(staying: &Staying, dispatch: &Dispatch) -> Html {
    html! {
        <div role="status" class="cleared">
            if staying.clearing.is_some() {
                <p>{ t(Text::ChatCleared) }</p>
                <button type="button" id={field_id(UNDO_CLEAR)} class="soft"
                    onclick={on(dispatch, act(ChatEdit::BringBack))}>
                    { t(Text::Undo) }
                </button>
            }
        </div>
    }
}

/// Returns whether a message is an entry about how long messages stay.
pub(super) fn is_line(message: &Message) -> bool {
    let entry = message.entry.as_ref();
    entry.is_some_and(|entry| entry.reference.act.is_about_rule())
}

/// Returns the line of an entry about how long messages stay, with the answers where it waits for one.
pub(super) fn line(message: &Message, staying: &Staying, name: &str, dispatch: &Dispatch) -> Html {
    let mut proposals = staying.proposals.iter();
    let waits = proposals.any(|open| open.id == message.id && !open.own);
    let id = message.id.clone();
    let answer = |edit: ChatEdit, class: &'static str, text: Text| {
        html! {
            <button type="button" {class} onclick={on(dispatch, act(edit))}>{ t(text) }</button>
        }
    };
    html! {
        <li key={message.number.to_string()} class="rule-line">
            <p>{ words(message, name) }</p>
            if waits {
                <div class="acts">
                    { answer(ChatEdit::Decline(id.clone()), "soft", Text::RuleDecline) }
                    { answer(ChatEdit::Agree(id), "primary", Text::RuleAgree) }
                </div>
            }
        </li>
    }
}

fn words(message: &Message, name: &str) -> String {
    let Some(entry) = &message.entry else {
        return String::new();
    };
    match entry.outcome {
        Outcome::Counts => {}
        Outcome::Unfit if message.lifetime.is_none() => return t(Text::RuleUnknown),
        Outcome::Unfit
        | Outcome::NotHere
        | Outcome::NotTheirs
        | Outcome::TooLate
        | Outcome::Deleted
        | Outcome::Overtaken => return t(Text::RuleOvertaken),
    }
    let own = message.state.is_own();
    let how_long = message.lifetime.map(lifetime).unwrap_or_default();
    let said = |by_self: Text, by_other: Text| {
        if own {
            fill(by_self, &[&how_long])
        } else {
            fill(by_other, &[&crate::words::isolate(name), &how_long])
        }
    };
    match entry.reference.act {
        Act::Propose => said(Text::RuleProposedOwn, Text::RuleProposed),
        Act::Agree => said(Text::RuleAgreedOwn, Text::RuleAgreed),
        Act::Decline => said(Text::RuleDeclinedOwn, Text::RuleDeclined),
        Act::Off => said(Text::RuleOffOwn, Text::RuleOffOther),
        Act::Reply
        | Act::Reaction
        | Act::TakeBack
        | Act::Edit
        | Act::Delete
        | Act::Meet
        | Act::Introduced => String::new(),
    }
}

/// Returns how long a message stays, where it goes.
pub(super) fn left(message: &Message, now: UnixMillis) -> Option<AttrValue> {
    let stays = message.stays().filter(|_| !message.marks.deleted)?;
    let Some(at) = message.goes_at else {
        return Some(fill(Text::GoesAfterRead, &[&lifetime(stays)]).into());
    };
    // The end is rounded up, and the time is the beginning of a minute: an hour would have 61 minutes.
    let left = at.saturating_sub(now).min(stays.millis());
    let in_units = |text, unit: u64| fill(text, &[&(left / unit).max(1).to_string()]);
    Some(AttrValue::from(if left > 2 * DAY {
        count(left / DAY, Plural::GoesDays)
    } else if left > 2 * HOUR {
        in_units(Text::GoesHours, HOUR)
    } else {
        in_units(Text::GoesMinutes, MINUTE)
    }))
}
