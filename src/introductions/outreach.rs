//! The strangers whom the person has asked, and how far that is.

use crate::clock::Mono;
use crate::context::Context;
use crate::crypto::Key;
use crate::fact::{Fact, Purpose, Showing};
use crate::ids::Stranger;
use crate::io::CommandId;
use crate::limits::{REQUEST_LIFE, REQUESTS};
use crate::records::RequestRecord;
use crate::values::RequestId;
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
    /// The request that is answered.
    answers: Option<RequestId>,
    /// Whoever made it is looked for: it is not known whether this is them.
    looks: bool,
}

/// As whom a stranger may be known from an earlier day, and by which secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Before {
    /// They asked, and this request waits.
    Asking(RequestId, Key),
    /// They were asked, as this stranger.
    Asked(Stranger, Key),
}

/// What shows that somebody is the one who was asked.
struct CallBack {
    secret: Key,
    /// Until when it counts.
    until: Mono,
    /// Under which name they were listed.
    name: Option<String>,
    /// As whom they were perhaps asked on an earlier day: what shows that goes with this.
    before: Option<Stranger>,
}

/// The strangers asked.
#[derive(Debug, Default)]
pub(super) struct Outreach {
    asked: LiteMap<Stranger, Asked>,
    /// What to send with a request, until it is sent or cannot be.
    notes: LiteMap<Stranger, String>,
    passes: LiteMap<Stranger, Pass>,
    /// As whom those who are being dialled may be known from an earlier day.
    before: LiteMap<Stranger, Before>,
    /// A no does not end it: it cannot be told from an answer that was not given in time, and a yes may
    /// follow.
    call_backs: LiteMap<Stranger, CallBack>,
}

impl std::fmt::Debug for Pass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pass(…)")
    }
}

impl std::fmt::Debug for Before {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Before(…)")
    }
}

impl std::fmt::Debug for CallBack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CallBack(…)")
    }
}

impl Pass {
    pub(super) fn new(secret: Key, command: Option<CommandId>, failure: Option<Alert>) -> Self {
        Self {
            secret,
            command,
            failure,
            tells_address: false,
            answers: None,
            looks: false,
        }
    }

    /// Returns the pass of whoever made a request that is answered.
    pub(super) fn answering(request: &RequestRecord, secret: Key, failure: Option<Alert>) -> Self {
        Self {
            answers: Some(request.id.clone()),
            looks: true,
            ..Self::new(secret, None, failure)
        }
    }

    /// Says that the own Transport ID is dialled from.
    pub(super) fn showing_address(mut self) -> Self {
        self.tells_address = true;
        self
    }
}

impl Outreach {
    pub(super) fn asked(&self) -> &LiteMap<Stranger, Asked> {
        &self.asked
    }

    /// Returns what to show to a stranger who is dialled.
    pub(super) fn showing(&self, stranger: &Stranger) -> Showing {
        if let Some(pass) = self.passes.get(stranger) {
            return Showing::Required(pass.secret);
        }
        let asked = self.call_backs.get(stranger).map(|known| known.secret);
        let before = self.before.get(stranger).map(|before| match before {
            Before::Asking(_, secret) | Before::Asked(_, secret) => *secret,
        });
        asked.or(before).map_or(Showing::Nothing, Showing::Offered)
    }

    /// Returns by which secrets those who were asked are known.
    pub(super) fn call_backs(&self) -> impl Iterator<Item = (&Stranger, Key)> {
        let secrets = self.call_backs.iter();
        secrets.map(|(stranger, known)| (stranger, known.secret))
    }

    /// Returns the one of this name who was asked last, under an id that `is_gone`.
    pub(super) fn asked_before(
        &self,
        name: &str,
        is_gone: impl Fn(&Stranger) -> bool,
    ) -> Option<Before> {
        let of_name = |known: &CallBack| known.name.as_deref() == Some(name);
        let asked = self.call_backs.iter();
        let asked = asked.filter(|(stranger, known)| of_name(known) && is_gone(stranger));
        let (stranger, known) = asked.max_by_key(|(_, known)| known.until)?;
        Some(Before::Asked(stranger.clone(), known.secret))
    }

    /// Keeps as whom a stranger who is dialled next may be known.
    pub(super) fn keep_before(&mut self, stranger: &Stranger, before: Option<Before>) {
        match before {
            Some(before) => self.before.insert(stranger.clone(), before),
            None => self.before.remove(stranger),
        };
    }

    /// Returns whether a stranger is dialled who must know a secret.
    pub(super) fn has_pass(&self, stranger: &Stranger) -> bool {
        self.passes.contains_key(stranger)
    }

    /// Returns which request of a stranger is answered.
    pub(super) fn answered(&self, stranger: &Stranger) -> Option<RequestId> {
        self.passes.get(stranger)?.answers.clone()
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
        let waits = |stranger: &Stranger| self.asked.get(stranger) == Some(&Asked::Waiting);
        let mut passes = self.passes.iter();
        passes.any(|(stranger, pass)| pass.tells_address && waits(stranger))
    }

