//! The text of an invite, which one person gives to another by any way they like: a code, or a link to a page with the code
//! in its fragment, which browsers send to no server.

use crate::clock::UnixMillis;
use crate::crypto::Key;
use crate::encoding::{b64, unb64_vec};
use crate::ids;
use crate::view::{INVITE_LINK, INVITE_SCHEME};

/// The first byte of its content.
const VERSION: u8 = 1;

/// Returns the text: version ‖ uuid of its id ‖ secret ‖ Unix seconds, big-endian. It leads to the `page`, where there is one.
pub(crate) fn write(
    transport_id: &str,
    secret: &Key,
    expires: UnixMillis,
    page: Option<&str>,
) -> Option<String> {
    let uuid = ids::transport_uuid(transport_id)?;
    let seconds = (expires / 1_000).to_be_bytes();
    let parts: [&[u8]; 4] = [&[VERSION], uuid.as_bytes(), secret, &seconds];
    let code = b64(&parts.concat());
    Some(match page {
        Some(page) => format!("{page}{INVITE_LINK}{code}"),
        None => format!("{INVITE_SCHEME}{code}"),
    })
}

/// Reads the text: the id to dial, the secret, and when it expires.
pub(crate) fn read(text: &str) -> Option<(String, Key, UnixMillis)> {
    let bytes = unb64_vec(code(text.trim())?)?;
    let (version, rest) = bytes.split_first()?;
    let (uuid, rest) = rest.split_first_chunk::<16>()?;
    let (secret, rest) = rest.split_first_chunk::<32>()?;
    let seconds = u64::from_be_bytes(rest.try_into().ok()?);
    let transport_id = ids::transport_id_of(uuid::Uuid::from_bytes(*uuid));
    let expires = seconds.checked_mul(1_000)?;
    (*version == VERSION).then_some((transport_id, *secret, expires))
}

/// Returns the code of a text: of a link, whatever page it leads to, for that is not asked.
fn code(text: &str) -> Option<&str> {
    let of_link = || text.split_once(INVITE_LINK).map(|(_, code)| code);
    text.strip_prefix(INVITE_SCHEME).or_else(of_link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invite_is_read_as_it_was_written_and_nothing_else_is() {
        let id = "myapp-07070707-0707-4707-8707-070707070707";
        let text = write(id, &[9; 32], 1_795_420_800_000, None).unwrap();
        assert_eq!(
            text,
            "meshchat-invite:AQcHBwcHB0cHhwcHBwcHBwcJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQAAAABrA_KA"
        );
        let read_back = read(&format!(" {text}\n"));
        assert_eq!(read_back, Some((id.to_owned(), [9; 32], 1_795_420_800_000)));
        let page = Some("https://chat.example.org/");
        let link = write(id, &[9; 32], 1_795_420_800_000, page).unwrap();
        let code = text.strip_prefix(INVITE_SCHEME).unwrap();
        assert_eq!(link, format!("https://chat.example.org/#i={code}"));
        assert_eq!(read(&format!("{link} ")), read_back);
        let other_version = format!("{INVITE_SCHEME}{}", b64(&[2; 57]));
        for bad in [
            "",
            "meshchat-invite:",
            "https://example.org",
            "https://example.org/#i=",
            &link[..60],
            &text[..60],
            &other_version,
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
