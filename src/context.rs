//! What the machines of a node share: the moment, the random source, the ids and connections that
//! were begun, and the way out: effects for the world, and facts for each other.

use crate::clock::{Now, millis};
use crate::config::Config;
use crate::crypto::{self, Key, Random};
use crate::fact::{Fact, Purpose};
use crate::io::{CommandId, LinkId, Near, Output, Reach};
use crate::limits::FURTHER_ATTEMPTS;
use crate::name::{Names, Unicode};
use crate::records::{Change, Query};
use crate::routes::{IdOwner, LinkOwner, Routes};
use crate::store::{Read, Store, Write};
use crate::values::ContactId;
use crate::view::{Alert, Answer, Event, Refusal};
use crate::wire::{Frame, RouterFrame, encode};
use chacha20::rand_core::SeedableRng;
use std::collections::VecDeque;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

/// Handed down through every call of one input.
pub(crate) struct Context {
    /// The moment of the input being handled.
    pub(crate) now: Now,
    pub(crate) rng: Random,
    pub(crate) names: Names,
    pub(crate) store: Store,
    pub(crate) routes: Routes,
    /// Every public address of this device.
    pub(crate) here: Vec<IpAddr>,
    /// Whether the settings name a relay.
    pub(crate) relays: bool,
    /// The person is off: nothing may be sent.
    off: bool,
    out: VecDeque<Output>,
    facts: VecDeque<Fact>,
    links: u32,
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

impl Context {
    pub(crate) fn new(seed: [u8; 32], unicode: Box<dyn Unicode>, now: Now) -> Self {
        Self {
            now,
            rng: Random::from_seed(seed),
            names: Names::new(unicode),
            store: Store::default(),
            routes: Routes::default(),
            here: Vec::new(),
            relays: false,
            off: false,
            out: VecDeque::new(),
            facts: VecDeque::new(),
            links: 0,
        }
    }

    /// Returns the oldest effect that the world has not seen.
    pub(crate) fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// Gives an effect to the world: the one way out. Nothing goes to the network while the person is off,
    /// whoever asks for it.
    pub(crate) fn emit(&mut self, output: Output) {
        if self.off && output.is_of_network() {
            debug_assert!(false, "the network is used while off: {output:?}");
            return tracing::error!("the network was to be used while off");
        }
        self.out.push_back(output);
    }

    /// Returns whether the person is off.
    pub(crate) fn is_off(&self) -> bool {
        self.off
    }

    /// Sends nothing from now on: the person is off.
    pub(crate) fn disconnect(&mut self) {
        self.emit(Output::Disconnect);
        self.off = true;
    }

    /// Begins to use the network, by these servers.
    pub(crate) fn configure(&mut self, config: &Config) {
        self.off = false;
        self.emit(Output::Configure(config.clone()));
    }

    /// Tells the other machines.
    pub(crate) fn tell(&mut self, fact: Fact) {
        self.facts.push_back(fact);
    }

    /// Returns the oldest fact that nobody has acted on.
    pub(crate) fn next_fact(&mut self) -> Option<Fact> {
        self.facts.pop_front()
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.emit(Output::Event(event));
    }

    /// Tells the person of a problem, when they look next.
    pub(crate) fn alert(&mut self, alert: Alert) {
        self.tell(Fact::Alert(alert));
    }

    pub(crate) fn answer(&mut self, command: CommandId, result: Result<Answer, Refusal>) {
        self.emit(Output::Reply(command, result));
    }

    /// Answers a command that asks for nothing but to be done.
    pub(crate) fn reply(&mut self, command: CommandId, result: Result<(), Refusal>) {
        self.answer(command, result.map(|()| Answer::Done));
    }

    /// Dials within a namespace.
    pub(crate) fn dial(&mut self, from: &str, to: &str) -> LinkId {
        self.connect(from, to, LinkOwner::Directory, None)
    }

    /// Lets the holder of another id hear of an own one.
    pub(crate) fn knock(&mut self, from: &str, to: &str) {
        self.emit(Output::Knock {
            from: from.to_owned(),
            to: to.to_owned(),
        });
    }

    /// Dials somebody with whom a handshake follows. With a secret of both, the offer shows that it is
    /// known, to who knows it too; to everybody else all offers look alike.
    pub(crate) fn dial_for(
        &mut self,
        from: &str,
        to: &str,
        purpose: Purpose,
        secret: Option<Key>,
    ) -> LinkId {
        let link = self.connect(from, to, LinkOwner::Handshakes, secret);
        self.tell(Fact::Dialled {
            link,
            from: from.to_owned(),
            to: to.to_owned(),
            purpose,
        });
        link
    }

