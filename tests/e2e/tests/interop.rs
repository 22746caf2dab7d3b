//! The second client, written in Python from PROTOCOL.md alone, and the extension: each is to the other what an extension is.
#![cfg(feature = "browsers")]

use e2e::Kind::{Chromium, Firefox};
use e2e::files::{MEGABYTE, bytes, check_saved, see, view};
use e2e::{Browser, Kind, Python, Result, World};
use serde_json::json;

/// One of each, who see each other. Who comes first is the router.
fn neighbours(test: &str, kind: Kind, python_first: bool) -> Result<(World, Browser, Python)> {
    let world = World::with_downloads(test)?;
    let browser = world.browser(kind, "Alice")?;
    let python = if python_first {
        let python = Python::start(&world, "Vera")?;
        python.see(&json!({ "event": "role", "role": "router" }))?;
        browser.popup()?.join("Alice")?;
        python
    } else {
        browser.popup()?.join("Alice")?;
        browser.popup()?.see_text("203.0.113.7")?;
        let python = Python::start(&world, "Vera")?;
        python.see(&json!({ "event": "role", "role": "peer" }))?;
        python
    };
    python.see(&json!({ "event": "listed", "name": "Alice" }))?;
    browser.popup()?.person("Vera").see_button("Connect")?;
    Ok((world, browser, python))
}

/// The client in Python asks, and the person of the extension accepts.
fn python_asks(browser: &Browser, python: &mut Python) -> Result {
    python.tell(&json!({ "do": "ask", "person": "Alice", "note": "from a script" }))?;
    let page = browser.popup()?;
    page.see_text("from a script")?;
    page.accept("Vera")?;
    python.see(&json!({ "event": "profile", "name": "Alice" }))?;
    Ok(())
}

/// Writes both ways, with receipts, and checks that all of it is there once and in order.
fn talk(browser: &Browser, python: &mut Python) -> Result {
    let page = browser.popup()?;
    page.open_chat_with("Vera")?;
    for number in 0..3 {
        let (there, back) = (format!("there {number}."), format!("back {number}."));
        let sent = python.run(&json!({ "do": "send", "contact": "Alice", "text": there }))?;
        page.see_message(&there)?;
        python.see(&json!({ "event": "delivered", "message": sent["message"] }))?;
        python.see(&json!({ "event": "read", "message": sent["message"] }))?;
        page.send(&back)?;
        python.see(&json!({ "event": "message", "text": back, "mine": false }))?;
        page.see_message_state(&back, "Read")?;
    }
    let log = python.run(&json!({ "do": "log", "contact": "Alice" }))?;
    let texts: Vec<_> = log["messages"].as_array().into_iter().flatten().map(|one| one["text"].clone()).collect();
    assert_eq!(json!(texts), json!(["there 0.", "back 0.", "there 1.", "back 1.", "there 2.", "back 2."]));
    let all = ["there 0.", "back 0.", "there 1.", "back 1.", "there 2.", "back 2."];
    e2e::talk::check(&page, &all)
}

fn python_follows_and_asks(test: &str, kind: Kind) -> Result {
    let (_world, browser, mut python) = neighbours(test, kind, false)?;
    python_asks(&browser, &mut python)?;
    talk(&browser, &mut python)?;
    browser.check_console()
}

fn python_is_router_and_is_asked(test: &str, kind: Kind) -> Result {
    let (_world, browser, mut python) = neighbours(test, kind, true)?;
    browser.popup()?.person("Vera").connect()?;
    let request = python.see(&json!({ "event": "request", "name": "Alice" }))?;
    python.run(&json!({ "do": "accept", "request": request["request"] }))?;
    python.see(&json!({ "event": "profile", "name": "Alice" }))?;
    talk(&browser, &mut python)?;
    browser.check_console()
}

#[test]
fn python_is_listed_by_chromium_asks_and_chats_with_receipts() -> Result {
    python_follows_and_asks("interop-chromium", Chromium)
}

#[test]
fn python_is_listed_by_firefox_asks_and_chats_with_receipts() -> Result {
    python_follows_and_asks("interop-firefox", Firefox)
}

#[test]
fn python_is_the_router_of_chromium_is_asked_and_accepts() -> Result {
    python_is_router_and_is_asked("interop-router-chromium", Chromium)
}

#[test]
fn python_is_the_router_of_firefox_is_asked_and_accepts() -> Result {
    python_is_router_and_is_asked("interop-router-firefox", Firefox)
}
