//! The mesh across real NATs: two homes behind routers of their own, in network namespaces.

use anyhow::ensure;
use e2e::Home::{A, B};
use e2e::Kind::{Chromium, Firefox};
use e2e::friends::{befriend, joined};
use e2e::lists::{PATIENCE, page, routers, see_lists, see_people};
use e2e::talk::Talk;
use e2e::{Browser, Lab, Result, figures, lab, named, with_text};
use serde_json::json;
use std::net::UdpSocket;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// The longest that a chat may stall when nothing is wrong with it.
const STALL: Duration = Duration::from_secs(5);

/// How long a killed router may be missing, on a machine with much else to do: ICE doubts after
/// 7 s, a ping is waited for 2 s, and a claim up to 3 s.
const TAKEOVER: Duration = Duration::from_secs(20);

/// How long lists may take to be right again once there is a new router, on a busy machine.
const LISTS_RIGHT: Duration = Duration::from_secs(15);

/// How long the server keeps the id of somebody who is cut off, and a new router then takes.
const GHOST: Duration = Duration::from_secs(130);

#[test]
fn labs_that_start_at_once_remove_what_a_killed_run_has_left() -> Result {
    // Ids of processes end at 2^22.
    let left = (0..20).map(|number| format!("meshchat-4194305-left-{number}"));
    let left = left.collect::<Vec<_>>();
    for name in &left {
        let made = Command::new("ip").args(["netns", "add", name]).status()?;
        ensure!(made.success(), "no namespace {name}");
    }
    thread::scope(|scope| {
        let starts = ["nat-left-1", "nat-left-2"].map(|name| scope.spawn(move || Lab::start(name)));
        starts
            .into_iter()
            .try_for_each(|start| start.join().expect("it does not panic").map(drop))
    })?;
    for name in &left {
        assert!(!Path::new("/run/netns").join(name).exists(), "{name}");
    }
    Ok(())
}

#[test]
fn what_a_server_sends_to_an_address_at_somebodys_home_is_lost_without_an_error() -> Result {
    let lab = Lab::start("nat-lost")?;
    lab.among_servers(|| UdpSocket::bind(("0.0.0.0", 0))?.send_to(b"?", ("10.0.1.100", 9)))??;
    Ok(())
}

#[test]
fn people_behind_one_router_meet_and_those_behind_another_are_not_listed() -> Result {
    let lab = Lab::start("nat-meeting")?.with_hidden_addresses();
    let browsers = joined(
        &lab,
        [
            (A, Chromium, "Alice"),
            (B, Firefox, "Carol"),
            (A, Firefox, "Bob"),
            (B, Chromium, "Dan"),
        ],
    )?;
    let [alice, carol, bob, dan] = &browsers;
    for (one, two, home) in [(alice, bob, A), (carol, dan, B)] {
        befriend(one, two)?;
        see_lists(&[one, two], home)?;
        let mut talk = Talk::begin(one, two, STALL)?;
        talk.say()?;
        talk.say()?;
        talk.check()?;
    }
    for (browser, stranger) in [
        (alice, "Carol"),
        (bob, "Dan"),
        (carol, "Alice"),
        (dan, "Bob"),
    ] {
        assert_eq!(
            page(browser)?.count(&with_text("listitem", stranger))?,
            0,
            "{stranger}"
        );
    }
    browsers.iter().try_for_each(Browser::check_console)
}

/// The rest of a Discovery ID behind its namespace.
const OWN: &str = "11111111-2222-8333-8444-555555555555";

#[test]
fn whoever_calls_a_router_from_its_home_is_served_and_from_another_home_is_not() -> Result {
    let lab = Lab::start("nat-foreign")?;
    let [alice] = joined(&lab, [(A, Chromium, "Alice")])?;
    let router = A.router_id();
    let namespace = router.strip_suffix('1').unwrap_or_default();
    // Both claim to be in the first home.
    let id = format!("{namespace}{OWN}");
    let checkin = json!({ "type": "checkin", "discoveryID": id, "friendlyname": "Stock" });
    for home in [A, B] {
        let stock = lab.stock(home)?;
        stock.register(&id)?;
        let dialled = stock.dial(&id, &router);
        if home == B {
            ensure!(dialled.is_err(), "served, and told of who is there");
            continue;
        }
        let link = dialled?;
        stock.send(link, &checkin)?;
        stock.receive(link, "registry")?;
        page(&alice)?.person("Stock").see()?;
        stock.leave(&id)?;
        page(&alice)?.person("Stock").see_gone()?;
    }
    assert_eq!(page(&alice)?.count(&with_text("listitem", "Stock"))?, 0);
    alice.check_console()
}

