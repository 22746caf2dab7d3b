//! What is durable on a device.

use crate::names::anybody;
use mesh_chat::records::{
    AskedRecord, AvailabilityRecord, Change, ContactRecord, IntroductionRecord, InviteRecord,
    MessageRecord, Origin, ProfileRecord, Query, RequestRecord, RuleRecord, Secret, Snapshot,
    ThreadRecord, TransferRecord,
};
use mesh_chat::view::{ContactId, InviteId, RequestId, TransferId};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

/// The storage of one device.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    profile: Option<ProfileRecord>,
    settings: mesh_chat::config::Settings,
    availability: Option<AvailabilityRecord>,
    contacts: BTreeMap<ContactId, ContactRecord>,
    requests: BTreeMap<RequestId, RequestRecord>,
    invites: BTreeMap<InviteId, InviteRecord>,
    asked: BTreeMap<String, AskedRecord>,
    transfers: BTreeMap<TransferId, TransferRecord>,
    /// The hashes of the pieces of files that come, which are in a store of their own, and which of these are saved.
    pieces: BTreeMap<TransferId, Vec<[u8; 32]>>,
    saved: BTreeSet<TransferId>,
    threads: BTreeMap<ContactId, ThreadRecord>,
    messages: BTreeMap<(ContactId, u64), MessageRecord>,
    /// The messages as they were first written.
    first: BTreeMap<(ContactId, u64), MessageRecord>,
}

/// Returns a write in words, for `--tell`: of a contact, which pair secret it has.
#[must_use]
pub fn describe(change: &Change) -> String {
    match change {
        Change::Contact(record) => {
            let secret: String = record.pair_secret.0.chars().take(6).collect();
            let (name, preferences) = (&record.name, &record.preferences);
            let known = if record.identity.is_some() {
                ""
            } else {
                ", unfinished,"
            };
            format!("contact {name}{known} of secret {secret}, {preferences:?}")
        }
        Change::ForgetContact(id) => format!("no contact {id:?}"),
        Change::Profile(_)
        | Change::Settings(_)
        | Change::Availability(_)
        | Change::Request(_)
        | Change::ForgetRequest(_)
        | Change::Invite(_)
        | Change::ForgetInvite(_)
        | Change::Asked(_)
        | Change::ForgetAsked(_)
        | Change::Import(_)
        | Change::ForgetHistory(_)
        | Change::Thread(..)
        | Change::Transfer(_)
        | Change::ForgetTransfer(_)
        | Change::ForgetThread(_) => String::new(),
    }
}

impl Disk {
    /// Makes a write durable.
    pub fn write(&mut self, change: Change) {
        match change {
            Change::Profile(record) => self.profile = Some(record),
            Change::Settings(settings) => self.settings = settings,
            Change::Availability(record) => self.availability = Some(record),
            Change::Contact(record) => drop(self.contacts.insert(record.id.clone(), record)),
            Change::ForgetContact(id) => drop(self.contacts.remove(&id)),
            Change::Request(record) => drop(self.requests.insert(record.id.clone(), record)),
            Change::ForgetRequest(id) => drop(self.requests.remove(&id)),
            Change::Invite(record) => drop(self.invites.insert(record.id.clone(), record)),
            Change::ForgetInvite(id) => drop(self.invites.remove(&id)),
            Change::Asked(record) => drop(self.asked.insert(record.stranger.clone(), record)),
            Change::ForgetAsked(stranger) => drop(self.asked.remove(&stranger)),
            Change::Transfer(record) => drop(self.transfers.insert(record.id.clone(), record)),
            Change::ForgetTransfer(id) => drop(self.transfers.remove(&id)),
            // The simulation imports without chats.
            Change::ForgetHistory(_) => {}
            Change::Import(import) => {
                self.profile = Some(import.profile);
                for record in import.contacts {
                    self.contacts.insert(record.id.clone(), record);
                }
                for id in import.forget_contacts {
                    self.contacts.remove(&id);
                }
                for id in import.forget_requests {
                    self.requests.remove(&id);
                }
                for id in import.forget_invites {
                    self.invites.remove(&id);
                }
                for stranger in import.forget_asked {
                    self.asked.remove(&stranger);
                }
            }
            Change::ForgetThread(id) => {
                self.threads.remove(&id);
                self.messages.retain(|(contact, _), _| *contact != id);
            }
            Change::Thread(head, records) => {
                self.end_before(&head.contact, head.next_number);
                self.begin_with(&head.contact, head.begins);
                for record in records {
                    let key = (record.message.contact.clone(), record.message.number);
                    let first = self.first.entry(key.clone()).or_insert(record.clone());
                    if first.id != record.id {
                        first.clone_from(&record);
                    }
                    self.messages.insert(key, record);
                }
                self.threads.insert(head.contact.clone(), head);
            }
        }
    }

