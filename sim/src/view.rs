//! What the person of a device sees.

use mesh_chat::view::{
    Availability, BeaconStatus, ContactId, Event, Hidden, Introduction, InviteId, Message,
    MessageState, Person, PersonId, Phase, Request, RequestId, Transfer, TransferId,
};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// A view: it keeps the latest of everything, as every view does.
#[derive(Debug, Default)]
pub struct View {
    /// Everybody in the lists.
    pub people: BTreeMap<PersonId, Person>,
    /// How many strangers are there beside those.
    pub more_people: u32,
    /// Waiting requests.
    pub requests: BTreeMap<RequestId, Request>,
    /// The codes of open invites.
    pub invites: BTreeMap<InviteId, Hidden>,
    /// The state line.
    pub phase: Option<Phase>,
    /// How much of the network the person is on.
    pub availability: Availability,
    /// The server in use.
    pub server: Option<String>,
    /// Own messages of each chat up to this one are shown as stored on the other device.
    pub delivered: BTreeMap<ContactId, u64>,
    /// Files that are offered, and the contacts who offer them.
    pub offers: BTreeMap<TransferId, ContactId>,
    /// Files on their way, and what came of them.
    pub transfers: BTreeMap<TransferId, Transfer>,
    /// Introductions, by the messages that make them.
    pub introductions: BTreeMap<String, Introduction>,
    /// The state of the beacon, where there is one.
    pub beacon: Option<BeaconStatus>,
}

impl View {
    /// Shows an event. Returns the own messages that it newly shows as stored on the other device, by
    /// their places in the log.
    pub fn show(&mut self, event: Event) -> Option<(ContactId, RangeInclusive<u64>)> {
        match event {
            Event::Person(person) => drop(self.people.insert(person.id.clone(), person)),
            Event::PersonGone(id) => drop(self.people.remove(&id)),
            Event::Request(request) => drop(self.requests.insert(request.id.clone(), request)),
            Event::RequestGone(id) => drop(self.requests.remove(&id)),
            Event::Status(status) => {
                self.more_people = status.more_people;
                self.phase = Some(status.phase);
                self.availability = status.availability;
                self.server = status.server;
                self.beacon = status.beacon;
            }
            Event::Progress(progress) => {
                let (contact, upto) = (progress.contact, progress.delivered);
                // The first progress of a process repeats what was known before.
                let before = self.delivered.insert(contact.clone(), upto)?;
                return Some((contact, before + 1..=upto));
            }
            Event::Invite(invite) => drop(self.invites.insert(invite.id, invite.link)),
            Event::Message(Message {
                contact,
                state,
                file: Some(file),
                ..
            }) => {
                if state == MessageState::Received {
                    self.offers.insert(file.transfer, contact);
                }
            }
            Event::Transfer(transfer) => {
                self.transfers.insert(transfer.transfer.clone(), transfer);
            }
            Event::TransferGone(id) => drop(self.transfers.remove(&id)),
            Event::Introduction(one) => {
                self.introductions.insert(one.message.clone(), one);
            }
            Event::IntroductionGone { message, .. } => drop(self.introductions.remove(&message)),
            Event::InviteGone(id) => drop(self.invites.remove(&id)),
            Event::Profile(_)
            | Event::Message(Message { file: None, .. })
            | Event::Amended(_)
            | Event::MessagesGone { .. }
            | Event::Cleared { .. }
            | Event::Typing(_)
            | Event::Settings(_)
            | Event::Alert(_)
            | Event::Ready
            | Event::Notify(_)
            | Event::Withdraw(_)
            | Event::Badge(_)
            | Event::Recent(_) => {}
        }
        None
    }
}
