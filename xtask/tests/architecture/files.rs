//! How long files are, and where lints are switched off for a whole module.

use crate::paths::is_for_tests;
use crate::{collect, root};
use std::path::Path;
use syn::{Attribute, Item};

/// A file with more lines says in its first comment why: with the words [`EXCUSE`].
const LINES: usize = 400;

const EXCUSE: &str = "Long because";

/// The folders whose files are counted.
const FOLDERS: &[&str] = &[
    "src", "json", "peerjs", "popup", "sim", "webext", "beacon", "xtask", "tests",
];

/// Long files that are to be cut and need no reason until then.
const TO_BE_CUT: &[&str] = &[
    "src/chat.rs",
    "src/discovery/member/mod.rs",
    "src/discovery/roster.rs",
    "src/handshake.rs",
    "src/node/contacts.rs",
    "src/node/links.rs",
    "src/node/network.rs",
    "src/node/sessions.rs",
    "src/wire/codec.rs",
    "peerjs/src/endpoint/tests/connections.rs",
    "popup/src/state/settings.rs",
    "popup/src/state/tests.rs",
    "sim/src/world.rs",
    "tests/beacon.rs",
    "tests/common/mod.rs",
    "tests/e2e/src/browser/mod.rs",
    "tests/meeting.rs",
    "tests/rendezvous.rs",
];

/// What is shipped: the extension and the beacon.
const SHIPPED: &[&str] = &[
    "src",
    "json/src",
    "ipc/src",
    "peerjs/src",
    "webext/src",
    "background/src",
    "offscreen/src",
    "popup/src",
    "beacon/src",
];

/// Where a lint may be switched off for a whole module, and why.
const SWITCHED_OFF: &[(&str, &str, &str)] = &[(
    "beacon/src/main.rs",
    "clippy::print_stdout",
    "a command line tool talks to its terminal",
)];

/// Modules that still have a lint switched off and are to lose it.
const TO_BE_SWITCHED_ON: &[(&str, &str)] = &[
    ("src/node/mod.rs", "clippy::wildcard_enum_match_arm"),
    ("src/discovery/mod.rs", "clippy::wildcard_enum_match_arm"),
];

/// The Rust files in these folders: path from the root of the repository, and text.
fn texts(folders: &[&str]) -> Vec<(String, String)> {
    let root = root();
    let mut files = Vec::new();
    for folder in folders {
        collect(&root.join(folder), &mut files);
    }
    let name = |file: &Path| file.strip_prefix(&root).unwrap().display().to_string();
    let text = |file: &Path| std::fs::read_to_string(file).unwrap();
    files.iter().map(|file| (name(file), text(file))).collect()
}

/// Returns true for a text that is long and does not say why.
fn too_long(text: &str) -> bool {
    let mut head = text.lines().take_while(|line| line.starts_with("//!"));
    text.lines().count() > LINES && !head.any(|line| line.contains(EXCUSE))
}

/// Returns the lints that are switched off for this file or for a module in it.
fn switched_off(text: &str) -> Vec<String> {
    let file = syn::parse_file(text).unwrap();
    let mut lints = lints(&file.attrs);
    lints.extend(lints_of_modules(&file.items));
    lints
}

fn lints_of_modules(items: &[Item]) -> Vec<String> {
    let mut all = Vec::new();
    for item in items {
        let Item::Mod(module) = item else { continue };
        if is_for_tests(&module.attrs) {
            continue;
        }
        all.extend(lints(&module.attrs));
        if let Some((_, items)) = &module.content {
            all.extend(lints_of_modules(items));
        }
    }
    all
}

fn lints(attributes: &[Attribute]) -> Vec<String> {
    let mut lints = Vec::new();
    for attribute in attributes {
        let path = attribute.path();
        if path.is_ident("allow") || path.is_ident("expect") {
            // The reason is a pair of name and value and stops the reading: all lints come before.
            let _ = attribute.parse_nested_meta(|meta| {
                if meta.input.peek(syn::Token![=]) {
                    return Err(meta.error("the reason"));
                }
                let names = meta.path.segments.iter();
                let names: Vec<_> = names.map(|part| part.ident.to_string()).collect();
                lints.push(names.join("::"));
                Ok(())
            });
        }
    }
    lints
}

#[test]
fn a_long_file_says_why() {
    let texts = texts(FOLDERS);
    let long: Vec<_> = texts
        .iter()
        .filter(|(_, text)| too_long(text))
        .map(|(file, _)| file.as_str())
        .collect();
    let new: Vec<_> = long
        .iter()
        .filter(|file| !TO_BE_CUT.contains(file))
        .collect();
    assert!(
        new.is_empty(),
        "over {LINES} lines, without \"{EXCUSE}\": {new:?}"
    );
    let cut: Vec<_> = TO_BE_CUT
        .iter()
        .filter(|file| !long.contains(file))
        .collect();
    assert!(
        cut.is_empty(),
        "no longer long, remove from TO_BE_CUT: {cut:?}"
    );
}

#[test]
fn no_lint_is_switched_off_for_a_whole_module_of_what_is_shipped() {
    let mut found: Vec<(String, String)> = Vec::new();
    for (file, text) in texts(SHIPPED) {
        found.extend(
            switched_off(&text)
                .into_iter()
                .map(|lint| (file.clone(), lint)),
        );
    }
    let listed = |file: &str, lint: &str| {
        SWITCHED_OFF
            .iter()
            .any(|(at, of, _)| (*at, *of) == (file, lint))
            || TO_BE_SWITCHED_ON.contains(&(file, lint))
    };
    let new: Vec<_> = found
        .iter()
        .filter(|(file, lint)| !listed(file, lint))
        .collect();
    assert!(new.is_empty(), "switched off for a whole module: {new:?}");
    let lists = SWITCHED_OFF.iter().map(|(file, lint, _)| (*file, *lint));
    for (file, lint) in lists.chain(TO_BE_SWITCHED_ON.iter().copied()) {
        let there = found.contains(&(file.to_owned(), lint.to_owned()));
        assert!(
            there,
            "no longer needed, remove from the list: {lint} in {file}"
        );
    }
}

#[test]
fn the_reason_of_a_long_file_stands_in_its_head() {
    let long = "fn f() {}\n".repeat(LINES + 1);
    assert!(too_long(&long));
    assert!(!too_long(&long[10..]));
    assert!(too_long(&format!("//! A table.\n{long}")));
    assert!(!too_long(&format!(
        "//! A table.\n//!\n//! Long because it is one.\n{long}"
    )));
    assert!(too_long(&format!("{long}//! Long because it is one.\n")));
}

#[test]
fn lints_of_modules_are_found_and_those_of_tests_and_items_are_not() {
    let lints = |text: &str| switched_off(text);
    assert_eq!(
        lints("#![allow(dead_code, clippy::panic, reason = \"r\")]"),
        ["dead_code", "clippy::panic"]
    );
    assert_eq!(lints("#[expect(dead_code)] mod a;"), ["dead_code"]);
    assert_eq!(
        lints("mod a { #[allow(dead_code)] mod b {} }"),
        ["dead_code"]
    );
    assert!(lints("#[allow(dead_code)] #[cfg(test)] mod tests;").is_empty());
    assert!(lints("#[allow(dead_code)] fn f() {}").is_empty());
}
