//! The one machine that is a participant.
//!
//! The contract: after each [`Node::handle`], call [`Node::poll`] until it returns
//! [`Output::Timeout`]; act on every output in order.
//!
//! A node is the parent of a few machines, each with its own fields: [`Directory`] (who is on this
//! network), [`Handshakes`] (connections until they are authenticated), [`Introductions`] (strangers
//! who ask and are asked), [`Contacts`], [`Conversations`] with them, and [`Rendezvous`] to find
//! them again. A machine sees its own fields and the [`Context`]; what concerns another one goes up
//! as a [`Fact`](crate::fact::Fact). [`wiring`] is the only folder that knows two machines. At the end
//! of each input [`present`] tells the views what changed.
//!
//! Two nodes meet:
//!
//! ```
#![doc = include_str!("../../docs/manual.rs")]
//! ```

mod account;
mod attention;
mod presence;
mod present;
mod transport;
mod wiring;

pub use crate::io::{
    BeaconAnswer, BeaconFailure, ChannelBinding, Closed, CommandId, FileInput, FileOutput, Input,
    Link, LinkId, LoadId, Near, Output, Path, Reach, Signalling, StoreId,
};
pub use crate::why::{Deadline, Why};

use crate::clock::Now;
use crate::config::Config;
use crate::contacts::Contacts;
use crate::context::Context;
use crate::conversations::Conversations;
use crate::directory::Directory;
use crate::files::Files;
use crate::handshakes::Handshakes;
use crate::introductions::Introductions;
use crate::limits;
use crate::name::Unicode;
use crate::records::{MessageRecord, Snapshot};
use crate::rendezvous::Rendezvous;
use crate::values::ContactId;
use crate::view::Message;
use account::Account;
use attention::Attention;
use presence::Presence;
use present::Shown;
use std::collections::BTreeSet;
use std::time::Duration;
use transport::Transport;

/// A participant.
#[derive(Debug)]
pub struct Node {
    ctx: Context,
    account: Account,
    transport: Transport,
    directory: Directory,
    handshakes: Handshakes,
    introductions: Introductions,
    contacts: Contacts,
    conversations: Conversations,
    rendezvous: Rendezvous,
    files: Files,
    shown: Shown,
    attention: Attention,
    presence: Presence,
}

impl Node {
    /// Returns a node that goes on from `snapshot`. `config` is what the extension was packed with,
    /// `config_error` what was wrong with it; `seed` is fresh randomness of the system.
    pub fn new(
        config: Config,
        config_error: Option<String>,
        snapshot: Snapshot,
        seed: [u8; 32],
        unicode: Box<dyn Unicode>,
        now: Now,
    ) -> Self {
        let mut there: BTreeSet<ContactId> = snapshot.contact_ids().cloned().collect();
        let Snapshot {
            profile,
            settings,
            damaged_settings,
            availability,
            contacts,
            damaged_contacts: _,
            requests,
            asked,
            invites,
            threads,
            outbox,
            transfers,
        } = snapshot;
        let presence = Presence::restore(availability, settings.away, now);
        let mut node = Self {
            ctx: Context::new(seed, unicode, now),
            account: Account::restore(
                config,
                config_error.as_deref(),
                settings,
                damaged_settings.as_deref(),
                profile,
            ),
            transport: Transport::default(),
            directory: Directory::new(now.unix),
            handshakes: Handshakes::default(),
            introductions: Introductions::default(),
            contacts: Contacts::default(),
            conversations: Conversations::default(),
            rendezvous: Rendezvous::default(),
            files: Files::default(),
            shown: Shown::default(),
            attention: Attention::default(),
            presence,
        };
        node.account.report_damage(&mut node.ctx);
        node.contacts.restore(&mut node.ctx, contacts);
        for double in node.contacts.part_doubles(&mut node.ctx) {
            there.remove(&double);
        }
        // A crash between two writes leaves the chat of a contact that was removed.
        let is_there = |contact: &ContactId| there.contains(contact);
        node.conversations
            .restore(&mut node.ctx, threads, &outbox, is_there);
        node.files.restore(&mut node.ctx, transfers, is_there);
        // A crash between two writes leaves the chat of a contact as it was before it was accepted.
        for contact in node.contacts.all().filter(|c| c.awaits_card()) {
            node.conversations.accepted(contact.id());
        }
        node.introductions
            .restore(requests, invites, asked, now.mono);
        node.attention.came(now.mono);
        node.begin();
        node
    }

    /// Handles one input.
    pub fn handle(&mut self, now: Now, input: Input) {
        let (gap, set_back) = gap(self.ctx.now, now);
        self.ctx.now = now;
        if set_back && gap > limits::CLOCK_SET {
            self.directory.clock_set_back(gap);
        }
        if gap > limits::CLOCK_JUMP {
            self.woke();
        } else if gap > limits::CLOCK_SET {
            self.directory.hurry_beacon(now.mono);
        }
        self.route(input);
        self.settle();
        self.tick();
        self.conversations.flush(&mut self.ctx);
        self.recognise();
        self.show();
    }

    /// Returns what to do next; the last output of each round is [`Output::Timeout`].
    pub fn poll(&mut self) -> Output {
        self.ctx
            .poll()
            .unwrap_or_else(|| Output::Timeout(self.due()))
    }

    /// Returns a message that was read as views see it now; `answered` is the one that it answers
    /// ([`MessageRecord::answers`]), where it is here. `None` is what a write has left that is said to have failed: as long
    /// as it is there, views must not show it.
    pub fn shown(&self, read: &MessageRecord, answered: Option<&MessageRecord>) -> Option<Message> {
        self.conversations.shown(read, answered)
    }

    /// Returns whether nothing is under way that the end of the page would break off: no write, no
    /// handshake, no message and no file.
    pub fn is_at_rest(&self) -> bool {
        self.ctx.store.is_idle()
            && self.handshakes.is_idle()
            && self.conversations.is_idle()
            && self.files.is_idle()
    }

    fn due(&self) -> Option<Deadline> {
        self.account.me()?;
        [
            self.directory.due(&self.ctx),
            self.handshakes.due(),
            self.introductions.due(),
            self.contacts.due(self.ctx.now.mono),
            self.conversations.due(self.ctx.now),
            self.rendezvous.due(&self.ctx),
            self.files.due(self.transport.is_held()),
            self.attention.due(),
            self.shown.due(),
            self.presence.due(self.ctx.now),
            self.ctx.store.due().map(|at| Why::Write.at(at)),
        ]
        .into_iter()
        .flatten()
        .min()
    }
}

/// Returns by how much the clocks differ in what has passed, and whether the calendar was set back; else the
/// device slept, or it was set forward.
fn gap(last: Now, now: Now) -> (Duration, bool) {
    let mono = i128::from(now.mono.0) - i128::from(last.mono.0);
    let unix = i128::from(now.unix) - i128::from(last.unix);
    let gap = u64::try_from((unix - mono).unsigned_abs()).unwrap_or(u64::MAX);
    (Duration::from_millis(gap), unix < mono)
}
