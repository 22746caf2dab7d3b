//! What is signed at the moment: one signature a slot, however many ask.

use crate::Clock;
use axum::http::HeaderValue;
use mesh_chat::beacon::{Audience, Slots, header};
use mesh_chat::clock::UnixMillis;
use mesh_chat::crypto::Identity;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Signs slots for one audience.
pub struct Signer {
    identity: Identity,
    audience: Audience,
    slots: Slots,
    clock: Clock,
    sheet: Mutex<Arc<Sheet>>,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").finish_non_exhaustive()
    }
}

/// A slot and the next one, signed.
#[derive(Debug)]
struct Sheet {
    number: u64,
    current: HeaderValue,
    next: HeaderValue,
}

/// What a caller is given at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The slot of now.
    pub current: HeaderValue,
    /// The next one, once it is near.
    pub next: Option<HeaderValue>,
    /// For how many seconds this page stays the same.
    pub fresh: u64,
}

impl Signer {
    /// Signs the first page at once.
    pub fn new(identity: Identity, audience: Audience, slots: Slots, clock: Clock) -> Self {
        let sheet = Sheet::sign(&identity, &audience, slots, slots.at(clock()));
        Self {
            identity,
            audience,
            slots,
            clock,
            sheet: Mutex::new(Arc::new(sheet)),
        }
    }

    /// What is given now.
    pub fn page(&self) -> Page {
        let now = (self.clock)();
        let sheet = self.sheet(self.slots.at(now));
        let (next_from, end) = self.turns(sheet.number);
        let is_near = now >= next_from;
        Page {
            current: sheet.current.clone(),
            next: is_near.then(|| sheet.next.clone()),
            fresh: if is_near { end } else { next_from }.saturating_sub(now) / 1_000,
        }
    }

    /// When the next slot is handed out too, and when it begins.
    fn turns(&self, number: u64) -> (UnixMillis, UnixMillis) {
        let end = self.slots.end(number);
        (end.saturating_sub(self.slots.lead()), end)
    }

    fn sheet(&self, number: u64) -> Arc<Sheet> {
        let mut sheet = self.sheet.lock().unwrap_or_else(PoisonError::into_inner);
        if sheet.number != number {
            *sheet = Arc::new(Sheet::sign(
                &self.identity,
                &self.audience,
                self.slots,
                number,
            ));
            tracing::info!(slot = self.slots.name(number), "signed");
        }
        Arc::clone(&sheet)
    }
}

impl Sheet {
    fn sign(identity: &Identity, audience: &Audience, slots: Slots, number: u64) -> Self {
        let signed = |number| {
            let header = header(identity, audience, &slots.name(number));
            #[expect(clippy::expect_used, reason = "a header is printable ASCII")]
            HeaderValue::try_from(header).expect("ASCII")
        };
        Self {
            number,
            current: signed(number),
            next: signed(number.saturating_add(1)),
        }
    }
}
