//! How much of the network one is on, in words.

use crate::i18n::Text;
use ipc::{Availability, Choice, OffFor};

/// Returns what holds.
pub(crate) fn availability(holds: Availability) -> Text {
    match holds {
        Availability::Here => Text::AvailabilityHere,
        Availability::Away => Text::AvailabilityAway,
        Availability::ContactsOnly => Text::AvailabilityContacts,
        Availability::Off { .. } => Text::AvailabilityOff,
    }
}

/// Returns what can be chosen.
pub(crate) fn choice(choice: Choice) -> Text {
    match choice {
        Choice::Here => Text::AvailabilityHere,
        Choice::Away => Text::AvailabilityAway,
        Choice::ContactsOnly => Text::AvailabilityContacts,
        Choice::Off(OffFor::Hour) => Text::OffHour,
        Choice::Off(OffFor::Until(_)) => Text::OffTomorrow,
        Choice::Off(OffFor::Ever) => Text::OffEver,
        Choice::On => Text::SwitchOn,
    }
}

/// Returns what a choice means, where its name does not say all.
pub(crate) fn choice_detail(choice: Choice) -> Option<Text> {
    match choice {
        Choice::Here => Some(Text::HereDetail),
        Choice::Away => Some(Text::AwayDetail),
        Choice::ContactsOnly => Some(Text::ContactsDetail),
        Choice::Off(_) | Choice::On => None,
    }
}
