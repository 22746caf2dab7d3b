//! What a service has seen so far, with waiting for what it has not seen yet.

use anyhow::{Result, bail};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A growing list that threads add to and tests wait on.
pub struct Tally<T> {
    shared: Arc<(Mutex<Vec<T>>, Condvar)>,
}

impl<T> Clone for Tally<T> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<T> Default for Tally<T> {
    fn default() -> Self {
        Self {
            shared: Arc::default(),
        }
    }
}

impl<T: Clone> Tally<T> {
    /// Adds one.
    pub fn add(&self, item: T) {
        self.lock().push(item);
        self.shared.1.notify_all();
    }

    /// Returns how many there are so far.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Returns whether there is nothing so far.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns everything so far.
    pub fn all(&self) -> Vec<T> {
        self.lock().clone()
    }

    /// Forgets what was, so that waiting means what comes next.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Waits for the first item for which `wanted` holds, among those that are there or come.
    pub fn wait(&self, what: &str, limit: Duration, wanted: impl Fn(&T) -> bool) -> Result<T> {
        self.watch(what, limit, |items| {
            items.iter().find(|item| wanted(item)).cloned()
        })
    }

    /// Waits until all that was seen, together, gives something.
    pub fn watch<Found>(
        &self,
        what: &str,
        limit: Duration,
        found: impl Fn(&[T]) -> Option<Found>,
    ) -> Result<Found> {
        let end = Instant::now() + limit;
        let mut items = self.lock();
        loop {
            if let Some(found) = found(&items) {
                return Ok(found);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                bail!("not seen within {limit:?}: {what}");
            }
            items = match self.shared.1.wait_timeout(items, left) {
                Ok((items, _)) => items,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<T>> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;
    use std::time::Duration;

    #[test]
    fn waiting_ends_with_the_first_item_that_is_wanted() {
        let tally = Tally::default();
        let adder = tally.clone();
        let thread = std::thread::spawn(move || (1..5).for_each(|number| adder.add(number)));
        let limit = Duration::from_secs(5);
        assert_eq!(
            tally.wait("three", limit, |number| *number >= 3).unwrap(),
            3
        );
        thread.join().unwrap();
    }

    #[test]
    fn waiting_in_vain_says_for_what() {
        let error = Tally::<u8>::default().wait("rain", Duration::from_millis(1), |_| true);
        assert!(error.unwrap_err().to_string().contains("rain"));
    }
}
