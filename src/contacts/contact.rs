//! One saved contact: who it is, and where it stands.

use super::dialling::Dialling;
use super::reach::{Trigger, after};
use super::safety::Safety;
use super::sighting::{Seen, Sighting};
use crate::clock::{Mono, UnixMillis};
use crate::crypto::{self, Key, PublicKey};
use crate::encoding::{b64, unb64};
use crate::ids;
use crate::io::CommandId;
use crate::records::{CardRecord, CareRecord, ContactRecord, RequestRecord, Secret};
use crate::values::ContactId;
use crate::view::{Ping, Reach};
use crate::wire::{Card, Entry};

/// Somebody saved.
#[derive(Debug)]
pub(crate) struct Contact {
    record: ContactRecord,
    identity: Option<PublicKey>,
    pair_secret: Key,
    discovery_uuid: Option<[u8; 16]>,
    safety: Safety,
    /// What was scanned from their screen since the start, and is said on every connection: nobody says that it came.
    pub(super) scanned: Option<String>,
    /// How the contact is being found; `Connected` during a session.
    reach: Reach,
    pub(super) dialling: Dialling,
    pub(super) sighting: Sighting,
    pub(super) unfinished: Unfinished,
    /// When to write again what could not be stored.
    pub(super) write_at: Option<Mono>,
    /// The command with which it is blocked no longer, once that is written.
    pub(super) unblocking: Option<CommandId>,
}

/// What belongs to the acceptance of a contact, and is not stored.
#[derive(Debug, Default)]
pub(super) struct Unfinished {
    /// When both proofs were verified, since the start.
    pub(super) accepted_at: Option<Mono>,
    /// While they have not said where they are: the id at which they were met.
    pub(super) met_as: Option<String>,
    /// The request that the person said yes to.
    pub(super) request: Option<RequestRecord>,
    /// When to call its sender back.
    pub(super) ask_back: Option<Mono>,
    /// Since when it is too old by the calendar.
    pub(super) old_since: Option<Mono>,
    /// The person was not asked for this yes, and is to be told of the contact.
    pub(super) unannounced: bool,
    /// They were introduced, and that is not stored yet: nobody is met whom a crash would forget.
    pub(super) unstored: bool,
}

impl Contact {
    /// Reads a stored contact. Returns `None` where its keys cannot be read.
    pub(crate) fn restore(record: ContactRecord) -> Option<Self> {
        let identity = match &record.identity {
            Some(text) => Some(PublicKey::decode(text)?),
            None => None,
        };
        let discovery_uuid = match &record.card {
            Some(card) => {
                ids::is_transport_id(&card.transport_id).then_some(())?;
                Some(unb64(&card.discovery_uuid.0)?)
            }
            None => None,
        };
        let pair_secret = unb64(&record.pair_secret.0)?;
        let unfinished = Unfinished {
            unannounced: record.introduced.is_some() && identity.is_none(),
            ..Unfinished::default()
        };
        Some(Self {
            record,
            identity,
            pair_secret,
            discovery_uuid,
            safety: Safety::default(),
            scanned: None,
            reach: Reach::Reconnecting,
            dialling: Dialling::default(),
            sighting: Sighting::default(),
            unfinished,
            write_at: None,
            unblocking: None,
        })
    }

    pub(crate) fn record(&self) -> &ContactRecord {
        &self.record
    }

    pub(crate) fn id(&self) -> &ContactId {
        &self.record.id
    }

    pub(crate) fn identity(&self) -> Option<PublicKey> {
        self.identity
    }

    pub(crate) fn pair_secret(&self) -> Key {
        self.pair_secret
    }

    pub(crate) fn discovery_uuid(&self) -> Option<[u8; 16]> {
        self.discovery_uuid
    }

    /// Returns where they can be dialled, once they have said it.
    pub(crate) fn transport_id(&self) -> Option<&str> {
        let card = self.record.card.as_ref()?;
        Some(&card.transport_id)
    }

    /// Returns whether they have not said yet where they are: the other side may not have finished
    /// the acceptance.
    pub(crate) fn awaits_card(&self) -> bool {
        self.record.card.is_none()
    }

    pub(super) fn safety(&self) -> &Safety {
        &self.safety
    }

    pub(crate) fn reach(&self) -> Reach {
        self.reach
    }

    /// Returns when both proofs of its acceptance were verified, since the start.
    pub(crate) fn accepted_at(&self) -> Option<Mono> {
        self.unfinished.accepted_at
    }

    /// Returns the name as shown: the one the person gave, else the one they were accepted under or
    /// that the person took over.
    pub(crate) fn name(&self) -> &str {
        let given = self.record.preferences.given_name.as_deref();
        given.unwrap_or(&self.record.name)
    }

    pub(crate) fn preferences(&self) -> &CareRecord {
        &self.record.preferences
    }

    pub(super) fn preferences_mut(&mut self) -> &mut CareRecord {
        &mut self.record.preferences
    }

    /// Returns whether an id is the Transport ID or today's Discovery ID of this contact, as far as is
    /// known.
    pub(crate) fn is_known_at(&self, id: &str) -> bool {
        let mut seen = self.sighting.entries().iter();
        self.transport_id() == Some(id)
            || seen.any(|seen| seen.discovery_id == id || seen.transport_id.as_deref() == Some(id))
    }

