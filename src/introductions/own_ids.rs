//! The ids that are held for invites, beside the Transport ID: each is for one other person, and leads them
//! to nothing else of this device.

use super::passes::Pass;
use crate::clock::Mono;
use crate::context::Context;
use crate::crypto::{Identity, hmac};
use crate::ids::{self, Stranger};
use crate::routes::IdOwner;
use std::time::Duration;

/// After which time an id is registered again that the server holds for somebody else.
const REGISTER_AGAIN: Duration = Duration::from_secs(15);

/// How long the id from which an invite is used may take to be registered: a server that answers does it
/// at once, and the person waits.
const REGISTERED_WITHIN: Duration = Duration::from_secs(10);

/// The ids.
#[derive(Debug, Default)]
pub(super) struct OwnIds {
    /// Those that were asked for, and whether they are held.
    held: Vec<(String, bool)>,
    /// When to register again what somebody else held.
    register_again: Option<Mono>,
    /// Invites that are used once an id is held for it.
    uses: Vec<Use>,
}

/// An invite that is about to be used.
pub(super) struct Use {
    /// The own id, made for this.
    pub(super) from: String,
    /// The id of the invite.
    pub(super) to: String,
    pub(super) maker: Stranger,
    pub(super) pass: Pass,
    until: Mono,
}

/// It holds a secret, which no log may hold.
impl std::fmt::Debug for Use {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Use(…)")
    }
}

/// Returns the id from which the invite with an id is used: whenever this person does, the same one, also where
/// the disk has lost that they did. Nobody else can tell which.
pub(super) fn to_use(identity: &Identity, invite: &str) -> String {
    let tag = hmac(
        &identity.to_bytes(),
        &[b"meshchat/1 use of invite ", invite.as_bytes()],
    );
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(tag).for_each(|(to, from)| *to = from);
    ids::transport_id(bytes)
}

impl OwnIds {
    /// Returns whether an id is held.
    pub(super) fn is_held(&self, id: &str) -> bool {
        self.held.iter().any(|(own, held)| own == id && *held)
    }

    /// Returns whether an invite is about to be used.
    pub(super) fn is_using(&self, maker: &Stranger) -> bool {
        self.uses.iter().any(|used| used.maker == *maker)
    }

    /// Returns the ids from which invites are about to be used.
    pub(super) fn uses(&self) -> impl Iterator<Item = &str> {
        self.uses.iter().map(|used| used.from.as_str())
    }

    /// Holds an id.
    pub(super) fn hold(&mut self, ctx: &mut Context, id: &str) {
        if self.held.iter().all(|(own, _)| own != id) {
            ctx.register(id, IdOwner::Invite);
            self.held.push((id.to_owned(), false));
        }
    }

    /// Uses an invite as soon as the id for it is held.
    pub(super) fn use_from(
        &mut self,
        ctx: &mut Context,
        (from, to): (String, String),
        maker: Stranger,
        pass: Pass,
    ) {
        self.hold(ctx, &from);
        let until = ctx.now.mono + REGISTERED_WITHIN;
        self.uses.push(Use {
            from,
            to,
            maker,
            pass,
            until,
        });
    }

    /// Registers all that are needed, of which none is held: at the start, and with another server.
    pub(super) fn open(&mut self, ctx: &mut Context, needed: &[String]) {
        self.register_again = None;
        self.held.clear();
        for id in needed {
            self.hold(ctx, id);
        }
    }

    /// Notes that an id is held. Returns the invite that is used from it.
    pub(super) fn registered(&mut self, id: &str) -> Option<Use> {
        self.set_held(id, true);
        let place = self.uses.iter().position(|used| used.from == id)?;
        Some(self.uses.remove(place))
    }

    pub(super) fn lost(&mut self, id: &str) {
        self.set_held(id, false);
    }

    pub(super) fn taken(&mut self, id: &str, now: Mono) {
        self.held.retain(|(own, _)| own != id);
        self.register_again = Some(now + REGISTER_AGAIN);
    }

    fn set_held(&mut self, id: &str, is: bool) {
        if let Some((_, held)) = self.held.iter_mut().find(|(own, _)| own == id) {
            *held = is;
        }
    }

    /// Gives up the ids that are not needed any more.
    pub(super) fn release_others(&mut self, ctx: &mut Context, needed: &[String]) {
        for (id, _) in self.held.extract_if(.., |(own, _)| !needed.contains(own)) {
            ctx.release(&id);
        }
    }

    /// Gives up all.
    pub(super) fn release_all(mut self, ctx: &mut Context) {
        self.release_others(ctx, &[]);
    }

    /// Gives up invites whose id was not held in time.
    pub(super) fn late(&mut self, now: Mono) -> Vec<Use> {
        self.uses.extract_if(.., |used| now >= used.until).collect()
    }

    /// Returns whether to register again what somebody else held.
    pub(super) fn take_due(&mut self, now: Mono) -> bool {
        self.register_again.take_if(|at| now >= *at).is_some()
    }

    pub(super) fn due(&self) -> Option<Mono> {
        let uses = self.uses.iter().map(|used| used.until);
        uses.chain(self.register_again).min()
    }
}
