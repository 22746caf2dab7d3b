//! "Send with Mesh Chat" in the menu of other pages.

use anyhow::Context;
use e2e::devtools::HiddenPage;
use e2e::friends::contacts;
use e2e::webdriver::Element;
use e2e::{Browser, Page, Result, World, named};
use serde_json::{Value, json};

/// A name that means something in a menu: it is shown as it is.
const NAME: &str = "R&D %s";

/// What a page of the web may have in it.
const SELECTED: &str = "<img src=x onerror=alert(1)> & \"more\"";

/// Calls a contact by another name, by which the menu is made anew.
fn rename(page: &Page<'_>, name: &str) -> Result {
    page.open_contact(name)?;
    page.fill("Name", NAME)?;
    page.click(&named("button", "Save"))?;
    page.see(&named("heading", NAME)).map(drop)
}

/// Nothing was sent by itself, and nothing is kept beside the message field.
fn check_unsent(one: &Browser, theirs: &Page<'_>) -> Result {
    assert_eq!(theirs.messages()?, Vec::<String>::new());
    assert_eq!(one.run(LEFT)?, json!([]));
    Ok(())
}

/// Listens for a chat that is opened in a tab.
const OPENS: &str = "
    globalThis.opened = new Promise((resolve) => {
      api.tabs.onUpdated.addListener((id, change) => change.url?.includes('#chat=') && resolve());
    });";

/// What was chosen and not taken.
const LEFT: &str = "
    const kept = await api.storage.session.get(null);
    return Object.keys(kept).filter((key) => key.startsWith('handed'));";

/// Waits for a text in the message field. There is no event for one that the page itself has put there.
const WRITTEN: &str = "
    const field = document.querySelector('#composer');
    for (let left = 100; left > 0 && field.value === ''; left--) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return field.value;";

/// Keeps the entries that the service worker makes.
const WATCH: &str = "
    const create = chrome.contextMenus.create.bind(chrome.contextMenus);
    globalThis.entries = new Promise((resolve) => {
      const entries = [];
      chrome.contextMenus.create = (entry) => {
        entries.push(entry);
        if (entry.parentId) resolve(entries);
        return create(entry);
      };
    });";

#[test]
fn in_chromium_what_is_chosen_on_a_page_waits_in_the_chat_until_it_is_sent() -> Result {
    let world = World::start("menu-chromium")?;
    let [alice, bob] = &contacts(&world)?;
    let theirs = bob.popup()?;
    theirs.open_chat_with("Alice")?;
    let mut worker = HiddenPage::find(alice, "background.js")?;
    worker.run(WATCH)?;
    rename(&alice.popup()?, "Bob")?;
    let entries = worker.run("return await entries;")?;
    assert_eq!(entries[0]["title"], "Send with Mesh Chat");
    assert_eq!(entries[1]["title"], "R&&D %\u{2060}s");
    alice.leave_popup()?;
    let choose = |worker: &mut HiddenPage, chosen: Value| {
        let mut info = chosen;
        info["menuItemId"] = entries[1]["id"].clone();
        worker.run(&format!(
            "chrome.contextMenus.onClicked.dispatch({info}, {{}});"
        ))
    };
    alice.clear_notifications()?;
    choose(&mut worker, json!({ "linkUrl": "javascript:alert(1)" }))?;
    assert_eq!(alice.see_notification()?, ["#people"], "and no window");
    alice.run(OPENS)?;
    choose(&mut worker, json!({ "selectionText": SELECTED }))?;
    alice.run("await globalThis.opened;")?;
    // WebDriver does not know windows of this kind.
    let place = entries[1]["id"].as_str().context("no id")?;
    let mut view = HiddenPage::find(alice, &place.replace("#send", "#chat"))?;
    assert_eq!(view.run(WRITTEN)?, json!(SELECTED));
    check_unsent(alice, &theirs)?;
    view.run("document.querySelector('.composer .send').click();")?;
    theirs.see_message(SELECTED)?;
    alice.check_console()
}

#[test]
fn in_firefox_an_entry_of_the_menu_leads_to_the_chat_with_what_is_chosen() -> Result {
    let world = World::start("menu-firefox")?;
    let [alice, bob] = &contacts(&world)?;
    let theirs = alice.popup()?;
    theirs.open_chat_with("Bob")?;
    rename(&bob.popup()?, "Alice")?;
    let session = bob.session()?;
    session.navigate("data:text/html,<a href='https://example.org/?a=1&b=2'>somewhere</a>")?;
    let link = session.execute("return document.querySelector('a')", &[])?;
    let before = session.windows()?;
    session.open_menu(&Element::from_value(&link).context("no link")?)?;
    let title = NAME.replace('%', "%\u{2060}");
    assert_eq!(bob.choose_in_menu(&title)?, json!([title]));
    session.switch_to_new(&before)?;
    let page = Page::new(bob)?;
    page.see(&named("textbox", "Message"))?;
    let address = "https://example.org/?a=1&b=2";
    assert_eq!(session.execute_async(WRITTEN, &[])?, json!(address));
    assert_eq!(page.focused()?, "Message");
    check_unsent(bob, &theirs)?;
    page.click(&named("button", "Send"))?;
    theirs.see_message(address)?;
    bob.check_console()
}
