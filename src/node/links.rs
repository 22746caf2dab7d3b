//! Connections until they are authenticated: dialled or accepted, through the handshake.

use super::contacts::Contact;
use super::invites::Invitation;
use super::storage::Write;
use super::{ChannelBinding, Closed, Link, LinkId, Node, Path};
use crate::clock::Mono;
use crate::crypto::Key;
use crate::handshake::{self, Exchange, ExpectHello, Fault, Role};
use crate::limits;
use crate::records::Change;
use crate::view::{Asked, ContactId, InviteId, Notice, Ping, RequestId};
use crate::wire::{HandshakeFrame, Hello, Proof};

/// A connection that is not a session yet.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) local: String,
    pub(super) remote: String,
    binding: Option<ChannelBinding>,
    pub(super) opened: Option<Mono>,
    pub(super) path: Path,
    bytes: usize,
    /// What the other side, done already, says while the contact is being stored here.
    pub(super) early: Vec<Vec<u8>>,
    pub(super) deadline: Option<Mono>,
    pub(super) stage: Stage,
    /// The caller has shown the secret of this invite of ours, or of the one we used.
    pub(super) invited: Option<Invited>,
}

/// Whose invite a caller knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Invited {
    /// One made here.
    ByUs(InviteId),
    /// One used here; its maker calls back.
    ByThem,
}

/// Who a caller's hint says it is.
enum Known {
    Contact(ContactId),
    Invited(Invited),
}

/// What a connection waits for. Named for the dialling side first.
#[derive(Debug)]
pub(super) enum Stage {
    /// Dialled to ask a stranger; not open yet.
    Asking(String),
    /// Dialled to meet a contact; not open yet.
    Knowing(ContactId),
    /// Accepted; not open yet, or open and waiting for the first hello.
    Arriving,
    /// Asking a stranger: waits for the second hello.
    ExpectHelloOfStranger(Box<ExpectHello>, String),
    /// Meeting a contact: waits for the second hello.
    ExpectHelloOfContact(Box<ExpectHello>, ContactId),
    /// Asked a stranger: waits for the answer.
    ExpectAnswer(Exchange, String),
    /// Waits for the request of somebody unknown.
    ExpectRequest(Exchange),
    /// A request waits for the person here.
    Asked(Exchange, RequestId),
    /// The person said yes; the provisional contact is being stored.
    Accepting(Exchange, Box<Contact>),
    /// Said yes: waits for the confirmation.
    ExpectConfirm(Exchange, Box<Contact>),
    /// Waits for the proof of a contact.
    ExpectAuth(Exchange, ContactId),
    /// The acceptance is proven and being stored; then the session begins.
    Finishing(Role, Box<Contact>, Option<Proof>),
}

impl Pending {
    /// Whether the connection is of a request.
    fn asks(&self, id: &RequestId) -> bool {
        matches!(&self.stage, Stage::Asked(_, asked) if asked == id)
    }

    /// Whether somebody is being asked on it.
    fn is_asking(&self, stranger: &str) -> bool {
        matches!(&self.stage,
            Stage::Asking(asked) | Stage::ExpectHelloOfStranger(_, asked)
            | Stage::ExpectAnswer(_, asked) if asked == stranger)
    }

    /// The contact whose acceptance is being stored.
    pub(super) fn finishing(&self) -> Option<&Contact> {
        if let Stage::Finishing(_, contact, _) = &self.stage {
            Some(contact)
        } else {
            None
        }
    }

    /// Whether it is with this contact.
    pub(super) fn meets(&self, id: &ContactId) -> bool {
        matches!(&self.stage,
            Stage::Knowing(of) | Stage::ExpectHelloOfContact(_, of) | Stage::ExpectAuth(_, of)
                if of == id)
    }

    /// Whether it counts against the bound of handshakes at once.
    fn is_handshake(&self) -> bool {
        matches!(self.stage, Stage::Arriving | Stage::ExpectRequest(_))
    }
}

impl Node {
    pub(super) fn dial(&mut self, from: &str, to: &str, stage: Stage) -> LinkId {
        let link = self.ctx.dial(from, to);
        self.add_link(link, from.to_owned(), to.to_owned(), stage, None);
        link
    }

    /// The connection that waits for the answer to a request, where it still stands.
    pub(super) fn link_of_request(&self, id: &RequestId) -> Option<LinkId> {
        let found = self.links.iter().find(|(_, link)| link.asks(id));
        found.map(|(link, _)| *link)
    }

