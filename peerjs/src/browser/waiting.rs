//! Tasks that wait for the same thing.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// Those who wait.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    wakers: RefCell<Vec<Waker>>,
    /// How often it has happened.
    times: Cell<u32>,
}

impl Waiting {
    /// Waits until it happens the next time.
    pub(super) async fn wait(&self) {
        let before = self.times.get();
        poll_fn(|context| {
            if self.times.get() != before {
                return Poll::Ready(());
            }
            self.wakers.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// It happens.
    pub(super) fn wake(&self) {
        self.times.set(self.times.get().wrapping_add(1));
        self.wakers.take().into_iter().for_each(Waker::wake);
    }
}
