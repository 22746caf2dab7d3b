//! The official PeerServer, in Node.

use crate::process::Process;
use crate::{paths, tally::Tally};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::json;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// What the server has seen, as `js/peer-server.mjs` tells it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase")]
pub enum Seen {
    /// It listens.
    Listening {
        /// Where.
        port: u16,
    },
    /// Somebody opened a socket, whatever for.
    Socket,
    /// Somebody registered an id.
    Connection {
        /// The id.
        id: String,
    },
    /// An id was given up.
    Disconnect {
        /// The id.
        id: String,
    },
    /// Somebody sent a frame.
    Message {
        /// From whom.
        id: String,
        /// Which.
        #[serde(rename = "type")]
        kind: String,
        /// To whom.
        dst: Option<String>,
    },
}

/// A PeerServer with its library defaults, except that a lost client is noticed sooner.
pub struct PeerServer {
    process: Option<Process>,
    host: Ipv4Addr,
    port: u16,
    log: PathBuf,
    /// Everything it has seen since it listens.
    pub seen: Tally<Seen>,
}

impl PeerServer {
    /// Starts one on a free port of this address.
    pub fn start(logs: &Path, host: Ipv4Addr) -> Result<Self> {
        let log = logs.join("peer-server.log");
        let mut server = Self {
            process: None,
            host,
            port: 0,
            log,
            seen: Tally::default(),
        };
        server.resume()?;
        Ok(server)
    }

    /// Returns the address it listens at.
    pub fn host(&self) -> Ipv4Addr {
        self.host
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends it without a word to anybody. All ids are lost.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// Starts it again at the same port, knowing nobody.
    pub fn resume(&mut self) -> Result<()> {
        let options = json!({ "port": self.port, "host": self.host, "path": "/" });
        let mut node = Command::new("node");
        node.arg(paths::root().join("tests/e2e/js/peer-server.mjs"))
            .arg(options.to_string());
        let (seen, listening) = (self.seen.clone(), Tally::default());
        let ports = listening.clone();
        let process = Process::start(&mut node, &self.log, move |line| {
            let Ok(event) = serde_json::from_str(line) else {
                return;
            };
            if let Seen::Listening { port } = event {
                ports.add(port);
            }
            seen.add(event);
        })?;
        self.port = listening
            .wait("PeerServer listening", Duration::from_secs(20), |_| true)
            .with_context(|| format!("see {}", self.log.display()))?;
        self.process = Some(process);
        Ok(())
    }

    /// Returns the ids that are registered now, sorted.
    pub fn ids(&self) -> Vec<String> {
        registered(&self.seen.all())
    }

    /// Waits until this holds for the ids that are registered.
    pub fn wait_for_ids(
        &self,
        what: &str,
        limit: Duration,
        wanted: impl Fn(&[String]) -> bool,
    ) -> Result<()> {
        let holds = |seen: &[Seen]| wanted(&registered(seen)).then_some(());
        self.seen.watch(what, limit, holds)
    }

    /// Waits until somebody has registered an id for which `wanted` holds.
    pub fn wait_for_id(&self, what: &str, wanted: impl Fn(&str) -> bool) -> Result<String> {
        let seen = self.seen.wait(
            what,
            Duration::from_secs(20),
            |seen| matches!(seen, Seen::Connection { id } if wanted(id)),
        )?;
        let Seen::Connection { id } = seen else {
            bail!("unexpected {seen:?}");
        };
        Ok(id)
    }
}

/// Returns the ids that are registered after all this, sorted.
fn registered(seen: &[Seen]) -> Vec<String> {
    let mut ids = Vec::new();
    for seen in seen {
        match seen {
            Seen::Connection { id } => ids.push(id.clone()),
            Seen::Disconnect { id } => ids.retain(|held| held != id),
            Seen::Listening { .. } => ids.clear(),
            Seen::Socket | Seen::Message { .. } => {}
        }
    }
    ids.sort();
    ids.dedup();
    ids
}
