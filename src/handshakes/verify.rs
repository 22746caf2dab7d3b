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
use crate::wire::Proof;

/// What a message is judged by.
#[derive(Clone, Copy)]
pub(super) struct Desk<'a> {
    pub(super) me: &'a Me,
    pub(super) book: &'a dyn Book,
    pub(super) link: LinkId,
}

/// Returns the key that somebody new has proven to hold, which is not the own one. `ours` is the
/// own key where they knew it.
pub(super) fn verify_other(
    exchange: &Exchange,
    step: Step,
    proof: &Proof,
    ours: Option<PublicKey>,
    me: &Me,
) -> Result<PublicKey, Fault> {
    let key = exchange.verify(step, proof, ours)?;
    if key == me.public_key() && !planted!(OwnKeyTaken) {
        return Err(Fault::Proof("it is one's own key"));
    }
    Ok(key)
}

pub(super) fn verify_auth(
    desk: Desk<'_>,
    exchange: &Exchange,
    contact: &ContactId,
    proof: &Proof,
) -> Result<PublicKey, Fault> {
    let own = desk.me.public_key();
    let known = desk.book.identity(contact).ok_or(Fault::SomebodyElse)?;
    let verify = |ours| verify_other(exchange, Step::Auth, proof, ours, desk.me);
    // Whoever dials for an acceptance that is not finished on their side has not seen our key, and
    // signs without it. Whoever answers has just seen it.
    let may_not_know_ours = exchange.side() == Side::Responder && desk.book.awaits_card(contact);
    let key = match verify(Some(own)) {
        Err(Fault::Proof(_)) if may_not_know_ours => verify(None)?,
        result => result?,
    };
    if known.is_some_and(|known| key != known) && !planted!(OtherKeyTaken) {
        return Err(Fault::SomebodyElse);
    }
    Ok(key)
}

pub(super) fn verify_confirm(
    ctx: &mut Context,
    me: &Me,
    exchange: &Exchange,
    fresh: &ContactRecord,
    proof: &Proof,
    saved: impl FnOnce(PublicKey) -> Option<Saved>,
    connection: &Connection,
) -> Result<Finished, Fault> {
    let key = verify_other(exchange, Step::Confirm, proof, Some(me.public_key()), me)?;
    let outcome = finish(fresh, key, None, saved(key), connection.opened, ctx.now);
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
