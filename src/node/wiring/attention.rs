//! What the person is told: who it is about is known to other machines than what happened.

use crate::node::Node;
use crate::node::attention::{Asking, Subject};
use crate::node::present;
use crate::values::{ContactId, RequestId};

impl Node {
    /// A message of a contact is stored.
    pub(super) fn received(&mut self, contact: ContactId, text: &str) {
        let from = self.subject(contact);
        let settings = self.account.settings();
        self.attention.message(&mut self.ctx, settings, from, text);
    }

    /// A contact has come to this network.
    pub(super) fn arrived(&mut self, contact: ContactId) {
        let who = self.subject(contact);
        let settings = self.account.settings();
        self.attention.joined(&mut self.ctx, settings, who);
    }

    /// Somebody whom the person asked has accepted.
    pub(super) fn accepted_by(&mut self, contact: ContactId) {
        let who = self.subject(contact);
        let settings = self.account.settings();
        self.attention.accepted(&mut self.ctx, settings, who);
    }

    /// A stranger asks, and that is stored.
    pub(super) fn asks(&mut self, request: &RequestId) {
        let Some(record) = self.introductions.requests().get(request) else {
            return;
        };
        let contacts = self.contacts.complete();
        let names = contacts.map(|contact| contact.name());
        let asking = Asking {
            request: request.clone(),
            name: record.name.clone(),
            resembles: present::contact_like(&self.ctx.names, names, &record.name),
        };
        let settings = self.account.settings();
        self.attention.asked(&mut self.ctx, settings, asking);
    }

    fn subject(&self, contact: ContactId) -> Subject {
        let saved = self.contacts.get(&contact);
        Subject {
            name: self.contacts.name(&contact),
            muted: saved.is_some_and(|contact| contact.preferences().muted || contact.is_blocked()),
            text: saved.and_then(|contact| contact.preferences().notification_text),
            accepted_at: saved.and_then(|contact| contact.accepted_at()),
            contact,
        }
    }
}
