//! The storage of devices: what became durable, and what a restart makes of it.

use super::World;
use mesh_chat::node::{Input, LoadId, StoreId};
use mesh_chat::records::{Change, MessageRecord, Query, Snapshot, ThreadRecord};
use mesh_chat::view::ContactId;
use std::collections::BTreeMap;

impl World {
    pub(super) fn store(&mut self, device: usize, id: StoreId, change: Change) {
        if let Some(slow) = &mut self.devices[device].slow {
            return slow.push((id, change));
        }
        let device_of = &mut self.devices[device];
        let refuses = device_of.refuses_write();
        if !refuses {
            device_of.stored.push(change);
        }
        let result = if refuses {
            Err("the disk is full".to_owned())
        } else if device_of.doubts {
            Err("the disk says that it failed".to_owned())
        } else {
            Ok(())
        };
        self.queue.push_back((device, Input::Stored(id, result)));
    }

    pub(super) fn load(&mut self, device: usize, id: LoadId, query: &Query) {
        let messages = stored_messages(&self.devices[device].stored, query.contact());
        let found = query.answer(messages.iter());
        self.queue.push_back((device, Input::Loaded(id, Ok(found))));
    }

    /// Makes every write of a device fail from now on.
    pub(crate) fn fill_disk(&mut self, device: usize) {
        self.devices[device].disk_full = true;
    }

    /// Makes the disk of a device say of every write that it has failed, while something is done. It
    /// has done them all the same.
    pub(crate) fn while_doubting(&mut self, device: usize, action: impl FnOnce(&mut Self)) {
        self.devices[device].doubts = true;
        action(self);
        self.devices[device].doubts = false;
    }

    /// Makes one write of a device fail, after so many that succeed.
    pub(crate) fn fail_write(&mut self, device: usize, after: usize) {
        self.devices[device].fails_after = Some(after);
    }

    /// Does something while every write of a device is under way, and lets them end then.
    pub(crate) fn while_writing(&mut self, device: usize, action: impl FnOnce(&mut Self)) {
        self.devices[device].slow = Some(Vec::new());
        action(self);
        let slow = self.devices[device].slow.take();
        for (id, change) in slow.into_iter().flatten() {
            self.store(device, id, change);
        }
        self.run();
    }

    /// Makes writes of a device succeed again.
    pub(crate) fn free_disk(&mut self, device: usize) {
        self.devices[device].disk_full = false;
    }

    /// Returns everything a device has stored, in order.
    pub(crate) fn stored(&self, device: usize) -> &[Change] {
        &self.devices[device].stored
    }

    /// Returns a copy of a device's disk as it is now, for [`World::start_from`].
    pub(crate) fn copy_disk(&self, device: usize) -> Vec<Change> {
        self.devices[device].stored.clone()
    }

    /// Starts a device from a disk. Returns it.
    pub(crate) fn start_from(&mut self, address: &'static str, disk: Vec<Change>) -> usize {
        self.start_with(address, snapshot_of(&disk), disk)
    }

    /// Ends somebody's browser and starts it again with this disk. Returns the new device.
    pub(crate) fn go_back(&mut self, device: usize, disk: Vec<Change>) -> usize {
        self.kill(device);
        self.start_from(self.devices[device].address, disk)
    }

    /// Opens a chat in a view, which reads the stored messages.
    pub(crate) fn open_chat(&mut self, device: usize, with: &str) {
        let contact = self.contact(device, with);
        let device = &mut self.devices[device];
        let records = stored_messages(&device.stored, &contact);
        for record in &records {
            let answered = records
                .iter()
                .find(|answered| record.answers() == Some(&answered.id));
            if let Some(message) = device.node.shown(record, answered) {
                device.show_message(message);
            }
        }
    }

    /// Returns the stored messages of a chat.
    pub(crate) fn records(&self, device: usize, with: &str) -> Vec<MessageRecord> {
        stored_messages(&self.devices[device].stored, &self.contact(device, with))
    }

    /// Returns the stored messages of the chat with this contact.
    pub(crate) fn records_of(&self, device: usize, contact: &ContactId) -> Vec<MessageRecord> {
        stored_messages(&self.devices[device].stored, contact)
    }

