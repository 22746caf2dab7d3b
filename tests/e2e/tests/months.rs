//! What only shows after weeks, in half a minute: the number of connections that a browser makes.
#![cfg(feature = "browsers")]

use e2e::Kind::{Chromium, Firefox};
use e2e::engine::EnginePage;
use e2e::{Result, World};
use serde_json::Value;

/// As many connections as a full engine has open.
const HELD: u32 = 400;

/// Chromium makes no more than 500 before it collects, so that 100 are left beside those that are [`HELD`]: more
/// than twice that. `cargo xtask endurance` makes thousands, and dials.
const LOOKUPS: u32 = 250;

#[test]
fn an_engine_that_has_made_hundreds_of_connections_still_meets_and_chats() -> Result {
    let world = World::start("months")?;
    let [alice, mut bob] = world.browsers([(Chromium, "Alice"), (Firefox, "Bob")])?;
    let (a, b) = (alice.popup()?, bob.popup()?);
    a.join("Alice")?;
    b.join("Bob")?;
    a.befriend("Alice", &b, "Bob")?;
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
    let (a, b) = (alice.popup()?, bob.popup()?);
    a.person("Bob").see_text("on network")?;
    b.person("Alice").open_chat()?;
    a.person("Bob").open_chat()?;
    b.send("after all that")?;
    a.see_message("after all that")?;
    a.send("still here")?;
    b.see_message("still here")?;
    assert_eq!(made["refused"], Value::from(0), "{made}");
    Ok(())
}
