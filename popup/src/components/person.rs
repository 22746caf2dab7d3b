//! One row of a list of people.

use super::drop;
use super::ids::person_id;
use super::note::{note_button, note_form, on_escape};
use super::parts::{Dispatch, mark, on, verified_mark, with_name};
use crate::i18n::{Text, fill, t};
use crate::state::{Action, NoteForm};
use crate::words;
use ipc::{ContactId, Person, PersonId, Ping, Presence};
use std::rc::Rc;
use yew::prelude::*;

/// Colours of avatars in the style sheet.
const HUES: u32 = 8;

#[derive(PartialEq, Properties)]
pub(super) struct Props {
    pub(super) person: Rc<Person>,
    /// In a list that is not there as a whole: which row it is, from 1, and of how many.
    pub(super) place: Option<(usize, usize)>,
    /// When they were last connected, in words.
    pub(super) seen: Option<String>,
    /// They are writing.
    pub(super) typing: bool,
    /// Their chat is open.
    pub(super) open: bool,
    /// The form for a note, if it is open here.
    pub(super) note: Option<NoteForm>,
    /// They are being asked.
    pub(super) asking: bool,
    pub(super) dispatch: Dispatch,
}

/// A contact or a stranger.
#[component]
pub(super) fn PersonRow(props: &Props) -> Html {
    let person = &props.person;
    let id = person_id(&person.id);
    let name_id = format!("{id}-name");
    let contact = matches!(person.id, PersonId::Contact(_));
    let files = match &person.id {
        PersonId::Contact(contact) if !is_blocked(person) => {
            Some(drop::place(".person", contact, &props.dispatch))
        }
        PersonId::Contact(_) | PersonId::Stranger(_) => None,
    };
    let onkeydown = props.note.as_ref().map(|_| on_escape(&props.dispatch));
    html! {
        <li {id} tabindex="-1" class={classes!("person", props.open.then_some("open"))} {onkeydown}
            ondragover={files.as_ref().map(|files| files.over.clone())}
            ondragleave={files.as_ref().map(|files| files.leave.clone())}
            ondrop={files.map(|files| files.drop)}
            aria-posinset={props.place.map(|(index, _)| index.to_string())}
            aria-setsize={props.place.map(|(_, count)| count.to_string())}>
            { avatar(person) }
            <div class="who">
                <p class="name" title={person.name.clone()}>
                    { mark(contact) }{ name(props, &name_id) }{ verified_mark(person) }
                </p>
                { details(props) }
            </div>
            <div class="acts">
                { unread(person.unread) }
                { buttons(props, &name_id) }
            </div>
            if let Some(note) = &props.note {
                { note_form(note, props.asking, &name_id, &props.dispatch) }
            }
        </li>
    }
}

/// Returns the name; the name of a contact leads to the contact's page.
fn name(props: &Props, name_id: &str) -> Html {
    let person = &props.person;
    let name = html! { <bdi id={name_id.to_owned()}>{ &person.name }</bdi> };
    match &person.id {
        PersonId::Contact(contact) if person.preferences.is_some() => html! {
            <button type="button" class="about"
                aria-label={fill(Text::AboutContact, &[&person.name])}
                onclick={on(&props.dispatch, Action::OpenContact(contact.clone()))}>
                { name }
            </button>
        },
        PersonId::Contact(_) | PersonId::Stranger(_) => name,
    }
}

fn buttons(props: &Props, name_id: &str) -> Html {
    let person = &props.person;
    match &person.id {
        PersonId::Contact(contact) => contact_buttons(props, contact, name_id),
        PersonId::Stranger(stranger) => stranger_buttons(props, stranger, name_id),
    }
}

/// Returns the buttons of a stranger. While the form for a note is open, Connect stands in it.
fn stranger_buttons(props: &Props, stranger: &str, name_id: &str) -> Html {
    let (open, busy) = (props.note.is_some(), props.asking);
    let connect = Action::Connect(stranger.to_owned());
    html! {
        <>
            { note_button(stranger, open, busy, name_id, &props.dispatch) }
            if !open {
                { button(props, Text::Connect, "primary", connect, busy, name_id) }
            }
        </>
    }
}

fn contact_buttons(props: &Props, contact: &ContactId, name_id: &str) -> Html {
    let person = &props.person;
    if is_blocked(person) {
        return Html::default();
    }
    let saved = matches!(person.presence, Presence::Online | Presence::Offline);
    let busy = person.ping == Some(Ping::Trying);
    let open = Action::OpenChat(contact.clone());
    let ping = Action::Ping(contact.clone());
    html! {
        <>
            if saved {
                { button(props, Text::Ping, "soft", ping, busy, name_id) }
            }
            { button(props, Text::OpenChat, "soft strong", open, false, name_id) }
        </>
    }
}

/// Returns a button. While it is busy it stays where it is, and so does the focus.
fn button(
    props: &Props,
    label: Text,
    class: &'static str,
    action: Action,
    busy: bool,
    name_id: &str,
) -> Html {
    let onclick = (!busy).then(|| on(&props.dispatch, action));
    html! {
        <button type="button" {class} {onclick} aria-disabled={busy.to_string()}
            aria-describedby={name_id.to_owned()}>
            { t(label) }
        </button>
    }
}

