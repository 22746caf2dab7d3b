//! Homes behind routers with NAT, and the Internet between them, made of network namespaces.
//!
//! ```text
//! browser ─┐                                                ┌─ browser
//! browser ─┼─ router 203.0.113.18 ── servers ── router 203.0.113.35 ─┼─ browser
//! browser ─┘     10.0.1.0/24      203.0.113.1     10.0.2.0/24        └─ browser
//! ```
//!
//! Each browser has a namespace of its own, so that it can be cut off or moved while it runs. No
//! wire leads to this machine's network: the tests talk to drivers from threads that are inside. It
//! needs root, `ip` and `iptables`.

mod namespace;
mod wiretap;
mod wiring;

use crate::browser::{Browser, Kind, Setup};
use crate::paths;
use crate::services::stun::Coturn;
use crate::services::{self, Echo, PeerServer, Stun};
use crate::squatter::Squatter;
use crate::stock::Stock;
use crate::world::at_once;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use namespace::Namespace;
pub use wiretap::{Recipient, Transport, Wiretap};
pub use wiring::Nat;
use wiring::{Line, Router};

/// Where the servers are.
const SERVERS: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 1);

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// Behind 203.0.113.18.
    A,
    /// Behind 203.0.113.35.
    B,
}

impl Home {
    /// Returns the public address of its router.
    pub fn address(self) -> Ipv4Addr {
        let last = match self {
            Self::A => 18,
            Self::B => 35,
        };
        Ipv4Addr::new(203, 0, 113, last)
    }

    /// Returns the Router ID of its namespace.
    pub fn router_id(self) -> String {
        let address = self.address().to_string().replace('.', "-");
        format!("myapp-{address}-1")
    }
}

/// Two homes and the servers. All of it is gone with this value.
pub struct Lab {
    /// The official PeerServer.
    signalling: PeerServer,
    stun: Coturn,
    /// The address echo, which tells everybody the truth.
    pub echo: Echo,
    /// What browsers ask in the place of the STUN server, where that is to be silent.
    silent: Option<Stun>,
    lines: Mutex<BTreeMap<String, Line>>,
    /// Of each device, where the lab has them.
    taps: Option<Mutex<BTreeMap<String, Wiretap>>>,
    plugged: AtomicU8,
    homes: [Router; 2],
    internet: Namespace,
    hidden: bool,
    saves: bool,
    /// How devices reach the relay, where they know it from the beginning.
    transport: Option<&'static str>,
    logs: PathBuf,
}

impl Lab {
    /// Builds it; logs go to `artifacts/e2e/<test>`.
    pub fn start(test: &str) -> Result<Self> {
        Self::start_in(&format!("e2e/{test}"))
    }

    /// Builds it; logs go to this folder of `artifacts`.
    pub fn start_in(folder: &str) -> Result<Self> {
        Self::start_with(folder, [Nat::default(); 2])
    }

    /// Builds it with these routers in A and B; logs go to `artifacts/e2e/<test>`.
    pub fn behind(test: &str, nats: [Nat; 2]) -> Result<Self> {
        Self::start_with(&format!("e2e/{test}"), nats)
    }

    fn start_with(folder: &str, [a, b]: [Nat; 2]) -> Result<Self> {
        let logs = paths::fresh_artifacts(folder)?;
        let test = name_of(&logs);
        namespace::remove_leftovers()?;
        let internet = wiring::internet(SERVERS, &format!("{test}-internet"))?;
        let home = |home: Home, network, nat| {
            let name = format!("{test}-{home:?}").to_lowercase();
            Router::new(&name, &internet, home.address(), network, nat)
        };
        let homes = [home(Home::A, 1, a)?, home(Home::B, 2, b)?];
        Ok(Self {
            signalling: internet.enter(|| PeerServer::start(&logs, SERVERS))??,
            stun: internet.enter(|| Coturn::start(&logs, IpAddr::V4(SERVERS)))??,
            echo: internet.enter(|| Echo::honest(SERVERS))??,
            silent: None,
            lines: Mutex::default(),
            taps: None,
            plugged: AtomicU8::new(0),
            homes,
            internet,
            hidden: false,
            saves: false,
            transport: None,
            logs,
        })
    }

