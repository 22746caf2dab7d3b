//! What can be done with a message, and what was done with it: its menu, its reactions, what it answers.

use super::ids::menu_id;
use super::parts::{Dispatch, icon, on};
use crate::browser;
use crate::i18n::{Text, fill, t};
use crate::state::{Action, DELETE, Menu, MessageEdit, SIGNS};
use ipc::{Act, Message, Outcome};
use yew::prelude::*;

/// What the person may do with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct May {
    /// Its menu, where it is open.
    pub(super) menu: Option<Menu>,
    /// They may delete it.
    pub(super) delete: bool,
    /// They may change its text.
    pub(super) change: bool,
}

/// Returns the button of the menu and, where it is open, the menu. What is not stored, or was deleted, has none.
pub(super) fn menu(message: &Message, may: May, dispatch: &Dispatch) -> Html {
    if message.id.is_empty() || message.marks.deleted || !message.is_message() {
        return Html::default();
    }
    let number = message.number;
    let open = on::<MouseEvent>(dispatch, act(MessageEdit::Menu(number)));
    let by_key = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: MouseEvent| {
            event.prevent_default();
            dispatch.emit(act(MessageEdit::Menu(number)));
        })
    };
    html! {
        <div class="saying" onkeydown={leaves(dispatch, may.menu.is_some())}>
            <button type="button" id={menu_id(number)} class="quiet icon-only more"
                aria-label={t(Text::MessageMenu)} title={t(Text::MessageMenu)}
                aria-expanded={may.menu.is_some().to_string()} onclick={open} oncontextmenu={by_key}>
                { icon("dots") }
            </button>
            {
                match may.menu {
                    None => Html::default(),
                    Some(Menu::Open) => choices(message, may, dispatch),
                    Some(Menu::Asking) => question(number, dispatch),
                }
            }
        </div>
    }
}

fn act(edit: MessageEdit) -> Action {
    Action::Message(edit)
}

/// Escape closes the menu, and nothing else.
fn leaves(dispatch: &Dispatch, is_open: bool) -> Callback<KeyboardEvent> {
    let dispatch = dispatch.clone();
    Callback::from(move |event: KeyboardEvent| {
        if is_open && browser::is_escape(&event) {
            event.prevent_default();
            event.stop_propagation();
            dispatch.emit(act(MessageEdit::Leave));
        }
    })
}

fn choices(message: &Message, may: May, dispatch: &Dispatch) -> Html {
    let number = message.number;
    let choice = |edit: MessageEdit, text: Text| {
        html! {
            <button type="button" class="soft" onclick={on(dispatch, act(edit))}>{ t(text) }</button>
        }
    };
    html! {
        <div class="choices" role="group" aria-label={t(Text::MessageMenu)}>
            <div class="signs">{ for SIGNS.map(|sign| reaction(message, sign, dispatch)) }</div>
            { choice(MessageEdit::Answer(number), Text::MessageReply) }
            if message.file.is_none() {
                { choice(MessageEdit::Copy(number), Text::MessageCopy) }
            }
            if may.change {
                { choice(MessageEdit::Change(number), Text::MessageEdit) }
            }
            if may.delete {
                { choice(MessageEdit::AskToDelete(number), Text::MessageDelete) }
            }
        </div>
    }
}

fn reaction(message: &Message, sign: &'static str, dispatch: &Dispatch) -> Html {
    let is_own = message.marks.own_reaction.as_deref() == Some(sign);
    let label = fill(Text::MessageReact, &[sign]);
    html! {
        <button type="button" class="quiet icon-only sign" aria-pressed={is_own.to_string()}
            aria-label={label.clone()} title={label}
            onclick={on(dispatch, act(MessageEdit::React(message.number, sign)))}>
            { sign }
        </button>
    }
}

