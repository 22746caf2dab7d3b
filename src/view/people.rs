//! Who is in the lists, and what is known of them.

use crate::clock::UnixMillis;
use crate::config::NotificationText;
use crate::values::{ContactId, InviteId, Lifetime, RequestId, Secret};
use serde::{Deserialize, Serialize};

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

/// Somebody in the lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// For a contact who is connected: over which way.
    pub connected: Option<Connected>,
    /// For a contact: the last time it was called it answered, and the networks let no connection through.
    pub no_path: bool,
    /// For a contact: what its page shows.
    pub preferences: Option<Preferences>,
    /// Of a contact: how long the messages of the chat stay.
    #[serde(default)]
    pub staying: Staying,
}

impl Person {
    /// Returns somebody of whom nothing else is known.
    #[must_use]
    pub fn new(id: PersonId, name: String, presence: Presence) -> Self {
        Self {
            id,
            name,
            presence,
            resembles: None,
            asked: Asked::No,
            last_seen: None,
            unread: 0,
            ping: None,
            connected: None,
            no_path: false,
            preferences: None,
            staying: Staying::default(),
        }
    }
}

/// How a contact is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Connected {
    /// Which way messages take.
    pub way: Way,
    /// How long one took there and back when that was last measured, in milliseconds.
    pub round_trip: Option<u32>,
    /// The contact says that its person is away.
    pub away: bool,
}

/// Which way messages take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Way {
    /// They stay within the network.
    SameNetwork,
    /// From one network straight to the other.
    Direct,
    /// Through a TURN server.
    Relayed,
}

/// How long the messages of a chat stay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Staying {
    /// How long a message stays after it was read that is written now; `None` stands for ever.
    pub lifetime: Option<Lifetime>,
    /// What is proposed and waits for an answer.
    pub proposals: Vec<Proposal>,
    /// The person has cleared the chat up to this number, and can bring it back for ten seconds.
    pub clearing: Option<u64>,
}

/// A proposal how long messages are to stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proposal {
    /// The [`Message::id`](crate::view::Message::id) of the line in which it was made.
    pub id: String,
    /// How long.
    pub lifetime: Lifetime,
    /// The person on this device has made it.
    pub own: bool,
}

/// What the page of a contact shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Preferences {
    /// The name the contact gives itself, where the saved one is another.
    pub calls_itself: Option<String>,
    /// The name that the contact has taken since it was accepted, until the person takes it over or
    /// gives another one.
    pub new_name: Option<String>,
    /// 60 digits, the same on both devices.
    pub safety_number: String,
    /// What shows it to the camera of the other device, whose person has compared it then for both.
    pub safety_code: String,
    /// Who has introduced them, as that one was called here.
    pub introduced_by: Option<String>,
    /// The person has compared the safety number.
    pub verified: bool,
    /// Whether both look for each other beyond the network.
    pub special: Special,
    /// For [`Special::On`]: how the contact is being found.
    pub reach: Option<Reach>,
    /// No notifications about this contact.
    pub muted: bool,
    /// What notifications about this contact show; `None` stands for what the settings say.
    pub notification_text: Option<NotificationText>,
    /// Small pictures of this contact arrive by themselves.
    pub pictures: bool,
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

/// A contact with whom the person talked lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// Who.
    pub contact: ContactId,
    /// The saved name.
    pub name: String,
}

/// How an invite begins that is a code, so that people and programs see what it is.
pub const INVITE_SCHEME: &str = "meshchat-invite:";

/// What stands before the code in an invite that is a link.
pub const INVITE_LINK: &str = "#i=";

/// An open invite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invite {
    /// The key.
    pub id: InviteId,
    /// To be given to one person.
    pub link: Secret,
    /// When it stops working.
    pub expires: UnixMillis,
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
    /// They answered, and no connection came about: the networks let none through.
    NoPath,
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
    /// Somebody answered, and no connection came about: the networks let none through.
    NoPath,
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
    /// Who they are in the list of this network, where they are there: the id in a
    /// [`PersonId::Stranger`].
    pub stranger: String,
    /// When it came.
    pub at: UnixMillis,
    /// For a name that looks like a contact's: that contact's name.
    pub resembles: Option<String>,
    /// It came with one of this person's invites.
    pub invited: bool,
    /// It is accepted, and whoever made it is looked for.
    pub accepted: bool,
}
