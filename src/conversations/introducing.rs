//! Introductions by messages: of two contacts by the person on this device, and of somebody by a contact.
//!
//! Each half is in one chat ([`chat::introducing`](super::chat)). What both halves together lead to is decided by
//! [`node::wiring`](crate::node), which knows the contacts.

use super::Conversations;
use super::chat::Chat;
use super::queue::Content;
use crate::acquaintance::Acquaintance;
use crate::clock::UnixMillis;
use crate::context::Context;
use crate::encoding::hex;
use crate::io::CommandId;
use crate::records::{IntroductionRecord, IntroductionStage, OtherHalf};
use crate::values::{Act, ContactId, Reference};
use crate::view::Refusal;

/// What a yes says to an older program, and what says that both have said it.
const AGREED: &str = "\u{1f44d}";
const INTRODUCED: &str = "\u{1f91d}";

impl Conversations {
    /// Returns the introductions in the chat with a contact, oldest first.
    pub(crate) fn introductions(&self) -> impl Iterator<Item = (&ContactId, &IntroductionRecord)> {
        self.chats().flat_map(|(id, chat)| {
            let all = chat.introductions().iter();
            all.map(move |introduction| (id, introduction))
        })
    }

    /// Returns those of which the last step is stored.
    pub(crate) fn settled_introductions(
        &self,
    ) -> impl Iterator<Item = (&ContactId, &IntroductionRecord)> {
        self.chats().flat_map(|(id, chat)| {
            let settled = chat.settled_introductions();
            settled.map(move |introduction| (id, introduction))
        })
    }

    fn chats(&self) -> impl Iterator<Item = (&ContactId, &Chat)> {
        let all = self.all.iter();
        all.filter_map(|(id, all)| Some((id, all.chat.as_ref()?)))
    }

    pub(crate) fn introduction(
        &self,
        contact: &ContactId,
        message: &str,
    ) -> Option<&IntroductionRecord> {
        self.all.get(contact)?.chat.as_ref()?.introduction(message)
    }

    /// Introduces two contacts to each other: one message to each, or none. The command is answered once both are stored;
    /// a half whose other half is missing is void.
    pub(crate) fn introduce(
        &mut self,
        ctx: &mut Context,
        command: CommandId,
        people: [(ContactId, Acquaintance); 2],
    ) -> Result<(), Refusal> {
        let now = ctx.now.unix;
        let [(one, of_other), (other, of_one)] = people;
        let [first, second] = [hex(&ctx.random::<16>()), hex(&ctx.random::<16>())];
        let half = |said: Acquaintance, contact: &ContactId, message: &String| Content {
            text: said.as_text(),
            introduces: Some(said),
            other: Some(OtherHalf {
                contact: contact.clone(),
                message: message.clone(),
            }),
            ..Content::default()
        };
        let to_one = half(of_other, &other, &second);
        let to_other = half(of_one, &one, &first);
        let halves = [(one, to_one, first), (other, to_other, second)];
        for (to, content, _) in &halves {
            let chat = self.chat(to);
            chat.may_write(content)?;
            if !chat.may_introduce(true, now) {
                return Err(Refusal::IntroductionsFull);
            }
        }
        for (to, content, message) in halves {
            self.chat(&to).write(command, content, now, message)?;
        }
        Ok(())
    }

    /// Says yes to an introduction by a contact; the command is answered once that is stored.
    pub(crate) fn say_yes_to(
        &mut self,
        ctx: &mut Context,
        command: CommandId,
        contact: &ContactId,
        message: &str,
    ) -> Result<(), Refusal> {
        self.to_answer(contact, message, ctx.now.unix)?;
        self.step(ctx, command, contact, (Act::Meet, message), None)
    }

    /// Says no to an introduction: nobody is told.
    pub(crate) fn say_no_to(
        &mut self,
        contact: &ContactId,
        message: &str,
        now: UnixMillis,
    ) -> Result<(), Refusal> {
        self.to_answer(contact, message, now)?;
        self.set_introduction(contact, message, IntroductionStage::Declined);
        Ok(())
    }

    fn to_answer(
        &self,
        contact: &ContactId,
        message: &str,
        now: UnixMillis,
    ) -> Result<(), Refusal> {
        let theirs = |one: &&IntroductionRecord| one.other.is_none() && !one.is_old(now);
        let introduction = self.introduction(contact, message).filter(theirs);
        match introduction.ok_or(Refusal::Gone)?.stage {
            IntroductionStage::Asked => Ok(()),
            IntroductionStage::Agreed
            | IntroductionStage::Declined
            | IntroductionStage::Told { .. }
            | IntroductionStage::Taken { .. } => Err(Refusal::Gone),
        }
    }

    /// Tells a contact who said yes that the other one did too, and who that is. There is nobody to answer.
    pub(crate) fn tell_introduced(
        &mut self,
        ctx: &mut Context,
        contact: &ContactId,
        message: &str,
        other: Acquaintance,
    ) -> Result<(), Refusal> {
        let step = (Act::Introduced, message);
        self.step(ctx, CommandId(0), contact, step, Some(other))
    }

    pub(crate) fn set_introduction(
        &mut self,
        contact: &ContactId,
        message: &str,
        stage: IntroductionStage,
    ) {
        self.chat(contact).set_introduction(message, stage);
    }

    fn step(
        &mut self,
        ctx: &mut Context,
        command: CommandId,
        contact: &ContactId,
        (act, about): (Act, &str),
        introduces: Option<Acquaintance>,
    ) -> Result<(), Refusal> {
        let says = if act == Act::Meet { AGREED } else { INTRODUCED };
        let about = about.to_owned();
        let content = Content {
            text: says.to_owned(),
            reference: Some(Reference { act, about }),
            introduces,
            ..Content::default()
        };
        let (at, name) = (ctx.now.unix, hex(&ctx.random::<16>()));
        self.chat(contact).write(command, content, at, name)?;
        self.tell_outcomes(ctx, contact);
        Ok(())
    }
}
