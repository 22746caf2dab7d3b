//! What survives a restart: versioned records, and the snapshot they add up to.
//!
//! Each record is written whole under its own key, so that one write is one fact. Binary values
//! are base64url without padding.
//!
//! Long because it is one list: everything that is ever stored, with the meaning of each field.

use crate::acquaintance::Acquaintance;
use crate::clock::UnixMillis;
use crate::config::{NotificationText, Settings};
use crate::offer::{FileOffer, weight};
pub use crate::values::Secret;
use crate::values::{
    Act, ContactId, InviteId, Lifetime, Outcome, Reference, RequestId, TransferId,
};
use crate::view::{Availability, Failure, TransferState};
use serde::{Deserialize, Serialize};

/// Everything a [`Node`](crate::Node) needs to go on where it stopped.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Absent before Join.
    pub profile: Option<ProfileRecord>,
    /// What the person changed.
    pub settings: Settings,
    /// Why what the person changed cannot be read, where it is there.
    #[serde(default)]
    pub damaged_settings: Option<String>,
    /// How much of the network the person has chosen to be on; absent before that.
    #[serde(default)]
    pub availability: Option<AvailabilityRecord>,
    /// Saved contacts.
    pub contacts: Vec<ContactRecord>,
    /// Contacts that are there and cannot be read: what belongs to them stays.
    #[serde(default)]
    pub damaged_contacts: Vec<ContactId>,
    /// Requests waiting for the person.
    pub requests: Vec<RequestRecord>,
    /// Those who were asked and can still say yes.
    #[serde(default)]
    pub asked: Vec<AskedRecord>,
    /// Open invites.
    #[serde(default)]
    pub invites: Vec<InviteRecord>,
    /// One for each contact with messages.
    pub threads: Vec<ThreadRecord>,
    /// Own messages that are not known to be delivered, in any order.
    pub outbox: Vec<MessageRecord>,
    /// Files that were accepted here, or offered from here.
    #[serde(default)]
    pub transfers: Vec<TransferRecord>,
}

impl Snapshot {
    /// Returns the contacts that are there, readable or not.
    pub fn contact_ids(&self) -> impl Iterator<Item = &ContactId> {
        let read = self.contacts.iter().map(|contact| &contact.id);
        read.chain(&self.damaged_contacts)
    }
}

/// One write. It is durable, or it has not happened; one that is reported as failed may be either.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Replace the profile.
    Profile(ProfileRecord),
    /// Replace the settings.
    Settings(Settings),
    /// Replace how much of the network to be on.
    Availability(AvailabilityRecord),
    /// Add or replace a contact.
    Contact(ContactRecord),
    /// Remove a contact.
    ForgetContact(ContactId),
    /// Add or replace a request.
    Request(RequestRecord),
    /// Remove a request.
    ForgetRequest(RequestId),
    /// Add or replace somebody who was asked.
    Asked(AskedRecord),
    /// Remove somebody who was asked, by the key of their record.
    ForgetAsked(String),
    /// Add or replace an invite.
    Invite(InviteRecord),
    /// Remove an invite.
    ForgetInvite(InviteId),
    /// Remove a chat with all its messages.
    ForgetThread(ContactId),
    /// Add or replace messages together with the head of their thread, in one transaction. The chat
    /// ends before the head's next number: what an earlier write has left from there on is removed. So is
    /// what is stored before the number at which the head begins.
    Thread(ThreadRecord, Vec<MessageRecord>),
    /// Add or replace a file.
    Transfer(TransferRecord),
    /// Remove a file.
    ForgetTransfer(TransferId),
    /// Take over a backup: all of it is written together, however much that is.
    Import(Box<ImportRecord>),
    /// Forget that the chats of a backup that wait under this name are to be joined.
    ForgetHistory(String),
}

/// What a backup makes of an installation.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportRecord {
    /// Replaces the profile.
    pub profile: ProfileRecord,
    /// To be added or replaced.
    pub contacts: Vec<ContactRecord>,
    /// To be removed: acceptances of another identity that were not finished.
    pub forget_contacts: Vec<ContactId>,
    /// To be removed.
    pub forget_requests: Vec<RequestId>,
    /// To be removed.
    pub forget_invites: Vec<InviteId>,
    /// To be removed: those who were asked.
    pub forget_asked: Vec<String>,
    /// With the chats of the backup. They are joined before the next start goes on.
    pub history: Option<WaitingChats>,
}

