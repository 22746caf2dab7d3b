//! The command lines that people are told to use are ones.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use beacon::cli::{Cli, Command};
use clap::Parser;

const README: &str = include_str!("../README.md");
const UNIT: &str = include_str!("../examples/beacon.service");
const CONTAINER: &str = include_str!("../examples/Containerfile");

/// The words from `serve` on, of a command that may go on after a backslash and be a comment.
fn serve(text: &str) -> Vec<String> {
    let start = text.find("serve --").unwrap();
    let lines = text[start..].lines();
    let mut words = Vec::new();
    for line in lines {
        let line = line.trim_start_matches('#');
        let goes_on = line.ends_with('\\');
        let line = line.trim_end_matches('\\').replace('\'', "");
        words.extend(line.split_whitespace().map(str::to_owned));
        if !goes_on {
            break;
        }
    }
    words
}

#[test]
fn the_command_lines_of_the_readme_the_unit_and_the_container_file_are_understood() {
    for text in [README, UNIT, CONTAINER] {
        let words = serve(text).into_iter();
        let words = words.map(|word| word.replace("YOUR-ID", "aaaabbbbccccddddeeeeffffgggghhhh"));
        let all: Vec<String> = std::iter::once("beacon".to_owned()).chain(words).collect();
        let cli = Cli::try_parse_from(&all).unwrap_or_else(|error| panic!("{error}"));
        let Command::Serve(serve) = cli.command else {
            panic!("{all:?}")
        };
        assert_eq!(serve.url.as_str(), "https://beacon.example.org");
        assert_eq!((serve.origin.len(), serve.trust_forwarded), (2, Some(1)));
        assert!(!serve.debug && !serve.test_slots);
    }
}
