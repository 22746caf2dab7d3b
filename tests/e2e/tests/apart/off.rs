//! A person who is off, or there for contacts only: what leaves their device, and what others see.

use e2e::Home::A;
use e2e::Kind::{self, Chromium, Firefox};
use e2e::friends::{befriend, joined, start_again};
use e2e::lists::{page, see_lists};
use e2e::{Browser, Lab, Result, figures, named, with_text};
use std::thread;
use std::time::{Duration, Instant};

/// Within which time every socket is closed.
const CLOSED: Duration = Duration::from_secs(1);

/// For how long nothing may be sent: contacts and the router look for whoever is gone, the alarm rings.
const QUIET: Duration = Duration::from_secs(40);

/// Chooses an entry of the menu.
fn choose(browser: &Browser, holds: &str, choice: &str) -> Result<Instant> {
    page(browser)?.click(&named("button", holds))?;
    page(browser)?.click(&named("menuitemradio", choice))?;
    Ok(Instant::now())
}

/// Sees that a device sends nothing for a while. What does not happen has no event.
fn see_silence(lab: &Lab, browser: &Browser) -> Result {
    let before = lab.packets(browser.name())?;
    thread::sleep(QUIET);
    let after = lab.packets(browser.name())?;
    assert_eq!(after, before, "packets of {}", browser.name());
    Ok(())
}

fn off_and_on(test: &str, kind: Kind, other: Kind) -> Result {
    let lab = Lab::start(test)?;
    let mut browsers = joined(&lab, [(A, kind, "Alice"), (A, other, "Bob")])?;
    let [alice, bob] = &mut browsers;
    befriend(alice, bob)?;
    see_lists(&[&*alice, &*bob], A)?;
    lab.count_packets("Alice")?;
    page(bob)?.person("Alice").open_chat()?;
    page(bob)?.send("before")?;
    page(bob)?.see_message_state("before", "Delivered")?;
    assert!(lab.packets("Alice")? > 0, "what is sent is counted");

    let at = choose(alice, "Here", "Until I switch on")?;
    thread::sleep(CLOSED.saturating_sub(at.elapsed()));
    let closed = lab.packets("Alice")?;
    page(alice)?.see(&with_text("status", "Off: nothing is sent"))?;
    alice.screenshots(lab.folder(), "off")?;
    page(bob)?.person("Alice").see_text("offline")?;
    page(bob)?.send("while off")?;
    see_silence(&lab, alice)?;
    assert_eq!(lab.packets("Alice")?, closed, "from a second after on");
    alice.check_console()?;

    alice.quit()?;
    start_again(alice)?.see(&with_text("status", "Off: nothing is sent"))?;
    see_silence(&lab, alice)?;
    assert_eq!(
        lab.packets("Alice")?,
        closed,
        "a start sends nothing either"
    );

    let begun = Instant::now();
    page(alice)?.click(&named("button", "Switch on"))?;
    page(bob)?.see_message_state("while off", "Delivered")?;
    figures::time(
        &format!("off ended ({kind:?}): a message delivered"),
        begun.elapsed(),
    )?;
    see_lists(&[&*alice, &*bob], A)
}

#[test]
fn whoever_is_off_sends_no_packet_until_switched_on_in_chromium() -> Result {
    off_and_on("off-chromium", Chromium, Firefox)
}

#[test]
fn whoever_is_off_sends_no_packet_until_switched_on_in_firefox() -> Result {
    off_and_on("off-firefox", Firefox, Chromium)
}

#[test]
fn for_contacts_only_others_see_nobody_and_a_contact_still_chats() -> Result {
    let lab = Lab::start("off-contacts")?;
    let browsers = joined(
        &lab,
        [
            (A, Chromium, "Alice"),
            (A, Firefox, "Bob"),
            (A, Chromium, "Cleo"),
        ],
    )?;
    let [alice, bob, cleo] = browsers.each_ref();
    befriend(alice, bob)?;
    for (hidden, contact, name) in [(alice, bob, "Alice"), (bob, alice, "Bob")] {
        page(cleo)?.person(name).see()?;
        choose(
            hidden,
            "Here",
            "Contacts only In no list; contacts reach you",
        )?;
        page(cleo)?.person(name).see_gone()?;
        let says = "Contacts only: nobody else sees you";
        page(hidden)?.see(&with_text("status", says))?;
        hidden.screenshots(lab.folder(), "contacts-only")?;
        page(contact)?.person(name).open_chat()?;
        let text = format!("{name} is hidden");
        page(contact)?.send(&text)?;
        page(hidden)?.person(contact.name()).open_chat()?;
        page(hidden)?.see_message(&text)?;
        choose(
            hidden,
            "Contacts only",
            "Here People on this network see you",
        )?;
        page(cleo)?.person(name).see()?;
        hidden.check_console()?;
    }
    Ok(())
}
