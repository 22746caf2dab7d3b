//! `bench`: measures in real browsers, beside another build where there is one, and writes `docs/bench.md`.
//!
//! The measuring is done by the program `bench` of the crate `e2e`; here is the page that is made of it.

use crate::{dist, figures, paths, shell, stories, test};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// What `bench` can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How often each thing is measured
    #[arg(long, default_value_t = 7)]
    rounds: u32,
    /// What `dist` has made of another revision: it is measured in turns with this one. Its folder's name
    /// is its name in the tables
    #[arg(long)]
    baseline: Option<PathBuf>,
    /// Only what is measured beside a baseline: not the beacon's load, nothing across NATs
    #[arg(long)]
    brief: bool,
    /// How large the files are whose way is measured, in MiB; 0 measures none. Always so where it is brief
    #[arg(long, default_value_t = 128)]
    files: u32,
}

/// How often each way of a file is measured.
const FILES: u32 = 3;

/// What is measured, and what it is compared with where that was measured too.
const BUILDS: [&str; 2] = ["now", "baseline"];

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<()> {
    if !options.brief {
        let beacon = "run --quiet --release -p beacon --example load";
        shell::run(shell::cargo().args(beacon.split(' ')))?;
    }
    let dist = dist::run(&dist::Options::default())?;
    let mut args = vec![options.rounds.to_string()];
    if let Some(baseline) = &options.baseline {
        let baseline = std::path::absolute(baseline)?;
        let manifest = baseline.join("chrome/manifest.json");
        ensure!(manifest.is_file(), "{} is no build", baseline.display());
        args.push(baseline.display().to_string());
    }
    stories::program("bench", &dist, &args)?;
    args.insert(0, "filled".to_owned());
    stories::program("bench", &dist, &args)?;
    let files = options.files > 0 && !options.brief;
    if files {
        let args = [
            "files".to_owned(),
            options.files.to_string(),
            FILES.to_string(),
        ];
        stories::program("bench", &dist, &args)?;
    }
    let nats = match options.brief {
        true => None,
        false => Some(test::measure_failover().and_then(|()| figures::all())?),
    };
    let mut page = page(options, &dist, nats.as_deref())?;
    if files {
        writeln!(
            page,
            "\n## Files\n\nOf {} MiB, from the click on Accept until they are in the downloads; the channels beside them are \
             between the same two browsers, of 256 MiB at most, and have nothing behind them.\n",
            options.files
        )?;
        let measured = measured("files.json")?;
        figures_table(
            &mut page,
            measured.get("figures").context("no figures")?,
            BUILDS,
        )?;
    }
    let file = paths::root().join("docs/bench.md");
    fs::write(&file, page)?;
    println!("bench: written to {}", file.display());
    Ok(())
}

#[expect(
    clippy::indexing_slicing,
    reason = "what a JSON value does not have is null"
)]
fn page(options: &Options, dist: &Path, nats: Option<&str>) -> Result<String> {
    let measured = measured("bench.json")?;
    let baseline = options.baseline.as_deref();
    let name = baseline.and_then(Path::file_name);
    let name = name.map(|name| name.to_string_lossy());
    let mut page = String::from("# Figures\n\n");
    writeln!(
        page,
        "Written by `cargo xtask bench` ({} rounds) at revision {} on {}.\n{}\n",
        options.rounds,
        shell::answer("git", &["describe", "--always", "--dirty"]).unwrap_or_default(),
        shell::answer("date", &["-u", "+%Y-%m-%d"]).unwrap_or_default(),
        machine()?
    )?;
    if let Some(name) = &name {
        writeln!(
            page,
            "The baseline is the build of `{name}`. Both were measured in turns, in the same minutes on the same \
             machine: what else that did reached both. The ratio is that of the medians.\n"
        )?;
    }
    page.push_str("## What a person waits for\n\n");
    figures_table(&mut page, &measured["figures"], BUILDS)?;
    page.push_str(
        "\n## The page beside the extension\n\nBetween two pages, and in turns with them between two extensions. The page should \
         take 1.2 times as long at most.\n\n",
    );
    figures_table(&mut page, &measured["figures"], ["page", "now"])?;
    page.push_str("\n## With 500 contacts and 100,000 messages\n\n");
    page.push_str("In Chromium; a search from the key that ends the word to the frame that shows what was found.\n\n");
    let filled = self::measured("filled.json")?;
    figures_table(&mut page, &filled["figures"], BUILDS)?;
    page.push_str(
        "\n## Where the time of a message goes\n\nBetween two Chromiums, in ms, from the click on Send to the frame \
         that shows it. The parts are medians of their own: their sum is not that of the whole.\n\n",
    );
    figures_table(&mut page, &measured["path"], BUILDS)?;
    page.push_str("\n## What is loaded\n\n");
    sizes_table(&mut page, dist, baseline)?;
    if let Some(nats) = nats {
        page.push_str("\n## Across NATs\n\n");
        for line in nats.lines() {
            writeln!(page, "- {line}")?;
        }
    }
    Ok(page)
}