    /// Whoever is asked has become a contact on another connection. Only one of the two opened before
    /// that on both sides for certain, so that a second acceptance must not come of it.
    pub(super) fn give_up_asking(&mut self, stranger: &str) {
        let of = self
            .links
            .iter()
            .filter(|(_, link)| link.is_asking(stranger));
        let links: Vec<LinkId> = of.map(|(link, _)| *link).collect();
        links.into_iter().for_each(|link| self.remove_link(link));
        self.asked.remove(stranger);
    }

    /// Whether a connection stands on which somebody is being asked.
    pub(super) fn is_asking(&self, stranger: &str) -> bool {
        self.links.values().any(|link| link.is_asking(stranger))
    }

    fn add_link(
        &mut self,
        link: LinkId,
        local: String,
        remote: String,
        stage: Stage,
        deadline: Option<Mono>,
    ) {
        let path = Path::Unknown;
        let pending = Pending {
            local,
            remote,
            binding: None,
            opened: None,
            path,
            bytes: 0,
            early: Vec::new(),
            deadline,
            stage,
            invited: None,
        };
        self.links.insert(link, pending);
    }

    pub(super) fn link(&mut self, link: LinkId, event: Link) {
        if let Link::Incoming { local, remote } = event {
            self.incoming(link, local, remote);
        } else if self.network.owns(link) {
            self.network_link(link, event);
        } else if let Some(contact) = self.session_of(link) {
            self.session(&contact, event);
        } else if self.links.contains_key(&link) {
            self.pending(link, event);
        }
    }

    fn incoming(&mut self, link: LinkId, local: String, remote: String) {
        if self.network.incoming(&self.ctx, link, &local, &remote) {
            return;
        }
        let at_once = self
            .links
            .values()
            .filter(|link| link.is_handshake())
            .count();
        let own = self.network.is_own(&local)
            || self.own_transport() == Some(local.as_str())
            || self.rendezvous.holds(&local);
        let room = at_once < limits::HANDSHAKES_AT_ONCE && self.links.len() < limits::LINKS;
        if own && room && self.handshakes.take(self.ctx.now.mono.into()) {
            // Opening takes its time too; nothing else of it is ours to bound.
            let deadline = self.ctx.now.mono + limits::UNAUTHENTICATED_TIME;
            self.add_link(link, local, remote, Stage::Arriving, Some(deadline));
        } else {
            tracing::warn!(own, room, "a connection is refused");
            self.ctx.close(link);
        }
    }

    pub(super) fn own_transport(&self) -> Option<&str> {
        self.me.as_ref().map(|me| me.record.transport_id.as_str())
    }

    fn pending(&mut self, link: LinkId, event: Link) {
        match event {
            Link::Open { binding, path } => self.opened(link, binding, path),
            Link::Frame(bytes) => {
                if let Err(fault) = self.handshake_frame(link, &bytes) {
                    self.fault(link, fault);
                }
            }
            Link::Closed(closed) => self.closed(link, closed),
            Link::Suspect | Link::Incoming { .. } => {}
        }
    }

    fn opened(&mut self, link: LinkId, binding: ChannelBinding, path: Path) {
        let Some(pending) = self.links.get_mut(&link) else {
            return;
        };
        pending.binding = Some(binding);
        pending.opened = Some(self.ctx.now.mono);
        pending.path = path;
        pending.deadline = Some(self.ctx.now.mono + limits::UNAUTHENTICATED_TIME);
        let secret = if let Stage::Asking(asked) = &pending.stage {
            self.invitations.get(asked).and_then(Invitation::secret)
        } else if let Stage::Knowing(contact) = &pending.stage {
            match self.contacts.get(contact) {
                Some(contact) => Some(contact.pair_secret),
                None => return self.drop_link(link),
            }
        } else {
            return;
        };
        let (state, hello) = handshake::initiate(&mut self.ctx.rng, binding, secret);
        let state = Box::new(state);
        let stage = std::mem::replace(&mut pending.stage, Stage::Arriving);
        pending.stage = if let Stage::Asking(stranger) = stage {
            Stage::ExpectHelloOfStranger(state, stranger)
        } else if let Stage::Knowing(contact) = stage {
            Stage::ExpectHelloOfContact(state, contact)
        } else {
            stage
        };
        self.ctx.emit(super::Output::Transmit(link, hello));
    }

