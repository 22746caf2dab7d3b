//! What is promised about messages: Delivered is stored there; nothing is lost, doubled or moved.

use anyhow::{Context, ensure};
use e2e::engine::EnginePage;
use e2e::{Browser, Page, Result, World, friends, named, talk};
use serde_json::json;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Returns two contacts in two browsers with the chat open at Alice's.
fn contacts(world: &World) -> Result<[Browser; 2]> {
    let browsers = friends::contacts(world)?;
    Page::new(&browsers[0])?.person("Bob").open_chat()?;
    Ok(browsers)
}

/// Returns the first words of the messages that are shown, without times and states.
fn order(messages: &[String], marks: &[&str]) -> Vec<String> {
    let mark = |message: &String| marks.iter().find(|mark| message.contains(**mark)).copied();
    messages
        .iter()
        .filter_map(mark)
        .map(str::to_owned)
        .collect()
}

#[test]
fn messages_to_a_killed_browser_wait_and_arrive_once_and_in_order_when_it_is_back() -> Result {
    let world = World::start("delivery-offline")?;
    let [alice, mut bob] = contacts(&world)?;
    let a = Page::new(&alice)?;
    a.send("first")?;
    a.see_message_state("first", "Delivered")?;
    bob.kill()?;
    for text in ["second", "third", "fourth"] {
        a.send(text)?;
        a.see_message(text)?;
    }
    bob.start()?;
    let b = bob.popup()?;
    b.person("Alice").open_chat()?;
    let all = ["first", "second", "third", "fourth"];
    for text in all {
        b.see_message(text)?;
        a.see_message_state(text, "Read")?;
    }
    assert_eq!(order(&b.messages()?, &all), all);
    assert_eq!(order(&a.messages()?, &all), all);
    alice.check_console()?;
    bob.check_console()
}

/// Leaves the chats as the first version of the database had them; the engine lets go of it.
const AS_IN_VERSION_1: &str = "
    const finished = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const now = await finished(indexedDB.open('mesh-chat'));
    const version = now.version;
    const all = (name) => finished(now.transaction(name).objectStore(name).getAll());
    const heads = await all('threads');
    const messages = await all('messages');
    now.close();
    await finished(indexedDB.deleteDatabase('mesh-chat'));
    const opening = indexedDB.open('mesh-chat', 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore('threads', { keyPath: 'contact' });
      const place = ['message.contact', 'message.number'];
      const store = opening.result.createObjectStore('messages', { keyPath: place });
      store.createIndex('message.state', 'message.state');
    };
    const old = await finished(opening);
    const writing = old.transaction(['threads', 'messages'], 'readwrite', { durability: 'strict' });
    for (const { inRead, ...head } of heads) writing.objectStore('threads').put(head);
    for (const message of messages) writing.objectStore('messages').put(message);
    await new Promise((resolve) => { writing.oncomplete = resolve; });
    old.close();
    return [version, messages.length];";

#[test]
fn chats_of_the_first_version_of_the_database_go_on() -> Result {
    let world = World::start("delivery-migrated")?;
    let [mut alice, mut bob] = contacts(&world)?;
    let a = Page::new(&alice)?;
    a.send("delivered")?;
    a.see_message_state("delivered", "Delivered")?;
    bob.popup()?;
    let left = |browser: &Browser| browser.session()?.execute_async(AS_IN_VERSION_1, &[]);
    assert_eq!(left(&bob)?, json!([4, 1]));
    bob.kill()?;
    a.send("waiting")?;
    // Perhaps handed to the connection that has ended, which is noticed after some seconds.
    a.patient(Duration::from_secs(60))
        .see_message_state("waiting", "Waiting")?;
    assert_eq!(left(&alice)?, json!([4, 2]));
    for browser in [&mut alice, &mut bob] {
        browser.kill()?;
        browser.start()?;
    }
    let all = ["delivered", "waiting"];
    for (browser, other) in [(&bob, "Alice"), (&alice, "Bob")] {
        let page = browser.popup()?;
        page.person(other).open_chat()?;
        page.see_message("waiting")?;
        assert_eq!(order(&page.messages()?, &all), all);
    }
    let a = Page::new(&alice)?;
    for text in all {
        a.see_message_state(text, "Read")?;
    }
    [alice, bob].iter().try_for_each(Browser::check_console)
}

