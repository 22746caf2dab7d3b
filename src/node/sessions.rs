//! Authenticated connections with contacts: what is said on them.

use super::contacts::Session;
use super::{Link, LinkId, Node, Output, Path};
use crate::chat::Received;
use crate::encoding::{b64, unb64};
use crate::handshake::Role;
use crate::ids;
use crate::limits::TEXT_BYTES;
use crate::liveness::{Liveness, Verdict};
use crate::records::Secret;
use crate::view::{ContactId, Event, Message, Notice, Ping};
use crate::wire::{Card, Frame};
use std::time::Duration;

/// Two sessions that begin within this time come from both having dialled at once.
const AT_ONCE: Duration = Duration::from_secs(5);

/// A session that ends within this was in vain, and the next one is begun later: a device with a
/// full disk ends each of them at the first text, and would be dialled once a second for ever.
const LASTING: Duration = Duration::from_secs(60);

/// The longest wait before a lost session is begun anew; doubled for each one in a row that did
/// not last, up to [`DOUBLINGS`] times.
const RETURN: Duration = Duration::from_secs(2);
/// See [`RETURN`].
const DOUBLINGS: u32 = 5;

impl Node {
    pub(super) fn session_of(&self, link: LinkId) -> Option<ContactId> {
        let of = |session: &Session| session.link == link;
        let found = self
            .contacts
            .values()
            .find(|c| c.session.as_ref().is_some_and(of))?;
        Some(found.record.id.clone())
    }

    /// Both ends have proven who they are. Where there are two connections, one is kept: of two
    /// that were dialled at once the one that the smaller key dialled, else the newer.
    pub(super) fn establish(&mut self, link: LinkId, id: &ContactId, role: Role, path: Path) {
        let now = self.ctx.now;
        let Some(own) = self.me.as_ref().map(|me| me.identity.public().to_bytes()) else {
            return;
        };
        let Some(contact) = self.contacts.get_mut(id) else {
            return self.ctx.close(link);
        };
        if contact.dialling == Some(link) {
            contact.dialling = None;
        }
        if let Some(session) = &contact.session {
            let at_once = now.mono.since(session.since) < AT_ONCE && session.role != role;
            let ours_wins = contact
                .identity
                .is_some_and(|theirs| own < theirs.to_bytes());
            if at_once && (role == Role::Initiator) != ours_wins {
                // The other one stays; this is closed by both.
                self.ctx.close(link);
                return;
            }
            self.ctx.close(session.link);
        }
        contact.session = Some(Session {
            link,
            role,
            since: now.mono,
            path,
            says_near: false,
            synced: false,
            liveness: Liveness::new(now.mono),
        });
        contact.tries = 0;
        contact.next_try = None;
        contact.record.last_seen = Some(now.unix);
        if contact.ping == Some(Ping::Trying) {
            contact.ping = Some(Ping::Online);
        }
        self.store_contact(id);
        self.greet(id);
    }

    fn greet(&mut self, id: &ContactId) {
        let have = self.chat(id).have();
        self.send_profile(id);
        if let Some(session) = self
            .contacts
            .get(id)
            .and_then(|contact| contact.session.as_ref())
        {
            self.ctx.transmit(session.link, &have);
        }
    }

    fn send_profile(&mut self, id: &ContactId) {
        let (Some(card), Some(me)) = (self.card(), &self.me) else {
            return;
        };
        let Some(session) = self.contacts.get(id).and_then(|c| c.session.as_ref()) else {
            return;
        };
        let frame = Frame::Profile {
            number: me.record.profile_number,
            friendlyname: me.record.name.clone(),
            card,
            near: self.is_local(session.path),
        };
        self.ctx.transmit(session.link, &frame);
    }

    /// Name or addresses changed: tell the namespaces and the connected contacts.
    pub(super) fn announce_profile(&mut self) {
        self.announce_members();
        let ids: Vec<ContactId> = self.contacts.keys().cloned().collect();
        ids.iter().for_each(|id| self.send_profile(id));
    }

