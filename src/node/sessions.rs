//! Authenticated connections with contacts: what is said on them.

use super::contacts::Session;
use super::{Link, LinkId, Node, Output, Path};
use crate::chat::{Chat, Received};
use crate::discovery::Member;
use crate::encoding::{b64, unb64};
use crate::handshake::Role;
use crate::ids;
use crate::limits::{self, TEXT_BYTES};
use crate::liveness::{Liveness, Verdict};
use crate::misbehaviour::Misbehaviour;
use crate::records::Secret;
use crate::rendezvous::{Trigger, after};
use crate::view::{ContactId, Event, Notice, Ping};
use crate::wire::{Card, SessionFrame};
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
            // Where that is another device with the same identity, it learns that there are two.
            self.ctx.transmit(session.link, &SessionFrame::Replaced);
            self.ctx.close(session.link);
        }
        contact.session = Some(Session {
            link,
            role,
            since: now.mono,
            path,
            says_near: false,
            routers: Vec::new(),
            synced: false,
            liveness: Liveness::new(now.mono),
        });
        contact.tries = 0;
        contact.next_try = None;
        contact.record.last_seen = Some(now.unix);
        // What an earlier Ping said is wrong now.
        contact.ping = contact.ping.map(|_| Ping::Online);
        self.reach(id, Trigger::Met);
        self.store_contact(id);
        self.greet(id);
    }

    fn greet(&mut self, id: &ContactId) {
        let receipts = self.settings.read_receipts;
        let chat = self.chat(id);
        // The connection before this one may have ended without a word.
        chat.interrupted();
        let have = chat.have(receipts);
        self.send_profile(id);
        if let Some(session) = self
            .contacts
            .get(id)
            .and_then(|contact| contact.session.as_ref())
        {
            self.ctx.transmit(session.link, &have);
        }
    }

    pub(super) fn send_profile(&mut self, id: &ContactId) {
        let (Some(card), Some(me)) = (self.card(), &self.me) else {
            return;
        };
        let number = me.record.profile_number;
        let Some(contact) = self.contacts.get_mut(id) else {
            return;
        };
        let Some(link) = contact.session.as_ref().map(|session| session.link) else {
            return;
        };
        let news = std::mem::replace(&mut contact.record.care.told, number) != number;
        let special = contact.record.care.special;
        let path = contact
            .session
            .as_ref()
            .map_or(Path::Unknown, |session| session.path);
        let near = self.is_local(path);
        let routers = self.network.members.iter().filter(|_| near);
        let routers: Vec<String> = routers.filter_map(Member::listed_at).collect();
        let frame = SessionFrame::Profile {
            number,
            friendlyname: me.record.name.clone(),
            card,
            near,
            special,
            at: self.ctx.now.unix,
            routers: Some(routers).filter(|routers| !routers.is_empty()),
        };
        self.ctx.transmit(link, &frame);
        if news {
            self.store_contact(id);
        }
    }

    /// Name or addresses changed: tell the namespaces and the connected contacts.
    pub(super) fn announce_profile(&mut self) {
        self.announce_members();
        self.send_profiles();
    }

    pub(super) fn send_profiles(&mut self) {
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
                let frame = SessionFrame::decode(&bytes).map_err(Misbehaviour::from);
                if let Err(how) = frame.and_then(|frame| self.contact_says(id, frame)) {
                    self.misbehaved(id, how);
                }
            }
            Link::Suspect => self.doubt(id),
            Link::Closed(_) => self.session_gone(id),
            Link::Open { .. } | Link::Incoming { .. } => {}
        }
    }

    fn misbehaved(&mut self, id: &ContactId, how: Misbehaviour) {
        tracing::warn!(%how, "a contact's connection is closed");
        let name = self
            .contacts
            .get(id)
            .map(|contact| contact.record.name.clone());
        self.end_session(id);
        self.notice(Notice::Misbehaved {
            name: name.unwrap_or_default(),
            reason: how.to_string(),
        });
    }

    fn contact_says(&mut self, id: &ContactId, frame: SessionFrame) -> Result<(), Misbehaviour> {
        match frame {
            SessionFrame::Profile {
                number,
                friendlyname,
                card,
                near,
                special,
                at,
                routers,
            } => {
                self.take_switch(id, special);
                if at > 0 {
                    self.compare_clocks(id, at);
                }
                let session = self.contacts.get_mut(id).and_then(|c| c.session.as_mut());
                if let Some(session) = session {
                    session.says_near = near;
                    session.routers = routers.unwrap_or_default();
                }
                // Whoever answered there before, they say so themselves.
                self.blacklist.forget(&card.transport_id);
                self.take_their_profile(id, number, friendlyname, &card)
            }
            SessionFrame::Have { log, upto, read } => {
                self.chat(id).rewind(log.as_deref(), upto, read);
                if let Some(session) = self.contacts.get_mut(id).and_then(|c| c.session.as_mut()) {
                    session.synced = true;
                }
                self.pump(id);
                Ok(())
            }
            SessionFrame::Text { log, seq, at, text } => self.take_text(id, &log, seq, at, text),
            SessionFrame::Ack { log, upto } => {
                self.chat(id).acknowledged(&log, upto);
                self.pump(id);
                Ok(())
            }
            SessionFrame::Read { log, upto } => {
                self.chat(id).read_by_other(&log, upto);
                Ok(())
            }
            SessionFrame::Typing => {
                self.ctx.emit(Output::Event(Event::Typing(id.clone())));
                Ok(())
            }
            SessionFrame::Ping => {
                self.transmit_to(id, &SessionFrame::Pong);
                Ok(())
            }
            SessionFrame::Pong => Ok(()),
            SessionFrame::Bye => {
                self.end_session(id);
                Ok(())
            }
            SessionFrame::Replaced => {
                self.replaced(id);
                Ok(())
            }
        }
    }

    /// The contact has a newer connection with this identity. Where it is not being made from here,
    /// it is from another device.
    fn replaced(&mut self, id: &ContactId) {
        let ours = self.links.values().any(|link| link.meets(id));
        self.end_session(id);
        let again = self.ctx.now.mono;
        let recent = |at: crate::Mono| again.since(at) < limits::SAME_NOTICE;
        if !ours && !self.told_two_copies.is_some_and(recent) {
            self.told_two_copies = Some(again);
            self.notice(Notice::TwoCopies);
        }
    }

    /// Messages carry times, and meeting points follow the clock.
    fn compare_clocks(&mut self, id: &ContactId, at: u64) {
        let (now, difference) = (self.ctx.now, at.abs_diff(self.ctx.now.unix));
        let recent = |told: crate::Mono| now.mono.since(told) < limits::SAME_NOTICE;
        if u128::from(difference) <= limits::CLOCK_DIFFERENCE.as_millis()
            || self.told_clock.is_some_and(recent)
        {
            return;
        }
        self.told_clock = Some(now.mono);
        let name = self
            .contacts
            .get(id)
            .map(|contact| contact.name().to_owned());
        self.notice(Notice::ClockDiffers {
            name: name.unwrap_or_default(),
            minutes: difference / 60_000,
        });
    }

    fn transmit_to(&mut self, id: &ContactId, frame: &SessionFrame) {
        if let Some(session) = self
            .contacts
            .get(id)
            .and_then(|contact| contact.session.as_ref())
        {
            self.ctx.transmit(session.link, frame);
        }
    }

    /// The stored address follows the proof: this identity says where it is now.
    fn take_their_profile(
        &mut self,
        id: &ContactId,
        number: u64,
        friendlyname: String,
        card: &Card,
    ) -> Result<(), Misbehaviour> {
        let uuid: [u8; 16] =
            unb64(&card.discovery_uuid).ok_or(Misbehaviour::ProfileDiscoveryUuid)?;
        if !ids::is_transport_id(&card.transport_id) || !self.ctx.names.accept(&friendlyname) {
            return Err(Misbehaviour::ProfileUnfit);
        }
        let Some(contact) = self.contacts.get_mut(id) else {
            return Ok(());
        };
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

    /// The contact has switched Special contact.
    fn take_switch(&mut self, id: &ContactId, special: bool) {
        let Some(contact) = self.contacts.get_mut(id) else {
            return;
        };
        let before = std::mem::replace(&mut contact.record.care.special_there, special);
        let paused = std::mem::replace(&mut contact.record.care.paused, false);
        if before != special || paused {
            self.store_contact(id);
        }
    }

    fn take_text(
        &mut self,
        id: &ContactId,
        log: &str,
        seq: u64,
        at: u64,
        text: String,
    ) -> Result<(), Misbehaviour> {
        let (mono, unix) = (self.ctx.now.mono, self.ctx.now.unix);
        if log.len() != 32 || text.len() > TEXT_BYTES || text.is_empty() {
            return Err(Misbehaviour::TextOutOfBounds);
        }
        if !self
            .contacts
            .get_mut(id)
            .is_some_and(|contact| contact.incoming.take(mono.into()))
        {
            return Err(Misbehaviour::TooManyTexts);
        }
        // A clock that is ahead must not put a message into the future.
        let receipts = self.settings.read_receipts;
        let chat = self.chat(id);
        match chat.receive(log, seq, text, at.min(unix)) {
            Received::Taken => {}
            Received::Again => {
                let ack = chat.ack();
                ack.into_iter().for_each(|ack| self.transmit_to(id, &ack));
            }
            Received::Gap => {
                let have = chat.have(receipts);
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
        while chat.wants_to_send() && contact.outgoing.take(now.into()) {
            let Some(frame) = chat.next() else {
                return;
            };
            self.ctx.transmit(session.link, &frame);
        }
    }

    pub(super) fn doubt(&mut self, id: &ContactId) {
        let now = self.ctx.now.mono;
        let session = self
            .contacts
            .get_mut(id)
            .and_then(|contact| contact.session.as_mut());
        if session.is_some_and(|session| session.liveness.suspect(now) == Verdict::Ask) {
            self.transmit_to(id, &SessionFrame::Ping);
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
        contact.reach = after(contact.reach, Trigger::Lost);
        let session = contact.session.take();
        let chat = self.chats.get_mut(id);
        chat.into_iter().for_each(Chat::interrupted);
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
        contact.rests = contact.next_try.filter(|_| !lasted);
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
                Verdict::Ask => self.transmit_to(&id, &SessionFrame::Ping),
                Verdict::Dead => self.end_session(&id),
            }
        }
    }
}
