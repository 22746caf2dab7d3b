//! What people see and ask: the events for a view, and the commands from it.
//!
//! No secret and no protocol detail passes here. Events carry whole things under stable keys: a
//! view keeps the latest of each and needs no other memory.

use crate::clock::UnixMillis;
use crate::config::{Config, Settings};
use serde::{Deserialize, Serialize};

/// Names a contact on this device, stable for as long as it is saved.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContactId(pub String);

/// Names a person in a list: a contact, or a stranger by today's Discovery ID without its root, which
/// may change every ten minutes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PersonId {
    /// Somebody saved.
    Contact(ContactId),
    /// Somebody new, by Discovery ID without its root.
    Stranger(String),
}

/// Names a waiting request on this device.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(pub String);

/// Names an open invite on this device.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InviteId(pub String);

/// Text that must not be shown or logged: a passphrase, or an invite's link.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hidden(pub String);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden(…)")
    }
}

/// Something a view shows. Later events replace earlier ones under the same key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// Oneself.
    Profile(Profile),
    /// The state of the connection.
    Status(Status),
    /// Somebody appeared or changed; the key is [`Person::id`].
    Person(Person),
    /// Somebody is no longer shown at all.
    PersonGone(PersonId),
    /// A request waits or changed; the key is [`Request::id`].
    Request(Request),
    /// A request was answered or expired.
    RequestGone(RequestId),
    /// An invite is open; the key is [`Invite::id`].
    Invite(Invite),
    /// An invite was used, cancelled, or expired.
    InviteGone(InviteId),
    /// A message appeared; the key is ([`Message::contact`], [`Message::number`]).
    Message(Message),
    /// Own messages of a chat are further, or wait again.
    Progress(Progress),
    /// A contact is writing at this moment; forget it after six seconds.
    Typing(ContactId),
    /// The settings in force, their defaults and what is wrong with the packed configuration.
    Settings(SettingsView),
    /// A new problem for the person to know of, shown until dismissed.
    Notice(Notice),
    /// Everything above has been sent once since this view attached.
    Ready,
    /// For the supervisor: tell the person, even with no view open.
    Notify(Notification),
    /// For the supervisor: unread messages and waiting requests, for the badge.
    Badge {
        /// Unread messages plus waiting requests.
        count: u32,
    },
}

/// Oneself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// The own name; `None` before Join.
    pub name: Option<String>,
}

/// The state of the connection, for the state line and the Connection page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// What the state line says.
    pub phase: Phase,
    /// One entry for each namespace that is joined.
    pub networks: Vec<Network>,
    /// The signalling server in use, `host:port`.
    pub server: Option<String>,
    /// Whether that server can be reached now.
    pub server_up: bool,
    /// Where a beacon is used: how that is. The namespaces are then those it signs.
    pub beacon: Option<BeaconStatus>,
}

/// How it is with the beacon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BeaconStatus {
    /// What is wrong, until an answer is good again. Meanwhile this device stays in the namespaces
    /// that it signed last.
    pub trouble: Option<BeaconTrouble>,
    /// When it is asked again, where something is wrong.
    pub retry_at: Option<UnixMillis>,
    /// It has named the namespaces to be in. Until then there are none.
    pub named: bool,
}

/// What is wrong with a beacon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum BeaconTrouble {
    /// It cannot be reached, or does not let this browser read its answer.
    Unreachable,
    /// It sends callers on to another address.
    Redirected,
    /// It refuses, with an HTTP status.
    Refused {
        /// The status.
        status: u16,
    },
    /// It answers, but not this browser or this token.
    Withheld,
    /// It signs with another key than the one configured, or for another address.
    OtherKey,
    /// The clocks differ by more than five minutes.
    Clock,
    /// It gave a slot that is over.
    OldSlot,
    /// Its answer has another form.
    Malformed,
}

/// What the state line says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Phase {
    /// Join has not been pressed: nothing is sent.
    FirstRun,
    /// Starting, or joining after a change.
    Joining,
    /// This device is the router of the (first) namespace.
    Router {
        /// The public address, as people write it.
        address: String,
        /// How many people are in the registry, oneself included.
        people: u32,
    },
    /// Connected through another device that is the router.
    Peer {
        /// The public address, as people write it.
        address: String,
        /// How many people are in the registry, oneself included.
        people: u32,
    },
    /// The router is gone; a new one is being found. Lists and chats stay.
    Electing {
        /// The public address, as people write it.
        address: String,
        /// How many people are in the kept copy, oneself included.
        people: u32,
    },
    /// The signalling server cannot be reached.
    Offline {
        /// When the next try is made.
        retry_at: Option<UnixMillis>,
    },
    /// The signalling server refuses, with its reason.
    Refused {
        /// What the server said.
        reason: String,
    },
    /// No public address was found: contacts work, finding people here does not.
    NoAddress {
        /// When the next try is made.
        retry_at: Option<UnixMillis>,
    },
    /// The beacon has not said yet what the namespaces are called: contacts work, finding people
    /// here does not.
    NoBeacon {
        /// When the next try is made.
        retry_at: Option<UnixMillis>,
    },
    /// On a cellular network people behind one address do not know each other: no discovery.
    Cellular,
}

