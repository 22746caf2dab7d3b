//! Requests of strangers, and the person's answer.

use super::Introductions;
use crate::context::Context;
use crate::fact::{Fact, Invited};
use crate::ids::rootless;
use crate::limits::{REJECTED, REJECTED_LIFE, REQUEST_LIFE, REQUESTS};
use crate::misbehaviour::Fault;
use crate::records::{Change, RequestRecord, Secret};
use crate::store::Write;
use crate::values::RequestId;
use crate::view::{Alert, Asked, Refusal};

/// What becomes of an accepted request whose connection has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Late {
    /// The stranger is called back, or cannot be; the person is told.
    Settled,
    /// The stranger is to be asked. They remember their request, and say yes without asking their
    /// person again.
    AskBack,
}

impl Introductions {
    /// Returns the request of a stranger, by Discovery ID without its root.
    pub(crate) fn request_of(&self, stranger: &str) -> Option<RequestId> {
        let of = |request: &&RequestRecord| rootless(&request.from) == stranger;
        let found = self.requests.values().find(of);
        found.map(|request| request.id.clone())
    }

    /// Returns whether a request counts. `asking` is whether its sender is being asked from here at
    /// this moment: both may have asked each other, and then the one with the smaller id goes on
    /// with its own request, and the other says yes to it.
    pub(crate) fn judge(
        &self,
        record: &RequestRecord,
        invited: Option<&Invited>,
        asking: bool,
    ) -> Result<bool, Fault> {
        self.check_invite(record, invited)?;
        Ok(!asking || record.to > record.from)
    }

    /// Forgets an earlier request of the same stranger: there is one for each.
    pub(crate) fn replace_request(&mut self, ctx: &mut Context, from: &str) {
        if let Some(id) = self.request_of(rootless(from)) {
            self.forget_request(ctx, &id);
            ctx.tell(Fact::RequestEnded(id));
        }
    }

    /// Takes a request that counts: the person is asked, or has said yes or no before. `ignored` is
    /// whether the person wants nobody of this name to ask.
    pub(crate) fn take_request(&mut self, ctx: &mut Context, record: RequestRecord, ignored: bool) {
        let id = record.id.clone();
        if self.outreach.of(rootless(&record.from)) != Asked::No {
            self.requests.insert(id.clone(), record);
            ctx.tell(Fact::RequestWanted(id));
        } else if record.invite.is_none() && (ignored || self.has_rejected(&record.from)) {
            ctx.tell(Fact::RequestEnded(id));
        } else if self.requests.len() >= REQUESTS {
            tracing::warn!("a request is refused: {REQUESTS} wait already");
            ctx.tell(Fact::RequestEnded(id));
        } else {
            let change = Change::Request(record.clone());
            ctx.store(Write::Request(Box::new(record)), change);
        }
    }

    /// Refuses an invite that a second person uses, and somebody who calls back without the secret
    /// of the invite: its maker has it.
    fn check_invite(&self, record: &RequestRecord, invited: Option<&Invited>) -> Result<(), Fault> {
        let used = self.requests.values().any(|request| {
            record.invite.is_some()
                && request.invite == record.invite
                && request.from != record.from
        });
        let maker = self.secret_for(&record.from).is_some();
        if used || maker && invited != Some(&Invited::ByThem) {
            return Err(Fault::SomebodyElse);
        }
        Ok(())
    }

    /// Asks the person about a request that is stored.
    pub(crate) fn request_stored(&mut self, ctx: &mut Context, record: RequestRecord) {
        ctx.tell(Fact::Asks(record.id.clone()));
        self.wait(record);
    }

    /// Keeps a request for the person.
    pub(crate) fn wait(&mut self, record: RequestRecord) {
        self.requests.insert(record.id.clone(), record);
    }

