//! Files between two homes: they go on after a cut line, in another home, and after a killed browser, in both
//! directions; and where not every attempt gets through.

use anyhow::{Context, ensure};
use e2e::Home::{A, B};
use e2e::Kind::{Chromium, Firefox};
use e2e::files::{CHOSEN, MEGABYTE, bytes, call, check_saved, choose, see, send, send_this, view};
use e2e::friends::{befriend, joined};
use e2e::{Browser, Lab, Nat, Result, figures};
use serde_json::json;
use std::fs;
use std::time::{Duration, Instant};

const SIZE: usize = 48 * MEGABYTE;

/// How long it may take until a file passes where one of three attempts gets through.
const PASSES: Duration = Duration::from_secs(6);

/// Waits until a file does not pass any more; how many bytes are there.
fn see_waiting(browser: &Browser, transfer: &str) -> Result<usize> {
    let last = call(
        browser,
        &format!("is({transfer:?}, {})", json!(["waiting"])),
    )?;
    let bytes = last.get("bytes").and_then(serde_json::Value::as_u64);
    Ok(usize::try_from(bytes.context("no bytes")?)?)
}

#[test]
fn a_file_between_two_homes_goes_on_after_a_cut_line_and_in_another_home() -> Result {
    let lab = Lab::start("files-apart")?.with_downloads();
    let browsers = joined(&lab, [(A, Chromium, "Alice"), (A, Firefox, "Bob")])?;
    let [alice, bob] = &browsers;
    befriend(alice, bob)?;
    browsers.iter().try_for_each(view)?;
    lab.move_to("Bob", B)?;
    for (from, to) in [(alice, bob), (bob, alice)] {
        let name = format!("from {}.bin", from.name());
        let transfer = send(from, to, &name, SIZE)?;
        see(to, &transfer, &["running"], 4 * MEGABYTE)?;
        lab.cut("Bob")?;
        let there = see_waiting(to, &transfer)?;
        lab.mend("Bob")?;
        let mended = Instant::now();
        see(to, &transfer, &["running"], there + 1)?;
        let figure = format!("a file to {:?}: further, from the mended line", to.kind());
        figures::time(&figure, mended.elapsed())?;
        lab.move_to("Bob", if from.name() == "Alice" { A } else { B })?;
        for browser in [to, from] {
            see(browser, &transfer, &["saved"], SIZE)?;
        }
        check_saved(to, &name, SIZE)?;
    }
    browsers.iter().try_for_each(Browser::check_console)
}

#[test]
fn a_file_between_two_homes_goes_on_after_either_browser_was_killed() -> Result {
    let lab = Lab::start("files-apart-killed")?.with_downloads();
    let mut browsers = joined(&lab, [(A, Chromium, "Alice"), (A, Firefox, "Bob")])?;
    befriend(&browsers[0], &browsers[1])?;
    browsers.iter().try_for_each(view)?;
    lab.move_to("Bob", B)?;
    for (sender, killed) in [(0, 1), (0, 0), (1, 0), (1, 1)] {
        let [from, to] = [&browsers[sender], &browsers[1 - sender]];
        let name = format!(
            "{} killed, from {}.bin",
            browsers[killed].name(),
            from.name()
        );
        let file = lab.folder().join(&name);
        fs::write(&file, bytes(SIZE))?;
        choose(from, &file)?;
        let transfer = send_this(from, to, &name, CHOSEN)?;
        see(to, &transfer, &["running"], 8 * MEGABYTE)?;
        browsers[killed].kill()?;
        browsers[killed].start()?;
        view(&browsers[killed])?;
        let started = Instant::now();
        let [from, to] = [&browsers[sender], &browsers[1 - sender]];
        if killed == sender {
            see(from, &transfer, &["needsFile"], 0)?;
            choose(from, &file)?;
            call(from, &format!("choose({transfer:?}, {CHOSEN})"))?;
        } else {
            see(to, &transfer, &["running"], 8 * MEGABYTE)?;
            let figure = format!(
                "a file to {:?}: further, from its start after a kill",
                to.kind()
            );
            figures::time(&figure, started.elapsed())?;
        }
        for browser in [to, from] {
            see(browser, &transfer, &["saved"], SIZE)?;
        }
        let there = see(&browsers[killed], &transfer, &["saved"], SIZE)?;
        let begun = there.iter().copied().find(|bytes| *bytes > 0);
        let begun = begun.unwrap_or_default();
        ensure!(
            begun >= 8 * MEGABYTE as u64,
            "{name}: begun anew: {there:?}"
        );
        check_saved(to, &name, SIZE)?;
    }
    browsers.iter().try_for_each(Browser::check_console)
}

#[test]
fn a_file_gets_through_a_router_without_a_filter_as_soon_as_its_people_do() -> Result {
    let nats = [Nat::Unfiltered, Nat::Filtering];
    let lab = Lab::behind("files-apart-unfiltered", nats)?.with_downloads();
    let browsers = joined(&lab, [(A, Chromium, "Alice"), (A, Firefox, "Bob")])?;
    let [alice, bob] = &browsers;
    befriend(alice, bob)?;
    browsers.iter().try_for_each(view)?;
    lab.move_to("Bob", B)?;
    for number in 1..=3 {
        for (from, to) in [(alice, bob), (bob, alice)] {
            let name = format!("{number} from {}.bin", from.name());
            let transfer = send(from, to, &name, 2 * MEGABYTE)?;
            let accepted = Instant::now();
            see(to, &transfer, &["running", "saving", "saved"], MEGABYTE)?;
            let took = accepted.elapsed();
            see(to, &transfer, &["saved"], 2 * MEGABYTE)?;
            figures::time(&format!("no filter: {name}"), took)?;
            ensure!(took < PASSES, "{name}: only after {took:?}");
        }
    }
    browsers.iter().try_for_each(Browser::check_console)
}
