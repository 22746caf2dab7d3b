//! Connections until they are authenticated: dialled or accepted, through the handshake.

use super::contacts::Contact;
use super::storage::Write;
use super::{ChannelBinding, Closed, Link, LinkId, Node, Path};
use crate::clock::Mono;
use crate::encoding::{hex, unb64};
use crate::handshake::{self, Exchange, ExpectHello, Fault, Role, Step};
use crate::records::{Change, RequestRecord, Secret};
use crate::view::{Asked, ContactId, Notice, Ping, RequestId};
use crate::wire::{Card, Frame, Hello, Proof};
use crate::{crypto, encoding, ids, limits, name};

/// A connection that is not a session yet.
#[derive(Debug)]
pub(super) struct Pending {
    local: String,
    remote: String,
    binding: Option<ChannelBinding>,
    pub(super) path: Path,
    bytes: usize,
    /// What the other side, done already, says while the contact is being stored here.
    early: Vec<Vec<u8>>,
    pub(super) deadline: Option<Mono>,
    pub(super) stage: Stage,
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
            path,
            bytes: 0,
            early: Vec::new(),
            deadline,
            stage,
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
        let own = self.network.is_own(&local) || self.own_transport() == Some(local.as_str());
        let room = at_once < limits::HANDSHAKES_AT_ONCE && self.links.len() < limits::LINKS;
        if own && room && self.handshakes.take(self.ctx.now.mono) {
            // Opening takes its time too; nothing else of it is ours to bound.
            let deadline = self.ctx.now.mono + limits::UNAUTHENTICATED_TIME;
            self.add_link(link, local, remote, Stage::Arriving, Some(deadline));
        } else {
            tracing::warn!(own, room, "a connection is refused");
            self.ctx.close(link);
        }
    }

    fn own_transport(&self) -> Option<&str> {
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
        pending.path = path;
        pending.deadline = Some(self.ctx.now.mono + limits::UNAUTHENTICATED_TIME);
        let secret = match &pending.stage {
            Stage::Asking(_) => None,
            Stage::Knowing(contact) => match self.contacts.get(contact) {
                Some(contact) => Some(contact.pair_secret),
                None => return self.drop_link(link),
            },
            _ => return,
        };
        let (state, hello) = handshake::initiate(&mut self.ctx.rng, binding, secret);
        let state = Box::new(state);
        pending.stage = match std::mem::replace(&mut pending.stage, Stage::Arriving) {
            Stage::Asking(stranger) => Stage::ExpectHelloOfStranger(state, stranger),
            Stage::Knowing(contact) => Stage::ExpectHelloOfContact(state, contact),
            other => other,
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
        let frame = Frame::decode(bytes).map_err(|error| {
            tracing::warn!(%error, "before authentication");
            Fault::Malformed("no message")
        })?;
        if matches!(frame, Frame::Bye) {
            self.closed(link, Closed::Gone);
            self.ctx.close(link);
            return Ok(());
        }
        let Some(pending) = self.links.get_mut(&link) else {
            return Ok(());
        };
        let stage = std::mem::replace(&mut pending.stage, Stage::Arriving);
        match (stage, frame) {
            (Stage::Arriving, Frame::Hello(hello)) => self.first_hello(link, bytes, &hello),
            (Stage::ExpectHelloOfStranger(state, stranger), Frame::Hello(hello)) => {
                self.set_stage(link, Stage::Asking(stranger.clone()));
                let exchange = state.handle(bytes, &hello)?;
                self.send_request(link, exchange, stranger)
            }
            (Stage::ExpectHelloOfContact(state, contact), Frame::Hello(hello)) => {
                self.set_stage(link, Stage::Knowing(contact.clone()));
                let exchange = state.handle(bytes, &hello)?;
                self.send_auth(link, &exchange, &contact)?;
                self.set_stage(link, Stage::ExpectAuth(exchange, contact));
                Ok(())
            }
            (Stage::ExpectRequest(exchange), Frame::Request { friendlyname, note }) => {
                self.take_request(link, exchange, friendlyname, note)
            }
            (
                Stage::ExpectAnswer(exchange, stranger),
                Frame::Accepted {
                    proof,
                    card,
                    friendlyname,
                },
            ) => {
                self.set_stage(link, Stage::Asking(stranger));
                self.take_acceptance(link, &exchange, &proof, &card, friendlyname)
            }
            (Stage::ExpectAnswer(_, stranger), Frame::Rejected) => {
                self.asked.insert(stranger, Asked::NotAccepted);
                self.remove_link(link);
                Ok(())
            }
            (Stage::ExpectConfirm(exchange, contact), Frame::Confirm { proof, card }) => {
                self.take_confirmation(link, &exchange, *contact, &proof, &card)
            }
            (Stage::ExpectAuth(exchange, contact), Frame::Auth { proof }) => {
                self.set_stage(link, Stage::Knowing(contact.clone()));
                self.take_auth(link, &exchange, &contact, &proof)
            }
            (stage, _) => {
                self.set_stage(link, stage);
                Err(Fault::Malformed("a message out of order"))
            }
        }
    }

    fn set_stage(&mut self, link: LinkId, stage: Stage) {
        if let Some(pending) = self.links.get_mut(&link) {
            pending.stage = stage;
        }
    }

    fn first_hello(&mut self, link: LinkId, raw: &[u8], hello: &Hello) -> Result<(), Fault> {
        let Some(binding) = self.links.get(&link).and_then(|pending| pending.binding) else {
            return Ok(());
        };
        let known = self
            .contacts
            .values()
            .map(|c| (c.record.id.clone(), c.pair_secret));
        let (exchange, answer, contact) =
            handshake::respond(&mut self.ctx.rng, binding, raw, hello, known)?;
        self.ctx.emit(super::Output::Transmit(link, answer));
        self.set_stage(
            link,
            match contact {
                Some(contact) => Stage::ExpectAuth(exchange, contact),
                None => Stage::ExpectRequest(exchange),
            },
        );
        Ok(())
    }

    fn send_request(
        &mut self,
        link: LinkId,
        exchange: Exchange,
        stranger: String,
    ) -> Result<(), Fault> {
        let Some(me) = &self.me else { return Ok(()) };
        let friendlyname = me.record.name.clone();
        self.ctx.transmit(
            link,
            &Frame::Request {
                friendlyname,
                note: None,
            },
        );
        self.asked.insert(stranger.clone(), Asked::Waiting);
        let wait = limits::REQUEST_ANSWER + limits::UNAUTHENTICATED_TIME;
        if let Some(pending) = self.links.get_mut(&link) {
            pending.deadline = Some(self.ctx.now.mono + wait);
            pending.stage = Stage::ExpectAnswer(exchange, stranger);
        }
        Ok(())
    }

    fn take_request(
        &mut self,
        link: LinkId,
        exchange: Exchange,
        friendlyname: String,
        note: Option<String>,
    ) -> Result<(), Fault> {
        if !name::is_acceptable(&friendlyname) {
            return Err(Fault::Malformed("friendlyname"));
        }
        let Some(pending) = self.links.get_mut(&link) else {
            return Ok(());
        };
        let (from, to) = (pending.remote.clone(), pending.local.clone());
        let id = RequestId(hex(&self.ctx.random::<8>()));
        pending.deadline = Some(self.ctx.now.mono + limits::REQUEST_ANSWER);
        pending.stage = Stage::Asked(exchange, id.clone());
        let record = RequestRecord {
            version: 1,
            id: id.clone(),
            name: friendlyname,
            note: note.as_deref().and_then(name::parse_note),
            at: self.ctx.now.unix,
            from,
            to,
        };
        self.weigh_request(link, record);
        Ok(())
    }

    /// Both may have asked each other: the one with the smaller id goes on with its own request,
    /// the other says yes to it. Otherwise the person is asked.
    fn weigh_request(&mut self, link: LinkId, record: RequestRecord) {
        let wanted = self.asked.get(&record.from).copied().unwrap_or(Asked::No);
        let under_way = matches!(wanted, Asked::Connecting | Asked::Waiting);
        if under_way && record.to < record.from {
            return;
        }
        self.replace_request(&record.from);
        if wanted != Asked::No {
            let id = record.id.clone();
            self.requests.insert(id.clone(), record);
            if self.accept(&id).is_err() {
                self.drop_link(link);
            }
        } else if self.requests.len() >= limits::REQUESTS {
            tracing::warn!("a request is refused: {} wait already", limits::REQUESTS);
            self.ctx.transmit(link, &Frame::Rejected);
            self.drop_link(link);
        } else {
            let store = self.ctx.store(Change::Request(record.clone()));
            self.writes.insert(store, Write::Request(Box::new(record)));
        }
    }

    /// One request for each id: a later one replaces the earlier.
    fn replace_request(&mut self, from: &str) {
        let earlier = self.requests.values().find(|request| request.from == from);
        if let Some(id) = earlier.map(|request| request.id.clone()) {
            self.forget_request(&id);
            self.end_request(&id);
        }
    }

    fn card(&self) -> Option<Card> {
        let me = self.me.as_ref()?;
        Some(Card {
            transport_id: me.record.transport_id.clone(),
            discovery_uuid: encoding::b64(&me.discovery_uuid),
        })
    }

    /// The provisional contact is stored: say yes.
    pub(super) fn send_acceptance(&mut self, link: LinkId) {
        let (Some(card), Some(me)) = (self.card(), &self.me) else {
            return;
        };
        let Some(pending) = self.links.get_mut(&link) else {
            return;
        };
        let Stage::Accepting(exchange, contact) =
            std::mem::replace(&mut pending.stage, Stage::Arriving)
        else {
            return;
        };
        let proof = exchange.prove(Step::Accepted, &me.identity, None);
        let friendlyname = me.record.name.clone();
        self.ctx.transmit(
            link,
            &Frame::Accepted {
                proof,
                card,
                friendlyname,
            },
        );
        pending.stage = Stage::ExpectConfirm(exchange, contact);
    }

    fn take_acceptance(
        &mut self,
        link: LinkId,
        exchange: &Exchange,
        proof: &Proof,
        card: &Card,
        friendlyname: String,
    ) -> Result<(), Fault> {
        let key = exchange.verify(Step::Accepted, proof, None)?;
        let Some(me) = &self.me else { return Ok(()) };
        if key == me.identity.public() {
            return Err(Fault::Proof("it is one's own key"));
        }
        if !name::is_acceptable(&friendlyname) {
            return Err(Fault::Malformed("friendlyname"));
        }
        let confirm = exchange.prove(Step::Confirm, &me.identity, Some(key));
        let id = ContactId(hex(&self.ctx.random::<8>()));
        let fresh = Contact::provisional(id, &friendlyname, exchange.pair_secret());
        self.begin_finish(link, exchange.role(), fresh, key, card, Some(confirm))
    }

    fn take_confirmation(
        &mut self,
        link: LinkId,
        exchange: &Exchange,
        contact: Contact,
        proof: &Proof,
        card: &Card,
    ) -> Result<(), Fault> {
        let Some(me) = &self.me else { return Ok(()) };
        let own = me.identity.public();
        let key = exchange.verify(Step::Confirm, proof, Some(own))?;
        if key == own {
            return Err(Fault::Proof("it is one's own key"));
        }
        self.begin_finish(link, exchange.role(), contact, key, card, None)
    }

    /// The key is proven: store the contact, or the new pair secret of one who is saved already.
    fn begin_finish(
        &mut self,
        link: LinkId,
        role: Role,
        fresh: Contact,
        key: crypto::PublicKey,
        card: &Card,
        confirm: Option<Proof>,
    ) -> Result<(), Fault> {
        let uuid: [u8; 16] =
            unb64(&card.discovery_uuid).ok_or(Fault::Malformed("discoveryUUID"))?;
        if !ids::is_transport_id(&card.transport_id) {
            return Err(Fault::Malformed("transportID"));
        }
        let saved = self
            .contacts
            .values()
            .find(|contact| contact.identity == Some(key));
        let mut record = fresh.record.clone();
        if let Some(saved) = saved {
            let store = self.ctx.store(Change::ForgetContact(record.id.clone()));
            self.writes.insert(store, Write::Plain);
            record.id.clone_from(&saved.record.id);
            record.name.clone_from(&saved.record.name);
        }
        record.identity = Some(key.encode());
        record.transport_id.clone_from(&card.transport_id);
        record.discovery_uuid = Some(Secret(encoding::b64(&uuid)));
        record.last_seen = Some(self.ctx.now.unix);
        let store = self.ctx.store(Change::Contact(record.clone()));
        self.writes.insert(store, Write::Finishing(link));
        let contact = Contact::restore(record).ok_or(Fault::Malformed("contact"))?;
        self.set_stage(link, Stage::Finishing(role, Box::new(contact), confirm));
        Ok(())
    }

    /// The contact is stored: the session begins.
    pub(super) fn finish(&mut self, link: LinkId) {
        let card = self.card();
        let Some(pending) = self.links.remove(&link) else {
            return;
        };
        let Stage::Finishing(role, contact, confirm) = pending.stage else {
            return;
        };
        let id = contact.record.id.clone();
        self.asked.remove(&pending.remote);
        let asked = confirm.is_some();
        if let (Some(proof), Some(card)) = (confirm, card) {
            self.ctx.transmit(link, &Frame::Confirm { proof, card });
        }
        let name = contact.record.name.clone();
        self.end_session(&id);
        self.keep(*contact);
        self.establish(link, &id, role, pending.path);
        for frame in pending.early {
            self.session(&id, Link::Frame(frame));
        }
        if asked {
            self.notify(crate::view::Notification::Accepted { contact: id, name });
        }
    }

    fn send_auth(
        &mut self,
        link: LinkId,
        exchange: &Exchange,
        contact: &ContactId,
    ) -> Result<(), Fault> {
        let Some(me) = &self.me else { return Ok(()) };
        let other = self
            .contacts
            .get(contact)
            .and_then(|contact| contact.identity);
        let proof = exchange.prove(Step::Auth, &me.identity, other);
        self.ctx.transmit(link, &Frame::Auth { proof });
        Ok(())
    }

    fn take_auth(
        &mut self,
        link: LinkId,
        exchange: &Exchange,
        id: &ContactId,
        proof: &Proof,
    ) -> Result<(), Fault> {
        let Some(me) = &self.me else { return Ok(()) };
        // A dialling side that has not been confirmed to yet signs without our key unknown to it:
        // it always has ours from the acceptance.
        let own = me.identity.public();
        let Some(contact) = self.contacts.get(id) else {
            return Err(Fault::SomebodyElse);
        };
        let unfinished = contact.identity.is_none();
        let theirs_known_us = if exchange.role() == Role::Initiator && unfinished {
            None
        } else {
            Some(own)
        };
        let key = exchange.verify(Step::Auth, proof, theirs_known_us)?;
        match contact.identity {
            Some(identity) if identity != key => return Err(Fault::SomebodyElse),
            Some(_) => {}
            None if key == own => return Err(Fault::Proof("it is one's own key")),
            None => self.complete(id, key),
        }
        if exchange.role() == Role::Responder {
            self.send_auth(link, exchange, id)?;
        }
        let Some(pending) = self.links.remove(&link) else {
            return Ok(());
        };
        self.establish(link, id, exchange.role(), pending.path);
        Ok(())
    }

    /// The missing end of an acceptance: the pair secret was shown, now the key is too.
    fn complete(&mut self, id: &ContactId, key: crypto::PublicKey) {
        if let Some(contact) = self.contacts.get_mut(id) {
            contact.identity = Some(key);
            contact.record.identity = Some(key.encode());
        }
        self.store_contact(id);
    }

    /// Something broke the handshake: close, and say what it means to whom it concerns.
    fn fault(&mut self, link: LinkId, fault: Fault) {
        tracing::warn!(%fault, "a connection is closed");
        self.ctx.close(link);
        let Some(pending) = self.links.remove(&link) else {
            return;
        };
        match pending.stage {
            Stage::Asking(stranger)
            | Stage::ExpectHelloOfStranger(_, stranger)
            | Stage::ExpectAnswer(_, stranger) => {
                self.asked.insert(stranger, Asked::Failed);
            }
            Stage::Knowing(id) | Stage::ExpectHelloOfContact(_, id) | Stage::ExpectAuth(_, id) => {
                self.not_the_contact(&id, link, fault);
            }
            Stage::Asked(_, id) => self.forget_request(&id),
            Stage::ExpectConfirm(_, contact) => {
                let (name, reason) = (contact.record.name.clone(), fault.to_string());
                let store = self.ctx.store(Change::ForgetContact(contact.record.id));
                self.writes.insert(store, Write::Plain);
                self.notice(Notice::Misbehaved { name, reason });
            }
            Stage::Arriving
            | Stage::ExpectRequest(_)
            | Stage::Accepting(..)
            | Stage::Finishing(..) => {}
        }
    }

    fn not_the_contact(&mut self, id: &ContactId, link: LinkId, fault: Fault) {
        let Some(contact) = self.contacts.get(id) else {
            return;
        };
        let name = contact.record.name.clone();
        let asked = contact.ping == Some(Ping::Trying);
        if contact.dialling == Some(link) {
            self.dial_failed(id, Ping::SomebodyElse);
        }
        match fault {
            Fault::SomebodyElse if asked => self.notice(Notice::SomebodyElse { name }),
            Fault::SomebodyElse => {}
            Fault::Malformed(_) | Fault::Version | Fault::Proof(_) => {
                self.notice(Notice::Misbehaved {
                    name,
                    reason: fault.to_string(),
                });
            }
        }
    }

    /// A connection ended without anybody's fault.
    fn closed(&mut self, link: LinkId, closed: Closed) {
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
                self.asked.insert(stranger, end);
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
            Stage::Accepting(_, contact) | Stage::ExpectConfirm(_, contact) => self.keep(*contact),
            // Stored by now or soon: it counts.
            Stage::Finishing(_, contact, _) => self.keep(*contact),
            Stage::Arriving | Stage::ExpectRequest(_) => {}
        }
    }

    /// Closes and forgets.
    pub(super) fn drop_link(&mut self, link: LinkId) {
        self.ctx.close(link);
        self.closed(link, Closed::Gone);
    }

    fn remove_link(&mut self, link: LinkId) {
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
            match self.links.get(&link).map(|pending| &pending.stage) {
                Some(Stage::ExpectAnswer(_, stranger)) => {
                    self.asked.insert(stranger.clone(), Asked::NotAccepted);
                    self.remove_link(link);
                }
                // The request itself waits on; only its connection ends.
                Some(Stage::Asked(..)) => {
                    self.ctx.transmit(link, &Frame::Rejected);
                    self.drop_link(link);
                }
                _ => self.drop_link(link),
            }
        }
    }

    pub(super) fn expire_requests(&mut self) {
        let life = u64::try_from(limits::REQUEST_LIFE.as_millis()).unwrap_or(u64::MAX);
        let now = self.ctx.now.unix;
        let old: Vec<RequestId> = self
            .requests
            .values()
            .filter(|request| now > request.at.saturating_add(life))
            .map(|request| request.id.clone())
            .collect();
        old.iter().for_each(|id| self.forget_request(id));
    }
}
