//! Where a view goes: to a place that an address names, and back.

use crate::state::effect::{Effect, Target};
use crate::state::model::State;
use crate::state::pages::EXPORT;
use crate::state::view::View;
use ipc::{ContactId, Hidden, INVITE_SCHEME, Person, PersonId, Place};
use std::rc::Rc;

impl State {
    pub(super) fn follow(&mut self, place: Place) -> Vec<Effect> {
        // An invite waits until the person has joined.
        let waits = self.name.is_none() && matches!(place, Place::Invite(_));
        if waits || !self.engine.is_ready() {
            self.follow = Some(place);
            return Vec::new();
        }
        match place {
            Place::People => self.open(View::Lists),
            Place::Chat(contact) => self.open_chat(contact),
            Place::Contact(contact) => self.open_contact(contact),
            Place::Invites => self.open_invites(),
            Place::Invite(Hidden(code)) => {
                self.open_invite(Hidden(format!("{INVITE_SCHEME}{code}")))
            }
            Place::Send(contact) => {
                let mut effects = self.open_chat(contact.clone());
                // Nothing is kept for somebody who is no contact any more.
                let open = self.is_open(&contact);
                effects.extend(open.then_some(Effect::TakeHanded(contact)));
                effects
            }
            Place::Unread => match self.next_unread() {
                Some(contact) => self.open_chat(contact),
                None => self.open(View::Lists),
            },
            Place::Backup => {
                let mut effects = self.open_settings();
                effects.push(Effect::Focus(Target::Field(EXPORT.to_owned())));
                effects
            }
            Place::Request(request) => {
                let mut effects = self.open(View::Lists);
                // One that was answered meanwhile has no row.
                if self.requests.get(&request).is_some() {
                    effects.push(Effect::Focus(Target::Request(request)));
                }
                effects
            }
        }
    }

    /// Goes where an address wanted to lead before the person had joined.
    pub(super) fn follow_joined(&mut self) -> Vec<Effect> {
        let place = self.follow.take_if(|_| self.name.is_some());
        place.map_or_else(Vec::new, |place| self.follow(place))
    }

    /// Returns the chat with something unread that comes next behind the open one, and round to it again.
    fn next_unread(&self) -> Option<ContactId> {
        let unread = |person: &Rc<Person>| match &person.id {
            PersonId::Contact(contact) if person.unread > 0 => Some(contact.clone()),
            PersonId::Contact(_) | PersonId::Stranger(_) => None,
        };
        let open = self.chat().map(|chat| &chat.contact);
        let (before, behind): (Vec<_>, Vec<_>) = self
            .people
            .values()
            .filter_map(unread)
            .partition(|contact| open.is_some_and(|open| contact <= open));
        behind.into_iter().chain(before).next()
    }

    pub(super) fn back(&mut self) -> Vec<Effect> {
        if self.overlay.is_some() {
            return self.close_overlay();
        }
        if self.picture.is_some() {
            return self.uncover();
        }
        let left = match &self.view {
            View::Chat(chat) => Some(PersonId::Contact(chat.contact.clone())),
            View::Contact(page) => return self.leave_contact(&page.clone()),
            View::Lists => return Vec::new(),
            View::Connection | View::Files | View::Settings(_) | View::Invites(_) => None,
        };
        let mut effects = self.open(View::Lists);
        if let Some(person) = left {
            effects.push(Effect::Focus(Target::Person(person)));
        }
        effects
    }
}
