//! Files between two homes: they go on after a cut line and in another home, in both directions.
#![cfg(feature = "nat")]

use anyhow::Context;
use e2e::Home::{A, B};
use e2e::Kind::{Chromium, Firefox};
use e2e::files::{MEGABYTE, call, check_saved, see, send, view};
use e2e::friends::{befriend, joined};
use e2e::{Browser, Lab, Result, figures};
use serde_json::json;
use std::time::Instant;

const SIZE: usize = 48 * MEGABYTE;

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
