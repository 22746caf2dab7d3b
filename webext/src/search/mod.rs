//! Finding messages by their words, newest first.
//!
//! Of each message an [`Entry`] is stored with it. The index of the entries holds every word with the time, so that one
//! word has its messages newest first, whatever else is stored. A query is answered from the rarest thing it asks for:
//!
//! - something that few messages have: all of these are looked at;
//! - a word, or a few words with the same beginning: their lists, merged by time, as far as a page needs;
//! - the beginning of too many words (one or two letters): all messages from the newest on. Such a beginning is in so
//!   many of them that a page is full soon.
//!
//! What is found this way may only look alike (the index has the beginnings of words): the message itself decides.
//!
//! [`Shelf`] is the seam: in the browser it is IndexedDB, in tests a map.

mod entry;
mod excerpt;
mod query;
#[cfg(test)]
mod tests;
pub mod words;

pub use entry::Entry;
pub use query::{Query, Sought};

use crate::storage::Fault;
use ipc::{ContactId, Spot};
use mesh_chat::name::Unicode;
use mesh_chat::records::MessageRecord;
use std::future::Future;

/// As few messages are all looked at: that is done in some milliseconds.
const FEW: u32 = 512;

/// As many lists are merged.
const LISTS: usize = 24;

/// Messages of one answer, from which on it is given.
const PAGE: usize = 20;

/// Entries read at first; it doubles until [`LARGEST`].
const FIRST: usize = 64;
const LARGEST: usize = 512;

/// Entries read for one answer: it is given then with what there is, and says where to go on.
const READ: usize = 4096;

/// Where the entries and messages are.
pub trait Shelf {
    /// Returns how many keys in the index are that, and at most so many.
    ///
    /// # Errors
    /// Why not.
    fn count(&self, sought: &Sought, most: u32) -> impl Future<Output = Result<u32, Fault>>;

    /// Returns the entries of the first so many of these keys.
    ///
    /// # Errors
    /// Why not.
    fn all(&self, sought: &Sought, most: u32) -> impl Future<Output = Result<Vec<Entry>, Fault>>;

    /// Returns the first so many different words of the index that begin like this.
    ///
    /// # Errors
    /// Why not.
    fn words(
        &self,
        beginning: &str,
        most: usize,
    ) -> impl Future<Output = Result<Vec<String>, Fault>>;

    /// Returns the newest so many entries of a word that are older than that.
    ///
    /// # Errors
    /// Why not.
    fn newest(
        &self,
        word: &str,
        before: Option<Spot>,
        most: usize,
    ) -> impl Future<Output = Result<Vec<Entry>, Fault>>;

    /// Returns the messages of entries in their order, as far as they can be read.
    ///
    /// # Errors
    /// Why not.
    fn messages(
        &self,
        entries: &[Entry],
    ) -> impl Future<Output = Result<Vec<MessageRecord>, Fault>>;
}

/// What the entries of an answer are taken from.
enum Source {
    /// All that can be it, newest first.
    Few(Vec<Entry>),
    /// The lists of these words.
    Lists(Vec<String>),
}

/// Entries, newest first.
struct Batch {
    entries: Vec<Entry>,
    /// How many were read for it.
    read: usize,
    /// There are older ones.
    more: bool,
}

