//! What goes on when a write is durable, or is not.

use super::contacts::Contact;
use super::people::Lists;
use super::{CommandId, LinkId, Node, Output, StoreId};
use crate::config::Settings;
use crate::records::{Change, ContactRecord, InviteRecord, ProfileRecord, RequestRecord};
use crate::view::{ContactId, Event, Notice, Notification, Refusal};

/// What a write was for.
#[derive(Debug)]
pub(super) enum Write {
    /// Nothing waits for it.
    Plain,
    /// Tried again later where it fails.
    Insisted(Box<Change>),
    /// What is new about a contact; written again later where it fails.
    Contact(ContactId),
    Profile(Box<ProfileRecord>, Option<CommandId>),
    Settings(Box<Settings>, CommandId),
    Request(Box<RequestRecord>),
    Invite(InviteRecord, CommandId),
    /// The last write of a backup that is taken over.
    Import(Box<(ProfileRecord, Vec<ContactRecord>)>, CommandId),
    /// A provisional contact; then the acceptance is sent. Where it fails, the request waits on.
    Accepting(LinkId, Box<RequestRecord>),
    /// A contact whose acceptance this side has just finished; then the session begins.
    Finishing(LinkId),
    /// A contact whose connection broke while it was being stored; with where its acceptance
    /// began, as long as that is not finished here.
    Keeping(Box<Contact>, Option<String>),
    Chat(ContactId),
}

impl Node {
    pub(super) fn stored(&mut self, id: StoreId, result: Result<(), String>) {
        let Some(write) = self.writes.remove(&id) else {
            return;
        };
        if let Err(reason) = result {
            self.not_stored(write, reason);
            return;
        }
        match write {
            Write::Plain | Write::Insisted(_) | Write::Contact(_) => {}
            Write::Profile(record, command) => {
                self.take_profile(*record);
                command
                    .into_iter()
                    .for_each(|command| self.reply(command, Ok(())));
            }
            Write::Settings(settings, command) => {
                self.take_settings(*settings);
                self.reply(command, Ok(()));
            }
            Write::Request(record) => self.request_stored(*record),
            Write::Invite(record, command) => {
                self.invites.insert(record.id.clone(), record);
                self.reply(command, Ok(()));
            }
            Write::Import(backup, command) => {
                let (profile, contacts) = *backup;
                self.imported(profile, contacts, command);
            }
            Write::Accepting(link, _) => self.send_acceptance(link),
            Write::Finishing(link) => self.finish(link),
            Write::Keeping(contact, None) => self.keep(*contact),
            Write::Keeping(contact, Some(remote)) => self.keep_unfinished(*contact, remote),
            Write::Chat(contact) => self.chat_stored(&contact),
        }
    }

    fn not_stored(&mut self, write: Write, reason: String) {
        tracing::warn!("a write failed");
        self.notice(Notice::StorageFailed {
            reason: reason.clone(),
        });
        let refusal = Refusal::Storage { reason };
        match write {
            Write::Profile(_, Some(command))
            | Write::Settings(_, command)
            | Write::Invite(_, command)
            | Write::Import(_, command) => {
                self.reply(command, Err(refusal));
            }
            Write::Contact(id) => self.write_later(&id),
            Write::Insisted(change) => self.insist_later(*change),
            Write::Accepting(link, request) => self.not_accepted(link, *request),
            Write::Finishing(link) => self.not_finished(link),
            Write::Chat(contact) => {
                let commands = self.chats.get_mut(&contact).map(crate::chat::Chat::failed);
                for command in commands.into_iter().flatten() {
                    self.reply(command, Err(refusal.clone()));
                }
                self.end_session(&contact);
            }
            Write::Plain | Write::Profile(_, None) | Write::Request(_) | Write::Keeping(..) => {}
        }
    }

    pub(super) fn notify(&mut self, notification: Notification) {
        if self.settings.notifications {
            self.ctx.emit(Output::Event(Event::Notify(notification)));
        }
    }

    fn chat_stored(&mut self, id: &ContactId) {
        let Some(chat) = self.chats.get_mut(id) else {
            return;
        };
        let durable = chat.stored();
        let ack = chat.ack().filter(|_| !durable.received.is_empty());
        let contact = self.contacts.get(id);
        let session = contact.and_then(|contact| contact.session.as_ref());
        if let (Some(session), Some(ack)) = (session, ack) {
            self.ctx.transmit(session.link, &ack);
        }
        let name = contact.map(|contact| contact.name().to_owned());
        let name = name.unwrap_or_default();
        let muted = contact.is_some_and(|contact| contact.record.care.muted);
        for message in durable.own {
            self.ctx.emit(Output::Event(Event::Message(message)));
        }
        for command in durable.commands {
            self.reply(command, Ok(()));
        }
        for message in durable.received {
            let text = message.text.clone();
            self.ctx.emit(Output::Event(Event::Message(message)));
            if !self.watched && !muted {
                let (contact, name) = (id.clone(), name.clone());
                self.notify(Notification::Message {
                    contact,
                    name,
                    text,
                });
            }
        }
        self.pump(id);
    }

    /// Begins the transactions that are due.
    pub(super) fn flush_chats(&mut self) {
        for (id, chat) in self.chats.iter_mut() {
            if let Some((head, records)) = chat.flush() {
                let store = self.ctx.store(Change::Thread(head, records));
                self.writes.insert(store, Write::Chat(id.clone()));
            }
        }
    }

    /// Adds a contact to those in memory, in place of what was known of it before: where it is seen
    /// has to be found out anew.
    pub(super) fn keep(&mut self, contact: Contact) {
        self.shown.lists = Lists::default();
        self.contacts.insert(contact.record.id.clone(), contact);
    }
}