    /// Lets the extension use the downloads.
    #[must_use]
    pub fn with_downloads(mut self) -> Self {
        self.saves = true;
        self
    }

    /// Lets browsers hide their addresses behind names in `.local`, as they do for people. Firefox
    /// cannot look such names up any more once it was plugged into another home.
    #[must_use]
    pub fn with_hidden_addresses(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// Listens at each device from now on.
    #[must_use]
    pub fn with_wiretaps(mut self) -> Self {
        self.taps = Some(Mutex::default());
        self
    }

    /// Returns what has left a browser's device.
    pub fn tap(&self, name: &str) -> Result<Wiretap> {
        let taps = self.taps.as_ref().context("no wiretaps")?;
        let taps = taps.lock().unwrap_or_else(PoisonError::into_inner);
        taps.get(name)
            .cloned()
            .with_context(|| format!("no {name}"))
    }

    /// Returns where the servers of its configuration are: signalling, echo and STUN.
    pub fn servers(&self) -> [Recipient; 3] {
        let signalling = (SERVERS, self.signalling.port()).into();
        [
            (Transport::Tcp, signalling),
            (Transport::Tcp, self.echo.address()),
            (Transport::Udp, self.stun.address()),
        ]
    }

    /// Has browsers know the relay from the beginning, to which this transport leads: `udp` or `tcp`.
    #[must_use]
    pub fn with_relay(mut self, transport: &'static str) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Gives browsers a STUN server that answers nobody.
    pub fn with_silent_stun(mut self) -> Result<Self> {
        self.silent = Some(self.among_servers(Stun::silent)??);
        Ok(self)
    }

    /// Does something where the servers are.
    pub fn among_servers<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T> {
        self.internet.enter(work)
    }

    /// Returns the entry of `iceServers` for its relay, to which this transport leads: `udp` or `tcp`.
    pub fn relay(&self, transport: &str) -> Value {
        self.stun.relay(transport)
    }

    /// Returns the official PeerServer.
    pub fn signalling(&self) -> &PeerServer {
        &self.signalling
    }

    /// Where logs and pictures go.
    pub fn folder(&self) -> &Path {
        &self.logs
    }

    /// Starts a browser in a home, in a window that shows lists and chat side by side.
    pub fn browser(&self, home: Home, kind: Kind, name: &str) -> Result<Browser> {
        let mut setup = Setup::new(kind, name);
        setup.place = Some(self.device(home, name)?);
        setup.hidden = self.hidden;
        setup.build.saves = self.saves;
        let silent = self.silent.as_ref().map(Stun::url);
        let stun = silent.unwrap_or_else(|| self.stun.url());
        let mut config = services::config(&self.signalling, &stun, &self.echo);
        if let (Some(transport), Some(servers)) =
            (self.transport, config["iceServers"].as_array_mut())
        {
            servers.push(self.relay(transport));
        }
        let browser = Browser::launch(setup, &config, &self.logs)?;
        widen(&browser)?;
        Ok(browser)
    }

    /// Starts an ordinary page with the stock PeerJS client in a home.
    pub fn stock(&self, home: Home) -> Result<Stock> {
        let place = self.device(home, "stock")?;
        let ice = json!([{ "urls": self.stun.url() }]);
        Stock::open(Some(place), &self.signalling, &ice, &self.logs)
    }

    /// Takes ids at the PeerServer for somebody who never answers.
    pub fn squat(&self, ids: &[String]) -> Result<Squatter> {
        let signalling = &self.signalling;
        self.internet.enter(|| Squatter::take(signalling, ids))?
    }

    /// Starts several at once.
    pub fn browsers<const N: usize>(&self, who: [(Home, Kind, &str); N]) -> Result<[Browser; N]> {
        at_once(who, |(home, kind, name)| self.browser(home, kind, name))
    }

    /// Pulls a browser's cable out. What it has told the servers stays with them.
    pub fn cut(&self, name: &str) -> Result<()> {
        self.with_line(name, |line| line.cut())
    }

    /// Puts it in again.
    pub fn mend(&self, name: &str) -> Result<()> {
        self.with_line(name, |line| line.mend())
    }

    /// Lets a browser's device reach its router only, as in a hotel.
    pub fn isolate(&self, name: &str) -> Result<()> {
        self.with_line(name, |line| line.isolate())
    }

    /// Closes the lid of a browser's device. Nobody is told, and it cannot be driven meanwhile.
    pub fn close_lid(&self, name: &str) -> Result<()> {
        self.with_line(name, |line| line.close_lid())
    }

    /// Opens it again.
    pub fn open_lid(&self, name: &str) -> Result<()> {
        self.with_line(name, |line| line.open_lid())
    }

    /// Plugs a browser's device into another home, whether the browser runs or not.
    pub fn move_to(&self, name: &str, home: Home) -> Result<()> {
        self.with_line(name, |line| line.move_to(self.router(home)))
    }

    /// Begins to count the packets that a browser's device sends to servers and to people.
    pub fn count_packets(&self, name: &str) -> Result<()> {
        self.with_line(name, |line| line.count())
    }

    /// Returns how many it has sent since then.
    pub fn packets(&self, name: &str) -> Result<u64> {
        self.with_line(name, |line| line.counted())
    }

    /// Ends the signalling server. All ids are lost.
    pub fn stop_signalling(&mut self) {
        self.signalling.stop();
    }

    /// Starts it again, knowing nobody.
    pub fn resume_signalling(&mut self) -> Result<()> {
        let signalling = &mut self.signalling;
        self.internet.enter(|| signalling.resume())?
    }

    /// Adds a device with its cable in a home.
    fn device(&self, home: Home, name: &str) -> Result<Namespace> {
        let number = self.plugged.fetch_add(1, Ordering::Relaxed);
        let device = wiring::device(&format!("{}-{number}", name_of(&self.logs)))?;
        let line = Line::plug(device.clone(), number, self.router(home))?;
        self.lines().insert(name.to_owned(), line);
        if let Some(taps) = &self.taps {
            let tap = Wiretap::on(&device)?;
            let mut taps = taps.lock().unwrap_or_else(PoisonError::into_inner);
            taps.insert(name.to_owned(), tap);
        }
        Ok(device)
    }

    fn router(&self, home: Home) -> &Router {
        let [a, b] = &self.homes;
        match home {
            Home::A => a,
            Home::B => b,
        }
    }

    fn with_line<T>(&self, name: &str, work: impl FnOnce(&mut Line) -> Result<T>) -> Result<T> {
        let mut lines = self.lines();
        work(lines.get_mut(name).with_context(|| format!("no {name}"))?)
    }

    fn lines(&self) -> MutexGuard<'_, BTreeMap<String, Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Checks whether labs can be had here; the error says why not.
pub fn check() -> Result<()> {
    let probe = Namespace::new("probe")?;
    probe.run("iptables -w -t nat -S")
}

fn name_of(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Does something in a namespace, or here.
pub(crate) fn within<T: Send>(
    place: Option<&Namespace>,
    work: impl FnOnce() -> T + Send,
) -> Result<T> {
    match place {
        Some(place) => place.enter(work),
        None => Ok(work()),
    }
}

/// Widens a window: from 720 pixels on, lists and chat are side by side.
pub fn widen(browser: &Browser) -> Result<()> {
    let size = json!({ "width": 1000, "height": 800 });
    browser.session()?.post("window/rect", &size).map(drop)
}
