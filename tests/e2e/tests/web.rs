//! The page: the same as the extension, in ordinary tabs.
#![cfg(feature = "browsers")]

use e2e::Kind::{Chromium, Firefox};
use e2e::web::bare;
use e2e::{Browser, Result, Web, World, named, talk, with_text};
use std::time::{Duration, Instant};

/// What a tab says that is not the only one.
const SECOND: &str = "open in another tab too";

#[test]
fn the_page_joins_is_seen_and_chats_with_an_extension_in_both_browsers() -> Result {
    let world = World::start("web")?;
    let web = Web::start(&world)?;
    let pages = bare(&world, [(Chromium, "Paula"), (Firefox, "Quinn")])?;
    let bob = &world.browser(Firefox, "Bob")?;
    let b = bob.popup()?;
    b.join("Bob")?;
    for browser in &pages {
        let (page, name) = (web.open(browser)?, browser.name());
        page.join(name)?;
        page.befriend(name, &b, "Bob")?;
        page.person("Bob").open_chat()?;
        b.person(name).open_chat()?;
        page.send(&format!("{name}, from a page"))?;
        b.see_message(&format!("{name}, from a page"))?;
        b.send(&format!("to {name}"))?;
        page.see_message(&format!("to {name}"))?;
        b.click(&named("button", "Back"))?;
        browser.session()?.refresh()?;
        page.see_message(&format!("to {name}"))?;
    }
    pages
        .iter()
        .chain([bob])
        .try_for_each(Browser::check_console)
}

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

#[test]
fn a_second_tab_shows_the_same_and_goes_on_when_the_first_one_closes() -> Result {
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
        let first = browser.session()?.new_tab()?;
        web.open(browser)?.open_chat_with("Bob")?;
        page.see_text(SECOND)?;
        b.person(name).open_chat()?;
        page.send("from the second tab")?;
        b.see_message("from the second tab")?;
        b.send("before")?;
        page.see_message("before")?;
        browser.session()?.close_other(&first)?;
        let closed = Instant::now();
        page.see_no(&with_text("status", SECOND))?;
        let taken_over = closed.elapsed();
        b.send("meanwhile")?;
        page.send("after")?;
        b.see_message("after")?;
        let reached = closed.elapsed();
        page.see_message("meanwhile")?;
        println!(
            "{name}: taken over after {taken_over:?}, the contact was reached after {reached:?}"
        );
        assert!(taken_over <= Duration::from_secs(2), "{taken_over:?}");
        talk::check(&page, &["from the second tab", "before"])?;
        talk::check(&b, &["from the second tab", "before"])?;
        for text in ["meanwhile", "after"] {
            talk::check(&page, &[text])?;
            talk::check(&b, &[text])?;
        }
        b.click(&named("button", "Back"))?;
    }
    pages
        .iter()
        .chain([bob])
        .try_for_each(Browser::check_console)
}
