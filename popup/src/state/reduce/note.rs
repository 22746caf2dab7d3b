//! Asking a stranger with a note.

use crate::state::effect::{Effect, Target};
use crate::state::model::State;
use crate::state::outbox::Purpose;
use crate::state::pages::{NOTE, NoteEdit, NoteForm};
use crate::state::view::View;
use ipc::{Answer, Asked, Command, Person, PersonId, Refusal};
use std::rc::Rc;

impl State {
    /// Returns the form for a note, if it is open in the row of this stranger.
    pub(crate) fn note_to(&self, stranger: &str) -> Option<&NoteForm> {
        self.note.as_ref().filter(|form| form.stranger == stranger)
    }

    /// Returns whether a stranger is being asked, so that they cannot be asked again now.
    pub(crate) fn is_asking(&self, stranger: &str) -> bool {
        let person = self.people.get(&PersonId::Stranger(stranger.to_owned()));
        let asked = person.map_or(Asked::No, |person| person.asked);
        matches!(asked, Asked::Connecting | Asked::Waiting)
            || self.outbox.awaits(&Purpose::Note(stranger.to_owned()))
    }

    pub(super) fn edit_note(&mut self, edit: NoteEdit) -> Vec<Effect> {
        match edit {
            NoteEdit::Toggle(stranger) => self.toggle_note(stranger),
            NoteEdit::Close => self.close_note(),
            NoteEdit::Text(text) => {
                if let Some(form) = &mut self.note {
                    form.text = text;
                    form.refusal = None;
                }
                Vec::new()
            }
            NoteEdit::Send => self.send_note(),
        }
    }

    fn toggle_note(&mut self, stranger: String) -> Vec<Effect> {
        if self.note_to(&stranger).is_some() {
            return self.close_note();
        }
        let person = self.people.get(&PersonId::Stranger(stranger.clone()));
        let name = person.map(|person| person.name.clone());
        self.note = Some(NoteForm::new(stranger, name.unwrap_or_default()));
        self.left_note = None;
        focus_note()
    }

    /// Closes the form, and moves the focus to the button that opened it.
    fn close_note(&mut self) -> Vec<Effect> {
        let form = self.note.take();
        let button = form.map(|form| Effect::Focus(Target::NoteButton(form.stranger)));
        button.into_iter().collect()
    }

    fn send_note(&mut self) -> Vec<Effect> {
        let Some(form) = &mut self.note else {
            return Vec::new();
        };
        if form.room() < 0 {
            form.refusal = Some(Refusal::NoteTooLong);
            return focus_note();
        }
        let stranger = form.stranger.clone();
        let note = Some(form.text.trim()).filter(|text| !text.is_empty());
        let note = note.map(str::to_owned);
        if self.is_asking(&stranger) {
            return Vec::new();
        }
        let purpose = Purpose::Note(stranger.clone());
        self.ask(purpose, Command::Connect { stranger, note })
    }

    /// Closes the form once the stranger is being asked; a refusal is shown in it.
    pub(super) fn note_replied(
        &mut self,
        stranger: &str,
        result: Result<Answer, Refusal>,
    ) -> Vec<Effect> {
        let form = self.note.as_mut().filter(|form| form.stranger == stranger);
        match (form, result) {
            (Some(form), Err(refusal)) => {
                form.refusal = Some(refusal);
                focus_note()
            }
            (Some(_), Ok(_)) => {
                self.note = None;
                let row = PersonId::Stranger(stranger.to_owned());
                vec![Effect::Focus(Target::Person(row))]
            }
            (None, result) => self.alert(result),
        }
    }

    /// Closes the form where its stranger is gone, together with the row that had the focus. What was
    /// written is kept: on a new day everybody has another id.
    pub(super) fn leave_gone_note(&mut self) -> Vec<Effect> {
        let people = &self.people;
        let is_gone = |form: &mut NoteForm| {
            let stranger = PersonId::Stranger(form.stranger.clone());
            people.get(&stranger).is_none()
        };
        let Some(gone) = self.note.take_if(is_gone) else {
            return Vec::new();
        };
        self.left_note = Some(gone).filter(|form| !form.text.trim().is_empty());
        let lists = self.view == View::Lists;
        lists
            .then_some(Effect::Focus(Target::Lists))
            .into_iter()
            .collect()
    }

    /// Takes somebody in the lists. A form that was left opens again where a stranger of its name has
    /// come.
    pub(super) fn take_person(&mut self, person: Person) -> Vec<Effect> {
        let is_new = self.people.get(&person.id).is_none();
        let effects = if is_new {
            self.resume_note(&person.id, &person.name)
        } else {
            self.begin_clearing(&person)
        };
        self.people.insert(person.id.clone(), Rc::new(person));
        effects
    }

    /// Opens a form that was left for somebody who came while nothing was told.
    pub(super) fn resume_left_note(&mut self) -> Vec<Effect> {
        let is_for = |person: &&Rc<Person>| {
            let left = self.left_note.as_ref();
            left.is_some_and(|left| is_for(left, &person.id, &person.name))
        };
        let found = self.people.values().find(is_for).cloned();
        let resumed = found.map(|person| self.resume_note(&person.id, &person.name));
        resumed.unwrap_or_default()
    }

    fn resume_note(&mut self, id: &PersonId, name: &str) -> Vec<Effect> {
        let PersonId::Stranger(stranger) = id else {
            return Vec::new();
        };
        let left = self.left_note.take_if(|left| is_for(left, id, name));
        let Some(left) = left else {
            return Vec::new();
        };
        self.note = Some(NoteForm {
            stranger: stranger.clone(),
            refusal: None,
            ..left
        });
        if self.view == View::Lists {
            focus_note()
        } else {
            Vec::new()
        }
    }
}

/// Returns whether a form that was left can be for somebody.
fn is_for(left: &NoteForm, id: &PersonId, name: &str) -> bool {
    matches!(id, PersonId::Stranger(_)) && left.name == name
}

fn focus_note() -> Vec<Effect> {
    vec![Effect::Focus(Target::Field(NOTE.to_owned()))]
}
