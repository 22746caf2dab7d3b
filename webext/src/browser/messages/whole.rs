//! Whole chats: read for a backup, and joined with those of one.

use super::super::idb::{self, Changing, fault};
use super::super::index;
use super::super::staged::Staged;
use super::{HEADS, MESSAGES, Messages, key, page_of, put, record};
use crate::joining::{BATCH, moves};
use crate::journal::PageRead;
use crate::storage::Fault;
use ipc::ContactId;
use js_sys::{Array, Reflect};
use json::js::to_js;
use mesh_chat::history::{Known, merge};
use mesh_chat::records::{MessageRecord, ThreadRecord};
use wasm_bindgen::JsValue;
use web_sys::{IdbKeyRange, IdbTransaction};

impl Messages {
    /// Reads the heads of all chats that can be read.
    ///
    /// # Errors
    /// What the browser said.
    pub(crate) async fn heads(&self) -> Result<Vec<ThreadRecord>, Fault> {
        let heads = self.database().store(HEADS);
        let heads = heads.and_then(|store| store.get_all());
        let heads = idb::result(&heads.map_err(|error| fault(&error))?).await?;
        let heads = Array::from(&heads).into_iter();
        Ok(heads
            .filter_map(|head| record(&head, |head: &ThreadRecord| head.version).ok())
            .collect())
    }

    /// Reads the messages of a chat behind a number, [`BATCH`] at most, and says up to which number they are; `None` at the
    /// end.
    ///
    /// # Errors
    /// What the browser said.
    pub(crate) async fn behind(
        &self,
        contact: &ContactId,
        after: u64,
    ) -> Result<Option<(PageRead, u64)>, Fault> {
        let found = self.raw(contact, after, f64::INFINITY, Some(BATCH)).await?;
        let Some(last) = found.iter().last() else {
            return Ok(None);
        };
        let upto = number_of(&last);
        Ok(Some((page_of(&found), upto)))
    }

    async fn raw(
        &self,
        contact: &ContactId,
        after: u64,
        upto: f64,
        limit: Option<u32>,
    ) -> Result<Array, Fault> {
        let (first, last) = (key(contact, chrome::float(after)), key(contact, upto));
        let found = IdbKeyRange::bound_with_lower_open(&first, &last, true).and_then(|range| {
            let store = self.database().store(MESSAGES)?;
            match limit {
                Some(limit) => store.get_all_with_key_and_limit(&range, limit),
                None => store.get_all_with_key(&range),
            }
        });
        let found = idb::result(&found.map_err(|error| fault(&error))?).await?;
        Ok(Array::from(&found))
    }

    /// Reads what has to be known of all messages of a chat. One that cannot be read keeps its place.
    async fn known(&self, contact: &ContactId) -> Result<Vec<Known>, Fault> {
        let mut known = Vec::new();
        let mut after = 0;
        loop {
            let found = self.raw(contact, after, f64::INFINITY, Some(BATCH)).await?;
            let Some(last) = found.iter().last() else {
                return Ok(known);
            };
            after = number_of(&last);
            known.extend(found.iter().map(|value| {
                let read = record(&value, |record: &MessageRecord| record.version);
                read.as_ref()
                    .map_or_else(|_| Known::unreadable(number_of(&value)), Known::from)
            }));
        }
    }

