//! What the person asks for.

use crate::ids::Stranger;
use crate::introductions::Answered;
use crate::io::CommandId;
use crate::limits::MESSAGE_ID;
use crate::node::Node;
use crate::offer::FileOffer;
use crate::records::{MessageRecord, Origin, Query, newest};
use crate::store::{Read, Wanted};
use crate::values::{ContactId, Reference, RequestId, TransferId};
use crate::view::{Alert, Command, ContactCommand, FileChoice, Offered, Refusal, RuleStep};
use crate::wire::SessionFrame;

/// The command of a button: there is nobody to answer.
const NO_VIEW: CommandId = CommandId(0);

impl Node {
    pub(super) fn command(&mut self, id: CommandId, command: Command) {
        match self.carry_out(id, command) {
            Ok(Answered::Later) => {}
            Ok(Answered::Now) => self.ctx.reply(id, Ok(())),
            Err(refusal) => self.ctx.reply(id, Err(refusal)),
        }
    }

    /// Carries out what a button of a notification stands for. A refusal waits for a view.
    pub(super) fn pressed(&mut self, command: Command) {
        if let Err(refusal) = self.carry_out(NO_VIEW, command) {
            self.ctx.alert(Alert::ButtonFailed { refusal });
        }
    }

    fn carry_out(&mut self, id: CommandId, command: Command) -> Result<Answered, Refusal> {
        let ctx = &mut self.ctx;
        let later = |()| Answered::Later;
        let now = |()| Answered::Now;
        match command {
            Command::Join { name } => self.account.join(ctx, id, &name).map(later),
            Command::Configure { settings } => self.account.configure(ctx, id, settings).map(later),
            Command::Connect { stranger, note } => self
                .connect(&Stranger::at(&stranger), note.as_deref())
                .map(now),
            Command::Accept { request } => self.accept(&request, true).map(now),
            Command::Reject { request } => self.introductions.reject(ctx, &request).map(now),
            Command::Ignore { request } => self.ignore(id, &request),
            Command::Send { contact, text } => self.send(id, &contact, &text).map(later),
            Command::Refer {
                contact,
                reference,
                text,
            } => self.refer(id, &contact, reference, text).map(later),
            Command::Rule { contact, step } => self.say_rule(id, &contact, step).map(later),
            Command::Introduce {
                contact,
                other,
                note,
            } => self.introduce(id, [contact, other], note.as_deref()),
            Command::AnswerIntroduction {
                contact,
                message,
                agree,
            } => self.answer_introduction(id, &contact, &message, agree),
            Command::Typing { contact } => self.typing(&contact).map(now),
            Command::Read { contact, number } => {
                let tell = self.account.settings().read_receipts;
                self.conversations.see(ctx, &contact, number, tell).map(now)
            }
            Command::Ping { contact } => self.ping(&contact).map(now),
            Command::Contact(contact, ContactCommand::Block(false)) => {
                self.contacts.unblock(ctx, &contact, id).map(later)
            }
            Command::Contact(contact, command) => self.contact_command(&contact, command).map(now),
            Command::Invite => {
                self.account.joined()?;
                self.introductions.invite(ctx, id).map(later)
            }
            Command::CancelInvite { invite } => {
                self.introductions.cancel_invite(ctx, &invite).map(now)
            }
            Command::UseInvite { .. } if ctx.is_off() => Err(Refusal::Off),
            Command::UseInvite { link } => {
                let identity = self.account.joined()?.identity();
                let held = self.transport.is_held();
                let asking = |stranger: &Stranger| self.handshakes.is_asking(stranger);
                self.introductions
                    .use_invite(ctx, id, &link, identity, held, asking)
            }
            Command::Export { passphrase } => self.export(id, &passphrase).map(later),
            Command::Import { passphrase, backup } => {
                self.import(id, &passphrase, &backup).map(later)
            }
            Command::Offer {
                contact,
                transfer,
                offer,
            } => self.offer(id, &contact, &transfer, offer).map(later),
            Command::Decide {
                contact,
                transfer,
                choice,
            } => self
                .look_up_offer(id, &contact, transfer, choice)
                .map(later),
            Command::File(transfer, command) => {
                self.files.command(ctx, &transfer, command).map(now)
            }
            Command::Choose(choice) => {
                self.account.joined()?;
                self.presence.choose(ctx, choice);
                Ok(Answered::Now)
            }
            Command::Retry => {
                self.woke();
                Ok(Answered::Now)
            }
        }
    }

