//! What the person decides about a contact: its name, Special contact, muting, pausing, blocking.

use super::safety::Scanned;
use super::{Contact, Contacts};
use crate::clock::UnixMillis;
use crate::context::Context;
use crate::io::CommandId;
use crate::limits::LONG_UNSEEN;
use crate::records::{CareRecord, Change, ContactRecord};
use crate::store::Write;
use crate::values::ContactId;
use crate::view::{Preferences, Reach, Refusal, Special};

impl Contacts {
    /// Takes a decision about a contact, and stores it.
    pub(crate) fn decide(
        &mut self,
        ctx: &mut Context,
        id: &ContactId,
        decision: impl FnOnce(&mut CareRecord),
    ) -> Result<(), Refusal> {
        let contact = self.book.get_mut(id).filter(|c| c.is_complete());
        decision(contact.ok_or(Refusal::Gone)?.preferences_mut());
        self.store(ctx, id);
        Ok(())
    }

    /// Takes what was scanned from the other device's screen: the two are verified, where nobody is between them.
    pub(crate) fn scan(
        &mut self,
        ctx: &mut Context,
        id: &ContactId,
        text: &str,
    ) -> Result<(), Refusal> {
        let scanned = Scanned::read(text).ok_or(Refusal::CodeMalformed)?;
        let contact = self.book.get_mut(id).ok_or(Refusal::Gone)?;
        if contact.safety().was_shown(scanned.token) {
            // The own screen proves nothing.
            return Err(Refusal::CodeMalformed);
        }
        if !contact.safety().agrees(&scanned) {
            return Err(Refusal::CodeDiffers);
        }
        contact.scanned = Some(scanned.token.to_owned());
        self.decide(ctx, id, |preferences| preferences.verified = true)
    }

    /// Returns what a contact is to hear of its screen.
    pub(crate) fn scanned(&self, id: &ContactId) -> Option<&str> {
        self.get(id)?.scanned.as_deref()
    }

    /// Takes what a contact has scanned from this device's screen, who has found nobody between the two.
    pub(crate) fn was_scanned(&mut self, ctx: &mut Context, id: &ContactId, token: &str) {
        let shown = self
            .get(id)
            .filter(|contact| contact.safety().was_shown(token));
        if shown.is_some_and(|contact| !contact.preferences().verified) {
            // It is complete: it is connected.
            let _ = self.decide(ctx, id, |preferences| preferences.verified = true);
        }
    }

    /// Saves a contact under a name. An empty name means the one the contact gives itself by now.
    pub(crate) fn rename(
        &mut self,
        ctx: &mut Context,
        id: &ContactId,
        name: &str,
    ) -> Result<(), Refusal> {
        let given = if name.trim().is_empty() {
            None
        } else {
            Some(ctx.names.parse(name)?)
        };
        if given.is_none()
            && let Some(contact) = self.book.get_mut(id)
        {
            contact.take_new_name();
        }
        self.decide(ctx, id, |preferences| preferences.given_name = given)
    }

    /// Pauses a contact until it is seen, or looks for it again.
    pub(crate) fn pause(
        &mut self,
        ctx: &mut Context,
        id: &ContactId,
        paused: bool,
    ) -> Result<(), Refusal> {
        let now = ctx.now;
        self.decide(ctx, id, |preferences| {
            preferences.paused = paused;
            preferences.looked_for = (!paused).then_some(now.unix);
        })?;
        if !paused {
            self.hurry(id, now.mono);
        }
        Ok(())
    }

    /// Blocks a contact: at once, whatever becomes of the write.
    pub(crate) fn block(&mut self, ctx: &mut Context, id: &ContactId) -> Result<(), Refusal> {
        if let Some(contact) = self.book.get_mut(id) {
            contact.unblocking = None;
        }
        self.decide(ctx, id, |preferences| preferences.blocked = true)
    }

    /// Writes that a contact is blocked no longer. It counts once that is written: where a disk lost it, the
    /// contact would be blocked after the next start, and know where this device is.
    pub(crate) fn unblock(
        &mut self,
        ctx: &mut Context,
        id: &ContactId,
        command: CommandId,
    ) -> Result<(), Refusal> {
        let contact = self.book.get_mut(id).filter(|c| c.is_complete());
        let contact = contact.ok_or(Refusal::Gone)?;
        contact.unblocking = Some(command);
        let write = Write::Unblock(id.clone(), command);
        ctx.store(write, Change::Contact(contact.to_write()));
        Ok(())
    }