fn details(props: &Props) -> Html {
    let person = &props.person;
    let asked = words::asked(person.asked);
    let ping = person
        .ping
        .filter(|_| place_of_ping(person) && !is_blocked(person));
    html! {
        <>
            <p class="detail">
                if props.typing {
                    <span class="typing">{ t(Text::Typing) }</span>
                } else {
                    <span>{ t(standing(person)) }</span>
                    if person.connected.is_some_and(|way| way.away) && !is_blocked(person) {
                        <span>{ " · " }{ t(Text::ContactAway) }</span>
                    }
                    if let Some(seen) = &props.seen {
                        <span>{ " · " }{ seen }</span>
                    }
                    if person.preferences.as_ref().is_some_and(|preferences| preferences.paused) {
                        <span>{ " · " }{ t(Text::Paused) }</span>
                    }
                }
            </p>
            if let Some(name) = &person.resembles {
                <p class="detail warn">{ with_name(Text::NotYourContact, name) }</p>
            }
            if asks_to_pause(person) {
                <p class="detail said">{ t(Text::LongUnseen) }</p>
            }
            <div role="status">
                if let Some(asked) = asked {
                    <p class="detail said">{ t(asked) }</p>
                }
                if let Some(ping) = ping {
                    <p class="detail said">{ t(words::ping(ping)) }</p>
                }
            </div>
            // On its own it would move the rows below.
            if person.ping.is_some() {
                { no_path(person) }
            }
        </>
    }
}

fn is_blocked(person: &Person) -> bool {
    person
        .preferences
        .as_ref()
        .is_some_and(|preferences| preferences.blocked)
}

/// Returns the question that the contact's page answers.
fn asks_to_pause(person: &Person) -> bool {
    let preferences = person.preferences.as_ref();
    preferences.is_some_and(|preferences| {
        preferences.long_unseen && !preferences.paused && !preferences.blocked
    })
}

/// Returns where somebody is seen, or that they are blocked.
fn standing(person: &Person) -> Text {
    if is_blocked(person) {
        Text::Blocked
    } else {
        words::presence(person.presence)
    }
}

/// Returns the line below the name on a page about somebody.
pub(super) fn presence_line(person: &Person, typing: bool) -> Html {
    let away = person.connected.is_some_and(|way| way.away);
    let light = match person.presence {
        Presence::OnNetwork | Presence::Online if away => "busy",
        Presence::OnNetwork | Presence::Online => "good",
        Presence::ClaimsNetwork => "busy",
        Presence::Offline => "off",
    };
    html! {
        <p class={classes!("state-line", light)} role="status">
            <span class="light" aria-hidden="true" />
            if typing {
                <span class="typing">{ t(Text::Typing) }</span>
            } else {
                <span>{ t(standing(person)) }</span>
                if let Some(connected) = person.connected {
                    <span class="way">{ " · " }{ words::connected(connected) }</span>
                }
            }
        </p>
    }
}

/// Returns why a contact who answers cannot be reached, and what would help.
pub(super) fn no_path(person: &Person) -> Html {
    let says = person.no_path && person.connected.is_none() && !is_blocked(person);
    if !says {
        return Html::default();
    }
    html! { <p class="detail said" role="status">{ t(Text::NoPath) }</p> }
}

/// Returns what the last Ping said, where somebody can be pinged.
fn place_of_ping(person: &Person) -> bool {
    matches!(person.presence, Presence::Online | Presence::Offline)
}

fn unread(unread: u32) -> Html {
    if unread == 0 {
        return Html::default();
    }
    html! {
        <span class="unread">
            <span aria-hidden="true">{ unread.min(999) }</span>
            <span class="sr-only">{ words::unread_count(unread) }</span>
        </span>
    }
}

fn avatar(person: &Person) -> Html {
    let presence = match person.presence {
        Presence::OnNetwork | Presence::Online => "up",
        Presence::ClaimsNetwork => "claims",
        Presence::Offline => "down",
    };
    let (kind, hue) = match &person.id {
        PersonId::Contact(ContactId(id)) => ("contact", format!("hue-{}", hue(id))),
        PersonId::Stranger(_) => ("stranger", String::new()),
    };
    html! {
        <span class={classes!("avatar", kind, presence, hue)} aria-hidden="true">
            { initial(&person.name) }
        </span>
    }
}

/// Returns the colour, which is always the same for one contact.
fn hue(id: &str) -> u32 {
    let mix = |sum: u32, byte: u8| sum.wrapping_mul(31).wrapping_add(byte.into());
    id.bytes().fold(7, mix) % HUES
}

/// Returns the first letter of a name; other signs do not stand well alone.
fn initial(name: &str) -> char {
    let is_sign = |c: char| {
        let symbol = matches!(c, '\u{2000}'..='\u{2bff}' | '\u{1f000}'..);
        symbol || c.is_ascii_punctuation()
    };
    name.chars().next().filter(|c| !is_sign(*c)).unwrap_or('•')
}
