use super::*;
use std::collections::VecDeque;

const NOW: u64 = 1_000;

/// What one of the two says.
#[derive(Clone, Debug)]
struct Said {
    act: Act,
    id: String,
    about: String,
    turn: u64,
    lifetime: Option<Lifetime>,
}

impl Said {
    fn by(&self, own: bool) -> Saying<'_> {
        Saying {
            act: self.act,
            id: &self.id,
            about: &self.about,
            turn: self.turn,
            lifetime: self.lifetime,
            own,
        }
    }
}

fn said(act: Act, id: &str, about: &str, turn: u64) -> Said {
    Said {
        act,
        id: id.to_owned(),
        about: about.to_owned(),
        turn,
        lifetime: (act == Act::Propose).then_some(Lifetime::Day),
    }
}

/// Takes what is said, each `true` by the person of this device.
fn rule(all: &[(bool, Said)]) -> (RuleRecord, Outcome) {
    let mut rule = RuleRecord::default();
    let outcomes: Vec<_> = all
        .iter()
        .map(|(own, said)| rule.take(said.by(*own)))
        .collect();
    (rule, outcomes.last().copied().unwrap_or(Outcome::Counts))
}

#[test]
fn every_cell_of_the_table() {
    use Act::{Agree, Decline, Off, Propose};
    use Outcome::{Counts, NotTheirs, Overtaken};
    let new = vec![];
    let open = vec![(true, said(Propose, "p", "", 5))];
    let agreed = [open.clone(), vec![(false, said(Agree, "a", "p", 0))]].concat();
    let declined = [open.clone(), vec![(false, said(Decline, "d", "p", 0))]].concat();
    let off = [open.clone(), vec![(false, said(Off, "o", "", 5))]].concat();
    for (before, by, act, outcome, holds) in [
        (&new, true, Propose, Counts, false),
        (&new, false, Agree, Overtaken, false),
        (&new, true, Agree, Overtaken, false),
        (&new, false, Decline, Overtaken, false),
        (&new, false, Off, Counts, false),
        (&open, true, Propose, Overtaken, false),
        (&open, false, Agree, Counts, true),
        (&open, true, Agree, NotTheirs, false),
        (&open, false, Decline, Counts, false),
        (&open, true, Decline, NotTheirs, false),
        (&open, true, Off, Counts, false),
        (&agreed, true, Propose, Overtaken, true),
        (&agreed, false, Agree, Overtaken, true),
        (&agreed, true, Agree, Overtaken, true),
        (&agreed, false, Decline, Overtaken, true),
        (&agreed, false, Off, Counts, false),
        (&declined, false, Agree, Overtaken, false),
        (&declined, true, Agree, Overtaken, false),
        (&declined, false, Decline, Overtaken, false),
        (&off, true, Propose, Overtaken, false),
        (&off, false, Agree, Overtaken, false),
        (&off, true, Agree, Overtaken, false),
        (&off, false, Decline, Overtaken, false),
        (&off, false, Off, Counts, false),
    ] {
        let last = said(act, "p", if act == Propose { "" } else { "p" }, 5);
        let (rule, came) = rule(&[before.clone(), vec![(by, last)]].concat());
        let cell = format!("{before:?}, {by}, {act:?}");
        assert_eq!(
            (came, rule.lifetime().is_some()),
            (outcome, holds),
            "{cell}"
        );
    }
}

#[test]
fn a_duration_that_is_not_known_is_no_proposal() {
    let unknown = Said {
        lifetime: Lifetime::of_seconds(61),
        ..said(Act::Propose, "p", "", 5)
    };
    let (rule, outcome) = rule(&[(false, unknown)]);
    assert_eq!((outcome, rule), (Outcome::Unfit, RuleRecord::default()));
}

#[test]
fn of_a_thousand_proposals_eight_can_be_agreed_to() {
    let all: Vec<_> = (1..=1_000)
        .map(|turn| (false, said(Act::Propose, &turn.to_string(), "", turn)))
        .collect();
    let (mut rule, outcome) = rule(&all);
    assert_eq!((outcome, rule.open.len()), (Outcome::Unfit, PROPOSALS));
    assert_eq!(
        rule.take(said(Act::Agree, "a", "8", 0).by(true)),
        Outcome::Counts
    );
    assert_eq!(rule.open, [], "all others were made before");
    let own = said(Act::Propose, "own", "", rule.next_turn(NOW));
    assert_eq!(rule.take(own.by(true)), Outcome::Counts);
}

