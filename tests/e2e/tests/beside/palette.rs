//! What a keyboard reaches at once: the palette, and the list of keys.

use e2e::friends::contacts;
use e2e::page::{CONTROL, DOWN, ENTER, ESCAPE, UP};
use e2e::{Browser, Kind, Page, Result, World, named, with_text};
use serde_json::json;

const FIND: &str = "Find a person or a message";
const KEYS: &str = "Keyboard shortcuts";

/// The entry that Enter follows, as a screen reader is told of it.
fn active(browser: &Browser) -> Result<String> {
    let script = "
        const id = document.activeElement.getAttribute('aria-activedescendant');
        const option = document.getElementById(id);
        return [option.ariaSelected, option.role, option.textContent.trim()].join(' ');";
    let active = browser.session()?.execute(script, &[])?;
    Ok(active.as_str().unwrap_or_default().to_owned())
}

/// Opens the palette by its keys, and types.
fn find(page: &Page<'_>, query: &str) -> Result {
    page.chord(CONTROL, 'k')?;
    page.see(&named("combobox", FIND))?;
    assert_eq!(page.focused()?, FIND);
    page.press(query)
}

fn shoot(browser: &Browser, world: &World, name: &str) -> Result {
    if browser.kind() == Kind::Firefox {
        return browser.screenshots(world.folder(), &format!("{name}-firefox"));
    }
    for width in [280, 380] {
        browser.in_size(width, 600)?;
        browser.screenshots(world.folder(), &format!("{name}-{width}"))?;
    }
    Ok(())
}

#[test]
fn by_keyboard_alone_people_and_pages_are_found_and_the_focus_goes_back() -> Result {
    let world = World::start("palette")?;
    let [alice, bob] = &contacts(&world)?;
    for (one, name) in [(alice, "Bob"), (bob, "Alice")] {
        let page = one.popup()?;
        page.see(&named("heading", "On this network"))?;
        page.tab_to("Settings")?;
        find(&page, "")?;
        shoot(one, &world, "palette")?;
        page.check_controls()?;
        let first = active(one)?;
        assert!(
            first.starts_with("true option") && first.ends_with(name),
            "{first}"
        );
        page.press(&DOWN.to_string())?;
        assert_eq!(active(one)?, "true option People");
        page.press(&format!("{UP}{UP}"))?;
        assert_eq!(active(one)?, format!("true option {KEYS}"), "round");
        page.press(&ESCAPE.to_string())?;
        page.see_no(&named("combobox", FIND))?;
        assert_eq!(page.focused()?, "Settings");

        find(&page, &format!("{}{ENTER}", name.to_uppercase()))?;
        page.see(&named("heading", name))?;
        page.see_no(&named("combobox", FIND))?;
        assert_eq!(page.focused()?, "Message");
        page.press("?")?;
        assert_eq!(page.value("Message")?, "?", "a field takes what is typed");
        find(&page, "nobody")?;
        page.see_text("Nothing found.")?;
        page.press(&ESCAPE.to_string())?;
        page.see_no(&named("combobox", FIND))?;
        assert_eq!(page.focused()?, "Message");

        find(&page, &format!("conn{ENTER}"))?;
        page.see(&named("heading", "Connection"))?;
        page.press("?")?;
        page.see(&named("dialog", KEYS))?;
        // As this browser has them.
        page.see(&named("dialog", KEYS).with_text("any", "Alt+Shift+U"))?;
        shoot(one, &world, "keys")?;
        page.check_controls()?;
        page.press(&ESCAPE.to_string())?;
        page.see_no(&named("dialog", KEYS))?;
        page.see(&named("heading", "Connection"))?;
        one.check_console()?;
    }
    Ok(())
}

/// Has the browser tell the service worker of the keys for the next unread chat, as it does.
const NEXT: &str = "chrome.commands.onCommand.dispatch('next-unread');";

#[test]
fn a_key_of_the_browser_leads_to_the_next_unread_chat() -> Result {
    let world = World::start("next-unread")?;
    let [alice, bob] = &contacts(&world)?;
    let theirs = bob.popup()?;
    theirs.open_chat_with("Alice")?;
    let page = alice.popup()?;
    page.see(&named("heading", "On this network"))?;
    theirs.send("unread")?;
    theirs.see_message_state("unread", "Delivered")?;
    e2e::devtools::HiddenPage::find(alice, "background.js")?.run(NEXT)?;
    page.see_message("unread")?;
    let address = alice
        .session()?
        .execute("return location.hash.split('=')[0]", &[])?;
    assert_eq!(address, json!("#chat"));
    page.see(&with_text("log", "New messages"))?;
    alice.check_console()
}