    /// Accepts a request, as the person decided. Returns it, and the secret of the invite it came
    /// with, which is used up. `room` is whether there is room for another contact.
    pub(crate) fn accept(
        &mut self,
        ctx: &mut Context,
        id: &RequestId,
        room: bool,
    ) -> Result<(RequestRecord, Option<Secret>), Refusal> {
        let request = self.requests.get(id).cloned().ok_or(Refusal::Gone)?;
        if !room {
            return Err(Refusal::ContactsFull);
        }
        self.forget_request(ctx, id);
        let invite = request.invite.as_ref();
        let secret = invite.and_then(|invite| self.use_up(ctx, invite));
        Ok((request, secret))
    }

    /// Goes on with an accepted request whose connection has ended. `own` is the own Transport ID,
    /// if it is held; `listed` whether the stranger is still in a registry.
    pub(crate) fn accepted_late(
        &mut self,
        ctx: &mut Context,
        request: RequestRecord,
        secret: Option<Secret>,
        own: Option<&str>,
        listed: bool,
    ) -> Late {
        match secret {
            Some(secret) => self.call_back(ctx, own, request, secret),
            None if listed => return Late::AskBack,
            None => ctx.alert(Alert::AnswerTooLate { name: request.name }),
        }
        Late::Settled
    }

    /// Rejects a request, as the person decided. Its sender is not asked about again for a day.
    pub(crate) fn reject(&mut self, ctx: &mut Context, id: &RequestId) -> Result<(), Refusal> {
        let request = self.requests.get(id).cloned().ok_or(Refusal::Gone)?;
        if let Some(invite) = request.invite.clone() {
            self.forget_invite(ctx, &invite);
            self.forget_request(ctx, id);
        } else {
            self.requests.remove(id);
            ctx.tell(Fact::RequestGone(id.clone()));
            self.keep_rejected(ctx, request);
        }
        ctx.tell(Fact::RequestEnded(id.clone()));
        Ok(())
    }

    /// Remembers who was rejected.
    fn keep_rejected(&mut self, ctx: &mut Context, request: RequestRecord) {
        let record = RequestRecord {
            rejected: Some(ctx.now.unix),
            ..request
        };
        if self.rejected.len() >= REJECTED {
            let oldest = self.rejected.remove(0);
            ctx.store_for_certain(Change::ForgetRequest(oldest.id));
        }
        self.rejected.push(record.clone());
        ctx.store_for_certain(Change::Request(record));
    }

    /// Returns whether the person has rejected somebody lately, whatever the root is now.
    pub(super) fn has_rejected(&self, from: &str) -> bool {
        let same = |request: &RequestRecord| rootless(&request.from) == rootless(from);
        self.rejected.iter().any(same)
    }

    pub(crate) fn forget_request(&mut self, ctx: &mut Context, id: &RequestId) {
        self.requests.remove(id);
        ctx.tell(Fact::RequestGone(id.clone()));
        ctx.store_for_certain(Change::ForgetRequest(id.clone()));
    }

    pub(super) fn expire_requests(&mut self, ctx: &mut Context) {
        let life = u64::try_from(REQUEST_LIFE.as_millis()).unwrap_or(u64::MAX);
        let now = ctx.now.unix;
        let is_old = |request: &&RequestRecord| now > request.at.saturating_add(life);
        let old = self.requests.values().filter(is_old);
        let old: Vec<RequestId> = old.map(|request| request.id.clone()).collect();
        for id in &old {
            self.forget_request(ctx, id);
        }
        self.forget_rejected(ctx);
    }

    /// Forgets whom the person rejected more than a day ago.
    fn forget_rejected(&mut self, ctx: &mut Context) {
        let life = u64::try_from(REJECTED_LIFE.as_millis()).unwrap_or(u64::MAX);
        let now = ctx.now.unix;
        let is_old = |request: &mut RequestRecord| {
            let at = request.rejected.unwrap_or_default();
            now > at.saturating_add(life)
        };
        for old in self.rejected.extract_if(.., is_old) {
            ctx.store_for_certain(Change::ForgetRequest(old.id));
        }
    }
}
