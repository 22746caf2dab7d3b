//! What the contacts say about files, in the session and on the connections for files, and what is sent to them.

use super::channel::{Channel, Peer};
use super::receiving::Sender;
use super::talk::Word;
use super::{File, Files, Work, say};
use crate::context::Context;
use crate::encoding::{b64, unb64};
use crate::fact::{Fact, FileTalk};
use crate::io::{ChannelBinding, Link, LinkId, Output};
use crate::limits::{CHANNEL_AGAIN, FILES_SAID, FURTHER_ATTEMPTS};
use crate::misbehaviour::Misbehaviour;
use crate::records::{Change, Direction, End, Progressed};
use crate::values::{ContactId, TransferId};
use crate::wire::SessionFrame;

/// What comes of a message on a connection for files.
type Heard = Result<(), Misbehaviour>;

impl Files {
    /// Notes that there is a session with a contact, and says how far the files with them are.
    pub(crate) fn connected(&mut self, ctx: &mut Context, contact: &ContactId) {
        self.disconnected(ctx, contact);
        let peer = Peer::new(ctx.now.mono);
        self.peers.insert(contact.clone(), peer);
        let theirs = self.all.iter_mut();
        let theirs = theirs.filter(|(_, file)| file.record.contact == *contact && file.has_news());
        let mut theirs: Vec<_> = theirs.collect();
        theirs.sort_by_key(|(_, file)| file.was_inquired());
        for (_, file) in &mut theirs {
            if let Work::Receiving(receiving) = &mut file.work {
                receiving.connected();
            }
        }
        // The others follow with the next session, or when their turn comes to be fetched.
        for (id, file) in theirs.into_iter().take(FILES_SAID) {
            match (file.record.progressed, &mut file.work) {
                (Progressed::Ended { how, told: false }, _) => say(ctx, contact, id, Word::of(how)),
                (Progressed::Ended { .. }, Work::Receiving(_)) => {}
                (_, Work::Sending(sending)) => {
                    sending.inquire();
                    say(ctx, contact, id, Word::Offered);
                }
                (Progressed::Open, Work::Receiving(_)) => {
                    if let Some(word) = file.take_news() {
                        say(ctx, contact, id, word);
                    }
                }
            }
        }
    }

    /// Notes that there is no session with a contact any more: nothing says whose connections these are.
    pub(crate) fn disconnected(&mut self, ctx: &mut Context, contact: &ContactId) {
        let Some(mut peer) = self.peers.remove(contact) else {
            return;
        };
        for link in [peer.fetch.take(), peer.serve.take()].concat() {
            ctx.close(link);
        }
        self.interrupted(ctx, contact, None);
    }

    /// Says that this side is going to call a contact, to fetch files: the call must not be there before the contact
    /// knows of it.
    pub(crate) fn begin_to_fetch(&mut self, ctx: &mut Context, contact: &ContactId) {
        let label = b64(&ctx.random::<48>());
        let further = (0..FURTHER_ATTEMPTS).map(|_| b64(&ctx.random::<48>()));
        let further: Vec<String> = further.collect();
        if let Some(peer) = self.peers.get_mut(contact) {
            peer.fetch
                .begin(label.clone(), further.clone(), ctx.now.mono);
            peer.again = ctx.now.mono + CHANNEL_AGAIN.doubled(0);
            let frame = SessionFrame::Channel { label, further };
            ctx.tell(Fact::Say(contact.clone(), Box::new(frame)));
        }
    }

    /// Takes the connection that is being dialled to fetch from a contact.
    pub(crate) fn dialled(&mut self, contact: &ContactId, link: LinkId) {
        if let Some(peer) = self.peers.get_mut(contact) {
            peer.fetch.arrived(link);
        }
    }

    /// Notes that it is not known where a contact can be dialled.
    pub(crate) fn cannot_dial(&mut self, ctx: &Context, contact: &ContactId) {
        if let Some(peer) = self.peers.get_mut(contact) {
            peer.fail(ctx.now.mono);
        }
    }

