//! Asks the beacon: one POST, bounded in time, of whose answer only the header fields are read.
//!
//! It is POST because with a permission for the host browsers leave `Origin` out of a GET, and the
//! beacon answers by that.

use super::until::Until;
use chrome::settled;
use js_sys::Date;
use mesh_chat::beacon::{HEADER, HEADER_NEXT};
use mesh_chat::limits::BEACON_HEADER_BYTES;
use mesh_chat::node::{BeaconAnswer, BeaconFailure};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    AbortSignal, Headers, ReferrerPolicy, Request, RequestCache, RequestCredentials, RequestInit,
    RequestRedirect, Response, ResponseType,
};

/// How long the beacon may take.
const BEACON_TIME: Duration = Duration::from_secs(10);

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    fn fetch(request: &Request) -> Result<JsValue, JsValue>;
}

type Answer = Result<BeaconAnswer, BeaconFailure>;

/// Asks; the latest request counts, an earlier one is not listened to any more.
pub(crate) struct Beacon(Rc<Shared>);

struct Shared {
    latest: Cell<u32>,
    /// Ends the latest request when it is dropped.
    until: RefCell<Option<Until>>,
    report: Box<dyn Fn(Answer)>,
}

impl Beacon {
    pub(crate) fn new(report: impl Fn(Answer) + 'static) -> Self {
        Self(Rc::new(Shared {
            latest: Cell::new(0),
            until: RefCell::default(),
            report: Box::new(report),
        }))
    }

    pub(crate) fn ask(&self, url: String, token: Option<String>) {
        self.stop();
        let shared = Rc::clone(&self.0);
        let number = shared.latest.get();
        let Ok(until) = Until::after(BEACON_TIME) else {
            return tracing::error!("no request can be called off");
        };
        let signal = until.signal();
        shared.until.replace(Some(until));
        spawn_local(async move {
            let answer = ask(&url, token.as_deref(), signal).await;
            if shared.latest.get() == number {
                (shared.report)(answer);
            }
        });
    }

    /// Calls the request off that runs; nothing is reported of it.
    pub(crate) fn stop(&self) {
        self.0.latest.set(self.0.latest.get().wrapping_add(1));
        self.0.until.take();
    }
}

/// Asks the beacon; `until` calls it off.
pub(crate) async fn ask(url: &str, token: Option<&str>, until: AbortSignal) -> Answer {
    let called = request(url, token, &until).and_then(|request| fetch(&request));
    let response: Response = settled(called)
        .await
        .map_err(|error| {
            tracing::warn!(error, "the beacon cannot be asked");
            BeaconFailure::Unreachable
        })?
        .unchecked_into();
    if let Some(body) = response.body() {
        // Whether or not it can be called off, it is not read.
        let _ = body.cancel();
    }
    if response.type_() == ResponseType::Opaqueredirect {
        return Err(BeaconFailure::Redirected);
    }
    match response.status() {
        204 => Ok(answer(&response.headers())),
        status => Err(BeaconFailure::Status(status)),
    }
}

fn request(url: &str, token: Option<&str>, until: &AbortSignal) -> Result<Request, JsValue> {
    let init = RequestInit::new();
    init.set_method("POST");
    // Followed nowhere: this only tells a redirect from a server that is down.
    init.set_redirect(RequestRedirect::Manual);
    init.set_cache(RequestCache::NoStore);
    init.set_credentials(RequestCredentials::Omit);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    init.set_signal(Some(until));
    if let Some(token) = token {
        let headers = Headers::new()?;
        headers.set("authorization", &format!("Bearer {token}"))?;
        init.set_headers(&headers);
    }
    Request::new_with_str_and_init(url, &init)
}

fn answer(headers: &Headers) -> BeaconAnswer {
    let field = |name: &str| headers.get(name).ok().flatten();
    // One more than can be right is refused as what it is.
    let cut = |value: String| value.chars().take(BEACON_HEADER_BYTES + 1).collect();
    BeaconAnswer {
        current: field(HEADER).map(cut),
        next: field(HEADER_NEXT).map(cut),
        date: field("date").and_then(|date| millis(&date)),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be a moment of this age"
)]
fn millis(date: &str) -> Option<u64> {
    let millis = Date::parse(date);
    (0.0..1e15).contains(&millis).then_some(millis as u64)
}
