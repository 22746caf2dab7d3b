//! Public addresses, and the namespaces they stand for.

use std::net::IpAddr;

/// The public addresses of this device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// What a STUN server or an address echo saw.
    pub seen: Vec<IpAddr>,
    /// What the device's own interfaces have.
    pub own: Vec<IpAddr>,
}

impl Addresses {
    /// Returns the addresses that name this device's networks, one for each family: that is what a
    /// device has, and it bounds the sockets. What others see counts first; without NAT some
    /// browsers leave that out, because it equals an own one.
    #[must_use]
    pub fn networks(&self) -> Vec<IpAddr> {
        let mut networks: Vec<IpAddr> = Vec::new();
        for ip in self.all().filter(|ip| is_global(*ip)) {
            if networks.iter().all(|known| known.is_ipv4() != ip.is_ipv4()) {
                networks.push(ip);
            }
        }
        networks
    }

    /// Returns whether an address is of one of this device's networks.
    #[must_use]
    pub fn include(&self, address: IpAddr) -> bool {
        self.all().any(|ip| same_network(ip, address))
    }

    /// Returns whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty() && self.own.is_empty()
    }

    /// Returns all of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = IpAddr> {
        self.seen.iter().chain(&self.own).copied()
    }
}

/// Returns the namespace of a public address, as a part of a PeerJS id: no dots, no colons.
///
/// IPv4 whole (`203-0-113-7`); IPv6 by its /64 (`2001-0db8-85a3-0000`), because the devices of
/// one network share that and not more.
pub fn namespace(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.octets().map(|octet| octet.to_string()).join("-"),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            [a, b, c, d]
                .map(|segment| format!("{segment:04x}"))
                .join("-")
        }
    }
}

/// Returns whether an address can be reached from anywhere, so that it can stand for a network.
/// Private, shared (CGNAT inside), link-local, loopback and reserved ranges cannot.
pub fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (18..20).contains(&b)))
        }
        // 2000::/3 is all that is assigned as global unicast (RFC 4291, IANA registry).
        IpAddr::V6(v6) => v6.segments()[0] & 0xe000 == 0x2000,
    }
}

/// Returns whether two public addresses stand for the same network.
pub fn same_network(a: IpAddr, b: IpAddr) -> bool {
    match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => a == b,
        (IpAddr::V6(a), IpAddr::V6(b)) => a.segments()[..4] == b.segments()[..4],
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_namespace_is_a_part_of_an_id() {
        assert_eq!(namespace(ip("203.0.113.7")), "203-0-113-7");
        assert_eq!(
            namespace(ip("2001:db8:85a3::8a2e:370:7334")),
            "2001-0db8-85a3-0000"
        );
    }

    #[test]
    fn only_addresses_that_stand_for_a_network_count() {
        for global in [
            "203.0.113.7",
            "8.8.8.8",
            "100.63.0.1",
            "2001:db8::1",
            "2a00::1",
        ] {
            assert!(is_global(ip(global)), "{global}");
        }
        for local in [
            "10.0.0.1",
            "127.0.0.1",
            "169.254.1.1",
            "192.168.1.1",
            "172.16.0.1",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "::1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:8.8.8.8",
        ] {
            assert!(!is_global(ip(local)), "{local}");
        }
    }

    #[test]
    fn ipv6_networks_are_compared_by_prefix() {
        assert!(same_network(
            ip("2001:db8:1:2::1"),
            ip("2001:db8:1:2:ffff::9")
        ));
        assert!(!same_network(ip("2001:db8:1:2::1"), ip("2001:db8:1:3::1")));
        assert!(!same_network(ip("203.0.113.7"), ip("203.0.113.8")));
    }

    #[test]
    fn what_others_see_names_the_network_before_what_the_device_has() {
        let addresses = Addresses {
            seen: vec![ip("203.0.113.7")],
            own: vec![ip("198.51.100.2"), ip("2001:db8::2"), ip("10.0.0.1")],
        };
        assert_eq!(addresses.networks(), [ip("203.0.113.7"), ip("2001:db8::2")]);
        assert!(addresses.include(ip("198.51.100.2")));
        assert!(addresses.include(ip("2001:db8::99")));
        assert!(!addresses.include(ip("198.51.100.3")));
        assert!(Addresses::default().networks().is_empty());
    }
}
