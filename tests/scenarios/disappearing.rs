//! Messages that disappear as both agree, and chats that are cleared on one device.
//!
//! Long because both are ways in which a message leaves a disk, and share what must be left.

use crate::world::{ANN, BOB, HOME, World, friends};
use mesh_chat::config::Settings;
use mesh_chat::records::MessageRecord;
use mesh_chat::view::{
    Act, Command, Lifetime, Message, Outcome, Reference, Refusal, RuleStep, Staying,
};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

fn other(device: usize) -> &'static str {
    if device == ANN { "Bob" } else { "Ann" }
}

/// Returns the texts of the messages that are shown, without what is said about how long they stay.
fn lines(world: &World, device: usize) -> Vec<String> {
    let messages = world.messages(device).into_iter();
    let lines = messages.filter(|message| message.has_line() && message.is_message());
    lines.map(|message| message.text).collect()
}

/// Returns what is shown of the entries about how long messages stay.
fn said(world: &World, device: usize) -> Vec<(Act, bool, Outcome)> {
    let messages = world.messages(device).into_iter();
    let entries = messages.filter_map(|message| {
        let entry = message.entry?;
        let act = entry.reference.act;
        act.is_about_rule()
            .then_some((act, message.state.is_own(), entry.outcome))
    });
    entries.collect()
}

fn staying(world: &World, device: usize) -> Staying {
    world.person(device, other(device)).staying.clone()
}

fn holds(world: &World) -> [Option<Lifetime>; 2] {
    [ANN, BOB].map(|device| staying(world, device).lifetime)
}

/// Returns the id of the proposal that waits for this person's answer.
fn proposal(world: &World, device: usize) -> String {
    let proposals = staying(world, device).proposals;
    let theirs = proposals.into_iter().find(|proposal| !proposal.own);
    theirs.expect("something is proposed").id
}

fn agree(world: &mut World, device: usize) {
    let id = proposal(world, device);
    world.say_rule(device, other(device), RuleStep::Agree(id));
}

/// Two friends who have agreed on an hour.
fn agreed() -> World {
    let mut world = friends();
    world.say_rule(ANN, "Bob", RuleStep::Propose(Lifetime::Hour));
    agree(&mut world, BOB);
    assert_eq!(holds(&world), [Some(Lifetime::Hour); 2]);
    world
}

/// Returns whether a text is anywhere on a device's disk.
fn is_stored(world: &World, device: usize, text: &str) -> bool {
    let records = world.records(device, other(device));
    format!("{records:?}").contains(text)
}

fn message(world: &World, device: usize, text: &str) -> Message {
    let messages = world.messages(device).into_iter();
    messages
        .rev()
        .find(|message| message.is_message() && message.text == text)
        .unwrap_or_else(|| panic!("{text:?} is not shown"))
}

fn refer(world: &mut World, device: usize, act: Act, about: String, text: &str) {
    let contact = world.contact(device, other(device));
    let reference = Reference { act, about };
    let text = text.to_owned();
    world.command(
        device,
        Command::Refer {
            contact,
            reference,
            text,
        },
    );
}

#[test]
fn a_rule_holds_once_the_other_person_agrees_and_either_ends_it_at_once() {
    let mut world = friends();
    world.send(ANN, "Bob", "before");
    world.say_rule(ANN, "Bob", RuleStep::Propose(Lifetime::Day));
    assert_eq!(holds(&world), [None; 2]);
    assert!(staying(&world, ANN).proposals[0].own);
    world.say_rule(
        ANN,
        "Bob",
        RuleStep::Agree(staying(&world, ANN).proposals[0].id.clone()),
    );
    assert_eq!(*world.reply(ANN), Err(Refusal::MessageForeign));
    agree(&mut world, BOB);
    assert_eq!(holds(&world), [Some(Lifetime::Day); 2]);
    world.send(ANN, "Bob", "after");
    for device in [ANN, BOB] {
        assert_eq!(message(&world, device, "before").stays(), None);
        assert_eq!(
            message(&world, device, "after").stays(),
            Some(Lifetime::Day)
        );
        assert_eq!(
            world.person(device, other(device)).unread,
            u32::from(device == BOB) * 2
        );
    }
    world.say_rule(BOB, "Ann", RuleStep::Off);
    assert_eq!(holds(&world), [None; 2]);
    world.send(ANN, "Bob", "later");
    assert_eq!(message(&world, BOB, "later").stays(), None);
    use Outcome::Counts;
    assert_eq!(
        said(&world, ANN),
        [
            (Act::Propose, true, Counts),
            (Act::Agree, false, Counts),
            (Act::Off, false, Counts)
        ]
    );
}

