//! What is looked for: read from what a person has typed, and found in a message.

use super::entry::Entry;
use super::excerpt;
use super::words::{STEM, Word, folded, folded_from, words};
use ipc::QUERY;
use mesh_chat::name::Unicode;
use mesh_chat::records::{MessageRecord, Origin};
use std::cmp::Reverse;
use std::ops::Range;

/// Things of a query that are looked up; the others are compared in what these have found.
const SOUGHT: usize = 8;

/// Something to look up: a beginning of words, or a whole word of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// What the word is, or begins with.
    pub stem: String,
    /// Nothing follows.
    pub whole: bool,
}

impl Sought {
    fn is_in(&self, entry: &Entry) -> bool {
        entry.words.iter().any(|word| {
            if self.whole {
                *word == self.stem
            } else {
                word.starts_with(&self.stem)
            }
        })
    }

    fn of(term: &Word) -> Vec<Self> {
        let stems = term.stems();
        if term.run && term.text.len() > 1 {
            let pairs = stems.take(term.text.len() - 1);
            return pairs.map(|stem| Self { stem, whole: true }).collect();
        }
        let whole = !term.run && term.text.len() >= STEM;
        stems.map(|stem| Self { stem, whole }).collect()
    }
}

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    terms: Vec<Word>,
    /// What is looked up, the longest first.
    pub(super) sought: Vec<Sought>,
}

impl Query {
    /// Reads what a person has typed.
    pub fn new(typed: &str, unicode: &dyn Unicode) -> Self {
        let typed: String = typed.chars().take(QUERY).collect();
        let terms = words(&folded(&typed, unicode));
        let mut sought: Vec<Sought> = Vec::new();
        for one in terms.iter().flat_map(Sought::of) {
            if !sought.contains(&one) {
                sought.push(one);
            }
        }
        // The longest are the rarest, as a rule.
        sought.sort_by_key(|sought| Reverse(sought.stem.chars().count()));
        sought.truncate(SOUGHT);
        Self { terms, sought }
    }

    /// Returns where each of the words is in a folded text; `None` where one is missing.
    fn places(&self, text: &[char]) -> Option<Vec<Range<usize>>> {
        let words = words(text);
        let mut places = Vec::new();
        for term in &self.terms {
            let before = places.len();
            for word in words.iter().filter(|word| word.run == term.run) {
                let starts = if term.run { word.text.len() } else { 1 };
                let rests = (0..starts).filter_map(|at| Some((at, word.text.get(at..)?)));
                let here = rests.filter(|(_, rest)| rest.starts_with(&term.text));
                places.extend(here.map(|(at, _)| {
                    let at = word.at + at;
                    at..at + term.text.len()
                }));
            }
            if places.len() == before {
                return None;
            }
        }
        Some(places)
    }

    pub(super) fn may_be_in(&self, entry: &Entry) -> bool {
        self.sought.iter().all(|sought| sought.is_in(entry))
    }

    /// Returns a message as a hit, where all words are in it.
    pub(super) fn hit(&self, record: &MessageRecord, unicode: &dyn Unicode) -> Option<ipc::Hit> {
        let message = &record.message;
        if !record.shows_text() {
            return None;
        }
        self.places(&folded(&message.text, unicode))?;
        let (text, from) = folded_from(&message.text, unicode);
        let places = self.places(&text).unwrap_or_default();
        let marked = places.into_iter().filter_map(|place| {
            let (first, last) = (from.get(place.start)?, from.get(place.end - 1)?);
            Some(first.start..last.end)
        });
        Some(ipc::Hit {
            contact: message.contact.clone(),
            number: message.number,
            at: message.at,
            own: message.origin == Origin::Own,
            pieces: excerpt::pieces(&message.text, marked.collect()),
        })
    }
}