    /// Dials a contact to fetch files, with the connection ids that it waits for.
    pub(crate) fn dial_for_files(
        &mut self,
        from: &str,
        to: &str,
        contact: &ContactId,
        labels: Vec<String>,
    ) -> LinkId {
        let link = self.next_link(LinkOwner::Files(contact.clone()));
        let reach = self.reach(from);
        self.attempt(link, (from, to), labels, reach);
        link
    }

    fn attempt(
        &mut self,
        link: LinkId,
        (from, to): (&str, &str),
        labels: impl IntoIterator<Item = String>,
        reach: Reach,
    ) {
        let mut labels = labels.into_iter();
        self.emit(Output::Dial {
            link,
            from: from.to_owned(),
            to: to.to_owned(),
            label: labels.next().unwrap_or_default(),
            further: labels.collect(),
            reach,
        });
    }

    fn next_link(&mut self, owner: LinkOwner) -> LinkId {
        self.links = self.links.wrapping_add(1);
        let link = LinkId::Dialled(self.links);
        self.routes.set_link(link, owner);
        link
    }

    fn connect(&mut self, from: &str, to: &str, owner: LinkOwner, secret: Option<Key>) -> LinkId {
        let link = self.next_link(owner);
        let secret = secret.unwrap_or_else(|| self.random());
        let reach = self.reach(from);
        // Within a network there is no router between the two that another attempt could get through.
        let further = match reach {
            Reach::Anywhere => FURTHER_ATTEMPTS,
            Reach::Near(_) => 0,
        };
        let attempts = 1 + further;
        let labels = (0..attempts).map(|_| crypto::offer_label(&secret, from, to, self.random()));
        let labels: Vec<String> = labels.collect();
        self.attempt(link, (from, to), labels, reach);
        link
    }

    /// Answers somebody who dialled an own id.
    pub(crate) fn admit(&mut self, link: LinkId, local: &str, owner: LinkOwner) {
        self.routes.set_link(link, owner);
        let reach = self.reach(local);
        self.emit(Output::Answer { link, reach });
    }

    /// Returns how far a connection of an own id may reach.
    fn reach(&self, own: &str) -> Reach {
        match self.routes.id(own) {
            Some(IdOwner::Directory(at)) => Reach::Near(Near {
                at,
                own: self.here.clone(),
                relays: self.relays,
            }),
            Some(IdOwner::Transport | IdOwner::Former | IdOwner::Invite | IdOwner::Rendezvous)
            | None => Reach::Anywhere,
        }
    }

    pub(crate) fn transmit(&mut self, link: LinkId, frame: &dyn Frame) {
        self.transmit_text(link, encode(frame));
    }

    /// Sends a frame that is encoded already.
    pub(crate) fn transmit_text(&mut self, link: LinkId, text: String) {
        self.emit(Output::Transmit(link, text));
    }

    /// Sends one message to many, encoded once.
    pub(crate) fn transmit_all(&mut self, links: impl Iterator<Item = LinkId>, frame: &dyn Frame) {
        let mut text = None;
        for link in links {
            let text = text.get_or_insert_with(|| encode(frame));
            self.transmit_text(link, text.clone());
        }
    }

    pub(crate) fn close(&mut self, link: LinkId) {
        self.routes.remove_link(link);
        self.emit(Output::Close(link));
    }

    /// Says goodbye to a peer or router, and closes.
    pub(crate) fn bye(&mut self, link: LinkId) {
        self.transmit(link, &RouterFrame::Bye);
        self.close(link);
    }

    /// Holds an id. Where the person is off, it is held when they are on again: whoever needs it registers it
    /// anew then.
    pub(crate) fn register(&mut self, id: &str, owner: IdOwner) {
        if self.off {
            return;
        }
        self.routes.set_id(id, owner);
        self.emit(Output::Register(id.to_owned()));
    }

    pub(crate) fn release(&mut self, id: &str) {
        self.routes.take_id(id);
        if self.off {
            return;
        }
        self.emit(Output::Release(id.to_owned()));
    }

    /// Writes a change; when it is durable or has failed, `write` says who goes on.
    pub(crate) fn store(&mut self, write: Write, change: Change) {
        let id = self.store.begin(write);
        self.emit(Output::Store(id, change));
    }

    /// Writes a change, again and again where that fails.
    pub(crate) fn store_for_certain(&mut self, change: Change) {
        self.store(Write::Certain(Box::new(change.clone())), change);
    }

    /// Reads messages; `read` says who goes on with them.
    pub(crate) fn load(&mut self, read: Read, query: Query) {
        let id = self.store.begin_read(read);
        self.emit(Output::Load(id, query));
    }

    pub(crate) fn random<const N: usize>(&mut self) -> [u8; N] {
        crypto::random(&mut self.rng)
    }

    /// Returns an even choice from nothing to `most`, in milliseconds.
    pub(crate) fn jitter(&mut self, most: Duration) -> Duration {
        let random = u64::from_le_bytes(self.random());
        Duration::from_millis(random % millis(most).saturating_add(1))
    }
}
