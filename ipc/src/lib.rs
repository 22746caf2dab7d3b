//! Typed messages between background, engine and popup; serde only, and where in the popup a notification leads.
//!
//! - A view (popup, tab, side panel) holds a port named [`VIEW_PORT`] to the engine and speaks
//!   [`ToEngine`] and [`FromEngine`].
//! - The engine asks the background with a [`HostRequest`], one request, one response;
//!   a request wakes a stopped service worker. Each names its response type.
//! - The background tells the engine with a [`FromBackground`], without a response.
//!
//! `runtime.sendMessage` reaches every other page of the extension, so what goes through it is
//! wrapped in an [`Addressed`]; a page ignores what is not addressed to it.

mod draft;
mod handed;
mod place;
mod search;
mod trial;

use serde::{Deserialize, Serialize};

pub use draft::{contact_of_key, draft_key, unsent_key};
pub use handed::{Chosen, added, handed_key};
pub use place::Place;
pub use search::{Found, Hit, Piece, QUERY, Spot};
pub use trial::{Part, Trial};

pub use mesh_chat::clock::{MinuteOfDay, UnixMillis};
pub use mesh_chat::config::{
    Beacon, Config, IceServer, NotificationText, QuietHours, Settings, SignallingServer, Switch,
};
pub use mesh_chat::folder;
pub use mesh_chat::limits;
pub use mesh_chat::view::{
    AWAY_AFTER, About, Act, Alert, Answer, Asked, Availability, BackupView, Badge, BeaconStatus,
    BeaconTrouble, Choice, Command, Connected, ContactCommand, ContactId, Duty, Entry, Event,
    Failure, FileChoice, FileCommand, FileOffer, Going, Hidden, INVITE_SCHEME, Introduction,
    IntroductionState, Invite, InviteId, Lifetime, Marks, Message, MessageState, Network,
    Notification, OffFor, Offered, Outcome, Person, PersonId, Phase, Ping, Preferences, Presence,
    Profile, Progress, Proposal, Quoted, Reach, Recent, Recipient, Reference, Refusal, Request,
    RequestId, Role, RuleStep, SettingsView, Special, Status, Staying, Transfer, TransferId,
    TransferState, Way, check_text, is_sign,
};

/// The name of the port between a view and the engine.
pub const VIEW_PORT: &str = "view";

/// The name of a port on which a view in a private window hands a file to the engine: no other channel leads out of one.
pub const FILES_PORT: &str = "files";

/// The key of [`FromEngine::Events`], for whoever has the events as JavaScript values already.
pub const EVENTS: &str = "events";

/// To whom a message of `runtime.sendMessage` goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Endpoint {
    /// The supervisor.
    Background,
    /// The engine page.
    Engine,
    /// Every open view.
    Views,
}

/// A message of `runtime.sendMessage`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Addressed<M> {
    /// To whom.
    pub target: Endpoint,
    /// What.
    pub message: M,
}

/// From a view, on its port.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ToEngine {
    /// Carries what a person asks for; answered by [`FromEngine::Reply`] with the same id.
    Command {
        /// Chosen by the view.
        id: u32,
        /// What.
        command: Command,
    },
    /// Asks for messages of a chat; answered by [`FromEngine::History`] with the same id.
    History {
        /// Chosen by the view.
        id: u32,
        /// Whose chat.
        contact: ContactId,
        /// Which of them.
        from: HistoryFrom,
        /// At most so many (at most 200).
        limit: u32,
    },
    /// Asks for messages with these words; answered by [`FromEngine::Found`] with the same id, unless the view asks for
    /// others before that.
    Search {
        /// Chosen by the view.
        id: u32,
        /// The words, of which at most [`QUERY`] characters count: all of them have to occur.
        query: String,
        /// Only in the chat with this contact.
        contact: Option<ContactId>,
        /// Only what is older than where an earlier answer ended.
        before: Option<Spot>,
    },
    /// Asks for a backup with the chats, which the engine's page has the browser save; answered by [`FromEngine::Reply`] with
    /// the same id: [`Answer::Saved`].
    SaveBackup {
        /// Chosen by the view.
        id: u32,
        /// At least eight characters.
        passphrase: Hidden,
    },
    /// Asks what is in a backup that the view has handed to the engine's page as a file; answered by [`FromEngine::Reply`]
    /// with the same id: [`Answer::Opened`].
    OpenBackup {
        /// Chosen by the view.
        id: u32,
        /// Under which name it was handed over.
        file: TransferId,
        /// The one it was sealed under.
        passphrase: Hidden,
    },
    /// Takes over the backup that this view has opened; answered by [`FromEngine::Reply`] with the same id:
    /// [`Answer::Imported`]. Where chats are in it, the engine starts anew then.
    TakeBackup {
        /// Chosen by the view.
        id: u32,
    },
    /// Forgets the backup that this view has opened.
    DropBackup,
    /// Asks for a test of the connection; answered by [`FromEngine::Tested`] with the same id, within 5 s.
    Test {
        /// Chosen by the view.
        id: u32,
    },
    /// Tells what the person can see in this view now. It counts until the port is closed.
    Watching {
        /// Whose chat is shown; `None` for a list.
        contact: Option<ContactId>,
        /// The view is not in a background tab.
        visible: bool,
        /// The view has the focus: what is visible in it is in front of the person.
        focused: bool,
    },
}

