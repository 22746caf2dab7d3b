//! Which server is in use, whether it can be reached, and when it may be asked next.

use super::pacing::{backoff, registrations};
use crate::event::{Event, Server};
use crate::limits::FAILURES_BEFORE_NEXT;
use crate::random::Random;
use pace::Bucket;
use std::fmt::Write as _;
use std::time::Duration;

/// The configured servers, first choice first. Everybody must be at the same one, so that one is
/// used for all ids.
pub(super) struct Servers {
    list: Vec<Server>,
    current: usize,
    standing: Standing,
    /// In a row, at all servers.
    failures: u32,
    /// In a row, at the current one.
    failures_here: u32,
    next_try: Duration,
    bucket: Bucket,
    attempt: Attempt,
}

/// The sockets opened between two failures belong to one attempt, so that a server that is down
/// fails once and not once for each id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attempt(u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Unknown,
    Up,
    Down,
}

impl Servers {
    pub(super) fn new(list: Vec<Server>) -> Self {
        Self {
            list,
            current: 0,
            standing: Standing::Unknown,
            failures: 0,
            failures_here: 0,
            next_try: Duration::ZERO,
            bucket: registrations(),
            attempt: Attempt(0),
        }
    }

    /// Returns when the next socket may be opened; `busy` is whether one is being opened now.
    /// `None` means not before something else happens: while a server is down, one id tries for
    /// all.
    pub(super) fn opens_at(&self, busy: bool) -> Option<Duration> {
        match self.standing {
            _ if self.list.is_empty() => None,
            Standing::Down if busy => None,
            Standing::Down => Some(self.next_try.max(self.bucket.due())),
            Standing::Unknown | Standing::Up => Some(self.bucket.due()),
        }
    }

    /// Uses up one registration. Returns the URL, and the attempt that a failure is to be reported
    /// with.
    pub(super) fn open(
        &mut self,
        now: Duration,
        id: &str,
        token: &str,
    ) -> Option<(String, Attempt)> {
        let server = self.list.get(self.current)?;
        self.bucket
            .take(now)
            .then(|| (url(server, id, token), self.attempt))
    }

    /// Returns whether a server other than the first is in use.
    pub(super) fn is_away(&self) -> bool {
        self.current != 0 && self.standing == Standing::Up
    }

    /// Returns the URL of the first server, when a later one is in use.
    pub(super) fn first(&self, id: &str, token: &str) -> Option<String> {
        self.list
            .first()
            .filter(|_| self.is_away())
            .map(|server| url(server, id, token))
    }

    /// Marks the server as reachable: it has spoken as PeerServer does.
    pub(super) fn reached(&mut self) -> Option<Event> {
        self.failures = 0;
        self.failures_here = 0;
        if std::mem::replace(&mut self.standing, Standing::Up) == Standing::Up {
            return None;
        }
        Some(self.event(true, None, None))
    }

    /// Handles a socket that could not be opened, or a server that refused. `may_move` is whether
    /// another server may be used: not while ids are still held at this one.
    pub(super) fn failed(
        &mut self,
        now: Duration,
        random: &mut Random,
        attempt: Attempt,
        refused: Option<String>,
        may_move: bool,
    ) -> Option<Event> {
        if attempt != self.attempt {
            return None;
        }
        self.attempt.0 += 1;
        self.failures += 1;
        self.failures_here += 1;
        self.standing = Standing::Down;
        let mut event_of_this = self.event(false, None, refused);
        // Without a network every server fails. A client that comes back from that must not stay at
        // a later server, alone: after each wait the first one is asked first.
        let patience = match self.current {
            0 => FAILURES_BEFORE_NEXT,
            _ => 1,
        };
        let moved = may_move && self.failures_here >= patience && self.move_on();
        // A server not yet tried is tried at once; after the last the wait grows.
        let wait = match moved && self.current != 0 {
            true => Duration::ZERO,
            false => backoff(self.failures, random),
        };
        self.next_try = now + wait;
        if let Event::Server { retry_in, .. } = &mut event_of_this {
            *retry_in = Some(wait);
        }
        Some(event_of_this)
    }

    /// Makes the next try due now.
    pub(super) fn hurry(&mut self, now: Duration) {
        self.failures = 0;
        self.next_try = self.next_try.min(now);
    }

    /// Returns to the first server, which was seen to answer.
    pub(super) fn return_to_first(&mut self) {
        self.current = 0;
        self.failures_here = 0;
        self.standing = Standing::Unknown;
        self.attempt.0 += 1;
        self.bucket = registrations();
    }

    fn move_on(&mut self) -> bool {
        if self.list.len() < 2 {
            return false;
        }
        self.current = (self.current + 1) % self.list.len();
        self.failures_here = 0;
        self.bucket = registrations();
        true
    }

    fn event(&self, up: bool, retry_in: Option<Duration>, refused: Option<String>) -> Event {
        let server = self.list.get(self.current);
        let server = server
            .map(|s| format!("{}:{}", s.host, s.port))
            .unwrap_or_default();
        Event::Server {
            server,
            up,
            retry_in,
            refused,
        }
    }
}

/// Returns the URL with which stock peerjs registers an id.
fn url(server: &Server, id: &str, token: &str) -> String {
    let scheme = if server.secure { "wss" } else { "ws" };
    let host = match server.host.contains(':') && !server.host.starts_with('[') {
        true => format!("[{}]", server.host),
        false => server.host.clone(),
    };
    let path = server.path.trim_matches('/');
    let path = if path.is_empty() {
        String::new()
    } else {
        format!("{path}/")
    };
    let port = server.port;
    let (key, id, token) = (encoded(&server.key), encoded(id), encoded(token));
    format!(
        "{scheme}://{host}:{port}/{path}peerjs?key={key}&id={id}&token={token}&version={VERSION}"
    )
}

/// The stock client whose protocol is spoken here.
const VERSION: &str = "1.5.5";

/// Percent-encodes a value for a query.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_is_that_of_stock_peerjs() {
        let mut server = Server {
            host: "0.peerjs.com".into(),
            port: 443,
            path: "/".into(),
            key: "peerjs".into(),
            secure: true,
        };
        assert_eq!(
            url(&server, "a b", "t&t"),
            "wss://0.peerjs.com:443/peerjs?key=peerjs&id=a%20b&token=t%26t&version=1.5.5"
        );
        server.path = "my/app".into();
        server.host = "::1".into();
        server.secure = false;
        assert_eq!(
            url(&server, "a", "t"),
            "ws://[::1]:443/my/app/peerjs?key=peerjs&id=a&token=t&version=1.5.5"
        );
    }
}
