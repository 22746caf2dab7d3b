//! An engine that has dialled and looked up its address thousands of times. Started by `cargo xtask endurance`,
//! which says in which browser and how often.
//!
//! It dials strangers, of whom a stock page that is the router tells: those who answer and hang up, those who do not
//! answer, as the extension does not answer whom it refuses, and those who are not there. Before and after, somebody
//! new finds it, asks it and chats, and a contact comes back.

#![allow(clippy::print_stdout, reason = "it prints what it measures")]
#![allow(
    clippy::indexing_slicing,
    reason = "only JSON values are indexed, which gives null for what is not there"
)]

use anyhow::{Context, bail, ensure};
use e2e::Kind::{Chromium, Firefox};
use e2e::engine::EnginePage;
use e2e::services::NAMESPACE;
use e2e::{Browser, Kind, Result, Squatter, Stock, World};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Dials of a round, after which is told how things are.
const ROUND: u32 = 1_000;

/// How Discovery IDs end of strangers who answer and hang up, who do not answer, and who are not there; and how many
/// there are of each. Nobody answers the second for 8 s, and the third for 6 s.
const KINDS: [(&str, &str, u32); 3] = [
    ("answered", "aaaaaaaaaaaa", 40),
    ("refused", "bbbbbbbbbbbb", 100),
    ("in vain", "cccccccccccc", 90),
];

/// How long somebody may take to find, ask and talk, before and after.
const SOON: Duration = Duration::from_secs(30);

/// Connections that Chromium makes before it refuses.
const PLACES: u64 = 500;

/// What an engine may have grown by in the end, in MB. A leak of one connection's objects for each dial and look-up is
/// 500 and more. Firefox collects nothing as long as a round dials, and does not give back all that these thousand took.
fn growth(kind: Kind) -> f64 {
    match kind {
        Chromium => 60.0,
        Firefox => 200.0,
    }
}

fn main() -> Result {
    let mut args = std::env::args().skip(1);
    let kind = match args.next().as_deref() {
        Some("chromium") => Chromium,
        Some("firefox") => Firefox,
        other => bail!("no browser {other:?}"),
    };
    let mut number = || -> Result<u32> { Ok(args.next().context("a number is missing")?.parse()?) };
    endure(kind, number()?, number()?)
}

fn id(number: u32, ending: &str) -> String {
    format!("myapp-{NAMESPACE}-{number:08x}-2222-8333-8444-{ending}")
}

fn ids(ending: &str, many: u32) -> Vec<String> {
    (0..many).map(|number| id(number, ending)).collect()
}

/// Starts the router and the strangers.
fn strangers(world: &World) -> Result<(Stock, Squatter)> {
    let router = format!("myapp-{NAMESPACE}-1");
    let stock = Stock::start(world)?;
    stock.register(&router)?;
    let entry =
        |name: &str, id: String| json!({ "discoveryID": id, "friendlyname": name, "lastSeen": 0 });
    let of_kind = |(name, ending, many): (&'static str, _, _)| {
        ids(ending, many).into_iter().map(move |id| entry(name, id))
    };
    let people: Vec<Value> = KINDS.into_iter().flat_map(of_kind).collect();
    stock.route(&router, &Value::from(people))?;
    let [(_, answering, many), (_, silent, more), _] = KINDS;
    for id in ids(answering, many) {
        stock.register(&id)?;
        stock.hang_up(&id)?;
    }
    let silent = Squatter::take(&world.services.signalling, &ids(silent, more))?;
    Ok((stock, silent))
}

