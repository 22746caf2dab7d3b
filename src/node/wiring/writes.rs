//! Who goes on when a write or a read has ended, and what follows from stored settings.

use crate::config::Settings;
use crate::fact::Fact;
use crate::io::{LinkId, LoadId, StoreId};
use crate::node::Node;
use crate::records::{Change, MessageRecord, ProfileRecord};
use crate::store::{Wanted, Write};
use crate::view::{Alert, Refusal};

impl Node {
    pub(super) fn stored(&mut self, id: StoreId, result: Result<(), String>) {
        let Some(write) = self.ctx.store.ended(id) else {
            return;
        };
        match result {
            Ok(()) => self.written(write),
            Err(_) if planted!(FailedWriteTaken) => self.written(write),
            Err(reason) => self.not_written(write, reason),
        }
    }

    pub(super) fn written(&mut self, write: Write) {
        let ctx = &mut self.ctx;
        match write {
            Write::Certain(_) => {}
            Write::Contact(contact) => self.contacts.stored(&contact),
            Write::Unblock(contact, command) => {
                self.unblock(&contact);
                self.ctx.reply(command, Ok(()));
            }
            Write::Profile(record, command) => {
                self.take_profile(*record);
                self.ctx.reply(command, Ok(()));
            }
            Write::Settings(settings, command) => {
                self.take_settings(*settings);
                self.ctx.reply(command, Ok(()));
            }
            Write::Request(id) => self.introductions.request_stored(ctx, &id),
            Write::Invite(record, command) => {
                self.introductions.invite_stored(ctx, record);
                ctx.reply(command, Ok(()));
            }
            Write::Import(import, command) => self.imported(*import, command),
            Write::Acceptance(link) => self.acceptance_written(link, true),
            Write::Thread(contact) => self.conversations.stored(ctx, &contact),
            Write::Transfer(id) => self.files.stored(ctx, &id),
        }
    }

    /// Goes on after a write that is reported as failed. It may have happened all the same, so what
    /// does not count is taken back on the disk too.
    pub(super) fn not_written(&mut self, write: Write, reason: String) {
        tracing::warn!("a write failed");
        let ctx = &mut self.ctx;
        ctx.alert(Alert::StorageFailed {
            reason: reason.clone(),
        });
        let refusal = Refusal::Storage { reason };
        match write {
            Write::Profile(_, command) => {
                self.account.keep_profile(ctx);
                ctx.reply(command, Err(refusal));
            }
            Write::Settings(_, command) => {
                self.account.keep_settings(ctx);
                ctx.reply(command, Err(refusal));
            }
            Write::Invite(record, command) => {
                ctx.store_for_certain(Change::ForgetInvite(record.id));
                ctx.reply(command, Err(refusal));
            }
            Write::Import(import, command) => self.not_imported(&import, command, refusal),
            Write::Contact(contact) => self.contacts.not_stored(ctx, &contact),
            Write::Unblock(contact, command) => {
                self.contacts.not_unblocked(ctx, &contact, command);
                ctx.reply(command, Err(refusal));
            }
            Write::Certain(change) => ctx.store.try_later(*change, ctx.now.mono),
            Write::Acceptance(link) => self.acceptance_written(link, false),
            Write::Thread(contact) => self.conversations.not_stored(ctx, &contact, &refusal),
            Write::Transfer(id) => self.files.not_stored(ctx, &id),
            Write::Request(id) => self.introductions.request_not_stored(ctx, id),
        }
    }

    /// Returns whether a change is not to be written again: somebody was to be forgotten who is there
    /// again, or more is known of a file by now.
    pub(super) fn is_overtaken(&self, change: &Change) -> bool {
        match change {
            Change::ForgetContact(id) | Change::ForgetThread(id) => self.contacts.get(id).is_some(),
            Change::Transfer(record) => !self.files.is_newest(record),
            Change::ForgetTransfer(id) => self.files.has(id),
            Change::Profile(_)
            | Change::Settings(_)
            | Change::Availability(_)
            | Change::Contact(_)
            | Change::Request(_)
            | Change::ForgetRequest(_)
            | Change::Invite(_)
            | Change::ForgetInvite(_)
            | Change::Asked(_)
            | Change::ForgetAsked(_)
            | Change::Thread(..)
            | Change::Import(_)
            | Change::ForgetHistory(_) => false,
        }
    }

    pub(super) fn loaded(&mut self, id: LoadId, result: Result<Vec<MessageRecord>, String>) {
        let Some(read) = self.ctx.store.loaded(id) else {
            return;
        };
        let chats = &self.conversations;
        let result = result.map(|records| chats.as_stored(&read.contact, records));
        if let Wanted::Decision { command, choice } = read.what {
            return self.decide(&read.contact, command, choice, result);
        }
        let ctx = &mut self.ctx;
        match result {
            Ok(records) => {
                if let Err(how) = self.conversations.loaded(ctx, &read, records) {
                    ctx.tell(Fact::Misbehaved(read.contact, how));
                }
            }
            Err(reason) => {
                tracing::warn!("a chat could not be read");
                ctx.alert(Alert::StorageFailed {
                    reason: reason.clone(),
                });
                self.conversations.not_loaded(ctx, &read, reason);
            }
        }
    }

    pub(super) fn acceptance_written(&mut self, link: LinkId, stored: bool) {
        if let Some(me) = self.account.me() {
            self.handshakes.written(&mut self.ctx, me, link, stored);
        }
    }

    /// Takes a profile that is stored: it is valid from now on.
    pub(super) fn take_profile(&mut self, record: ProfileRecord) {
        if self.account.take_profile(&mut self.ctx, record) {
            self.go_online();
        } else {
            self.announce_profile();
        }
    }

    pub(super) fn take_settings(&mut self, settings: Settings) {
        self.directory.set_cellular_setting(settings.cellular);
        let was_online = self.account.me().is_some();
        let before = self.account.take_settings(settings);
        let after = self.account.config();
        if !was_online {
            self.go_online();
        } else if let Some(me) = self.account.me()
            && before != *after
        {
            if before.differs_only_in_beacon(after) {
                self.directory.configure(&mut self.ctx, after);
                self.directory.rejoin(&mut self.ctx, me);
            } else {
                self.change_servers();
            }
        }
        self.apply_discovery();
    }

    /// Registers everything anew, because there are other servers or another root. Chats go on over
    /// new connections.
    pub(super) fn change_servers(&mut self) {
        if let Some(me) = self.account.me() {
            self.directory.leave(&mut self.ctx, me);
        }
        self.handshakes.drop_all(&mut self.ctx);
        self.settle();
        for contact in self.conversations.connected() {
            self.end_session(&contact);
        }
        self.transport.forget_server();
        self.go_online();
    }
}
