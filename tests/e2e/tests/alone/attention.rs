//! Whether a person is interrupted.

use e2e::Kind::Chromium;
use e2e::devtools::HiddenPage;
use e2e::friends::contacts;
use e2e::{Browser, Page, Result, World, named, with_text};
use serde_json::{Value, json};

/// Types both times as minutes from now, by the clock on the wall: how keys fill such a field is another
/// thing in each language.
const SET_TIMES: &str = "
    const typed = (minutes) => {
      const then = new Date(Date.now() + minutes * 60_000);
      const two = (number) => String(number).padStart(2, '0');
      return `${two(then.getHours())}:${two(then.getMinutes())}`;
    };
    ['from', 'to'].forEach((part, at) => {
      const field = document.getElementById(`field-quietHours-${part}`);
      field.value = typed(arguments[at]);
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    });
    document.getElementById('field-quietHours-to').scrollIntoView({ block: 'center' });
    return new Date().getTimezoneOffset();";

fn set_quiet_hours(browser: &Browser, from: i32, to: i32) -> Result<Value> {
    let page = Page::new(browser)?;
    let zone = browser
        .session()?
        .execute(SET_TIMES, &[json!(from), json!(to)])?;
    page.click(&named("button", "Save"))?;
    page.see_text("Saved")?;
    Ok(zone)
}

#[test]
fn in_quiet_hours_by_the_clock_on_the_wall_nothing_interrupts_and_the_message_is_there() -> Result {
    let world = World::start("attention-quiet")?;
    let [alice, bob] = &contacts(&world)?;
    // In Chromium, then in Firefox.
    for (one, other, name) in [(alice, bob, "Alice"), (bob, alice, "Bob")] {
        let page = one.popup()?;
        page.click(&named("button", "Settings"))?;
        page.click(&named("switch", "Quiet hours"))?;
        let zone = set_quiet_hours(one, -60, 60)?;
        assert_ne!(zone, 0, "a place with another time than UTC");
        one.screenshots(world.folder(), "quiet")?;
        one.leave_popup()?;
        // That they are contacts now was told.
        one.clear_notifications()?;
        let theirs = other.popup()?;
        theirs.open_chat_with(name)?;
        theirs.send("at night")?;
        theirs.see_message_state("at night", "Delivered")?;
        let shown = one.run("return Object.keys(await api.notifications.getAll());")?;
        assert_eq!(shown, json!([]));

        let page = one.popup()?;
        page.click(&named("button", "Settings"))?;
        set_quiet_hours(one, 60, 120)?;
        one.leave_popup()?;
        theirs.send("by day")?;
        theirs.see_message_state("by day", "Delivered")?;
        assert_eq!(one.see_notification()?.len(), 1);
        one.check_console()?;
    }
    Ok(())
}

#[test]
fn a_message_is_told_unless_its_chat_is_looked_at_and_taken_back_once_it_was_read() -> Result {
    let world = World::start("attention-views")?;
    let [alice, bob] = &contacts(&world)?;
    for (one, other, name) in [(alice, bob, "Alice"), (bob, alice, "Bob")] {
        let page = one.popup()?;
        page.see(&named("heading", "On this network"))?;
        one.clear_notifications()?;
        let theirs = other.popup()?;
        theirs.open_chat_with(name)?;
        let said = |text: &str| format!("{text} of {name}.");
        let tell = |text: &str| -> Result {
            theirs.send(text)?;
            theirs.see_message_state(text, "Delivered").map(drop)
        };
        tell(&said("before the lists"))?;
        assert_eq!(one.see_notification()?.len(), 1, "only the lists are shown");
        page.open_chat_with(other.name())?;
        theirs.see_message_state(&said("before the lists"), "Read")?;
        one.see_no_notification()?;
        // The chat is open, in a tab that nobody sees.
        let tab = one.session()?.new_tab()?;
        one.leave_popup()?;
        tell(&said("behind another tab"))?;
        assert_eq!(one.see_notification()?.len(), 1, "nobody sees the chat");
        let read = named("log", "Messages")
            .with_text("listitem", &said("behind another tab"))
            .with_text("any", "Read");
        assert_eq!(theirs.count(&read)?, 0);
        one.session()?.close_tab(&tab)?;
        Page::new(one)?.see_message(&said("behind another tab"))?;
        theirs.see_message_state(&said("behind another tab"), "Read")?;
        one.see_no_notification()?;
        one.check_console()?;
    }
    Ok(())
}

