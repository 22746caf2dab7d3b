//! Requests of strangers, and the person's answer.

use super::Introductions;
use crate::clock::millis;
use crate::context::Context;
use crate::fact::{Fact, Shown};
use crate::ids::{Stranger, is_transport_id};
use crate::limits::{
    EXPIRED_KEPT, REJECTED, REJECTED_LIFE, REQUEST_LIFE, REQUESTS, REQUESTS_OF_ONE,
};
use crate::misbehaviour::Fault;
use crate::records::{Change, RequestRecord};
use crate::store::Write;
use crate::values::RequestId;
use crate::view::{Alert, Refusal};

impl Introductions {
    /// Returns the request of a stranger. Where there are several, one of them may be from somebody who had that id before: none of them is returned.
    pub(crate) fn request_of(&self, stranger: &Stranger) -> Option<RequestId> {
        let mut found = self.requests_of(stranger);
        let first = found.next()?.id.clone();
        found.next().is_none().then_some(first)
    }

    fn requests_of(&self, stranger: &Stranger) -> impl Iterator<Item = &RequestRecord> {
        let requests = self.all_requests();
        requests.filter(move |request| stranger.is_at(&request.from))
    }

    /// Returns the requests that wait, and those that are being stored.
    fn all_requests(&self) -> impl Iterator<Item = &RequestRecord> {
        self.requests.values().chain(self.storing.values())
    }

    /// Refuses a request with an invite that another person uses, or that is not open any more: it
    /// may have been answered since this caller showed it.
    pub(crate) fn judge(&self, record: &RequestRecord) -> Result<(), Fault> {
        let Some(invite) = &record.invite else {
            return Ok(());
        };
        let with_it = |request: &&RequestRecord| request.invite.as_ref() == Some(invite);
        let mut others = self.all_requests().filter(with_it);
        let used = others.any(|request| request.from != record.from);
        if used || !self.invites.contains_key(invite) {
            return Err(Fault::SomebodyElse);
        }
        Ok(())
    }

    /// Returns whether what a caller has shown counts: a call-back secret does once.
    pub(crate) fn counts(&self, shown: &Shown) -> bool {
        match shown {
            Shown::CallBack(stranger) => self.outreach.awaits(stranger),
            Shown::Invite(_) | Shown::Again(_) => true,
        }
    }

    /// Holds the request of somebody who is being asked from here at this moment.
    pub(crate) fn hold(&mut self, record: RequestRecord) {
        let stranger = Stranger::at(&record.from);
        self.held.insert(stranger, record);
    }

    /// Returns whether a request is held, and the own one to the same person goes on instead.
    pub(crate) fn ours_goes_on(&self, stranger: &Stranger) -> bool {
        let held = self.held.get(stranger);
        held.is_some_and(|record| record.to < record.from)
    }

    /// Forgets a held request: the own one goes on.
    pub(crate) fn drop_held(&mut self, stranger: &Stranger) {
        self.held.remove(stranger);
    }

    /// Says yes to a held request: whoever was asked has shown that it is theirs.
    pub(crate) fn take_held(&mut self, ctx: &mut Context, stranger: &Stranger) {
        if let Some(record) = self.held.remove(stranger) {
            let shown = Shown::CallBack(stranger.clone());
            self.take_request(ctx, record, Some(&shown), false);
        }
    }

    /// Lets a held request wait for the person: the own one has come to an end.
    pub(crate) fn let_go(&mut self, ctx: &mut Context, stranger: &Stranger) {
        if let Some(record) = self.held.remove(stranger) {
            self.take_request(ctx, record, None, false);
        }
    }

