//! The strangers whom the person has asked, and how far that is.

use super::expired::Expired;
use super::passes::{CallBack, Pass};
use crate::clock::millis;
use crate::context::Context;
use crate::crypto::Key;
use crate::encoding::{b64, unb64};
use crate::fact::{Purpose, Showing};
use crate::ids::Stranger;
use crate::limits::{INVITES, REQUEST_LIFE, REQUESTS};
use crate::records::{AskedRecord, Change, Secret};
use crate::values::RequestId;
use crate::view::{Alert, Asked, Refusal};
use litemap::LiteMap;

/// As whom a stranger may be known from an earlier day, and by which secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Before {
    /// They asked, and this request waits.
    Asking(RequestId, Key),
    /// They were asked, as this stranger.
    Asked(Stranger, Key),
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
    /// The no of somebody on this network does not end it: it cannot be told from an answer that was not
    /// given in time, and a yes may follow.
    call_backs: LiteMap<Stranger, CallBack>,
    /// Those whose time is over by the calendar.
    old: Expired<Stranger, CallBack>,
    /// Those that are over, and are not removed from the disk yet.
    over: Vec<AskedRecord>,
}

impl std::fmt::Debug for Before {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Before(…)")
    }
}

impl Outreach {
    /// Takes what was stored.
    pub(super) fn restore(&mut self, asked: Vec<AskedRecord>) {
        for record in asked {
            let stranger = Stranger::at(&record.stranger);
            match unb64(&record.call_back.0) {
                Some(secret) => drop(
                    self.call_backs
                        .insert(stranger, CallBack { secret, record }),
                ),
                None => self.over.push(record),
            }
        }
    }

    /// Returns the keys of all that is stored, or may be.
    pub(super) fn stored(&self) -> Vec<String> {
        let all = self.call_backs.keys().chain(self.old.keys());
        let all = all.map(|stranger| stranger.as_str().to_owned());
        all.chain(self.over.iter().map(|record| record.stranger.clone()))
            .collect()
    }

    /// Writes all as it counts, over what may be on the disk.
    pub(super) fn keep_all(&self, ctx: &mut Context) {
        for known in self.call_backs.values() {
            ctx.store_for_certain(Change::Asked(known.record.clone()));
        }
    }

