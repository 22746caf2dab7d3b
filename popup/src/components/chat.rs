//! The chat with a contact.

use super::composer::Composer;
use super::drop;
use super::header::standing_line;
use super::log::Log;
use super::parts::{Dispatch, icon, on, page_head, verified_mark, with_name};
use super::person::no_path;
use super::staying;
use crate::browser;
use crate::i18n::{Text, fill, t};
use crate::state::{Action, Chat, OverlayEdit, State, is_cleared};
use ipc::{Message, Person, PersonId, Staying, UnixMillis};
use std::rc::Rc;
use yew::prelude::*;

/// The chat.
pub(super) fn chat(state: &State, chat: &Chat, dispatch: &Dispatch) -> Html {
    let typing = state.is_typing(&chat.contact);
    let files = drop::place(".chat", &chat.contact, dispatch);
    let staying = state.staying(&chat.contact);
    let messages = messages(state, chat, &staying);
    let name = AttrValue::from(state.chat_name().unwrap_or_default().to_owned());
    let shown = messages
        .iter()
        .map(|message| state.file_of(message))
        .collect::<Vec<_>>();
    let introductions = messages
        .iter()
        .map(|message| state.introduction(message).cloned())
        .collect::<Vec<_>>();
    html! {
        <main class="page chat" key={chat.contact.0.clone()} ondragover={files.over}
            ondragleave={files.leave} ondrop={files.drop}>
            <p class="drop-here" aria-hidden="true">{ icon("attach") }{ t(Text::FileDrop) }</p>
            { head(state, chat, typing, dispatch) }
            { staying::menu(chat, &staying, dispatch) }
            <Log {messages} files={shown} {introductions}
                first_unread={chat.first_unread()}
                more={chat.more && staying.clearing.is_none()} loading={chat.loading} loaded={chat.loaded}
                newer={chat.newer.is_some()} returned={chat.returned} lit={chat.lit}
                damaged={chat.damaged} below={chat.below()}
                today={browser::local_day(state.now)} menu={chat.menu} now={minute(state.now)}
                name={name.clone()} staying={staying.clone()} dispatch={dispatch.clone()} />
            { staying::cleared(&staying, dispatch) }
            <Composer contact={chat.contact.clone()} preparing={state.files.preparing(&chat.contact)}
                draft={chat.draft.clone()} room={chat.room()} error={chat.error.clone()}
                about={chat.about.clone()} {name}
                dispatch={dispatch.clone()} />
        </main>
    }
}

/// Returns the messages, and behind them the texts that wait for the engine.
fn messages(state: &State, chat: &Chat, staying: &Staying) -> Vec<Rc<Message>> {
    let stored = chat.messages.values();
    let is_shown =
        |message: &&Rc<Message>| message.has_line() && !is_cleared(message, staying.clearing);
    let stored = stored.filter(is_shown).cloned();
    let waiting = state.waiting_texts(chat).into_iter();
    stored.chain(waiting.map(Rc::new)).collect()
}

/// Returns the beginning of a minute, so that the list is not painted every second.
fn minute(now: UnixMillis) -> UnixMillis {
    now - now % 60_000
}

/// Returns the name that a contact has taken, and that the person has not taken over.
fn new_name(person: &Person) -> Option<&String> {
    person.preferences.as_ref()?.new_name.as_ref()
}

fn head(state: &State, chat: &Chat, typing: bool, dispatch: &Dispatch) -> Html {
    let person = state.people.get(&PersonId::Contact(chat.contact.clone()));
    let Some(person) = person else {
        return page_head(dispatch, Html::default());
    };
    let about = fill(Text::AboutContact, &[&person.name]);
    let open = on(dispatch, Action::OpenContact(chat.contact.clone()));
    page_head(
        dispatch,
        html! {
            <>
                <div class="who">
                    <h1 id="page" tabindex="-1" title={person.name.clone()}>
                        <bdi>{ &person.name }</bdi>{ verified_mark(person) }
                    </h1>
                    { standing_line(state, person, typing) }
                    { no_path(person) }
                    { staying::rule(&person.staying) }
                    if let Some(new) = new_name(person) {
                        <p class="detail">{ with_name(Text::CallsItself, new) }</p>
                    }
                </div>
                <button type="button" class="quiet icon-only" aria-label={t(Text::SearchHere)}
                    title={t(Text::SearchHere)}
                    onclick={on(dispatch, Action::Overlay(OverlayEdit::FindHere))}>
                    { icon("find") }
                </button>
                { staying::menu_button(chat, dispatch) }
                <button type="button" class="quiet icon-only" aria-label={about.clone()}
                    title={about} onclick={open}>
                    { icon("about") }
                </button>
            </>
        },
    )
}
