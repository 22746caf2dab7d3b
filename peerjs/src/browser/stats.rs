//! Reads the remote candidate of the selected pair from `getStats`.
//!
//! Chromium and Firefox both name the pair on the `transport` entry. Chromium gives an empty
//! address for what was signalled as a `.local` name, Firefox gives that name; either way the
//! address does not parse and counts as hidden.

use crate::candidate::Kind;
use crate::path::RemoteCandidate;
use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RtcPeerConnection, RtcStatsReport};

/// `None` where the browser does not tell.
pub(super) async fn selected_remote(connection: &RtcPeerConnection) -> Option<RemoteCandidate> {
    let report = JsFuture::from(connection.get_stats()).await.ok()?;
    let report = report.unchecked_into::<RtcStatsReport>();
    let pair = selected_pair(&report)?;
    let candidate = report.get(&text(&pair, "remoteCandidateId")?)?;
    let kind = Kind::parse(&text(&candidate, "candidateType")?).ok()?;
    let address = text(&candidate, "address").and_then(|address| address.parse().ok());
    Some(RemoteCandidate { kind, address })
}

fn selected_pair(report: &RtcStatsReport) -> Option<Object> {
    report.values().into_iter().flatten().find_map(|entry| {
        let entry = entry.dyn_into::<Object>().ok()?;
        report.get(&text(&entry, "selectedCandidatePairId")?)
    })
}

fn text(object: &Object, field: &str) -> Option<String> {
    Reflect::get(object, &JsValue::from_str(field))
        .ok()?
        .as_string()
}
