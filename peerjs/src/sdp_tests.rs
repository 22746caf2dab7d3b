//! Descriptions of Chromium 156 and Firefox 153 as they write them, and hostile ones.

use super::*;
use proptest::prelude::*;

const CHROMIUM_OFFER: &str = "v=0\r\n\
o=- 1812719453311902667 2 IN IP4 127.0.0.1\r\n\
s=-\r\n\
t=0 0\r\n\
a=group:BUNDLE 0\r\n\
a=extmap-allow-mixed\r\n\
a=msid-semantic: WMS\r\n\
m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n\
c=IN IP4 0.0.0.0\r\n\
a=ice-ufrag:p0eQ\r\n\
a=ice-pwd:E1Hp8DUpZ/OGOUCDRsxMYl47\r\n\
a=ice-options:trickle\r\n\
a=fingerprint:sha-256 25:50:25:79:6C:67:07:5D:D0:46:0D:98:D1:AD:5F:25:ED:CB:CB:3C:67:9E:A2:7A:3A:4D:40:21:1C:33:42:1F\r\n\
a=setup:actpass\r\n\
a=mid:0\r\n\
a=sctp-port:5000\r\n\
a=max-message-size:262144\r\n";

/// Firefox puts the fingerprint at the session level, and here its candidates inside.
const FIREFOX_OFFER: &str = "v=0\r\n\
o=mozilla...THIS_IS_SDPARTA-99.0 5722326028817123411 0 IN IP4 0.0.0.0\r\n\
s=-\r\n\
t=0 0\r\n\
a=sendrecv\r\n\
a=fingerprint:sha-256 24:90:37:FB:F8:8D:C0:72:90:A8:4F:05:9D:59:71:1F:1C:1E:EB:41:CF:03:60:21:6F:51:4E:4A:BB:62:04:58\r\n\
a=group:BUNDLE 0\r\n\
a=ice-options:trickle\r\n\
a=msid-semantic:WMS *\r\n\
m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n\
c=IN IP4 0.0.0.0\r\n\
a=candidate:0 1 UDP 2122187007 c19e7994-2e85-46fd-b19e-bbef4e009d43.local 43903 typ host\r\n\
a=candidate:2 1 TCP 2105458943 c19e7994-2e85-46fd-b19e-bbef4e009d43.local 9 typ host tcptype active\r\n\
a=sendrecv\r\n\
a=end-of-candidates\r\n\
a=ice-pwd:1240633af73cc7e3175231fa77a4a7a2\r\n\
a=ice-ufrag:6d92f237\r\n\
a=mid:0\r\n\
a=setup:actpass\r\n\
a=sctp-port:5000\r\n\
a=max-message-size:1073741823\r\n";

#[test]
fn the_offer_of_chromium_is_rebuilt_from_its_fields() {
    let offer = Description::parse(CHROMIUM_OFFER, SdpRole::Offer).unwrap();
    assert_eq!(offer.fingerprint().0[..4], [0x25, 0x50, 0x25, 0x79]);
    assert_eq!(offer.mid(), "0");
    assert_eq!(
        offer.to_string(),
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
         m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n\
         a=ice-ufrag:p0eQ\r\na=ice-pwd:E1Hp8DUpZ/OGOUCDRsxMYl47\r\na=ice-options:trickle\r\n\
         a=fingerprint:sha-256 25:50:25:79:6C:67:07:5D:D0:46:0D:98:D1:AD:5F:25:ED:CB:CB:3C:67:\
         9E:A2:7A:3A:4D:40:21:1C:33:42:1F\r\n\
         a=setup:actpass\r\na=mid:0\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n"
    );
}

#[test]
fn the_offer_of_firefox_is_read_with_its_candidates() {
    let offer = Description::parse(FIREFOX_OFFER, SdpRole::Offer).unwrap();
    assert_eq!(offer.fingerprint().0[31], 0x58);
    let text = offer.to_string();
    assert_eq!(text.matches("a=candidate:").count(), 1);
    assert!(!text.contains("SDPARTA") && !text.contains("sendrecv"));
    assert_eq!(Description::parse(&text, SdpRole::Offer), Ok(offer));
}

#[test]
fn an_answer_says_who_begins() {
    for setup in ["active", "passive"] {
        let answer = CHROMIUM_OFFER.replace("actpass", setup);
        assert!(Description::parse(&answer, SdpRole::Answer).is_ok());
    }
    assert_eq!(
        Description::parse(CHROMIUM_OFFER, SdpRole::Answer),
        Err(SdpError::Setup)
    );
}

