//! The text of an invite, which one person gives to another by any way they like.

use crate::clock::UnixMillis;
use crate::crypto::Key;
use crate::encoding::{b64, unb64_vec};
use crate::ids;

/// How an invite begins, so that people and programs see what it is.
const SCHEME: &str = "meshchat-invite:";

/// The first byte of its content.
const VERSION: u8 = 1;

/// Returns the text: version ‖ uuid of its id ‖ secret ‖ Unix seconds, big-endian.
pub(crate) fn write(transport_id: &str, secret: &Key, expires: UnixMillis) -> Option<String> {
    let uuid = ids::transport_uuid(transport_id)?;
    let seconds = (expires / 1_000).to_be_bytes();
    let parts: [&[u8]; 4] = [&[VERSION], uuid.as_bytes(), secret, &seconds];
    Some(format!("{SCHEME}{}", b64(&parts.concat())))
}

/// Reads the text: the id to dial, the secret, and when it expires.
pub(crate) fn read(text: &str) -> Option<(String, Key, UnixMillis)> {
    let bytes = unb64_vec(text.trim().strip_prefix(SCHEME)?)?;
    let (version, rest) = bytes.split_first()?;
    let (uuid, rest) = rest.split_first_chunk::<16>()?;
    let (secret, rest) = rest.split_first_chunk::<32>()?;
    let seconds = u64::from_be_bytes(rest.try_into().ok()?);
    let transport_id = ids::transport_id_of(uuid::Uuid::from_bytes(*uuid));
    let expires = seconds.checked_mul(1_000)?;
    (*version == VERSION).then_some((transport_id, *secret, expires))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invite_is_read_as_it_was_written_and_nothing_else_is() {
        let id = "myapp-07070707-0707-4707-8707-070707070707";
        let text = write(id, &[9; 32], 1_795_420_800_000).unwrap();
        assert_eq!(
            text,
            "meshchat-invite:AQcHBwcHB0cHhwcHBwcHBwcJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQAAAABrA_KA"
        );
        let read_back = read(&format!(" {text}\n"));
        assert_eq!(read_back, Some((id.to_owned(), [9; 32], 1_795_420_800_000)));
        let other_version = format!("{SCHEME}{}", b64(&[2; 57]));
        for bad in [
            "",
            "meshchat-invite:",
            "https://example.org",
            &text[..60],
            &other_version,
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
