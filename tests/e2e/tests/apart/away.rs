//! Found again anywhere: contacts who come back in another home, with and without their addresses.

use e2e::Home::{A, B};
use e2e::Kind::{Chromium, Firefox};
use e2e::friends::{FREE, befriend, joined, make_special, start_again, take_over, transport_ids};
use e2e::lists::{PATIENCE, page};
use e2e::services::Seen;
use e2e::stock::Link;
use e2e::{Browser, Kind, Lab, Result, Stock, figures, named, talk, with_text};
use serde_json::json;
use std::time::{Duration, Instant};

/// How long a meeting at a rendezvous may take: a minute is promised, seconds are usual, also on a
/// busy machine.
const MEETING: Duration = Duration::from_secs(20);

/// How long a meeting point may outlive the meeting.
const LEAVING: Duration = Duration::from_secs(10);

/// Returns two contacts in home A.
fn contacts(lab: &Lab, one: Kind, two: Kind) -> Result<[Browser; 2]> {
    let browsers = joined(lab, [(A, one, "Ann"), (A, two, "Bob")])?;
    let [ann, bob] = &browsers;
    befriend(ann, bob)?;
    Ok(browsers)
}

#[test]
fn a_firefox_that_comes_back_in_another_home_gets_what_was_written_meanwhile() -> Result {
    come_back_elsewhere("away-firefox", Chromium, Firefox)
}

#[test]
fn a_chromium_that_comes_back_in_another_home_gets_what_was_written_meanwhile() -> Result {
    come_back_elsewhere("away-chromium", Firefox, Chromium)
}

fn come_back_elsewhere(test: &str, stays: Kind, goes: Kind) -> Result {
    let lab = Lab::start(test)?;
    let [ann, mut bob] = contacts(&lab, stays, goes)?;
    bob.kill()?;
    let texts = ["the first of three", "the second", "the third"];
    let a = page(&ann)?;
    a.open_chat_with("Bob")?;
    for text in texts {
        a.send(text)?;
        a.see_message(text)?;
    }
    lab.move_to("Bob", B)?;
    let begun = Instant::now();
    let b = start_again(&mut bob)?;
    let back = Instant::now();
    b.open_chat_with("Ann")?;
    b.check_still()?;
    for text in texts {
        b.see_message(text)?;
    }
    figures::time(
        &format!("away ({goes:?}): the messages, from its start"),
        begun.elapsed(),
    )?;
    figures::time(
        &format!("away ({goes:?}): the messages, from its popup"),
        back.elapsed(),
    )?;
    b.to_end()?;
    for text in texts {
        a.see_message_state(text, "Read")?;
    }
    let answered = Instant::now();
    b.send("an answer from B")?;
    a.see_message("an answer from B")?;
    figures::time(&format!("away ({goes:?}): the answer"), answered.elapsed())?;
    a.person("Bob").see_text("online")?;
    for page in [a, b] {
        talk::check(&page, &texts)?;
    }
    [&ann, &bob]
        .into_iter()
        .try_for_each(Browser::check_console)
}

#[test]
fn special_contacts_who_lost_both_addresses_meet_at_a_rendezvous() -> Result {
    const TEXT: &str = "waiting since before";
    let lab = Lab::start("away-lost")?;
    let [mut ann, mut bob] = contacts(&lab, Chromium, Firefox)?;
    make_special(&ann, &bob)?;
    let old = transport_ids(&lab);
    assert_eq!(old.len(), 2, "{old:?}");
    bob.kill()?;
    page(&ann)?.open_chat_with("Bob")?;
    // Before that, the message would be handed to a connection whose end is not known yet.
    page(&ann)?.person("Bob").see_text("offline")?;
    page(&ann)?.send(TEXT)?;
    page(&ann)?.see_message_state(TEXT, "Waiting")?;
    ann.kill()?;
    let _squatter = take_over(&lab, &old)?;
    lab.move_to("Bob", B)?;
    let a = start_again(&mut ann)?;
    let b = start_again(&mut bob)?;
    let back = Instant::now();
    for (page, other) in [(a, "Bob"), (b, "Ann")] {
        page.patient(MEETING).person(other).see_text("online")?;
    }
    figures::time("both addresses lost: met", back.elapsed())?;
    see_meeting_points_left(&lab)?;
    b.open_chat_with("Ann")?;
    b.see_message(TEXT)?;
    figures::time("both addresses lost: the message", back.elapsed())?;
    a.open_chat_with("Bob")?;
    a.see_message_state(TEXT, "Read")?;
    b.send("found you")?;
    a.see_message("found you")?;
    for page in [a, b] {
        talk::check(&page, &[TEXT, "found you"])?;
    }
    let now = transport_ids(&lab);
    assert!(old.iter().all(|id| now.contains(id)), "taken all the time");
    assert_eq!(now.len(), 4, "{now:?}");
    a.open_contact("Bob")?;
    a.see_text("On for both of you")?;
    ann.screenshots(lab.folder(), "met-again")
}

