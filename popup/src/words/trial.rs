//! What a test of the connection has found, in words: one sentence, and one thing to do.

use super::Tone;
use crate::i18n::Text;
use ipc::{Part, Trial};

/// Returns the parts of a test, in the order in which they matter: what it is, how it is, and the class for
/// that.
pub(crate) fn parts(trial: &Trial) -> [(Text, Text, &'static str); 7] {
    let part = |name, part| match part {
        Part::Works => (name, Text::TestWorks, "good"),
        Part::Fails => (name, Text::TestFails, "bad"),
        Part::Unset => (name, Text::TestUnset, "off"),
    };
    // Many a network has one family only, and that is enough.
    let family = |name, seen| {
        if seen {
            (name, Text::TestWorks, "good")
        } else {
            (name, Text::TestNone, "off")
        }
    };
    [
        part(Text::ConnectionServer, trial.signalling),
        part(Text::TestStun, trial.stun),
        part(Text::TestTurn, trial.turn),
        family(Text::TestV4, trial.v4),
        family(Text::TestV6, trial.v6),
        part(Text::TestEcho, trial.echo),
        part(Text::Beacon, trial.beacon),
    ]
}

/// Returns what a test comes to, and what to do: about the worst that was found.
pub(crate) fn verdict(trial: &Trial) -> (Text, Text) {
    let Trial {
        webrtc,
        udp,
        v4,
        v6,
        signalling,
        stun,
        turn,
        echo,
        beacon,
    } = *trial;
    let addressed = v4 || v6;
    match (signalling, turn) {
        _ if !webrtc => (Text::VerdictNoWebRtc, Text::DoWebRtc),
        (Part::Works, _) if beacon == Part::Fails => (Text::VerdictBeacon, Text::DoBeacon),
        (Part::Works, Part::Works) if !udp => (Text::VerdictRelayOnly, Text::DoNothing),
        (Part::Works, _) if !udp => (Text::VerdictNoUdp, Text::DoTurn),
        (Part::Works, _) if !addressed => (Text::VerdictNoAddress, Text::DoStun),
        (Part::Works, Part::Fails) => (Text::VerdictTurn, Text::DoCheckTurn),
        (Part::Works, _) if stun != Part::Works => (Text::VerdictStun, Text::DoStun),
        (Part::Works, Part::Unset) => (Text::VerdictGood, Text::DoPerhapsTurn),
        (Part::Works, Part::Works) => (Text::VerdictGood, Text::DoNothing),
        _ if stun == Part::Works || echo == Part::Works => {
            (Text::VerdictSignalling, Text::DoSignalling)
        }
        _ => (Text::VerdictOffline, Text::DoOnline),
    }
}

/// Returns how good it is what a test comes to.
pub(crate) fn verdict_tone(sentence: Text) -> Tone {
    let limited = [Text::VerdictRelayOnly, Text::VerdictStun, Text::VerdictTurn];
    if sentence == Text::VerdictGood {
        Tone::Good
    } else if limited.contains(&sentence) {
        Tone::Busy
    } else {
        Tone::Bad
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Part::{Fails, Unset, Works};

    const GOOD: Trial = Trial {
        webrtc: true,
        udp: true,
        v4: true,
        v6: false,
        signalling: Works,
        stun: Works,
        turn: Unset,
        echo: Works,
        beacon: Unset,
    };

    #[test]
    fn a_test_ends_with_one_sentence_and_one_thing_to_do() {
        let cases = [
            (GOOD, Text::VerdictGood, Text::DoPerhapsTurn),
            (
                Trial {
                    turn: Works,
                    ..GOOD
                },
                Text::VerdictGood,
                Text::DoNothing,
            ),
            (
                Trial {
                    echo: Fails,
                    ..GOOD
                },
                Text::VerdictGood,
                Text::DoPerhapsTurn,
            ),
            (
                Trial {
                    turn: Fails,
                    ..GOOD
                },
                Text::VerdictTurn,
                Text::DoCheckTurn,
            ),
            (
                Trial {
                    stun: Fails,
                    ..GOOD
                },
                Text::VerdictStun,
                Text::DoStun,
            ),
            (
                Trial {
                    beacon: Fails,
                    ..GOOD
                },
                Text::VerdictBeacon,
                Text::DoBeacon,
            ),
            (
                Trial {
                    signalling: Fails,
                    ..GOOD
                },
                Text::VerdictSignalling,
                Text::DoSignalling,
            ),
            (
                Trial { udp: false, ..GOOD },
                Text::VerdictNoUdp,
                Text::DoTurn,
            ),
            (
                Trial {
                    udp: false,
                    turn: Works,
                    ..GOOD
                },
                Text::VerdictRelayOnly,
                Text::DoNothing,
            ),
            (
                Trial {
                    webrtc: false,
                    ..GOOD
                },
                Text::VerdictNoWebRtc,
                Text::DoWebRtc,
            ),
            (
                Trial {
                    v4: false,
                    stun: Fails,
                    echo: Fails,
                    ..GOOD
                },
                Text::VerdictNoAddress,
                Text::DoStun,
            ),
            (
                Trial {
                    v4: false,
                    signalling: Fails,
                    stun: Fails,
                    echo: Fails,
                    ..GOOD
                },
                Text::VerdictOffline,
                Text::DoOnline,
            ),
        ];
        for (trial, sentence, to_do) in cases {
            assert_eq!(verdict(&trial), (sentence, to_do), "{trial:?}");
        }
    }
}
