//! The second client, written in Python from PROTOCOL.md alone, and the extension: each is to the other what an extension is.
#![allow(
    clippy::indexing_slicing,
    reason = "only JSON values are indexed, which gives null for what is not there"
)]

use e2e::Kind::{Chromium, Firefox};
use e2e::clients::{Client, Round, meet};
use e2e::files::{MEGABYTE, accept, bytes, call, check_saved, see, view};
use e2e::services::Beacon;
use e2e::{Browser, Kind, Python, Result, World, named};
use serde_json::{Value, json};
use std::fs;

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
    let texts: Vec<_> = log["messages"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| one["text"].clone())
        .collect();
    let all = [
        "there 0.", "back 0.", "there 1.", "back 1.", "there 2.", "back 2.",
    ];
    assert_eq!(json!(texts), json!(all));
    e2e::talk::check(&page, &all)
}

/// Two extensions, two pages, and a page with an extension are met without Python, in `pairs.rs`.
const ROUNDS: [Round<'_>; 5] = [
    (Client::Python, &OTHERS),
    (OTHERS[0], &[Client::Python]),
    (OTHERS[1], &[Client::Python]),
    (OTHERS[2], &[Client::Python]),
    (OTHERS[3], &[Client::Python]),
];

const OTHERS: [Client; 4] = [
    Client::Extension(Chromium),
    Client::Extension(Firefox),
    Client::Page(Chromium),
    Client::Page(Firefox),
];

#[test]
fn python_meets_every_kind_whichever_is_the_router_and_whoever_asks() -> Result {
    meet("interop-pairs", &ROUNDS)
}

/// Somebody asked in Python and was accepted in the extension.
fn contacts(test: &str, kind: Kind) -> Result<(World, Browser, Python)> {
    let world = World::with_downloads(test)?;
    let browser = world.browser(kind, "Alice")?;
    let page = browser.popup()?;
    page.join("Alice")?;
    page.see_text("203.0.113.7")?;
    let mut python = Python::start(&world, "Vera")?;
    python.see(&json!({ "event": "listed", "name": "Alice" }))?;
    python_asks(&browser, &mut python)?;
    Ok((world, browser, python))
}

fn they_know_each_other_again(test: &str, kind: Kind) -> Result {
    let (_world, mut browser, mut python) = contacts(test, kind)?;
    python.kill()?;
    let page = browser.popup()?;
    page.open_chat_with("Vera")?;
    page.send("while Vera was away")?;
    python.start_again()?;
    python.see(&json!({ "event": "message", "text": "while Vera was away" }))?;
    page.see_message_state("while Vera was away", "Read")?;

    browser.kill()?;
    // Nobody has noticed yet: it is sent into a connection at whose other end is nobody.
    let sent = json!({ "do": "send", "contact": "Alice", "text": "while Alice was away" });
    let sent = python.run(&sent)?;
    browser.start()?;
    python.see(&json!({ "event": "delivered", "message": sent["message"] }))?;
    let page = browser.popup()?;
    page.open_chat_with("Vera")?;
    page.see_message("while Alice was away")?;
    e2e::talk::check(&page, &["while Vera was away", "while Alice was away"])
}

#[test]
fn python_and_chromium_know_each_other_again_and_nothing_is_lost() -> Result {
    they_know_each_other_again("interop-again-chromium", Chromium)
}

#[test]
fn python_and_firefox_know_each_other_again_and_nothing_is_lost() -> Result {
    they_know_each_other_again("interop-again-firefox", Firefox)
}

