//! The person's own account on this device: identity, name, settings.

use crate::config::{Config, Settings};
use crate::context::Context;
use crate::crypto::Identity;
use crate::encoding::b64;
use crate::ids;
use crate::io::CommandId;
use crate::limits::FORMER_LIFE;
use crate::me::Me;
use crate::records::{Change, ContactRecord, ProfileRecord, Secret};
use crate::store::Write;
use crate::view::{Alert, Profile, Refusal, SettingsView};

/// Oneself, once joined, and what was chosen.
#[derive(Debug)]
pub(super) struct Account {
    me: Option<Me>,
    /// The stored identity cannot be read: nothing may replace it.
    damaged: bool,
    settings: Settings,
    /// What the extension was packed with.
    defaults: Config,
    /// What was wrong with that.
    config_error: Option<String>,
    /// The defaults with the settings: what is in force.
    config: Config,
}

impl Account {
    pub(super) fn restore(
        packed: Config,
        config_error: Option<String>,
        settings: Settings,
        profile: Option<ProfileRecord>,
    ) -> Self {
        let wrong = packed.check().err().map(|invalid| invalid.to_string());
        let joined = profile.is_some();
        let me = profile.and_then(Me::restore);
        let defaults = if wrong.is_some() {
            Config::default()
        } else {
            packed
        };
        Self {
            damaged: joined && me.is_none(),
            me,
            config: defaults.with(&settings),
            settings,
            defaults,
            config_error: config_error.or(wrong),
        }
    }

    /// Says what could not be read.
    pub(super) fn report_damage(&self, ctx: &mut Context) {
        if self.damaged {
            let key = "profile".to_owned();
            ctx.alert(Alert::StorageDamaged { key });
        }
    }

    /// Returns the person, once joined.
    pub(super) fn me(&self) -> Option<&Me> {
        self.me.as_ref()
    }

    pub(super) fn joined(&self) -> Result<&Me, Refusal> {
        self.me().ok_or(Refusal::NotJoined)
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
            name: self.me().map(|me| me.name().to_owned()),
        }
    }

    pub(super) fn settings_view(&self) -> SettingsView {
        SettingsView {
            settings: self.settings.clone(),
            defaults: self.defaults.clone(),
            config_error: self.config_error.clone(),
        }
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
                profile_number: next_number(ctx, record.profile_number),
                ..record.clone()
            },
            None => ProfileRecord {
                version: 1,
                name,
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
        me.rename(record.name);
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
        self.defaults.with(&settings).check()?;
        let change = Change::Settings(settings.clone());
        ctx.store(Write::Settings(Box::new(settings), command), change);
        Ok(())
    }

    /// Takes stored settings. Returns what was in force before.
    pub(super) fn take_settings(&mut self, settings: Settings) -> Config {
        let config = self.defaults.with(&settings);
        self.settings = settings;
        std::mem::replace(&mut self.config, config)
    }

    /// Takes a new Transport ID and discoveryUUID, so that those who knew the old ones neither find nor
    /// recognise this device any more. The Transport ID so far is held for a while.
    pub(super) fn renew_card(&mut self, ctx: &mut Context) {
        let (transport_id, uuid) = (ids::transport_id(ctx.random()), ctx.random());
        let life = u64::try_from(FORMER_LIFE.as_millis()).unwrap_or(u64::MAX);
        let until = ctx.now.unix.saturating_add(life);
        if let Some(me) = &mut self.me {
            me.renew_card(transport_id, uuid, until);
            store_profile(ctx, me);
        }
    }

    /// Forgets the former Transport ID: it is given up.
    pub(super) fn forget_former(&mut self, ctx: &mut Context) {
        if let Some(me) = &mut self.me {
            me.forget_former();
            ctx.store_for_certain(Change::Profile(me.record().clone()));
        }
    }

    /// Takes a new Transport ID, because somebody else holds the old one.
    pub(super) fn renew_transport_id(&mut self, ctx: &mut Context) {
        let fresh = ids::transport_id(ctx.random());
        if let Some(me) = &mut self.me {
            me.move_to(&fresh);
            store_profile(ctx, me);
        }
    }

    /// Returns a change that is to be written again as it is by now.
    pub(super) fn newest(&self, change: Change) -> Change {
        match (change, self.me()) {
            (Change::Profile(_), Some(me)) => Change::Profile(me.record().clone()),
            (change, _) => change,
        }
    }

    /// Begins to take over a backup. The identity goes on under a new Transport ID: the other
    /// installation may still hold the old one.
    pub(super) fn import(
        ctx: &mut Context,
        command: CommandId,
        profile: ProfileRecord,
        contacts: Vec<ContactRecord>,
    ) {
        let record = ProfileRecord {
            transport_id: ids::transport_id(ctx.random()),
            profile_number: next_number(ctx, profile.profile_number),
            former: None,
            ..profile
        };
        // One batch: together they are written or not.
        for contact in &contacts {
            ctx.store(Write::Plain, Change::Contact(contact.clone()));
        }
        let change = Change::Profile(record.clone());
        ctx.store(Write::Import(Box::new((record, contacts)), command), change);
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
    (last + 1).max(ctx.now.unix / 1_000)
}
