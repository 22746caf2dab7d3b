//! At which ids to wait at a moment: bounded, and such that both sides of every pair wait together.

use crate::calendar;
use crate::clock::UnixMillis;
use crate::crypto::{self, Key};
use crate::limits::{SEATS, SEATS_ALWAYS};

const MINUTE: u64 = 60_000;
const SLOT: u64 = 10 * MINUTE;

/// Within this time of a boundary the neighbouring slot counts too, because clocks differ.
const OVERLAP: u64 = 2 * MINUTE;

/// A slot has five turns of two minutes. Who is not waited for always is waited for in one of
/// them, which follows from the pair's secret, so that it is the same on both sides. It is the same
/// in every slot, so that nobody waits longer than a slot: two drawn anew could be 15 minutes apart.
const TURN: u64 = 2 * MINUTE;

/// How much longer a turn is at both ends: clocks differ, and sockets take their time.
const MARGIN: u64 = MINUTE / 2;

/// How often the plan can change.
const STEP: u64 = MINUTE / 2;

/// Somebody to be met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate<C> {
    pub(crate) contact: C,
    pub(crate) secret: Key,
}

/// Returns the part of time in which a plan holds, and when the next one begins.
pub(crate) fn step(unix: UnixMillis) -> (u64, UnixMillis) {
    let step = unix / STEP;
    (step, (step + 1) * STEP)
}

/// Returns the namespaces to be in, each with its contact. `candidates` begins with the most
/// recently met.
pub(crate) fn plan<C: Clone>(unix: UnixMillis, candidates: &[Candidate<C>]) -> Vec<(C, String)> {
    let slots = slots(unix);
    let mut seats = Vec::new();
    for (place, candidate) in candidates.iter().enumerate() {
        for (slot, begins) in &slots {
            let namespace = crypto::rendezvous_namespace(&candidate.secret, slot);
            let due = place < SEATS_ALWAYS || is_turn(&candidate.secret, unix, *begins);
            if due && seats.len() < SEATS {
                seats.push((candidate.contact.clone(), namespace));
            }
        }
    }
    seats
}

/// Returns the slot of a moment, and the neighbour whose boundary is near, with their beginnings.
fn slots(unix: UnixMillis) -> Vec<(String, UnixMillis)> {
    let begins = |moment: UnixMillis| moment / SLOT * SLOT;
    let mut all = vec![
        begins(unix),
        begins(unix.saturating_sub(OVERLAP)),
        begins(unix.saturating_add(OVERLAP)),
    ];
    all.sort_unstable();
    all.dedup();
    let named = |begins| (calendar::slot(begins), begins);
    all.into_iter().map(named).collect()
}

fn is_turn(secret: &Key, unix: UnixMillis, slot_begins: UnixMillis) -> bool {
    let begins = slot_begins + turn(secret) * TURN;
    unix + MARGIN >= begins && unix < begins + TURN + MARGIN
}

/// Returns which turn of every slot is that of a pair, from 0.
pub(crate) fn turn(secret: &Key) -> u64 {
    let turns = SLOT / TURN;
    let namespace = crypto::rendezvous_namespace(secret, "turn");
    namespace.bytes().map(u64::from).sum::<u64>() % turns
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T07:40Z.
    const START: UnixMillis = 1_795_419_600_000;

    fn candidates(count: u8) -> Vec<Candidate<u8>> {
        let candidate = |contact| Candidate {
            contact,
            secret: [contact; 32],
        };
        (0..count).map(candidate).collect()
    }

    #[test]
    fn the_neighbouring_slot_counts_near_a_boundary() {
        let names = |unix| {
            slots(unix)
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(START + 5 * MINUTE), ["UTC-2026-11-23-07-4"]);
        let both = ["UTC-2026-11-23-07-3", "UTC-2026-11-23-07-4"];
        assert_eq!(names(START + OVERLAP - 1), both);
        assert_eq!(names(START + OVERLAP), ["UTC-2026-11-23-07-4"]);
        let both = ["UTC-2026-11-23-07-4", "UTC-2026-11-23-07-5"];
        assert_eq!(names(START + SLOT - OVERLAP), both);
    }

    #[test]
    fn clocks_up_to_two_minutes_apart_share_a_meeting_point_at_every_moment() {
        let one = candidates(1);
        for second in (0..1_200).step_by(10) {
            let here = plan(START + second * 1_000, &one);
            let there = plan(START + second * 1_000 + OVERLAP, &one);
            assert!(here.iter().any(|seat| there.contains(seat)), "{second} s");
        }
    }

    #[test]
    fn the_most_recently_met_are_waited_for_always_and_never_more_than_the_bound() {
        let many = candidates(200);
        for minute in 0..10 {
            let seats = plan(START + minute * MINUTE, &many);
            assert!(seats.len() <= SEATS);
            for contact in 0..8 {
                assert!(seats.iter().any(|(of, _)| *of == contact));
            }
        }
    }

    #[test]
    fn everybody_has_a_turn_in_each_slot_with_the_same_partner_at_the_same_time() {
        let many = candidates(30);
        // The other side knows only this one, further down in its own list.
        for contact in 8_u8..30 {
            let mut theirs = candidates(8);
            theirs.iter_mut().for_each(|other| other.secret = [200; 32]);
            theirs.push(many[usize::from(contact)].clone());
            let meet = |minute: u64| {
                let at = START + minute * MINUTE;
                let here = plan(at, &many);
                plan(at, &theirs).iter().any(|seat| here.contains(seat))
            };
            for begin in 0..20 {
                assert!((begin..begin + 11).any(meet), "{contact} from {begin}");
            }
        }
    }
}