fn question(number: u64, dispatch: &Dispatch) -> Html {
    html! {
        <div class="choices" role="group" aria-labelledby={DELETE}>
            <p id={DELETE} tabindex="-1">{ t(Text::MessageDeleteAsk) }</p>
            <button type="button" class="soft" onclick={on(dispatch, act(MessageEdit::Leave))}>
                { t(Text::MessageCancel) }
            </button>
            <button type="button" class="primary"
                onclick={on(dispatch, act(MessageEdit::Delete(number)))}>
                { t(Text::MessageDeleteYes) }
            </button>
        </div>
    }
}

/// Returns the signs under a message; the own one is a button that takes it back.
pub(super) fn reactions(message: &Message, name: &str, dispatch: &Dispatch) -> Html {
    let marks = &message.marks;
    if marks.own_reaction.is_none() && marks.their_reaction.is_none() {
        return Html::default();
    }
    let of = |who: &str, sign: &str| fill(Text::ReactionOf, &[who, sign]);
    html! {
        <ul class="reactions" aria-label={t(Text::Reactions)}>
            if let Some(sign) = &marks.their_reaction {
                <li>
                    <span class="reaction" role="img" aria-label={of(name, sign)}
                        title={of(name, sign)}>{ sign }</span>
                </li>
            }
            if let Some(sign) = &marks.own_reaction {
                <li>
                    <button type="button" class="reaction own-reaction"
                        aria-label={fill(Text::ReactionTakeBack, &[sign])}
                        title={fill(Text::ReactionTakeBack, &[sign])}
                        onclick={on(dispatch, act(MessageEdit::TakeBack(message.number)))}>
                        { sign }
                    </button>
                </li>
            }
        </ul>
    }
}

/// Returns what a message answers.
pub(super) fn quote(message: &Message, name: &str, dispatch: &Dispatch) -> Html {
    let Some(entry) = message.entry.as_ref().filter(|_| message.is_message()) else {
        return Html::default();
    };
    let Some(quoted) = &message.quoted else {
        return html! { <p class="quote nothing">{ t(Text::MessageNotHere) }</p> };
    };
    let show = MessageEdit::Show(entry.reference.about.clone());
    let deleted = quoted.text.is_empty();
    html! {
        <button type="button" class="quote" onclick={on(dispatch, act(show))}>
            <span class="sr-only">{ t(Text::InReplyTo) }{ " " }</span>
            <bdi class="by">{ author(quoted.own, name) }</bdi>
            if deleted {
                <em>{ t(Text::MessageDeleted) }</em>
            } else {
                <span dir="auto">{ &quoted.text }</span>
            }
        </button>
    }
}

fn author(own: bool, name: &str) -> String {
    if own { t(Text::You) } else { name.to_owned() }
}

/// Returns what is said in the composer of the message that its text is about.
pub(super) fn about(act_of: Act, own: bool, text: &str, name: &str, dispatch: &Dispatch) -> Html {
    let head = if act_of == Act::Edit {
        t(Text::ComposerEdit)
    } else {
        fill(Text::ComposerReply, &[&author(own, name)])
    };
    let cancel = act(MessageEdit::Cancel);
    html! {
        <div class="about-message">
            <p id="composer-about"><strong>{ head }</strong><span dir="auto">{ text }</span></p>
            <button type="button" class="quiet icon-only" aria-label={t(Text::MessageCancel)}
                title={t(Text::MessageCancel)} onclick={on(dispatch, cancel)}>
                { icon("close") }
            </button>
        </div>
    }
}

/// Returns why what was to be done with another message is a line of its own.
pub(super) fn not_done(message: &Message) -> Option<Text> {
    let entry = message.entry.as_ref().filter(|_| !message.is_message())?;
    match entry.outcome {
        Outcome::Counts => None,
        Outcome::NotHere | Outcome::Deleted => Some(Text::ChangeNotHere),
        Outcome::NotTheirs => Some(Text::ChangeForeign),
        Outcome::TooLate => Some(Text::ChangeLate),
        Outcome::Unfit | Outcome::Overtaken => Some(Text::ChangeUnfit),
    }
}
