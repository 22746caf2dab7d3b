//! The PeerServer and the browser as processes, and the owner of an endpoint: the loop of the crate's documentation over
//! real sockets, with a page in the place of its peer connections.

use peerjs::endpoint::{
    Endpoint, Input, Output, RtcCommand, RtcId, RtcInput, SocketId, SocketInput,
};
use peerjs::event::{Event, Server};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};
use tungstenite::protocol::Role;
use tungstenite::{Message, WebSocket};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where Debian has it; `CHROMIUM` names another one.
const CHROMIUM: &str = "/usr/lib/chromium/chromium";

/// Ends with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The official PeerServer.
pub(crate) struct PeerServer {
    pub(crate) port: u16,
    _process: Process,
}

impl PeerServer {
    pub(crate) fn start() -> Self {
        let script = folder().join("server.mjs");
        let mut command = Command::new("node");
        command
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().expect("Node");
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        Self {
            port: line.trim().parse().expect("`npm ci` in the root first"),
            _process: Process(child),
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/official")
}

/// What reaches an owner.
enum Heard {
    Socket(SocketId, SocketInput),
    Page(Value),
}

/// Somebody who has an endpoint.
pub(crate) struct Owner {
    endpoint: Endpoint,
    began: Instant,
    wakes: Option<Duration>,
    tell: Sender<Heard>,
    heard: Receiver<Heard>,
    sockets: BTreeMap<SocketId, WebSocket<TcpStream>>,
    page: Option<(Process, WebSocket<TcpStream>)>,
    /// The peer connections of the page, by their number there.
    connections: Vec<RtcId>,
    events: VecDeque<Event>,
    /// What stock peerjs has told.
    told: VecDeque<Value>,
}

impl Owner {
    pub(crate) fn new(server: &PeerServer, seed: u8) -> Self {
        let server = Server {
            host: "127.0.0.1".into(),
            port: server.port,
            path: "/".into(),
            key: "peerjs".into(),
            secure: false,
        };
        let (tell, heard) = channel();
        Self {
            endpoint: Endpoint::new(vec![server], Vec::new(), [seed; 32]),
            began: Instant::now(),
            wakes: None,
            tell,
            heard,
            sockets: BTreeMap::new(),
            page: None,
            connections: Vec::new(),
            events: VecDeque::new(),
            told: VecDeque::new(),
        }
    }

    /// Opens a page for the peer connections of the endpoint, and for stock peerjs.
    pub(crate) fn with_page(mut self) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let browser = open(&format!(
            "http://127.0.0.1:{}/page.html?port={port}",
            serve()
        ));
        let (stream, _) = listener.accept().unwrap();
        let socket = tungstenite::accept(stream).unwrap();
        let writer = writer(&socket, Role::Server);
        let tell = self.tell.clone();
        read(socket, move |text| {
            let value = text.and_then(|text| serde_json::from_str(&text).ok());
            value.is_some_and(|value| tell.send(Heard::Page(value)).is_ok())
        });
        self.page = Some((browser, writer));
        self
    }

    /// Hands the endpoint an input, and does what it wants.
    pub(crate) fn handle(&mut self, input: Input) {
        self.endpoint.handle(self.began.elapsed(), input);
        loop {
            match self.endpoint.poll() {
                Output::Timeout(when) => {
                    self.wakes = when;
                    return;
                }
                Output::Connect(socket, url) => self.connect(socket, &url),
                Output::Transmit(socket, text) => {
                    if let Some(writer) = self.sockets.get_mut(&socket) {
                        let _ = writer.send(Message::text(text));
                    }
                }
                Output::Disconnect(socket) => {
                    if let Some(mut writer) = self.sockets.remove(&socket) {
                        let _ = writer.close(None);
                        let _ = writer.flush();
                    }
                }
                Output::Rtc(rtc, command) => self.command(rtc, command),
                Output::Event(event) => self.events.push_back(event),
            }
        }
    }

    fn connect(&mut self, id: SocketId, url: &str) {
        let (_, rest) = url.split_once("://").unwrap();
        let (host, _) = rest.split_once('/').unwrap();
        let stream = TcpStream::connect(host).unwrap();
        let (socket, _) = tungstenite::client(url, stream).unwrap();
        self.sockets.insert(id, writer(&socket, Role::Client));
        let tell = self.tell.clone();
        tell.send(Heard::Socket(id, SocketInput::Opened)).unwrap();
        read(socket, move |text| {
            let goes_on = text.is_some();
            let input = text.map_or(SocketInput::Closed, SocketInput::Frame);
            tell.send(Heard::Socket(id, input)).is_ok() && goes_on
        });
    }

    fn command(&mut self, rtc: RtcId, command: RtcCommand) {
        let known = self.connections.iter().position(|known| *known == rtc);
        let number = known.unwrap_or_else(|| {
            self.connections.push(rtc);
            self.connections.len() - 1
        });
        let (what, value) = match command {
            RtcCommand::Offer { label } => ("offer", json!(label)),
            RtcCommand::Answer(sdp) => ("answer", json!(sdp)),
            RtcCommand::Accept(sdp) => ("accept", json!(sdp)),
            RtcCommand::Candidate(candidate) => ("candidate", json!(candidate)),
            RtcCommand::Send(bytes) => ("send", json!(bytes)),
            RtcCommand::Close => ("close", Value::Null),
        };
        self.tell_page(&json!({ "what": what, "rtc": number, "value": value }));
    }

    /// Has stock peerjs do something.
    pub(crate) fn stock(&mut self, what: &str, with: &Value) {
        let mut message = with.clone();
        message["what"] = json!(what);
        self.tell_page(&message);
    }

    fn tell_page(&mut self, message: &Value) {
        let (_, writer) = self.page.as_mut().expect("a page");
        writer.send(Message::text(message.to_string())).unwrap();
    }

    /// Waits for an event, and returns it.
    pub(crate) fn see(&mut self, wanted: impl Fn(&Event) -> bool) -> Event {
        let found = |owner: &mut Self| {
            let at = owner.events.iter().position(&wanted)?;
            owner.events.remove(at)
        };
        self.until(found)
    }

    /// Waits until stock peerjs has told something with these fields.
    pub(crate) fn see_stock(&mut self, fields: &Value) {
        let has = |told: &Value| {
            let mut fields = fields.as_object().into_iter().flatten();
            fields.all(|(name, value)| told[name] == *value)
        };
        self.until(|owner| {
            let at = owner.told.iter().position(has)?;
            owner.told.remove(at)
        });
    }

    /// Waits until it holds no more sockets than this.
    pub(crate) fn see_sockets(&mut self, most: usize) {
        self.until(|owner| (owner.sockets.len() <= most).then_some(()));
    }

    fn until<T>(&mut self, mut found: impl FnMut(&mut Self) -> Option<T>) -> T {
        let end = self.began.elapsed() + PATIENCE;
        loop {
            if let Some(found) = found(self) {
                return found;
            }
            let now = self.began.elapsed();
            assert!(now < end, "not in time: {:?}, {:?}", self.events, self.told);
            let until = self.wakes.unwrap_or(end).min(end);
            match self.heard.recv_timeout(until.saturating_sub(now)) {
                Ok(Heard::Socket(socket, input)) => self.handle(Input::Socket(socket, input)),
                Ok(Heard::Page(value)) => self.hear_page(value),
                Err(_) => self.handle(Input::Timeout),
            }
        }
    }

    fn hear_page(&mut self, value: Value) {
        let Some(number) = value["rtc"].as_u64() else {
            assert!(value.get("failed").is_none(), "{value}");
            return self.told.push_back(value);
        };
        let rtc = self.connections[usize::try_from(number).unwrap()];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let input = if let Some(sdp) = value.get("described") {
            RtcInput::Described(text(sdp))
        } else if let Some(candidate) = value.get("candidate") {
            RtcInput::Candidate(text(candidate))
        } else if let Some(open) = value.get("open") {
            RtcInput::Open {
                local: text(&open["local"]),
                remote: text(&open["remote"]),
                selected: None,
            }
        } else if let Some(data) = value.get("data") {
            RtcInput::Data(serde_json::from_value(data.clone()).unwrap())
        } else {
            RtcInput::Closed
        };
        self.handle(Input::Rtc(rtc, input));
    }
}

/// Returns a second end of the same socket, which only writes.
fn writer(socket: &WebSocket<TcpStream>, role: Role) -> WebSocket<TcpStream> {
    let stream = socket.get_ref().try_clone().unwrap();
    WebSocket::from_raw_socket(stream, role, None)
}

/// Hands on each text that comes, and `None` at the end, for as long as somebody wants to hear.
fn read(mut socket: WebSocket<TcpStream>, hear: impl Fn(Option<String>) -> bool + Send + 'static) {
    thread::spawn(move || {
        loop {
            match socket.read() {
                Ok(Message::Text(text)) if !hear(Some(text.to_string())) => return,
                Ok(_) => {}
                Err(_) => {
                    hear(None);
                    return;
                }
            }
        }
    });
}

/// Serves the page to whoever asks. Returns the port.
fn serve() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            serve_one(stream);
        }
    });
    port
}

