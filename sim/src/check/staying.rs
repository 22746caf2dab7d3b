//! What must hold of how long messages stay: in the end two who have met have the same rule, and each has
//! all that the other one has said of it, once and in order.

use super::sayings::those_who_met;
use crate::disk::Disk;
use crate::names::name;
use crate::world::World;
use mesh_chat::records::{MessageRecord, Origin, RuleRecord};

/// Returns what differs.
#[must_use]
pub fn in_the_end(world: &World) -> Vec<String> {
    if world.staying.random.is_none() {
        return Vec::new();
    }
    those_who_met(world)
        .flat_map(|(one, other)| between(world, one, other))
        .collect()
}

fn between(world: &World, one: usize, other: usize) -> Vec<String> {
    let disk = |index: usize| world.devices.get(index).map(|device| &device.disk);
    let Some((first, second)) = disk(one).zip(disk(other)) else {
        return Vec::new();
    };
    let (of_second, of_first) = (name(other), name(one));
    let mut wrong = Vec::new();
    if let (Some(here), Some(there)) = (first.rule(&of_second), second.rule(&of_first))
        && shown(here, false) != shown(there, true)
    {
        wrong.push(format!(
            "P{one} and P{other} have another rule: {here:?} and {there:?}"
        ));
    }
    let said = entries(first, &of_second, Origin::Own);
    let heard = entries(second, &of_first, Origin::Received);
    if said != heard {
        wrong.push(format!(
            "P{other} has not heard what P{one} has said of the rule, once and in order: {said:?} and {heard:?}"
        ));
    }
    wrong
}

/// Returns what holds and what can be agreed to, as one of the two sees it.
fn shown(rule: &RuleRecord, turned: bool) -> (Option<&str>, Vec<(&str, bool)>) {
    let agreed = rule.agreed.as_ref().map(|agreed| agreed.id.as_str());
    let open = rule.open.iter();
    let mut open: Vec<_> = open
        .map(|open| (open.id.as_str(), open.own != turned))
        .collect();
    open.sort_unstable();
    (agreed, open)
}

/// Returns the ids of the entries of one of the two about the rule, also where they were cleared since.
fn entries<'a>(disk: &'a Disk, with: &'a str, origin: Origin) -> Vec<&'a str> {
    let is_of_rule = |record: &MessageRecord| {
        let entry = record.entry.as_ref();
        entry.is_some_and(|entry| entry.reference.act.is_about_rule())
    };
    disk.first_with(with)
        .filter(|record| record.message.origin == origin && is_of_rule(record))
        .map(|record| record.id.as_str())
        .collect()
}
