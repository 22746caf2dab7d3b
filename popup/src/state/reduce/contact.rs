//! The page of a contact: what the person decides about them.

use crate::state::effect::{Effect, Target};
use crate::state::model::State;
use crate::state::outbox::Purpose;
use crate::state::pages::{ContactEdit, ContactPage, Introducing, KEEP, NAME, REMOVE, Saved};
use crate::state::view::View;
use ipc::{Answer, Command, ContactCommand, ContactId, Person, PersonId, Preferences, Refusal};

impl State {
    /// Returns the contact's page that is open, and the contact.
    pub(crate) fn contact_page(&self) -> Option<(&ContactPage, &Person, &Preferences)> {
        let View::Contact(page) = &self.view else {
            return None;
        };
        let person = self.contact(&page.contact)?;
        Some((page, person, person.preferences.as_ref()?))
    }

    fn contact(&self, contact: &ContactId) -> Option<&Person> {
        let person = self.people.get(&PersonId::Contact(contact.clone()));
        person.map(|person| &**person)
    }

    fn contact_page_mut(&mut self) -> Option<&mut ContactPage> {
        if let View::Contact(page) = &mut self.view {
            Some(page)
        } else {
            None
        }
    }

    fn page_of(&mut self, contact: &ContactId) -> Option<&mut ContactPage> {
        self.contact_page_mut()
            .filter(|page| page.contact == *contact)
    }

    pub(super) fn open_contact(&mut self, contact: ContactId) -> Vec<Effect> {
        let Some(person) = self.contact(&contact).filter(|p| p.preferences.is_some()) else {
            return Vec::new();
        };
        let page = ContactPage {
            name: person.name.clone(),
            from_chat: self.chat().is_some_and(|chat| chat.contact == contact),
            contact,
            saved: Saved::No,
            name_refusal: None,
            refusal: None,
            removing: false,
            keeps_looking: false,
            introducing: Introducing::No,
        };
        self.open(View::Contact(Box::new(page)))
    }

    pub(super) fn leave_contact(&mut self, page: &ContactPage) -> Vec<Effect> {
        if page.removing {
            return self.ask_remove(false);
        }
        if matches!(page.introducing, Introducing::Form(_)) {
            return self.stop_introducing();
        }
        if page.from_chat {
            return self.open_chat(page.contact.clone());
        }
        let mut effects = self.open(View::Lists);
        let row = PersonId::Contact(page.contact.clone());
        effects.push(Effect::Focus(Target::Person(row)));
        effects
    }

    pub(super) fn edit_contact(&mut self, edit: ContactEdit) -> Vec<Effect> {
        let Some(page) = self.contact_page_mut() else {
            return Vec::new();
        };
        page.refusal = None;
        let contact = page.contact.clone();
        match edit {
            ContactEdit::Name(name) => {
                page.name = name;
                page.name_refusal = None;
                page.saved = Saved::No;
                Vec::new()
            }
            ContactEdit::SaveName => self.rename(),
            ContactEdit::AskRemove(ask) => self.ask_remove(ask),
            ContactEdit::Decide(command) => self.decide(contact, command),
            ContactEdit::Scanned(of, text) if of == contact => {
                self.decide(contact, ContactCommand::Scan(text))
            }
            ContactEdit::Scanned(..) => Vec::new(),
            ContactEdit::Introduce(edit) => self.edit_introducing(edit),
        }
    }

    fn decide(&mut self, contact: ContactId, command: ContactCommand) -> Vec<Effect> {
        let purpose = Purpose::Preferences(contact.clone());
        // A second press would find nobody to remove.
        if command == ContactCommand::Remove && self.outbox.awaits(&purpose) {
            return Vec::new();
        }
        let mut focus = None;
        if let (ContactCommand::Pause(paused), Some(page)) = (&command, self.contact_page_mut()) {
            page.keeps_looking = !paused;
            // The button that was pressed is gone.
            focus = Some(Effect::Focus(Target::Page));
        }
        let mut effects = self.ask(purpose, Command::Contact(contact, command));
        effects.extend(focus);
        effects
    }

    fn ask_remove(&mut self, ask: bool) -> Vec<Effect> {
        let Some(page) = self.contact_page_mut() else {
            return Vec::new();
        };
        page.removing = ask;
        let next = if ask { KEEP } else { REMOVE };
        vec![Effect::Focus(Target::Field(next.to_owned()))]
    }

    /// Saves the name as typed. The name that the contact gives itself is saved as none: it is not
    /// the person's.
    fn rename(&mut self) -> Vec<Effect> {
        let Some((page, person, preferences)) = self.contact_page() else {
            return Vec::new();
        };
        let own = own_name(person, preferences);
        let typed = page.name.trim();
        let name = if typed == own { "" } else { typed }.to_owned();
        let contact = page.contact.clone();
        if let Some(page) = self.contact_page_mut() {
            if matches!(page.saved, Saved::Waiting(_)) {
                return Vec::new();
            }
            page.saved = Saved::Waiting(1);
            page.name_refusal = None;
        }
        self.ask(
            Purpose::Rename(contact.clone()),
            Command::Contact(contact, ContactCommand::Rename(name)),
        )
    }

    pub(super) fn rename_replied(
        &mut self,
        contact: &ContactId,
        result: Result<Answer, Refusal>,
    ) -> Vec<Effect> {
        let Some(page) = self.page_of(contact) else {
            return self.alert(result);
        };
        match result {
            Ok(_) => {
                page.saved = Saved::Yes;
                self.show_name();
                Vec::new()
            }
            Err(refusal) => {
                page.saved = Saved::No;
                page.name_refusal = Some(refusal);
                vec![Effect::Focus(Target::Field(NAME.to_owned()))]
            }
        }
    }

    /// Shows the name that counts now where the field was emptied.
    fn show_name(&mut self) {
        let Some((page, person, preferences)) = self.contact_page() else {
            return;
        };
        let own = own_name(person, preferences).to_owned();
        let typed = page.name.trim().to_owned();
        if let Some(page) = self.contact_page_mut() {
            page.name = if typed.is_empty() { own } else { typed };
        }
    }

    pub(super) fn preferences_replied(
        &mut self,
        contact: &ContactId,
        result: Result<Answer, Refusal>,
    ) -> Vec<Effect> {
        match (result, self.page_of(contact)) {
            (Err(refusal), Some(page)) => {
                page.refusal = Some(refusal);
                Vec::new()
            }
            (result, _) => self.alert(result),
        }
    }

    /// Notes that the engine went away; whether the name was stored is not known.
    pub(super) fn interrupt_contact(&mut self) {
        if let Some(page) = self.contact_page_mut() {
            page.saved.interrupt();
        }
    }
}

/// Returns the name that a contact gives itself.
fn own_name<'a>(person: &'a Person, preferences: &'a Preferences) -> &'a str {
    preferences.calls_itself.as_ref().unwrap_or(&person.name)
}
