//! Taking the identity and the contacts to another installation.

use crate::backup::{self, Content};
use crate::contacts::Contact;
use crate::crypto::PublicKey;
use crate::io::CommandId;
use crate::limits::CONTACTS_IN_ALL;
use crate::me::Me;
use crate::name::Names;
use crate::node::Node;
use crate::records::{Change, ContactRecord, ImportRecord, ProfileRecord, WaitingChats};
use crate::store::Write;
use crate::values::{ContactId, Secret};
use crate::view::{Answer, Refusal};
use litemap::LiteMap;

/// Characters of a contact's id: 8 bytes in hex.
const CONTACT_ID: usize = 16;

impl Node {
    /// Answers with the content of a backup file.
    pub(super) fn export(&mut self, id: CommandId, passphrase: &Secret) -> Result<(), Refusal> {
        let (salt, nonce) = (self.ctx.random(), self.ctx.random());
        let (content, passphrase) = self.backup(&passphrase.0)?;
        let text = backup::seal(&content, &passphrase, salt, nonce)?;
        self.ctx.answer(id, Ok(Answer::Backup { text }));
        Ok(())
    }

    /// Takes over a backup, if no contact would be lost by it: those of the same identity are joined
    /// with those here, those of another one need an installation without contacts.
    pub(super) fn import(
        &mut self,
        id: CommandId,
        passphrase: &Secret,
        text: &Secret,
    ) -> Result<(), Refusal> {
        let content = open(&self.ctx.names, &text.0, &passphrase.0)?;
        self.take_over(id, content, None)
    }

    /// Takes over whose backup it is. `waiting` is the name under which chats of it wait beside those that are here.
    pub(super) fn take_over(
        &mut self,
        id: CommandId,
        content: Content,
        waiting: Option<String>,
    ) -> Result<(), Refusal> {
        self.may_import(&content)?;
        let Content { profile, contacts } = content;
        let is_same = self.is_same(&profile);
        let there: Vec<ContactId> = contacts.iter().map(|contact| contact.id.clone()).collect();
        let contacts = self.contacts.merged(&mut self.ctx, contacts)?;
        let is_trusted = |id| self.contacts.get(id).is_some_and(|here| !here.is_blocked());
        let mut blocked = contacts.iter().filter(|c| c.preferences.blocked);
        let blocks = blocked.any(|contact| is_trusted(&contact.id));
        let unfinished = self.contacts.all().filter(|c| !c.is_complete() && !is_same);
        let here = contacts.iter().map(|contact| contact.id.clone());
        let chats = there.into_iter().zip(here).collect();
        let import = ImportRecord {
            profile: self.account.merged(&mut self.ctx, profile, blocks),
            contacts,
            forget_contacts: unfinished.map(|contact| contact.id().clone()).collect(),
            forget_requests: self.introductions.requests().keys().cloned().collect(),
            forget_invites: self.introductions.invite_ids(),
            forget_asked: self.introductions.asked_ids(),
            history: waiting.map(|name| WaitingChats { name, chats }),
        };
        let change = Change::Import(Box::new(import.clone()));
        self.ctx.store(Write::Import(Box::new(import), id), change);
        Ok(())
    }

    /// Returns whether a backup is one of the person who is here.
    fn is_same(&self, profile: &ProfileRecord) -> bool {
        let here = self.account.joined().ok();
        here.is_some_and(|me| me.record().identity == profile.identity)
    }

    /// Returns whether a backup can be taken over.
    fn may_import(&self, content: &Content) -> Result<(), Refusal> {
        let is_same = self.is_same(&content.profile);
        let is_free = is_same || self.contacts.complete().next().is_none();
        if self.account.is_damaged() || !is_free {
            return Err(Refusal::NotEmpty);
        }
        check(&self.ctx.names, &content.profile, &content.contacts)
    }

    /// Returns what is backed up, and the passphrase as it seals.
    ///
    /// # Errors
    /// Where nobody has joined.
    pub fn backup(&self, passphrase: &str) -> Result<(Content, String), Refusal> {
        let me = self.account.joined()?;
        let contacts = self.contacts.complete();
        let content = Content {
            profile: me.record().clone(),
            contacts: contacts.map(|contact| contact.record().clone()).collect(),
        };
        Ok((content, self.normalised(passphrase)))
    }

    /// Returns a passphrase as it seals, however it was typed.
    pub fn normalised(&self, passphrase: &str) -> String {
        self.ctx.names.normalised(passphrase)
    }

    /// Opens a backup without chats.
    ///
    /// # Errors
    /// Where the passphrase is another one, or the file is damaged.
    pub fn open_backup(&self, text: &str, passphrase: &str) -> Result<Content, Refusal> {
        open(&self.ctx.names, text, passphrase)
    }

    /// Looks at whose backup it is. Returns how many of the contacts are not here yet.
    ///
    /// # Errors
    /// Where it could not be taken over.
    pub fn new_contacts(&self, content: &Content) -> Result<u32, Refusal> {
        self.may_import(content)?;
        let keys = content
            .contacts
            .iter()
            .filter_map(|contact| contact.identity.as_deref());
        let known = |key: &&str| {
            PublicKey::decode(key).is_some_and(|key| self.contacts.by_key(key).is_some())
        };
        let known = keys.filter(known).count();
        let fresh = content.contacts.len().saturating_sub(known);
        Ok(u32::try_from(fresh).unwrap_or(u32::MAX))
    }