/// One joined namespace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Network {
    /// The public address, as people write it.
    pub address: String,
    /// The part this device plays.
    pub role: Role,
    /// How many people are in the registry, oneself included.
    pub people: u32,
}

/// The part this device plays in a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Claiming the Router ID, or connecting to who holds it.
    Joining,
    /// Holds the Router ID.
    Router,
    /// Is connected to the router.
    Peer,
    /// The router is gone; waiting to claim its id.
    Electing,
}

/// Somebody in the lists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The key.
    pub id: PersonId,
    /// The saved or announced name; only text, already checked.
    pub name: String,
    /// Where they are seen.
    pub presence: Presence,
    /// For a stranger whose name looks like a contact's: that contact's name.
    pub resembles: Option<String>,
    /// For a stranger: how far a request to them is.
    pub asked: Asked,
    /// For a contact: when it was last connected.
    pub last_seen: Option<UnixMillis>,
    /// For a contact: unread messages.
    pub unread: u32,
    /// For a contact: what the last Ping said.
    pub ping: Option<Ping>,
    /// For a contact: what its page shows.
    pub care: Option<Care>,
}

/// What the page of a contact shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Care {
    /// The name the contact gives itself, where the saved one is another.
    pub calls_itself: Option<String>,
    /// 60 digits, the same on both devices.
    pub safety_number: String,
    /// The person has compared the safety number.
    pub verified: bool,
    /// Whether both look for each other beyond the network.
    pub special: Special,
    /// For [`Special::On`]: how the contact is being found.
    pub reach: Option<Reach>,
    /// No notifications about this contact.
    pub muted: bool,
    /// Neither connected to nor listened to.
    pub blocked: bool,
    /// Unseen for more than 30 days: the person is asked whether to pause.
    pub long_unseen: bool,
    /// Neither dialled nor looked for until seen.
    pub paused: bool,
}

/// Whether both sides have switched on Special contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Special {
    /// Neither has.
    Off,
    /// Only this person has; nothing happens yet.
    Wanted,
    /// Only the contact has; nothing happens yet.
    Offered,
    /// Both have.
    On,
}

/// How a special contact is being found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reach {
    /// Connected; nothing to find.
    Connected,
    /// Not connected: waiting at the meeting point of the current time.
    Reconnecting,
    /// Somebody else has the contact's address: meeting elsewhere at once.
    Recovering,
    /// The own address changed and the contact does not know yet.
    ProactiveUpdate,
}

/// An open invite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invite {
    /// The key.
    pub id: InviteId,
    /// To be given to one person.
    pub link: Hidden,
    /// When it stops working.
    pub expires: UnixMillis,
}

/// What a command gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Answer {
    /// It is done, or begun.
    Done,
    /// The content of a backup file.
    Backup {
        /// JSON text, encrypted under the passphrase.
        text: String,
    },
    /// A backup was taken over.
    Imported {
        /// How many contacts it had.
        contacts: u32,
    },
}

/// Where somebody is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Presence {
    /// On this network, shown by a direct connection.
    OnNetwork,
    /// In the registry of this network, not yet confirmed by a direct connection.
    ClaimsNetwork,
    /// Connected, from elsewhere.
    Online,
    /// Not connected.
    Offline,
}

/// How far a request to a stranger is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Asked {
    /// Not asked.
    No,
    /// Connecting.
    Connecting,
    /// The other person has been asked.
    Waiting,
    /// They said no, or did not answer in time: one cannot tell which.
    NotAccepted,
    /// They could not be reached.
    Unreachable,
    /// What answered broke the protocol or failed a proof; the connection was closed.
    Failed,
}

/// What a Ping said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ping {
    /// On its way.
    Trying,
    /// The contact answered and proved who it is.
    Online,
    /// Nobody answered at the last known address.
    Unreachable,
    /// Somebody answered who is not the contact.
    SomebodyElse,
}

