//! Who learns of the own address, and where it is not looked for. How it is found where STUN is silent is in `echo`:
//! on this machine a browser may have a public address of its own.

use e2e::Kind::{Chromium, Firefox};
use e2e::talk::Talk;
use e2e::{Browser, Page, Result, World, friends, named, with_text};
use std::time::Duration;

/// How long the server may take to hear that somebody has left.
const LEFT: Duration = Duration::from_secs(15);

/// The longest that a message may take while the network changes.
const STALL: Duration = Duration::from_secs(5);

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
    go_on_a_cellular_network(&world, alice, bob)?;
    go_on_a_cellular_network(&world, bob, alice)?;
    browsers.iter().try_for_each(Browser::check_console)
}

/// Has one of two contacts say that their network is a cellular one, talk to the other, and take it back.
fn go_on_a_cellular_network(world: &World, one: &Browser, other: &Browser) -> Result {
    let (a, b) = (Page::new(one)?, Page::new(other)?);
    a.person(other.name()).see_text("on network")?;
    set_cellular(&a)?;
    a.see(&with_text(
        "status",
        "Cellular network: people here are not looked for",
    ))?;
    a.click(&named("button", "Connection"))?;
    a.see_text("Behind a cellular address there are strangers")?;
    a.click(&named("button", "Back"))?;
    b.see(&with_text("status", " 203.0.113.7, 1 person"))?;
    let is_alone = |ids: &[String]| {
        let listed = ids.iter().filter(|id| id.starts_with("myapp-203-0-113-7-"));
        listed.count() == 2
    };
    let signalling = &world.services.signalling;
    signalling.wait_for_ids("only the other one is here", LEFT, is_alone)?;
    let mut talk = Talk::begin(one, other, STALL)?;
    talk.say()?;
    talk.say()?;
    talk.check()?;
    for page in [&a, &b] {
        page.click(&named("button", "Back"))?;
    }
    set_cellular(&a)?;
    b.see(&with_text("status", " 203.0.113.7, 2 people"))?;
    a.person(other.name()).see_text("on network").map(drop)
}

/// Turns the switch in the settings.
fn set_cellular(page: &Page<'_>) -> Result {
    page.click(&named("button", "Settings"))?;
    page.click(&named("switch", "This is a cellular network"))?;
    page.click(&named("button", "Save"))?;
    page.see_text("Saved")?;
    page.click(&named("button", "Back"))
}