    /// Takes a request: the person is asked, has asked for it before, or has said no before. An
    /// earlier request is replaced only where the caller has shown to be the one who made it: an id
    /// that was given up can be somebody else's by now. `ignored` is whether the person wants nobody
    /// of this name to ask.
    pub(crate) fn take_request(
        &mut self,
        ctx: &mut Context,
        mut record: RequestRecord,
        shown: Option<&Shown>,
        ignored: bool,
    ) {
        if let Some(Shown::CallBack(stranger)) = shown {
            if let Some(request) = self.outreach.answered(stranger) {
                self.answered(ctx, &request);
            }
            self.outreach.forget(stranger);
            ctx.tell(Fact::RequestWanted(record.id.clone()));
            return self.wait(record);
        }
        let before = match shown {
            Some(Shown::Again(before)) => Some(before),
            Some(Shown::Invite(_) | Shown::CallBack(_)) | None => None,
        };
        if let Some(before) = before
            && self.answers.end(before)
        {
            // The person has said yes, and they are just being looked for.
            self.answered(ctx, before);
            ctx.tell(Fact::RequestWanted(record.id.clone()));
            return self.wait(record);
        }
        let earlier = before.and_then(|before| self.requests.get(before));
        record.invite = record.invite.or(earlier.and_then(|r| r.invite.clone()));
        if record.invite.is_none() && (self.rejects(&record, before) || ignored) {
            return ctx.tell(Fact::RequestEnded(record.id));
        }
        let replaced = before.cloned().or_else(|| self.replaced_by(&record));
        replaced.into_iter().for_each(|id| self.replace(ctx, id));
        if self.all_requests().count() >= REQUESTS && !planted!(RequestLimitOff) {
            tracing::warn!("a request is refused: {REQUESTS} wait already");
            ctx.tell(Fact::RequestEnded(record.id));
        } else {
            let change = Change::Request(record.clone());
            ctx.store(Write::Request(record.id.clone()), change);
            self.storing.insert(record.id.clone(), record);
        }
    }

    /// Returns which request one takes the place of whose sender has not shown to have asked before: that
    /// with the same invite from the same id, which is secret, else one of as many as may wait.
    fn replaced_by(&self, record: &RequestRecord) -> Option<RequestId> {
        let stranger = Stranger::at(&record.from);
        let again = |r: &&RequestRecord| r.invite.is_some() && r.invite == record.invite;
        let full = self.requests_of(&stranger).count() >= REQUESTS_OF_ONE;
        let newest = self.requests_of(&stranger).max_by_key(|request| request.at);
        let replaced = self.requests_of(&stranger).find(again);
        let replaced = replaced.or(newest.filter(|_| full));
        replaced.map(|request| request.id.clone())
    }

    pub(super) fn replace(&mut self, ctx: &mut Context, id: RequestId) {
        self.forget_request(ctx, &id);
        ctx.tell(Fact::RequestReplaced(id));
    }

    /// Writes every request and invite as it counts, over what may be on the disk.
    pub(crate) fn keep_all(&self, ctx: &mut Context) {
        for request in self.requests.values().chain(&self.rejected) {
            ctx.store_for_certain(Change::Request(request.clone()));
        }
        for invite in self.invites.values() {
            ctx.store_for_certain(Change::Invite(invite.clone()));
        }
        self.outreach.keep_all(ctx);
    }

    /// Asks the person about a request that is stored, where it was not forgotten meanwhile.
    pub(crate) fn request_stored(&mut self, ctx: &mut Context, id: &RequestId) {
        if let Some(record) = self.storing.remove(id) {
            ctx.tell(Fact::Asks(record.id.clone()));
            self.wait(record);
        }
    }

    /// Forgets a request that could not be stored: the person is not asked, also not where it is on the
    /// disk all the same.
    pub(crate) fn request_not_stored(&mut self, ctx: &mut Context, id: RequestId) {
        self.storing.remove(&id);
        ctx.store_for_certain(Change::ForgetRequest(id));
    }

    /// Keeps a request for the person.
    pub(crate) fn wait(&mut self, record: RequestRecord) {
        self.requests.insert(record.id.clone(), record);
    }

