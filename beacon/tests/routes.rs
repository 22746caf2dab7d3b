//! What each route answers to whom.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use common::{Beacon, SLOT, TOKEN};

const SITE: (&str, &str) = ("origin", "https://chat.example.org");
const FIREFOX: (&str, &str) = (
    "origin",
    "moz-extension://6b2f1c1e-0a4d-4c54-9d67-0c7a1f0e9a11",
);
const STRANGER: (&str, &str) = ("origin", "https://evil.example.com");
const FIRST: &str = "v=1; kid=dbdb99c64b3d511f; slot=UTC-2026-11-23-07-4; sig=hDPacZhg3QX3wCdpFNnSymzrijQnUzrimQzvBCykMQZIDRiVQ56wfYa05oxd31pLZ2lXEhdXunVzCJjvkZS2zg";
const SECOND: &str = "v=1; kid=dbdb99c64b3d511f; slot=UTC-2026-11-23-07-5; sig=ZH3iv4s_sMSPLeKMwIPxoNrWFKfyGLcI8qi72j2PO6IECm5ceD37_wms5Wcqc_Hj97Itd1OUFdiqo0PBCDdeiQ";

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[test]
fn a_listed_origin_gets_the_header_and_may_read_it() {
    for (name, origin) in [SITE, FIREFOX] {
        let answer = Beacon::new().get("/beacon", &[(name, origin)]);
        assert_eq!(answer.status, 204);
        assert_eq!(answer.header("x-mesh-beacon"), Some(FIRST));
        assert_eq!(answer.header("x-mesh-beacon-next"), None);
        let readable_by = answer.header("access-control-allow-origin");
        assert_eq!(readable_by, Some(origin));
        let exposed = answer.header("access-control-expose-headers").unwrap();
        assert!(exposed.contains("X-Mesh-Beacon, X-Mesh-Beacon-Next"));
        assert_eq!(answer.header("vary"), Some("Origin, Authorization"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
}

#[test]
fn a_post_is_answered_like_a_get() {
    let beacon = Beacon::new();
    for headers in [&[SITE] as &[(&str, &str)], &[STRANGER], &[]] {
        let posted = beacon.ask("POST", "/beacon", headers);
        assert_eq!(posted, beacon.get("/beacon", headers));
    }
}

#[test]
fn everybody_else_gets_the_same_answer_without_it() {
    let beacon = Beacon::new().with_token();
    let mut given = beacon.get("/beacon", &[SITE]);
    given.headers.retain(|(name, _)| {
        !name.starts_with("x-mesh-beacon") && !name.starts_with("access-control")
    });
    let (wrong, empty) = (bearer("correct-horse-batterx"), bearer(""));
    for headers in [
        &[] as &[(&str, &str)],
        &[STRANGER],
        &[("origin", "null")],
        &[("origin", "*")],
        &[("origin", "https://chat.example.org.evil.com")],
        &[SITE, STRANGER],
        &[SITE, SITE],
        &[("authorization", &wrong)],
        &[("authorization", &empty)],
        &[("authorization", TOKEN)],
        &[STRANGER, ("authorization", "Basic Y29ycmVjdA==")],
    ] {
        assert_eq!(beacon.get("/beacon", headers), given, "{headers:?}");
    }
}

#[test]
fn a_token_lets_its_bearer_in_from_any_origin_or_none() {
    let beacon = Beacon::new().with_token();
    let token = bearer(TOKEN);
    for headers in [
        &[("authorization", token.as_str())] as &[(&str, &str)],
        &[("authorization", &token), STRANGER],
        &[("authorization", &token.replace("Bearer", "bearer"))],
    ] {
        let answer = beacon.get("/beacon", headers);
        assert_eq!(answer.header("x-mesh-beacon"), Some(FIRST), "{headers:?}");
        let asked = headers.iter().find(|(name, _)| *name == "origin");
        let readable_by = answer.header("access-control-allow-origin");
        assert_eq!(readable_by, asked.map(|(_, origin)| *origin));
    }
    let without = Beacon::new().get("/beacon", &[("authorization", &token)]);
    assert_eq!(without.header("x-mesh-beacon"), None);
}

#[test]
fn a_preflight_is_answered_to_whom_may_ask_with_a_token() {
    let allowed = |beacon: &Beacon, origin| {
        let asks = ("access-control-request-headers", "authorization");
        let answer = beacon.ask("OPTIONS", "/beacon", &[origin, asks]);
        assert_eq!(answer.status, 204);
        assert_eq!(answer.header("vary"), Some("Origin"));
        assert_eq!(answer.header("x-mesh-beacon"), None);
        let readable_by = answer.header("access-control-allow-origin");
        let is_allowed = readable_by == Some(origin.1);
        let headers = answer.header("access-control-allow-headers");
        assert_eq!(headers == Some("Authorization"), is_allowed);
        is_allowed
    };
    let (without, with) = (Beacon::new(), Beacon::new().with_token());
    assert!(allowed(&without, SITE));
    assert!(!allowed(&without, STRANGER));
    assert!(
        allowed(&with, STRANGER),
        "its preflight cannot show a token"
    );
}

#[test]
fn near_a_boundary_the_next_slot_comes_too_and_caches_end_in_time() {
    let beacon = Beacon::new();
    for (after, current, next, cached) in [
        (0, FIRST, None, "private, max-age=480"),
        (479_001, FIRST, None, "private, max-age=0"),
        (479_999, FIRST, None, "private, max-age=0"),
        (480_000, FIRST, Some(SECOND), "private, max-age=120"),
        (SLOT - 1, FIRST, Some(SECOND), "private, max-age=0"),
        (SLOT, SECOND, None, "private, max-age=480"),
        (5_000, FIRST, None, "private, max-age=475"),
    ] {
        let answer = beacon.at(after).get("/beacon", &[SITE]);
        assert_eq!(answer.header("x-mesh-beacon"), Some(current), "{after}");
        assert_eq!(answer.header("x-mesh-beacon-next"), next, "{after}");
        assert_eq!(answer.header("cache-control"), Some(cached), "{after}");
        let other = beacon.get("/beacon", &[STRANGER]);
        assert_eq!(other.header("cache-control"), Some(cached), "{after}");
    }
}

#[test]
fn the_address_is_told_in_the_form_of_ipify() {
    let forwarded = ("x-forwarded-for", "1.1.1.1, 203.0.113.7");
    for (beacon, expected) in [
        (Beacon::new(), "192.0.2.1"),
        (Beacon::new().behind(1), "203.0.113.7"),
        (Beacon::new().behind(2), "1.1.1.1"),
    ] {
        for path in ["/ip", "/ip?format=json"] {
            let answer = beacon.get(path, &[forwarded, STRANGER]);
            assert_eq!(answer.body, format!("{{\"ip\":\"{expected}\"}}"));
            assert_eq!(answer.header("content-type"), Some("application/json"));
            assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
    }
}

#[test]
fn no_address_is_told_where_the_proxy_gave_none() {
    let beacon = Beacon::new().behind(1);
    for forwarded in ["", "unknown", "203.0.113.7, \"><script>", "203.0.113.7,,"] {
        let answer = beacon.get("/ip", &[("x-forwarded-for", forwarded)]);
        assert_eq!((answer.status, answer.body.as_str()), (502, ""));
    }
    assert_eq!(beacon.get("/ip", &[]).status, 502);
}

#[test]
fn nothing_else_is_there() {
    let beacon = Beacon::new();
    assert_eq!(beacon.get("/healthz", &[]).body, "ok\n");
    for (method, path, status) in [
        ("GET", "/", 404),
        ("GET", "/beacon/", 404),
        ("PUT", "/beacon", 405),
        ("DELETE", "/ip", 405),
        ("HEAD", "/beacon", 204),
    ] {
        let answer = beacon.ask(method, path, &[]);
        assert_eq!(answer.status, status, "{method} {path}");
    }
}
