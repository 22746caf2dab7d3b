//! Problems that no view has shown yet.

use crate::context::Context;
use crate::limits::ALERTS;
use crate::view::{Alert, Event};

/// The problems that wait to be shown, oldest first; each of them once.
#[derive(Debug, Default)]
pub(super) struct Alerts(Vec<Alert>);

impl Alerts {
    /// Tells the open views of a problem; where none is `visible`, it waits for one too. When too many
    /// wait, the oldest one goes: a view shows no more.
    pub(super) fn raise(&mut self, ctx: &mut Context, alert: Alert, visible: bool) {
        if self.0.contains(&alert) {
            return;
        }
        if !visible {
            if self.0.len() >= ALERTS {
                self.0.remove(0);
            }
            self.0.push(alert.clone());
        }
        ctx.event(Event::Alert(alert));
    }

    /// Tells everything that waits.
    pub(super) fn tell(&self, ctx: &mut Context) {
        for alert in &self.0 {
            ctx.event(Event::Alert(alert.clone()));
        }
    }

    /// Forgets what waited: a view that has all of it is visible.
    pub(super) fn shown(&mut self) {
        self.0.clear();
    }
}
