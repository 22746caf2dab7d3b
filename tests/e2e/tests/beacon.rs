//! People of an organisation meet under the roots that its beacon signs, and nobody else sees them.
#![cfg(feature = "browsers")]
#![allow(
    clippy::indexing_slicing,
    reason = "only JSON values are indexed, which gives null for what is not there"
)]

use e2e::Kind::{Chromium, Firefox};
use e2e::services::Beacon;
use e2e::{Browser, Page, Result, Setup, World, named, with_text};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const SLOT: u64 = 30;

fn browser(world: &World, kind: e2e::Kind, name: &str, beacon: Value) -> Result<Browser> {
    let mut config = world.services.config();
    config["beacon"] = beacon;
    Browser::launch(Setup::new(kind, name), &config, world.folder())
}

/// The roots under which somebody has registered a Router ID.
fn roots(world: &World) -> Vec<String> {
    let ids = world.services.signalling.ids();
    let ending = format!("-{}-1", e2e::services::NAMESPACE);
    let roots = ids.iter().filter_map(|id| id.strip_suffix(&ending));
    roots.map(str::to_owned).collect()
}

/// From now on every change of the page is looked at for somebody's row.
fn watch_row(browser: &Browser, name: &str) -> Result {
    let name = json!(name);
    browser.run(&format!(
        "const rows = () => [...document.querySelectorAll('li')]\
           .filter((row) => row.textContent.includes({name})).length;\
         window.rowsSeen = [rows()];\
         new MutationObserver(() => {{\
           const now = rows();\
           if (window.rowsSeen.at(-1) !== now) window.rowsSeen.push(now);\
         }}).observe(document, {{ subtree: true, childList: true, characterData: true }});\
         return null;"
    ))?;
    Ok(())
}

fn check_row(browser: &Browser) -> Result {
    let seen = browser.run("return window.rowsSeen;")?;
    assert_eq!(seen, json!([1]), "the row of the other was always there");
    Ok(())
}

fn until_roots(world: &World, count: usize) -> Result {
    let end = Instant::now() + Duration::from_secs(SLOT * 3);
    while roots(world).len() < count {
        assert!(Instant::now() < end, "no boundary: {:?}", roots(world));
        std::thread::sleep(Duration::from_millis(200));
    }
    Ok(())
}

#[test]
fn people_meet_under_signed_roots_across_boundaries_and_a_beacon_that_is_away() -> Result {
    let world = World::start("beacon")?;
    let mut beacon = Beacon::start(world.folder(), SLOT)?;
    let alice = browser(&world, Chromium, "Alice", beacon.config(true))?;
    let bob = browser(&world, Firefox, "Bob", beacon.config(false))?;
    let carol = browser(&world, Chromium, "Carol", Value::Null)?;
    let (a, b, c) = (alice.popup()?, bob.popup()?, carol.popup()?);
    c.join("Carol")?;
    a.join("Alice")?;
    b.join("Bob")?;
    // A stranger's row across a boundary, then a contact's.
    a.person("Bob").see_button("Connect")?;
    watch_row(&alice, "Bob")?;
    let before = roots(&world).len();
    until_roots(&world, before + 1)?;
    std::thread::sleep(Duration::from_secs(SLOT / 2));
    check_row(&alice)?;
    a.befriend("Alice", &b, "Bob")?;
    a.person("Bob").see_text("on network")?;
    b.person("Alice").see_text("on network")?;
    watch_row(&alice, "Bob")?;
    watch_row(&bob, "Alice")?;
    let before = roots(&world).len();
    until_roots(&world, before + 1)?;
    std::thread::sleep(Duration::from_secs(SLOT / 2));
    check_row(&alice)?;
    check_row(&bob)?;
    a.person("Bob").see_text("on network")?;
    assert_eq!(c.count(&with_text("listitem", "Alice"))?, 0);
    assert_eq!(c.count(&with_text("listitem", "Bob"))?, 0);
    let signed = |root: &String| root.starts_with("sig") && root.len() == 19;
    let public = |root: &String| root == "myapp";
    assert!(
        roots(&world)
            .iter()
            .all(|root| signed(root) || public(root))
    );
    let unsigned = roots(&world).iter().filter(|root| public(root)).count();
    assert_eq!(unsigned, 1, "only Carol");

    beacon.stop();
    let see_connection = |page: &Page<'_>, text: &str| -> Result {
        page.click(&named("button", "Connection"))?;
        page.see_text(text)?;
        Ok(())
    };
    std::thread::sleep(Duration::from_secs(SLOT));
    see_connection(&a, "It cannot be reached")?;
    b.person("Alice").see_text("on network")?;
    beacon.restart()?;
    a.click(&named("button", "Try now"))?;
    a.see_text("named by your organisation")?;
    a.click(&named("button", "Back"))?;
    a.person("Bob").see_text("on network")?;
    Ok(())
}
