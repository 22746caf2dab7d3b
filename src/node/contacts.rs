//! Saved contacts: who they are, where they are, and when to dial them.

use super::insist::WRITE_AGAIN;
use super::links::Stage;
use super::storage::Write;
use super::{LinkId, Node, Path};
use crate::clock::{Mono, UnixMillis};
use crate::crypto::{self, Key, PublicKey};
use crate::encoding::{b64, unb64};
use crate::handshake::Role;
use crate::ids::{self, rootless};
use crate::limits;
use crate::liveness::Liveness;
use crate::records::{CareRecord, Change, ContactRecord, Secret};
use crate::view::{ContactId, Ping, Reach};
use crate::wire::Entry;
use pace::Bucket;
use std::time::Duration;

/// Dials to contacts under way at once: a network change must not become a storm.
const DIALS_AT_ONCE: usize = 8;

/// How long the other side of a broken acceptance may take to dial.
const ASK_BACK: Duration = Duration::from_secs(5);

/// When to look again where too many dials are under way.
const NEXT_ROUND: Duration = Duration::from_secs(1);

/// The shortest and the longest wait between two dials to one contact.
const FIRST_RETRY: Duration = Duration::from_secs(4);
const LAST_RETRY: Duration = Duration::from_mins(10);

/// Somebody saved.
#[derive(Debug)]
pub(super) struct Contact {
    pub(super) record: ContactRecord,
    pub(super) identity: Option<PublicKey>,
    pub(super) pair_secret: Key,
    pub(super) discovery_uuid: Option<[u8; 16]>,
    pub(super) session: Option<Session>,
    /// The connection being made.
    pub(super) dialling: Option<LinkId>,
    pub(super) next_try: Option<Mono>,
    pub(super) tries: u32,
    /// Sessions in a row that ended soon after they began.
    pub(super) short: u32,
    /// Until when it is not waited for at a meeting point either, after such a session.
    pub(super) rests: Option<Mono>,
    pub(super) ping: Option<Ping>,
    /// A Ping was asked for during a dial that began before: what that comes to is no answer.
    pub(super) ping_waits: bool,
    /// The Discovery ID by which they are seen in a registry now.
    pub(super) seen_as: Option<String>,
    /// The Transport ID in that entry, for contacts' eyes only. A hint: others who know the
    /// contact can make one.
    pub(super) sealed_transport: Option<String>,
    /// When the person was last told that they joined.
    pub(super) told: Option<Mono>,
    /// 60 digits; empty until the identity is known.
    pub(super) safety_number: String,
    /// How a special contact is being found.
    pub(super) reach: Reach,
    /// When they were last on this network.
    pub(super) near_at: Option<Mono>,
    /// When to write again what could not be stored.
    pub(super) write_at: Option<Mono>,
    /// When the acceptance was finished, since the start.
    pub(super) accepted_at: Option<Mono>,
    /// While the acceptance is unfinished here: the Discovery ID it began with.
    pub(super) met_as: Option<String>,
    /// When to ask back there.
    pub(super) ask_back: Option<Mono>,
    pub(super) incoming: Bucket,
    pub(super) outgoing: Bucket,
}

/// An authenticated connection with a contact.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) link: LinkId,
    pub(super) role: Role,
    pub(super) since: Mono,
    pub(super) path: Path,
    /// The contact says that its path shows both on one network.
    pub(super) says_near: bool,
    /// The Router IDs in whose registries the contact says to be.
    pub(super) routers: Vec<String>,
    /// The contact has said what it has, so that sending can go on.
    pub(super) synced: bool,
    pub(super) liveness: Liveness,
}

impl Contact {
    pub(super) fn restore(record: ContactRecord) -> Option<Self> {
        let identity = match &record.identity {
            Some(text) => Some(PublicKey::decode(text)?),
            None => None,
        };
        let discovery_uuid = match &record.discovery_uuid {
            Some(secret) => Some(unb64(&secret.0)?),
            None => None,
        };
        let pair_secret = unb64(&record.pair_secret.0)?;
        Some(Self {
            identity,
            discovery_uuid,
            ..Self::away(record, pair_secret)
        })
    }

