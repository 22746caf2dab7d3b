//! With 500 contacts and 100,000 messages on the disk: the list, and what is found.

use crate::Subject;
use crate::figures::{Figures, What};
use anyhow::Context;
use e2e::Kind::Chromium;
use e2e::filled::{Filled, indexed};
use e2e::{Browser, Result, World, named};
use serde_json::Value;
use std::time::Duration;

const PAINT: What = What {
    name: "popup opened → list painted, 500 contacts and 100,000 messages",
    unit: "ms",
    goal: Some(80.0),
};

const HISTORY: Filled = Filled {
    contacts: 500,
    messages: 200,
    // Words of two to four syllables, of which some are in many messages and most in few.
    text: "
        let seed = (at * 2654435761 + 1) >>> 0;
        const next = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
        const syllable = (number) => 'bdfgklmnprstvz'[number % 14] + 'aeiou'[Math.floor(number / 14) % 5];
        const word = () => {
          let number = Math.floor(20000 * next() ** 3) * 7919;
          let word = '';
          for (let length = 2 + number % 3; length > 0; length--) {
            word += syllable(number % 70);
            number = Math.floor(number / 70) + length * 13;
          }
          return word;
        };
        const words = Array.from({ length: 8 }, word);
        if (at % 20000 === 7) words[3] = 'xylophone';
        if (at % 100 === 3 && at < 20000) words[4] = 'quarterly';
        return `Wherever ${words.join(' ')}`;",
};

/// What is looked for, and how often it is there.
const QUERIES: [(&str, &str); 6] = [
    (
        "xylophone",
        "search: a word of 5 of 100,000 messages → painted",
    ),
    ("quarterly", "search: a word of 200 old ones → painted"),
    ("wherever", "search: a word of all of them → painted"),
    (
        "w",
        "search: one letter that begins a word of all → painted",
    ),
    ("ba di", "search: two beginnings of many words → painted"),
    (
        "xylophone quarterly",
        "search: two words that no message has both → said",
    ),
];

/// Each is measured so often.
const TIMES: u32 = 5;

/// Types into the palette's field and waits for the frame that shows the answer.
const SEARCH: &str = "
    const field = document.getElementById('palette');
    const status = document.querySelector('dialog [role=status]');
    const type = (text) => {
      field.value = text;
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    };
    const answered = () => document.querySelector('dialog mark') || status.textContent === 'Nothing found.';
    const frame = () => new Promise(requestAnimationFrame);
    type('');
    while (answered()) await frame();
    const began = performance.now();
    type(query);
    while (!answered()) await frame();
    return performance.now() - began;";

/// Measures the list with every build, and the search with those that have it.
pub(crate) fn measure(subjects: &[Subject], figures: &mut Figures) -> Result {
    let mut worlds = Vec::new();
    for subject in subjects {
        let name = format!("bench-filled-{}", subject.name);
        let world = World::start_with(&name, subject.build.clone())?;
        let mut alice = world.browser(Chromium, "Alice")?;
        alice.popup()?.join("Alice")?;
        HISTORY.write(&mut alice)?;
        alice.popup()?.see(&named("heading", "Saved contacts"))?;
        indexed(&alice, Duration::from_secs(600))?;
        worlds.push((subject.name, world, alice));
    }
    for _ in 0..TIMES {
        for (build, _, alice) in &worlds {
            let took = alice.time_to_paint("popup.html", "#saved-list li")?;
            figures.add(PAINT, build, took);
        }
    }
    for (build, _, alice) in worlds.iter().filter(|(build, ..)| *build == "now") {
        let page = alice.popup()?;
        page.click(&named("button", "Search people and messages"))?;
        page.see(&named("combobox", "Find a person or a message"))?;
        for _ in 0..TIMES {
            for (query, name) in QUERIES {
                let what = What {
                    name,
                    unit: "ms",
                    goal: Some(100.0),
                };
                figures.add(what, build, search(alice, query)?);
            }
        }
    }
    Ok(())
}

fn search(browser: &Browser, query: &str) -> Result<f64> {
    let query = Value::from(query);
    let took = browser.run(&format!("const query = {query}; {SEARCH}"))?;
    took.as_f64().context("not a time")
}
