//! What SECURITY.md says to be shown by a test is shown by one.

use crate::{collect, root};

#[test]
fn every_test_that_the_security_page_names_is_there() {
    let page = std::fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let named: Vec<&str> = page.split('`').filter(|word| is_test(word)).collect();
    assert!(named.len() > 30, "{named:?}");
    let mut sources = Vec::new();
    for folder in ["src", "tests", "peerjs", "sim"] {
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

/// Whether a word between backticks is the name of a test: a sentence.
fn is_test(word: &str) -> bool {
    let of_a_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    word.matches('_').count() >= 3 && word.chars().all(of_a_name)
}