/// A request that waits for the person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The key.
    pub id: RequestId,
    /// The announced name; only text, already checked.
    pub name: String,
    /// What they wrote with it.
    pub note: Option<String>,
    /// When it came.
    pub at: UnixMillis,
    /// For a name that looks like a contact's: that contact's name.
    pub resembles: Option<String>,
    /// It came with one of this person's invites.
    pub invited: bool,
}

/// A chat message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Whose chat.
    pub contact: ContactId,
    /// Its place in the chat, rising from 1.
    pub number: u64,
    /// When it was written (own clock) or received.
    pub at: UnixMillis,
    /// The text; only text.
    pub text: String,
    /// From whom, and how far it is.
    pub state: MessageState,
    /// Of an own one that is shown: its place among the own ones, rising from 1, by which
    /// [`Progress`] speaks of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<u64>,
}

/// How far the own messages of a chat are, by [`Message::place`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// Whose chat.
    pub contact: ContactId,
    /// Up to this one they were handed to the present connection.
    pub sent: u64,
    /// Up to this one they are stored on the other device.
    pub delivered: u64,
    /// Up to this one they were shown to the other person.
    pub read: u64,
}

impl Progress {
    /// How far the own message at a place is.
    pub fn state(&self, place: u64) -> MessageState {
        if place <= self.read {
            MessageState::Read
        } else if place <= self.delivered {
            MessageState::Delivered
        } else if place <= self.sent {
            MessageState::Sent
        } else {
            MessageState::Waiting
        }
    }
}

/// From whom a message is, and how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MessageState {
    /// From the contact.
    Received,
    /// Own; stored here, not sent yet.
    Waiting,
    /// Own; handed to the connection.
    Sent,
    /// Own; stored on the other device.
    Delivered,
    /// Own; shown to the other person.
    Read,
}

/// The settings in force and where they come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SettingsView {
    /// What the person changed.
    pub settings: Settings,
    /// What the extension was packed with.
    pub defaults: Config,
    /// What is wrong with `config.json`, where it is: the built-in values are used instead.
    pub config_error: Option<String>,
}

/// A problem for the person to know of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Notice {
    /// The browser's storage is full or failing: nothing new can be kept.
    StorageFailed {
        /// What the browser said.
        reason: String,
    },
    /// A stored item could not be read; it was left where it is.
    StorageDamaged {
        /// Its key.
        key: String,
    },
    /// Somebody answered at a contact's address but is not the contact.
    SomebodyElse {
        /// The contact's name.
        name: String,
    },
    /// Somebody's connection was closed because it broke the protocol.
    Misbehaved {
        /// Who, as far as is known.
        name: String,
        /// How, in English, for a bug report.
        reason: String,
    },
    /// An acceptance could not be finished because the other side is gone; ask again.
    AnswerTooLate {
        /// Who.
        name: String,
    },
    /// The clocks of the two devices differ: one of them is wrong, and times and meeting points
    /// with it.
    ClockDiffers {
        /// The contact's name.
        name: String,
        /// By how much.
        minutes: u64,
    },
    /// An invite led to nothing: the other person said no, or did not answer in time.
    InviteNotAccepted,
    /// The same identity is in use on another device at this moment.
    TwoCopies,
    /// Somebody accepted under a new name turned out to be a blocked contact.
    Blocked {
        /// The contact's name.
        name: String,
    },
}

/// What the supervisor tells the person outside any view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Notification {
    /// A contact joined this network.
    Joined {
        /// Who.
        contact: ContactId,
        /// The saved name.
        name: String,
    },
    /// A contact wrote.
    Message {
        /// Who.
        contact: ContactId,
        /// The saved name.
        name: String,
        /// The text, or its beginning.
        text: String,
    },
    /// Somebody asks to connect.
    Request {
        /// Which request.
        request: RequestId,
        /// The announced name.
        name: String,
    },
    /// Somebody accepted.
    Accepted {
        /// Who.
        contact: ContactId,
        /// The saved name.
        name: String,
    },
}