    /// Somebody the person has accepted, before they have proven who they are.
    pub(super) fn provisional(
        id: ContactId,
        name: &str,
        pair_secret: Key,
        unix: UnixMillis,
    ) -> Self {
        let record = ContactRecord {
            version: 1,
            id,
            identity: None,
            name: name.to_owned(),
            transport_id: String::new(),
            discovery_uuid: None,
            profile_number: 0,
            pair_secret: Secret(b64(&pair_secret)),
            last_seen: Some(unix),
            care: CareRecord::default(),
        };
        Self::away(record, pair_secret)
    }

    /// A contact of whom nothing is known but the record's secret, not connected.
    fn away(record: ContactRecord, pair_secret: Key) -> Self {
        // The receiver is lenient by what can be under way, so that an honest sender at the same
        // rate is never refused.
        let window = u32::try_from(limits::IN_FLIGHT).unwrap_or(u32::MAX);
        let refill = Duration::from_secs(1) / limits::MESSAGES_PER_SECOND;
        Self {
            record,
            identity: None,
            pair_secret,
            discovery_uuid: None,
            session: None,
            dialling: None,
            next_try: None,
            tries: 0,
            short: 0,
            rests: None,
            ping: None,
            ping_waits: false,
            seen_as: None,
            sealed_transport: None,
            told: None,
            near_at: None,
            safety_number: String::new(),
            reach: Reach::Reconnecting,
            write_at: None,
            accepted_at: None,
            met_as: None,
            ask_back: None,
            incoming: Bucket::new(limits::MESSAGE_BURST + window, refill),
            outgoing: Bucket::new(limits::MESSAGE_BURST, refill),
        }
    }

    /// Back to what is known before the proof.
    pub(super) fn unprove(&mut self) {
        self.identity = None;
        self.discovery_uuid = None;
        self.record.identity = None;
        self.record.discovery_uuid = None;
    }

    /// The key is theirs.
    pub(super) fn prove(&mut self, key: PublicKey) {
        self.identity = Some(key);
        self.record.identity = Some(key.encode());
    }

    /// Whether the acceptance is finished on this side.
    pub(super) fn is_complete(&self) -> bool {
        self.identity.is_some()
    }

    /// Learns where they are from their entry in a registry.
    pub(super) fn open_sealed(&mut self, entry: &Entry) {
        let sealed = entry.sealed_transport.as_deref();
        let opened = self
            .discovery_uuid
            .zip(sealed)
            .and_then(|(uuid, sealed)| crypto::open_transport(&uuid, &entry.discovery_id, sealed));
        self.sealed_transport = opened.filter(|id| ids::is_transport_id(id));
    }

    /// Whether it may be dialled now.
    fn is_wanted(&self) -> bool {
        let care = &self.record.care;
        let paused = care.paused && self.seen_as.is_none() && self.ping != Some(Ping::Trying);
        !care.blocked && !paused
    }

    /// Dial soon, whatever the back-off says.
    pub(super) fn hurry(&mut self, now: Mono) {
        if self.session.is_none() && self.dialling.is_none() {
            self.next_try = Some(now);
        }
    }
}

impl Node {
    /// Dials who is due.
    pub(super) fn contacts_timeout(&mut self) {
        self.ask_back();
        self.write_again();
        let now = self.ctx.now.mono;
        let mut under_way = self
            .contacts
            .values()
            .filter(|c| c.dialling.is_some())
            .count();
        let due: Vec<ContactId> = self
            .contacts
            .values()
            .filter(|contact| contact.dialling.is_none() && contact.session.is_none())
            .filter(|contact| contact.is_wanted())
            .filter(|contact| contact.next_try.is_some_and(|at| now >= at))
            .map(|contact| contact.record.id.clone())
            .collect();
        for id in due {
            if under_way >= DIALS_AT_ONCE {
                let contact = self.contacts.get_mut(&id).into_iter();
                contact.for_each(|contact| contact.next_try = Some(now + NEXT_ROUND));
            } else if self.dial_contact(&id) {
                under_way += 1;
            } else {
                self.no_way(&id);
            }
        }
    }

