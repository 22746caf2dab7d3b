//! The texts that people write: which are promised to arrive, and which have not arrived yet.

use mesh_chat::records::{Change, Origin};
use std::collections::{BTreeMap, BTreeSet};

/// A text, as its writer knows it.
#[derive(Clone, Debug)]
pub struct Written {
    /// The text.
    pub text: String,
    /// The writer's device has confirmed that it is stored.
    pub stored: bool,
    /// Nothing is promised: one of the two removed the other, or lost everything.
    pub free: bool,
}

/// A text that is stored at its writer and not shown at its receiver.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// When it was stored.
    pub since: u64,
    /// Who wrote it.
    pub from: usize,
    /// Who is to get it.
    pub to: usize,
}

/// All texts of a world.
#[derive(Debug, Default)]
pub struct Texts {
    count: u64,
    /// By writer and receiver, in the order in which they were written.
    written: BTreeMap<(usize, usize), Vec<Written>>,
    /// Texts of commands that are not answered yet: who writes to whom.
    asked: BTreeMap<u64, (usize, usize, String)>,
    outbox: BTreeMap<String, Waiting>,
    /// Texts that a disk has stored and said not to have.
    doubted: BTreeSet<String>,
}

impl Texts {
    /// Returns how many texts were written.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Returns all texts by writer and receiver.
    pub fn written(&self) -> impl Iterator<Item = ((usize, usize), &[Written])> {
        self.written
            .iter()
            .map(|(pair, written)| (*pair, written.as_slice()))
    }

    /// Returns the texts that were stored and have not arrived.
    pub fn waiting(&self) -> impl Iterator<Item = (&str, Waiting)> {
        self.outbox
            .iter()
            .map(|(text, waiting)| (text.as_str(), *waiting))
    }

    /// Writes a new text, or the name of a file. For a `free` one nothing is promised.
    pub fn write(&mut self, from: usize, to: usize, free: bool, is_file: bool) -> String {
        self.count += 1;
        // No file can have the other sign in its name.
        let sign = if is_file { '-' } else { '>' };
        let text = format!("P{from}{sign}P{to} {}", self.count);
        let written = Written {
            text: text.clone(),
            stored: false,
            free,
        };
        self.written.entry((from, to)).or_default().push(written);
        text
    }

    /// A command with the text is given to the writer's device.
    pub fn sent(&mut self, command: u64, from: usize, to: usize, text: String) {
        self.asked.insert(command, (from, to, text));
    }

    /// The device confirms that the text of a command is stored, or refuses it.
    pub fn replied(&mut self, now: u64, command: u64, stored: bool) {
        let Some((from, to, text)) = self.asked.remove(&command) else {
            return;
        };
        if stored && !self.is_free(from, to, &text) {
            let since = now;
            let waiting = Waiting { since, from, to };
            self.outbox.insert(text.clone(), waiting);
        }
        let Some(written) = self.written.get_mut(&(from, to)) else {
            return;
        };
        if stored {
            for same in written.iter_mut().filter(|written| written.text == text) {
                same.stored = true;
            }
        } else if self.doubted.contains(&text) {
            // The end of the process before it was taken back leaves it there.
            self.release(from, to, |written| written == text);
        } else {
            written.retain(|written| written.text != text);
        }
    }

    /// A disk has stored a change, and says that it has not.
    pub fn doubt(&mut self, change: &Change) {
        if let Change::Thread(_, records) = change {
            let own = records.iter().map(|record| &record.message);
            let own = own.filter(|message| message.origin == Origin::Own);
            self.doubted.extend(own.map(|message| message.text.clone()));
        }
    }

    /// A text is shown at its receiver.
    pub fn arrived(&mut self, text: &str) {
        self.outbox.remove(text);
    }

    /// Whether nothing is promised for a text.
    #[must_use]
    pub fn is_free(&self, from: usize, to: usize, text: &str) -> bool {
        let mut written = self.written.get(&(from, to)).into_iter().flatten();
        written.any(|written| written.text == text && written.free)
    }

    /// From now on nothing is promised for the texts that `which` selects.
    pub fn release(&mut self, from: usize, to: usize, which: impl Fn(&str) -> bool) {
        let written = self.written.get_mut(&(from, to));
        for written in written.into_iter().flatten().filter(|w| which(&w.text)) {
            written.free = true;
            self.outbox.remove(&written.text);
        }
    }
}