    /// Carries out a command about one contact.
    fn contact_command(
        &mut self,
        contact: &ContactId,
        command: ContactCommand,
    ) -> Result<(), Refusal> {
        let (ctx, contacts) = (&mut self.ctx, &mut self.contacts);
        match command {
            ContactCommand::Rename(name) => contacts.rename(ctx, contact, &name),
            ContactCommand::Verify(verified) => {
                contacts.decide(ctx, contact, |preferences| preferences.verified = verified)
            }
            ContactCommand::Scan(text) => {
                contacts.scan(ctx, contact, &text)?;
                self.say_scanned(contact);
                Ok(())
            }
            ContactCommand::Mute(muted) => {
                contacts.decide(ctx, contact, |preferences| preferences.muted = muted)
            }
            ContactCommand::NotificationText(text) => {
                contacts.decide(ctx, contact, |preferences| {
                    preferences.notification_text = text
                })
            }
            ContactCommand::Pictures(unasked) => {
                contacts.decide(ctx, contact, |preferences| preferences.pictures = unasked)
            }
            ContactCommand::Pause(paused) => contacts.pause(ctx, contact, paused),
            ContactCommand::Special(on) => {
                contacts.decide(ctx, contact, |preferences| preferences.special = on)?;
                self.send_profile(contact);
                Ok(())
            }
            ContactCommand::Clear(true) => self.conversations.clear(ctx, contact),
            ContactCommand::Clear(false) => self.conversations.bring_back(ctx, contact),
            ContactCommand::Block(_) => self.block(contact),
            ContactCommand::Remove => self.remove(contact),
        }
    }

    fn block(&mut self, contact: &ContactId) -> Result<(), Refusal> {
        let saved = self
            .contacts
            .get(contact)
            .filter(|saved| saved.is_complete());
        saved.ok_or(Refusal::Gone)?;
        self.part_from(contact);
        // In this order: of two writes a crash may leave the first, and nobody is blocked who knows the
        // card of now.
        if !planted!(RotationSkippedOnBlock) {
            self.withdraw_card();
        }
        self.contacts.block(&mut self.ctx, contact)
    }

    /// Goes on once it is written that a contact is blocked no longer.
    pub(super) fn unblock(&mut self, contact: &ContactId) {
        if !self.contacts.is_unblocking(contact) {
            return self.contacts.store(&mut self.ctx, contact);
        }
        // Somebody who blocks does not know the other's hint and seems to be somebody else: both
        // may have done that.
        let saved = self.contacts.get(contact);
        if let Some(address) = saved.and_then(|saved| saved.transport_id()) {
            self.handshakes.pardon(address, contact);
        }
        self.contacts.unblocked(&mut self.ctx, contact);
    }

    fn remove(&mut self, contact: &ContactId) -> Result<(), Refusal> {
        self.contacts.get(contact).ok_or(Refusal::Gone)?;
        self.part_from(contact);
        self.handshakes.stop_accepting(&mut self.ctx, contact);
        // First, as for a block.
        self.withdraw_card();
        self.contacts.forget(&mut self.ctx, contact.clone());
        self.conversations.forget(&mut self.ctx, contact);
        self.files.forget(&mut self.ctx, contact);
        self.attention.read(&mut self.ctx, contact.clone());
        Ok(())
    }

    /// Rejects a request, and wants nobody of that name to ask again. Somebody who was invited
    /// is only rejected: that uses the invite up.
    fn ignore(&mut self, id: CommandId, request: &RequestId) -> Result<Answered, Refusal> {
        let record = self.introductions.requests().get(request);
        let record = record.cloned().ok_or(Refusal::Gone)?;
        self.introductions.reject(&mut self.ctx, request)?;
        if record.invite.is_some() {
            return Ok(Answered::Now);
        }
        self.account.ignore(&mut self.ctx, id, record.name);
        Ok(Answered::Later)
    }

    fn send(&mut self, id: CommandId, contact: &ContactId, text: &str) -> Result<(), Refusal> {
        let saved = self.contacts.get(contact).filter(|c| c.is_complete());
        saved.ok_or(Refusal::Gone)?;
        self.conversations.write(&mut self.ctx, id, contact, text)?;
        self.contacts.hurry(contact, self.ctx.now.mono);
        Ok(())
    }

