//! What answers at the address of a beacon and is none.

use crate::tally::Tally;
use anyhow::Result;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How much [`Lie::Rubbish`] is.
const RUBBISH: usize = 100_000_000;

/// How it answers.
#[derive(Clone, Debug)]
pub enum Lie {
    /// With this status and nothing else.
    Status(u16),
    /// 204 with this in the header.
    Header(String),
    /// It sends callers there.
    Redirect(String),
    /// 200 with a body of 100,000,000 bytes.
    Rubbish,
}

/// Somebody asked.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// When.
    pub at: Instant,
    /// How many bytes of the body went out. The systems of both sides hold up to 10 MB that nobody
    /// has read.
    pub sent: usize,
}

/// The server; it lets every page read its answers.
pub struct Impostor {
    address: SocketAddr,
    lie: Arc<Mutex<Lie>>,
    /// Who asked so far, each once the answer is sent.
    pub asked: Tally<Asked>,
}

impl Impostor {
    /// Starts one on a free port.
    pub fn start(lie: Lie) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let impostor = Self {
            address: listener.local_addr()?,
            lie: Arc::new(Mutex::new(lie)),
            asked: Tally::default(),
        };
        let (lie, asked) = (Arc::clone(&impostor.lie), impostor.asked.clone());
        // The thread ends with the tests' process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let lie = lie.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let at = Instant::now();
                // What is not HTTP, or leaves in the middle of a request, has not asked.
                if let Ok(Some(sent)) = answer(stream, &lie) {
                    asked.add(Asked { at, sent });
                }
            }
        });
        Ok(impostor)
    }

    /// Answers like this from now on.
    pub fn tell(&self, lie: Lie) {
        *self.lie.lock().unwrap_or_else(PoisonError::into_inner) = lie;
    }

    /// Returns a beacon's address with this scheme.
    pub fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}/beacon", self.address)
    }
}

fn answer(mut stream: TcpStream, lie: &Lie) -> std::io::Result<Option<usize>> {
    // A browser opens sockets that it may never use; they must not hold up the others.
    stream.set_read_timeout(Some(Duration::from_millis(500)))?;
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    if !first.contains(" HTTP/") {
        return Ok(None);
    }
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let (status, field, length) = match lie {
        Lie::Status(status) => (*status, String::new(), 0),
        Lie::Header(value) => (204, format!("x-mesh-beacon: {value}\r\n"), 0),
        Lie::Redirect(url) => (307, format!("location: {url}\r\n"), 0),
        Lie::Rubbish => (200, String::new(), RUBBISH),
    };
    let length_field = match status {
        204 => String::new(),
        _ => format!("content-length: {length}\r\n"),
    };
    write!(
        stream,
        "HTTP/1.1 {status} Lie\r\n{field}{length_field}access-control-allow-origin: *\r\n\
         access-control-expose-headers: X-Mesh-Beacon\r\nconnection: close\r\n\r\n"
    )?;
    Ok(Some(pour(&mut stream, length)))
}

/// Sends so many bytes, for as long as the other side takes them; how many went out.
fn pour(stream: &mut TcpStream, length: usize) -> usize {
    let chunk = [b'x'; 10_000];
    let mut sent = 0;
    while sent < length && stream.write_all(&chunk).is_ok() {
        sent += chunk.len();
    }
    sent
}
