//! When the person is told of requests: of one at once, of those that follow together.

use crate::clock::Mono;
use crate::limits::REQUEST_NOTICE;
use crate::values::RequestId;

/// A request of a stranger that waits for the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::node) struct Asking {
    pub(in crate::node) request: RequestId,
    /// The announced name.
    pub(in crate::node) name: String,
    /// The contact whose name it looks like.
    pub(in crate::node) resembles: Option<String>,
}

/// The requests the person was told of lately, and those they were not told of yet.
#[derive(Debug, Default)]
pub(super) struct Requests {
    /// When the person was last told of requests.
    told: Option<Mono>,
    /// Those that came since. No more than may wait for the person.
    held: Vec<Asking>,
    /// Those that were told of as a number and still wait.
    counted: Vec<RequestId>,
}

impl Requests {
    /// Takes a request that came. Returns it where the person is to be told now.
    pub(super) fn came(&mut self, now: Mono, asking: Asking) -> Option<Asking> {
        if self
            .told
            .is_some_and(|told| now.since(told) < REQUEST_NOTICE)
        {
            self.held.push(asking);
            return None;
        }
        self.told = Some(now);
        Some(asking)
    }

    /// Forgets a request that waits no longer. Returns whether it was the last of those that were told
    /// of as a number.
    pub(super) fn gone(&mut self, request: &RequestId) -> bool {
        self.held.retain(|asking| asking.request != *request);
        let some = !self.counted.is_empty();
        self.counted.retain(|counted| counted != request);
        some && self.counted.is_empty()
    }

    /// Takes those that were held back, once it is their turn.
    pub(super) fn take_due(&mut self, now: Mono) -> Option<Vec<Asking>> {
        self.due().filter(|at| now >= *at)?;
        self.told = Some(now);
        let held = std::mem::take(&mut self.held);
        if held.len() > 1 {
            let counted = held.iter().map(|asking| asking.request.clone());
            self.counted.extend(counted);
        }
        Some(held)
    }

    pub(super) fn due(&self) -> Option<Mono> {
        let told = self.told.filter(|_| !self.held.is_empty())?;
        Some(told + REQUEST_NOTICE)
    }
}
