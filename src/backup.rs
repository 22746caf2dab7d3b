//! Identity and contacts as a text that only a passphrase opens.
//!
//! ```text
//! {"format":"meshchat backup","version":1,"salt":…,"nonce":…,"data":…}
//! ```
//! The key is Argon2id of the passphrase and the salt; `data` is ChaCha20-Poly1305 of the content,
//! as JSON, with format and version authenticated. What the numbers of Argon2id are follows from the
//! version, so that a file cannot ask for more memory than any honest one. Chats are not in it: a backup with them has
//! another form ([`history`](crate::history)).

use crate::crypto::Key;
use crate::encoding::{b64, unb64, unb64_vec};
use crate::limits::{BACKUP_BYTES, PASSPHRASE_CHARS};
use crate::records::{ContactRecord, ProfileRecord};
use crate::view::Refusal;
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce};
use serde::{Deserialize, Serialize};

pub(crate) const FORMAT: &str = "meshchat backup";
const VERSION: u32 = 1;
/// What is authenticated beside the content.
const HEADER: &[u8] = b"meshchat backup 1";

/// Argon2id with 19 MiB, two passes and one lane: OWASP's first choice for interactive use, which
/// a browser page can spare. A fuzzer has no time for it.
const MEMORY_KIB: u32 = if cfg!(fuzzing) { 8 } else { 19 * 1024 };
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Whose backup it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// Who they are.
    pub profile: ProfileRecord,
    /// Their contacts.
    pub contacts: Vec<ContactRecord>,
}

/// The file.
#[derive(Serialize, Deserialize)]
struct File {
    format: String,
    version: u32,
    salt: String,
    nonce: String,
    data: String,
}

/// Closes `content` under a passphrase; `salt` and `nonce` are fresh randomness.
pub(crate) fn seal(
    content: &Content,
    passphrase: &str,
    salt: [u8; 16],
    nonce: [u8; 12],
) -> Result<String, Refusal> {
    if passphrase.chars().count() < PASSPHRASE_CHARS {
        return Err(Refusal::PassphraseShort);
    }
    let plain = json::to_string(content).map_err(|_| Refusal::BackupDamaged)?;
    let payload = Payload {
        msg: plain.as_bytes(),
        aad: HEADER,
    };
    let cipher = cipher(passphrase, &salt)?;
    let sealed = cipher.encrypt(&Nonce::from(nonce), payload);
    let file = File {
        format: FORMAT.to_owned(),
        version: VERSION,
        salt: b64(&salt),
        nonce: b64(&nonce),
        data: b64(&sealed.map_err(|_| Refusal::BackupDamaged)?),
    };
    json::to_string(&file).map_err(|_| Refusal::BackupDamaged)
}

/// Opens a file. A wrong passphrase and a changed file cannot be told apart.
pub(crate) fn open(text: &str, passphrase: &str) -> Result<Content, Refusal> {
    let damaged = Refusal::BackupDamaged;
    if text.len() > BACKUP_BYTES {
        return Err(damaged);
    }
    let file: File = json::from_str(text).map_err(|_| Refusal::BackupDamaged)?;
    if (file.format.as_str(), file.version) != (FORMAT, VERSION) {
        return Err(damaged);
    }
    let salt: [u8; 16] = unb64(&file.salt).ok_or(Refusal::BackupDamaged)?;
    let nonce: [u8; 12] = unb64(&file.nonce).ok_or(Refusal::BackupDamaged)?;
    let sealed = unb64_vec(&file.data).ok_or(Refusal::BackupDamaged)?;
    let payload = Payload {
        msg: &sealed,
        aad: HEADER,
    };
    let opened = cipher(passphrase, &salt)?.decrypt(&Nonce::from(nonce), payload);
    let plain = opened.map_err(|_| Refusal::BackupWrong)?;
    let plain = String::from_utf8(plain).map_err(|_| Refusal::BackupDamaged)?;
    json::from_str(&plain).map_err(|_| Refusal::BackupDamaged)
}

/// Returns the cipher for a passphrase.
pub(crate) fn cipher(passphrase: &str, salt: &[u8; 16]) -> Result<ChaCha20Poly1305, Refusal> {
    Ok(ChaCha20Poly1305::new(&key(passphrase, salt)?.into()))
}

/// Returns the key of a file with this salt.
pub(crate) fn key(passphrase: &str, salt: &[u8; 16]) -> Result<Key, Refusal> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None);
    let params = params.map_err(|_| Refusal::BackupDamaged)?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut key: Key = [0; 32];
    let hashed = argon.hash_password_into(passphrase.as_bytes(), salt, &mut key);
    hashed.map_err(|_| Refusal::BackupDamaged)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Secret;

    fn content() -> Content {
        let secret = |byte| Secret(b64(&[byte; 32]));
        Content {
            profile: ProfileRecord {
                version: 1,
                name: "Ann".to_owned(),
                named_at: 0,
                identity: secret(1),
                discovery_uuid: secret(2),
                transport_id: "myapp-1".to_owned(),
                profile_number: 3,
                former: None,
            },
            contacts: Vec::new(),
        }
    }

    const PASSPHRASE: &str = "correct horse";

    #[test]
    fn a_backup_opens_with_its_passphrase_and_tells_nothing_without() {
        let text = seal(&content(), PASSPHRASE, [7; 16], [9; 12]).unwrap();
        assert_eq!(open(&text, PASSPHRASE), Ok(content()));
        assert_eq!(open(&text, "correct hors"), Err(Refusal::BackupWrong));
        assert!(!text.contains("Ann") && !text.contains(&content().profile.identity.0));
    }

    #[test]
    fn damaged_and_foreign_files_are_refused() {
        let text = seal(&content(), PASSPHRASE, [7; 16], [9; 12]).unwrap();
        let flipped = text.replace("\"nonce\":\"CQ", "\"nonce\":\"CR");
        assert_eq!(open(&flipped, PASSPHRASE), Err(Refusal::BackupWrong));
        let newer = text.replace("\"version\":1", "\"version\":2");
        let long = " ".repeat(BACKUP_BYTES + 1);
        for bad in ["", "{}", "null", &text[..text.len() / 2], &newer, &long] {
            assert_eq!(open(bad, PASSPHRASE), Err(Refusal::BackupDamaged));
        }
    }

    #[test]
    fn the_key_is_the_documented_one() {
        let hex = crate::encoding::hex(&key(PASSPHRASE, &[7; 16]).unwrap());
        let vector = "7132e6a6028b7abb94eb36beb767146777cd7c75426211a827c8a7a5c50d7307";
        assert_eq!(hex, vector);
    }

    #[test]
    fn a_short_passphrase_is_refused_before_anything_is_made() {
        let sealed = seal(&content(), "1234567", [7; 16], [9; 12]);
        assert_eq!(sealed, Err(Refusal::PassphraseShort));
        let umlauts = seal(&content(), "äöüäöüäö", [7; 16], [9; 12]);
        assert!(umlauts.is_ok(), "characters count, not bytes");
    }
}
