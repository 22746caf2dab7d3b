//! What browsers do to extensions: stop their workers, close their pages, leave them alone.
#![cfg(feature = "browsers")]

use e2e::Kind::{Chromium, Firefox};
use e2e::friends::contacts;
use e2e::services::Seen;
use e2e::{Page, Result, World};
use std::time::Duration;

const ROUTER: &str = "myapp-203-0-113-7-1";

#[test]
fn a_stopped_service_worker_costs_nothing() -> Result {
    let world = World::start("lifecycle-worker")?;
    let [alice, bob] = &contacts(&world)?;
    let b = Page::new(bob)?;
    b.person("Alice").open_chat()?;
    alice.leave_popup()?;
    alice.stop_service_worker()?;
    b.send("while the worker sleeps")?;
    b.see_message_state("while the worker sleeps", "Delivered")?;
    assert!(
        !alice.see_notification()?.is_empty(),
        "the notification woke the worker"
    );
    alice.stop_service_worker()?;
    let a = alice.popup()?;
    a.person("Bob").open_chat()?;
    a.see_message("while the worker sleeps")?;
    a.send("and back")?;
    b.see_message("and back")?;
    alice.check_console()
}

#[test]
fn a_closed_engine_page_comes_back_with_its_ids_and_chats() -> Result {
    let world = World::start("lifecycle-engine")?;
    let [alice, bob] = &world.browsers([(Chromium, "Alice"), (Firefox, "Bob")])?;
    let (a, b) = (alice.popup()?, bob.popup()?);
    a.join("Alice")?;
    world
        .services
        .signalling
        .wait_for_id("the router", |id| id == ROUTER)?;
    b.join("Bob")?;
    a.befriend("Alice", &b, "Bob")?;
    b.person("Alice").open_chat()?;
    let before = world.services.signalling.ids();
    alice.close_engine()?;
    b.send("while the engine was gone")?;
    b.patient(Duration::from_secs(60))
        .see_message_state("while the engine was gone", "Delivered")?;
    let a = Page::new(alice)?;
    a.person("Bob").open_chat()?;
    a.see_message("while the engine was gone")?;
    a.send("and back")?;
    b.see_message("and back")?;
    let after = world.services.signalling.ids();
    let kept = before.iter().filter(|id| after.contains(id)).count();
    assert_eq!(kept, before.len(), "before {before:?}, after {after:?}");
    Ok(())
}

#[test]
fn chats_go_on_by_themselves_when_the_stored_ones_were_removed() -> Result {
    let world = World::start("lifecycle-removed")?;
    let [alice, bob] = &contacts(&world)?;
    let (a, b) = (Page::new(alice)?, Page::new(bob)?);
    a.person("Bob").open_chat()?;
    b.person("Alice").open_chat()?;
    a.send("before")?;
    b.see_message("before")?;
    alice.remove_chats()?;
    b.send("after the removal")?;
    let a = Page::new(alice)?.patient(Duration::from_secs(60));
    a.see_message("after the removal")?;
    a.send("and back")?;
    b.see_message("and back").map(drop)
}

#[test]
fn an_engine_that_cannot_be_loaded_at_the_start_is_back_soon_after_it_can() -> Result {
    let world = World::start("lifecycle-broken")?;
    let mut alice = world.browser(Chromium, "Alice")?;
    alice.popup()?.join("Alice")?;
    alice.quit()?;
    alice.break_engine()?;
    alice.start()?;
    let a = alice.popup()?;
    a.patient(Duration::from_secs(30))
        .see_text("Mesh Chat is not running")?;
    alice.mend_engine()?;
    let a = Page::new(&alice)?.patient(Duration::from_secs(35));
    a.see_text("On this network").map(drop)
}

#[test]
fn both_browsers_stay_connected_and_reachable_with_no_view_open() -> Result {
    let world = World::start("lifecycle-idle")?;
    let [alice, bob] = &contacts(&world)?;
    // Pages of the extension would keep Firefox's event page alive, so neither browser shows one.
    for browser in [alice, bob] {
        browser.session()?.navigate("about:blank")?;
    }
    let seen = &world.services.signalling.seen;
    seen.clear();
    // Firefox stops an idle event page after 30 s, Chromium an idle worker: this is both, twice.
    let lost = seen.wait("somebody is gone", Duration::from_secs(70), |seen| {
        matches!(seen, Seen::Disconnect { .. })
    });
    assert!(lost.is_err(), "{lost:?}");
    let a = alice.popup()?;
    a.person("Bob").open_chat()?;
    a.send("still there?")?;
    a.see_message_state("still there?", "Delivered").map(drop)
}

#[test]
fn a_new_router_is_found_when_the_old_one_is_killed_and_chats_do_not_notice() -> Result {
    let world = World::start("lifecycle-router")?;
    let [mut router, bob, carol] =
        world.browsers([(Chromium, "Router"), (Firefox, "Bob"), (Chromium, "Carol")])?;
    router.popup()?.join("Router")?;
    world
        .services
        .signalling
        .wait_for_id("the router", |id| id == ROUTER)?;
    let (b, c) = (bob.popup()?, carol.popup()?);
    b.join("Bob")?;
    c.join("Carol")?;
    b.befriend("Bob", &c, "Carol")?;
    b.person("Router").see()?;
    c.person("Router").see()?;
    world.services.signalling.seen.clear();
    router.kill()?;
    b.person("Carol").open_chat()?;
    b.send("no router needed")?;
    b.see_message_state("no router needed", "Delivered")?;
    world
        .services
        .signalling
        .wait_for_id("a new router", |id| id == ROUTER)?;
    c.patient(Duration::from_secs(100))
        .person("Router")
        .see_gone()?;
    c.person("Bob").see_text("on network").map(drop)
}
