//! Taking the identity and the contacts to another installation.

use super::contacts::Contact;
use super::storage::Write;
use super::{CommandId, Node, Output};
use crate::backup::{self, Content};
use crate::ids;
use crate::records::{Change, ContactRecord, ProfileRecord};
use crate::view::{Answer, Hidden, Refusal};

impl Node {
    pub(super) fn export(&mut self, id: CommandId, passphrase: &Hidden) -> Result<bool, Refusal> {
        let (salt, nonce) = (self.ctx.random(), self.ctx.random());
        let me = self.me.as_ref().ok_or(Refusal::NotJoined)?;
        let complete = self.contacts.values().filter(|c| c.is_complete());
        let content = Content {
            profile: me.record.clone(),
            contacts: complete.map(|contact| contact.record.clone()).collect(),
        };
        let text = backup::seal(&content, &passphrase.0, salt, nonce)?;
        let answer = Answer::Backup { text };
        self.ctx.emit(Output::Reply(id, Ok(answer)));
        Ok(false)
    }

    /// Takes over a backup where nobody would be lost by it. The identity goes on under a new
    /// Transport ID: the other installation may still hold the old one.
    pub(super) fn import(
        &mut self,
        id: CommandId,
        passphrase: &Hidden,
        text: &Hidden,
    ) -> Result<bool, Refusal> {
        let Content { profile, contacts } = backup::open(&text.0, &passphrase.0)?;
        let in_backup = |known: &Contact| contacts.iter().any(|c| c.id == known.record.id);
        if self.damaged || !self.contacts.values().all(in_backup) {
            return Err(Refusal::NotEmpty);
        }
        self.check_content(&profile, &contacts)?;
        let record = ProfileRecord {
            transport_id: ids::transport_id(self.ctx.random()),
            profile_number: self.next_profile_number(profile.profile_number),
            ..profile
        };
        // One batch: together they are written or not.
        for contact in &contacts {
            let store = self.ctx.store(Change::Contact(contact.clone()));
            self.writes.insert(store, Write::Plain);
        }
        let store = self.ctx.store(Change::Profile(record.clone()));
        let import = Write::Import(Box::new((record, contacts)), id);
        self.writes.insert(store, import);
        Ok(false)
    }

    fn check_content(
        &self,
        profile: &ProfileRecord,
        contacts: &[ContactRecord],
    ) -> Result<(), Refusal> {
        let names = &self.ctx.names;
        let contact = |record: &ContactRecord| {
            record.version == 1
                && Contact::restore(record.clone()).is_some_and(|contact| contact.is_complete())
                && names.accept(&record.name)
        };
        let fits = contacts.len() <= crate::limits::CONTACTS;
        let whole = profile.version == 1
            && super::Me::restore(profile.clone()).is_some()
            && names.accept(&profile.name);
        if fits && whole && contacts.iter().all(contact) {
            Ok(())
        } else {
            Err(Refusal::BackupDamaged)
        }
    }

    /// The backup is stored: whoever was here before is gone.
    pub(super) fn imported(
        &mut self,
        profile: ProfileRecord,
        contacts: Vec<ContactRecord>,
        command: CommandId,
    ) {
        self.join_exactly(&[]);
        if let Some(own) = self.own_transport().map(str::to_owned) {
            self.ctx.release(&own);
        }
        self.network.transport_held = false;
        self.me = None;
        let count = u32::try_from(contacts.len()).unwrap_or(u32::MAX);
        for contact in contacts.into_iter().filter_map(Contact::restore) {
            self.keep(contact);
        }
        self.take_profile(profile);
        let answer = Answer::Imported { contacts: count };
        self.ctx.emit(Output::Reply(command, Ok(answer)));
    }

    /// Rises whatever another installation with this identity has counted to before now.
    pub(super) fn next_profile_number(&self, last: u64) -> u64 {
        (last + 1).max(self.ctx.now.unix / 1_000)
    }
}
