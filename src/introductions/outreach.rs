//! The strangers whom the person has asked, and how far that is.

use crate::clock::Mono;
use crate::context::Context;
use crate::crypto::Key;
use crate::fact::{Fact, Purpose, Showing};
use crate::io::CommandId;
use crate::limits::{REQUEST_LIFE, REQUESTS};
use crate::view::{Alert, Asked, Refusal};
use litemap::LiteMap;

/// A secret that a stranger who is dialled must know, until they have answered: that of an invite, or
/// that of their own request.
pub(super) struct Pass {
    secret: Key,
    /// The command to answer when the other person is being asked.
    command: Option<CommandId>,
    /// What the person hears if it leads to nothing.
    failure: Option<Alert>,
    /// They are dialled from the own Transport ID, and know it by that.
    tells_address: bool,
}

/// The strangers asked.
#[derive(Debug, Default)]
pub(super) struct Outreach {
    /// By Discovery ID without its root; by the id in an invite where one was used.
    asked: LiteMap<String, Asked>,
    /// What to send with a request, until it is sent or cannot be. By the same.
    notes: LiteMap<String, String>,
    passes: LiteMap<String, Pass>,
    /// What shows that somebody is the one who was asked, and until when that counts. A no does not
    /// end it: it cannot be told from an answer that was not given in time, and a yes may follow.
    call_backs: LiteMap<String, (Key, Mono)>,
}

impl std::fmt::Debug for Pass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pass(…)")
    }
}

impl Pass {
    pub(super) fn new(secret: Key, command: Option<CommandId>, failure: Option<Alert>) -> Self {
        Self {
            secret,
            command,
            failure,
            tells_address: false,
        }
    }

    /// Says that the own Transport ID is dialled from.
    pub(super) fn showing_address(mut self) -> Self {
        self.tells_address = true;
        self
    }
}

impl Outreach {
    pub(super) fn asked(&self) -> &LiteMap<String, Asked> {
        &self.asked
    }

    /// Returns what to show to a stranger who is dialled.
    pub(super) fn showing(&self, stranger: &str) -> Showing {
        if let Some(pass) = self.passes.get(stranger) {
            return Showing::Required(pass.secret);
        }
        let before = self.call_backs.get(stranger);
        before.map_or(Showing::Nothing, |(secret, _)| Showing::Offered(*secret))
    }

    /// Returns by which secrets those who were asked are known.
    pub(super) fn call_backs(&self) -> impl Iterator<Item = (&String, Key)> {
        let secrets = self.call_backs.iter();
        secrets.map(|(stranger, (secret, _))| (stranger, *secret))
    }

    /// Returns how many of those who were asked can still say yes.
    pub(super) fn awaited(&self) -> usize {
        let connecting = self.asked.iter().filter(|(stranger, asked)| {
            **asked == Asked::Connecting && !self.call_backs.contains_key(*stranger)
        });
        self.call_backs.len() + connecting.count()
    }

    /// Returns whether somebody who has not answered was shown the own Transport ID.
    pub(super) fn shows_address(&self) -> bool {
        let waits = |stranger: &String| self.asked.get(stranger) == Some(&Asked::Waiting);
        let mut passes = self.passes.iter();
        passes.any(|(stranger, pass)| pass.tells_address && waits(stranger))
    }

    /// Returns whether this stranger was asked and can still say yes.
    pub(super) fn awaits(&self, stranger: &str) -> bool {
        self.call_backs.contains_key(stranger)
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
        let secret = self.showing(stranger).secret();
        ctx.dial_for(from, to, Purpose::Ask(stranger.to_owned()), secret);
        self.notes.remove(stranger);
        self.asked.insert(stranger.to_owned(), Asked::Connecting);
    }

    /// Dials somebody who must know a secret, to ask them.
    pub(super) fn ask_with(
        &mut self,
        ctx: &mut Context,
        from: &str,
        to: &str,
        stranger: &str,
        pass: Pass,
    ) {
        self.passes.insert(stranger.to_owned(), pass);
        self.ask(ctx, from, to, stranger);
    }

    /// Notes that a request was sent. `call_back` is how its receiver is known from now on.
    pub(super) fn sent(&mut self, ctx: &mut Context, stranger: String, call_back: Key) {
        let oldest = self.call_backs.iter().min_by_key(|(_, (_, until))| *until);
        if let Some(oldest) = oldest.map(|(stranger, _)| stranger.clone())
            && self.call_backs.len() >= REQUESTS
        {
            self.call_backs.remove(&oldest);
        }
        let until = ctx.now.mono + REQUEST_LIFE;
        self.call_backs.insert(stranger.clone(), (call_back, until));
        self.set(ctx, stranger, Asked::Waiting);
    }

    /// Takes how far a request is. Where the other side had to know a secret, the person hears it:
    /// while the command waits as its answer, later as a notice.
    pub(super) fn set(&mut self, ctx: &mut Context, stranger: String, asked: Asked) {
        let mut quietly = false;
        if let Some(pass) = self.passes.get_mut(&stranger) {
            let refusal = match asked {
                Asked::No | Asked::Connecting | Asked::Waiting | Asked::NotAccepted => None,
                Asked::Unreachable => Some(Refusal::InviteUnreachable),
                Asked::Failed => Some(Refusal::InviteNotValid),
            };
            let over = !matches!(asked, Asked::Connecting | Asked::Waiting);
            if let Some(command) = pass.command.take() {
                ctx.reply(command, refusal.map_or(Ok(()), Err));
            } else if over && let Some(failure) = &pass.failure {
                ctx.alert(failure.clone());
            }
            quietly = over && pass.failure.is_none();
            // Where nobody was reached, nobody was told.
            if pass.tells_address && matches!(asked, Asked::NotAccepted | Asked::Failed) {
                ctx.tell(Fact::TrustEnded);
            }
            if over {
                self.passes.remove(&stranger);
            }
        }
        if asked != Asked::Connecting {
            self.notes.remove(&stranger);
        }
        if asked == Asked::Failed {
            self.call_backs.remove(&stranger);
        }
        if quietly {
            self.asked.remove(&stranger);
        } else {
            self.asked.insert(stranger, asked);
        }
    }

    /// Forgets a stranger who has become a contact, or has called back.
    pub(super) fn forget(&mut self, stranger: &str) {
        self.asked.remove(stranger);
        self.notes.remove(stranger);
        self.passes.remove(stranger);
        self.call_backs.remove(stranger);
    }

    /// Forgets by what those are known who were asked too long ago.
    pub(super) fn expire(&mut self, now: Mono) {
        self.call_backs.retain(|_, (_, until)| now < *until);
    }
}
