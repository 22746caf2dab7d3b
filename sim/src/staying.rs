//! How long people want messages to stay, and that they clear chats.

use crate::random::Random;
use mesh_chat::view::{Command, ContactCommand, ContactId, Lifetime, Person, PersonId, RuleStep};

/// What people want of how long messages stay.
#[derive(Debug)]
pub struct StayingWishes {
    /// In worlds in which people want something of it: the source of chance for that.
    pub random: Option<Random>,
    /// They clear chats: that ends files, which are promised to arrive, and what was cleared is not sent again to a disk
    /// that comes back older.
    clears: bool,
}

impl StayingWishes {
    /// People propose lifetimes and clear chats in three of ten worlds.
    #[must_use]
    pub fn new(seed: u64, clears: bool) -> Self {
        let mut random = Random::new(seed.rotate_left(40) ^ 5);
        let has_wishes = random.chance(30);
        Self {
            random: Some(random).filter(|_| has_wishes),
            clears,
        }
    }

    /// Returns what a person wants of the chat with a contact.
    pub fn next(&mut self, person: &Person) -> Option<Command> {
        let PersonId::Contact(contact) = &person.id else {
            return None;
        };
        let contact = contact.clone();
        let random = self.random.as_mut()?;
        match random.within(0, 100) {
            0..6 if self.clears => Some(Self::clear(person, contact)),
            6..40 => {
                let step = Self::step(random, person);
                Some(Command::Rule { contact, step })
            }
            _ => None,
        }
    }

    fn clear(person: &Person, contact: ContactId) -> Command {
        let is_cleared = person.staying.clearing.is_some();
        Command::Contact(contact, ContactCommand::Clear(!is_cleared))
    }

    fn step(random: &mut Random, person: &Person) -> RuleStep {
        let proposals = person.staying.proposals.iter();
        let mut theirs = proposals.filter(|proposal| !proposal.own);
        let theirs = theirs.next().map(|proposal| proposal.id.clone());
        match (random.within(0, 10), theirs) {
            (0..5, Some(id)) => RuleStep::Agree(id),
            (5, Some(id)) => RuleStep::Decline(id),
            (6, _) => RuleStep::Off,
            _ => {
                let lifetime = Lifetime::ALL.get(random.index(Lifetime::ALL.len()));
                RuleStep::Propose(lifetime.copied().unwrap_or(Lifetime::Hour))
            }
        }
    }
}
