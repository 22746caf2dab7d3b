//! HTTP on this machine: the address echo, and sites: of the page with the stock client, and of the product's page.

use crate::tally::Tally;
use anyhow::Result;
use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Answers `{"ip":"…"}` like ipify.
pub struct Echo {
    address: SocketAddr,
    /// The paths that were asked for.
    pub hits: Tally<String>,
}

impl Echo {
    /// Starts one that tells everybody the same address.
    pub fn start(answer: Ipv4Addr) -> Result<Self> {
        Self::answer(Ipv4Addr::LOCALHOST, move |_| answer.into())
    }

    /// Starts one at this address that tells everybody where they come from.
    pub fn honest(host: Ipv4Addr) -> Result<Self> {
        Self::answer(host, |from| from)
    }

    fn answer(
        host: Ipv4Addr,
        ip: impl Fn(IpAddr) -> IpAddr + Send + Sync + 'static,
    ) -> Result<Self> {
        let hits = Tally::default();
        let seen = hits.clone();
        let address = serve(host, move |path, from| {
            seen.add(path.to_owned());
            let answer = format!("{{\"ip\":\"{}\"}}", ip(from));
            Answer::Found("application/json", answer.into_bytes())
        })?;
        Ok(Self { address, hits })
    }

    /// Returns where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the address for `ipEcho`.
    pub fn url(&self) -> String {
        format!("http://{}/?format=json", self.address)
    }
}

/// Serves the files of a few folders.
pub struct Site {
    address: SocketAddr,
    is_away: Arc<AtomicBool>,
}

impl Site {
    /// Serves each file under its name, from the first folder that has it.
    pub fn start(folders: Vec<PathBuf>) -> Result<Self> {
        let is_away = Arc::new(AtomicBool::new(false));
        let away = Arc::clone(&is_away);
        let address = serve(Ipv4Addr::LOCALHOST, move |path, _| {
            if away.load(Ordering::SeqCst) {
                return Answer::Nothing;
            }
            let name = path.trim_start_matches('/');
            let name = name.split('?').next().unwrap_or_default();
            match file(&folders, if name.is_empty() { "index.html" } else { name }) {
                Some(found) => Answer::Found(kind(name), found),
                None => Answer::NotFound,
            }
        })?;
        Ok(Self { address, is_away })
    }

    /// From now on hangs up on everybody, as if there were no network.
    pub fn go_away(&self) {
        self.is_away.store(true, Ordering::SeqCst);
    }

    /// Returns the address of a page.
    pub fn url(&self, name: &str) -> String {
        format!("http://{}/{name}", self.address)
    }
}

/// Returns the file of this name in the first folder that has it.
fn file(folders: &[PathBuf], name: &str) -> Option<Vec<u8>> {
    let is_plain = !name.contains("..") && !name.contains('\\');
    let mut files = folders.iter().map(|folder| folder.join(name));
    let found = files.find(|file| is_plain && file.is_file())?;
    std::fs::read(found).ok()
}

fn kind(name: &str) -> &'static str {
    match Path::new(name).extension().and_then(|end| end.to_str()) {
        None | Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some(_) => "application/octet-stream",
    }
}

/// What a handler gives for a path.
enum Answer {
    /// Content type and body.
    Found(&'static str, Vec<u8>),
    NotFound,
    /// It hangs up.
    Nothing,
}

/// Serves one request a connection, on threads that end with the tests' process.
fn serve(
    host: Ipv4Addr,
    handler: impl Fn(&str, IpAddr) -> Answer + Send + Sync + 'static,
) -> Result<SocketAddr> {
    let listener = TcpListener::bind((host, 0))?;
    let address = listener.local_addr()?;
    let handler = Arc::new(handler);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let handler = Arc::clone(&handler);
            // A client that goes away in the middle is its own business.
            std::thread::spawn(move || answer(stream, &*handler));
        }
    });
    Ok(address)
}

fn answer(mut stream: TcpStream, handler: &impl Fn(&str, IpAddr) -> Answer) -> std::io::Result<()> {
    // A browser opens sockets that it may never use.
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let path = first.split(' ').nth(1).unwrap_or("/");
    let (status, (kind, body)) = match handler(path, stream.peer_addr()?.ip()) {
        Answer::Found(kind, body) => ("200 OK", (kind, body)),
        Answer::NotFound => ("404 Not Found", ("text/plain", Vec::new())),
        Answer::Nothing => return Ok(()),
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\
         access-control-allow-origin: *\r\nconnection: close\r\n\r\n"
    )?;
    stream.write_all(&body)
}
