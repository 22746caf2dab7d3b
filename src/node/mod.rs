//! The one machine that is a participant.
//!
//! The contract: after each [`Node::handle`], call [`Node::poll`] until it gives
//! [`Output::Timeout`]; act on every output in order.
//!
//! What happens is handled by the part it belongs to: [`commands`] from the person, [`network`]
//! from the signalling servers and about addresses, [`beacon`] about their roots, [`links`] on connections until they are
//! authenticated, [`requests`] between strangers, [`invites`] by which they meet across networks,
//! [`acceptance`] of them, [`rendezvous`] to find them again, [`meeting`] of contacts again, [`sessions`] with contacts, [`care`] for
//! them, [`rendezvous`] to find them again, [`storage`] when writes end. At the end of each
//! input the node looks once at all deadlines and tells the views what changed ([`show`],
//! [`people`]).

mod acceptance;
mod backup;
mod beacon;
mod care;
mod commands;
mod contacts;
mod insist;
mod invites;
mod links;
mod meeting;
mod network;
mod people;
mod rendezvous;
mod requests;
mod sessions;
mod show;
mod storage;

pub use crate::io::{
    BeaconAnswer, BeaconFailure, ChannelBinding, Closed, CommandId, Input, Link, LinkId, Output,
    Path, Signalling, StoreId,
};

use crate::blacklist::Blacklist;
use crate::calendar;
use crate::chat::Chat;
use crate::clock::{Mono, Now};
use crate::config::{Config, Settings};
use crate::context::Context;
use crate::crypto::Identity;
use crate::encoding::unb64;
use crate::limits;
use crate::name::Unicode;
use crate::records::{InviteRecord, MessageRecord, ProfileRecord, RequestRecord, Snapshot};
use crate::view::{Asked, ContactId, Event, InviteId, Message, Notice, RequestId};
use contacts::Contact;
use insist::Unwritten;
use invites::Invitation;
use links::Pending;
use litemap::LiteMap;
use network::Network;
use pace::Bucket;
use rendezvous::Rendezvous;
use show::Shown;
use std::time::Duration;
use storage::Write;

/// A participant.
#[derive(Debug)]
pub struct Node {
    ctx: Context,
    defaults: Config,
    config_error: Option<String>,
    settings: Settings,
    me: Option<Me>,
    /// The stored identity cannot be read: nothing may replace it.
    damaged: bool,
    network: Network,
    links: LiteMap<LinkId, Pending>,
    handshakes: Bucket,
    contacts: LiteMap<ContactId, Contact>,
    chats: LiteMap<ContactId, Chat>,
    requests: LiteMap<RequestId, RequestRecord>,
    invites: LiteMap<InviteId, InviteRecord>,
    /// Invites of others that were used here, by the Transport ID in them.
    invitations: LiteMap<String, Invitation>,
    /// Strangers the person asked, by Discovery ID without its root.
    asked: LiteMap<String, Asked>,
    writes: LiteMap<StoreId, Write>,
    unwritten: Unwritten,
    shown: Shown,
    rendezvous: Rendezvous,
    blacklist: Blacklist,
    /// When the person was last told of another device with this identity, and of a clock.
    told_two_copies: Option<Mono>,
    told_clock: Option<Mono>,
    /// Some view is open, so that messages need no notification.
    watched: bool,
    day: u64,
    last: Now,
}

/// Oneself, once joined.
struct Me {
    record: ProfileRecord,
    identity: Identity,
    discovery_uuid: [u8; 16],
}

impl std::fmt::Debug for Me {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Me(…)")
    }
}

impl Me {
    fn restore(record: ProfileRecord) -> Option<Self> {
        let identity = Identity::from_bytes(&unb64(&record.identity.0)?)?;
        let discovery_uuid = unb64(&record.discovery_uuid.0)?;
        Some(Self {
            record,
            identity,
            discovery_uuid,
        })
    }
}

