//! What only shows after weeks, in a minute: the number of connections that a browser makes.
#![cfg(feature = "browsers")]

use e2e::Kind::{Chromium, Firefox};
use e2e::devtools::HiddenPage;
use e2e::{Result, World};
use serde_json::Value;

/// Chromium makes no more than 500 before it collects: enough to be sure of that in the time of a
/// test. `cargo xtask endurance` sets another number.
const CONNECTIONS: &str = "650";

/// Holds as many connections as a full engine has open, so that few are left of those that the browser
/// makes; and counts those that the engine makes from now on, of its dials and its look-ups.
const COUNT: &str = "
    const Original = globalThis.RTCPeerConnection;
    globalThis.open = Array.from({ length: 400 }, () => new Original());
    globalThis.tally = { dials: 0, lookups: 0, refused: 0 };
    globalThis.RTCPeerConnection = class extends Original {
      constructor(configuration) {
        try {
          super(configuration);
        } catch (error) {
          tally.refused += 1;
          throw error;
        }
        if (configuration.bundlePolicy) tally.dials += 1;
        else tally.lookups += 1;
      }
    };";

/// Tells the engine again and again that the network has changed, so that it looks up its address and
/// dials who is away, until it has made so many connections or was refused so many.
const WEAR_OUT: &str = "
    const began = performance.now();
    while (tally.dials + tally.lookups < wanted && tally.refused < 50) {
      dispatchEvent(new Event('online'));
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    open.forEach((connection) => connection.close());
    return { ...tally, seconds: (performance.now() - began) / 1000 };";

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
    let mut engine = HiddenPage::find(&alice, "offscreen.html")?;
    engine.run(COUNT)?;
    let before = alice.extension_memory()?;
    let wanted = std::env::var("MESH_CHAT_CONNECTIONS");
    let wanted = wanted.unwrap_or_else(|_| CONNECTIONS.to_owned());
    let made = engine.run(&format!("const wanted = {wanted};{WEAR_OUT}"))?;
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