#[test]
fn a_message_is_delivered_but_not_read_while_no_view_shows_it() -> Result {
    let world = World::start("delivery-states")?;
    let [alice, bob] = contacts(&world)?;
    let a = Page::new(&alice)?;
    bob.leave_popup()?;
    a.send("are you there?")?;
    a.see_message_state("are you there?", "Delivered")?;
    let b = bob.popup()?;
    b.person("Alice").open_chat()?;
    a.see_message_state("are you there?", "Read").map(drop)
}

#[test]
fn history_contacts_and_states_are_there_after_a_crash_of_either_browser() -> Result {
    let world = World::start("delivery-history")?;
    let [mut alice, mut bob] = contacts(&world)?;
    {
        let (a, b) = (Page::new(&alice)?, bob.popup()?);
        a.send("before the crash")?;
        b.person("Alice").open_chat()?;
        b.see_message("before the crash")?;
        b.send("and an answer")?;
        a.see_message("and an answer")?;
        a.see_message_state("before the crash", "Read")?;
        b.see_message_state("and an answer", "Read")?;
    }
    for browser in [&mut alice, &mut bob] {
        browser.kill()?;
        browser.start()?;
    }
    for (browser, other) in [(&alice, "Bob"), (&bob, "Alice")] {
        let page = browser.popup()?;
        page.person(other).open_chat()?;
        page.see_message("before the crash")?;
        page.see_message("and an answer")?;
        let own = if other == "Bob" {
            "before the crash"
        } else {
            "and an answer"
        };
        page.see_message_state(own, "Read")?;
        assert_eq!(
            order(&page.messages()?, &["before the crash", "and an answer"]).len(),
            2
        );
    }
    let a = Page::new(&alice)?;
    a.send("after the crash")?;
    a.see_message_state("after the crash", "Read").map(drop)
}

/// Returns a place in the middle of so many, by the clock.
fn somewhere(many: usize) -> usize {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |now| now.subsec_nanos() as usize);
    1 + now % (many - 1)
}

/// Twenty texts of which none is a part of another.
fn twenty(what: &str) -> Vec<String> {
    (1..=20).map(|number| format!("{what} {number}.")).collect()
}

#[test]
fn nothing_is_lost_when_the_receiver_is_killed_in_the_middle_of_twenty_messages() -> Result {
    let world = World::start("delivery-receiver")?;
    let [alice, mut bob] = contacts(&world)?;
    let texts = twenty("to the receiver");
    let (before, after) = texts.split_at(somewhere(texts.len()));
    let a = Page::new(&alice)?;
    before.iter().try_for_each(|text| a.send(text))?;
    bob.kill()?;
    after.iter().try_for_each(|text| a.send(text))?;
    bob.start()?;
    let b = bob.popup()?;
    b.person("Alice").open_chat()?;
    for text in &texts {
        b.see_message(text)?;
    }
    b.to_end()?;
    for text in &texts {
        a.see_message_state(text, "Read")?;
    }
    for page in [a, b] {
        talk::check(&page, &texts)
            .with_context(|| format!("killed after message {}", before.len()))?;
    }
    Ok(())
}

