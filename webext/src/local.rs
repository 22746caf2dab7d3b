//! Keys, contacts, requests and settings in `storage.local`: one JSON text for each record.
//!
//! An entry that cannot be read is damaged: it is reported and left where it is.

use crate::joining::{TASK, Task};
use ipc::ContactId;
use mesh_chat::config::Settings;
use mesh_chat::records::{
    AskedRecord, AvailabilityRecord, Change, ContactRecord, ImportRecord, InviteRecord,
    ProfileRecord, RequestRecord, Snapshot, TransferRecord,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

const PROFILE: &str = "profile";
const SETTINGS: &str = "settings";
const AVAILABILITY: &str = "availability";
const CONTACT: &str = "contact/";
const REQUEST: &str = "request/";
const INVITE: &str = "invite/";
const ASKED: &str = "asked/";
const TRANSFER: &str = "transfer/";

/// The version of every record that this program reads and writes.
const VERSION: u32 = 1;

/// What is stored.
#[derive(Debug, Default, PartialEq)]
pub struct Local {
    /// Everything that could be read; threads and outbox are not here.
    pub snapshot: Snapshot,
    /// Chats of backups that are to be joined first.
    pub tasks: Vec<Task>,
    /// Keys of what could not.
    pub damaged: Vec<String>,
}

/// The profile is there and cannot be read. Going on would make a new identity over it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the stored profile (name and identity) cannot be read: {0}. It has been left as it is, and \
     nothing runs until it is repaired or the extension's data is removed"
)]
pub struct ProfileDamaged(String);

/// Reads every entry of `storage.local`; keys that are not ours are ignored.
///
/// # Errors
/// Where the profile is damaged.
pub fn read(entries: &[(String, String)]) -> Result<Local, ProfileDamaged> {
    let mut local = Local::default();
    for (key, text) in entries {
        if key == PROFILE {
            let profile = profile(text).map_err(ProfileDamaged)?;
            local.snapshot.profile = Some(profile);
        } else if local.read_entry(key, text).is_none() {
            let contact = key.strip_prefix(CONTACT);
            let contact = contact.map(|id| ContactId(id.to_owned()));
            local.snapshot.damaged_contacts.extend(contact);
            local.damaged.push(key.clone());
        }
    }
    Ok(local)
}

fn profile(text: &str) -> Result<ProfileRecord, String> {
    let record: ProfileRecord = json::from_str(text).map_err(|error| error.to_string())?;
    if record.version == VERSION {
        Ok(record)
    } else {
        Err(format!("it has version {}", record.version))
    }
}

impl Local {
    fn read_entry(&mut self, key: &str, text: &str) -> Option<()> {
        if key == SETTINGS {
            match json::from_str::<Settings>(text) {
                Ok(settings) => self.snapshot.settings = settings,
                Err(error) => {
                    let reason = format!("the stored settings cannot be read: {error}");
                    self.snapshot.damaged_settings = Some(reason);
                    return None;
                }
            }
        } else if key == AVAILABILITY {
            let record =
                parsed(text).filter(|record: &AvailabilityRecord| record.version == VERSION);
            // Whoever may be off is sent nothing for by a record that cannot be read.
            self.snapshot.availability = Some(record.unwrap_or(AvailabilityRecord::UNREADABLE));
            record?;
        } else if key.starts_with(TASK) {
            let task: Task = parsed(text)?;
            (task.is_known() && task.key() == key).then_some(())?;
            self.tasks.push(task);
        } else if let Some(id) = key.strip_prefix(CONTACT) {
            let record: ContactRecord = parsed(text)?;
            (record.version == VERSION && record.id.0 == id).then_some(())?;
            self.snapshot.contacts.push(record);
        } else if let Some(id) = key.strip_prefix(REQUEST) {
            let record: RequestRecord = parsed(text)?;
            (record.version == VERSION && record.id.0 == id).then_some(())?;
            self.snapshot.requests.push(record);
        } else if let Some(id) = key.strip_prefix(INVITE) {
            let record: InviteRecord = parsed(text)?;
            (record.version == VERSION && record.id.0 == id).then_some(())?;
            self.snapshot.invites.push(record);
        } else if let Some(id) = key.strip_prefix(ASKED) {
            let record: AskedRecord = parsed(text)?;
            (record.version == VERSION && record.stranger == id).then_some(())?;
            self.snapshot.asked.push(record);
        } else if let Some(id) = key.strip_prefix(TRANSFER) {
            let record: TransferRecord = parsed(text)?;
            (record.version == VERSION && record.id.0 == id).then_some(())?;
            self.snapshot.transfers.push(record);
        }
        Some(())
    }
}

