//! What the Connection page says of a browser, of servers, and of what to do.

use anyhow::ensure;
use e2e::services::{NAMESPACE, Seen};
use e2e::{Browser, Kind, Page, Result, Setup, World, named, with_text};
use serde_json::json;
use std::time::{Duration, Instant};

/// What a test may take, and a moment to paint its end.
const TEST: Duration = Duration::from_millis(5_500);

fn join(browser: &Browser) -> Result<Page<'_>> {
    let page = browser.popup()?;
    page.join(browser.name())?;
    Ok(page)
}

fn open_connection(page: &Page<'_>) -> Result {
    page.click(&named("button", "Connection"))?;
    page.see(&named("heading", "Connection")).map(drop)
}

/// Presses Test, and waits for these two sentences.
fn test(page: &Page<'_>, sentence: &str, to_do: &str) -> Result<Duration> {
    let begun = Instant::now();
    page.click(&named("button", "Test"))?;
    let page = page.patient(TEST);
    page.see(&with_text("status", sentence))?;
    page.see(&with_text("status", to_do))?;
    Ok(begun.elapsed())
}

#[test]
fn a_test_asks_every_server_and_says_one_thing_to_do() -> Result {
    let mut world = World::start("connection-test")?;
    for kind in [Kind::Chromium, Kind::Firefox] {
        let browser = world.browser(kind, &format!("Alice-{kind:?}"))?;
        let page = join(&browser)?;
        open_connection(&page)?;
        let good = "Everything that is needed works.";
        let took = test(&page, good, "set a TURN server in Settings")?;
        e2e::figures::time(&format!("{kind:?}: the test of the connection"), took)?;
        for (part, how) in [
            ("STUN", "works"),
            ("TURN", "not set"),
            ("Address echo", "works"),
        ] {
            page.see(&with_text("listitem", part).with_text("any", how))?;
        }
        browser.screenshots(world.folder(), &format!("good-{kind:?}"))?;
        page.check_controls()?;
        browser.check_console()?;
    }
    let browser = world.browser(Kind::Chromium, "Bob")?;
    let page = join(&browser)?;
    open_connection(&page)?;
    world.services.signalling.stop();
    let silent = "No signalling server answers";
    test(&page, silent, "Check its address in Settings")?;
    browser.screenshots(world.folder(), "no-signalling")
}

#[test]
fn servers_that_do_not_answer_are_named_in_time() -> Result {
    let world = World::start("connection-silent")?;
    let mut config = world.services.config();
    // Nobody listens there.
    config["iceServers"] = json!([
        { "urls": ["stun:127.0.0.1:9"] },
        { "urls": ["turn:127.0.0.1:9"], "username": "u", "credential": "c" }
    ]);
    let browser = Browser::launch(Setup::new(Kind::Chromium, "Alice"), &config, world.folder())?;
    let page = join(&browser)?;
    open_connection(&page)?;
    let took = test(
        &page,
        "The TURN server gives no place.",
        "Check its address, name and password",
    )?;
    ensure!(took < TEST, "took {took:?}");
    page.see(&with_text("listitem", "STUN").with_text("any", "no answer"))?;
    browser.screenshots(world.folder(), "silent")
}

/// A browser that opens no direct connections says so, and claims no place in the network.
fn stands_aside(kind: Kind, sentence: &str) -> Result {
    let world = World::start(&format!("connection-off-{kind:?}"))?;
    let setup = Setup {
        no_webrtc: true,
        ..Setup::new(kind, "Alice")
    };
    let browser = Browser::launch(setup, &world.services.config(), world.folder())?;
    let page = join(&browser)?;
    page.see(&with_text(
        "status",
        "This browser opens no direct connections",
    ))?;
    open_connection(&page)?;
    page.see_text("WebRTC is switched off in this browser, or UDP is forbidden")?;
    test(&page, sentence, "")?;
    browser.screenshots(world.folder(), "off")?;
    let claims = |seen: &Seen| matches!(seen, Seen::Connection { id } if id.contains(NAMESPACE));
    let seen = world.services.signalling.seen.all();
    ensure!(!seen.iter().any(claims), "it claimed a place: {seen:?}");

    // Somebody who comes then has the network for themselves at once.
    let other = world.browser(Kind::Chromium, "Bob")?;
    let page = join(&other)?;
    page.patient(Duration::from_secs(10))
        .see(&with_text("status", "1 person"))
        .map(drop)
}

#[test]
fn a_browser_without_webrtc_claims_nothing_and_says_why() -> Result {
    stands_aside(Kind::Firefox, "WebRTC is switched off in this browser.")
}
