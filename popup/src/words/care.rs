//! What a person decided about a contact, in words.

use crate::i18n::{Text, fill, t};
use ipc::{Reach, Special};

/// Whether both have switched Special contact on; nothing where nobody has.
pub(crate) fn special(special: Special, name: &str) -> Option<String> {
    match special {
        Special::Off => None,
        Special::Wanted => Some(fill(Text::SpecialWanted, &[&super::isolate(name)])),
        Special::Offered => Some(fill(Text::SpecialOffered, &[&super::isolate(name)])),
        Special::On => Some(t(Text::SpecialOn)),
    }
}

/// How a special contact is being found.
pub(crate) fn reach(reach: Reach) -> Text {
    match reach {
        Reach::Connected => Text::ReachConnected,
        Reach::Reconnecting => Text::ReachReconnecting,
        Reach::Recovering => Text::ReachRecovering,
        Reach::ProactiveUpdate => Text::ReachUpdating,
    }
}
