//! HTTP on this machine: the address echo, and a site for the page with the stock client.

use crate::tally::Tally;
use anyhow::Result;
use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
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

    fn answer(host: Ipv4Addr, ip: impl Fn(IpAddr) -> IpAddr + Send + 'static) -> Result<Self> {
        let hits = Tally::default();
        let seen = hits.clone();
        let address = serve(host, move |path, from| {
            seen.add(path.to_owned());
            let answer = format!("{{\"ip\":\"{}\"}}", ip(from));
            Some(("application/json", answer.into_bytes()))
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
}

impl Site {
    /// Serves each file under its name, from the first folder that has it.
    pub fn start(folders: Vec<PathBuf>) -> Result<Self> {
        let address = serve(Ipv4Addr::LOCALHOST, move |path, _| {
            let name = path.trim_start_matches('/').split('?').next()?;
            let plain = !name.contains(['/', '\\']) && !name.contains("..");
            let file = folders
                .iter()
                .map(|folder| folder.join(name))
                .find(|file| file.is_file());
            let kind = match name.rsplit('.').next() {
                Some("html") => "text/html; charset=utf-8",
                Some("js" | "mjs") => "text/javascript",
                _ => "application/octet-stream",
            };
            Some((kind, std::fs::read(file.filter(|_| plain)?).ok()?))
        })?;
        Ok(Self { address })
    }

    /// Returns the address of a page.
    pub fn url(&self, name: &str) -> String {
        format!("http://{}/{name}", self.address)
    }
}

/// What a handler gives for a path: content type and body, or nothing for 404.
type Reply = Option<(&'static str, Vec<u8>)>;

/// Serves one request a connection, on threads that end with the tests' process.
fn serve(
    host: Ipv4Addr,
    handler: impl Fn(&str, IpAddr) -> Reply + Send + 'static,
) -> Result<SocketAddr> {
    let listener = TcpListener::bind((host, 0))?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that goes away in the middle is its own business.
            let _ = answer(stream, &handler);
        }
    });
    Ok(address)
}

fn answer(mut stream: TcpStream, handler: &impl Fn(&str, IpAddr) -> Reply) -> std::io::Result<()> {
    // A browser opens sockets that it may never use; they must not hold up the others.
    stream.set_read_timeout(Some(Duration::from_millis(500)))?;
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let path = first.split(' ').nth(1).unwrap_or("/");
    let (status, (kind, body)) = match handler(path, stream.peer_addr()?.ip()) {
        Some(reply) => ("200 OK", reply),
        None => ("404 Not Found", ("text/plain", Vec::new())),
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\
         access-control-allow-origin: *\r\nconnection: close\r\n\r\n"
    )?;
    stream.write_all(&body)
}
