//! What views look for. Each view has one question: the next one takes the place of the one before it, which then goes
//! no further than the read that is under way.

use super::filling;
use super::idb::{self, fault};
use super::index::{BY_WORD, WORDS, entry_of, key, key_of};
use super::messages::{MESSAGES, Messages, page_of};
use crate::search::{Entry, Query, Shelf, Sought, find};
use crate::storage::Fault;
use futures_util::future::try_join_all;
use ipc::{ContactId, Found, Spot};
use js_sys::Array;
use litemap::LiteMap;
use mesh_chat::records::MessageRecord;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{IdbCursor, IdbIndex, IdbKeyRange, IdbRequest};

/// What comes behind every word with the same beginning.
const BEHIND: char = '\u{FFFF}';

/// The questions of the views.
pub(crate) struct Search {
    messages: Rc<Messages>,
    asked: Rc<RefCell<Asked>>,
}

/// The question of each view, by a number.
#[derive(Default)]
struct Asked {
    last: u32,
    of: LiteMap<u32, u32>,
}

impl Search {
    /// Returns the search in these messages, of which what an earlier version has stored is taken in from now on.
    pub(crate) fn new(messages: Rc<Messages>) -> Self {
        spawn_local(filling::fill(Rc::clone(&messages)));
        Self {
            messages,
            asked: Rc::default(),
        }
    }

    /// Looks for something, in the place of what this view has looked for before.
    pub(crate) fn ask(
        &self,
        view: u32,
        (typed, contact, before): (String, Option<ContactId>, Option<Spot>),
        done: impl FnOnce(Found) + 'static,
    ) {
        let mut asked = self.asked.borrow_mut();
        asked.last = asked.last.wrapping_add(1);
        let id = asked.last;
        asked.of.insert(view, id);
        let question = Question {
            messages: Rc::clone(&self.messages),
            asked: Rc::clone(&self.asked),
            view,
            id,
        };
        spawn_local(async move {
            let messages = &question.messages;
            let query = Query::new(&typed, messages.unicode());
            let found = find(
                &question,
                &query,
                contact.as_ref(),
                before,
                messages.unicode(),
            );
            let found = found.await;
            if question.is_wanted().is_err() {
                return;
            }
            question.asked.borrow_mut().of.remove(&view);
            let found = found.unwrap_or_else(|error| {
                tracing::warn!(%error, "messages cannot be searched");
                Found {
                    failed: true,
                    ..Found::default()
                }
            });
            let filling = messages.filling.get();
            done(Found { filling, ..found });
        });
    }

    /// Forgets what a view has looked for.
    pub(crate) fn forget(&self, view: u32) {
        self.asked.borrow_mut().of.remove(&view);
    }
}

/// One question, to the stored messages.
struct Question {
    messages: Rc<Messages>,
    asked: Rc<RefCell<Asked>>,
    view: u32,
    id: u32,
}

impl Question {
    fn is_wanted(&self) -> Result<(), Fault> {
        let wanted = self.asked.borrow().of.get(&self.view) == Some(&self.id);
        let other = || Fault::Refused("something else is looked for".to_owned());
        wanted.then_some(()).ok_or_else(other)
    }

    /// Asks the index, unless that is not wanted any more.
    async fn ask(
        &self,
        range: Result<IdbKeyRange, JsValue>,
        ask: impl FnOnce(IdbIndex, &IdbKeyRange) -> Result<IdbRequest, JsValue>,
    ) -> Result<(IdbRequest, JsValue), Fault> {
        self.is_wanted()?;
        let request = range.and_then(|range| {
            let words = self.messages.database().store(WORDS)?.index(BY_WORD)?;
            ask(words, &range)
        });
        let request = request.map_err(|error| fault(&error))?;
        let answer = idb::result(&request).await?;
        Ok((request, answer))
    }
}

fn in_index(word: impl Into<JsValue>) -> Array {
    Array::of1(&word.into())
}

/// Returns what comes behind all keys of a word: an array is greater than every number.
fn behind(word: &str) -> Array {
    Array::of2(&word.into(), &Array::new())
}

fn range_of(sought: &Sought) -> Result<IdbKeyRange, JsValue> {
    let stem = sought.stem.as_str();
    let end = if sought.whole {
        behind(stem)
    } else {
        in_index(format!("{stem}{BEHIND}"))
    };
    IdbKeyRange::bound(&in_index(stem), &end)
}

fn entries(found: &JsValue) -> Vec<Entry> {
    let found = Array::from(found);
    found.iter().filter_map(|value| entry_of(&value)).collect()
}

impl Shelf for Question {
    async fn count(&self, sought: &Sought, most: u32) -> Result<u32, Fault> {
        let keys = self.ask(range_of(sought), |words, range| {
            words.get_all_keys_with_key_and_limit(range, most)
        });
        Ok(Array::from(&keys.await?.1).length())
    }

    async fn all(&self, sought: &Sought, most: u32) -> Result<Vec<Entry>, Fault> {
        let all = self.ask(range_of(sought), |words, range| {
            words.get_all_with_key_and_limit(range, most)
        });
        Ok(entries(&all.await?.1))
    }

    async fn words(&self, beginning: &str, most: usize) -> Result<Vec<String>, Fault> {
        let sought = Sought {
            stem: beginning.to_owned(),
            whole: false,
        };
        let opened = self.ask(range_of(&sought), |words, range| {
            words.open_key_cursor_with_range(range)
        });
        let (request, mut at) = opened.await?;
        let mut found = Vec::new();
        while found.len() < most
            && let Some(cursor) = at.dyn_ref::<IdbCursor>()
        {
            let key = cursor.key().map_err(|error| fault(&error))?;
            let Some(word) = Array::from(&key).get(0).as_string() else {
                break;
            };
            let next = cursor.continue_with_key(&behind(&word));
            next.map_err(|error| fault(&error))?;
            found.push(word);
            at = idb::result(&request).await?;
            self.is_wanted()?;
        }
        Ok(found)
    }

    async fn newest(
        &self,
        word: &str,
        before: Option<Spot>,
        most: usize,
    ) -> Result<Vec<Entry>, Fault> {
        let begin = before.map_or_else(|| in_index(word), |spot| key_of(word, spot));
        let range = IdbKeyRange::bound_with_lower_open(&begin, &behind(word), true);
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        let list = self.ask(range, |words, range| {
            words.get_all_with_key_and_limit(range, most)
        });
        Ok(entries(&list.await?.1))
    }

    async fn messages(&self, of: &[Entry]) -> Result<Vec<MessageRecord>, Fault> {
        self.is_wanted()?;
        let stored = self.messages.database().store(MESSAGES);
        let stored = stored.map_err(|error| fault(&error))?;
        let requests = of.iter().map(|entry| {
            let key = key(&entry.contact, chrome::float(entry.number));
            stored.get(&key).map_err(|error| fault(&error))
        });
        let requests = requests.collect::<Result<Vec<_>, _>>()?;
        let answers = requests.iter().map(idb::result);
        let found: Array = try_join_all(answers)
            .await?
            .into_iter()
            .filter(|found| !found.is_undefined())
            .collect();
        Ok(page_of(&found).messages)
    }
}
