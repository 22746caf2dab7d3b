//! Where the other end of a connection is, as far as the selected ICE pair shows.

use crate::candidate::Kind;
use crate::event::Path;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The remote candidate of the selected pair, as `getStats` reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoteCandidate {
    /// How it was found.
    pub kind: Kind,
    /// Its address; hidden by browsers where it was signalled as a `.local` name, and by Chromium
    /// for every peer-reflexive one.
    pub address: Option<IpAddr>,
}

impl RemoteCandidate {
    /// Returns what this candidate shows about the path.
    pub fn path(self) -> Path {
        match (self.kind, self.address) {
            (Kind::Relay, _) => Path::Relay,
            (_, Some(address)) if is_private(address) => Path::Local,
            (_, Some(address)) => Path::Public(address),
            // Only a `.local` name hides a host candidate, and only its own network resolves it.
            (Kind::Host, None) => Path::Local,
            (Kind::ServerReflexive | Kind::PeerReflexive, None) => Path::Unknown,
        }
    }
}

/// Returns whether an address means something only within a network: RFC 1918, 3927, 4193, 4291 and
/// 6598, and loopback.
pub(crate) fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => is_private_v4(ip),
        IpAddr::V6(ip) => ip
            .to_ipv4_mapped()
            .map_or_else(|| is_private_v6(ip), is_private_v4),
    }
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b);
    ip.is_private() || ip.is_link_local() || ip.is_loopback() || shared
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(kind: Kind, address: &str) -> Path {
        RemoteCandidate {
            kind,
            address: address.parse().ok(),
        }
        .path()
    }

    #[test]
    fn private_and_hidden_host_addresses_are_local() {
        for ip in [
            "",
            "10.0.1.2",
            "192.168.0.9",
            "172.16.3.4",
            "169.254.1.1",
            "100.64.9.9",
        ] {
            assert_eq!(path(Kind::Host, ip), Path::Local, "{ip}");
        }
        for ip in ["127.0.0.1", "::1", "fe80::1", "fd00::7", "::ffff:10.0.0.1"] {
            assert_eq!(path(Kind::Host, ip), Path::Local, "{ip}");
        }
        assert_eq!(path(Kind::PeerReflexive, "10.0.1.2"), Path::Local);
    }

    #[test]
    fn a_public_address_is_told_whatever_its_kind() {
        let ip: IpAddr = "203.0.113.7".parse().unwrap();
        for kind in [Kind::Host, Kind::ServerReflexive, Kind::PeerReflexive] {
            assert_eq!(path(kind, "203.0.113.7"), Path::Public(ip));
        }
        assert_eq!(
            path(Kind::Host, "2001:db8::1"),
            Path::Public("2001:db8::1".parse().unwrap())
        );
    }

    #[test]
    fn a_relay_shows_itself_only_and_a_hidden_reflexive_address_shows_nothing() {
        assert_eq!(path(Kind::Relay, "10.0.0.1"), Path::Relay);
        assert_eq!(path(Kind::Relay, "203.0.113.7"), Path::Relay);
        assert_eq!(path(Kind::PeerReflexive, ""), Path::Unknown);
        assert_eq!(path(Kind::ServerReflexive, ""), Path::Unknown);
    }
}