    /// Keeps a request whose acceptance could not be stored: it waits for the person again, also after the
    /// next start.
    pub(crate) fn wait_again(&mut self, ctx: &mut Context, record: RequestRecord) {
        ctx.store_for_certain(Change::Request(record.clone()));
        self.wait(record);
    }

    /// Returns a request that is to be accepted. `room` is whether there is room for another contact.
    pub(crate) fn to_accept(&self, id: &RequestId, room: bool) -> Result<RequestRecord, Refusal> {
        let request = self.requests.get(id).cloned().ok_or(Refusal::Gone)?;
        if !room {
            return Err(Refusal::ContactsFull);
        }
        Ok(request)
    }

    /// Takes a yes: the request waits no longer, and the invite it came with is used up.
    pub(crate) fn accepted(&mut self, ctx: &mut Context, request: &RequestRecord) {
        self.answered(ctx, &request.id);
        self.use_up(ctx, request);
    }

    fn use_up(&mut self, ctx: &mut Context, request: &RequestRecord) {
        if let Some(invite) = &request.invite
            && !planted!(InviteUsedTwice)
        {
            self.forget_invite(ctx, invite);
        }
    }

    /// Takes a yes to somebody whose connection has ended. They must show to be the one who asked; they
    /// remember their request, and say yes without asking their person again. The yes is written, and
    /// counts after a restart too.
    pub(crate) fn call_back(&mut self, ctx: &mut Context, mut request: RequestRecord) {
        request.accepted = Some(ctx.now.unix);
        self.answers.add(&request, false, ctx.now.mono);
        self.hold_for_answers(ctx);
        self.use_up(ctx, &request);
        ctx.tell(Fact::RequestAnswered(request.id.clone()));
        ctx.store_for_certain(Change::Request(request.clone()));
        self.wait(request);
    }

    /// Answers a request once more whose acceptance broke. The person does not know of it.
    pub(crate) fn ask_back(&mut self, ctx: &mut Context, request: &RequestRecord) {
        self.answers.add(request, true, ctx.now.mono);
        self.hold_for_answers(ctx);
    }

    fn hold_for_answers(&mut self, ctx: &mut Context) {
        for address in self.answers.addresses() {
            self.own_ids.hold(ctx, address);
        }
    }

    /// Dials those who are to be called back, and gives up who was not found: their request waits again, for
    /// when they are there. `ways` returns from where
    /// and to where whoever made a request can be dialled, `is_asking` whether somebody is being asked
    /// already.
    pub(crate) fn call(
        &mut self,
        ctx: &mut Context,
        ways: impl Fn(&RequestRecord) -> Vec<(String, String)>,
        is_asking: impl Fn(&Stranger) -> bool,
    ) {
        let (outreach, own_ids) = (&mut self.outreach, &self.own_ids);
        let ways = |request: &RequestRecord| {
            if !is_transport_id(&request.from) {
                return ways(request);
            }
            let way = (request.to.clone(), request.from.clone());
            Some(way)
                .filter(|(from, _)| own_ids.is_held(from))
                .into_iter()
                .collect()
        };
        while let Some(call) = self.answers.next(ctx.now.mono, ways, |stranger| {
            is_asking(stranger) || outreach.has_pass(stranger)
        }) {
            outreach.ask_with(ctx, &call.from, &call.to, &call.stranger, call.pass);
        }
        for (request, failure) in self.answers.give_up(ctx.now.mono) {
            let request = RequestRecord {
                accepted: None,
                ..request
            };
            ctx.store_for_certain(Change::Request(request.clone()));
            self.wait(request);
            ctx.alert(failure);
        }
    }

