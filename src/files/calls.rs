//! How the connections for files are made, known to be between the two, and lost.

use super::channel::Channel;
use super::{Files, Heard};
use crate::context::Context;
use crate::encoding::{b64, unb64};
use crate::fact::Fact;
use crate::io::{ChannelBinding, Link, LinkId, Output};
use crate::limits::{CHANNEL_AGAIN, FURTHER_ATTEMPTS};
use crate::misbehaviour::Misbehaviour;
use crate::records::Direction;
use crate::values::ContactId;
use crate::wire::SessionFrame;

impl Files {
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

    pub(super) fn announced(
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
        // What comes faster hears nothing, and is said once more.
        if let Some(peer) = self.peers.get_mut(contact)
            && peer.calls.take(now.into())
        {
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

    pub(super) fn bound(
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
            tracing::warn!(
                "no attempt at a connection for files is between both ends, or somebody else is"
            );
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
}
