//! What contacts say to each other on authenticated connections, and the chats they make up.
//!
//! [`session`] is one connection, [`chat`] one chat, which outlives it, [`outbox`] what waits in it, [`queue`] what waits
//! to be stored, [`ended`] what comes of its writes, [`erased`] what is taken off the disk ([`clearing`]). [`frames`] says what a message of a contact leads to, [`writing`] what
//! an own one does, and the end of its write. [`amendment`] is what a message does with an earlier one, [`rule`] how long
//! messages stay, and [`timed`] when they go; [`introducing`] how contacts are introduced. [`agreement`] is how both
//! sides of a new connection find out what the other one has, and [`agreeing`] carries that out. [`reading`] is what others
//! read of the chats, [`neighbours`] which contacts are on this device's networks.
//!
//! Not here: how a connection comes to be ([`handshakes`](crate::handshakes)), and when a contact is dialled ([`contacts`](crate::contacts)).
//!
//! Long because each thing that others ask of the chats is a few lines here.

mod agreeing;
mod agreement;
mod amendment;
mod chat;
mod clearing;
mod ended;
mod erased;
mod frames;
mod introducing;
mod neighbours;
mod outbox;
mod queue;
mod reading;
mod rule;
mod session;
#[cfg(test)]
mod tests;
mod timed;
mod writing;

use crate::clock::{Mono, Now};
use crate::context::Context;
use crate::fact::Fact;
use crate::io::{LinkId, Path};
use crate::limits;
use crate::liveness::Verdict;
use crate::records::{Change, MessageRecord, ThreadRecord};
use crate::routes::LinkOwner;
use crate::values::ContactId;
use crate::view::Alert;
use crate::why::{Deadline, Why};
use crate::wire::SessionFrame;
use chat::Chat;
use litemap::LiteMap;
use pace::Bucket;
use session::Session;
use std::time::Duration;

/// Everything said and to be said.
#[derive(Debug, Default)]
pub(crate) struct Conversations {
    all: LiteMap<ContactId, Conversation>,
    /// When the person was last told of another device with this identity.
    two_copies_announced: Option<Mono>,
    /// Who said last that another device with this identity is there, and when.
    says_two: Option<(Mono, ContactId)>,
    /// When the person was last told that this device lacks messages of theirs.
    older_announced: Option<Mono>,
}

/// What is going on with one contact.
#[derive(Debug)]
struct Conversation {
    chat: Option<Chat>,
    session: Option<Session>,
    /// How many messages of every kind are taken from the contact.
    frames: Bucket,
    /// How many texts are taken.
    incoming: Bucket,
    /// How many are sent.
    outgoing: Bucket,
}

impl Default for Conversation {
    fn default() -> Self {
        let (incoming, outgoing) = rates();
        Self {
            chat: None,
            session: None,
            frames: Bucket::new(
                limits::CONTACT_BURST,
                Duration::from_secs(1) / limits::CONTACT_PER_SECOND,
            ),
            incoming,
            outgoing,
        }
    }
}

/// Returns full buckets. The receiver is lenient by what can be under way, so that an honest sender
/// at the same rate is never refused.
fn rates() -> (Bucket, Bucket) {
    let window = u32::try_from(limits::IN_FLIGHT).unwrap_or(u32::MAX);
    let interval = Duration::from_secs(1) / limits::MESSAGES_PER_SECOND;
    let incoming = Bucket::new(limits::MESSAGE_BURST + window, interval);
    (incoming, Bucket::new(limits::MESSAGE_BURST, interval))
}

impl Conversations {
    /// Takes the stored chats, and the own messages that are not known to be delivered. Chats of
    /// contacts that are not there any more are removed.
    pub(crate) fn restore(
        &mut self,
        ctx: &mut Context,
        threads: Vec<ThreadRecord>,
        outbox: &[MessageRecord],
        is_there: impl Fn(&ContactId) -> bool,
    ) {
        for thread in threads {
            let id = thread.contact.clone();
            if !is_there(&id) {
                ctx.store_for_certain(Change::ForgetThread(id));
                continue;
            }
            let own = outbox.iter().filter(|own| own.message.contact == id);
            let chat = Chat::restore(thread, own.cloned().collect());
            self.entry(&id).chat = Some(chat);
        }
    }

    fn entry(&mut self, id: &ContactId) -> &mut Conversation {
        self.all.entry(id.clone()).or_default()
    }

    fn session(&self, id: &ContactId) -> Option<&Session> {
        self.all.get(id)?.session.as_ref()
    }

    fn session_mut(&mut self, id: &ContactId) -> Option<&mut Session> {
        self.all.get_mut(id)?.session.as_mut()
    }

    /// Returns the chat with a contact who is connected, and the connection.
    fn open(&mut self, id: &ContactId) -> Option<(&mut Chat, &mut Session)> {
        let all = self.all.get_mut(id)?;
        all.chat.as_mut().zip(all.session.as_mut())
    }

