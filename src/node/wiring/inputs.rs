//! Which machine an input is for.

use super::queries::Known;
use crate::directory::Directory;
use crate::handshakes::{Call, Door};
use crate::io::{Input, Link, LinkId, Signalling};
use crate::node::Node;
use crate::routes::{IdOwner, LinkOwner};
use crate::values::ContactId;

impl Node {
    /// Hands an input to the machine that it is for.
    pub(in crate::node) fn route(&mut self, input: Input) {
        match input {
            Input::Timeout => {}
            Input::Command(id, command) => self.command(id, command),
            Input::Import(id, content, waiting) => {
                if let Err(refusal) = self.take_over(id, *content, waiting) {
                    self.ctx.reply(id, Err(refusal));
                }
            }
            Input::Pressed(command) => self.pressed(command),
            Input::Attach => {
                self.attention.attach(&mut self.ctx);
                self.files.attach(&mut self.ctx);
                self.shown.attach(&mut self.ctx);
            }
            Input::Watching { chats, visible } => {
                for chat in &chats {
                    self.conversations.measure(&mut self.ctx, chat);
                }
                self.attention.watch(&mut self.ctx, chats, visible);
            }
            Input::Signalling(signalling) => self.signalling(signalling),
            Input::Link(link, event) => self.link(link, event),
            Input::Addresses(found) => {
                if let Some(me) = self.account.me()
                    && self.directory.addresses(&mut self.ctx, me, found)
                {
                    self.conversations.moved();
                }
            }
            Input::Beacon(result) => {
                let me = self.account.me();
                self.directory.beacon_answered(&mut self.ctx, me, &result);
            }
            Input::Woke => self.woke(),
            Input::Idle(idle) => self.presence.set_idle(idle),
            Input::Cellular(cellular) => {
                self.directory.set_cellular_network(cellular);
                self.apply_discovery();
            }
            Input::Direct(direct) => {
                let me = self.account.me();
                self.directory.set_direct(&mut self.ctx, me, direct);
            }
            Input::Stored(id, result) => self.stored(id, result),
            Input::Loaded(id, result) => self.loaded(id, result),
            Input::File(id, input) => self.files.input(&mut self.ctx, &id, input),
        }
    }

    pub(super) fn signalling(&mut self, signalling: Signalling) {
        let ctx = &mut self.ctx;
        // It was under way when the connections were closed.
        if ctx.is_off() {
            return;
        }
        match signalling {
            Signalling::Registered(id) => match ctx.routes.id(&id) {
                Some(IdOwner::Transport) => {
                    self.transport.registered();
                    self.contacts.redial_all(ctx);
                    self.reconnected();
                }
                Some(IdOwner::Directory(_)) => {
                    self.directory.registered(ctx, &id);
                    self.reconnected();
                }
                Some(IdOwner::Former) => self.reconnected(),
                Some(IdOwner::Rendezvous) => self.rendezvous.registered(&id),
                Some(IdOwner::Invite) => self.introductions.registered(ctx, &id),
                None => {}
            },
            Signalling::Taken(id) => match ctx.routes.take_id(&id) {
                Some(IdOwner::Transport) => self.transport_taken(),
                Some(IdOwner::Directory(_)) => self.directory.taken(ctx, &id),
                Some(IdOwner::Rendezvous) => self.rendezvous.taken(&id),
                Some(IdOwner::Invite) => self.introductions.taken(ctx, &id),
                Some(IdOwner::Former) => self.account.forget_former(ctx),
                None => {}
            },
            Signalling::Lost(id) => match ctx.routes.id(&id) {
                Some(IdOwner::Transport) => self.transport.lost(),
                Some(IdOwner::Directory(_)) => {
                    self.directory.lost(&id);
                    self.transport.another_lost();
                }
                // A new Transport ID may have been registered in the new network already.
                Some(IdOwner::Former) => self.transport.another_lost(),
                Some(IdOwner::Invite) => self.introductions.lost(&id),
                Some(IdOwner::Rendezvous) | None => {}
            },
            Signalling::Knocked { local, remote } => {
                self.directory.knocked(ctx, &local, &remote);
            }
            Signalling::Server {
                server,
                up,
                retry_in,
                refused,
            } => {
                let unix = ctx.now.unix;
                self.transport
                    .set_server(server, up, retry_in, refused, unix);
            }
        }
    }

