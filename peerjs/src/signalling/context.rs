//! What every step of the signalling needs besides its own state.

use crate::event::Event;
use crate::io::Output;
use crate::random::Random;
use std::collections::VecDeque;
use std::time::Duration;

/// The clock, the random source, and where outputs go.
pub(crate) struct Context<'a> {
    pub(crate) now: Duration,
    pub(crate) random: &'a mut Random,
    pub(crate) out: &'a mut VecDeque<Output>,
}

impl Context<'_> {
    /// Reports an event, where there is one.
    pub(crate) fn event(&mut self, event: impl Into<Option<Event>>) {
        self.out.extend(event.into().map(Output::Event));
    }
}