/// Which messages of a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HistoryFrom {
    /// The newest.
    Newest,
    /// The newest of those with a smaller number.
    Before(u64),
    /// The oldest of those with a greater number.
    After(u64),
}

/// To a view, on its port.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[allow(clippy::large_enum_variant, reason = "made, sent and dropped at once")]
pub enum FromEngine {
    /// Carries what follows from one input, in order. After a view attaches, everything is sent once, up to
    /// [`Event::Ready`].
    Events(Vec<Event>),
    /// Answers a command.
    Reply {
        /// The view's id.
        id: u32,
        /// The answer, or why the command was refused.
        result: Result<Answer, Refusal>,
    },
    /// Answers [`ToEngine::History`].
    History {
        /// The view's id.
        id: u32,
        /// The messages, oldest first.
        messages: Vec<Message>,
        /// There are older ones; of those after a number, newer ones.
        more: bool,
        /// Some could not be read, and are missing here.
        damaged: bool,
    },
    /// Answers [`ToEngine::Search`].
    Found {
        /// The view's id.
        id: u32,
        /// What was found.
        found: Found,
    },
    /// Answers [`ToEngine::Test`].
    Tested {
        /// The view's id.
        id: u32,
        /// What the test has found.
        trial: Trial,
    },
    /// Tells that the engine cannot run; the person sees this instead of the lists.
    Failed {
        /// In English.
        reason: String,
    },
}

/// From the engine or a view to the background.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum HostRequest {
    /// Reads everything in `storage.local` and `storage.session`; the response is [`Loaded`].
    Load,
    /// Writes to a storage area, sets and removes together; the response is [`Written`]. The same
    /// write once more changes nothing.
    Write {
        /// Where to.
        area: Area,
        /// JSON texts with their keys.
        set: Vec<(String, String)>,
        /// Keys.
        remove: Vec<String>,
    },
    /// Shows a notification; the response is `()`.
    Notify {
        /// What.
        notification: Notification,
    },
    /// Takes a notification back, if it is there; the response is `()`.
    Withdraw {
        /// What it is about.
        about: About,
    },
    /// Shows this on the toolbar button; the response is `()`.
    Badge(Badge),
    /// Offers these contacts in the menu of other pages, in the place of those before; the response is `()`.
    Menu {
        /// The latest first.
        recent: Vec<Recent>,
    },
    /// Takes what the person chose in the menu of a page for a contact; the response is the text, or `null` where there is
    /// none, or it was taken before.
    TakeHanded {
        /// For whom.
        contact: ContactId,
    },
    /// Withdraws the notifications about everybody who is not among these; the response is `()`.
    KeepNotifications {
        /// Who is there.
        contacts: Vec<ContactId>,
    },
    /// Saves what is at an address in the browser's downloads; the response is [`Downloaded`], once that has ended. The same
    /// address once more asks about the same download.
    Download {
        /// A blob of the engine's page.
        url: String,
        /// What it is to be called.
        name: String,
        /// Where.
        to: SaveTo,
    },
    /// Makes sure that the engine runs, for a view; the response is `()`, once it takes connections.
    Wake,
    /// Starts the engine again, because the person asks for it; the response is `()`.
    Restart,
    /// Installs the update that waits, which nobody would notice now. All pages of the extension end with it.
    Update,
}

/// A storage area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Area {
    /// Survives everything: `storage.local`.
    Local,
    /// Survives pages and workers, not the browser: `storage.session`.
    Session,
}

/// The response to [`HostRequest::Load`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Loaded {
    /// JSON texts with their keys.
    pub local: Vec<(String, String)>,
    /// JSON texts with their keys.
    pub session: Vec<(String, String)>,
}

/// The response to [`HostRequest::Write`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Written {
    /// What the browser said, where the write failed.
    pub error: Option<String>,
}

/// Where a file is to be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SaveTo {
    /// Where the browser saves files.
    Downloads,
    /// Where the person chooses, in a dialog of the browser.
    Chosen,
    /// Where it is being saved already: nothing is begun.
    Same,
}

/// The response to [`HostRequest::Download`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Downloaded {
    /// The browser says that it is complete.
    Complete,
    /// There was no room for it.
    NoRoom,
    /// It was not saved.
    Failed,
    /// The extension may not save anything in the browser's downloads.
    NotAllowed,
}

/// From the background to the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FromBackground {
    /// Tells that an alarm has rung, as it does every 30 s: a clock beside the engine's own timers.
    Tick,
    /// Carries out what a button of a notification stands for.
    Command {
        /// What it stands for.
        command: Command,
    },
    /// Tells whether there was no input to this device for [`AWAY_AFTER`].
    Idle(bool),
    /// Tells that an update of the extension waits to be installed.
    Update,
    /// Loads the engine's page anew. `extension/engine.js` does it, also where the wasm does not run.
    Restart,
}
