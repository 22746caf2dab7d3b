//! Invites: how two people on different networks meet the first time.
//!
//! An invite holds an id of its own, which is registered while it is open, and a secret. Whoever uses
//! it dials that id and shows the secret as a contact shows the pair secret; the other side shows it too,
//! before any name is sent. Then the ordinary request follows.

use super::Introductions;
use super::invite_code;
use super::own_ids::{self, Use};
use super::passes::Pass;
use crate::clock::millis;
use crate::context::Context;
use crate::crypto::Identity;
use crate::encoding::{b64, hex, unb64};
use crate::ids::{self, Stranger};
use crate::io::CommandId;
use crate::limits::{INVITE_LIFE, INVITES};
use crate::records::{Change, InviteRecord, Secret};
use crate::store::Write;
use crate::values::InviteId;
use crate::view::{Invite, Refusal};

/// Whether a command is answered now or when something else has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answered {
    /// At once.
    Now,
    /// By who goes on with it.
    Later,
}

impl Introductions {
    /// Makes an invite; it is open once it is stored.
    pub(crate) fn invite(&self, ctx: &mut Context, command: CommandId) -> Result<(), Refusal> {
        if self.invites.len() >= INVITES {
            return Err(Refusal::InvitesFull);
        }
        let record = InviteRecord {
            version: 1,
            id: InviteId(hex(&ctx.random::<8>())),
            address: ids::transport_id(ctx.random()),
            secret: Secret(b64(&ctx.random::<32>())),
            expires: ctx.now.unix.saturating_add(millis(INVITE_LIFE)),
        };
        let change = Change::Invite(record.clone());
        ctx.store(Write::Invite(record, command), change);
        Ok(())
    }

    /// Opens an invite that is stored.
    pub(crate) fn invite_stored(&mut self, ctx: &mut Context, record: InviteRecord) {
        self.own_ids.hold(ctx, &record.address);
        self.invites.insert(record.id.clone(), record);
    }

    pub(crate) fn cancel_invite(
        &mut self,
        ctx: &mut Context,
        id: &InviteId,
    ) -> Result<(), Refusal> {
        self.invites.get(id).ok_or(Refusal::Gone)?;
        self.forget_invite(ctx, id);
        Ok(())
    }

    pub(super) fn forget_invite(&mut self, ctx: &mut Context, id: &InviteId) {
        let invite = self.invites.remove(id);
        if invite.or(self.old_invites.remove(id)).is_some() {
            ctx.store_for_certain(Change::ForgetInvite(id.clone()));
        }
    }

    /// Closes invites that have expired, and deletes them a day of running time later; those that were
    /// closed by a wrong clock open again.
    pub(super) fn expire_invites(&mut self, ctx: &mut Context) {
        let unix = ctx.now.unix;
        let expired = self.old_invites.sweep(
            &mut self.invites,
            |invite| unix >= invite.expires,
            ctx.now.mono,
            INVITES,
        );
        for invite in expired.back {
            self.invite_stored(ctx, invite);
        }
        for invite in expired.over {
            ctx.store_for_certain(Change::ForgetInvite(invite.id));
        }
    }

    /// Asks the person who made an invite, from an id that is made for it and held until they have
    /// answered. Whoever used it before shows to be the same. `held` is whether the server answers at
    /// all, and `asking` tells whether somebody is being asked already.
    pub(crate) fn use_invite(
        &mut self,
        ctx: &mut Context,
        command: CommandId,
        code: &Secret,
        identity: &Identity,
        held: bool,
        asking: impl FnOnce(&Stranger) -> bool,
    ) -> Result<Answered, Refusal> {
        let (to, secret, expires) = invite_code::read(&code.0).ok_or(Refusal::InviteMalformed)?;
        if self.invites.values().any(|invite| invite.address == to) {
            return Err(Refusal::InviteOwn);
        }
        let maker = Stranger::at(&to);
        let known = self.outreach.known(&maker);
        if ctx.now.unix >= expires && known.is_none() {
            return Err(Refusal::InviteExpired);
        }
        if !held {
            return Err(Refusal::InviteUnreachable);
        }
        if asking(&maker) || self.own_ids.is_using(&maker) {
            return Ok(Answered::Now);
        }
        let known = known.map(|(from, secret)| (from.to_owned(), secret));
        let (from, secret) = known.unwrap_or_else(|| (own_ids::to_use(identity, &to), secret));
        let pass = Pass::invite(secret, &from, command);
        let is_held = self.own_ids.is_held(&from);
        if is_held {
            self.outreach.ask_with(ctx, &from, &to, &maker, pass);
        } else {
            self.own_ids.use_from(ctx, (from, to), maker, pass);
        }
        Ok(Answered::Later)
    }

    /// Uses an invite: the id for it is held.
    pub(super) fn begin_use(&mut self, ctx: &mut Context, used: Use) {
        self.outreach
            .ask_with(ctx, &used.from, &used.to, &used.maker, used.pass);
    }

    /// Gives up invites whose id was not held in time: the server does not answer.
    pub(super) fn give_up_uses(&mut self, ctx: &mut Context) {
        for used in self.own_ids.late(ctx.now.mono) {
            if let Some(command) = used.pass.command {
                ctx.reply(command, Err(Refusal::InviteUnreachable));
            }
        }
    }
}

/// Returns an open invite as views see it: as a link to the `page`, where one is configured.
pub(crate) fn shown(record: &InviteRecord, page: Option<&str>) -> Option<Invite> {
    let secret = unb64(&record.secret.0)?;
    let code = invite_code::write(&record.address, &secret, record.expires, page)?;
    Some(Invite {
        id: record.id.clone(),
        link: Secret(code),
        expires: record.expires,
    })
}
