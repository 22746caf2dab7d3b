//! The popup itself: what it says, with which keys it is used, how it looks.

use e2e::Kind::{Chromium, Firefox};
use e2e::friends::contacts;
use e2e::page::ENTER;
use e2e::{Browser, Page, Result, Setup, World, named, paths, with_text};
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;

const ROUTER: &str = "myapp-203-0-113-7-1";

#[test]
fn a_broken_configuration_is_reported_and_nothing_is_sent() -> Result {
    let world = World::start("popup-config")?;
    let good = world.services.config();
    let mut wrong_port = good.clone();
    wrong_port["signalling"][0]["port"] = 70_000.into();
    let mut unknown = good.clone();
    unknown["signaling"] = good["signalling"].clone();
    let cases = [
        ("{ \"root\": ".to_owned(), Chromium),
        (wrong_port.to_string(), Chromium),
        (unknown.to_string(), Firefox),
    ];
    for (number, (config, kind)) in cases.into_iter().enumerate() {
        let setup = Setup::new(kind, &format!("case-{number}"));
        let browser = Browser::launch_with_text(setup, &config, world.folder())?;
        let page = browser.popup()?;
        page.see_text("config.json is broken")?;
        page.see(&named("button", "Join"))?;
        browser.screenshot(world.folder(), &format!("case-{number}"))?;
    }
    assert_eq!(world.services.contacts(), 0);

    // Nor by somebody who has joined with another one before.
    let mut browser = world.browser(Chromium, "joined")?;
    browser.popup()?.join("Alice")?;
    let signalling = &world.services.signalling;
    signalling.wait_for_id("the router", |id| id == ROUTER)?;
    browser.quit()?;
    signalling.wait_for_ids("nobody", Duration::from_secs(20), <[String]>::is_empty)?;
    browser.configure(&unknown.to_string())?;
    world.services.forget();
    browser.start()?;
    browser.popup()?.see_text("config.json is broken")?;
    browser
        .popup()?
        .see_text("Not online: the configuration cannot be used")?;
    assert_eq!(world.services.contacts(), 0);
    Ok(())
}

#[test]
fn the_main_job_needs_only_a_keyboard() -> Result {
    let world = World::start("popup-keyboard")?;
    let [alice, bob] = &world.browsers([(Chromium, "Alice"), (Firefox, "Bob")])?;
    let (a, b) = (alice.popup()?, bob.popup()?);
    for (page, name) in [(&a, "Alice"), (&b, "Bob")] {
        page.find(&named("textbox", "Your name"))?;
        if page.focused()? != "Your name" {
            page.tab_to("Your name")?;
        }
        page.press(name)?;
        page.press(&ENTER.to_string())?;
        page.see(&named("heading", "On this network"))?;
    }
    a.person("Bob").see_button("Connect")?;
    a.tab_to("Connect")?;
    a.press(&ENTER.to_string())?;
    b.see(&named("button", "Accept"))?;
    b.tab_to("Accept")?;
    b.press(&ENTER.to_string())?;
    a.person("Bob").see_button("Open chat")?;
    a.tab_to("Open chat")?;
    a.press(&ENTER.to_string())?;
    a.find(&named("textbox", "Message"))?;
    if a.focused()? != "Message" {
        a.tab_to("Message")?;
    }
    a.press(&format!("typed, not clicked{ENTER}"))?;
    a.see_message_state("typed, not clicked", "Delivered")
        .map(drop)
}

