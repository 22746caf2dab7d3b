//! What a message before authentication leads to. A stage is consumed by a message and gives the
//! next one, or the fault and whom it concerns.

use super::Handshakes;
use super::acceptance::{Acceptance, Began, Happening};
use super::book::{Book, Caller, Saved};
use super::endings::{Broken, Whom};
use super::exchange::{self, Exchange, ExpectHello, Step};
use super::finish::{finish, provisional};
use super::stage::{Connection, Pending, Stage};
use super::verify::{
    Desk, refuse_blocked, store_finished, verify_auth, verify_confirm, verify_other,
};
use crate::context::Context;
use crate::crypto::PublicKey;
use crate::encoding::{b64, hex};
use crate::fact::{Fact, Purpose, Shown};
use crate::io::{Closed, LinkId};
use crate::limits::{REQUEST_ANSWER, UNAUTHENTICATED_BYTES, UNAUTHENTICATED_TIME};
use crate::me::Me;
use crate::misbehaviour::Fault;
use crate::records::{RequestRecord, Secret};
use crate::values::{ContactId, RequestId};
use crate::view::Asked;
use crate::wire::{HandshakeFrame, Hello, Proof};

/// The next stage, `None` where the connection is over; or what was wrong, and whom it concerns.
type Next = Result<Option<Stage>, (Fault, Whom)>;

impl Handshakes {
    /// Takes one message. Where the other side broke the protocol, the connection is over, and
    /// [`Handshakes::broken`] is to be called once the facts told here are dealt with.
    pub(crate) fn frame(
        &mut self,
        ctx: &mut Context,
        me: &Me,
        book: &dyn Book,
        link: LinkId,
        bytes: Vec<u8>,
    ) -> Option<Broken> {
        let mut pending = self.pending.remove(&link)?;
        if pending.is_early() {
            pending.connection.early.push(bytes);
            self.pending.insert(link, pending);
            return None;
        }
        let Pending {
            mut connection,
            stage,
        } = pending;
        connection.bytes += bytes.len();
        let next = match decode(&connection, &bytes) {
            Ok(HandshakeFrame::Bye) => {
                self.end(ctx, link, stage, Closed::Gone);
                ctx.close(link);
                return None;
            }
            Ok(frame) => {
                let desk = Desk { me, book, link };
                self.next(ctx, desk, &mut connection, stage, frame, &bytes)
            }
            Err(fault) => Err((fault, stage.into_whom())),
        };
        match next {
            Ok(Some(stage)) => {
                self.pending.insert(link, Pending { connection, stage });
                None
            }
            Ok(None) => None,
            Err((fault, whom)) => Some(Broken {
                link,
                remote: connection.remote,
                fault,
                whom,
            }),
        }
    }

    fn next(
        &mut self,
        ctx: &mut Context,
        desk: Desk<'_>,
        connection: &mut Connection,
        stage: Stage,
        frame: HandshakeFrame,
        raw: &[u8],
    ) -> Next {
        match (stage, frame) {
            (Stage::Arriving, HandshakeFrame::Hello { hello }) => {
                self.drop_other_attempts(ctx, connection);
                first_hello(ctx, desk, connection, raw, &hello)
            }
            (Stage::ExpectHello(state, purpose), HandshakeFrame::Hello { hello }) => {
                second_hello(ctx, desk, connection, *state, purpose, raw, &hello)
            }
            (
                Stage::ExpectRequest(exchange, shown),
                HandshakeFrame::Request { friendlyname, note },
            ) => request(ctx, desk, connection, exchange, shown, friendlyname, note),
            (
                Stage::ExpectAnswer(exchange, stranger),
                HandshakeFrame::Accepted {
                    proof,
                    friendlyname,
                },
            ) => self
                .accepted(ctx, desk, connection, &exchange, &proof, &friendlyname)
                .map_err(|fault| (fault, Whom::Stranger(stranger))),
            (Stage::ExpectAnswer(_, stranger), HandshakeFrame::Rejected) => {
                ctx.tell(Fact::Asked(stranger, Asked::NotAccepted));
                ctx.close(desk.link);
                Ok(None)
            }
            (Stage::ExpectAnswer(exchange, stranger), HandshakeFrame::Crossed { mac }) => {
                if !self.take_crossed(ctx, &exchange, &stranger, &mac) {
                    return Err((Fault::Proof("crossed"), Whom::Stranger(stranger)));
                }
                ctx.close(desk.link);
                Ok(None)
            }
            (Stage::Accepting(acceptance), HandshakeFrame::Confirm { proof }) => {
                self.confirmed(ctx, desk, connection, *acceptance, &proof)
            }
            (Stage::ExpectAuth(exchange, contact), HandshakeFrame::Auth { proof }) => {
                proven(ctx, desk, exchange, contact, &proof)
            }
            (
                stage,
                HandshakeFrame::Hello { .. }
                | HandshakeFrame::Request { .. }
                | HandshakeFrame::Accepted { .. }
                | HandshakeFrame::Confirm { .. }
                | HandshakeFrame::Rejected
                | HandshakeFrame::Crossed { .. }
                | HandshakeFrame::Auth { .. }
                | HandshakeFrame::Bye,
            ) => {
                let fault = Fault::Malformed("a message out of order");
                Err((fault, stage.into_whom()))
            }
        }
    }

