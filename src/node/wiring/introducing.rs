//! What follows from the introductions in the chats: two who both said yes are told of each other; who is told of
//! somebody looks for them.
//!
//! All of it follows from what is stored, in each input anew: a crash between any two steps costs nothing.

use crate::acquaintance::Acquaintance;
use crate::contacts::{Contact, Introduced};
use crate::crypto::{self, PublicKey};
use crate::introductions::Answered;
use crate::io::CommandId;
use crate::node::Node;
use crate::records::{IntroductionRecord, IntroductionStage};
use crate::values::ContactId;
use crate::view::Refusal;

/// Where an own half is, whom to tell there, and of whom.
type Due = (ContactId, String, ContactId);

impl Node {
    /// Introduces two contacts to each other, as the person wishes.
    pub(super) fn introduce(
        &mut self,
        command: CommandId,
        [one, other]: [ContactId; 2],
        note: Option<&str>,
    ) -> Result<Answered, Refusal> {
        let note = note.map(|note| self.ctx.names.parse_note(note));
        let note = note.transpose()?.flatten();
        let said = |id: &ContactId| -> Result<Acquaintance, Refusal> {
            let contact = trusted(self.contacts.get(id)).ok_or(Refusal::Gone)?;
            Ok(Acquaintance {
                name: contact.name().to_owned(),
                note: note.clone(),
                key: None,
            })
        };
        let (of_one, of_other) = (said(&one)?, said(&other)?);
        let now = self.ctx.now.unix;
        let of_both = |(chat, half): (&ContactId, &IntroductionRecord)| {
            // One whose other half was taken back, cleared or never stored is void.
            let with = half.other.as_ref().filter(|with| with.contact == other);
            let there =
                with.and_then(|with| self.conversations.introduction(&other, &with.message));
            let is_open = |there| is_awaited(half) || is_awaited(there);
            *chat == one && there.is_some_and(is_open) && !half.is_old(now)
        };
        if one == other || self.conversations.introductions().any(of_both) {
            return Err(Refusal::Introduced);
        }
        let people = [(one.clone(), of_other), (other.clone(), of_one)];
        self.conversations
            .introduce(&mut self.ctx, command, people)?;
        for contact in [&one, &other] {
            self.contacts.hurry(contact, self.ctx.now.mono);
        }
        Ok(Answered::Later)
    }

    /// Takes the person's answer to an introduction.
    pub(super) fn answer_introduction(
        &mut self,
        command: CommandId,
        contact: &ContactId,
        message: &str,
        agree: bool,
    ) -> Result<Answered, Refusal> {
        trusted(self.contacts.get(contact)).ok_or(Refusal::Gone)?;
        if !agree {
            let now = self.ctx.now.unix;
            self.conversations.say_no_to(contact, message, now)?;
            return Ok(Answered::Now);
        }
        if !self.has_room() {
            return Err(Refusal::ContactsFull);
        }
        self.conversations
            .say_yes_to(&mut self.ctx, command, contact, message)?;
        self.contacts.hurry(contact, self.ctx.now.mono);
        Ok(Answered::Later)
    }

    /// Goes on with every introduction that can.
    pub(super) fn follow_introductions(&mut self) {
        self.tell_introduced();
        self.look_for_introduced();
        for (contact, key) in self.contacts.without_introducer() {
            if let Some(by) = self.introducer_of(key) {
                self.contacts.introduce_by(&mut self.ctx, &contact, by);
            }
        }
        for contact in self.contacts.void_introductions() {
            self.handshakes.stop_meeting(&mut self.ctx, &contact);
            self.contacts.forget(&mut self.ctx, contact);
        }
    }

