//! What a person asks for, and why it may be refused.

use super::{Choice, ContactId, Hidden, InviteId, Lifetime, Reference, RequestId, TransferId};
use crate::config::{Invalid, NotificationText, Settings};
use crate::name::{NoteTooLong, Unsuitable};
use crate::offer::FileOffer;
use serde::{Deserialize, Serialize};

/// What a person asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Command {
    /// Gives this person a name and goes on the network; later, changes the name.
    Join {
        /// The chosen name.
        name: String,
    },
    /// Asks a stranger to connect.
    Connect {
        /// The id in a [`PersonId::Stranger`](crate::view::PersonId::Stranger).
        stranger: String,
        /// What is sent with the request, [`NOTE_BYTES`](crate::limits::NOTE_BYTES) at most.
        #[serde(default)]
        note: Option<String>,
    },
    /// Accepts a request.
    Accept {
        /// Which.
        request: RequestId,
    },
    /// Rejects a request.
    Reject {
        /// Which.
        request: RequestId,
    },
    /// Rejects a request, and from now on every request under the same name.
    Ignore {
        /// Which.
        request: RequestId,
    },
    /// Sends a message to a contact.
    Send {
        /// To whom.
        contact: ContactId,
        /// The text, 1 to 8,000 bytes.
        text: String,
    },
    /// Does something with a message of a chat: answered like [`Command::Send`].
    Refer {
        /// In whose chat.
        contact: ContactId,
        /// With which message, and what.
        reference: Reference,
        /// The answer, the new text or the sign; else nothing.
        text: String,
    },
    /// Says something about how long the messages of a chat stay: answered like [`Command::Send`].
    Rule {
        /// In which chat.
        contact: ContactId,
        /// What.
        step: RuleStep,
    },
    /// Introduces two contacts to each other: each is asked in their chat.
    Introduce {
        /// One.
        contact: ContactId,
        /// The other.
        other: ContactId,
        /// What both read with it, [`NOTE_BYTES`](crate::limits::NOTE_BYTES) at most.
        note: Option<String>,
    },
    /// Answers an introduction by a contact. A no is told to nobody.
    AnswerIntroduction {
        /// Who introduces.
        contact: ContactId,
        /// The id of the message that does.
        message: String,
        /// Yes.
        agree: bool,
    },
    /// Reports that the person is writing to a contact.
    Typing {
        /// To whom.
        contact: ContactId,
    },
    /// Reports that the person has seen the chat up to this message.
    Read {
        /// Whose chat.
        contact: ContactId,
        /// The [`Message::number`](crate::view::Message::number).
        number: u64,
    },
    /// Finds out whether a saved contact can be reached.
    Ping {
        /// Whom.
        contact: ContactId,
    },
    /// Carries out a decision about a contact.
    Contact(ContactId, ContactCommand),
    /// Makes an invite: an [`Event::Invite`](crate::view::Event::Invite) follows.
    Invite,
    /// Closes an open invite.
    CancelInvite {
        /// Which.
        invite: InviteId,
    },
    /// Asks the person who made an invite.
    UseInvite {
        /// As given by the other person.
        link: Hidden,
    },
    /// Exports identity and contacts as text: answered with [`Answer::Backup`](super::Answer::Backup).
    Export {
        /// At least eight characters.
        passphrase: Hidden,
    },
    /// Imports identity and contacts: answered with [`Answer::Imported`](super::Answer::Imported).
    Import {
        /// The one it was exported under.
        passphrase: Hidden,
        /// The content of the file.
        backup: Hidden,
    },
    /// Changes the settings.
    Configure {
        /// All of them.
        settings: Settings,
    },
    /// Offers a file to a contact, which is answered like a message. The file itself is handed to the engine's page
    /// under the same name.
    Offer {
        /// To whom.
        contact: ContactId,
        /// Chosen by the view: 32 random hex digits.
        transfer: TransferId,
        /// What is said of it.
        offer: FileOffer,
    },
    /// Accepts a file that a contact offers, or declines it.
    Decide {
        /// In whose chat.
        contact: ContactId,
        /// Which.
        transfer: TransferId,
        /// What they want.
        choice: FileChoice,
    },
    /// Carries out what is wanted of a file that was accepted or offered here.
    File(TransferId, FileCommand),
    /// Chooses how much of the network to be on.
    Choose(Choice),
    /// Tries again now, without waiting for the next try.
    Retry,
}

/// What a person decides about a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ContactCommand {
    /// Saves the contact under this name; an empty one stands for the name the contact gives itself.
    Rename(String),
    /// Notes that the safety number was the same on both devices, or takes that back.
    Verify(bool),
    /// Compares what was scanned from the screen of the contact's device, for both.
    Scan(String),
    /// Switches Special contact.
    Special(bool),
    /// Switches notifications about the contact: `true` is without.
    Mute(bool),
    /// Says what notifications about the contact show; `None` stands for what the settings say.
    NotificationText(Option<NotificationText>),
    /// Lets small pictures of the contact arrive by themselves.
    Pictures(bool),
    /// Clears the chat on this device, or brings it back for the ten seconds in which that can be done.
    Clear(bool),
    /// Blocks the contact, or unblocks it.
    Block(bool),
    /// Pauses the contact until it is seen, or looks for it again.
    Pause(bool),
    /// Forgets the contact and its chat.
    Remove,
}

