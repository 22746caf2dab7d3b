//! Who knows what: the secrets of people that the frames brought to each device, and which of them
//! lead to their owner now.
//!
//! A secret is a discoveryUUID or a Transport ID. Who has one finds its owner on any network, and
//! sees when its owner is there. So a device may have the ones of now only while their owner has its
//! person as a contact.
//!
//! Not counted: what a dial shows to the one who is dialled, as the signalling server attests it; and
//! invites, which people hand over by other ways.

use crate::devices::Devices;
use crate::ties::Ties;
use mesh_chat::records::Change;
use std::collections::{BTreeMap, BTreeSet};

/// How long it takes at most to make and store new secrets, which a full disk did not take, in
/// milliseconds: it is tried again every 30 s.
const STORED: u64 = 45_000;

/// A secret is a word of at least this many characters: 16 bytes in base64url.
const SHORTEST: usize = 22;

/// Which device got which secret of whom.
#[derive(Debug, Default)]
pub struct Knowledge {
    /// Every secret there ever was, and whose it is.
    owners: BTreeMap<String, usize>,
    /// By the device that got it in a frame.
    known: BTreeSet<(usize, String)>,
    /// What somebody knows who may not know it, and since when.
    leaked: BTreeMap<(usize, String), u64>,
    /// Leaks that were returned.
    told: BTreeSet<(usize, String)>,
}

impl Knowledge {
    /// Follows what a device stores: from then on it may tell its new secrets.
    pub fn stores(&mut self, index: usize, change: &Change) {
        let profile = match change {
            Change::Profile(profile) => Some(profile),
            Change::Import(import) => Some(&import.profile),
            Change::Settings(_)
            | Change::Contact(_)
            | Change::ForgetContact(_)
            | Change::Request(_)
            | Change::ForgetRequest(_)
            | Change::Invite(_)
            | Change::ForgetInvite(_)
            | Change::Thread(..)
            | Change::ForgetThread(_) => None,
        };
        if let Some(profile) = profile {
            for secret in [&profile.discovery_uuid.0, &profile.transport_id] {
                self.owners.entry(secret.clone()).or_insert(index);
            }
        }
    }

    /// Follows a frame that reaches a device.
    pub fn hears(&mut self, index: usize, frame: &[u8]) {
        let of_a_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let words = frame.split(|byte| !of_a_word(byte));
        for word in words.filter(|word| word.len() >= SHORTEST) {
            let word = std::str::from_utf8(word).unwrap_or_default();
            if self.owners.get(word).is_some_and(|owner| *owner != index) {
                self.known.insert((index, word.to_owned()));
            }
        }
    }

    /// Returns who has known for too long how to find whom, without being a contact. Each secret is
    /// returned once.
    pub fn late(&mut self, devices: &Devices, ties: &Ties, now: u64) -> Vec<(usize, usize)> {
        let leaks = self.known.iter().filter(|(index, secret)| {
            let owner = self.owners.get(secret);
            owner.is_some_and(|owner| leads_to(devices, *owner, secret))
                && owner.is_some_and(|owner| !ties.was_wiped(*owner))
                && owner.is_some_and(|owner| !may_know(devices, *owner, *index))
        });
        let before = std::mem::take(&mut self.leaked);
        self.leaked = leaks
            .map(|leak| (leak.clone(), before.get(leak).copied().unwrap_or(now)))
            .collect();
        let late = self
            .leaked
            .iter()
            .filter(|(_, since)| now > **since + STORED);
        let late: Vec<_> = late.map(|(leak, _)| leak.clone()).collect();
        let news = late
            .into_iter()
            .filter(|leak| self.told.insert(leak.clone()));
        let pair = |(index, secret)| Some((index, *self.owners.get(&secret)?));
        news.filter_map(pair).collect()
    }
}

/// Whether a secret is one that its owner is found by now.
fn leads_to(devices: &Devices, owner: usize, secret: &str) -> bool {
    let Some(device) = devices.ready(owner) else {
        return false;
    };
    let uuid = device.disk.discovery_uuid().map(|uuid| uuid.0.as_str());
    uuid == Some(secret) || device.disk.transport_id() == Some(secret)
}

/// Whether a person has the one of another device as a contact.
fn may_know(devices: &Devices, owner: usize, index: usize) -> bool {
    let contact = devices.contact(owner, index);
    contact.is_some_and(|contact| !contact.preferences.blocked)
}
