//! Which ids PeerJS accepts.

use crate::limits::ID_MAX;

/// Returns whether `id` matches `^[A-Za-z0-9]+(?:[ _-][A-Za-z0-9]+)*$` and is of bounded length.
/// Stock peerjs refuses any other id, PeerServer does not check.
pub fn is_valid(id: &str) -> bool {
    id.len() <= ID_MAX
        && id
            .split([' ', '_', '-'])
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_peerjs() {
        for good in ["a", "myapp-203-0-113-7-1", "a b_c-d", "0"] {
            assert!(is_valid(good), "{good}");
        }
        for bad in [
            "",
            "-a",
            "a-",
            "a--b",
            "a.b",
            "a:b",
            "é",
            "a\n",
            &"a".repeat(ID_MAX + 1),
        ] {
            assert!(!is_valid(bad), "{bad}");
        }
    }
}
