//! A list of a thousand people: painted soon, walked through by keyboard, and said to be what it is.
#![allow(
    clippy::indexing_slicing,
    reason = "only JSON values are indexed, which gives null for what is not there"
)]

use anyhow::{Context, ensure};
use e2e::page::TAB;
use e2e::{Browser, Build, Kind, Page, Result, World};
use serde_json::{Value, json};
use std::time::Duration;

/// How many.
const PEOPLE: u64 = 1_000;

/// How often the list is scrolled to its end and the focus steps on. Where the rows that are not there lost their
/// height for a moment, one of forty went wrong.
const ROUNDS: u64 = 40;

fn crowd(kind: Kind) -> Result<(World, Browser)> {
    let build = Build {
        crowded: true,
        ..Build::default()
    };
    let world = World::start_with(&format!("crowd-{kind:?}"), build)?;
    let browser = world.browser(kind, "Alice")?;
    let session = browser.session()?;
    session.navigate(&browser.url(&format!("popup.html?crowd={PEOPLE}")))?;
    let painted = session.execute_async("return crowdPainted;", &[])?;
    let millis = painted[1].as_f64().context("not a time")?;
    e2e::figures::time(
        &format!("{kind:?}: told of {PEOPLE} people, then painted"),
        Duration::from_secs_f64(millis / 1000.0),
    )?;
    Ok((world, browser))
}

fn ask(browser: &Browser, script: &str) -> Result<Value> {
    browser.session()?.execute_async(script, &[])
}

/// Every row says which of how many it is, and the rows are in order.
fn check_rows(browser: &Browser) -> Result<u64> {
    let rows = ask(
        browser,
        "return [...document.querySelectorAll('li.person')].map((row) => [
           row.getAttribute('aria-posinset'), row.getAttribute('aria-setsize'), row.innerText,
         ]);",
    )?;
    let rows = rows.as_array().context("no rows")?;
    let mut last = 0;
    for row in rows {
        let place: u64 = row[0].as_str().context("no place")?.parse()?;
        ensure!(row[1] == json!(PEOPLE.to_string()), "of how many? {row}");
        ensure!(place > last, "{place} stands behind {last}");
        let name = format!("Person {place:04}");
        ensure!(
            row[2].as_str().is_some_and(|text| text.contains(&name)),
            "{row} is not {name}"
        );
        last = place;
    }
    ensure!(
        (10..=200).contains(&rows.len()),
        "{} rows are there",
        rows.len()
    );
    Ok(last)
}

/// The list is painted, scrolled to its end without a long task, and back by keyboard.
fn walk(kind: Kind) -> Result {
    let (world, browser) = crowd(kind)?;
    browser.screenshot(world.folder(), "crowd")?;
    check_rows(&browser)?;

    // Whoever walks through it by keyboard finds a next row, and the focus stays.
    let page = Page::new(&browser)?;
    ask(
        &browser,
        "document.querySelector('li.person button').focus();",
    )?;
    for _ in 0..130 {
        page.press(&TAB.to_string())?;
    }
    let at = "const row = document.activeElement.closest('li.person');
        const { top, bottom } = row.getBoundingClientRect();
        return [Number(row.ariaPosInSet ?? row.getAttribute('aria-posinset')), top >= 0 && bottom <= innerHeight];";
    let walked = ask(&browser, at)?;
    // Two buttons in each row.
    ensure!(walked == json!([66, true]), "after 130 steps at {walked}");
    check_rows(&browser)?;

    let scrolled = ask(&browser, "return scrollThrough();")?;
    let longest = scrolled["longest"].as_f64().context("not a time")?;
    e2e::figures::time(
        &format!("{kind:?}: longest pause while scrolling through {PEOPLE} people"),
        Duration::from_secs_f64(longest / 1000.0),
    )?;
    let last = check_rows(&browser)?;
    ensure!(last == PEOPLE, "the last row is {last}");
    ensure!(ask(&browser, at)?[0] == json!(66), "the focus is lost");

    // The next step leads on from where the focus was, however often the list is scrolled away.
    for row in 67..67 + ROUNDS {
        for _ in 0..2 {
            page.press(&TAB.to_string())?;
        }
        let back = ask(&browser, at)?;
        ensure!(back == json!([row, true]), "then at {back}, not {row}");
        ask(&browser, "await scrollToEnd();")?;
    }
    page.press(&TAB.to_string())?;
    check_rows(&browser)?;
    page.check_controls()?;
    browser.check_console()
}

#[test]
fn a_thousand_people_are_listed_in_chromium() -> Result {
    walk(Kind::Chromium)
}

#[test]
fn a_thousand_people_are_listed_in_firefox() -> Result {
    walk(Kind::Firefox)
}