/// Chats of a backup that wait beside those that are here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingChats {
    /// The name under which they wait.
    pub name: String,
    /// Whose they are in the backup, and here.
    pub chats: Vec<(ContactId, ContactId)>,
}

/// How much of the network the person has chosen to be on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AvailabilityRecord {
    /// Version of this record: 1.
    pub version: u32,
    /// What they have chosen last.
    pub chosen: Availability,
    /// What is to hold again when they are off no more.
    #[serde(default)]
    pub before: Availability,
}

impl AvailabilityRecord {
    /// What stands for a record that cannot be read: who may be off is off, until they say so.
    pub const UNREADABLE: Self = Self {
        version: 1,
        chosen: Availability::Off { until: None },
        before: Availability::Here,
    };
}

impl Default for AvailabilityRecord {
    fn default() -> Self {
        Self {
            version: 1,
            chosen: Availability::Here,
            before: Availability::Here,
        }
    }
}

/// Oneself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProfileRecord {
    /// Version of this record: 1.
    pub version: u32,
    /// The chosen name.
    pub name: String,
    /// When the person chose it.
    #[serde(default)]
    pub named_at: UnixMillis,
    /// The P-256 secret scalar, 32 bytes.
    pub identity: Secret,
    /// The UUID that only contacts know.
    pub discovery_uuid: Secret,
    /// The current Transport ID.
    pub transport_id: String,
    /// Rises whenever the Transport ID, the discoveryUUID or the name changes, and with every start.
    pub profile_number: u64,
    /// The Transport ID before this one, while contacts may look there.
    #[serde(default)]
    pub former: Option<FormerRecord>,
}

/// A Transport ID that was taken back from somebody, and is held for contacts who do not know the new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FormerRecord {
    /// The id.
    pub transport_id: String,
    /// Until when it is held at most.
    pub until: UnixMillis,
    /// The number of the first profile with the new one.
    pub number: u64,
}

/// Somebody accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContactRecord {
    /// Version of this record: 1.
    pub version: u32,
    /// The key.
    pub id: ContactId,
    /// The P-256 public key, compressed, 33 bytes. Absent while the other side's last handshake
    /// message is missing; the next meeting brings it.
    pub identity: Option<String>,
    /// The name as saved: the one they were accepted under, or that the person took over later.
    pub name: String,
    /// The name they give themselves by now, where it is another one.
    #[serde(default)]
    pub new_name: Option<String>,
    /// Where they are found. Absent until their first profile after an acceptance: it is sent
    /// once both sides have proven who they are.
    pub card: Option<CardRecord>,
    /// The number of the newest profile seen from them.
    pub profile_number: u64,
    /// 32 bytes made by both, never sent.
    pub pair_secret: Secret,
    /// When they were last connected.
    pub last_seen: Option<UnixMillis>,
    /// What the person decided about them.
    #[serde(default)]
    #[serde(rename = "care")]
    pub preferences: Box<CareRecord>,
    /// Who has introduced them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introduced: Option<Box<IntroducedRecord>>,
}

/// By whom a contact was introduced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IntroducedRecord {
    /// The contact who vouches for them. While the two have not met, it is void without that one.
    pub by: ContactId,
    /// How that one was called here.
    pub name: String,
    /// The key that they were said to have: nobody else is taken for them.
    pub key: String,
}

/// Where a contact is found, as they last said on an authenticated connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CardRecord {
    /// Where they can be dialled.
    pub transport_id: String,
    /// By which they are recognised in a registry, 16 bytes.
    pub discovery_uuid: Secret,
}