#[test]
fn every_view_has_names_and_roles_for_all_its_controls_and_a_picture() -> Result {
    let world = World::start("popup-views")?;
    let pictures = paths::artifacts("screenshots")?;
    let [alice, bob] = &world.browsers([(Chromium, "Alice"), (Firefox, "Bob")])?;
    let (a, b) = (alice.popup()?, bob.popup()?);
    let look = |browser: &Browser, view: &str| {
        e2e::Page::new(browser)?.check_controls()?;
        browser.screenshots(&pictures, view)
    };
    a.find(&named("button", "Join"))?;
    look(alice, "first-run")?;
    a.join("Alice")?;
    a.see_text(
        "Nobody else here yet. Anyone who opens Mesh Chat behind the same public address appears here.",
    )?;
    look(alice, "nobody-here")?;
    b.join("Bob")?;
    a.person("Bob").see()?;
    look(alice, "somebody-new")?;
    b.person("Alice").connect()?;
    a.see(&named("button", "Accept"))?;
    look(alice, "request")?;
    a.accept("Bob")?;
    a.person("Bob").open_chat()?;
    b.person("Alice").open_chat()?;
    a.send("Lunch at one?")?;
    b.see_message("Lunch at one?")?;
    b.send("Yes! See https://example.org/menu")?;
    a.see(&named("link", "https://example.org/menu"))?;
    look(alice, "chat")?;
    check_narrow(alice, &pictures, "chat")?;
    a.click(&named("button", "Back"))?;
    a.see(&with_text("listitem", "Bob"))?;
    look(alice, "contacts")?;
    check_narrow(alice, &pictures, "contacts")?;
    a.click(&named("button", "Connection"))?;
    a.see(&named("heading", "Connection"))?;
    look(alice, "connection")?;
    a.click(&named("button", "Back"))?;
    a.click(&named("button", "Settings"))?;
    a.see(&named("heading", "Settings"))?;
    look(alice, "settings")
}

/// Looks at a page as narrow as a side panel, and as a panel at twice the size: every button can be
/// reached, and nothing scrolls sideways.
fn check_narrow(browser: &Browser, pictures: &std::path::Path, view: &str) -> Result {
    const OUTSIDE: &str = "
        const width = document.documentElement.clientWidth;
        const outside = [...document.querySelectorAll('button')]
          .filter((button) => button.checkVisibility())
          .filter((button) => button.getBoundingClientRect().right > width + 0.5);
        return [document.documentElement.scrollWidth - width, outside.map((b) => b.textContent)];";
    for width in [280, 190] {
        browser.in_size(width, 500)?;
        let outside = browser.session()?.execute(OUTSIDE, &[])?;
        browser.screenshot(pictures, &format!("{view}-{width}"))?;
        assert_eq!(outside.to_string(), "[0,[]]", "{view}, {width} pixels wide");
    }
    browser.as_popup()
}

#[test]
fn a_wrong_name_is_refused_at_the_field_with_the_reason() -> Result {
    let world = World::start("popup-names")?;
    let alice = world.browser(Chromium, "Alice")?;
    let page = alice.popup()?;
    for (name, reason) in [
        (" ", "Enter a name."),
        ("x\u{202e}y", "characters that cannot be shown"),
        (&"long".repeat(20), "too long"),
    ] {
        page.fill("Your name", name)?;
        page.click(&named("button", "Join"))?;
        page.see_text(reason)?;
    }
    assert_eq!(world.services.contacts(), 0);
    page.join("Alice")
}

/// How far the messages are from their end, in pixels, once everything is painted.
const FROM_END: &str = "
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const log = document.querySelector('.log');
    return log.scrollHeight - log.scrollTop - log.clientHeight;";

#[test]
fn what_comes_below_is_counted_and_read_at_the_end_which_stays_when_the_field_grows() -> Result {
    let world = World::start("popup-end")?;
    let [alice, bob] = &contacts(&world)?;
    let (a, b) = (Page::new(alice)?, Page::new(bob)?);
    a.person("Bob").open_chat()?;
    b.person("Alice").open_chat()?;
    for number in 0..20 {
        b.send(&format!("number {number}."))?;
    }
    b.see_message_state("number 19.", "Read")?;
    let write = "const field = document.getElementById('composer');
        field.value = 'one\\n2\\n3\\n4\\n5\\n6';
        field.dispatchEvent(new InputEvent('input', { bubbles: true }));";
    alice.session()?.execute(write, &[])?;
    let from_end = alice.session()?.execute_async(FROM_END, &[])?;
    assert!(from_end.as_f64().is_some_and(|far| far < 2.0), "{from_end}");

    let to_top = format!("document.querySelector('.log').scrollTop = 0; {FROM_END}");
    let from_end = alice.session()?.execute_async(&to_top, &[])?;
    assert!(
        from_end.as_f64().is_some_and(|far| far > 100.0),
        "{from_end}"
    );
    b.send("below.")?;
    a.see(&named("button", "1 new message"))?;
    b.see_message_state("below.", "Delivered")?;
    let read = named("log", "Messages")
        .with_text("listitem", "below.")
        .with_text("any", "Read");
    assert_eq!(b.count(&read)?, 0, "nobody has seen it");
    alice.screenshots(world.folder(), "below")?;
    a.click(&named("button", "1 new message"))?;
    b.see_message_state("below.", "Read")?;
    a.see_no(&named("button", "1 new message")).map(drop)
}

