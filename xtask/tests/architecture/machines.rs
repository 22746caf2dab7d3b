//! The machines of the core know no other one: what crosses them stands in `src/node`.

use crate::{collect, root};

/// The folders of the machines under `src`.
const MACHINES: &[&str] = &[
    "directory",
    "handshakes",
    "introductions",
    "contacts",
    "conversations",
    "rendezvous",
];

/// Returns the other machines that the source text of one names.
fn others_named(machine: &str, text: &str) -> Vec<&'static str> {
    let others = MACHINES.iter().filter(|other| **other != machine);
    let named = |other: &&&str| text.contains(&format!("crate::{other}"));
    others.filter(named).copied().collect()
}

#[test]
fn a_machine_names_no_other_machine() {
    let mut found = Vec::new();
    for machine in MACHINES {
        let mut files = Vec::new();
        collect(&root().join("src").join(machine), &mut files);
        assert!(!files.is_empty(), "{machine} is no folder");
        for file in files {
            let text = without_comments(&std::fs::read_to_string(&file).unwrap());
            let others = others_named(machine, &text);
            if !others.is_empty() {
                found.push((file, others));
            }
        }
    }
    assert!(found.is_empty(), "{found:?}");
}

fn without_comments(text: &str) -> String {
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    text.lines().filter(is_code).collect()
}

#[test]
fn a_machine_that_names_another_is_found() {
    assert_eq!(
        others_named("contacts", "use crate::handshakes::Book;"),
        ["handshakes"]
    );
    assert!(others_named("contacts", "use crate::contacts::Contact;").is_empty());
}