    /// Whether a path shows the other end on one of this device's networks.
    pub(super) fn is_local(&self, path: Path) -> bool {
        match path {
            Path::Local => true,
            Path::Public(ip) => self.network.addresses.include(ip),
            Path::Unknown => false,
        }
    }

    pub(super) fn session(&mut self, id: &ContactId, event: Link) {
        match event {
            Link::Frame(bytes) => {
                let now = self.ctx.now.mono;
                let session = self.contacts.get_mut(id).and_then(|c| c.session.as_mut());
                session
                    .into_iter()
                    .for_each(|session| session.liveness.heard(now));
                let result = Frame::decode(&bytes).and_then(|frame| self.contact_says(id, frame));
                if let Err(reason) = result {
                    self.misbehaved(id, reason);
                }
            }
            Link::Suspect => self.doubt(id),
            Link::Closed(_) => self.session_gone(id),
            Link::Open { .. } | Link::Incoming { .. } => {}
        }
    }

    fn misbehaved(&mut self, id: &ContactId, reason: String) {
        tracing::warn!(reason, "a contact's connection is closed");
        let name = self
            .contacts
            .get(id)
            .map(|contact| contact.record.name.clone());
        self.end_session(id);
        self.notice(Notice::Misbehaved {
            name: name.unwrap_or_default(),
            reason,
        });
    }

    fn contact_says(&mut self, id: &ContactId, frame: Frame) -> Result<(), String> {
        match frame {
            Frame::Profile {
                number,
                friendlyname,
                card,
                near,
            } => self.take_their_profile(id, number, friendlyname, &card, near),
            Frame::Have { log, upto } => {
                let changed = self.chat(id).rewind(log.as_deref(), upto);
                self.show_messages(changed);
                if let Some(session) = self.contacts.get_mut(id).and_then(|c| c.session.as_mut()) {
                    session.synced = true;
                }
                self.pump(id);
                Ok(())
            }
            Frame::Text { log, seq, at, text } => self.take_text(id, &log, seq, at, text),
            Frame::Ack { log, upto } => {
                let changed = self.chat(id).acknowledged(&log, upto);
                self.show_messages(changed);
                self.pump(id);
                Ok(())
            }
            Frame::Read { log, upto } => {
                let changed = self.chat(id).read_by_other(&log, upto);
                self.show_messages(changed);
                Ok(())
            }
            Frame::Typing => {
                self.ctx.emit(Output::Event(Event::Typing(id.clone())));
                Ok(())
            }
            Frame::Ping => {
                self.transmit_to(id, &Frame::Pong);
                Ok(())
            }
            Frame::Pong => Ok(()),
            Frame::Bye => {
                self.end_session(id);
                Ok(())
            }
            _ => Err("a message that no contact sends".to_owned()),
        }
    }

    fn transmit_to(&mut self, id: &ContactId, frame: &Frame) {
        if let Some(session) = self
            .contacts
            .get(id)
            .and_then(|contact| contact.session.as_ref())
        {
            self.ctx.transmit(session.link, frame);
        }
    }

    fn show_messages(&mut self, messages: Vec<Message>) {
        for message in messages {
            self.ctx.emit(Output::Event(Event::Message(message)));
        }
    }

    /// The stored address follows the proof: this identity says where it is now.
    fn take_their_profile(
        &mut self,
        id: &ContactId,
        number: u64,
        friendlyname: String,
        card: &Card,
        near: bool,
    ) -> Result<(), String> {
        let uuid: [u8; 16] = unb64(&card.discovery_uuid).ok_or("a malformed discoveryUUID")?;
        if !ids::is_transport_id(&card.transport_id) || !self.ctx.names.accept(&friendlyname) {
            return Err("a malformed profile".to_owned());
        }
        let Some(contact) = self.contacts.get_mut(id) else {
            return Ok(());
        };
        if let Some(session) = &mut contact.session {
            session.says_near = near;
        }
        if number <= contact.record.profile_number && contact.discovery_uuid.is_some() {
            return Ok(());
        }
        contact.record.profile_number = number;
        contact.record.transport_id.clone_from(&card.transport_id);
        contact.record.discovery_uuid = Some(Secret(b64(&uuid)));
        contact.record.name = friendlyname;
        contact.discovery_uuid = Some(uuid);
        self.store_contact(id);
        Ok(())
    }

