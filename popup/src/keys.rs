//! The keys that mean the same everywhere on the page.

use crate::browser;
use crate::state::{Action, OverlayEdit};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, KeyboardEvent};

/// Where a key types something, or chooses by a letter.
const WRITING: &str = "textarea, select, [contenteditable], \
    input:not([type=checkbox]):not([type=radio]):not([type=file]):not([type=button])";

/// A key that was pressed, and where.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Press<'a> {
    key: &'a str,
    /// Where it is on the keyboard: other alphabets have another letter there.
    code: &'a str,
    /// With Ctrl alone; with ⌘ alone on a Mac, where Ctrl edits texts.
    command: bool,
    /// The same with Shift.
    shifted: bool,
    /// Without Ctrl, Alt and ⌘.
    plain: bool,
    /// It is part of a word of an input method.
    composing: bool,
    /// A field takes what is typed.
    writing: bool,
    /// There is something to go back from.
    covered: bool,
}

/// Returns what a key means that was pressed on the page.
pub(crate) fn action(event: &Event, covered: bool) -> Option<Action> {
    let event = event.dyn_ref::<KeyboardEvent>()?;
    let target = event.target();
    let target = target
        .as_ref()
        .and_then(|target| target.dyn_ref::<Element>());
    let (ctrl, meta) = (event.ctrl_key(), event.meta_key());
    let (command, other) = if browser::is_mac() {
        (meta, ctrl)
    } else {
        (ctrl, meta)
    };
    meaning(Press {
        key: &event.key(),
        code: &event.code(),
        command: command && !other && !event.alt_key() && !event.shift_key(),
        shifted: command && !other && !event.alt_key() && event.shift_key(),
        plain: !command && !other && !event.alt_key(),
        composing: event.is_composing(),
        writing: target.is_some_and(|target| target.matches(WRITING).unwrap_or(false)),
        covered,
    })
}

fn meaning(press: Press<'_>) -> Option<Action> {
    let is = |letter: &str, code: &str| {
        press.key.eq_ignore_ascii_case(letter) || !press.key.is_ascii() && press.code == code
    };
    match press.key {
        _ if press.composing => None,
        _ if press.command && is("k", "KeyK") => Some(Action::Overlay(OverlayEdit::Find)),
        _ if press.shifted && is("f", "KeyF") => Some(Action::Overlay(OverlayEdit::FindHere)),
        "?" if press.plain && !press.writing => Some(Action::Overlay(OverlayEdit::Keys)),
        "Escape" if press.covered => Some(Action::Back),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Press<'_> = Press {
        key: "",
        code: "",
        command: false,
        shifted: false,
        plain: true,
        composing: false,
        writing: false,
        covered: false,
    };

    fn with_command<'a>(key: &'a str, code: &'a str) -> Press<'a> {
        Press {
            key,
            code,
            command: true,
            plain: false,
            ..NONE
        }
    }

    #[test]
    fn each_key_means_one_thing_and_only_where_it_types_nothing() {
        let find = Some(Action::Overlay(OverlayEdit::Find));
        let keys = Some(Action::Overlay(OverlayEdit::Keys));
        let plain = |key| Press { key, ..NONE };
        for (press, meaning_of_it) in [
            (with_command("k", "KeyK"), find.clone()),
            (with_command("K", "KeyK"), find.clone()),
            (with_command("л", "KeyK"), find.clone()),
            (
                Press {
                    writing: true,
                    ..with_command("k", "KeyK")
                },
                find,
            ),
            (
                Press {
                    composing: true,
                    ..with_command("k", "KeyK")
                },
                None,
            ),
            (with_command("t", "KeyK"), None),
            (with_command("л", "KeyL"), None),
            (plain("k"), None),
            (
                Press {
                    shifted: true,
                    plain: false,
                    ..plain("F")
                },
                Some(Action::Overlay(OverlayEdit::FindHere)),
            ),
            (with_command("f", "KeyF"), None),
            (plain("?"), keys),
            (
                Press {
                    writing: true,
                    ..plain("?")
                },
                None,
            ),
            (
                Press {
                    plain: false,
                    ..plain("?")
                },
                None,
            ),
            (plain("Escape"), None),
            (
                Press {
                    covered: true,
                    ..plain("Escape")
                },
                Some(Action::Back),
            ),
            (
                Press {
                    covered: true,
                    composing: true,
                    ..plain("Escape")
                },
                None,
            ),
        ] {
            assert_eq!(meaning(press), meaning_of_it, "{press:?}");
        }
    }
}
