//! Somebody who holds ids at the PeerServer and never answers.

use crate::services::PeerServer;
use anyhow::{Context, Result, ensure};
use std::net::TcpStream;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;
use tungstenite::{Message, WebSocket};

/// The PeerServer drops who is silent for a minute.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Gives its ids up with this value.
pub struct Squatter {
    _end: Sender<()>,
}

impl Squatter {
    /// Takes ids that nobody holds.
    pub fn take(server: &PeerServer, ids: &[String]) -> Result<Self> {
        let sockets: Result<Vec<_>> = ids.iter().map(|id| register(server, id)).collect();
        let mut sockets = sockets?;
        let (end, ended) = channel();
        thread::spawn(move || {
            while ended.recv_timeout(HEARTBEAT) == Err(RecvTimeoutError::Timeout) {
                for socket in &mut sockets {
                    // What the server has closed is seen by the tests, which look at its ids.
                    let _ = socket.send(Message::text(r#"{"type":"HEARTBEAT"}"#));
                }
            }
        });
        Ok(Self { _end: end })
    }
}

fn register(server: &PeerServer, id: &str) -> Result<WebSocket<TcpStream>> {
    let (host, port) = (server.host(), server.port());
    let url = format!("ws://{host}:{port}/peerjs?key=peerjs&id={id}&token=squatter&version=1.5.5");
    let stream = TcpStream::connect((host, port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let (mut socket, _) = tungstenite::client(url, stream).context("no WebSocket")?;
    let answer = socket.read().context("no answer")?;
    ensure!(answer.to_text()?.contains("OPEN"), "{id}: {answer}");
    Ok(socket)
}