    fn take_text(
        &mut self,
        id: &ContactId,
        log: &str,
        seq: u64,
        at: u64,
        text: String,
    ) -> Result<(), String> {
        let (mono, unix) = (self.ctx.now.mono, self.ctx.now.unix);
        if log.len() != 32 || text.len() > TEXT_BYTES || text.is_empty() {
            return Err("a message out of bounds".to_owned());
        }
        if !self
            .contacts
            .get_mut(id)
            .is_some_and(|contact| contact.incoming.take(mono))
        {
            return Err("too many messages at once".to_owned());
        }
        // A clock that is ahead must not put a message into the future.
        let chat = self.chat(id);
        match chat.receive(log, seq, text, at.min(unix)) {
            Received::Taken => {}
            Received::Again => {
                let ack = chat.ack();
                ack.into_iter().for_each(|ack| self.transmit_to(id, &ack));
            }
            Received::Gap => {
                let have = chat.have();
                self.transmit_to(id, &have);
            }
            Received::Busy => self.end_session(id),
        }
        Ok(())
    }

    /// Sends what the window and the rate allow.
    pub(super) fn pump(&mut self, id: &ContactId) {
        let now = self.ctx.now.mono;
        let Some(contact) = self.contacts.get_mut(id) else {
            return;
        };
        let Some(session) = contact.session.as_ref().filter(|session| session.synced) else {
            return;
        };
        let Some(chat) = self.chats.get_mut(id) else {
            return;
        };
        while chat.wants_to_send() && contact.outgoing.take(now) {
            let Some((frame, message)) = chat.next() else {
                return;
            };
            self.ctx.transmit(session.link, &frame);
            self.ctx.emit(Output::Event(Event::Message(message)));
        }
    }

    pub(super) fn doubt(&mut self, id: &ContactId) {
        let now = self.ctx.now.mono;
        let session = self
            .contacts
            .get_mut(id)
            .and_then(|contact| contact.session.as_mut());
        if session.is_some_and(|session| session.liveness.suspect(now) == Verdict::Ask) {
            self.transmit_to(id, &Frame::Ping);
        }
    }

    pub(super) fn end_session(&mut self, id: &ContactId) {
        let session = self
            .contacts
            .get(id)
            .and_then(|contact| contact.session.as_ref());
        if let Some(link) = session.map(|session| session.link) {
            self.ctx.close(link);
            self.session_gone(id);
        }
    }

    fn session_gone(&mut self, id: &ContactId) {
        let now = self.ctx.now;
        let Some(contact) = self.contacts.get_mut(id) else {
            return;
        };
        let session = contact.session.take();
        let lasted = session.is_none_or(|session| now.mono.since(session.since) >= LASTING);
        contact.short = if lasted {
            0
        } else {
            DOUBLINGS.min(contact.short + 1)
        };
        contact.tries = 0;
        contact.record.last_seen = Some(now.unix);
        let most = RETURN * 2_u32.pow(contact.short);
        contact.next_try = Some(now.mono + self.ctx.jitter(most));
        self.store_contact(id);
    }

    pub(super) fn sessions_timeout(&mut self) {
        let now = self.ctx.now.mono;
        let ids: Vec<ContactId> = self.contacts.keys().cloned().collect();
        for id in ids {
            let session = self
                .contacts
                .get_mut(&id)
                .and_then(|contact| contact.session.as_mut());
            let verdict = session.map_or(Verdict::Fine, |session| session.liveness.check(now));
            match verdict {
                Verdict::Fine => self.pump(&id),
                Verdict::Ask => self.transmit_to(&id, &Frame::Ping),
                Verdict::Dead => self.end_session(&id),
            }
        }
    }
}
