//! Who gets the header: origins on a list, and holders of a token.

use axum::http::{HeaderMap, HeaderValue, header};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;
use subtle::ConstantTimeEq;

/// The longest origin and token that are looked at.
const LONGEST: usize = 512;

/// An entry of the list of origins: `https://chat.example.org`, `chrome-extension://abc…`, or
/// `moz-extension://*` for every installation in Firefox, each of which has an origin of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// This one.
    Exact(String),
    /// Every origin of this scheme, which ends in `://`.
    Scheme(String),
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_suffix('*') {
            // `https://*` would let every page of the web in.
            Some(scheme) if is_scheme(scheme) && scheme.ends_with("-extension://") => {
                Ok(Self::Scheme(scheme.to_owned()))
            }
            None if is_origin(text) => Ok(Self::Exact(text.to_owned())),
            _ => Err(
                "an origin such as https://example.org or moz-extension://*, \
                      in lower case and without a path"
                    .to_owned(),
            ),
        }
    }
}

impl Pattern {
    fn matches(&self, origin: &str) -> bool {
        match self {
            Self::Exact(exact) => exact == origin,
            Self::Scheme(scheme) => origin.starts_with(scheme) && is_origin(origin),
        }
    }
}

/// Returns whether this is a scheme with its `://`.
fn is_scheme(text: &str) -> bool {
    let name = text.strip_suffix("://").unwrap_or_default();
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !name.is_empty() && name.bytes().all(allowed)
}

/// Returns whether this is an origin as browsers send it: scheme and host in lower case, perhaps a
/// port.
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else {
        return false;
    };
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._:[]".contains(&byte);
    let scheme_is_one = is_scheme(&format!("{scheme}://"));
    text.len() <= LONGEST && scheme_is_one && !host.is_empty() && host.bytes().all(allowed)
}

/// A token that lets its bearer in from any origin. It is kept as its hash, so that it is in no log
/// and so that comparing takes as long for every guess.
#[derive(Clone)]
pub struct Token([u8; 32]);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl FromStr for Token {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
        let is_token = (16..=LONGEST).contains(&text.len()) && text.bytes().all(allowed);
        is_token
            .then(|| Self::hash(text))
            .ok_or_else(|| format!("16 to {LONGEST} letters, digits and - . _ ~ + / ="))
    }
}

impl Token {
    fn hash(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }
}

/// Everybody who gets the header.
#[derive(Clone, Debug, Default)]
pub struct Callers {
    /// From these origins.
    pub origins: Vec<Pattern>,
    /// With these tokens.
    pub tokens: Vec<Token>,
}

impl Callers {
    /// Returns whether a request gets the header, by its origin or by its token.
    pub fn allow(&self, headers: &HeaderMap) -> bool {
        let by_origin = || origin(headers).is_some_and(|origin| self.lists(origin));
        // Both are looked at, so that the time says nothing about the token.
        self.knows(headers) | by_origin()
    }

    /// Returns whether a browser may ask with a token. Its preflight cannot show the token yet, so
    /// where there are tokens every origin may.
    pub fn may_ask(&self, headers: &HeaderMap) -> bool {
        !self.tokens.is_empty() || origin(headers).is_some_and(|origin| self.lists(origin))
    }

    fn lists(&self, origin: &str) -> bool {
        self.origins.iter().any(|pattern| pattern.matches(origin))
    }

    fn knows(&self, headers: &HeaderMap) -> bool {
        let Some(Token(asked)) = bearer(headers).map(Token::hash) else {
            return false;
        };
        self.tokens.iter().fold(false, |found, Token(known)| {
            found | bool::from(known.ct_eq(&asked))
        })
    }
}

/// Returns the one `Origin` of a request.
fn origin(headers: &HeaderMap) -> Option<&str> {
    only(headers, &header::ORIGIN)?.to_str().ok()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = only(headers, &header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let is_bearer = scheme.eq_ignore_ascii_case("bearer") && token.len() <= LONGEST;
    is_bearer.then_some(token)
}

/// Returns a header that comes once: two of them could be read in two ways.
fn only<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a HeaderValue> {
    let mut all = headers.get_all(name).iter();
    all.next().filter(|_| all.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_exact_origins_or_all_of_an_extension_scheme() {
        let matches = |pattern: &str, origin| pattern.parse::<Pattern>().unwrap().matches(origin);
        for (pattern, origin, expected) in [
            ("https://a.org", "https://a.org", true),
            ("https://a.org", "https://a.org:8443", false),
            ("https://a.org", "https://a.org.evil.org", false),
            ("https://a.org", "http://a.org", false),
            ("moz-extension://*", "moz-extension://0f6a-11", true),
            ("moz-extension://*", "moz-extension://", false),
            ("moz-extension://*", "moz-extension://a/b", false),
            ("moz-extension://*", "moz-extension://A", false),
            ("moz-extension://*", "chrome-extension://a", false),
            ("moz-extension://*", "null", false),
        ] {
            assert_eq!(matches(pattern, origin), expected, "{pattern} {origin}");
        }
        for bad in [
            "*",
            "null",
            "",
            "https://*",
            "http://*",
            "*://a.org",
            "https://*.a.org",
            "https://a.org/",
            "HTTPS://a.org",
            "moz-extension://a*",
            "-extension",
            "://*",
        ] {
            assert!(bad.parse::<Pattern>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_token_is_long_enough_and_is_not_shown() {
        for bad in ["", "short", "fifteen-chars-x", "with a space in it"] {
            assert!(bad.parse::<Token>().is_err(), "{bad}");
        }
        let token: Token = "sixteen-chars-xx".parse().unwrap();
        assert_eq!(format!("{token:?}"), "Token(…)");
    }
}
