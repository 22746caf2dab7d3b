//! Messages are found: old ones that no page has loaded, as they are now, from the lists and within one chat.

use e2e::filled::{Filled, indexed};
use e2e::friends::contacts;
use e2e::page::{CONTROL, ENTER, ESCAPE};
use e2e::{Browser, Kind, Page, Result, World, named, with_text};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

const FIND: &str = "Find a person or a message";
const MENU: &str = "What to do with this message";
const UP: char = '\u{e013}';

/// Two old messages with a lighthouse, a long way up.
const HISTORY: Filled = Filled {
    contacts: 0,
    messages: 400,
    text: "if (at === 30) return 'The lighthouse in the fog';
           if (at === 31) return '灯台は東京にあります';
           return `Nothing special ${at}`;",
};

fn find(page: &Page<'_>, query: &str) -> Result {
    page.chord(CONTROL, 'k')?;
    page.see(&named("combobox", FIND))?;
    page.press(query)
}

fn leave(page: &Page<'_>) -> Result {
    page.press(&ESCAPE.to_string())?;
    page.see_no(&named("combobox", FIND)).map(drop)
}

/// What has the focus, whether it is in sight, and what is marked in the palette.
fn ask(browser: &Browser, script: &str) -> Result<Value> {
    browser.session()?.execute(script, &[])
}

const FOCUSED: &str = "
    const { top, bottom } = document.activeElement.getBoundingClientRect();
    return [document.activeElement.textContent, top >= 0 && bottom <= innerHeight];";

fn shoot(browser: &Browser, folder: &Path, name: &str) -> Result {
    if browser.kind() == Kind::Firefox {
        return browser.screenshots(folder, &format!("{name}-firefox"));
    }
    for width in [280, 380] {
        browser.in_size(width, 600)?;
        browser.screenshots(folder, &format!("{name}-{width}"))?;
    }
    browser.as_popup()
}

#[test]
fn an_old_message_is_found_and_its_chat_opens_there() -> Result {
    let world = World::start("search-old")?;
    let mut browsers = contacts(&world)?;
    for (browser, other) in browsers.iter_mut().zip(["Bob", "Alice"]) {
        HISTORY.write(browser)?;
        let page = browser.popup()?;
        page.see(&with_text("listitem", other))?;
        indexed(browser, Duration::from_secs(30))?;
        shoot(browser, world.folder(), "lists")?;

        page.click(&named("button", "Search people and messages"))?;
        page.see(&named("combobox", FIND))?;
        page.press("fog LIGHTH")?;
        page.see(&with_text("option", "The lighthouse in the fog"))?;
        let marked = ask(
            browser,
            "return [...document.querySelectorAll('mark')].map((mark) => mark.textContent);",
        )?;
        assert_eq!(marked, json!(["lighth", "fog"]));
        shoot(browser, world.folder(), "found")?;
        page.check_controls()?;
        page.press(&ENTER.to_string())?;
        page.see_message("The lighthouse in the fog")?;
        page.see(&with_text("listitem", "Found:"))?;
        let focused = ask(browser, FOCUSED)?;
        let text = focused[0].as_str().unwrap_or_default();
        assert!(text.contains("The lighthouse in the fog"), "{focused}");
        assert_eq!(focused[1], true, "it is in sight");
        shoot(browser, world.folder(), "shown")?;
        page.see_no(&with_text("listitem", "Nothing special 399"))?;

        // From there on to what is newer, and back to the newest.
        page.click(&named("button", "Load newer messages"))?;
        page.see_message("Nothing special 90")?;
        page.click(&named("button", "To the newest messages"))?;
        page.see_message("Nothing special 399")?;
        page.see_no(&named("button", "To the newest messages"))?;

        // Within the chat, in a language without spaces.
        page.click(&named("button", "Search in this chat"))?;
        page.see(&named(
            "combobox",
            &format!("Search in the chat with {other}"),
        ))?;
        page.press("東京")?;
        page.see(&with_text("option", "灯台は東京にあります"))?;
        shoot(browser, world.folder(), "within")?;
        page.press("都")?;
        page.see_text("Nothing found.")?;
        page.click(&named("button", "Search in all chats"))?;
        page.see(&named("combobox", FIND))?;
        leave(&page)?;

        // What nobody would type, and what every message has.
        find(&page, "!?… ")?;
        page.see_text("Nothing found.")?;
        leave(&page)?;
        find(&page, "n")?;
        page.see(&named("option", "Show older messages"))?;
        page.click(&named("option", "Show older messages"))?;
        let options = with_text("option", "Nothing special");
        let before = page.count(&options)?;
        assert!(before >= 20, "{before}");
        leave(&page)?;
        browser.check_console()?;
    }
    Ok(())
}

