//! How much of the network this device is on: the one place that says so, from what the person has chosen, from
//! whether there is input, and from the clock.

use crate::clock::{Now, UnixMillis, millis};
use crate::context::Context;
use crate::records::{AvailabilityRecord, Change};
use crate::view::{Availability, Choice, OffFor};
use crate::why::{Deadline, Why};
use std::time::Duration;

/// How long an hour off is.
const HOUR: Duration = Duration::from_secs(60 * 60);

/// What was chosen, and what holds.
#[derive(Debug, Default)]
pub(super) struct Presence {
    chosen: Availability,
    /// What holds again when it is off no more.
    before: Availability,
    /// There was no input for a while.
    idle: bool,
    holds: Availability,
    /// Contacts are told that the person is away.
    away: bool,
}

impl Presence {
    /// Takes what was stored. `by_itself` is whether the person is away where there is no input.
    pub(super) fn restore(record: Option<AvailabilityRecord>, by_itself: bool, now: Now) -> Self {
        let record = record.filter(|_| !planted!(OffEndsAtStart));
        let record = record.unwrap_or_default();
        let mut presence = Self {
            chosen: record.chosen,
            before: record.before,
            ..Self::default()
        };
        presence.look(by_itself, now.unix);
        presence
    }

    pub(super) fn holds(&self) -> Availability {
        self.holds
    }

    /// Returns whether contacts are told that the person is away.
    pub(super) fn is_away(&self) -> bool {
        self.away
    }

    /// Takes whether there was no input for [`AWAY_AFTER`](crate::view::AWAY_AFTER).
    pub(super) fn set_idle(&mut self, idle: bool) {
        self.idle = idle;
    }

    /// Takes what the person chooses. It counts at once, whatever the disk says: they do not wait to be off.
    pub(super) fn choose(&mut self, ctx: &mut Context, choice: Choice) {
        let off = |until| Availability::Off { until };
        self.chosen = match choice {
            Choice::Here => Availability::Here,
            Choice::Away => Availability::Away,
            Choice::ContactsOnly => Availability::ContactsOnly,
            Choice::Off(OffFor::Hour) => off(Some(ctx.now.unix.saturating_add(millis(HOUR)))),
            Choice::Off(OffFor::Until(moment)) => off(Some(moment)),
            Choice::Off(OffFor::Ever) => off(None),
            Choice::On => self.before,
        };
        if !self.chosen.is_off() {
            self.before = self.chosen;
        }
        self.keep(ctx);
    }

    /// Looks what holds by now. Returns what did before, where that, or whether the person is away, is
    /// another.
    pub(super) fn turn(&mut self, ctx: &mut Context, by_itself: bool) -> Option<Availability> {
        let (holds, away, chosen) = (self.holds, self.away, self.chosen);
        self.look(by_itself, ctx.now.unix);
        if self.chosen != chosen {
            self.keep(ctx);
        }
        (holds != self.holds || away != self.away).then_some(holds)
    }

    fn look(&mut self, by_itself: bool, unix: UnixMillis) {
        if let Availability::Off { until: Some(until) } = self.chosen
            && unix >= until
        {
            self.chosen = self.before;
        }
        let idle = self.idle && by_itself;
        self.away = match self.chosen {
            Availability::Here | Availability::ContactsOnly => idle,
            Availability::Away => true,
            Availability::Off { .. } => false,
        };
        let leaves = idle && self.chosen == Availability::Here;
        self.holds = if leaves {
            Availability::Away
        } else {
            self.chosen
        };
    }

    fn keep(&self, ctx: &mut Context) {
        ctx.store_for_certain(Change::Availability(self.record()));
    }

    /// Returns what is to be on the disk.
    pub(super) fn record(&self) -> AvailabilityRecord {
        AvailabilityRecord {
            version: 1,
            chosen: self.chosen,
            before: self.before,
        }
    }