/// What a person decided about a contact, and what the contact says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CareRecord {
    /// The name the person gave.
    pub given_name: Option<String>,
    /// The safety number was compared.
    pub verified: bool,
    /// Special contact is switched on here.
    pub special: bool,
    /// Special contact is switched on there.
    pub special_there: bool,
    /// No notifications.
    pub muted: bool,
    /// What notifications show of them, where that is another than in the settings.
    pub notification_text: Option<NotificationText>,
    /// Small pictures arrive by themselves.
    pub pictures: bool,
    /// Not connected to.
    pub blocked: bool,
    /// Not looked for until seen.
    pub paused: bool,
    /// When the person last said to go on looking for them.
    pub looked_for: Option<UnixMillis>,
    /// Unblocked and not met since. Both may have taken new addresses, so the contact is waited for at
    /// a rendezvous.
    pub sought: bool,
    /// The number of the own profile that they have.
    pub told: u64,
}

/// An open invite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InviteRecord {
    /// Version of this record: 1.
    pub version: u32,
    /// The key.
    pub id: InviteId,
    /// Where whoever uses it dials: an id of its own, which is given up with it. It has the form of a
    /// Transport ID, and leads nobody to that.
    pub address: String,
    /// 32 bytes that only the link holds.
    pub secret: Secret,
    /// When it stops working.
    pub expires: UnixMillis,
}

/// A request waiting for the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestRecord {
    /// Version of this record: 1.
    pub version: u32,
    /// The key.
    pub id: RequestId,
    /// The Discovery ID it came from.
    pub from: String,
    /// The Discovery ID it came to.
    pub to: String,
    /// The announced name.
    pub name: String,
    /// What they wrote with it.
    pub note: Option<String>,
    /// When it came.
    pub at: UnixMillis,
    /// The invite it came with.
    #[serde(default)]
    pub invite: Option<InviteId>,
    /// When the person said no. It waits no longer, and shows who is not to ask again for a day.
    #[serde(default)]
    pub rejected: Option<UnixMillis>,
    /// When the person said yes to somebody who was not there any more, and is looked for.
    #[serde(default)]
    pub accepted: Option<UnixMillis>,
    /// 32 bytes made by both, never sent: by it the two recognise each other when they are called
    /// back, or ask again.
    pub call_back: Secret,
}

/// Somebody who was asked and can still say yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AskedRecord {
    /// Version of this record: 1.
    pub version: u32,
    /// The key: their Discovery ID without its root, or the id in the invite that was used.
    pub stranger: String,
    /// The own id from which they were asked: a Discovery ID, or one that was made for an invite and
    /// is held for their answer.
    pub from: String,
    /// 32 bytes made by both, never sent: whoever shows them is the one who was asked.
    pub call_back: Secret,
    /// Until when a yes counts.
    pub until: UnixMillis,
    /// Under which name they were listed.
    pub name: Option<String>,
    /// As whom they were perhaps asked on an earlier day: what shows that goes with this.
    pub before: Option<String>,
    /// The request of theirs that was answered by asking them.
    pub answers: Option<RequestId>,
    /// The person has heard that no yes came in time.
    pub told: bool,
}

/// The head of a chat: all that is needed to go on without reading the messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadRecord {
    /// Version of this record: 2.
    pub version: u32,
    /// Whose chat.
    pub contact: ContactId,
    /// The number the next message gets.
    pub next_number: u64,
    /// The place of the last own message.
    pub out_last: u64,
    /// Own messages up to this place are stored on the other device.
    pub out_delivered: u64,
    /// Own messages up to this place were shown to the other person.
    pub out_read: u64,
    /// Own messages up to this place are not sent again, whatever the other device says: they were
    /// delivered before the two accepted each other anew.
    pub out_floor: u64,
    /// The id that the other device names as its last one while it has own messages up to
    /// `out_delivered`: that of the own message there, or of one that is missing here.
    pub out_known: Option<String>,
    /// The id of the contact's last message that is stored here.
    pub in_last: Option<String>,
    /// The id of the contact's last message that was seen by the person, who lets the contact know.
    pub in_read: Option<String>,
    /// The highest message number the person has seen.
    pub seen: u64,
    /// Received messages the person has not seen.
    pub unread: u32,
    /// What was received beside messages, such as reactions, since the person last looked at the chat.
    #[serde(default)]
    pub acts: u32,
    /// When the newest message was written; 0 where that is not known.
    #[serde(default)]
    pub last_at: UnixMillis,
    /// Nothing with a smaller number is stored: it was cleared.
    #[serde(default)]
    pub begins: u64,
    /// The person has cleared the chat up to this number, and can take it back until that is done.
    #[serde(default)]
    pub clearing: Option<u64>,
    /// How long messages stay.
    #[serde(default)]
    pub rule: RuleRecord,
    /// Messages that go, by the order in which they were written.
    #[serde(default)]
    pub timed: Vec<TimedRecord>,
    /// The introductions in this chat, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub introductions: Vec<IntroductionRecord>,
}

