//! Browsers that are left alone, and people who lose the one they all are connected to.

use e2e::Kind::{Chromium, Firefox};
use e2e::friends::contacts;
use e2e::services::Seen;
use e2e::{Result, World};
use std::time::Duration;

const ROUTER: &str = "myapp-203-0-113-7-1";

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
