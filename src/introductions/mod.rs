//! How strangers become known: who was asked, who asks, and by which invite.
//!
//! [`requests`] wait for the person, [`invites`] are secrets by which two people on different
//! networks meet the first time, [`outreach`] is whom the person has asked, and how far that is.
//!
//! Not here: the connections on which it happens ([`handshakes`](crate::handshakes)).

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
use crate::ids::rootless;
use crate::records::{Change, InviteRecord, RequestRecord};
use crate::values::{InviteId, RequestId};
use crate::view::{Asked, Refusal};
use expired::Expired;
use litemap::LiteMap;
use outreach::Outreach;

pub(crate) use invites::{Answered, shown};

/// Requests, invites, and whom the person has asked.
#[derive(Debug, Default)]
pub(crate) struct Introductions {
    requests: LiteMap<RequestId, RequestRecord>,
    /// Those that are being stored, before the person is asked.
    storing: LiteMap<RequestId, RequestRecord>,
    /// Those that the person rejected lately, oldest first.
    rejected: Vec<RequestRecord>,
    /// Requests of strangers who are being asked at this moment, by Discovery ID without its root:
    /// one of the two requests goes on.
    held: LiteMap<String, RequestRecord>,
    invites: LiteMap<InviteId, InviteRecord>,
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
    pub(crate) fn asked(&self) -> &LiteMap<String, Asked> {
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
        let of_request = |(id, request): (&RequestId, &RequestRecord)| {
            Some((Shown::Again(id.clone()), unb64(&request.call_back.0)?))
        };
        let asked = self.outreach.call_backs();
        let asked = asked.map(|(stranger, secret)| (Shown::CallBack(stranger.clone()), secret));
        let invites = self.invites.iter().filter_map(of_invite);
        let requests = self.requests.iter().filter_map(of_request);
        asked.chain(invites).chain(requests)
    }

    /// Returns what to show to a stranger who is dialled.
    pub(crate) fn showing(&self, stranger: &str) -> Showing {
        self.outreach.showing(stranger)
    }

    /// Returns the note to send with the request to a stranger.
    pub(crate) fn note_for(&self, stranger: &str) -> Option<String> {
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

    /// Asks a stranger, by Discovery ID without its root. `way` is from where and to where they are
    /// dialled, `room` whether there is room for another contact, `note` what is sent with the request.
    pub(crate) fn ask(
        &mut self,
        ctx: &mut Context,
        stranger: &str,
        room: bool,
        way: Option<(String, String)>,
        note: Option<String>,
    ) -> Result<(), Refusal> {
        if !room {
            return Err(Refusal::ContactsFull);
        }
        let (from, to) = way.ok_or(Refusal::Gone)?;
        self.outreach.ask(ctx, &from, &to, stranger);
        if let Some(note) = note {
            self.outreach.keep_note(stranger, note);
        }
        Ok(())
    }

    /// Takes how far the request to a stranger is.
    pub(crate) fn set_asked(&mut self, ctx: &mut Context, stranger: String, asked: Asked) {
        let over = !matches!(asked, Asked::Connecting | Asked::Waiting);
        self.outreach.set(ctx, stranger.clone(), asked);
        if over {
            self.let_go(ctx, &stranger);
        }
    }

    /// Notes that the request to a stranger was sent. `call_back` is how they are known from now on.
    pub(crate) fn sent(&mut self, ctx: &mut Context, stranger: String, call_back: Key) {
        self.outreach.sent(ctx, stranger, call_back);
    }

    /// Forgets the request to a stranger who, met at this id, has become a contact.
    pub(crate) fn befriended(&mut self, remote: &str) {
        self.outreach.forget(rootless(remote));
        self.held.remove(rootless(remote));
    }
}