    /// Returns what a device would find in its storage at the next start.
    pub(crate) fn snapshot(&self, device: usize) -> Snapshot {
        snapshot_of(&self.devices[device].stored)
    }
}

fn snapshot_of(stored: &[Change]) -> Snapshot {
    let mut disk = Disk::default();
    for change in stored {
        disk.apply(change.clone());
    }
    disk.read()
}

fn stored_messages(stored: &[Change], contact: &ContactId) -> Vec<MessageRecord> {
    let mut records = Vec::new();
    for change in stored {
        match change {
            Change::Thread(head, new) if head.contact == *contact => {
                records.retain(|record: &MessageRecord| is_before(record, head, new));
                records.extend(new.iter().cloned());
            }
            Change::ForgetThread(of) if of == contact => records.clear(),
            _ => {}
        }
    }
    records.sort_by_key(|record| record.message.number);
    records
}

/// Returns whether a message stays where the chat is written with this head and these messages.
fn is_before(record: &MessageRecord, head: &ThreadRecord, new: &[MessageRecord]) -> bool {
    let number = record.message.number;
    (head.begins..head.next_number).contains(&number)
        && new.iter().all(|new| new.message.number != number)
}

/// What is left after a series of writes.
#[derive(Default)]
struct Disk {
    /// All but contacts, threads and messages.
    snapshot: Snapshot,
    contacts: BTreeMap<ContactId, mesh_chat::records::ContactRecord>,
    threads: BTreeMap<ContactId, ThreadRecord>,
    messages: Vec<MessageRecord>,
}

impl Disk {
    fn apply(&mut self, change: Change) {
        let Snapshot {
            profile,
            settings,
            availability,
            invites,
            requests,
            asked,
            transfers,
            ..
        } = &mut self.snapshot;
        match change {
            Change::Profile(new) => *profile = Some(new),
            Change::Settings(new) => *settings = new,
            Change::Availability(new) => *availability = Some(new),
            Change::Contact(new) => drop(self.contacts.insert(new.id.clone(), new)),
            Change::ForgetContact(id) => drop(self.contacts.remove(&id)),
            Change::Asked(new) => {
                asked.retain(|asked| asked.stranger != new.stranger);
                asked.push(new);
            }
            Change::ForgetAsked(id) => asked.retain(|asked| asked.stranger != id),
            Change::Invite(new) => {
                invites.retain(|invite| invite.id != new.id);
                invites.push(new);
            }
            Change::ForgetInvite(id) => invites.retain(|invite| invite.id != id),
            Change::Request(new) => {
                requests.retain(|request| request.id != new.id);
                requests.push(new);
            }
            Change::Transfer(new) => {
                transfers.retain(|transfer| transfer.id != new.id);
                transfers.push(new);
            }
            Change::ForgetTransfer(id) => transfers.retain(|transfer| transfer.id != id),
            Change::ForgetRequest(id) => requests.retain(|request| request.id != id),
            // A test joins the chats itself.
            Change::ForgetHistory(_) => {}
            Change::Import(import) => {
                *profile = Some(import.profile);
                invites.retain(|invite| !import.forget_invites.contains(&invite.id));
                requests.retain(|request| !import.forget_requests.contains(&request.id));
                asked.retain(|asked| !import.forget_asked.contains(&asked.stranger));
                self.contacts
                    .retain(|id, _| !import.forget_contacts.contains(id));
                for new in import.contacts {
                    self.contacts.insert(new.id.clone(), new);
                }
            }
            Change::Thread(head, new) => {
                let other = |record: &MessageRecord| record.message.contact != head.contact;
                self.messages
                    .retain(|record| other(record) || is_before(record, &head, &new));
                self.threads.insert(head.contact.clone(), head);
                self.messages.extend(new);
            }
            Change::ForgetThread(id) => {
                self.threads.remove(&id);
                self.messages.retain(|record| record.message.contact != id);
            }
        }
    }

    /// Returns what a start needs: of the messages only those not known to be delivered.
    fn read(mut self) -> Snapshot {
        self.messages.retain(|record| {
            let head = self.threads.get(&record.message.contact);
            head.is_some_and(|head| head.awaits(record))
        });
        Snapshot {
            contacts: self.contacts.into_values().collect(),
            threads: self.threads.into_values().collect(),
            outbox: self.messages,
            ..self.snapshot
        }
    }
}