    /// Returns the contact who has said that they call with this connection id.
    pub(crate) fn awaited(&self, label: &str) -> Option<ContactId> {
        let mut peers = self.peers.iter();
        let found = peers.find(|(_, peer)| peer.serve.awaits(label));
        found.map(|(contact, _)| contact.clone())
    }

    /// Takes the connection on which a contact fetches.
    pub(crate) fn arrived(&mut self, contact: &ContactId, link: LinkId, label: &str) {
        if let Some(peer) = self.peers.get_mut(contact) {
            peer.serve.called(link, label);
        }
    }

    /// Takes what a contact says in the session.
    pub(crate) fn hear(&mut self, ctx: &mut Context, contact: &ContactId, talk: FileTalk) {
        let heard = match talk {
            FileTalk::Word { id, state } => self.word(ctx, contact, id, &state),
            FileTalk::Channel { label, further } => self.announced(ctx, contact, label, further),
            FileTalk::Awaited { label } => {
                let peer = self.peers.get_mut(contact);
                if let Some(labels) = peer.and_then(|peer| peer.fetch.take_labels(&label)) {
                    ctx.tell(Fact::FilesAwaited(contact.clone(), labels));
                }
                Ok(())
            }
            FileTalk::Bound {
                label,
                local,
                remote,
            } => self.bound(ctx, contact, &label, &local, &remote),
        };
        if let Err(how) = heard {
            ctx.tell(Fact::Misbehaved(contact.clone(), how));
        }
    }

    fn word(
        &mut self,
        ctx: &mut Context,
        contact: &ContactId,
        id: TransferId,
        word: &str,
    ) -> Heard {
        let word = Word::read(word).ok_or(Misbehaviour::OutOfPlace)?;
        let known = self.all.get(&id);
        let theirs = |file: &&File| file.record.contact == *contact || planted!(FilesOfOthers);
        match (known.filter(theirs), word.end()) {
            (None, Some(_)) => {
                // Whoever has ended it says so until that is noted.
                say(ctx, contact, &id, Word::Noted);
                Ok(())
            }
            (None, None) => {
                // It was offered by this device before it lost what it had stored, or was forgotten.
                if word == Word::Want {
                    say(ctx, contact, &id, Word::Failed);
                }
                Ok(())
            }
            (Some(_), Some(how)) => self.ended_there(ctx, contact, &id, how),
            (Some(_), None) => {
                self.said(ctx, contact, &id, word);
                Ok(())
            }
        }
    }

    /// Takes that a file has ended on the other device.
    fn ended_there(
        &mut self,
        ctx: &mut Context,
        contact: &ContactId,
        id: &TransferId,
        how: End,
    ) -> Heard {
        let Some(file) = self.all.get_mut(id) else {
            return Ok(());
        };
        let comes = match &file.work {
            Work::Receiving(receiving) => Some(receiving),
            Work::Sending(_) => None,
        };
        // Only whoever gets a file can have declined or saved it.
        let only_there = matches!(how, End::Declined | End::Saved);
        if only_there && comes.is_some() {
            return Err(Misbehaviour::OutOfPlace);
        }
        // All of it is here, and being saved: that counts, and is said.
        let open = file.record.progressed == Progressed::Open;
        if open && comes.is_some_and(|comes| comes.is_whole() || file.record.whole) {
            return Ok(());
        }
        say(ctx, contact, id, file.hear_end());
        if !open && how == End::Saved {
            // Given up here when all of it was there.
            file.record.progressed = Progressed::Open;
        }
        self.end(ctx, id, how, true);
        Ok(())
    }

