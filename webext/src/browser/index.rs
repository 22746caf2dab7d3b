//! The words of the messages in IndexedDB: a store of [`Entry`] with the keys of the messages, and an index of it.
//!
//! An entry is written and removed in the transaction in which its message is: the two never differ.

use super::idb::{self, Opened, fault};
use crate::search::Entry;
use crate::storage::Fault;
use ipc::{ContactId, Spot};
use js_sys::{Array, Object, Reflect};
use mesh_chat::name::Unicode;
use mesh_chat::records::MessageRecord;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    IdbDatabase, IdbIndexParameters, IdbKeyRange, IdbObjectStore, IdbObjectStoreParameters,
    IdbTransaction,
};

pub(super) const WORDS: &str = "words";
/// Index of the entries by their words.
pub(super) const BY_WORD: &str = "word";

/// The key of the last message that was taken in; nothing where all are.
pub(super) const FILLING: &str = "filling";
pub(super) const UPTO: f64 = 0.0;

/// Makes the stores, in the transaction of an upgrade.
pub(super) fn make(database: &IdbDatabase, messages: bool) -> Result<(), JsValue> {
    let parameters = IdbObjectStoreParameters::new();
    parameters.set_key_path(&Array::of2(&"contact".into(), &"number".into()));
    let words = database.create_object_store_with_optional_parameters(WORDS, &parameters)?;
    let each = IdbIndexParameters::new();
    each.set_multi_entry(true);
    words.create_index_with_str_and_optional_parameters(BY_WORD, "words", &each)?;
    let filling = database.create_object_store(FILLING)?;
    if messages {
        filling.put_with_key(&smallest_key(), &UPTO.into())?;
    }
    Ok(())
}

/// Forgets the words of a chat, whose messages have other numbers now: all messages are taken in again after the start, as
/// those of an earlier version are.
pub(super) fn begin_again(
    transaction: &IdbTransaction,
    contact: &ContactId,
) -> Result<(), JsValue> {
    let all = IdbKeyRange::bound(&key(contact, 0.0), &key(contact, f64::INFINITY))?;
    transaction.object_store(WORDS)?.delete(&all)?;
    let filling = transaction.object_store(FILLING)?;
    filling
        .put_with_key(&smallest_key(), &UPTO.into())
        .map(drop)
}

/// Puts the words of a message into their store, in the place of those that it had.
pub(super) fn put_words(
    words: &IdbObjectStore,
    record: &MessageRecord,
    unicode: &dyn Unicode,
) -> Result<(), JsValue> {
    match Entry::of(record, unicode) {
        Some(entry) => words.put(&value_of(&entry)?).map(drop),
        None => {
            let (contact, number) = (&record.message.contact, record.message.number);
            words.delete(&key(contact, chrome::float(number))).map(drop)
        }
    }
}

/// Returns an entry as it is stored. The key of each word has less than zero by its time and number: so the newest
/// comes first.
fn value_of(entry: &Entry) -> Result<JsValue, JsValue> {
    let keys: Array = entry
        .words
        .iter()
        .map(|word| key_of(word, entry.spot()))
        .collect();
    let value = Object::new();
    for (name, part) in [
        ("contact", entry.contact.0.as_str().into()),
        ("number", chrome::float(entry.number).into()),
        ("at", chrome::float(entry.at).into()),
        ("words", keys.into()),
    ] {
        Reflect::set(&value, &name.into(), &part)?;
    }
    Ok(value.into())
}

/// Returns the key of a word in a message.
pub(super) fn key_of(word: &str, spot: Spot) -> Array {
    let before_zero = |number| JsValue::from(-chrome::float(number));
    Array::of3(
        &word.into(),
        &before_zero(spot.at),
        &before_zero(spot.number),
    )
}

/// Reads an entry as it is stored.
pub(super) fn entry_of(value: &JsValue) -> Option<Entry> {
    let part = |name: &str| Reflect::get(value, &name.into()).ok();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and positive, as written"
    )]
    let number = |name| Some(part(name)?.as_f64()? as u64);
    let keys: Array = part("words")?.dyn_into().ok()?;
    let word = |key: JsValue| key.dyn_ref::<Array>()?.get(0).as_string();
    let words = keys.iter().filter_map(word);
    Some(Entry {
        contact: ContactId(part("contact")?.as_string()?),
        number: number("number")?,
        at: number("at")?,
        words: words.collect(),
    })
}

/// Returns whether messages still have to be taken in.
///
/// # Errors
/// What the browser said.
pub(super) async fn is_filling(database: &Opened) -> Result<bool, Fault> {
    let upto = database.store(FILLING);
    let upto = upto.and_then(|filling| filling.get(&UPTO.into()));
    let upto = idb::result(&upto.map_err(|error| fault(&error))?).await?;
    Ok(!upto.is_undefined())
}

/// Returns a key that is before that of every message.
fn smallest_key() -> Array {
    Array::new()
}

/// Returns the key of a message, and of its entry.
pub(super) fn key(contact: &ContactId, number: f64) -> JsValue {
    Array::of2(&contact.0.as_str().into(), &number.into()).into()
}
