//! All devices: first those of the people, then those of hostile peers.

use crate::device::{Device, Process};
use crate::names::anybody;
use mesh_chat::records::ContactRecord;
use mesh_chat::view::{Person, PersonId};
use std::ops::Range;

/// All devices, by their number.
#[derive(Debug)]
pub struct Devices {
    all: Vec<Device>,
    people: usize,
}

impl Devices {
    /// The devices of people.
    #[must_use]
    pub fn new(people: Vec<Device>) -> Self {
        Self {
            people: people.len(),
            all: people,
        }
    }

    /// Adds the device of a hostile peer and returns its number.
    pub fn add_hostile(&mut self, device: Device) -> usize {
        self.all.push(device);
        self.all.len() - 1
    }

    /// Returns the numbers of people's devices.
    #[must_use]
    pub fn people(&self) -> Range<usize> {
        0..self.people
    }

    /// Returns the numbers of hostile peers' devices.
    #[must_use]
    pub fn hostile(&self) -> Range<usize> {
        self.people..self.all.len()
    }

    /// Whether a device is a person's.
    #[must_use]
    pub fn is_person(&self, index: usize) -> bool {
        index < self.people
    }

    /// Returns how many devices there are.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "no world is without devices")]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Returns a device.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Device> {
        self.all.get(index)
    }

    /// Returns a device, to change it.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut Device> {
        self.all.get_mut(index)
    }

    /// Returns the process that runs on a device.
    pub fn process(&mut self, index: usize) -> Option<&mut Process> {
        self.all.get_mut(index)?.process.as_mut()
    }

    /// Returns all devices in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &Device> {
        self.all.iter()
    }

    /// Returns the home that a device is in.
    #[must_use]
    pub fn home(&self, index: usize) -> Option<usize> {
        self.get(index).map(|device| device.home)
    }

    /// Whether a device is on, awake and on a network.
    #[must_use]
    pub fn is_up(&self, index: usize) -> bool {
        self.get(index).is_some_and(Device::is_up)
    }

    /// Returns a device that is up and whose disk takes what is written.
    #[must_use]
    pub fn ready(&self, index: usize) -> Option<&Device> {
        self.get(index)
            .filter(|device| device.is_up() && device.stores())
    }

    /// Whether a process of this generation runs on a device.
    #[must_use]
    pub fn runs(&self, index: usize, generation: u64) -> bool {
        let device = self.get(index);
        device.is_some_and(|d| d.generation == generation && d.process.is_some())
    }

    /// Returns the contacts that are saved on a device.
    pub fn contacts(&self, index: usize) -> impl Iterator<Item = &ContactRecord> {
        self.get(index)
            .into_iter()
            .flat_map(|device| device.disk.contacts())
    }

    /// Returns whom a person sees in the lists.
    pub fn people_seen(&self, index: usize) -> impl Iterator<Item = &Person> {
        let device = self.get(index).into_iter();
        device.flat_map(|device| device.view.people.values())
    }

    /// Returns the finished contact that one has of another.
    #[must_use]
    pub fn contact(&self, one: usize, other: usize) -> Option<&ContactRecord> {
        let mut contacts = self
            .contacts(one)
            .filter(|contact| contact.identity.is_some());
        contacts.find(|contact| anybody(&contact.name) == Some(other))
    }

    /// Returns a contact as its person sees it.
    #[must_use]
    pub fn shown(&self, one: usize, contact: &ContactRecord) -> Option<&Person> {
        let id = PersonId::Contact(contact.id.clone());
        self.get(one)?.view.people.get(&id)
    }
}
