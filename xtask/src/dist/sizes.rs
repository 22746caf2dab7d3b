//! What the parts weigh, against what they may.

use super::bind::Bound;
use super::{BROWSERS, PARTS, Part};
use anyhow::{Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use std::fs;
use std::io::Write;
use std::path::Path;

/// The weight of one part's wasm, in bytes.
pub(super) struct Size {
    part: &'static Part,
    raw: u64,
    gzip: u64,
}

/// Weighs each part.
pub(super) fn weigh(bound: &[Bound]) -> Result<Vec<Size>> {
    let one = |(part, bound): (&'static Part, &Bound)| {
        let wasm = fs::read(bound.wasm())?;
        Ok(Size {
            part,
            raw: wasm.len() as u64,
            gzip: gzip(&wasm)?,
        })
    };
    PARTS.iter().zip(bound).map(one).collect()
}

fn gzip(bytes: &[u8]) -> Result<u64> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len() as u64)
}

/// Prints the table.
pub(super) fn print(sizes: &[Size], out: &Path) -> Result<()> {
    println!(
        "{:<12}{:>10}{:>10}{:>10}   (wasm, kB)",
        "", "raw", "gzip", "budget"
    );
    for size in sizes {
        let (raw, gzip, budget) = (kb(size.raw), kb(size.gzip), kb(size.part.budget));
        println!("{:<12}{raw:>10}{gzip:>10}{budget:>10}", size.part.title);
    }
    for browser in BROWSERS {
        let zip = fs::metadata(super::zip(out, browser))?.len();
        println!("{:<12}{:>10}", format!("{browser} zip"), kb(zip));
    }
    Ok(())
}

/// Writes the numbers to `sizes.json` for `bench`.
pub(super) fn save(sizes: &[Size], out: &Path) -> Result<()> {
    let one = |size: &Size| {
        let Size { part, raw, gzip } = size;
        json!({ "part": part.title, "raw": raw, "gzip": gzip, "budget": part.budget })
    };
    let all: Vec<_> = sizes.iter().map(one).collect();
    Ok(fs::write(
        out.join("sizes.json"),
        format!("{:#}\n", json!(all)),
    )?)
}

fn kb(bytes: u64) -> String {
    format!("{}.{}", bytes / 1000, bytes % 1000 / 100)
}

/// Says which parts are over their budget, loudly; with `strict` that is a failure.
pub(super) fn judge(sizes: &[Size], strict: bool) -> Result<()> {
    let over: Vec<_> = sizes
        .iter()
        .filter(|size| size.gzip > size.part.budget)
        .collect();
    for size in &over {
        let (gzip, budget) = (kb(size.gzip), kb(size.part.budget));
        eprintln!(
            "OVER BUDGET: {} has {gzip} kB gzip, may have {budget}",
            size.part.title
        );
    }
    if strict && !over.is_empty() {
        bail!("{} of the parts are over their size budget", over.len());
    }
    Ok(())
}