    /// Looks around once an id is held again that was lost, or one at all after the server could not be
    /// reached: no event tells of every change of network, but sockets do not survive one.
    fn reconnected(&mut self) {
        if self.transport.is_held() {
            let was_lost = self.transport.take_lost();
            if was_lost {
                self.attention.came(self.ctx.now.mono);
            }
            self.directory.reconnected(&mut self.ctx, was_lost);
        }
    }

    /// Takes another Transport ID and tells the contacts, because somebody else holds the own one.
    pub(super) fn transport_taken(&mut self) {
        self.account.renew_transport_id(&mut self.ctx);
        self.move_to_new_transport();
    }

    pub(super) fn link(&mut self, link: LinkId, event: Link) {
        if let Link::Incoming {
            local,
            remote,
            label,
        } = event
        {
            let call = Call {
                local,
                remote,
                label,
            };
            return self.incoming(link, call);
        }
        let closed = matches!(event, Link::Closed(_));
        match self.ctx.routes.link(link).cloned() {
            Some(LinkOwner::Directory) => self.directory.link(&mut self.ctx, link, event),
            Some(LinkOwner::Session(contact)) => self.session(&contact, event),
            Some(LinkOwner::Handshakes) => self.handshake(link, event),
            Some(LinkOwner::Files(contact)) => {
                self.files.link(&mut self.ctx, &contact, link, event);
            }
            None => {}
        }
        if closed {
            self.ctx.routes.remove_link(link);
        }
    }

    pub(super) fn incoming(&mut self, link: LinkId, call: Call) {
        let ctx = &mut self.ctx;
        let local = &call.local;
        // Of whoever has just said so in a session: nobody else knows the connection id but the server.
        if matches!(ctx.routes.id(local), Some(IdOwner::Transport))
            && let Some(contact) = self.files.awaited(&call.label)
        {
            self.files.arrived(&contact, link, &call.label);
            return ctx.admit(link, local, LinkOwner::Files(contact));
        }
        let door = match ctx.routes.id(local) {
            Some(IdOwner::Transport | IdOwner::Former) => Some(Door::Transport),
            Some(IdOwner::Invite) => Some(Door::Invite),
            Some(IdOwner::Rendezvous) => {
                let contact = self.rendezvous.awaited_at(local);
                contact.cloned().map(Door::Meeting)
            }
            Some(IdOwner::Directory(_)) => {
                if self.directory.incoming(ctx, link, local, &call.remote) {
                    return;
                }
                let known = self.directory.knows_caller(local, &call.remote);
                known.then_some(Door::Discovery)
            }
            None => None,
        };
        let Some(door) = door else {
            tracing::info!("a call to an id that is not for it is not answered");
            return ctx.close(link);
        };
        let book = Known {
            contacts: &self.contacts,
            introductions: &self.introductions,
        };
        self.handshakes.incoming(ctx, &book, link, call, &door);
    }

    pub(super) fn session(&mut self, contact: &ContactId, event: Link) {
        let ctx = &mut self.ctx;
        match event {
            Link::Frame(bytes) => self.conversations.frame(ctx, contact, &bytes),
            Link::Suspect => self.conversations.doubt(ctx, contact),
            Link::Closed(_) => self.conversations.gone(ctx, contact),
            Link::Open { .. } | Link::Incoming { .. } => {}
        }
    }

    pub(super) fn handshake(&mut self, link: LinkId, event: Link) {
        let Some(me) = self.account.me() else {
            return;
        };
        let ctx = &mut self.ctx;
        let book = Known {
            contacts: &self.contacts,
            introductions: &self.introductions,
        };
        match event {
            Link::Open { binding, path } => {
                let foreign = Directory::is_foreign(ctx, path);
                let handshakes = &mut self.handshakes;
                handshakes.opened(ctx, &book, link, binding, path, foreign);
            }
            Link::Frame(bytes) => {
                let broken = self.handshakes.frame(ctx, me, &book, link, bytes);
                self.settle();
                if let Some(broken) = broken {
                    self.handshakes.broken(&mut self.ctx, broken);
                }
            }
            Link::Closed(closed) => self.handshakes.closed(ctx, link, closed),
            Link::Suspect | Link::Incoming { .. } => {}
        }
    }
}
