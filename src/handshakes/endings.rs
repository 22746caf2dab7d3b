//! What the end of a connection leads to: nobody's fault, a peer's fault, or a matter of time; and
//! what the end of a write leads to. Long because each way in which a handshake ends is here beside the others.

use super::Handshakes;
use super::acceptance::{Acceptance, Began, Effect, Finished, Happening};
use super::exchange::Step;
use super::stage::{Connection, Pending, Stage};
use crate::context::Context;
use crate::fact::{Befriended, Fact, Kept, Purpose};
use crate::ids::Stranger;
use crate::io::{Closed, LinkId};
use crate::limits::REQUEST_ANSWER;
use crate::me::Me;
use crate::misbehaviour::Fault;
use crate::records::Change;
use crate::values::{ContactId, RequestId};
use crate::view::{Alert, Asked};
use crate::wire::HandshakeFrame;

/// A connection on which the other side broke the protocol, and whom that concerns.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(super) link: LinkId,
    pub(super) remote: String,
    pub(super) fault: Fault,
    pub(super) whom: Whom,
}

/// Whom the end of a connection concerns.
#[derive(Debug)]
pub(super) enum Whom {
    /// Nobody who is known.
    Nobody,
    /// A stranger who is being asked.
    Stranger(Stranger),
    /// A contact that is being met.
    Contact(ContactId),
    /// A request that waits for the person.
    Request(RequestId),
    /// Somebody whom the person accepted.
    Accepted(Box<Acceptance>),
}

impl Stage {
    /// Returns whom the connection is about.
    pub(super) fn into_whom(self) -> Whom {
        match self {
            Self::Dialling(Purpose::Ask(stranger))
            | Self::ExpectHello(_, Purpose::Ask(stranger))
            | Self::ExpectAnswer(_, stranger) => Whom::Stranger(stranger),
            Self::Dialling(Purpose::Meet(contact))
            | Self::ExpectHello(_, Purpose::Meet(contact))
            | Self::ExpectAuth(_, contact) => Whom::Contact(contact),
            Self::Requested(_, request) => Whom::Request(request),
            Self::Accepting(acceptance) => Whom::Accepted(acceptance),
            Self::Arriving | Self::ExpectRequest(..) => Whom::Nobody,
        }
    }
}

impl Handshakes {
    /// Handles a connection that has ended by itself.
    pub(crate) fn closed(&mut self, ctx: &mut Context, link: LinkId, closed: Closed) {
        if let Some(pending) = self.pending.remove(&link) {
            self.end(ctx, link, pending.stage, closed);
        }
    }

    /// Closes a connection; nobody is to blame.
    pub(super) fn drop(&mut self, ctx: &mut Context, link: LinkId) {
        ctx.close(link);
        self.closed(ctx, link, Closed::Gone);
    }

    pub(super) fn end(&mut self, ctx: &mut Context, link: LinkId, stage: Stage, closed: Closed) {
        ctx.tell(Fact::LinkEnded(link));
        match stage {
            Stage::Dialling(Purpose::Ask(stranger))
            | Stage::ExpectHello(_, Purpose::Ask(stranger)) => {
                let asked = match closed {
                    Closed::Refused => Asked::Failed,
                    Closed::NoPath => Asked::NoPath,
                    Closed::Gone | Closed::Unreachable | Closed::Elsewhere => Asked::Unreachable,
                };
                ctx.tell(Fact::Asked(stranger, asked));
            }
            Stage::Dialling(Purpose::Meet(contact))
            | Stage::ExpectHello(_, Purpose::Meet(contact))
            | Stage::ExpectAuth(_, contact) => ctx.tell(Fact::NotMet {
                link,
                contact,
                answered: closed == Closed::NoPath,
            }),
            Stage::Accepting(acceptance) => {
                self.go_on_alone(ctx, link, *acceptance, Happening::Closed);
            }
            // They went away: their person may still answer, and they will dial then.
            Stage::ExpectAnswer(_, stranger) => ctx.tell(Fact::AnswerLater(stranger)),
            Stage::Arriving | Stage::ExpectRequest(..) | Stage::Requested(..) => {}
        }
    }

