//! Runs an endpoint over the browser's WebSocket and RTCPeerConnection.
//!
//! Owns every browser object of the endpoint; each is closed and its listeners are taken off when
//! it is dropped. What the browser reports becomes an input of the machine, its outputs are performed
//! at once, and its events are delivered one after another, never in the middle of a call.

mod bytes;
mod channel;
mod connections;
mod frames;
mod handle;
mod rtc;
mod socket;
mod stats;
mod tasks;
mod timer;
mod waiting;

use crate::endpoint::Endpoint;
use crate::event::{ConnId, Event, IceServer, Server};
use crate::io::{Input, Output, RtcCommand, RtcId, RtcInput, SocketId, SocketInput};
pub use bytes::{Bytes, Sink};
pub use connections::{Connection, Connections};

use crate::reach::Reach;
use handle::Handle;
use litemap::LiteMap;
use rtc::Rtc;
use socket::Socket;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use timer::Timer;
use web_sys::RtcConfiguration;

/// An endpoint that runs in a page. Dropping it closes everything.
pub struct Client {
    driver: Rc<Driver>,
}

impl Client {
    /// Returns a client without ids; nothing is sent until one is registered. `tokens` are those of
    /// this browser session (see [`Client::tokens`]). `page` makes the connections; a page has one of
    /// it. `on_event` is called once for each event, and never from inside a call of a method of this
    /// type.
    pub fn new(
        servers: Vec<Server>,
        ice: Vec<IceServer>,
        tokens: Vec<(String, String)>,
        page: Connections,
        on_event: impl FnMut(Event) + 'static,
    ) -> Self {
        let endpoint = Endpoint::new(servers, tokens, seed());
        Self {
            driver: Driver::new(endpoint, rtc::configuration(&ice), page, Box::new(on_event)),
        }
    }

    /// Holds `id` until [`Client::release`].
    pub fn register(&self, id: &str) {
        self.driver.call(Input::Register(id.to_owned()));
    }

    /// Gives `id` up.
    pub fn release(&self, id: &str) {
        self.driver.call(Input::Release(id.to_owned()));
    }

    /// Connects from a held id to another; `labels` are the connection ids of the first attempt and of
    /// the further ones, see [`Input::Dial`].
    pub fn dial(&self, conn: ConnId, from: &str, to: &str, labels: Vec<String>, reach: Reach) {
        let mut further = labels.into_iter();
        self.driver.call(Input::Dial {
            conn,
            from: from.to_owned(),
            to: to.to_owned(),
            label: further.next(),
            further: further.collect(),
            reach,
        });
    }

    /// Takes a connection that was offered. [`Client::close`] refuses it.
    pub fn answer(&self, conn: ConnId, reach: Reach) {
        self.driver.call(Input::Answer { conn, reach });
    }

    /// Lets another id hear that this one is there, without a connection.
    pub fn knock(&self, from: &str, to: &str) {
        self.driver.call(Input::Knock {
            from: from.to_owned(),
            to: to.to_owned(),
        });
    }

    /// Sends one JSON message. It is dropped where the connection is not open; the `Closed` event
    /// says so.
    pub fn send(&self, conn: ConnId, frame: &str) {
        self.driver.call(Input::Send(conn, frame.to_owned()));
    }

    /// Takes bytes on an open connection from now on: binary messages that begin with a zero byte. They are handed on as
    /// they come, in order with the messages, and are no [`Event::Frame`].
    pub fn take_bytes(&self, conn: ConnId, sink: Sink) {
        if let Some(bytes) = self.bytes(conn) {
            bytes.take_to(sink);
        }
    }

    /// Returns the way to send bytes on an open connection.
    pub fn bytes(&self, conn: ConnId) -> Option<Bytes> {
        let connections = self.driver.connections.borrow();
        let mut of_it = connections.iter().filter(|(id, _)| id.conn == conn);
        of_it.find_map(|(_, rtc)| rtc.bytes())
    }

    /// Closes a connection; no event follows.
    pub fn close(&self, conn: ConnId) {
        if let Some(bytes) = self.bytes(conn) {
            bytes.end();
        }
        self.driver.call(Input::Close(conn));
    }

    /// Checks at once, by self-echo, that every id is still held, and reconnects those that are
    /// not.
    pub fn probe(&self) {
        self.driver.call(Input::Probe);
    }

    /// Returns the token of each id. Kept for the browser session and handed to `new` by the next
    /// page, they bring an id back at once after a crash.
    pub fn tokens(&self) -> Vec<(String, String)> {
        self.driver.endpoint.borrow().tokens()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.driver.shut_down();
    }
}

/// Returns the strong seed that tokens come from.
fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    if getrandom::fill(&mut seed).is_err() {
        // A page without `crypto.getRandomValues` has no WebRTC either.
        tracing::error!("no random source");
    }
    seed
}

type OnEvent = Box<dyn FnMut(Event)>;

/// The machine with the browser objects it acts on.
struct Driver {
    endpoint: RefCell<Endpoint>,
    inputs: RefCell<VecDeque<Input>>,
    running: Cell<bool>,
    events: RefCell<VecDeque<Event>>,
    on_event: RefCell<Option<OnEvent>>,
    handle: Handle,
    sockets: RefCell<LiteMap<SocketId, Socket>>,
    connections: RefCell<LiteMap<RtcId, Rtc>>,
    timer: RefCell<Option<Timer>>,
    configuration: RtcConfiguration,
    page: Connections,
    shut_down: Cell<bool>,
}