    /// Returns the chat with a contact, made when it is first needed.
    fn chat(&mut self, id: &ContactId) -> &mut Chat {
        let entry = self.entry(id);
        entry.chat.get_or_insert_with(|| Chat::new(id.clone()))
    }

    /// Returns whether no message is on its way.
    pub(crate) fn is_idle(&self) -> bool {
        let is_idle = |all: &Conversation| {
            let moves = all.chat.as_ref().is_some_and(Chat::is_moving);
            all.session.is_none() || !moves
        };
        self.all.values().all(is_idle)
    }

    /// Returns the contacts with a session.
    pub(crate) fn connected(&self) -> Vec<ContactId> {
        let connected = self.all.iter().filter(|(_, all)| all.session.is_some());
        connected.map(|(id, _)| id.clone()).collect()
    }

    /// Returns the contacts with a session in which it is time to look whether they are still there, or
    /// something may have to be sent.
    pub(crate) fn to_check(&self, now: Mono) -> Vec<ContactId> {
        let sends = |all: &Conversation, session: &Session| {
            session.agreement.is_reached() && all.chat.as_ref().is_some_and(Chat::wants_to_send)
        };
        let is_due = |all: &Conversation| {
            let session = all.session.as_ref();
            session.is_some_and(|session| session.liveness.due() <= now || sends(all, session))
        };
        let due = self.all.iter().filter(|(_, all)| is_due(all));
        due.map(|(id, _)| id.clone()).collect()
    }

    /// Returns the path of the session with a contact.
    pub(crate) fn path(&self, id: &ContactId) -> Option<Path> {
        Some(self.session(id)?.path)
    }

    /// Begins a session: both sides have proven who they are. `met_there` is whether they met in a namespace
    /// of this device. Returns false where another connection is kept instead, and this one is closed.
    pub(crate) fn begin(
        &mut self,
        ctx: &mut Context,
        id: &ContactId,
        link: LinkId,
        (path, met_there): (Path, bool),
        ours_is_smaller: bool,
    ) -> bool {
        let now = ctx.now.mono;
        if let Some(session) = self.session(id) {
            if session.outlives(link, ours_is_smaller, now) {
                // This one is closed by both.
                ctx.close(link);
                return false;
            }
            // Where that is another device with the same identity, it learns that there are two.
            ctx.transmit(session.link, &SessionFrame::Replaced);
            ctx.close(session.link);
        }
        ctx.routes.set_link(link, LinkOwner::Session(id.clone()));
        self.entry(id).session = Some(Session::new(link, path, met_there, now));
        let chat = self.chat(id);
        // The connection before this one may have ended without a word.
        chat.interrupted();
        true
    }

    /// Sends a message to a contact, if there is a session.
    pub(crate) fn say(&self, ctx: &mut Context, id: &ContactId, frame: &SessionFrame) {
        if let Some(session) = self.session(id) {
            ctx.transmit(session.link, frame);
        }
    }

    /// Begins anew, because a contact was accepted, perhaps once more: messages are counted anew, and
    /// nothing from before is sent again.
    pub(crate) fn accepted(&mut self, id: &ContactId) {
        self.met_anew(id).accepted_anew();
    }

    /// Begins anew with a saved contact who was introduced once more: what was agreed on stays.
    pub(crate) fn introduced_anew(&mut self, id: &ContactId) {
        self.met_anew(id).met_anew();
    }

    fn met_anew(&mut self, id: &ContactId) -> &mut Chat {
        let all = self.entry(id);
        (all.incoming, all.outgoing) = rates();
        self.chat(id)
    }

    /// Ends a session.
    pub(crate) fn end(&mut self, ctx: &mut Context, id: &ContactId) {
        if let Some(session) = self.session(id) {
            ctx.close(session.link);
            self.gone(ctx, id);
        }
    }

    /// Forgets a session that has ended by itself.
    pub(crate) fn gone(&mut self, ctx: &mut Context, id: &ContactId) {
        let Some(session) = self.take_session(id) else {
            return;
        };
        let lasted = session.has_lasted(ctx.now.mono);
        ctx.tell(Fact::Ended(id.clone(), lasted));
    }

    /// Ends a session with a goodbye; the contact is not dialled again.
    pub(crate) fn part(&mut self, ctx: &mut Context, id: &ContactId) {
        if let Some(session) = self.take_session(id) {
            ctx.bye(session.link);
        }
    }

    fn take_session(&mut self, id: &ContactId) -> Option<Session> {
        let all = self.all.get_mut(id)?;
        let session = all.session.take()?;
        if let Some(chat) = &mut all.chat {
            chat.interrupted();
        }
        Some(session)
    }

    /// Forgets a chat.
    pub(crate) fn forget(&mut self, ctx: &mut Context, id: &ContactId) {
        self.all.remove(id);
        ctx.store_for_certain(Change::ForgetThread(id.clone()));
    }