/// What a person asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Command {
    /// Give a name and go on the network; again later, to change the name.
    Join {
        /// The chosen name.
        name: String,
    },
    /// Ask a stranger.
    Connect {
        /// The id in a [`PersonId::Stranger`].
        stranger: String,
    },
    /// Say yes to a request.
    Accept {
        /// Which.
        request: RequestId,
    },
    /// Say no to a request.
    Reject {
        /// Which.
        request: RequestId,
    },
    /// Write to a contact.
    Send {
        /// To whom.
        contact: ContactId,
        /// The text, 1 to 8,000 bytes.
        text: String,
    },
    /// The person is writing to a contact.
    Typing {
        /// To whom.
        contact: ContactId,
    },
    /// The person has seen the chat up to this message.
    Read {
        /// Whose chat.
        contact: ContactId,
        /// The [`Message::number`].
        number: u64,
    },
    /// Find out whether a saved contact can be reached.
    Ping {
        /// Whom.
        contact: ContactId,
    },
    /// Save a contact under another name; empty for the one it gives itself.
    Rename {
        /// Whom.
        contact: ContactId,
        /// The new name.
        name: String,
    },
    /// The person has compared the safety number, or takes that back.
    Verify {
        /// Whose.
        contact: ContactId,
        /// It was the same.
        verified: bool,
    },
    /// Switch Special contact.
    Special {
        /// Whom.
        contact: ContactId,
        /// On.
        on: bool,
    },
    /// Switch notifications about a contact.
    Mute {
        /// Whom.
        contact: ContactId,
        /// Off.
        muted: bool,
    },
    /// Block a contact, or unblock it.
    Block {
        /// Whom.
        contact: ContactId,
        /// Block.
        blocked: bool,
    },
    /// Pause a contact until it is seen, or go on looking for it.
    Pause {
        /// Whom.
        contact: ContactId,
        /// Pause.
        paused: bool,
    },
    /// Forget a contact and its chat.
    Remove {
        /// Whom.
        contact: ContactId,
    },
    /// Make an invite: an [`Event::Invite`] follows.
    Invite,
    /// Close an open invite.
    CancelInvite {
        /// Which.
        invite: InviteId,
    },
    /// Ask whoever made an invite.
    UseInvite {
        /// As given by the other person.
        link: Hidden,
    },
    /// Identity and contacts as text: answered with [`Answer::Backup`].
    Export {
        /// At least eight characters.
        passphrase: Hidden,
    },
    /// Take over identity and contacts: answered with [`Answer::Imported`].
    Import {
        /// The one it was exported under.
        passphrase: Hidden,
        /// The content of the file.
        backup: Hidden,
    },
    /// Change the settings.
    Configure {
        /// All of them.
        settings: Settings,
    },
    /// Do not wait for the next try.
    Retry,
}

/// Why a command was refused, for the field or the button it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Refusal {
    /// The name is empty.
    #[error("the name is empty")]
    NameEmpty,
    /// The name is longer than 32 characters or 96 bytes.
    #[error("the name is longer than 32 characters or 96 bytes")]
    NameTooLong,
    /// The name has control, invisible or direction-changing characters.
    #[error("the name has characters that cannot be shown")]
    NameCharacters,
    /// The text is empty.
    #[error("the message is empty")]
    TextEmpty,
    /// The text is longer than 8,000 bytes.
    #[error("the message is longer than 8,000 bytes")]
    TextTooLong,
    /// Too much waits for this contact already.
    #[error("too many messages wait for this contact")]
    OutboxFull,
    /// The contact, request or person is not there any more.
    #[error("that is not there any more")]
    Gone,
    /// Press Join first.
    #[error("join first")]
    NotJoined,
    /// There are 500 contacts.
    #[error("there is no room for another contact")]
    ContactsFull,
    /// The text is no invite.
    #[error("this is not an invite")]
    InviteMalformed,
    /// It is one's own.
    #[error("this is your own invite")]
    InviteOwn,
    /// It is too old.
    #[error("this invite has expired")]
    InviteExpired,
    /// Nobody is there: whoever made it must be online.
    #[error("whoever made this invite cannot be reached")]
    InviteUnreachable,
    /// Whoever is there does not know it: it was used, cancelled, or is somebody else's.
    #[error("this invite does not work any more")]
    InviteNotValid,
    /// There are ten open invites.
    #[error("there are too many open invites")]
    InvitesFull,
    /// The passphrase is shorter than eight characters.
    #[error("the passphrase is shorter than eight characters")]
    PassphraseShort,
    /// The file is no backup, or was changed.
    #[error("this is not an undamaged backup")]
    BackupDamaged,
    /// The passphrase is another one, or the file was changed.
    #[error("the passphrase is wrong, or the backup is damaged")]
    BackupWrong,
    /// There are contacts here that the backup would replace.
    #[error("this installation has contacts already")]
    NotEmpty,
    /// A setting is wrong.
    #[error("setting {field}: {reason}")]
    Setting {
        /// Where, as a path: `signalling.0.host`.
        field: String,
        /// Why, in English.
        reason: String,
    },
    /// The browser could not store it.
    #[error("it could not be stored: {reason}")]
    Storage {
        /// What the browser said.
        reason: String,
    },
}