#[test]
fn when_a_router_is_killed_another_takes_over_and_chats_do_not_notice() -> Result {
    let lab = Lab::start("nat-killed")?;
    let mut browsers = joined(
        &lab,
        [
            (A, Chromium, "Alice"),
            (A, Firefox, "Bob"),
            (A, Chromium, "Carol"),
        ],
    )?;
    for (one, two) in [(0, 1), (1, 2), (0, 2)] {
        befriend(&browsers[one], &browsers[two])?;
    }
    let mut takeovers = Vec::new();
    for _ in 0..3 {
        see_lists(&browsers.each_ref(), A)?;
        takeovers.push(lose_a_router(&lab, &mut browsers)?);
        start_again(&mut browsers)?;
    }
    takeovers.sort();
    figures::time("router killed: a new one, median of 3", takeovers[1])?;
    lose_a_router(&lab, &mut browsers)?;
    let [_, one, two] = browsers.each_ref();
    let begun = Instant::now();
    see_lists(&[one, two], A)?;
    let right = begun.elapsed();
    figures::time("router killed: gone from all lists, after that", right)?;
    ensure!(right < LISTS_RIGHT, "lists right only after {right:?}");
    Ok(())
}

/// Kills the router and sees another take over during a chat. The killed one is the first then.
fn lose_a_router(lab: &Lab, browsers: &mut [Browser; 3]) -> Result<Duration> {
    let old = routers(&browsers.each_ref())?.concat();
    browsers.sort_by_key(|browser| browser.name() != old);
    let [router, one, two] = browsers;
    let mut talk = Talk::begin(one, two, STALL)?;
    talk.say()?;
    lab.signalling().seen.clear();
    let begun = Instant::now();
    router.kill()?;
    let elected = talk.until_registered(lab, &A.router_id(), begun, TAKEOVER)?;
    page(one)?.person(two.name()).see_text("on network")?;
    page(two)?.person(one.name()).see_text("on network")?;
    talk.say()?;
    talk.check()?;
    let kind = router.kind();
    figures::time(&format!("router killed ({kind:?}): a new one"), elected)?;
    figures::time("router killed: slowest message meanwhile", talk.slowest)?;
    Ok(elected)
}

/// Starts the killed browser again.
fn start_again(browsers: &mut [Browser; 3]) -> Result {
    let begun = Instant::now();
    browsers[0].start()?;
    lab::widen(&browsers[0])?;
    browsers[0].popup()?;
    see_lists(&browsers.each_ref(), A)?;
    figures::time(
        "router killed: started again and in all lists",
        begun.elapsed(),
    )
}

#[test]
fn a_router_that_is_cut_off_is_replaced_and_joins_again_while_an_idle_firefox_stays() -> Result {
    let lab = Lab::start("nat-cut")?;
    let browsers = joined(
        &lab,
        [
            (A, Chromium, "Alice"),
            (A, Firefox, "Bob"),
            (A, Chromium, "Carol"),
            (B, Chromium, "Dan"),
            (B, Firefox, "Erin"),
        ],
    )?;
    let [alice, bob, carol, dan, erin] = &browsers;
    for (one, two) in [(alice, bob), (alice, carol), (bob, carol), (dan, erin)] {
        befriend(one, two)?;
    }
    see_lists(&[dan, erin], B)?;
    // A page of the extension would keep Firefox's event page alive.
    erin.session()?.navigate("about:blank")?;
    let idle = Instant::now();
    cut_the_router(&lab, alice, [bob, carol])?;
    let rest = Duration::from_secs(120).saturating_sub(idle.elapsed());
    // There is no event for what does not happen.
    std::thread::sleep(rest);
    wake_from_idling(dan, erin, idle)
}

fn cut_the_router(lab: &Lab, router: &Browser, others: [&Browser; 2]) -> Result {
    let [one, two] = others;
    see_lists(&[router, one, two], A)?;
    assert_eq!(routers(&[router, one, two])?, [router.name()]);
    let mut talk = Talk::begin(one, two, STALL)?;
    talk.say()?;
    lab.signalling().seen.clear();
    let begun = Instant::now();
    lab.cut(router.name())?;
    let elected = talk.until_registered(lab, &A.router_id(), begun, GHOST)?;
    see_lists(&[one, two], A)?;
    figures::time("router cut off: a new one", elected)?;
    figures::time(
        "router cut off: lists right, after that",
        begun.elapsed() - elected,
    )?;
    figures::time("router cut off: slowest message meanwhile", talk.slowest)?;
    talk.check()?;
    let begun = Instant::now();
    lab.mend(router.name())?;
    see_lists(&[router, one, two], A)?;
    figures::time("router cut off: back in all lists", begun.elapsed())?;
    assert_eq!(routers(&[router, one, two])?.len(), 1);
    assert_eq!(routers(&[router])?.len(), 0, "the old router is a peer");
    Ok(())
}

fn wake_from_idling(other: &Browser, idler: &Browser, since: Instant) -> Result {
    let text = "still there?";
    figures::time("Firefox idle, still listed", since.elapsed())?;
    page(other)?.person(idler.name()).see_text("on network")?;
    page(other)?.person(idler.name()).open_chat()?;
    let begun = Instant::now();
    page(other)?.send(text)?;
    page(other)?.see_message_state(text, "Delivered")?;
    figures::time("Firefox idle: a message delivered", begun.elapsed())?;
    idler.popup()?.person(other.name()).open_chat()?;
    page(idler)?.see_message(text)?;
    page(idler)?.send("of course")?;
    page(other)?.see_message("of course").map(drop)
}

