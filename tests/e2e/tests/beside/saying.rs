//! Answers, reactions, changes, deletions and code, between Chromium and Firefox, also after the page was loaded anew.

use e2e::page::{ENTER, ESCAPE};
use e2e::{Browser, Page, Result, World, friends, named, with_text};

const MENU: &str = "What to do with this message";
/// The key that leads to the line above, and its name for the browsers.
const UP: char = '\u{e013}';

/// Opens the chat with each other.
fn chats(browsers: &[Browser; 2]) -> Result<[Page<'_>; 2]> {
    let [alice, bob] = browsers;
    let (a, b) = (alice.popup()?, bob.popup()?);
    a.person("Bob").open_chat()?;
    b.person("Alice").open_chat()?;
    Ok([a, b])
}

/// Loads both pages anew: what is shown then is stored.
fn again(browsers: &[Browser; 2]) -> Result<[Page<'_>; 2]> {
    chats(browsers)
}

/// Chooses something in the menu of a message.
fn choose(page: &Page<'_>, text: &str, choice: &str) -> Result {
    let message = with_text("listitem", text);
    page.click(&message.clone().named("button", MENU))?;
    page.click(&message.named("button", choice))
}

#[test]
fn an_answer_quotes_its_message_and_leads_to_it() -> Result {
    let world = World::start("saying-reply")?;
    let browsers = friends::contacts(&world)?;
    let [a, b] = chats(&browsers)?;
    a.send("shall we go?")?;
    b.see_message("shall we go?")?;
    choose(&b, "shall we go?", "Reply")?;
    b.see_text("Reply to Alice")?;
    b.send("yes, at eight")?;
    let answer = |page: &Page<'_>| {
        let answer = with_text("listitem", "yes, at eight").with_text("button", "shall we go?");
        page.see(&answer).map(|_| answer)
    };
    answer(&a)?;
    let [a, b] = again(&browsers)?;
    answer(&b)?;
    a.click(&answer(&a)?)?;
    for browser in &browsers {
        browser.screenshots(world.folder(), "reply")?;
        browser.check_console()?;
    }
    Ok(())
}

#[test]
fn a_reaction_shows_on_both_sides_and_is_taken_back() -> Result {
    let world = World::start("saying-reaction")?;
    let browsers = friends::contacts(&world)?;
    let [a, b] = chats(&browsers)?;
    a.send("it works")?;
    b.see_message("it works")?;
    choose(&b, "it works", "React with 🎉")?;
    b.see(&named("button", "Take back your 🎉"))?;
    a.see(&named("any", "Bob: 🎉"))?;
    let [a, b] = again(&browsers)?;
    a.see(&named("any", "Bob: 🎉"))?;
    for browser in &browsers {
        browser.screenshots(world.folder(), "reaction")?;
    }
    b.click(&named("button", "Take back your 🎉"))?;
    a.see_no(&named("any", "Bob: 🎉"))?;
    b.see_no(&named("button", "Take back your 🎉"))?;
    browsers.iter().try_for_each(Browser::check_console)
}

#[test]
fn the_last_message_is_changed_with_the_keyboard_and_the_draft_stays() -> Result {
    let world = World::start("saying-edit")?;
    let browsers = friends::contacts(&world)?;
    let [a, b] = chats(&browsers)?;
    a.send("helo")?;
    b.see_message("helo")?;
    a.click(&named("textbox", "Message"))?;
    a.press(&UP.to_string())?;
    a.see_text("Edit your message")?;
    a.press(&ESCAPE.to_string())?;
    a.see_no(&with_text("any", "Edit your message"))?;
    a.press(&UP.to_string())?;
    a.see_text("Edit your message")?;
    a.press(&format!(" there{ENTER}"))?;
    for page in [&a, &b] {
        page.see(&with_text("listitem", "helo there").with_text("any", "edited"))?;
    }
    let [a, b] = again(&browsers)?;
    for page in [&a, &b] {
        page.see(&with_text("listitem", "helo there").with_text("any", "edited"))?;
    }
    for browser in &browsers {
        browser.screenshots(world.folder(), "edit")?;
    }
    browsers.iter().try_for_each(Browser::check_console)
}

#[test]
fn a_message_is_deleted_for_both_and_asks_before() -> Result {
    let world = World::start("saying-delete")?;
    let browsers = friends::contacts(&world)?;
    let [a, b] = chats(&browsers)?;
    a.send("a secret")?;
    b.see_message("a secret")?;
    choose(&a, "a secret", "Delete for both…")?;
    a.see_text("The other device is asked to.")?;
    browsers[0].screenshots(world.folder(), "delete")?;
    a.click(&with_text("listitem", "a secret").named("button", "Delete for both"))?;
    for page in [&a, &b] {
        page.see_message("Message deleted")?;
        page.see_no(&with_text("listitem", "a secret"))?;
    }
    let [a, b] = again(&browsers)?;
    for page in [&a, &b] {
        page.see_message("Message deleted")?;
        page.see_no(&with_text("listitem", "a secret"))?;
    }
    browsers.iter().try_for_each(Browser::check_console)
}

#[test]
fn code_is_shown_as_code_and_nothing_else_is_markup() -> Result {
    let world = World::start("saying-code")?;
    let browsers = friends::contacts(&world)?;
    let [a, b] = chats(&browsers)?;
    a.send("run `ls <b>` or ```sum(1, 2)``` then *go*")?;
    b.see(&with_text("listitem", "run ").with_text("code", "ls <b>"))?;
    let [a, b] = again(&browsers)?;
    for page in [&a, &b] {
        page.see(&with_text("listitem", "then *go*").with_text("code", "sum(1, 2)"))?;
    }
    for browser in &browsers {
        browser.screenshots(world.folder(), "code")?;
    }
    browsers.iter().try_for_each(Browser::check_console)
}
