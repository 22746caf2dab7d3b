//! A beacon in this process, at a moment that the test sets.

#![allow(
    dead_code,
    reason = "each test program includes this and uses its own part"
)]

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use beacon::address::Proxies;
use beacon::app::{App, Peer};
use beacon::callers::Callers;
use beacon::sheet::Signer;
use beacon::site::Site;
use mesh_chat::beacon::{Audience, Slots};
use mesh_chat::crypto::Identity;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tower::ServiceExt;

pub(crate) const URL: &str = "https://beacon.example.org";
/// 2026-11-23 07:40, the first slot of the vectors.
pub(crate) const NUMBER: u64 = 2_992_366;
pub(crate) const SLOT: u64 = 600_000;
pub(crate) const TOKEN: &str = "correct-horse-battery";

/// A beacon whose clock stands still.
pub(crate) struct Beacon {
    now: Arc<AtomicU64>,
    pub(crate) signer: Arc<Signer>,
    callers: Callers,
    proxies: Proxies,
    site: Option<Arc<Site>>,
}

impl Beacon {
    /// With the key of the vectors, which lets in one site, and every Firefox.
    pub(crate) fn new() -> Self {
        let now = Arc::new(AtomicU64::new(NUMBER * SLOT));
        let clock = Arc::clone(&now);
        let signer = Signer::new(
            Identity::from_bytes(&[1; 32]).unwrap(),
            Audience::of(URL).unwrap(),
            Slots::STANDARD,
            Arc::new(move || clock.load(Ordering::SeqCst)),
        );
        let origins = ["https://chat.example.org", "moz-extension://*"];
        Self {
            now,
            signer: Arc::new(signer),
            callers: Callers {
                origins: origins.map(|origin| origin.parse().unwrap()).to_vec(),
                tokens: Vec::new(),
            },
            proxies: Proxies(0),
            site: None,
        }
    }

    pub(crate) fn with_token(mut self) -> Self {
        self.callers.tokens.push(TOKEN.parse().unwrap());
        self
    }

    pub(crate) fn behind(mut self, proxies: usize) -> Self {
        self.proxies = Proxies(proxies);
        self
    }

    pub(crate) fn with_site(mut self, folder: &Path) -> Self {
        self.site = Some(Arc::new(Site::read(folder).unwrap()));
        self
    }

    /// Sets the clock, in milliseconds since the beginning of the first slot.
    pub(crate) fn at(&self, after: u64) -> &Self {
        self.now.store(NUMBER * SLOT + after, Ordering::SeqCst);
        self
    }

    pub(crate) fn router(&self) -> Router {
        let app = App {
            callers: Arc::new(self.callers.clone()),
            signer: Arc::clone(&self.signer),
            proxies: self.proxies,
            site: self.site.clone(),
        };
        app.router()
    }

    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask("GET", path, headers)
    }

    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let peer = Peer("192.0.2.1".parse().unwrap());
        let request = request.extension(peer).body(Body::empty()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let answer = self.router().oneshot(request).await.unwrap();
            Answer::of(answer).await
        })
    }
}

/// A response that was read to its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// By name, in the order of the names.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    async fn of(answer: Response<Body>) -> Self {
        let (parts, body) = answer.into_parts();
        let text = |value: &axum::http::HeaderValue| value.to_str().unwrap().to_owned();
        let named = parts.headers.iter();
        let mut headers: Vec<_> = named
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect();
        headers.sort();
        let body = axum::body::to_bytes(body, 1_000).await.unwrap();
        Self {
            status: parts.status.as_u16(),
            headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}
