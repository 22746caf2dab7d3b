//! Devices that are recognised by somebody they have blocked, and since when.

use crate::devices::Devices;
use crate::ties::Ties;
use std::collections::BTreeMap;

/// How long it takes at most to store a new discoveryUUID, which a full disk did not take, in
/// milliseconds: it is tried again every 30 s.
const STORED: u64 = 45_000;

/// By the device and who recognises it: since when.
#[derive(Debug, Default)]
pub struct Recognised(BTreeMap<(usize, usize), u64>);

impl Recognised {
    /// Returns the devices that are recognised for too long, and who recognises them.
    pub fn late(&mut self, devices: &Devices, ties: &Ties, now: u64) -> Vec<(usize, usize)> {
        let known = |one: &usize| !ties.was_wiped(*one) && devices.ready(*one).is_some();
        let ones = devices.people().filter(known);
        let all = ones.flat_map(|one| devices.people().map(move |other| (one, other)));
        let found = all.filter(|(one, other)| {
            one != other && has_blocked(devices, *one, *other) && recognises(devices, *other, *one)
        });
        let before = std::mem::take(&mut self.0);
        self.0 = found
            .map(|pair| (pair, before.get(&pair).copied().unwrap_or(now)))
            .collect();
        let late = self.0.iter().filter(|(_, since)| now > **since + STORED);
        late.map(|(pair, _)| *pair).collect()
    }
}

fn has_blocked(devices: &Devices, one: usize, other: usize) -> bool {
    let contact = devices.contact(one, other);
    contact.is_some_and(|contact| contact.preferences.blocked)
}

fn recognises(devices: &Devices, one: usize, other: usize) -> bool {
    let known = devices.contact(one, other);
    let known = known.and_then(|contact| Some(&contact.card.as_ref()?.discovery_uuid));
    let device = devices.get(other);
    known.is_some() && known == device.and_then(|device| device.disk.discovery_uuid())
}
