//! People introduce their contacts to each other, and say yes or no.

use crate::names::device_of;
use crate::world::World;
use mesh_chat::view::{Command, Introduction, IntroductionState, Person, PersonId};

/// Of so many introductions one is answered with no, in percent.
const DECLINED: u64 = 20;

/// Returns what a person does about introductions now.
pub fn wish(world: &mut World, index: usize) -> Option<Command> {
    let random = world.introductions.random.as_mut()?;
    let view = &world.devices.get(index)?.view;
    let is_open = |one: &&Introduction| one.state == IntroductionState::Asked;
    if let Some(open) = view.introductions.values().find(is_open) {
        let agree = !random.chance(DECLINED);
        let (contact, message) = (open.contact.clone(), open.message.clone());
        if let Some(other) = device_of(&open.name).filter(|_| agree) {
            world.consents.accepts(index, other);
        }
        return Some(Command::AnswerIntroduction {
            contact,
            message,
            agree,
        });
    }
    if !random.chance(10) {
        return None;
    }
    let people: Vec<&Person> = view.people.values().collect();
    let mut any = || {
        let person = people.get(random.index(people.len()))?;
        match &person.id {
            PersonId::Contact(id) if device_of(&person.name).is_some() => Some(id.clone()),
            PersonId::Contact(_) | PersonId::Stranger(_) => None,
        }
    };
    let (contact, other) = (any()?, any()?);
    Some(Command::Introduce {
        contact,
        other,
        note: None,
    })
}
