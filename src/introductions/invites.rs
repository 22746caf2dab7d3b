//! Invites: how two people on different networks meet the first time.
//!
//! An invite holds an id of its own, which is registered while it is open, and a secret. Whoever uses
//! it dials that id and shows the secret as a contact shows the pair secret; the other side shows it too,
//! before any name is sent. Then the ordinary request follows.

use super::Introductions;
use super::invite_code;
use super::outreach::Pass;
use crate::clock::millis;
use crate::context::Context;
use crate::encoding::{b64, hex, unb64};
use crate::ids::{self, Stranger};
use crate::io::CommandId;
use crate::limits::{INVITE_LIFE, INVITES};
use crate::records::{Change, InviteRecord, Secret};
use crate::routes::IdOwner;
use crate::store::Write;
use crate::values::InviteId;
use crate::view::{Alert, Invite, Refusal};
use std::time::Duration;

/// After which time the id of an invite is registered again that the server holds for somebody else.
const REGISTER_AGAIN: Duration = Duration::from_secs(15);

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
        ctx.register(&record.address, IdOwner::Invite);
        self.invites.insert(record.id.clone(), record);
    }

    /// Registers the ids of the open invites that are not: at the start, and where one was taken.
    pub(crate) fn open(&mut self, ctx: &mut Context) {
        self.register_again = None;
        for invite in self.invites.values() {
            ctx.register(&invite.address, IdOwner::Invite);
        }
    }

    /// Notes that somebody else holds the id of an invite: perhaps this device before it crashed.
    pub(crate) fn taken(&mut self, ctx: &Context) {
        self.register_again = Some(ctx.now.mono + REGISTER_AGAIN);
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
        if let Some(invite) = self.invites.remove(id) {
            ctx.release(&invite.address);
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
        for address in expired.hidden.iter().map(|invite| &invite.address) {
            ctx.release(address);
        }
        for invite in expired.back {
            self.invite_stored(ctx, invite);
        }
        for id in expired.over {
            ctx.store_for_certain(Change::ForgetInvite(id));
        }
    }

    /// Asks the person who made an invite. `own` is the own Transport ID, `held` whether it can be
    /// dialled from, and `asking` tells whether somebody is being asked already.
    pub(crate) fn use_invite(
        &mut self,
        ctx: &mut Context,
        command: CommandId,
        code: &Secret,
        own: &str,
        held: bool,
        asking: impl FnOnce(&Stranger) -> bool,
    ) -> Result<Answered, Refusal> {
        let (to, secret, expires) = invite_code::read(&code.0).ok_or(Refusal::InviteMalformed)?;
        if self.invites.values().any(|invite| invite.address == to) {
            return Err(Refusal::InviteOwn);
        }
        if ctx.now.unix >= expires {
            return Err(Refusal::InviteExpired);
        }
        if !held {
            return Err(Refusal::InviteUnreachable);
        }
        let maker = Stranger::at(&to);
        if asking(&maker) {
            return Ok(Answered::Now);
        }
        let pass =
            Pass::new(secret, Some(command), Some(Alert::InviteNotAccepted)).showing_address();
        self.outreach.ask_with(ctx, own, &to, &maker, pass);
        Ok(Answered::Later)
    }
}

/// Returns an open invite as views see it.
pub(crate) fn shown(record: &InviteRecord) -> Option<Invite> {
    let code = invite_code::write(&record.address, &unb64(&record.secret.0)?, record.expires)?;
    Some(Invite {
        id: record.id.clone(),
        link: Secret(code),
        expires: record.expires,
    })
}