    /// The person said yes, and the connection broke before the other side was heard again. Had it
    /// finished, it would have dialled by now: so it is asked, and says yes without its person.
    fn ask_back(&mut self) {
        let due = self.due_contacts(|contact| &mut contact.ask_back);
        let unfinished = |id: &ContactId| {
            let contact = self.contacts.get(id).filter(|c| !c.is_complete())?;
            contact.met_as.clone()
        };
        let due: Vec<String> = due.iter().filter_map(unfinished).collect();
        for remote in due {
            if let Err(refusal) = self.ask(&remote) {
                tracing::info!(%refusal, "an acceptance waits for the next meeting");
            }
        }
    }

    /// Keeps somebody of whom the last message is missing.
    pub(super) fn keep_unfinished(&mut self, mut contact: Contact, remote: String) {
        contact.met_as = Some(remote);
        contact.ask_back = Some(self.ctx.now.mono + ASK_BACK);
        self.keep(contact);
    }

    /// Forgets acceptances that the other side has not finished for a week.
    pub(super) fn expire_unfinished(&mut self) {
        let life = u64::try_from(limits::UNFINISHED_LIFE.as_millis()).unwrap_or(u64::MAX);
        let now = self.ctx.now.unix;
        let seen = |contact: &Contact| contact.record.last_seen.unwrap_or(0);
        let old =
            |contact: &&Contact| !contact.is_complete() && now > seen(contact).saturating_add(life);
        let old = self.contacts.values().filter(old);
        let old: Vec<ContactId> = old.map(|contact| contact.record.id.clone()).collect();
        old.into_iter().for_each(|id| self.forget_contact(id));
    }

    pub(super) fn forget_contact(&mut self, id: ContactId) {
        self.contacts.remove(&id);
        self.insist(Change::ForgetContact(id));
    }

    /// Forgets what an earlier, broken acceptance of the same person left.
    pub(super) fn forget_unfinished(&mut self, remote: &str) {
        let left = |contact: &&Contact| {
            !contact.is_complete()
                && contact.met_as.as_deref().map(rootless) == Some(rootless(remote))
        };
        let found = self.contacts.values().find(left);
        if let Some(id) = found.map(|contact| contact.record.id.clone()) {
            self.forget_contact(id);
        }
    }

    /// Dials a contact where it was last seen: in the registry, else at its Transport ID. Gives
    /// whether there was a way.
    fn dial_contact(&mut self, id: &ContactId) -> bool {
        let Some((from, to)) = self.route(id) else {
            return false;
        };
        let link = self.dial(&from, &to, Stage::Knowing(id.clone()));
        if let Some(contact) = self.contacts.get_mut(id) {
            contact.dialling = Some(link);
            contact.next_try = None;
            contact.tries = contact.tries.saturating_add(1);
        }
        true
    }

    /// No address can be dialled. Registering the own id, the contact's entry in a registry, or the
    /// end of the blacklist's time bring a new one.
    fn no_way(&mut self, id: &ContactId) {
        let address = self.contacts.get(id).map(|c| c.record.transport_id.clone());
        let until = address.and_then(|address| self.blacklisted_until(&address));
        let Some(contact) = self.contacts.get_mut(id) else {
            return;
        };
        contact.next_try = until;
        if contact.ping == Some(Ping::Trying) {
            contact.ping = Some(if until.is_some() {
                Ping::SomebodyElse
            } else {
                Ping::Unreachable
            });
        }
    }