/// Finds the messages with what is looked for: of one chat or of all, older than `before`.
///
/// # Errors
/// Why the chats could not be read.
pub async fn find(
    shelf: &impl Shelf,
    query: &Query,
    contact: Option<&ContactId>,
    before: Option<Spot>,
    unicode: &dyn Unicode,
) -> Result<ipc::Found, Fault> {
    let mut found = ipc::Found::default();
    if query.sought.is_empty() {
        return Ok(found);
    }
    let source = source(shelf, query).await?;
    let (mut before, mut read, mut size) = (before, 0, FIRST);
    loop {
        let batch = source.batch(shelf, before, size).await?;
        read += batch.read;
        size = LARGEST.min(2 * size);
        let looked_at = batch.entries.last().map(Entry::spot);
        let mut entries = batch.entries;
        entries.retain(|entry| {
            contact.is_none_or(|contact| entry.contact == *contact) && query.may_be_in(entry)
        });
        let mut rest = &entries[..];
        while !rest.is_empty() {
            let (some, others) = rest.split_at(page_of(rest));
            let messages = shelf.messages(some).await?;
            let hits = messages.iter().filter_map(|one| query.hit(one, unicode));
            found.hits.extend(hits);
            rest = others;
            if found.hits.len() >= PAGE && (batch.more || !rest.is_empty()) {
                found.next = some.last().map(Entry::spot);
                return Ok(found);
            }
        }
        before = looked_at.or(before);
        if !batch.more {
            return Ok(found);
        }
        if read >= READ {
            found.next = before;
            return Ok(found);
        }
    }
}

/// Returns how many entries are looked at next. What has the same spot stays together.
fn page_of(entries: &[Entry]) -> usize {
    let last = entries.iter().take(PAGE).next_back().map(Entry::spot);
    let same = entries.iter().skip(PAGE);
    let same = same.take_while(|entry| Some(entry.spot()) == last);
    entries.len().min(PAGE + same.count())
}

async fn source(shelf: &impl Shelf, query: &Query) -> Result<Source, Fault> {
    let mut fewest: Option<(u32, &Sought)> = None;
    for sought in &query.sought {
        let count = shelf.count(sought, FEW + 1).await?;
        if count <= FEW && fewest.is_none_or(|(fewest, _)| count < fewest) {
            fewest = Some((count, sought));
        }
        if count == 0 {
            break;
        }
    }
    if let Some((_, sought)) = fewest {
        let mut entries = shelf.all(sought, FEW).await?;
        sort(&mut entries);
        return Ok(Source::Few(entries));
    }
    let Some(longest) = query.sought.first() else {
        return Ok(Source::Few(Vec::new()));
    };
    if longest.whole {
        return Ok(Source::Lists(vec![longest.stem.clone()]));
    }
    let words = shelf.words(&longest.stem, LISTS + 1).await?;
    Ok(Source::Lists(if words.len() > LISTS {
        vec![String::new()]
    } else {
        words
    }))
}

impl Source {
    async fn batch(
        &self,
        shelf: &impl Shelf,
        before: Option<Spot>,
        size: usize,
    ) -> Result<Batch, Fault> {
        match self {
            Self::Few(entries) => {
                let older = |entry: &&Entry| before.is_none_or(|before| entry.spot() < before);
                Ok(Batch {
                    entries: entries.iter().filter(older).cloned().collect(),
                    read: entries.len(),
                    more: false,
                })
            }
            Self::Lists(words) => merged(shelf, words, before, size).await,
        }
    }
}

/// Reads lists and merges them. What is newer than the end of each that goes on is complete.
async fn merged(
    shelf: &impl Shelf,
    words: &[String],
    before: Option<Spot>,
    size: usize,
) -> Result<Batch, Fault> {
    let mut most = (size / words.len().max(1)).max(8);
    let mut read = 0;
    loop {
        let mut entries = Vec::new();
        let mut end: Option<Spot> = None;
        for word in words {
            let list = shelf.newest(word, before, most).await?;
            read += list.len();
            if list.len() >= most {
                end = end.max(list.last().map(Entry::spot));
            }
            entries.extend(list);
        }
        entries.retain(|entry| end.is_none_or(|end| entry.spot() > end));
        sort(&mut entries);
        if !entries.is_empty() || end.is_none() {
            let more = end.is_some();
            return Ok(Batch {
                entries,
                read,
                more,
            });
        }
        // All of one list has the same spot, in different chats.
        most *= 4;
    }
}

/// Puts entries in the order of their age, each once.
fn sort(entries: &mut Vec<Entry>) {
    entries.sort_by(|one, other| {
        let order = other.spot().cmp(&one.spot());
        order.then_with(|| one.contact.cmp(&other.contact))
    });
    entries.dedup_by(|one, other| one.number == other.number && one.contact == other.contact);
}
