//! Everything a view shows, and the steps that all parts of the reducer share.

use super::alerts::{Alerts, Problem};
use super::connection::{EngineConnection, Shell};
use super::effect::{Effect, Target};
use super::outbox::{Outbox, Purpose, Unsent};
use super::overlay::Overlay;
use super::pages::{BackupForm, Chat, Exporting, JoinForm, NoteForm, Picture};
use super::people::{People, Requests};
use super::resync::Resynced;
use super::transfers::Transfers;
use super::view::View;
use super::window::Windows;
use ipc::{
    Answer, Command, ContactId, Introduction, Invite, InviteId, PersonId, Place, Refusal,
    SettingsView, Status, ToEngine, Trial, UnixMillis,
};
use litemap::LiteMap;

/// Everything a view shows.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// The last time that was handed in.
    pub(crate) now: UnixMillis,
    /// How the connection to the engine is.
    pub(crate) engine: EngineConnection,
    /// The own name; `None` before Join.
    pub(crate) name: Option<String>,
    /// The state of the connection to the network.
    pub(crate) status: Option<Status>,
    /// Everybody in the lists.
    pub(crate) people: People,
    /// Which rows of them are in the page.
    pub(crate) windows: Windows,
    /// Who waits for an answer.
    pub(crate) requests: Requests,
    /// The open invites.
    pub(crate) invites: Resynced<InviteId, Invite>,
    /// The introductions in the chats, by chat and message.
    pub(crate) introductions: Resynced<(ContactId, String), Introduction>,
    /// The files offered in the chats.
    pub(crate) files: Transfers,
    /// The picture that is shown in full.
    pub(crate) picture: Option<Picture>,
    /// The dialog that is over the page.
    pub(crate) overlay: Option<Overlay>,
    /// Who is writing, and until when that is believed.
    pub(super) typing: LiteMap<ContactId, UnixMillis>,
    /// The settings in force.
    pub(crate) settings: Option<SettingsView>,
    /// The menu of how much of the network to be on is open.
    pub(crate) choosing: bool,
    /// Problems to know of.
    pub(crate) alerts: Alerts,
    /// The page that is open.
    pub(crate) view: View,
    /// The first-run form.
    pub(crate) join: JoinForm,
    /// The form for a note to a stranger, if it is open.
    pub(crate) note: Option<NoteForm>,
    /// A note that was begun to a stranger who is gone: perhaps only under this id.
    pub(super) left_note: Option<NoteForm>,
    /// The backup forms.
    pub(crate) backup: BackupForm,
    /// The export of chats.
    pub(crate) export: Exporting,
    /// Whether what the beacon's host answers may be read; `None` until the browser has said.
    pub(crate) host_allowed: Option<bool>,
    /// What the last test of the connection has found, since this page was opened.
    pub(crate) trial: Option<Trial>,
    /// What was asked and not answered.
    pub(super) outbox: Outbox,
    /// Where to go once the lists are there.
    pub(super) follow: Option<Place>,
    /// Whether the page is seen.
    pub(super) sight: Sight,
}

/// Whether the page is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sight {
    /// It is not in a background tab.
    pub(crate) visible: bool,
    /// It has the focus: the person is before it, and not only before a window that covers it.
    pub(crate) focused: bool,
}

impl State {
    /// Returns the part of the page's address from the `#` on that leads back to what is shown.
    pub(crate) fn address(&self) -> String {
        match (&self.follow, &self.view) {
            // Whoever sees the address could use it.
            (Some(Place::Invite(_)), _) => String::new(),
            (Some(place), _) => place.to_fragment(),
            (None, View::Chat(chat)) => Place::Chat(chat.contact.clone()).to_fragment(),
            (None, _) => String::new(),
        }
    }

    /// Returns the place to which the page goes once the person has joined, where its address does not say so.
    pub(crate) fn waiting_invite(&self) -> Option<String> {
        let waits = |place: &&Place| matches!(place, Place::Invite(_));
        self.follow.as_ref().filter(waits).map(Place::to_fragment)
    }