    pub(crate) fn is_blocked(&self) -> bool {
        self.record.preferences.blocked
    }

    /// Returns whether whoever shows their secret is taken for them.
    pub(crate) fn is_recognised(&self) -> bool {
        !self.is_blocked() && !self.unfinished.unstored
    }

    /// Returns whether the acceptance is finished on this side.
    pub(crate) fn is_complete(&self) -> bool {
        self.identity.is_some()
    }

    /// Returns whether there is a session.
    pub(crate) fn is_connected(&self) -> bool {
        self.reach == Reach::Connected
    }

    /// Returns whether both sides want to find each other anywhere.
    pub(crate) fn is_special(&self) -> bool {
        let preferences = &self.record.preferences;
        preferences.special && preferences.special_there && !preferences.blocked
    }

    /// Returns what the last Ping showed.
    pub(crate) fn ping(&self) -> Option<Ping> {
        self.dialling.ping()
    }

    /// Returns whether it answered when it was last dialled, and no connection came about.
    pub(crate) fn has_no_path(&self) -> bool {
        self.dialling.has_no_path()
    }

    /// Returns the Discovery IDs by which they are seen in the registries now.
    pub(crate) fn seen_as(&self) -> impl Iterator<Item = &str> {
        let entries = self.sighting.entries().iter();
        entries.map(|seen| seen.discovery_id.as_str())
    }

    /// Returns whether they are seen in a registry now.
    pub(crate) fn is_seen(&self) -> bool {
        !self.sighting.entries().is_empty()
    }

    /// Returns whether it may be dialled now.
    pub(super) fn is_wanted(&self) -> bool {
        let paused = self.record.preferences.paused && !self.is_seen();
        !self.is_blocked() && (!paused || self.dialling.is_pinging())
    }

    /// Returns whether it is waited for at a rendezvous: both want that, or the two may
    /// not know where the other is.
    pub(super) fn is_to_be_met(&self, now: Mono) -> bool {
        let away = !self.is_connected() && self.dialling.rests().is_none_or(|at| now >= at);
        let lost = self.awaits_card() || self.record.preferences.sought;
        let wanted = self.is_special() || lost && !self.is_blocked();
        wanted && away && !self.record.preferences.paused && !self.unfinished.unstored
    }

    /// Dials soon, whatever the back-off says.
    pub(super) fn hurry(&mut self, now: Mono) {
        if !self.is_connected() {
            self.dialling.hurry(now);
        }
    }

    pub(super) fn reach_after(&mut self, trigger: Trigger) {
        self.reach = after(self.reach, trigger);
    }

    pub(super) fn seen_at(&mut self, unix: UnixMillis) {
        self.record.last_seen = Some(unix);
    }

    /// Notes that the contact has proven to hold this key.
    pub(super) fn prove(&mut self, key: PublicKey) {
        self.identity = Some(key);
        self.record.identity = Some(key.encode());
    }

    /// Takes who introduces them now.
    pub(super) fn introduce_by(&mut self, by: ContactId, name: String) {
        if let Some(introduced) = &mut self.record.introduced {
            (introduced.by, introduced.name) = (by, name);
        }
    }

    /// Takes over the name that they give themselves.
    pub(super) fn take_new_name(&mut self) {
        if let Some(name) = self.record.new_name.take() {
            self.record.name = name;
        }
    }

    /// Takes the pair secret of another acceptance of the same person.
    pub(super) fn take_secret_of(&mut self, other: &Self) {
        self.pair_secret = other.pair_secret;
        self.record
            .pair_secret
            .clone_from(&other.record.pair_secret);
    }

    /// Takes where they are and how they call themselves. `uuid` is the one in the card. The name is
    /// shown, and counts only once the person takes it over: anybody can take anybody's name.
    pub(super) fn take_profile(&mut self, number: u64, name: String, card: &Card, uuid: [u8; 16]) {
        self.record.profile_number = number;
        self.record.card = Some(CardRecord {
            transport_id: card.transport_id.clone(),
            discovery_uuid: Secret(b64(&uuid)),
        });
        self.record.new_name = Some(name).filter(|name| *name != self.record.name);
        self.discovery_uuid = Some(uuid);
    }

    /// Takes the entries by which they are seen in the registries, and returns those of before.
    pub(super) fn see<'a>(&mut self, entries: impl Iterator<Item = &'a Entry>) -> Vec<Seen> {
        let seen = entries.map(|entry| {
            let sealed = entry.sealed_transport.as_deref();
            let opened = self
                .discovery_uuid
                .zip(sealed)
                .and_then(|(uuid, text)| crypto::open_transport(&uuid, &entry.discovery_id, text));
            Seen {
                discovery_id: entry.discovery_id.clone(),
                transport_id: opened.filter(|id| ids::is_transport_id(id)),
            }
        });
        let seen = seen.collect();
        self.sighting.set(seen)
    }

    /// Computes the safety number where it is missing and both keys are known.
    pub(super) fn compute_safety_number(&mut self, own: PublicKey, shown: &Key) {
        if let Some(identity) = self.identity
            && !self.safety.is_known()
        {
            self.safety = Safety::new(own, identity, &self.record.id, shown);
        }
    }
}
