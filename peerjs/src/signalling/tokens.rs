//! The token of each id. A client that registers an id with the token it is held with takes it over.

use crate::limits::TOKENS_MAX;
use crate::random::Random;

/// Tokens, least recently registered first. Those of ids given up are kept for a while: a server
/// may still hold such an id for this endpoint.
pub(super) struct Tokens(Vec<(String, String)>);

impl Tokens {
    pub(super) fn new(known: Vec<(String, String)>) -> Self {
        Self(known.into_iter().take(TOKENS_MAX).collect())
    }

    /// Returns the token of `id`, and makes one where there is none. `in_use` says which must be
    /// kept.
    pub(super) fn of(
        &mut self,
        id: &str,
        random: &mut Random,
        in_use: impl Fn(&str) -> bool,
    ) -> String {
        let found = self.0.iter().position(|(known, _)| known == id);
        let token = match found {
            Some(index) => self.0.remove(index).1,
            None => random.token(),
        };
        self.0.push((id.to_owned(), token.clone()));
        if self.0.len() > TOKENS_MAX
            && let Some(oldest) = self.0.iter().position(|(known, _)| !in_use(known))
        {
            self.0.remove(oldest);
        }
        token
    }

    pub(super) fn all(&self) -> Vec<(String, String)> {
        self.0.clone()
    }
}
