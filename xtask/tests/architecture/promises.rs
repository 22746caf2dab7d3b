//! What is promised elsewhere: by SECURITY.md that a test shows it, by the changelog that texts follow the browser's font.

use crate::{collect, root};

#[test]
fn every_test_that_the_security_page_names_is_there() {
    let page = std::fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let named: Vec<&str> = page.split('`').filter(|word| is_test(word)).collect();
    assert!(named.len() > 30, "{named:?}");
    let mut sources = Vec::new();
    for folder in [
        "src",
        "tests",
        "ipc",
        "peerjs",
        "sim",
        "popup",
        "xtask/tests",
    ] {
        collect(&root().join(folder), &mut sources);
    }
    let sources = sources
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap());
    let sources: String = sources.collect();
    let missing = named.iter().filter(|name| {
        !sources.contains(&format!("#[test]\nfn {name}("))
            && !sources.contains(&format!("#[test]\n    fn {name}("))
    });
    let missing: Vec<_> = missing.collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_text_follows_the_font_size_of_the_browser() {
    let sheet = std::fs::read_to_string(root().join("extension/popup.css")).unwrap();
    let sizes: Vec<&str> = sheet
        .split([';', '{', '}'])
        .map(str::trim)
        .filter(|line| line.starts_with("font-size:") || line.starts_with("font:"))
        .collect();
    assert!(sizes.len() > 30, "{sizes:?}");
    let fixed = sizes.iter().filter(|line| line.contains("px"));
    assert_eq!(fixed.collect::<Vec<_>>(), [] as [&&str; 0]);
}

/// What the manifest must not have: each lets pages of the web reach the extension, or the extension them.
const DOORS: [&str; 5] = [
    "content_scripts",
    "externally_connectable",
    "web_accessible_resources",
    "\"host_permissions",
    "unsafe-inline",
];

#[test]
fn no_page_of_the_web_reaches_the_extension_and_nothing_is_loaded_from_elsewhere() {
    let manifest = std::fs::read_to_string(root().join("manifest.json")).unwrap();
    let doors = DOORS.iter().filter(|door| manifest.contains(**door));
    assert_eq!(doors.collect::<Vec<_>>(), [] as [&&str; 0]);
    check_policy(&manifest, "extension_pages\": \"");
}

#[test]
fn the_page_loads_nothing_from_elsewhere() {
    for file in ["page/index.html", "page/engine.html"] {
        let page = std::fs::read_to_string(root().join(file)).unwrap();
        check_policy(&page, "Content-Security-Policy\" content=\"");
    }
}

/// Checks the policy that stands between this and the next quotation mark.
fn check_policy(text: &str, begin: &str) {
    let (_, policy) = text.split_once(begin).unwrap();
    let (policy, _) = policy.split_once('"').unwrap();
    for directive in policy.split("; ") {
        let (name, sources) = directive.split_once(' ').unwrap();
        // A blob is one that a page of the extension has made.
        let own = ["'none'", "'self'", "'wasm-unsafe-eval'", "data:", "blob:"];
        let foreign = sources.split(' ').find(|source| !own.contains(source));
        // Servers are the person's choice.
        assert!(name == "connect-src" || foreign.is_none(), "{directive}");
    }
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
}

/// Whether a word between backticks is the name of a test: a sentence.
fn is_test(word: &str) -> bool {
    let of_a_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    word.matches('_').count() >= 3 && word.chars().all(of_a_name)
}
