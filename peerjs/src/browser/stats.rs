//! Reads the remote candidate of the selected pair from `getStats`.
//!
//! Chromium and Firefox both name the pair on the `transport` entry. For a candidate that was
//! signalled as a `.local` name Chromium reports an empty address and Firefox that name; either way
//! the address does not parse and counts as hidden.
//!
//! A check of the other end that comes before its candidate is known makes that candidate
//! peer-reflexive, and hidden (Firefox: `(redacted)`). Chromium turns it into the signalled one
//! as soon as that has been resolved, so it is worth a second look there; Firefox never does.
//!
//! A relay may be this end's, which the other end's candidate does not show. Where a way through a relay and
//! a direct one are found together, browsers change over to the direct one: a relay is worth a second look,
//! too.

use super::timer::pause;
use crate::candidate::Kind;
use crate::path::RemoteCandidate;
use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RtcPeerConnection, RtcStatsReport};

/// How often to look, and how long to wait between two looks: Chromium answers from a cache for
/// 50 ms. Together no more than a person does not notice.
const LOOKS: usize = 3;
/// See [`LOOKS`], in milliseconds.
const PAUSE: i32 = 60;

/// Returns the remote candidate of the selected pair, `None` where the browser does not report it.
pub(super) async fn selected_remote(connection: &RtcPeerConnection) -> Option<RemoteCandidate> {
    let mut seen = look(connection).await?;
    for _ in 1..LOOKS {
        if !seen.provisional {
            break;
        }
        pause(PAUSE).await;
        seen = look(connection).await?;
    }
    Some(seen.remote)
}

struct Seen {
    remote: RemoteCandidate,
    /// It may become another.
    provisional: bool,
}

async fn look(connection: &RtcPeerConnection) -> Option<Seen> {
    let report = JsFuture::from(connection.get_stats()).await.ok()?;
    let report = report.unchecked_into::<RtcStatsReport>();
    let pair = selected_pair(&report)?;
    let candidate = report.get(&text(&pair, "remoteCandidateId")?)?;
    let kind = Kind::parse(&text(&candidate, "candidateType")?).ok()?;
    let own = text(&pair, "localCandidateId").and_then(|id| report.get(&id));
    let own = own.and_then(|own| text(&own, "candidateType"));
    let relayed = kind == Kind::Relay || own.is_some_and(|own| own == "relay");
    let address = text(&candidate, "address").unwrap_or_default();
    let provisional = relayed || kind == Kind::PeerReflexive && address.is_empty();
    let remote = RemoteCandidate {
        kind: if relayed { Kind::Relay } else { kind },
        address: address.parse().ok(),
    };
    Some(Seen {
        remote,
        provisional,
    })
}

fn selected_pair(report: &RtcStatsReport) -> Option<Object> {
    report.values().into_iter().flatten().find_map(|entry| {
        // It is none of this window's objects where another window made the connection.
        let entry = entry.unchecked_into::<Object>();
        report.get(&text(&entry, "selectedCandidatePairId")?)
    })
}

fn text(object: &Object, field: &str) -> Option<String> {
    Reflect::get(object, &JsValue::from_str(field))
        .ok()?
        .as_string()
}