    fn handshake_frame(&mut self, link: LinkId, bytes: &[u8]) -> Result<(), Fault> {
        let Some(pending) = self.links.get_mut(&link) else {
            return Ok(());
        };
        if matches!(pending.stage, Stage::Finishing(..)) && pending.early.len() < limits::STORING {
            pending.early.push(bytes.to_vec());
            return Ok(());
        }
        pending.bytes += bytes.len();
        if pending.bytes > limits::UNAUTHENTICATED_BYTES {
            return Err(Fault::Malformed("too much before a proof"));
        }
        let frame = HandshakeFrame::decode(bytes)?;
        if matches!(frame, HandshakeFrame::Bye) {
            self.closed(link, Closed::Gone);
            self.ctx.close(link);
            return Ok(());
        }
        let Some(pending) = self.links.get_mut(&link) else {
            return Ok(());
        };
        let stage = std::mem::replace(&mut pending.stage, Stage::Arriving);
        match (stage, frame) {
            (Stage::Arriving, HandshakeFrame::Hello { hello }) => {
                self.first_hello(link, bytes, &hello)
            }
            (Stage::ExpectHelloOfStranger(state, stranger), HandshakeFrame::Hello { hello }) => {
                self.set_stage(link, Stage::Asking(stranger.clone()));
                let exchange = state.handle(bytes, &hello)?;
                self.send_request(link, exchange, stranger)
            }
            (Stage::ExpectHelloOfContact(state, contact), HandshakeFrame::Hello { hello }) => {
                self.set_stage(link, Stage::Knowing(contact.clone()));
                let exchange = state.handle(bytes, &hello)?;
                self.send_auth(link, &exchange, &contact)?;
                self.set_stage(link, Stage::ExpectAuth(exchange, contact));
                Ok(())
            }
            (Stage::ExpectRequest(exchange), HandshakeFrame::Request { friendlyname, note }) => {
                self.take_request(link, exchange, friendlyname, note)
            }
            (
                Stage::ExpectAnswer(exchange, stranger),
                HandshakeFrame::Accepted {
                    proof,
                    card,
                    friendlyname,
                },
            ) => {
                self.set_stage(link, Stage::Asking(stranger));
                self.take_acceptance(link, &exchange, &proof, &card, friendlyname)
            }
            (Stage::ExpectAnswer(_, stranger), HandshakeFrame::Rejected) => {
                self.set_asked(stranger, Asked::NotAccepted);
                self.remove_link(link);
                Ok(())
            }
            (Stage::ExpectConfirm(exchange, contact), HandshakeFrame::Confirm { proof, card }) => {
                self.take_confirmation(link, &exchange, *contact, &proof, &card)
            }
            (Stage::ExpectAuth(exchange, contact), HandshakeFrame::Auth { proof }) => {
                self.set_stage(link, Stage::Knowing(contact.clone()));
                self.take_auth(link, &exchange, &contact, &proof)
            }
            (
                stage,
                HandshakeFrame::Hello { .. }
                | HandshakeFrame::Request { .. }
                | HandshakeFrame::Accepted { .. }
                | HandshakeFrame::Confirm { .. }
                | HandshakeFrame::Rejected
                | HandshakeFrame::Auth { .. }
                | HandshakeFrame::Bye,
            ) => {
                self.set_stage(link, stage);
                Err(Fault::Malformed("a message out of order"))
            }
        }
    }

    pub(super) fn set_stage(&mut self, link: LinkId, stage: Stage) {
        if let Some(pending) = self.links.get_mut(&link) {
            pending.stage = stage;
        }
    }

    fn first_hello(&mut self, link: LinkId, raw: &[u8], hello: &Hello) -> Result<(), Fault> {
        let Some(binding) = self.links.get(&link).and_then(|pending| pending.binding) else {
            return Ok(());
        };
        let known: Vec<(Known, Key)> = self.known(link).collect();
        let known = known.into_iter();
        let (exchange, answer, found) =
            handshake::respond(&mut self.ctx.rng, binding, raw, hello, known)?;
        self.ctx.emit(super::Output::Transmit(link, answer));
        let Some(pending) = self.links.get_mut(&link) else {
            return Ok(());
        };
        pending.stage = match found {
            Some(Known::Contact(contact)) => Stage::ExpectAuth(exchange, contact),
            Some(Known::Invited(invited)) => {
                pending.invited = Some(invited);
                Stage::ExpectRequest(exchange)
            }
            None => Stage::ExpectRequest(exchange),
        };
        Ok(())
    }

    /// The secrets a caller may hint at. Blocked contacts are strangers.
    fn known(&self, link: LinkId) -> impl Iterator<Item = (Known, Key)> {
        let contacts = self.contacts.values().filter(|c| !c.record.care.blocked);
        let contacts = contacts.map(|c| (Known::Contact(c.record.id.clone()), c.pair_secret));
        let invites = self.open_invites();
        let invites = invites.map(|(id, key)| (Known::Invited(Invited::ByUs(id)), key));
        let caller = self.links.get(&link).map(|pending| pending.remote.as_str());
        let maker = caller.and_then(|caller| self.secret_of_invitation(caller));
        let maker = maker.map(|key| (Known::Invited(Invited::ByThem), key));
        contacts.chain(invites).chain(maker)
    }

