//! Where the time of a message goes: from station to station, between two Chromiums.

use crate::Subject;
use crate::figures::{at, median};
use crate::rounds::between;
use anyhow::ensure;
use e2e::Kind::Chromium;
use e2e::devtools::HiddenPage;
use e2e::{Browser, Build, Page, Result, World};
use serde_json::{Value, json};

/// Messages that are followed.
const MESSAGES: u32 = 40;

/// The pages that a message passes.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Place {
    SenderView,
    SenderEngine,
    ReceiverEngine,
    ReceiverView,
}

use Place::{ReceiverEngine, ReceiverView, SenderEngine, SenderView};

/// The stations that a message passes, and what the way to each is.
const STATIONS: [(Place, &str, &str); 11] = [
    (SenderView, "pressed", ""),
    (SenderView, "posted", "view: from the click to the port"),
    (SenderEngine, "heard", "port: from the view to the engine"),
    (SenderEngine, "storing", "core: the message is taken"),
    (SenderEngine, "stored", "store: durable at the sender"),
    (SenderEngine, "sent", "core: the frame is made"),
    (ReceiverEngine, "received", "channel: from engine to engine"),
    (
        ReceiverEngine,
        "posted",
        "store: from the engine to the view's port",
    ),
    (ReceiverView, "heard", "port: from the engine to the view"),
    (
        ReceiverView,
        "in the page",
        "view: from the port to the page",
    ),
    (ReceiverView, "painted", "paint: the frame with it"),
];

/// How long each part of the way took, by build.
pub(crate) struct Ways(Vec<(&'static str, Vec<Vec<f64>>)>);

/// A build's two people, and their engines' pages.
struct Pair<'a> {
    a: Page<'a>,
    b: Page<'a>,
    browsers: &'a [Browser; 2],
    engines: [HiddenPage; 2],
}

/// Follows messages of all builds, in turns.
pub(crate) fn measure(subjects: &[Subject]) -> Result<Ways> {
    let mut worlds = Vec::new();
    for subject in subjects {
        let build = Build {
            traced: true,
            ..subject.build.clone()
        };
        let world = World::start_with(&format!("bench-path-{}", subject.name), build)?;
        let browsers = world.browsers([(Chromium, "Alice"), (Chromium, "Bob")])?;
        worlds.push((world, browsers));
    }
    let mut pairs = Vec::new();
    for (_, browsers) in &worlds {
        pairs.push(meet(browsers)?);
    }
    let mut ways: Vec<_> = subjects
        .iter()
        .map(|subject| (subject.name, Vec::new()))
        .collect();
    for number in 0..MESSAGES {
        for (pair, (_, ways)) in pairs.iter_mut().zip(&mut ways) {
            ways.push(follow(pair, number)?);
        }
    }
    Ok(Ways(ways))
}

fn meet(browsers: &[Browser; 2]) -> Result<Pair<'_>> {
    let [alice, bob] = browsers;
    let (a, b) = (alice.popup()?, bob.popup()?);
    a.join("Alice")?;
    b.join("Bob")?;
    b.befriend("Bob", &a, "Alice")?;
    a.person("Bob").open_chat()?;
    b.person("Alice").open_chat()?;
    let engine = |browser| HiddenPage::find(browser, "offscreen.html");
    let engines = [engine(alice)?, engine(bob)?];
    Ok(Pair {
        a,
        b,
        browsers,
        engines,
    })
}

/// Sends a message and returns how long each part of its way took.
fn follow(pair: &mut Pair<'_>, number: u32) -> Result<Vec<f64>> {
    let text = format!("message {number}.");
    pair.a.fill("Message", &text)?;
    take(pair)?;
    between(&pair.a, "Send", || pair.b.see_message(&text))?;
    // The frame with the message is over, and so is all that is said of it.
    pair.a.see_message_state(&text, "Read")?;
    pair.browsers[1]
        .session()?
        .execute_async("return new Promise(requestAnimationFrame)", &[])?;
    way(&take(pair)?)
}

/// Takes what all pages have noted.
fn take(pair: &mut Pair<'_>) -> Result<Vec<(Place, String, f64)>> {
    const SCRIPT: &str = "return takeTrace();";
    let mut all = Vec::new();
    let mut add = |place: Place, noted: Value| -> Result {
        let noted: Vec<(String, f64)> = serde_json::from_value(noted)?;
        all.extend(noted.into_iter().map(|(stage, at)| (place, stage, at)));
        Ok(())
    };
    let [alice, bob] = pair.browsers;
    add(SenderView, alice.session()?.execute(SCRIPT, &[])?)?;
    add(ReceiverView, bob.session()?.execute(SCRIPT, &[])?)?;
    let [sender, receiver] = &mut pair.engines;
    add(SenderEngine, sender.run(SCRIPT)?)?;
    add(ReceiverEngine, receiver.run(SCRIPT)?)?;
    Ok(all)
}

/// Returns the times between the stations of one message.
fn way(noted: &[(Place, String, f64)]) -> Result<Vec<f64>> {
    let mut last = f64::NEG_INFINITY;
    let mut moments = Vec::new();
    for (place, stage, _) in STATIONS {
        // Clocks of two processes differ by some tenths of a millisecond.
        let is_next = |at: f64| at > last - 1.0;
        let found = noted
            .iter()
            .filter(|(p, s, at)| *p == place && s == stage && is_next(*at));
        let first = found.map(|(_, _, at)| *at).reduce(f64::min);
        ensure!(first.is_some(), "{place:?} never noted {stage}: {noted:?}");
        last = first.unwrap_or(last);
        moments.push(last);
    }
    let steps = moments.iter().zip(moments.iter().skip(1));
    Ok(steps.map(|(from, to)| to - from).collect())
}

impl Ways {
    /// Tells the parts of the way, each as median and p90.
    #[allow(clippy::print_stdout, reason = "a table for people")]
    pub(crate) fn print(&self) {
        println!("\nThe way of a message, in ms: median (p90)");
        for (index, (_, _, what)) in STATIONS.iter().skip(1).enumerate() {
            print!("{what:<44}");
            for (build, ways) in &self.0 {
                let part = part(ways, index);
                print!(
                    "  {build}: {:>5.2} ({:>5.2})",
                    median(&part),
                    at(&part, 0.9)
                );
            }
            println!();
        }
    }

    /// Returns them for whoever makes a page of them.
    pub(crate) fn json(&self) -> Value {
        let parts = STATIONS.iter().skip(1).enumerate();
        parts
            .map(|(index, (_, _, what))| {
                let of = |(build, ways): &(&str, Vec<Vec<f64>>)| {
                    let part = part(ways, index);
                    let summary = json!({ "median": median(&part), "p90": at(&part, 0.9) });
                    ((*build).to_owned(), summary)
                };
                let builds: serde_json::Map<_, _> = self.0.iter().map(of).collect();
                json!({ "name": what, "builds": builds })
            })
            .collect()
    }
}

fn part(ways: &[Vec<f64>], index: usize) -> Vec<f64> {
    ways.iter()
        .filter_map(|way| way.get(index))
        .copied()
        .collect()
}
