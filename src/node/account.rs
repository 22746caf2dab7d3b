//! The person's own account on this device: identity, name, settings.

use crate::clock::{Mono, Now, millis};
use crate::config::{Config, Settings};
use crate::context::Context;
use crate::crypto::Identity;
use crate::encoding::b64;
use crate::ids;
use crate::io::CommandId;
use crate::limits::{FORMER_DOUBT, FORMER_LIFE, IGNORED, START_AHEAD};
use crate::me::Me;
use crate::name::Names;
use crate::records::{Change, ProfileRecord, Secret};
use crate::store::Write;
use crate::view::{Alert, Profile, Refusal, SettingsView};

/// Oneself, once joined, and what was chosen.
#[derive(Debug)]
pub(super) struct Account {
    me: Option<Me>,
    /// Since when the former Transport ID has been held for long enough, by the calendar.
    former_old: Option<Mono>,
    /// The stored identity cannot be read: nothing may replace it.
    damaged: bool,
    /// The stored settings have values that cannot be used.
    settings_damaged: bool,
    settings: Settings,
    /// What the extension was packed with.
    defaults: Config,
    /// What was wrong with that.
    config_error: Option<String>,
    /// Why this device does not go online: a configuration that cannot be read may stand for other
    /// servers than the built-in ones.
    misconfigured: Option<String>,
    /// The defaults with the settings: what is in force.
    config: Config,
}

impl Account {
    pub(super) fn restore(
        packed: Config,
        config_error: Option<&str>,
        settings: Settings,
        damaged_settings: Option<&str>,
        profile: Option<ProfileRecord>,
    ) -> Self {
        let wrong = packed.check().err().map(|invalid| invalid.to_string());
        let config_error = config_error.map(str::to_owned).or(wrong);
        let joined = profile.is_some();
        let me = profile.and_then(Me::restore);
        let defaults = if config_error.is_some() {
            Config::default()
        } else {
            packed
        };
        let config = defaults.with(&settings);
        let values = config.check().err().map(|invalid| invalid.to_string());
        let packed_wrong = config_error.clone().filter(|_| !settings.built_in);
        Self {
            damaged: joined && me.is_none(),
            me,
            former_old: None,
            settings_damaged: values.is_some(),
            config: if values.is_none() {
                config
            } else {
                defaults.clone()
            },
            misconfigured: packed_wrong
                .or(damaged_settings.map(str::to_owned))
                .or(values),
            settings,
            defaults,
            config_error,
        }
    }

    /// Says what could not be read.
    pub(super) fn report_damage(&self, ctx: &mut Context) {
        let damaged = [
            ("profile", self.damaged),
            ("settings", self.settings_damaged),
        ];
        for (key, _) in damaged.into_iter().filter(|(_, is)| *is) {
            let key = key.to_owned();
            ctx.alert(Alert::StorageDamaged { key });
        }
    }

    /// Returns the person, once joined and configured: who may be spoken for on the network.
    pub(super) fn me(&self) -> Option<&Me> {
        self.me.as_ref().filter(|_| self.misconfigured.is_none())
    }

    /// Returns the person, once joined.
    pub(super) fn joined(&self) -> Result<&Me, Refusal> {
        self.me.as_ref().ok_or(Refusal::NotJoined)
    }

    /// Returns why somebody who has joined does not go online.
    pub(super) fn misconfigured(&self) -> Option<&str> {
        self.me.as_ref()?;
        self.misconfigured.as_deref()
    }

    pub(super) fn is_damaged(&self) -> bool {
        self.damaged
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the settings in force.
    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) fn profile_view(&self) -> Profile {
        Profile {
            name: self.me.as_ref().map(|me| me.name().to_owned()),
        }
    }

    pub(super) fn settings_view(&self) -> SettingsView {
        SettingsView {
            settings: self.settings.clone(),
            defaults: self.defaults.clone(),
            config_error: self.config_error.clone(),
        }
    }

    /// Returns whether this view of the settings shows them as they are.
    pub(super) fn is_shown_as(&self, view: Option<&SettingsView>) -> bool {
        view.is_some_and(|view| {
            view.settings == self.settings
                && view.defaults == self.defaults
                && view.config_error == self.config_error
        })
    }