    /// Something broke the handshake: close, and say what it means to whom it concerns.
    fn fault(&mut self, link: LinkId, fault: Fault) {
        tracing::warn!(%fault, "a connection is closed");
        self.ctx.close(link);
        self.seat_link_closed(link);
        let Some(pending) = self.links.remove(&link) else {
            return;
        };
        match pending.stage {
            Stage::Asking(stranger)
            | Stage::ExpectHelloOfStranger(_, stranger)
            | Stage::ExpectAnswer(_, stranger) => {
                self.set_asked(stranger, Asked::Failed);
            }
            Stage::Knowing(id) | Stage::ExpectHelloOfContact(_, id) | Stage::ExpectAuth(_, id) => {
                self.not_the_contact(&id, link, &pending.remote, fault);
            }
            Stage::Asked(_, id) => self.forget_request(&id),
            Stage::ExpectConfirm(_, contact) => {
                let (name, reason) = (contact.record.name.clone(), fault.to_string());
                self.insist(Change::ForgetContact(contact.record.id));
                self.notice(Notice::Misbehaved { name, reason });
            }
            Stage::Arriving
            | Stage::ExpectRequest(_)
            | Stage::Accepting(..)
            | Stage::Finishing(..) => {}
        }
    }

    /// A connection ended without anybody's fault.
    fn closed(&mut self, link: LinkId, closed: Closed) {
        self.seat_link_closed(link);
        let Some(pending) = self.links.remove(&link) else {
            return;
        };
        match pending.stage {
            Stage::Asking(stranger) | Stage::ExpectHelloOfStranger(_, stranger) => {
                let end = if closed == Closed::Refused {
                    Asked::Failed
                } else {
                    Asked::Unreachable
                };
                self.set_asked(stranger, end);
            }
            // They went away: their person may still answer, and they will dial then.
            Stage::ExpectAnswer(..) | Stage::Asked(..) => {}
            Stage::Knowing(id) | Stage::ExpectHelloOfContact(_, id) | Stage::ExpectAuth(_, id) => {
                if self
                    .contacts
                    .get(&id)
                    .is_some_and(|contact| contact.dialling == Some(link))
                {
                    self.dial_failed(&id, Ping::Unreachable);
                }
            }
            // The pair secret is stored: the next meeting completes the acceptance.
            Stage::ExpectConfirm(_, contact) => {
                self.keep_unfinished(*contact, pending.remote);
            }
            // What is still being stored counts once it is.
            Stage::Accepting(_, contact) => {
                self.keep_when_stored(link, contact, Some(pending.remote));
            }
            Stage::Finishing(_, contact, _) => self.keep_when_stored(link, contact, None),
            Stage::Arriving | Stage::ExpectRequest(_) => {}
        }
    }

    /// The connection of a contact broke while the contact was being stored.
    fn keep_when_stored(&mut self, link: LinkId, contact: Box<Contact>, remote: Option<String>) {
        let of_link = |write: &Write| matches!(write, Write::Accepting(of, _) | Write::Finishing(of) if *of == link);
        let found = self.writes.iter_mut().find(|(_, write)| of_link(write));
        if let Some((_, write)) = found {
            *write = Write::Keeping(contact, remote);
        }
    }

    /// Closes and forgets.
    pub(super) fn drop_link(&mut self, link: LinkId) {
        self.ctx.close(link);
        self.closed(link, Closed::Gone);
    }

    pub(super) fn remove_link(&mut self, link: LinkId) {
        self.ctx.close(link);
        self.links.remove(&link);
    }

    pub(super) fn links_timeout(&mut self) {
        let now = self.ctx.now.mono;
        let late = |pending: &Pending| pending.deadline.is_some_and(|at| now >= at);
        let due: Vec<LinkId> = self
            .links
            .iter()
            .filter(|(_, pending)| late(pending))
            .map(|(link, _)| *link)
            .collect();
        for link in due {
            let stage = self.links.get(&link).map(|pending| &pending.stage);
            if let Some(Stage::ExpectAnswer(_, stranger)) = stage {
                self.set_asked(stranger.clone(), Asked::NotAccepted);
                self.remove_link(link);
            } else {
                // The request itself waits on; only its connection ends.
                if let Some(Stage::Asked(..)) = stage {
                    self.ctx.transmit(link, &HandshakeFrame::Rejected);
                }
                self.drop_link(link);
            }
        }
    }
}
