//! The mesh across real NATs: two homes behind routers of their own, in network namespaces.
#![cfg(feature = "nat")]

use e2e::Home::{A, B};
use e2e::Kind::{Chromium, Firefox};
use e2e::{Lab, Result, with_text};

#[test]
fn people_behind_one_router_meet_and_those_behind_another_are_not_listed() -> Result {
    let lab = Lab::start("nat-meeting")?;
    let browsers = &lab.browsers([
        (A, Chromium, "Alice"),
        (A, Firefox, "Bob"),
        (B, Firefox, "Carol"),
        (B, Chromium, "Dan"),
    ])?;
    let [alice, bob, carol, dan] = browsers;
    let (a, b, c, d) = (alice.popup()?, bob.popup()?, carol.popup()?, dan.popup()?);
    for (page, browser) in [(a, alice), (b, bob), (c, carol), (d, dan)] {
        page.join(browser.name())?;
    }
    for (page, address) in
        [(a, A), (b, A), (c, B), (d, B)].map(|(page, home)| (page, home.address()))
    {
        page.see(&with_text("status", &format!("{address}, 2 people")))?;
    }
    for (one, own, other, name) in [(a, "Alice", b, "Bob"), (c, "Carol", d, "Dan")] {
        one.befriend(own, &other, name)?;
        one.person(name).open_chat()?;
        other.person(own).open_chat()?;
        one.send("behind one router")?;
        other.see_message("behind one router")?;
        other.send("indeed")?;
        one.see_message("indeed")?;
        one.person(name).see_text("on network")?;
    }
    for (page, name) in [(a, "Carol"), (b, "Dan"), (c, "Alice"), (d, "Bob")] {
        assert_eq!(page.count(&with_text("listitem", name))?, 0, "{name}");
    }
    alice.screenshot(lab.folder(), "alice")?;
    browsers.iter().try_for_each(e2e::Browser::check_console)
}