    /// Goes on where it could not be written that a contact is blocked no longer: it stays blocked, also on
    /// the disk.
    pub(crate) fn not_unblocked(&mut self, ctx: &mut Context, id: &ContactId, command: CommandId) {
        if let Some(contact) = self.book.get_mut(id) {
            contact.unblocking.take_if(|last| *last == command);
        }
        self.take_back(ctx, id);
    }

    /// Returns whether a contact is to be blocked no longer: nothing else was decided meanwhile.
    pub(crate) fn is_unblocking(&self, id: &ContactId) -> bool {
        self.get(id)
            .is_some_and(|contact| contact.unblocking.is_some())
    }

    /// Dials somebody who is not blocked any more, whatever was tried before.
    pub(crate) fn unblocked(&mut self, ctx: &mut Context, id: &ContactId) {
        if let Some(contact) = self.book.get_mut(id) {
            contact.unblocking = None;
            unblocked(contact.preferences_mut());
            contact.dialling.forget_failures();
            contact.hurry(ctx.now.mono);
        }
        self.store(ctx, id);
    }
}

fn unblocked(preferences: &mut CareRecord) {
    preferences.blocked = false;
    preferences.sought = true;
}

impl Contact {
    /// Returns what is written of the contact. While it is being unblocked it is written as that: what is decided
    /// meanwhile must not write the block again.
    pub(super) fn to_write(&self) -> ContactRecord {
        let mut record = self.record().clone();
        if self.unblocking.is_some() {
            unblocked(&mut record.preferences);
        }
        record
    }

    /// Returns what the contact's page shows.
    pub(crate) fn shown_preferences(&self, unix: UnixMillis) -> Preferences {
        let record = self.preferences();
        Preferences {
            calls_itself: self.calls_itself().map(str::to_owned),
            new_name: self.new_name().map(str::to_owned),
            safety_number: self.safety().number().to_owned(),
            safety_code: self.safety().code(),
            introduced_by: self.introducer().map(str::to_owned),
            verified: record.verified,
            special: self.special(),
            reach: self.shown_reach(),
            muted: record.muted,
            notification_text: record.notification_text,
            pictures: record.pictures,
            blocked: record.blocked,
            long_unseen: self.is_long_unseen(unix),
            paused: record.paused,
        }
    }

    /// Returns whether [`Contact::shown_preferences`] is this.
    pub(crate) fn has_preferences(&self, shown: &Preferences, unix: UnixMillis) -> bool {
        let record = self.preferences();
        let Preferences {
            calls_itself,
            new_name,
            safety_number,
            // Changes with it.
            safety_code: _,
            introduced_by,
            verified,
            special,
            reach,
            muted,
            notification_text,
            pictures,
            blocked,
            long_unseen,
            paused,
        } = shown;
        calls_itself.as_deref() == self.calls_itself()
            && new_name.as_deref() == self.new_name()
            && safety_number == self.safety().number()
            && introduced_by.as_deref() == self.introducer()
            && *verified == record.verified
            && *special == self.special()
            && *reach == self.shown_reach()
            && *muted == record.muted
            && *notification_text == record.notification_text
            && *pictures == record.pictures
            && *blocked == record.blocked
            && *long_unseen == self.is_long_unseen(unix)
            && *paused == record.paused
    }

    fn calls_itself(&self) -> Option<&str> {
        let new_name = self.record().new_name.as_ref();
        let own = new_name.unwrap_or(&self.record().name);
        Some(own.as_str()).filter(|name| *name != self.name())
    }

    fn new_name(&self) -> Option<&str> {
        let new_name = self.record().new_name.as_deref();
        new_name.filter(|_| self.preferences().given_name.is_none())
    }

    fn shown_reach(&self) -> Option<Reach> {
        self.is_special().then_some(self.reach())
    }

    fn is_long_unseen(&self, unix: UnixMillis) -> bool {
        let seen = self.record().last_seen.max(self.preferences().looked_for);
        let away = seen.map_or(0, |at| unix.saturating_sub(at));
        let long = u128::from(away) > LONG_UNSEEN.as_millis();
        self.is_special() && !self.is_connected() && long
    }

    /// Returns the state of Special contact. For a blocked contact it is off, whatever is stored
    /// for later.
    fn special(&self) -> Special {
        let preferences = self.preferences();
        match (preferences.special, preferences.special_there) {
            _ if preferences.blocked => Special::Off,
            (true, true) => Special::On,
            (true, false) => Special::Wanted,
            (false, true) => Special::Offered,
            (false, false) => Special::Off,
        }
    }
}
