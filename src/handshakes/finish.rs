//! What a verified proof makes of a provisional contact.

use super::acceptance::Finished;
use super::book::Saved;
use crate::clock::{Mono, Now};
use crate::crypto::PublicKey;
use crate::encoding::{b64, unb64};
use crate::ids;
use crate::misbehaviour::Fault;
use crate::records::{CareRecord, ContactRecord, Secret};
use crate::wire::{Card, Proof};

/// A contact with a proven key, or a blocked one.
#[derive(Debug)]
pub(super) enum Outcome {
    /// To be stored.
    Finished(Finished),
    /// The key is that of a blocked contact, and stays so.
    Blocked(Finished),
}

/// Returns a contact of whom nothing is known but a name and the pair secret.
pub(super) fn provisional(
    id: crate::values::ContactId,
    name: &str,
    pair_secret: &crate::crypto::Key,
    unix: u64,
) -> ContactRecord {
    ContactRecord {
        version: 1,
        id,
        identity: None,
        name: name.to_owned(),
        transport_id: String::new(),
        discovery_uuid: None,
        profile_number: 0,
        pair_secret: Secret(b64(pair_secret)),
        last_seen: Some(unix),
        preferences: CareRecord::default(),
    }
}

/// Completes a provisional contact with its key and card. Where a contact with this key was saved
/// before the new pair secret, that one is renewed. `opened` is when the connection was opened.
pub(super) fn finish(
    fresh: &ContactRecord,
    key: PublicKey,
    card: &Card,
    confirm: Option<Proof>,
    saved: Option<Saved>,
    opened: Option<Mono>,
    now: Now,
) -> Result<Outcome, Fault> {
    let uuid: [u8; 16] = unb64(&card.discovery_uuid).ok_or(Fault::Malformed("discoveryUUID"))?;
    if !ids::is_transport_id(&card.transport_id) {
        return Err(Fault::Malformed("transportID"));
    }
    let mut contact = fresh.clone();
    let replaces = saved.as_ref().map(|_| fresh.id.clone());
    if let Some(Saved {
        record,
        accepted_at,
    }) = saved
    {
        // Both asked, and the connection of the second acceptance opened before the first was
        // finished: both sides keep the smaller secret. A later acceptance replaces.
        let at_once = opened
            .zip(accepted_at)
            .is_some_and(|(opened, at)| opened < at);
        if at_once && is_smaller(&record.pair_secret, &fresh.pair_secret) {
            contact.pair_secret = record.pair_secret;
        }
        contact.id = record.id;
        contact.preferences = record.preferences;
        contact.name = record.name;
    }
    contact.identity = Some(key.encode());
    contact.transport_id.clone_from(&card.transport_id);
    contact.discovery_uuid = Some(Secret(b64(&uuid)));
    contact.last_seen = Some(now.unix);
    let blocked = contact.preferences.blocked;
    let finished = Finished {
        contact,
        accepted_at: now.mono,
        confirm,
        replaces,
    };
    Ok(if blocked {
        Outcome::Blocked(finished)
    } else {
        Outcome::Finished(finished)
    })
}

/// Compares the bytes, not their base64url text, whose order is another.
fn is_smaller(one: &Secret, other: &Secret) -> bool {
    let bytes = |secret: &Secret| unb64::<32>(&secret.0);
    bytes(one) < bytes(other)
}
