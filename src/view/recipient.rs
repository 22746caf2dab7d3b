//! Who gets an event.

use super::{About, Badge, ContactId, Event, Message, Notification, Progress, Recent};

/// Who gets an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient<'a> {
    /// Every open view.
    EveryView,
    /// The views that have asked for the chat with this contact.
    ViewsOfChat(&'a ContactId),
    /// The supervisor, also while no view is open.
    Supervisor(Duty<'a>),
}

/// What the supervisor has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty<'a> {
    /// Show a notification.
    Notify(&'a Notification),
    /// Take back the notification about this, if there is one.
    Withdraw(&'a About),
    /// Show this on the toolbar button.
    Badge(Badge),
    /// Offer these contacts in the menu of other pages, in the place of those before.
    Recent(&'a [Recent]),
}

impl Event {
    /// Returns who gets the event.
    pub fn recipient(&self) -> Recipient<'_> {
        match self {
            Self::Message(Message { contact, .. })
            | Self::Amended(Message { contact, .. })
            | Self::MessagesGone { contact, .. }
            | Self::Cleared { contact, .. }
            | Self::Progress(Progress { contact, .. }) => Recipient::ViewsOfChat(contact),
            Self::Notify(notification) => Recipient::Supervisor(Duty::Notify(notification)),
            Self::Withdraw(about) => Recipient::Supervisor(Duty::Withdraw(about)),
            Self::Badge(badge) => Recipient::Supervisor(Duty::Badge(*badge)),
            Self::Recent(recent) => Recipient::Supervisor(Duty::Recent(recent)),
            Self::Profile(_)
            | Self::Status(_)
            | Self::Person(_)
            | Self::PersonGone(_)
            | Self::Request(_)
            | Self::RequestGone(_)
            | Self::Invite(_)
            | Self::InviteGone(_)
            | Self::Typing(_)
            | Self::Transfer(_)
            | Self::TransferGone(_)
            | Self::Settings(_)
            | Self::Alert(_)
            | Self::Introduction(_)
            | Self::IntroductionGone { .. }
            | Self::Ready => Recipient::EveryView,
        }
    }
}
