//! How far a connection may reach: which candidates of the other end are used, and which of one's
//! own the other end is told.

use crate::candidate::{Address, Candidate, Kind};
use crate::path::is_private;
use std::net::IpAddr;

/// How far a connection may reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To wherever the other end is.
    Anywhere,
    /// To who is behind the same public address.
    Near(Near),
}

/// The network within which a connection stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// The public address that both ends share. Own addresses of the other family are not told: who
    /// shares one address need not learn another.
    pub at: IpAddr,
    /// Every public address of this device: of a connection to them, no packet leaves for elsewhere.
    pub own: Vec<IpAddr>,
    /// Whether a relay may be used.
    pub relays: bool,
}

impl Reach {
    /// Returns whether a candidate of the other end is used. One that is not is never sent anything,
    /// so that a router or firewall that lets in answers only does not let it in.
    pub fn takes(&self, candidate: &Candidate) -> bool {
        let Self::Near(near) = self else {
            return true;
        };
        let is_here = |ip: IpAddr| is_private(ip) || near.own.iter().any(|own| share(*own, ip));
        match (&candidate.address, candidate.kind) {
            (_, Kind::Relay) => near.relays,
            // Only its own network resolves it.
            (Address::Mdns(_), _) => true,
            (Address::Ip(ip), _) => is_here(*ip),
        }
    }

    /// Returns whether the other end is told of an own candidate. A `.local` name shows no address.
    pub fn tells(&self, candidate: &Candidate) -> bool {
        let Self::Near(near) = self else {
            return true;
        };
        match (&candidate.address, candidate.kind) {
            (_, Kind::Relay) => near.relays,
            (Address::Mdns(_), _) => true,
            (Address::Ip(ip), _) => ip.is_ipv4() == near.at.is_ipv4(),
        }
    }
}

/// Returns whether two addresses are of one network: the same, or in the same /64.
fn share(one: IpAddr, other: IpAddr) -> bool {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => one == other,
        (IpAddr::V6(one), IpAddr::V6(other)) => one.segments()[..4] == other.segments()[..4],
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(relays: bool) -> Reach {
        Reach::Near(Near {
            at: "203.0.113.7".parse().unwrap(),
            own: ["203.0.113.7", "2001:db8:85a3::1"]
                .map(|ip| ip.parse().unwrap())
                .to_vec(),
            relays,
        })
    }

    fn candidate(address: &str, kind: &str) -> Candidate {
        Candidate::parse(&format!("candidate:0 1 udp 1 {address} 9 typ {kind}")).unwrap()
    }

    #[test]
    fn a_connection_without_bounds_uses_and_tells_everything() {
        for address in ["198.51.100.9", "10.0.0.1", "a.local", "2001:db8:1::1"] {
            for kind in ["host", "srflx", "relay"] {
                let candidate = candidate(address, kind);
                assert!(Reach::Anywhere.takes(&candidate) && Reach::Anywhere.tells(&candidate));
            }
        }
    }

    #[test]
    fn near_only_names_private_and_own_public_addresses_of_the_other_end_are_used() {
        for here in [
            "a.local",
            "10.0.0.1",
            "192.168.1.2",
            "fd00::7",
            "203.0.113.7",
            "2001:db8:85a3::beef",
        ] {
            assert!(near(false).takes(&candidate(here, "host")), "{here}");
            assert!(near(false).takes(&candidate(here, "srflx")), "{here}");
        }
        for elsewhere in ["203.0.113.8", "198.51.100.9", "2001:db8:85a4::1"] {
            assert!(
                !near(true).takes(&candidate(elsewhere, "host")),
                "{elsewhere}"
            );
            assert!(
                !near(true).takes(&candidate(elsewhere, "srflx")),
                "{elsewhere}"
            );
        }
    }

    #[test]
    fn near_only_names_and_addresses_of_the_shared_family_are_told() {
        for told in ["a.local", "10.0.0.1", "203.0.113.7", "192.0.2.2"] {
            assert!(near(false).tells(&candidate(told, "host")), "{told}");
        }
        for kept in ["fd00::7", "2001:db8:85a3::1"] {
            assert!(!near(false).tells(&candidate(kept, "host")), "{kept}");
        }
    }

    #[test]
    fn near_a_relay_is_used_and_told_only_where_there_is_one() {
        for address in ["203.0.113.7", "198.51.100.9", "10.0.0.1"] {
            let relay = candidate(address, "relay");
            assert!(near(true).takes(&relay) && near(true).tells(&relay));
            assert!(!near(false).takes(&relay) && !near(false).tells(&relay));
        }
    }
}
