//! The main job: people behind one address find each other, ask, accept and chat.

use e2e::Kind::{Chromium, Firefox};
use e2e::page::{ENTER, ESCAPE};
use e2e::{Result, World, named, paths, with_text};

#[test]
fn three_browsers_find_each_other_ask_accept_and_chat_both_ways_across_browsers() -> Result {
    let world = World::start("meeting")?;
    let browsers = world.browsers([(Chromium, "Alice"), (Chromium, "Carol"), (Firefox, "Bob")])?;
    let [alice, carol, bob] = &browsers;
    let (a, c, b) = (alice.popup()?, carol.popup()?, bob.popup()?);
    a.join("Alice")?;
    b.join("Bob")?;
    c.join("Carol")?;
    for (page, others) in [
        (&a, ["Bob", "Carol"]),
        (&b, ["Alice", "Carol"]),
        (&c, ["Alice", "Bob"]),
    ] {
        for other in others {
            page.person(other).see_button("Connect")?;
        }
    }
    a.befriend("Alice", &b, "Bob")?;
    b.befriend("Bob", &c, "Carol")?;

    a.person("Bob").open_chat()?;
    b.person("Alice").open_chat()?;
    a.send("hello from Chromium")?;
    b.see_message("hello from Chromium")?;
    b.send("hello from Firefox")?;
    a.see_message("hello from Firefox")?;
    a.see_message_state("hello from Chromium", "Read")?;
    assert_eq!(a.count(&with_text("listitem", "hello from Firefox"))?, 1);

    c.person("Bob").open_chat()?;
    c.send("hello from Carol")?;
    b.click(&named("button", "Back"))?;
    b.person("Carol").see_text("1 unread message")?;
    b.person("Carol").open_chat()?;
    b.see_message("hello from Carol")?;
    browsers.iter().try_for_each(e2e::Browser::check_console)
}

#[test]
fn nobody_is_shown_twice_and_oneself_never() -> Result {
    let world = World::start("meeting-once")?;
    let [alice, bob] = &world.browsers([(Chromium, "Alice"), (Firefox, "Bob")])?;
    let (a, b) = (alice.popup()?, bob.popup()?);
    a.join("Alice")?;
    b.join("Bob")?;
    a.person("Bob").see()?;
    b.person("Alice").see()?;
    a.befriend("Alice", &b, "Bob")?;
    a.person("Bob").see_text("on network")?;
    for (page, other, own) in [(&a, "Bob", "Alice"), (&b, "Alice", "Bob")] {
        assert_eq!(
            page.count(&with_text("listitem", other))?,
            1,
            "{other} at {own}"
        );
        assert_eq!(
            page.count(&with_text("listitem", own))?,
            0,
            "{own} at {own}"
        );
    }
    Ok(())
}

#[test]
fn a_note_is_written_with_the_keyboard_and_shown_with_the_request() -> Result {
    const NOTE: &str = "It is me, from the library";
    let world = World::start("meeting-note")?;
    let pictures = paths::artifacts("screenshots")?;
    let [alice, bob] = &world.browsers([(Chromium, "Alice"), (Firefox, "Bob")])?;
    let (a, b) = (alice.popup()?, bob.popup()?);
    a.join("Alice")?;
    b.join("Bob")?;
    a.person("Bob").see_button("Add a note")?;
    a.tab_to("Add a note")?;
    a.press(&ENTER.to_string())?;
    let field = with_text("listitem", "Bob").named("textbox", "Note");
    a.find(&field)?;
    assert_eq!(a.focused()?, "Note");
    a.press("forget this")?;
    a.press(&ESCAPE.to_string())?;
    a.see_no(&field)?;
    assert_eq!(a.focused()?, "Add a note");
    a.press(&ENTER.to_string())?;
    a.find(&field)?;
    a.press(&"x".repeat(281))?;
    a.see_text("1 byte too long")?;
    a.press(&ENTER.to_string())?;
    a.see_text("The note is longer than 280 bytes.")?;
    a.check_controls()?;
    alice.screenshots(&pictures, "note-too-long")?;
    a.fill("Note", NOTE)?;
    a.see_no(&with_text("any", "too long"))?;
    alice.screenshots(&pictures, "note")?;
    a.press(&ENTER.to_string())?;
    a.see_no(&field)?;
    a.person("Bob").see_text("Waiting for their answer")?;
    b.see(&with_text("listitem", "Alice").with_text("any", NOTE))?;
    bob.screenshots(&pictures, "note-received")?;
    b.accept("Alice")?;
    a.person("Bob").see_button("Open chat")?;
    alice.check_console()?;
    bob.check_console()
}

#[test]
fn a_request_that_is_rejected_leaves_strangers() -> Result {
    let world = World::start("meeting-reject")?;
    let [alice, bob] = &world.browsers([(Chromium, "Alice"), (Firefox, "Bob")])?;
    let (a, b) = (alice.popup()?, bob.popup()?);
    a.join("Alice")?;
    b.join("Bob")?;
    a.person("Bob").connect()?;
    b.reject("Alice")?;
    a.person("Bob").see_text("Did not accept")?;
    assert_eq!(a.count(&named("button", "Open chat"))?, 0);
    assert_eq!(b.count(&named("button", "Open chat"))?, 0);
    Ok(())
}

/// Opens more views than there can be; the last of them asks for what only a view may.
const TOO_MANY_VIEWS: &str = "
    const ports = Array.from({ length: 64 }, () => api.runtime.connect({ name: 'view' }));
    const join = { join: { name: 'Eve' } };
    ports.at(-1).postMessage({ command: { id: 1, command: join } });";

#[test]
fn nothing_reaches_any_server_before_join() -> Result {
    let world = World::start("meeting-silence")?;
    let browsers = world.browsers([(Chromium, "Alice"), (Firefox, "Bob")])?;
    for browser in &browsers {
        let page = browser.popup()?;
        page.find(&named("button", "Join"))?;
        page.fill("Your name", browser.name())?;
        browser.run(TOO_MANY_VIEWS)?;
    }
    // Longer than any look-up or first try takes; there is no event for what does not happen.
    std::thread::sleep(std::time::Duration::from_secs(6));
    assert_eq!(world.services.contacts(), 0);
    // The same counters do count, once Join is pressed.
    browsers[0].popup()?.join("Alice")?;
    world
        .services
        .signalling
        .wait_for_id("the router", |id| id == "myapp-203-0-113-7-1")?;
    assert!(!world.services.stun.packets.is_empty());
    Ok(())
}
