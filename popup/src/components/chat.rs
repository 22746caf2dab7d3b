//! The chat with a contact.

use super::composer::Composer;
use super::log::Log;
use super::{Dispatch, back_button};
use crate::i18n::{Text, t};
use crate::state::{Chat, State};
use crate::{browser, words};
use ipc::{PersonId, Presence};
use yew::prelude::*;

/// The chat.
pub(super) fn chat(state: &State, chat: &Chat, dispatch: &Dispatch) -> Html {
    let typing = state.is_typing(&chat.contact);
    html! {
        <main class="page chat" key={chat.contact.0.clone()}>
            { head(state, chat, typing, dispatch) }
            <Log messages={chat.messages.values().cloned().collect::<Vec<_>>()}
                more={chat.more} loading={chat.loading} loaded={chat.loaded}
                today={browser::local_day(state.now)} dispatch={dispatch.clone()} />
            <Composer draft={chat.draft.clone()} room={chat.room()} error={chat.error.clone()}
                dispatch={dispatch.clone()} />
        </main>
    }
}

fn head(state: &State, chat: &Chat, typing: bool, dispatch: &Dispatch) -> Html {
    let person = state.people.get(&PersonId::Contact(chat.contact.clone()));
    let name = person.map(|person| person.name.clone()).unwrap_or_default();
    let presence = person.map_or(Presence::Offline, |person| person.presence);
    let light = match presence {
        Presence::OnNetwork | Presence::Online => "good",
        Presence::ClaimsNetwork => "busy",
        Presence::Offline => "off",
    };
    html! {
        <header class="page-head">
            { back_button(dispatch) }
            <div class="who">
                <h1 id="page" tabindex="-1" title={name.clone()}><bdi>{ name }</bdi></h1>
                <p class={classes!("state-line", light)} role="status">
                    <span class="light" aria-hidden="true" />
                    if typing {
                        <span class="typing">{ t(Text::Typing) }</span>
                    } else {
                        <span>{ t(words::presence(presence)) }</span>
                    }
                </p>
            </div>
        </header>
    }
}
