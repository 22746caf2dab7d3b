//! The test of the connection: asked once at a time, and over when its page is opened anew.

use super::*;
use ipc::{Part, Trial};

fn asked(effects: &[Effect]) -> Option<u32> {
    posts(effects)
        .into_iter()
        .find_map(|message| match message {
            ToEngine::Test { id } => Some(*id),
            ToEngine::Command { .. }
            | ToEngine::History { .. }
            | ToEngine::Search { .. }
            | ToEngine::Watching { .. }
            | ToEngine::SaveBackup { .. }
            | ToEngine::OpenBackup { .. }
            | ToEngine::TakeBackup { .. }
            | ToEngine::DropBackup => None,
        })
}

#[test]
fn a_test_runs_once_at_a_time_and_its_end_is_shown_until_the_page_is_opened_anew() {
    let mut view = Sut::with_anna();
    view.act(Action::OpenConnection);
    let id = asked(&view.act(Action::Test)).unwrap();
    assert!(view.state.is_testing());
    assert_eq!(asked(&view.act(Action::Test)), None);
    let trial = Trial {
        signalling: Part::Works,
        ..Trial::default()
    };
    view.act(Action::Engine(FromEngine::Tested { id, trial }));
    assert!(!view.state.is_testing());
    assert_eq!(view.state.trial, Some(trial));
    view.act(Action::Back);
    view.act(Action::OpenConnection);
    assert_eq!(view.state.trial, None);

    view.act(Action::Test);
    view.act(Action::Closed);
    assert!(!view.state.is_testing(), "its answer will not come");
}
