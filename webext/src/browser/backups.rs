//! Backups with chats: saved by the browser, and opened to be looked at before anything of them is taken over.
//!
//! Both go chunk by chunk, whatever is in the chats: a backup is a blob of small blobs, which the browser keeps on its disk, and
//! one that is opened goes to a database of its own ([`staged`]).

use super::clock::seed;
use super::files::{Files, give, slice};
use super::host::Host;
use super::messages::Messages;
use super::staged::{self, Staged};
use crate::previews::Previews;
use crate::storage::Fault;
use ipc::{Answer, BackupView, ContactId, Downloaded, Refusal, TransferId, UnixMillis};
use js_sys::{Array, Uint8Array};
use mesh_chat::history::{Content, Header, Opener, Part, Sealer};
use mesh_chat::limits::BACKUP_BYTES;
use mesh_chat::records::{ContactRecord, MessageRecord, ThreadRecord};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File};

/// What the file is called.
const NAME: &str = "mesh-chat.backup";

/// How much of a file is read at once, in bytes.
const READ: u64 = 1024 * 1024;

/// A backup that was opened.
struct Looked {
    content: Content,
    /// Chats of it wait.
    with_history: bool,
}

/// Backups that are being made, and those that were opened.
pub(super) struct Backups {
    host: Host,
    messages: Rc<Messages>,
    files: Rc<Files>,
    previews: RefCell<Previews<Looked>>,
}

/// What opens a backup without chats, and says how many contacts of one are new: the node.
pub(super) trait Reader {
    /// Returns a passphrase as it seals.
    fn normalised(&self, passphrase: &str) -> String;
    /// Opens a backup without chats.
    fn open(&self, text: &str, passphrase: &str) -> Result<Content, Refusal>;
    /// Returns how many contacts are not here.
    fn new_contacts(&self, content: &Content) -> Result<u32, Refusal>;
}

impl Backups {
    pub(super) fn new(host: Host, messages: Rc<Messages>, files: Rc<Files>) -> Self {
        Self {
            host,
            messages,
            files,
            previews: RefCell::default(),
        }
    }

    /// Saves a backup with the chats of these contacts.
    pub(super) async fn save(
        &self,
        content: &Content,
        passphrase: &str,
    ) -> Result<Answer, Refusal> {
        let random = seed().map_err(storage)?;
        let (salt, rest) = random.split_first_chunk().ok_or(Refusal::BackupDamaged)?;
        let nonce = rest.first_chunk().ok_or(Refusal::BackupDamaged)?;
        let (mut sealer, first) = Sealer::new(content, passphrase, *salt, *nonce)?;
        let mut file = vec![blob(&first)?];
        let heads = self.messages.heads().await.map_err(fault)?;
        let of_contact = |head: &&ThreadRecord| {
            let mut contacts = content.contacts.iter();
            contacts.any(|contact| contact.id == head.contact)
        };
        let contacts = content.contacts.iter().map(|contact| &contact.id);
        let sealed = contacts.filter(|contact| self.messages.is_sealed(contact));
        let mut damaged: Vec<&ContactId> = sealed.collect();
        for head in heads.iter().filter(of_contact) {
            let mut after = 0;
            let mut is_whole = true;
            while let Some((page, upto)) = self
                .messages
                .behind(&head.contact, after)
                .await
                .map_err(fault)?
            {
                is_whole &= page.damaged.is_empty();
                file.push(blob(&sealer.chat(head, page.messages)?)?);
                after = upto;
            }
            damaged.extend((!is_whole).then_some(&head.contact));
        }
        let of_damaged = content
            .contacts
            .iter()
            .filter(|contact| damaged.contains(&&contact.id));
        let incomplete = of_damaged.map(name_of).collect();
        let (end, contents) = sealer.finish()?;
        file.push(blob(&end)?);
        let parts: Array = file.into_iter().collect();
        let whole = Blob::new_with_blob_sequence(&parts).map_err(said)?;
        let bytes = chrome::whole(whole.size());
        match give(&self.host, &whole, NAME).await.map_err(said)? {
            Downloaded::Complete => Ok(Answer::Saved {
                messages: contents.messages,
                bytes,
                incomplete,
            }),
            Downloaded::NoRoom => Err(storage("there is no room".to_owned())),
            Downloaded::Failed | Downloaded::NotAllowed => {
                Err(storage("the browser did not save it".to_owned()))
            }
        }
    }

    /// Opens the file that a view has handed over, and says what is in it.
    pub(super) async fn open(
        &self,
        view: u32,
        transfer: &TransferId,
        passphrase: &str,
        reader: &impl Reader,
    ) -> Result<Answer, Refusal> {
        let name = &transfer.0;
        let before = self.previews.borrow_mut().begin(view, name.clone());
        if let Some(before) = before {
            staged::forget(&before).await;
        }
        let opened = self.look(transfer, passphrase, reader).await;
        let opened = opened.and_then(|(looked, seen)| {
            let is_wanted = self.previews.borrow_mut().open(view, name, looked);
            is_wanted.then_some(seen).ok_or(Refusal::Gone)
        });
        if opened.is_err() {
            self.previews.borrow_mut().fail(view, name);
            staged::forget(name).await;
        }
        opened.map(Answer::Opened)
    }

