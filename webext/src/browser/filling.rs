//! Takes the messages of an earlier version into the index, piece by piece beside everything else. How far that is stands
//! in a store of its own and is written with each piece, so that a kill loses nothing.

use super::idb::{self, fault};
use super::index::{FILLING, UPTO, WORDS, put_words};
use super::messages::{MESSAGES, Messages, page_of};
use super::timer::sleep;
use crate::storage::Fault;
use js_sys::Array;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsValue;
use web_sys::IdbKeyRange;

/// Messages that are taken in at once: some milliseconds, in which nothing else is written.
const PIECE: u32 = 50;

/// The pause between two pieces, and the one after the start, which has enough to do.
const PAUSE: Duration = Duration::from_millis(20);
const AFTER_START: Duration = Duration::from_secs(3);

/// The pause after which what has failed is tried again.
const AFTER_FAULT: Duration = Duration::from_secs(60);

/// Takes in what an earlier version has stored.
pub(super) async fn fill(messages: Rc<Messages>) {
    sleep(AFTER_START).await;
    loop {
        match fill_piece(&messages).await {
            Ok(more) => messages.filling.set(more),
            Err(error) => {
                tracing::warn!(%error, "old messages cannot be found yet");
                sleep(AFTER_FAULT).await;
            }
        }
        if !messages.filling.get() {
            return;
        }
        sleep(PAUSE).await;
    }
}

/// Takes in the next messages. Returns whether there may be more.
async fn fill_piece(messages: &Messages) -> Result<bool, Fault> {
    let failed = |error: JsValue| fault(&error);
    let stores = [MESSAGES, WORDS, FILLING];
    let transaction = messages.database().write_soon(&stores).map_err(failed)?;
    let store = |name| transaction.object_store(name).map_err(failed);
    let (stored, words, filling) = (store(MESSAGES)?, store(WORDS)?, store(FILLING)?);
    let upto = idb::result(&filling.get(&UPTO.into()).map_err(failed)?).await?;
    if upto.is_undefined() {
        return Ok(false);
    }
    let next = IdbKeyRange::lower_bound_with_open(&upto, true)
        .and_then(|range| stored.get_all_with_key_and_limit(&range, PIECE));
    let next = idb::result(&next.map_err(failed)?).await?;
    let keys = IdbKeyRange::lower_bound_with_open(&upto, true)
        .and_then(|range| stored.get_all_keys_with_key_and_limit(&range, PIECE));
    let last = Array::from(&idb::result(&keys.map_err(failed)?).await?).pop();
    idb::change(Ok(transaction), |_| {
        if last.is_undefined() {
            filling.delete(&UPTO.into())?;
        } else {
            filling.put_with_key(&last, &UPTO.into())?;
        }
        let mut records = page_of(&next).messages.into_iter();
        records.try_for_each(|record| put_words(&words, &record, messages.unicode()))
    })
    .await?;
    Ok(!last.is_undefined())
}
