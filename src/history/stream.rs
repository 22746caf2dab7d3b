//! A backup with chats: identity and contacts first, then the chats, in chunks that are opened one after the other.
//!
//! ```text
//! {"format":"meshchat backup","version":2,"salt":…,"nonce":…}\n
//! (length, 4 bytes, big-endian · sealed chunk) …
//! ```
//! The key is that of version 1 ([`backup`]) for another salt. The chunks are the STREAM construction of Hoang,
//! Reyhanitabar, Rogaway and Vizár ("Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015) over
//! ChaCha20-Poly1305: the nonce of a chunk is the 7 bytes of the header, the number of the chunk (4 bytes, big-endian), and 1
//! for the last one, else 0. The header is authenticated with each. So a chunk that is missing, changed, repeated or out of
//! order, and an end that is cut, are found where they are.

use crate::backup::{self, Content, FORMAT};
use crate::encoding::{b64, unb64};
use crate::limits::{BACKUP_CHUNK, PASSPHRASE_CHARS};
use crate::records::{MessageRecord, ThreadRecord};
use crate::values::ContactId;
use crate::view::Refusal;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

const VERSION: u32 = 2;

/// The longest first line that is looked for.
const HEADER: usize = 256;

/// What a record has beside its content, at least: what was done with it can be a few times as much.
const RECORD: usize = 512;

/// Bytes before a chunk, and what sealing adds to it.
const LENGTH: usize = 4;
const TAG: usize = 16;

/// The first line.
#[derive(Serialize, Deserialize)]
struct Line {
    format: String,
    version: u32,
    salt: String,
    nonce: String,
}

/// What a chunk holds.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(
    clippy::large_enum_variant,
    reason = "made, written or joined, and dropped at once"
)]
pub enum Part {
    /// Who it is a backup of; the first chunk.
    Content(Box<Content>),
    /// Messages of a chat, in their order, and its head as it was: in every chunk with some of them.
    Chat(ThreadRecord, Vec<MessageRecord>),
    /// What was in it; the last chunk.
    End(Contents),
}

/// How much is in a backup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contents {
    /// How many messages.
    pub messages: u64,
}

/// What seals and opens the chunks of one file.
struct Chunks {
    cipher: ChaCha20Poly1305,
    header: Vec<u8>,
    nonce: [u8; 7],
    next: u32,
}

impl Chunks {
    /// Returns the nonce of the next chunk. A file with more of them than can be counted is none.
    fn nonce(&mut self, is_last: bool) -> Option<Nonce> {
        let number = self.next.to_be_bytes();
        self.next = self.next.checked_add(1)?;
        let parts = [&self.nonce[..], &number, &[u8::from(is_last)]].concat();
        let nonce: [u8; 12] = parts.try_into().ok()?;
        Some(Nonce::from(nonce))
    }

    fn seal(&mut self, plain: &[u8], is_last: bool) -> Option<Vec<u8>> {
        let nonce = self.nonce(is_last)?;
        let (msg, aad) = (plain, self.header.as_slice());
        self.cipher.encrypt(&nonce, Payload { msg, aad }).ok()
    }

    fn open(&mut self, sealed: &[u8], is_last: bool) -> Option<Vec<u8>> {
        let nonce = self.nonce(is_last)?;
        let (msg, aad) = (sealed, self.header.as_slice());
        self.cipher.decrypt(&nonce, Payload { msg, aad }).ok()
    }
}

/// Which messages of the chat that is being written are in the file, by their ids.
#[derive(Default)]
struct Taken {
    contact: Option<ContactId>,
    kept: HashSet<String>,
    left_out: HashSet<String>,
}

impl Taken {
    /// Returns whether a message goes into the file: not what is to disappear, or has, and nothing about what is not in it,
    /// for an entry may have the text.
    fn takes(&mut self, record: &MessageRecord) -> bool {
        if record.stays().is_some() || record.gone {
            self.left_out.insert(record.id.clone());
            return false;
        }
        if record.is_message() {
            self.kept.insert(record.id.clone());
            return true;
        }
        record
            .changes()
            .is_none_or(|id| self.kept.contains(id) && !self.left_out.contains(id))
    }
}

