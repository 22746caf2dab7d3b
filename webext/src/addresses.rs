//! Public addresses of this device, in what STUN and an address echo say.
//!
//! A server-reflexive candidate is what a STUN server saw. Without NAT it equals the host
//! candidate and some browsers leave it out, so a host candidate counts where its address can be
//! routed globally. Nothing private counts, wherever it was seen.

use mesh_chat::address::is_global;
use peerjs::candidate::{Address, Candidate, Kind};
use serde::Deserialize;
use std::net::IpAddr;

/// The longest answer of an echo that is read: an address fits many times over.
pub const ECHO_BYTES: usize = 4 * 1024;

/// Where an address of this device was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A server that saw it.
    Seen,
    /// An interface of the device.
    Own,
}

/// Returns the public address in an ICE candidate, where it holds one.
pub fn in_candidate(candidate: &str) -> Option<(Source, IpAddr)> {
    let candidate = Candidate::parse(candidate).ok()?;
    let source = match candidate.kind {
        Kind::Host => Source::Own,
        Kind::ServerReflexive => Source::Seen,
        Kind::PeerReflexive | Kind::Relay => return None,
    };
    match candidate.address {
        Address::Ip(ip) => is_global(ip).then_some((source, ip)),
        Address::Mdns(_) => None,
    }
}

#[derive(Deserialize)]
struct Echo {
    ip: IpAddr,
}

/// Returns the public address in the answer of an echo, `{"ip":"…"}`.
///
/// # Errors
/// Says what is wrong with the answer.
pub fn in_echo(body: &str) -> Result<IpAddr, String> {
    let Echo { ip } = json::from_str(body).map_err(|error| error.to_string())?;
    if is_global(ip) {
        Ok(ip)
    } else {
        Err(format!("{ip} is not a public address"))
    }
}

/// Returns whether an ICE candidate is a place at a relay.
pub fn is_relayed(candidate: &str) -> bool {
    Candidate::parse(candidate).is_ok_and(|candidate| candidate.kind == Kind::Relay)
}

/// Returns whether an ICE candidate is one for UDP, also where its address is hidden.
pub fn is_udp(candidate: &str) -> bool {
    let transport = candidate.split_ascii_whitespace().nth(2);
    transport.is_some_and(|transport| transport.eq_ignore_ascii_case("udp"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(address: &str, kind: &str) -> Option<String> {
        let line = format!("candidate:1 1 udp 1677729535 {address} 46154 typ {kind}");
        in_candidate(&line).map(|(source, ip)| format!("{source:?} {ip}"))
    }

    #[test]
    fn the_address_a_stun_server_saw_is_public() {
        assert_eq!(
            candidate("203.0.113.7", "srflx").as_deref(),
            Some("Seen 203.0.113.7")
        );
        assert_eq!(
            candidate("2001:db8:85a3::7", "srflx").as_deref(),
            Some("Seen 2001:db8:85a3::7")
        );
    }

    #[test]
    fn only_candidates_for_udp_are_a_way_of_ones_own() {
        let hidden = "candidate:1 1 udp 2113937151 0b52e4c6.local 46154 typ host";
        assert!(is_udp(hidden) && is_udp(&hidden.replace("udp", "UDP")));
        assert!(!is_udp(&hidden.replace("udp", "tcp")));
        assert!(!is_udp("") && !is_udp("candidate:1 1"));
    }

    #[test]
    fn a_host_address_without_nat_is_public() {
        assert_eq!(
            candidate("198.51.100.9", "host").as_deref(),
            Some("Own 198.51.100.9")
        );
    }

    #[test]
    fn relayed_hidden_private_and_broken_candidates_name_nobody() {
        assert_eq!(candidate("203.0.113.7", "relay"), None);
        assert_eq!(candidate("203.0.113.7", "prflx"), None);
        assert_eq!(
            candidate("0b52e4c6-4d4a-4a22-9d2b-2f1c7f1f9f0e.local", "host"),
            None
        );
        assert_eq!(candidate("192.168.1.2", "host"), None);
        assert_eq!(candidate("100.64.0.1", "srflx"), None);
        assert_eq!(in_candidate(""), None);
        assert_eq!(in_candidate("candidate:1 1 udp 1 203.0.113.7 9 typ"), None);
    }

    #[test]
    fn the_answer_of_ipify_is_read() {
        assert_eq!(
            in_echo(r#"{"ip":"203.0.113.7"}"#),
            Ok("203.0.113.7".parse().unwrap())
        );
        assert_eq!(
            in_echo(r#"{"ip":"2001:db8::7","x":1}"#),
            Ok("2001:db8::7".parse().unwrap())
        );
    }

    #[test]
    fn any_other_answer_is_refused_with_a_reason() {
        for body in [
            "",
            "203.0.113.7",
            "{}",
            r#"{"ip":7}"#,
            r#"{"ip":"nobody"}"#,
            "<html>",
        ] {
            assert!(in_echo(body).is_err(), "{body}");
        }
        let refused = in_echo(r#"{"ip":"192.168.0.2"}"#).unwrap_err();
        assert_eq!(refused, "192.168.0.2 is not a public address");
    }
}
