//! The HTTP of the beacon: `GET` or `POST /beacon`, `GET /ip`, `GET /healthz`, and every other path for the page.

use crate::address::{self, Proxies};
use crate::callers::Callers;
use crate::sheet::Signer;
use crate::site::Site;
use axum::Router;
use axum::body::HttpBody;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use mesh_chat::beacon::{HEADER, HEADER_NEXT};
use std::net::IpAddr;
use std::sync::Arc;
use tower_http::cors::{Any, CorsLayer};

/// The one path of the header.
pub const PATH: &str = "/beacon";

/// What browsers let a page read of the answer. `Date` tells a client whose clock is wrong.
const EXPOSED: HeaderValue = HeaderValue::from_static("X-Mesh-Beacon, X-Mesh-Beacon-Next, Date");

/// The address that connected; the server puts it into each request.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// What the handlers know.
#[derive(Clone, Debug)]
pub struct App {
    /// Who gets the header.
    pub callers: Arc<Callers>,
    /// What is in it.
    pub signer: Arc<Signer>,
    /// What is in front of this server.
    pub proxies: Proxies,
    /// The page, where it is served from here.
    pub site: Option<Arc<Site>>,
}

impl App {
    /// Returns the routes. Requests must carry a [`Peer`].
    pub fn router(self) -> Router {
        let anybody = CorsLayer::new().allow_origin(Any);
        Router::new()
            .route("/ip", get(ip).layer(anybody))
            .route(PATH, get(beacon).post(beacon).options(preflight))
            .route("/healthz", get(async || "ok\n"))
            .fallback(page)
            .layer(middleware::from_fn(without_body))
            .layer(middleware::from_fn(logged))
            .with_state(self)
    }
}

/// Answers with the header where the caller may have it. Everybody else gets the same answer without
/// it, so that a scanner learns nothing about the list.
///
/// It is served by POST too, without a body: an extension that has a host permission for this server sends no
/// `Origin` with a GET, in Chromium and in Firefox, and sends it with a POST.
async fn beacon(State(app): State<App>, headers: HeaderMap) -> Response {
    let page = app.signer.page();
    let mut answer = StatusCode::NO_CONTENT.into_response();
    let out = answer.headers_mut();
    let fresh = HeaderValue::try_from(format!("private, max-age={}", page.fresh));
    out.extend(fresh.ok().map(|fresh| (header::CACHE_CONTROL, fresh)));
    let varies = HeaderValue::from_static("Origin, Authorization");
    out.insert(header::VARY, varies);
    if app.callers.allow(&headers) {
        out.insert(HeaderName::from_static(HEADER), page.current);
        let next = page.next.map(|n| (HeaderName::from_static(HEADER_NEXT), n));
        out.extend(next);
        out.extend(readable_by(&headers));
        out.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
    answer
}

/// Answers what a browser asks before it sends a token.
async fn preflight(State(app): State<App>, headers: HeaderMap) -> Response {
    let mut answer = StatusCode::NO_CONTENT.into_response();
    let out = answer.headers_mut();
    out.insert(header::VARY, HeaderValue::from_static("Origin"));
    if app.callers.may_ask(&headers) {
        out.extend(readable_by(&headers));
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization"),
            (header::ACCESS_CONTROL_MAX_AGE, "600"),
        ] {
            out.insert(name, HeaderValue::from_static(value));
        }
    }
    answer
}

/// Lets the page that asks read the answer.
fn readable_by(headers: &HeaderMap) -> Option<(HeaderName, HeaderValue)> {
    let origin = headers.get(header::ORIGIN)?.clone();
    Some((header::ACCESS_CONTROL_ALLOW_ORIGIN, origin))
}

/// Answers `{"ip":"203.0.113.7"}`, like ipify with `format=json`; the query is ignored.
async fn ip(
    State(app): State<App>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
) -> Response {
    let Some(address) = address::of_caller(app.proxies, peer, &headers) else {
        tracing::warn!("no usable X-Forwarded-For: is --trust-forwarded right?");
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, format!("{{\"ip\":\"{address}\"}}")).into_response()
}

/// Answers with a file of the page.
async fn page(State(app): State<App>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    match &app.site {
        Some(site) => site.answer(&method, uri.path(), &headers),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Refuses requests with a body, which nothing here takes. hyper leaves it unread and hangs up.
async fn without_body(request: Request, next: Next) -> Response {
    match request.body().is_end_stream() {
        true => next.run(request).await,
        false => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    }
}

/// Logs a line for each request, at the level for debugging only: it has addresses and paths, which
/// stay out of what is logged by default.
async fn logged(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0);
    let answer = next.run(request).await;
    let status = answer.status().as_u16();
    let given = answer.headers().contains_key(HEADER);
    tracing::debug!(%method, path, ?peer, status, given, "request");
    answer
}
