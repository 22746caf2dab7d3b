//! Files: offering them, deciding about them, how far they are.

use super::*;
use ipc::{
    Failure, FileChoice, FileCommand, FileOffer, Offered, Transfer, TransferId, TransferState,
};

const MB: u64 = 1_000_000;

fn id(name: &str) -> TransferId {
    TransferId(name.to_owned())
}

fn offer(name: &str) -> FileOffer {
    FileOffer {
        name: name.to_owned(),
        size: 10 * MB,
        kind: String::new(),
        modified: None,
        thumbnail: None,
        folder: None,
    }
}

fn file(number: u64, state: MessageState, name: &str) -> Message {
    Message {
        file: Some(Offered {
            transfer: id(name),
            offer: offer(name),
        }),
        ..message(number, state, name)
    }
}

fn moved(name: &str, state: TransferState, bytes: u64) -> Event {
    Event::Transfer(Transfer {
        transfer: id(name),
        contact: contact("a"),
        own: name == "b",
        name: name.to_owned(),
        size: 10 * MB,
        folder: None,
        began: NOW,
        asks: false,
        state,
        bytes,
    })
}

fn edit(view: &mut Sut, edit: FileEdit) -> Vec<Effect> {
    view.act(Action::File(edit))
}

fn choose(view: &mut Sut, names: &[&str]) -> Vec<Effect> {
    let files = names.iter().map(|name| (id(name), (*name).to_owned()));
    edit(view, FileEdit::Chosen(contact("a"), files.collect()))
}

fn held(view: &mut Sut, name: &str) -> Vec<Effect> {
    held_as(view, name, true)
}

fn held_as(view: &mut Sut, name: &str, cleaned: bool) -> Vec<Effect> {
    let held = FileEdit::Held {
        transfer: id(name),
        offer: FileOffer {
            modified: Some(NOW),
            ..offer(name)
        },
        cleaned,
    };
    edit(view, held)
}

fn shown(view: &Sut, message: &Message) -> FileShown {
    view.state.file_of(message).expect("it has a file")
}

#[test]
fn each_chosen_file_is_handed_to_the_engine_and_offered_once_that_holds_it() {
    let mut view = Sut::with_anna();
    view.open_chat(Vec::new(), false);
    let hand = |name| Effect::HandOver {
        transfer: id(name),
        size: None,
        clean: true,
    };
    assert_eq!(choose(&mut view, &["a", "b"]), [hand("a"), hand("b")]);
    assert_eq!(view.state.files.preparing(&contact("a")), 2);

    let effects = held(&mut view, "a");
    let offered = Command::Offer {
        contact: contact("a"),
        transfer: id("a"),
        offer: offer("a"),
    };
    assert_eq!(commands(&effects), [&offered]);
    assert_eq!(commands(&held(&mut view, "a")), [] as [&Command; 0], "once");
    let sent = shown(&view, &file(1, MessageState::Sent, "a"));
    assert!(sent.cleaned, "the card says what was left out");

    edit(&mut view, FileEdit::NotHeld(id("b"), FileError::NoAnswer));
    assert_eq!(view.state.files.preparing(&contact("a")), 0);
    let problem = Problem::File {
        name: "b".to_owned(),
        why: FileError::NoAnswer,
    };
    assert_eq!(view.state.alerts.shown()[0].problem, problem);
}

#[test]
fn when_a_file_was_changed_is_told_unless_details_were_left_out_of_it() {
    let mut view = Sut::with_anna();
    view.open_chat(Vec::new(), false);
    choose(&mut view, &["a", "b"]);
    let told = |effects: Vec<Effect>| match commands(&effects)[..] {
        [Command::Offer { offer, .. }] => offer.modified,
        _ => panic!("it is offered"),
    };
    assert_eq!(told(held_as(&mut view, "a", false)), Some(NOW));
    assert_eq!(told(held_as(&mut view, "b", true)), None);
}

#[test]
fn an_offer_that_is_refused_says_which_file_and_why() {
    let mut view = Sut::with_anna();
    view.open_chat(Vec::new(), false);
    choose(&mut view, &["a"]);
    let effects = held(&mut view, "a");
    view.reply(command_id(&effects).unwrap(), Some(Refusal::FilesFull));
    let problem = Problem::File {
        name: "a".to_owned(),
        why: FileError::Refused(Refusal::FilesFull),
    };
    assert_eq!(view.state.alerts.shown()[0].problem, problem);
}

#[test]
fn what_is_dropped_on_a_row_opens_the_chat() {
    let mut view = Sut::with_anna();
    choose(&mut view, &["a"]);
    let chat = view.state.chat().expect("a chat is open");
    assert_eq!(chat.contact, contact("a"));
}