/// Chooses something in the menu of a message.
fn choose(page: &Page<'_>, text: &str, choice: &str) -> Result {
    let message = with_text("listitem", text);
    page.click(&message.clone().named("button", MENU))?;
    page.click(&message.named("button", choice))
}

/// The pages find a message with this, or none.
fn check(pages: &[&Page<'_>], query: &str, found: Option<&str>) -> Result {
    for page in pages {
        find(page, query)?;
        match found {
            Some(text) => page.see(&with_text("option", text))?,
            None => page.see_text("Nothing found.")?,
        };
        leave(page)?;
    }
    Ok(())
}

#[test]
fn a_message_is_found_as_it_is_now_and_a_deleted_one_not_at_all() -> Result {
    let world = World::start("search-changed")?;
    let browsers = contacts(&world)?;
    let [alice, bob] = &browsers;
    let (a, b) = (alice.popup()?, bob.popup()?);
    a.person("Bob").open_chat()?;
    b.person("Alice").open_chat()?;
    a.send("A zebra crossing")?;
    b.see_message("A zebra crossing")?;
    let both = [&a, &b];
    check(&both, "zebra", Some("A zebra crossing"))?;

    a.click(&named("textbox", "Message"))?;
    a.press(&format!("{UP} with giraffes{ENTER}"))?;
    b.see_message("A zebra crossing with giraffes")?;
    check(&both, "giraffe", Some("with giraffes"))?;

    choose(&a, "with giraffes", "Delete for both…")?;
    a.click(&with_text("listitem", "with giraffes").named("button", "Delete for both"))?;
    for page in both {
        page.see_message("Message deleted")?;
    }
    check(&both, "zebra", None)?;
    check(&both, "giraffe", None)?;

    // Who closes the palette goes on typing where the focus was.
    a.press(&format!("A last walrus{ENTER}"))?;
    for page in both {
        page.see_message("A last walrus")?;
    }
    browsers.iter().try_for_each(Browser::check_console)
}

#[test]
fn with_a_contact_go_the_words_of_the_chat() -> Result {
    let world = World::start("search-removed")?;
    let browsers = contacts(&world)?;
    let [alice, bob] = &browsers;
    let (a, b) = (alice.popup()?, bob.popup()?);
    a.person("Bob").open_chat()?;
    b.person("Alice").open_chat()?;
    a.send("A last walrus")?;
    a.see_message("A last walrus")?;
    b.see_message("A last walrus")?;
    check(&[&a, &b], "walrus", Some("A last walrus"))?;
    let words = "
        const open = indexedDB.open('mesh-chat');
        await new Promise((resolve) => { open.onsuccess = resolve; });
        const count = open.result.transaction('words').objectStore('words').count();
        await new Promise((resolve) => { count.onsuccess = resolve; });
        return count.result;";
    assert_eq!(alice.session()?.execute_async(words, &[])?, json!(1));
    a.open_contact("Bob")?;
    a.click(&named("button", "Remove contact"))?;
    a.click(&named("button", "Remove"))?;
    a.see(&named("heading", "On this network"))?;
    find(&a, "walrus")?;
    a.see_text("Nothing found.")?;
    assert_eq!(alice.session()?.execute_async(words, &[])?, json!(0));
    browsers.iter().try_for_each(Browser::check_console)
}
