//! Which public address a caller has, for `GET /ip`.

use axum::http::HeaderMap;
use std::net::{IpAddr, SocketAddr};

/// How many proxies of ours are in front: none, or so many, each of which adds the address it saw
/// to the right end of `X-Forwarded-For`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proxies(pub usize);

/// Returns the address of a caller. Without a proxy it is that of the connection, whatever headers
/// say. Behind proxies it is what the outermost of ours saw; everything to the left of that is the
/// caller's word. `None` where that entry is missing or no address: no answer is better than the
/// proxy's own address, which would put all its callers on one network.
pub fn of_caller(proxies: Proxies, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
    let seen = match proxies.0 {
        0 => peer,
        count => address(forwarded(headers).rev().nth(count - 1)?)?,
    };
    // A socket for both families shows IPv4 as ::ffff:a.b.c.d.
    Some(seen.to_canonical())
}

/// Returns all entries of all `X-Forwarded-For` headers, from left to right.
fn forwarded(headers: &HeaderMap) -> impl DoubleEndedIterator<Item = &str> {
    let all = headers.get_all("x-forwarded-for").iter();
    // A value that is no text still is an entry, and must not make way for one to its left.
    all.flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(str::trim)
}

/// Parses an address, to which some proxies add the port.
fn address(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse().map(|address: SocketAddr| address.ip());
    text.parse().or_else(|_| with_port()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn seen(proxies: usize, values: &[&[u8]]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("x-forwarded-for", HeaderValue::from_bytes(value).unwrap());
        }
        of_caller(Proxies(proxies), PEER, &headers).map(|address| address.to_string())
    }

    #[test]
    fn only_what_the_own_proxies_added_counts() {
        let client: Option<&str> = Some("203.0.113.7");
        let (forged, both): (&[u8], &[u8]) = (b"1.1.1.1, 203.0.113.7", b"203.0.113.7, 10.0.0.1");
        for (proxies, values, expected) in [
            (0, &[forged] as &[&[u8]], Some("127.0.0.1")),
            (1, &[forged], client),
            (1, &[b"1.1.1.1", b"203.0.113.7"], client),
            (2, &[both], client),
            (2, &[b"9.9.9.9, 203.0.113.7", b"10.0.0.1"], client),
            (1, &[b"2001:db8::1"], Some("2001:db8::1")),
            (1, &[b"[2001:db8::1]:443"], Some("2001:db8::1")),
            (1, &[b"203.0.113.7:80"], client),
            (1, &[b"::ffff:203.0.113.7"], client),
        ] {
            assert_eq!(seen(proxies, values).as_deref(), expected, "{values:?}");
        }
    }

    #[test]
    fn rubbish_in_the_place_that_counts_is_no_answer() {
        let long = [b'x'; 5_000];
        for (proxies, values) in [
            (1, &[] as &[&[u8]]),
            (1, &[b""]),
            (1, &[b"unknown"]),
            (1, &[b"203.0.113.7, _hidden"]),
            (1, &[b"203.0.113.7,"]),
            (1, &[b"203.0.113.7", b"\xff\xfe"]),
            (1, &[b"<script>"]),
            (1, &[&long]),
            (2, &[b"203.0.113.7"]),
            (usize::MAX, &[b"203.0.113.7"]),
        ] {
            assert_eq!(seen(proxies, values), None, "{proxies} {values:?}");
        }
    }
}