#[test]
fn a_proposal_that_is_turned_down_changes_nothing() {
    let mut world = friends();
    world.say_rule(ANN, "Bob", RuleStep::Propose(Lifetime::Week));
    let id = proposal(&world, BOB);
    world.say_rule(BOB, "Ann", RuleStep::Decline(id.clone()));
    assert_eq!(holds(&world), [None; 2]);
    assert_eq!(staying(&world, ANN), Staying::default());
    world.say_rule(BOB, "Ann", RuleStep::Agree(id));
    assert_eq!(*world.reply(BOB), Err(Refusal::RuleOvertaken));
}

#[test]
fn what_is_said_while_the_other_is_away_waits_and_both_at_once_end_the_same() {
    let mut world = friends();
    world.say_rule(ANN, "Bob", RuleStep::Propose(Lifetime::Day));
    let disk = world.copy_disk(BOB);
    world.kill(BOB);
    world.say_rule(ANN, "Bob", RuleStep::Propose(Lifetime::Week));
    world.say_rule(ANN, "Bob", RuleStep::Off);
    let bob = world.start_from(HOME, disk);
    assert_eq!(bob, 2);
    let id = world.person(bob, "Ann").staying.proposals[0].id.clone();
    world.close_all(ANN);
    world.say_rule(bob, "Ann", RuleStep::Agree(id));
    world.say_rule(bob, "Ann", RuleStep::Propose(Lifetime::Hour));
    world.pass(MINUTE);
    let ends = [(ANN, "Bob"), (bob, "Ann")].map(|(device, name)| {
        let staying = world.person(device, name).staying.clone();
        (
            staying.lifetime,
            staying
                .proposals
                .iter()
                .map(|open| open.lifetime)
                .collect::<Vec<_>>(),
        )
    });
    assert_eq!(ends[0], ends[1]);
    assert_eq!(
        ends[0].0, None,
        "it was switched off after what was agreed to"
    );
}

#[test]
fn an_hour_after_it_was_read_a_message_is_gone_from_both_disks() {
    let mut world = agreed();
    world.send(ANN, "Bob", "secret one");
    let about = message(&world, ANN, "secret one").id;
    refer(&mut world, ANN, Act::Edit, about, "secret two");
    let about = message(&world, BOB, "secret two").id;
    refer(&mut world, BOB, Act::Reaction, about, "👍");
    world.pass(2 * HOUR);
    assert_eq!(lines(&world, ANN), ["secret two"], "it was not read");
    assert_eq!(message(&world, ANN, "secret two").goes_at, None);
    world.read(BOB, "Ann");
    let about = message(&world, BOB, "secret two").id;
    refer(&mut world, BOB, Act::Reply, about, "answer");
    for device in [ANN, BOB] {
        let goes_at = message(&world, device, "secret two").goes_at.unwrap();
        assert!((world.unix() + HOUR..=world.unix() + HOUR + MINUTE).contains(&goes_at));
    }
    world.pass(HOUR - MINUTE);
    assert!(is_stored(&world, ANN, "secret two") && is_stored(&world, BOB, "secret two"));
    world.pass(2 * MINUTE + 1);
    for device in [ANN, BOB] {
        assert_eq!(lines(&world, device), ["answer"]);
        assert!(!is_stored(&world, device, "secret"));
        assert!(!is_stored(&world, device, "👍"));
        assert_eq!(message(&world, device, "answer").quoted, None);
        world.open_chat(device, other(device));
        assert_eq!(lines(&world, device), ["answer"]);
    }
    // Its agreement on what is there goes on.
    world.close_all(ANN);
    world.pass(MINUTE);
    world.send(ANN, "Bob", "next");
    assert_eq!(lines(&world, BOB), ["answer", "next"]);
}