#[test]
fn everybody_is_registered_again_when_the_signalling_server_has_forgotten_all() -> Result {
    let mut lab = Lab::start("nat-server")?;
    let browsers = joined(
        &lab,
        [
            (A, Chromium, "Alice"),
            (A, Firefox, "Bob"),
            (A, Chromium, "Carol"),
        ],
    )?;
    let [alice, bob, carol] = browsers.each_ref();
    befriend(alice, bob)?;
    page(carol)?
        .person("Alice")
        .see_text("on this network")
        .ok();
    see_people(&[alice, bob, carol], A, 3)?;
    let before = lab.signalling().ids();
    assert_eq!(before.len(), 7, "{before:?}");
    let mut talk = Talk::begin(alice, bob, STALL)?;
    talk.say()?;
    lab.stop_signalling();
    lab.signalling().seen.clear();
    talk.say()?;
    lab.resume_signalling()?;
    let begun = Instant::now();
    for id in &before {
        talk.until_registered(&lab, id, begun, PATIENCE)?;
    }
    figures::time(
        "signalling server restarted: all ids again",
        begun.elapsed(),
    )?;
    see_people(&[alice, bob, carol], A, 3)?;
    figures::time("signalling server restarted: lists right", begun.elapsed())?;
    talk.say()?;
    talk.check()?;
    assert_eq!(routers(&[alice, bob, carol])?.len(), 1);
    befriend(bob, carol)
}

#[test]
fn somebody_who_moves_to_another_network_is_listed_there_and_can_still_be_reached() -> Result {
    let lab = Lab::start("nat-moved")?;
    let browsers = joined(
        &lab,
        [
            (A, Firefox, "Bob"),
            (B, Firefox, "Carol"),
            (A, Chromium, "Alice"),
            (B, Chromium, "Dan"),
        ],
    )?;
    let [bob, carol, alice, dan] = browsers.each_ref();
    befriend(alice, bob)?;
    see_lists(&[alice, bob], A)?;
    let mut talk = Talk::begin(alice, bob, STALL)?;
    talk.say()?;
    move_over(&lab, alice, &[carol, dan], &[bob])?;
    // Through both NATs.
    let begun = Instant::now();
    page(bob)?.person("Alice").see_text("online")?;
    let mut across = Talk::begin(bob, alice, PATIENCE)?;
    across.say()?;
    across.say()?;
    figures::time("moved: the contact left behind is reached", begun.elapsed())?;
    move_over(&lab, bob, &[carol, dan, alice], &[])?;
    page(bob)?.person("Alice").see_text("on network")?;
    across.say()?;
    across.check()
}

/// Moves a running browser from home A to home B.
fn move_over(lab: &Lab, browser: &Browser, there: &[&Browser], left: &[&Browser]) -> Result {
    let (kind, name) = (browser.kind(), browser.name());
    let begun = Instant::now();
    lab.move_to(name, B)?;
    page(browser)?.see(&with_text("status", &format!(" {}, ", B.address())))?;
    figures::time(
        &format!("moved ({kind:?}): on the new network"),
        begun.elapsed(),
    )?;
    see_people(&[there, &[browser]].concat(), B, there.len() + 1)?;
    for other in there {
        page(other)?.person(name).see()?;
        page(browser)?.person(other.name()).see()?;
    }
    figures::time(
        &format!("moved ({kind:?}): in all lists there"),
        begun.elapsed(),
    )?;
    see_people(left, A, left.len())?;
    figures::time(
        &format!("moved ({kind:?}): gone from the old list"),
        begun.elapsed(),
    )
}

#[test]
fn a_router_whose_worker_stops_or_whose_engine_is_closed_heals() -> Result {
    let lab = Lab::start("nat-engine")?;
    let browsers = joined(&lab, [(A, Chromium, "Alice"), (A, Firefox, "Bob")])?;
    let [alice, bob] = browsers.each_ref();
    befriend(alice, bob)?;
    see_lists(&[alice, bob], A)?;
    page(bob)?.person("Alice").open_chat()?;
    type Harm = fn(&Browser) -> Result;
    let harms: [(&str, Harm); 2] = [
        ("service worker stopped", Browser::stop_service_worker),
        ("engine page closed", Browser::close_engine),
    ];
    for (what, harm) in harms {
        alice.leave_popup()?;
        let begun = Instant::now();
        harm(alice)?;
        let text = format!("while the {what}");
        page(bob)?.send(&text)?;
        page(bob)?.see_message_state(&text, "Delivered")?;
        figures::time(&format!("{what}: a message delivered"), begun.elapsed())?;
        alice.popup()?;
        see_lists(&[alice, bob], A)?;
        figures::time(&format!("{what}: healed"), begun.elapsed())?;
        page(alice)?.person("Bob").open_chat()?;
        page(alice)?.see_message(&text)?;
        assert_eq!(routers(&[alice, bob])?.len(), 1);
    }
    assert_eq!(
        page(alice)?.count(&named("log", "Messages").with_text("listitem", "while"))?,
        2
    );
    Ok(())
}