    /// Returns the own ids from which invites are being used, or that are held for answers.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &str> {
        let all = self.call_backs.values().chain(self.old.values());
        let invites = all.filter(|known| known.is_invite());
        let asked = invites.map(|known| known.record.from.as_str());
        let dialled = self.passes.values();
        asked.chain(dialled.filter_map(|pass| pass.from.as_deref()))
    }

    /// Returns from which id, and with which secret, somebody was asked who can still say yes.
    pub(super) fn known(&self, stranger: &Stranger) -> Option<(&str, Key)> {
        let known = self.call_backs.get(stranger)?;
        Some((&known.record.from, known.secret))
    }

    /// Returns the secrets of those who were asked from an own id.
    pub(super) fn secrets_at(&self, own: &str) -> impl Iterator<Item = (&Stranger, Key)> {
        let known = self.call_backs.iter();
        let there = known.filter(move |(_, known)| known.record.from == own);
        there.map(|(stranger, known)| (stranger, known.secret))
    }

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
        let of_name = |known: &CallBack| known.record.name.as_deref() == Some(name);
        let asked = self.call_backs.iter();
        let asked = asked.filter(|(stranger, known)| of_name(known) && is_gone(stranger));
        let (stranger, known) = asked.max_by_key(|(_, known)| known.until())?;
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
        let dialled = self.passes.get(stranger).map(|pass| &pass.answers);
        let asked = self.call_backs.get(stranger);
        let asked = asked.map(|known| &known.record.answers);
        dialled.or(asked)?.clone()
    }

    /// Returns how many of those who were asked can still say yes.
    pub(super) fn awaited(&self) -> usize {
        let connecting = self.asked.iter().filter(|(stranger, asked)| {
            **asked == Asked::Connecting && !self.call_backs.contains_key(*stranger)
        });
        self.call_backs.len() + connecting.count()
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

    /// Notes that a request was sent from an own id. `call_back` is how its receiver is known from now on,
    /// `name` under which they are listed. Returns the request that is perhaps theirs.
    pub(super) fn sent(
        &mut self,
        ctx: &mut Context,
        stranger: Stranger,
        from: &str,
        call_back: Key,
        name: Option<&str>,
    ) -> Option<RequestId> {
        let (before, asking) = match self.before.remove(&stranger) {
            Some(Before::Asked(before, _)) => (Some(before), None),
            Some(Before::Asking(request, _)) => (None, Some(request)),
            None => (None, None),
        };
        let record = AskedRecord {
            version: 1,
            stranger: stranger.as_str().to_owned(),
            from: from.to_owned(),
            call_back: Secret(b64(&call_back)),
            until: ctx.now.unix.saturating_add(millis(REQUEST_LIFE)),
            name: name.map(str::to_owned),
            before: before.map(|before| before.as_str().to_owned()),
            answers: self.answered(&stranger),
            told: false,
        };
        let known = CallBack {
            secret: call_back,
            record,
        };
        self.take(&stranger);
        self.make_room(ctx, &known);
        ctx.store_for_certain(Change::Asked(known.record.clone()));
        self.call_backs.insert(stranger.clone(), known);
        self.set(ctx, stranger, Asked::Waiting);
        asking
    }

    /// Gives up whoever was asked first, where there are as many as may be: in all, and with invites.
    fn make_room(&mut self, ctx: &mut Context, newest: &CallBack) {
        let full = self.call_backs.len() >= REQUESTS;
        let invites = self.call_backs.values().filter(|known| known.is_invite());
        let of_invites = newest.is_invite() && invites.count() >= INVITES;
        let all = self.call_backs.iter();
        let all = all.filter(|(_, known)| full || (of_invites && known.is_invite()));
        let oldest = all.min_by_key(|(_, known)| known.until());
        let oldest = oldest.map(|(stranger, _)| stranger.clone());
        if let Some(oldest) = oldest.filter(|_| full || of_invites)
            && let Some(known) = self.call_backs.remove(&oldest)
        {
            self.give_up(ctx, known.record);
        }
    }

    /// Gives up somebody who was asked, and tells the person, who may wait for them.
    fn give_up(&mut self, ctx: &mut Context, record: AskedRecord) {
        if !record.told && record.answers.is_none() {
            let name = record.name.clone();
            ctx.alert(Alert::NotAnswered { name });
        }
        self.over.push(record);
    }

    /// Takes how far a request is. Where the other side had to know a secret, the person hears it:
    /// while the command waits as its answer, later as a notice.
    pub(super) fn set(&mut self, ctx: &mut Context, stranger: Stranger, asked: Asked) {
        let over = !matches!(asked, Asked::Connecting | Asked::Waiting);
        let mut quietly = false;
        // Of who was looked for in vain, nothing is known.
        let mut looked = false;
        if let Some(pass) = self.passes.get_mut(&stranger) {
            let refusal = match asked {
                Asked::No | Asked::Connecting | Asked::Waiting | Asked::NotAccepted => None,
                Asked::Unreachable => Some(Refusal::InviteUnreachable),
                Asked::NoPath => Some(Refusal::InviteNoPath),
                Asked::Failed => Some(Refusal::InviteNotValid),
            };
            quietly = over && pass.answers.is_some();
            looked = quietly && self.asked.get(&stranger) == Some(&Asked::Connecting);
            if let Some(command) = pass.command.take() {
                ctx.reply(command, refusal.map_or(Ok(()), Err));
            } else if over && !quietly {
                ctx.alert(Alert::InviteNotAccepted);
            }
            if over {
                self.passes.remove(&stranger);
            }
        }
        if asked != Asked::Connecting {
            self.notes.remove(&stranger);
        }
        if over {
            self.before.remove(&stranger);
        }
        if asked == Asked::NotAccepted {
            self.not_accepted(ctx, &stranger);
        }
        if asked == Asked::Failed && !looked {
            let spoilt = self.take(&stranger);
            self.over.extend(spoilt.map(|known| known.record));
        }
        if quietly {
            self.asked.remove(&stranger);
        } else {
            self.asked.insert(stranger, asked);
        }
    }

    /// Takes somebody out of those who can still say yes, also where the calendar says that they cannot.
    fn take(&mut self, stranger: &Stranger) -> Option<CallBack> {
        let hidden = self.old.remove(stranger);
        self.call_backs.remove(stranger).or(hidden)
    }

    /// Takes a no. That of whoever made an invite is one; that of somebody on this network may also be an
    /// answer that was not given in time.
    fn not_accepted(&mut self, ctx: &mut Context, stranger: &Stranger) {
        let Some(known) = self.call_backs.get_mut(stranger) else {
            return;
        };
        if known.is_invite() {
            let known = self.call_backs.remove(stranger);
            self.over.extend(known.map(|known| known.record));
        } else {
            known.record.told = true;
            ctx.store_for_certain(Change::Asked(known.record.clone()));
        }
    }

    /// Notes that the connection has ended on which somebody was asked. What they had to know until then
    /// they need not any more: how they are known from now on is stored, and whoever is looked for can be
    /// dialled again.
    pub(super) fn parted(&mut self, stranger: &Stranger) {
        let pass = self.passes.remove(stranger);
        if pass.is_some_and(|pass| pass.answers.is_some()) {
            self.asked.remove(stranger);
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
            if let Some(known) = self.take(&stranger) {
                let before = known.record.before.as_deref();
                theirs.extend(before.map(Stranger::at));
                self.over.push(known.record);
            }
            let later = self.call_backs.values().chain(self.old.values());
            let later = later.filter(|known| known.is_before(&stranger));
            theirs.extend(later.map(|known| Stranger::at(&known.record.stranger)));
        }
    }

    /// Takes those out of sight who were asked too long ago, and gives them up a day of running time
    /// later; whom a wrong clock has hidden come back.
    pub(super) fn expire(&mut self, ctx: &mut Context) {
        let unix = ctx.now.unix;
        let is_old = |known: &CallBack| unix >= known.until();
        let swept = self
            .old
            .sweep(&mut self.call_backs, is_old, ctx.now.mono, REQUESTS);
        for known in swept.back {
            let stranger = Stranger::at(&known.record.stranger);
            self.call_backs.insert(stranger, known);
        }
        for known in swept.over {
            self.give_up(ctx, known.record);
        }
    }

    /// Removes from the disk what is over, after all that came of it is written: of several writes a
    /// crash may leave the first.
    pub(super) fn forget_over(&mut self, ctx: &mut Context) {
        for record in std::mem::take(&mut self.over) {
            if !self
                .call_backs
                .keys()
                .any(|known| known.is_at(&record.stranger))
            {
                ctx.store_for_certain(Change::ForgetAsked(record.stranger));
            }
        }
    }
}
