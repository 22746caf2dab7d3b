//! What a person waits for. A round has browsers and servers of its own: nothing is warm but the disk.

use crate::Subject;
use crate::figures::{Figures, What};
use anyhow::{Context, anyhow};
use e2e::Kind::{Chromium, Firefox};
use e2e::page::Moment;
use e2e::web::bare;
use e2e::{Browser, Build, Page, Result, Web, World, named};

const JOIN: What = goal("Join → seen in the other's list", "ms", 600.0);
const USABLE: What = goal("request accepted → chat usable", "ms", 150.0);
const MESSAGE: What = goal("message, popup to popup", "ms", 12.0);
const PAINT: What = goal("popup opened → list painted", "ms", 150.0);
const CROWD: What = goal("told of 1,000 people → list painted", "ms", 100.0);
const SCROLL: What = goal("scrolling through them, longest pause", "ms", 50.0);
const MEMORY: What = goal("idle engine: private memory", "MB", 60.0);

/// The build of the page, which is measured beside the extension.
const PAGE: &str = "page";

/// Messages that are measured in a round.
const MESSAGES: u32 = 10;

const fn goal(name: &'static str, unit: &'static str, goal: f64) -> What {
    What {
        name,
        unit,
        goal: Some(goal),
    }
}

/// A build's two people.
struct Pair<'a> {
    build: &'static str,
    alice: &'a Browser,
    a: Page<'a>,
    b: Page<'a>,
}

/// Measures everything once, messages a few times.
pub(crate) fn measure(round: u32, subjects: &[Subject], figures: &mut Figures) -> Result {
    // Every second round crosses browsers.
    let kind = if round.is_multiple_of(2) {
        Chromium
    } else {
        Firefox
    };
    let mut worlds = Vec::new();
    for subject in subjects {
        let name = format!("bench-{}-{round}", subject.name);
        let build = Build {
            crowded: true,
            ..subject.build.clone()
        };
        let world = World::start_with(&name, build)?;
        let browsers = world.browsers([(Chromium, "Alice"), (kind, "Bob")])?;
        worlds.push((subject.name, world, browsers));
    }
    let mut pairs = Vec::new();
    for (build, _, [alice, bob]) in &worlds {
        let (a, b) = (alice.popup()?, bob.popup()?);
        pairs.push(Pair { build, alice, a, b });
    }
    let world = World::start(&format!("bench-{PAGE}-{round}"))?;
    let web = Web::start(&world)?;
    let [alice, bob] = &bare(&world, [(Chromium, "Alice"), (kind, "Bob")])?;
    pairs.push(Pair {
        build: PAGE,
        alice,
        a: web.open(alice)?,
        b: web.open(bob)?,
    });
    // Who is first is first in half of the rounds.
    if round % 4 >= 2 {
        pairs.reverse();
    }
    for pair in &pairs {
        meet(pair, figures)?;
    }
    for number in 0..MESSAGES {
        for pair in &pairs {
            let text = format!("message {number}.");
            pair.a.fill("Message", &text)?;
            let took = between(&pair.a, "Send", || pair.b.see_message(&text))?;
            figures.add(MESSAGE, pair.build, took);
        }
    }
    pairs.retain(|pair| pair.build != PAGE);
    for _ in 0..3 {
        for pair in &pairs {
            let took = pair.alice.time_to_paint("popup.html", "li.person")?;
            figures.add(PAINT, pair.build, took);
        }
    }
    for pair in &pairs {
        let (painted, longest) = crowd(pair.alice)?;
        figures.add(CROWD, pair.build, painted);
        figures.add(SCROLL, pair.build, longest);
    }
    for pair in &pairs {
        pair.alice.session()?.navigate("about:blank")?;
        figures.add(MEMORY, pair.build, pair.alice.extension_memory()?);
    }
    Ok(())
}

/// The two find each other, and open their chat.
fn meet(pair: &Pair<'_>, figures: &mut Figures) -> Result {
    let Pair { build, a, b, .. } = pair;
    a.join("Alice")?;
    b.fill("Your name", "Bob")?;
    figures.add(JOIN, build, between(b, "Join", || a.person("Bob").see())?);
    b.person("Alice").connect()?;
    a.see(&named("button", "Accept"))?;
    let usable = between(a, "Accept", || b.person("Alice").see_button("Open chat"))?;
    figures.add(USABLE, build, usable);
    a.person("Bob").open_chat()?;
    b.person("Alice").open_chat()
}

/// Tells the popup of 1,000 people. Returns how long it took until they were painted, and the longest pause while
/// the list was scrolled.
#[expect(
    clippy::indexing_slicing,
    reason = "what a JSON value does not have is null"
)]
fn crowd(browser: &Browser) -> Result<(f64, f64)> {
    let session = browser.session()?;
    session.navigate(&browser.url("popup.html?crowd=1000"))?;
    let painted = session.execute_async("return crowdPainted;", &[])?;
    let scrolled = session.execute_async("return scrollThrough();", &[])?;
    let number = |value: &serde_json::Value| value.as_f64().context("not a number");
    Ok((number(&painted[1])?, number(&scrolled["longest"])?))
}

/// From a click to what it brings about on another page, in milliseconds.
pub(crate) fn between(
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
