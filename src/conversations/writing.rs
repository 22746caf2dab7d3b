//! Own messages, what they do with earlier ones, and what follows when messages are stored.

use super::Conversations;
use super::chat::Chat;
use super::ended::Failed;
use super::queue::{Content, Outcomes};
use crate::context::Context;
use crate::encoding::hex;
use crate::fact::Fact;
use crate::io::CommandId;
use crate::offer::FileOffer;
use crate::records::{Change, DELETED, Query};
use crate::store::{Read, Wanted, Write};
use crate::values::{Act, ContactId, Lifetime, Reference, TransferId};
use crate::view::{Event, Refusal, RuleStep};

impl Conversations {
    /// Takes a message that the person wrote; the command is answered once it is stored.
    pub(crate) fn write(
        &mut self,
        ctx: &mut Context,
        command: CommandId,
        id: &ContactId,
        text: &str,
    ) -> Result<(), Refusal> {
        let at = ctx.now.unix;
        let name = hex(&ctx.random::<16>());
        self.chat(id).write(command, text.into(), at, name)
    }

    /// Takes what the person does with a message; the command is answered once it is stored, or once it is known
    /// that it cannot be done.
    pub(crate) fn refer(
        &mut self,
        ctx: &mut Context,
        command: CommandId,
        id: &ContactId,
        reference: Reference,
        text: String,
    ) -> Result<(), Refusal> {
        let says = match reference.act {
            Act::Reply | Act::Edit | Act::Reaction => text,
            Act::TakeBack | Act::Delete => DELETED.to_owned(),
            Act::Propose | Act::Agree | Act::Decline | Act::Off | Act::Meet | Act::Introduced => {
                return Err(Refusal::MessageUnfit);
            }
        };
        let content = Content {
            reference: Some(reference),
            ..says.as_str().into()
        };
        self.write_entry(ctx, command, id, content)
    }

    /// Takes what the person says about how long messages stay, likewise.
    pub(crate) fn say_rule(
        &mut self,
        ctx: &mut Context,
        command: CommandId,
        id: &ContactId,
        step: RuleStep,
    ) -> Result<(), Refusal> {
        // What an older program shows has to be read in any language.
        let hours = |lifetime: Lifetime| lifetime.seconds() / 3_600;
        let (act, about, text) = match &step {
            RuleStep::Propose(lifetime) => (
                Act::Propose,
                "",
                format!("\u{23f3} {} h?", hours(*lifetime)),
            ),
            RuleStep::Agree(about) => (Act::Agree, about.as_str(), "\u{23f3} \u{2713}".to_owned()),
            RuleStep::Decline(about) => {
                (Act::Decline, about.as_str(), "\u{23f3} \u{2717}".to_owned())
            }
            RuleStep::Off => (Act::Off, "", "\u{23f3} \u{221e}".to_owned()),
        };
        let about = about.to_owned();
        let content = Content {
            reference: Some(Reference { act, about }),
            lives: match step {
                RuleStep::Propose(lifetime) => Some(lifetime.seconds()),
                RuleStep::Agree(_) | RuleStep::Decline(_) | RuleStep::Off => None,
            },
            ..text.as_str().into()
        };
        self.write_entry(ctx, command, id, content)
    }

    fn write_entry(
        &mut self,
        ctx: &mut Context,
        command: CommandId,
        id: &ContactId,
        content: Content,
    ) -> Result<(), Refusal> {
        let at = ctx.now.unix;
        let name = hex(&ctx.random::<16>());
        self.chat(id).write(command, content, at, name)?;
        self.tell_outcomes(ctx, id);
        Ok(())
    }

    /// Tells what came of messages that were taken.
    pub(super) fn tell_outcomes(&mut self, ctx: &mut Context, id: &ContactId) {
        let Outcomes { arriving, refused } = self.chat(id).outcomes();
        // The person need not wait for the disk. Only what is stored counts: as unread, for a
        // notification, for the contact.
        for message in arriving {
            ctx.event(Event::Message(message));
        }
        for (command, refusal) in refused {
            ctx.reply(command, Err(refusal));
        }
    }

    /// Takes a file that the person offers; the command is answered once the message with it is stored.
    pub(crate) fn offer(
        &mut self,
        ctx: &Context,
        command: CommandId,
        id: &ContactId,
        transfer: &TransferId,
        offer: FileOffer,
    ) -> Result<(), Refusal> {
        let content = Content {
            offer: Some(offer.clone()),
            ..offer.name.as_str().into()
        };
        let name = transfer.0.clone();
        self.chat(id).write(command, content, ctx.now.unix, name)
    }

    /// Notes that the person has seen a chat up to a message; `tell` is whether the contact may
    /// know.
    pub(crate) fn see(
        &mut self,
        ctx: &mut Context,
        id: &ContactId,
        number: u64,
        tell: bool,
    ) -> Result<(), Refusal> {
        let all = self.all.get_mut(id).ok_or(Refusal::Gone)?;
        let chat = all.chat.as_mut().ok_or(Refusal::Gone)?;
        let news = chat.see(number, tell);
        let has_looked = chat.look_at();
        if news {
            if tell && let (Some(receipt), Some(session)) = (chat.read_receipt(), &all.session) {
                ctx.transmit(session.link, &receipt);
            }
            ctx.tell(Fact::Seen(id.clone()));
        }
        if news || has_looked {
            // There may be room again for more.
            self.acknowledge(ctx, id);
        }
        Ok(())
    }

