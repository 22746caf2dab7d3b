//! What a verified proof makes of a provisional contact.

use super::acceptance::Finished;
use super::book::Saved;
use crate::clock::{Mono, Now, UnixMillis};
use crate::crypto::{Key, PublicKey};
use crate::encoding::{b64, unb64};
use crate::records::{ContactRecord, Secret};
use crate::values::ContactId;
use crate::wire::Proof;

/// A contact with a proven key, or a blocked one.
#[derive(Debug)]
pub(super) enum Outcome {
    /// To be stored.
    Finished(Finished),
    /// The key is that of a blocked contact, and stays so.
    Blocked(Finished),
}

/// Returns a contact of whom nothing is known but a name and the pair secret.
pub(super) fn provisional(
    id: ContactId,
    name: &str,
    pair_secret: &Key,
    unix: UnixMillis,
) -> ContactRecord {
    ContactRecord {
        version: 1,
        id,
        identity: None,
        name: name.to_owned(),
        new_name: None,
        card: None,
        profile_number: 0,
        pair_secret: Secret(b64(pair_secret)),
        last_seen: Some(unix),
        preferences: Box::default(),
        introduced: None,
    }
}

/// Completes a provisional contact with its key. Where a contact with this key was saved before the
/// new pair secret, that one is renewed, and says anew where it is: what was known of that may have
/// been taken back since. `opened` is when the connection was opened.
pub(super) fn finish(
    fresh: &ContactRecord,
    key: PublicKey,
    confirm: Option<Proof>,
    saved: Option<Saved>,
    opened: Option<Mono>,
    now: Now,
) -> Outcome {
    let mut contact = fresh.clone();
    let replaces = saved.as_ref().map(|_| fresh.id.clone());
    let mut card = None;
    if let Some(Saved {
        record,
        accepted_at,
    }) = saved
    {
        // Both asked, and the connection of the second acceptance opened before the first was
        // finished: both sides keep the smaller secret. A later acceptance replaces.
        let at_once = opened
            .zip(accepted_at)
            .is_some_and(|(opened, at)| opened < at);
        let is_kept = at_once && is_smaller(&record.pair_secret, &fresh.pair_secret);
        if is_kept || planted!(FirstSecretKept) {
            contact.pair_secret = record.pair_secret;
        }
        contact.id = record.id;
        contact.preferences = record.preferences;
        contact.name = record.name;
        contact.new_name = record.new_name;
        contact.profile_number = record.profile_number;
        card = record.card;
    }
    contact.identity = Some(key.encode());
    contact.last_seen = Some(now.unix);
    let blocked = contact.preferences.blocked;
    // Somebody blocked says nothing here until they are unblocked.
    contact.card = card.filter(|_| blocked);
    let finished = Finished {
        contact,
        accepted_at: now.mono,
        confirm,
        replaces,
    };
    if blocked {
        Outcome::Blocked(finished)
    } else {
        Outcome::Finished(finished)
    }
}

/// Compares the bytes, not their base64url text, whose order is another.
fn is_smaller(one: &Secret, other: &Secret) -> bool {
    let bytes = |secret: &Secret| unb64::<32>(&secret.0);
    bytes(one) < bytes(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_context::{NOW, contact, key};

    const BOB: u8 = 2;

    /// Finishes with a fresh secret of these bytes, where Bob is saved with one of those bytes
    /// since `accepted_at`.
    fn secret_kept(fresh: u8, saved: u8, accepted_at: Option<Mono>, opened: Mono) -> u8 {
        let fresh = provisional(ContactId("new".to_owned()), "B", &[fresh; 32], 5);
        let mut record = contact("Bob", BOB);
        record.pair_secret = Secret(b64(&[saved; 32]));
        let saved = Saved {
            record,
            accepted_at,
        };
        let finished = finish(&fresh, key(BOB), None, Some(saved), Some(opened), NOW);
        let Outcome::Finished(finished) = finished else {
            panic!("{finished:?}");
        };
        assert_eq!(finished.replaces, Some(fresh.id));
        assert_eq!(
            (&*finished.contact.id.0, &*finished.contact.name),
            ("Bob", "Bob")
        );
        unb64::<32>(&finished.contact.pair_secret.0).unwrap()[0]
    }

    #[test]
    fn of_two_acceptances_at_once_both_sides_keep_the_smaller_secret() {
        // As base64url text 0xFB is the smaller one.
        let (small, large) = (0x01, 0xFB);
        let (opened, accepted_at) = (Mono(1), Some(Mono(2)));
        assert_eq!(secret_kept(small, large, accepted_at, opened), small);
        assert_eq!(secret_kept(large, small, accepted_at, opened), small);
    }

    #[test]
    fn a_later_acceptance_replaces_the_secret() {
        let (small, large) = (0x01, 0xFB);
        assert_eq!(secret_kept(large, small, Some(Mono(2)), Mono(2)), large);
        assert_eq!(secret_kept(large, small, None, Mono(2)), large);
    }

    #[test]
    fn whoever_is_accepted_again_says_anew_where_they_are_unless_blocked() {
        for blocked in [false, true] {
            let fresh = provisional(ContactId("new".to_owned()), "B", &[1; 32], 5);
            let mut record = contact("Bob", BOB);
            record.preferences.blocked = blocked;
            let saved = Saved {
                record: record.clone(),
                accepted_at: None,
            };
            let (Outcome::Finished(finished) | Outcome::Blocked(finished)) =
                finish(&fresh, key(BOB), None, Some(saved), None, NOW);
            let known = record.card.filter(|_| blocked);
            assert_eq!(finished.contact.card, known, "blocked: {blocked}");
        }
    }
}
