//! What browsers do to extensions: stop their workers, close their pages, leave them alone.

use e2e::Kind::{Chromium, Firefox};
use e2e::devtools::HiddenPage;
use e2e::engine::EnginePage;
use e2e::friends::contacts;
use e2e::{Build, Page, Result, World, talk, with_text};
use serde_json::{Value, json};
use std::thread;
use std::time::{Duration, Instant};

const ROUTER: &str = "myapp-203-0-113-7-1";

#[test]
fn a_stopped_service_worker_costs_nothing() -> Result {
    let world = World::start("lifecycle-worker")?;
    let [alice, bob] = &contacts(&world)?;
    let b = Page::new(bob)?;
    b.person("Alice").open_chat()?;
    alice.leave_popup()?;
    alice.stop_service_worker()?;
    b.send("while the worker sleeps")?;
    b.see_message_state("while the worker sleeps", "Delivered")?;
    assert!(
        !alice.see_notification()?.is_empty(),
        "the notification woke the worker"
    );
    alice.stop_service_worker()?;
    let a = alice.popup()?;
    a.person("Bob").open_chat()?;
    a.see_message("while the worker sleeps")?;
    a.send("and back")?;
    b.see_message("and back")?;
    alice.check_console()
}

#[test]
fn a_browser_without_what_firefox_for_android_does_not_have_runs_it() -> Result {
    let build = Build {
        android: true,
        ..Build::default()
    };
    let world = World::start_with("lifecycle-android", build)?;
    let [alice, bob] = &world.browsers([(Firefox, "Alice"), (Firefox, "Bob")])?;
    let (a, b) = (alice.popup()?, bob.popup()?);
    a.join("Alice")?;
    b.join("Bob")?;
    a.befriend("Alice", &b, "Bob")?;
    b.person("Alice").open_chat()?;
    alice.leave_popup()?;
    alice.clear_notifications()?;
    b.send("hello")?;
    let shown = alice.see_notification()?;
    let mut engine = EnginePage::of(alice)?;
    let kinds = "return ['idle', 'commands', 'contextMenus', 'windows'].map((name) => typeof page.browser[name]);";
    assert_eq!(engine.run(kinds)?, json!(vec!["undefined"; 4]));
    // Without windows a tab shows the chat.
    engine.run(&format!("page.clickNotification({});", json!(shown[0])))?;
    let places = alice.run(
        "for (let left = 100; left > 0; left--) {
           const views = await api.runtime.getContexts({ contextTypes: ['TAB'] });
           const places = views.map((view) => view.documentUrl).filter((url) => url.includes('popup.html'));
           if (places.length > 0) return places;
           await new Promise((resolve) => setTimeout(resolve, 100));
         }
         throw new Error('no view in 10 s');",
    )?;
    assert_eq!(places.as_array().map(Vec::len), Some(1));
    assert!(
        places[0].as_str().is_some_and(|url| url.contains("#chat=")),
        "{places}"
    );
    b.see_message_state("hello", "Read")?;
    alice.check_console()
}

#[test]
fn a_closed_engine_page_comes_back_with_its_ids_and_chats() -> Result {
    let world = World::start("lifecycle-engine")?;
    let [alice, bob] = &world.browsers([(Chromium, "Alice"), (Firefox, "Bob")])?;
    let (a, b) = (alice.popup()?, bob.popup()?);
    a.join("Alice")?;
    world
        .services
        .signalling
        .wait_for_id("the router", |id| id == ROUTER)?;
    b.join("Bob")?;
    a.befriend("Alice", &b, "Bob")?;
    b.person("Alice").open_chat()?;
    let before = world.services.signalling.ids();
    alice.close_engine()?;
    b.send("while the engine was gone")?;
    b.patient(Duration::from_secs(60))
        .see_message_state("while the engine was gone", "Delivered")?;
    let a = Page::new(alice)?;
    a.person("Bob").open_chat()?;
    a.see_message("while the engine was gone")?;
    a.send("and back")?;
    b.see_message("and back")?;
    let after = world.services.signalling.ids();
    let kept = before.iter().filter(|id| after.contains(id)).count();
    assert_eq!(kept, before.len(), "before {before:?}, after {after:?}");
    Ok(())
}

#[test]
fn chats_go_on_by_themselves_when_the_stored_ones_were_removed() -> Result {
    let world = World::start("lifecycle-removed")?;
    let [alice, bob] = &contacts(&world)?;
    let (a, b) = (Page::new(alice)?, Page::new(bob)?);
    a.person("Bob").open_chat()?;
    b.person("Alice").open_chat()?;
    a.send("before")?;
    b.see_message("before")?;
    alice.as_popup()?;
    alice.remove_chats()?;
    a.see(&with_text("alert", "The stored chats were removed"))?;
    b.send("after the removal")?;
    let a = Page::new(alice)?.patient(Duration::from_secs(60));
    a.see_message("after the removal")?;
    a.send("and back")?;
    b.see_message("and back").map(drop)
}

#[test]
fn an_engine_that_cannot_be_loaded_at_the_start_is_back_soon_after_it_can() -> Result {
    let world = World::start("lifecycle-broken")?;
    let mut alice = world.browser(Chromium, "Alice")?;
    alice.popup()?.join("Alice")?;
    alice.quit()?;
    alice.break_engine()?;
    alice.start()?;
    let a = alice.popup()?;
    a.patient(Duration::from_secs(30))
        .see_text("Mesh Chat is not running")?;
    alice.mend_engine()?;
    let a = Page::new(&alice)?.patient(Duration::from_secs(35));
    a.see_text("On this network").map(drop)
}

