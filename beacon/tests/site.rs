//! The page from a folder: exactly its files, and nothing around them.

#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use beacon::site::Site;
use common::Beacon;
use std::fs;
use std::path::PathBuf;

/// A folder with a page beside something secret. It goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("beacon-{}-{name}", std::process::id()));
        fs::create_dir_all(path.join("web/wasm")).unwrap();
        let folder = Self(path);
        for (file, text) in [
            ("secret", "secret"),
            ("web/index.html", "<!doctype html>"),
            ("web/a.js", &"let a;".repeat(99)),
            ("web/wasm/a_bg.wasm", "wasm"),
            ("web/manifest.webmanifest", "{}"),
            ("web/.hidden", "secret"),
        ] {
            fs::write(folder.0.join(file), text).unwrap();
        }
        let link = folder.0.join("web/link.js");
        std::os::unix::fs::symlink(folder.0.join("secret"), link).unwrap();
        folder
    }

    fn web(&self) -> PathBuf {
        self.0.join("web")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn each_file_has_its_kind_and_the_headers_of_a_page_that_may_do_little() {
    let folder = Folder::new("kinds");
    let beacon = Beacon::new().with_site(&folder.web());
    for (path, kind) in [
        ("/", "text/html; charset=utf-8"),
        ("/index.html?a=b", "text/html; charset=utf-8"),
        ("/a.js", "text/javascript; charset=utf-8"),
        ("/wasm/a_bg.wasm", "application/wasm"),
        ("/manifest.webmanifest", "application/manifest+json"),
    ] {
        let answer = beacon.get(path, &[]);
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, Some(kind)),
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert_eq!(answer.header("x-mesh-beacon"), None);
    }
    assert_eq!(beacon.get("/", &[]).body, "<!doctype html>");
}

#[test]
fn nothing_is_served_that_is_not_a_file_of_the_folder() {
    let folder = Folder::new("paths");
    let beacon = Beacon::new().with_site(&folder.web());
    for path in [
        "/../secret",
        "/%2e%2e/secret",
        "/..%2fsecret",
        "/wasm/../../secret",
        "//secret",
        "/wasm",
        "/wasm/",
        "/.hidden",
        "/link.js",
        "/web/index.html",
        "/index.html/",
        "/%00",
    ] {
        let answer = beacon.get(path, &[]);
        assert_eq!((answer.status, answer.body.as_str()), (404, ""), "{path}");
    }
    assert_eq!(beacon.ask("DELETE", "/", &[]).status, 405);
    assert_eq!(beacon.get("/healthz", &[]).body, "ok\n");
    assert_eq!(Beacon::new().get("/", &[]).status, 404, "there is no page");
}

#[test]
fn what_a_browser_has_already_is_not_sent_again_and_the_rest_is_packed() {
    let folder = Folder::new("cache");
    let beacon = Beacon::new().with_site(&folder.web());
    let plain = beacon.get("/a.js", &[]);
    let tag = plain.header("etag").unwrap().to_owned();
    let again = beacon.get("/a.js", &[("if-none-match", &format!("W/\"0\", {tag}"))]);
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(plain.header("content-encoding"), None);
    assert_eq!(plain.body.len(), 594);
    fs::write(folder.web().join("a.js"), "let b;").unwrap();
    let renewed = Beacon::new().with_site(&folder.web());
    let changed = renewed.get("/a.js", &[("if-none-match", &tag)]);
    assert_eq!((changed.status, changed.body.as_str()), (200, "let b;"));
    let head = beacon.ask("HEAD", "/a.js", &[("accept-encoding", "br, gzip")]);
    assert_eq!(head.header("content-encoding"), Some("gzip"));
    let small = beacon.ask("HEAD", "/wasm/a_bg.wasm", &[("accept-encoding", "gzip")]);
    assert_eq!(small.header("content-encoding"), None, "it would be longer");
}

#[test]
fn a_folder_without_a_start_page_is_refused() {
    let folder = Folder::new("none");
    assert!(Site::read(&folder.web().join("wasm")).is_err());
    assert!(Site::read(&folder.0.join("nowhere")).is_err());
}
