//! The page: the same as the extension, in ordinary tabs.

use e2e::Kind::{Chromium, Firefox};
use e2e::web::bare;
use e2e::{Browser, Page, Result, Web, World, named, talk, with_text};
use serde_json::json;
use std::fs;
use std::time::{Duration, Instant};

/// What a tab says that is not the only one.
const SECOND: &str = "open in another tab too";

#[test]
fn the_page_sends_nothing_before_join() -> Result {
    let world = World::start("web-silence")?;
    let web = Web::start(&world)?;
    let pages = bare(&world, [(Chromium, "Paula"), (Firefox, "Quinn")])?;
    for browser in &pages {
        web.open(browser)?.find(&named("button", "Join"))?;
    }
    // Longer than any look-up or first try takes; there is no event for what does not happen.
    std::thread::sleep(std::time::Duration::from_secs(6));
    assert_eq!(world.services.contacts(), 0);
    web.open(&pages[0])?.join("Paula")?;
    let is_router = |id: &str| id == "myapp-203-0-113-7-1";
    world
        .services
        .signalling
        .wait_for_id("the router", is_router)?;
    Ok(())
}

/// What ends the engine of a tab.
#[derive(Clone, Copy, Debug)]
enum End {
    Closed,
    ReloadedHard,
    Crashed,
}

#[test]
fn a_second_tab_shows_the_same_and_goes_on_when_the_first_one_ends_whatever_ends_it() -> Result {
    let world = World::start("web-tabs")?;
    let web = Web::start(&world)?;
    let pages = bare(&world, [(Chromium, "Paula"), (Firefox, "Quinn")])?;
    let bob = &world.browser(Firefox, "Bob")?;
    let b = bob.popup()?;
    b.join("Bob")?;
    for browser in &pages {
        let (page, name) = (web.open(browser)?, browser.name());
        page.join(name)?;
        page.befriend(name, &b, "Bob")?;
        assert_eq!(page.count(&with_text("status", SECOND))?, 0);
        b.person(name).open_chat()?;
        for end in [End::Closed, End::ReloadedHard, End::Crashed] {
            let (taken_over, reached) = outlive(end, &web, browser, &b)?;
            println!(
                "{name}, {end:?}: taken over after {taken_over:?}, the contact was reached after {reached:?}"
            );
            assert!(taken_over <= Duration::from_secs(2), "{taken_over:?}");
        }
        browser.session()?.refresh()?;
        page.see_message("after")?;
        b.click(&named("button", "Back"))?;
    }
    pages
        .iter()
        .chain([bob])
        .try_for_each(Browser::check_console)
}

/// Opens a second tab, ends the engine in the first one, and goes on: nothing is lost. Returns after how long it was
/// taken over, and the contact was reached.
fn outlive(end: End, web: &Web, browser: &Browser, b: &Page<'_>) -> Result<(Duration, Duration)> {
    let text = |what: &str| format!("{what}, {end:?}");
    let first = browser.session()?.new_tab()?;
    let page = web.open(browser)?;
    page.open_chat_with("Bob")?;
    page.see_text(SECOND)?;
    page.send(&text("from the second tab"))?;
    b.see_message(&text("from the second tab"))?;
    b.send(&text("before"))?;
    page.see_message(&text("before"))?;
    page.send(&text("in the midst"))?;
    match end {
        End::Closed => browser.session()?.close_other(&first)?,
        End::ReloadedHard => browser.reload_hard(&first)?,
        End::Crashed => browser.crash(&first)?,
    }
    let ended = Instant::now();
    page.see_no(&with_text("status", SECOND))?;
    let taken_over = ended.elapsed();
    b.send(&text("meanwhile"))?;
    page.send(&text("after"))?;
    b.see_message(&text("after"))?;
    let reached = ended.elapsed();
    page.see_message(&text("meanwhile"))?;
    let own = ["from the second tab", "in the midst", "after"].map(text);
    for texts in [&own[..], &["before", "meanwhile"].map(text)] {
        talk::check(&page, texts)?;
        talk::check(b, texts)?;
    }
    if matches!(end, End::ReloadedHard) {
        browser.session()?.close_other(&first)?;
    }
    Ok((taken_over, reached))
}

/// Waits until the page is kept for times without a network.
const KEPT: &str = "await navigator.serviceWorker.ready;";

#[test]
fn the_page_starts_without_a_network_with_what_was_stored() -> Result {
    let world = World::start("web-offline")?;
    let web = Web::start(&world)?;
    let pages = bare(&world, [(Chromium, "Paula"), (Firefox, "Quinn")])?;
    for browser in &pages {
        web.open(browser)?.join(browser.name())?;
        browser.session()?.execute_async(KEPT, &[])?;
    }
    web.site.go_away();
    for browser in &pages {
        let page = web.open_link(browser, &web.url())?;
        page.see(&named("button", "Invites"))?;
        page.click(&named("button", "Invites"))?;
        page.see(&named("heading", "Invites"))?;
    }
    Ok(())
}