fn files_go_both_ways(test: &str, kind: Kind) -> Result {
    const SIZE: usize = 5 * MEGABYTE + 12_345;
    const LARGE: usize = 40 * MEGABYTE + 1;
    let (_world, browser, mut python) = contacts(test, kind)?;
    view(&browser)?;
    let file = python.file("from Vera.bin", &bytes(SIZE))?;
    let sent = python.run(&json!({ "do": "send-file", "contact": "Alice", "path": file }))?;
    let transfer = sent["message"].as_str().unwrap_or_default();
    accept(&browser, "from Vera.bin", transfer)?;
    see(&browser, transfer, &["saved"], SIZE)?;
    check_saved(&browser, "from Vera.bin", SIZE)?;
    python.see(&json!({ "event": "file", "message": transfer, "state": "saved" }))?;

    for (name, size) in [("empty.txt", 0), ("from Alice.bin", SIZE)] {
        let transfer = offered(&browser, &python, name, size)?;
        take(&mut python, &transfer)?;
        python.see(&json!({ "event": "file", "message": transfer, "state": "saved" }))?;
        assert!(
            fs::read(python.downloads().join(name))? == bytes(size),
            "{name}"
        );
        see(
            &browser,
            transfer.as_str().unwrap_or_default(),
            &["saved"],
            size,
        )?;
    }

    // Whoever gets a file is killed, and goes on from what was there.
    let transfer = offered(&browser, &python, "large from Alice.bin", LARGE)?;
    take(&mut python, &transfer)?;
    python.see(&json!({ "event": "file", "message": transfer, "state": "coming", "pieces": 3 }))?;
    python.kill()?;
    python.start_again()?;
    python.see(&json!({ "event": "file", "message": transfer, "state": "saved" }))?;
    let asked = json!({ "event": "file", "message": transfer, "state": "fetching" });
    assert!(python.see(&asked)?["pieces"].as_u64() >= Some(3));
    assert!(fs::read(python.downloads().join("large from Alice.bin"))? == bytes(LARGE));

    // Whoever sends one is killed.
    let file = python.file("large from Vera.bin", &bytes(LARGE))?;
    let sent = python.run(&json!({ "do": "send-file", "contact": "Alice", "path": file }))?;
    let transfer = sent["message"].as_str().unwrap_or_default();
    accept(&browser, "large from Vera.bin", transfer)?;
    see(&browser, transfer, &["running"], 3 * MEGABYTE)?;
    python.kill()?;
    python.start_again()?;
    see(&browser, transfer, &["saved"], LARGE)?;
    check_saved(&browser, "large from Vera.bin", LARGE)
}

/// The extension offers a file to the client in Python; the id of it there.
fn offered(browser: &Browser, python: &Python, name: &str, size: usize) -> Result<Value> {
    call(
        browser,
        &format!("offer(\"Vera\", harness.file({name:?}, {size}))"),
    )?;
    let offer = python.see(&json!({ "event": "message", "text": name }))?;
    assert_eq!(offer["file"]["size"], size);
    Ok(offer["message"].clone())
}

fn take(python: &mut Python, transfer: &Value) -> Result {
    let take = json!({ "do": "take", "contact": "Alice", "message": transfer });
    python.run(&take).map(drop)
}

#[test]
fn files_go_both_ways_between_python_and_chromium_and_go_on_after_a_crash() -> Result {
    files_go_both_ways("interop-files-chromium", Chromium)
}

#[test]
fn files_go_both_ways_between_python_and_firefox_and_go_on_after_a_crash() -> Result {
    files_go_both_ways("interop-files-firefox", Firefox)
}

/// Who has a new address on another network, and has forgotten the other's, is found at the meeting point of the two.
fn they_meet_elsewhere(test: &str, kind: Kind) -> Result {
    let (world, browser, mut python) = contacts(test, kind)?;
    let page = browser.popup()?;
    page.open_contact("Vera")?;
    page.click(&named("switch", "Special contact"))?;
    python.run(&json!({ "do": "special", "contact": "Alice", "on": true }))?;
    page.see_text("On for both of you")?;
    python.kill()?;
    let mut config = world.services.config();
    config["addresses"] = json!(["198.51.100.9"]);
    python.lose_addresses(&config)?;
    python.start_again()?;
    python.see(&json!({ "event": "met at a rendezvous", "name": "Alice" }))?;
    python.see(&json!({ "event": "profile", "name": "Alice" }))?;
    talk(&browser, &mut python)
}

#[test]
fn python_and_chromium_meet_elsewhere_although_neither_knows_an_address() -> Result {
    they_meet_elsewhere("interop-rendezvous-chromium", Chromium)
}

