//! How strangers become known: who was asked, who asks, and by which invite.
//!
//! [`requests`] wait for the person, [`answers`] look for who made them, [`invites`] are secrets by which two people on different
//! networks meet the first time, [`outreach`] is whom the person has asked, and how far that is;
//! [`passes`] are the secrets by which those are known. [`own_ids`] are held for invites and their
//! answers.
//!
//! Not here: the connections on which it happens ([`handshakes`](crate::handshakes)).

mod answers;
mod expired;
pub(crate) mod invite_code;
mod invites;
mod outreach;
mod own_ids;
mod passes;
mod requests;
#[cfg(test)]
mod tests;

use crate::clock::Mono;
use crate::context::Context;
use crate::crypto::Key;
use crate::encoding::unb64;
use crate::fact::{Fact, Showing, Shown};
use crate::ids::Stranger;
use crate::records::{AskedRecord, Change, InviteRecord, RequestRecord};
use crate::values::{InviteId, RequestId};
use crate::view::{Asked, Refusal};
use crate::why::{Deadline, Why};
use answers::Answers;
use expired::Expired;
use litemap::LiteMap;
use outreach::Outreach;
use own_ids::OwnIds;

pub(crate) use invites::{Answered, shown};
pub(crate) use outreach::Before;

/// Requests, invites, and whom the person has asked.
#[derive(Debug, Default)]
pub(crate) struct Introductions {
    requests: LiteMap<RequestId, RequestRecord>,
    /// Those that are being stored, before the person is asked.
    storing: LiteMap<RequestId, RequestRecord>,
    /// Those that the person rejected lately, oldest first.
    rejected: Vec<RequestRecord>,
    /// Since when rejections are too old by the calendar: they count no longer, and are forgotten a day of
    /// running time later. Those that a wrong clock has ended count again.
    old_rejected: LiteMap<RequestId, Mono>,
    /// Requests of strangers who are being asked at this moment: one of the two requests goes on.
    held: LiteMap<Stranger, RequestRecord>,
    invites: LiteMap<InviteId, InviteRecord>,
    answers: Answers,
    /// What has expired by the calendar.
    old_requests: Expired<RequestId, RequestRecord>,
    old_invites: Expired<InviteId, InviteRecord>,
    outreach: Outreach,
    /// Answered requests that are not removed from the disk yet.
    over: Vec<RequestId>,
    own_ids: OwnIds,
}

impl Introductions {
    /// Takes what was stored.
    pub(crate) fn restore(
        &mut self,
        requests: Vec<RequestRecord>,
        invites: Vec<InviteRecord>,
        asked: Vec<AskedRecord>,
        now: Mono,
    ) {
        self.outreach.restore(asked);
        for request in requests {
            if request.rejected.is_some() {
                self.rejected.push(request);
            } else {
                if request.accepted.is_some() {
                    self.answers.add(&request, false, now);
                }
                self.requests.insert(request.id.clone(), request);
            }
        }
        self.rejected.sort_by_key(|request| request.rejected);
        for invite in invites {
            self.invites.insert(invite.id.clone(), invite);
        }
    }

    pub(crate) fn requests(&self) -> &LiteMap<RequestId, RequestRecord> {
        &self.requests
    }

    pub(crate) fn invites(&self) -> impl Iterator<Item = &InviteRecord> {
        self.invites.values()
    }

    pub(crate) fn invite_ids(&self) -> Vec<InviteId> {
        self.invites.keys().cloned().collect()
    }

    /// Forgets everything, on the disk too: the person is another one from now on.
    pub(crate) fn leave(&mut self, ctx: &mut Context) {
        let requests = self.requests.keys().chain(self.storing.keys());
        let requests: Vec<_> = requests.chain(self.old_requests.keys()).cloned().collect();
        for request in requests {
            self.forget_request(ctx, &request);
        }
        for invite in self.invite_ids() {
            self.forget_invite(ctx, &invite);
        }
        for invite in self.old_invites.keys() {
            ctx.store_for_certain(Change::ForgetInvite(invite.clone()));
        }
        for asked in self.asked_ids() {
            ctx.store_for_certain(Change::ForgetAsked(asked));
        }
        self.forget_over(ctx);
        let left = std::mem::take(self);
        left.own_ids.release_all(ctx);
    }

    /// Returns how far the request to each stranger is.
    pub(crate) fn asked(&self) -> &LiteMap<Stranger, Asked> {
        self.outreach.asked()
    }

    /// Returns the requests that wait for the person.
    fn waiting(&self) -> impl Iterator<Item = &RequestRecord> {
        let all = self.requests.values();
        all.filter(|request| request.accepted.is_none())
    }

    /// Returns the keys of those who were asked, as they are stored.
    pub(crate) fn asked_ids(&self) -> Vec<String> {
        self.outreach.stored()
    }

