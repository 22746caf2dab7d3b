//! Introductions: the card in a chat, and what is on the page of a contact.

use super::fields::{Field, text};
use super::ids::field_id;
use super::parts::{Dispatch, bytes_left, on, with_name, with_names};
use crate::i18n::{Text, t};
use crate::state::{
    Action, ContactEdit, ContactPage, INTRODUCE, INTRODUCE_NOTE, IntroduceEdit, IntroduceForm,
    Introducing, State,
};
use crate::words;
use ipc::{Introduction, IntroductionState, Person, PersonId};
use yew::prelude::*;

/// From here on, the bytes that are left are shown.
const NEAR_LIMIT: i64 = 80;

/// Returns the card in the chat with a contact of this name.
pub(super) fn card(introduction: &Introduction, contact: &str, dispatch: &Dispatch) -> Html {
    let title = if introduction.own {
        Text::IntroductionOwn
    } else {
        Text::IntroductionTheirs
    };
    html! {
        <div class="introduction">
            <p class="introduction-title">{ with_names(title, contact, &introduction.name) }</p>
            if let Some(name) = &introduction.resembles {
                <p class="detail warn">{ with_name(Text::NotYourContact, name) }</p>
            }
            if let Some(note) = &introduction.note {
                <p class="note" dir="auto">{ note }</p>
            }
            <p class="detail" role="status">{ state_line(introduction, contact) }</p>
            { acts(introduction, dispatch) }
        </div>
    }
}

fn state_line(introduction: &Introduction, contact: &str) -> Html {
    let other = &introduction.name;
    match &introduction.state {
        IntroductionState::Asked => html! { { t(Text::IntroductionAsk) } },
        IntroductionState::Agreed => with_name(Text::IntroductionAgreed, other),
        IntroductionState::Declined => html! { { t(Text::IntroductionDeclined) } },
        IntroductionState::WaitsForBoth => with_names(Text::IntroductionWaitsBoth, contact, other),
        IntroductionState::WaitsForContact => with_name(Text::IntroductionWaits, contact),
        IntroductionState::WaitsForOther => with_name(Text::IntroductionWaits, other),
        IntroductionState::Looking => with_name(Text::IntroductionLooking, other),
        IntroductionState::Introduced { .. } => html! { { t(Text::IntroductionDone) } },
        IntroductionState::Expired => html! { { t(Text::IntroductionExpired) } },
        IntroductionState::Over => html! { { t(Text::IntroductionOver) } },
    }
}

fn acts(introduction: &Introduction, dispatch: &Dispatch) -> Html {
    let answer = |label, class, agree| {
        let (contact, message) = (introduction.contact.clone(), introduction.message.clone());
        let pressed = Action::Introduced {
            contact,
            message,
            agree,
        };
        html! { <button type="button" {class} onclick={on(dispatch, pressed)}>{ t(label) }</button> }
    };
    match &introduction.state {
        IntroductionState::Asked => html! {
            <div class="acts">
                { answer(Text::IntroductionNo, "soft", false) }
                { answer(Text::IntroductionYes, "primary", true) }
            </div>
        },
        IntroductionState::Introduced {
            contact: Some(contact),
        } => html! {
            <div class="acts">
                <button type="button" class="soft"
                    onclick={on(dispatch, Action::OpenChat(contact.clone()))}>
                    { with_name(Text::IntroductionOpen, &introduction.name) }
                </button>
            </div>
        },
        IntroductionState::Agreed
        | IntroductionState::Declined
        | IntroductionState::WaitsForBoth
        | IntroductionState::WaitsForContact
        | IntroductionState::WaitsForOther
        | IntroductionState::Looking
        | IntroductionState::Introduced { contact: None }
        | IntroductionState::Expired
        | IntroductionState::Over => Html::default(),
    }
}

/// Returns the part of a contact's page that introduces them to another one.
pub(super) fn section(
    state: &State,
    page: &ContactPage,
    person: &Person,
    dispatch: &Dispatch,
) -> Html {
    let act = |edit| on(dispatch, Action::Contact(ContactEdit::Introduce(edit)));
    let choose = html! {
        <button type="button" id={field_id(INTRODUCE)} class="soft" onclick={act(IntroduceEdit::Choose)}>
            { with_name(Text::IntroduceTo, &person.name) }
        </button>
    };
    html! {
        <section class="card" aria-labelledby="introduce-heading">
            <h2 id="introduce-heading">{ t(Text::Introduce) }</h2>
            <p class="hint">{ t(Text::IntroduceHint) }</p>
            { match &page.introducing {
                Introducing::No => choose,
                Introducing::Asked => html! {
                    <>
                        { choose }
                        <p class="hint" role="status">{ t(Text::IntroduceAsked) }</p>
                    </>
                },
                Introducing::Form(form) => form_to(state, form, person, dispatch),
            } }
        </section>
    }
}

fn form_to(state: &State, form: &IntroduceForm, person: &Person, dispatch: &Dispatch) -> Html {
    let other = state.people.get(&PersonId::Contact(form.other.clone()));
    let other = other.map_or("", |other| other.name.as_str());
    let edited = |edit| Action::Contact(ContactEdit::Introduce(edit));
    let onsubmit = dispatch.reform(move |event: SubmitEvent| {
        event.prevent_default();
        edited(IntroduceEdit::Send)
    });
    let field = Field {
        error: form.refusal.as_ref().map(words::refusal),
        ..Field::new(INTRODUCE_NOTE, Text::IntroduceNote, &form.note)
    };
    let typed = dispatch.reform(move |note| edited(IntroduceEdit::Note(note)));
    html! {
        <form class="introduce" {onsubmit} novalidate=true>
            <p>{ with_names(Text::IntroduceBoth, &person.name, other) }</p>
            { text(field, typed) }
            { bytes_left(form.room(), NEAR_LIMIT) }
            <div class="acts">
                <button type="button" class="soft" onclick={on(dispatch, edited(IntroduceEdit::Cancel))}>
                    { t(Text::Cancel) }
                </button>
                <button type="submit" class="primary">{ t(Text::Introduce) }</button>
            </div>
        </form>
    }
}