#[test]
fn a_new_version_waits_beside_the_one_in_use_and_takes_over_in_all_tabs_when_told_to() -> Result {
    let world = World::start("web-update")?;
    let web = Web::start(&world)?;
    for browser in &bare(&world, [(Chromium, "Paula"), (Firefox, "Quinn")])? {
        let version = || browser.session()?.execute("return BUILD.version", &[]);
        let page = web.open(browser)?;
        page.join(browser.name())?;
        browser.session()?.execute_async(KEPT, &[])?;
        let old = version()?;
        web.renew()?;
        web.open_link(browser, &web.url())?;
        page.see_text("A new version of this page is here")?;
        assert_eq!(version()?, old, "no page is made of two versions");
        page.click(&named("button", "Begin now"))?;
        page.see_no(&named("button", "Begin now"))?;
        page.see(&named("button", "Invites"))?;
        assert_ne!(version()?, old);
        let caches = "return (await caches.keys()).length;";
        assert_eq!(browser.session()?.execute_async(caches, &[])?, 1);
    }
    Ok(())
}

/// Waits until the frame of the engine has made room for another one.
const GIVEN_UP: &str = "
    const frame = () => document.querySelector('iframe');
    while (!frame()) await new Promise((resolve) => setTimeout(resolve, 20));
    const first = frame();
    while (first.isConnected) await new Promise((resolve) => setTimeout(resolve, 20));";

#[test]
fn an_engine_that_could_not_be_loaded_once_is_loaded_again() -> Result {
    let world = World::start("web-again")?;
    let web = Web::start(&world)?;
    let pages = bare(&world, [(Chromium, "Paula"), (Firefox, "Quinn")])?;
    for (browser, file) in pages.iter().zip(["engine-page.js", "background.js"]) {
        let (there, away) = (web.folder().join(file), web.folder().join("away"));
        fs::rename(&there, &away)?;
        let page = web.open(browser)?;
        browser.session()?.execute_async(GIVEN_UP, &[])?;
        assert_eq!(page.count(&with_text("status", SECOND))?, 0);
        fs::rename(&away, &there)?;
        page.find(&named("button", "Join"))?;
    }
    Ok(())
}

/// Waits for a notification of the page. Returns its title and text.
const NOTIFIED: &str = "
    const worker = await navigator.serviceWorker.ready;
    for (let left = 100; left > 0; left--) {
      const [shown] = await worker.getNotifications();
      if (shown) return [shown.title, shown.body];
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('no notification after 10 s');";

#[test]
fn the_page_asks_before_it_notifies_and_then_tells_of_a_message() -> Result {
    let world = World::start("web-notify")?;
    let web = Web::start(&world)?;
    let [paula] = &bare(&world, [(Chromium, "Paula")])?;
    let bob = &world.browser(Firefox, "Bob")?;
    let (p, b) = (web.open(paula)?, bob.popup()?);
    p.join("Paula")?;
    b.join("Bob")?;
    p.befriend("Paula", &b, "Bob")?;
    p.see_text("This page can tell you when you are not looking")?;
    let allowed = json!({ "descriptor": { "name": "notifications" }, "state": "granted" });
    paula.session()?.post("permissions", &allowed)?;
    p.click(&named("button", "Allow"))?;
    p.see_no(&named("button", "Allow"))?;
    paula.session()?.execute_async(KEPT, &[])?;
    b.person("Paula").open_chat()?;
    b.send("are you there?")?;
    let notified = paula.session()?.execute_async(NOTIFIED, &[])?;
    assert_eq!(notified, json!(["Bob", "are you there?"]));
    p.person("Bob").open_chat()?;
    let withdrawn = NOTIFIED.replace("if (shown) return", "if (!shown) return");
    let withdrawn = withdrawn.replace("[shown.title, shown.body]", "true");
    assert_eq!(paula.session()?.execute_async(&withdrawn, &[])?, true);
    Ok(())
}

/// A browser that lets a page store nothing.
const REFUSE: &str =
    "IDBFactory.prototype.open = () => { throw new DOMException('refused', 'SecurityError'); };";

#[test]
fn a_person_is_told_where_the_browser_stores_nothing() -> Result {
    let world = World::start("web-refused")?;
    let web = Web::start(&world)?;
    let [paula] = &bare(&world, [(Chromium, "Paula")])?;
    let source = json!({ "source": REFUSE });
    let command = json!({ "cmd": "Page.addScriptToEvaluateOnNewDocument", "params": source });
    paula.session()?.post("goog/cdp/execute", &command)?;
    web.open(paula)?
        .see_text("does not let the page store anything")?;
    Ok(())
}
