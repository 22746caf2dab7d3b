//! Saved contacts: who they are, where they are, and when to dial them.

use super::links::Stage;
use super::storage::Write;
use super::{LinkId, Node, Path};
use crate::bucket::Bucket;
use crate::clock::{Mono, UnixMillis};
use crate::crypto::{Key, PublicKey};
use crate::encoding::{b64, unb64};
use crate::handshake::Role;
use crate::limits;
use crate::liveness::Liveness;
use crate::records::{Change, ContactRecord, Secret};
use crate::view::{ContactId, Ping};
use std::time::Duration;

/// Dials to contacts under way at once: a network change must not become a storm.
const DIALS_AT_ONCE: usize = 8;

/// How long the other side of a broken acceptance may take to dial.
const ASK_BACK: Duration = Duration::from_secs(5);

/// How long after a failed write of a contact the next one is tried.
const WRITE_AGAIN: Duration = Duration::from_secs(30);

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
    pub(super) ping: Option<Ping>,
    /// The Discovery ID by which they are seen in a registry now.
    pub(super) seen_as: Option<String>,
    /// When the person was last told that they joined.
    pub(super) told: Option<Mono>,
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
        };
        Self::away(record, pair_secret)
    }

    /// A contact of whom nothing is known but the record's secret, not connected.
    fn away(record: ContactRecord, pair_secret: Key) -> Self {
        // The receiver is lenient by what can be under way, so that an honest sender at the same
        // rate is never refused.
        let window = u32::try_from(limits::IN_FLIGHT).unwrap_or(u32::MAX);
        let refill = 1_000 / u64::from(limits::MESSAGES_PER_SECOND);
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
            ping: None,
            seen_as: None,
            told: None,
            near_at: None,
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

    /// Whether the acceptance is finished on this side.
    pub(super) fn is_complete(&self) -> bool {
        self.identity.is_some()
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
            .filter(|contact| contact.next_try.is_some_and(|at| now >= at))
            .map(|contact| contact.record.id.clone())
            .collect();
        for id in due {
            if under_way < DIALS_AT_ONCE && self.dial_contact(&id) {
                under_way += 1;
            } else if let Some(contact) = self.contacts.get_mut(&id) {
                contact.next_try = Some(now + Duration::from_secs(1));
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

    fn forget_contact(&mut self, id: ContactId) {
        self.contacts.remove(&id);
        let store = self.ctx.store(Change::ForgetContact(id));
        self.writes.insert(store, Write::Plain);
    }

    /// Forgets what an earlier, broken acceptance of the same person left.
    pub(super) fn forget_unfinished(&mut self, remote: &str) {
        let left = |contact: &&Contact| {
            !contact.is_complete() && contact.met_as.as_deref() == Some(remote)
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

    fn route(&self, id: &ContactId) -> Option<(String, String)> {
        let contact = self
            .contacts
            .get(id)
            .filter(|contact| contact.is_complete())?;
        let near = contact.seen_as.as_ref().and_then(|seen| {
            let member = self.network.member_of(seen)?;
            Some((member.discovery_id().to_owned(), seen.clone()))
        });
        // Every second try goes the other way: either address may be stale.
        let far = || {
            let transport_id = &self.me.as_ref()?.record.transport_id;
            let known = !contact.record.transport_id.is_empty() && self.network.transport_held;
            known.then(|| (transport_id.clone(), contact.record.transport_id.clone()))
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
        let waiting = contact.session.is_none() && contact.dialling.is_none();
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
            .map(|_| contact.outgoing.due());
        let ask_back = contact.ask_back;
        [dial, answer, pace, ask_back, contact.write_at]
            .into_iter()
            .flatten()
    }
}
