//! The settings page: a form of texts, and its way to and from [`Settings`].

use super::field_error::FieldError;
use super::quiet::{QuietEdit, QuietForm};
use super::rows::{IceEdit, IceRow, ServerEdit, ServerRow};
use super::saved::Saved;
use ipc::{Beacon, Config, Hidden, NotificationText, Settings, SettingsView, Switch};

/// An edit of the form: of one field, as a password manager fills several before the page is painted
/// again.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SettingsEdit {
    /// The own name.
    Name(String),
    /// A switch was switched on or off.
    Switch(Switch, bool),
    /// What notifications show.
    NotificationText(NotificationText),
    /// When nothing is to interrupt.
    Quiet(QuietEdit),
    /// The names under which nobody is to ask, one per line.
    Ignored(String),
    /// First part of every id.
    Root(String),
    /// The address echo.
    IpEcho(String),
    /// The beacon's address.
    BeaconUrl(String),
    /// The beacon's public key.
    BeaconKey(String),
    /// The token for the beacon.
    BeaconToken(String),
    /// A signalling server.
    Server(usize, ServerEdit),
    /// One more signalling server.
    AddServer,
    /// One less.
    RemoveServer(usize),
    /// A STUN or TURN entry.
    Ice(usize, IceEdit),
    /// One more STUN or TURN entry.
    AddIce,
    /// One less.
    RemoveIce(usize),
    /// The packed values in every field.
    Defaults,
}

/// The settings page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SettingsForm {
    /// The own name.
    pub(crate) name: String,
    /// Each switch, and whether it is on.
    pub(crate) switches: Vec<(Switch, bool)>,
    /// What notifications show.
    pub(crate) notification_text: NotificationText,
    /// When nothing interrupts.
    pub(crate) quiet: QuietForm,
    /// The names under which nobody is to ask, one per line.
    pub(crate) ignored: String,
    /// First part of every id.
    pub(crate) root: String,
    /// The address echo; empty is off.
    pub(crate) ip_echo: String,
    /// The beacon; without an address there is none.
    pub(crate) beacon: Box<Beacon>,
    /// Signalling servers.
    pub(crate) signalling: Vec<ServerRow>,
    /// STUN and TURN entries.
    pub(crate) ice: Vec<IceRow>,
    /// What was refused, by path (`signalling.0.host`).
    pub(crate) refused: Option<(String, FieldError)>,
    /// How far saving is.
    pub(crate) saved: Saved,
    /// The form as it would be with what counts now: what differs from it was edited here.
    unedited: Option<Box<Self>>,
}

impl SettingsForm {
    pub(in crate::state) fn new(name: &str, view: &SettingsView) -> Self {
        let unedited = Self::with(name, view);
        Self {
            unedited: Some(Box::new(unedited.clone())),
            ..unedited
        }
    }

    fn with(name: &str, view: &SettingsView) -> Self {
        let mut form = Self {
            name: name.to_owned(),
            switches: switches(&view.settings),
            notification_text: view.settings.notification_text,
            quiet: view.settings.quiet_hours.into(),
            ignored: view.settings.ignored.join("\n"),
            ..Self::default()
        };
        form.fill(&view.defaults.with(&view.settings));
        form
    }

    /// Takes what counts from now on: another window may have saved. What was edited here stays as it
    /// is.
    pub(in crate::state) fn follow(&mut self, name: &str, view: &SettingsView) {
        let now = Self::with(name, view);
        let Some(before) = self.unedited.replace(Box::new(now.clone())) else {
            return;
        };
        follow(&mut self.name, &before.name, now.name);
        let switches = self.switches.iter_mut().zip(&before.switches);
        for ((shown, before), now) in switches.zip(now.switches) {
            follow(shown, before, now);
        }
        let text = now.notification_text;
        follow(&mut self.notification_text, &before.notification_text, text);
        follow(&mut self.quiet, &before.quiet, now.quiet);
        follow(&mut self.ignored, &before.ignored, now.ignored);
        follow(&mut self.root, &before.root, now.root);
        follow(&mut self.ip_echo, &before.ip_echo, now.ip_echo);
        follow(&mut self.beacon, &before.beacon, now.beacon);
        follow(&mut self.signalling, &before.signalling, now.signalling);
        follow(&mut self.ice, &before.ice, now.ice);
    }

    fn fill(&mut self, config: &Config) {
        self.root.clone_from(&config.root);
        self.ip_echo = config.ip_echo.clone().unwrap_or_default();
        self.beacon = config.beacon.clone().unwrap_or_default();
        self.signalling = config.signalling.iter().map(ServerRow::of).collect();
        self.ice = config.ice_servers.iter().map(IceRow::of).collect();
    }

    fn reset(&mut self, defaults: &Config) {
        let settings = Settings::default();
        self.switches = switches(&settings);
        self.notification_text = settings.notification_text;
        self.quiet = settings.quiet_hours.into();
        self.fill(defaults);
    }

