//! How far introductions are.

use super::alike::Alike;
use super::state::State;
use crate::contacts::Contact;
use crate::crypto::PublicKey;
use crate::name::Names;
use crate::records::{IntroductionRecord, IntroductionStage, OtherHalf};
use crate::values::ContactId;
use crate::view::{Introduction, IntroductionState};

/// Returns all of them, each chat's oldest first.
pub(super) fn introductions(
    names: &Names,
    alike: &mut Alike,
    state: &State<'_>,
) -> Vec<Introduction> {
    let mut all = state.conversations.introductions().peekable();
    if all.peek().is_some() {
        let contacts = state.contacts.complete();
        let contacts: Vec<String> = contacts.map(|contact| contact.name().to_owned()).collect();
        alike.begin(names, &contacts);
    }
    let shown = |(chat, record): (&ContactId, &IntroductionRecord)| Introduction {
        contact: chat.clone(),
        message: record.message.clone(),
        name: record.name.clone(),
        note: record.note.clone(),
        resembles: is_stranger(record)
            .then(|| alike.find(names, &record.name))
            .flatten(),
        own: record.other.is_some(),
        state: match &record.other {
            Some(other) => own(state, chat, record, other),
            None => theirs(state, chat, record),
        },
    };
    all.map(shown).collect()
}

/// Returns whether the person may still take whoever is introduced for somebody else.
fn is_stranger(record: &IntroductionRecord) -> bool {
    let is_open = matches!(
        record.stage,
        IntroductionStage::Asked | IntroductionStage::Agreed
    );
    record.other.is_none() && is_open
}

fn is_trusted(state: &State<'_>, id: &ContactId) -> bool {
    let contact = state.contacts.get(id);
    contact.is_some_and(|contact| contact.is_complete() && !contact.is_blocked())
}

fn own(
    state: &State<'_>,
    chat: &ContactId,
    record: &IntroductionRecord,
    other: &OtherHalf,
) -> IntroductionState {
    let there = state
        .conversations
        .introduction(&other.contact, &other.message);
    let asked = |one: &IntroductionRecord| one.stage == IntroductionStage::Asked;
    let told = |one: &IntroductionRecord| matches!(one.stage, IntroductionStage::Told { .. });
    match there {
        Some(there) if told(record) && told(there) => {
            IntroductionState::Introduced { contact: None }
        }
        Some(_) if !is_trusted(state, chat) || !is_trusted(state, &other.contact) => {
            IntroductionState::Over
        }
        None => IntroductionState::Over,
        Some(_) if record.is_old(state.now.unix) => IntroductionState::Expired,
        Some(there) => match (asked(record), asked(there)) {
            (true, true) => IntroductionState::WaitsForBoth,
            (true, false) => IntroductionState::WaitsForContact,
            (false, true) => IntroductionState::WaitsForOther,
            // On its way to both.
            (false, false) => IntroductionState::Introduced { contact: None },
        },
    }
}

fn theirs(state: &State<'_>, chat: &ContactId, record: &IntroductionRecord) -> IntroductionState {
    let old = record.is_old(state.now.unix);
    match &record.stage {
        IntroductionStage::Declined => IntroductionState::Declined,
        IntroductionStage::Taken { key } => found(state, key),
        _ if !is_trusted(state, chat) => IntroductionState::Over,
        IntroductionStage::Told { .. } => IntroductionState::Looking,
        IntroductionStage::Asked | IntroductionStage::Agreed if old => IntroductionState::Expired,
        IntroductionStage::Asked => IntroductionState::Asked,
        IntroductionStage::Agreed => IntroductionState::Agreed,
    }
}

/// Returns what has become of somebody with this key.
fn found(state: &State<'_>, key: &str) -> IntroductionState {
    let key = PublicKey::decode(key);
    let of_key = |contact: &&Contact| key.is_some() && contact.expected_key() == key;
    let mut all = state.contacts.all().filter(of_key);
    let met = all.clone().find(|contact| contact.is_complete());
    match met {
        Some(met) if !met.is_blocked() => IntroductionState::Introduced {
            contact: Some(met.id().clone()),
        },
        None if all.any(Contact::is_only_introduced) => IntroductionState::Looking,
        Some(_) | None => IntroductionState::Over,
    }
}
