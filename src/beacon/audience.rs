//! For whom a beacon signs.

use crate::limits::SETTING_BYTES;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The origin at which a beacon is reached: `https://beacon.example.org`, `https://[2001:db8::1]:8443`.
///
/// It is what is signed, and the caller's origin is not: an extension's origin is another one in
/// each Firefox, and people who are to meet need the same root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience(String);

impl Audience {
    /// Returns the origin of a URL, in the one form that both ends compute: lower case, without the
    /// default port. `None` for what is not an https URL; http is taken on this machine only,
    /// because a token and a root that everybody on the way can read are worth nothing.
    pub fn of(url: &str) -> Option<Self> {
        if url.len() > SETTING_BYTES || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let (scheme, rest) = url.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next()?.to_ascii_lowercase();
        let (host, port) = split_port(&authority)?;
        let host = host_of(host)?;
        let default = match scheme {
            "https" => 443,
            "http" if is_here(&host) => 80,
            _ => return None,
        };
        Some(Self(match port.filter(|port| *port != default) {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        }))
    }

    /// Returns the text that is signed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Splits host and port. Colons inside the brackets of an IPv6 address separate nothing.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let colon = authority.rfind(':').filter(|_| !authority.ends_with(']'));
    let Some((host, port)) = colon.and_then(|at| authority.split_at_checked(at)) else {
        return Some((authority, None));
    };
    let digits = port.strip_prefix(':')?;
    let port: u16 = digits.parse().ok()?;
    (port != 0 && port.to_string() == digits).then_some((host, Some(port)))
}

/// Returns a name, an IPv4 address, or an IPv6 address in brackets, in its canonical form.
fn host_of(host: &str) -> Option<String> {
    if let Some(inner) = host.strip_prefix('[') {
        let address: Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
        return Some(format!("[{address}]"));
    }
    let is_label = |label: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        !label.is_empty() && label.bytes().all(allowed)
    };
    host.split('.').all(is_label).then(|| host.to_owned())
}

fn is_here(host: &str) -> bool {
    let is_loopback = |address: Ipv4Addr| address.is_loopback();
    host == "localhost" || host == "[::1]" || host.parse().is_ok_and(is_loopback)
}
