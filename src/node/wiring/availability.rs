//! What follows from how much of the network this device is on.

use crate::node::Node;
use crate::view::Availability;

impl Node {
    /// Begins as the person has chosen it before: where they are off, nothing is sent from the first moment.
    pub(super) fn begin_availability(&mut self) {
        let holds = self.presence.holds();
        self.directory.set_unlisted(holds.is_unlisted());
        if holds.is_off() {
            self.ctx.disconnect();
        }
    }

    /// Acts where something else holds than before.
    pub(super) fn follow_availability(&mut self) {
        let by_itself = self.account.settings().away;
        let Some(before) = self.presence.turn(&mut self.ctx, by_itself) else {
            return;
        };
        let holds = self.presence.holds();
        if !planted!(ListedForContactsOnly) {
            self.directory.set_unlisted(holds.is_unlisted());
        }
        match (before.is_off(), holds.is_off()) {
            (false, true) => self.go_off(),
            (true, false) => self.go_online(),
            (true, true) => {}
            (false, false) => self.stay_on(before),
        }
    }

    /// Tells registries and contacts what is to be told of it.
    fn stay_on(&mut self, before: Availability) {
        if before.is_unlisted() != self.presence.holds().is_unlisted() {
            self.apply_discovery();
        }
        self.send_profiles();
    }

    /// Ends everything on the network as if it were left: nobody hears why. Chats go on when the person is on
    /// again.
    fn go_off(&mut self) {
        self.apply_discovery();
        self.handshakes.drop_all(&mut self.ctx);
        self.settle();
        for contact in self.conversations.connected() {
            self.end_session(&contact);
        }
        self.rendezvous.leave(&mut self.ctx);
        self.introductions.close(&mut self.ctx);
        if let Some(me) = self.account.me() {
            self.ctx.release(me.transport_id());
            if let Some(former) = me.former() {
                self.ctx.release(&former.transport_id);
            }
        }
        self.transport.forget_server();
        self.ctx.disconnect();
    }
}
