//! Homes: the network several devices share, its public address, and what its NAT lets through.

use crate::random::Random;
use std::net::IpAddr;

/// What the NAT of a home does with what comes from outside, as far as two ends that try from
/// both sides can tell (RFC 4787).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nat {
    /// Every address is reached.
    #[default]
    Open,
    /// One mapping for all, open to whoever was called.
    Independent,
    /// The same, open to the very port that was called.
    Restricted,
    /// A new mapping for each that is called.
    Symmetric,
}

impl Nat {
    /// Whether two NATs can be crossed without a relay.
    #[must_use]
    pub fn passes(self, other: Self) -> bool {
        !matches!(
            (self, other),
            (Self::Symmetric, Self::Symmetric | Self::Restricted)
                | (Self::Restricted, Self::Symmetric)
        )
    }

    /// About what is found in the world.
    pub fn draw(random: &mut Random) -> Self {
        match random.within(0, 100) {
            0..15 => Self::Open,
            15..50 => Self::Independent,
            50..80 => Self::Restricted,
            _ => Self::Symmetric,
        }
    }
}

/// A network with a public address of its own.
#[derive(Clone, Debug)]
pub struct Home {
    /// Its address now.
    pub address: IpAddr,
    /// What is between it and the rest.
    pub nat: Nat,
    renumbered: u8,
    number: u8,
}

impl Home {
    /// The home of this number.
    #[must_use]
    pub fn new(number: usize, nat: Nat) -> Self {
        let number = u8::try_from(number).unwrap_or(u8::MAX);
        let mut home = Self {
            address: IpAddr::from([0, 0, 0, 0]),
            nat,
            renumbered: 0,
            number,
        };
        home.take_address();
        home
    }

    /// Its provider gives it another address.
    pub fn renumber(&mut self) {
        self.renumbered = self.renumbered.wrapping_add(1);
        self.take_address();
    }

    fn take_address(&mut self) {
        let last = 10_u8.wrapping_add(self.number);
        self.address = IpAddr::from([203, 0, 113 + self.renumbered % 100, last]);
    }

    /// The Router ID of its namespace.
    #[must_use]
    pub fn router_id(&self, index: u32) -> String {
        mesh_chat::ids::Namespace::of_address("myapp", self.address).router_id(index)
    }
}

#[cfg(test)]
mod tests {
    use super::Nat;

    #[test]
    fn a_symmetric_nat_meets_only_who_lets_any_port_in() {
        assert!(Nat::Symmetric.passes(Nat::Open) && Nat::Independent.passes(Nat::Symmetric));
        assert!(!Nat::Symmetric.passes(Nat::Symmetric));
        assert!(!Nat::Restricted.passes(Nat::Symmetric));
        assert!(!Nat::Symmetric.passes(Nat::Restricted));
        assert!(Nat::Restricted.passes(Nat::Restricted));
    }
}
