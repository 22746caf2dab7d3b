//! The export of chats.

use super::*;

fn edit(view: &mut Sut, edit: ExportEdit) -> Vec<Effect> {
    view.act(Action::Export(edit))
}

fn received(numbers: std::ops::RangeInclusive<u64>) -> Vec<Message> {
    let message = |number| message(number, MessageState::Received, "hi");
    numbers.map(message).collect()
}

/// Returns what is done with the file, without the questions to the engine.
fn steps(effects: &[Effect]) -> Vec<&ExportStep> {
    let steps = effects.iter().filter_map(|effect| {
        if let Effect::Export(step) = effect {
            return Some(step);
        }
        None
    });
    steps.collect()
}

fn begins(effects: &[Effect], contact: &str, before: Option<u64>) -> bool {
    let asked = before.map_or(HistoryFrom::Newest, HistoryFrom::Before);
    effects.iter().any(|effect| {
        matches!(effect, Effect::Post(ToEngine::History { contact: of, from, .. })
            if of.0 == contact && *from == asked)
    })
}

#[test]
fn a_chat_is_read_page_by_page_from_its_end_and_then_made_a_file() {
    let mut view = Sut::with_anna();
    let asked = edit(&mut view, ExportEdit::Begin(Some(contact("a"))));
    assert!(begins(&asked, "a", None));
    assert_eq!(edit(&mut view, ExportEdit::Begin(None)), [], "once");
    let asked = view.page(&asked, received(201..=400), true);
    assert!(begins(&asked, "a", Some(201)), "{asked:?}");
    let Exporting::Reading(reading) = &view.state.export else {
        panic!("it goes on");
    };
    assert_eq!(reading.messages, 200);
    let ends = view.page(&asked, received(1..=200), false);
    assert_eq!(steps(&ends).last(), Some(&&ExportStep::Finish));
    edit(&mut view, ExportEdit::Made(true));
    assert_eq!(view.state.export, Exporting::Done);
}

#[test]
fn all_chats_are_read_one_after_the_other_and_nobody_elses() {
    let mut view = Sut::with_anna();
    let ben = PersonId::Contact(contact("b"));
    view.event(Event::Person(person(ben, "Ben", Presence::Offline)));
    let stranger = PersonId::Stranger("s".to_owned());
    view.event(Event::Person(person(stranger, "S", Presence::OnNetwork)));
    let asked = edit(&mut view, ExportEdit::Begin(None));
    let asked = view.page(&asked, received(1..=3), false);
    assert!(begins(&asked, "b", None));
    let ends = view.page(&asked, Vec::new(), false);
    assert_eq!(steps(&ends).last(), Some(&&ExportStep::Finish));
}

#[test]
fn an_export_goes_on_while_another_page_is_open_and_ends_when_it_is_given_up() {
    let mut view = Sut::with_anna();
    let asked = edit(&mut view, ExportEdit::Begin(None));
    view.act(Action::OpenSettings);
    let asked = view.page(&asked, received(5..=9), true);
    assert!(begins(&asked, "a", Some(5)));
    let given_up = edit(&mut view, ExportEdit::Cancel);
    assert_eq!(steps(&given_up), [&ExportStep::Drop]);
    assert_eq!(view.page(&asked, received(1..=4), false), []);
    assert_eq!(view.state.export, Exporting::No);
}

#[test]
fn no_file_is_made_of_a_part_when_the_engine_goes_away() {
    let mut view = Sut::with_anna();
    edit(&mut view, ExportEdit::Begin(None));
    let effects = view.act(Action::Closed);
    assert_eq!(steps(&effects), [&ExportStep::Drop]);
    assert_eq!(view.state.export, Exporting::Failed);
}

#[test]
fn a_page_of_which_nothing_can_be_read_ends_the_chat_and_is_said() {
    let mut view = Sut::with_anna();
    let asked = edit(&mut view, ExportEdit::Begin(None));
    let ends = view.page(&asked, Vec::new(), true);
    let damaged = ExportStep::Page {
        messages: Vec::new(),
        damaged: true,
    };
    assert_eq!(steps(&ends), [&damaged, &ExportStep::Finish]);
}
