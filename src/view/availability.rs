//! How much of the network a person wants to be on.

use crate::clock::UnixMillis;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long there is no input before its person is away.
pub const AWAY_AFTER: Duration = Duration::from_secs(10 * 60);

/// How much of the network this device is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Availability {
    /// Everybody on the network sees it, contacts reach it.
    #[default]
    Here,
    /// As [`Here`](Self::Here), and contacts are told that its person is away.
    Away,
    /// It is in no registry, so that only contacts see and reach it.
    ContactsOnly,
    /// Every connection is closed, and nothing is sent.
    Off {
        /// When that ends by itself; `None` is never.
        until: Option<UnixMillis>,
    },
}

impl Availability {
    /// Returns whether nothing is sent.
    pub const fn is_off(self) -> bool {
        matches!(self, Self::Off { .. })
    }

    /// Returns whether this device is in no registry.
    pub const fn is_unlisted(self) -> bool {
        match self {
            Self::Here | Self::Away => false,
            Self::ContactsOnly | Self::Off { .. } => true,
        }
    }
}

/// What a person chooses of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Choice {
    /// [`Availability::Here`].
    Here,
    /// [`Availability::Away`], also while there is input.
    Away,
    /// [`Availability::ContactsOnly`].
    ContactsOnly,
    /// [`Availability::Off`].
    Off(OffFor),
    /// The end of it: what was chosen before.
    On,
}

/// For how long a person wants to be off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OffFor {
    /// One hour.
    Hour,
    /// Until a moment, as until tomorrow morning: a calendar says when that is, which the engine does not have.
    Until(UnixMillis),
    /// Until they say so.
    Ever,
}
