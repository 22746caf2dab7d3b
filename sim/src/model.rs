//! What must hold by now. The world knows who is on, awake and on which network, which servers
//! answer and since when nothing was disturbed; from that follows what every device must show.
//!
//! After a disturbance each goal has its bound, counted from when the disturbance can be noticed
//! at all: that is the allowance of its [`Cause`], with the reason in its comment. A goal that was
//! reached and is lost again without a new cause has the same bound once more.

use crate::causes::{Cause, START};
use crate::measure::Measures;
use std::collections::BTreeMap;

/// Something that must be reached some time after a disturbance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Goal {
    /// A network has one router.
    Router,
    /// Everybody is under the root that the beacon signs now, where there is one.
    Roots,
    /// Everybody on a network sees everybody else there once.
    Lists,
    /// Contacts that can reach each other are connected.
    Contacts,
    /// Every text that was written has arrived.
    Outbox,
    /// Special contacts are connected, wherever they are.
    Special,
}

impl Goal {
    /// Returns the name in the summary.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Router => "one router",
            Self::Roots => "the signed root",
            Self::Lists => "lists right",
            Self::Contacts => "contacts found",
            Self::Outbox => "outbox empty",
            Self::Special => "special met",
        }
    }

    /// Returns the seconds that it may take past the allowance. The lists follow the router: a dial that waits for a busy line
    /// (8 s) and the registry. A contact is dialled twice at most, 8 s each, where both addresses
    /// are tried.
    fn bound(self) -> u64 {
        match self {
            Self::Router => 10,
            Self::Lists | Self::Roots => 20,
            Self::Contacts => 30,
            Self::Outbox => 40,
            Self::Special => 60,
        }
    }
}

/// Whether a goal is reached, since when it is not, and whether that was reported.
#[derive(Clone, Debug, Default)]
struct Standing {
    met: bool,
    /// It was seen not to be met since the last disturbance.
    missed: bool,
    bad_since: u64,
    reported: bool,
    /// When the allowances of all disturbances are over.
    allowed: u64,
}

/// The goals of one home, or of all together, and what disturbed them last.
#[derive(Clone, Debug)]
struct Scope {
    /// When the last disturbance came.
    disturbed: u64,
    /// When the allowances of all disturbances are over.
    allowed: u64,
    cause: &'static str,
    /// All was well when the last disturbance came, so that it alone is measured.
    alone: bool,
    besieged: bool,
    goals: BTreeMap<Goal, Standing>,
}

impl Scope {
    fn new(goals: &[Goal]) -> Self {
        let goals = goals.iter().map(|goal| (*goal, Standing::default()));
        Self {
            disturbed: 0,
            allowed: 0,
            cause: START.name,
            alone: false,
            besieged: false,
            goals: goals.collect(),
        }
    }

    fn disturb(&mut self, now: u64, cause: &Cause) {
        let met = self.goals.values().all(|standing| standing.met);
        self.alone = met && !self.besieged && now >= self.allowed;
        self.disturbed = now;
        self.allowed = self.allowed.max(now + cause.allowance * 1_000);
        self.cause = cause.name;
        for (goal, standing) in &mut self.goals {
            let allowance = match goal {
                Goal::Lists => cause.lists,
                Goal::Router | Goal::Roots | Goal::Contacts | Goal::Outbox | Goal::Special => {
                    cause.allowance
                }
            };
            *standing = Standing {
                bad_since: now,
                allowed: standing.allowed.max(now + allowance * 1_000),
                ..Standing::default()
            };
        }
    }

    /// Takes whether a goal is reached now. Returns by how many milliseconds it is late when that
    /// is too much, once.
    fn judge(&mut self, now: u64, goal: Goal, good: bool, measures: &mut Measures) -> Option<u64> {
        let standing = self.goals.get_mut(&goal)?;
        if good {
            if !standing.met && standing.missed && self.alone {
                measures.add(goal.name(), self.cause, now - self.disturbed);
            }
            *standing = Standing {
                met: true,
                allowed: standing.allowed,
                ..Standing::default()
            };
            return None;
        }
        if standing.met {
            standing.bad_since = now;
        }
        (standing.met, standing.missed) = (false, true);
        let late = now.saturating_sub(standing.allowed.max(standing.bad_since));
        let too_late = late > goal.bound() * 1_000 && !standing.reported && !self.besieged;
        standing.reported |= too_late;
        too_late.then_some(late)
    }
}

