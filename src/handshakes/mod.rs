//! Connections until they are authenticated: dialled or accepted, through the handshake.
//!
//! [`admission`] decides who is let in at all. [`exchange`] has the cryptography of a handshake, [`stage`] what each connection waits for,
//! [`acceptance`] the table of what follows after the person said yes. [`frames`] says what a
//! message leads to, [`verify`] what its proof must show, [`endings`] what the end of a connection
//! leads to. [`blacklist`] keeps the ids that answered with the wrong identity.
//!
//! Not here: who is saved ([`contacts`](crate::contacts)), who was asked and who asks
//! ([`introductions`](crate::introductions)).

mod acceptance;
mod admission;
mod blacklist;
mod book;
mod crossing;
mod endings;
pub(crate) mod exchange;
mod finish;
mod frames;
mod stage;
#[cfg(test)]
mod tests;
mod verify;

pub(crate) use admission::{Call, Door};
pub(crate) use book::{Book, Caller, Saved};

use crate::clock::Mono;
use crate::context::Context;
use crate::crypto::PublicKey;
use crate::encoding::hex;
use crate::fact::{Purpose, Yes};
use crate::ids::Stranger;
use crate::io::{ChannelBinding, Closed, LinkId, Path};
use crate::limits::UNAUTHENTICATED_TIME;
use crate::me::Me;
use crate::records::Change;
use crate::routes::LinkOwner;
use crate::store::Write;
use crate::values::{ContactId, RequestId};
use crate::why::{Deadline, Why};
use crate::wire::HandshakeFrame;
use acceptance::Acceptance;
use admission::Admission;
use blacklist::Blacklist;
use exchange::{Side, Step};
use litemap::LiteMap;
use stage::{Pending, Stage};

/// The connections that are not authenticated.
#[derive(Debug, Default)]
pub(crate) struct Handshakes {
    pending: LiteMap<LinkId, Pending>,
    /// Acceptances whose connection has ended while their contact is being stored.
    storing: LiteMap<LinkId, Acceptance>,
    admission: Admission,
    blacklist: Blacklist,
}

impl Handshakes {
    /// Waits for a connection that was dialled.
    pub(crate) fn dialled(&mut self, link: LinkId, from: String, to: String, purpose: Purpose) {
        let pending = Pending::new(from, to, Stage::Dialling(purpose), None);
        self.pending.insert(link, pending);
    }

    /// Answers somebody who dialled an own id, or does as if nobody were there.
    pub(crate) fn incoming(
        &mut self,
        ctx: &mut Context,
        book: &dyn Book,
        link: LinkId,
        call: Call,
        door: &Door,
    ) {
        let now = ctx.now.mono;
        let strangers = ctx.routes.have_room_for_strangers();
        let pending = &self.pending;
        match self
            .admission
            .decide(now, book, pending, &call, door, strangers)
        {
            Ok(caller) => {
                ctx.admit(link, &call.local, LinkOwner::Handshakes);
                // Opening takes its time too; nothing else of it is ours to bound.
                let deadline = Some(now + UNAUTHENTICATED_TIME);
                let mut pending = Pending::new(call.local, call.remote, Stage::Arriving, deadline);
                pending.connection.caller = caller;
                pending.connection.near = *door == Door::Discovery;
                self.pending.insert(link, pending);
            }
            Err(reason) => {
                tracing::info!(?reason, "a call is not answered");
                ctx.close(link);
            }
        }
    }

    /// Begins on a connection that is open. The dialling side says hello. `foreign` means that its
    /// path shows the other end on another network.
    pub(crate) fn opened(
        &mut self,
        ctx: &mut Context,
        book: &dyn Book,
        link: LinkId,
        binding: ChannelBinding,
        path: Path,
        foreign: bool,
    ) {
        let Some(Pending {
            mut connection,
            stage,
        }) = self.pending.remove(&link)
        else {
            return;
        };
        if connection.near && foreign {
            tracing::warn!("whoever is at a Discovery ID is not on this network");
            ctx.close(link);
            return self.end(ctx, link, stage, Closed::Elsewhere);
        }
        connection.binding = Some(binding);
        connection.opened = Some(ctx.now.mono);
        connection.path = path;
        connection.deadline = Some(ctx.now.mono + UNAUTHENTICATED_TIME);
        let stage = if let Stage::Dialling(purpose) = stage {
            let Some(showing) = book.showing(&purpose) else {
                ctx.close(link);
                return self.end(ctx, link, Stage::Dialling(purpose), Closed::Gone);
            };
            let (state, hello) = exchange::initiate(&mut ctx.rng, binding, showing);
            ctx.transmit_text(link, hello);
            Stage::ExpectHello(Box::new(state), purpose)
        } else {
            stage
        };
        self.pending.insert(link, Pending { connection, stage });
    }

