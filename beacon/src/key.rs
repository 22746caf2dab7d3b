//! The private key: made, kept in a file that only its owner reads, and read again.

use anyhow::{Context, Result, anyhow};
use base64ct::{Base64UrlUnpadded, Encoding};
use mesh_chat::crypto::Identity;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// What a key's file begins with, so that a person who finds one knows what it is.
const PREFIX: &str = "meshchat-beacon-key-1:";

/// Makes a key and writes it to a new file with mode 0600. An existing file is never replaced: the
/// clients of its key would be lost.
pub fn generate(file: &Path) -> Result<Identity> {
    let (bytes, identity) = random()?;
    let text = format!("{PREFIX}{}\n", Base64UrlUnpadded::encode_string(&bytes));
    let mut options = File::options();
    options.write(true).create_new(true).mode(0o600);
    let mut out = options.open(file).with_context(|| describe(file))?;
    out.write_all(text.as_bytes())
        .and_then(|()| out.sync_all())
        .with_context(|| describe(file))?;
    Ok(identity)
}

/// Draws an identity. A random scalar is out of range about once in 2³² tries, so this ends.
fn random() -> Result<([u8; 32], Identity)> {
    loop {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| anyhow!("no random bytes: {error}"))?;
        if let Some(identity) = Identity::from_bytes(&bytes) {
            return Ok((bytes, identity));
        }
    }
}

/// Reads what [`generate`] wrote. Errors name the file and never what is in it.
pub fn read(file: &Path) -> Result<Identity> {
    let text = fs::read_to_string(file).with_context(|| describe(file))?;
    parse(text.trim_end()).with_context(|| format!("{} is no key of a beacon", file.display()))
}

fn parse(text: &str) -> Option<Identity> {
    let mut bytes = [0; 32];
    let encoded = text.strip_prefix(PREFIX)?;
    let decoded = Base64UrlUnpadded::decode(encoded, &mut bytes).ok()?;
    let is_whole = decoded.len() == 32;
    Identity::from_bytes(&bytes).filter(|_| is_whole)
}

/// Returns whether others than the owner may read the file. Secrets that a container is given often
/// are readable by all in it, so this is a reason to warn and not to stop.
pub fn is_exposed(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

fn describe(file: &Path) -> String {
    format!("key file {}", file.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(name: &str) -> std::path::PathBuf {
        let path = std::env::temp_dir().join(format!("beacon-{}-{name}", std::process::id()));
        let _ = fs::remove_file(&path);
        path
    }

    #[test]
    fn a_key_is_written_for_its_owner_only_and_read_again() {
        let file = path("key");
        let made = generate(&file).unwrap();
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(!is_exposed(&file));
        assert!(read(&file).unwrap().public() == made.public());
        assert!(generate(&file).is_err(), "a key is never replaced");
        assert!(read(&file).unwrap().public() == made.public());
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(is_exposed(&file));
        fs::remove_file(&file).unwrap();
    }

    #[test]
    fn a_file_that_is_no_key_is_refused_without_showing_it() {
        let file = path("rubbish");
        let zero = Base64UrlUnpadded::encode_string(&[0; 32]);
        for text in [
            "",
            "secret",
            &format!("{PREFIX}secret"),
            &format!("{PREFIX}{zero}"),
        ] {
            fs::write(&file, text).unwrap();
            let error = format!("{:#}", read(&file).unwrap_err());
            assert!(!error.contains("secret"), "{error}");
        }
        fs::remove_file(&file).unwrap();
        assert!(read(&file).is_err());
    }
}
