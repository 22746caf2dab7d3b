//! What the Connection page says of the beacon, and whether the browser lets this extension read
//! what its host answers.

use crate::state::effect::{Effect, Target};
use crate::state::model::State;
use crate::state::outbox::Purpose;
use crate::state::view::View;
use ipc::{BeaconTrouble, SettingsView, ToEngine};

impl State {
    /// Shows the Connection page, which says more of the beacon where its host may be read.
    pub(super) fn open_connection(&mut self) -> Vec<Effect> {
        self.host_allowed = None;
        self.trial = None;
        let mut effects = self.open(View::Connection);
        effects.extend(self.beacon_host().map(Effect::LookUpHost));
        effects
    }

    /// Has the connection tested, once at a time.
    pub(super) fn test_connection(&mut self) -> Vec<Effect> {
        if self.is_testing() || !self.engine.is_ready() {
            return Vec::new();
        }
        self.trial = None;
        self.outbox
            .ask(Purpose::Test, true, |id| ToEngine::Test { id })
    }

    /// Returns whether the connection is being tested.
    pub(crate) fn is_testing(&self) -> bool {
        self.outbox.awaits(&Purpose::Test)
    }

    pub(super) fn set_host_allowed(&mut self, allowed: bool) -> Vec<Effect> {
        let asked = self.host_allowed.replace(allowed) == Some(false);
        // The button that had the focus goes.
        let focus = (asked && allowed).then_some(Effect::Focus(Target::Page));
        focus.into_iter().collect()
    }

    /// Returns the host whose permission the person can be asked for: only where that helps, and it
    /// was not granted.
    pub(crate) fn host_to_ask_for(&self) -> Option<String> {
        let trouble = self.status.as_ref()?.beacon?.trouble;
        let unclear = trouble == Some(BeaconTrouble::Unreachable);
        let refused = self.host_allowed == Some(false);
        self.beacon_host().filter(|_| unclear && refused)
    }

    /// Returns the host of the beacon in force, as permissions name it. The manifest covers hosts
    /// with TLS only.
    fn beacon_host(&self) -> Option<String> {
        let SettingsView {
            settings, defaults, ..
        } = self.settings.as_ref()?;
        let beacon = defaults.with(settings).beacon?;
        let authority = beacon.url.strip_prefix("https://")?;
        let authority = authority.split(['/', '?', '#']).next()?;
        let port = authority.rsplit_once(':');
        let host = port.filter(|(_, port)| !port.ends_with(']'));
        let host = host.map_or(authority, |(host, _)| host);
        Some(format!("https://{host}/*"))
    }
}
