//! Looks up the public addresses of this device: by STUN, and where that has found nothing within
//! [`HEAD_START`] by the configured echo as well. When it has seen enough is up to [`Gathering`].

use super::echo::{self, ECHO_TIME};
use super::stun::{Gatherer, Way, has_webrtc};
use super::timer::Timer;
use super::until::Until;
use crate::addresses::{in_candidate, is_udp};
use crate::gathering::{Gathering, Step};
use chrome::text;
use mesh_chat::address::Addresses;
use mesh_chat::config::{Config, IceServer};
use mesh_chat::node::Input;
use peerjs::browser::Connections;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;

/// How long STUN may take.
const STUN_TIME: Duration = Duration::from_secs(3);

/// How long STUN may take before the echo is asked beside it: several usual round trips to a STUN server, so
/// that the echo, which is another one to learn who is here, is rarely asked.
const HEAD_START: Duration = Duration::from_millis(500);

/// How long a first look-up waits for the other family: a usual round trip to a STUN server.
const MOMENT: Duration = Duration::from_millis(100);

/// Looks up; one at a time, the latest counts.
pub(crate) struct Lookup {
    config: RefCell<Option<Config>>,
    search: RefCell<Option<Rc<Search>>>,
    shared: Rc<Shared>,
}

/// What outlives a search.
struct Shared {
    page: Connections,
    report: Box<dyn Fn(Input)>,
    last: RefCell<Addresses>,
    direct: Cell<bool>,
}

impl Shared {
    fn report(&self, addresses: Addresses) {
        self.last.replace(addresses.clone());
        (self.report)(Input::Addresses(addresses));
    }

    /// Reports whether the browser opens direct connections, where that is another answer than before.
    fn report_direct(&self, direct: bool) {
        if self.direct.replace(direct) != direct {
            (self.report)(Input::Direct(direct));
        }
    }
}

impl Lookup {
    /// Returns one that makes its connections by `page`.
    pub(crate) fn new(page: Connections, report: impl Fn(Input) + 'static) -> Self {
        let shared = Shared {
            page,
            report: Box::new(report),
            last: RefCell::default(),
            direct: Cell::new(true),
        };
        Self {
            config: RefCell::new(None),
            search: RefCell::new(None),
            shared: Rc::new(shared),
        }
    }

    /// Uses these servers from now on.
    pub(crate) fn configure(&self, config: &Config) {
        self.config.replace(Some(config.clone()));
    }

    /// Begins a look-up, instead of one that still runs.
    pub(crate) fn start(&self) {
        let Some(config) = self.config.borrow().clone() else {
            return tracing::error!("the core asked for addresses before it was configured");
        };
        self.replace(Some(Search::start(config, Rc::clone(&self.shared))));
    }

    /// Ends a look-up that runs, and begins none before the next configuration.
    pub(crate) fn stop(&self) {
        self.config.take();
        self.replace(None);
    }

    fn replace(&self, search: Option<Rc<Search>>) {
        let earlier = self.search.replace(search);
        // It may be the one whose report led here, so it ends after this turn.
        spawn_local(async move { drop(earlier) });
    }
}

/// One look-up. Dropping it ends it.
struct Search {
    gathering: RefCell<Gathering>,
    gatherer: RefCell<Option<Gatherer>>,
    moment: Timer,
    head_start: Timer,
    limit: Timer,
    echo: Option<String>,
    /// Ends the request to the echo when it is dropped.
    asking: RefCell<Option<Until>>,
    /// The browser has a way of its own to others: a candidate for UDP, or a relay to be used.
    has_way: Cell<bool>,
    shared: Rc<Shared>,
}

