//! What the other tests stand on: browsers that are killed and started again.

use e2e::{Kind, Stock, World};
use serde_json::json;
use std::time::Duration;

/// Opens a database of the extension's own; `store(mode)` begins a transaction.
const OPEN: &str = "
    const finished = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const opening = indexedDB.open('harness', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('kept');
    const database = await finished(opening);
    const store = (mode) =>
      database.transaction('kept', mode, { durability: 'strict' }).objectStore('kept');";

const KEEP: &str = "
    const writing = store('readwrite');
    writing.put(args[0], 'key');
    await new Promise((resolve) => { writing.transaction.oncomplete = resolve; });";

const READ: &str = "return finished(store('readonly').get('key'));";

#[test]
fn a_killed_browser_starts_again_on_its_profile_with_what_was_stored() -> e2e::Result {
    let world = World::start("harness-restart")?;
    for kind in [Kind::Chromium, Kind::Firefox] {
        let mut browser = world.browser(kind, &format!("{kind:?}"))?;
        browser.leave_popup()?;
        browser
            .session()?
            .execute_async(&format!("{OPEN}{KEEP}"), &["yes".into()])?;
        browser.kill()?;
        browser.start()?;
        browser.leave_popup()?;
        let kept = browser
            .session()?
            .execute_async(&format!("{OPEN}{READ}"), &[])?;
        assert_eq!(kept, "yes", "{kind:?}");
        browser.quit()?;
    }
    Ok(())
}

#[test]
fn two_ids_of_the_stock_page_reach_each_other_through_the_server() -> e2e::Result {
    let world = World::start("harness-stock")?;
    let stock = Stock::start(&world)?;
    stock.register("one")?;
    stock.register("two")?;
    assert_eq!(world.services.signalling.ids(), ["one", "two"]);
    let there = stock.dial("one", "two")?;
    let (here, from) = stock.accept("two")?;
    assert_eq!(from, "one");
    stock.send(there, &json!({ "type": "hello", "text": "hi" }))?;
    assert_eq!(stock.receive(here, "hello")?["text"], "hi");
    stock.leave("one")?;
    stock.see_closed(here, Duration::from_secs(10))
}

#[test]
fn an_id_can_be_taken_once() -> e2e::Result {
    let world = World::start("harness-taken")?;
    let (one, two) = (Stock::start(&world)?, Stock::start(&world)?);
    one.register("same")?;
    let error = two.register("same").unwrap_err();
    assert!(format!("{error:#}").contains("unavailable-id"), "{error:#}");
    Ok(())
}