    /// Removes the messages of a chat from this number on.
    fn end_before(&mut self, contact: &ContactId, number: u64) {
        let behind = (contact.clone(), number)..=(contact.clone(), u64::MAX);
        let behind: Vec<_> = self
            .messages
            .range(behind)
            .map(|(key, _)| key.clone())
            .collect();
        behind
            .iter()
            .for_each(|key| drop(self.messages.remove(key)));
    }

    /// Removes the messages of a chat before this number.
    fn begin_with(&mut self, contact: &ContactId, number: u64) {
        self.messages
            .retain(|(of, at), _| of != contact || *at >= number);
    }

    /// Returns what the next process starts from.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let awaits = |record: &&MessageRecord| {
            let head = self.threads.get(&record.message.contact);
            head.is_some_and(|head| head.awaits(record))
        };
        Snapshot {
            profile: self.profile.clone(),
            settings: self.settings.clone(),
            availability: self.availability,
            damaged_settings: None,
            contacts: self.contacts.values().cloned().collect(),
            damaged_contacts: Vec::new(),
            requests: self.requests.values().cloned().collect(),
            invites: self.invites.values().cloned().collect(),
            asked: self.asked.values().cloned().collect(),
            transfers: self.transfers.values().cloned().collect(),
            threads: self.threads.values().cloned().collect(),
            outbox: self.messages.values().filter(awaits).cloned().collect(),
        }
    }

    /// Returns the hashes of the pieces of a file that are here, of which so many may stay.
    pub fn pieces(&mut self, file: &TransferId, most: u64) -> &[[u8; 32]] {
        let Some(pieces) = self.pieces.get_mut(file) else {
            return &[];
        };
        pieces.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        pieces
    }

    /// Keeps a piece of a file. Returns whether it is the next one.
    pub fn write_piece(&mut self, file: TransferId, number: u64, hash: [u8; 32]) -> bool {
        let pieces = self.pieces.entry(file).or_default();
        let is_next = pieces.len() as u64 == number;
        if is_next {
            pieces.push(hash);
        }
        is_next
    }

    /// Loses what may be lost in a crash: so many pieces at the end of a file are something else, unless it is stored that
    /// all of it was flushed.
    pub fn crash(&mut self, mut garbled: impl FnMut() -> usize) {
        for (id, pieces) in &mut self.pieces {
            if self.transfers.get(id).is_none_or(|record| !record.whole) {
                let last = pieces.iter_mut().rev().take(garbled());
                last.for_each(|hash| *hash = [0; 32]);
            }
        }
    }

    /// Hands a file to the downloads: of its pieces only a mark is left. Returns them.
    pub fn save(&mut self, file: TransferId) -> Vec<[u8; 32]> {
        let pieces = self.pieces.remove(&file).unwrap_or_default();
        self.saved.insert(file);
        pieces
    }

    /// Whether a file was saved, and its mark is left.
    #[must_use]
    pub fn is_saved(&self, file: &TransferId) -> bool {
        self.saved.contains(file)
    }

    /// Removes what is here of a file.
    pub fn drop_pieces(&mut self, file: &TransferId) {
        self.pieces.remove(file);
        self.saved.remove(file);
    }

    /// Returns what is stored of a file.
    #[must_use]
    pub fn transfer(&self, file: &TransferId) -> Option<&TransferRecord> {
        self.transfers.get(file)
    }

    /// Reads messages.
    #[must_use]
    pub fn load(&self, query: &Query) -> Vec<MessageRecord> {
        query.answer(self.chat(query.contact()))
    }

    /// Returns the messages of a chat in their order.
    pub fn chat(&self, contact: &ContactId) -> impl DoubleEndedIterator<Item = &MessageRecord> {
        let chat = (contact.clone(), 0)..=(contact.clone(), u64::MAX);
        self.messages.range(chat).map(|(_, record)| record)
    }

    /// Goes back to an earlier copy. Where people have become or ceased to be contacts since, or have
    /// another address, only the chats go back: what an older list of contacts means for others is
    /// not modelled.
    pub fn go_back(&mut self, copy: Self) {
        let is_same = self.profile == copy.profile
            && self.requests == copy.requests
            && self.invites == copy.invites
            && self.asked == copy.asked
            && self.ties().eq(copy.ties());
        if is_same {
            *self = copy;
            return;
        }
        let stays: BTreeSet<ContactId> = self
            .contacts
            .iter()
            .filter(|(id, contact)| {
                let then = copy.contacts.get(*id);
                then.is_none_or(|then| then.pair_secret != contact.pair_secret)
            })
            .map(|(id, _)| id.clone())
            .collect();
        let goes = |id: &ContactId| self.contacts.contains_key(id) && !stays.contains(id);
        let heads = copy.threads.into_iter().filter(|(id, _)| goes(id));
        let messages = copy.messages.into_iter().filter(|((id, _), _)| goes(id));
        self.threads.retain(|id, _| stays.contains(id));
        self.messages.retain(|(id, _), _| stays.contains(id));
        self.threads.extend(heads);
        self.messages.extend(messages);
        self.first.extend(copy.first);
    }

    /// Returns what others notice of the contacts.
    fn ties(&self) -> impl Iterator<Item = ContactRecord> {
        let of = |contact: &ContactRecord| ContactRecord {
            last_seen: None,
            ..contact.clone()
        };
        self.contacts.values().map(of)
    }

    /// Returns the contacts that are saved.
    pub fn contacts(&self) -> impl Iterator<Item = &ContactRecord> {
        self.contacts.values()
    }

    /// Returns the introductions in all chats.
    pub fn introductions(&self) -> impl Iterator<Item = &IntroductionRecord> {
        self.threads.values().flat_map(|head| &head.introductions)
    }

    /// Returns the address that its person has.
    #[must_use]
    pub fn transport_id(&self) -> Option<&str> {
        let profile = self.profile.as_ref()?;
        Some(&profile.transport_id)
    }

    /// Returns what contacts recognise the device by.
    #[must_use]
    pub fn discovery_uuid(&self) -> Option<&Secret> {
        Some(&self.profile.as_ref()?.discovery_uuid)
    }

    /// Whether its person has joined.
    #[must_use]
    pub fn has_profile(&self) -> bool {
        self.profile.is_some()
    }

    /// Whether a text is in any chat, also where it was changed since.
    #[must_use]
    pub fn has(&self, text: &str) -> bool {
        let first = self.messages.keys().filter_map(|key| self.first.get(key));
        first.into_iter().any(|record| record.message.text == text)
    }

    /// Returns the chat with a contact of this name, as it is now.
    pub fn with<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a MessageRecord> {
        self.called(name).flat_map(|contact| self.chat(&contact.id))
    }

    /// Returns what holds of how long the messages with a contact of this name stay.
    #[must_use]
    pub fn rule(&self, name: &str) -> Option<&RuleRecord> {
        let contact = self.called(name).next()?;
        Some(&self.threads.get(&contact.id)?.rule)
    }

    /// Returns the chat with a contact of this name as it was first written.
    pub fn first_with<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a MessageRecord> {
        self.called(name)
            .flat_map(|contact| self.all_first(&contact.id))
    }

    /// Returns the contacts who are this person, whatever was added to the name.
    fn called<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a ContactRecord> {
        let contacts = self.contacts.values();
        contacts.filter(move |contact| anybody(&contact.name) == anybody(name))
    }

    /// Returns the messages of a chat as they were first written.
    fn first(&self, contact: &ContactId) -> impl Iterator<Item = &MessageRecord> {
        self.all_first(contact).filter(|record| record.is_message())
    }

    fn all_first(&self, contact: &ContactId) -> impl Iterator<Item = &MessageRecord> {
        self.chat(contact).filter_map(|record| {
            let key = (record.message.contact.clone(), record.message.number);
            self.first.get(&key)
        })
    }

    /// Returns own texts to a contact, by their places in the log.
    #[must_use]
    pub fn own_texts(&self, contact: &ContactId, places: &RangeInclusive<u64>) -> Vec<String> {
        let own = |record: &&MessageRecord| record.place.is_some_and(|at| places.contains(&at));
        let texts = self.first(contact).filter(own);
        texts.map(|record| record.message.text.clone()).collect()
    }

    /// Returns the texts that came from a contact of this name, in the order of the chat.
    pub fn received_from<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let of_name = self
            .contacts
            .values()
            .filter(move |c| anybody(&c.name) == anybody(name));
        of_name
            .flat_map(|contact| self.first(&contact.id))
            .filter(|record| record.message.origin == Origin::Received)
            .map(|record| record.message.text.as_str())
    }
}
