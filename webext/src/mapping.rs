//! Translates between the types of [`peerjs`] and those of the core. Nothing is decided here.

use mesh_chat::config::Config;
use mesh_chat::node::{ChannelBinding, Closed, Input, Link, LinkId, Near, Path, Reach, Signalling};
use peerjs::event::{self, ConnId, Event};

/// Translates an event of the endpoint into an input of the core.
pub fn input(event: Event) -> Input {
    match event {
        Event::Registered(id) => Input::Signalling(Signalling::Registered(id)),
        Event::Taken(id) => Input::Signalling(Signalling::Taken(id)),
        Event::Lost(id) => Input::Signalling(Signalling::Lost(id)),
        Event::Server {
            server,
            up,
            retry_in,
            refused,
        } => Input::Signalling(Signalling::Server {
            server,
            up,
            retry_in,
            refused,
        }),
        Event::Knocked { local, remote } => {
            Input::Signalling(Signalling::Knocked { local, remote })
        }
        Event::Incoming {
            conn,
            local,
            remote,
            label,
        } => {
            let incoming = Link::Incoming {
                local,
                remote,
                label,
            };
            Input::Link(link(conn), incoming)
        }
        Event::Open {
            conn,
            local_fingerprint,
            remote_fingerprint,
            path: from,
        } => {
            let binding = ChannelBinding {
                local: local_fingerprint,
                remote: remote_fingerprint,
            };
            Input::Link(
                link(conn),
                Link::Open {
                    binding,
                    path: path(from),
                },
            )
        }
        Event::Frame(conn, frame) => Input::Link(link(conn), Link::Frame(frame)),
        Event::Suspect(conn) => Input::Link(link(conn), Link::Suspect),
        Event::Closed(conn, reason) => Input::Link(link(conn), Link::Closed(closed(reason))),
    }
}

/// Translates the name of a connection into that of the endpoint.
pub fn conn(link: LinkId) -> ConnId {
    match link {
        LinkId::Dialled(number) => ConnId::Dialled(number),
        LinkId::Accepted(number) => ConnId::Accepted(number),
    }
}

fn link(conn: ConnId) -> LinkId {
    match conn {
        ConnId::Dialled(number) => LinkId::Dialled(number),
        ConnId::Accepted(number) => LinkId::Accepted(number),
    }
}

fn path(path: event::Path) -> Path {
    match path {
        event::Path::Local => Path::Local,
        event::Path::Public(address) => Path::Public(address),
        event::Path::Relay => Path::Relay,
        event::Path::Unknown => Path::Unknown,
    }
}

/// Translates how far a connection may reach.
pub fn reach(reach: Reach) -> peerjs::reach::Reach {
    match reach {
        Reach::Anywhere => peerjs::reach::Reach::Anywhere,
        Reach::Near(Near { at, own, relays }) => {
            peerjs::reach::Reach::Near(peerjs::reach::Near { at, own, relays })
        }
    }
}

fn closed(closed: event::Closed) -> Closed {
    match closed {
        event::Closed::Unreachable => Closed::Unreachable,
        event::Closed::NoPath => Closed::NoPath,
        event::Closed::Elsewhere => Closed::Elsewhere,
        event::Closed::Refused => Closed::Refused,
        // A later version of the crate may tell more apart.
        event::Closed::Gone | _ => Closed::Gone,
    }
}

/// Returns the PeerServers of a configuration.
pub fn servers(config: &Config) -> Vec<event::Server> {
    let server = |server: &mesh_chat::config::SignallingServer| event::Server {
        host: server.host.clone(),
        port: server.port,
        path: server.path.clone(),
        key: server.key.clone(),
        secure: server.secure,
    };
    config.signalling.iter().map(server).collect()
}

/// Returns the STUN and TURN servers of a configuration.
pub fn ice(config: &Config) -> Vec<event::IceServer> {
    let server = |server: &mesh_chat::config::IceServer| event::IceServer {
        urls: server.urls.clone(),
        username: server.username.clone(),
        credential: server.credential.clone(),
    };
    config.ice_servers.iter().map(server).collect()
}
