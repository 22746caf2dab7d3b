//! What is signed at the moment: one signature a slot, however many ask.

use crate::clock::Clock;
use axum::http::HeaderValue;
use mesh_chat::beacon::{Audience, Slots, header};
use mesh_chat::crypto::Identity;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Signs slots for one audience.
pub struct Signer {
    pen: Pen,
    clock: Clock,
    sheet: Mutex<Arc<Sheet>>,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").finish_non_exhaustive()
    }
}

/// What it takes to sign.
struct Pen {
    identity: Identity,
    audience: Audience,
    slots: Slots,
}

/// A slot and the next one, signed.
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
    /// Returns a signer that has signed the first sheet already.
    pub fn new(identity: Identity, audience: Audience, slots: Slots, clock: Clock) -> Self {
        let pen = Pen {
            identity,
            audience,
            slots,
        };
        let sheet = pen.sheet(slots.at(clock()), None);
        Self {
            pen,
            clock,
            sheet: Mutex::new(Arc::new(sheet)),
        }
    }

    /// Returns what is given now.
    pub fn page(&self) -> Page {
        let (now, slots) = ((self.clock)(), self.pen.slots);
        let sheet = self.sheet(slots.at(now));
        let end = slots.end(sheet.number);
        let next_from = end.saturating_sub(slots.lead());
        let is_near = now >= next_from;
        Page {
            current: sheet.current.clone(),
            next: is_near.then(|| sheet.next.clone()),
            fresh: if is_near { end } else { next_from }.saturating_sub(now) / 1_000,
        }
    }

    fn sheet(&self, number: u64) -> Arc<Sheet> {
        let mut sheet = self.sheet.lock().unwrap_or_else(PoisonError::into_inner);
        if sheet.number != number {
            *sheet = Arc::new(self.pen.sheet(number, Some(&sheet)));
            tracing::info!(slot = self.pen.slots.name(number), "signed");
        }
        Arc::clone(&sheet)
    }
}

impl Pen {
    /// Signs a sheet. What the sheet `before` has signed already is taken from there.
    fn sheet(&self, number: u64, before: Option<&Sheet>) -> Sheet {
        let before = before.filter(|before| before.number.saturating_add(1) == number);
        let known = before.map(|before| before.next.clone());
        Sheet {
            number,
            current: known.unwrap_or_else(|| self.header(number)),
            next: self.header(number.saturating_add(1)),
        }
    }

    fn header(&self, number: u64) -> HeaderValue {
        let header = header(&self.identity, &self.audience, &self.slots.name(number));
        #[expect(clippy::expect_used, reason = "a header is printable ASCII")]
        HeaderValue::try_from(header).expect("ASCII")
    }
}
