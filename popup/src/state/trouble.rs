//! A configuration that cannot be used, and whether something stands for it.

use super::model::State;
use ipc::Phase;

/// What is wrong with the configuration, with the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble<'a> {
    /// The packed one cannot be used, and nothing stands for it.
    Packed(&'a str),
    /// The packed one cannot be used, and the built-in one stands for it.
    BuiltIn(&'a str),
    /// The settings cannot be used.
    Settings(&'a str),
}

impl State {
    /// Returns why nothing is sent, or was not before the built-in configuration was chosen.
    pub(crate) fn trouble(&self) -> Option<Trouble<'_>> {
        let view = self.settings.as_ref();
        let packed = view.and_then(|view| Some((view.config_error.as_deref()?, view)));
        if let Some((reason, view)) = packed {
            return Some(if view.settings.built_in {
                Trouble::BuiltIn(reason)
            } else {
                Trouble::Packed(reason)
            });
        }
        match &self.status.as_ref()?.phase {
            Phase::Misconfigured { what } => Some(Trouble::Settings(what)),
            Phase::FirstRun
            | Phase::Joining
            | Phase::Router { .. }
            | Phase::Peer { .. }
            | Phase::Electing { .. }
            | Phase::Offline { .. }
            | Phase::Refused { .. }
            | Phase::NoAddress { .. }
            | Phase::NoBeacon { .. }
            | Phase::Off
            | Phase::ContactsOnly
            | Phase::Cellular
            | Phase::Forbidden => None,
        }
    }
}
