//! The person on this device, once they have joined.

use crate::clock::UnixMillis;
use crate::crypto::{self, Identity, Key, PublicKey};
use crate::encoding::{b64, unb64};
use crate::ids;
use crate::records::{FormerRecord, ProfileRecord, Secret};
use crate::wire::Card;
use std::fmt;

/// Oneself: the stored profile, and what is made of it once.
pub(crate) struct Me {
    record: ProfileRecord,
    identity: Identity,
    discovery_uuid: [u8; 16],
}

impl fmt::Debug for Me {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Me(…)")
    }
}

impl Me {
    /// Reads a stored profile. Returns `None` where its secrets cannot be read.
    pub(crate) fn restore(record: ProfileRecord) -> Option<Self> {
        let identity = Identity::from_bytes(&unb64(&record.identity.0)?)?;
        let discovery_uuid = unb64(&record.discovery_uuid.0)?;
        ids::transport_uuid(&record.transport_id)?;
        Some(Self {
            record,
            identity,
            discovery_uuid,
        })
    }

    pub(crate) fn record(&self) -> &ProfileRecord {
        &self.record
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    pub(crate) fn public_key(&self) -> PublicKey {
        self.identity.public()
    }

    pub(crate) fn name(&self) -> &str {
        &self.record.name
    }

    pub(crate) fn transport_id(&self) -> &str {
        &self.record.transport_id
    }

    pub(crate) fn discovery_uuid(&self) -> [u8; 16] {
        self.discovery_uuid
    }

    /// Returns the Transport ID before this one, while it is held.
    pub(crate) fn former(&self) -> Option<&FormerRecord> {
        self.record.former.as_ref()
    }

    /// Returns where contacts find this device.
    pub(crate) fn card(&self) -> Card {
        Card {
            transport_id: self.record.transport_id.clone(),
            discovery_uuid: b64(&self.discovery_uuid),
        }
    }

    pub(crate) fn move_to(&mut self, transport_id: &str) {
        transport_id.clone_into(&mut self.record.transport_id);
    }

    /// Takes a new card. The Transport ID so far is held until a moment.
    pub(crate) fn renew_card(&mut self, transport_id: String, fresh: [u8; 16], until: UnixMillis) {
        self.discovery_uuid = fresh;
        self.record.discovery_uuid = Secret(b64(&fresh));
        let transport_id = std::mem::replace(&mut self.record.transport_id, transport_id);
        self.record.former = Some(FormerRecord {
            transport_id,
            until,
            number: self.record.profile_number + 1,
        });
    }

    /// Holds the former Transport ID until a moment at the latest. Returns whether that is sooner.
    pub(crate) fn bound_former(&mut self, latest: UnixMillis) -> bool {
        let former = self.record.former.as_mut().filter(|f| f.until > latest);
        former.map(|former| former.until = latest).is_some()
    }

    pub(crate) fn forget_former(&mut self) {
        self.record.former = None;
    }

    pub(crate) fn rename(&mut self, name: String, at: UnixMillis) {
        self.record.name = name;
        self.record.named_at = at;
    }

    /// Returns what the tokens are made of that this device shows with safety numbers: other ones after each start.
    pub(crate) fn shown(&self) -> Key {
        let number = self.record.profile_number.to_be_bytes();
        let identity = self.record.identity.0.as_bytes();
        crypto::hmac(identity, &[b"meshchat/1 safety token", &number])
    }

    /// Numbers the profile anew: contacts take only a higher number.
    pub(crate) fn number(&mut self, number: u64) {
        self.record.profile_number = number;
    }
}