    /// Ends a connection because of what the other side did.
    pub(crate) fn fail(&mut self, ctx: &mut Context, link: LinkId, fault: Fault) {
        if let Some(Pending { connection, stage }) = self.pending.remove(&link) {
            let broken = Broken {
                link,
                remote: connection.remote,
                fault,
                whom: stage.into_whom(),
            };
            self.broken(ctx, broken);
        }
    }

    /// Closes a connection on which the other side broke the protocol, and reports it to the
    /// machine concerned.
    pub(crate) fn broken(&mut self, ctx: &mut Context, broken: Broken) {
        let Broken {
            link,
            remote,
            fault,
            whom,
        } = broken;
        tracing::warn!(%fault, "a connection is closed");
        ctx.close(link);
        ctx.tell(Fact::LinkEnded(link));
        match whom {
            Whom::Nobody => {}
            Whom::Stranger(stranger) => ctx.tell(Fact::Asked(stranger, Asked::Failed)),
            Whom::Request(request) => ctx.tell(Fact::RequestSpoilt(request)),
            Whom::Contact(contact) => ctx.tell(Fact::NotTheContact {
                link,
                contact,
                remote,
                fault,
            }),
            Whom::Accepted(acceptance) => {
                self.go_on_alone(ctx, link, *acceptance, Happening::Broken(fault));
            }
        }
    }

    /// Blacklists the id that was dialled for a contact, if somebody else has shown to hold it.
    pub(crate) fn blame(
        &mut self,
        ctx: &Context,
        server: &str,
        link: LinkId,
        (contact, remote): (&ContactId, &str),
        fault: Fault,
    ) {
        let is_proof = fault == Fault::SomebodyElse || planted!(BlacklistOnTimeout);
        if is_proof && matches!(link, LinkId::Dialled(_)) {
            self.blacklist.add(server, remote, contact, ctx.now.mono);
        }
    }

    /// Ends a connection whose time is over. A request waits on, and only its connection ends. On a
    /// network that looks like a no, so that nobody can tell one from the other; whoever made an invite,
    /// or used one, waits for the answer.
    pub(crate) fn expire(&mut self, ctx: &mut Context, link: LinkId) {
        let Some(pending) = self.pending.get(&link) else {
            return;
        };
        match &pending.stage {
            Stage::ExpectAnswer(_, stranger) if pending.connection.near => {
                ctx.tell(Fact::Asked(stranger.clone(), Asked::NotAccepted));
                self.remove(ctx, link);
            }
            Stage::Requested(..) if pending.connection.near => self.reject_on(ctx, link),
            Stage::Dialling(_)
            | Stage::Arriving
            | Stage::ExpectHello(..)
            | Stage::ExpectRequest(..)
            | Stage::ExpectAuth(..)
            | Stage::ExpectAnswer(..)
            | Stage::Requested(..)
            | Stage::Accepting(_) => self.drop(ctx, link),
        }
    }

    /// Rejects a request.
    pub(crate) fn reject(&mut self, ctx: &mut Context, id: &RequestId) {
        if let Some(link) = self.link_of_request(id) {
            self.reject_on(ctx, link);
        }
    }

    /// Sends the one answer that says no, whether the person did or the time did.
    fn reject_on(&mut self, ctx: &mut Context, link: LinkId) {
        ctx.transmit(link, &HandshakeFrame::Rejected);
        self.drop(ctx, link);
    }

    /// Closes the connection of a request without an answer.
    pub(crate) fn drop_request(&mut self, ctx: &mut Context, id: &RequestId) {
        if let Some(link) = self.link_of_request(id) {
            self.drop(ctx, link);
        }
    }

    /// Closes the other attempts of the dial on which the caller has said hello: it says so on one of them,
    /// and nobody hears of the end of a connection that has never opened.
    pub(super) fn drop_other_attempts(&mut self, ctx: &mut Context, chosen: &Connection) {
        let is_other = |(link, p): &(&LinkId, &Pending)| {
            matches!((link, &p.stage), (LinkId::Accepted(_), Stage::Arriving))
                && (&p.connection.local, &p.connection.remote) == (&chosen.local, &chosen.remote)
        };
        let others = self.pending.iter().filter(is_other);
        for link in others.map(|(link, _)| *link).collect::<Vec<_>>() {
            self.drop(ctx, link);
        }
    }

