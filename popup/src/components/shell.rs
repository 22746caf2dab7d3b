//! The page while there are no lists, and the empty place beside them.

use super::parts::{Dispatch, icon, on};
use crate::i18n::{Text, t};
use crate::state::Action;
use yew::prelude::*;

/// "Starting…".
pub(super) fn starting() -> Html {
    html! {
        <main class="shell">
            <span class="logo pulse" aria-hidden="true" />
            <p role="status">{ t(Text::Starting) }</p>
        </main>
    }
}

/// Returns the page that says that the engine cannot be reached, or why it cannot run.
pub(super) fn down(reason: Option<&str>, dispatch: &Dispatch) -> Html {
    let restart = on(dispatch, Action::Restart);
    html! {
        <main class="shell">
            <span class="logo" aria-hidden="true" />
            <div role="alert">
                <h1>{ t(Text::DownHeading) }</h1>
                <p>{ t(Text::DownText) }</p>
                if let Some(reason) = reason {
                    <p class="reason"><bdi>{ reason }</bdi></p>
                }
            </div>
            <button type="button" class="primary" onclick={restart}>{ t(Text::Restart) }</button>
        </main>
    }
}

/// Beside the lists of a wide window while no page is open.
pub(super) fn nothing_open() -> Html {
    html! {
        <aside class="shell nothing-open">
            { icon("chat") }
            <p>{ t(Text::ChooseChat) }</p>
        </aside>
    }
}
