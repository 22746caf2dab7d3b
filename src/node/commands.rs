//! What the person asks for.

use super::contacts::Contact;
use super::links::Stage;
use super::storage::Write;
use super::{CommandId, Me, Node, Output};
use crate::chat::Chat;
use crate::config::Settings;
use crate::crypto::Identity;
use crate::encoding::{b64, hex};
use crate::records::{Change, ProfileRecord, Secret};
use crate::view::{Asked, Command, ContactId, Notice, Ping, Refusal, RequestId};
use crate::wire::Frame;
use crate::{ids, limits, name};

impl Node {
    pub(super) fn command(&mut self, id: CommandId, command: Command) {
        // Some commands are answered when a write ends.
        let result = match command {
            Command::Join { name } => self.join(id, &name),
            Command::Send { contact, text } => self.send(id, &contact, &text),
            Command::Configure { settings } => self.configure(id, settings),
            Command::Connect { stranger } => self.ask(&stranger).map(|()| true),
            Command::Accept { request } => self.accept(&request).map(|()| true),
            Command::Reject { request } => self.reject(&request).map(|()| true),
            Command::Typing { contact } => self.typing(&contact),
            Command::Read { contact, number } => self.read(&contact, number),
            Command::Ping { contact } => self.ping(&contact),
            Command::Retry => {
                self.woke();
                Ok(true)
            }
        };
        match result {
            Ok(false) => {}
            Ok(true) => self.reply(id, Ok(())),
            Err(refusal) => self.reply(id, Err(refusal)),
        }
    }

    pub(super) fn reply(&mut self, id: CommandId, result: Result<(), Refusal>) {
        self.ctx.emit(Output::Reply(id, result));
    }

    fn join(&mut self, id: CommandId, name: &str) -> Result<bool, Refusal> {
        let name = name::parse(name)?;
        if self.damaged {
            let reason = "the stored identity cannot be read and is not replaced".to_owned();
            return Err(Refusal::Storage { reason });
        }
        let record = match &self.me {
            Some(me) => ProfileRecord {
                name,
                profile_number: me.record.profile_number + 1,
                ..me.record.clone()
            },
            None => ProfileRecord {
                version: 1,
                name,
                identity: Secret(b64(&Identity::generate(&mut self.ctx.rng).to_bytes())),
                discovery_uuid: Secret(b64(&self.ctx.random::<16>())),
                transport_id: ids::transport_id(self.ctx.random()),
                profile_number: 1,
            },
        };
        let store = self.ctx.store(Change::Profile(record.clone()));
        self.writes
            .insert(store, Write::Profile(Box::new(record), Some(id)));
        Ok(false)
    }

    /// The profile is stored: it counts from now on.
    pub(super) fn take_profile(&mut self, record: ProfileRecord) {
        let first = self.me.is_none();
        self.me = Me::restore(record);
        if first {
            self.go_online();
        } else {
            self.announce_profile();
        }
    }

    fn configure(&mut self, id: CommandId, settings: Settings) -> Result<bool, Refusal> {
        self.defaults.with(&settings).check()?;
        let store = self.ctx.store(Change::Settings(settings.clone()));
        self.writes
            .insert(store, Write::Settings(Box::new(settings), id));
        Ok(false)
    }

    pub(super) fn ask(&mut self, stranger: &str) -> Result<(), Refusal> {
        if self.me.is_none() {
            return Err(Refusal::NotJoined);
        }
        let request = self
            .requests
            .values()
            .find(|request| request.from == stranger);
        if let Some(request) = request.map(|request| request.id.clone()) {
            return self.accept(&request);
        }
        if matches!(
            self.asked.get(stranger),
            Some(Asked::Connecting | Asked::Waiting)
        ) {
            return Ok(());
        }
        if self.contacts.len() >= limits::CONTACTS {
            return Err(Refusal::ContactsFull);
        }
        let from = self
            .network
            .member_of(stranger)
            .ok_or(Refusal::Gone)?
            .discovery_id()
            .to_owned();
        self.dial(&from, stranger, Stage::Asking(stranger.to_owned()));
        self.asked.insert(stranger.to_owned(), Asked::Connecting);
        Ok(())
    }

