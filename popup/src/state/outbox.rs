//! What was asked of the engine and has not been answered, and what waits for a connection.

use super::effect::{Effect, Kept};
use super::pages::{ComposedAbout, Stretch};
use ipc::{ContactId, RequestId, ToEngine, TransferId};
use litemap::LiteMap;

/// Commands that wait for a connection: a person's clicks in a few seconds. Beyond, a click does
/// nothing, and a text stays in the message field.
const WAITING: usize = 32;

/// What an answer is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The first-run form.
    Join,
    /// The answer to a request.
    Answer(RequestId),
    /// A request to a stranger with a note.
    Note(String),
    /// A message.
    Send(Unsent),
    /// The offer of a file with this name.
    Offer(String),
    /// The decision about a file.
    Decide(TransferId),
    /// The name in the settings.
    SettingsName,
    /// The settings.
    Settings,
    /// Messages of a chat.
    History(ContactId, Stretch),
    /// Messages with the words in the palette.
    Search,
    /// Messages of a chat that is exported, before this number.
    Export(ContactId, Option<u64>),
    /// The name of a contact.
    Rename(ContactId),
    /// A decision about a contact: a refusal is shown on its page.
    Preferences(ContactId),
    /// Introducing a contact: a refusal is shown on its page.
    Introduce(ContactId),
    /// Making or cancelling an invite.
    Invite,
    /// Using an invite.
    UseInvite,
    /// A backup.
    Backup,
    /// What is in a backup.
    OpenBackup,
    /// Taking over a backup.
    Import,
    /// A test of the connection.
    Test,
    /// A command without a field: a refusal becomes an alert.
    Plain,
    /// Nobody waits for the answer.
    Silent,
}

/// A message that is not known to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unsent {
    /// To whom.
    pub(super) contact: ContactId,
    /// The text.
    pub(super) text: String,
    /// The message that it answers or changes.
    pub(super) about: Option<ComposedAbout>,
    /// The highest number the chat had when it was sent; its own is greater.
    pub(super) after: u64,
}

impl Unsent {
    /// Returns what was kept of it.
    pub(super) fn of(contact: ContactId, kept: Kept) -> Self {
        Self {
            contact,
            text: kept.text,
            about: kept.changes.map(ComposedAbout::change),
            after: kept.after,
        }
    }

    /// Returns the id of the message that it changes.
    pub(super) fn changes(&self) -> Option<&str> {
        let about = self.about.as_ref().filter(|about| about.is_change());
        about.map(|about| about.id.as_str())
    }

    /// Returns what is kept of it for when this view is closed.
    pub(super) fn kept(&self) -> Kept {
        Kept {
            after: self.after,
            text: self.text.clone(),
            changes: self.changes().map(str::to_owned),
        }
    }
}

#[derive(Debug)]
struct Asked {
    purpose: Purpose,
    /// Still here, for when there is a connection.
    waiting: Option<ToEngine>,
}

impl Asked {
    fn unsent(&self) -> Option<&Unsent> {
        if let Purpose::Send(unsent) = &self.purpose {
            Some(unsent)
        } else {
            None
        }
    }
}

/// Everything that was asked.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    next: u32,
    asked: LiteMap<u32, Asked>,
    /// Messages of a lost connection, looked for in the chat before they count as unsent.
    unsure: Vec<Unsent>,
}

impl Outbox {
    /// Asks now where `ready`, otherwise once there is a connection.
    pub(super) fn ask(
        &mut self,
        purpose: Purpose,
        ready: bool,
        message: impl FnOnce(u32) -> ToEngine,
    ) -> Vec<Effect> {
        if !ready && self.is_full() {
            return Vec::new();
        }
        self.next = self.next.wrapping_add(1);
        let message = message(self.next);
        let (waiting, effects) = if ready {
            (None, vec![Effect::Post(message)])
        } else {
            (Some(message), Vec::new())
        };
        self.asked.insert(self.next, Asked { purpose, waiting });
        effects
    }

    /// Returns whether nothing more can wait for a connection.
    pub(super) fn is_full(&self) -> bool {
        self.asked.len() >= WAITING
    }

    /// Returns the messages to a contact that are not known to be stored, oldest first.
    pub(super) fn unsent_to(&self, contact: &ContactId) -> impl Iterator<Item = &Unsent> {
        self.unsure
            .iter()
            .chain(self.asked.values().filter_map(Asked::unsent))
            .filter(move |unsent| unsent.contact == *contact)
    }

    /// Returns those of them that no engine has been given, as far as is known.
    pub(super) fn waiting_for(&self, contact: &ContactId) -> impl Iterator<Item = &Unsent> {
        let waiting = self.asked.values().filter(|asked| asked.waiting.is_some());
        self.unsure
            .iter()
            .chain(waiting.filter_map(Asked::unsent))
            .filter(move |unsent| unsent.contact == *contact)
    }

    /// Takes a message that is not known to be stored.
    pub(super) fn take(&mut self, unsent: Unsent) {
        self.unsure.push(unsent);
    }

    /// Takes those messages that an earlier view has sent, and that are not known to be stored. Those of this view are
    /// among them.
    pub(super) fn take_over(&mut self, contact: &ContactId, all: Vec<Kept>) {
        let mut known: Vec<Kept> = self.unsent_to(contact).map(Unsent::kept).collect();
        for kept in all {
            match known.iter().position(|known| *known == kept) {
                Some(at) => drop(known.swap_remove(at)),
                None => self.take(Unsent::of(contact.clone(), kept)),
            }
        }
    }

    /// Takes out what an answer is for.
    pub(super) fn answered(&mut self, id: u32) -> Option<Purpose> {
        self.asked.remove(&id).map(|asked| asked.purpose)
    }

    /// Forgets what was asked for this: another question takes its place.
    pub(super) fn forget(&mut self, purpose: &Purpose) {
        self.asked.retain(|_, asked| asked.purpose != *purpose);
    }

    /// Returns whether an answer for this is awaited.
    pub(super) fn awaits(&self, purpose: &Purpose) -> bool {
        self.asked.values().any(|asked| asked.purpose == *purpose)
    }

    /// Returns the messages that have waited for the connection, which is there now.
    pub(super) fn flush(&mut self) -> Vec<Effect> {
        let asked = self.asked.iter_mut();
        asked
            .filter_map(|(_, asked)| asked.waiting.take())
            .map(Effect::Post)
            .collect()
    }

    /// Notes that the connection is gone: answers to what was sent will not come.
    pub(super) fn lost(&mut self) {
        let asked = std::mem::take(&mut self.asked);
        for (id, asked) in asked {
            if asked.waiting.is_some() {
                self.asked.insert(id, asked);
            } else if let Purpose::Send(unsent) = asked.purpose {
                self.unsure.push(unsent);
            }
        }
    }

    /// Returns the contacts with messages of a lost connection.
    pub(super) fn unsure_contacts(&self) -> Vec<ContactId> {
        let mut contacts: LiteMap<_, _> = LiteMap::new();
        for unsent in &self.unsure {
            contacts.insert(unsent.contact.clone(), ());
        }
        contacts.into_iter().map(|(contact, ())| contact).collect()
    }

    /// Takes out a contact's messages of a lost connection.
    pub(super) fn take_unsure(&mut self, contact: &ContactId) -> Vec<Unsent> {
        let (of_contact, others) = std::mem::take(&mut self.unsure)
            .into_iter()
            .partition(|unsent| unsent.contact == *contact);
        self.unsure = others;
        of_contact
    }
}