    /// Takes something else that the other side says of a file.
    fn said(&mut self, ctx: &mut Context, contact: &ContactId, id: &TransferId, word: Word) {
        let Some(file) = self.all.get_mut(id) else {
            return;
        };
        // Their person has decided anew: whoever sends it has heard its end from there.
        if word == Word::Want
            && file.record.direction == Direction::Out
            && file.record.may_go_again()
        {
            self.begin_again(ctx, id, false);
        }
        let Some(file) = self.all.get_mut(id) else {
            return;
        };
        match (word, file.record.progressed, &mut file.work) {
            (Word::Want, Progressed::Ended { how, .. }, _)
            | (Word::Offered, Progressed::Ended { how, .. }, Work::Receiving(_)) => {
                say(ctx, contact, id, Word::of(how));
            }
            (Word::Want, Progressed::Open, Work::Sending(sending)) => {
                sending.want(ctx, id, &file.record.offer);
            }
            (Word::Paused, Progressed::Open, Work::Sending(sending)) => sending.paused_there(),
            (Word::Paused, Progressed::Open, Work::Receiving(receiving)) => {
                receiving.heard(Sender::Paused);
            }
            (Word::Lacking, Progressed::Open, Work::Receiving(receiving)) => {
                receiving.heard(Sender::Lacking);
            }
            (Word::Ready, Progressed::Open, Work::Receiving(receiving)) => {
                receiving.heard(Sender::Ready);
            }
            (Word::Noted, Progressed::Ended { how, .. }, _) => {
                file.record.progressed = Progressed::Ended { how, told: true };
                ctx.store_for_certain(Change::Transfer(file.record.clone()));
            }
            _ => {}
        }
        self.announce(ctx, id);
        self.go_on(ctx, contact, id);
    }

    fn announced(
        &mut self,
        ctx: &mut Context,
        contact: &ContactId,
        label: String,
        further: Vec<String>,
    ) -> Heard {
        let is_one = |label: &String| label.len() == crate::crypto::LABEL_CHARACTERS;
        let are_some = further.len() <= FURTHER_ATTEMPTS && further.iter().all(is_one);
        if !is_one(&label) || !are_some {
            return Err(Misbehaviour::OutOfPlace);
        }
        let now = ctx.now.mono;
        if let Some(peer) = self.peers.get_mut(contact) {
            for link in peer.serve.take() {
                ctx.close(link);
            }
            peer.serve.begin(label.clone(), further, now);
            self.interrupted(ctx, contact, Some(Direction::Out));
            let frame = SessionFrame::Awaited { label };
            ctx.tell(Fact::Say(contact.clone(), Box::new(frame)));
        }
        Ok(())
    }

    fn bound(
        &mut self,
        ctx: &mut Context,
        contact: &ContactId,
        label: &str,
        local: &str,
        remote: &str,
    ) -> Heard {
        let binding = unb64(local).zip(unb64(remote));
        let (local, remote) = binding.ok_or(Misbehaviour::OutOfPlace)?;
        let binding = ChannelBinding { local, remote };
        if let Some(peer) = self.peers.get_mut(contact) {
            let is_one = peer.fetch.heard(label, binding) || peer.serve.heard(label, binding);
            if is_one {
                self.begin_if_bound(ctx, contact);
            }
        }
        Ok(())
    }

    /// Takes what happens on a connection for files.
    pub(crate) fn link(
        &mut self,
        ctx: &mut Context,
        contact: &ContactId,
        link: LinkId,
        event: Link,
    ) {
        match event {
            Link::Open { binding, .. } => {
                let channel = self.channel(contact, link);
                if let Some(label) = channel.and_then(|channel| channel.opened(link, binding)) {
                    let frame = SessionFrame::Bound {
                        label: label.to_owned(),
                        local: b64(&binding.local),
                        remote: b64(&binding.remote),
                    };
                    ctx.tell(Fact::Say(contact.clone(), Box::new(frame)));
                    self.begin_if_bound(ctx, contact);
                }
            }
            Link::Frame(bytes) => self.frame(ctx, contact, link, bytes),
            Link::Closed(_) => self.broken(ctx, contact, link),
            Link::Suspect | Link::Incoming { .. } => {}
        }
    }

