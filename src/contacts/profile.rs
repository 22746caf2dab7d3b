//! What a contact says of itself: the stored address follows the proof.

use super::{Contact, Contacts};
use crate::clock::Mono;
use crate::context::Context;
use crate::encoding::unb64;
use crate::fact::Heard;
use crate::ids;
use crate::limits::{CLOCK_DIFFERENCE, SAME_ALERT};
use crate::misbehaviour::Misbehaviour;
use crate::values::ContactId;
use crate::view::Alert;

impl Contacts {
    /// Takes what a contact says of itself on an authenticated connection.
    pub(crate) fn hear(
        &mut self,
        ctx: &mut Context,
        id: &ContactId,
        heard: Heard,
    ) -> Result<(), Misbehaviour> {
        self.hear_special(ctx, id, heard.special);
        if heard.at > 0 {
            self.compare_clocks(ctx, id, heard.at);
        }
        let uuid: [u8; 16] =
            unb64(&heard.card.discovery_uuid).ok_or(Misbehaviour::ProfileDiscoveryUuid)?;
        if !ids::is_transport_id(&heard.card.transport_id) || !ctx.names.accept(&heard.name) {
            return Err(Misbehaviour::ProfileUnfit);
        }
        let Some(contact) = self.book.get_mut(id) else {
            return Ok(());
        };
        let known = contact.record().profile_number;
        if heard.number <= known && !planted!(OldProfileWins) && !contact.awaits_card() {
            return Ok(());
        }
        contact.take_profile(heard.number, heard.name, &heard.card, uuid);
        self.store(ctx, id);
        Ok(())
    }

    /// Notes whether the contact has Special contact switched on, and that it is back after a
    /// pause.
    fn hear_special(&mut self, ctx: &mut Context, id: &ContactId, special: bool) {
        let Some(contact) = self.book.get_mut(id) else {
            return;
        };
        let preferences = contact.preferences_mut();
        let changed = preferences.special_there != special || preferences.paused;
        preferences.special_there = special;
        preferences.paused = false;
        if changed {
            self.store(ctx, id);
        }
    }

    /// Alerts the person where the clock of this device seems to be wrong: messages carry times, and
    /// rendezvous follow the clock. One contact's own clock may be wrong, or it may lie: a second one
    /// must agree, where there is another.
    fn compare_clocks(&mut self, ctx: &mut Context, id: &ContactId, at: u64) {
        let (now, difference) = (ctx.now.mono, at.abs_diff(ctx.now.unix));
        let recent = |told: Mono| now.since(told) < SAME_ALERT;
        let same = |difference: u64| u128::from(difference) <= CLOCK_DIFFERENCE.as_millis();
        if same(difference) {
            self.clocks.remove(id);
            return;
        }
        let ahead = at.cast_signed() - ctx.now.unix.cast_signed();
        let book = &self.book;
        self.clocks.retain(|id, _| book.contains_key(id));
        self.clocks.insert(id.clone(), ahead);
        let mut others = self.clocks.iter().filter(|(other, _)| *other != id);
        let agrees = others.any(|(_, theirs)| same(theirs.abs_diff(ahead)));
        let is_only = self.book.len() == 1;
        if !agrees && !is_only || self.clock_announced.is_some_and(recent) {
            return;
        }
        self.clock_announced = Some(now);
        ctx.alert(Alert::ClockDiffers {
            name: self.name(id),
            minutes: difference / 60_000,
        });
    }

    /// Returns whether every contact that stays has been told this own profile or a later one.
    pub(crate) fn all_told(&self, number: u64) -> bool {
        let stay = self.complete().filter(|contact| !contact.is_blocked());
        stay.map(Contact::preferences)
            .all(|preferences| preferences.told >= number)
    }

    /// Notes which own profile a contact has been sent.
    pub(crate) fn profile_sent(&mut self, ctx: &mut Context, id: &ContactId, number: u64) {
        let Some(contact) = self.book.get_mut(id) else {
            return;
        };
        let known = &mut contact.preferences_mut().told;
        if std::mem::replace(known, number) != number {
            self.store(ctx, id);
        }
    }
}
