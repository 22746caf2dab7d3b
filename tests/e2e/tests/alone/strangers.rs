//! Peers that are not ours: the stock PeerJS client, honest and lying.

use e2e::Kind::{Chromium, Firefox};
use e2e::{Link, Result, Stock, World, named, with_text};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const ROUTER: &str = "myapp-203-0-113-7-1";
const NEXT: &str = "myapp-203-0-113-7-2";
const ID: &str = "myapp-203-0-113-7-11111111-2222-8333-8444-555555555555";
const OTHER: &str = "myapp-203-0-113-7-aaaaaaaa-bbbb-8ccc-8ddd-eeeeeeeeeeee";

/// The people of whom the lying router tells, how many of them a device keeps, and how many fit one
/// frame.
const MULTITUDE: u32 = 16_384;
const KEPT: u32 = 16_128;
const PART: u32 = 100;
/// The strangers that a list shows at most.
const SHOWN: u32 = 300;
/// How long two people take at most to meet at the next router: three seconds before they claim it, two
/// ids at a server that takes one each 1.5 s, a dial; and room for two browsers on a busy machine.
const MEETING: Duration = Duration::from_secs(15);

fn names(peers: &Value) -> Vec<&str> {
    let peers = peers.as_array().map(Vec::as_slice).unwrap_or_default();
    peers
        .iter()
        .filter_map(|peer| peer["friendlyname"].as_str())
        .collect()
}

fn registry(peers: Value) -> Value {
    json!({ "type": "registry", "epoch": 1, "seq": 1, "part": 1, "parts": 1, "peers": peers })
}

fn entry(id: &str, name: &str) -> Value {
    json!({ "discoveryID": id, "friendlyname": name, "lastSeen": 0 })
}

#[test]
fn a_stock_peerjs_page_checks_in_receives_the_registry_and_is_listed() -> Result {
    let world = World::start("stock-peer")?;
    let stock = Stock::start(&world)?;
    for kind in [Chromium, Firefox] {
        let alice = world.browser(kind, "Alice")?;
        let page = alice.popup()?;
        page.join("Alice")?;
        world
            .services
            .signalling
            .wait_for_id("the router", |id| id == ROUTER)?;
        stock.register(ID)?;
        let link = stock.dial(ID, ROUTER)?;
        stock.send(
            link,
            &json!({ "type": "checkin", "discoveryID": ID, "friendlyname": "Stock" }),
        )?;
        let registry = stock.receive(link, "registry")?;
        assert!(names(&registry["peers"]).contains(&"Alice"), "{registry}");
        page.person("Stock").see()?;
        stock.send(link, &json!({ "type": "ping" }))?;
        stock.receive(link, "pong")?;
        stock.leave(ID)?;
        page.person("Stock").see_gone()?;
        alice.check_console()?;
        drop(alice);
        world.services.signalling.seen.clear();
    }
    Ok(())
}

#[test]
fn a_peer_cannot_register_an_id_that_it_did_not_dial_from() -> Result {
    let world = World::start("stock-forger")?;
    let stock = Stock::start(&world)?;
    let alice = world.browser(Chromium, "Alice")?;
    let page = alice.popup()?;
    page.join("Alice")?;
    world
        .services
        .signalling
        .wait_for_id("the router", |id| id == ROUTER)?;
    stock.register(ID)?;
    let link = stock.dial(ID, ROUTER)?;
    stock.send(
        link,
        &json!({ "type": "checkin", "discoveryID": OTHER, "friendlyname": "Forged" }),
    )?;
    stock.see_closed(link, Duration::from_secs(15))?;
    // A second, honest check-in proves that the router still works, and orders what was seen.
    let link = stock.dial(ID, ROUTER)?;
    stock.send(
        link,
        &json!({ "type": "checkin", "discoveryID": ID, "friendlyname": "Honest" }),
    )?;
    page.person("Honest").see()?;
    assert_eq!(page.count(&with_text("listitem", "Forged"))?, 0);
    Ok(())
}