    /// Sets the person's own name, for the first time or a new one; it is valid once it is stored.
    pub(super) fn join(
        &self,
        ctx: &mut Context,
        command: CommandId,
        name: &str,
    ) -> Result<(), Refusal> {
        let name = ctx.names.parse(name)?;
        if self.damaged {
            let reason = "the stored identity cannot be read and is not replaced".to_owned();
            return Err(Refusal::Storage { reason });
        }
        let record = match self.me.as_ref().map(Me::record) {
            Some(record) => ProfileRecord {
                name,
                named_at: ctx.now.unix,
                profile_number: next_number(ctx, record.profile_number),
                ..record.clone()
            },
            None => ProfileRecord {
                version: 1,
                name,
                named_at: ctx.now.unix,
                identity: Secret(b64(&Identity::generate(&mut ctx.rng).to_bytes())),
                discovery_uuid: Secret(b64(&ctx.random::<16>())),
                transport_id: ids::transport_id(ctx.random()),
                profile_number: 1,
                former: None,
            },
        };
        let change = Change::Profile(record.clone());
        ctx.store(Write::Profile(Box::new(record), command), change);
        Ok(())
    }

    /// Takes a stored profile. Returns whether it is the first. Of a later one only the name is new:
    /// the addresses may have been taken back while it was written.
    pub(super) fn take_profile(&mut self, ctx: &mut Context, record: ProfileRecord) -> bool {
        let Some(me) = &mut self.me else {
            self.me = Me::restore(record);
            return true;
        };
        let overtaken = me.record().profile_number >= record.profile_number;
        me.rename(record.name, record.named_at);
        if overtaken {
            store_profile(ctx, me);
        } else {
            me.number(record.profile_number);
        }
        false
    }

    /// Changes the settings; they count once they are stored.
    pub(super) fn configure(
        &self,
        ctx: &mut Context,
        command: CommandId,
        settings: Settings,
    ) -> Result<(), Refusal> {
        settings.check()?;
        self.defaults.with(&settings).check()?;
        let change = Change::Settings(settings.clone());
        ctx.store(Write::Settings(Box::new(settings), command), change);
        Ok(())
    }

    /// Wants nobody of this name to ask from now on; it counts once it is stored. When there are too
    /// many names, the oldest one goes.
    pub(super) fn ignore(&self, ctx: &mut Context, command: CommandId, name: String) {
        if self.misconfigured.is_some() {
            // Only the person, who has seen them, replaces settings that cannot be used.
            let reason = "the configuration cannot be used".to_owned();
            return ctx.reply(command, Err(Refusal::Storage { reason }));
        }
        // What is being written counts too: this is written over it.
        let newest = ctx.store.settings().unwrap_or(&self.settings);
        let mut settings = newest.clone();
        settings.ignored.retain(|ignored| *ignored != name);
        if settings.ignored.len() >= IGNORED {
            settings.ignored.remove(0);
        }
        settings.ignored.push(name);
        let change = Change::Settings(settings.clone());
        ctx.store(Write::Settings(Box::new(settings), command), change);
    }

    /// Returns whether nobody is to ask under a name, or under one that looks like it.
    pub(super) fn ignores(&self, names: &Names, name: &str) -> bool {
        let ignored = &self.settings.ignored;
        if ignored.is_empty() {
            return false;
        }
        let skeleton = names.skeleton(name);
        ignored.iter().any(|name| names.skeleton(name) == skeleton)
    }

    /// Takes stored settings, which stand for those that could not be used. Returns what was in force
    /// before. The built-in configuration is given up with the next start only.
    pub(super) fn take_settings(&mut self, settings: Settings) -> Config {
        let config = self.defaults.with(&settings);
        if (self.config_error.is_none() || settings.built_in) && config.check().is_ok() {
            self.misconfigured = None;
        }
        self.settings = settings;
        std::mem::replace(&mut self.config, config)
    }

    /// Takes a new Transport ID and discoveryUUID, so that those who knew the old ones neither find nor
    /// recognise this device any more. The Transport ID so far is held for a while.
    pub(super) fn renew_card(&mut self, ctx: &mut Context) {
        let (transport_id, uuid) = (ids::transport_id(ctx.random()), ctx.random());
        let until = ctx.now.unix.saturating_add(millis(FORMER_LIFE));
        if let Some(me) = &mut self.me {
            me.renew_card(transport_id, uuid, until);
            store_profile(ctx, me);
        }
    }

    /// Counts this start as a change of the profile. The disk may have lost what contacts were told last,
    /// because the program ended before it was written or an older disk was put back; and they believe
    /// only a profile whose number has risen.
    pub(super) fn count_start(&mut self, ctx: &mut Context) {
        if let Some(me) = &mut self.me {
            let next = next_number(ctx, me.record().profile_number);
            me.number(next.saturating_add(START_AHEAD));
            ctx.store_for_certain(Change::Profile(me.record().clone()));
        }
    }