    /// Hangs up the dials to a contact that has been met on another connection, with all their attempts.
    /// Where the two have dialled each other and both dials have opened, both go on: a rule that both
    /// sides know says which one stays.
    pub(crate) fn stop_dialling(&mut self, ctx: &mut Context, contact: &ContactId) {
        let is_dial = |p: &Pending| matches!(&p.stage, Stage::Dialling(Purpose::Meet(dialled)) if dialled == contact);
        let dials = self.pending.iter().filter(|(_, pending)| is_dial(pending));
        for link in dials.map(|(link, _)| *link).collect::<Vec<_>>() {
            self.drop(ctx, link);
        }
    }

    /// Closes every connection on which this contact is being met.
    pub(crate) fn stop_meeting(&mut self, ctx: &mut Context, contact: &ContactId) {
        self.remove_all(ctx, |stage| stage.is_meeting(contact));
    }

    /// Ends the acceptances of this contact that are being written: the contact is removed.
    pub(crate) fn stop_accepting(&mut self, ctx: &mut Context, contact: &ContactId) {
        let is_theirs = |acceptance: &Acceptance| acceptance.is_proven_as(contact);
        self.storing.retain(|_, acceptance| !is_theirs(acceptance));
        self.remove_all(
            ctx,
            |stage| matches!(stage, Stage::Accepting(acceptance) if is_theirs(acceptance)),
        );
    }

    /// Closes every connection: there are other servers from now on.
    pub(crate) fn drop_all(&mut self, ctx: &mut Context) {
        let links: Vec<LinkId> = self.pending.keys().copied().collect();
        for link in links {
            self.drop(ctx, link);
        }
    }

    /// Ends the acceptances that are being written without a connection: the person is another one.
    pub(crate) fn leave(&mut self, ctx: &mut Context) {
        for (_, acceptance) in std::mem::take(&mut self.storing) {
            ctx.store_for_certain(Change::ForgetContact(acceptance.contact().id.clone()));
        }
    }

    /// Forgets a connection that was closed by the machine that dialled it.
    pub(crate) fn forget(&mut self, link: LinkId) {
        self.pending.remove(&link);
    }

    /// Closes a connection of which nobody has to hear.
    pub(super) fn remove(&mut self, ctx: &mut Context, link: LinkId) {
        ctx.close(link);
        self.pending.remove(&link);
    }

    fn remove_all(&mut self, ctx: &mut Context, which: impl Fn(&Stage) -> bool) {
        let of = self.pending.iter().filter(|(_, p)| which(&p.stage));
        let links: Vec<LinkId> = of.map(|(link, _)| *link).collect();
        for link in links {
            self.remove(ctx, link);
        }
    }

    /// Goes on with an acceptance whose contact is stored, or could not be.
    pub(crate) fn written(&mut self, ctx: &mut Context, me: &Me, link: LinkId, stored: bool) {
        let happening = if stored {
            Happening::Stored
        } else {
            Happening::NotStored
        };
        if let Some(acceptance) = self.storing.remove(&link) {
            return self.go_on_alone(ctx, link, acceptance, happening);
        }
        let Some(Pending {
            mut connection,
            stage,
        }) = self.pending.remove(&link)
        else {
            return;
        };
        let stage = if let Stage::Accepting(acceptance) = stage {
            let (next, effect) = acceptance.on(happening);
            self.act(ctx, me, link, &mut connection, next, effect)
        } else {
            Some(stage)
        };
        if let Some(stage) = stage {
            self.pending.insert(link, Pending { connection, stage });
        }
    }