    /// Joins a chat of a backup with the one that is here. Broken off anywhere, it can be done again.
    ///
    /// # Errors
    /// What the browser said.
    pub(crate) async fn join(
        &self,
        staged: &Staged,
        from: &ContactId,
        to: &ContactId,
    ) -> Result<(), Fault> {
        let mut backup = Vec::new();
        let mut of_backup = None;
        for chunk in 0.. {
            let Some((head, records)) = staged.chunk(from, chunk).await? else {
                break;
            };
            backup.extend(records.iter().map(Known::from));
            of_backup.get_or_insert(head);
        }
        let Some(of_backup) = of_backup else {
            return Ok(());
        };
        if self.is_sealed(to) {
            // What it waits for, and the next start tries again.
            return Err(Fault::Refused("the chat is damaged".to_owned()));
        }
        let heads = self.heads().await?;
        let head = heads.iter().find(|head| head.contact == *to);
        let here = self.known(to).await?;
        let plan = merge(to, head, &here, &of_backup, &backup);
        self.change(|transaction| put(&transaction.object_store(HEADS)?, plan.head_before()))
            .await?;
        for batch in moves(&plan.moved) {
            let first = batch.first().map_or(0, |(first, _)| *first);
            self.shift(&plan.head_from(first), batch).await?;
        }
        let mut position = 0;
        let mut writing = None::<Changing>;
        for chunk in 0.. {
            let Some((_, records)) = staged.chunk(from, chunk).await? else {
                break;
            };
            let first = position;
            position += records.len();
            let records = (first..).zip(records);
            let records = records.filter_map(|(at, record)| plan.record(at, record));
            let records: Vec<_> = records.collect();
            // What the disk loses of these is there once more after the next start.
            let soon = self.database().write_soon(&[MESSAGES]);
            let begun = idb::begin(soon, |transaction| {
                let messages = transaction.object_store(MESSAGES)?;
                let records = to_js(&records).map_err(|error| JsValue::from(error.to_string()))?;
                let mut records = Array::from(&records).into_iter();
                records.try_for_each(|record| messages.put(&record).map(drop))
            })?;
            // The browser takes in these while the next ones are made ready.
            if let Some(before) = writing.replace(begun) {
                before.complete().await?;
            }
        }
        if let Some(last) = writing {
            last.complete().await?;
        }
        // With this all of it is on the disk.
        let last = [HEADS, MESSAGES, index::WORDS, index::FILLING];
        idb::change(self.database().write(&last), |transaction| {
            index::begin_again(transaction, to)?;
            put(&transaction.object_store(HEADS)?, &plan.head_from(0))
        })
        .await?;
        staged.joined(from).await
    }

    /// Gives messages other numbers, also such as cannot be read, and the chat the head that fits.
    async fn shift(&self, head: &ThreadRecord, moved: &[(u64, u64)]) -> Result<(), Fault> {
        let contact = &head.contact;
        let (Some((first, _)), Some((last, _))) = (moved.first(), moved.last()) else {
            return Ok(());
        };
        let upto = chrome::float(*last);
        let found = self.raw(contact, first.saturating_sub(1), upto, None);
        let found = found.await?;
        self.change(|transaction| {
            let messages = transaction.object_store(MESSAGES)?;
            let number = |value: &JsValue| {
                let number = number_of(value);
                let at = moved.binary_search_by_key(&number, |(old, _)| *old).ok()?;
                moved.get(at).copied()
            };
            let all = || {
                found
                    .iter()
                    .filter_map(|value| Some((number(&value)?, value)))
            };
            for ((old, _), _) in all() {
                messages.delete(&key(contact, chrome::float(old)))?;
            }
            for ((_, new), value) in all() {
                let message = Reflect::get(&value, &"message".into())?;
                Reflect::set(&message, &"number".into(), &chrome::float(new).into())?;
                messages.put(&value)?;
            }
            put(&transaction.object_store(HEADS)?, head)
        })
        .await
    }

    async fn change(
        &self,
        put: impl FnOnce(&IdbTransaction) -> Result<(), JsValue>,
    ) -> Result<(), Fault> {
        idb::change(self.database().write(&[HEADS, MESSAGES]), put).await
    }
}

fn number_of(value: &JsValue) -> u64 {
    let message = Reflect::get(value, &"message".into()).unwrap_or_default();
    let number = Reflect::get(&message, &"number".into()).unwrap_or_default();
    chrome::whole(number.as_f64().unwrap_or_default())
}
