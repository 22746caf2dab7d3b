//! Problems to know of, above the lists, and above a page that covers them.

use super::parts::{Dispatch, icon, on};
use crate::i18n::{Text, fill, t};
use crate::state::{Action, State};
use crate::words;
use yew::prelude::*;

/// What is wrong with the packed configuration, and every problem that was not dismissed.
pub(super) fn alerts(state: &State, dispatch: &Dispatch) -> Html {
    let broken = state
        .settings
        .as_ref()
        .and_then(|s| s.config_error.as_ref());
    html! {
        <>
            if let Some(reason) = broken {
                <div class="alert" role="alert">
                    { icon("warning") }<p>{ fill(Text::ConfigBroken, &[reason]) }</p>
                </div>
            }
            { for state.alerts.shown().iter().map(|alert| html! {
                <div class="alert" role="alert" key={alert.id.to_string()}>
                    { icon("warning") }
                    <p title={words::cause(&alert.problem)}>{ words::problem(&alert.problem) }</p>
                    <button type="button" class="quiet icon-only" aria-label={t(Text::Dismiss)}
                        title={t(Text::Dismiss)}
                        onclick={on(dispatch, Action::Dismiss(alert.id))}>
                        { icon("close") }
                    </button>
                </div>
            }) }
        </>
    }
}