    fn route(&self, id: &ContactId) -> Option<(String, String)> {
        let contact = self
            .contacts
            .get(id)
            .filter(|contact| contact.is_complete())?;
        let near = contact.seen_as.as_ref().and_then(|seen| {
            let member = self.network.member_at(seen)?;
            Some((member.discovery_id().to_owned(), seen.clone()))
        });
        // Every second try goes the other way: either address may be stale.
        let far = || {
            let own = self
                .own_transport()
                .filter(|_| self.network.transport_held)?;
            let told = contact.sealed_transport.as_ref();
            let address = told.unwrap_or(&contact.record.transport_id);
            let usable = !address.is_empty() && self.blacklisted_until(address).is_none();
            usable.then(|| (own.to_owned(), address.clone()))
        };
        if contact.tries % 2 == 0 {
            near.or_else(far)
        } else {
            far().or(near)
        }
    }

    /// A dial to a contact ended without a session.
    pub(super) fn dial_failed(&mut self, id: &ContactId, ping: Ping) {
        let now = self.ctx.now.mono;
        let Some(contact) = self.contacts.get_mut(id) else {
            return;
        };
        contact.dialling = None;
        if contact.session.is_some() {
            return;
        }
        if std::mem::take(&mut contact.ping_waits) && contact.ping == Some(Ping::Trying) {
            contact.next_try = Some(now);
            return;
        }
        let doubled = FIRST_RETRY * 2_u32.saturating_pow(contact.tries.min(10));
        let wait = doubled.min(LAST_RETRY);
        contact.next_try = Some(now + wait / 2 + self.ctx.jitter(wait / 2));
        if contact.ping == Some(Ping::Trying) {
            contact.ping = Some(ping);
        }
    }

    /// Dial all contacts again, spread over a moment.
    pub(super) fn redial_all(&mut self) {
        let now = self.ctx.now.mono;
        let ids: Vec<ContactId> = self.contacts.keys().cloned().collect();
        for id in ids {
            let spread = self.ctx.jitter(Duration::from_secs(2));
            if let Some(contact) = self.contacts.get_mut(&id)
                && contact.session.is_none()
                && contact.dialling.is_none()
                && contact.is_complete()
            {
                contact.tries = 0;
                contact.next_try = Some(now + spread);
            }
        }
    }

    pub(super) fn store_contact(&mut self, id: &ContactId) {
        let Some(contact) = self.contacts.get(id) else {
            return;
        };
        let store = self.ctx.store(Change::Contact(contact.record.clone()));
        self.writes.insert(store, Write::Contact(id.clone()));
    }

    /// The disk is full, perhaps: it may have room later.
    pub(super) fn write_later(&mut self, id: &ContactId) {
        let at = self.ctx.now.mono + WRITE_AGAIN;
        if let Some(contact) = self.contacts.get_mut(id) {
            contact.write_at = Some(at);
        }
    }

    /// Takes the moments that have come, and gives whose they were.
    fn due_contacts(&mut self, moment: fn(&mut Contact) -> &mut Option<Mono>) -> Vec<ContactId> {
        let now = self.ctx.now.mono;
        let contacts = self.contacts.iter_mut();
        let due = contacts.filter_map(|(id, contact)| {
            let at = moment(contact).take_if(|at| now >= *at);
            at.map(|_| id.clone())
        });
        due.collect()
    }

    fn write_again(&mut self) {
        let due = self.due_contacts(|contact| &mut contact.write_at);
        due.iter().for_each(|id| self.store_contact(id));
    }

    pub(super) fn contact_due(&self, contact: &Contact) -> impl Iterator<Item = Mono> + use<> {
        let idle = contact.session.is_none() && contact.dialling.is_none();
        let waiting = idle && contact.is_wanted();
        let dial = contact.next_try.filter(|_| waiting);
        let session = contact.session.as_ref();
        let answer = session.map(|session| session.liveness.due());
        let wants = |id: &ContactId| {
            self.chats
                .get(id)
                .is_some_and(crate::chat::Chat::wants_to_send)
        };
        let pace = session
            .filter(|session| session.synced && wants(&contact.record.id))
            .map(|_| contact.outgoing.due().into());
        let ask_back = contact.ask_back;
        let rests = contact.rests.filter(|at| *at > self.ctx.now.mono);
        [dial, answer, pace, ask_back, contact.write_at, rests]
            .into_iter()
            .flatten()
    }
}
