//! What follows in one machine from what happened in another. The only folder that knows two of
//! them; it has no rules of its own: what is decided, a machine decides.
//!
//! [`inputs`] hands an input to its machine, [`commands`] those of the person. A machine tells facts,
//! and here stands what follows from each. [`people`] is the way from a stranger to a contact and a
//! session, [`attention`] what the person is told, [`availability`] how much of the network this device is on, [`introducing`] what follows when contacts are introduced, [`writes`] goes on when a write has ended, [`clock`] is the round of every input, and
//! [`queries`] is what a machine may ask about another one.

mod attention;
mod availability;
mod backup;
mod clock;
mod commands;
mod inputs;
mod introducing;
mod people;
mod queries;
mod writes;

use crate::fact::Fact;
use crate::node::Node;
use crate::records::Change;
use crate::view::{Alert, Ping};

impl Node {
    /// Acts on what the machines told, oldest first, until nothing is left.
    pub(in crate::node) fn settle(&mut self) {
        let mut steps = 0;
        while let Some(fact) = self.ctx.next_fact() {
            steps += 1;
            debug_assert!(steps < 10_000, "facts that lead to facts without end");
            self.act(fact);
        }
    }

    pub(super) fn act(&mut self, fact: Fact) {
        let ctx = &mut self.ctx;
        match fact {
            Fact::Dialled {
                link,
                from,
                to,
                purpose,
            } => self.handshakes.dialled(link, from, to, purpose),
            Fact::LinkDropped(link) => self.handshakes.forget(link),
            Fact::LinkEnded(link) => self.rendezvous.link_ended(ctx, link),
            Fact::Asked(stranger, asked) => self.introductions.set_asked(ctx, stranger, asked),
            Fact::Asking {
                stranger,
                from,
                call_back,
                recognised,
            } => self.asking(stranger, &from, call_back, recognised),
            Fact::AnswerLater(stranger) => self.introductions.answer_later(ctx, &stranger),
            Fact::Requested(link, record, shown) => self.requested(link, *record, shown.as_ref()),
            Fact::Crossed(stranger) => self.introductions.take_held(ctx, &stranger),
            Fact::RequestSpoilt(id) => self.introductions.forget_request(ctx, &id),
            Fact::RequestReplaced(id) => self.handshakes.drop_request(ctx, &id),
            Fact::RequestEnded(id) => self.handshakes.reject(ctx, &id),
            Fact::RequestWanted(id) => {
                if self.accept(&id, false).is_err() {
                    self.handshakes.drop_request(&mut self.ctx, &id);
                }
            }
            Fact::RequestWaits(record) => self.introductions.wait_again(ctx, *record),
            Fact::Proven(link, contact, key) => self.proven(link, contact, key),
            Fact::NotTheContact {
                link,
                contact,
                remote,
                fault,
            } => {
                let server = self.transport.server().unwrap_or_default();
                let whom = (&contact, remote.as_str());
                self.handshakes.blame(ctx, server, link, whom, fault);
                self.contacts
                    .not_the_contact(ctx, &contact, link, &remote, fault);
            }
            Fact::NotMet {
                link,
                contact,
                answered,
            } => {
                let ping = if answered {
                    Ping::NoPath
                } else {
                    Ping::Unreachable
                };
                self.contacts.not_met(ctx, &contact, link, ping);
            }
            Fact::Befriended(befriended) => self.befriended(*befriended),
            Fact::Kept(kept) => self.kept(*kept),
            Fact::Unfinished(record, yes) => {
                if self.contacts.keep_unfinished(ctx, *record, *yes) {
                    self.withdraw_card();
                }
            }
            Fact::NotAccepted(contact) => self.contacts.take_back(ctx, &contact),
            Fact::TrustEnded => self.withdraw_card(),
            Fact::BlockedAccepted {
                record,
                provisional,
                were_told,
            } => {
                let (id, name) = (record.id.clone(), self.contacts.name(&record.id));
                if were_told {
                    // From now on, as on their side: of two acceptances at once both keep one secret.
                    let accepted_at = Some(ctx.now.mono);
                    self.contacts.keep_finished(*record, accepted_at, None);
                    self.contacts.store(ctx, &id);
                    self.conversations.accepted(&id);
                    self.withdraw_card();
                }
                self.ctx.alert(Alert::Blocked { name });
                let change = Change::ForgetContact(provisional);
                self.ctx.store_for_certain(change);
            }
            Fact::Profile(contact, heard) => {
                // Whatever answered there before, they say so themselves.
                self.handshakes.pardon(&heard.card.transport_id, &contact);
                if let Err(how) = self.contacts.hear(ctx, &contact, *heard) {
                    ctx.tell(Fact::Misbehaved(contact, how));
                }
            }
            Fact::Misbehaved(contact, how) => {
                tracing::warn!(%how, "a contact's connection is closed");
                let name = self.contacts.own_name(&contact);
                self.end_session(&contact);
                let reason = how.to_string();
                self.ctx.alert(Alert::Misbehaved { name, reason });
            }
            Fact::OlderDisk(contact) => {
                let name = self.contacts.name(&contact);
                ctx.alert(Alert::OlderDisk { name });
            }
            Fact::Ended(contact, lasted) => {
                self.files.disconnected(ctx, &contact);
                self.contacts.lost(ctx, &contact, lasted);
            }
            Fact::Say(contact, frame) => self.conversations.say(ctx, &contact, &frame),
            Fact::FilesAwaited(contact, labels) => self.dial_for_files(&contact, labels),
            Fact::NotOffered(id) => self.files.take_back(ctx, &id),
            Fact::OfferDeleted(contact, id, is_own) => {
                self.files.offer_deleted(ctx, &contact, &id, is_own);
            }
            Fact::OffersCleared(contact, kept) => self.files.cleared(ctx, &contact, &kept),
            Fact::FileSaid(contact, talk) => self.files.hear(ctx, &contact, talk),
            Fact::Replaced(contact) => {
                let ours = self.handshakes.is_meeting(&contact);
                let others = self.contacts.complete();
                let is_only = others.filter(|c| !c.is_blocked()).count() == 1;
                self.conversations.replaced(ctx, &contact, ours, is_only);
            }
            Fact::Scanned(contact, token) => {
                self.contacts.was_scanned(ctx, &contact, &token);
            }
            Fact::Received(contact, text, file) => {
                if let Some(file) = file {
                    self.take_unasked(&contact, *file);
                }
                self.received(contact, &text);
            }
            // What was told last of the chat was about that message.
            Fact::Seen(contact) | Fact::NewestGone(contact) => self.attention.read(ctx, contact),
            Fact::Arrived(contact) => self.arrived(contact),
            Fact::Asks(request) => self.asks(&request),
            Fact::RequestGone(request) | Fact::RequestAnswered(request) => {
                self.attention.answered(ctx, request)
            }
            Fact::Alert(alert) => self.attention.alert(ctx, alert),
        }
    }
}
