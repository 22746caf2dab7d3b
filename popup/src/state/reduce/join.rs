//! The first-run form: a name, and Join.

use crate::state::effect::{Effect, Target};
use crate::state::model::State;
use crate::state::outbox::Purpose;
use crate::state::view::View;
use ipc::{Command, Refusal};

impl State {
    pub(super) fn edit_join(&mut self, name: String) -> Vec<Effect> {
        self.join.name = name;
        self.join.refusal = None;
        Vec::new()
    }

    pub(super) fn send_join(&mut self) -> Vec<Effect> {
        let name = self.join.name.trim().to_owned();
        if self.join.busy {
            return Vec::new();
        }
        if name.is_empty() {
            return self.refuse_join(Refusal::NameEmpty);
        }
        self.join.busy = true;
        self.join.refusal = None;
        self.ask(Purpose::Join, Command::Join { name })
    }

    pub(super) fn refuse_join(&mut self, refusal: Refusal) -> Vec<Effect> {
        self.join.refusal = Some(refusal);
        vec![Effect::Focus(Target::JoinName)]
    }

    pub(super) fn join_replied(&mut self, refusal: Option<Refusal>) -> Vec<Effect> {
        self.join.busy = false;
        match refusal {
            Some(refusal) => self.refuse_join(refusal),
            // The address may have led elsewhere.
            None if self.view == View::Lists => vec![Effect::Focus(Target::Lists)],
            None => Vec::new(),
        }
    }
}
