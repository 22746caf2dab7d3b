//! What people see and ask: the events for a view, and the commands from it.
//!
//! No secret and no protocol detail passes here. Events carry whole things under stable keys: a
//! view keeps the latest of each and needs no other memory.

mod alert;
mod answer;
mod availability;
mod backup;
mod command;
mod introduction;
mod message;
mod notification;
mod people;
mod recipient;
mod status;
mod transfer;

pub use crate::offer::FileOffer;
pub use crate::values::{
    Act, ContactId, InviteId, Lifetime, Outcome, Reference, RequestId, Secret, Secret as Hidden,
    TransferId,
};
pub use alert::Alert;
pub use answer::Answer;
pub use availability::{AWAY_AFTER, Availability, Choice, OffFor};
pub use backup::BackupView;
pub use command::{Command, ContactCommand, FileChoice, FileCommand, Refusal, RuleStep};
pub use introduction::{Introduction, IntroductionState};
pub(crate) use message::is_young;
pub use message::{
    Entry, Going, Marks, Message, MessageState, Offered, Progress, Quoted, check_text, is_sign,
};
pub use notification::{About, Notification};
pub use people::{
    Asked, Connected, INVITE_LINK, INVITE_SCHEME, Invite, Person, PersonId, Ping, Preferences,
    Presence, Proposal, Reach, Recent, Request, Special, Staying, Way,
};
pub use recipient::{Duty, Recipient};
pub use status::{Badge, BeaconStatus, BeaconTrouble, Network, Phase, Profile, Role, Status};
pub use transfer::{Failure, Transfer, TransferState};

use crate::config::{Config, Settings};
use serde::{Deserialize, Serialize};

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
    /// Something was done with a message that is stored: as it is now, where a view has it.
    Amended(Message),
    /// The contact's messages from this number on were arriving and could not be stored: they are not there
    /// any more, and come again.
    MessagesGone {
        /// Whose chat.
        contact: ContactId,
        /// The number of the first of them.
        from: u64,
    },
    /// A chat was cleared: nothing is left of it up to this number, but what waits to be delivered.
    Cleared {
        /// Whose chat.
        contact: ContactId,
        /// The number.
        upto: u64,
    },
    /// Own messages of a chat are further, or wait again; or it is known when messages go.
    Progress(Progress),
    /// A file was accepted here or offered from here, or is further; the key is [`Transfer::transfer`].
    Transfer(Transfer),
    /// What has become of a file is no longer kept.
    TransferGone(TransferId),
    /// An introduction was made, or is further; the key is ([`Introduction::contact`], [`Introduction::message`]).
    Introduction(Introduction),
    /// An introduction was taken back, or is too long ago.
    IntroductionGone {
        /// In whose chat.
        contact: ContactId,
        /// The id of the message that introduced.
        message: String,
    },
    /// A contact is writing at this moment; forget it after six seconds.
    Typing(ContactId),
    /// The settings in force, their defaults and what is wrong with the packed configuration.
    Settings(SettingsView),
    /// A new problem for the person to know of, shown until dismissed.
    Alert(Alert),
    /// Everything above has been sent once since this view attached.
    Ready,
    /// For the supervisor: tell the person, even with no view open.
    Notify(Notification),
    /// For the supervisor: a notification about this has become needless, if there is one.
    Withdraw(About),
    /// For the supervisor: what the badge says.
    Badge(Badge),
    /// For the supervisor: with whom the person talked last, the latest first.
    Recent(Vec<Recent>),
}

/// The settings in force and where they come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SettingsView {
    /// What the person changed.
    pub settings: Settings,
    /// What the extension was packed with.
    pub defaults: Config,
    /// What is wrong with `config.json`, where it is. Nothing is sent then, unless the settings say that
    /// the built-in values stand for it.
    pub config_error: Option<String>,
}