fn parsed<T: DeserializeOwned>(text: &str) -> Option<T> {
    json::from_str(text).ok()
}

/// Writes that go to `storage.local` together; the last one under a key counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Writes {
    /// JSON texts to set, by key.
    pub set: Vec<(String, String)>,
    /// Keys to remove.
    pub remove: Vec<String>,
}

impl Writes {
    /// Adds a change. Returns `false` where it does not belong here.
    ///
    /// # Errors
    /// Where the record has no JSON shape.
    pub fn add(&mut self, change: &Change) -> Result<bool, json::Error> {
        match change {
            Change::Profile(record) => self.set(PROFILE.to_owned(), record)?,
            Change::Settings(settings) => self.set(SETTINGS.to_owned(), settings)?,
            Change::Availability(record) => self.set(AVAILABILITY.to_owned(), record)?,
            Change::Contact(record) => self.set(format!("{CONTACT}{}", record.id.0), record)?,
            Change::Request(record) => self.set(format!("{REQUEST}{}", record.id.0), record)?,
            Change::ForgetContact(id) => self.remove(format!("{CONTACT}{}", id.0)),
            Change::ForgetRequest(id) => self.remove(format!("{REQUEST}{}", id.0)),
            Change::Invite(record) => self.set(format!("{INVITE}{}", record.id.0), record)?,
            Change::ForgetInvite(id) => self.remove(format!("{INVITE}{}", id.0)),
            Change::Asked(record) => self.set(format!("{ASKED}{}", record.stranger), record)?,
            Change::ForgetAsked(stranger) => self.remove(format!("{ASKED}{stranger}")),
            Change::Transfer(record) => self.set(format!("{TRANSFER}{}", record.id.0), record)?,
            Change::ForgetTransfer(id) => self.remove(format!("{TRANSFER}{}", id.0)),
            Change::Import(import) => self.import(import)?,
            Change::ForgetHistory(name) => self.remove(format!("{TASK}{name}")),
            Change::Thread(..) | Change::ForgetThread(_) => return Ok(false),
        }
        Ok(true)
    }

    fn import(&mut self, import: &ImportRecord) -> Result<(), json::Error> {
        self.set(PROFILE.to_owned(), &import.profile)?;
        if let Some(waiting) = &import.history {
            let task = Task::new(waiting.clone());
            self.set(task.key(), &task)?;
        }
        for record in &import.contacts {
            self.set(format!("{CONTACT}{}", record.id.0), record)?;
        }
        let contacts = import.forget_contacts.iter();
        let requests = import.forget_requests.iter();
        let invites = import.forget_invites.iter();
        contacts.for_each(|id| self.remove(format!("{CONTACT}{}", id.0)));
        requests.for_each(|id| self.remove(format!("{REQUEST}{}", id.0)));
        invites.for_each(|id| self.remove(format!("{INVITE}{}", id.0)));
        let asked = import.forget_asked.iter();
        asked.for_each(|stranger| self.remove(format!("{ASKED}{stranger}")));
        Ok(())
    }

    fn set(&mut self, key: String, record: &impl Serialize) -> Result<(), json::Error> {
        let text = json::to_string(record)?;
        self.forget(&key);
        self.set.push((key, text));
        Ok(())
    }

    fn remove(&mut self, key: String) {
        self.forget(&key);
        self.remove.push(key);
    }

    fn forget(&mut self, key: &str) {
        self.remove.retain(|removed| removed != key);
        self.set.retain(|(set, _)| set != key);
    }
}

#[cfg(test)]
mod tests;