    /// Handles the yes of a stranger: verifies the proof, and stores the contact.
    fn accepted(
        &self,
        ctx: &mut Context,
        desk: Desk<'_>,
        connection: &Connection,
        exchange: &Exchange,
        proof: &Proof,
        name: &str,
    ) -> Result<Option<Stage>, Fault> {
        let key = verify_other(exchange, Step::Accepted, proof, None, desk.me)?;
        if !ctx.names.accept(name) {
            return Err(Fault::Malformed("friendlyname"));
        }
        let confirm = exchange.prove(Step::Confirm, desk.me.identity(), Some(key));
        let id = ContactId(hex(&ctx.random::<8>()));
        let fresh = provisional(id, name, &exchange.pair_secret(), ctx.now.unix);
        let saved = self.saved(desk.book, key);
        let opened = connection.opened;
        let outcome = finish(&fresh, key, Some(confirm), saved, opened, ctx.now);
        let finished = refuse_blocked(ctx, outcome, fresh.id, false)?;
        store_finished(ctx, desk.link, &finished);
        let remote = connection.remote.clone();
        let began = Began::Asked(remote);
        let acceptance = Acceptance::Finishing { finished, began };
        Ok(Some(Stage::Accepting(Box::new(acceptance))))
    }

    /// Handles the confirmation of an accepted person: verifies the proof, and stores the contact.
    fn confirmed(
        &self,
        ctx: &mut Context,
        desk: Desk<'_>,
        connection: &Connection,
        acceptance: Acceptance,
        proof: &Proof,
    ) -> Next {
        let finished = match acceptance.to_confirm() {
            Some((exchange, fresh)) => {
                let saved = |key| self.saved(desk.book, key);
                verify_confirm(ctx, desk.me, exchange, fresh, proof, saved, connection)
            }
            None => Err(Fault::Malformed("a message out of order")),
        };
        match finished {
            Ok(finished) => {
                store_finished(ctx, desk.link, &finished);
                let (next, _) = acceptance.on(Happening::Confirmed(Box::new(finished)));
                Ok(next.map(|next| Stage::Accepting(Box::new(next))))
            }
            // The provisional record is replaced already.
            Err(Fault::Blocked) => Err((Fault::Blocked, Whom::Nobody)),
            Err(fault) => Err((fault, Whom::Accepted(Box::new(acceptance)))),
        }
    }

    /// Returns the contact with a key, or one that is being stored with it.
    fn saved(&self, book: &dyn Book, key: PublicKey) -> Option<Saved> {
        let text = key.encode();
        let finishing = || {
            let pending = self.pending.values();
            let pending = pending.filter_map(|pending| pending.stage.finishing());
            // Also where the connection has ended meanwhile.
            let alone = self.storing.values().filter_map(Acceptance::finishing);
            let found = alone
                .chain(pending)
                .find(|f| f.contact.identity.as_ref() == Some(&text))?;
            Some(Saved {
                record: found.contact.clone(),
                accepted_at: Some(found.accepted_at),
            })
        };
        book.saved(key).or_else(finishing)
    }
}

fn decode(connection: &Connection, bytes: &[u8]) -> Result<HandshakeFrame, Fault> {
    if connection.bytes > UNAUTHENTICATED_BYTES && !planted!(EarlyBytesUnbounded) {
        return Err(Fault::Malformed("too much before a proof"));
    }
    Ok(HandshakeFrame::decode(bytes)?)
}