/// Returns what the program has left.
fn measured(name: &str) -> Result<Value> {
    let text = fs::read(paths::root().join("artifacts/bench").join(name))?;
    Ok(serde_json::from_slice(&text)?)
}

/// Returns which machine and which browsers this is.
fn machine() -> Result<String> {
    let about = |file: &str, key: &str| -> Result<String> {
        let text = fs::read_to_string(file)?;
        let line = text.lines().find(|line| line.starts_with(key));
        let value = line.and_then(|line| Some(line.split_once(':')?.1.trim().to_owned()));
        Ok(value.unwrap_or_default())
    };
    let cores = std::thread::available_parallelism()?;
    let version = |program: &str| shell::answer(program, &["--version"]).unwrap_or_default();
    Ok(format!(
        "Machine: {} ({cores} cores), {} of memory; {}; {}.\nAll browsers and servers share it.",
        about("/proc/cpuinfo", "model name")?,
        about("/proc/meminfo", "MemTotal")?,
        version("chromium").trim(),
        version("firefox-esr").trim(),
    ))
}

#[expect(
    clippy::indexing_slicing,
    reason = "what a JSON value does not have is null"
)]
fn figures_table(page: &mut String, figures: &Value, [build, other]: [&str; 2]) -> Result<()> {
    let figures = figures.as_array().context("no figures")?.iter();
    let measured = |figure: &&Value, build: &str| !figure["builds"][build].is_null();
    let figures = figures.filter(|figure| measured(figure, build));
    let compared = figures.clone().any(|figure| measured(&figure, other));
    match compared {
        true => writeln!(
            page,
            "| | {build} (p90) | {other} (p90) | ratio | goal |\n|---|---|---|---|---|"
        )?,
        false => writeln!(page, "| | {build} (p90) | goal |\n|---|---|---|")?,
    }
    for figure in figures {
        let unit = figure["unit"].as_str().unwrap_or("ms");
        let of = |build: &str, what: &str| figure["builds"][build][what].as_f64();
        let cell = |build: &str| match (of(build, "median"), of(build, "p90")) {
            (Some(median), Some(p90)) => format!("{} ({}) {unit}", short(median), short(p90)),
            _ => String::new(),
        };
        write!(
            page,
            "| {} | {} |",
            figure["name"].as_str().unwrap_or_default(),
            cell(build)
        )?;
        if compared {
            let both = of(build, "median").zip(of(other, "median"));
            let ratio = both.map(|(now, before)| format!("{:.2}", now / before));
            write!(page, " {} | {} |", cell(other), ratio.unwrap_or_default())?;
        }
        let goal = figure["goal"]
            .as_f64()
            .map(|goal| format!("{} {unit}", short(goal)));
        writeln!(page, " {} |", goal.unwrap_or_default())?;
    }
    Ok(())
}

/// Returns a number with as many digits as it deserves.
fn short(value: f64) -> String {
    if value < 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    }
}

fn sizes_table(page: &mut String, dist: &Path, baseline: Option<&Path>) -> Result<()> {
    let sizes = |dist: &Path| -> Result<Vec<(String, f64, f64)>> {
        let file = dist.join("sizes.json");
        let text = fs::read(&file).with_context(|| file.display().to_string())?;
        let sizes: Value = serde_json::from_slice(&text)?;
        let sizes = sizes.as_array().context("no sizes")?.iter();
        let number = |size: &Value, key: &str| size[key].as_f64().unwrap_or(f64::NAN) / 1000.0;
        let part = |size: &Value| size["part"].as_str().unwrap_or_default().to_owned();
        Ok(sizes
            .map(|size| (part(size), number(size, "gzip"), number(size, "budget")))
            .collect())
    };
    let before = baseline.map(sizes).transpose()?.unwrap_or_default();
    page.push_str(
        "| wasm, after gzip | now | baseline | ratio | budget |\n|---|---|---|---|---|\n",
    );
    for (part, now, budget) in sizes(dist)? {
        let same = before.iter().find(|(other, ..)| *other == part);
        let (other, ratio) = match same {
            Some((_, other, _)) => (format!("{other:.0} kB"), format!("{:.2}", now / other)),
            None => Default::default(),
        };
        writeln!(
            page,
            "| {part} | {now:.0} kB | {other} | {ratio} | {budget:.0} kB |"
        )?;
    }
    Ok(())
}