/// What must hold, in each home and everywhere.
#[derive(Debug)]
pub struct Model {
    homes: Vec<Scope>,
    everywhere: Scope,
    /// How long things took.
    pub measures: Measures,
}

impl Model {
    /// This many homes in which nothing has happened yet.
    #[must_use]
    pub fn new(homes: usize) -> Self {
        Self {
            homes: vec![Scope::new(&[Goal::Router, Goal::Roots, Goal::Lists]); homes],
            everywhere: Scope::new(&[Goal::Contacts, Goal::Outbox, Goal::Special]),
            measures: Measures::default(),
        }
    }

    /// A home was disturbed, and so was what holds everywhere.
    pub fn disturbed(&mut self, home: usize, now: u64, cause: &Cause) {
        self.disturbed_home(home, now, cause);
        self.everywhere.disturb(now, cause);
    }

    /// A home was disturbed, and nothing outside it.
    pub fn disturbed_home(&mut self, home: usize, now: u64, cause: &Cause) {
        if let Some(home) = self.homes.get_mut(home) {
            home.disturb(now, cause);
        }
    }

    /// Every home was disturbed.
    pub fn disturbed_everywhere(&mut self, now: u64, cause: &Cause) {
        for home in &mut self.homes {
            home.disturb(now, cause);
        }
        self.everywhere.disturb(now, cause);
    }

    /// A hostile peer is in a home or attacks it, or does not any more. Nothing is promised
    /// meanwhile.
    pub fn besieged(&mut self, home: usize, yes: bool) {
        if let Some(home) = self.homes.get_mut(home) {
            home.besieged = yes;
        }
        self.everywhere.besieged = yes;
    }

    /// Whether there is a hostile peer.
    #[must_use]
    pub fn is_besieged(&self) -> bool {
        self.everywhere.besieged
    }

    /// Whether a home must be in order by now.
    #[must_use]
    pub fn owes(&self, home: usize, now: u64) -> bool {
        let home = self.homes.get(home);
        home.is_some_and(|home| !home.besieged && now > home.allowed + 20_000)
    }

    /// Takes whether a goal is reached in a home. Returns by how many milliseconds it is too late.
    pub fn judge_home(&mut self, home: usize, now: u64, goal: Goal, good: bool) -> Option<u64> {
        let home = self.homes.get_mut(home)?;
        home.judge(now, goal, good, &mut self.measures)
    }

    /// Takes whether a goal is reached everywhere. Returns by how many milliseconds it is too late.
    pub fn judge(&mut self, now: u64, goal: Goal, good: bool) -> Option<u64> {
        self.everywhere.judge(now, goal, good, &mut self.measures)
    }
}

#[cfg(test)]
mod tests {
    use super::{Goal, Model};
    use crate::causes::KILLED;

    #[test]
    fn a_goal_is_late_once_after_allowance_and_bound_and_again_after_it_was_met() {
        let mut model = Model::new(1);
        model.disturbed(0, 1_000, &KILLED);
        let mut late = |second: u64, good| model.judge_home(0, second * 1_000, Goal::Router, good);
        // 5 s allowance and 10 s bound from second 1 on.
        assert_eq!(late(16, false), None);
        assert_eq!(late(17, false), Some(11_000));
        assert_eq!(late(18, false), None);
        assert_eq!(late(19, true), None);
        assert_eq!(late(29, false), None);
        assert_eq!(late(40, false), Some(11_000));
    }

    #[test]
    fn nothing_is_late_where_a_peer_is_hostile() {
        let mut model = Model::new(1);
        model.besieged(0, true);
        assert_eq!(model.judge(1_000_000, Goal::Contacts, false), None);
        assert!(!model.owes(0, 1_000_000));
    }
}
