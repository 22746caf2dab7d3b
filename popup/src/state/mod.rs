//! What the views show and how it changes: a pure reducer.
//!
//! [`State::apply`] takes what happened ([`Action`]) and the time, and answers with what the
//! adapter has to do ([`Effect`]). No clock, no storage, no JavaScript value: everything here runs
//! in native tests.

mod alerts;
mod backup;
mod beacon;
mod chat;
mod contact;
mod engine;
mod invites;
mod join;
mod link;
mod outbox;
mod people;
mod resync;
mod settings;

#[cfg(test)]
mod tests;

pub(crate) use alerts::{Alerts, Problem};
pub(crate) use backup::{
    BackupEdit, BackupError, BackupForm, BackupState, EXPORT, FILE, FILE_BYTES, IMPORT,
};
pub(crate) use chat::{Chat, ComposerError};
pub(crate) use contact::{ContactEdit, ContactPage, KEEP, NAME, REMOVE};
pub(crate) use invites::{INVITE, InvitesEdit, InvitesPage, Using};
pub(crate) use join::JoinForm;
pub(crate) use link::{EngineLink, Shell};
pub(crate) use people::{People, Section, list};
pub(crate) use resync::Resynced;
pub(crate) use settings::{FieldError, IceRow, Saved, ServerRow, SettingsEdit, SettingsForm};

use ipc::{
    Command, ContactId, FromEngine, Hidden, Invite, InviteId, PersonId, Place, Request, RequestId,
    SettingsView, Status, ToEngine, UnixMillis,
};
use litemap::LiteMap;
use outbox::{Outbox, Purpose};

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    /// The page has started.
    Started,
    /// The port to the engine is gone, or never came up.
    Closed,
    /// The engine says.
    Engine(FromEngine),
    /// The lists have been awaited for long enough to say so.
    Slow,
    /// A second has passed.
    Tick,
    /// The page is shown or hidden.
    Visible(bool),
    /// The address of the page asks for a place.
    Follow(Place),
    /// Show the chat with a contact.
    OpenChat(ContactId),
    /// Show the page of a contact.
    OpenContact(ContactId),
    /// Show the invites.
    OpenInvites,
    /// Show the Connection page.
    OpenConnection,
    /// The browser says whether what the beacon's host answers may be read.
    HostAllowed(bool),
    /// Show the settings.
    OpenSettings,
    /// Back to the lists.
    Back,
    /// The name on the first-run page was edited.
    JoinName(String),
    /// Join was pressed.
    Join,
    /// Connect was pressed on a stranger.
    Connect(String),
    /// Accept was pressed.
    Accept(RequestId),
    /// Reject was pressed.
    Reject(RequestId),
    /// Ping was pressed.
    Ping(ContactId),
    /// Try now was pressed.
    Retry,
    /// An alert was dismissed.
    Dismiss(u32),
    /// The unsent text kept for the contact of the open chat.
    DraftLoaded(ContactId, String),
    /// The text in the composer was edited.
    Draft(String),
    /// Send was pressed.
    Send,
    /// Load older messages was pressed.
    LoadOlder,
    /// A setting was edited.
    Edit(SettingsEdit),
    /// Save was pressed.
    Save,
    /// On the page of a contact.
    Contact(ContactEdit),
    /// On the page with the invites.
    Invites(InvitesEdit),
    /// In the backup forms.
    Backup(BackupEdit),
}

/// What the adapter has to do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    /// Open a port to the engine.
    Connect {
        /// Wait so long first, in milliseconds.
        after: u32,
        /// Ask the background to start the engine first.
        wake: bool,
    },
    /// Send on the port.
    Post(ToEngine),
    /// Dispatch [`Action::Slow`] after 300 ms.
    SlowTimer,
    /// Read the unsent text of a contact and dispatch [`Action::DraftLoaded`].
    LoadDraft(ContactId),
    /// Keep the unsent text of a contact; empty forgets it.
    SaveDraft(ContactId, String),
    /// Put an invite on the clipboard and dispatch [`InvitesEdit::Copied`].
    Copy(InviteId, Hidden),
    /// Give the person a file with this backup.
    Download(Hidden),
    /// Read the chosen file, [`FILE_BYTES`] at most, and dispatch [`BackupEdit::Read`].
    ReadBackup,
    /// Look whether this host may be read, and dispatch [`Action::HostAllowed`].
    LookUpHost(String),
    /// Put the keyboard focus here once the view is painted.
    Focus(Target),
}

