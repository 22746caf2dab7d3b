//! What the tests of single machines share: a context without a world, people, and what came out.

use crate::clock::{Mono, Now};
use crate::context::Context;
use crate::crypto::{Identity, PublicKey};
use crate::encoding::b64;
use crate::fact::Fact;
use crate::io::{CommandId, LinkId, Output};
use crate::me::Me;
use crate::name::Tables;
use crate::records::{CardRecord, Change, ContactRecord, ProfileRecord, RequestRecord, Secret};
use crate::values::{ContactId, RequestId};
use crate::view::{Alert, Answer, Refusal};
use std::time::Duration;

/// 2026-11-23T07:45Z, the middle of a slot.
pub(crate) const NOW: Now = Now {
    mono: Mono(1_000_000),
    unix: 1_795_419_900_000,
    zone: 0,
};

pub(crate) fn context() -> Context {
    Context::new([1; 32], Box::new(Tables), NOW)
}

/// Moves both clocks on.
pub(crate) fn wait(ctx: &mut Context, time: Duration) {
    ctx.now.mono = ctx.now.mono + time;
    ctx.now.unix += u64::try_from(time.as_millis()).unwrap();
}

/// Returns somebody who has joined; all of their secrets come of one byte.
pub(crate) fn me(name: &str, byte: u8) -> Me {
    let profile = ProfileRecord {
        version: 1,
        name: name.to_owned(),
        named_at: 0,
        identity: Secret(b64(&[byte; 32])),
        discovery_uuid: Secret(b64(&[byte; 16])),
        transport_id: transport_id(byte),
        profile_number: 1,
        former: None,
    };
    Me::restore(profile).unwrap()
}

pub(crate) fn transport_id(byte: u8) -> String {
    crate::ids::transport_id_of(uuid::Uuid::from_bytes([byte; 16]))
}

/// Returns the key of [`me`] with this byte.
pub(crate) fn key(byte: u8) -> PublicKey {
    Identity::from_bytes(&[byte; 32]).unwrap().public()
}

pub(crate) fn id(name: &str) -> ContactId {
    ContactId(name.to_owned())
}

/// Returns a saved contact: [`me`] with this byte, as others have it.
pub(crate) fn contact(name: &str, byte: u8) -> ContactRecord {
    ContactRecord {
        version: 1,
        id: id(name),
        identity: Some(key(byte).encode()),
        name: name.to_owned(),
        new_name: None,
        card: Some(CardRecord {
            transport_id: transport_id(byte),
            discovery_uuid: Secret(b64(&[byte; 16])),
        }),
        profile_number: 1,
        pair_secret: Secret(b64(&[byte; 32])),
        last_seen: Some(NOW.unix),
        preferences: Box::default(),
        introduced: None,
    }
}

/// Returns a contact whose key is not known, because the last message of the acceptance is missing.
pub(crate) fn unfinished(name: &str, byte: u8) -> ContactRecord {
    ContactRecord {
        identity: None,
        card: None,
        ..contact(name, byte)
    }
}

pub(crate) fn request(name: &str, from: &str) -> RequestRecord {
    RequestRecord {
        version: 1,
        id: RequestId(format!("request of {name}")),
        from: from.to_owned(),
        to: "us".to_owned(),
        name: name.to_owned(),
        note: None,
        at: NOW.unix,
        invite: None,
        rejected: None,
        accepted: None,
        call_back: Secret(b64(&[0x0C; 32])),
    }
}

/// Takes everything for the world.
pub(crate) fn outputs(ctx: &mut Context) -> Vec<Output> {
    std::iter::from_fn(|| ctx.poll()).collect()
}

/// Takes everything for the other machines.
pub(crate) fn facts(ctx: &mut Context) -> Vec<Fact> {
    std::iter::from_fn(|| ctx.next_fact()).collect()
}

/// Takes everything, so that a test sees only what comes after.
pub(crate) fn clear(ctx: &mut Context) {
    outputs(ctx);
    facts(ctx);
}

/// Takes the outputs, and returns what is found in them.
fn find<T>(ctx: &mut Context, what: impl FnMut(Output) -> Option<T>) -> Vec<T> {
    outputs(ctx).into_iter().filter_map(what).collect()
}

/// Takes the outputs, and returns what is sent on a connection.
pub(crate) fn sent(ctx: &mut Context, on: LinkId) -> Vec<String> {
    find(ctx, |output| {
        let Output::Transmit(link, text) = output else {
            return None;
        };
        (link == on).then_some(text)
    })
}

/// Takes the outputs, and returns the connections that are closed.
pub(crate) fn closed(ctx: &mut Context) -> Vec<LinkId> {
    find(ctx, |output| {
        let Output::Close(link) = output else {
            return None;
        };
        Some(link)
    })
}

/// Takes the outputs, and returns from where and to where is dialled.
pub(crate) fn dials(ctx: &mut Context) -> Vec<(String, String)> {
    find(ctx, |output| {
        let Output::Dial { from, to, .. } = output else {
            return None;
        };
        Some((from, to))
    })
}

/// Takes the outputs, and returns what is written.
pub(crate) fn changes(ctx: &mut Context) -> Vec<Change> {
    find(ctx, |output| {
        let Output::Store(_, change) = output else {
            return None;
        };
        Some(change)
    })
}

/// Takes the facts, and returns what the person is told.
pub(crate) fn notices(ctx: &mut Context) -> Vec<Alert> {
    let notice = |fact| {
        let Fact::Alert(notice) = fact else {
            return None;
        };
        Some(notice)
    };
    facts(ctx).into_iter().filter_map(notice).collect()
}

/// Takes the outputs, and returns the answers to commands.
pub(crate) fn replies(ctx: &mut Context) -> Vec<(CommandId, Result<Answer, Refusal>)> {
    find(ctx, |output| {
        let Output::Reply(command, result) = output else {
            return None;
        };
        Some((command, result))
    })
}

/// Takes the outputs, and returns the ids that are registered.
pub(crate) fn registered(ctx: &mut Context) -> Vec<String> {
    find(ctx, |output| {
        let Output::Register(id) = output else {
            return None;
        };
        Some(id)
    })
}
