//! PeerServer 1.0.2 as far as an endpoint can tell.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Which endpoint, and which of its sockets.
pub(super) type Wire = (usize, u32);

/// After this, what was sent to an absent id expires.
const EXPIRE: Duration = Duration::from_secs(5);

/// One server: ids with their token and their present socket, and frames for absent ids.
#[derive(Default)]
pub(super) struct PeerServer {
    pub(super) down: bool,
    pub(super) refuses: Option<String>,
    clients: BTreeMap<String, (String, Wire)>,
    /// The id each socket was opened for: a replaced socket still speaks for its id.
    sockets: BTreeMap<Wire, String>,
    queues: BTreeMap<String, (Duration, Vec<Value>)>,
    /// Frames to endpoints; `None` closes the socket.
    pub(super) sent: Vec<(Wire, Option<String>)>,
}

impl PeerServer {
    pub(super) fn connect(&mut self, wire: Wire, id: &str, token: &str) {
        if let Some(reason) = &self.refuses {
            let frame = json!({"type": "ERROR", "payload": {"msg": reason}});
            self.sent.push((wire, Some(frame.to_string())));
            self.sent.push((wire, None));
            return;
        }
        match self.clients.get_mut(id) {
            Some((known, _)) if known != token => {
                let frame = json!({"type": "ID-TAKEN", "payload": {"msg": "ID is taken"}});
                self.sent.push((wire, Some(frame.to_string())));
                self.sent.push((wire, None));
                return;
            }
            // No OPEN for whoever returns.
            Some((_, socket)) => *socket = wire,
            None => {
                self.clients.insert(id.to_owned(), (token.to_owned(), wire));
                self.sent
                    .push((wire, Some(json!({"type": "OPEN"}).to_string())));
            }
        }
        self.sockets.insert(wire, id.to_owned());
        for frame in self
            .queues
            .remove(id)
            .map(|(_, frames)| frames)
            .unwrap_or_default()
        {
            self.sent.push((wire, Some(frame.to_string())));
        }
    }

    pub(super) fn receive(&mut self, now: Duration, wire: Wire, text: &str) {
        let Some(src) = self.sockets.get(&wire).cloned() else {
            return;
        };
        let mut frame: Value = serde_json::from_str(text).unwrap();
        if frame["type"] == "HEARTBEAT" {
            return;
        }
        frame["src"] = src.into();
        let dst = frame["dst"].as_str().unwrap().to_owned();
        match self.clients.get(&dst) {
            Some((_, socket)) => self.sent.push((*socket, Some(frame.to_string()))),
            None => self
                .queues
                .entry(dst)
                .or_insert((now, Vec::new()))
                .1
                .push(frame),
        }
    }

    /// The socket is closed by the endpoint, or the server notices that it is dead.
    pub(super) fn closed(&mut self, wire: Wire) {
        self.sockets.remove(&wire);
        self.clients.retain(|_, (_, socket)| *socket != wire);
    }

    pub(super) fn expire(&mut self, now: Duration) {
        let due = |(since, _): &(Duration, _)| now >= *since + EXPIRE;
        let dead: Vec<String> = self
            .queues
            .iter()
            .filter(|(_, q)| due(q))
            .map(|(id, _)| id.clone())
            .collect();
        for id in dead {
            let (_, frames) = self.queues.remove(&id).unwrap();
            let sources: std::collections::BTreeSet<String> = frames
                .iter()
                .map(|f| f["src"].as_str().unwrap().to_owned())
                .collect();
            for src in sources {
                let frame = json!({"type": "EXPIRE", "src": id, "dst": src}).to_string();
                if let Some((_, socket)) = self.clients.get(&src) {
                    self.sent.push((*socket, Some(frame)));
                }
            }
        }
    }

    /// Everything is forgotten and every socket closed.
    pub(super) fn crash(&mut self) {
        self.clients.clear();
        self.queues.clear();
        for wire in std::mem::take(&mut self.sockets).into_keys() {
            self.sent.push((wire, None));
        }
    }
}