/// Where the keyboard focus goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The heading of the lists.
    Lists,
    /// The heading of the page that has just been opened.
    Page,
    /// The message field.
    Composer,
    /// The name field of the first-run page.
    JoinName,
    /// A person's row.
    Person(PersonId),
    /// A request.
    Request(RequestId),
    /// A field of the settings.
    Field(String),
}

/// Which page is shown beside (or, in a narrow window, instead of) the lists.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum View {
    /// The lists alone.
    #[default]
    Lists,
    /// A chat.
    Chat(Box<Chat>),
    /// What is wrong with the connection, and where.
    Connection,
    /// The settings.
    Settings(Box<SettingsForm>),
    /// A contact.
    Contact(Box<ContactPage>),
    /// The invites.
    Invites(Box<InvitesPage>),
}

/// Everything a view shows.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// The last time that was handed in.
    pub(crate) now: UnixMillis,
    /// How the connection to the engine is.
    pub(crate) engine: EngineLink,
    /// The own name; `None` before Join.
    pub(crate) name: Option<String>,
    /// The state of the connection to the network.
    pub(crate) status: Option<Status>,
    /// Everybody in the lists.
    pub(crate) people: People,
    /// Who waits for an answer.
    pub(crate) requests: Resynced<RequestId, Request>,
    /// The open invites.
    pub(crate) invites: Resynced<InviteId, Invite>,
    /// Who is writing, and until when that is believed.
    typing: LiteMap<ContactId, UnixMillis>,
    /// The settings in force.
    pub(crate) settings: Option<SettingsView>,
    /// Problems to know of.
    pub(crate) alerts: Alerts,
    /// The page that is open.
    pub(crate) view: View,
    /// The first-run form.
    pub(crate) join: JoinForm,
    /// The backup forms.
    pub(crate) backup: BackupForm,
    /// Whether what the beacon's host answers may be read; `None` until the browser has said.
    pub(crate) host_allowed: Option<bool>,
    /// What was asked and not answered.
    outbox: Outbox,
    /// Where to go once the lists are there.
    follow: Option<Place>,
    /// The page is not shown.
    hidden: bool,
}

impl State {
    /// Takes in what happened at `now`.
    pub(crate) fn apply(&mut self, now: UnixMillis, action: Action) -> Vec<Effect> {
        self.now = now;
        match action {
            Action::Started => self.start(),
            Action::Closed => self.closed(),
            Action::Engine(message) => self.engine_says(message),
            Action::Slow => self.engine.awaited(),
            Action::Tick => self.forget_typing(),
            Action::Visible(visible) => self.set_visible(visible),
            Action::Follow(place) => self.follow(place),
            Action::OpenChat(contact) => self.open_chat(contact),
            Action::OpenContact(contact) => self.open_contact(contact),
            Action::OpenInvites => self.open_invites(),
            Action::OpenConnection => self.open_connection(),
            Action::HostAllowed(allowed) => self.set_host_allowed(allowed),
            Action::OpenSettings => self.open_settings(),
            Action::Back => self.back(),
            Action::JoinName(name) => self.edit_join(name),
            Action::Join => self.send_join(),
            Action::Connect(stranger) => self.command(Command::Connect { stranger }),
            Action::Accept(request) => self.answer(request, true),
            Action::Reject(request) => self.answer(request, false),
            Action::Ping(contact) => self.command(Command::Ping { contact }),
            Action::Retry => self.command(Command::Retry),
            Action::Dismiss(id) => self.alerts.dismiss(id),
            Action::DraftLoaded(contact, text) => self.draft_loaded(&contact, text),
            Action::Draft(text) => self.edit_draft(text),
            Action::Send => self.send_message(),
            Action::LoadOlder => self.load_older(),
            Action::Edit(edit) => self.edit_settings(edit),
            Action::Save => self.save_settings(),
            Action::Contact(edit) => self.edit_contact(edit),
            Action::Invites(edit) => self.edit_invites(edit),
            Action::Backup(edit) => self.edit_backup(edit),
        }
    }

    /// The part of the page's address after the `#` that leads back to what is shown.
    pub(crate) fn address(&self) -> String {
        match (&self.follow, &self.view) {
            (Some(place), _) => place.to_fragment(),
            (None, View::Chat(chat)) => Place::Chat(chat.contact.clone()).to_fragment(),
            (None, _) => String::new(),
        }
    }