    pub(super) fn channel(&mut self, contact: &ContactId, link: LinkId) -> Option<&mut Channel> {
        let peer = self.peers.get_mut(contact)?;
        let channels = [&mut peer.fetch, &mut peer.serve];
        channels.into_iter().find(|channel| channel.has(link))
    }

    /// Returns the connection on which this side fetches from a contact, once it is between the two.
    pub(super) fn fetches_on(&self, contact: &ContactId) -> Option<LinkId> {
        self.peers.get(contact)?.fetch.ready()
    }

    /// Returns the one on which the contact does.
    pub(super) fn serves_on(&self, contact: &ContactId) -> Option<LinkId> {
        self.peers.get(contact)?.serve.ready()
    }

    fn begin_if_bound(&mut self, ctx: &mut Context, contact: &ContactId) {
        let Some(peer) = self.peers.get_mut(contact) else {
            return;
        };
        if let Some((others, _)) = peer.fetch.settle() {
            others.into_iter().for_each(|link| ctx.close(link));
        }
        if let (Some(link), Some((others, early))) = (peer.serve.ready(), peer.serve.settle()) {
            others.into_iter().for_each(|link| ctx.close(link));
            for frame in early {
                self.frame(ctx, contact, link, frame);
            }
        }
        if let Some(link) = self.fetches_on(contact) {
            ctx.emit(Output::Carry(link));
        }
        self.fetch(ctx, contact);
    }

    /// Notes that a connection has ended.
    pub(super) fn broken(&mut self, ctx: &mut Context, contact: &ContactId, link: LinkId) {
        let now = ctx.now.mono;
        let Some(peer) = self.peers.get_mut(contact) else {
            return;
        };
        if peer.fetch.has(link) {
            peer.fetch.take();
            peer.fail(now);
            self.interrupted(ctx, contact, Some(Direction::In));
        } else if peer.serve.lost(link) {
            peer.serve.take();
            self.interrupted(ctx, contact, Some(Direction::Out));
        }
    }

    /// Closes what has not been bound in time.
    pub(super) fn drop_late(&mut self, ctx: &mut Context, contact: &ContactId) {
        let now = ctx.now.mono;
        let Some(peer) = self.peers.get_mut(contact) else {
            return;
        };
        let is_late = |channel: &Channel| channel.deadline().is_some_and(|at| now >= at);
        let is_spied = |channel: &Channel| is_late(channel) && channel.is_spied();
        if is_spied(&peer.serve) || is_spied(&peer.fetch) {
            tracing::warn!("somebody is between the ends of a connection for files");
        }
        let mut late = Vec::new();
        if is_late(&peer.serve) {
            late.push((peer.serve.take(), Direction::Out));
        }
        if is_late(&peer.fetch) {
            late.push((peer.fetch.take(), Direction::In));
            peer.fail(now);
        }
        for (links, direction) in late {
            links.into_iter().for_each(|link| ctx.close(link));
            // What passes in the other direction goes on.
            self.interrupted(ctx, contact, Some(direction));
        }
    }

    /// Notes that the files with a contact in one direction, or in both, do not pass for now.
    fn interrupted(
        &mut self,
        ctx: &mut Context,
        contact: &ContactId,
        direction: Option<Direction>,
    ) {
        let mut changed = Vec::new();
        for (id, file) in self.all.iter_mut() {
            let concerns = direction.is_none_or(|direction| direction == file.record.direction);
            if file.record.contact == *contact && concerns {
                match &mut file.work {
                    Work::Sending(sending) => sending.interrupted(),
                    Work::Receiving(receiving) => receiving.interrupted(),
                }
                changed.push(id.clone());
            }
        }
        for id in changed {
            self.announce(ctx, &id);
        }
    }
}
