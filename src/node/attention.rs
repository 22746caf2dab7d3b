//! Whether to interrupt the person: the one place that decides it.

use crate::config::Settings;
use crate::context::Context;
use crate::view::{Event, Notification};

/// What is known of the person's attention.
#[derive(Debug, Default)]
pub(super) struct Attention {
    /// Some view is visible.
    watched: bool,
}

impl Attention {
    pub(super) fn set_watched(&mut self, watched: bool) {
        self.watched = watched;
    }

    /// Returns whether a message is told of: a visible view shows it already.
    pub(super) fn wants_message(&self, muted: bool) -> bool {
        !self.watched && !muted
    }

    /// Tells the person, if they want to be told at all.
    pub(super) fn notify(ctx: &mut Context, settings: &Settings, notification: Notification) {
        if settings.notifications {
            ctx.event(Event::Notify(notification));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Attention;

    #[test]
    fn a_visible_view_and_a_muted_contact_need_no_notification() {
        let mut attention = Attention::default();
        assert!(attention.wants_message(false));
        assert!(!attention.wants_message(true));
        attention.set_watched(true);
        assert!(!attention.wants_message(false));
    }
}
