//! Whether to interrupt the person, and what waits until they look: the one place that decides it.
//!
//! Other parts say what happened; here stand the rules. Nobody is told of what they are looking at.
//! Nothing rings in quiet hours, nor afterwards for what came in them: the badge and the lists say it.
//! [`requests`] of strangers ring once in five minutes, [`alerts`] wait until a view has shown them.
//! What was told is taken back once it is dealt with.

mod alerts;
mod requests;
#[cfg(test)]
mod tests;

pub(super) use requests::Asking;

use crate::clock::Mono;
use crate::config::{NotificationText, Settings};
use crate::context::Context;
use crate::limits::{JOIN_NOTICE, NOTIFIED_CHARS, SETTLING};
use crate::values::{ContactId, RequestId};
use crate::view::{About, Alert, Event, Notification};
use crate::why::{Deadline, Why};
use alerts::Alerts;
use requests::Requests;
use std::net::IpAddr;

/// A contact about whom there is something to tell.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) contact: ContactId,
    /// The saved name.
    pub(super) name: String,
    /// The person wants to hear nothing of them: they are muted, or blocked.
    pub(super) muted: bool,
    /// What notifications show of it, where that is another than in the settings.
    pub(super) text: Option<NotificationText>,
    /// When both accepted each other, if that was since the start.
    pub(super) accepted_at: Option<Mono>,
}

impl Subject {
    /// Returns what notifications show of the contact.
    fn shown(&self, settings: &Settings) -> NotificationText {
        self.text.unwrap_or(settings.notification_text)
    }
}

/// What is known of the person's attention, and what waits for it.
#[derive(Debug, Default)]
pub(super) struct Attention {
    /// The chats in front of the person, each shown in a visible view that has the focus.
    looked_at: Vec<ContactId>,
    /// Some view is visible.
    visible: bool,
    /// Since when this device is where it is.
    here_since: Option<Mono>,
    /// The public addresses there.
    place: Vec<IpAddr>,
    requests: Requests,
    alerts: Alerts,
}

impl Attention {
    /// Returns whether a chat is in front of the person.
    pub(super) fn is_looked_at(&self, contact: &ContactId) -> bool {
        self.looked_at.contains(contact)
    }

    /// Takes which chats are in front of the person now, and whether any view is visible at all. What
    /// waited has been shown by then: a view gets it before it says that it is visible.
    pub(super) fn watch(&mut self, ctx: &mut Context, looked_at: Vec<ContactId>, visible: bool) {
        let before = std::mem::replace(&mut self.looked_at, looked_at);
        self.visible = visible;
        if visible {
            self.alerts.shown();
        }
        for contact in self.looked_at.iter().filter(|now| !before.contains(now)) {
            withdraw(ctx, About::Chat(contact.clone()));
        }
    }

    /// Tells a new view what no view has shown yet.
    pub(super) fn attach(&self, ctx: &mut Context) {
        self.alerts.tell(ctx);
    }

    /// Tells the person of a problem: now, or when a view is visible next.
    pub(super) fn alert(&mut self, ctx: &mut Context, alert: Alert) {
        self.alerts.raise(ctx, alert, self.visible);
    }

    /// Notes that this device has just come, or come back: whoever is there was there before.
    pub(super) fn came(&mut self, now: Mono) {
        self.here_since = Some(now);
    }

    /// Takes the public addresses; with other ones this device has come to another network.
    pub(super) fn at(&mut self, now: Mono, place: impl Iterator<Item = IpAddr>) {
        let place: Vec<IpAddr> = place.collect();
        if place.iter().any(|address| !self.place.contains(address)) {
            self.came(now);
        }
        self.place = place;
    }

    /// Tells of a message, unless its chat is in front of the person.
    pub(super) fn message(
        &self,
        ctx: &mut Context,
        settings: &Settings,
        from: Subject,
        text: &str,
    ) {
        if from.muted || self.looked_at.contains(&from.contact) {
            return;
        }
        let shown = from.shown(settings);
        let with_text = shown == NotificationText::NameAndText;
        let message = Notification::Message {
            name: named(shown, from.name),
            contact: from.contact,
            text: with_text.then(|| beginning(text)),
        };
        notify(ctx, settings, message);
    }