#[test]
fn nothing_that_was_shown_is_lost_when_the_sender_is_killed_in_the_middle_of_twenty_messages()
-> Result {
    let world = World::start("delivery-sender")?;
    let [mut alice, bob] = contacts(&world)?;
    let texts = twenty("of the sender");
    let (before, after) = texts.split_at(somewhere(texts.len()));
    let a = Page::new(&alice)?;
    before.iter().try_for_each(|text| a.send(text))?;
    // The last one may be on its way into the chat still; then it is nothing that was promised.
    let count = |page: &Page<'_>| {
        page.messages()
            .map(|all| order(&all, &["of the sender"]).len())
    };
    let shown = count(&a)?;
    alice.kill()?;
    alice.start()?;
    let a = alice.popup()?;
    a.person("Bob").open_chat()?;
    after.iter().try_for_each(|text| a.send(text))?;
    let b = bob.popup()?;
    b.person("Alice").open_chat()?;
    after
        .iter()
        .try_for_each(|text| b.see_message(text).map(drop))?;
    b.to_end()?;
    let kept = count(&b)? - after.len();
    let context = || format!("killed after message {}, {shown} shown", before.len());
    ensure!((shown..=before.len()).contains(&kept), context());
    let promised = [&before[..kept], after].concat();
    for text in after {
        a.see_message_state(text, "Read").with_context(context)?;
    }
    for page in [a, b] {
        talk::check(&page, &promised).with_context(context)?;
    }
    let waiting = named("log", "Messages").with_text("any", "Waiting");
    ensure!(a.count(&waiting)? == 0, context());
    Ok(())
}

#[test]
fn two_windows_on_one_chat_show_the_same_and_one_that_is_closed_takes_nothing_with_it() -> Result {
    let world = World::start("delivery-windows")?;
    let [alice, bob] = contacts(&world)?;
    let b = Page::new(&bob)?;
    b.person("Alice").open_chat()?;
    let first = alice.session()?.new_tab()?;
    let second = alice.popup()?;
    second.person("Bob").open_chat()?;
    b.send("to both windows")?;
    second.see_message("to both windows")?;
    second.send("from the second")?;
    b.see_message_state("to both windows", "Read")?;
    second.see_message_state("from the second", "Read")?;
    alice.session()?.close_tab(&first)?;
    let first = Page::new(&alice)?;
    first.see_message_state("from the second", "Read")?;
    first.send("from the first")?;
    first.see_message_state("from the first", "Read")?;
    let all = ["to both windows", "from the second", "from the first"];
    talk::check(&first, &all)?;
    talk::check(&b, &all)?;
    alice.check_console()
}

/// Has the engine believe once that so much waits on a channel as on one that nobody reads.
const TOO_MUCH: &str = "
    const amount = Object.getOwnPropertyDescriptor(RTCDataChannel.prototype, 'bufferedAmount');
    Object.defineProperty(RTCDataChannel.prototype, 'bufferedAmount', {
      configurable: true,
      get() {
        Object.defineProperty(RTCDataChannel.prototype, 'bufferedAmount', amount);
        return 5_000_000;
      },
    });";

#[test]
fn a_connection_on_which_too_much_waits_is_replaced_and_the_message_arrives_once() -> Result {
    let world = World::start("delivery-backlog")?;
    let [alice, bob] = contacts(&world)?;
    let (a, b) = (Page::new(&alice)?, Page::new(&bob)?);
    b.person("Alice").open_chat()?;
    a.send("before")?;
    a.see_message_state("before", "Read")?;
    let mut engine = EnginePage::count(&alice)?;
    engine.run(TOO_MUCH)?;
    a.send("too much waits")?;
    a.see_message_state("too much waits", "Read")?;
    let counts = engine.counts()?;
    assert!(
        counts["dials"].as_u64() > Some(0),
        "the same connection: {counts}"
    );
    let all = ["before", "too much waits"];
    talk::check(&a, &all)?;
    talk::check(&b, &all)
}

#[test]
fn chats_go_on_while_the_signalling_server_is_down_and_people_return_with_it() -> Result {
    let mut world = World::start("delivery-server-down")?;
    let [alice, bob] = contacts(&world)?;
    let (a, b) = (Page::new(&alice)?, bob.popup()?);
    b.person("Alice").open_chat()?;
    world.services.signalling.stop();
    a.send("can you hear me")?;
    b.see_message("can you hear me")?;
    b.send("without any server")?;
    a.see_message("without any server")?;
    world.services.signalling.resume()?;
    let server = &world.services.signalling;
    server.seen.clear();
    let patience = std::time::Duration::from_secs(90);
    server.seen.wait("a router again", patience, |seen| {
        matches!(seen, e2e::services::Seen::Connection { id } if id == "myapp-203-0-113-7-1")
    })?;
    Ok(())
}
