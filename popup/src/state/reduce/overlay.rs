//! The palette and the list of keys: opened, used, closed.

use crate::state::connection::Shell;
use crate::state::effect::{Effect, Target};
use crate::state::model::State;
use crate::state::overlay::{Choosing, Goal, Overlay, OverlayEdit, Palette, Shortcut};
use crate::state::view::View;
use ipc::{ContactId, PersonId, Place};

impl State {
    pub(super) fn edit_overlay(&mut self, edit: OverlayEdit) -> Vec<Effect> {
        match edit {
            OverlayEdit::Find => self.open_overlay(Overlay::Palette(Palette::default())),
            OverlayEdit::Keys => self.open_keys(),
            OverlayEdit::Shortcuts(told) => self.take_shortcuts(told),
            OverlayEdit::FindHere => self.find_here(),
            OverlayEdit::Everywhere => self.search_again(|palette| palette.contact = None),
            OverlayEdit::Query(query) => self.search_again(|palette| palette.query = query),
            OverlayEdit::Move(goal) => self.edit_palette(|palette| palette.active = Some(goal)),
            OverlayEdit::Go(goal) => self.go(goal),
            OverlayEdit::Close => self.close_overlay(),
        }
    }

    /// Opens a dialog, where there is something that it leads to.
    pub(super) fn open_overlay(&mut self, overlay: Overlay) -> Vec<Effect> {
        let is_same =
            |shown: &Overlay| std::mem::discriminant(shown) == std::mem::discriminant(&overlay);
        if self.shell() != Shell::Lists || self.overlay.as_ref().is_some_and(is_same) {
            return Vec::new();
        }
        self.overlay = Some(overlay);
        self.watch()
    }

    fn open_keys(&mut self) -> Vec<Effect> {
        let mut effects = self.open_overlay(Overlay::Keys(Vec::new()));
        if !effects.is_empty() {
            effects.push(Effect::ReadShortcuts);
        }
        effects
    }

    fn take_shortcuts(&mut self, told: Vec<Shortcut>) -> Vec<Effect> {
        if let Some(Overlay::Keys(shortcuts)) = &mut self.overlay {
            *shortcuts = told;
        }
        Vec::new()
    }

    fn edit_palette(&mut self, edit: impl FnOnce(&mut Palette)) -> Vec<Effect> {
        if let Some(Overlay::Palette(palette)) = &mut self.overlay {
            edit(palette);
        }
        Vec::new()
    }

    /// Closes the dialog over the page, where there is one. The browser gives the focus back.
    pub(in crate::state) fn close_overlay(&mut self) -> Vec<Effect> {
        if self.overlay.take().is_none() {
            return Vec::new();
        }
        let mut effects = self.watch();
        effects.extend(self.mark_read());
        effects
    }

    fn find_here(&mut self) -> Vec<Effect> {
        let contact = self.chat().map(|chat| chat.contact.clone());
        if let (Some(Overlay::Palette(_)), Some(_)) = (&self.overlay, &contact) {
            return self.search_again(|palette| palette.contact = contact);
        }
        self.open_overlay(Overlay::Palette(Palette {
            contact,
            ..Palette::default()
        }))
    }

    fn go(&mut self, goal: Goal) -> Vec<Effect> {
        if goal == Goal::More {
            return self.search_older();
        }
        let choosing = match &self.overlay {
            Some(Overlay::Palette(palette)) => palette.choosing.clone(),
            Some(Overlay::Keys(_)) | None => Choosing::Goal,
        };
        let mut effects = self.close_overlay();
        effects.extend(match goal {
            Goal::Person(PersonId::Contact(contact)) if choosing != Choosing::Goal => {
                self.chosen(choosing, contact)
            }
            Goal::Person(PersonId::Contact(contact)) => self.go_to_chat(contact),
            Goal::Person(stranger) => {
                let mut effects = self.open(View::Lists);
                // One who has left has no row.
                let there = self.people.get(&stranger).is_some();
                effects.extend(there.then_some(Effect::Focus(Target::Person(stranger))));
                effects
            }
            Goal::Message(contact, number) => {
                let mut effects = self.open_chat(contact.clone());
                if self.is_open(&contact) {
                    effects.extend(self.show_number(number, false));
                }
                effects
            }
            Goal::More => Vec::new(),
            Goal::Request(request) => self.follow(Place::Request(request)),
            Goal::Lists => self.open(View::Lists),
            Goal::Files => self.open_files(),
            Goal::Invites => self.open_invites(),
            Goal::Introduce => self.choose_for(Choosing::One),
            Goal::Connection => self.open_connection(),
            Goal::Settings => self.open_settings(),
            Goal::Keys => self.open_keys(),
        });
        effects
    }

    fn go_to_chat(&mut self, contact: ContactId) -> Vec<Effect> {
        let mut effects = self.open_chat(contact.clone());
        if self.is_open(&contact) {
            effects.push(Effect::Focus(Target::Composer));
        }
        effects
    }
}
