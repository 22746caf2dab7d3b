//! One device: its node, its storage, and what a view on it shows.

use super::files::Files;
use mesh_chat::clock::Mono;
use mesh_chat::node::{LinkId, Node, StoreId};
use mesh_chat::records::Change;
use mesh_chat::view::{
    Answer, Event, Message, MessageState, Person, PersonId, Quoted, Refusal, Request,
};
use std::collections::{BTreeMap, BTreeSet};

/// One end of a link: a device, and the link's name there.
pub(crate) type End = (usize, LinkId);

/// What a liar makes of a frame before it is sent.
pub(super) type Lie = Box<dyn Fn(String) -> String>;

pub(super) struct Device {
    pub(super) node: Node,
    pub(super) address: &'static str,
    /// By how many milliseconds its clock is ahead.
    pub(super) clock_ahead: i64,
    pub(super) timer: Option<Mono>,
    /// Its lid is closed.
    pub(super) asleep: bool,
    /// Everything that became durable, in order.
    pub(super) stored: Vec<Change>,
    /// Nothing becomes durable while this is set.
    pub(super) disk_full: bool,
    /// The disk says of every write that it failed, and has done it.
    pub(super) doubts: bool,
    /// One write fails, after so many.
    pub(super) fails_after: Option<usize>,
    /// What is being written while the disk is slow.
    pub(super) slow: Option<Vec<(StoreId, Change)>>,
    /// Each link with its other end.
    pub(super) links: BTreeMap<LinkId, End>,
    /// The links that others have dialled and that were not decided about.
    pub(super) undecided: BTreeSet<LinkId>,
    pub(super) lie: Option<Lie>,
    /// Under which id others see this device call; its own one where nothing is said.
    pub(super) disguise: Option<String>,
    /// Every frame it got.
    pub(super) heard: Vec<String>,
    pub(super) replies: Vec<Result<Answer, Refusal>>,
    pub(super) events: Vec<Event>,
    pub(super) people: BTreeMap<PersonId, Person>,
    pub(super) requests: Vec<Request>,
    /// By contact and number.
    pub(super) messages: BTreeMap<(String, u64), Message>,
    pub(super) files: Files,
    accepted: u32,
}

impl Device {
    pub(super) fn new(node: Node, address: &'static str, clock_ahead: i64) -> Self {
        Self {
            node,
            address,
            clock_ahead,
            timer: None,
            asleep: false,
            stored: Vec::new(),
            disk_full: false,
            fails_after: None,
            doubts: false,
            slow: None,
            links: BTreeMap::new(),
            undecided: BTreeSet::new(),
            lie: None,
            disguise: None,
            heard: Vec::new(),
            replies: Vec::new(),
            events: Vec::new(),
            people: BTreeMap::new(),
            requests: Vec::new(),
            messages: BTreeMap::new(),
            files: Files::default(),
            accepted: 0,
        }
    }

    /// Returns whether the disk refuses the next write.
    pub(super) fn refuses_write(&mut self) -> bool {
        let fails = self.fails_after == Some(0);
        self.fails_after = self.fails_after.and_then(|after| after.checked_sub(1));
        fails || self.disk_full
    }

    /// Names the next link that somebody else opens.
    pub(super) fn accept_link(&mut self) -> LinkId {
        self.accepted += 1;
        LinkId::Accepted(self.accepted - 1)
    }

    /// Changes what is shown as an open view would.
    pub(super) fn show(&mut self, event: Event) {
        match event.clone() {
            Event::Person(person) => drop(self.people.insert(person.id.clone(), person)),
            Event::PersonGone(id) => drop(self.people.remove(&id)),
            Event::Request(request) => {
                let known = self
                    .requests
                    .iter_mut()
                    .find(|known| known.id == request.id);
                match known {
                    Some(known) => *known = request,
                    None => self.requests.push(request),
                }
            }
            Event::RequestGone(id) => self.requests.retain(|request| request.id != id),
            Event::Message(message) => self.show_message(message),
            Event::Amended(amended) => {
                for answer in self.messages.values_mut() {
                    let entry = answer.entry.as_ref();
                    let answers = entry.is_some_and(|entry| entry.reference.about == amended.id);
                    if answers && answer.is_message() {
                        answer.quoted = (!amended.gone).then(|| Quoted::from(&amended));
                    }
                }
                let key = (amended.contact.0.clone(), amended.number);
                if let Some(message) = self.messages.get_mut(&key) {
                    let quoted = message.quoted.take();
                    *message = Message { quoted, ..amended };
                }
            }
            Event::MessagesGone { contact, from } => self
                .messages
                .retain(|(of, number), _| *of != contact.0 || *number < from),
            Event::Cleared { contact, upto } => self.messages.retain(|(of, number), message| {
                let waits = matches!(message.state, MessageState::Waiting | MessageState::Sent);
                *of != contact.0 || *number > upto || waits
            }),
            Event::Progress(progress) => {
                for message in self.messages.values_mut() {
                    if message.contact == progress.contact {
                        let state = message.place.map(|place| progress.state(place));
                        message.state = state.unwrap_or(message.state);
                        message.goes_at = progress.goes_at(message);
                    }
                }
            }
            _ => {}
        }
        self.events.push(event);
    }

    pub(super) fn show_message(&mut self, message: Message) {
        let key = (message.contact.0.clone(), message.number);
        self.messages.insert(key, message);
    }
}