/// Writes a backup.
pub struct Sealer {
    chunks: Chunks,
    contents: Contents,
    taken: Taken,
}

impl Sealer {
    /// Begins, with fresh randomness. Returns the first bytes too.
    ///
    /// # Errors
    /// Where the passphrase is too short.
    pub fn new(
        content: &Content,
        passphrase: &str,
        salt: [u8; 16],
        nonce: [u8; 7],
    ) -> Result<(Self, Vec<u8>), Refusal> {
        if passphrase.chars().count() < PASSPHRASE_CHARS {
            return Err(Refusal::PassphraseShort);
        }
        let line = Line {
            format: FORMAT.to_owned(),
            version: VERSION,
            salt: b64(&salt),
            nonce: b64(&nonce),
        };
        let line = json::to_string(&line).map_err(|_| Refusal::BackupDamaged)?;
        let header = format!("{line}\n").into_bytes();
        let mut sealer = Self {
            chunks: Chunks {
                cipher: backup::cipher(passphrase, &salt)?,
                header: header.clone(),
                nonce,
                next: 0,
            },
            contents: Contents::default(),
            taken: Taken::default(),
        };
        let content = Part::Content(Box::new(content.clone()));
        let first = sealer.chunk(&content, false)?;
        Ok((sealer, [header, first].concat()))
    }

    /// Returns the next bytes: messages of a chat, in their order. What is to disappear, or has, is left out, with what is
    /// about it.
    ///
    /// # Errors
    /// Where they have no JSON shape.
    pub fn chat(
        &mut self,
        head: &ThreadRecord,
        messages: Vec<MessageRecord>,
    ) -> Result<Vec<u8>, Refusal> {
        if self.taken.contact.as_ref() != Some(&head.contact) {
            self.taken = Taken {
                contact: Some(head.contact.clone()),
                ..Taken::default()
            };
        }
        let mut messages = messages;
        messages.retain(|record| self.taken.takes(record));
        self.contents.messages += messages.len() as u64;
        let mut out = Vec::new();
        let mut messages = messages.into_iter().peekable();
        while messages.peek().is_some() || out.is_empty() {
            let mut some = Vec::new();
            let mut bytes = 0;
            // Far fewer bytes than a chunk may have, whatever is escaped in them.
            while let Some(next) = messages.next_if(|_| bytes < BACKUP_CHUNK / 16) {
                bytes += next.message.weight() + RECORD;
                some.push(next);
            }
            out.extend(self.chunk(&Part::Chat(head.clone(), some), false)?);
        }
        Ok(out)
    }

    /// Returns the last bytes, and what is in the file.
    ///
    /// # Errors
    /// Where there were too many chunks.
    pub fn finish(mut self) -> Result<(Vec<u8>, Contents), Refusal> {
        let end = self.chunk(&Part::End(self.contents), true)?;
        Ok((end, self.contents))
    }

    fn chunk(&mut self, part: &Part, is_last: bool) -> Result<Vec<u8>, Refusal> {
        let plain = json::to_string(part).map_err(|_| Refusal::BackupDamaged)?;
        let sealed = self.chunks.seal(plain.as_bytes(), is_last);
        let sealed = sealed.filter(|sealed| sealed.len() <= BACKUP_CHUNK + TAG);
        let sealed = sealed.ok_or(Refusal::BackupDamaged)?;
        let length = u32::try_from(sealed.len()).map_err(|_| Refusal::BackupDamaged)?;
        Ok([&length.to_be_bytes()[..], &sealed].concat())
    }
}

/// The first line of a backup with chats.
#[derive(Debug, PartialEq, Eq)]
pub struct Header {
    line: Vec<u8>,
    salt: [u8; 16],
    nonce: [u8; 7],
}

impl Header {
    /// Reads it from the beginning of a file. Returns `None` where that is another file, perhaps a backup without chats.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let end = bytes.iter().take(HEADER).position(|byte| *byte == b'\n')?;
        let (line, _) = bytes.split_at_checked(end + 1)?;
        let text = std::str::from_utf8(line).ok()?;
        let read: Line = json::from_str(text.trim_end()).ok()?;
        let is_one = (read.format.as_str(), read.version) == (FORMAT, VERSION);
        is_one.then_some(())?;
        Some(Self {
            salt: unb64(&read.salt)?,
            nonce: unb64(&read.nonce)?,
            line: line.to_vec(),
        })
    }

    /// Returns how many bytes it has.
    pub fn bytes(&self) -> usize {
        self.line.len()
    }
}

