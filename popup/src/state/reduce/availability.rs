//! How much of the network the person chooses to be on.

use crate::state::effect::{Effect, Target};
use crate::state::model::State;
use ipc::{Availability, Choice, Command, OffFor, UnixMillis};

/// How many choices the menu has.
pub(crate) const CHOICES: usize = 6;

/// Returns the choices of the menu, in its order. `morning` is when tomorrow begins.
pub(crate) const fn choices_offered(morning: UnixMillis) -> [Choice; CHOICES] {
    [
        Choice::Here,
        Choice::Away,
        Choice::ContactsOnly,
        Choice::Off(OffFor::Hour),
        Choice::Off(OffFor::Until(morning)),
        Choice::Off(OffFor::Ever),
    ]
}

impl State {
    /// Opens the menu at what holds, or closes it; the button has the focus again then.
    pub(super) fn show_choices(&mut self, open: bool) -> Vec<Effect> {
        self.choosing = open;
        let target = if open {
            Target::Choice(self.choice_that_holds())
        } else {
            Target::Choices
        };
        Vec::from([Effect::Focus(target)])
    }

    /// Closes the menu: the focus is elsewhere by now.
    pub(super) fn leave_choices(&mut self) -> Vec<Effect> {
        self.choosing = false;
        Vec::new()
    }

    pub(super) fn choose(&mut self, choice: Choice) -> Vec<Effect> {
        self.choosing = false;
        let mut effects = self.command(Command::Choose(choice));
        effects.push(Effect::Focus(Target::Choices));
        effects
    }

    fn choice_that_holds(&self) -> usize {
        let status = self.status.as_ref();
        match status.map(|status| status.availability) {
            Some(Availability::Here) | None => 0,
            Some(Availability::Away) => 1,
            Some(Availability::ContactsOnly) => 2,
            Some(Availability::Off { until: Some(_) }) => 3,
            Some(Availability::Off { until: None }) => 5,
        }
    }
}