    /// Returns when being off ends by itself.
    pub(super) fn due(&self, now: Now) -> Option<Deadline> {
        match self.holds {
            Availability::Off { until: Some(until) } => {
                let wait = Duration::from_millis(until.saturating_sub(now.unix));
                Some(Why::Availability.at(now.mono + wait))
            }
            Availability::Off { until: None }
            | Availability::Here
            | Availability::Away
            | Availability::ContactsOnly => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Mono;
    use crate::io::Output;
    use crate::test_context::context;

    /// 2026-11-23T08:00Z.
    const START: u64 = 1_795_420_800_000;
    const MINUTE: u64 = 60_000;

    fn at(minutes: u64) -> Context {
        let mut ctx = context();
        ctx.now = Now {
            mono: Mono(minutes * MINUTE),
            unix: START + minutes * MINUTE,
            zone: 0,
        };
        ctx
    }

    fn chosen(choice: Choice) -> (Presence, Context) {
        let (mut presence, mut ctx) = (Presence::default(), at(0));
        presence.choose(&mut ctx, choice);
        presence.turn(&mut ctx, true);
        (presence, ctx)
    }

    fn stored(ctx: &mut Context) -> Option<AvailabilityRecord> {
        match ctx.poll() {
            Some(Output::Store(_, Change::Availability(record))) => Some(record),
            Some(other) => panic!("{other:?}"),
            None => None,
        }
    }

    #[test]
    fn what_holds_follows_from_the_choice_and_from_input() {
        let off = Availability::Off { until: None };
        for (choice, idle, by_itself, holds, away) in [
            (Choice::Here, false, true, Availability::Here, false),
            (Choice::Here, true, true, Availability::Away, true),
            (Choice::Here, true, false, Availability::Here, false),
            (Choice::Away, false, false, Availability::Away, true),
            (
                Choice::ContactsOnly,
                false,
                true,
                Availability::ContactsOnly,
                false,
            ),
            (
                Choice::ContactsOnly,
                true,
                true,
                Availability::ContactsOnly,
                true,
            ),
            (Choice::Off(OffFor::Ever), true, true, off, false),
        ] {
            let (mut presence, mut ctx) = (Presence::default(), at(0));
            presence.set_idle(idle);
            presence.choose(&mut ctx, choice);
            presence.turn(&mut ctx, by_itself);
            assert_eq!(
                (presence.holds(), presence.is_away()),
                (holds, away),
                "{choice:?}, {idle}"
            );
        }
    }

    #[test]
    fn off_ends_by_itself_at_its_time_and_what_was_chosen_before_holds_again() {
        let (mut presence, mut ctx) = chosen(Choice::ContactsOnly);
        presence.choose(&mut ctx, Choice::Off(OffFor::Hour));
        presence.turn(&mut ctx, true);
        let until = Some(START + 60 * MINUTE);
        assert_eq!(presence.holds(), Availability::Off { until });
        let due = presence.due(ctx.now).map(|due| due.at);
        assert_eq!(due, Some(Mono(60 * MINUTE)));
        ctx.now = at(59).now;
        assert_eq!(presence.turn(&mut ctx, true), None);
        ctx.now = at(60).now;
        assert_eq!(
            presence.turn(&mut ctx, true),
            Some(Availability::Off { until })
        );
        assert_eq!(presence.holds(), Availability::ContactsOnly);
        assert_eq!(presence.due(ctx.now), None);
    }

    #[test]
    fn each_choice_and_the_end_of_off_are_stored() {
        let (mut presence, mut ctx) = chosen(Choice::Off(OffFor::Hour));
        let record = stored(&mut ctx).unwrap();
        assert!(record.chosen.is_off());
        assert_eq!(stored(&mut ctx), None, "once");
        let again = |minutes| Presence::restore(Some(record), true, at(minutes).now).holds();
        assert!(again(59).is_off(), "a restart ends nothing");
        assert_eq!(
            again(60),
            Availability::Here,
            "its time may pass while nothing runs"
        );
        ctx.now = at(61).now;
        presence.turn(&mut ctx, true);
        assert_eq!(
            stored(&mut ctx).map(|record| record.chosen),
            Some(Availability::Here)
        );
    }

    #[test]
    fn one_word_switches_on_again() {
        let (mut presence, mut ctx) = chosen(Choice::Away);
        presence.choose(&mut ctx, Choice::Off(OffFor::Ever));
        presence.choose(&mut ctx, Choice::On);
        presence.turn(&mut ctx, true);
        assert_eq!(presence.holds(), Availability::Away);
    }

    #[test]
    fn off_until_a_moment_ends_then_and_one_that_was_is_no_time_at_all() {
        for (until, off) in [(1, true), (0, false), (-1, false)] {
            let (mut presence, mut ctx) = chosen(Choice::Here);
            let moment = ctx.now.unix.saturating_add_signed(until);
            presence.choose(&mut ctx, Choice::Off(OffFor::Until(moment)));
            presence.turn(&mut ctx, true);
            assert_eq!(presence.holds().is_off(), off, "{until}");
            ctx.now.unix += 1;
            presence.turn(&mut ctx, true);
            assert_eq!(presence.holds(), Availability::Here, "{until}");
        }
    }
}