    /// What fills the page.
    pub(crate) fn shell(&self) -> Shell<'_> {
        self.engine.shell(self.name.is_some())
    }

    /// Whether a contact is writing at this moment.
    pub(crate) fn is_typing(&self, contact: &ContactId) -> bool {
        self.typing
            .get(contact)
            .is_some_and(|until| *until > self.now)
    }

    /// Whether anybody is writing, so that it ends on the screen when it ends.
    pub(crate) fn anybody_typing(&self) -> bool {
        !self.typing.is_empty()
    }

    /// The name of the contact whose chat is open.
    pub(crate) fn chat_name(&self) -> Option<&str> {
        let id = PersonId::Contact(self.chat()?.contact.clone());
        self.people.get(&id).map(|person| person.name.as_str())
    }

    fn forget_typing(&mut self) -> Vec<Effect> {
        let now = self.now;
        self.typing.retain(|_, until| *until > now);
        Vec::new()
    }

    fn set_visible(&mut self, visible: bool) -> Vec<Effect> {
        self.hidden = !visible;
        let mut effects = self.watch();
        effects.extend(self.mark_read());
        effects
    }

    fn follow(&mut self, place: Place) -> Vec<Effect> {
        if !self.engine.is_ready() {
            self.follow = Some(place);
            return Vec::new();
        }
        match place {
            Place::People => self.open(View::Lists),
            Place::Chat(contact) => self.open_chat(contact),
            Place::Backup => {
                let mut effects = self.open_settings();
                effects.push(Effect::Focus(Target::Field(EXPORT.to_owned())));
                effects
            }
            Place::Request(request) => {
                let mut effects = self.open(View::Lists);
                // One that was answered meanwhile has no row.
                if self.requests.get(&request).is_some() {
                    effects.push(Effect::Focus(Target::Request(request)));
                }
                effects
            }
        }
    }

    fn open(&mut self, view: View) -> Vec<Effect> {
        let was_chat = matches!(self.view, View::Chat(_));
        let focus = match &view {
            View::Lists => Target::Lists,
            View::Chat(_) => Target::Composer,
            View::Connection | View::Settings(_) | View::Contact(_) | View::Invites(_) => {
                Target::Page
            }
        };
        let is_chat = matches!(view, View::Chat(_));
        self.view = view;
        // With the passphrases in it.
        self.backup = BackupForm::default();
        let mut effects = vec![Effect::Focus(focus)];
        if was_chat || is_chat {
            effects.extend(self.watch());
        }
        effects
    }

    fn back(&mut self) -> Vec<Effect> {
        let left = match &self.view {
            View::Chat(chat) => Some(PersonId::Contact(chat.contact.clone())),
            View::Contact(page) => return self.leave_contact(&page.clone()),
            View::Lists => return Vec::new(),
            View::Connection | View::Settings(_) | View::Invites(_) => None,
        };
        let mut effects = self.open(View::Lists);
        if let Some(person) = left {
            effects.push(Effect::Focus(Target::Person(person)));
        }
        effects
    }

    fn answer(&mut self, request: RequestId, accept: bool) -> Vec<Effect> {
        let purpose = Purpose::Answer(request.clone());
        if self.outbox.awaits(&purpose) {
            return Vec::new();
        }
        let command = if accept {
            Command::Accept { request }
        } else {
            Command::Reject { request }
        };
        self.ask(purpose, command)
    }

    /// The waiting requests, the oldest first.
    pub(crate) fn waiting(&self) -> Vec<&Request> {
        let mut sorted: LiteMap<_, _> = LiteMap::new();
        for request in self.requests.values() {
            sorted.insert((request.at, &request.id), request);
        }
        sorted.into_iter().map(|(_, request)| request).collect()
    }

    /// Whether the answer to a request is on its way.
    pub(crate) fn is_answering(&self, request: &RequestId) -> bool {
        self.outbox.awaits(&Purpose::Answer(request.clone()))
    }

    fn command(&mut self, command: Command) -> Vec<Effect> {
        self.ask(Purpose::Plain, command)
    }

    fn ask(&mut self, purpose: Purpose, command: Command) -> Vec<Effect> {
        self.outbox
            .ask(purpose, self.engine.is_ready(), |id| ToEngine::Command {
                id,
                command,
            })
    }
}
