//! The simulated signalling server against the official one: the same script, the same answers.

use anyhow::Context;
use e2e::{Result, World};
use serde_json::{Value, json};
use sim::server::{PeerServer, Wire};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::{Duration, Instant};
use tungstenite::{Message, WebSocket};

/// Something a client does. Clients are called by letters; each letter is one socket.
enum Step {
    Open(char, &'static str, &'static str),
    Send(char, Value),
    Close(char),
    /// Milliseconds.
    Wait(u64),
}
use Step::{Close, Open, Send, Wait};

/// What each client has got, in order: the type of a frame and who sent it, or that it was closed.
type Heard = BTreeMap<char, Vec<String>>;

fn script() -> Vec<Step> {
    let to = |kind: &str, dst: &str| json!({ "type": kind, "dst": dst, "payload": { "type": "data", "connectionId": "dc_1" } });
    vec![
        Open('a', "ann", "1"),
        // Somebody else with the same id, and oneself once more.
        Open('b', "ann", "2"),
        Open('c', "ann", "1"),
        Open('d', "dan", "3"),
        // The newest socket of an id gets what is sent to it; the older one still speaks for it.
        Send('d', to("OFFER", "ann")),
        Send('a', to("ANSWER", "dan")),
        Send('c', to("CANDIDATE", "ann")),
        Send('d', json!({ "type": "HEARTBEAT" })),
        // For somebody who comes within five seconds, and for somebody who does not.
        Send('d', to("OFFER", "eve")),
        Send('d', to("OFFER", "nobody")),
        Open('e', "eve", "4"),
        Wait(7_000),
        // An id is free as soon as its socket is closed.
        Close('e'),
        Open('f', "eve", "5"),
    ]
}

fn line(frame: &str) -> Result<String> {
    let frame: Value = serde_json::from_str(frame)?;
    let text = |name: &str| frame.get(name).and_then(Value::as_str);
    let part = |name: &str| text(name).unwrap_or("-").to_owned();
    Ok(format!("{} from {}", part("type"), part("src")))
}

/// The official server, over real sockets.
struct Official {
    port: u16,
    sockets: BTreeMap<char, WebSocket<TcpStream>>,
    heard: Heard,
}

impl Official {
    /// Reads what has come, until nothing comes for a moment.
    fn listen(&mut self) -> Result {
        for (client, socket) in &mut self.sockets {
            loop {
                match socket.read() {
                    Ok(Message::Text(frame)) => {
                        self.heard.entry(*client).or_default().push(line(&frame)?);
                    }
                    Ok(Message::Close(_)) => {
                        self.heard
                            .entry(*client)
                            .or_default()
                            .push("closed".to_owned());
                    }
                    Ok(_) => {}
                    Err(tungstenite::Error::Io(error))
                        if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                    {
                        break;
                    }
                    // Closed already, and said so.
                    Err(_) => break,
                }
            }
        }
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Result {
        match step {
            Open(client, id, token) => {
                let url = format!(
                    "ws://127.0.0.1:{}/peerjs?key=peerjs&id={id}&token={token}&version=1.5.5",
                    self.port
                );
                let stream = TcpStream::connect(("127.0.0.1", self.port))?;
                let (socket, _) = tungstenite::client(url, stream)?;
                socket
                    .get_ref()
                    .set_read_timeout(Some(Duration::from_millis(60)))?;
                self.sockets.insert(*client, socket);
            }
            Send(client, frame) => {
                let socket = self.sockets.get_mut(client).context("no such client")?;
                socket.send(Message::text(frame.to_string()))?;
            }
            Close(client) => {
                let mut socket = self.sockets.remove(client).context("no such client")?;
                socket.close(None)?;
                // Until the server has said goodbye too; then dropping it closes the stream.
                while socket.read().is_ok() {}
            }
            Wait(millis) => {
                let end = Instant::now() + Duration::from_millis(*millis);
                while Instant::now() < end {
                    self.listen()?;
                }
            }
        }
        self.listen()
    }
}

/// The simulated one, with a clock of its own.
#[derive(Default)]
struct Simulated {
    server: PeerServer,
    now: u64,
    heard: Heard,
}

impl Simulated {
    fn wire(client: char) -> Wire {
        (0, 0, u32::from(client))
    }

    fn step(&mut self, step: &Step) -> Result {
        match step {
            Open(client, id, token) => {
                self.server
                    .connect(self.now, Self::wire(*client), id, token);
            }
            Send(client, frame) => {
                self.server
                    .receive(self.now, Self::wire(*client), &frame.to_string());
            }
            Close(client) => self.server.closed(Self::wire(*client)),
            Wait(millis) => {
                self.now += millis;
                self.server.sweep(self.now);
            }
        }
        for ((_, _, client), frame) in std::mem::take(&mut self.server.sent) {
            let client = char::from_u32(client).context("no such client")?;
            let line = frame.map_or(Ok("closed".to_owned()), |frame| line(&frame))?;
            self.heard.entry(client).or_default().push(line);
        }
        Ok(())
    }
}

#[test]
fn the_simulated_server_answers_as_the_official_one() -> Result {
    let world = World::start("peer-server")?;
    let mut official = Official {
        port: world.services.signalling.port(),
        sockets: BTreeMap::new(),
        heard: Heard::new(),
    };
    let mut simulated = Simulated::default();
    for step in script() {
        official.step(&step)?;
        simulated.step(&step)?;
    }
    assert_eq!(simulated.heard, official.heard);
    assert_eq!(
        official.heard[&'d'].last().map(String::as_str),
        Some("EXPIRE from nobody")
    );
    Ok(())
}
