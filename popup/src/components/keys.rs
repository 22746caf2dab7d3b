//! The list of the keys.

use super::dialog::show_over_all;
use super::palette::{beside, close_button};
use super::parts::Dispatch;
use crate::browser;
use crate::i18n::{Text, t};
use crate::state::{Action, OverlayEdit, Shortcut};
use yew::prelude::*;

/// The commands of the manifest, and what they do.
const COMMANDS: [(&str, Text); 2] = [
    ("_execute_action", Text::KeyOpen),
    ("next-unread", Text::KeyUnread),
];

#[derive(PartialEq, Properties)]
pub(super) struct Props {
    /// The keys of the commands; empty until the browser has told them.
    pub(super) shortcuts: Vec<Shortcut>,
    pub(super) dispatch: Dispatch,
}

/// The list of the keys: those of the page, and those that the browser keeps.
#[component]
pub(super) fn KeysDialog(props: &Props) -> Html {
    let dialog = use_node_ref();
    {
        let (dialog, dispatch) = (dialog.clone(), props.dispatch.clone());
        let closed = Action::Overlay(OverlayEdit::Close);
        use_effect_with((), move |()| show_over_all(&dialog, dispatch, closed));
    }
    html! {
        <dialog ref={dialog} class="over keys" aria-labelledby="keys-title" onclick={beside(&props.dispatch)}>
            <div class="over-body">
                <header class="palette-row">
                    <h2 id="keys-title" tabindex="-1" autofocus=true>{ t(Text::KeysTitle) }</h2>
                    { close_button(&props.dispatch) }
                </header>
                <dl>
                    { for page_keys().into_iter().map(|(what, keys)| line(what, t(keys))) }
                </dl>
                { in_browser(&props.shortcuts) }
            </div>
        </dialog>
    }
}

fn page_keys() -> [(Text, Text); 6] {
    let (find, find_here) = if browser::is_mac() {
        (Text::KeysCommandK, Text::KeysCommandShiftF)
    } else {
        (Text::KeysCtrlK, Text::KeysCtrlShiftF)
    };
    [
        (Text::SearchTitle, find),
        (Text::SearchHere, find_here),
        (Text::KeySend, Text::KeysEnter),
        (Text::KeyLine, Text::KeysShiftEnter),
        (Text::KeyBack, Text::KeysEscape),
        (Text::KeyKeys, Text::KeysQuestion),
    ]
}

fn line(what: Text, keys: String) -> Html {
    html! { <div><dt>{ t(what) }</dt><dd><kbd>{ keys }</kbd></dd></div> }
}

fn in_browser(shortcuts: &[Shortcut]) -> Html {
    if shortcuts.is_empty() {
        return Html::default();
    }
    let command = |(command, what): (&str, Text)| {
        let shortcut = shortcuts
            .iter()
            .find(|shortcut| shortcut.command == command);
        let keys = shortcut.map(|shortcut| shortcut.keys.clone());
        let keys = keys.filter(|keys| !keys.is_empty());
        match keys {
            Some(keys) => line(what, keys),
            None => html! { <div><dt>{ t(what) }</dt><dd>{ t(Text::KeyNone) }</dd></div> },
        }
    };
    html! {
        <>
            <h3>{ t(Text::KeysBrowser) }</h3>
            <dl>{ for COMMANDS.into_iter().map(command) }</dl>
            <p class="hint">{ t(Text::KeysBrowserHint) }</p>
        </>
    }
}
