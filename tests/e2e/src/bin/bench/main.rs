//! Times in real browsers, of one build or of two side by side. Started by `cargo xtask bench`, which makes
//! `docs/bench.md` of what this leaves in `artifacts/bench/bench.json`.
//!
//! Two builds are measured in turns, in the same minute on the same machine: what else the machine
//! does reaches both. With `filled` in front, long chats are searched, and `filled.json` is left. With `files`, a number of MiB and how often, files are measured instead, and `files.json` is left.

#![allow(clippy::print_stdout, reason = "it tells how far it is")]

mod figures;
mod files;
mod filled;
mod path;
mod rounds;

use anyhow::Context;
use e2e::{Build, Result, paths};
use figures::Figures;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

/// A build that is measured.
struct Subject {
    name: &'static str,
    build: Build,
}

fn main() -> Result {
    let mut args = std::env::args().skip(1).peekable();
    if args.next_if_eq("files").is_some() {
        let mut number = || args.next().context("how large, and how often?");
        let (megabytes, rounds) = (number()?.parse()?, number()?.parse()?);
        let mut figures = Figures::default();
        files::measure(megabytes, rounds, &mut figures)?;
        figures.print();
        return leave("files.json", &json!({ "figures": figures.json() }));
    }
    let filled = args.next_if_eq("filled").is_some();
    let rounds = args.next().context("how many rounds?")?.parse()?;
    let mut subjects = vec![Subject {
        name: "now",
        build: Build::default(),
    }];
    if let Some(dist) = args.next() {
        subjects.push(Subject {
            name: "baseline",
            build: Build {
                dist: PathBuf::from(dist),
                ..Build::default()
            },
        });
    }
    let mut figures = Figures::default();
    if filled {
        filled::measure(&subjects, &mut figures)?;
        figures.print();
        return leave("filled.json", &json!({ "figures": figures.json() }));
    }
    for round in 0..rounds {
        rounds::measure(round, &subjects, &mut figures)?;
        println!("round {} of {rounds} done", round + 1);
    }
    let path = path::measure(&subjects)?;
    figures.print();
    path.print();
    let all = json!({ "figures": figures.json(), "path": path.json() });
    leave("bench.json", &all)
}

fn leave(name: &str, figures: &Value) -> Result {
    let file = paths::artifacts("bench")?.join(name);
    fs::write(&file, format!("{figures:#}\n"))?;
    println!("\nwritten to {}", file.display());
    Ok(())
}
