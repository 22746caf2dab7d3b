//! The strangers whom the person has asked, and how far that is.

use crate::context::Context;
use crate::crypto::Key;
use crate::encoding::unb64;
use crate::fact::Purpose;
use crate::io::CommandId;
use crate::records::Secret;
use crate::view::{Alert, Asked, Refusal};
use litemap::LiteMap;

/// An invite that was used here, until it is answered.
#[derive(Debug)]
pub(super) struct Invitation {
    secret: Secret,
    /// The command to answer when the other person is being asked.
    command: Option<CommandId>,
    /// What the person hears if it leads to nothing.
    failure: Alert,
}

/// The strangers asked.
#[derive(Debug, Default)]
pub(super) struct Outreach {
    /// By Discovery ID without its root; by Transport ID where an invite was used.
    asked: LiteMap<String, Asked>,
    /// What to send with a request, until it is sent or cannot be. By Discovery ID without its root.
    notes: LiteMap<String, String>,
    /// By the Transport ID in them.
    invitations: LiteMap<String, Invitation>,
}

impl Invitation {
    pub(super) fn new(secret: Secret, command: Option<CommandId>, failure: Alert) -> Self {
        Self {
            secret,
            command,
            failure,
        }
    }
}

impl Outreach {
    pub(super) fn asked(&self) -> &LiteMap<String, Asked> {
        &self.asked
    }

    pub(super) fn of(&self, stranger: &str) -> Asked {
        self.asked.get(stranger).copied().unwrap_or(Asked::No)
    }

    pub(super) fn secret_for(&self, stranger: &str) -> Option<Key> {
        unb64(&self.invitations.get(stranger)?.secret.0)
    }

    /// Keeps the note to send with the request to a stranger who is being dialled.
    pub(super) fn keep_note(&mut self, stranger: &str, note: String) {
        self.notes.insert(stranger.to_owned(), note);
    }

    pub(super) fn note_for(&self, stranger: &str) -> Option<String> {
        self.notes.get(stranger).cloned()
    }

    /// Dials a stranger from an own id, to ask them.
    pub(super) fn ask(&mut self, ctx: &mut Context, from: &str, to: &str, stranger: &str) {
        ctx.dial_for(from, to, Purpose::Ask(stranger.to_owned()));
        self.notes.remove(stranger);
        self.asked.insert(stranger.to_owned(), Asked::Connecting);
    }

    /// Dials the other side of an invite, to ask them.
    pub(super) fn ask_with(
        &mut self,
        ctx: &mut Context,
        own: &str,
        to: String,
        invitation: Invitation,
    ) {
        self.ask(ctx, own, &to, &to);
        self.invitations.insert(to, invitation);
    }

    /// Takes how far a request is. Where it came of an invite, the person hears it: while the
    /// command waits as its answer, later as a notice.
    pub(super) fn set(&mut self, ctx: &mut Context, stranger: String, asked: Asked) {
        if let Some(invitation) = self.invitations.get_mut(&stranger) {
            let refusal = match asked {
                Asked::No | Asked::Connecting | Asked::Waiting | Asked::NotAccepted => None,
                Asked::Unreachable => Some(Refusal::InviteUnreachable),
                Asked::Failed => Some(Refusal::InviteNotValid),
            };
            let over = !matches!(asked, Asked::Connecting | Asked::Waiting);
            if let Some(command) = invitation.command.take() {
                ctx.reply(command, refusal.map_or(Ok(()), Err));
            } else if over {
                ctx.alert(invitation.failure.clone());
            }
            if over {
                self.invitations.remove(&stranger);
            }
        }
        if asked != Asked::Connecting {
            self.notes.remove(&stranger);
        }
        self.asked.insert(stranger, asked);
    }

    /// Forgets a stranger who has become a contact.
    pub(super) fn forget(&mut self, stranger: &str, remote: &str) {
        self.asked.remove(stranger);
        self.notes.remove(stranger);
        self.invitations.remove(remote);
    }
}