#[test]
fn hostile_descriptions_are_refused_with_a_reason() {
    const FINGERPRINT: &str = "a=fingerprint:sha-256 25:50:25:79:6C:67:07:5D:D0:46:0D:98:D1:AD:5F:\
                               25:ED:CB:CB:3C:67:9E:A2:7A:3A:4D:40:21:1C:33:42:1F\r\n";
    let twice = format!("{FINGERPRINT}{FINGERPRINT}");
    let longer = FINGERPRINT.replace(":1F\r", ":1F:00\r");
    let cases = [
        (FINGERPRINT, "", SdpError::Fingerprint),
        (FINGERPRINT, twice.as_str(), SdpError::Fingerprint),
        (FINGERPRINT, longer.as_str(), SdpError::Fingerprint),
        ("sha-256", "sha-1", SdpError::Fingerprint),
        ("25:50", "+5:50", SdpError::Fingerprint),
        ("25:50", "255:0", SdpError::Fingerprint),
        ("p0eQ", "p0e", SdpError::Credentials),
        ("p0eQ", "p0e Q", SdpError::Credentials),
        (
            "a=ice-pwd:E1Hp8DUpZ/OGOUCDRsxMYl47\r\n",
            "",
            SdpError::Credentials,
        ),
        ("E1Hp8DUpZ/OGOUCDRsxMYl47", "short", SdpError::Credentials),
        ("a=mid:0", "a=ice-lite\r\na=mid:0", SdpError::IceLite),
        ("a=mid:0", "a=mid:0\r\na=mid:1", SdpError::Mid),
        ("a=mid:0", "a=mid:0 1", SdpError::Mid),
        ("a=mid:0", "a=mid:01234567890123456", SdpError::Mid),
        ("actpass", "holdconn", SdpError::Setup),
        ("a=sctp-port:5000", "a=sctp-port:0", SdpError::SctpPort),
        ("a=sctp-port:5000", "a=sctp-port:65536", SdpError::SctpPort),
        (
            "a=sctp-port:5000",
            "a=sctp-port:5000\r\na=sctp-port:1",
            SdpError::SctpPort,
        ),
        ("262144", "16298", SdpError::MessageSize),
        ("262144", "-1", SdpError::MessageSize),
        ("m=application 9", "m=audio 9", SdpError::Media),
        ("m=application 9", "m=application 0", SdpError::Media),
        ("m=application 9", "m=application x", SdpError::Media),
        ("UDP/DTLS/SCTP", "RTP/SAVPF", SdpError::Media),
        (
            "webrtc-datachannel",
            "webrtc-datachannel x",
            SdpError::Media,
        ),
        (
            "a=mid:0",
            "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:0",
            SdpError::Media,
        ),
        (
            "a=mid:0",
            "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0",
            SdpError::Media,
        ),
        ("a=mid:0", "nonsense", SdpError::Line),
        ("a=mid:0", "am=0", SdpError::Line),
        ("p0eQ", "p0eQ\u{0}", SdpError::Line),
        ("p0eQ", "p0eQ\ra=ice-lite", SdpError::Line),
    ];
    for (from, to, error) in cases {
        let text = CHROMIUM_OFFER.replacen(from, to, 1);
        assert_ne!(text, CHROMIUM_OFFER, "{from}");
        assert_eq!(
            Description::parse(&text, SdpRole::Offer),
            Err(error),
            "{from} -> {to}"
        );
    }
    assert_eq!(Description::parse("", SdpRole::Offer), Err(SdpError::Media));
    let long = format!("{CHROMIUM_OFFER}a=x:{}\r\n", "y".repeat(SDP_MAX));
    assert_eq!(
        Description::parse(&long, SdpRole::Offer),
        Err(SdpError::TooLong)
    );
    let many = "a=candidate:0 1 udp 1 10.0.0.1 9 typ host\r\n".repeat(CANDIDATES_MAX + 1);
    let many = format!("{CHROMIUM_OFFER}{many}");
    assert_eq!(
        Description::parse(&many, SdpRole::Offer),
        Err(SdpError::Candidates)
    );
}

#[test]
fn an_unlimited_or_absent_message_size_is_accepted() {
    for (from, to) in [("262144", "0"), ("a=max-message-size:262144\r\n", "")] {
        assert!(Description::parse(&CHROMIUM_OFFER.replace(from, to), SdpRole::Offer).is_ok());
    }
}

#[test]
fn neither_credentials_nor_addresses_are_printed() {
    let offer = Description::parse(FIREFOX_OFFER, SdpRole::Offer).unwrap();
    let printed = format!("{offer:?}");
    assert!(!printed.contains("1240633af") && !printed.contains(".local"));
}

/// A real description with some of its lines replaced, so that the depths are reached.
fn mutated() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "[a-z]=[ -~]{0,60}",
        "a=(ice-ufrag|ice-pwd|fingerprint|setup|mid|sctp-port|max-message-size|candidate):[ -~]{0,80}",
        ".{0,40}",
    ];
    prop::collection::vec((0..20_usize, line), 0..4).prop_map(|changes| {
        let mut lines: Vec<String> = FIREFOX_OFFER.lines().map(str::to_owned).collect();
        for (index, line) in changes {
            let at = index % lines.len();
            lines[at] = line;
        }
        lines.join("\r\n")
    })
}

proptest! {
    #[test]
    fn what_is_accepted_is_written_as_the_same_and_nothing_more(text in mutated()) {
        if let Ok(description) = Description::parse(&text, SdpRole::Offer) {
            let written = description.to_string();
            prop_assert_eq!(written.matches("m=").count(), 1);
            prop_assert_eq!(written.matches("a=fingerprint:").count(), 1);
            prop_assert_eq!(Description::parse(&written, SdpRole::Offer), Ok(description));
        }
    }

    #[test]
    fn no_candidate_makes_the_parser_panic(text in "(a=)?(candidate:)?[ -~]{0,120}") {
        if let Ok(candidate) = Candidate::parse(&text) {
            prop_assert_eq!(Candidate::parse(&candidate.to_string()), Ok(candidate));
        }
    }
}
