//! Who gets packets: nobody but those whom PRIVACY.md names. Each device is listened to from before its browser starts.

use anyhow::ensure;
use e2e::Home::{A, B};
use e2e::Kind::{Chromium, Firefox};
use e2e::files::{MEGABYTE, check_saved, see, send, view};
use e2e::friends::befriend;
use e2e::lab::{Recipient, Transport};
use e2e::lists::{page, see_people};
use e2e::talk::Talk;
use e2e::{Browser, Lab, Result, named, paths};
use std::collections::BTreeSet;
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

/// The longest that a message may take, also between two homes.
const STALL: Duration = Duration::from_secs(20);

/// The port of mDNS, by which a device is asked for behind its random name.
const MDNS: u16 = 5353;

/// Whose names the browsers look up for themselves, whatever is installed: those of their makers, and of the page that a new
/// tab shows. What can be switched off is.
const MAKERS: [&str; 8] = [
    ".duckduckgo.com",
    ".firefox.com",
    ".google.com",
    ".googleapis.com",
    ".gvt1.com",
    ".mozilla.com",
    ".mozilla.net",
    ".mozilla.org",
];

/// Returns to whom else a browser has sent something, or whom else it has looked up.
fn strangers(lab: &Lab, browser: &Browser) -> Result<BTreeSet<String>> {
    let tap = lab.tap(browser.name())?;
    let packets = tap.packets.all().into_iter();
    let foreign = packets.filter(|packet| !is_named(lab, packet));
    let foreign = foreign.map(|(transport, address)| format!("{transport:?} {address}"));
    let names = tap.names.all().into_iter();
    let mut strangers: BTreeSet<_> = foreign.collect();
    for name in names {
        if !is_of_the_browser(&name)? {
            strangers.insert(name);
        }
    }
    Ok(strangers)
}

/// Whether a browser looks this up for itself: a name of its makers that no file of the extension has.
fn is_of_the_browser(name: &str) -> Result<bool> {
    if !MAKERS.iter().any(|maker| name.ends_with(maker)) {
        return Ok(false);
    }
    for browser in ["chrome", "firefox"] {
        let folder = paths::built(&paths::dist(), browser)?;
        if holds(&folder, name.as_bytes())? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether PRIVACY.md names who gets such a packet: a server of the configuration, a person, or all on the own network.
fn is_named(lab: &Lab, packet: &Recipient) -> bool {
    let (transport, address) = *packet;
    lab.servers().contains(packet)
        || transport == Transport::Udp && (is_person(address.ip()) || is_mdns(address))
}

/// Whether somebody has this address: at home, or as others see it.
fn is_person(address: IpAddr) -> bool {
    let IpAddr::V4(v4) = address else {
        return false;
    };
    let at_home = matches!(v4.octets(), [10, 0, 1 | 2, host] if host >= 100);
    at_home || [A, B].iter().any(|home| home.address() == v4)
}

fn is_mdns(address: SocketAddr) -> bool {
    address.port() == MDNS && address.ip().is_multicast()
}

fn see_no_strangers(lab: &Lab, browsers: &[&Browser]) -> Result {
    for browser in browsers {
        let strangers = strangers(lab, browser)?;
        let (name, kind) = (browser.name(), browser.kind());
        ensure!(strangers.is_empty(), "{name} ({kind:?}): {strangers:#?}");
    }
    Ok(())
}

/// Whether a file in a folder, or below it, has these bytes.
fn holds(folder: &Path, bytes: &[u8]) -> Result<bool> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let found = if path.is_dir() {
            holds(&path, bytes)?
        } else {
            fs::read(&path)?
                .windows(bytes.len())
                .any(|part| part == bytes)
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

#[test]
fn a_name_that_the_extension_has_is_never_taken_for_one_of_the_browser() -> Result {
    for (name, of_the_browser) in [
        ("update.googleapis.com", true),
        ("firefox.settings.services.mozilla.com", true),
        // Of the configuration that is shipped, and not of the one of the test.
        ("stun.l.google.com", false),
        ("api.ipify.org", false),
        ("elsewhere.example", false),
    ] {
        ensure!(is_of_the_browser(name)? == of_the_browser, "{name}");
    }
    Ok(())
}

#[test]
fn nobody_gets_a_packet_whom_the_privacy_page_does_not_name() -> Result {
    let lab = Lab::start("recipients")?.with_downloads().with_wiretaps();
    let browsers = lab.browsers([(A, Chromium, "Alice"), (A, Firefox, "Bob")])?;
    let [alice, bob] = browsers.each_ref();
    for browser in [alice, bob] {
        browser.popup()?.find(&named("button", "Join"))?;
        let before = lab.tap(browser.name())?.packets.all();
        ensure!(before.is_empty(), "before Join: {before:?}");
    }
    for browser in [alice, bob] {
        page(browser)?.join(browser.name())?;
    }
    see_people(&[alice, bob], A, 2)?;
    befriend(alice, bob)?;
    talk_and_send(alice, bob)?;
    lab.move_to("Bob", B)?;
    talk_and_send(bob, alice)?;
    let [signalling, _, stun] = lab.servers();
    for browser in [alice, bob] {
        let packets = lab.tap(browser.name())?.packets.all();
        let heard = |wanted: &dyn Fn(&Recipient) -> bool| packets.iter().any(wanted);
        ensure!(heard(&|to| *to == signalling), "none to the server");
        ensure!(heard(&|to| *to == stun), "none to STUN");
        ensure!(heard(&|(_, to)| is_person(to.ip())), "none to a person");
    }
    see_no_strangers(&lab, &[alice, bob])?;
    browsers
        .iter()
        .try_for_each(|browser| call_strangers(&lab, browser))
}

/// Both say something, and one sends the other a file.
fn talk_and_send(from: &Browser, to: &Browser) -> Result {
    for browser in [from, to] {
        browser.popup()?;
    }
    let mut talk = Talk::begin(from, to, STALL)?;
    talk.say()?;
    talk.say()?;
    talk.check()?;
    [from, to].into_iter().try_for_each(view)?;
    let name = format!("of {}.bin", from.name());
    let transfer = send(from, to, &name, MEGABYTE)?;
    for browser in [to, from] {
        see(browser, &transfer, &["saved"], MEGABYTE)?;
    }
    check_saved(to, &name, MEGABYTE)
}

/// Has a page of the extension call others: each has to show, or nothing that was not seen would mean anything.
fn call_strangers(lab: &Lab, browser: &Browser) -> Result {
    browser.run(
        "const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:203.0.113.78:3478' }] });
         peer.createDataChannel('x');
         await peer.setLocalDescription();
         new WebSocket('ws://203.0.113.77:81/');
         await Promise.allSettled(['http://203.0.113.77/', 'http://elsewhere.example/'].map((url) =>
           fetch(url, { signal: AbortSignal.timeout(2_000) })));",
    )?;
    let seen = strangers(lab, browser)?;
    for stranger in [
        "Tcp 203.0.113.77:80",
        "Tcp 203.0.113.77:81",
        "Udp 203.0.113.78:3478",
        "elsewhere.example",
    ] {
        let kind = browser.kind();
        ensure!(
            seen.contains(stranger),
            "{kind:?}: {stranger} not in {seen:?}"
        );
    }
    Ok(())
}