fn serve_one(mut stream: TcpStream) {
    let mut request = [0; 4_096];
    let length = stream.read(&mut request).unwrap_or_default();
    let request = String::from_utf8_lossy(&request[..length]).into_owned();
    let path = request.split([' ', '?']).nth(1).unwrap_or_default();
    let stock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../node_modules/peerjs/dist");
    let (file, kind) = match path {
        "/page.html" => (folder().join("page.html"), "text/html"),
        "/page.js" => (folder().join("page.js"), "text/javascript"),
        "/peerjs.min.js" => (stock.join("peerjs.min.js"), "text/javascript"),
        _ => return drop(stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")),
    };
    let body = std::fs::read(&file).expect("`npm ci` in the root first");
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(&[head.as_bytes(), &body].concat());
}

/// Opens a page in a browser without a window.
fn open(url: &str) -> Process {
    let program = std::env::var_os("CHROMIUM").unwrap_or_else(|| CHROMIUM.into());
    let profile = Path::new(env!("CARGO_TARGET_TMPDIR")).join("official-page");
    let _ = std::fs::remove_dir_all(&profile);
    let mut command = Command::new(program);
    command
        .arg(format!("--user-data-dir={}", profile.display()))
        .args(["--headless=new", "--no-sandbox", "--disable-gpu"])
        .args(["--no-first-run", "--disable-background-networking"])
        // A machine without a network has no other path.
        .arg("--allow-loopback-in-peer-connection")
        .arg(url)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Process(command.spawn().expect("Chromium"))
}