/// Waits until the meeting point that was used is given up.
fn see_meeting_points_left(lab: &Lab) -> Result {
    let is_point = |id: &String| id.contains("rendezvous-");
    let seen = lab.signalling().seen.all();
    let held = |seen: &Seen| matches!(seen, Seen::Connection { id } if is_point(id));
    assert!(seen.iter().any(held), "they met somewhere else");
    let met = Instant::now();
    let left = |ids: &[String]| !ids.iter().any(is_point);
    lab.signalling()
        .wait_for_ids("meeting points given up", LEAVING, left)?;
    figures::time("both addresses lost: meeting points left", met.elapsed())
}

/// The generator of P-256, compressed, which is a valid point.
const POINT: &str = "A2sX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKW";
const NONCE: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

#[test]
fn somebody_else_at_a_contacts_address_learns_nothing_and_both_meet_elsewhere() -> Result {
    let lab = Lab::start("away-taken")?;
    let [ann, mut bob] = contacts(&lab, Chromium, Firefox)?;
    let stock = lab.stock(B)?;
    make_special(&ann, &bob)?;
    let address = kill_for_address(&lab, &mut bob)?;
    let a = page(&ann)?;
    a.click(&named("button", "Back"))?;
    a.person("Bob").see_text("offline")?;
    stock.register(&address)?;
    a.person("Bob").press("Ping")?;
    let link = answer_without_proof(&stock, &address)?;
    a.person("Bob").see_text("Ping: somebody else answered")?;
    stock.see_closed(link, PATIENCE)?;
    ann.screenshots(lab.folder(), "somebody-else")?;
    a.open_contact("Bob")?;
    a.see_text("Recovering")?;
    ann.screenshots(lab.folder(), "recovering")?;
    lab.move_to("Bob", B)?;
    start_again(&mut bob)?;
    let back = Instant::now();
    a.patient(MEETING)
        .see(&with_text("status", "On for both of you").with_text("any", "Connected"))?;
    figures::time("address taken: met elsewhere", back.elapsed())?;
    let heard = stock.heard()?;
    assert!(heard.iter().any(|frame| frame.contains("\"hello\"")));
    for frame in heard {
        assert!(!frame.contains("\"key\":"), "{frame}");
    }
    Ok(())
}

/// Kills a browser; gives its Transport ID, which is free then.
fn kill_for_address(lab: &Lab, browser: &mut Browser) -> Result<String> {
    let before = transport_ids(lab);
    browser.kill()?;
    let freed = |ids: &[String]| before.iter().any(|id| !ids.contains(id));
    lab.signalling()
        .wait_for_ids("an id is free", FREE, freed)?;
    let now = transport_ids(lab);
    let mut gone: Vec<_> = before.into_iter().filter(|id| !now.contains(id)).collect();
    assert_eq!(gone.len(), 1, "{gone:?}");
    Ok(gone.remove(0))
}

/// Completes the exchange with a caller and shows no hint.
fn answer_without_proof(stock: &Stock, id: &str) -> Result<Link> {
    let (link, _) = stock.accept(id)?;
    stock.receive(link, "hello")?;
    let hello = json!({ "type": "hello", "v": 1, "eph": POINT, "nonce": NONCE });
    stock.send(link, &hello)?;
    Ok(link)
}

#[test]
fn an_invite_makes_contacts_of_people_in_two_homes() -> Result {
    let lab = Lab::start("away-invite")?;
    let [ann, bob] = &joined(&lab, [(A, Chromium, "Ann"), (B, Firefox, "Bob")])?;
    let (a, b) = (page(ann)?, page(bob)?);
    a.click(&named("button", "Invites"))?;
    a.click(&named("button", "New invite"))?;
    let invite = a.value("Invite 1")?;
    a.click(&named("button", "Back"))?;
    b.click(&named("button", "Invites"))?;
    b.fill("Invite", &invite)?;
    let begun = Instant::now();
    b.click(&named("button", "Connect"))?;
    a.person("Bob").see_text("came with your invite")?;
    figures::time("invite: used, and asked there", begun.elapsed())?;
    ann.screenshots(lab.folder(), "invited")?;
    let accepted = Instant::now();
    a.accept("Bob")?;
    a.person("Bob").open_chat()?;
    b.click(&named("button", "Back"))?;
    b.person("Ann").open_chat()?;
    figures::time("invite: accepted, and both can chat", accepted.elapsed())?;
    let sent = Instant::now();
    b.send("thank you")?;
    a.see_message("thank you")?;
    figures::time("invite: the first message", sent.elapsed())?;
    a.send("welcome")?;
    b.see_message("welcome")?;
    for (page, other) in [(a, "Bob"), (b, "Ann")] {
        page.person(other).see_text("online")?;
        talk::check(&page, &["thank you", "welcome"])?;
    }
    [ann, bob].into_iter().try_for_each(Browser::check_console)
}
