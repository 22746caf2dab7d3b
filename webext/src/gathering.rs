//! When a look-up of the public addresses has seen enough.
//!
//! A first look-up is answered a moment after the first address; what is found later is reported as
//! well. The next ones wait for what was found before, so that a slow answer is not taken for a
//! change of the network.

use crate::addresses::Source;
use mesh_chat::address::Addresses;
use std::net::IpAddr;

/// Addresses that are kept of each source: a device has one or two, and a STUN server may say
/// anything.
const ADDRESSES: usize = 8;

/// What has been found in one look-up.
#[derive(Debug)]
pub struct Gathering {
    found: Addresses,
    expected: Addresses,
    reported: bool,
}

/// What to do after something was found, or after a time.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing yet.
    Wait,
    /// Call [`Gathering::moment_over`] in a moment.
    StartMoment,
    /// These are the addresses, as far as is known now.
    Report(Addresses),
    /// STUN finds nothing: ask the echo.
    AskEcho,
}

impl Gathering {
    /// Returns a look-up that follows one that had found `expected`.
    pub fn new(expected: Addresses) -> Self {
        Self {
            found: Addresses::default(),
            expected,
            reported: false,
        }
    }

    /// Adds an address that was found.
    pub fn found(&mut self, source: Source, address: IpAddr) -> Step {
        let first = self.found.is_empty();
        let list = match source {
            Source::Seen => &mut self.found.seen,
            Source::Own => &mut self.found.own,
        };
        if list.len() >= ADDRESSES || list.contains(&address) {
            return Step::Wait;
        }
        list.push(address);
        if self.reported || (!self.expected.is_empty() && self.has_expected()) {
            return self.report();
        }
        if self.expected.is_empty() && first {
            return Step::StartMoment;
        }
        Step::Wait
    }

    /// Handles the end of the moment that began with the first address.
    pub fn moment_over(&mut self) -> Step {
        if self.reported {
            Step::Wait
        } else {
            self.report()
        }
    }

    /// Handles the end: nothing more will be found, or the time is over.
    pub fn over(&mut self) -> Step {
        if self.found.is_empty() {
            Step::AskEcho
        } else if self.reported {
            Step::Wait
        } else {
            self.report()
        }
    }

    fn report(&mut self) -> Step {
        self.reported = true;
        Step::Report(self.found.clone())
    }

    fn has_expected(&self) -> bool {
        has_families(&self.found.seen, &self.expected.seen)
            && has_families(&self.found.own, &self.expected.own)
    }
}

/// Returns whether every family of `expected` is among what was found.
fn has_families(found: &[IpAddr], expected: &[IpAddr]) -> bool {
    let family = |wanted: &IpAddr| found.iter().any(|ip| ip.is_ipv4() == wanted.is_ipv4());
    expected.iter().all(family)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Source::{Own, Seen};

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn seen(addresses: &[&str]) -> Addresses {
        Addresses {
            seen: addresses.iter().map(|text| ip(text)).collect(),
            own: Vec::new(),
        }
    }

    fn report(addresses: &[&str]) -> Step {
        Step::Report(seen(addresses))
    }

    #[test]
    fn a_first_look_up_waits_a_moment_for_the_other_family() {
        let mut gathering = Gathering::new(Addresses::default());
        assert_eq!(gathering.found(Seen, ip("203.0.113.7")), Step::StartMoment);
        assert_eq!(gathering.found(Seen, ip("2001:db8::1")), Step::Wait);
        assert_eq!(
            gathering.moment_over(),
            report(&["203.0.113.7", "2001:db8::1"])
        );
        assert_eq!(gathering.over(), Step::Wait);
    }

    #[test]
    fn what_is_found_late_is_reported_with_the_rest() {
        let mut gathering = Gathering::new(Addresses::default());
        gathering.found(Seen, ip("203.0.113.7"));
        assert_eq!(gathering.moment_over(), report(&["203.0.113.7"]));
        assert_eq!(
            gathering.found(Seen, ip("203.0.113.7")),
            Step::Wait,
            "nothing new"
        );
        assert_eq!(
            gathering.found(Seen, ip("2001:db8::1")),
            report(&["203.0.113.7", "2001:db8::1"])
        );
    }

    #[test]
    fn a_later_look_up_waits_for_the_families_of_the_earlier_one() {
        let mut gathering = Gathering::new(seen(&["203.0.113.7", "2001:db8::1"]));
        assert_eq!(gathering.found(Seen, ip("203.0.113.8")), Step::Wait);
        assert_eq!(
            gathering.found(Seen, ip("2001:db8::2")),
            report(&["203.0.113.8", "2001:db8::2"])
        );
    }

    #[test]
    fn a_family_that_is_gone_is_given_up_when_the_time_is_over() {
        let mut gathering = Gathering::new(seen(&["203.0.113.7", "2001:db8::1"]));
        gathering.found(Seen, ip("203.0.113.7"));
        assert_eq!(gathering.over(), report(&["203.0.113.7"]));
    }

    #[test]
    fn the_echo_is_asked_only_where_nothing_was_found() {
        assert_eq!(Gathering::new(Addresses::default()).over(), Step::AskEcho);
    }

    #[test]
    fn a_flood_of_addresses_is_bounded() {
        let mut gathering = Gathering::new(Addresses::default());
        for last in 0..100 {
            gathering.found(Seen, ip(&format!("203.0.113.{last}")));
        }
        let Step::Report(addresses) = gathering.over() else {
            panic!("a report is expected");
        };
        assert_eq!(addresses.seen.len(), ADDRESSES);
    }

    #[test]
    fn an_own_address_alone_does_not_stand_for_what_a_server_saw_before() {
        let mut gathering = Gathering::new(seen(&["203.0.113.7"]));
        assert_eq!(gathering.found(Own, ip("198.51.100.2")), Step::Wait);
        let both = Addresses {
            own: vec![ip("198.51.100.2")],
            ..seen(&["203.0.113.7"])
        };
        assert_eq!(gathering.found(Seen, ip("203.0.113.7")), Step::Report(both));
    }
}
