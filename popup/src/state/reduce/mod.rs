//! The reducer: what each action does to the state, a file for each subject.

pub(super) mod availability;
mod backup;
mod chat;
mod connection;
mod contact;
mod engine;
mod export;
mod files;
mod history;
mod introduce;
mod invites;
mod join;
mod note;
mod overlay;
mod picture;
mod places;
mod requests;
mod saying;
mod search;
mod settings;
mod staying;

use super::action::Action;
use super::effect::{Effect, Target};
use super::model::State;
use ipc::{Command, PersonId, UnixMillis};

impl State {
    /// Takes in what happened at `now`.
    pub(crate) fn apply(&mut self, now: UnixMillis, action: Action) -> Vec<Effect> {
        self.now = now;
        let effects = self.take(action);
        // What is to get the focus has to be there.
        for effect in &effects {
            if let Effect::Focus(target) = effect {
                self.windows.used = person_of(target);
            }
        }
        effects
    }

    fn take(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Started => self.start(),
            Action::Closed => self.closed(),
            Action::Engine(message) => self.engine_says(message),
            Action::Slow => self.engine.awaited(),
            Action::Tick => self.forget_typing(),
            Action::Seen(sight) => self.set_sight(sight),
            Action::InSight(section, sight, used) => {
                self.windows.look(section, sight, used);
                Vec::new()
            }
            Action::AtEnd(at_end) => self.set_at_end(at_end),
            Action::Follow(place) => self.follow(place),
            Action::OpenChat(contact) => self.open_chat(contact),
            Action::OpenContact(contact) => self.open_contact(contact),
            Action::OpenInvites => self.open_invites(),
            Action::OpenConnection => self.open_connection(),
            Action::OpenFiles => self.open_files(),
            Action::HostAllowed(allowed) => self.set_host_allowed(allowed),
            Action::OpenSettings => self.open_settings(),
            Action::Back => self.back(),
            Action::JoinName(name) => self.edit_join(name),
            Action::Join => self.send_join(),
            Action::Connect(stranger) => self.command(Command::Connect {
                stranger,
                note: None,
            }),
            Action::Note(edit) => self.edit_note(edit),
            Action::Accept(request) => self.answer(request, |request| Command::Accept { request }),
            Action::Reject(request) => self.answer(request, |request| Command::Reject { request }),
            Action::Ignore(request) => self.answer(request, |request| Command::Ignore { request }),
            Action::Introduced {
                contact,
                message,
                agree,
            } => self.answer_introduction(contact, message, agree),
            Action::Ping(contact) => self.command(Command::Ping { contact }),
            Action::Retry => self.command(Command::Retry),
            Action::ShowChoices(open) => self.show_choices(open),
            Action::LeaveChoices => self.leave_choices(),
            Action::Choose(choice) => self.choose(choice),
            Action::Test => self.test_connection(),
            Action::UseBuiltIn => self.use_built_in(),
            Action::Restart => self.restart(),
            Action::Dismiss(id) => self.alerts.dismiss(id),
            Action::DraftLoaded(contact, text, sent) => self.draft_loaded(&contact, text, sent),
            Action::DraftElsewhere(contact, text) => self.follow_draft(&contact, text),
            Action::Draft(text) => self.edit_draft(text),
            Action::Send => self.send_message(),
            Action::LoadOlder => self.load_older(),
            Action::LoadNewer => self.load_newer(),
            Action::LoadNewest => self.load_newest(),
            Action::Message(edit) => self.edit_message(edit),
            Action::Chat(edit) => self.edit_chat(edit),
            Action::Edit(edit) => self.edit_settings(edit),
            Action::Save => self.save_settings(),
            Action::Contact(edit) => self.edit_contact(edit),
            Action::Invites(edit) => self.edit_invites(edit),
            Action::File(edit) => self.edit_files(edit),
            Action::Picture(edit) => self.edit_picture(edit),
            Action::Overlay(edit) => self.edit_overlay(edit),
            Action::Handed(contact, text) => self.take_handed(&contact, text),
            Action::Backup(edit) => self.edit_backup(edit),
            Action::Export(edit) => self.edit_export(edit),
        }
    }
}

/// Returns in whose row the focus goes.
fn person_of(target: &Target) -> Option<PersonId> {
    match target {
        Target::Person(person) => Some(person.clone()),
        Target::NoteButton(stranger) => Some(PersonId::Stranger(stranger.clone())),
        Target::Lists
        | Target::Page
        | Target::Composer
        | Target::Choices
        | Target::Choice(_)
        | Target::Palette
        | Target::JoinName
        | Target::Request(_)
        | Target::File(_)
        | Target::Picture(_)
        | Target::Message(_)
        | Target::Menu(_)
        | Target::Field(_) => None,
    }
}
