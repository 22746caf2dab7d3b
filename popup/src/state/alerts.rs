//! Problems the person has not dismissed yet.

use super::effect::Effect;
use super::pages::FileError;
use ipc::limits::ALERTS;
use ipc::{Alert, Refusal};

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Problem {
    /// Told by the engine.
    Alert(Alert),
    /// A command without a field of its own was refused.
    Refused(Refusal),
    /// A file was not sent.
    File {
        /// Its name.
        name: String,
        /// Why.
        why: FileError,
    },
}

/// A problem under the number by which it is dismissed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shown {
    /// The number.
    pub(crate) id: u32,
    /// The problem.
    pub(crate) problem: Problem,
}

/// The problems shown, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Alerts {
    shown: Vec<Shown>,
    next: u32,
}

impl Alerts {
    /// Shows a problem, once. When too many are shown, it takes the place of the oldest.
    pub(crate) fn raise(&mut self, problem: Problem) -> Vec<Effect> {
        if self.shown.iter().any(|alert| alert.problem == problem) {
            return Vec::new();
        }
        if self.shown.len() >= ALERTS {
            self.shown.remove(0);
        }
        self.next = self.next.wrapping_add(1);
        self.shown.push(Shown {
            id: self.next,
            problem,
        });
        Vec::new()
    }

    /// Hides a problem.
    pub(crate) fn dismiss(&mut self, id: u32) -> Vec<Effect> {
        self.shown.retain(|alert| alert.id != id);
        Vec::new()
    }

    /// Returns what is shown.
    pub(crate) fn shown(&self) -> &[Shown] {
        &self.shown
    }
}
