//! The menu of how much of the network to be on.

use super::*;
use ipc::{Availability, Choice, OffFor};

fn at(availability: Availability) -> Sut {
    let mut view = Sut::with_anna();
    view.event(Event::Status(Status {
        phase: Phase::Joining,
        availability,
        networks: Vec::new(),
        more_people: 0,
        server: None,
        server_up: true,
        beacon: None,
    }));
    view
}

#[test]
fn the_menu_opens_at_what_holds_and_gives_the_focus_back() {
    for (holds, place) in [
        (Availability::Here, 0),
        (Availability::Away, 1),
        (Availability::ContactsOnly, 2),
        (Availability::Off { until: Some(1) }, 3),
        (Availability::Off { until: None }, 5),
    ] {
        let mut view = at(holds);
        let effects = view.act(Action::ShowChoices(true));
        assert_eq!(effects, [Effect::Focus(Target::Choice(place))]);
        assert!(view.state.choosing);
        let effects = view.act(Action::ShowChoices(false));
        assert_eq!(effects, [Effect::Focus(Target::Choices)]);
        assert!(!view.state.choosing);
    }
}

#[test]
fn a_focus_that_went_elsewhere_stays_there() {
    let mut view = at(Availability::Here);
    view.act(Action::ShowChoices(true));
    assert_eq!(view.act(Action::LeaveChoices), []);
    assert!(!view.state.choosing);
}

#[test]
fn a_choice_closes_the_menu_and_is_sent() {
    for choice in choices_offered(2).into_iter().chain([Choice::On]) {
        let mut view = at(Availability::Here);
        view.act(Action::ShowChoices(true));
        let effects = view.act(Action::Choose(choice));
        assert!(effects.contains(&Effect::Focus(Target::Choices)));
        let sent = posts(&effects).into_iter().any(|message| {
            matches!(message, ToEngine::Command { command, .. } if *command == Command::Choose(choice))
        });
        assert!(sent, "{effects:?}");
        assert!(!view.state.choosing);
    }
    assert_eq!(
        choices_offered(2)[3],
        Choice::Off(OffFor::Hour),
        "where the menu opens for who is off"
    );
}
