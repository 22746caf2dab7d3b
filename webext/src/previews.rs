//! Backups that views look at: one each, and where its chats wait is known by a name that no other one has.

use std::collections::BTreeMap;

/// What a view looks at; `None` while that is being opened.
struct Preview<T> {
    name: String,
    opened: Option<T>,
}

/// What each view looks at.
pub struct Previews<T> {
    of: BTreeMap<u32, Preview<T>>,
}

impl<T> Default for Previews<T> {
    fn default() -> Self {
        let of = BTreeMap::new();
        Self { of }
    }
}

impl<T> Previews<T> {
    /// A view opens another backup. Returns the name of the one of before, which is to be forgotten.
    pub fn begin(&mut self, view: u32, name: String) -> Option<String> {
        let preview = Preview { name, opened: None };
        self.of.insert(view, preview).map(|before| before.name)
    }

    /// A backup is open. Returns whether its view still waits for it: else it is to be forgotten.
    pub fn open(&mut self, view: u32, name: &str, opened: T) -> bool {
        let mut waiting = self.of.get_mut(&view).filter(|one| one.name == name);
        if let Some(preview) = &mut waiting {
            preview.opened = Some(opened);
        }
        waiting.is_some()
    }

    /// A backup could not be opened: its view may look at nothing, or at another one by now.
    pub fn fail(&mut self, view: u32, name: &str) {
        if self.of.get(&view).is_some_and(|one| one.name == name) {
            self.of.remove(&view);
        }
    }

    /// Takes what a view looks at.
    pub fn take(&mut self, view: u32) -> Option<(String, T)> {
        let is_open = self.of.get(&view)?.opened.is_some();
        let preview = is_open.then(|| self.of.remove(&view)).flatten()?;
        Some((preview.name, preview.opened?))
    }

    /// A view looks at nothing any more. Returns the name of what is to be forgotten.
    pub fn close(&mut self, view: u32) -> Option<String> {
        self.of.remove(&view).map(|preview| preview.name)
    }
}

#[cfg(test)]
mod tests {
    use super::Previews;

    fn begun(all: &[(u32, &str)]) -> Previews<u8> {
        let mut previews = Previews::default();
        for (view, name) in all {
            assert_eq!(previews.begin(*view, (*name).to_owned()), None);
        }
        previews
    }

    #[test]
    fn each_view_takes_what_it_has_opened_itself() {
        let mut previews = begun(&[(1, "a"), (2, "b")]);
        assert!(previews.open(1, "a", 10));
        previews.fail(2, "b");
        assert_eq!(previews.take(2), None);
        assert_eq!(previews.take(1), Some(("a".to_owned(), 10)));
        assert_eq!(previews.take(1), None);
    }

    #[test]
    fn what_is_still_being_opened_is_not_taken() {
        let mut previews = begun(&[(1, "a")]);
        assert_eq!(previews.take(1), None);
        assert!(previews.open(1, "a", 10));
        assert!(previews.take(1).is_some());
    }

    #[test]
    fn what_opens_for_a_view_that_is_gone_or_looks_at_another_one_is_forgotten() {
        let mut previews = begun(&[(1, "a"), (2, "b")]);
        assert_eq!(previews.close(1).as_deref(), Some("a"));
        assert!(!previews.open(1, "a", 10));
        assert_eq!(previews.begin(2, "c".to_owned()).as_deref(), Some("b"));
        assert!(!previews.open(2, "b", 20));
        previews.fail(2, "b");
        assert!(previews.open(2, "c", 30));
    }
}
