//! PeerServer 1.0.2, as its clients see it: a client that returns with the token of an id takes the
//! id over and gets no OPEN; the id of a client that is cut off stays taken until its heartbeat has
//! been missing for 90 s; a frame to an absent id waits 5 s, then its sender gets an EXPIRE. What it does
//! in the hands of somebody who means harm is in [`malice`](crate::malice).

#![allow(
    clippy::indexing_slicing,
    reason = "a JSON value gives null for what it lacks"
)]

use crate::malice::{Malice, Verdict};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A socket: the device, the generation of its process, and the number of the socket there.
pub type Wire = (usize, u64, u32);

const EXPIRE: u64 = 5_000;
const ALIVE: u64 = 90_000;

/// The server.
#[derive(Debug, Default)]
pub struct PeerServer {
    /// Whether it cannot be reached.
    pub down: bool,
    /// Whether it answers with an ERROR, as a full one does.
    pub refuses: bool,
    /// What it does while it is in the hands of somebody who means harm.
    pub malice: Option<Malice>,
    clients: BTreeMap<String, Client>,
    /// The id each socket was opened for: a replaced socket still speaks for its id.
    sockets: BTreeMap<Wire, String>,
    /// Sockets with an id that another one has too.
    twins: BTreeMap<String, Wire>,
    queues: BTreeMap<String, (u64, Vec<Value>)>,
    /// Frames to clients; `None` closes the socket.
    pub sent: Vec<(Wire, Option<String>)>,
}

#[derive(Debug)]
struct Client {
    token: String,
    wire: Wire,
    heard: u64,
}

/// A frame of a client, as far as an honest server looks at it.
#[derive(serde::Deserialize)]
struct Plain<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    dst: Option<Cow<'a, str>>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

impl PeerServer {
    /// A socket opens.
    pub fn connect(&mut self, now: u64, wire: Wire, id: &str, token: &str) {
        if self.down {
            self.sent.push((wire, None));
            return;
        }
        if self.refuses {
            let msg = "Server has reached its concurrent user limit";
            self.say(wire, &json!({"type": "ERROR", "payload": {"msg": msg}}));
            self.sent.push((wire, None));
            return;
        }
        let is_taken = (self.clients.get(id)).is_some_and(|client| client.token != token);
        let malice = self.malice.as_mut();
        match malice.map_or(Verdict::Honest, |malice| malice.admit(id, is_taken)) {
            Verdict::Taken => return self.refuse(wire),
            Verdict::Shared => {
                self.twins.insert(id.to_owned(), wire);
                self.sockets.insert(wire, id.to_owned());
                return self.say(wire, &json!({"type": "OPEN"}));
            }
            Verdict::Honest if is_taken => return self.refuse(wire),
            Verdict::Honest => {}
        }
        match self.clients.get_mut(id) {
            // A client that returns gets no OPEN, and its heartbeat is not renewed.
            Some(client) => client.wire = wire,
            None => {
                let client = Client {
                    token: token.to_owned(),
                    wire,
                    heard: now,
                };
                self.clients.insert(id.to_owned(), client);
                self.say(wire, &json!({"type": "OPEN"}));
            }
        }
        self.sockets.insert(wire, id.to_owned());
        let waiting = self.queues.remove(id);
        for frame in waiting.into_iter().flat_map(|(_, frames)| frames) {
            self.say(wire, &frame);
        }
    }

    fn refuse(&mut self, wire: Wire) {
        let frame = json!({"type": "ID-TAKEN", "payload": {"msg": "ID is taken"}});
        self.say(wire, &frame);
        self.sent.push((wire, None));
    }

    fn say(&mut self, wire: Wire, frame: &Value) {
        self.sent.push((wire, Some(frame.to_string())));
    }

