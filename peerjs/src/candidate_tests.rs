//! Candidates of real browsers, and hostile ones.

use super::*;

/// As Chromium 156, Firefox 153 and coturn's clients write them.
const REAL: [&str; 5] = [
    "candidate:1792980926 1 udp 2113937151 fd1df223-7c05-4904-84af-c0ae50616c93.local 50373 typ \
     host generation 0 ufrag p0eQ network-cost 999",
    "candidate:0 1 UDP 2122187007 c19e7994-2e85-46fd-b19e-bbef4e009d43.local 43903 typ host",
    "candidate:842163049 1 udp 1677729535 203.0.113.18 46154 typ srflx raddr 10.0.1.2 rport 46154 \
     generation 0 ufrag xyz network-cost 999",
    "candidate:7 1 udp 1677729535 2001:db8:85a3::7 46154 typ srflx raddr :: rport 0",
    "candidate:3 1 udp 8265471 198.51.100.9 51000 typ relay raddr 0.0.0.0 rport 0",
];

#[test]
fn real_candidates_are_read_and_written_without_extensions() {
    let written: Vec<String> = REAL
        .iter()
        .map(|text| Candidate::parse(text).unwrap().to_string())
        .collect();
    assert_eq!(
        written,
        [
            "candidate:1792980926 1 udp 2113937151 fd1df223-7c05-4904-84af-c0ae50616c93.local \
             50373 typ host",
            "candidate:0 1 udp 2122187007 c19e7994-2e85-46fd-b19e-bbef4e009d43.local 43903 typ \
             host",
            "candidate:842163049 1 udp 1677729535 203.0.113.18 46154 typ srflx raddr 10.0.1.2 \
             rport 46154",
            "candidate:7 1 udp 1677729535 2001:db8:85a3::7 46154 typ srflx raddr :: rport 0",
            "candidate:3 1 udp 8265471 198.51.100.9 51000 typ relay raddr 0.0.0.0 rport 0",
        ]
    );
}

#[test]
fn what_is_written_reads_as_the_same() {
    for text in REAL {
        let candidate = Candidate::parse(text).unwrap();
        assert_eq!(Candidate::parse(&candidate.to_string()), Ok(candidate));
    }
}

#[test]
fn hostile_candidates_are_refused() {
    let long = format!(
        "candidate:0 1 udp 1 10.0.0.1 9 typ host x {}",
        "y".repeat(CANDIDATE_MAX)
    );
    let cases = [
        ("", CandidateError::Malformed),
        ("candidate:", CandidateError::Malformed),
        ("candidate:0 1 udp 1 10.0.0.1 9", CandidateError::Malformed),
        (
            "candidate:0 1 udp 1 10.0.0.1 9 typ wormhole",
            CandidateError::Malformed,
        ),
        (
            "candidate:0 1 udp -1 10.0.0.1 9 typ host",
            CandidateError::Malformed,
        ),
        (
            "candidate:0 1 udp +1 10.0.0.1 9 typ host",
            CandidateError::Malformed,
        ),
        (
            "candidate:0 1 udp 4294967296 10.0.0.1 9 typ host",
            CandidateError::Malformed,
        ),
        (
            "candidate:0 1 udp 1 10.0.0.1 65536 typ host",
            CandidateError::Malformed,
        ),
        (
            "candidate:0 1 udp 1 10.0.0.1 9 typ host raddr",
            CandidateError::Malformed,
        ),
        (
            "candidate:2 1 TCP 2105458943 c19e7994.local 9 typ host tcptype active",
            CandidateError::NotInUse,
        ),
        (
            "candidate:0 1 tcp 1 10.0.0.1 80 typ host tcptype passive",
            CandidateError::NotInUse,
        ),
        (
            "candidate:0;b 1 udp 1 10.0.0.1 9 typ host",
            CandidateError::Malformed,
        ),
        (
            "candidate:0 2 udp 1 10.0.0.1 9 typ host",
            CandidateError::NotInUse,
        ),
        (
            "candidate:0 1 sctp 1 10.0.0.1 9 typ host",
            CandidateError::NotInUse,
        ),
        (
            "candidate:0 1 udp 1 tracker.example 9 typ host",
            CandidateError::Address,
        ),
        (
            "candidate:0 1 udp 1 a.b.local 9 typ host",
            CandidateError::Address,
        ),
        (
            "candidate:0 1 udp 1 .local 9 typ host",
            CandidateError::Address,
        ),
        (
            "candidate:0 1 udp 1 224.0.0.1 9 typ host",
            CandidateError::Address,
        ),
        (
            "candidate:0 1 udp 1 255.255.255.255 9 typ host",
            CandidateError::Address,
        ),
        (
            "candidate:0 1 udp 1 0.0.0.0 9 typ host",
            CandidateError::Address,
        ),
        (
            "candidate:0 1 udp 1 ff02::1 9 typ host",
            CandidateError::Address,
        ),
        (long.as_str(), CandidateError::TooLong),
    ];
    for (text, error) in cases {
        assert_eq!(Candidate::parse(text), Err(error), "{text}");
    }
}

#[test]
fn a_line_break_cannot_be_smuggled_into_a_description() {
    let text = "candidate:0 1 udp 1 10.0.0.1 9 typ host\r\na=fingerprint:sha-256 00";
    let written = Candidate::parse(text).map(|candidate| candidate.to_string());
    assert!(written.is_err() || written.is_ok_and(|text| !text.contains('\n')));
}

#[test]
fn an_address_at_which_no_other_device_can_be_is_refused() {
    for address in [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "224.0.0.251",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "ff02::fb",
        "::ffff:127.0.0.1",
        "::ffff:169.254.1.1",
    ] {
        let text = format!("candidate:0 1 udp 1 {address} 9 typ host");
        let refused = Err(CandidateError::Address);
        assert_eq!(Candidate::parse(&text), refused, "{address}");
    }
}