    fn refer(
        &mut self,
        id: CommandId,
        contact: &ContactId,
        reference: Reference,
        text: String,
    ) -> Result<(), Refusal> {
        let saved = self.contacts.get(contact).filter(|c| c.is_complete());
        saved.ok_or(Refusal::Gone)?;
        let ctx = &mut self.ctx;
        self.conversations
            .refer(ctx, id, contact, reference, text)?;
        self.contacts.hurry(contact, self.ctx.now.mono);
        Ok(())
    }

    fn say_rule(
        &mut self,
        id: CommandId,
        contact: &ContactId,
        step: RuleStep,
    ) -> Result<(), Refusal> {
        let saved = self.contacts.get(contact).filter(|c| c.is_complete());
        saved.ok_or(Refusal::Gone)?;
        self.conversations
            .say_rule(&mut self.ctx, id, contact, step)?;
        self.contacts.hurry(contact, self.ctx.now.mono);
        Ok(())
    }

    /// Offers a file: it is kept here first, so that whoever has its message can fetch it.
    fn offer(
        &mut self,
        id: CommandId,
        contact: &ContactId,
        transfer: &TransferId,
        offer: FileOffer,
    ) -> Result<(), Refusal> {
        let saved = self.contacts.get(contact).filter(|c| c.is_complete());
        saved.ok_or(Refusal::Gone)?;
        let is_id =
            transfer.0.len() == MESSAGE_ID && transfer.0.bytes().all(|b| b.is_ascii_hexdigit());
        let offer = offer
            .checked()
            .filter(|_| is_id)
            .ok_or(Refusal::FileUnfit)?;
        let ctx = &mut self.ctx;
        self.files.offer(ctx, contact, transfer, offer.clone())?;
        let written = self.conversations.offer(ctx, id, contact, transfer, offer);
        if written.is_err() {
            self.files.take_back(ctx, transfer);
        }
        self.contacts.hurry(contact, self.ctx.now.mono);
        written
    }

    /// Reads the message in which a file is offered: what is said of the file stands there.
    fn look_up_offer(
        &mut self,
        command: CommandId,
        contact: &ContactId,
        transfer: TransferId,
        choice: FileChoice,
    ) -> Result<(), Refusal> {
        self.contacts.get(contact).ok_or(Refusal::Gone)?;
        let query = Query::Named {
            contact: contact.clone(),
            ids: vec![transfer.0],
        };
        let read = Read {
            contact: contact.clone(),
            link: None,
            what: Wanted::Decision { command, choice },
        };
        self.ctx.load(read, query);
        Ok(())
    }

    /// Goes on with the message in which a file is offered.
    pub(super) fn decide(
        &mut self,
        contact: &ContactId,
        command: CommandId,
        choice: FileChoice,
        read: Result<Vec<MessageRecord>, String>,
    ) {
        let ctx = &mut self.ctx;
        let result = match read {
            Ok(records) => {
                let record = newest(records, Origin::Received);
                let offer = record.and_then(|r| Some((TransferId(r.id), r.message.offer?)));
                offer
                    .ok_or(Refusal::Gone)
                    .and_then(|(id, offer)| self.files.decide(ctx, contact, &id, offer, choice))
            }
            Err(reason) => Err(Refusal::Storage { reason }),
        };
        self.ctx.reply(command, result);
    }

    /// Accepts a picture as the person wants it of this contact.
    pub(super) fn take_unasked(&mut self, contact: &ContactId, file: Offered) {
        let saved = self.contacts.get(contact);
        if saved.is_some_and(|saved| saved.preferences().pictures) {
            let Offered { transfer, offer } = file;
            self.files
                .take_unasked(&mut self.ctx, contact, &transfer, offer);
        }
    }

    fn typing(&mut self, contact: &ContactId) -> Result<(), Refusal> {
        self.contacts.get(contact).ok_or(Refusal::Gone)?;
        // Who does not say what was read does not say what is being written.
        if self.account.settings().read_receipts {
            let frame = SessionFrame::Typing;
            self.conversations.say(&mut self.ctx, contact, &frame);
        }
        Ok(())
    }

    fn ping(&mut self, contact: &ContactId) -> Result<(), Refusal> {
        if self.ctx.is_off() {
            return Err(Refusal::Off);
        }
        self.contacts.ping(contact, self.ctx.now.mono)?;
        self.conversations.doubt(&mut self.ctx, contact);
        Ok(())
    }
}
