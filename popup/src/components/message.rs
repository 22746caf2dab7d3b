//! One message, and the lines between messages.

use super::file::FileCard;
use super::ids::message_id;
use super::introduction;
use super::parts::{Dispatch, icon};
use super::saying::{self, May};
use crate::browser;
use crate::code::{Span, spans};
use crate::i18n::{Text, browser_language, t};
use crate::linkify::{Piece, pieces};
use crate::state::FileShown;
use crate::words;
use ipc::{Introduction, Message, MessageState};
use std::rc::Rc;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub(super) struct Props {
    pub(super) message: Rc<Message>,
    /// How far its file is, where there is one.
    pub(super) file: Option<FileShown>,
    /// How far the introduction is that it makes, where it makes one.
    pub(super) introduction: Option<Introduction>,
    /// What can be done with it.
    pub(super) may: May,
    /// How long it stays, where it goes.
    pub(super) left: Option<AttrValue>,
    /// It is lit up, for the how manieth time.
    pub(super) lit: Option<u32>,
    /// The name of the contact.
    pub(super) name: AttrValue,
    pub(super) dispatch: Dispatch,
}

/// Shows a message with its time and, for an own message, its state.
#[component]
pub(super) fn MessageRow(props: &Props) -> Html {
    let message = &props.message;
    let own = message.state.is_own();
    let time = browser::time_of_day(message.at, browser_language().as_deref());
    html! {
        <li id={message_id(message.number)} tabindex="-1"
            class={classes!("message", if own { "own" } else { "theirs" })}>
            if let Some(turn) = props.lit {
                <span key={turn} class="lit"><span class="sr-only">{ t(Text::SearchHit) }{ " " }</span></span>
            }
            <div class="bubble">
                if own {
                    <span class="sr-only">{ t(Text::You) }{ ": " }</span>
                }
                { saying::quote(message, &props.name, &props.dispatch) }
                { content(props) }
                <p class="meta">
                    if let Some(left) = &props.left {
                        <span class="goes">{ icon("hourglass") }{ left }</span>
                    }
                    if message.marks.edited {
                        <span>{ t(Text::MessageEdited) }</span>
                    }
                    <time>{ time }</time>{ state(message.state) }
                </p>
                { saying::reactions(message, &props.name, &props.dispatch) }
            </div>
            { saying::menu(message, props.may, &props.dispatch) }
        </li>
    }
}

/// Returns the file that is offered, or the text.
fn content(props: &Props) -> Html {
    let message = &props.message;
    if let (Some(file), Some(shown)) = (&message.file, &props.file) {
        return html! {
            <FileCard contact={message.contact.clone()} transfer={file.transfer.clone()}
                own={message.state.is_own()} name={file.offer.title().to_owned()} size={file.offer.size}
                folder={file.offer.folder}
                stored={message.state != MessageState::Arriving} shown={shown.clone()}
                message={Rc::clone(message)} dispatch={props.dispatch.clone()} />
        };
    }
    if let Some(introduction) = &props.introduction {
        return introduction::card(introduction, &props.name, &props.dispatch);
    }
    if message.marks.deleted {
        return html! { <p class="text deleted">{ t(Text::MessageDeleted) }</p> };
    }
    html! {
        <>
            if let Some(why) = saying::not_done(message) {
                <p class="not-done">{ t(why) }</p>
            }
            <div class="text" dir="auto">{ for spans(&message.text).into_iter().map(span) }</div>
        </>
    }
}

fn span(span: Span<'_>) -> Html {
    match span {
        Span::Text(text) => pieces(text).into_iter().map(piece).collect(),
        // A program is read from left to right in every language.
        Span::Inline(code) => html! { <code dir="ltr">{ code }</code> },
        Span::Block(code) => html! { <pre dir="ltr" tabindex="0"><code>{ code }</code></pre> },
    }
}

fn piece(piece: Piece<'_>) -> Html {
    match piece {
        Piece::Text(text) => html! { { text } },
        // Set apart: a sign before it could turn the address that is seen into another one.
        Piece::Link(link) => html! {
            <a href={link.to_owned()} target="_blank" rel="noopener noreferrer">
                <bdi>{ link }</bdi>
            </a>
        },
    }
}

fn state(state: MessageState) -> Html {
    let Some((text, name)) = words::message_state(state) else {
        return Html::default();
    };
    html! {
        <span class={classes!("message-state", name)} title={t(text)}>
            { icon(name) }<span class="word">{ t(text) }</span>
        </span>
    }
}

/// Returns the line above the first message of a day.
pub(super) fn day_line(message: &Message, is_today: bool) -> Html {
    let words = if is_today {
        t(Text::Today)
    } else {
        browser::long_date(message.at, Some(&t(Text::Language)))
    };
    let key = format!("day-{}", message.number);
    html! { <li {key} class="day"><span>{ words }</span></li> }
}

/// Returns the line above the first message that was unread when the chat was opened.
pub(super) fn unread_line() -> Html {
    html! { <li key="unread" class="unread-line"><span>{ t(Text::UnreadLine) }</span></li> }
}
