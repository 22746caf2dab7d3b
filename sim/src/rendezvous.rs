//! The rendezvous points that each device holds, and which contacts it holds them for.

use crate::devices::Devices;
use mesh_chat::records::ContactRecord;
use mesh_chat::view::{Preferences, Reach, Special};
use std::collections::{BTreeMap, BTreeSet};

/// How long a point is held after there is nobody left to meet at it, in milliseconds.
const GIVEN_UP: u64 = 10_000;

/// Points for each contact that is waited for: the neighbouring slot counts near a boundary, and
/// the second Router ID where the holder of the first one does not answer.
const POINTS: usize = 2 * 2;

/// The points that devices hold.
#[derive(Debug, Default)]
pub struct Rendezvous {
    held: BTreeMap<usize, Held>,
}

#[derive(Debug, Default)]
struct Held {
    ids: BTreeSet<String>,
    /// When they were last not too many for the contacts that are waited for.
    needed: u64,
}

/// Whether an id is that of a rendezvous point.
#[must_use]
pub fn is_point(id: &str) -> bool {
    id.contains("-rendezvous-")
}

impl Rendezvous {
    /// A device asks for an id. Returns how many points it holds then.
    pub fn registers(&mut self, index: usize, id: &str) -> usize {
        let held = self.held.entry(index).or_default();
        held.ids.insert(id.to_owned());
        held.ids.len()
    }

    /// A device gives an id back, or does not get it.
    pub fn releases(&mut self, index: usize, id: &str) {
        if let Some(held) = self.held.get_mut(&index) {
            held.ids.remove(id);
        }
    }

    /// The process of a device has ended and holds nothing.
    pub fn ended(&mut self, index: usize) {
        self.held.remove(&index);
    }

    /// Returns the devices that have held points for nobody for too long, and how many.
    pub fn idle(&mut self, devices: &Devices, now: u64) -> Vec<(usize, usize)> {
        let mut idle = Vec::new();
        for (index, held) in &mut self.held {
            let waited_for = devices.ready(*index).map(|device| {
                let preferences = device
                    .view
                    .people
                    .values()
                    .flat_map(|person| &person.preferences);
                let special = preferences.filter(|preferences| is_waited_for(preferences));
                let lost = device.disk.contacts().filter(|contact| is_lost(contact));
                special.count() + lost.count()
            });
            if waited_for.is_none_or(|people| held.ids.len() <= POINTS * people) {
                held.needed = now;
            } else if now > held.needed + GIVEN_UP {
                held.needed = now;
                idle.push((*index, held.ids.len()));
            }
        }
        idle
    }
}

/// One may not know where the other is: after an acceptance until the first profile, and after
/// unblocking.
fn is_lost(contact: &ContactRecord) -> bool {
    let preferences = &contact.preferences;
    !preferences.blocked && (contact.card.is_none() || preferences.sought)
}

/// Both have switched Special contact on, and are not connected.
fn is_waited_for(preferences: &Preferences) -> bool {
    preferences.special == Special::On
        && !preferences.blocked
        && preferences.reach != Some(Reach::Connected)
}
