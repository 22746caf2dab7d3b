//! The chapter "Found again anywhere": two people, two homes behind routers with NAT.

use crate::Story;
use e2e::Home::{A, B};
use e2e::Kind::{Chromium, Firefox};
use e2e::friends::{befriend, joined, make_special, start_again, take_over, transport_ids};
use e2e::lists::page;
use e2e::{Browser, Lab, Result, lab, with_text};
use std::time::Instant;

/// Tells it, where the lab can be had.
pub(crate) fn chapter(story: &Story) -> Result {
    if let Err(reason) = lab::check() {
        story.tell(&format!(
            "Left out: \"Found again anywhere\" needs network namespaces and NAT: {reason:#}"
        ));
        return Ok(());
    }
    story.tell("Found again anywhere: two homes behind routers with NAT, and the Internet between");
    let lab = Lab::start_in("demo/away")?;
    let [mut ann, mut ben] = joined(&lab, [(A, Chromium, "Ann"), (A, Firefox, "Ben")])?;
    befriend(&ann, &ben)?;
    make_special(&ann, &ben)?;
    story.tell("Ann and Ben become contacts in home A, and both switch Special contact on");
    ann.screenshots(&story.folder, "7-special-Ann")?;
    come_back(story, &lab, &ann, &mut ben)?;
    lose_addresses(story, &lab, &mut ann, &mut ben)?;
    [&ann, &ben]
        .into_iter()
        .try_for_each(Browser::check_console)
}

/// Ben is gone, and comes back in the other home.
fn come_back(story: &Story, lab: &Lab, ann: &Browser, ben: &mut Browser) -> Result {
    const TEXT: &str = "Ben, are you there yet?";
    ben.kill()?;
    let a = page(ann)?;
    a.open_chat_with("Ben")?;
    a.send(TEXT)?;
    a.see_message(TEXT)?;
    story.tell("Ben's Firefox is killed; Ann writes to him");
    lab.move_to("Ben", B)?;
    let b = start_again(ben)?;
    let back = Instant::now();
    b.open_chat_with("Ann")?;
    b.see_message(TEXT)?;
    a.see_message_state(TEXT, "Read")?;
    story.tell(&format!(
        "Ben starts again in home B and reads it, {:.1} s after that",
        back.elapsed().as_secs_f64()
    ));
    ben.screenshots(&story.folder, "8-elsewhere-Ben")
}

/// Both are gone, and somebody else has both their addresses when they come back.
fn lose_addresses(story: &Story, lab: &Lab, ann: &mut Browser, ben: &mut Browser) -> Result {
    const TEXT: &str = "Ann, my address is gone!";
    let addresses = transport_ids(lab);
    ann.kill()?;
    page(ben)?.send(TEXT)?;
    page(ben)?.see_message(TEXT)?;
    ben.kill()?;
    let _squatter = take_over(lab, &addresses)?;
    story.tell("Both browsers are killed, and somebody else takes both their addresses");
    start_again(ann)?;
    start_again(ben)?;
    let (a, b) = (page(ann)?, page(ben)?);
    let back = Instant::now();
    a.open_contact("Ben")?;
    a.see(&with_text("status", "On for both of you"))?;
    ann.screenshots(&story.folder, "9-looking-Ann")?;
    a.person("Ben").see_text("online")?;
    b.person("Ann").see_text("online")?;
    story.tell(&format!(
        "Both start again, in two homes, and meet at their rendezvous, {:.1} s after that",
        back.elapsed().as_secs_f64()
    ));
    ann.screenshots(&story.folder, "9-met-Ann")?;
    a.open_chat_with("Ben")?;
    a.see_message(TEXT)?;
    b.open_chat_with("Ann")?;
    b.see_message_state(TEXT, "Read")?;
    story.tell("Ann reads what Ben had written before");
    ann.screenshots(&story.folder, "10-found-again-Ann")
}
