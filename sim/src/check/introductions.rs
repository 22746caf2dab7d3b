//! What must hold of introductions in the end: two who both said yes and could meet are contacts. That nobody else is, is
//! followed by [`consents`](crate::consents).

use crate::names::device_of;
use crate::pairs::clocks_agree;
use crate::world::World;
use mesh_chat::records::{IntroductionRecord, IntroductionStage};

/// Returns who are no contacts although both were told of each other.
#[must_use]
pub fn in_the_end(world: &World) -> Vec<String> {
    let people = world.devices.people();
    let told = people.flat_map(|index| told(world, index));
    let missing = told.filter(|(one, other)| {
        one < other && is_told(world, *other, *one) && owed(world, *one, *other)
    });
    let wrong = missing.filter(|(one, other)| {
        world.devices.contact(*one, *other).is_none()
            || world.devices.contact(*other, *one).is_none()
    });
    wrong
        .map(|(one, other)| format!("P{one} and P{other} were introduced and are no contacts"))
        .collect()
}

/// Returns of whom a person was told.
fn told(world: &World, index: usize) -> impl Iterator<Item = (usize, usize)> {
    let device = world.devices.get(index).into_iter();
    let all = device.flat_map(|device| device.disk.introductions());
    let others = all.filter(|one| one.other.is_none()).filter_map(told_of);
    others.map(move |other| (index, other))
}

fn told_of(introduction: &IntroductionRecord) -> Option<usize> {
    match introduction.stage {
        IntroductionStage::Told { .. } | IntroductionStage::Taken { .. } => {
            device_of(&introduction.name)
        }
        IntroductionStage::Asked | IntroductionStage::Agreed | IntroductionStage::Declined => None,
    }
}

fn is_told(world: &World, index: usize, of: usize) -> bool {
    told(world, index).any(|(_, other)| other == of)
}

/// Whether two must have met: nothing but the meeting point of their keys leads them to each other.
fn owed(world: &World, one: usize, other: usize) -> bool {
    let devices = &world.devices;
    let ties = &world.ties;
    // Whoever is blocked or removed ends what they have introduced too.
    let parted = |index: usize| devices.people().any(|any| ties.were_parted(index, any));
    let lost = |index: usize| ties.was_wiped(index) || ties.is_older(index);
    [one, other]
        .iter()
        .all(|index| devices.ready(*index).is_some() && !parted(*index) && !lost(*index))
        && world.passes(one, other)
        && clocks_agree(world, one, other)
        && !world.are_apart(one, other)
        && !ties.is_anybody_deceived()
}
