//! In three of ten worlds people introduce their contacts to each other.

use crate::random::Random;

/// What people introduce.
#[derive(Debug)]
pub struct Introductions {
    /// In worlds in which people do: the source of chance for that, so that other worlds are the same as without.
    pub random: Option<Random>,
}

impl Introductions {
    /// People introduce their contacts in three of ten worlds.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed.rotate_left(40) ^ 5);
        let introduces = random.chance(30);
        Self {
            random: Some(random).filter(|_| introduces),
        }
    }
}

/// Whether a text is that of an introduction.
#[must_use]
pub fn is_of_one(text: &str) -> bool {
    text.starts_with('\u{1f91d}')
}
