//! Invites: how two people on different networks meet the first time.
//!
//! An invite holds the Transport ID of the person who made it, and a secret. Whoever uses it dials
//! that id and shows the secret as a contact shows the pair secret; the other side shows it too,
//! before any name is sent. Then the ordinary request follows.

use super::Introductions;
use super::invite_code;
use super::outreach::Pass;
use crate::context::Context;
use crate::encoding::{b64, hex, unb64};
use crate::io::CommandId;
use crate::limits::{INVITE_LIFE, INVITES};
use crate::records::{Change, InviteRecord, Secret};
use crate::store::Write;
use crate::values::InviteId;
use crate::view::{Alert, Invite, Refusal};

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
        let life = u64::try_from(INVITE_LIFE.as_millis()).unwrap_or(u64::MAX);
        let record = InviteRecord {
            version: 1,
            id: InviteId(hex(&ctx.random::<8>())),
            secret: Secret(b64(&ctx.random::<32>())),
            expires: ctx.now.unix.saturating_add(life),
        };
        let change = Change::Invite(record.clone());
        ctx.store(Write::Invite(record, command), change);
        Ok(())
    }

    /// Opens an invite that is stored.
    pub(crate) fn invite_stored(&mut self, record: InviteRecord) {
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
        if self.invites.remove(id).is_some() {
            ctx.store_for_certain(Change::ForgetInvite(id.clone()));
        }
    }

    pub(super) fn expire_invites(&mut self, ctx: &mut Context) {
        let now = ctx.now.unix;
        let old = self.invites.values().filter(|invite| now >= invite.expires);
        let old: Vec<InviteId> = old.map(|invite| invite.id.clone()).collect();
        for id in &old {
            self.forget_invite(ctx, id);
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
        asking: impl FnOnce(&str) -> bool,
    ) -> Result<Answered, Refusal> {
        let (to, secret, expires) = invite_code::read(&code.0).ok_or(Refusal::InviteMalformed)?;
        if to == own {
            return Err(Refusal::InviteOwn);
        }
        if ctx.now.unix >= expires {
            return Err(Refusal::InviteExpired);
        }
        if !held {
            return Err(Refusal::InviteUnreachable);
        }
        if asking(&to) {
            return Ok(Answered::Now);
        }
        let pass = Pass::new(secret, Some(command), Some(Alert::InviteNotAccepted));
        self.outreach.ask_with(ctx, own, &to, &to, pass);
        Ok(Answered::Later)
    }
}

/// Returns an open invite as views see it: its code follows the own Transport ID.
pub(crate) fn shown(record: &InviteRecord, own: &str) -> Option<Invite> {
    let code = invite_code::write(own, &unb64(&record.secret.0)?, record.expires)?;
    Some(Invite {
        id: record.id.clone(),
        link: Secret(code),
        expires: record.expires,
    })
}