#[test]
fn who_sends_no_receipts_has_it_gone_all_the_same_and_the_sender_four_weeks_later() {
    let mut world = agreed();
    let settings = Settings {
        read_receipts: false,
        ..Settings::default()
    };
    world.command(BOB, Command::Configure { settings });
    world.send(ANN, "Bob", "secret");
    world.read(BOB, "Ann");
    world.pass(HOUR + 2 * MINUTE);
    assert_eq!(lines(&world, BOB), [] as [&str; 0]);
    assert_eq!(lines(&world, ANN), ["secret"]);
    assert_eq!(message(&world, ANN, "secret").goes_at, None);
    let ahead = |world: &mut World, days: u64| {
        world.set_clock_ahead(ANN, i64::try_from(days * DAY).unwrap());
        world.pass(HOUR);
    };
    ahead(&mut world, 27);
    assert_eq!(lines(&world, ANN), ["secret"]);
    ahead(&mut world, 28);
    assert_eq!(lines(&world, ANN), [] as [&str; 0]);
    assert!(!is_stored(&world, ANN, "secret"));
}

#[test]
fn the_time_runs_while_a_device_is_off_and_after_that_of_an_older_disk() {
    let mut world = agreed();
    world.send(ANN, "Bob", "secret");
    world.read(BOB, "Ann");
    let disk = world.copy_disk(BOB);
    world.kill(BOB);
    world.pass(3 * HOUR);
    assert_eq!(lines(&world, ANN), [] as [&str; 0]);
    let bob = world.start_from(HOME, disk);
    world.pass(1_000);
    let records = world.snapshot(bob);
    assert_eq!(records.threads[0].timed, []);
    world.open_chat(bob, "Ann");
    assert!(lines(&world, bob).is_empty());
}

#[test]
fn what_the_other_disk_has_lost_does_not_come_back_once_it_has_gone() {
    let mut world = friends();
    let older = world.copy_disk(BOB);
    world.say_rule(ANN, "Bob", RuleStep::Propose(Lifetime::Hour));
    agree(&mut world, BOB);
    world.send(ANN, "Bob", "secret");
    world.read(BOB, "Ann");
    world.pass(2 * HOUR);
    world.send(ANN, "Bob", "next");
    let bob = world.go_back(BOB, older);
    world.pass(MINUTE);
    world.open_chat(bob, "Ann");
    assert_eq!(lines(&world, bob), ["next"]);
    let stays = world.messages(bob).pop().unwrap().stays();
    assert_eq!(
        stays,
        Some(Lifetime::Hour),
        "as its sender says, whatever is known here"
    );
}

#[test]
fn a_clock_that_is_set_back_keeps_a_message_for_one_more_hour() {
    let mut world = agreed();
    world.send(ANN, "Bob", "secret");
    world.read(BOB, "Ann");
    world.set_clock_ahead(BOB, -1_000 * i64::try_from(DAY).unwrap());
    world.pass(HOUR + 5 * MINUTE);
    assert_eq!(lines(&world, BOB), [] as [&str; 0]);
}

#[test]
fn what_a_full_disk_does_not_take_goes_later() {
    let mut world = agreed();
    world.send(ANN, "Bob", "secret");
    world.read(BOB, "Ann");
    world.pass(30 * MINUTE);
    world.fill_disk(ANN);
    world.pass(HOUR);
    assert!(is_stored(&world, ANN, "secret"));
    world.free_disk(ANN);
    world.pass(2 * MINUTE);
    assert!(!is_stored(&world, ANN, "secret"));
}

