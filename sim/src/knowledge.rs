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

/// A secret is a word of so many characters: 16 bytes in base64url, or `myapp-` and a uuid.
const LENGTHS: [usize; 2] = [22, 42];

/// Which device got which secret of whom.
#[derive(Debug, Default)]
pub struct Knowledge {
    /// Every secret there ever was, its number, and whose it is.
    owners: BTreeMap<String, (usize, usize)>,
    /// All secrets, by their number.
    secrets: Vec<String>,
    /// By the device that got it in a frame: the numbers of secrets.
    known: BTreeSet<(usize, usize)>,
    /// What somebody knows who may not know it, and since when.
    leaked: BTreeMap<(usize, usize), u64>,
    /// Leaks that were returned.
    told: BTreeSet<(usize, usize)>,
}

impl Knowledge {
    /// Follows what a device stores: from then on it may tell its new secrets.
    pub fn stores(&mut self, index: usize, change: &Change) {
        let profile = match change {
            Change::Profile(profile) => Some(profile),
            Change::Import(import) => Some(&import.profile),
            Change::Settings(_)
            | Change::Availability(_)
            | Change::Contact(_)
            | Change::ForgetContact(_)
            | Change::Request(_)
            | Change::ForgetRequest(_)
            | Change::Invite(_)
            | Change::ForgetInvite(_)
            | Change::Asked(_)
            | Change::ForgetAsked(_)
            | Change::Thread(..)
            | Change::Transfer(_)
            | Change::ForgetTransfer(_)
            | Change::ForgetHistory(_)
            | Change::ForgetThread(_) => None,
        };
        if let Some(profile) = profile {
            for secret in [&profile.discovery_uuid.0, &profile.transport_id] {
                debug_assert!(LENGTHS.contains(&secret.len()), "a secret of another form");
                if !self.owners.contains_key(secret) {
                    let owned = (self.secrets.len(), index);
                    self.owners.insert(secret.clone(), owned);
                    self.secrets.push(secret.clone());
                }
            }
        }
    }

    /// Follows a frame that reaches a device.
    pub fn hears(&mut self, index: usize, frame: &[u8]) {
        let of_a_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let words = frame.split(|byte| !of_a_word(byte));
        for word in words.filter(|word| LENGTHS.contains(&word.len())) {
            let word = std::str::from_utf8(word).unwrap_or_default();
            let others = |(_, owner): &&(usize, usize)| *owner != index;
            if let Some((secret, _)) = self.owners.get(word).filter(others) {
                self.known.insert((index, *secret));
            }
        }
    }

    /// Returns who has known for too long how to find whom, without being a contact. Each secret is
    /// returned once.
    pub fn late(&mut self, devices: &Devices, ties: &Ties, now: u64) -> Vec<(usize, usize)> {
        let owners = devices.people().filter(|owner| !ties.was_wiped(*owner));
        // The secrets of now, and whom each leads to.
        let now_valid: BTreeMap<usize, usize> = owners
            .flat_map(|owner| leading_to(devices, owner).map(move |secret| (secret, owner)))
            .filter_map(|(secret, owner)| {
                let (number, first) = self.owners.get(secret)?;
                (*first == owner).then_some((*number, owner))
            })
            .collect();
        let leaks = self.known.iter().filter(|(index, secret)| {
            let owner = now_valid.get(secret);
            owner.is_some_and(|owner| !may_know(devices, *owner, *index))
        });
        let before = std::mem::take(&mut self.leaked);
        self.leaked = leaks
            .map(|leak| (*leak, before.get(leak).copied().unwrap_or(now)))
            .collect();
        let late = self
            .leaked
            .iter()
            .filter(|(_, since)| now > **since + STORED);
        let late: Vec<_> = late.map(|(leak, _)| *leak).collect();
        let news = late.into_iter().filter(|leak| self.told.insert(*leak));
        let pair = |(index, number): (usize, usize)| {
            let (_, owner) = self.owners.get(self.secrets.get(number)?)?;
            Some((index, *owner))
        };
        news.filter_map(pair).collect()
    }
}

/// Returns the secrets by which somebody is found now.
fn leading_to(devices: &Devices, owner: usize) -> impl Iterator<Item = &str> {
    let disk = devices.ready(owner).map(|device| &device.disk);
    let uuid = disk.and_then(|disk| disk.discovery_uuid());
    let uuid = uuid.map(|uuid| uuid.0.as_str());
    let address = disk.and_then(|disk| disk.transport_id());
    [uuid, address].into_iter().flatten()
}

/// Whether a person has the one of another device as a contact.
fn may_know(devices: &Devices, owner: usize, index: usize) -> bool {
    let contact = devices.contact(owner, index);
    contact.is_some_and(|contact| !contact.preferences.blocked)
}
