//! The commands of the manifest, with the keys that they have in this browser.

use crate::state::{Action, OverlayEdit, Shortcut};
use chrome::settled;
use js_sys::{Array, Reflect};

/// Asks the browser for them, for the list of keys.
pub(crate) async fn read() -> Action {
    Action::Overlay(OverlayEdit::Shortcuts(told().await))
}

/// Returns them. A browser that has none tells none.
async fn told() -> Vec<Shortcut> {
    let commands = chrome::found().and_then(|api| api.commands());
    let Some(commands) = commands else {
        return Vec::new();
    };
    let told = settled(commands.get_all()).await.unwrap_or_default();
    if !Array::is_array(&told) {
        return Vec::new();
    }
    let shortcut = |told| {
        let part = |name: &str| Reflect::get(&told, &name.into()).ok()?.as_string();
        Some(Shortcut {
            command: part("name")?,
            keys: part("shortcut").unwrap_or_default(),
        })
    };
    Array::from(&told).iter().filter_map(shortcut).collect()
}