    /// Tells that a contact has joined this network: not in the first minute here, as they were there
    /// before, and not of somebody with whom the person has just become acquainted.
    pub(super) fn joined(&self, ctx: &mut Context, settings: &Settings, who: Subject) {
        let now = ctx.now.mono;
        let within = |at: Option<Mono>, time| at.is_some_and(|at| now.since(at) < time);
        if who.muted || within(self.here_since, SETTLING) || within(who.accepted_at, JOIN_NOTICE) {
            return;
        }
        let joined = Notification::Joined {
            name: named(who.shown(settings), who.name),
            contact: who.contact,
        };
        notify(ctx, settings, joined);
    }

    /// Tells that somebody whom the person asked has accepted.
    pub(super) fn accepted(&self, ctx: &mut Context, settings: &Settings, who: Subject) {
        let accepted = Notification::Accepted {
            name: named(who.shown(settings), who.name),
            contact: who.contact,
        };
        notify(ctx, settings, accepted);
    }

    /// Tells of a request, now or with others later.
    pub(super) fn asked(&mut self, ctx: &mut Context, settings: &Settings, asking: Asking) {
        if !interrupts(ctx, settings) {
            return;
        }
        if let Some(asking) = self.requests.came(ctx.now.mono, asking) {
            notify(ctx, settings, about_request(settings, asking));
        }
    }

    /// Notes that a request waits no longer.
    pub(super) fn answered(&mut self, ctx: &mut Context, request: RequestId) {
        if self.requests.gone(&request) {
            withdraw(ctx, About::Requests);
        }
        withdraw(ctx, About::Request(request));
    }

    /// Notes that nothing in a chat is unread any more, that its newest message is gone, or that its contact is gone.
    pub(super) fn read(&self, ctx: &mut Context, contact: ContactId) {
        withdraw(ctx, About::Chat(contact));
    }

    /// Tells of the requests that had to wait for their turn.
    pub(super) fn timeout(&mut self, ctx: &mut Context, settings: &Settings) {
        let Some(mut held) = self.requests.take_due(ctx.now.mono) else {
            return;
        };
        let notification = match (held.len(), held.pop()) {
            (1, Some(only)) => about_request(settings, only),
            (count, _) => Notification::Requests {
                count: u32::try_from(count).unwrap_or(u32::MAX),
            },
        };
        notify(ctx, settings, notification);
    }

    pub(super) fn due(&self) -> Option<Deadline> {
        self.requests.due().map(|at| Why::Notice.at(at))
    }
}

/// Returns whether the person wants to be told anything now.
fn interrupts(ctx: &Context, settings: &Settings) -> bool {
    let now = ctx.now.minute_of_day();
    let quiet = settings.quiet_hours.is_some_and(|hours| hours.contain(now));
    settings.notifications && (!quiet || planted!(QuietHoursRing))
}

/// Tells the person, if they want to be told anything now.
fn notify(ctx: &mut Context, settings: &Settings, notification: Notification) {
    if interrupts(ctx, settings) {
        ctx.event(Event::Notify(notification));
    }
}

/// Takes back what was told. It may be there from before the start, so nobody keeps count.
fn withdraw(ctx: &mut Context, about: About) {
    ctx.event(Event::Withdraw(about));
}

fn about_request(settings: &Settings, asking: Asking) -> Notification {
    Notification::Request {
        request: asking.request,
        name: named(settings.notification_text, asking.name),
        resembles: asking.resembles,
    }
}

/// Returns a name, if notifications may show one.
fn named(shown: NotificationText, name: String) -> Option<String> {
    match shown {
        NotificationText::NameAndText | NotificationText::NameOnly => Some(name),
        NotificationText::Neither => None,
    }
}

/// Returns the beginning of a text: systems keep what they have shown.
fn beginning(text: &str) -> String {
    match text.char_indices().nth(NOTIFIED_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