    /// Does what follows on a connection that stands. Returns its next stage, if it is to stand on.
    fn act(
        &mut self,
        ctx: &mut Context,
        me: &Me,
        link: LinkId,
        connection: &mut Connection,
        next: Option<Acceptance>,
        effect: Effect,
    ) -> Option<Stage> {
        match effect {
            Effect::SayYes => say_yes(ctx, me, link, next.as_ref()),
            Effect::Befriend(finished, began) => {
                self.befriend(ctx, link, connection, finished, &began);
            }
            Effect::Ask(Some(exchange), request, contact) => {
                let id = request.id.clone();
                ctx.tell(Fact::NotAccepted(contact));
                connection.deadline = Some(ctx.now.mono + REQUEST_ANSWER);
                ctx.tell(Fact::RequestWaits(Box::new(request)));
                return Some(Stage::Requested(exchange, id));
            }
            Effect::Unreachable(remote, contact) => {
                ctx.close(link);
                ctx.tell(Fact::NotAccepted(contact));
                let stranger = Stranger::at(&remote);
                ctx.tell(Fact::Asked(stranger, Asked::Unreachable));
            }
            effect @ Effect::KeepUnfinished(..) => {
                ctx.close(link);
                go_on_without(ctx, effect);
            }
            effect @ (Effect::Nothing
            | Effect::Ask(None, ..)
            | Effect::Keep { .. }
            | Effect::Forget { .. }) => go_on_without(ctx, effect),
        }
        next.map(|acceptance| Stage::Accepting(Box::new(acceptance)))
    }

    /// Goes on with an acceptance whose connection has ended.
    fn go_on_alone(
        &mut self,
        ctx: &mut Context,
        link: LinkId,
        acceptance: Acceptance,
        happening: Happening,
    ) {
        let (next, effect) = acceptance.on(happening);
        if let Some(next) = next {
            self.storing.insert(link, next);
        }
        go_on_without(ctx, effect);
    }

    fn befriend(
        &mut self,
        ctx: &mut Context,
        link: LinkId,
        connection: &mut Connection,
        finished: Finished,
        began: &Began,
    ) {
        // Of two connections on which the two asked each other, only this one is certain to have
        // opened before that on both sides: a second acceptance must not come of the other.
        let stranger = Stranger::at(began.remote());
        self.remove_all(ctx, |stage| stage.is_asking(&stranger));
        if let Some(proof) = finished.confirm {
            ctx.transmit(link, &HandshakeFrame::Confirm { proof });
        }
        ctx.tell(Fact::Befriended(Box::new(Befriended {
            link,
            record: finished.contact,
            accepted_at: finished.accepted_at,
            clicked: began.was_clicked(),
            path: connection.path,
            near: connection.near,
            early: std::mem::take(&mut connection.early),
            remote: began.remote().to_owned(),
        })));
    }
}

fn say_yes(ctx: &mut Context, me: &Me, link: LinkId, acceptance: Option<&Acceptance>) {
    let to_confirm = acceptance.and_then(Acceptance::to_confirm);
    if let Some((exchange, _)) = to_confirm {
        let proof = exchange.prove(Step::Accepted, me.identity(), None);
        let frame = HandshakeFrame::Accepted {
            proof,
            friendlyname: me.name().to_owned(),
        };
        ctx.transmit(link, &frame);
    }
}

/// Does what needs no connection.
fn go_on_without(ctx: &mut Context, effect: Effect) {
    match effect {
        Effect::Keep {
            finished,
            began,
            stored,
        } => ctx.tell(Fact::Kept(Box::new(Kept {
            record: finished.contact,
            accepted_at: finished.accepted_at,
            remote: began.remote().to_owned(),
            clicked: began.was_clicked(),
            stored,
        }))),
        Effect::KeepUnfinished(contact, yes) => {
            ctx.tell(Fact::Unfinished(Box::new(contact), Box::new(yes)));
        }
        Effect::Ask(_, request, contact) => {
            ctx.tell(Fact::NotAccepted(contact));
            ctx.tell(Fact::RequestWaits(Box::new(request)));
        }
        Effect::Forget {
            contact,
            fault,
            told,
        } => {
            ctx.store_for_certain(Change::ForgetContact(contact.id));
            ctx.alert(Alert::Misbehaved {
                name: contact.name,
                reason: fault.to_string(),
            });
            if told {
                ctx.tell(Fact::TrustEnded);
            }
        }
        // Of a connection that stands.
        Effect::Nothing | Effect::SayYes | Effect::Befriend(..) | Effect::Unreachable(..) => {}
    }
}
