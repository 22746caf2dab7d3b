//! What a signalling server does that is in the hands of somebody who means harm. It reads and sets all
//! that it relays, and has a device that it can send calls to. It has nobody's certificate: what two
//! browsers say to each other does not pass through it.

#![allow(
    clippy::indexing_slicing,
    reason = "a JSON value gives null for what it lacks"
)]

use crate::random::Random;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};

/// How long an offer waits for another one to be swapped with, in milliseconds.
const HELD: u64 = 3_000;
/// The longest delay of a frame, in milliseconds.
const LATE: u64 = 10_000;
/// How many frames are kept to be said again.
const KEPT: usize = 100;
/// What the relay dials: the server knows by the connection whom it means.
pub const RELAYED: &str = "relayed";

/// What an id is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As things are.
    Honest,
    /// That it is taken, whether it is or not.
    Taken,
    /// That it is free, although another one has it.
    Shared,
}

/// Somebody dials.
#[derive(Clone, Debug)]
struct Call {
    label: String,
    from: String,
    to: String,
}

impl Call {
    fn of(frame: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Self {
            label: text(&frame["payload"]["connectionId"]),
            from: text(&frame["src"]),
            to: text(&frame["dst"]),
        }
    }
}

/// The state of a server that means harm.
#[derive(Debug)]
pub struct Malice {
    random: Random,
    /// The id of the device to which calls are sent.
    relay: String,
    /// An offer that waits to be swapped with another one, and since when.
    held: Option<(u64, Value)>,
    /// Calls that were swapped, with the one in whose place each is, by their connection ids.
    swapped: BTreeMap<String, (Call, Call)>,
    /// Calls that go through the relay, by their connection ids.
    diverted: BTreeMap<String, Call>,
    kept: VecDeque<Value>,
    late: Vec<(u64, Value)>,
    /// Whose calls to whom were tampered with, by their ids.
    pub tampered: Vec<(String, String)>,
    /// What was done, for the summary.
    pub done: Vec<&'static str>,
}

impl Malice {
    /// A server that begins to mean harm, with the id of its relay.
    #[must_use]
    pub fn new(random: Random, relay: String) -> Self {
        Self {
            random,
            relay,
            held: None,
            swapped: BTreeMap::new(),
            diverted: BTreeMap::new(),
            kept: VecDeque::new(),
            late: Vec::new(),
            tampered: Vec::new(),
            done: Vec::new(),
        }
    }

    /// Returns the id of its relay.
    #[must_use]
    pub fn relay(&self) -> &str {
        &self.relay
    }

    /// Returns what somebody is told who asks for an id.
    pub fn admit(&mut self, id: &str, is_taken: bool) -> Verdict {
        if id == self.relay {
            return Verdict::Honest;
        }
        match self.random.within(0, 100) {
            0..8 if !is_taken => self.did(Verdict::Taken, "ids said to be taken"),
            0..50 if is_taken => self.did(Verdict::Shared, "ids given to two"),
            _ => Verdict::Honest,
        }
    }

    /// Takes a frame that is to be relayed. Returns what is relayed at once instead.
    pub fn relayed(&mut self, now: u64, frame: Value) -> Vec<Value> {
        let call = Call::of(&frame);
        // The echo of an id, and what the relay says to nobody it has heard of.
        if call.from == call.to {
            return vec![frame];
        }
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(frame.clone());
        if self.diverted.contains_key(&call.label) {
            return self.through_relay(&call, frame).into_iter().collect();
        }
        if let Some((own, other)) = self.swapped.get(&call.label) {
            return vec![in_place_of(&call, own, other, frame)];
        }
        if frame["type"] == "OFFER" {
            self.offered(now, call, frame)
        } else {
            self.trouble(now, &call, frame, 5)
        }
    }

    /// Returns what is relayed in passing: late, or once more, or to somebody else.
    pub fn pass_time(&mut self, now: u64) -> Vec<Value> {
        let (due, late) = std::mem::take(&mut self.late)
            .into_iter()
            .partition(|(at, _)| *at <= now);
        self.late = late;
        let mut frames: Vec<Value> = due.into_iter().map(|(_, frame)| frame).collect();
        if self.held.as_ref().is_some_and(|(at, _)| now >= at + HELD) {
            frames.extend(self.held.take().map(|(_, frame)| frame));
        }
        if self.random.chance(40) {
            frames.extend(self.replay());
        }
        frames
    }

