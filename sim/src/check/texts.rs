//! What must hold of texts: one that is shown as delivered is stored on the other device, and each
//! arrives once and in order.

use crate::names::{device_of, name};
use crate::pairs::{know_the_way, must_meet};
use crate::texts::Written;
use crate::world::World;
use std::collections::BTreeSet;

/// How long after it was written a text may wait although both devices are up, in milliseconds: at
/// most five are sent in a second, and people write several at once.
const WAITS: u64 = 20_000;

/// How long an acknowledgement may have been on its way when the disk of whom it is from came back older.
const ON_ITS_WAY: u64 = 2_000;

/// A text is shown as stored on the other device: it must be, or have been a moment ago.
pub fn delivered(world: &mut World, sender: usize, text: &str) {
    let Some(to) = receiver_of(text) else {
        return;
    };
    let is_free = world.ties.has_preferences && world.texts.is_free(sender, to, text);
    if is_free || world.sayings.changed(text) {
        return;
    }
    let (from, device) = (name(sender), world.devices.get(to));
    let now = world.ctx.now;
    let stored = device.is_some_and(|device| {
        let before = device.before.as_ref();
        let before = before.filter(|(at, _)| now < at + ON_ITS_WAY);
        let mut disks = std::iter::once(&device.disk).chain(before.map(|(_, disk)| disk));
        disks.any(|disk| disk.received_from(&from).any(|t| t == text))
    });
    if !stored {
        let wrong = format!("{text:?} is shown as delivered and is not stored");
        world.ctx.violation(wrong);
    }
}

fn receiver_of(text: &str) -> Option<usize> {
    let (_, rest) = text.split_once(['>', '-'])?;
    device_of(rest.split(' ').next()?)
}

/// Returns a text that waits although both devices are up and it was written a while ago.
#[must_use]
pub fn waiting(world: &World) -> Option<String> {
    let is_ready = |index: usize| world.devices.ready(index).is_some();
    let (text, waiting) = world.texts.waiting().find(|(_, waiting)| {
        let (from, to) = (waiting.from, waiting.to);
        world.ctx.now > waiting.since + WAITS
            && is_ready(from)
            && is_ready(to)
            && world.passes(from, to)
            && know_the_way(world, from, to)
            && !world.are_apart(from, to)
    })?;
    // A process that died between storing and showing it has it all the same.
    let stored = world.devices.get(waiting.to)?.disk.has(text);
    (!stored).then(|| format!("{text:?} has not arrived"))
}

/// Returns what is lost, doubled or out of order in the end.
#[must_use]
pub fn in_the_end(world: &World) -> Vec<String> {
    let written = world.texts.written();
    let wrong = written.flat_map(|((from, to), written)| between(world, from, to, written));
    wrong.collect()
}

/// What cannot be reached may still wait; nothing may have overtaken it.
fn between(world: &World, from: usize, to: usize, written: &[Written]) -> Vec<String> {
    let mut wrong = Vec::new();
    let Some(device) = world.devices.get(to) else {
        return wrong;
    };
    let sender = name(from);
    let free = written.iter().filter(|written| written.free);
    let free: BTreeSet<&str> = free.map(|written| written.text.as_str()).collect();
    // What was changed or deleted before it was sent came as something else.
    let received = device.disk.received_from(&sender);
    let received: Vec<&str> = received
        .filter(|text| receiver_of(text).is_some())
        .collect();
    let all: BTreeSet<&&str> = received.iter().collect();
    if all.len() < received.len() {
        wrong.push(format!("P{to} has a text of P{from} twice"));
    }
    let met = world.passes(from, to)
        && !world.ties.began_anew(from, to)
        && !world.are_apart(from, to)
        && (know_the_way(world, from, to) || must_meet(world, from, to));
    let mut left = received
        .iter()
        .filter(|text| !free.contains(**text))
        .peekable();
    for text in written.iter().filter(|written| !written.free) {
        if left.next_if(|next| **next == text.text).is_none() && text.stored && met {
            wrong.push(format!("{:?} is lost or out of order", text.text));
        }
    }
    if let Some(extra) = left.next() {
        wrong.push(format!("{extra:?} is doubled or out of order"));
    }
    wrong
}