#[test]
fn a_turn_without_end_keeps_nobody_from_switching_off() {
    let last = said(Act::Propose, "p", "", LARGEST_NUMBER);
    let (mut rule, _) = rule(&[(false, last), (true, said(Act::Agree, "a", "p", 0))]);
    assert!(rule.lifetime().is_some());
    let off = said(Act::Off, "o", "", rule.next_turn(NOW));
    assert_eq!(rule.take(off.by(true)), Outcome::Counts);
    assert_eq!(rule.lifetime(), None);
}

#[test]
fn who_accepts_somebody_anew_begins_without_a_rule_and_old_proposals_are_over() {
    let (mut rule, _) = rule(&[
        (true, said(Act::Propose, "p", "", 5)),
        (false, said(Act::Agree, "a", "p", 0)),
        (false, said(Act::Propose, "q", "", 7)),
    ]);
    rule.begin_anew();
    assert_eq!((rule.lifetime(), rule.open.len()), (None, 0));
    assert_eq!(
        rule.take(said(Act::Agree, "b", "q", 0).by(true)),
        Outcome::Overtaken
    );
    assert!(rule.next_turn(0) > 7);
}

/// One of the two, what it has said and what the other one has not heard yet.
#[derive(Default)]
struct Side {
    rule: RuleRecord,
    under_way: VecDeque<Said>,
}

#[test]
fn whatever_both_say_at_once_they_end_with_the_same_rule() {
    let mut held = 0;
    for seed in 1..3_000_u64 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut random = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            usize::try_from(state >> 33).unwrap() % below
        };
        let mut sides = [Side::default(), Side::default()];
        for step in 0..40 {
            let at = random(2);
            if random(2) == 0 {
                say(&mut sides[at], &format!("{seed}-{at}-{step}"), &mut random);
            } else {
                hear(&mut sides, at);
            }
        }
        for at in [0, 1] {
            while !sides[1 - at].under_way.is_empty() {
                hear(&mut sides, at);
            }
        }
        let [one, other] = &mut sides;
        let ends = [&one.rule, &other.rule].map(|rule| (rule.off, rule.lifetime()));
        assert_eq!(ends[0], ends[1], "{seed}");
        let open = |rule: &RuleRecord, turned: bool| {
            let mut open: Vec<_> = rule
                .open
                .iter()
                .map(|open| (open.id.clone(), open.own != turned))
                .collect();
            open.sort();
            open
        };
        assert_eq!(open(&one.rule, false), open(&other.rule, true), "{seed}");
        held += usize::from(one.rule.lifetime().is_some());
    }
    assert!(held > 300, "{held}");
}

fn say(side: &mut Side, id: &str, random: &mut impl FnMut(usize) -> usize) {
    let theirs: Vec<_> = side.rule.open.iter().filter(|open| !open.own).collect();
    let about = theirs
        .get(random(theirs.len().max(1)))
        .map(|open| open.id.clone());
    let (act, about) = match (random(8), about) {
        (0..=2, Some(about)) => (Act::Agree, about),
        (3, Some(about)) => (Act::Decline, about),
        (4, _) => (Act::Off, String::new()),
        _ => (Act::Propose, String::new()),
    };
    let said = Said {
        // The same turn at both, again and again.
        turn: side.rule.next_turn(0),
        lifetime: (act == Act::Propose).then(|| Lifetime::ALL[random(4)]),
        ..said(act, id, &about, 0)
    };
    // What is refused here is not sent.
    if side.rule.take(said.by(true)) == Outcome::Counts {
        side.under_way.push_back(said);
    }
}

fn hear(sides: &mut [Side; 2], at: usize) {
    if let Some(said) = sides[1 - at].under_way.pop_front() {
        let outcome = sides[at].rule.take(said.by(false));
        assert_ne!(
            outcome,
            Outcome::Unfit,
            "an honest side stays within the bound"
        );
    }
}