    /// Goes on after the transaction of a chat is durable: acknowledges, answers and shows.
    pub(crate) fn stored(&mut self, ctx: &mut Context, id: &ContactId) {
        let chat = self.all.get_mut(id).and_then(|all| all.chat.as_mut());
        let Some(durable) = chat.map(Chat::stored) else {
            return;
        };
        self.acknowledge(ctx, id);
        // The other person waits for this; the views have time.
        self.pump(ctx, id);
        for message in durable.own {
            ctx.event(Event::Message(message));
        }
        for command in durable.commands {
            if !self.is_writing(command) {
                ctx.reply(command, Ok(()));
            }
        }
        for message in durable.received {
            // What came with a change or its deletion is not told as it was.
            let mut newest_first = durable.amended.iter().rev();
            let amended = newest_first.find(|amended| amended.number == message.number);
            let told = amended.unwrap_or(&message);
            let (text, file) = (told.text.clone(), told.file.clone());
            let is_told = told.is_message() && !told.marks.deleted;
            ctx.event(Event::Message(message));
            if is_told {
                ctx.tell(Fact::Received(id.clone(), text, file.map(Box::new)));
            }
        }
        for message in durable.amended {
            ctx.event(Event::Amended(message));
        }
        if durable.newest_gone {
            ctx.tell(Fact::NewestGone(id.clone()));
        }
        if let Some(upto) = durable.cleared {
            let contact = id.clone();
            ctx.event(Event::Cleared { contact, upto });
        }
        for (file, is_own) in durable.withdrawn {
            ctx.tell(Fact::OfferDeleted(id.clone(), file, is_own));
        }
    }

    /// Returns whether another message of this command is not stored yet.
    fn is_writing(&self, command: CommandId) -> bool {
        let mut chats = self.all.values().filter_map(|all| all.chat.as_ref());
        chats.any(|chat| chat.is_writing(command))
    }

    /// Refuses the commands of a transaction that has failed. Where it had messages of the contact, the
    /// session ends, so that they are sent again.
    pub(crate) fn not_stored(&mut self, ctx: &mut Context, id: &ContactId, refusal: &Refusal) {
        let chat = self.all.get_mut(id).and_then(|all| all.chat.as_mut());
        if let Some(failed) = chat.map(|chat| chat.failed(ctx.now.mono)) {
            self.tell_failed(ctx, id, failed, refusal);
        }
    }

    /// Refuses what waits for messages that cannot be read.
    pub(super) fn not_found(&mut self, ctx: &mut Context, id: &ContactId, reason: String) {
        let chat = self.all.get_mut(id).and_then(|all| all.chat.as_mut());
        if let Some(failed) = chat.map(Chat::not_found) {
            self.tell_failed(ctx, id, failed, &Refusal::Storage { reason });
        }
    }

    fn tell_failed(
        &mut self,
        ctx: &mut Context,
        id: &ContactId,
        failed: Failed,
        refusal: &Refusal,
    ) {
        for command in failed.commands {
            ctx.reply(command, Err(refusal.clone()));
            for chat in self.all.iter_mut().filter_map(|(_, all)| all.chat.as_mut()) {
                chat.answer_no_more(command);
            }
        }
        for offered in failed.offers {
            ctx.tell(Fact::NotOffered(offered));
        }
        if let Some(from) = failed.received {
            let contact = id.clone();
            ctx.event(Event::MessagesGone { contact, from });
            self.end(ctx, id);
        }
    }

    /// Begins the transactions that are due, and reads what messages that were taken are about.
    pub(crate) fn flush(&mut self, ctx: &mut Context) {
        for (id, all) in self.all.iter_mut() {
            if let Some(chat) = &mut all.chat {
                chat.age(ctx.now.unix);
            }
            let erases = all
                .chat
                .as_mut()
                .and_then(|chat| chat.next_erasing(ctx.now));
            if let Some(query) = erases {
                ctx.load(Read::erasing(id), query);
            }
            if let Some(ids) = all.chat.as_mut().and_then(Chat::next_read) {
                let contact = id.clone();
                let read = Read {
                    contact: contact.clone(),
                    link: None,
                    what: Wanted::Named(ids.clone()),
                };
                ctx.load(read, Query::Named { contact, ids });
            }
            let due = all.chat.as_mut().and_then(|chat| chat.flush(ctx.now.mono));
            if let Some((head, records)) = due {
                let change = Change::Thread(head, records);
                ctx.store(Write::Thread(id.clone()), change);
            }
        }
    }

    /// Tells the views how far own messages are, where that is news.
    pub(crate) fn tell_progress(&mut self, ctx: &mut Context) {
        for (_, all) in self.all.iter_mut() {
            if let Some(news) = all.chat.as_mut().and_then(Chat::news) {
                ctx.event(Event::Progress(news));
            }
        }
    }
}