impl Search {
    fn start(config: Config, shared: Rc<Shared>) -> Rc<Self> {
        let expected = shared.last.borrow().clone();
        let search = Rc::new_cyclic(|me: &Weak<Self>| Self {
            gathering: RefCell::new(Gathering::new(expected)),
            gatherer: RefCell::new(None),
            moment: Timer::new(on(me, |search| search.gathering.borrow_mut().moment_over())),
            head_start: Timer::new(on(me, |search| {
                search.gathering.borrow_mut().head_start_over()
            })),
            limit: Timer::new(on(me, Self::over)),
            echo: config.ip_echo.filter(|url| !url.is_empty()),
            asking: RefCell::default(),
            has_way: Cell::new(has_relay(&config.ice_servers)),
            shared,
        });
        search.gather(&config.ice_servers);
        search
    }

    fn gather(self: &Rc<Self>, servers: &[IceServer]) {
        self.limit.set(Some(STUN_TIME));
        self.head_start.set(Some(HEAD_START));
        let me = Rc::downgrade(self);
        let candidate = move |candidate: Option<String>| {
            if let Some(search) = me.upgrade() {
                search.candidate(candidate.as_deref());
            }
        };
        match Gatherer::start(&self.shared.page, servers, Way::Direct, candidate) {
            Ok(gatherer) => drop(self.gatherer.replace(Some(gatherer))),
            Err(error) => {
                tracing::warn!(error = text(&error), "STUN cannot be used");
                // Without WebRTC no relay is reached either.
                if !has_webrtc() {
                    self.has_way.set(false);
                }
                self.limit.set(Some(Duration::ZERO));
            }
        }
    }

    fn candidate(self: &Rc<Self>, candidate: Option<&str>) {
        if candidate.is_some_and(is_udp) {
            self.has_way.set(true);
            self.shared.report_direct(true);
        }
        let step = match candidate {
            Some(candidate) => match in_candidate(candidate) {
                Some((source, address)) => self.gathering.borrow_mut().found(source, address),
                None => Step::Wait,
            },
            None => {
                self.stop();
                self.over()
            }
        };
        self.step(step);
    }

    /// Closes the connection, which would go on asking the STUN servers every few seconds.
    fn stop(&self) {
        let gatherer = self.gatherer.take();
        // It is the one whose report led here, so it ends after this turn.
        spawn_local(async move { drop(gatherer) });
    }

    /// Handles the end of what STUN finds.
    fn over(&self) -> Step {
        if self.gathering.borrow().is_empty() {
            self.shared.report_direct(self.has_way.get());
        }
        self.gathering.borrow_mut().over()
    }

    fn step(self: &Rc<Self>, step: Step) {
        match step {
            Step::Wait => {}
            Step::StartMoment => self.moment.set(Some(MOMENT)),
            Step::Report(addresses) => self.shared.report(addresses),
            Step::AskEcho => self.ask_echo(),
        }
    }

    fn ask_echo(self: &Rc<Self>) {
        let (me, url) = (Rc::downgrade(self), self.echo.clone());
        let until = Until::after(ECHO_TIME).ok();
        let signal = until.as_ref().map(Until::signal);
        self.asking.replace(until);
        spawn_local(async move {
            let answer = match url.zip(signal) {
                Some((url, signal)) => echo::ask(&url, signal).await,
                None => Err("no echo is configured".to_owned()),
            };
            let found = answer.inspect_err(|error| tracing::warn!(error, "no answer of the echo"));
            // A later look-up counts instead of one that is gone.
            if let Some(search) = me.upgrade() {
                let step = search.gathering.borrow_mut().echoed(found.ok());
                search.step(step);
            }
        });
    }
}

/// Takes a step when a timer fires.
fn on(me: &Weak<Search>, step: fn(&Search) -> Step) -> impl Fn() + use<> {
    let me = Weak::clone(me);
    move || {
        if let Some(search) = me.upgrade() {
            let step = step(&search);
            search.step(step);
        }
    }
}

/// Returns whether a relay is configured: with it, others are reached also where UDP is forbidden.
fn has_relay(servers: &[IceServer]) -> bool {
    let mut urls = servers.iter().flat_map(|server| &server.urls);
    urls.any(|url| url.starts_with("turn"))
}