/// What a person says about how long messages stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RuleStep {
    /// They are to go so long after they were read.
    Propose(Lifetime),
    /// They agree to the proposal of this id.
    Agree(String),
    /// They turn it down.
    Decline(String),
    /// Messages stay, from now on.
    Off,
}

/// What a person says to a file that is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FileChoice {
    /// It is not wanted.
    Decline,
    /// It is to be saved where the browser saves files.
    Accept,
    /// It is to be saved where they choose, once it is here.
    SaveAs,
}

/// What a person wants of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FileCommand {
    /// Gives it up.
    Cancel,
    /// Stops it for now, or goes on.
    Pause(bool),
    /// Reports that it was chosen again, and handed to the engine's page.
    Choose,
    /// Hands it to the browser's downloads once more.
    Save,
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
    /// The text has more control characters than a message can carry.
    #[error("the message has too many control characters")]
    TextControls,
    /// The note is longer than 280 bytes.
    #[error("the note is longer than 280 bytes")]
    NoteTooLong,
    /// Too much waits for this contact already.
    #[error("too many messages wait for this contact")]
    OutboxFull,
    /// The contact, request or person is not there any more.
    #[error("that is not there any more")]
    Gone,
    /// The message is not here, or was deleted.
    #[error("that message is not there any more")]
    MessageGone,
    /// Somebody else has written it.
    #[error("only who has written a message may change or delete it")]
    MessageForeign,
    /// A day has passed, or it was changed a hundred times.
    #[error("this message may not be changed any more")]
    MessageOld,
    /// It is no sign for a reaction, or a file has no text to change.
    #[error("this cannot be done with that message")]
    MessageUnfit,
    /// The proposal how long messages are to stay does not stand any more.
    #[error("that proposal does not stand any more")]
    RuleOvertaken,
    /// The chat was cleared longer ago than that can be taken back.
    #[error("it is too late to bring the chat back")]
    ClearedForGood,
    /// What is said of the file is out of bounds: larger than any disk, or with a malformed name or picture.
    #[error("this file cannot be offered")]
    FileUnfit,
    /// There are 500 files on their way.
    #[error("there are too many files on their way")]
    FilesFull,
    /// The person is off: nobody can be reached.
    #[error("you are off")]
    Off,
    /// Press Join first.
    #[error("join first")]
    NotJoined,
    /// What was scanned is no safety number of Mesh Chat.
    #[error("this is no safety number")]
    CodeMalformed,
    /// What was scanned is another safety number than the one here.
    #[error("this is another safety number")]
    CodeDiffers,
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
    /// Nobody answers: the person who made it must be online, and it must be open. Used and cancelled
    /// ones are not told apart from that.
    #[error("the person who made this invite cannot be reached")]
    InviteUnreachable,
    /// Who made the invite answered, and the networks let no connection through.
    #[error("the networks let no connection through to the person who made this invite")]
    InviteNoPath,
    /// Somebody else is where it leads.
    #[error("this invite does not lead to the person who made it")]
    InviteNotValid,
    /// There are ten open invites.
    #[error("there are too many open invites")]
    InvitesFull,
    /// Ten introductions of one of the two are open.
    #[error("there are too many open introductions of this contact")]
    IntroductionsFull,
    /// It is the same person twice, or the two were asked already.
    #[error("these two are introduced already")]
    Introduced,
    /// The passphrase is shorter than eight characters.
    #[error("the passphrase is shorter than eight characters")]
    PassphraseShort,
    /// The file is no backup, or was changed.
    #[error("this is not an undamaged backup")]
    BackupDamaged,
    /// The passphrase is another one, or the file was changed.
    #[error("the passphrase is wrong, or the backup is damaged")]
    BackupWrong,
    /// There are contacts of another identity here, which the backup would replace.
    #[error("this installation has contacts of another identity")]
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

impl From<Invalid> for Refusal {
    fn from(Invalid { field, reason }: Invalid) -> Self {
        Self::Setting { field, reason }
    }
}

impl From<NoteTooLong> for Refusal {
    fn from(NoteTooLong: NoteTooLong) -> Self {
        Self::NoteTooLong
    }
}

impl From<Unsuitable> for Refusal {
    fn from(unsuitable: Unsuitable) -> Self {
        match unsuitable {
            Unsuitable::Empty => Self::NameEmpty,
            Unsuitable::TooLong => Self::NameTooLong,
            Unsuitable::Characters => Self::NameCharacters,
        }
    }
}
