//! Problems to know of, above the lists, and above a page that covers them.

use super::parts::{Dispatch, icon, on};
use crate::i18n::{Text, fill, t};
use crate::state::{Action, State, Trouble};
use crate::words;
use yew::prelude::*;

/// What is wrong with the packed configuration, and every problem that was not dismissed.
pub(super) fn alerts(state: &State, dispatch: &Dispatch) -> Html {
    html! {
        <>
            if let Some(trouble) = state.trouble() {
                { misconfigured(trouble, dispatch) }
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

/// What is wrong with the configuration, and what can be done about it here.
fn misconfigured(trouble: Trouble<'_>, dispatch: &Dispatch) -> Html {
    let (text, reason) = match trouble {
        Trouble::Packed(reason) => (Text::ConfigBroken, reason),
        Trouble::BuiltIn(reason) => (Text::ConfigBuiltIn, reason),
        Trouble::Settings(reason) => (Text::SettingsBroken, reason),
    };
    html! {
        <div class="alert" role="alert">
            { icon("warning") }<p>{ fill(text, &[reason]) }</p>
            if matches!(trouble, Trouble::Packed(_)) {
                <button type="button" class="soft" onclick={on(dispatch, Action::UseBuiltIn)}>
                    { t(Text::UseBuiltIn) }
                </button>
            }
        </div>
    }
}
