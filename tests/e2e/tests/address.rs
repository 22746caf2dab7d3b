//! Who learns of the own address, and where it is not looked for. How it is found where STUN is silent is in `echo`:
//! on this machine a browser may have a public address of its own.
#![cfg(feature = "browsers")]

use e2e::Kind::{Chromium, Firefox};
use e2e::{Browser, Page, Result, World, friends, named, with_text};
use std::time::Duration;

/// How long the server may take to hear that somebody has left.
const LEFT: Duration = Duration::from_secs(15);

#[test]
fn the_echo_learns_of_nobody_whom_stun_answers() -> Result {
    let world = World::start("address-stun")?;
    let [alice, bob] = &world.browsers([(Chromium, "Alice"), (Firefox, "Bob")])?;
    let (a, b) = (alice.popup()?, bob.popup()?);
    a.join("Alice")?;
    b.join("Bob")?;
    a.person("Bob").see()?;
    b.person("Alice").see()?;
    assert_eq!(world.services.echo.hits.len(), 0);
    Ok(())
}

#[test]
fn on_a_cellular_network_nobody_is_looked_for_and_contacts_still_talk() -> Result {
    let world = World::start("address-cellular")?;
    let browsers = friends::contacts(&world)?;
    let [alice, bob] = &browsers;
    let (a, b) = (Page::new(alice)?, Page::new(bob)?);
    a.person("Bob").see_text("on network")?;
    set_cellular(&a)?;
    a.see(&with_text(
        "status",
        "Cellular network: people here are not looked for",
    ))?;
    a.click(&named("button", "Connection"))?;
    a.see_text("Behind a cellular address there are strangers")?;
    a.click(&named("button", "Back"))?;
    b.see(&with_text("status", " 203.0.113.7, 1 person"))?;
    let is_here = |ids: &[String]| {
        let listed = ids.iter().filter(|id| id.starts_with("myapp-203-0-113-7-"));
        listed.count() == 2
    };
    let signalling = &world.services.signalling;
    signalling.wait_for_ids("only Bob is here", LEFT, is_here)?;
    b.person("Alice").open_chat()?;
    b.send("to your telephone")?;
    a.person("Bob").open_chat()?;
    a.see_message("to your telephone")?;
    a.send("it works")?;
    b.see_message("it works")?;
    for page in [&a, &b] {
        page.click(&named("button", "Back"))?;
    }
    set_cellular(&a)?;
    b.see(&with_text("status", " 203.0.113.7, 2 people"))?;
    a.person("Bob").see_text("on network")?;
    browsers.iter().try_for_each(Browser::check_console)
}

/// Turns the switch in the settings.
fn set_cellular(page: &Page<'_>) -> Result {
    page.click(&named("button", "Settings"))?;
    page.click(&named("switch", "This is a cellular network"))?;
    page.click(&named("button", "Save"))?;
    page.see_text("Saved")?;
    page.click(&named("button", "Back"))
}