/// How long the messages of a chat stay: what follows from all that the two have said of it, in whatever order it came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RuleRecord {
    /// The turn in which it was switched off last: no proposal counts that was made in it, or before.
    pub off: u64,
    /// The newest proposal that was agreed to, unless it was switched off since.
    pub agreed: Option<ProposalRecord>,
    /// Newer ones that can be agreed to.
    pub open: Vec<ProposalRecord>,
}

/// That messages are to stay for so long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProposalRecord {
    /// The id of the entry.
    pub id: String,
    /// Greater than every turn that its writer knew.
    pub turn: u64,
    /// How long.
    pub lifetime: Lifetime,
    /// The person on this device has made it.
    pub own: bool,
}

/// Messages of one of the two, following each other, that go together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimedRecord {
    /// They are own ones, and meant by their places; else by their numbers.
    pub own: bool,
    /// The first one.
    pub first: u64,
    /// The last one. What is between them and stays says so itself ([`MessageRecord::lifetime`]).
    pub last: u64,
    /// How long they stay after they were read.
    pub lifetime: Lifetime,
    /// When they go, as far as that is known.
    pub due: Option<UnixMillis>,
    /// They were read; else they go then although nobody has said so.
    pub read: bool,
}

/// An introduction, as far as it concerns one chat. It stands in the head, so that each step is one transaction with
/// the message that makes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IntroductionRecord {
    /// The id of the message that introduces.
    pub message: String,
    /// Its number in the chat.
    #[serde(default)]
    pub number: u64,
    /// Whom it introduces, as the introducer calls them.
    pub name: String,
    /// What the introducer wrote with it.
    #[serde(default)]
    pub note: Option<String>,
    /// When it was written or came, by the own clock.
    pub at: UnixMillis,
    /// Of an own one: the other one of the two.
    #[serde(default)]
    pub other: Option<OtherHalf>,
    /// How far it is.
    pub stage: IntroductionStage,
}

/// The other half of an own introduction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OtherHalf {
    /// In whose chat.
    pub contact: ContactId,
    /// The id of the message there.
    pub message: String,
}

/// How far an introduction is in one chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum IntroductionStage {
    /// Whoever is to be introduced was asked.
    Asked,
    /// They said yes.
    Agreed,
    /// They said no: only this device knows.
    Declined,
    /// Both said yes, and the key of the other one was told.
    Told {
        /// The key.
        key: String,
    },
    /// Whoever has this key is looked for since, or was no news.
    Taken {
        /// The key.
        key: String,
    },
}

/// A message as stored. How far an own one is on its way follows from the head of its thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageRecord {
    /// Version of this record: 2.
    pub version: u32,
    /// What was written.
    pub message: StoredMessage,
    /// Names it on both devices: 16 random bytes of the sender, in hex.
    pub id: String,
    /// Of an own one: its place among the own ones of the chat, rising from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<u64>,
    /// Of a received one: when it came, by the own clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came: Option<UnixMillis>,
    /// What it does with an earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryRecord>,
    /// What later ones have done with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marks: Option<Box<MarksRecord>>,
    /// How long it stays after it was read, or of a proposal is to stay; `None` stands for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime: Option<Lifetime>,
    /// Of an entry about the rule: its turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<u64>,
    /// It has disappeared or was cleared: only its id and its place are left, by which both sides agree on what is stored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
    /// Of an own one that a backup has brought: what had come of it there. It has no place, and is never sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Standing>,
}

/// What had come of an own message where it was backed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Standing {
    /// It was not on the other device, as far as was known.
    NotSent,
    /// It was on the other device.
    Delivered,
    /// The other person had seen it.
    Read,
}

