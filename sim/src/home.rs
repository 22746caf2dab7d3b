//! Homes: networks that several devices share, with their public addresses, and what their NATs let
//! through.

use crate::random::Random;
use std::net::IpAddr;

/// What the NAT of a home does with packets from outside, as far as it matters to two ends that both
/// try (RFC 4787).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nat {
    /// Lets everything in.
    #[default]
    Open,
    /// One mapping for all destinations, open to every address that was called.
    Independent,
    /// The same, open only to the very port that was called.
    Restricted,
    /// As restricted, but what comes from somewhere before that was called takes the port: only an
    /// attempt in which this side sends first gets through.
    Hasty,
    /// A new mapping for each destination.
    Symmetric,
}

impl Nat {
    /// Whether a connection between two NATs needs no relay.
    #[must_use]
    pub fn passes(self, other: Self) -> bool {
        !matches!(
            (self, other),
            (
                Self::Symmetric,
                Self::Symmetric | Self::Restricted | Self::Hasty
            ) | (Self::Restricted | Self::Hasty, Self::Symmetric)
                | (Self::Hasty, Self::Hasty)
        )
    }

    /// Whether an attempt gets through that a device behind this one makes to one behind the other: in
    /// the first, which side sends first is chance, in the second it is the dialling one.
    #[must_use]
    pub fn lets_through(self, other: Self, attempt: u8, random: &mut Random) -> bool {
        let dialling_is_first = match attempt {
            0 => random.chance(50),
            1 => true,
            _ => false,
        };
        match (self, other) {
            (Self::Hasty, _) => dialling_is_first,
            (_, Self::Hasty) => !dialling_is_first,
            _ => true,
        }
    }

    /// Draws a kind, about as often as it is found in the world.
    pub fn draw(random: &mut Random) -> Self {
        match random.within(0, 100) {
            0..15 => Self::Open,
            15..50 => Self::Independent,
            50..65 => Self::Restricted,
            65..80 => Self::Hasty,
            _ => Self::Symmetric,
        }
    }
}

/// A network with a public address of its own.
#[derive(Clone, Debug)]
pub struct Home {
    /// Its address now.
    pub address: IpAddr,
    /// The same, as people see it.
    pub shown: String,
    /// The same, as it is in ids.
    pub label: String,
    /// What lies between it and the others.
    pub nat: Nat,
    renumbered: u8,
    number: u8,
}

impl Home {
    /// The home with this number.
    #[must_use]
    pub fn new(number: usize, nat: Nat) -> Self {
        let number = u8::try_from(number).unwrap_or(u8::MAX);
        let mut home = Self {
            address: IpAddr::from([0, 0, 0, 0]),
            shown: String::new(),
            label: String::new(),
            nat,
            renumbered: 0,
            number,
        };
        home.take_address();
        home
    }

    /// Takes another address, which the provider gives it.
    pub fn renumber(&mut self) {
        self.renumbered = self.renumbered.wrapping_add(1);
        self.take_address();
    }

    fn take_address(&mut self) {
        let last = 10_u8.wrapping_add(self.number);
        self.address = IpAddr::from([203, 0, 113 + self.renumbered % 100, last]);
        self.shown = self.address.to_string();
        self.label = self.shown.replace('.', "-");
    }

    /// Returns a Router ID of its namespace under the public root.
    #[must_use]
    pub fn router_id(&self, index: u32) -> String {
        mesh_chat::ids::Namespace::of_address("myapp", self.address).router_id(index)
    }
}

#[cfg(test)]
mod tests {
    use super::Nat;
    use crate::random::Random;

    #[test]
    fn a_symmetric_nat_is_crossed_only_where_the_other_lets_any_port_in() {
        assert!(Nat::Symmetric.passes(Nat::Open) && Nat::Independent.passes(Nat::Symmetric));
        assert!(!Nat::Symmetric.passes(Nat::Symmetric));
        assert!(!Nat::Restricted.passes(Nat::Symmetric));
        assert!(!Nat::Symmetric.passes(Nat::Restricted));
        assert!(Nat::Restricted.passes(Nat::Restricted));
    }

    #[test]
    fn a_hasty_nat_is_crossed_by_the_attempt_in_which_its_side_sends_first() {
        let mut random = Random::new(1);
        assert!(Nat::Hasty.lets_through(Nat::Open, 1, &mut random));
        assert!(!Nat::Hasty.lets_through(Nat::Open, 2, &mut random));
        assert!(Nat::Open.lets_through(Nat::Hasty, 2, &mut random));
        assert!(!Nat::Open.lets_through(Nat::Hasty, 1, &mut random));
        assert!(!Nat::Hasty.passes(Nat::Hasty) && Nat::Hasty.passes(Nat::Restricted));
    }
}
