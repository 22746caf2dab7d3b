//! What is promised about messages: Delivered is stored there; nothing is lost, doubled or moved.
#![cfg(feature = "browsers")]

use e2e::Kind::{Chromium, Firefox};
use e2e::{Browser, Result, World};

/// Two contacts in two browsers with the chat open at Alice's.
fn contacts(world: &World) -> Result<[Browser; 2]> {
    let browsers = world.browsers([(Chromium, "Alice"), (Firefox, "Bob")])?;
    let (a, b) = (browsers[0].popup()?, browsers[1].popup()?);
    a.join("Alice")?;
    b.join("Bob")?;
    a.befriend("Alice", &b, "Bob")?;
    a.person("Bob").open_chat()?;
    Ok(browsers)
}

/// The first words of the messages that are shown, without times and states.
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
    let a = e2e::Page::new(&alice)?;
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

#[test]
fn a_message_is_delivered_but_not_read_while_no_view_shows_it() -> Result {
    let world = World::start("delivery-states")?;
    let [alice, bob] = contacts(&world)?;
    let a = e2e::Page::new(&alice)?;
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
        let (a, b) = (e2e::Page::new(&alice)?, bob.popup()?);
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
    let a = e2e::Page::new(&alice)?;
    a.send("after the crash")?;
    a.see_message_state("after the crash", "Read").map(drop)
}

#[test]
fn chats_go_on_while_the_signalling_server_is_down_and_people_return_with_it() -> Result {
    let mut world = World::start("delivery-server-down")?;
    let [alice, bob] = contacts(&world)?;
    let (a, b) = (e2e::Page::new(&alice)?, bob.popup()?);
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