    /// Rejects a request, as the person decided. Its sender is not asked about again for a day.
    pub(crate) fn reject(&mut self, ctx: &mut Context, id: &RequestId) -> Result<(), Refusal> {
        let request = self.requests.get(id).cloned().ok_or(Refusal::Gone)?;
        self.answers.end(id);
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
            accepted: None,
            ..request
        };
        if self.rejected.len() >= REJECTED {
            let oldest = self.rejected.remove(0);
            self.old_rejected.remove(&oldest.id);
            ctx.store_for_certain(Change::ForgetRequest(oldest.id));
        }
        self.rejected.push(record.clone());
        ctx.store_for_certain(Change::Request(record));
    }

    /// Returns whether the person has rejected somebody lately, whatever the root is now; also on the next
    /// day, where they show to be the one who made the request `before`. From now on they are known as they
    /// come now: not on the disk, to which a stranger would write as often as they ask.
    fn rejects(&mut self, record: &RequestRecord, before: Option<&RequestId>) -> bool {
        let stranger = Stranger::at(&record.from);
        let old = &self.old_rejected;
        let is_theirs = |request: &&mut RequestRecord| {
            let theirs = stranger.is_at(&request.from) || before == Some(&request.id);
            theirs && !old.contains_key(&request.id)
        };
        let Some(request) = self.rejected.iter_mut().find(is_theirs) else {
            return false;
        };
        request.from.clone_from(&record.from);
        request.call_back.clone_from(&record.call_back);
        true
    }

    pub(crate) fn forget_request(&mut self, ctx: &mut Context, id: &RequestId) {
        self.requests.remove(id);
        self.storing.remove(id);
        self.old_requests.remove(id);
        ctx.tell(Fact::RequestGone(id.clone()));
        ctx.store_for_certain(Change::ForgetRequest(id.clone()));
    }

    pub(super) fn expire_requests(&mut self, ctx: &mut Context) {
        self.hide_old_requests(ctx);
        self.forget_rejected(ctx);
    }

    /// Takes requests that are too old out of sight, and deletes them a day of running time later; those
    /// that were hidden by a wrong clock come back.
    fn hide_old_requests(&mut self, ctx: &mut Context) {
        let unix = ctx.now.unix;
        let expired = self.old_requests.sweep(
            &mut self.requests,
            |request| unix > request.at.saturating_add(millis(REQUEST_LIFE)),
            ctx.now.mono,
            REQUESTS,
        );
        for request in expired.hidden {
            self.answers.end(&request.id);
            ctx.tell(Fact::RequestGone(request.id));
        }
        for request in expired.back {
            if request.accepted.is_some() {
                self.answers.add(&request, false, ctx.now.mono);
            }
            self.wait(request);
        }
        self.hold_for_answers(ctx);
        for request in expired.over {
            if request.accepted.is_some() {
                let name = request.name;
                ctx.alert(Alert::AnswerLost { name });
            }
            ctx.store_for_certain(Change::ForgetRequest(request.id));
        }
    }

    /// Returns the rejections that count.
    pub(super) fn in_force(&self) -> impl Iterator<Item = &RequestRecord> {
        let all = self.rejected.iter();
        all.filter(|request| !self.old_rejected.contains_key(&request.id))
    }

    /// Lets rejections of more than a day ago count no longer, and forgets them a day of running time later.
    fn forget_rejected(&mut self, ctx: &mut Context) {
        let now = ctx.now;
        let old = &mut self.old_rejected;
        let is_over = |request: &mut RequestRecord| {
            let at = request.rejected.unwrap_or_default();
            if now.unix <= at.saturating_add(millis(REJECTED_LIFE)) {
                old.remove(&request.id);
                return false;
            }
            let since = old.get(&request.id).copied().unwrap_or(now.mono);
            old.insert(request.id.clone(), since);
            now.mono >= since + EXPIRED_KEPT
        };
        let over: Vec<_> = self.rejected.extract_if(.., is_over).collect();
        for request in over {
            self.old_rejected.remove(&request.id);
            ctx.store_for_certain(Change::ForgetRequest(request.id));
        }
    }
}
