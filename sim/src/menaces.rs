//! Which further hostiles there are in a world: those that mean harm with more than a stranger has.
//! Besides [`Kind`](crate::hostile::Kind), nothing that is promised is suspended for them.

use crate::random::Random;
use std::collections::BTreeSet;

/// A hostile with means of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Menace {
    /// The signalling server is in the hands of somebody who means harm.
    Server,
    /// Strangers who call under a foreign root, from an id that somebody has given up, or from elsewhere.
    Callers,
    /// A contact who means harm, and whom people block or remove later on.
    FalseFriend,
}

impl Menace {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Server, Self::Callers, Self::FalseFriend];

    /// Returns the name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Callers => "callers",
            Self::FalseFriend => "friend",
        }
    }
}

/// How many of a hundred worlds have each.
const SHARES: [(Menace, u64); 3] = [
    (Menace::Server, 8),
    (Menace::Callers, 10),
    (Menace::FalseFriend, 8),
];

/// Until when a false friend takes invites, in milliseconds; from then on it means harm.
pub const BEFRIENDS: u64 = 600_000;

/// What a world has of them.
#[derive(Debug)]
pub struct Menaces {
    /// A source of chance of their own, so that the other worlds are the same as without them.
    pub random: Random,
    /// Who has accepted which false friend, or is about to.
    pub befriended: BTreeSet<(usize, usize)>,
    /// Who has blocked or removed which false friend, for good.
    pub parted: BTreeSet<(usize, usize)>,
    all: Vec<Menace>,
}

impl Menaces {
    /// Draws what a world has.
    #[must_use]
    pub fn draw(seed: u64) -> Self {
        let mut random = Random::new(seed.rotate_left(32) ^ 2);
        let drawn = SHARES.iter().filter(|(_, share)| random.chance(*share));
        let all = drawn.map(|(menace, _)| *menace).collect();
        Self {
            random,
            befriended: BTreeSet::new(),
            parted: BTreeSet::new(),
            all,
        }
    }

    /// Adds one that a world is to have in any case.
    pub fn add(&mut self, menace: Menace) {
        if !self.has(menace) {
            self.all.push(menace);
        }
    }

    /// Whether a world has one.
    #[must_use]
    pub fn has(&self, menace: Menace) -> bool {
        self.all.contains(&menace)
    }
}