    /// Accepts a request. Returns the yes where the connection of the request has ended.
    pub(crate) fn accept(&mut self, ctx: &mut Context, yes: Yes) -> Option<Yes> {
        let Some(link) = self.link_of_request(&yes.request.id) else {
            return Some(yes);
        };
        if let Some(Pending {
            mut connection,
            stage: Stage::Requested(exchange, _),
        }) = self.pending.remove(&link)
        {
            let id = ContactId(hex(&ctx.random::<8>()));
            let secret = exchange.pair_secret();
            let contact = finish::provisional(id, &yes.request.name, &secret, ctx.now.unix);
            ctx.store(Write::Acceptance(link), Change::Contact(contact.clone()));
            connection.deadline = Some(ctx.now.mono + UNAUTHENTICATED_TIME);
            let stage = Stage::Accepting(Box::new(Acceptance::Storing {
                exchange,
                contact,
                yes,
            }));
            self.pending.insert(link, Pending { connection, stage });
        }
        None
    }

    /// Answers a proof that was verified with the own one, if that is this side's turn, and hands
    /// the connection over to the session. Returns its path, and whether it is between Discovery IDs.
    pub(crate) fn answer_proof(
        &mut self,
        ctx: &mut Context,
        me: &Me,
        link: LinkId,
        key: PublicKey,
    ) -> (Path, bool) {
        let Some(Pending { connection, stage }) = self.pending.remove(&link) else {
            return (Path::Unknown, false);
        };
        if let Stage::ExpectAuth(exchange, _) = &stage
            && exchange.side() == Side::Responder
        {
            let proof = exchange.prove(Step::Auth, me.identity(), Some(key));
            ctx.transmit(link, &HandshakeFrame::Auth { proof });
        }
        (connection.path, connection.near)
    }

    fn link_of_request(&self, id: &RequestId) -> Option<LinkId> {
        let mut pending = self.pending.iter();
        let found = pending.find(|(_, pending)| pending.stage.is_request(id));
        found.map(|(link, _)| *link)
    }

    /// Returns how many acceptances are under way.
    pub(crate) fn accepting(&self) -> usize {
        let pending = self.pending.values();
        let accepting = pending.filter(|p| matches!(p.stage, Stage::Accepting(_)));
        accepting.count() + self.storing.len()
    }

    /// Returns whether no handshake is under way.
    pub(crate) fn is_idle(&self) -> bool {
        self.pending.is_empty() && self.storing.is_empty()
    }

    /// Returns whether a connection stands on which this stranger is being asked.
    pub(crate) fn is_asking(&self, stranger: &Stranger) -> bool {
        let mut pending = self.pending.values();
        pending.any(|pending| pending.stage.is_asking(stranger))
    }

    /// Returns whether a connection is being made with this contact.
    pub(crate) fn is_meeting(&self, contact: &ContactId) -> bool {
        let mut pending = self.pending.values();
        pending.any(|pending| pending.stage.is_meeting(contact))
    }

    /// Returns until when an id at a server is not to be dialled for a contact.
    pub(crate) fn blacklisted_until(
        &self,
        server: &str,
        id: &str,
        contact: &ContactId,
        now: Mono,
    ) -> Option<Mono> {
        self.blacklist.until(server, id, contact, now)
    }

    /// Allows dials to an id for a contact again.
    pub(crate) fn pardon(&mut self, id: &str, contact: &ContactId) {
        self.blacklist.forget(id, contact);
    }

    /// Returns the connections whose time is over.
    pub(crate) fn late(&self, now: Mono) -> Vec<LinkId> {
        let is_late = |p: &Pending| p.connection.deadline.is_some_and(|at| now >= at);
        let late = self.pending.iter().filter(|(_, pending)| is_late(pending));
        late.map(|(link, _)| *link).collect()
    }

    pub(crate) fn due(&self) -> Option<Deadline> {
        let deadlines = self.pending.values().filter_map(|p| p.connection.deadline);
        deadlines.min().map(|at| Why::Handshake.at(at))
    }
}