/// Says whether the first letter of the last link stands on the left of its last one.
const READS_ONWARDS: &str = "
    const link = [...document.querySelectorAll('.message a')].at(-1);
    const letters = document.createTreeWalker(link, NodeFilter.SHOW_TEXT).nextNode();
    const left = (at) => {
      const range = document.createRange();
      range.setStart(letters, at);
      range.setEnd(letters, at + 1);
      return range.getBoundingClientRect().left;
    };
    return left(0) < left(letters.length - 1);";

#[test]
fn a_link_reads_as_the_address_that_it_opens_and_enter_in_a_composition_sends_nothing() -> Result {
    let world = World::start("popup-link")?;
    let [alice, bob] = &contacts(&world)?;
    let (a, b) = (Page::new(alice)?, Page::new(bob)?);
    a.person("Bob").open_chat()?;
    b.person("Alice").open_chat()?;
    let write = "const field = document.getElementById('composer');
        field.value = '\\u202Ehttps://gpj.example.org/';
        field.dispatchEvent(new InputEvent('input', { bubbles: true }));
        const enter = { key: 'Enter', bubbles: true, cancelable: true };
        for (const kind of [{ isComposing: true }, { keyCode: 229 }]) {
          field.dispatchEvent(new KeyboardEvent('keydown', { ...enter, ...kind }));
        }";
    bob.session()?.execute(write, &[])?;
    b.find(&named("textbox", "Message"))?;
    let sent = b.messages()?;
    assert_eq!(sent, [] as [String; 0]);
    b.click(&named("button", "Send"))?;
    for (page, browser) in [(&a, alice), (&b, bob)] {
        page.see(&named("link", "https://gpj.example.org/"))?;
        let onwards = browser.session()?.execute(READS_ONWARDS, &[])?;
        assert_eq!(onwards, json!(true), "{}", browser.name());
    }
    Ok(())
}

#[test]
fn a_chat_in_a_narrow_window_says_that_the_engine_is_away_and_shows_what_waits_for_it() -> Result {
    let world = World::start("popup-away")?;
    let [alice, bob] = &contacts(&world)?;
    let (a, b) = (Page::new(alice)?, Page::new(bob)?);
    alice.as_popup()?;
    a.person("Bob").open_chat()?;
    alice.break_engine()?;
    alice.close_engine()?;
    a.see(&with_text("status", "Starting again"))?;
    a.send("not lost")?;
    a.see_message_state("not lost", "Waiting")?;
    alice.screenshot(world.folder(), "away")?;
    alice.mend_engine()?;
    let a = a.patient(Duration::from_secs(45));
    a.see_message_state("not lost", "Delivered")?;
    b.person("Alice").open_chat()?;
    b.see_message("not lost").map(drop)
}

/// Exports in the toolbar's popup, and waits until the dialog for the file has closed it.
const EXPORT: &str = "
    const closed = new Promise((resolve) => view.addEventListener('pagehide', resolve));
    const find = (selector, text) => new Promise((resolve) => {
      const look = () => {
        const all = [...view.document.querySelectorAll(selector)];
        const found = all.find((one) => one.textContent.trim() === text);
        if (!found) return;
        observer.disconnect();
        resolve(found);
      };
      const observer = new view.MutationObserver(look);
      observer.observe(view.document, { subtree: true, childList: true });
      look();
    });
    (await find('button', 'Settings')).click();
    const button = await find('button', 'Export');
    const field = button.closest('[role=group]').querySelector('input');
    field.value = 'correct horse';
    field.dispatchEvent(new view.InputEvent('input', { bubbles: true }));
    button.click();
    await closed;";

#[test]
fn a_backup_is_on_the_disk_although_the_dialog_for_the_file_closes_the_popup() -> Result {
    let world = World::start("popup-backup")?;
    let ann = world.browser(Firefox, "Ann")?;
    ann.popup()?.join("Ann")?;
    ann.leave_popup()?;
    let file = world.folder().join("saved.json");
    ann.answer_save_dialogs(&file)?;
    ann.run_in_toolbar_popup(EXPORT)?;
    assert_eq!(ann.see_download()?, json!("saved"));
    let saved: Value = serde_json::from_slice(&fs::read(&file)?)?;
    assert_eq!(saved["format"], "meshchat backup");
    Ok(())
}
