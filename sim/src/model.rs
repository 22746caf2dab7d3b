//! What must be so by now. The world knows who is on, awake and on which network, which servers
//! answer and since when nothing was disturbed; from that follows what every device must show.
//!
//! After a disturbance each goal has its bound, counted from when the disturbance can be noticed
//! at all: that is the allowance of its [`Cause`], with the reason in its comment. A goal that was
//! reached and is lost again without a new cause has the same bound once more.

use crate::check;
use crate::measure::Measures;
use crate::meeting;
use crate::roots;
use crate::world::World;
use std::collections::BTreeMap;

/// Something that disturbs a network, and how long nobody can do anything about it.
#[derive(Clone, Copy, Debug)]
pub struct Cause {
    /// For the summary.
    pub name: &'static str,
    /// Seconds.
    pub allowance: u64,
}

impl Cause {
    /// The same, where it goes on for a time in milliseconds.
    #[must_use]
    pub fn after(&self, millis: u64) -> Self {
        Self {
            allowance: self.allowance + millis.div_ceil(1_000),
            ..*self
        }
    }
}

/// A cause with its allowance in seconds.
#[must_use]
pub const fn cause(name: &'static str, allowance: u64) -> Cause {
    Cause { name, allowance }
}

/// A device is switched on. It finds its address (5 s where that is slow) and registers four ids.
pub const START: Cause = cause("start", 5);
/// Everything works again: whoever has waited for it waits up to 60 s (the longest back-off), and
/// for a contact whose device had a full disk up to 64 s.
pub const HEAL: Cause = cause("end of several faults", 70);
/// Whoever meant harm is gone: what a liar has said lives on for 90 s, an id that it held too, and
/// a handshake that it used up comes back within a minute. A router that hid people is not joined
/// again for up to 5 min.
pub const EXPELLED: Cause = cause("end of an attack", 330);

/// A squatter is gone. A router at a later Router ID asks for the first one every 30 s to 5 min, and
/// everybody follows it; or somebody new has it, who is found out by the next try to connect.
pub const SQUATTED: Cause = cause("end of a squatting", 420);

/// A goal.
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
    /// What was written has arrived.
    Outbox,
    /// Special contacts are connected, wherever they are.
    Special,
}

impl Goal {
    /// For the summary.
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

    /// Seconds past the allowance. The lists follow the router: a dial that waits for a busy line
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

/// Where a goal stands.
#[derive(Clone, Debug, Default)]
struct Standing {
    met: bool,
    /// It was not met for a moment at least.
    missed: bool,
    bad_since: u64,
    told: bool,
}

/// Undisturbed since when.
#[derive(Clone, Debug)]
struct Quiet {
    since: u64,
    from: u64,
    cause: &'static str,
    /// All was well when the disturbance came, so that it alone is measured.
    alone: bool,
    besieged: bool,
    goals: BTreeMap<Goal, Standing>,
}

impl Quiet {
    fn new(goals: &[Goal]) -> Self {
        let goals = goals
            .iter()
            .copied()
            .map(|goal| (goal, Standing::default()));
        Self {
            since: 0,
            from: 0,
            cause: START.name,
            alone: false,
            besieged: false,
            goals: goals.collect(),
        }
    }

    fn disturb(&mut self, now: u64, cause: &Cause) {
        let met = self.goals.values().all(|standing| standing.met);
        self.alone = met && !self.besieged && now >= self.from;
        self.since = now;
        self.from = self.from.max(now + cause.allowance * 1_000);
        self.cause = cause.name;
        for standing in self.goals.values_mut() {
            *standing = Standing {
                bad_since: now,
                ..Standing::default()
            };
        }
    }

    /// Takes what is so, and gives how late it is where that is too late.
    fn judge(&mut self, now: u64, goal: Goal, good: bool, measures: &mut Measures) -> Option<u64> {
        let standing = self.goals.get_mut(&goal)?;
        if good {
            if !standing.met && standing.missed && self.alone {
                measures.add(goal.name(), self.cause, now - self.since);
            }
            *standing = Standing {
                met: true,
                ..Standing::default()
            };
            return None;
        }
        if standing.met {
            standing.bad_since = now;
        }
        (standing.met, standing.missed) = (false, true);
        let late = now.saturating_sub(self.from.max(standing.bad_since));
        let too_late = late > goal.bound() * 1_000 && !standing.told && !self.besieged;
        standing.told |= too_late;
        too_late.then_some(late)
    }
}

/// What must be so.
#[derive(Debug)]
pub struct Model {
    homes: Vec<Quiet>,
    everywhere: Quiet,
    /// Texts that were stored and have not arrived: since when, from whom, to whom.
    outbox: BTreeMap<String, (u64, usize, usize)>,
    /// How long things took.
    pub measures: Measures,
}

impl Model {
    /// Nothing has happened.
    #[must_use]
    pub fn new(homes: usize) -> Self {
        Self {
            homes: vec![Quiet::new(&[Goal::Router, Goal::Roots, Goal::Lists]); homes],
            everywhere: Quiet::new(&[Goal::Contacts, Goal::Outbox, Goal::Special]),
            outbox: BTreeMap::new(),
            measures: Measures::default(),
        }
    }