impl Node {
    /// A node that goes on from `snapshot`. `config` is what the extension was packed with,
    /// `config_error` what was wrong with it; `seed` is fresh randomness of the system.
    pub fn new(
        config: Config,
        config_error: Option<String>,
        snapshot: Snapshot,
        seed: [u8; 32],
        unicode: Box<dyn Unicode>,
        now: Now,
    ) -> Self {
        let wrong = config.check().err().map(|invalid| invalid.to_string());
        let defaults = if wrong.is_some() {
            Config::default()
        } else {
            config
        };
        let damaged_profile = |record: &ProfileRecord| Me::restore(record.clone()).is_none();
        let damaged = snapshot.profile.as_ref().is_some_and(damaged_profile);
        let mut node = Self {
            ctx: Context::new(seed, unicode, now),
            defaults,
            config_error: config_error.or(wrong),
            settings: snapshot.settings.clone(),
            me: snapshot.profile.clone().and_then(Me::restore),
            damaged,
            network: Network::default(),
            links: LiteMap::new_vec(),
            handshakes: Bucket::new(
                limits::HANDSHAKES_PER_MINUTE,
                Duration::from_mins(1) / limits::HANDSHAKES_PER_MINUTE,
            ),
            contacts: LiteMap::new_vec(),
            chats: LiteMap::new_vec(),
            requests: LiteMap::new_vec(),
            invites: LiteMap::new_vec(),
            invitations: LiteMap::new_vec(),
            asked: LiteMap::new_vec(),
            writes: LiteMap::new_vec(),
            unwritten: Unwritten::default(),
            shown: Shown::default(),
            rendezvous: Rendezvous::default(),
            blacklist: Blacklist::default(),
            told_two_copies: None,
            told_clock: None,
            watched: false,
            day: calendar::day_number(now.unix),
            last: now,
        };
        node.restore(snapshot);
        if node.me.is_some() {
            node.go_online();
        }
        node
    }

    fn restore(&mut self, snapshot: Snapshot) {
        if self.damaged {
            self.notice(Notice::StorageDamaged {
                key: "profile".to_owned(),
            });
        }
        for record in snapshot.contacts {
            let key = format!("contact/{}", record.id.0);
            match Contact::restore(record) {
                Some(contact) => drop(self.contacts.insert(contact.record.id.clone(), contact)),
                None => self.notice(Notice::StorageDamaged { key }),
            }
        }
        for thread in snapshot.threads {
            let contact = thread.contact.clone();
            let own = |record: &&MessageRecord| record.message.contact == contact;
            let outbox = snapshot.outbox.iter().filter(own).cloned().collect();
            self.chats.insert(contact, Chat::restore(thread, outbox));
        }
        for request in snapshot.requests {
            self.requests.insert(request.id.clone(), request);
        }
        for invite in snapshot.invites {
            self.invites.insert(invite.id.clone(), invite);
        }
    }

    /// Something happened.
    pub fn handle(&mut self, now: Now, input: Input) {
        let woke = self.jumped(now);
        self.ctx.now = now;
        if woke {
            self.woke();
        }
        match input {
            Input::Timeout => {}
            Input::Command(id, command) => self.command(id, command),
            Input::Attach => self.attach(),
            Input::Watching(_, any) => self.watched = any,
            Input::Signalling(signalling) => self.signalling(signalling),
            Input::Link(link, event) => self.link(link, event),
            Input::Addresses(addresses) => self.addresses(addresses),
            Input::Beacon(result) => self.beacon_answered(&result),
            Input::Woke => self.woke(),
            Input::Cellular(cellular) => self.cellular(cellular),
            Input::Stored(id, result) => self.stored(id, result),
        }
        self.tick();
        self.flush_chats();
        self.show();
    }

    /// A stored message as views see it now.
    pub fn shown(&self, record: MessageRecord) -> Message {
        match self.chats.get(&record.message.contact) {
            Some(chat) => chat.shown(&record),
            None => crate::chat::shown(&record),
        }
    }

    /// What to do next; the last of each round is [`Output::Timeout`].
    pub fn poll(&mut self) -> Output {
        self.ctx
            .poll()
            .unwrap_or_else(|| Output::Timeout(self.due()))
    }

    /// Whether the clocks show that the device slept, or that somebody set the time.
    fn jumped(&mut self, now: Now) -> bool {
        let last = std::mem::replace(&mut self.last, now);
        let mono = i128::from(now.mono.0) - i128::from(last.mono.0);
        let unix = i128::from(now.unix) - i128::from(last.unix);
        (unix - mono).unsigned_abs() > limits::CLOCK_JUMP.as_millis()
    }

    /// Looks at every deadline; harmless at any time.
    fn tick(&mut self) {
        if self.me.is_none() {
            return;
        }
        self.new_day();
        self.network_timeout();
        self.links_timeout();
        self.sessions_timeout();
        self.contacts_timeout();
        self.rendezvous_timeout();
        self.expire_requests();
        self.expire_invites();
        self.expire_unfinished();
        self.insist_again();
    }

    fn due(&self) -> Option<Mono> {
        self.me.as_ref()?;
        let links = self.links.values().filter_map(|link| link.deadline);
        let contacts = self
            .contacts
            .values()
            .flat_map(|contact| self.contact_due(contact));
        self.network_due()
            .into_iter()
            .chain(links)
            .chain(contacts)
            .chain(self.rendezvous_due())
            .chain(self.unwritten.at)
            .min()
    }

    fn notice(&mut self, notice: Notice) {
        self.ctx.emit(Output::Event(Event::Notice(notice)));
    }
}
