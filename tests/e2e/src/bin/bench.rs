//! Times in real browsers, as medians. Started by `cargo xtask bench`, which says how many rounds.

#![allow(clippy::print_stdout, reason = "it prints a table")]

use anyhow::{Context, anyhow};
use e2e::Kind::{Chromium, Firefox};
use e2e::page::Moment;
use e2e::{Page, Result, World, named, paths};
use serde_json::{Value, json};
use std::fs;

/// One line of the table.
struct Figure {
    name: &'static str,
    unit: &'static str,
    goal: f64,
    values: Vec<f64>,
}

fn main() -> Result {
    let rounds = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(7);
    let mut figures = [
        ("Join -> seen in the other's list", "ms", 600.0),
        ("request accepted -> chat usable", "ms", 150.0),
        ("message, popup to popup", "ms", 12.0),
        ("popup opened -> list painted", "ms", 150.0),
        ("idle engine: private memory", "MB", 60.0),
    ]
    .map(|(name, unit, goal)| Figure {
        name,
        unit,
        goal,
        values: Vec::new(),
    });
    for round in 0..rounds {
        measure(round, &mut figures)?;
        println!("round {} of {rounds} done", round + 1);
    }
    print(&figures)
}

/// A round has browsers and servers of its own: nothing is warm but the disk.
fn measure(round: u32, figures: &mut [Figure; 5]) -> Result {
    let world = World::start(&format!("bench-{round}"))?;
    // Every second round crosses browsers.
    let kind = if round.is_multiple_of(2) {
        Chromium
    } else {
        Firefox
    };
    let [alice, bob] = &world.browsers([(Chromium, "Alice"), (kind, "Bob")])?;
    let (a, b) = (alice.popup()?, bob.popup()?);
    let [join, usable, message, paint, memory] = figures;
    a.join("Alice")?;
    b.fill("Your name", "Bob")?;
    join.values
        .push(between(&b, "Join", || a.person("Bob").see())?);
    b.person("Alice").connect()?;
    a.see(&named("button", "Accept"))?;
    usable.values.push(between(&a, "Accept", || {
        b.person("Alice").see_button("Open chat")
    })?);
    a.person("Bob").open_chat()?;
    b.person("Alice").open_chat()?;
    for number in 0..10 {
        let text = format!("message {number}.");
        a.fill("Message", &text)?;
        message
            .values
            .push(between(&a, "Send", || b.see_message(&text))?);
    }
    for _ in 0..3 {
        paint
            .values
            .push(alice.time_to_paint("popup.html", "main li")?);
    }
    alice.session()?.navigate("about:blank")?;
    memory.values.push(alice.extension_memory()?);
    Ok(())
}

/// From a click to what it brings about on another page, in milliseconds.
fn between(
    page: &Page<'_>,
    button: &str,
    seen: impl FnOnce() -> Result<Moment> + Send,
) -> Result<f64> {
    std::thread::scope(|scope| {
        let seen = scope.spawn(seen);
        // The click waits a moment in its page, so that the other page is surely watching.
        let clicked = page.click_soon(&named("button", button))?;
        let seen = seen
            .join()
            .map_err(|_| anyhow!("the watching thread panicked"))??;
        Ok(seen - clicked)
    })
}

fn print(figures: &[Figure]) -> Result {
    println!(
        "\n{:<36}{:>9}{:>9}{:>9}{:>9}",
        "median of all rounds", "median", "p90", "goal", "n"
    );
    let mut json = Vec::new();
    for Figure {
        name,
        unit,
        goal,
        values,
    } in figures
    {
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let at = |share: f64| sorted.get((sorted.len() as f64 * share) as usize).copied();
        let (median, high) = (at(0.5).context("no values")?, at(0.9).context("no values")?);
        println!(
            "{name:<36}{median:>6.1} {unit}{high:>6.1} {unit}{goal:>6.0} {unit}{:>9}",
            values.len()
        );
        json.push(
            json!({ "name": name, "unit": unit, "goal": goal, "median": median, "values": values }),
        );
    }
    let sizes = fs::read(paths::dist("chrome")?.with_file_name("sizes.json"))?;
    let sizes: Value = serde_json::from_slice(&sizes)?;
    let file = paths::artifacts("bench")?.join("bench.json");
    fs::write(
        &file,
        format!("{:#}\n", json!({ "figures": json, "sizes": sizes })),
    )?;
    println!("\nwritten to {}", file.display());
    Ok(())
}
