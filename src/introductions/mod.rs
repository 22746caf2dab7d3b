//! How strangers become known: who was asked, who asks, and by which invite.
//!
//! [`requests`] wait for the person, [`answers`] look for who made them, [`invites`] are secrets by which two people on different
//! networks meet the first time, [`outreach`] is whom the person has asked, and how far that is.
//!
//! Not here: the connections on which it happens ([`handshakes`](crate::handshakes)).

mod answers;
mod expired;
mod invite_code;
mod invites;
mod outreach;
mod requests;
#[cfg(test)]
mod tests;

use crate::clock::Mono;
use crate::context::Context;
use crate::crypto::Key;
use crate::encoding::unb64;
use crate::fact::{Showing, Shown};
use crate::ids::Stranger;
use crate::records::{Change, InviteRecord, RequestRecord};
use crate::values::{InviteId, RequestId};
use crate::view::{Asked, Refusal};
use crate::why::{Deadline, Why};
use answers::Answers;
use expired::Expired;
use litemap::LiteMap;
use outreach::Outreach;

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
    /// Requests of strangers who are being asked at this moment: one of the two requests goes on.
    held: LiteMap<Stranger, RequestRecord>,
    invites: LiteMap<InviteId, InviteRecord>,
    answers: Answers,
    /// What has expired by the calendar.
    old_requests: Expired<RequestId, RequestRecord>,
    old_invites: Expired<InviteId, InviteRecord>,
    outreach: Outreach,
    /// When the id of an invite is registered again that somebody else held.
    register_again: Option<Mono>,
}

impl Introductions {
    /// Takes what was stored.
    pub(crate) fn restore(&mut self, requests: Vec<RequestRecord>, invites: Vec<InviteRecord>) {
        for request in requests {
            if request.rejected.is_some() {
                self.rejected.push(request);
            } else {
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
        *self = Self::default();
    }

    /// Returns how far the request to each stranger is.
    pub(crate) fn asked(&self) -> &LiteMap<Stranger, Asked> {
        self.outreach.asked()
    }

    /// Returns whether somebody who has not answered was shown the own Transport ID.
    pub(crate) fn shows_address(&self) -> bool {
        self.outreach.shows_address()
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
        let requests = self.requests.values().filter_map(again);
        asked.chain(invites).chain(called).chain(requests)
    }

    /// Returns the secrets of those whom the person has rejected lately.
    pub(crate) fn rejected_secrets(&self) -> impl Iterator<Item = (Shown, Key)> {
        self.rejected.iter().filter_map(again)
    }

    /// Returns what to show to a stranger who is dialled.
    pub(crate) fn showing(&self, stranger: &Stranger) -> Showing {
        self.outreach.showing(stranger)
    }

    /// Returns the note to send with the request to a stranger.
    pub(crate) fn note_for(&self, stranger: &Stranger) -> Option<String> {
        self.outreach.note_for(stranger)
    }

    /// Forgets what is too old.
    pub(crate) fn expire(&mut self, ctx: &mut Context) {
        self.expire_requests(ctx);
        self.expire_invites(ctx);
        self.outreach.expire(ctx.now.mono);
        if self.register_again.is_some_and(|at| ctx.now.mono >= at) {
            self.open(ctx);
        }
    }

    /// Returns when the id of an invite is registered again, or whoever is called back is given up.
    pub(crate) fn due(&self) -> Option<Deadline> {
        let register_again = self.register_again.map(|at| Why::Invite.at(at));
        let search_ends = self.answers.due().map(|at| Why::CallBack.at(at));
        register_again.into_iter().chain(search_ends).min()
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
        self.answers.dialled(&stranger, asked);
        let over = !matches!(asked, Asked::Connecting | Asked::Waiting);
        self.outreach.set(ctx, stranger.clone(), asked);
        if over {
            self.let_go(ctx, &stranger);
        }
    }

    /// Notes that the request to a stranger was sent. `call_back` is how they are known from now on,
    /// `name` under which they are listed. Where they are `recognised` as who asked on an earlier day,
    /// they say yes to this one, and the earlier request waits no longer.
    pub(crate) fn sent(
        &mut self,
        ctx: &mut Context,
        stranger: Stranger,
        call_back: Key,
        name: Option<&str>,
        recognised: bool,
    ) {
        self.answers.found(&stranger);
        let asking = self.outreach.sent(ctx, stranger, call_back, name);
        if let Some(request) = asking.filter(|_| recognised) {
            self.replace(ctx, request);
        }
    }

    /// Forgets the request to a stranger who, met at this id, has become a contact. Returns which
    /// request of theirs was answered there.
    pub(crate) fn befriended(&mut self, remote: &str) -> Option<RequestId> {
        let stranger = Stranger::at(remote);
        let answered = self.outreach.answered(&stranger);
        self.outreach.forget(&stranger);
        self.held.remove(&stranger);
        answered
    }
}

/// Returns by which secret whoever made a request is known.
fn again(request: &RequestRecord) -> Option<(Shown, Key)> {
    Some((
        Shown::Again(request.id.clone()),
        unb64(&request.call_back.0)?,
    ))
}
