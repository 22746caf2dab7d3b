//! What the proofs in a handshake must show, and what is stored once they do.

use super::acceptance::Finished;
use super::book::{Book, Saved};
use super::exchange::{Exchange, Side, Step};
use super::finish::{Outcome, finish};
use super::stage::Connection;
use crate::context::Context;
use crate::crypto::PublicKey;
use crate::fact::Fact;
use crate::io::LinkId;
use crate::me::Me;
use crate::misbehaviour::Fault;
use crate::records::{Change, ContactRecord};
use crate::store::Write;
use crate::values::ContactId;
use crate::wire::{Card, Proof};

/// What a message is judged by.
#[derive(Clone, Copy)]
pub(super) struct Desk<'a> {
    pub(super) me: &'a Me,
    pub(super) book: &'a dyn Book,
    pub(super) link: LinkId,
}

pub(super) fn verify_auth(
    desk: Desk<'_>,
    exchange: &Exchange,
    contact: &ContactId,
    proof: &Proof,
) -> Result<PublicKey, Fault> {
    let own = desk.me.public_key();
    let known = desk.book.identity(contact).ok_or(Fault::SomebodyElse)?;
    // Whoever answers for an unfinished acceptance has not seen our key: it signs without it. One
    // who dials has it from the acceptance, always.
    let signs_without_ours = exchange.side() == Side::Initiator && known.is_none();
    let ours = (!signs_without_ours).then_some(own);
    let key = exchange.verify(Step::Auth, proof, ours)?;
    match known {
        Some(known) if known != key => Err(Fault::SomebodyElse),
        None if key == own => Err(Fault::Proof("it is one's own key")),
        Some(_) | None => Ok(key),
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one message")]
pub(super) fn verify_confirm(
    ctx: &mut Context,
    me: &Me,
    exchange: &Exchange,
    fresh: &ContactRecord,
    proof: &Proof,
    card: &Card,
    saved: impl FnOnce(PublicKey) -> Option<Saved>,
    connection: &Connection,
) -> Result<Finished, Fault> {
    let own = me.public_key();
    let key = exchange.verify(Step::Confirm, proof, Some(own))?;
    if key == own {
        return Err(Fault::Proof("it is one's own key"));
    }
    let outcome = finish(
        fresh,
        key,
        card,
        None,
        saved(key),
        connection.opened,
        ctx.now,
    )?;
    refuse_blocked(ctx, outcome, fresh.id.clone(), true)
}

/// Returns a finished contact. One that is blocked is reported, and refused.
pub(super) fn refuse_blocked(
    ctx: &mut Context,
    outcome: Outcome,
    provisional: ContactId,
    were_told: bool,
) -> Result<Finished, Fault> {
    match outcome {
        Outcome::Finished(finished) => Ok(finished),
        Outcome::Blocked(finished) => {
            ctx.tell(Fact::BlockedAccepted {
                record: Box::new(finished.contact),
                provisional,
                were_told,
            });
            Err(Fault::Blocked)
        }
    }
}

/// Stores a contact whose key is proven, in place of the provisional one.
pub(super) fn store_finished(ctx: &mut Context, link: LinkId, finished: &Finished) {
    let change = Change::Contact(finished.contact.clone());
    ctx.store(Write::Acceptance(link), change);
    // Only after what takes its place: of two writes a crash may leave the first.
    if let Some(replaced) = &finished.replaces {
        ctx.store_for_certain(Change::ForgetContact(replaced.clone()));
    }
}
