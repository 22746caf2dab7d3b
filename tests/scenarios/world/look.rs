//! What a test may see of a device: its views, its replies, and where it is.

use super::World;
use mesh_chat::view::{
    Alert, Answer, ContactId, Event, Message, MessageState, Notification, Person, PersonId,
    Preferences, Refusal, Request, Status,
};

impl World {
    /// Returns the number of devices that ever started.
    pub(crate) fn devices(&self) -> usize {
        self.devices.len()
    }

    /// Returns whether nothing is under way on a device that the end of its page would break off.
    pub(crate) fn is_at_rest(&self, device: usize) -> bool {
        self.devices[device].node.is_at_rest()
    }

    /// Returns everybody in a device's list.
    pub(crate) fn people(&self, device: usize) -> Vec<&Person> {
        self.devices[device].people.values().collect()
    }

    /// Returns the name of everybody in a device's list.
    pub(crate) fn names(&self, device: usize) -> Vec<&str> {
        let people = self.people(device).into_iter();
        people.map(|person| person.name.as_str()).collect()
    }

    /// Returns the person of this name; a list without one fails the test.
    pub(crate) fn person(&self, device: usize, name: &str) -> &Person {
        let mut people = self.devices[device].people.values();
        let person = people.find(|person| person.name == name);
        person.unwrap_or_else(|| panic!("no {name} among {:?}", self.names(device)))
    }

    /// Returns the contact of this name; a stranger fails the test.
    pub(crate) fn contact(&self, device: usize, name: &str) -> ContactId {
        match &self.person(device, name).id {
            PersonId::Contact(id) => id.clone(),
            PersonId::Stranger(_) => panic!("{name} is a stranger"),
        }
    }

    /// Returns what the page of a contact shows.
    pub(crate) fn preferences(&self, device: usize, name: &str) -> Preferences {
        self.person(device, name)
            .preferences
            .clone()
            .expect("a contact")
    }

    /// Returns the requests that wait for the person.
    pub(crate) fn requests(&self, device: usize) -> &[Request] {
        &self.devices[device].requests
    }

    /// Returns the texts a device shows with their states, in order.
    pub(crate) fn texts(&self, device: usize) -> Vec<(&str, MessageState)> {
        let messages = self.devices[device].messages.values();
        messages
            .map(|message| (message.text.as_str(), message.state))
            .collect()
    }

    /// Returns the messages a device shows, in order.
    pub(crate) fn messages(&self, device: usize) -> Vec<Message> {
        self.devices[device].messages.values().cloned().collect()
    }

    /// Returns the states of the texts a device shows, in order.
    pub(crate) fn states(&self, device: usize) -> Vec<MessageState> {
        let texts = self.texts(device).into_iter();
        texts.map(|(_, state)| state).collect()
    }

    /// Returns every event a device ever sent to its views.
    pub(crate) fn events(&self, device: usize) -> &[Event] {
        &self.devices[device].events
    }

    /// Returns every problem that was reported to the person.
    pub(crate) fn alerts(&self, device: usize) -> Vec<&Alert> {
        let events = self.events(device).iter();
        events
            .filter_map(|event| match event {
                Event::Alert(alert) => Some(alert),
                _ => None,
            })
            .collect()
    }

    /// Returns how often the person was notified that somebody joined.
    pub(crate) fn joined_notifications(&self, device: usize) -> usize {
        let joined = |event: &&Event| matches!(event, Event::Notify(Notification::Joined { .. }));
        self.events(device).iter().filter(joined).count()
    }

    /// Returns how often the person was notified that somebody is a contact now.
    pub(crate) fn accepted_notifications(&self, device: usize) -> usize {
        let accepted =
            |event: &&Event| matches!(event, Event::Notify(Notification::Accepted { .. }));
        self.events(device).iter().filter(accepted).count()
    }

    /// Returns the Discovery ID that a device holds.
    pub(crate) fn discovery_id(&self, device: usize) -> String {
        let held = self.held(device).into_iter();
        let mut ids = held.filter(|id| id.matches('-').count() == 9);
        ids.next().expect("a Discovery ID").to_owned()
    }

    /// Returns the last state of the connection that was shown.
    pub(crate) fn status(&self, device: usize) -> &Status {
        let mut events = self.events(device).iter().rev();
        let status = events.find_map(|event| match event {
            Event::Status(status) => Some(status),
            _ => None,
        });
        status.expect("a status")
    }

    /// Returns how many commands were answered.
    pub(crate) fn replies(&self, device: usize) -> usize {
        self.devices[device].replies.len()
    }

    /// Returns the reply to the last command.
    pub(crate) fn reply(&self, device: usize) -> &Result<Answer, Refusal> {
        self.devices[device].replies.last().expect("a reply")
    }

    /// Returns the Transport ID as stored.
    pub(crate) fn transport_id(&self, device: usize) -> String {
        let profile = self.snapshot(device).profile;
        profile.expect("joined").transport_id
    }

    /// Returns how many rendezvous points a device holds.
    pub(crate) fn rendezvous_points(&self, device: usize) -> usize {
        let held = self.held(device).into_iter();
        held.filter(|id| id.contains("rendezvous")).count()
    }
}