    pub(super) fn accept(&mut self, id: &RequestId) -> Result<(), Refusal> {
        let request = self.requests.get(id).cloned().ok_or(Refusal::Gone)?;
        if self.contacts.len() >= limits::CONTACTS {
            return Err(Refusal::ContactsFull);
        }
        self.forget_request(id);
        let found = self.link_of_request(id);
        let Some(link) = found else {
            return self.accept_late(&request.from, request.name);
        };
        let Some(pending) = self.links.get_mut(&link) else {
            return Ok(());
        };
        let Stage::Asked(exchange, _) = &pending.stage else {
            return Ok(());
        };
        let exchange = exchange.clone();
        let contact_id = ContactId(hex(&self.ctx.random::<8>()));
        let contact =
            Contact::provisional(contact_id.clone(), &request.name, exchange.pair_secret());
        let store = self.ctx.store(Change::Contact(contact.record.clone()));
        self.writes.insert(store, Write::Accepting(link));
        pending.stage = Stage::Accepting(exchange, Box::new(contact));
        pending.deadline = Some(self.ctx.now.mono + limits::UNAUTHENTICATED_TIME);
        Ok(())
    }

    /// The connection of the request is gone: ask back. Who asked remembers it and says yes
    /// without asking their person again.
    fn accept_late(&mut self, from: &str, name: String) -> Result<(), Refusal> {
        if self.network.member_of(from).is_none() {
            self.notice(Notice::AnswerTooLate { name });
            return Ok(());
        }
        self.ask(from)
    }

    pub(super) fn reject(&mut self, id: &RequestId) -> Result<(), Refusal> {
        if !self.requests.contains_key(id) {
            return Err(Refusal::Gone);
        }
        self.forget_request(id);
        self.end_request(id);
        Ok(())
    }

    /// The one answer that says no, whether the person did or the time did.
    pub(super) fn end_request(&mut self, id: &RequestId) {
        let found = self.link_of_request(id);
        if let Some(link) = found {
            self.ctx.transmit(link, &Frame::Rejected);
            self.drop_link(link);
        }
    }

    pub(super) fn forget_request(&mut self, id: &RequestId) {
        self.requests.remove(id);
        let store = self.ctx.store(Change::ForgetRequest(id.clone()));
        self.writes.insert(store, Write::Plain);
    }

    fn send(&mut self, id: CommandId, contact: &ContactId, text: &str) -> Result<bool, Refusal> {
        if !self.contacts.get(contact).is_some_and(Contact::is_complete) {
            return Err(Refusal::Gone);
        }
        let at = self.ctx.now.unix;
        self.chat(contact).write(id, text, at)?;
        let now = self.ctx.now.mono;
        if let Some(found) = self.contacts.get_mut(contact) {
            found.hurry(now);
        }
        Ok(false)
    }

    /// The chat with a contact, made when it is first needed.
    pub(super) fn chat(&mut self, contact: &ContactId) -> &mut Chat {
        let log = hex(&self.ctx.random::<16>());
        self.chats
            .or_insert_with(contact, || Chat::new(contact.clone(), log))
    }

    fn typing(&mut self, contact: &ContactId) -> Result<bool, Refusal> {
        let contact = self.contacts.get(contact).ok_or(Refusal::Gone)?;
        if let Some(session) = &contact.session {
            self.ctx.transmit(session.link, &Frame::Typing);
        }
        Ok(true)
    }

    fn read(&mut self, contact: &ContactId, number: u64) -> Result<bool, Refusal> {
        let chat = self.chats.get_mut(contact).ok_or(Refusal::Gone)?;
        let link = self
            .contacts
            .get(contact)
            .and_then(|contact| contact.session.as_ref());
        if chat.see(number)
            && self.settings.read_receipts
            && let (Some(receipt), Some(session)) = (chat.read_receipt(), link)
        {
            self.ctx.transmit(session.link, &receipt);
        }
        Ok(true)
    }

    fn ping(&mut self, id: &ContactId) -> Result<bool, Refusal> {
        let now = self.ctx.now.mono;
        let contact = self.contacts.get_mut(id).ok_or(Refusal::Gone)?;
        match &mut contact.session {
            Some(session) => {
                contact.ping = Some(Ping::Online);
                let link = session.link;
                if session.liveness.suspect(now) == crate::liveness::Verdict::Ask {
                    self.ctx.transmit(link, &Frame::Ping);
                }
            }
            None => {
                contact.ping = Some(Ping::Trying);
                contact.next_try = Some(now);
            }
        }
        Ok(true)
    }
}
