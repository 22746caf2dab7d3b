//! Files step back for texts: a device that sends as fast as it can takes several times as long for all else.

use crate::browser::clock::now;
use crate::browser::timer::sleep;
use mesh_chat::Mono;
use std::cell::Cell;
use std::time::Duration;

/// How long after a text nothing more of a file is sent: what a text takes to the other device and back.
const LULL: Duration = Duration::from_millis(100);

/// Until when files step back.
#[derive(Default)]
pub(super) struct Lull(Cell<Option<Mono>>);

impl Lull {
    /// Begins.
    pub(super) fn begin(&self) {
        self.0.set(Some(now().mono + LULL));
    }

    /// Waits until it should be over, and not for what comes meanwhile: whoever writes without end does not stop a file.
    pub(super) async fn over(&self) {
        let now = now().mono;
        if let Some(until) = self.0.get().filter(|until| *until > now) {
            sleep(until.since(now)).await;
        }
    }
}
