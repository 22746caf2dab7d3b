//! Nobody who keeps to the protocol says more in a namespace than the other end puts up with: whoever
//! does is not heard any longer, and that must only happen to hostile peers.

use crate::world::World;
use mesh_chat::limits;
use mesh_chat::node::Output;
use std::time::Duration;

const CHECKINS: (u32, Duration) = (limits::CHECKIN_BURST, limits::CHECKIN_EVERY);
const UPDATES: (u32, Duration) = (limits::UPDATE_BURST, limits::UPDATE_EVERY);
const SIGNS: (u32, Duration) = (limits::SIGN_BURST, limits::SIGN_EVERY);

/// Follows what a node asks for.
pub fn asked(world: &mut World, index: usize, output: &Output) {
    if !world.devices.is_person(index) {
        return;
    }
    let generation = world
        .devices
        .get(index)
        .map_or(0, |device| device.generation);
    match output {
        Output::Close(link) => drop(world.rates.remove(&(index, generation, *link))),
        // It is answered however often it asks, until it is not heard any longer.
        Output::Transmit(link, _) if world.is_with_false_friend(index, *link) => {}
        Output::Transmit(link, frame) => {
            let now = world.ctx.now;
            let kind = kind(frame);
            let rate = match kind {
                "checkin" | "recheckin" | "update" | "ping" | "pong" | "bye" | "redirect"
                | "deputy" => world.rates.entry((index, generation, *link)).or_default(),
                _ => return,
            };
            let within = match kind {
                "checkin" | "recheckin" => take(&mut rate.checkins, now, CHECKINS),
                "update" => take(&mut rate.updates, now, UPDATES),
                _ => take(&mut rate.signs, now, SIGNS),
            };
            if !within {
                let wrong = format!("P{index} says {kind} too often on {link:?}");
                world.ctx.violation(wrong);
            }
        }
        Output::Register(_)
        | Output::Release(_)
        | Output::Dial { .. }
        | Output::Answer { .. }
        | Output::Knock { .. }
        | Output::LookUpAddress
        | Output::FetchBeacon { .. }
        | Output::Carry(_)
        | Output::File(..)
        | Output::Store(..)
        | Output::Load(..)
        | Output::Configure(_)
        | Output::Disconnect
        | Output::Probe
        | Output::Event(_)
        | Output::Reply(..)
        | Output::Timeout(_) => {}
    }
}

/// Takes one of so many at once, and of one more each time that the interval has passed. Returns
/// whether it was there.
fn take(full_at: &mut u64, now: u64, (burst, every): (u32, Duration)) -> bool {
    let every = u64::try_from(every.as_millis()).unwrap_or(u64::MAX);
    *full_at = now.max(*full_at) + every;
    *full_at <= now + every * u64::from(burst)
}

/// Returns the type of a frame.
#[must_use]
pub fn kind(frame: &str) -> &str {
    let rest = frame.strip_prefix(r#"{"type":""#).unwrap_or_default();
    rest.split('"').next().unwrap_or_default()
}