#[test]
fn an_extension_that_is_updated_or_switched_off_and_on_in_use_goes_on_where_it_was() -> Result {
    let world = World::start("lifecycle-updated")?;
    let browsers = contacts(&world)?;
    let [alice, bob] = &browsers;
    for (changed, other) in [(alice, bob), (bob, alice)] {
        let o = other.popup()?.patient(Duration::from_secs(60));
        o.person(changed.name()).open_chat()?;
        let text = |what: &str| format!("{what} {}.", changed.name());
        o.send(&text("before the update of"))?;
        changed.update_extension("9.9.9")?;
        o.send(&text("after the update of"))?;
        o.see_message_state(&text("after the update of"), "Delivered")?;
        o.send(&text("before the end of"))?;
        changed.switch_extension(false)?;
        o.send(&text("without"))?;
        changed.switch_extension(true)?;
        o.see_message_state(&text("without"), "Delivered")?;
        let c = changed.popup()?;
        assert_eq!(
            changed.run("return api.runtime.getManifest().version;")?,
            "9.9.9"
        );
        c.person(other.name()).open_chat()?;
        let what = [
            "before the update of",
            "after the update of",
            "before the end of",
            "without",
        ];
        let all = what.map(text);
        c.see_message(&text("without"))?;
        talk::check(&c, &all)?;
        talk::check(&o, &all)?;
        c.send(&text("and back from"))?;
        o.see_message(&text("and back from"))?;
    }
    Ok(())
}

/// How long a waiting update may take: the alarm rings every half minute.
const UPDATED: Duration = Duration::from_secs(90);

#[test]
fn an_update_that_waits_is_installed_once_nobody_has_a_view_open() -> Result {
    let world = World::start("lifecycle-waiting")?;
    let alice = world.browser(Chromium, "Alice")?;
    alice.prepare_update("9.9.9")?;
    alice.popup()?.join("Alice")?;
    let version = || -> Result<_> {
        let mut worker = HiddenPage::find(&alice, "background.js")?;
        worker.run("return chrome.runtime.getManifest().version;")
    };
    let before = version()?;
    let mut worker = HiddenPage::find(&alice, "background.js")?;
    worker.run("chrome.runtime.onUpdateAvailable.dispatch({ version: '9.9.9' });")?;
    // The alarm of this page: a view is open.
    worker.run("await new Promise((resolve) => chrome.alarms.onAlarm.addListener(resolve));")?;
    assert_eq!(version()?, before);
    drop(worker);
    alice.session()?.navigate("about:blank")?;
    let begun = Instant::now();
    // Between two versions there is nobody to ask, nor an event.
    while version().unwrap_or_default() != "9.9.9" {
        assert!(begun.elapsed() < UPDATED, "the update still waits");
        thread::sleep(Duration::from_secs(1));
    }
    let patience = Duration::from_secs(40);
    alice
        .popup()?
        .patient(patience)
        .see_text("On this network")
        .map(drop)
}

#[test]
fn a_browser_that_opens_no_direct_connections_says_so_and_holds_no_place() -> Result {
    let world = World::start("lifecycle-forbidden")?;
    let alice = world.browser(Chromium, "Alice")?;
    let a = alice.popup()?;
    a.join("Alice")?;
    let signalling = &world.services.signalling;
    signalling.wait_for_id("the router", |id| id == ROUTER)?;
    let mut engine = EnginePage::count(&alice)?;
    engine.run(
        "page.allowed = page.RTCPeerConnection;
         page.RTCPeerConnection = class {
           constructor() { throw new DOMException('switched off', 'NotSupportedError'); }
         };
         page.dispatchEvent(new Event('online'));",
    )?;
    a.see(&with_text(
        "status",
        "This browser opens no direct connections",
    ))?;
    let limit = Duration::from_secs(10);
    signalling.wait_for_ids("no place", limit, |ids| ids.iter().all(|id| id != ROUTER))?;
    engine
        .run("page.RTCPeerConnection = page.allowed; page.dispatchEvent(new Event('online'));")?;
    a.see(&with_text("status", "Router of 203.0.113.7"))
        .map(drop)
}

/// Leaves an unsent text to somebody, and a notification.
const LEFT: &str = "
    localStorage.setItem('draft:gone', 'never sent');
    const title = 'Gone';
    const iconUrl = 'icons/icon-128.png';
    await api.notifications.create('#chat=gone', { type: 'basic', iconUrl, title, message: '' });";

#[test]
fn what_belongs_to_a_contact_that_is_gone_is_removed_at_a_start() -> Result {
    let world = World::start("lifecycle-left")?;
    let mut alice = world.browser(Chromium, "Alice")?;
    alice.popup()?.join("Alice")?;
    alice.run(LEFT)?;
    assert_eq!(alice.see_notification()?, ["#chat=gone"]);
    alice.close_engine()?;
    alice.see_no_notification()?;
    let kept = alice.run("return localStorage.getItem('draft:gone');")?;
    assert_eq!(kept, Value::Null);
    alice.quit()
}
