//! What must hold of what people do with messages: in the end both devices show the same of every message that
//! both have.

use crate::disk::Disk;
use crate::names::name;
use crate::pairs::{know_the_way, must_meet};
use crate::world::World;
use mesh_chat::records::MessageRecord;
use mesh_chat::view::Outcome;

/// Returns what differs.
#[must_use]
pub fn in_the_end(world: &World) -> Vec<String> {
    if world.sayings.random.is_none() {
        return Vec::new();
    }
    let met = those_who_met(world).filter(|(one, other)| one < other);
    met.flat_map(|(one, other)| between(world, one, other))
        .collect()
}

/// Returns everybody with everybody else whom they have met, in both orders.
pub(super) fn those_who_met(world: &World) -> impl Iterator<Item = (usize, usize)> {
    let people: Vec<usize> = world.devices.people().collect();
    let others = people.clone();
    let pairs = people
        .into_iter()
        .flat_map(move |one| others.clone().into_iter().map(move |other| (one, other)));
    pairs.filter(|(one, other)| one != other && have_met(world, *one, *other))
}

/// Whether everything that one of two has said has come to the other, and nothing of it was lost since.
fn have_met(world: &World, one: usize, other: usize) -> bool {
    let ties = &world.ties;
    world.passes(one, other)
        && !ties.is_severed(one, other)
        && !ties.were_parted(one, other)
        && ![one, other]
            .iter()
            .any(|index| ties.was_wiped(*index) || ties.is_older(*index))
        && !world.are_apart(one, other)
        && (know_the_way(world, one, other) || must_meet(world, one, other))
}

fn between(world: &World, one: usize, other: usize) -> Vec<String> {
    let disk = |index: usize| world.devices.get(index).map(|device| &device.disk);
    let Some((first, second)) = disk(one).zip(disk(other)) else {
        return Vec::new();
    };
    let (of_second, of_first) = (name(other), name(one));
    let mut wrong = Vec::new();
    for record in first.with(&of_second) {
        let mut others = second.with(&of_first);
        let Some(back) = others.find(|back| back.id == record.id) else {
            continue;
        };
        let judged = |disk: &Disk, with: &str| disk.with(with).all(|entry| counts(entry, record));
        // One of the two has cleared it, or its time was over there before.
        let is_there = !record.gone && !back.gone;
        if is_there
            && judged(first, &of_second)
            && judged(second, &of_first)
            && differ(record, back)
        {
            wrong.push(format!(
                "P{one} and P{other} show a message differently: {record:?} and {back:?}"
            ));
        }
    }
    wrong
}

/// Whether an entry about a message counts, or nothing had to come of it.
fn counts(entry: &MessageRecord, about: &MessageRecord) -> bool {
    let entry = entry.entry.as_ref();
    entry.is_none_or(|entry| {
        entry.reference.about != about.id
            || matches!(entry.outcome, Outcome::Counts | Outcome::Deleted)
    })
}

fn differ(one: &MessageRecord, other: &MessageRecord) -> bool {
    // What is said about another message is kept by who has said it, to be sent again.
    let texts = one.is_message() && one.message.text != other.message.text;
    let marks = |record: &MessageRecord| record.marks.clone().unwrap_or_default();
    let (first, second) = (marks(one), marks(other));
    texts
        || first.edited.is_some() != second.edited.is_some()
        || first.deleted != second.deleted
        || first.own_reaction != second.their_reaction
        || first.their_reaction != second.own_reaction
}
