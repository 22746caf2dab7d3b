//! Small parts that many pages share.

use crate::i18n::{Plural, Text, count, fill, t};
use crate::state::Action;
use ipc::Person;
use yew::prelude::*;

/// Where what the person does goes.
pub(crate) type Dispatch = Callback<Action>;

/// Returns a callback that dispatches one action.
pub(super) fn on<E>(dispatch: &Dispatch, action: Action) -> Callback<E> {
    dispatch.reform(move |_| action.clone())
}

/// Returns a drawn sign; the words beside it say the same.
pub(super) fn icon(name: &'static str) -> Html {
    html! { <span class={classes!("icon", format!("icon-{name}"))} aria-hidden="true" /> }
}

/// Returns how many bytes are left until a limit, where fewer than `near` are or where it is passed.
pub(super) fn bytes_left(room: i64, near: i64) -> Html {
    let (text, over) = match room {
        ..0 => (Plural::BytesOver, true),
        0.. if room < near => (Plural::BytesLeft, false),
        _ => return Html::default(),
    };
    let text = count(room.unsigned_abs(), text);
    html! { <p class={classes!("room", over.then_some("error"))}>{ text }</p> }
}

/// Returns the mark before a name. The character is there for copying; what is seen is drawn.
pub(super) fn mark(contact: bool) -> Html {
    let (sign, class) = if contact {
        ("💬", "mark-contact")
    } else {
        ("👤", "mark-stranger")
    };
    html! { <span class={classes!("mark", class)} aria-hidden="true">{ sign }</span> }
}

/// Returns the sign of a contact whose safety number was compared.
pub(super) fn verified_mark(person: &Person) -> Html {
    let verified = person
        .preferences
        .as_ref()
        .is_some_and(|preferences| preferences.verified);
    html! {
        if verified {
            <span class="icon icon-verified" role="img" aria-label={t(Text::VerifiedMark)}
                title={t(Text::VerifiedMark)} />
        }
    }
}

/// Returns the head of a page, with the button that leads back.
pub(super) fn page_head(dispatch: &Dispatch, content: Html) -> Html {
    html! { <header class="page-head">{ back_button(dispatch) }{ content }</header> }
}

/// Returns a heading that is only a title.
pub(super) fn page_title(title: Text) -> Html {
    html! { <h1 id="page" tabindex="-1">{ t(title) }</h1> }
}

/// Returns the button that leads back.
fn back_button(dispatch: &Dispatch) -> Html {
    html! {
        <button type="button" class="quiet back" onclick={on(dispatch, Action::Back)}>
            { icon("back") }<span class="back-word">{ t(Text::Back) }</span>
        </button>
    }
}

/// Returns a sentence with a name in its gap. The direction of the name does not change the sentence.
pub(super) fn with_name(text: Text, name: &str) -> Html {
    const GAP: char = '\u{fffc}';
    let sentence = fill(text, &["\u{fffc}"]);
    let (before, after) = sentence.split_once(GAP).unwrap_or((&sentence, ""));
    html! { <>{ before }<bdi>{ name }</bdi>{ after }</> }
}

/// Returns a text with two names in its gaps, which are in the same order in every language.
pub(super) fn with_names(text: Text, first: &str, second: &str) -> Html {
    const GAP: char = '\u{fffc}';
    let sentence = fill(text, &["\u{fffc}", "\u{fffc}"]);
    let mut parts = sentence.splitn(3, GAP).map(str::to_owned);
    let mut part = || parts.next().unwrap_or_default();
    html! { <>{ part() }<bdi>{ first }</bdi>{ part() }<bdi>{ second }</bdi>{ part() }</> }
}
