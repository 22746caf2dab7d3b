//! Saved contacts by themselves: the ways to them are what a test says.

mod dialling;
mod keeping;
mod profiles;

use super::*;
use crate::test_context::{NOW, clear, contact, context, dials, facts, id, key, transport_id};

const BOB: u8 = 2;
/// Where Bob is seen in a registry, and the own id beside that.
const SEEN: &str = "myapp-203-0-113-7-bbbbbbbb-bbbb-8bbb-8bbb-bbbbbbbbbbbb";
const BESIDE: &str = "myapp-203-0-113-7-aaaaaaaa-aaaa-8aaa-8aaa-aaaaaaaaaaaa";
const OWN: &str = "own transport id";
const LINK: LinkId = LinkId::Dialled(99);

/// The ways to contacts, as other machines would know them.
#[derive(Default)]
struct Map {
    near: bool,
    /// Others are seen as Bob too, and can be dialled.
    others: bool,
    held: bool,
    blacklisted: Option<(String, Mono)>,
}

impl Ways for Map {
    fn near(&self, discovery_id: &str) -> Option<&str> {
        (self.near && (discovery_id == SEEN || self.others)).then_some(BESIDE)
    }

    fn own_transport(&self) -> Option<&str> {
        self.held.then_some(OWN)
    }

    fn blacklisted_until(&self, id: &str, _: &ContactId) -> Option<Mono> {
        let (listed, until) = self.blacklisted.as_ref()?;
        (listed == id).then_some(*until)
    }
}

fn online() -> Map {
    Map {
        held: true,
        ..Map::default()
    }
}

fn with(records: impl IntoIterator<Item = ContactRecord>) -> (Context, Contacts) {
    let (mut ctx, mut contacts) = (context(), Contacts::default());
    contacts.restore(&mut ctx, records.into_iter().collect());
    (ctx, contacts)
}

fn with_bob() -> (Context, Contacts) {
    with([contact("Bob", BOB)])
}

fn bob() -> ContactId {
    id("Bob")
}

/// Bob is in a registry.
fn see_bob(contacts: &mut Contacts) {
    see(contacts, None);
}

/// Bob is in a registry, with a Transport ID that somebody has sealed.
fn see_bob_sealed(contacts: &mut Contacts, transport_id: &str) {
    let sealed = crate::crypto::seal_transport(&[BOB; 16], SEEN, transport_id, [7; 12]);
    see(contacts, sealed);
}

fn see(contacts: &mut Contacts, sealed_transport: Option<String>) {
    see_all(contacts, [(SEEN, sealed_transport, BESIDE)]);
}

/// These are taken for Bob: an id, what is sealed there, and the own id beside it.
fn see_all<const N: usize>(contacts: &mut Contacts, all: [(&str, Option<String>, &str); N]) {
    let entry = |(discovery_id, sealed_transport, own): (&str, _, &str)| {
        let entry = crate::wire::Entry {
            discovery_id: discovery_id.to_owned(),
            friendlyname: "Bob".to_owned(),
            last_seen: 0,
            sealed_transport,
            relayed: None,
            router: None,
        };
        (entry, own.to_owned())
    };
    let mut seen = LiteMap::new_vec();
    seen.insert(bob(), all.map(entry).into());
    contacts.see(NOW.mono, seen);
}