    /// Returns what fills the page.
    pub(crate) fn shell(&self) -> Shell<'_> {
        self.engine.shell(self.name.is_some())
    }

    /// Returns whether a contact is writing at this moment.
    pub(crate) fn is_typing(&self, contact: &ContactId) -> bool {
        self.typing
            .get(contact)
            .is_some_and(|until| *until > self.now)
    }

    /// Returns whether anybody is writing: then time alone changes what is shown.
    pub(crate) fn anybody_typing(&self) -> bool {
        !self.typing.is_empty()
    }

    /// Returns the name of the contact whose chat is open.
    pub(crate) fn chat_name(&self) -> Option<&str> {
        let id = PersonId::Contact(self.chat()?.contact.clone());
        self.people.get(&id).map(|person| person.name.as_str())
    }

    pub(super) fn open(&mut self, view: View) -> Vec<Effect> {
        let was_chat = matches!(self.view, View::Chat(_));
        let focus = match &view {
            View::Lists => Target::Lists,
            View::Chat(_) => Target::Composer,
            View::Connection
            | View::Files
            | View::Settings(_)
            | View::Contact(_)
            | View::Invites(_) => Target::Page,
        };
        let is_chat = matches!(view, View::Chat(_));
        if let View::Chat(chat) = std::mem::replace(&mut self.view, view) {
            // They come back with the chat, in the order in which they are made again.
            let came_back: Vec<_> = chat.came_back().cloned().collect();
            for kept in came_back.into_iter().rev() {
                self.outbox.take(Unsent::of(chat.contact.clone(), kept));
            }
        }
        self.overlay = None;
        let mut effects = self.drop_backup();
        // With the passphrases in it.
        self.backup = BackupForm::default();
        effects.extend(self.close_picture());
        effects.push(Effect::Focus(focus));
        if was_chat || is_chat {
            effects.extend(self.watch());
        }
        effects
    }

    pub(super) fn command(&mut self, command: Command) -> Vec<Effect> {
        self.ask(Purpose::Plain, command)
    }

    pub(super) fn ask(&mut self, purpose: Purpose, command: Command) -> Vec<Effect> {
        self.outbox
            .ask(purpose, self.engine.is_ready(), |id| ToEngine::Command {
                id,
                command,
            })
    }

    /// Returns the open chat.
    pub(crate) fn chat(&self) -> Option<&Chat> {
        if let View::Chat(chat) = &self.view {
            Some(chat)
        } else {
            None
        }
    }

    pub(super) fn chat_mut(&mut self) -> Option<&mut Chat> {
        if let View::Chat(chat) = &mut self.view {
            Some(chat)
        } else {
            None
        }
    }

    /// Returns whether something is over the page that the person looks at instead.
    pub(super) fn is_covered(&self) -> bool {
        self.picture.is_some() || self.overlay.is_some()
    }

    /// Returns whether Escape leads back to something.
    pub(crate) fn leads_back(&self) -> bool {
        self.view != View::Lists || self.is_covered()
    }

    /// Tells the engine which chat is shown now: none that is covered.
    pub(super) fn watch(&self) -> Vec<Effect> {
        if !self.engine.is_ready() {
            return Vec::new();
        }
        let Sight { visible, focused } = self.sight;
        let seen = visible && !self.is_covered();
        let shown = self.chat().filter(|_| seen);
        vec![Effect::Post(ToEngine::Watching {
            contact: shown.map(|chat| chat.contact.clone()),
            visible,
            focused,
        })]
    }

    /// Shows a refusal as an alert, where no page is open to show it.
    pub(super) fn alert(&mut self, result: Result<Answer, Refusal>) -> Vec<Effect> {
        match result {
            Ok(_) => Vec::new(),
            Err(refusal) => self.alerts.raise(Problem::Refused(refusal)),
        }
    }
}