    pub(in crate::state) fn edit(&mut self, edit: SettingsEdit, defaults: &Config) {
        self.refused = None;
        self.saved = Saved::No;
        match edit {
            SettingsEdit::Name(name) => self.name = name,
            SettingsEdit::Switch(switch, on) => self.turn(switch, on),
            SettingsEdit::NotificationText(text) => self.notification_text = text,
            SettingsEdit::Quiet(edit) => self.quiet.edit(edit),
            SettingsEdit::Ignored(names) => self.ignored = names,
            SettingsEdit::Root(root) => self.root = root,
            SettingsEdit::IpEcho(url) => self.ip_echo = url,
            SettingsEdit::BeaconUrl(url) => self.beacon.url = url,
            SettingsEdit::BeaconKey(key) => self.beacon.public_key = key,
            SettingsEdit::BeaconToken(token) => self.beacon.token = Some(Hidden(token)),
            SettingsEdit::Server(index, edit) => {
                if let Some(row) = self.signalling.get_mut(index) {
                    row.edit(edit);
                }
            }
            SettingsEdit::AddServer => self.signalling.push(ServerRow::default()),
            SettingsEdit::RemoveServer(index) => remove(&mut self.signalling, index),
            SettingsEdit::Ice(index, edit) => {
                if let Some(row) = self.ice.get_mut(index) {
                    row.edit(edit);
                }
            }
            SettingsEdit::AddIce => self.ice.push(IceRow::default()),
            SettingsEdit::RemoveIce(index) => remove(&mut self.ice, index),
            SettingsEdit::Defaults => {
                self.reset(defaults);
                self.saved = Saved::Defaults;
            }
        }
    }

    fn turn(&mut self, switch: Switch, on: bool) {
        for (listed, shown) in &mut self.switches {
            if *listed == switch {
                *shown = on;
            }
        }
    }

    /// Returns what the form says. A field that equals the packed value counts as unchanged, so that
    /// the value of a later version will be used.
    pub(in crate::state) fn to_settings(
        &self,
        defaults: &Config,
    ) -> Result<Settings, (String, FieldError)> {
        let rows = self.signalling.iter().enumerate();
        let signalling = rows.map(ServerRow::read).collect::<Result<Vec<_>, _>>()?;
        let ice_servers: Vec<_> = self.ice.iter().map(IceRow::read).collect();
        let root = self.root.trim().to_owned();
        let ip_echo = self.ip_echo.trim().to_owned();
        let packed_echo = defaults.ip_echo.clone().unwrap_or_default();
        let mut settings = Settings {
            root: changed(root, &defaults.root),
            signalling: changed(signalling, &defaults.signalling),
            ice_servers: changed(ice_servers, &defaults.ice_servers),
            ip_echo: changed(ip_echo, &packed_echo),
            beacon: changed(
                trimmed(&self.beacon),
                &defaults.beacon.clone().unwrap_or_default(),
            ),
            notification_text: self.notification_text,
            quiet_hours: self.quiet.hours()?,
            ignored: names(&self.ignored),
            ..Settings::default()
        };
        for (switch, on) in &self.switches {
            switch.set(&mut settings, *on);
        }
        Ok(settings)
    }

    /// Returns the token as typed.
    pub(crate) fn beacon_token(&self) -> &str {
        let token = self.beacon.token.as_ref();
        token.map_or("", |token| token.0.as_str())
    }

    /// Returns why this field was refused: the field itself or, in a list of addresses, one of them.
    pub(crate) fn error_at(&self, path: &str) -> Option<&FieldError> {
        let (refused, error) = self.refused.as_ref()?;
        let rest = refused.strip_prefix(path)?;
        (rest.is_empty() || rest.starts_with('.')).then_some(error)
    }

    /// Returns why a list as a whole was refused.
    pub(crate) fn error_exactly_at(&self, path: &str) -> Option<&FieldError> {
        let (refused, error) = self.refused.as_ref()?;
        (refused == path).then_some(error)
    }

    /// Returns a refusal that names no field.
    pub(crate) fn error_without_field(&self) -> Option<&FieldError> {
        self.error_exactly_at("")
    }
}

fn switches(settings: &Settings) -> Vec<(Switch, bool)> {
    let switches = Switch::ALL.iter();
    switches
        .map(|switch| (*switch, switch.get(settings)))
        .collect()
}

/// Follows a value, unless the one that is shown is another than it was before.
fn follow<T: PartialEq>(shown: &mut T, before: &T, now: T) {
    if shown == before {
        *shown = now;
    }
}

fn names(lines: &str) -> Vec<String> {
    let names = lines.lines().map(str::trim);
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

fn trimmed(beacon: &Beacon) -> Box<Beacon> {
    let token = beacon.token.as_ref().map(|token| token.0.trim().to_owned());
    Box::new(Beacon {
        url: beacon.url.trim().to_owned(),
        public_key: beacon.public_key.trim().to_owned(),
        token: token.filter(|token| !token.is_empty()).map(Hidden),
        slot_seconds: beacon.slot_seconds,
    })
}

fn changed<T: PartialEq>(value: T, packed: &T) -> Option<T> {
    (value != *packed).then_some(value)
}

fn remove<T>(rows: &mut Vec<T>, index: usize) {
    if index < rows.len() {
        rows.remove(index);
    }
}