/// Whether the line above what was unread is at the upper edge of the log.
const LINE: &str = "
    const top = (selector) => document.querySelector(selector).getBoundingClientRect().top;
    return Math.abs(top('.unread-line') - top('.log')) <= 1;";

#[test]
fn a_chat_opens_at_what_is_unread_which_is_read_once_its_end_was_seen() -> Result {
    let world = World::start("attention-unread")?;
    let [alice, bob] = &contacts(&world)?;
    alice.as_popup()?;
    for (one, other, name) in [(alice, bob, "Alice"), (bob, alice, "Bob")] {
        let theirs = other.popup()?;
        theirs.open_chat_with(name)?;
        let page = one.popup()?;
        page.open_chat_with(other.name())?;
        theirs.send("seen")?;
        theirs.see_message_state("seen", "Read")?;
        page.click(&named("button", "Back"))?;
        let long = "word ".repeat(80);
        let texts: Vec<String> = (1..=8).map(|number| format!("{number}: {long}")).collect();
        for text in &texts {
            theirs.send(text)?;
        }
        theirs.see_message_state("8: word", "Delivered")?;
        page.open_chat_with(other.name())?;
        page.see(&with_text("log", "New messages"))?;
        page.see(&named("button", "8 new messages"))?;
        one.screenshots(world.folder(), &format!("unread-{name}"))?;
        assert_eq!(one.session()?.execute(LINE, &[])?, json!(true));
        let read = named("log", "Messages")
            .with_text("listitem", "8: word")
            .with_text("any", "Read");
        assert_eq!(theirs.count(&read)?, 0, "its end was not seen");
        page.click(&named("button", "8 new messages"))?;
        theirs.see_message_state("8: word", "Read")?;
        page.see_no(&named("button", "8 new messages"))?;
        page.see(&with_text("log", "New messages"))?;
        one.check_console()?;
    }
    Ok(())
}

/// Keeps what the service worker shows; a click on it is as the browser tells of one.
const WATCH: &str = "
    const create = chrome.notifications.create.bind(chrome.notifications);
    globalThis.shown = new Promise((resolve) => {
      chrome.notifications.create = (id, options) => {
        resolve({ id, ...options });
        return create(id, options);
      };
    });";

#[test]
fn the_notification_of_a_request_leads_to_it_and_a_look_alike_is_not_accepted_there() -> Result {
    let world = World::start("attention-request")?;
    let [alice, _bob] = &contacts(&world)?;
    let other = world.browser(Chromium, "Other")?;
    let a = Page::new(alice)?;
    a.person("Bob").open_chat()?;
    let mut worker = HiddenPage::find(alice, "background.js")?;
    worker.run(WATCH)?;
    let o = other.popup()?;
    o.join("Bob")?;
    o.person("Alice").connect()?;
    let shown = worker.run("return await shown;")?;
    let text = shown.to_string();
    assert!(text.contains("not your contact Bob"), "{text}");
    assert_eq!(shown["buttons"], Value::Null, "one press would accept");
    let click = format!("chrome.notifications.onClicked.dispatch({});", shown["id"]);
    worker.run(&click)?;
    a.see(&named("heading", "On this network"))?;
    a.see(&with_text("listitem", "wants to connect"))?;
    let focused = "return document.activeElement.matches('.request')";
    assert_eq!(alice.session()?.execute(focused, &[])?, json!(true));
    Ok(())
}
