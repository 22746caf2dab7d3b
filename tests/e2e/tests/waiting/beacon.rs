//! People of an organisation meet under the roots that its beacon signs, and nobody else sees them.

use e2e::Kind::{Chromium, Firefox};
use e2e::services::Beacon;
use e2e::talk::Talk;
use e2e::{Browser, Page, Result, World, figures, named, with_text};
use serde_json::{Value, json};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// In seconds. At a fifth of it everybody joins the next root, which takes up to 3 s of election
/// beside the jitter, and the old one is left after a third: shorter slots are none of a person's.
const SLOT: u64 = 24;

/// How long a message may take while the mesh moves.
const STALL: Duration = Duration::from_secs(4);

/// Returns the roots under which somebody has registered a Router ID.
fn roots(ids: &[String]) -> Vec<String> {
    let ending = format!("-{}-1", e2e::services::NAMESPACE);
    let roots = ids.iter().filter_map(|id| id.strip_suffix(&ending));
    roots.map(str::to_owned).collect()
}

/// Returns those that a beacon signed.
fn signed(ids: &[String]) -> Vec<String> {
    let mut roots = roots(ids);
    roots.retain(|root| root.starts_with("sig"));
    roots
}

/// Looks at every change of the page from now on for the rows of these people.
fn watch_rows(browser: &Browser, names: &[&str]) -> Result {
    let names = json!(names);
    browser.run(&format!(
        "const rows = () => {names}.map((name) => [...document.querySelectorAll('li')]\
           .filter((row) => row.textContent.includes(name)).length).join();\
         window.rowsSeen = [rows()];\
         new MutationObserver(() => {{\
           const now = rows();\
           if (window.rowsSeen.at(-1) !== now) window.rowsSeen.push(now);\
         }}).observe(document, {{ subtree: true, childList: true, characterData: true }});\
         return null;"
    ))?;
    Ok(())
}

/// Checks that each of them had one row, all the time.
fn check_rows(browser: &Browser, names: &[&str]) -> Result {
    let seen = browser.run("return window.rowsSeen;")?;
    let always = vec!["1"; names.len()].join(",");
    assert_eq!(seen, json!([always]), "what {} saw", browser.name());
    Ok(())
}

/// Talks while the mesh moves: until somebody is in a signed root, and nobody in those of before.
fn talk_across(world: &World, talk: &mut Talk<'_>, before: &[String]) -> Result {
    assert!(!before.is_empty(), "nobody was in a signed root");
    let begun = Instant::now();
    let moved = |ids: &[String]| {
        let now = signed(ids);
        !now.is_empty() && !now.iter().any(|root| before.contains(root))
    };
    let soon = Duration::from_millis(200);
    let signalling = &world.services.signalling;
    while signalling.wait_for_ids("moved", soon, moved).is_err() {
        let limit = Duration::from_secs(SLOT * 2);
        assert!(begun.elapsed() < limit, "no boundary: {before:?}");
        talk.say()?;
    }
    talk.say()
}

/// Talks until the slot of now is over.
fn talk_to_the_end_of_the_slot(talk: &mut Talk<'_>) -> Result {
    let slot = || -> Result<u64> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
        Ok(now.as_secs() / SLOT)
    };
    let now = slot()?;
    while slot()? == now {
        talk.say()?;
    }
    Ok(())
}

fn see_connection<'a>(browser: &'a Browser, text: &str) -> Result<Page<'a>> {
    let page = Page::new(browser)?;
    if page.count(&named("button", "Back"))? > 0 {
        page.click(&named("button", "Back"))?;
    }
    page.click(&named("button", "Connection"))?;
    page.see_text(text)?;
    Ok(page)
}

/// Leaves the lists as they are in a tab of their own, and goes on in another; gives the first.
fn keep_lists(browser: &Browser, names: &[&str]) -> Result<String> {
    watch_rows(browser, names)?;
    let lists = browser.session()?.new_tab()?;
    browser.popup()?;
    Ok(lists)
}

#[test]
fn people_meet_under_signed_roots_across_boundaries_and_a_beacon_that_is_away() -> Result {
    let world = World::start("beacon")?;
    let mut beacon = Beacon::start(world.folder(), SLOT)?;
    let [alice, bob, dora, carol] = &world.browsers_with_beacons([
        (Chromium, "Alice", beacon.config(true)),
        (Firefox, "Bob", beacon.config(false)),
        (Chromium, "Dora", beacon.config(true)),
        (Chromium, "Carol", Value::Null),
    ])?;
    for browser in [carol, alice, bob, dora] {
        browser.popup()?.join(browser.name())?;
    }
    let [a, b, c, d] = [alice, bob, carol, dora].map(Page::new);
    let (a, b, c, d) = (a?, b?, c?, d?);
    a.befriend("Alice", &b, "Bob")?;
    for name in ["Alice", "Bob"] {
        d.person(name).see_button("Connect")?;
    }
    a.person("Dora").see()?;
    b.person("Dora").see()?;

    // Nobody's row goes for a moment: neither a contact's nor a stranger's.
    watch_rows(dora, &["Alice", "Bob"])?;
    let a_lists = keep_lists(alice, &["Bob", "Dora"])?;
    let b_lists = keep_lists(bob, &["Alice", "Dora"])?;
    let mut talk = Talk::begin(alice, bob, STALL)?;
    for _ in 0..2 {
        let before = signed(&world.services.signalling.ids());
        talk_across(&world, &mut talk, &before)?;
    }
    talk.check()?;
    figures::time(
        "a message across a beacon's boundary, at most",
        talk.slowest,
    )?;
    check_rows(dora, &["Alice", "Bob"])?;
    for name in ["Alice", "Bob", "Dora"] {
        assert_eq!(c.count(&with_text("listitem", name))?, 0);
    }
    let ids = world.services.signalling.ids();
    let unsigned = roots(&ids).into_iter().filter(|root| root == "myapp");
    assert_eq!(unsigned.count(), 1, "only Carol");
    let all = roots(&ids).into_iter();
    let others =
        all.filter(|root| root != "myapp" && !(root.starts_with("sig") && root.len() == 19));
    assert_eq!(others.collect::<Vec<_>>(), [] as [String; 0]);

    beacon.stop();
    talk_to_the_end_of_the_slot(&mut talk)?;
    talk.say()?;
    let pages = [alice, bob, dora].map(|browser| see_connection(browser, "It cannot be reached"));
    let pages = pages.into_iter().collect::<Result<Vec<_>>>()?;
    let before = signed(&world.services.signalling.ids());
    beacon.restart()?;
    // Their waits are not shortened as the slots are.
    for page in &pages {
        page.click(&named("button", "Try now"))?;
        page.see_text("named by your organisation")?;
        page.click(&named("button", "Back"))?;
    }
    let mut talk = Talk::begin(alice, bob, STALL)?;
    talk_across(&world, &mut talk, &before)?;
    talk.check()?;
    check_rows(dora, &["Alice", "Bob"])?;
    for (browser, lists, names) in [
        (alice, &a_lists, ["Bob", "Dora"]),
        (bob, &b_lists, ["Alice", "Dora"]),
    ] {
        browser.session()?.close_tab(lists)?;
        check_rows(browser, &names)?;
        Page::new(browser)?
            .person(names[0])
            .see_text("on network")?;
    }
    Ok(())
}
