//! Disappearing messages are agreed on between Chromium and Firefox, and a chat is cleared on one device only.

use e2e::page::{ENTER, ESCAPE};
use e2e::{Browser, Page, Result, World, friends, named, with_text};

const MENU: &str = "Options of this chat";

/// Opens the chat with each other.
fn chats(browsers: &[Browser; 2]) -> Result<[Page<'_>; 2]> {
    let [alice, bob] = browsers;
    let (a, b) = (alice.popup()?, bob.popup()?);
    a.person("Bob").open_chat()?;
    b.person("Alice").open_chat()?;
    Ok([a, b])
}

/// Presses something in the menu of the chat.
fn choose(page: &Page<'_>, choice: &str) -> Result {
    page.click(&named("button", MENU))?;
    page.click(&named("button", choice))
}

#[test]
fn both_agree_how_long_messages_stay_and_see_it_at_each() -> Result {
    let world = World::start("disappearing")?;
    let browsers = friends::contacts(&world)?;
    let [a, b] = chats(&browsers)?;
    a.send("before")?;
    b.see_message("before")?;
    a.click(&named("button", MENU))?;
    browsers[0].screenshots(world.folder(), "disappearing-menu")?;
    a.press(&ESCAPE.to_string())?;
    choose(&a, "1 hour")?;
    a.see_text("You propose that messages disappear after reading: 1 hour")?;
    b.see_text("proposes that messages disappear after reading: 1 hour")?;
    browsers[1].screenshots(world.folder(), "disappearing-proposal")?;
    b.click(&named("button", "Agree"))?;
    for page in [&a, &b] {
        page.see_text("Messages disappear after reading: 1 hour")?;
    }
    a.send("goes")?;
    b.see_message("goes")?;
    for page in [&a, &b] {
        page.see(&with_text("listitem", "goes").with_text("any", "gone in 60 min"))?;
    }
    browsers[0].screenshots(world.folder(), "disappearing")?;
    choose(&b, "Off")?;
    a.see_text("switched disappearing messages off")?;
    for browser in &browsers {
        browser.check_console()?;
    }
    Ok(())
}

#[test]
fn a_chat_is_cleared_on_one_device_and_comes_back_with_the_keyboard() -> Result {
    let world = World::start("clearing")?;
    let browsers = friends::contacts(&world)?;
    let [a, b] = chats(&browsers)?;
    a.send("one")?;
    b.see_message("one")?;
    b.send("two")?;
    a.see_message("two")?;
    choose(&a, "Clear this chat")?;
    a.see_text("Chat cleared on this device.")?;
    a.see_text("No messages yet.")?;
    browsers[0].screenshots(world.folder(), "clearing")?;
    // The focus is on Undo.
    a.press(&ENTER.to_string())?;
    a.see_message("one")?;
    a.see_message("two")?;
    choose(&a, "Clear this chat")?;
    a.see_text("No messages yet.")?;
    b.send("meanwhile")?;
    a.see_message("meanwhile")?;
    a.see_no(&with_text("any", "Chat cleared on this device."))?;
    let [a, b] = chats(&browsers)?;
    a.see_message("meanwhile")?;
    a.see_no(&with_text("listitem", "two"))?;
    b.see_message("two")?;
    for browser in &browsers {
        browser.check_console()?;
    }
    Ok(())
}