impl MessageRecord {
    /// Takes all of it away but its id and its place.
    pub(crate) fn erase(&mut self) {
        self.message.text.clear();
        self.message.introduces = None;
        self.message.offer = None;
        self.message.at = 0;
        (self.came, self.entry, self.lifetime, self.turn) = (None, None, None, None);
        self.marks = Some(Box::new(MarksRecord {
            deleted: true,
            ..MarksRecord::default()
        }));
        self.gone = true;
    }

    /// Returns whether it was deleted: nothing of it is left.
    pub fn is_deleted(&self) -> bool {
        self.marks.as_ref().is_some_and(|marks| marks.deleted)
    }

    /// Returns the id of the message that it answers.
    pub fn answers(&self) -> Option<&str> {
        let reference = &self.entry.as_ref()?.reference;
        (reference.act == Act::Reply).then_some(reference.about.as_str())
    }

    /// Returns the id of the message that it is about, where it is none itself.
    pub(crate) fn changes(&self) -> Option<&str> {
        let reference = &self.entry.as_ref()?.reference;
        let act = reference.act;
        let is_other = act.is_message() || act.is_about_rule() || act.is_of_introduction();
        (!is_other).then_some(reference.about.as_str())
    }

    /// Returns what is sent as its text. Of what was deleted before it was sent there is none any more, and
    /// what deletes it follows.
    pub(crate) fn sent_text(&self) -> &str {
        if self.message.text.is_empty() {
            DELETED
        } else {
            &self.message.text
        }
    }

    /// Returns how long it stays after it was read.
    pub(crate) fn stays(&self) -> Option<Lifetime> {
        self.lifetime.filter(|_| !self.is_about_rule())
    }

    /// Returns whether it is about how long messages stay.
    pub(crate) fn is_about_rule(&self) -> bool {
        let entry = self.entry.as_ref();
        entry.is_some_and(|entry| entry.reference.act.is_about_rule())
    }

    /// Returns whether it is a message of its own, and not only something about another one.
    pub fn is_message(&self) -> bool {
        let entry = self.entry.as_ref();
        entry.is_none_or(|entry| entry.reference.act.is_message())
    }

    /// Returns whether its text is what a line of the chat shows. What is said of how long messages stay is shown in
    /// other words.
    pub fn shows_text(&self) -> bool {
        let shows = |entry: &EntryRecord| {
            let act = entry.reference.act;
            act.is_message() || entry.outcome.has_line(act) && !act.is_about_rule()
        };
        !self.gone && self.entry.as_ref().is_none_or(shows)
    }
}

/// What stands for a deleted message where its receiver does not know deletions, and for an entry that deletes one.
pub(crate) const DELETED: &str = "\u{1f5d1}\u{fe0f}";

/// What a message does with an earlier one, and what has come of that here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntryRecord {
    /// Which one, and what it does.
    pub reference: Reference,
    /// What has come of it.
    pub outcome: Outcome,
}

/// What was done with a message after it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MarksRecord {
    /// When its text was changed last, by the clock of whoever did.
    pub edited: Option<UnixMillis>,
    /// It was deleted.
    pub deleted: bool,
    /// The sign of the person on this device.
    pub own_reaction: Option<String>,
    /// The sign of the contact.
    pub their_reaction: Option<String>,
    /// The ids of the own entries that have changed it, whose texts go with it.
    pub edits: Vec<String>,
    /// The ids of the own entries that have put a sign under it, which go with it.
    pub signs: Vec<String>,
}

impl MarksRecord {
    /// Returns the ids of the own entries that go with the message.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &String> {
        self.edits.iter().chain(&self.signs)
    }
}

/// What was written, by whom and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredMessage {
    /// Whose chat.
    pub contact: ContactId,
    /// Its place in the chat, rising from 1.
    pub number: u64,
    /// When it was written (own clock) or received.
    pub at: UnixMillis,
    /// The text; only text. Of a file its name.
    pub text: String,
    /// Who wrote it.
    #[serde(rename = "state")]
    pub origin: Origin,
    /// The file that is offered with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<FileOffer>,
    /// Whom it introduces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introduces: Option<Box<Acquaintance>>,
}

