//! Frames as PeerServer 1.0.2 sends them, and hostile ones.

use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

const SDP: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
    m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:p0eQ\r\n\
    a=ice-pwd:E1Hp8DUpZ/OGOUCDRsxMYl47\r\na=fingerprint:sha-256 25:50:25:79:6C:67:07:5D:D0:46:0D:\
    98:D1:AD:5F:25:ED:CB:CB:3C:67:9E:A2:7A:3A:4D:40:21:1C:33:42:1F\r\na=setup:active\r\n\
    a=mid:0\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n";

/// A frame of ours as the server relays it.
fn relayed(frame: &str, src: &str) -> String {
    let mut frame: Value = serde_json::from_str(frame).unwrap();
    frame["src"] = src.into();
    frame.to_string()
}

fn parsed(frame: &str) -> Result<Relayed, FrameError> {
    let frame = ServerFrame::parse(&relayed(frame, "a-1"))?;
    let ServerFrame::Relayed { src, message } = frame else {
        panic!("{frame:?}")
    };
    assert_eq!(src, "a-1");
    Ok(message)
}

#[test]
fn the_servers_own_frames() {
    let cases = [
        (r#"{"type":"OPEN"}"#, ServerFrame::Open),
        (
            r#"{"type":"ID-TAKEN","payload":{"msg":"ID is taken"}}"#,
            ServerFrame::IdTaken,
        ),
        (
            r#"{"type":"ERROR","payload":{"msg":"Invalid key provided"}}"#,
            ServerFrame::Refused("Invalid key provided".into()),
        ),
        (
            r#"{"type":"INVALID-KEY"}"#,
            ServerFrame::Refused("refused".into()),
        ),
    ];
    for (text, frame) in cases {
        assert_eq!(ServerFrame::parse(text), Ok(frame), "{text}");
    }
}

#[test]
fn a_reason_is_bounded_and_without_control_characters() {
    let text = json!({"type": "ERROR", "payload": {"msg": format!("a\n{}", "ü".repeat(999))}});
    let Ok(ServerFrame::Refused(reason)) = ServerFrame::parse(&text.to_string()) else {
        panic!()
    };
    assert_eq!(reason.chars().count(), REASON_MAX);
    assert!(reason.starts_with("aü"));
}

#[test]
fn what_is_written_is_understood() {
    let Ok(Relayed::Answer {
        connection,
        description: Ok(_),
    }) = parsed(&answer("b", "dc_1", SDP))
    else {
        panic!()
    };
    assert_eq!(connection, "dc_1");
    let offered = SDP.replace("active", "actpass");
    assert!(matches!(
        parsed(&offer("b", "dc_1", &offered)),
        Ok(Relayed::Offer {
            description: Ok(_),
            ..
        })
    ));
    let text = "candidate:0 1 udp 1 10.0.0.1 9 typ host";
    let Ok(Relayed::Candidate { candidate, .. }) =
        parsed(&super::candidate("b", "dc_1", "0", text))
    else {
        panic!()
    };
    assert_eq!(candidate.to_string(), text);
    assert_eq!(
        parsed(&echo("a-1", "ff00")),
        Ok(Relayed::Echo("ff00".into()))
    );
}

#[test]
fn an_offer_has_the_form_of_stock_peerjs() {
    let frame: Value = serde_json::from_str(&offer("b", "dc_1", "v=0")).unwrap();
    let expected = json!({"type": "OFFER", "dst": "b", "payload": {
        "sdp": {"type": "offer", "sdp": "v=0"}, "type": "data", "connectionId": "dc_1",
        "label": "dc_1", "reliable": true, "serialization": "json"}});
    assert_eq!(frame, expected);
}

#[test]
fn absence_is_told_by_expire_and_leave() {
    for kind in ["EXPIRE", "LEAVE"] {
        let text = json!({"type": kind, "src": "a-1", "dst": "b"}).to_string();
        let message = Relayed::Absent;
        assert_eq!(
            ServerFrame::parse(&text),
            Ok(ServerFrame::Relayed {
                src: "a-1".into(),
                message
            })
        );
    }
}

/// An offer with one field of its payload replaced.
fn offer_with(field: &str, value: Value) -> String {
    let mut frame: Value = serde_json::from_str(&offer("b", "dc_1", SDP)).unwrap();
    frame["payload"][field] = value;
    frame.to_string()
}

#[test]
fn offers_of_another_kind_are_passed_over() {
    use FrameError::{Malformed, NotInUse};
    let cases = [
        ("serialization", json!("binary"), NotInUse),
        ("serialization", json!(null), Malformed),
        ("type", json!("media"), NotInUse),
        ("reliable", json!("yes"), Malformed),
        ("label", json!("a\nb"), Malformed),
        ("label", json!("l".repeat(LABEL_MAX + 1)), Malformed),
        ("connectionId", json!(""), Malformed),
        ("connectionId", json!("a b"), Malformed),
        ("connectionId", json!("c".repeat(LABEL_MAX + 1)), Malformed),
        ("connectionId", json!(7), Malformed),
        ("sdp", json!({"type": "answer", "sdp": SDP}), Malformed),
        ("sdp", json!("v=0"), Malformed),
    ];
    for (field, value, error) in cases {
        assert_eq!(
            parsed(&offer_with(field, value.clone())),
            Err(error),
            "{field} {value}"
        );
    }
    // Whatever is in the metadata, it is not looked at.
    assert!(parsed(&offer_with("metadata", json!({"a": [1, 2, 3]}))).is_ok());
}

#[test]
fn broken_frames_are_refused() {
    use FrameError::{Malformed, NotInUse, TooLong};
    let cases = [
        ("", Malformed),
        ("null", Malformed),
        ("[]", Malformed),
        ("{}", Malformed),
        (r#"{"type":7}"#, Malformed),
        (r#"{"type":"LEAVE"}"#, Malformed),
        (r#"{"type":"LEAVE","src":"a.b"}"#, Malformed),
        (r#"{"type":"OFFER","src":"a"}"#, Malformed),
        (
            r#"{"type":"CANDIDATE","src":"a","payload":{"type":"data","connectionId":"x"}}"#,
            Malformed,
        ),
        (r#"{"type":"WHATEVER","src":"a"}"#, NotInUse),
    ];
    for (text, error) in cases {
        assert_eq!(ServerFrame::parse(text), Err(error), "{text}");
    }
    let deep = "[".repeat(60_000);
    assert_eq!(ServerFrame::parse(&deep), Err(Malformed));
    assert_eq!(
        ServerFrame::parse(&" ".repeat(SERVER_FRAME_MAX + 1)),
        Err(TooLong)
    );
}

proptest! {
    #[test]
    fn no_frame_makes_the_parser_panic(
        kind in "OFFER|ANSWER|CANDIDATE|EXPIRE|ERROR|[A-Z]{0,6}",
        field in "sdp|type|connectionId|candidate|msg",
        value in ".{0,60}",
    ) {
        let payload = json!({"type": "data", field: value});
        let _ = ServerFrame::parse(&json!({"type": kind, "src": "a", "payload": payload}).to_string());
    }
}