/// Answers the hello of a caller, and shows the secret that the caller hinted at.
fn first_hello(
    ctx: &mut Context,
    desk: Desk<'_>,
    connection: &Connection,
    raw: &[u8],
    hello: &Hello,
) -> Next {
    let Some(binding) = connection.binding else {
        return Ok(Some(Stage::Arriving));
    };
    let callers = desk.book.callers().into_iter();
    let callers = callers.chain(desk.book.rejected());
    // Where only who is known is let in, the hint is of the secret that the offer showed, and of no
    // other.
    let shown = connection.caller.as_ref().filter(|_| !connection.near);
    let callers = callers.filter(|(caller, _)| shown.is_none_or(|shown| shown == caller));
    let near = connection.near;
    let is_answered = |caller: &Caller| is_answered(caller, near);
    let (exchange, answer, caller) =
        exchange::respond(&mut ctx.rng, binding, raw, hello, callers, is_answered)
            .map_err(|fault| (fault, Whom::Nobody))?;
    if caller.as_ref() != shown && shown.is_some() {
        return Err((Fault::SomebodyElse, Whom::Nobody));
    }
    ctx.transmit_text(desk.link, answer);
    Ok(Some(match caller {
        Some(Caller::Contact(contact)) => Stage::ExpectAuth(exchange, contact),
        Some(Caller::Stranger(shown)) => Stage::ExpectRequest(exchange, Some(shown)),
        None => Stage::ExpectRequest(exchange, None),
    }))
}

/// Returns whether a caller is shown to be recognised. Whoever has asked on this network is not: they need
/// not know whom they have asked, and could tell by it, on another day, who has said no. The id of an
/// invite says whom they have asked.
fn is_answered(caller: &Caller, near: bool) -> bool {
    !near || !matches!(caller, Caller::Stranger(Shown::Again(_)))
}

/// Handles the answer to the own hello: asks the stranger, or proves the own identity to the
/// contact.
fn second_hello(
    ctx: &mut Context,
    desk: Desk<'_>,
    connection: &mut Connection,
    state: ExpectHello,
    purpose: Purpose,
    raw: &[u8],
    hello: &Hello,
) -> Next {
    let exchange = state.handle(raw, hello);
    match (purpose, exchange) {
        (Purpose::Ask(stranger), Ok((exchange, recognised))) => {
            let frame = HandshakeFrame::Request {
                friendlyname: desk.me.name().to_owned(),
                note: desk.book.note_for(&stranger),
            };
            ctx.transmit(desk.link, &frame);
            ctx.tell(Fact::Asking {
                stranger: stranger.clone(),
                from: connection.local.clone(),
                call_back: exchange.call_back(),
                recognised,
            });
            let wait = REQUEST_ANSWER + UNAUTHENTICATED_TIME;
            connection.deadline = Some(ctx.now.mono + wait);
            Ok(Some(Stage::ExpectAnswer(exchange, stranger)))
        }
        (Purpose::Meet(contact), Ok((exchange, _))) => {
            let other = desk.book.identity(&contact).flatten();
            let proof = exchange.prove(Step::Auth, desk.me.identity(), other);
            ctx.transmit(desk.link, &HandshakeFrame::Auth { proof });
            Ok(Some(Stage::ExpectAuth(exchange, contact)))
        }
        (Purpose::Ask(stranger), Err(fault)) => Err((fault, Whom::Stranger(stranger))),
        (Purpose::Meet(contact), Err(fault)) => Err((fault, Whom::Contact(contact))),
    }
}

/// Handles the request of a stranger.
fn request(
    ctx: &mut Context,
    desk: Desk<'_>,
    connection: &mut Connection,
    exchange: Exchange,
    shown: Option<Shown>,
    name: String,
    note: Option<String>,
) -> Next {
    if !ctx.names.accept(&name) && !planted!(NameUnchecked) {
        return Err((Fault::Malformed("friendlyname"), Whom::Nobody));
    }
    let id = RequestId(hex(&ctx.random::<8>()));
    connection.deadline = Some(ctx.now.mono + REQUEST_ANSWER);
    let record = RequestRecord {
        version: 1,
        id: id.clone(),
        name,
        note: note.as_deref().and_then(|note| ctx.names.note(note)),
        at: ctx.now.unix,
        from: connection.remote.clone(),
        to: connection.local.clone(),
        invite: match &shown {
            Some(Shown::Invite(invite)) => Some(invite.clone()),
            Some(Shown::CallBack(_) | Shown::Again(_)) | None => None,
        },
        rejected: None,
        accepted: None,
        call_back: Secret(b64(&exchange.call_back())),
    };
    ctx.tell(Fact::Requested(desk.link, Box::new(record), shown));
    Ok(Some(Stage::Requested(exchange, id)))
}

/// Handles the proof of somebody who knows a contact's secret.
fn proven(
    ctx: &mut Context,
    desk: Desk<'_>,
    exchange: Exchange,
    contact: ContactId,
    proof: &Proof,
) -> Next {
    match verify_auth(desk, &exchange, &contact, proof) {
        Ok(key) => {
            ctx.tell(Fact::Proven(desk.link, contact.clone(), key));
            Ok(Some(Stage::ExpectAuth(exchange, contact)))
        }
        Err(fault) => Err((fault, Whom::Contact(contact))),
    }
}
