//! Taking the identity and the contacts to another installation.

use crate::backup::{self, Content};
use crate::contacts::Contact;
use crate::io::CommandId;
use crate::limits::CONTACTS;
use crate::me::Me;
use crate::name::Names;
use crate::node::Node;
use crate::node::account::Account;
use crate::records::{ContactRecord, ProfileRecord};
use crate::values::Secret;
use crate::view::{Answer, Refusal};

impl Node {
    /// Answers with the content of a backup file.
    pub(super) fn export(&mut self, id: CommandId, passphrase: &Secret) -> Result<(), Refusal> {
        let (salt, nonce) = (self.ctx.random(), self.ctx.random());
        let me = self.account.joined()?;
        let contacts = self.contacts.complete();
        let content = Content {
            profile: me.record().clone(),
            contacts: contacts.map(|contact| contact.record().clone()).collect(),
        };
        let text = backup::seal(&content, &passphrase.0, salt, nonce)?;
        self.ctx.answer(id, Ok(Answer::Backup { text }));
        Ok(())
    }

    /// Takes over a backup, if no contact would be lost by it.
    pub(super) fn import(
        &mut self,
        id: CommandId,
        passphrase: &Secret,
        text: &Secret,
    ) -> Result<(), Refusal> {
        let Content { profile, contacts } = backup::open(&text.0, &passphrase.0)?;
        let in_backup = |known: &Contact| contacts.iter().any(|c| c.id == *known.id());
        if self.account.is_damaged() || !self.contacts.all().all(in_backup) {
            return Err(Refusal::NotEmpty);
        }
        check(&self.ctx.names, &profile, &contacts)?;
        Account::import(&mut self.ctx, id, profile, contacts);
        Ok(())
    }

    /// Goes on after a backup is stored: the person who was here before is gone.
    pub(super) fn imported(
        &mut self,
        profile: ProfileRecord,
        contacts: Vec<ContactRecord>,
        command: CommandId,
    ) {
        if let Some(me) = self.account.me() {
            self.directory.leave(&mut self.ctx, me);
            self.ctx.release(me.transport_id());
            if let Some(former) = me.former() {
                self.ctx.release(&former.transport_id);
            }
        }
        self.transport.released();
        self.account.leave();
        let count = u32::try_from(contacts.len()).unwrap_or(u32::MAX);
        for record in contacts {
            self.contacts.replace(record);
        }
        // Only now, so that what is written at the end of a session is the record of the backup.
        for contact in self.conversations.connected() {
            self.end_session(&contact);
        }
        self.take_profile(profile);
        let answer = Answer::Imported { contacts: count };
        self.ctx.answer(command, Ok(answer));
    }
}

/// Refuses what this program would not have written.
fn check(
    names: &Names,
    profile: &ProfileRecord,
    contacts: &[ContactRecord],
) -> Result<(), Refusal> {
    let is_contact = |record: &ContactRecord| {
        record.version == 1
            && Contact::restore(record.clone()).is_some_and(|contact| contact.is_complete())
            && names.accept(&record.name)
    };
    let is_profile = profile.version == 1
        && Me::restore(profile.clone()).is_some()
        && names.accept(&profile.name);
    if contacts.len() <= CONTACTS && is_profile && contacts.iter().all(is_contact) {
        Ok(())
    } else {
        Err(Refusal::BackupDamaged)
    }
}