    /// Returns a contact who has introduced whoever has this key.
    fn introducer_of(&self, key: PublicKey) -> Option<ContactId> {
        let is_of_key = |half: &IntroductionRecord| match &half.stage {
            IntroductionStage::Told { key: told } | IntroductionStage::Taken { key: told } => {
                half.other.is_none() && PublicKey::decode(told) == Some(key)
            }
            IntroductionStage::Asked | IntroductionStage::Agreed | IntroductionStage::Declined => {
                false
            }
        };
        let mut all = self.conversations.introductions();
        let by =
            all.find(|(chat, half)| is_of_key(half) && trusted(self.contacts.get(chat)).is_some())?;
        Some(by.0.clone())
    }

    /// Tells those of each other who both said yes.
    fn tell_introduced(&mut self) {
        for (chat, message, other) in self.to_tell() {
            let Some(other) = self.contacts.get(&other) else {
                continue;
            };
            let said = Acquaintance {
                name: other.name().to_owned(),
                note: None,
                key: other.identity().map(PublicKey::encode),
            };
            // Where the outbox is full, it is tried again.
            let ctx = &mut self.ctx;
            let told = self
                .conversations
                .tell_introduced(ctx, &chat, &message, said);
            if told.is_ok() {
                self.contacts.hurry(&chat, self.ctx.now.mono);
            }
        }
    }

    fn to_tell(&self) -> Vec<Due> {
        let now = self.ctx.now.unix;
        let settled = self.conversations.settled_introductions();
        let due = settled.filter_map(|(chat, half)| {
            let with = half.other.as_ref()?;
            let agreed = half.stage == IntroductionStage::Agreed && !half.is_old(now);
            let other = self
                .conversations
                .introduction(&with.contact, &with.message);
            let both = has_agreed(other?) || planted!(IntroducedByOneYes);
            let is_trusted = |id| trusted(self.contacts.get(id)).is_some();
            let trusted = is_trusted(chat) && is_trusted(&with.contact);
            let due = agreed && both && trusted;
            due.then(|| (chat.clone(), half.message.clone(), with.contact.clone()))
        });
        due.collect()
    }

    /// Begins to look for those whom this person was told of.
    fn look_for_introduced(&mut self) {
        let settled = self.conversations.settled_introductions();
        let told = settled.filter_map(|(chat, half)| match &half.stage {
            IntroductionStage::Told { key } if half.other.is_none() => {
                let (message, name) = (half.message.clone(), half.name.clone());
                Some((chat.clone(), message, name, key.clone()))
            }
            IntroductionStage::Asked
            | IntroductionStage::Agreed
            | IntroductionStage::Declined
            | IntroductionStage::Told { .. }
            | IntroductionStage::Taken { .. } => None,
        });
        for (by, message, name, key) in told.collect::<Vec<_>>() {
            let Some(me) = self.account.me() else {
                return;
            };
            let is_vouched = trusted(self.contacts.get(&by)).is_some();
            let theirs = PublicKey::decode(&key).filter(|key| *key != me.public_key());
            let theirs = theirs.filter(|_| is_vouched);
            let introduced = theirs.map(|theirs| Introduced {
                key: theirs,
                pair_secret: crypto::introduced_secret(me.identity(), theirs),
                name,
                by: by.clone(),
            });
            let ctx = &mut self.ctx;
            let taken =
                introduced.is_none_or(|introduced| self.contacts.introduce(ctx, introduced));
            if taken {
                let stage = IntroductionStage::Taken { key };
                self.conversations.set_introduction(&by, &message, stage);
            }
        }
    }
}

/// Returns a contact who may introduce, and be introduced.
fn trusted(contact: Option<&Contact>) -> Option<&Contact> {
    contact.filter(|contact| contact.is_complete() && !contact.is_blocked())
}

/// Returns whether the person of this half may still say yes.
fn is_awaited(half: &IntroductionRecord) -> bool {
    matches!(
        half.stage,
        IntroductionStage::Asked | IntroductionStage::Agreed
    )
}

/// Returns whether the person of this half has said yes.
fn has_agreed(half: &IntroductionRecord) -> bool {
    matches!(
        half.stage,
        IntroductionStage::Agreed | IntroductionStage::Told { .. }
    )
}
