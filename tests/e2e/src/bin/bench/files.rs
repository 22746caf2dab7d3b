//! How fast files pass, beside a bare channel and stock PeerJS between the same two browsers; the memory that takes, and
//! how long a text takes meanwhile.

#![allow(
    clippy::indexing_slicing,
    reason = "what a JSON value does not have is null"
)]

use crate::figures::{Figures, What};
use anyhow::{Context, anyhow};
use e2e::Kind::{self, Chromium, Firefox};
use e2e::files::{self, CHOSEN, MEGABYTE};
use e2e::services::Site;
use e2e::{Browser, Result, World, friends, paths};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What is measured of a pair.
struct Names {
    file: What,
    bare: What,
    stock: What,
    sender: What,
    receiver: What,
    idle: What,
    busy: What,
}

macro_rules! names {
    ($pair:literal) => {
        Names {
            file: what(concat!($pair, ": a file, from Accept to Saved"), "MB/s"),
            bare: what(concat!($pair, ": a bare channel"), "MB/s"),
            stock: what(concat!($pair, ": stock PeerJS, binary"), "MB/s"),
            sender: what(concat!($pair, ": memory of the sender, above idle"), "MB"),
            receiver: what(concat!($pair, ": memory of the receiver, above idle"), "MB"),
            idle: what(concat!($pair, ": a text"), "ms"),
            busy: what(concat!($pair, ": a text while the file passes"), "ms"),
        }
    };
}
/// Who sends to whom, and what is said of that.
const PAIRS: [(Kind, Kind, Names); 3] = [
    (Chromium, Chromium, names!("Chromium → Chromium")),
    (Chromium, Firefox, names!("Chromium → Firefox")),
    (Firefox, Chromium, names!("Firefox → Chromium")),
];

const fn what(name: &'static str, unit: &'static str) -> What {
    What {
        name,
        unit,
        goal: None,
    }
}

/// Texts that are measured each time.
const TEXTS: u32 = 5;

/// The parts of a file that are waited for one after the other.
const PARTS: usize = 64;

/// Between two looks at the memory: one takes 15 ms of a processor that the file would have.
const LOOK: Duration = Duration::from_millis(500);

/// Measures a file of so many MiB between all pairs.
pub(crate) fn measure(megabytes: usize, rounds: u32, figures: &mut Figures) -> Result {
    let size = megabytes * MEGABYTE;
    for (from, to, names) in &PAIRS {
        let world = World::with_downloads(&format!("bench-files-{from:?}-{to:?}"))?;
        let browsers = world.browsers([(*from, "Alice"), (*to, "Bob")])?;
        let [alice, bob] = &browsers;
        for (browser, page) in [(alice, alice.popup()?), (bob, bob.popup()?)] {
            page.join(browser.name())?;
        }
        friends::befriend(alice, bob)?;
        let named = |round| world.folder().join(format!("file {round}.bin"));
        write(&named(0), size)?;
        for round in 0..rounds {
            for raw in [true, false] {
                let what = if raw { names.bare } else { names.stock };
                // Stock PeerJS holds all of a message in memory, twice.
                let size = size.min(256 * MEGABYTE);
                match flood(&world, [alice, bob], size, raw) {
                    Ok(rate) => figures.add(what, "now", rate),
                    Err(error) => println!("{}: {error:#}", what.name),
                }
            }
            send([alice, bob], &named(round), size, round, names, figures)?;
            // A view finds what is offered by its name.
            fs::rename(named(round), named(round + 1))?;
            println!("{from:?} → {to:?}: round {} of {rounds} done", round + 1);
        }
        fs::remove_file(named(rounds))?;
    }
    Ok(())
}

/// Writes a file of so many bytes, no two pieces of which are the same.
fn write(file: &Path, size: usize) -> Result {
    use std::io::Write as _;
    let mut file = fs::File::create(file)?;
    let mut piece = files::bytes(MEGABYTE);
    for number in 0..size / MEGABYTE {
        piece.splice(..8, number.to_le_bytes());
        file.write_all(&piece)?;
    }
    Ok(())
}

/// Returns megabytes a second.
fn rate(size: usize, took: Duration) -> f64 {
    size as f64 / 1e6 / took.as_secs_f64()
}

