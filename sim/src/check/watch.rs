//! What the model looks at every second: the goals, and the bounds of everything that others can
//! fill.

use crate::check::{absences, lists, rendezvous, roots, texts};
use crate::model::Goal;
use crate::world::World;
use mesh_chat::limits;

/// Looks at the world.
pub fn watch(world: &mut World) {
    let now = world.ctx.now;
    world.ties.follow(&world.devices, now);
    rendezvous::idle(world);
    absences::off(world);
    for home in 0..world.network.homes.len() {
        for (goal, wrong) in [
            (Goal::Router, lists::router(world, home)),
            (Goal::Roots, roots::signed(world, home)),
            (
                Goal::Lists,
                lists::lists(world, home).or_else(|| lists::hidden(world, home)),
            ),
        ] {
            let late = world.model.judge_home(home, now, goal, wrong.is_none());
            report(world, goal, late, wrong);
        }
    }
    for (goal, wrong) in [
        (Goal::Contacts, lists::contacts(world)),
        (Goal::Outbox, texts::waiting(world)),
        (Goal::Special, rendezvous::special(world)),
    ] {
        let late = world.model.judge(now, goal, wrong.is_none());
        report(world, goal, late, wrong);
    }
    if now % 10_000 < 1_000 {
        bounds(world);
        rendezvous::knowledge(world);
    }
}

/// Records a goal that is late by this many milliseconds.
fn report(world: &mut World, goal: Goal, late: Option<u64>, wrong: Option<String>) {
    if let Some(late) = late {
        let (seconds, at) = (late / 1_000, world.ctx.now / 1_000);
        let (name, wrong) = (goal.name(), wrong.unwrap_or_default());
        let wrong = format!("{at} s: not \"{name}\" for {seconds} s: {wrong}");
        world.ctx.violation(wrong);
    }
}

/// Nothing that others can fill grows beyond its bound.
fn bounds(world: &mut World) {
    for index in world.devices.people() {
        let Some(device) = world.devices.get(index) else {
            continue;
        };
        let saved = device.disk.contacts().count();
        let (people, requests) = (device.view.people.len(), device.view.requests.len());
        let connections = world.network.connections.count(index);
        for (what, count, most) in [
            ("connections", connections, limits::LINKS),
            ("people", people, limits::SHOWN_STRANGERS + saved),
            ("requests", requests, limits::REQUESTS),
            ("contacts", saved, limits::CONTACTS_IN_ALL),
        ] {
            if count > most {
                let wrong = format!("P{index} has {count} {what}, more than {most}");
                world.ctx.violation(wrong);
            }
        }
    }
}