impl StoredMessage {
    /// Returns how many bytes of memory its content takes.
    pub(crate) fn weight(&self) -> usize {
        weight(&self.text, self.offer.as_ref())
    }
}

/// A file that was accepted here, or offered from here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TransferRecord {
    /// Version of this record: 1.
    pub version: u32,
    /// The key: the id of the message in which it is offered.
    pub id: TransferId,
    /// With whom.
    pub contact: ContactId,
    /// Whether it goes or comes.
    pub direction: Direction,
    /// What was said of it.
    pub offer: FileOffer,
    /// What has come of it. How much of it is here is known where the bytes are.
    pub progressed: Progressed,
    /// When it was offered or accepted here.
    pub began: UnixMillis,
    /// The person of this device has stopped it for now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
    /// The person of this device chooses where it is saved.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
    /// All of it has come and was flushed. Without that, the last piece on the disk may be what a crash has left of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
    /// All of it is there, and the browser has not saved it: it tries again when its person says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsaved: bool,
}

impl TransferRecord {
    /// Returns whether it comes to this device and has not ended.
    pub fn is_coming(&self) -> bool {
        self.direction == Direction::In && self.progressed == Progressed::Open
    }

    /// Returns whether whoever was offered it has ended it, and it goes on where they want it after all.
    pub(crate) fn may_go_again(&self) -> bool {
        match self.progressed {
            Progressed::Ended { how, .. } => how.is_of_receiver(self.direction),
            Progressed::Open => false,
        }
    }

    /// Returns whether the other person has ended it and did not get it. It stays readable, as they may want it after all.
    pub(crate) fn waits_for_them(&self) -> bool {
        self.direction == Direction::Out && !self.was_saved() && self.may_go_again()
    }

    /// Returns whether nothing of it is needed any more.
    pub(crate) fn is_over(&self) -> bool {
        self.progressed != Progressed::Open && !self.waits_for_them()
    }

    /// Returns whether whoever gets it has saved it.
    pub(crate) fn was_saved(&self) -> bool {
        match self.progressed {
            Progressed::Ended { how, .. } => how == End::Saved,
            Progressed::Open => false,
        }
    }

    /// Returns whether a copy of it is kept, for the views to show.
    pub fn is_kept(&self) -> bool {
        self.offer.is_kept() && (self.was_saved() || !self.is_over())
    }
}

/// Whether a file goes or comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// From this device.
    Out,
    /// To this device.
    In,
}

/// What has come of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Progressed {
    /// Nothing yet.
    Open,
    /// It goes on no further.
    Ended {
        /// How.
        how: End,
        /// The other device knows.
        told: bool,
    },
}

/// How a file has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum End {
    /// It is saved on the device of whoever was offered it.
    Saved,
    /// They did not want it.
    Declined,
    /// A person has given it up.
    Cancelled {
        /// That of the other device.
        there: bool,
    },
    /// It could not be sent or saved.
    Failed(Failure),
}

impl End {
    /// Returns whether whoever was offered a file has ended it, as seen from the end to or from which it goes: then it
    /// goes on where they want it after all.
    pub(crate) fn is_of_receiver(self, direction: Direction) -> bool {
        let own = direction == Direction::Out;
        self.shown().may_be_accepted_again(own) || (own && self == Self::Saved)
    }

    /// Returns the end as the views are told of it.
    pub(crate) fn shown(self) -> TransferState {
        match self {
            Self::Saved => TransferState::Saved,
            Self::Declined => TransferState::Declined,
            Self::Cancelled { there } => TransferState::Cancelled { there },
            Self::Failed(why) => TransferState::Failed { why },
        }
    }
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    /// The contact.
    Received,
    /// The person on this device. On the disk it is called after the state it begins with.
    #[serde(rename = "waiting")]
    Own,
}