    /// Returns how many of those who were asked can still say yes.
    pub(crate) fn awaited(&self) -> usize {
        self.outreach.awaited()
    }

    /// Returns the secrets that strangers may show.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = (Shown, Key)> {
        let of_invite = |(id, invite): (&InviteId, &InviteRecord)| {
            Some((Shown::Invite(id.clone()), unb64(&invite.secret.0)?))
        };
        let asked = self.outreach.call_backs();
        let asked = asked.map(|(stranger, secret)| (Shown::CallBack(stranger.clone()), secret));
        let invites = self.invites.iter().filter_map(of_invite);
        let called = self.answers.secrets();
        let called = called.map(|(id, secret)| (Shown::Again(id.clone()), secret));
        let requests = self.waiting().filter_map(again);
        asked.chain(invites).chain(called).chain(requests)
    }

    /// Returns the secrets that callers may show at an own id that is held for an invite: those of who
    /// knows it.
    pub(crate) fn secrets_at(&self, own: &str) -> impl Iterator<Item = (Shown, Key)> {
        let invites = self
            .invites
            .iter()
            .filter(move |(_, invite)| invite.address == own);
        let invites = invites
            .filter_map(|(id, invite)| Some((Shown::Invite(id.clone()), unb64(&invite.secret.0)?)));
        let asked = self.outreach.secrets_at(own);
        let asked = asked.map(|(stranger, secret)| (Shown::CallBack(stranger.clone()), secret));
        let called = self.answers.secrets_at(own);
        let called = called.map(|(id, secret)| (Shown::Again(id.clone()), secret));
        let requests = self.waiting().filter(move |request| request.to == own);
        let requests = requests.filter_map(again);
        invites.chain(asked).chain(called).chain(requests)
    }

    /// Returns the secrets of those whom the person has rejected lately.
    pub(crate) fn rejected_secrets(&self) -> impl Iterator<Item = (Shown, Key)> {
        self.in_force().filter_map(again)
    }

    /// Returns what to show to a stranger who is dialled.
    pub(crate) fn showing(&self, stranger: &Stranger) -> Showing {
        self.outreach.showing(stranger)
    }

    /// Returns the note to send with the request to a stranger.
    pub(crate) fn note_for(&self, stranger: &Stranger) -> Option<String> {
        self.outreach.note_for(stranger)
    }

    /// Forgets what is too old, and what is over.
    pub(crate) fn expire(&mut self, ctx: &mut Context) {
        self.expire_requests(ctx);
        self.expire_invites(ctx);
        self.outreach.expire(ctx);
        self.give_up_uses(ctx);
        self.forget_over(ctx);
        if self.own_ids.take_due(ctx.now.mono) {
            let needed: Vec<String> = self.addresses().map(str::to_owned).collect();
            needed.iter().for_each(|id| self.own_ids.hold(ctx, id));
        }
    }

    /// Removes from the disk what is over, last of all that an input leads to: of several writes a crash
    /// may leave the first. Gives up the own ids that nobody needs any more.
    fn forget_over(&mut self, ctx: &mut Context) {
        for id in std::mem::take(&mut self.over) {
            ctx.store_for_certain(Change::ForgetRequest(id));
        }
        self.outreach.forget_over(ctx);
        let needed: Vec<String> = self.addresses().map(str::to_owned).collect();
        self.own_ids.release_others(ctx, &needed);
    }

    /// Returns the own ids that are held for invites: those of the open ones, and those at which whoever
    /// is asked, or called back, finds this device. They lead to nothing else of it.
    fn addresses(&self) -> impl Iterator<Item = &str> {
        let invites = self.invites.values().map(|invite| invite.address.as_str());
        let asked = self.outreach.addresses();
        let answers = self.answers.addresses();
        let uses = self.own_ids.uses();
        invites.chain(asked).chain(answers).chain(uses)
    }

    /// Registers the ids that are held for invites: at the start, and with another server.
    pub(crate) fn open(&mut self, ctx: &mut Context) {
        let needed: Vec<String> = self.addresses().map(str::to_owned).collect();
        self.own_ids.open(ctx, &needed);
    }

    /// Gives up the ids that are held for invites, until they are [opened](Self::open) again.
    pub(crate) fn close(&mut self, ctx: &mut Context) {
        self.own_ids.release_others(ctx, &[]);
    }

    /// Notes that an id is held, from which somebody may be dialled.
    pub(crate) fn registered(&mut self, ctx: &mut Context, id: &str) {
        if let Some(used) = self.own_ids.registered(id) {
            self.begin_use(ctx, used);
        }
    }

    /// Notes that an id is not held at the moment.
    pub(crate) fn lost(&mut self, id: &str) {
        self.own_ids.lost(id);
    }

    /// Notes that somebody else holds an id: perhaps this device before it crashed.
    pub(crate) fn taken(&mut self, ctx: &Context, id: &str) {
        self.own_ids.taken(id, ctx.now.mono);
    }

    /// Returns when the id of an invite is registered again, or whoever is called back is dialled or given up.
    pub(crate) fn due(&self) -> Option<Deadline> {
        let own_ids = self.own_ids.due().map(|at| Why::Invite.at(at));
        let search = self.answers.due().map(|at| Why::CallBack.at(at));
        own_ids.into_iter().chain(search).min()
    }

    /// Asks a stranger. `way` is from where and to where they are
    /// dialled, `room` whether there is room for another contact, `note` what is sent with the request.
    /// `before` is as whom they were known on an earlier day.
    pub(crate) fn ask(
        &mut self,
        ctx: &mut Context,
        stranger: &Stranger,
        room: bool,
        way: Option<(String, String)>,
        note: Option<String>,
        before: Option<Before>,
    ) -> Result<(), Refusal> {
        if !room {
            return Err(Refusal::ContactsFull);
        }
        let (from, to) = way.ok_or(Refusal::Gone)?;
        self.outreach.keep_before(stranger, before);
        self.outreach.ask(ctx, &from, &to, stranger);
        if let Some(note) = note {
            self.outreach.keep_note(stranger, note);
        }
        Ok(())
    }

    /// Returns as whom a stranger of this name may be known from an earlier day: somebody of the same
    /// name who asked, or was asked, under an id that `is_gone`.
    pub(crate) fn before(&self, name: &str, is_gone: impl Fn(&Stranger) -> bool) -> Option<Before> {
        let uninvited = self.requests.values().filter(|r| r.invite.is_none());
        let of_name = uninvited.filter(|request| request.name == name);
        let asking = of_name.filter(|request| is_gone(&Stranger::at(&request.from)));
        let newest = asking.max_by_key(|request| request.at);
        let asking = newest.and_then(|request| {
            let secret = unb64(&request.call_back.0)?;
            Some(Before::Asking(request.id.clone(), secret))
        });
        asking.or_else(|| self.outreach.asked_before(name, is_gone))
    }

    /// Takes how far the request to a stranger is.
    pub(crate) fn set_asked(&mut self, ctx: &mut Context, stranger: Stranger, asked: Asked) {
        let over = !matches!(asked, Asked::Connecting | Asked::Waiting);
        self.outreach.set(ctx, stranger.clone(), asked);
        if over {
            self.answers.in_vain(&stranger, ctx.now.mono);
            self.let_go(ctx, &stranger);
        }
    }

    /// Notes that the connection has ended on which somebody was asked: they may still answer. Whoever was
    /// called back is looked for again.
    pub(crate) fn answer_later(&mut self, ctx: &mut Context, stranger: &Stranger) {
        self.outreach.parted(stranger);
        self.answers.in_vain(stranger, ctx.now.mono);
        self.let_go(ctx, stranger);
    }

    /// Notes that the request to a stranger was sent from an own id. `call_back` is how they are known from
    /// now on, `name` under which they are listed. Where they are `recognised` as who asked on an earlier
    /// day, they say yes to this one, and the earlier request waits no longer.
    pub(crate) fn sent(
        &mut self,
        ctx: &mut Context,
        stranger: Stranger,
        from: &str,
        call_back: Key,
        name: Option<&str>,
        recognised: bool,
    ) {
        let asking = self.outreach.sent(ctx, stranger, from, call_back, name);
        if let Some(request) = asking.filter(|_| recognised) {
            self.replace(ctx, request);
        }
    }

    /// Forgets the request to a stranger who, met at this id, has become a contact. Returns which
    /// request of theirs was answered there.
    pub(crate) fn befriended(&mut self, ctx: &mut Context, remote: &str) -> Option<RequestId> {
        let stranger = Stranger::at(remote);
        let answered = self.outreach.answered(&stranger);
        self.outreach.forget(&stranger);
        self.held.remove(&stranger);
        if let Some(request) = &answered {
            self.answered(ctx, request);
        }
        answered
    }

    /// Forgets a request that is answered, once what came of it is written.
    fn answered(&mut self, ctx: &mut Context, request: &RequestId) {
        self.answers.end(request);
        let waited = self.requests.remove(request);
        if waited.or(self.old_requests.remove(request)).is_some() {
            ctx.tell(Fact::RequestGone(request.clone()));
            self.over.push(request.clone());
        }
    }
}

/// Returns by which secret whoever made a request is known.
fn again(request: &RequestRecord) -> Option<(Shown, Key)> {
    Some((
        Shown::Again(request.id.clone()),
        unb64(&request.call_back.0)?,
    ))
}
