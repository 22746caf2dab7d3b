//! Whole endpoints over a small PeerServer and peer connections that open at once.

mod admission;
mod connections;
mod race;
mod registration;
mod server;
mod world;

use crate::event::{Event, Server};

fn server(host: &str) -> Server {
    Server {
        host: host.into(),
        port: 9,
        path: "/".into(),
        key: "peerjs".into(),
        secure: true,
    }
}

fn registered(id: &str) -> Event {
    Event::Registered(id.into())
}

fn lost(id: &str) -> Event {
    Event::Lost(id.into())
}

fn taken(id: &str) -> Event {
    Event::Taken(id.into())
}

fn up(host: &str) -> Event {
    Event::Server {
        server: format!("{host}:9"),
        up: true,
        retry_in: None,
        refused: None,
    }
}
