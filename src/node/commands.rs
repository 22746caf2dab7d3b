//! What the person asks for.

use super::contacts::Contact;
use super::storage::Write;
use super::{CommandId, Me, Node, Output};
use crate::chat::Chat;
use crate::config::Settings;
use crate::crypto::Identity;
use crate::encoding::{b64, hex};
use crate::ids;
use crate::records::{Change, ProfileRecord, Secret};
use crate::view::{Answer, Command, ContactId, Ping, Refusal};
use crate::wire::SessionFrame;

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
            Command::Invite => self.invite(id),
            Command::CancelInvite { invite } => self.cancel_invite(&invite).map(|()| true),
            Command::UseInvite { link } => self.use_invite(id, &link),
            Command::Export { passphrase } => self.export(id, &passphrase),
            Command::Import { passphrase, backup } => self.import(id, &passphrase, &backup),
            Command::Contact(contact, command) => {
                self.contact_command(&contact, command).map(|()| true)
            }
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
        let result = result.map(|()| Answer::Done);
        self.ctx.emit(Output::Reply(id, result));
    }

    fn join(&mut self, id: CommandId, name: &str) -> Result<bool, Refusal> {
        let name = self.ctx.names.parse(name)?;
        if self.damaged {
            let reason = "the stored identity cannot be read and is not replaced".to_owned();
            return Err(Refusal::Storage { reason });
        }
        let record = match &self.me {
            Some(me) => ProfileRecord {
                name,
                profile_number: self.next_profile_number(me.record.profile_number),
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
            .entry(contact.clone())
            .or_insert_with(|| Chat::new(contact.clone(), log))
    }

    fn typing(&mut self, contact: &ContactId) -> Result<bool, Refusal> {
        let contact = self.contacts.get(contact).ok_or(Refusal::Gone)?;
        if let Some(session) = &contact.session {
            self.ctx.transmit(session.link, &SessionFrame::Typing);
        }
        Ok(true)
    }

    fn read(&mut self, contact: &ContactId, number: u64) -> Result<bool, Refusal> {
        let chat = self.chats.get_mut(contact).ok_or(Refusal::Gone)?;
        let link = self
            .contacts
            .get(contact)
            .and_then(|contact| contact.session.as_ref());
        let tell = self.settings.read_receipts;
        if chat.see(number, tell)
            && tell
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
                    self.ctx.transmit(link, &SessionFrame::Ping);
                }
            }
            None => {
                contact.ping = Some(Ping::Trying);
                contact.ping_waits = contact.dialling.is_some();
                contact.next_try = Some(now);
            }
        }
        Ok(true)
    }
}