    /// A home was disturbed.
    pub fn disturbed(&mut self, home: usize, now: u64, cause: &Cause) {
        self.homes
            .get_mut(home)
            .into_iter()
            .for_each(|home| home.disturb(now, cause));
        self.everywhere.disturb(now, cause);
    }

    /// The same, where it is nobody else's matter.
    pub fn disturbed_home(&mut self, home: usize, now: u64, cause: &Cause) {
        let home = self.homes.get_mut(home);
        home.into_iter().for_each(|home| home.disturb(now, cause));
    }

    /// Whether somebody means harm.
    #[must_use]
    pub fn is_besieged(&self) -> bool {
        self.everywhere.besieged
    }

    /// Every home was.
    pub fn disturbed_everywhere(&mut self, now: u64, cause: &Cause) {
        self.homes
            .iter_mut()
            .for_each(|home| home.disturb(now, cause));
        self.everywhere.disturb(now, cause);
    }

    /// Somebody in a home or against it means harm: nothing is promised meanwhile.
    pub fn besieged(&mut self, home: usize, yes: bool) {
        self.homes
            .get_mut(home)
            .into_iter()
            .for_each(|home| home.besieged = yes);
        self.everywhere.besieged = yes;
    }

    /// Whether a home must be in order by now.
    #[must_use]
    pub fn owes(&self, home: usize, now: u64) -> bool {
        self.homes
            .get(home)
            .is_some_and(|home| !home.besieged && now > home.from + 20_000)
    }

    /// A text is stored at its writer.
    pub fn wrote(&mut self, now: u64, from: usize, to: usize, text: &str) {
        self.outbox.insert(text.to_owned(), (now, from, to));
    }

    /// A text is shown at its receiver.
    pub fn received(&mut self, text: &str) {
        self.outbox.remove(text);
    }
}

/// Looks at the world.
pub fn watch(world: &mut World) {
    let now = world.now;
    let mut late = Vec::new();
    world.follow();
    meeting::seats(world);
    for home in 0..world.homes.len() {
        let (router, lists) = (check::router(world, home), check::lists(world, home));
        let roots = roots::signed(world, home);
        for (goal, wrong) in [
            (Goal::Router, router),
            (Goal::Roots, roots),
            (Goal::Lists, lists),
        ] {
            let Model {
                homes, measures, ..
            } = &mut world.model;
            let quiet = homes.get_mut(home);
            let millis = quiet.and_then(|q| q.judge(now, goal, wrong.is_none(), measures));
            late.extend(millis.map(|millis| (goal, millis, wrong)));
        }
    }
    let (contacts, outbox) = (check::contacts(world), waiting(world));
    let special = meeting::special(world);
    for (goal, wrong) in [
        (Goal::Contacts, contacts),
        (Goal::Outbox, outbox),
        (Goal::Special, special),
    ] {
        let Model {
            everywhere,
            measures,
            ..
        } = &mut world.model;
        let millis = everywhere.judge(now, goal, wrong.is_none(), measures);
        late.extend(millis.map(|millis| (goal, millis, wrong)));
    }
    for (goal, millis, wrong) in late {
        let (seconds, at) = (millis / 1_000, now / 1_000);
        let wrong = wrong.unwrap_or_default();
        world.say(|| format!("LATE: {wrong}"));
        let name = goal.name();
        world
            .violations
            .push(format!("{at} s: not \"{name}\" for {seconds} s: {wrong}"));
    }
    if now % 10_000 < 1_000 {
        check::bounds(world);
        meeting::strangers(world);
    }
}

/// A text that waits although both are there and nothing was written for a while. The rate is five
/// a second, so that many texts take their time.
fn waiting(world: &World) -> Option<String> {
    let is_up = |index: usize| {
        world
            .devices
            .get(index)
            .is_some_and(|d| d.is_up() && !d.full)
    };
    let stuck = world.model.outbox.iter().find(|(_, (since, from, to))| {
        let old = world.now > since + 20_000;
        old && is_up(*from)
            && is_up(*to)
            && world.passes(*from, *to)
            && world.knows_the_way(*from, *to)
            && !world.apart(*from, *to)
    });
    let (text, (_, _, to)) = stuck?;
    // A process that died between the store and the show has it all the same.
    let device = world.devices.get(*to)?;
    let stored = device.disk.has(text);
    (!stored).then(|| format!("{text:?} has not arrived"))
}
