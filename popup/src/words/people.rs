//! What is known of people and messages, in words.

use super::name::isolate;
use crate::i18n::{Plural, Text, count, fill, t};
use ipc::{Asked, Connected, MessageState, Ping, Presence, Reach, Special, UnixMillis, Way};

/// Returns "2 unread messages".
pub(crate) fn unread_count(unread: u32) -> String {
    count(unread.into(), Plural::Unread)
}

/// Returns "12 contacts imported".
pub(crate) fn imported_count(contacts: u32) -> String {
    count(contacts.into(), Plural::Imported)
}

/// Returns where somebody is seen.
pub(crate) fn presence(presence: Presence) -> Text {
    match presence {
        Presence::OnNetwork => Text::OnNetwork,
        Presence::ClaimsNetwork => Text::ClaimsNetwork,
        Presence::Online => Text::Online,
        Presence::Offline => Text::Offline,
    }
}

/// Returns the state of a request to a stranger.
pub(crate) fn asked(asked: Asked) -> Option<Text> {
    match asked {
        Asked::No => None,
        Asked::Connecting => Some(Text::AskedConnecting),
        Asked::Waiting => Some(Text::AskedWaiting),
        Asked::NotAccepted => Some(Text::AskedNotAccepted),
        Asked::Unreachable => Some(Text::AskedUnreachable),
        Asked::NoPath => Some(Text::AskedNoPath),
        Asked::Failed => Some(Text::AskedFailed),
    }
}

/// Returns what a Ping said.
pub(crate) fn ping(ping: Ping) -> Text {
    match ping {
        Ping::Trying => Text::PingTrying,
        Ping::Online => Text::PingOnline,
        Ping::Unreachable => Text::PingUnreachable,
        Ping::NoPath => Text::PingNoPath,
        Ping::SomebodyElse => Text::PingSomebodyElse,
    }
}

/// Returns which way messages to a contact take, and how long one took there and back.
pub(crate) fn connected(connected: Connected) -> String {
    let way = t(match connected.way {
        Way::SameNetwork => Text::WaySameNetwork,
        Way::Direct => Text::WayDirect,
        Way::Relayed => Text::WayRelayed,
    });
    let trip = connected
        .round_trip
        .map(|millis| fill(Text::RoundTrip, &[&millis.max(1).to_string()]));
    let away = connected.away.then(|| t(Text::ContactAway));
    let parts = away.into_iter().chain([way]).chain(trip);
    parts.collect::<Vec<_>>().join(" · ")
}

/// Returns the state of a message, and the class for it; nothing for one of the contact that is stored.
pub(crate) fn message_state(state: MessageState) -> Option<(Text, &'static str)> {
    match state {
        MessageState::Arriving => Some((Text::Arriving, "arriving")),
        MessageState::Received => None,
        MessageState::Waiting => Some((Text::Waiting, "waiting")),
        MessageState::Sent => Some((Text::Sent, "sent")),
        MessageState::Delivered => Some((Text::Delivered, "delivered")),
        MessageState::Read => Some((Text::Read, "read")),
        MessageState::NotSent => Some((Text::MessageNotSent, "close")),
    }
}

/// Returns when somebody was last connected.
pub(crate) fn last_seen(seen: Option<UnixMillis>, now: UnixMillis) -> String {
    const MINUTE: u64 = 60_000;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let Some(seen) = seen else {
        return t(Text::SeenNever);
    };
    match now.saturating_sub(seen) {
        ago if ago < MINUTE => t(Text::SeenNow),
        ago if ago < HOUR => fill(Text::SeenMinutes, &[&(ago / MINUTE).to_string()]),
        ago if ago < DAY => fill(Text::SeenHours, &[&(ago / HOUR).to_string()]),
        ago => count(ago / DAY, Plural::SeenDays),
    }
}

/// Returns whether both have switched Special contact on; nothing where nobody has.
pub(crate) fn special(special: Special, name: &str) -> Option<String> {
    match special {
        Special::Off => None,
        Special::Wanted => Some(fill(Text::SpecialWanted, &[&isolate(name)])),
        Special::Offered => Some(fill(Text::SpecialOffered, &[&isolate(name)])),
        Special::On => Some(t(Text::SpecialOn)),
    }
}

/// Returns how a special contact is being found.
pub(crate) fn reach(reach: Reach) -> Text {
    match reach {
        Reach::Connected => Text::ReachConnected,
        Reach::Reconnecting => Text::ReachReconnecting,
        Reach::Recovering => Text::ReachRecovering,
        Reach::ProactiveUpdate => Text::ReachUpdating,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_a_contact_is_said_in_words() {
        let words = |way, round_trip| {
            connected(Connected {
                way,
                round_trip,
                away: false,
            })
        };
        assert_eq!(words(Way::Relayed, None), "relayed");
        assert_eq!(words(Way::Direct, Some(24)), "direct · 24 ms round trip");
        let shortest = words(Way::SameNetwork, Some(0));
        assert_eq!(shortest, "same network · 1 ms round trip");
        let away = Connected {
            way: Way::Direct,
            round_trip: None,
            away: true,
        };
        assert_eq!(connected(away), "away · direct");
    }

    #[test]
    fn last_seen_is_said_in_words() {
        let day = 86_400_000;
        for (ago, words) in [
            (0, "last seen just now"),
            (60_000, "last seen 1 min ago"),
            (3 * 3_600_000, "last seen 3 h ago"),
            (day, "last seen 1 day ago"),
            (40 * day, "last seen 40 days ago"),
        ] {
            assert_eq!(last_seen(Some(100 * day), 100 * day + ago), words);
        }
        assert_eq!(
            last_seen(Some(5), 0),
            "last seen just now",
            "a clock set back"
        );
        assert_eq!(last_seen(None, 0), "not seen yet");
    }
}
