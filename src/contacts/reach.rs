//! The states of a special contact, and what leads from one to another.
//!
//! | | Met | Lost | Imposter | Moved |
//! |---|---|---|---|---|
//! | Connected | – | Reconnecting | – | – (it is told at once) |
//! | Reconnecting | Connected | – | Recovering | `ProactiveUpdate` |
//! | Recovering | Connected | – | – | – |
//! | `ProactiveUpdate` | Connected | – | Recovering | – |
//!
//! In every state but Connected the contact is waited for at the meeting points of the time; in
//! Recovering without the pause before it. What a meeting begins with, the profile, is the note
//! with the new address.

use crate::view::Reach;

/// What happens to the way to a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// Both have proven who they are, over whichever path.
    Met,
    /// The direct connection is gone.
    Lost,
    /// Somebody at its Transport ID completed the exchange and failed the proof. A time-out is no
    /// proof of anything.
    Imposter,
    /// The own Transport ID changed.
    Moved,
}

/// Returns the state after a trigger.
pub(crate) fn after(reach: Reach, trigger: Trigger) -> Reach {
    match (reach, trigger) {
        (_, Trigger::Met) => Reach::Connected,
        (Reach::Connected, Trigger::Lost) => Reach::Reconnecting,
        (Reach::Reconnecting | Reach::ProactiveUpdate, Trigger::Imposter) => Reach::Recovering,
        (Reach::Reconnecting, Trigger::Moved) => Reach::ProactiveUpdate,
        (reach, Trigger::Lost | Trigger::Imposter | Trigger::Moved) => reach,
    }
}

#[cfg(test)]
mod tests {
    use super::{Reach, Trigger, after};

    #[test]
    fn every_state_goes_where_the_table_says() {
        use Reach::{Connected, ProactiveUpdate, Reconnecting, Recovering};
        let table = [
            (Connected, [Connected, Reconnecting, Connected, Connected]),
            (
                Reconnecting,
                [Connected, Reconnecting, Recovering, ProactiveUpdate],
            ),
            (Recovering, [Connected, Recovering, Recovering, Recovering]),
            (
                ProactiveUpdate,
                [Connected, ProactiveUpdate, Recovering, ProactiveUpdate],
            ),
        ];
        let triggers = [
            Trigger::Met,
            Trigger::Lost,
            Trigger::Imposter,
            Trigger::Moved,
        ];
        for (from, row) in table {
            for (trigger, to) in triggers.into_iter().zip(row) {
                assert_eq!(after(from, trigger), to, "{from:?} {trigger:?}");
            }
        }
    }
}
