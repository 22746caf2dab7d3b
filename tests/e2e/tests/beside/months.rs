//! What only shows after weeks, in half a minute: the number of connections that a browser makes, and a
//! page that begins anew as it makes none.

use e2e::Kind::{Chromium, Firefox};
use e2e::engine::EnginePage;
use e2e::{Kind, Page, Result, World, friends};

/// As many connections as a full engine has open.
const HELD: u32 = 400;

/// Chromium makes no more than 500 before it collects, so that 100 are left beside those that are [`HELD`]: more
/// than twice that. `cargo xtask endurance` makes thousands, and dials.
const LOOKUPS: u32 = 250;

/// Connections in a row that the browser does not make, until the page begins anew.
const REFUSED: u32 = 8;

const ROUTER: &str = "myapp-203-0-113-7-1";

#[test]
fn an_engine_that_has_made_hundreds_of_connections_still_meets_and_chats() -> Result {
    let world = World::start("months")?;
    let [alice, mut bob] = friends::contacts(&world)?;
    bob.kill()?;
    alice.session()?.navigate("about:blank")?;
    let mut engine = EnginePage::count(&alice)?;
    engine.hold(HELD)?;
    let before = alice.extension_memory()?;
    let made = engine.look_up(LOOKUPS)?;
    engine.release()?;
    let after = alice.extension_memory()?;
    println!("made {made}; memory before {before:.1} MB, after {after:.1} MB");
    bob.start()?;
    chat(&alice.popup()?, &bob.popup()?)?;
    assert_eq!(made["refused"], 0, "{made}");
    Ok(())
}

#[test]
fn an_engine_of_chromium_that_can_make_no_connection_begins_anew() -> Result {
    begins_anew("months-anew-chromium", Chromium, Firefox)
}

#[test]
fn an_engine_of_firefox_that_can_make_no_connection_begins_anew() -> Result {
    begins_anew("months-anew-firefox", Firefox, Chromium)
}

fn begins_anew(test: &str, kind: Kind, other: Kind) -> Result {
    let world = World::start(test)?;
    let [alice, bob] = world.browsers([(kind, "Alice"), (other, "Bob")])?;
    let (a, b) = (alice.popup()?, bob.popup()?);
    let ids = &world.services.signalling;
    a.join("Alice")?;
    ids.wait_for_id("the router", |id| id == ROUTER)?;
    b.join("Bob")?;
    a.befriend("Alice", &b, "Bob")?;
    alice.leave_popup()?;
    let mut engine = EnginePage::count(&alice)?;
    engine.wear_out(REFUSED)?;
    assert!(engine.is_the_same()?);
    ids.seen.clear();
    alice.ring_alarm()?;
    ids.wait_for_id("the router in a new page", |id| id == ROUTER)?;
    assert!(!EnginePage::of(&alice)?.is_the_same()?);
    chat(&alice.popup()?, &b)
}

/// Both find each other, and talk.
fn chat(a: &Page<'_>, b: &Page<'_>) -> Result {
    a.person("Bob").see_text("on network")?;
    b.person("Alice").see_text("on network")?;
    b.person("Alice").open_chat()?;
    a.person("Bob").open_chat()?;
    b.send("after all that")?;
    a.see_message("after all that")?;
    a.send("still here")?;
    b.see_message("still here").map(drop)
}