#[test]
fn a_file_waits_for_the_person_and_is_decided_about_once() {
    let mut view = Sut::with_anna();
    let received = file(1, MessageState::Received, "a");
    view.open_chat(vec![received.clone()], false);
    assert_eq!(shown(&view, &received).stage, Stage::Undecided);

    let accept = FileEdit::Decide(contact("a"), id("a"), FileChoice::Accept);
    let effects = edit(&mut view, accept.clone());
    let decided = Command::Decide {
        contact: contact("a"),
        transfer: id("a"),
        choice: FileChoice::Accept,
    };
    assert_eq!(commands(&effects), [&decided]);
    assert!(effects.contains(&Effect::Focus(Target::File(id("a")))));
    assert_eq!(shown(&view, &received).stage, Stage::Deciding);
    assert_eq!(edit(&mut view, accept), []);

    view.reply(command_id(&effects).unwrap(), Some(Refusal::Gone));
    assert_eq!(shown(&view, &received).stage, Stage::Undecided);
    assert_eq!(view.state.alerts.shown().len(), 1);

    let own = file(2, MessageState::Sent, "b");
    assert_eq!(shown(&view, &own).stage, Stage::Forgotten);
}

#[test]
fn what_is_pressed_on_a_card_is_told_to_the_engine() {
    let mut view = Sut::with_anna();
    view.open_chat(vec![file(1, MessageState::Received, "a")], false);
    for command in [
        FileCommand::Pause(true),
        FileCommand::Pause(false),
        FileCommand::Cancel,
        FileCommand::Save,
    ] {
        let effects = edit(&mut view, FileEdit::Command(id("a"), command));
        assert_eq!(commands(&effects), [&Command::File(id("a"), command)]);
        // What was pressed goes away, or becomes another.
        let focus = effects.contains(&Effect::Focus(Target::File(id("a"))));
        let stays = matches!(command, FileCommand::Pause(_));
        assert_eq!(focus, !stays);
    }
}

#[test]
fn a_file_that_is_chosen_again_has_the_size_that_was_offered() {
    let mut view = Sut::with_anna();
    view.open_chat(vec![file(1, MessageState::Sent, "a")], false);
    view.event(moved("a", TransferState::NeedsFile, 0));
    let again = FileEdit::ChosenAgain(contact("a"), id("a"));
    let hand = Effect::HandOver {
        transfer: id("a"),
        size: Some(10 * MB),
        clean: true,
    };
    assert_eq!(edit(&mut view, again), [hand]);
    let chosen = Command::File(id("a"), FileCommand::Choose);
    let effects = held(&mut view, "a");
    assert_eq!(commands(&effects), [&chosen]);
    // The button is gone.
    assert!(effects.contains(&Effect::Focus(Target::File(id("a")))));
}

#[test]
fn how_fast_it_goes_and_how_long_it_takes_follows_from_what_has_come() {
    let mut view = Sut::with_anna();
    let received = file(1, MessageState::Received, "a");
    view.open_chat(vec![received.clone()], false);
    let mut at = |now, bytes| {
        let event = moved("a", TransferState::Running, bytes);
        view.state
            .apply(now, Action::Engine(FromEngine::Events(vec![event])));
        let shown = view.state.file_of(&received).expect("it has a file");
        (shown.rate, shown.left)
    };
    assert_eq!(at(NOW, 0), (None, None));
    assert_eq!(at(NOW + 1_000, 2 * MB), (Some(2 * MB), Some(4)));
    assert_eq!(at(NOW + 2_000, 4 * MB), (Some(2 * MB), Some(3)));
    assert!(view.state.files.any_running());
    view.state.apply(NOW + 13_000, Action::Tick);
    assert_eq!(
        shown(&view, &received).rate,
        None,
        "nothing has come for long"
    );
    view.event(moved("a", TransferState::Paused { there: false }, 4 * MB));
    let paused = shown(&view, &received);
    assert_eq!((paused.bytes, paused.rate), (4 * MB, None));
    assert!(!view.state.files.any_running());
}

#[test]
fn the_end_of_a_file_is_said_once_and_not_of_those_that_had_ended_before() {
    let mut view = Sut::with_anna();
    view.open_chat(vec![file(1, MessageState::Received, "a")], false);
    view.event(moved("a", TransferState::Saved, 10 * MB));
    assert_eq!(view.state.files.ended, None, "it was so when the view came");
    let why = Failure::NoRoom;
    view.event(moved("a", TransferState::Running, 0));
    view.event(moved("a", TransferState::Failed { why }, 0));
    let ended = view.state.files.ended.clone().expect("it is said");
    assert_eq!(
        (ended.name.as_str(), ended.state),
        ("a", TransferState::Failed { why })
    );
}

#[test]
fn all_files_are_listed_those_on_their_way_first() {
    let mut view = Sut::with_anna();
    view.event(moved("a", TransferState::Saved, 10 * MB));
    view.event(moved("b", TransferState::Running, 0));
    assert_eq!(view.state.files.open(), 1);
    view.act(Action::OpenFiles);
    assert_eq!(view.state.view, View::Files);
    let listed = |view: &Sut| -> Vec<String> {
        let files = view.state.files.sorted().into_iter();
        files.map(|file| file.name.clone()).collect()
    };
    assert_eq!(listed(&view), ["b", "a"]);
    view.event(Event::TransferGone(id("b")));
    assert_eq!(listed(&view), ["a"]);
    view.act(Action::Closed);
    view.attach();
    assert_eq!(listed(&view), [] as [String; 0], "not told again");
}
