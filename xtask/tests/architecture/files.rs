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
    "src", "json", "peerjs", "popup", "sim", "webext", "beacon", "fuzz", "xtask", "tests",
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

/// Returns the Rust files in these folders: path from the root of the repository, and text.
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

/// Returns the files that are long without a reason.
fn long_files() -> Vec<String> {
    let texts = texts(FOLDERS).into_iter();
    let long = texts.filter(|(_, text)| too_long(text));
    long.map(|(file, _)| file).collect()
}

/// Returns the lints that are switched off for a module, each with its file.
fn all_switched_off() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (file, text) in texts(SHIPPED) {
        for lint in switched_off(&text) {
            found.push((file.clone(), lint));
        }
    }
    found
}

/// Returns the lints that may be switched off, each with its file.
fn exceptions() -> impl Iterator<Item = (&'static str, &'static str)> {
    SWITCHED_OFF.iter().map(|(file, lint, _)| (*file, *lint))
}

#[test]
fn a_long_file_says_why() {
    let long = long_files();
    assert!(
        long.is_empty(),
        "over {LINES} lines, without \"{EXCUSE}\": {long:?}"
    );
}

#[test]
fn no_lint_is_switched_off_for_a_whole_module_of_what_is_shipped() {
    let mut new = all_switched_off();
    new.retain(|(file, lint)| !exceptions().any(|exception| exception == (file, lint)));
    assert!(new.is_empty(), "switched off for a whole module: {new:?}");
}

#[test]
fn no_exception_stays_in_its_list_when_it_is_no_longer_needed() {
    let off = all_switched_off();
    let is_on =
        |(file, lint): &(&str, &str)| !off.contains(&((*file).to_owned(), (*lint).to_owned()));
    let needless: Vec<_> = exceptions().filter(is_on).collect();
    assert!(needless.is_empty(), "remove from the list: {needless:?}");
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