#[test]
fn a_cleared_chat_is_hidden_at_once_and_comes_back_or_goes_after_ten_seconds() {
    let mut world = friends();
    world.send(ANN, "Bob", "secret");
    world.send(BOB, "Ann", "answer");
    world.clear(ANN, "Bob", true);
    assert_eq!(staying(&world, ANN).clearing, Some(2));
    world.pass(9_900);
    world.clear(ANN, "Bob", false);
    assert_eq!(staying(&world, ANN).clearing, None);
    world.pass(MINUTE);
    assert_eq!(lines(&world, ANN), ["secret", "answer"]);
    world.clear(ANN, "Bob", true);
    world.send(BOB, "Ann", "comes meanwhile");
    world.pass(10_001);
    assert_eq!(staying(&world, ANN).clearing, None);
    assert_eq!(lines(&world, ANN), ["comes meanwhile"]);
    assert!(!is_stored(&world, ANN, "secret") && !is_stored(&world, ANN, "answer"));
    assert_eq!(
        lines(&world, BOB),
        ["secret", "answer", "comes meanwhile"],
        "only here"
    );
    world.clear(ANN, "Bob", false);
    assert_eq!(*world.reply(ANN), Err(Refusal::ClearedForGood));
    world.open_chat(ANN, "Bob");
    assert_eq!(lines(&world, ANN), ["comes meanwhile"]);
}

#[test]
fn the_end_of_the_browser_in_the_ten_seconds_leaves_the_chat_cleared() {
    let mut world = friends();
    world.send(BOB, "Ann", "secret");
    world.clear(ANN, "Bob", true);
    world.pass(3_000);
    let ann = world.restart(ANN, HOME);
    world.pass(1);
    world.open_chat(ann, "Bob");
    assert_eq!(lines(&world, ann), [] as [&str; 0]);
    world.pass(MINUTE);
    world.send(BOB, "Ann", "next");
    world.open_chat(ann, "Bob");
    assert_eq!(lines(&world, ann), ["next"], "nothing is sent again");
}

#[test]
fn what_waits_for_somebody_who_is_away_is_not_cleared_and_arrives() {
    let mut world = friends();
    world.send(ANN, "Bob", "one");
    let disk = world.copy_disk(BOB);
    world.kill(BOB);
    world.send(ANN, "Bob", "two");
    world.clear(ANN, "Bob", true);
    world.pass(MINUTE);
    assert_eq!(lines(&world, ANN), ["two"]);
    let bob = world.start_from(HOME, disk);
    world.pass(MINUTE);
    world.open_chat(bob, "Ann");
    assert_eq!(lines(&world, bob), ["one", "two"]);
}

#[test]
fn what_is_about_a_cleared_message_is_refused_here_and_shown_with_its_words_there() {
    let mut world = friends();
    world.send(ANN, "Bob", "one");
    let about = message(&world, ANN, "one").id;
    world.clear(ANN, "Bob", true);
    world.pass(MINUTE);
    refer(&mut world, ANN, Act::Reply, about.clone(), "answer");
    assert_eq!(*world.reply(ANN), Err(Refusal::MessageGone));
    refer(&mut world, BOB, Act::Reply, about.clone(), "yes");
    refer(&mut world, BOB, Act::Reaction, about, "👍");
    assert_eq!(lines(&world, ANN), ["yes"]);
    assert_eq!(message(&world, ANN, "yes").quoted, None);
    world.send(BOB, "Ann", "two");
    assert_eq!(lines(&world, ANN), ["yes", "two"]);
}

#[test]
fn a_cleared_chat_whose_contact_has_an_older_disk_sends_nothing_twice() {
    let mut world = friends();
    world.send(BOB, "Ann", "zero");
    let older = world.copy_disk(BOB);
    world.send(BOB, "Ann", "one");
    world.send(ANN, "Bob", "two");
    world.clear(ANN, "Bob", true);
    world.pass(MINUTE);
    let bob = world.go_back(BOB, older);
    world.pass(MINUTE);
    world.send(bob, "Ann", "three");
    world.pass(MINUTE);
    world.open_chat(ANN, "Bob");
    assert_eq!(lines(&world, ANN), ["three"]);
    let gone = |record: &&MessageRecord| record.gone;
    assert_eq!(world.records(ANN, "Bob").iter().filter(gone).count(), 3);
}

#[test]
fn a_rule_outlives_that_the_chat_is_cleared() {
    let mut world = friends();
    world.say_rule(ANN, "Bob", RuleStep::Propose(Lifetime::Hour));
    world.clear(ANN, "Bob", true);
    world.clear(BOB, "Ann", true);
    world.pass(MINUTE);
    agree(&mut world, BOB);
    assert_eq!(holds(&world), [Some(Lifetime::Hour); 2]);
}
