//! The PeerJS client in force: made anew for each configuration, its tokens kept for the session.

use super::host::Host;
use super::timer::sleep;
use crate::mapping;
use ipc::{Area, HostRequest};
use mesh_chat::config::Config;
use mesh_chat::node::{Input, LinkId, Reach};
use peerjs::browser::{Bytes, Client, Connections, Sink};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;

/// How long a goodbye may take: with what follows, no more than the second within which everything is closed.
const LAST_WORDS: Duration = Duration::from_millis(400);

/// The key of the tokens in `storage.session`.
pub(crate) const TOKENS: &str = "tokens";

/// Holds the client. Without one, before the first configuration, nothing is sent anywhere.
pub(crate) struct Signalling {
    client: RefCell<Option<Client>>,
    /// Counts configurations: what an earlier client still says is not heard.
    generation: Rc<Cell<u32>>,
    tokens: RefCell<Vec<(String, String)>>,
    connections: Connections,
    host: Host,
    heard: Rc<dyn Fn(Input)>,
}

impl Signalling {
    /// Returns the holder without a client. `tokens` are those of an earlier page of this browser
    /// session.
    pub(crate) fn new(
        host: Host,
        tokens: Vec<(String, String)>,
        connections: Connections,
        heard: impl Fn(Input) + 'static,
    ) -> Self {
        Self {
            client: RefCell::new(None),
            generation: Rc::default(),
            tokens: RefCell::new(tokens),
            connections,
            host,
            heard: Rc::new(heard),
        }
    }

    /// Uses these servers from now on; every connection through the earlier ones ends.
    pub(crate) fn configure(&self, config: &Config) {
        let generation = self.generation.get().wrapping_add(1);
        self.generation.set(generation);
        let (current, heard) = (Rc::clone(&self.generation), Rc::clone(&self.heard));
        let on_event = move |event| {
            if current.get() == generation {
                heard(mapping::input(event));
            }
        };
        let tokens = self.tokens.borrow().clone();
        let (servers, ice) = (mapping::servers(config), mapping::ice(config));
        let connections = self.connections.clone();
        let client = Client::new(servers, ice, tokens, connections, on_event);
        let earlier = self.client.replace(Some(client));
        // The earlier client may be the one whose event led here, so it ends after this turn.
        spawn_local(async move { drop(earlier) });
    }

    /// Ends every connection once what was said last has had the time to arrive, and uses no server before
    /// the next configuration.
    pub(crate) fn disconnect(&self) {
        // What the client says by then is not heard.
        self.generation.set(self.generation.get().wrapping_add(1));
        let client = self.client.take();
        spawn_local(async move {
            sleep(LAST_WORDS).await;
            drop(client);
        });
    }

    pub(crate) fn register(&self, id: &str) {
        self.with(|client| client.register(id));
        self.keep_tokens();
    }

    pub(crate) fn release(&self, id: &str) {
        self.with(|client| client.release(id));
        self.keep_tokens();
    }

    pub(crate) fn dial(
        &self,
        link: LinkId,
        from: &str,
        to: &str,
        labels: Vec<String>,
        reach: Reach,
    ) {
        let (conn, reach) = (mapping::conn(link), mapping::reach(reach));
        self.with(|client| client.dial(conn, from, to, labels, reach));
    }

    pub(crate) fn answer(&self, link: LinkId, reach: Reach) {
        let (conn, reach) = (mapping::conn(link), mapping::reach(reach));
        self.with(|client| client.answer(conn, reach));
    }

    pub(crate) fn knock(&self, from: &str, to: &str) {
        self.with(|client| client.knock(from, to));
    }

    pub(crate) fn transmit(&self, link: LinkId, frame: &str) {
        self.with(|client| client.send(mapping::conn(link), frame));
    }

    pub(crate) fn take_bytes(&self, link: LinkId, sink: Sink) {
        self.with(|client| client.take_bytes(mapping::conn(link), sink));
    }

    pub(crate) fn bytes(&self, link: LinkId) -> Option<Bytes> {
        let client = self.client.borrow();
        client.as_ref()?.bytes(mapping::conn(link))
    }

    pub(crate) fn close(&self, link: LinkId) {
        self.with(|client| client.close(mapping::conn(link)));
    }

    pub(crate) fn probe(&self) {
        self.with(Client::probe);
    }

    fn with(&self, act: impl FnOnce(&Client)) {
        match self.client.borrow().as_ref() {
            Some(client) => act(client),
            None => tracing::error!("the core used the network before it was configured"),
        }
    }

    fn keep_tokens(&self) {
        let Some(tokens) = self.client.borrow().as_ref().map(Client::tokens) else {
            return;
        };
        if *self.tokens.borrow() == tokens {
            return;
        }
        if let Ok(text) = json::to_string(&tokens) {
            let set = vec![(TOKENS.to_owned(), text)];
            self.host.tell(HostRequest::Write {
                area: Area::Session,
                set,
                remove: Vec::new(),
            });
        }
        self.tokens.replace(tokens);
    }
}