#[test]
fn we_check_in_at_a_router_that_is_a_stock_peerjs_page() -> Result {
    let world = World::start("stock-router")?;
    let stock = Stock::start(&world)?;
    stock.register(ROUTER)?;
    stock.register(ID)?;
    let bob = world.browser(Firefox, "Bob")?;
    let page = bob.popup()?;
    page.join("Bob")?;
    let (link, from) = stock.accept(ROUTER)?;
    let checkin = stock.receive(link, "checkin")?;
    assert_eq!(checkin["discoveryID"], from.as_str());
    assert_eq!(checkin["friendlyname"], "Bob");
    let people = [
        (from.as_str(), "Bob"),
        (&invented(1), "Zoe"),
        (ID, "Stock"),
        (&invented(2), "Ärzte"),
    ];
    let entries = people.map(|(id, name)| entry(id, name));
    stock.send(link, &registry(json!(entries)))?;
    page.person("Stock").see()?;
    let shown = page.texts(&with_text("listitem", ""))?;
    let names = ["Ärzte", "Stock", "Zoe"];
    let rows = shown.iter().zip(names);
    assert!(rows.clone().count() == 3 && rows.clone().all(|(row, name)| row.contains(name)));
    assert_eq!(
        page.count(&with_text("listitem", "Bob"))?,
        0,
        "oneself is never shown"
    );
    stock.send(link, &json!({ "type": "ping" }))?;
    stock.receive(link, "pong")?;
    stock.send(
        link,
        &json!({ "type": "update", "epoch": 1, "seq": 2, "joined": [], "left": [ID] }),
    )?;
    page.person("Stock").see_gone()?;
    bob.check_console()
}

/// Accepts somebody on the network who dials the router. Another router does that too, from its
/// Router ID.
fn accept_peer(stock: &Stock) -> Result<Link> {
    loop {
        let (link, from) = stock.accept(ROUTER)?;
        let number = from.rsplit('-').next().unwrap_or_default();
        if number.len() > 2 {
            return Ok(link);
        }
    }
}

fn invented(number: u32) -> String {
    format!("myapp-203-0-113-7-{number:08x}-2222-8333-8444-555555555555")
}

/// Tells of as many people as a whole namespace can have, each of them well-formed.
fn tell_of_a_multitude(stock: &Stock, link: Link) -> Result {
    let parts = MULTITUDE.div_ceil(PART);
    for part in 0..parts {
        let numbers = part * PART..MULTITUDE.min((part + 1) * PART);
        let flood = numbers.map(|number| entry(&invented(1_000 + number), "Flood"));
        let peers: Vec<_> = flood.collect();
        stock.send(link, &json!({
            "type": "registry", "epoch": 2, "seq": 2, "part": part + 1, "parts": parts, "peers": peers
        }))?;
    }
    Ok(())
}