    /// Returns whether the own profile may be sent to a contact now. Where not, it is owed.
    pub(crate) fn may_send_profile(&mut self, ctx: &Context, id: &ContactId) -> bool {
        let Some(session) = self.session_mut(id) else {
            return false;
        };
        let profiles = &mut session.profiles;
        profiles.owed = !profiles.outgoing.take(ctx.now.mono.into());
        !profiles.owed
    }

    /// Returns the contacts to whom the own profile is owed and may be sent now.
    pub(crate) fn owed_profiles(&self, now: Mono) -> Vec<ContactId> {
        let is_due = |all: &Conversation| {
            let session = all.session.as_ref();
            session.is_some_and(|s| s.profiles.owed && s.profiles.outgoing.due() <= now.into())
        };
        let due = self.all.iter().filter(|(_, all)| is_due(all));
        due.map(|(id, _)| id.clone()).collect()
    }

    /// Ends a session that the contact says a newer connection with this identity has replaced.
    /// Where this device does not make that connection (`ours`), another device does. One contact may
    /// lie; the person is told where a second one says the same, or where it is the only one (`is_only`).
    pub(crate) fn replaced(
        &mut self,
        ctx: &mut Context,
        id: &ContactId,
        ours: bool,
        is_only: bool,
    ) {
        self.end(ctx, id);
        let now = ctx.now.mono;
        let recent = |at: Mono| now.since(at) < limits::SAME_ALERT;
        if ours {
            return;
        }
        let before = self.says_two.replace((now, id.clone()));
        let agrees = before.is_some_and(|(at, who)| who != *id && recent(at));
        if (agrees || is_only) && !self.two_copies_announced.is_some_and(recent) {
            self.two_copies_announced = Some(now);
            ctx.alert(Alert::TwoCopies);
        }
    }

    /// Asks a contact for a sign of life, because there is a doubt.
    pub(crate) fn doubt(&mut self, ctx: &mut Context, id: &ContactId) {
        let now = ctx.now.mono;
        if let Some(session) = self.session_mut(id)
            && session.liveness.suspect(now) == Verdict::Ask
        {
            self.ping(ctx, id);
        }
    }

    /// Sends a ping, and measures how long the answer takes.
    fn ping(&mut self, ctx: &mut Context, id: &ContactId) {
        let now = ctx.now.mono;
        if let Some(session) = self.session_mut(id) {
            session.trip.begin(now);
            ctx.transmit(session.link, &SessionFrame::Ping);
        }
    }

    /// Measures how long a message takes there and back, for a person who looks at the chat.
    pub(crate) fn measure(&mut self, ctx: &mut Context, id: &ContactId) {
        let session = self.session(id);
        if session.is_some_and(|session| session.trip.is_old(ctx.now.mono)) {
            self.ping(ctx, id);
        }
    }

    /// Returns how long a message took there and back when that was last measured.
    pub(crate) fn round_trip(&self, id: &ContactId) -> Option<Duration> {
        self.session(id)?.trip.last()
    }

    /// Looks whether a contact is still there, and sends what may be sent.
    pub(crate) fn check(&mut self, ctx: &mut Context, id: &ContactId) {
        let now = ctx.now.mono;
        let Some(session) = self.session_mut(id) else {
            return;
        };
        match session.liveness.check(now) {
            Verdict::Fine => self.pump(ctx, id),
            Verdict::Ask => self.ping(ctx, id),
            Verdict::Dead => self.end(ctx, id),
        }
    }

    /// Sends what the window and the rate allow.
    pub(super) fn pump(&mut self, ctx: &mut Context, id: &ContactId) {
        let now = ctx.now.mono;
        let Some(Conversation {
            chat: Some(chat),
            session: Some(session),
            outgoing,
            ..
        }) = self.all.get_mut(id)
        else {
            return;
        };
        while session.agreement.is_reached() && chat.wants_to_send() && outgoing.take(now.into()) {
            let Some(frame) = chat.next() else {
                return;
            };
            ctx.transmit(session.link, &frame);
        }
    }

    pub(crate) fn due(&self, now: Now) -> Option<Deadline> {
        let goes = |all: &Conversation| Some(Why::Disappear.at(all.chat.as_ref()?.goes_at(now)?));
        let write = |all: &Conversation| Some(Why::Write.at(all.chat.as_ref()?.due()?));
        let of = |all: &Conversation| {
            let session = all.session.as_ref()?;
            let mut answer = Why::Liveness.at(session.liveness.due());
            if session.profiles.owed {
                answer = answer.min(Why::Pace.at(session.profiles.outgoing.due().into()));
            }
            let wants = all.chat.as_ref().is_some_and(Chat::wants_to_send);
            if session.agreement.is_reached() && wants {
                let pace = Why::Pace.at(all.outgoing.due().into());
                return Some(answer.min(pace));
            }
            Some(answer)
        };
        let all = self.all.values();
        all.flat_map(|all| [of(all), write(all), goes(all)])
            .flatten()
            .min()
    }
}