    /// A frame arrives.
    pub fn receive(&mut self, now: u64, wire: Wire, text: &str) {
        let Some(src) = self.sockets.get(&wire).cloned() else {
            return;
        };
        if let Ok(frame) = serde_json::from_str::<Plain<'_>>(text) {
            if frame.kind == "HEARTBEAT" {
                if let Some(client) = self.clients.get_mut(&src) {
                    client.heard = now;
                }
                return;
            }
            if self.malice.is_none() && self.pass_on(&src, &frame) {
                return;
            }
        }
        let Ok(mut frame) = serde_json::from_str::<Value>(text) else {
            return;
        };
        let is_echo = frame["dst"] == src.as_str();
        frame["src"] = src.into();
        match &mut self.malice {
            None => self.relay(now, frame),
            // Both holders of an id are to believe that they hold it.
            Some(_) if is_echo => self.say(wire, &frame),
            Some(malice) => {
                let frames = malice.relayed(now, frame);
                frames.into_iter().for_each(|frame| self.relay(now, frame));
            }
        }
    }

    /// Relays a frame for somebody who is there, with its payload as it came: that is nearly every frame.
    fn pass_on(&mut self, src: &str, frame: &Plain<'_>) -> bool {
        let (Some(dst), Some(payload), true) = (&frame.dst, frame.payload, self.twins.is_empty())
        else {
            return false;
        };
        let Some(client) = self.clients.get(dst.as_ref()) else {
            return false;
        };
        let (kind, src, dst) = (json!(frame.kind), json!(src), json!(dst));
        let text = format!(r#"{{"type":{kind},"src":{src},"dst":{dst},"payload":{payload}}}"#);
        self.sent.push((client.wire, Some(text)));
        true
    }

    fn relay(&mut self, now: u64, frame: Value) {
        let dst = frame["dst"].as_str().unwrap_or_default().to_owned();
        match self.holder(&dst, &frame) {
            Some(wire) => self.say(wire, &frame),
            None => self
                .queues
                .entry(dst)
                .or_insert((now, Vec::new()))
                .1
                .push(frame),
        }
    }

    /// Returns the socket to which a frame for an id goes; of two, all frames of a connection to one.
    fn holder(&self, id: &str, frame: &Value) -> Option<Wire> {
        let label = frame["payload"]["connectionId"].as_str();
        let first = label.and_then(|label| label.bytes().next());
        let twin = self.twins.get(id);
        let twin = twin.filter(|_| first.is_some_and(|byte| byte % 2 == 0));
        let client = || self.clients.get(id).map(|client| client.wire);
        twin.copied().or_else(client)
    }

    /// Is in honest hands again.
    pub fn be_honest(&mut self) {
        self.malice = None;
        self.twins.clear();
    }

    /// Returns the devices between which calls were tampered with, and what was done, since the last
    /// call.
    pub fn tampered(&mut self) -> (Vec<(usize, usize)>, Vec<&'static str>) {
        let Some(malice) = &mut self.malice else {
            return Default::default();
        };
        let ids = std::mem::take(&mut malice.tampered);
        let done = std::mem::take(&mut malice.done);
        let device = |id: &String| self.clients.get(id).map(|client| client.wire.0);
        let pairs = ids
            .iter()
            .filter_map(|(one, other)| Some((device(one)?, device(other)?)));
        (pairs.collect(), done)
    }

    /// Returns the ids that a device holds.
    pub fn held_by(&self, device: usize) -> impl Iterator<Item = &str> {
        let own = self
            .clients
            .iter()
            .filter(move |(_, client)| client.wire.0 == device);
        own.map(|(id, _)| id.as_str())
    }

    /// Returns the sockets by which a device holds ids.
    pub fn wires_of(&self, device: usize) -> impl Iterator<Item = Wire> {
        let wires = self.clients.values().map(|client| client.wire);
        wires.filter(move |wire| wire.0 == device)
    }

    /// A socket was closed by its client.
    pub fn closed(&mut self, wire: Wire) {
        self.sockets.remove(&wire);
        self.twins.retain(|_, twin| *twin != wire);
        self.clients.retain(|_, client| client.wire != wire);
    }

    /// Drops clients without heartbeat and frames that have waited too long.
    pub fn sweep(&mut self, now: u64) {
        if let Some(malice) = &mut self.malice {
            let frames = malice.pass_time(now);
            frames.into_iter().for_each(|frame| self.relay(now, frame));
        }
        let dead = |client: &Client| now >= client.heard + ALIVE;
        let silent: Vec<Wire> = self
            .clients
            .values()
            .filter(|client| dead(client))
            .map(|client| client.wire)
            .collect();
        self.clients.retain(|_, client| !dead(client));
        self.sent
            .extend(silent.into_iter().map(|wire| (wire, None)));
        let expired: Vec<String> = self
            .queues
            .iter()
            .filter(|(_, (since, _))| now >= since + EXPIRE)
            .map(|(id, _)| id.clone())
            .collect();
        for id in expired {
            self.expire(&id);
        }
    }

    fn expire(&mut self, id: &str) {
        let frames = self.queues.remove(id).map(|(_, frames)| frames);
        let sources: BTreeSet<String> = frames
            .into_iter()
            .flatten()
            .filter_map(|frame| frame["src"].as_str().map(str::to_owned))
            .collect();
        for src in sources {
            if let Some(wire) = self.clients.get(&src).map(|client| client.wire) {
                self.say(wire, &json!({"type": "EXPIRE", "src": id, "dst": src}));
            }
        }
    }

    /// Forgets everything and closes every socket.
    pub fn restart(&mut self) {
        self.clients.clear();
        self.queues.clear();
        self.twins.clear();
        let sockets = std::mem::take(&mut self.sockets);
        self.sent
            .extend(sockets.into_keys().map(|wire| (wire, None)));
    }
}