    /// Goes on after a backup is stored. The person who was here before is gone, with every
    /// connection, request and invite: nothing more is said in their name.
    pub(super) fn imported(&mut self, import: ImportRecord, command: CommandId) {
        let known: Vec<ContactId> = self.contacts.all().map(|c| c.id().clone()).collect();
        for contact in &known {
            self.part_from(contact);
        }
        self.handshakes.drop_all(&mut self.ctx);
        self.settle();
        self.introductions.leave(&mut self.ctx);
        let before = self.account.joined().ok().map(|me| &me.record().identity);
        if before != Some(&import.profile.identity) {
            self.leave_contacts(&import);
        }
        if let Some(me) = self.account.me() {
            self.directory.leave(&mut self.ctx, me);
            self.ctx.release(me.transport_id());
            if let Some(former) = me.former() {
                self.ctx.release(&former.transport_id);
            }
        }
        self.transport.released();
        self.account.leave();
        let count = u32::try_from(import.contacts.len()).unwrap_or(u32::MAX);
        for record in import.contacts {
            self.contacts.keep_merged(&mut self.ctx, record);
        }
        self.take_profile(import.profile);
        let answer = Answer::Imported { contacts: count };
        self.ctx.answer(command, Ok(answer));
    }

    /// Goes on as before where a backup could not be stored, and writes what is here over what may be
    /// stored of it. A device on which nobody has joined has nothing to write: the backup is there
    /// whole at the next start, or not at all.
    pub(super) fn not_imported(
        &mut self,
        import: &ImportRecord,
        command: CommandId,
        refusal: Refusal,
    ) {
        let ctx = &mut self.ctx;
        if self.account.me().is_some() {
            self.account.keep_profile(ctx);
            let written = import.contacts.iter().map(|contact| &contact.id);
            for contact in written.chain(&import.forget_contacts) {
                self.contacts.take_back(ctx, contact);
            }
            self.introductions.keep_all(ctx);
            if let Some(waiting) = &import.history {
                ctx.store_for_certain(Change::ForgetHistory(waiting.name.clone()));
            }
        }
        ctx.reply(command, Err(refusal));
    }

    /// Forgets the contacts of another identity who are there by now, and those that are being written.
    fn leave_contacts(&mut self, import: &ImportRecord) {
        self.handshakes.leave(&mut self.ctx);
        let stays = |id: &ContactId| import.contacts.iter().any(|record| record.id == *id);
        let here = self.contacts.all().map(|contact| contact.id().clone());
        let others: Vec<_> = here.filter(|id| !stays(id)).collect();
        for contact in others {
            self.conversations.forget(&mut self.ctx, &contact);
            self.contacts.forget(&mut self.ctx, contact);
        }
    }
}

/// Opens a backup: as exports close it, and where that is in vain under the passphrase as it was typed,
/// which another program may have used.
fn open(names: &Names, text: &str, typed: &str) -> Result<Content, Refusal> {
    let normalised = names.normalised(typed);
    match backup::open(text, &normalised) {
        Err(Refusal::BackupWrong) if normalised != typed => backup::open(text, typed),
        opened => opened,
    }
}

/// Refuses what this program would not have written.
fn check(
    names: &Names,
    profile: &ProfileRecord,
    contacts: &[ContactRecord],
) -> Result<(), Refusal> {
    let me = Me::restore(profile.clone()).ok_or(Refusal::BackupDamaged)?;
    let is_contact = |record: &ContactRecord| {
        let key = Contact::restore(record.clone()).and_then(|contact| contact.identity());
        let own = record.preferences.given_name.iter();
        let mut all = own.chain(&record.new_name).chain([&record.name]);
        record.version == 1
            && record.id.0.len() == CONTACT_ID
            && all.all(|name| names.accept(name))
            && key.is_some_and(|key| key != me.public_key())
    };
    let is_profile = profile.version == 1 && names.accept(&profile.name);
    let ids: LiteMap<_, ()> = contacts.iter().map(|c| (&c.id, ())).collect();
    let keys: LiteMap<_, ()> = contacts.iter().map(|c| (&c.identity, ())).collect();
    let one_each = ids.len() == contacts.len() && keys.len() == contacts.len();
    if contacts.len() <= CONTACTS_IN_ALL
        && is_profile
        && one_each
        && contacts.iter().all(is_contact)
    {
        Ok(())
    } else {
        Err(Refusal::BackupDamaged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Tables;
    use crate::test_context::{contact, key, me};

    type Bend = fn(&mut Vec<ContactRecord>);

    #[test]
    fn a_backup_with_one_person_or_one_id_twice_or_with_oneself_is_refused() {
        let names = Names::new(Box::new(Tables));
        let profile = me("Ann", 1).record().clone();
        let cases: [(&str, Bend, bool); 4] = [
            ("as it is", |_| {}, true),
            (
                "one key twice",
                |all| all[1].identity = Some(key(2).encode()),
                false,
            ),
            ("one id twice", |all| all[1].id = all[0].id.clone(), false),
            (
                "oneself",
                |all| all[1].identity = Some(key(1).encode()),
                false,
            ),
        ];
        for (what, bend, is_good) in cases {
            let mut contacts = vec![contact("Bob", 2), contact("Cleo", 3)];
            for (n, record) in contacts.iter_mut().enumerate() {
                record.id = ContactId(format!("{n:016}"));
            }
            bend(&mut contacts);
            let checked = check(&names, &profile, &contacts);
            assert_eq!(checked.is_ok(), is_good, "{what}: {checked:?}");
        }
    }
}