#[test]
fn a_lying_router_makes_us_neither_crash_nor_show_what_it_should_not() -> Result {
    let world = World::start("stock-liar")?;
    let stock = Stock::start(&world)?;
    stock.register(ROUTER)?;
    let browsers = world.browsers([(Chromium, "Alice"), (Firefox, "Bob")])?;
    let mut links = Vec::new();
    for browser in &browsers {
        let page = browser.popup()?;
        page.join(browser.name())?;
        let link = accept_peer(&stock)?;
        links.push(link);
        stock.receive(link, "checkin")?;
        let id = invented;
        let names = [
            "<img src=x onerror=alert(1)>",
            "\u{202e}drawkcab",
            "a\u{200b}\u{0}b",
            "Fine",
        ];
        let mut entries: Vec<_> = (0..)
            .zip(names)
            .map(|(n, name)| entry(&id(n), name))
            .collect();
        entries.push(entry(&id(90), &"long ".repeat(2000)));
        entries.push(entry(
            "myapp-198-51-100-1-99999999-2222-8333-8444-555555555555",
            "Elsewhere",
        ));
        entries.push(entry("not an id at all", "Nonsense"));
        // A frame of ours is at most 16 kB; everything in one is what a liar would send.
        for part in entries.chunks(2) {
            stock.send(
                link,
                &json!({
                    "type": "update", "epoch": 1, "seq": 1, "joined": part, "left": []
                }),
            )?;
        }
        stock.send(link, &registry(json!([entry(&id(3), "Fine")])))?;
        stock.send(link, &json!({ "type": "recheckin" }))?;
        stock.receive(link, "checkin")?;
        tell_of_a_multitude(&stock, link)?;
        let asked = Instant::now();
        stock.send(link, &json!({ "type": "ping" }))?;
        stock.receive(link, "pong")?;
        let waited = asked.elapsed();
        assert!(waited < Duration::from_secs(1), "{waited:?} for a pong");
        let rest = KEPT - SHOWN;
        // Spaces of all kinds are one to who reads.
        let more = format!("and {} {:03} more", rest / 1_000, rest % 1_000);
        page.see_text(&more)?;
        // It must go on: settings open, lists are shown, nothing beyond the bounds is listed.
        page.click(&named("button", "Settings"))?;
        page.click(&named("button", "Back"))?;
        page.see(&named("heading", "On this network"))?;
        let shown = page.texts(&with_text("listitem", ""))?;
        assert!(shown.len() <= SHOWN as usize, "{} entries", shown.len());
        for text in &shown {
            assert!(
                !text.contains(['\u{202e}', '\u{200b}', '\u{0}']),
                "{text:?}"
            );
            assert!(
                !text.contains("Elsewhere") && !text.contains("Nonsense"),
                "{text:?}"
            );
            assert!(text.len() < 400, "{text:?}");
        }
        let images = browser
            .session()?
            .execute("return document.images.length", &[])?;
        assert_eq!(images, 0, "markup in a name is text");
        browser.check_console()?;
    }
    // Nobody asked for this one: it is the last that they hear of it as their router.
    for link in links {
        stock.send(link, &registry(json!([])))?;
    }
    // But it holds its id, and to the next router it tells the same.
    let uplink = loop {
        let (link, from) = stock.accept(ROUTER)?;
        if from == NEXT {
            break link;
        }
    };
    tell_of_a_multitude(&stock, uplink)?;
    let pages = [browsers[0].popup()?, browsers[1].popup()?];
    for (page, other) in pages.iter().zip(["Bob", "Alice"]) {
        page.patient(MEETING).person(other).see()?;
    }
    // Who comes while it lies is seen as well.
    stock.register(ID)?;
    let link = stock.dial(ID, NEXT)?;
    stock.send(
        link,
        &json!({ "type": "checkin", "discoveryID": ID, "friendlyname": "Late" }),
    )?;
    for (page, browser) in pages.iter().zip(&browsers) {
        page.patient(MEETING).person("Late").see()?;
        browser.check_console()?;
    }
    Ok(())
}

#[test]
fn a_peer_that_speaks_nonsense_is_dropped_and_others_notice_nothing() -> Result {
    let world = World::start("stock-nonsense")?;
    let stock = Stock::start(&world)?;
    let alice = world.browser(Chromium, "Alice")?;
    let page = alice.popup()?;
    page.join("Alice")?;
    world
        .services
        .signalling
        .wait_for_id("the router", |id| id == ROUTER)?;
    stock.register(ID)?;
    for nonsense in [
        json!(null),
        json!([1, 2]),
        json!({ "type": "sing" }),
        json!({ "type": 7 }),
        json!({ "type": "checkin" }),
        json!("x".repeat(16_000)),
    ] {
        let link = stock.dial(ID, ROUTER)?;
        stock.send(link, &nonsense)?;
        stock.see_closed(link, Duration::from_secs(15))?;
    }
    let link = stock.dial(ID, ROUTER)?;
    stock.send(
        link,
        &json!({ "type": "checkin", "discoveryID": ID, "friendlyname": "Stock" }),
    )?;
    stock.receive(link, "registry")?;
    page.person("Stock").see()?;
    alice.check_console()
}