    fn did<T>(&mut self, result: T, what: &'static str) -> T {
        self.done.push(what);
        result
    }

    fn tamper(&mut self, call: &Call) {
        self.tampered.push((call.from.clone(), call.to.clone()));
    }

    fn offered(&mut self, now: u64, call: Call, frame: Value) -> Vec<Value> {
        match self.random.within(0, 100) {
            0..35 => {
                self.tamper(&call);
                self.done.push("calls through a relay");
                self.diverted.insert(call.label.clone(), call.clone());
                self.through_relay(&call, frame).into_iter().collect()
            }
            35..60 => match self.held.take() {
                Some((_, held)) if held["src"] != frame["src"] => self.swap(held, call, frame),
                before => {
                    self.held = Some((now, frame));
                    before.into_iter().map(|(_, frame)| frame).collect()
                }
            },
            60..66 => {
                self.tamper(&call);
                self.done.push("callers told that nobody is there");
                let absent = json!({"type": "EXPIRE", "src": call.to, "dst": call.from});
                vec![absent, frame]
            }
            _ => self.trouble(now, &call, frame, 10),
        }
    }

    /// Drops a frame, sends it late, or twice.
    fn trouble(&mut self, now: u64, call: &Call, frame: Value, percent: u64) -> Vec<Value> {
        if !self.random.chance(percent) {
            return vec![frame];
        }
        self.tamper(call);
        match self.random.within(0, 3) {
            0 => self.did(Vec::new(), "frames dropped"),
            1 => {
                let at = now + self.random.within(500, LATE);
                self.late.push((at, frame));
                self.did(Vec::new(), "frames delayed")
            }
            _ => self.did(vec![frame.clone(), frame], "frames doubled"),
        }
    }

    /// Lets two calls take each other's place: each caller reaches whom the other one dials, under
    /// the other one's id.
    fn swap(&mut self, held: Value, second: Call, frame: Value) -> Vec<Value> {
        let first = Call::of(&held);
        for (from, to) in [
            (&first, &first),
            (&first, &second),
            (&second, &first),
            (&second, &second),
        ] {
            self.tampered.push((from.from.clone(), to.to.clone()));
        }
        self.done.push("calls swapped");
        let frames = vec![
            in_place_of(&first, &first, &second, held),
            in_place_of(&second, &second, &first, frame),
        ];
        let pair = (first.clone(), second.clone());
        self.swapped.insert(first.label.clone(), pair);
        self.swapped.insert(second.label.clone(), (second, first));
        frames
    }

    /// Sends a frame of a diverted call on: between the caller and the relay, or between the relay and
    /// the one who was called. Each of them takes the relay for the other one.
    fn through_relay(&self, said: &Call, mut frame: Value) -> Option<Value> {
        let call = self.diverted.get(&said.label)?;
        let (src, dst) = if said.from == self.relay {
            match said.to == RELAYED {
                true => (call.from.as_str(), call.to.as_str()),
                false => (call.to.as_str(), call.from.as_str()),
            }
        } else if said.from == call.from {
            (call.from.as_str(), self.relay.as_str())
        } else {
            (RELAYED, self.relay.as_str())
        };
        frame["src"] = src.into();
        frame["dst"] = dst.into();
        Some(frame)
    }

    /// Says something that was said before once more, as it was or to somebody else.
    fn replay(&mut self) -> Option<Value> {
        let mut frame = self.kept.get(self.random.index(self.kept.len()))?.clone();
        if self.random.chance(40) {
            let other = self.kept.get(self.random.index(self.kept.len()))?;
            frame["dst"] = other["dst"].clone();
        }
        self.tamper(&Call::of(&frame));
        self.did(Some(frame), "frames said again")
    }
}

/// Returns a frame of a swapped call as one of the call in whose place it is.
fn in_place_of(said: &Call, own: &Call, other: &Call, mut frame: Value) -> Value {
    let (src, dst) = if said.from == own.from {
        (&other.from, &other.to)
    } else {
        (&other.to, &other.from)
    };
    frame["src"] = src.as_str().into();
    frame["dst"] = dst.as_str().into();
    for name in ["connectionId", "label"] {
        if frame["payload"][name].is_string() {
            frame["payload"][name] = other.label.as_str().into();
        }
    }
    frame
}
