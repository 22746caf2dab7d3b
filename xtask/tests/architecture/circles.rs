//! No modules know each other in a circle.
//!
//! A node is a file; an edge leads to the file that defines what a path in code names. A child that
//! names an item of its parent and a parent that names an item of the child are a circle too.
//! `cargo test -p xtask --test architecture circles` prints those that it finds.

use crate::graph::{Circle, Graph};
use crate::modules::Modules;
use crate::root;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The root files of the crates.
const ROOTS: &[&str] = &[
    "src/lib.rs",
    "peerjs/src/lib.rs",
    "popup/src/lib.rs",
    "sim/src/lib.rs",
    "webext/src/lib.rs",
    "beacon/src/lib.rs",
];

fn circles() -> Vec<Circle> {
    let root = root();
    let read = |file: &Path| std::fs::read_to_string(root.join(file)).ok();
    let circles_of = |file: &&str| {
        let mut graph = Graph::default();
        Modules::read(Path::new(file), &read).add_to(&mut graph);
        graph.circles()
    };
    ROOTS.iter().flat_map(circles_of).collect()
}

#[test]
fn no_modules_know_each_other_in_a_circle() {
    let found: String = circles().iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{found}");
}

/// Returns the circles of a made-up crate, each as its files.
fn circles_of(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    let files: BTreeMap<_, _> = files.iter().copied().collect();
    let read = |file: &Path| files.get(file.to_str()?).map(|text| (*text).to_owned());
    let mut graph = Graph::default();
    Modules::read(Path::new("lib.rs"), &read).add_to(&mut graph);
    let name = |file: &PathBuf| file.display().to_string();
    let circles = graph.circles();
    circles
        .iter()
        .map(|circle| circle.files.iter().map(name).collect())
        .collect()
}

#[test]
fn siblings_that_name_each_other_are_a_circle() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B; pub struct A(B);"),
        ("b.rs", "pub struct B; fn f() { super::c::c() }"),
        ("c.rs", "pub fn c() { let _ = crate::a::A::new(); }"),
    ];
    assert_eq!(circles_of(&files), [["a.rs", "b.rs", "c.rs"]]);
}

#[test]
fn one_direction_is_no_circle() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use crate::b::B; pub struct A(B);"),
        ("b.rs", "pub struct B;"),
    ];
    assert!(circles_of(&files).is_empty());
}

#[test]
fn a_parent_and_a_child_that_name_each_other_are_a_circle() {
    let files = [
        ("lib.rs", "mod a;"),
        ("a/mod.rs", "mod b; pub struct A(b::B);"),
        ("a/b.rs", "use super::A; pub struct B(Option<Box<A>>);"),
    ];
    assert_eq!(circles_of(&files), [["a/b.rs", "a/mod.rs"]]);
}

#[test]
fn a_parent_that_only_declares_and_reexports_is_looked_through() {
    let files = [
        ("lib.rs", "mod a; pub use a::B;"),
        ("a/mod.rs", "mod b; mod c; pub use b::B; pub use c::C;"),
        ("a/b.rs", "use super::C; pub struct B(C);"),
        ("a/c.rs", "pub struct C; fn f(_: crate::B) {}"),
    ];
    assert_eq!(circles_of(&files), [["a/b.rs", "a/c.rs"]]);
    let files = [files[0], files[1], files[2], ("a/c.rs", "pub struct C;")];
    assert!(circles_of(&files).is_empty());
}

#[test]
fn macro_calls_renamed_imports_and_globs_are_read() {
    let b = ("b.rs", "pub struct B; pub fn f(_: crate::a::A) {}");
    let ways = [
        "pub struct A; fn f() { assert!(crate::b::f(A)) }",
        "use crate::b as other; pub struct A(other::B);",
        "use crate::b::*; pub struct A(B);",
        "use crate::b::B as Other; pub struct A(Other);",
    ];
    for way in ways {
        let files = [("lib.rs", "mod a; mod b;"), ("a.rs", way), b];
        assert_eq!(circles_of(&files), [["a.rs", "b.rs"]], "{way}");
    }
}

#[test]
fn comments_strings_and_tests_do_not_count() {
    let b = ("b.rs", "pub struct B(crate::a::A);");
    let ways = [
        "/// See [`crate::b::B`].\npub struct A; // crate::b::B",
        "pub struct A; const T: &str = \"crate::b::B\";",
        "pub struct A; #[cfg(test)] mod tests { use crate::b::B; }",
        "pub struct A; #[cfg(test)] fn f(_: crate::b::B) {}",
        "pub struct A; impl A { #[cfg(test)] fn f(_: crate::b::B) {} }",
    ];
    for way in ways {
        let files = [("lib.rs", "mod a; mod b;"), ("a.rs", way), b];
        assert!(circles_of(&files).is_empty(), "{way}");
    }
}
