//! When a look-up of the public addresses has seen enough.
//!
//! A first look-up is answered a moment after the first address; what is found later is reported as
//! well. The next ones wait for what was found before, so that a slow answer is not taken for a
//! change of the network.
//!
//! Where STUN is silent for longer than it usually takes, the echo is asked beside it. Of one family what
//! STUN has found counts, also where it comes later.

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
    echo: Echo,
    /// Nothing more will be found by STUN.
    over: bool,
}

/// What the echo says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Echo {
    /// It was not asked.
    Spared,
    Asked,
    Failed,
    Says(IpAddr),
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
    /// Ask the echo, and hand its answer to [`Gathering::echoed`].
    AskEcho,
}

impl Gathering {
    /// Returns a look-up that follows one that had found `expected`.
    pub fn new(expected: Addresses) -> Self {
        Self {
            found: Addresses::default(),
            expected,
            reported: false,
            echo: Echo::Spared,
            over: false,
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

    /// Handles the end of the time that STUN usually takes.
    pub fn head_start_over(&mut self) -> Step {
        if self.found.is_empty() && self.echo == Echo::Spared {
            self.echo = Echo::Asked;
            return Step::AskEcho;
        }
        Step::Wait
    }

    /// Handles the answer of the echo, `None` where there is none.
    pub fn echoed(&mut self, address: Option<IpAddr>) -> Step {
        self.echo = address.map_or(Echo::Failed, Echo::Says);
        match self.echo {
            Echo::Says(_) if self.found.is_empty() => self.report(),
            Echo::Failed if self.over => self.over(),
            Echo::Spared | Echo::Asked | Echo::Failed | Echo::Says(_) => Step::Wait,
        }
    }

    /// Returns whether STUN has found nothing so far.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Handles the end: nothing more will be found by STUN, or its time is over.
    pub fn over(&mut self) -> Step {
        self.over = true;
        let waits = self.found.is_empty() && self.echo == Echo::Asked;
        if self.reported || waits {
            return Step::Wait;
        }
        match self.head_start_over() {
            Step::Wait => self.report(),
            step @ (Step::StartMoment | Step::Report(_) | Step::AskEcho) => step,
        }
    }

    fn report(&mut self) -> Step {
        self.reported = true;
        let mut addresses = self.found.clone();
        if let Echo::Says(address) = self.echo
            && !has_families(&addresses.seen, &[address])
        {
            addresses.seen.push(address);
        }
        Step::Report(addresses)
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

    /// A look-up in which STUN has not answered in its usual time.
    fn silent() -> Gathering {
        let mut gathering = Gathering::new(Addresses::default());
        assert_eq!(gathering.head_start_over(), Step::AskEcho);
        gathering
    }

    #[test]
    fn the_echo_is_asked_only_where_nothing_was_found() {
        assert_eq!(Gathering::new(Addresses::default()).over(), Step::AskEcho);
        let mut gathering = Gathering::new(Addresses::default());
        gathering.found(Seen, ip("203.0.113.7"));
        assert_eq!(gathering.head_start_over(), Step::Wait);
    }

    #[test]
    fn what_the_echo_says_is_reported_at_once_where_stun_is_silent() {
        let mut gathering = silent();
        let answer = gathering.echoed(Some(ip("203.0.113.7")));
        assert_eq!(answer, report(&["203.0.113.7"]));
        assert_eq!(gathering.over(), Step::Wait, "once");
    }

    #[test]
    fn stun_counts_before_the_echo_also_where_it_comes_later() {
        let mut gathering = silent();
        gathering.echoed(Some(ip("203.0.113.7")));
        let seen = gathering.found(Seen, ip("198.51.100.7"));
        assert_eq!(seen, report(&["198.51.100.7"]));
        let mut gathering = silent();
        assert_eq!(gathering.found(Seen, ip("198.51.100.7")), Step::StartMoment);
        assert_eq!(gathering.echoed(Some(ip("203.0.113.7"))), Step::Wait);
        assert_eq!(gathering.moment_over(), report(&["198.51.100.7"]));
    }

    #[test]
    fn the_echo_stays_for_the_family_that_stun_does_not_find() {
        let mut gathering = silent();
        gathering.echoed(Some(ip("203.0.113.7")));
        let both = report(&["2001:db8::1", "203.0.113.7"]);
        assert_eq!(gathering.found(Seen, ip("2001:db8::1")), both);
    }

    #[test]
    fn nothing_is_reported_once_where_both_fail_whichever_comes_last() {
        let mut gathering = silent();
        assert_eq!(gathering.echoed(None), Step::Wait, "STUN has time left");
        assert_eq!(gathering.over(), report(&[]));
        assert_eq!(gathering.over(), Step::Wait);
        let mut gathering = silent();
        assert_eq!(gathering.over(), Step::Wait, "the echo has time left");
        assert_eq!(gathering.echoed(None), report(&[]));
        assert_eq!(gathering.over(), Step::Wait);
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
