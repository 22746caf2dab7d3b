//! Tests the connection for a view: asks every server that is set once, all at the same time.
//!
//! Nothing of it is used for anything else: ids and connections of a test are dropped at its end.

use super::beacon;
use super::echo;
use super::stun::{Gatherer, Way, has_webrtc};
use super::timer::Timer;
use super::until::Until;
use crate::addresses::{Source, in_candidate, is_relayed, is_udp};
use crate::mapping;
use ipc::{Part, Trial};
use mesh_chat::config::Config;
use peerjs::browser::{Client, Connections};
use peerjs::event::Event;
use std::cell::{Cell, RefCell};
use std::net::IpAddr;
use std::rc::{Rc, Weak};
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;
use web_sys::AbortSignal;

/// How long a test may take. What has not answered by then does not work.
const LIMIT: Duration = Duration::from_millis(4_500);

/// A test under way. Dropping it ends it.
pub(crate) struct Test {
    found: Cell<Trial>,
    /// An interface of this device has a public address.
    owns: Cell<bool>,
    /// How many parts have not ended.
    open: Cell<u32>,
    gatherers: RefCell<Vec<Gatherer>>,
    clients: RefCell<Vec<Client>>,
    /// The requests under way.
    requests: RefCell<Vec<Until>>,
    limit: Timer,
    done: Cell<Option<Done>>,
}

/// Hears what a test has found.
type Done = Box<dyn FnOnce(Trial)>;

impl Test {
    /// Begins one; `done` is called once, with what it has found.
    pub(crate) fn start(
        config: &Config,
        page: &Connections,
        done: impl FnOnce(Trial) + 'static,
    ) -> Rc<Self> {
        let test = Rc::new_cyclic(|me: &Weak<Self>| Self {
            found: Cell::default(),
            owns: Cell::new(false),
            // Whatever ends at once does not end the test.
            open: Cell::new(1),
            gatherers: RefCell::default(),
            clients: RefCell::default(),
            requests: RefCell::default(),
            limit: Timer::new({
                let me = Weak::clone(me);
                move || {
                    if let Some(test) = me.upgrade() {
                        test.end();
                    }
                }
            }),
            done: Cell::new(Some(Box::new(done))),
        });
        test.limit.set(Some(LIMIT));
        test.note(|found| found.webrtc = has_webrtc());
        test.signalling(config, page);
        test.gather(config, page, Way::Direct);
        if config.has_relay() {
            test.note(|found| found.turn = Part::Fails);
            test.gather(config, page, Way::Relay);
        }
        test.echo(config);
        test.beacon(config);
        test.part_over();
        test
    }

    fn note(&self, change: impl FnOnce(&mut Trial)) {
        let mut found = self.found.get();
        change(&mut found);
        self.found.set(found);
    }

    fn address(&self, ip: IpAddr) {
        self.note(|found| {
            if ip.is_ipv4() {
                found.v4 = true;
            } else {
                found.v6 = true;
            }
        });
    }

    fn begin_part(&self) {
        self.open.set(self.open.get() + 1);
    }

    fn part_over(self: &Rc<Self>) {
        let open = self.open.get().saturating_sub(1);
        self.open.set(open);
        if open == 0 {
            self.end();
        }
    }

    /// Tells what was found. What was asked is dropped after this turn: its own report may have led here.
    pub(crate) fn end(self: &Rc<Self>) {
        let Some(done) = self.done.take() else {
            return;
        };
        let test = Rc::clone(self);
        spawn_local(async move {
            drop(test.gatherers.take());
            drop(test.clients.take());
            drop(test.requests.take());
            done(test.found.get());
        });
    }