    /// Holds the former Transport ID no longer than may be, also where it was given up while the clock
    /// was ahead.
    pub(super) fn bound_former(&mut self, ctx: &mut Context) {
        let latest = ctx.now.unix.saturating_add(millis(FORMER_LIFE));
        if let Some(me) = &mut self.me
            && me.bound_former(latest)
        {
            ctx.store_for_certain(Change::Profile(me.record().clone()));
        }
    }

    /// Returns whether the former Transport ID has been held for long enough, and the calendar has said so
    /// for a while.
    pub(super) fn is_former_old(&mut self, now: Now) -> bool {
        let former = self.me.as_ref().and_then(Me::former);
        if former.is_none_or(|former| now.unix < former.until) {
            self.former_old = None;
            return false;
        }
        now.mono >= *self.former_old.get_or_insert(now.mono) + FORMER_DOUBT
    }

    /// Forgets the former Transport ID: it is given up.
    pub(super) fn forget_former(&mut self, ctx: &mut Context) {
        if let Some(me) = &mut self.me {
            me.forget_former();
        }
        self.keep_profile(ctx);
    }

    /// Takes a new Transport ID, because somebody else holds the old one.
    pub(super) fn renew_transport_id(&mut self, ctx: &mut Context) {
        let fresh = ids::transport_id(ctx.random());
        if let Some(me) = &mut self.me {
            me.move_to(&fresh);
            store_profile(ctx, me);
        }
    }

    /// Writes the profile as it counts, over another one that may be on the disk.
    pub(super) fn keep_profile(&self, ctx: &mut Context) {
        if let Some(me) = &self.me {
            ctx.store_for_certain(Change::Profile(me.record().clone()));
        }
    }

    /// Writes the settings as they count, over others that may be on the disk. Those that cannot be used
    /// are replaced by the person only.
    pub(super) fn keep_settings(&self, ctx: &mut Context) {
        if self.misconfigured.is_none() {
            ctx.store_for_certain(Change::Settings(self.settings.clone()));
        }
    }

    /// Returns a change that is to be written again as it is by now.
    pub(super) fn newest(&self, change: Change) -> Change {
        match (change, self.me.as_ref()) {
            (Change::Profile(_), Some(me)) => Change::Profile(me.record().clone()),
            (Change::Settings(_), _) => Change::Settings(self.settings.clone()),
            (change, _) => change,
        }
    }

    /// Returns the profile that goes on from a backup: of one identity the newer one, under the name that was
    /// chosen last, as a device that has only been started has the newer profile. It has a new
    /// Transport ID, as another installation may still hold the old one; and a new discoveryUUID where
    /// the one that counts may be known to somebody who is blocked or was removed in the other
    /// installation. `blocks` is whether the backup blocks somebody who is not blocked here.
    pub(super) fn merged(
        &self,
        ctx: &mut Context,
        backup: ProfileRecord,
        blocks: bool,
    ) -> ProfileRecord {
        let here = self.me.as_ref().map(Me::record);
        let here = here.filter(|here| here.identity == backup.identity);
        let newer = here.filter(|here| here.profile_number >= backup.profile_number);
        // It changes whenever trust ends, so that it is the same only where nobody was parted from.
        let differs = here.is_some_and(|here| here.discovery_uuid != backup.discovery_uuid);
        let fresh = differs && (newer.is_none() || blocks);
        let chosen = here.filter(|here| here.named_at >= backup.named_at);
        let of = chosen.unwrap_or(&backup);
        let (name, named_at) = (of.name.clone(), of.named_at);
        let mut profile = newer.cloned().unwrap_or(backup);
        if fresh {
            profile.discovery_uuid = Secret(b64(&ctx.random::<16>()));
        }
        ProfileRecord {
            name,
            named_at,
            transport_id: ids::transport_id(ctx.random()),
            profile_number: next_number(ctx, profile.profile_number),
            former: None,
            ..profile
        }
    }

    /// Forgets the person who was here before: a backup is stored.
    pub(super) fn leave(&mut self) {
        self.me = None;
    }
}

/// Stores the profile under its next number.
fn store_profile(ctx: &mut Context, me: &mut Me) {
    me.number(next_number(ctx, me.record().profile_number));
    ctx.store_for_certain(Change::Profile(me.record().clone()));
}

/// Returns a number that is higher than `last`, and than what another installation with this
/// identity has counted to before now.
fn next_number(ctx: &Context, last: u64) -> u64 {
    last.saturating_add(1).max(ctx.now.unix / 1_000)
}
