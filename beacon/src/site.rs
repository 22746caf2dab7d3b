//! The page of Mesh Chat, from a folder that is read once, when the program starts.
//!
//! What is asked for is looked up in a table and is never a path: there is nothing outside of the folder, and no list of
//! what is in it.

use anyhow::{Context, Result, bail};
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// The most bytes that are read into memory: the page has three million.
const BYTES: u64 = 64 * 1024 * 1024;

/// What the page may do: the same as `page/index.html` says of itself, and that no other site shows it in a frame.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; \
     connect-src 'self' ws: wss: http: https:; frame-src 'self'; worker-src 'self'; manifest-src 'self'; \
     base-uri 'none'; form-action 'none'; object-src 'none'; frame-ancestors 'self'",
);

/// The start page, which is there under `/` too.
const START: &str = "index.html";

/// The files by their names, with `/` between folders.
#[derive(Debug)]
pub struct Site(BTreeMap<String, File>);

#[derive(Debug)]
struct File {
    kind: HeaderValue,
    tag: HeaderValue,
    plain: Bytes,
    packed: Bytes,
}

impl Site {
    /// Reads a folder.
    ///
    /// # Errors
    /// Where it cannot be read, is too large, or has no `index.html`.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut site = Self(BTreeMap::new());
        let mut room = BYTES;
        site.add(folder, "", &mut room)
            .with_context(|| format!("the page in {}", folder.display()))?;
        if !site.0.contains_key(START) {
            bail!("{} has no {START}", folder.display());
        }
        Ok(site)
    }

    /// Adds what is in a folder. What is hidden, or a link to elsewhere, is left out.
    fn add(&mut self, folder: &Path, prefix: &str, room: &mut u64) -> Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let (name, kind) = (entry.file_name(), entry.file_type()?);
            let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else {
                continue;
            };
            let name = format!("{prefix}{name}");
            if kind.is_dir() {
                self.add(&entry.path(), &format!("{name}/"), room)?;
            } else if kind.is_file() {
                let size = entry.metadata()?.len();
                let left = room.checked_sub(size);
                *room = left.with_context(|| format!("more than {BYTES} bytes"))?;
                let file = File::new(&name, fs::read(entry.path())?)?;
                self.0.insert(name, file);
            }
        }
        Ok(())
    }

    /// Answers a request for a file.
    pub fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response {
        if method != Method::GET && method != Method::HEAD {
            return StatusCode::METHOD_NOT_ALLOWED.into_response();
        }
        let name = path.strip_prefix('/').unwrap_or(path);
        let name = if name.is_empty() { START } else { name };
        match self.0.get(name) {
            Some(file) => file.answer(headers),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

impl File {
    fn new(name: &str, plain: Vec<u8>) -> Result<Self> {
        let mut tag = "W/\"".to_owned();
        for byte in Sha256::digest(&plain).iter().take(16) {
            write!(tag, "{byte:02x}")?;
        }
        let mut packing = GzEncoder::new(Vec::new(), Compression::best());
        packing.write_all(&plain)?;
        Ok(Self {
            kind: HeaderValue::from_static(kind(name)),
            tag: HeaderValue::try_from(tag + "\"")?,
            packed: packing.finish()?.into(),
            plain: plain.into(),
        })
    }

    fn answer(&self, headers: &HeaderMap) -> Response {
        let has = |name, wanted: &HeaderValue| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            let mut values = value.unwrap_or_default().split(',').map(str::trim);
            values.any(|value| value == wanted)
        };
        let gzip = HeaderValue::from_static("gzip");
        let is_known = has(header::IF_NONE_MATCH, &self.tag);
        let is_packed = has(header::ACCEPT_ENCODING, &gzip) && self.packed.len() < self.plain.len();
        let mut answer = match (is_known, is_packed) {
            (true, _) => StatusCode::NOT_MODIFIED.into_response(),
            (false, true) => {
                ([(header::CONTENT_ENCODING, gzip)], self.packed.clone()).into_response()
            }
            (false, false) => self.plain.clone().into_response(),
        };
        let fields = [
            (header::CONTENT_TYPE, self.kind.clone()),
            (header::ETAG, self.tag.clone()),
            // A name stays when what is in it changes, so it is asked for each time. The page's own worker keeps versions.
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (header::VARY, HeaderValue::from_static("Accept-Encoding")),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            ),
            (
                header::REFERRER_POLICY,
                HeaderValue::from_static("no-referrer"),
            ),
        ];
        for (name, value) in fields {
            answer.headers_mut().insert(name, value);
        }
        answer
    }
}

/// Returns what browsers are told is in a file; of a kind that the page does not have, only that it is to be saved.
fn kind(name: &str) -> &'static str {
    match Path::new(name).extension().and_then(|end| end.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("wasm") => "application/wasm",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::POLICY;

    #[test]
    fn the_policy_is_that_of_the_page_and_no_other_site_may_frame_it() {
        let page = include_str!("../../page/index.html");
        let (_, policy) = page
            .split_once("Content-Security-Policy\" content=\"")
            .unwrap();
        let (policy, _) = policy.split_once('"').unwrap();
        assert_eq!(
            POLICY.to_str().unwrap(),
            format!("{policy}; frame-ancestors 'self'")
        );
    }
}