/// What is read of the messages of a chat while a node runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// All that have one of these ids, whoever wrote them, in the order of their numbers.
    Named {
        /// Whose chat.
        contact: ContactId,
        /// The ids.
        ids: Vec<String>,
    },
    /// All from one number to another.
    Numbers {
        /// Whose chat.
        contact: ContactId,
        /// The first one.
        first: u64,
        /// The last one.
        last: u64,
    },
    /// Own ones by their places.
    Own {
        /// Whose chat.
        contact: ContactId,
        /// Only places after this one.
        after: u64,
        /// Only places up to this one.
        upto: u64,
    },
}

impl Query {
    /// Returns whose chat is asked about.
    pub fn contact(&self) -> &ContactId {
        match self {
            Self::Named { contact, .. }
            | Self::Numbers { contact, .. }
            | Self::Own { contact, .. } => contact,
        }
    }

    /// Returns whether a message counts.
    pub fn matches(&self, record: &MessageRecord) -> bool {
        let of = &record.message;
        of.contact == *self.contact()
            && match self {
                Self::Named { ids, .. } => ids.contains(&record.id),
                Self::Numbers { first, last, .. } => (*first..=*last).contains(&of.number),
                Self::Own { after, upto, .. } => {
                    of.origin == Origin::Own
                        && record
                            .place
                            .is_some_and(|place| place > *after && place <= *upto)
                }
            }
    }

    /// Returns the answer from all messages of a chat in the order of their numbers, for storages
    /// that have them at hand.
    pub fn answer<'a>(
        &self,
        messages: impl Iterator<Item = &'a MessageRecord>,
    ) -> Vec<MessageRecord> {
        let found = messages.filter(|record| self.matches(record));
        found.cloned().collect()
    }
}

/// Returns the newest of these messages that the person on this device has written, or the contact.
pub(crate) fn newest(records: Vec<MessageRecord>, origin: Origin) -> Option<MessageRecord> {
    let of = records.into_iter();
    let of = of.filter(|record| record.message.origin == origin);
    of.max_by_key(|record| record.message.number)
}

impl ThreadRecord {
    /// Returns the head of a chat with nothing in it.
    pub fn new(contact: ContactId) -> Self {
        Self {
            version: 2,
            contact,
            next_number: 1,
            out_last: 0,
            out_delivered: 0,
            out_read: 0,
            out_floor: 0,
            out_known: None,
            in_last: None,
            in_read: None,
            seen: 0,
            unread: 0,
            acts: 0,
            last_at: 0,
            begins: 0,
            clearing: None,
            rule: RuleRecord::default(),
            timed: Vec::new(),
            introductions: Vec::new(),
        }
    }

    /// Returns whether a stored message is an own one that is not known to be delivered: these make
    /// up [`Snapshot::outbox`].
    pub fn awaits(&self, record: &MessageRecord) -> bool {
        record.message.origin == Origin::Own
            && record.place.is_some_and(|place| place > self.out_delivered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_stored_under_the_names_it_has_always_had() {
        let own = r#"{"version":2,"message":{"contact":"c","number":3,"at":7,"text":"hi","state":"waiting"},"id":"i","place":2}"#;
        let record: MessageRecord = json::from_str(own).unwrap();
        assert_eq!(record.message.origin, Origin::Own);
        assert_eq!(json::to_string(&record).unwrap(), own);
        let received = r#"{"version":2,"message":{"contact":"c","number":3,"at":7,"text":"hi","state":"received"},"id":"i"}"#;
        let record: MessageRecord = json::from_str(received).unwrap();
        assert_eq!(record.message.origin, Origin::Received);
        assert_eq!(json::to_string(&record).unwrap(), received);
    }

    #[test]
    fn what_was_done_with_a_message_is_stored_with_it() {
        let stored = r#"{"version":2,"message":{"contact":"c","number":3,"at":7,"text":"hi","state":"received"},"id":"i","came":8,"entry":{"reference":{"act":"reply","about":"j"},"outcome":"counts"},"marks":{"edited":9,"deleted":false,"ownReaction":null,"theirReaction":"x","edits":[],"signs":[]}}"#;
        let record: MessageRecord = json::from_str(stored).unwrap();
        let marks = record.marks.clone().unwrap();
        assert_eq!(
            (marks.edited, marks.their_reaction),
            (Some(9), Some("x".into()))
        );
        assert_eq!(json::to_string(&record).unwrap(), stored);
    }
}