impl Driver {
    fn new(
        endpoint: Endpoint,
        configuration: RtcConfiguration,
        page: Connections,
        on_event: OnEvent,
    ) -> Rc<Self> {
        Rc::new_cyclic(|weak| {
            let weak: Weak<Self> = weak.clone();
            let handle = Handle::new(move |input| {
                // Weak: the driver owns the browser objects that have the handle.
                if let Some(driver) = weak.upgrade() {
                    driver.input(input);
                    driver.deliver();
                }
            });
            let on_time = handle.clone();
            Self {
                endpoint: RefCell::new(endpoint),
                inputs: RefCell::default(),
                running: Cell::new(false),
                events: RefCell::default(),
                on_event: RefCell::new(Some(on_event)),
                handle,
                sockets: RefCell::default(),
                connections: RefCell::default(),
                timer: RefCell::new(Some(Timer::new(move || on_time.timeout()))),
                configuration,
                page,
                shut_down: Cell::new(false),
            }
        })
    }

    /// Handles an input of the owner. Its events are delivered after this call.
    fn call(self: &Rc<Self>, input: Input) {
        self.input(input);
        if self.events.borrow().is_empty() {
            return;
        }
        let weak = Rc::downgrade(self);
        wasm_bindgen_futures::spawn_local(async move {
            if let Some(driver) = weak.upgrade() {
                driver.deliver();
            }
        });
    }

    /// Handles this input, and those that performing the outputs leads to.
    fn input(&self, input: Input) {
        self.inputs.borrow_mut().push_back(input);
        if self.shut_down.get() || self.running.replace(true) {
            return;
        }
        while let Some(input) = self.next_input() {
            self.endpoint.borrow_mut().handle(timer::now(), input);
            while self.perform_next() {}
        }
        self.running.set(false);
    }

    fn next_input(&self) -> Option<Input> {
        self.inputs.borrow_mut().pop_front()
    }

    /// Performs the next output. Returns false at the end of the round.
    fn perform_next(&self) -> bool {
        let output = self.endpoint.borrow_mut().poll();
        match output {
            Output::Connect(id, url) => self.connect(id, &url),
            Output::Transmit(id, text) => {
                if let Some(socket) = self.sockets.borrow().get(&id) {
                    socket.send(&text);
                }
            }
            Output::Disconnect(id) => drop(self.sockets.borrow_mut().remove(&id)),
            Output::Rtc(id, command) => self.rtc(id, command),
            Output::Event(event) => self.events.borrow_mut().push_back(event),
            Output::Timeout(when) => {
                if let Some(timer) = self.timer.borrow_mut().as_mut() {
                    timer.set(when);
                }
                return false;
            }
        }
        true
    }

    fn connect(&self, id: SocketId, url: &str) {
        match Socket::open(id, url, &self.handle) {
            Some(socket) => drop(self.sockets.borrow_mut().insert(id, socket)),
            None => self
                .inputs
                .borrow_mut()
                .push_back(Input::Socket(id, SocketInput::Closed)),
        }
    }

    fn rtc(&self, id: RtcId, command: RtcCommand) {
        let works = match command {
            RtcCommand::Offer { label } => {
                self.make(id, |made| Rtc::offer(id, made, &label, &self.handle))
            }
            RtcCommand::Answer(offer) => {
                self.make(id, |made| Rtc::answer(id, made, &offer, &self.handle))
            }
            RtcCommand::Close => {
                self.connections.borrow_mut().remove(&id);
                true
            }
            RtcCommand::Accept(_) | RtcCommand::Candidate(_) | RtcCommand::Send(_) => self
                .connections
                .borrow()
                .get(&id)
                .is_none_or(|rtc| rtc.perform(command)),
        };
        if !works {
            self.inputs
                .borrow_mut()
                .push_back(Input::Rtc(id, RtcInput::Closed));
        }
    }

    /// Makes a connection and begins with it. Returns false where the browser makes no more.
    fn make(&self, id: RtcId, begin: impl FnOnce(Connection) -> Rtc) -> bool {
        let Ok(made) = self.page.make(&self.configuration) else {
            return false;
        };
        let rtc = begin(made);
        self.connections.borrow_mut().insert(id, rtc).is_none()
    }

    /// Delivers the waiting events, and those that come up meanwhile.
    fn deliver(&self) {
        // Taken while it runs: a call that gets here meanwhile leaves its events to that run.
        let Some(mut on_event) = self.on_event.take() else {
            return;
        };
        while let Some(event) = self.next_event() {
            on_event(event);
        }
        if !self.shut_down.get() {
            self.on_event.replace(Some(on_event));
        }
    }

    fn next_event(&self) -> Option<Event> {
        self.events.borrow_mut().pop_front()
    }

    fn shut_down(&self) {
        self.shut_down.set(true);
        self.timer.take();
        self.sockets.take();
        self.connections.take();
        self.events.take();
        self.on_event.take();
    }
}
