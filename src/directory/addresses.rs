//! Where this device is: its public addresses, and when to look them up.

use crate::address::Addresses;
use crate::clock::Mono;
use crate::context::Context;
use crate::io::Output;
use crate::limits::ADDRESS_CHECK;
use crate::why::{Deadline, Why};
use pace::Backoff;
use std::time::Duration;

/// The waits after look-ups that gave no address.
const RETRY: Backoff = Backoff::new(Duration::from_secs(5), ADDRESS_CHECK);

/// The addresses as last looked up.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    found: Addresses,
    /// The last look-up gave no address.
    nothing_found: bool,
    failures: u32,
    at: Option<Mono>,
}

impl Lookup {
    pub(super) fn found(&self) -> &Addresses {
        &self.found
    }

    pub(super) fn found_nothing(&self) -> bool {
        self.nothing_found
    }

    /// Returns when the next look-up is.
    pub(super) fn at(&self) -> Option<Mono> {
        self.at
    }

    pub(super) fn begin(&mut self, ctx: &mut Context) {
        ctx.emit(Output::LookUpAddress);
        self.at = Some(ctx.now.mono + ADDRESS_CHECK);
    }

    pub(super) fn stop(&mut self) {
        self.at = None;
    }

    /// Forgets on which networks this device was.
    pub(super) fn forget(&mut self) {
        self.found = Addresses::default();
    }

    pub(super) fn forget_failures(&mut self) {
        self.failures = 0;
    }

    /// Takes the addresses that were found. Returns whether there are any.
    pub(super) fn take(&mut self, ctx: &Context, found: Addresses) -> bool {
        self.nothing_found = found.networks().is_empty();
        self.found = found;
        let wait = if self.nothing_found {
            let wait = RETRY.doubled(self.failures);
            self.failures = self.failures.saturating_add(1);
            wait
        } else {
            self.failures = 0;
            ADDRESS_CHECK
        };
        self.at = Some(ctx.now.mono + wait);
        !self.nothing_found
    }

    pub(super) fn due(&self) -> Option<Deadline> {
        self.at.map(|at| Why::AddressCheck.at(at))
    }
}