/// Reads a backup, in whatever pieces its bytes come behind the header.
pub struct Opener {
    chunks: Chunks,
    waiting: Vec<u8>,
    contents: Contents,
    has_begun: bool,
}

impl Opener {
    /// Begins.
    ///
    /// # Errors
    /// Where the key cannot be computed.
    pub fn new(header: Header, passphrase: &str) -> Result<Self, Refusal> {
        let cipher = backup::cipher(passphrase, &header.salt)?;
        Ok(Self::with(header, cipher))
    }

    fn with(header: Header, cipher: ChaCha20Poly1305) -> Self {
        let chunks = Chunks {
            cipher,
            header: header.line,
            nonce: header.nonce,
            next: 0,
        };
        Self {
            chunks,
            waiting: Vec::new(),
            contents: Contents::default(),
            has_begun: false,
        }
    }

    /// Takes the next bytes. Returns what is known by them: of all but the last chunk.
    ///
    /// # Errors
    /// Where the passphrase is another one, or something is damaged.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Vec<Part>, Refusal> {
        self.waiting.extend_from_slice(bytes);
        let mut parts = Vec::new();
        let waiting = std::mem::take(&mut self.waiting);
        let mut rest = waiting.as_slice();
        while let Some((sealed, behind)) = chunk(rest)?
            && !behind.is_empty()
        {
            let plain = self.chunks.open(sealed, false);
            parts.push(self.part(plain.as_deref())?);
            rest = behind;
        }
        self.waiting = rest.to_vec();
        Ok(parts)
    }

    /// Ends: all bytes have come.
    ///
    /// # Errors
    /// Where it is cut, or something is damaged.
    pub fn finish(mut self) -> Result<Contents, Refusal> {
        let waiting = std::mem::take(&mut self.waiting);
        let (sealed, _) = chunk(&waiting)?.ok_or(Refusal::BackupDamaged)?;
        let plain = self.chunks.open(sealed, true);
        match self.part(plain.as_deref())? {
            Part::End(contents) if contents == self.contents => Ok(contents),
            Part::End(_) | Part::Content(_) | Part::Chat(..) => Err(Refusal::BackupDamaged),
        }
    }

    fn part(&mut self, plain: Option<&[u8]>) -> Result<Part, Refusal> {
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        let plain = plain.ok_or(if is_first {
            Refusal::BackupWrong
        } else {
            Refusal::BackupDamaged
        })?;
        let text = std::str::from_utf8(plain).ok();
        let part = text.and_then(|text| json::from_str::<Part>(text).ok());
        match part {
            Some(Part::Content(content)) if is_first => Ok(Part::Content(content)),
            Some(Part::Chat(head, messages)) if !is_first => {
                self.contents.messages += messages.len() as u64;
                let is_one = |record: &MessageRecord| {
                    record.version == 2 && record.message.contact == head.contact
                };
                if head.version == 2 && messages.iter().all(is_one) {
                    Ok(Part::Chat(head, messages))
                } else {
                    Err(Refusal::BackupDamaged)
                }
            }
            Some(Part::End(contents)) if !is_first => Ok(Part::End(contents)),
            _ => Err(Refusal::BackupDamaged),
        }
    }
}

/// A chunk, and what is behind it.
type Cut<'a> = (&'a [u8], &'a [u8]);

/// Returns the first chunk; `None` where it is not whole yet.
fn chunk(bytes: &[u8]) -> Result<Option<Cut<'_>>, Refusal> {
    let Some((length, rest)) = bytes.split_first_chunk::<LENGTH>() else {
        return Ok(None);
    };
    let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
    if length > BACKUP_CHUNK + TAG {
        return Err(Refusal::BackupDamaged);
    }
    Ok(rest.split_at_checked(length))
}

#[cfg(test)]
mod tests;
