//! The servers a mesh needs, on this machine, counting what reaches them.

pub mod beacon;
pub mod http;
pub mod impostor;
pub mod peer_server;
pub mod stun;

use anyhow::Result;
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::path::Path;

pub use beacon::Beacon;
pub use http::{Echo, Site};
pub use impostor::{Impostor, Lie};
pub use peer_server::{PeerServer, Seen};
pub use stun::Stun;

/// The public address that every browser on this machine is told it has.
pub const PUBLIC: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 7);

/// [`PUBLIC`] as it stands in ids.
pub const NAMESPACE: &str = "203-0-113-7";

/// A signalling server, a STUN server and an address echo. They end with this value.
pub struct Services {
    /// The official PeerServer.
    pub signalling: PeerServer,
    /// Tells everybody that they are [`PUBLIC`].
    pub stun: Stun,
    /// Tells everybody that they are [`PUBLIC`].
    pub echo: Echo,
}

impl Services {
    /// Starts all three on free ports; their logs go to `logs`.
    pub fn start(logs: &Path) -> Result<Self> {
        let signalling = PeerServer::start(logs, Ipv4Addr::LOCALHOST)?;
        Ok(Self {
            signalling,
            stun: Stun::start(PUBLIC)?,
            echo: Echo::start(PUBLIC)?,
        })
    }

    /// Returns the `config.json` that names them.
    pub fn config(&self) -> Value {
        config(&self.signalling, &self.stun.url(), &self.echo)
    }

    /// Forgets what they have seen.
    pub fn forget(&self) {
        self.signalling.seen.clear();
        self.stun.packets.clear();
        self.echo.hits.clear();
    }

    /// Returns how many packets, requests and connections all of them have seen.
    pub fn contacts(&self) -> usize {
        let sockets = self.signalling.seen.all();
        let sockets = sockets
            .iter()
            .filter(|seen| !matches!(seen, Seen::Listening { .. }));
        sockets.count() + self.stun.packets.len() + self.echo.hits.len()
    }
}

/// Returns the `config.json` that names these servers.
pub fn config(signalling: &PeerServer, stun: &str, echo: &Echo) -> Value {
    json!({
        "root": "myapp",
        "signalling": [{
            "host": signalling.host(), "port": signalling.port(), "path": "/",
            "key": "peerjs", "secure": false
        }],
        "iceServers": [{ "urls": [stun] }],
        "ipEcho": echo.url(),
        "beacon": null
    })
}

/// Returns the address of this machine that its own browsers use for their connections.
pub fn own_address() -> IpAddr {
    // Nothing is sent: this only asks which way a packet would go.
    let route = |to: &str| {
        let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
        socket.connect(to).ok()?;
        socket.local_addr().ok().map(|address| address.ip())
    };
    route("192.0.2.1:9").unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}
