//! The messages that the palette finds: asked for with each change of what is looked for, and taken in.

use crate::state::effect::Effect;
use crate::state::model::State;
use crate::state::outbox::Purpose;
use crate::state::overlay::{Goal, Messages, Overlay, Palette};
use ipc::{Found, QUERY, Spot, ToEngine};

impl State {
    /// Changes what is looked for, and asks for it. What was found stays until there is an answer.
    pub(super) fn search_again(&mut self, edit: impl FnOnce(&mut Palette)) -> Vec<Effect> {
        let Some(palette) = self.palette_mut() else {
            return Vec::new();
        };
        edit(palette);
        palette.active = None;
        if !palette.searches() {
            palette.messages = Messages::default();
            self.outbox.forget(&Purpose::Search);
            return Vec::new();
        }
        self.search(None)
    }

    /// Asks for messages that are older than those that are there.
    pub(super) fn search_older(&mut self) -> Vec<Effect> {
        let messages = self.palette_mut().map(|palette| &palette.messages);
        let next = messages.filter(|messages| !messages.awaited);
        match next.and_then(|messages| messages.next) {
            Some(next) => self.search(Some(next)),
            None => Vec::new(),
        }
    }

    /// Goes on after a lost connection: what was found may be gone since, or have another number.
    pub(super) fn resume_search(&mut self) -> Vec<Effect> {
        let palette = self.palette_mut();
        if palette.is_some_and(|palette| palette.searches()) {
            self.search(None)
        } else {
            Vec::new()
        }
    }

    /// Asks, in the place of what was asked before.
    fn search(&mut self, before: Option<Spot>) -> Vec<Effect> {
        let Some(palette) = self.palette_mut() else {
            return Vec::new();
        };
        palette.messages.awaited = true;
        if before.is_none() {
            palette.messages.next = None;
        }
        let query = palette.query.chars().take(QUERY).collect();
        let contact = palette.contact.clone();
        self.outbox.forget(&Purpose::Search);
        if !self.engine.is_ready() {
            return Vec::new();
        }
        self.outbox
            .ask(Purpose::Search, true, |id| ToEngine::Search {
                id,
                query,
                contact,
                before,
            })
    }

    /// Takes the answer to what was asked last: the first messages, or those that are older than what is there.
    pub(super) fn take_found(&mut self, found: Found) -> Vec<Effect> {
        let Some(palette) = self.palette_mut() else {
            return Vec::new();
        };
        let messages = &mut palette.messages;
        if messages.next.is_none() {
            messages.hits.clear();
        } else if let Some(hit) = found.hits.first() {
            palette.active = Some(Goal::Message(hit.contact.clone(), hit.number));
        }
        messages.hits.extend(found.hits);
        messages.next = found.next;
        messages.filling = found.filling;
        messages.failed = found.failed;
        messages.awaited = false;
        // Nothing yet, and not everything was looked at.
        if messages.hits.is_empty() {
            return self.search_older();
        }
        Vec::new()
    }

    fn palette_mut(&mut self) -> Option<&mut Palette> {
        match &mut self.overlay {
            Some(Overlay::Palette(palette)) => Some(palette),
            Some(Overlay::Keys(_)) | None => None,
        }
    }
}
