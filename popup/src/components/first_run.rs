//! The first-run page: who learns what, and the name.

use super::parts::{Dispatch, icon};
use super::{alerts, backup};
use crate::i18n::{Text, t};
use crate::state::{Action, State};
use crate::words;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The first-run page.
pub(super) fn first_run(state: &State, dispatch: &Dispatch) -> Html {
    html! {
        <main class="first-run">
            <header>
                <span class="logo" aria-hidden="true" />
                <h1>{ t(Text::AppName) }</h1>
                <p class="intro">{ t(Text::Intro) }</p>
            </header>
            { alerts::alerts(state, dispatch) }
            { form(state, dispatch) }
            { backup::first_run(&state.backup, dispatch) }
            <section aria-labelledby="who-learns-what" class="learn">
                <h2 id="who-learns-what">{ t(Text::LearnHeading) }</h2>
                <ul>
                    <li>{ icon("server") }<span>{ t(Text::LearnServers) }</span></li>
                    <li>{ icon("people") }<span>{ t(Text::LearnNeighbours) }</span></li>
                    <li>{ icon("person") }<span>{ t(Text::LearnContacts) }</span></li>
                </ul>
            </section>
        </main>
    }
}

fn form(state: &State, dispatch: &Dispatch) -> Html {
    let join = &state.join;
    let onsubmit = dispatch.reform(|event: SubmitEvent| {
        event.prevent_default();
        Action::Join
    });
    let oninput = dispatch.reform(|event: InputEvent| {
        Action::JoinName(event.target_unchecked_into::<HtmlInputElement>().value())
    });
    let refused = join.refusal.as_ref().map(words::refusal);
    let described = if refused.is_some() {
        "your-name-error"
    } else {
        "nothing-sent"
    };
    html! {
        <form class="join" {onsubmit} novalidate=true>
            <label for="your-name">{ t(Text::YourName) }</label>
            <div class="join-row">
                <input id="your-name" type="text" autocomplete="nickname" dir="auto"
                    value={join.name.clone()} {oninput} aria-describedby={described}
                    aria-invalid={refused.is_some().to_string()} />
                <button type="submit" class="primary" aria-disabled={join.busy.to_string()}>
                    { t(Text::Join) }
                </button>
            </div>
            if let Some(refused) = refused {
                <p id="your-name-error" class="error" role="alert">{ refused }</p>
            }
            <p id="nothing-sent" class="hint">{ t(Text::LearnNothing) }</p>
        </form>
    }
}