    async fn look(
        &self,
        transfer: &TransferId,
        passphrase: &str,
        reader: &impl Reader,
    ) -> Result<(Looked, BackupView), Refusal> {
        let file = self.files.take(transfer).ok_or(Refusal::BackupDamaged)?;
        let looked = Looking::at(&file, &transfer.0, passphrase, reader).await?;
        let content = looked.content.ok_or(Refusal::BackupDamaged)?;
        let new_contacts = reader.new_contacts(&content)?;
        let names = content.contacts.iter().map(name_of);
        let seen = BackupView {
            name: content.profile.name.clone(),
            contacts: names.collect(),
            new_contacts,
            messages: looked.messages,
            period: looked.period,
        };
        let looked = Looked {
            content,
            with_history: looked.messages > 0,
        };
        Ok((looked, seen))
    }

    /// Takes what this view has opened, and the name under which chats of it wait.
    pub(super) fn take(&self, view: u32) -> Option<(Content, Option<String>)> {
        let (name, looked) = self.previews.borrow_mut().take(view)?;
        Some((looked.content, looked.with_history.then_some(name)))
    }

    /// Forgets what this view has opened, or is opening.
    pub(super) fn forget(&self, view: u32) {
        if let Some(name) = self.previews.borrow_mut().close(view) {
            spawn_local(async move { staged::forget(&name).await });
        }
    }
}

/// Returns the name under which a person knows a contact.
fn name_of(contact: &ContactRecord) -> String {
    let given = contact.preferences.given_name.as_ref();
    given.unwrap_or(&contact.name).clone()
}

/// A backup that is being read.
#[derive(Default)]
struct Looking {
    content: Option<Content>,
    messages: u64,
    period: Option<(UnixMillis, UnixMillis)>,
}

impl Looking {
    async fn at(
        file: &File,
        name: &str,
        passphrase: &str,
        reader: &impl Reader,
    ) -> Result<Self, Refusal> {
        let size = chrome::whole(file.size());
        let first = read(file, 0, size).await?;
        let Some(header) = Header::read(&first) else {
            return Self::at_old(file, size, passphrase, reader).await;
        };
        let mut at = header.bytes() as u64;
        let mut opener = Opener::new(header, &reader.normalised(passphrase))?;
        let mut looking = Self::default();
        let mut staged = None;
        while at < size {
            let bytes = read(file, at, size).await?;
            at += bytes.len() as u64;
            let chats = looking.take(opener.take(&bytes)?)?;
            if chats.is_empty() {
                continue;
            }
            if staged.is_none() {
                staged = Some(Staged::open(name).await.map_err(fault)?);
            }
            if let Some(staged) = &staged {
                staged.add(&chats).await.map_err(fault)?;
            }
        }
        opener.finish()?;
        Ok(looking)
    }

    /// Opens a backup without chats.
    async fn at_old(
        file: &File,
        size: u64,
        passphrase: &str,
        reader: &impl Reader,
    ) -> Result<Self, Refusal> {
        if size > BACKUP_BYTES as u64 {
            return Err(Refusal::BackupDamaged);
        }
        let bytes = read(file, 0, size).await?;
        let text = String::from_utf8(bytes).map_err(|_| Refusal::BackupDamaged)?;
        let content = Some(reader.open(&text, passphrase)?);
        Ok(Self {
            content,
            ..Self::default()
        })
    }

    /// Takes what was opened. Returns what there is of chats.
    fn take(
        &mut self,
        parts: Vec<Part>,
    ) -> Result<Vec<(ThreadRecord, Vec<MessageRecord>)>, Refusal> {
        let mut chats = Vec::new();
        for part in parts {
            match part {
                Part::Content(content) => self.content = Some(*content),
                Part::Chat(head, records) => {
                    if !self.is_contact(&head.contact) {
                        return Err(Refusal::BackupDamaged);
                    }
                    self.messages += records.len() as u64;
                    for at in records.iter().map(|record| record.message.at) {
                        let (first, last) = self.period.unwrap_or((at, at));
                        self.period = Some((first.min(at), last.max(at)));
                    }
                    chats.push((head, records));
                }
                Part::End(_) => {}
            }
        }
        Ok(chats)
    }

    fn is_contact(&self, id: &ContactId) -> bool {
        let content = self.content.as_ref();
        content.is_some_and(|content| content.contacts.iter().any(|contact| contact.id == *id))
    }
}

async fn read(file: &File, at: u64, size: u64) -> Result<Vec<u8>, Refusal> {
    let end = at.saturating_add(READ).min(size);
    let bytes = slice(file, at..end).await.map_err(storage)?;
    Ok(Uint8Array::new(&bytes).to_vec())
}

fn blob(bytes: &[u8]) -> Result<JsValue, Refusal> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    Blob::new_with_u8_array_sequence(&parts)
        .map(JsValue::from)
        .map_err(said)
}

#[expect(clippy::needless_pass_by_value, reason = "what map_err hands over")]
fn said(error: JsValue) -> Refusal {
    storage(chrome::text(&error))
}

#[expect(clippy::needless_pass_by_value, reason = "what map_err hands over")]
fn fault(fault: Fault) -> Refusal {
    storage(fault.to_string())
}

fn storage(reason: String) -> Refusal {
    Refusal::Storage { reason }
}
