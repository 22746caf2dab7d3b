//! What people do: one verb for each command. Contacts and strangers are named as the list shows
//! them.

use super::World;
use mesh_chat::config::Settings;
use mesh_chat::view::{Answer, Choice, Command, ContactCommand, Event, Hidden, PersonId, RuleStep};

impl World {
    /// Joins, and lets the others see it.
    pub(crate) fn join(&mut self, device: usize, name: &str) {
        self.take_name(device, name);
        self.pass(500);
    }

    /// Joins, or changes the name later.
    pub(crate) fn take_name(&mut self, device: usize, name: &str) {
        let name = name.to_owned();
        self.command(device, Command::Join { name });
    }

    /// Asks a stranger, and lets the request arrive.
    pub(crate) fn ask(&mut self, device: usize, name: &str) {
        let stranger = self.stranger(device, name);
        self.connect(device, stranger);
        self.pass(500);
    }

    /// Asks a stranger with a note, and lets the request arrive.
    pub(crate) fn ask_with_note(&mut self, device: usize, name: &str, note: &str) {
        let (stranger, note) = (self.stranger(device, name), Some(note.to_owned()));
        self.command(device, Command::Connect { stranger, note });
        self.pass(500);
    }

    /// Presses Connect, and lets no time pass.
    pub(crate) fn connect(&mut self, device: usize, stranger: String) {
        let note = None;
        self.command(device, Command::Connect { stranger, note });
    }

    /// Lets two people press Connect at the same moment.
    pub(crate) fn connect_at_once(&mut self, asks: [(usize, String); 2]) {
        for (device, stranger) in asks {
            let note = None;
            self.command_later(device, Command::Connect { stranger, note });
        }
        self.run();
        self.pass(500);
    }

    /// Accepts the first request that waits.
    pub(crate) fn accept(&mut self, device: usize) {
        self.press_accept(device);
        self.pass(500);
    }

    /// Accepts the first request that waits, and lets no time pass.
    pub(crate) fn press_accept(&mut self, device: usize) {
        let request = self.requests(device).first().expect("a request").id.clone();
        self.command(device, Command::Accept { request });
    }

    /// Rejects the first request that waits.
    pub(crate) fn reject(&mut self, device: usize) {
        let request = self.requests(device).first().expect("a request").id.clone();
        self.command(device, Command::Reject { request });
    }

    /// Ignores whoever made the first request that waits.
    pub(crate) fn ignore(&mut self, device: usize) {
        let request = self.requests(device).first().expect("a request").id.clone();
        self.command(device, Command::Ignore { request });
    }

    pub(crate) fn send(&mut self, device: usize, to: &str, text: &str) {
        let (contact, text) = (self.contact(device, to), text.to_owned());
        self.command(device, Command::Send { contact, text });
    }

    /// Sees every message that has come.
    pub(crate) fn read(&mut self, device: usize, name: &str) {
        self.read_up_to(device, name, u64::MAX);
    }

    pub(crate) fn read_up_to(&mut self, device: usize, name: &str, number: u64) {
        let contact = self.contact(device, name);
        self.command(device, Command::Read { contact, number });
    }

    /// Says something about how long messages stay.
    pub(crate) fn say_rule(&mut self, device: usize, name: &str, step: RuleStep) {
        let contact = self.contact(device, name);
        self.command(device, Command::Rule { contact, step });
    }

    /// Clears a chat, or brings it back.
    pub(crate) fn clear(&mut self, device: usize, name: &str, clear: bool) {
        let contact = self.contact(device, name);
        let command = ContactCommand::Clear(clear);
        self.command(device, Command::Contact(contact, command));
    }

    pub(crate) fn ping(&mut self, device: usize, name: &str) {
        let contact = self.contact(device, name);
        self.command(device, Command::Ping { contact });
    }

    /// Saves a contact under another name; an empty one takes that back.
    pub(crate) fn rename(&mut self, device: usize, name: &str, given: &str) {
        self.decide(device, name, ContactCommand::Rename(given.to_owned()));
    }

    /// Switches Special contact on.
    pub(crate) fn make_special(&mut self, device: usize, name: &str) {
        self.decide(device, name, ContactCommand::Special(true));
    }

    pub(crate) fn block(&mut self, device: usize, name: &str) {
        self.decide(device, name, ContactCommand::Block(true));
    }

    pub(crate) fn unblock(&mut self, device: usize, name: &str) {
        self.decide(device, name, ContactCommand::Block(false));
    }

    pub(crate) fn pause(&mut self, device: usize, name: &str) {
        self.decide(device, name, ContactCommand::Pause(true));
    }

    /// Goes on looking for a contact that is paused or was not seen for long.
    pub(crate) fn keep_looking(&mut self, device: usize, name: &str) {
        self.decide(device, name, ContactCommand::Pause(false));
    }

    pub(crate) fn remove(&mut self, device: usize, name: &str) {
        self.decide(device, name, ContactCommand::Remove);
    }

    pub(crate) fn decide(&mut self, device: usize, name: &str, command: ContactCommand) {
        let contact = self.contact(device, name);
        self.command(device, Command::Contact(contact, command));
    }

    /// Makes an invite and returns its code.
    pub(crate) fn invite(&mut self, device: usize) -> Hidden {
        self.command(device, Command::Invite);
        let mut events = self.events(device).iter().rev();
        let code = events.find_map(|event| match event {
            Event::Invite(invite) => Some(invite.link.clone()),
            _ => None,
        });
        code.expect("an invite")
    }

    pub(crate) fn use_invite(&mut self, device: usize, code: &Hidden) {
        let link = code.clone();
        self.command(device, Command::UseInvite { link });
    }

    /// Exports identity and contacts and returns the backup.
    pub(crate) fn export(&mut self, device: usize, passphrase: &str) -> Hidden {
        let passphrase = Hidden(passphrase.to_owned());
        self.command(device, Command::Export { passphrase });
        match self.reply(device) {
            Ok(Answer::Backup { text }) => Hidden(text.clone()),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn import(&mut self, device: usize, backup: &Hidden, passphrase: &str) {
        let (backup, passphrase) = (backup.clone(), Hidden(passphrase.to_owned()));
        self.command(device, Command::Import { passphrase, backup });
    }

    pub(crate) fn configure(&mut self, device: usize, settings: Settings) {
        self.command(device, Command::Configure { settings });
    }

    pub(crate) fn choose(&mut self, device: usize, choice: Choice) {
        self.command(device, Command::Choose(choice));
    }

    /// Presses Retry.
    pub(crate) fn retry(&mut self, device: usize) {
        self.command(device, Command::Retry);
    }

    fn stranger(&self, device: usize, name: &str) -> String {
        match &self.person(device, name).id {
            PersonId::Stranger(id) => id.clone(),
            PersonId::Contact(_) => panic!("{name} is a contact"),
        }
    }
}