    /// Registers an id of its own at every server; one that takes it is enough.
    fn signalling(self: &Rc<Self>, config: &Config, page: &Connections) {
        self.note(|found| found.signalling = Part::Fails);
        for server in mapping::servers(config) {
            let Ok(name) = super::clock::seed() else {
                return;
            };
            let name = name.iter().take(16);
            let id: String = name.map(|byte| format!("{byte:02x}")).collect();
            let me = Rc::downgrade(self);
            let mut open = true;
            let heard = move |event| {
                let registered = matches!(event, Event::Registered(_));
                let over = registered
                    || matches!(event, Event::Taken(_) | Event::Server { up: false, .. });
                // A client tries again; the test has its answer.
                if !over || !std::mem::take(&mut open) {
                    return;
                }
                let Some(test) = me.upgrade() else { return };
                if registered {
                    test.note(|found| found.signalling = Part::Works);
                }
                test.part_over();
            };
            self.begin_part();
            let client = Client::new(vec![server], Vec::new(), Vec::new(), page.clone(), heard);
            client.register(&id);
            self.clients.borrow_mut().push(client);
        }
    }

    /// Gathers candidates by STUN, or by TURN alone.
    fn gather(self: &Rc<Self>, config: &Config, page: &Connections, way: Way) {
        let mut urls = config.ice_servers.iter().flat_map(|server| &server.urls);
        if way == Way::Direct && urls.any(|url| url.starts_with("stun")) {
            self.note(|found| found.stun = Part::Fails);
        }
        let me = Rc::downgrade(self);
        let candidate = move |candidate: Option<String>| {
            if let Some(test) = me.upgrade() {
                test.candidate(way, candidate.as_deref());
            }
        };
        self.begin_part();
        match Gatherer::start(page, &config.ice_servers, way, candidate) {
            Ok(gatherer) => self.gatherers.borrow_mut().push(gatherer),
            Err(error) => {
                tracing::warn!(error = chrome::text(&error), "nothing can be gathered");
                self.part_over();
            }
        }
    }

    fn candidate(self: &Rc<Self>, way: Way, candidate: Option<&str>) {
        let Some(candidate) = candidate else {
            // Who has a public address is told of no other: Chromium leaves out what is the same.
            if way == Way::Direct && self.owns.get() {
                self.answered_by_stun();
            }
            return self.part_over();
        };
        if is_relayed(candidate) {
            self.note(|found| found.turn = Part::Works);
        } else if way == Way::Direct {
            self.note(|found| found.udp |= is_udp(candidate));
            if let Some((source, ip)) = in_candidate(candidate) {
                self.address(ip);
                match source {
                    Source::Seen => self.answered_by_stun(),
                    Source::Own => self.owns.set(true),
                }
            }
        }
    }

    fn answered_by_stun(&self) {
        self.note(|found| {
            if found.stun == Part::Fails {
                found.stun = Part::Works;
            }
        });
    }

    /// Returns what ends a request with the test.
    fn until(&self) -> Option<AbortSignal> {
        let until = Until::after(LIMIT).ok()?;
        let signal = until.signal();
        self.requests.borrow_mut().push(until);
        Some(signal)
    }

    fn echo(self: &Rc<Self>, config: &Config) {
        let Some(url) = config.ip_echo.clone().filter(|url| !url.is_empty()) else {
            return;
        };
        self.note(|found| found.echo = Part::Fails);
        let Some(until) = self.until() else {
            return;
        };
        self.begin_part();
        let me = Rc::downgrade(self);
        spawn_local(async move {
            let answer = echo::ask(&url, until).await;
            let Some(test) = me.upgrade() else { return };
            if let Ok(ip) = answer {
                test.address(ip);
                test.note(|found| found.echo = Part::Works);
            }
            test.part_over();
        });
    }

    fn beacon(self: &Rc<Self>, config: &Config) {
        let Some(beacon) = config.beacon.clone() else {
            return;
        };
        self.note(|found| found.beacon = Part::Fails);
        let Some(until) = self.until() else {
            return;
        };
        self.begin_part();
        let me = Rc::downgrade(self);
        spawn_local(async move {
            let token = beacon.token.as_ref().map(|token| token.0.as_str());
            let answer = beacon::ask(&beacon.url, token, until).await;
            let Some(test) = me.upgrade() else { return };
            if answer.is_ok_and(|answer| answer.current.is_some()) {
                test.note(|found| found.beacon = Part::Works);
            }
            test.part_over();
        });
    }
}