/// Opens an ordinary page with stock PeerJS in both browsers, and sends so many bytes between them.
fn flood(world: &World, [from, to]: [&Browser; 2], size: usize, raw: bool) -> Result<f64> {
    let root = paths::root();
    let folders = ["tests/e2e/js", "node_modules/peerjs/dist"].map(|folder| root.join(folder));
    let site = Site::start(folders.into())?;
    let server = &world.services.signalling;
    let ice = world.services.config()["iceServers"].clone();
    let options = json!({
        "host": server.host(), "port": server.port(), "path": "/", "secure": false,
        "config": { "iceServers": ice }
    });
    let stock = |browser: &Browser, what: &str, args: &[Value]| -> Result<Value> {
        let script = format!("return stock.{what}(...args);");
        browser.session()?.execute_async(&script, args)
    };
    for (browser, id) in [(from, "flood-from"), (to, "flood-to")] {
        browser.session()?.navigate(&site.url("stock.html"))?;
        stock(browser, "register", &[json!(id), options.clone()])?;
    }
    let serialization = if raw { "raw" } else { "binary" };
    let link = stock(
        from,
        "dial",
        &[json!("flood-from"), json!("flood-to"), json!(serialization)],
    )?;
    let there = stock(to, "accept", &[json!("flood-to")])?;
    let took = std::thread::scope(|scope| {
        let swallowed = scope.spawn(|| {
            let args = [there["link"].clone(), json!(size), json!(raw)];
            stock(to, "swallow", &args).map(|_| Instant::now())
        });
        let begun = Instant::now();
        stock(from, "flood", &[link, json!(size), json!(raw)])?;
        let end = swallowed
            .join()
            .map_err(|_| anyhow!("the watching thread panicked"))??;
        Ok::<_, anyhow::Error>(end - begun)
    })?;
    for (browser, id) in [(from, "flood-from"), (to, "flood-to")] {
        stock(browser, "leave", &[json!(id)])?;
    }
    Ok(rate(size, took))
}

/// Sends a file.
fn send(
    [from, to]: [&Browser; 2],
    file: &Path,
    size: usize,
    round: u32,
    names: &Names,
    figures: &mut Figures,
) -> Result {
    for browser in [from, to] {
        files::view(browser)?;
    }
    let name = file.file_name().context("no name")?.to_string_lossy();
    let texts = |what: What, figures: &mut Figures| -> Result {
        for number in 0..TEXTS {
            let text = json!(format!("{} {round} {number}", what.name));
            let at = |done: Value| done.as_f64().context("not a time");
            let written = at(files::call(
                from,
                &format!("write({:?}, {text})", to.name()),
            )?)?;
            let read = at(files::call(to, &format!("read({text})"))?)?;
            figures.add(what, "now", read - written);
        }
        Ok(())
    };
    texts(names.idle, figures)?;
    files::choose(from, file)?;
    let idle = [from.extension_memory()?, to.extension_memory()?];
    let transfer = files::offer(from, to, CHOSEN)?;
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watching = scope.spawn(|| {
            let mut most = [0_f64; 2];
            while !over.load(Ordering::Relaxed) {
                for (most, browser) in most.iter_mut().zip([from, to]) {
                    *most = most.max(browser.extension_memory()?);
                }
                std::thread::sleep(LOOK);
            }
            Ok::<_, anyhow::Error>(most)
        });
        let begun = Instant::now();
        let saved = (|| {
            files::accept(to, &name, &transfer)?;
            files::see(to, &transfer, &["running"], size / 8)?;
            texts(names.busy, figures)?;
            // A script in a page may take a minute.
            for part in 1..=PARTS {
                let states = ["running", "saving", "saved"];
                files::see(to, &transfer, &states, size / PARTS * part)?;
            }
            files::see(to, &transfer, &["saved"], size)
        })();
        let took = begun.elapsed();
        over.store(true, Ordering::Relaxed);
        let most = watching
            .join()
            .map_err(|_| anyhow!("the watching thread panicked"))??;
        saved?;
        figures.add(names.file, "now", rate(size, took));
        figures.add(names.sender, "now", most[0] - idle[0]);
        figures.add(names.receiver, "now", most[1] - idle[1]);
        fs::remove_file(to.downloads().join(&*name))?;
        Ok(())
    })
}