    /// Returns whether this stranger was asked and can still say yes.
    pub(super) fn awaits(&self, stranger: &Stranger) -> bool {
        self.call_backs.contains_key(stranger)
    }

    /// Keeps the note to send with the request to a stranger who is being dialled.
    pub(super) fn keep_note(&mut self, stranger: &Stranger, note: String) {
        self.notes.insert(stranger.clone(), note);
    }

    pub(super) fn note_for(&self, stranger: &Stranger) -> Option<String> {
        self.notes.get(stranger).cloned()
    }

    /// Dials a stranger from an own id, to ask them.
    pub(super) fn ask(&mut self, ctx: &mut Context, from: &str, to: &str, stranger: &Stranger) {
        let secret = self.showing(stranger).secret();
        ctx.dial_for(from, to, Purpose::Ask(stranger.clone()), secret);
        self.notes.remove(stranger);
        self.asked.insert(stranger.clone(), Asked::Connecting);
    }

    /// Dials somebody who must know a secret, to ask them.
    pub(super) fn ask_with(
        &mut self,
        ctx: &mut Context,
        from: &str,
        to: &str,
        stranger: &Stranger,
        pass: Pass,
    ) {
        self.passes.insert(stranger.clone(), pass);
        self.ask(ctx, from, to, stranger);
    }

    /// Notes that a request was sent. `call_back` is how its receiver is known from now on, `name` under
    /// which they are listed. Returns the request that is perhaps theirs.
    pub(super) fn sent(
        &mut self,
        ctx: &mut Context,
        stranger: Stranger,
        call_back: Key,
        name: Option<&str>,
    ) -> Option<RequestId> {
        let (before, asking) = match self.before.remove(&stranger) {
            Some(Before::Asked(before, _)) => (Some(before), None),
            Some(Before::Asking(request, _)) => (None, Some(request)),
            None => (None, None),
        };
        let oldest = self.call_backs.iter().min_by_key(|(_, known)| known.until);
        if let Some(oldest) = oldest.map(|(stranger, _)| stranger.clone())
            && self.call_backs.len() >= REQUESTS
        {
            self.call_backs.remove(&oldest);
        }
        let until = ctx.now.mono + REQUEST_LIFE;
        let known = CallBack {
            secret: call_back,
            until,
            name: name.map(str::to_owned),
            before,
        };
        self.call_backs.insert(stranger.clone(), known);
        self.set(ctx, stranger, Asked::Waiting);
        asking
    }

    /// Takes how far a request is. Where the other side had to know a secret, the person hears it:
    /// while the command waits as its answer, later as a notice.
    pub(super) fn set(&mut self, ctx: &mut Context, stranger: Stranger, asked: Asked) {
        let (mut quietly, mut looked) = (false, false);
        if let Some(pass) = self.passes.get_mut(&stranger) {
            let refusal = match asked {
                Asked::No | Asked::Connecting | Asked::Waiting | Asked::NotAccepted => None,
                Asked::Unreachable => Some(Refusal::InviteUnreachable),
                Asked::Failed => Some(Refusal::InviteNotValid),
            };
            let over = !matches!(asked, Asked::Connecting | Asked::Waiting);
            looked = over && pass.looks;
            pass.looks &= asked == Asked::Connecting;
            if let Some(command) = pass.command.take() {
                ctx.reply(command, refusal.map_or(Ok(()), Err));
            } else if over
                && !looked
                && let Some(failure) = &pass.failure
            {
                ctx.alert(failure.clone());
            }
            quietly = over && (looked || pass.failure.is_none());
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
        if !matches!(asked, Asked::Connecting | Asked::Waiting) {
            self.before.remove(&stranger);
        }
        if asked == Asked::Failed && !looked {
            self.call_backs.remove(&stranger);
        }
        if quietly {
            self.asked.remove(&stranger);
        } else {
            self.asked.insert(stranger, asked);
        }
    }

    /// Forgets a stranger who has become a contact, or has called back.
    pub(super) fn forget(&mut self, stranger: &Stranger) {
        self.asked.remove(stranger);
        self.notes.remove(stranger);
        self.passes.remove(stranger);
        self.before.remove(stranger);
        self.forget_call_back(stranger.clone());
    }

    /// Forgets by what somebody is known, and by what they were known on earlier days: a secret is used
    /// once.
    fn forget_call_back(&mut self, stranger: Stranger) {
        let mut theirs = vec![stranger];
        while let Some(stranger) = theirs.pop() {
            let known = self.call_backs.remove(&stranger);
            theirs.extend(known.and_then(|known| known.before));
            let later = self.call_backs.iter();
            let later = later.filter(|(_, known)| known.before.as_ref() == Some(&stranger));
            theirs.extend(later.map(|(later, _)| later.clone()));
        }
    }

    /// Forgets by what those are known who were asked too long ago.
    pub(super) fn expire(&mut self, now: Mono) {
        self.call_backs.retain(|_, known| now < known.until);
    }
}