fn endure(kind: Kind, dials: u32, lookups: u32) -> Result {
    let world = World::start(&format!("endurance-{kind:?}").to_lowercase())?;
    let (stock, silent) = strangers(&world)?;
    let other = if kind == Chromium { Firefox } else { Chromium };
    let [alice, mut bob] = world.browsers([(kind, "Alice"), (other, "Bob")])?;
    let (a, b) = (alice.popup()?, bob.popup()?);
    a.join("Alice")?;
    b.join("Bob")?;
    a.befriend("Alice", &b, "Bob")?;
    let first = [
        newcomer(&world, &alice, "Carol")?,
        comes_back(&alice, &mut bob)?,
    ];
    println!("{}", times("the first minute", first));

    alice.leave_popup()?;
    let mut engine = EnginePage::count(&alice)?;
    let before = alice.extension_memory()?;
    println!("{kind:?}: {before:.1} MB");
    let began = Instant::now();
    let mut sum = serde_json::Map::new();
    for round in rounds(dials, lookups) {
        let ended = ask(&alice, round.0)?;
        for (how, times) in ended.as_object().into_iter().flatten() {
            let so_far = sum.get(how).and_then(Value::as_u64).unwrap_or_default();
            sum.insert(
                how.clone(),
                (so_far + times.as_u64().unwrap_or_default()).into(),
            );
        }
        let counts = engine.look_up(round.1)?;
        let memory = alice.extension_memory()?;
        let seconds = began.elapsed().as_secs();
        println!("{seconds:>5} s {memory:>6.1} MB {counts} {ended}");
        ensure!(counts["refused"] == 0, "connections were refused: {counts}");
    }
    let counts = engine.counts()?;
    let after = alice.extension_memory()?;
    drop(silent);
    world.services.signalling.seen.clear();
    drop(stock);
    let router = format!("myapp-{NAMESPACE}-1");
    world
        .services
        .signalling
        .wait_for_id("a new router", |id| id == router)?;
    // The contact first: meanwhile everybody comes to the new router.
    let back = comes_back(&alice, &mut bob)?;
    let last = [newcomer(&world, &alice, "Dora")?, back];
    println!("{}", times("after all that", last));
    let most = counts["most"].as_u64().context("not a number")?;
    println!(
        "{kind:?}: {} dials ({}), {} look-ups; {before:.1} MB before, {after:.1} MB after; {most} places at most, {} at \
         last; {}; {}",
        counts["dials"],
        Value::from(sum),
        counts["lookups"],
        counts["places"],
        times("first", first),
        times("last", last)
    );
    ensure!(
        kind == Firefox || most < PLACES,
        "{most} connections at once"
    );
    let last = counts["places"].as_u64().context("not a number")?;
    ensure!(last < PLACES, "{last} connections are kept");
    ensure!(
        after < before + growth(kind),
        "it has grown from {before:.1} to {after:.1} MB"
    );
    Ok(())
}

/// Returns how many dials and look-ups each round has.
fn rounds(dials: u32, lookups: u32) -> impl Iterator<Item = (u32, u32)> {
    let many = dials.div_ceil(ROUND).max(1);
    let share = move |all: u32, round: u32| all / many + u32::from(round < all % many);
    (0..many).map(move |round| (share(dials, round), share(lookups, round)))
}

/// Asks strangers of every kind, so often in all. Returns how it ended.
fn ask(browser: &Browser, times: u32) -> Result<Value> {
    let many = u32::try_from(KINDS.len())?;
    let parts: Value = (0..many)
        .zip(KINDS)
        .map(|(number, (_, ending, _))| {
            (
                ending.to_owned(),
                json!(times / many + u32::from(number < times % many)),
            )
        })
        .collect();
    browser.run(&format!("return await harness.ask({parts});"))
}

/// Has somebody come who was never here, ask and talk. Returns how long that took from Join.
fn newcomer(world: &World, alice: &Browser, name: &str) -> Result<Duration> {
    let browser = world.browser(Chromium, name)?;
    let page = browser.popup()?;
    let (page, a) = (page.patient(SOON), alice.popup()?.patient(SOON));
    let began = Instant::now();
    let step = |what: &str| {
        println!(
            "  {name} {what} after {:.1} s",
            began.elapsed().as_secs_f64()
        )
    };
    page.join(name)?;
    step("is there");
    page.person("Alice").see()?;
    step("sees Alice");
    a.person(name).see()?;
    step("is seen by Alice");
    page.befriend(name, &a, "Alice")?;
    step("is a contact");
    page.person("Alice").open_chat()?;
    page.send("I am new here")?;
    page.see_message_state("I am new here", "Delivered")?;
    Ok(began.elapsed())
}

/// Has a contact be killed and start again, and talk. Returns how long that took from its popup.
fn comes_back(alice: &Browser, bob: &mut Browser) -> Result<Duration> {
    bob.kill()?;
    bob.start()?;
    let began = Instant::now();
    let (a, b) = (alice.popup()?.patient(SOON), bob.popup()?.patient(SOON));
    b.person("Alice").see_text("on network")?;
    a.person("Bob").see_text("on network")?;
    b.person("Alice").open_chat()?;
    a.person("Bob").open_chat()?;
    let text = format!("after {} s", began.elapsed().as_secs_f64());
    b.send(&text)?;
    a.see_message(&text)?;
    b.see_message_state(&text, "Read")?;
    Ok(began.elapsed())
}

fn times(when: &str, [new, back]: [Duration; 2]) -> String {
    format!(
        "{when}: somebody new finds, asks and talks in {:.1} s, a contact is back in {:.1} s",
        new.as_secs_f64(),
        back.as_secs_f64()
    )
}