#[test]
fn python_and_firefox_meet_elsewhere_although_neither_knows_an_address() -> Result {
    they_meet_elsewhere("interop-rendezvous-firefox", Firefox)
}

#[test]
fn invites_work_both_ways() -> Result {
    let world = World::start("interop-invites")?;
    let mut config = world.services.config();
    config["addresses"] = json!(["198.51.100.9"]);
    let browsers = world.browsers([(Chromium, "Alice"), (Firefox, "Bob")])?;
    let [alice, bob] = &browsers;
    alice.popup()?.join("Alice")?;
    bob.popup()?.join("Bob")?;
    let mut python = Python::start_with(&world, "Vera", &config)?;

    // Chromium uses an invite that was made in Python.
    let code = python.run(&json!({ "do": "invite" }))?["code"].clone();
    python.see(&json!({ "event": "invite_open" }))?;
    let page = alice.popup()?;
    page.click(&named("button", "Invites"))?;
    page.fill("Invite", code.as_str().unwrap_or_default())?;
    page.click(&named("button", "Connect"))?;
    let request = python.see(&json!({ "event": "request", "name": "Alice", "invite": true }))?;
    python.run(&json!({ "do": "accept", "request": request["request"] }))?;
    python.see(&json!({ "event": "profile", "name": "Alice" }))?;
    talk(alice, &mut python)?;

    // An invite of Firefox is used in Python.
    let page = bob.popup()?;
    page.click(&named("button", "Invites"))?;
    page.click(&named("button", "New invite"))?;
    let code = page.value("Invite 1")?;
    python.tell(&json!({ "do": "use-invite", "code": code, "note": "by invite" }))?;
    bob.popup()?.accept("Vera")?;
    python.see(&json!({ "event": "profile", "name": "Bob" }))?;
    Ok(())
}

#[test]
fn under_a_beacon_they_find_each_other_in_one_slot_and_the_next() -> Result {
    let world = World::start("interop-beacon")?;
    let beacon = Beacon::start(world.folder(), 10)?;
    let browsers = world.browsers_with_beacons([(Chromium, "Alice", beacon.config(true))])?;
    let [alice] = &browsers;
    alice.popup()?.join("Alice")?;
    let mut config = world.services.config();
    config["beacon"] = beacon.config(true);
    let mut python = Python::start_with(&world, "Vera", &config)?;
    let listed = python.see(&json!({ "event": "listed", "name": "Alice" }))?;
    alice.popup()?.person("Vera").see_button("Connect")?;
    let root = |event: &Value| {
        event["id"]
            .as_str()
            .and_then(|id| id.split('-').next())
            .map(str::to_owned)
    };
    assert!(root(&listed).is_some_and(|root| root.starts_with("sig")));
    // Under the next root she is listed again.
    python.see_where("listed under another root", |event| {
        event["event"] == "listed" && event["name"] == "Alice" && root(event) != root(&listed)
    })?;
    python_asks(alice, &mut python)?;
    talk(alice, &mut python)
}

#[test]
fn python_stands_by_and_takes_the_place_of_a_router_that_is_killed() -> Result {
    let world = World::start("interop-deputy")?;
    let mut browsers = world.browsers([(Chromium, "Alice"), (Firefox, "Bob")])?;
    let [alice, bob] = &mut browsers;
    alice.popup()?.join("Alice")?;
    alice.popup()?.see_text("203.0.113.7")?;
    let vera = Python::start(&world, "Vera")?;
    vera.see(&json!({ "event": "listed", "name": "Alice" }))?;
    vera.see(&json!({ "event": "role", "router": "myapp-203-0-113-7-2" }))?;
    bob.popup()?.join("Bob")?;
    bob.popup()?.person("Vera").see_button("Connect")?;
    alice.kill()?;
    vera.see(&json!({ "event": "role", "role": "router", "router": "myapp-203-0-113-7-1" }))?;
    let walt = Python::start(&world, "Walt")?;
    for person in ["Vera", "Walt"] {
        bob.popup()?.person(person).see_button("Connect")?;
    }
    for person in ["Vera", "Bob"] {
        walt.see(&json!({ "event": "listed", "name": person }))?;
    }
    Ok(())
}
