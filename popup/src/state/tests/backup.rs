//! Export and import.

use super::*;
use ipc::{BackupView, TransferId};

fn edit(view: &mut Sut, edit: BackupEdit) -> Vec<Effect> {
    view.act(Action::Backup(edit))
}

fn hidden(text: &str) -> Hidden {
    Hidden(text.to_owned())
}

fn in_settings() -> Sut {
    let mut view = Sut::with_anna();
    view.act(Action::OpenSettings);
    view
}

fn export(view: &mut Sut) -> Vec<Effect> {
    edit(view, BackupEdit::ExportPassphrase(hidden("correct horse")));
    edit(view, BackupEdit::Export)
}

fn handed() -> Result<TransferId, BackupError> {
    Ok(TransferId("f".to_owned()))
}

/// Types a passphrase and presses Import; the adapter hands the file over.
fn import(view: &mut Sut, file: Result<TransferId, BackupError>) -> Vec<Effect> {
    edit(view, BackupEdit::ImportPassphrase(hidden("correct horse")));
    assert_eq!(edit(view, BackupEdit::Import), [Effect::HandBackup]);
    edit(view, BackupEdit::Held(file))
}

/// Returns the number of what was asked of the engine.
fn asked(effects: &[Effect]) -> u32 {
    let id = effects.iter().find_map(|effect| {
        if let Effect::Post(
            ToEngine::OpenBackup { id, .. }
            | ToEngine::TakeBackup { id }
            | ToEngine::SaveBackup { id, .. },
        ) = effect
        {
            return Some(*id);
        }
        None
    });
    id.expect("something was asked")
}

fn seen() -> BackupView {
    BackupView {
        name: "Ann".to_owned(),
        contacts: vec!["Ben".to_owned()],
        new_contacts: 1,
        messages: 12,
        period: Some((1, 2)),
    }
}

/// Opens a backup: what is in it is shown.
fn opened(view: &mut Sut) -> Vec<Effect> {
    let sent = import(view, handed());
    view.answer(asked(&sent), Ok(Answer::Opened(seen())))
}

fn drops(effects: &[Effect]) -> bool {
    effects.contains(&Effect::Post(ToEngine::DropBackup))
}

#[test]
fn an_export_becomes_a_file_and_the_passphrase_goes_with_the_command() {
    let mut view = in_settings();
    let sent = export(&mut view);
    let passphrase = hidden("correct horse");
    assert_eq!(commands(&sent), [&Command::Export { passphrase }]);
    assert!(!format!("{sent:?} {:?}", view.state).contains("horse"));
    assert_eq!(view.state.backup.export, hidden(""));
    assert_eq!(edit(&mut view, BackupEdit::Export), [], "once");

    let text = "{}".to_owned();
    let effects = view.answer(command_id(&sent).unwrap(), Ok(Answer::Backup { text }));
    assert_eq!(effects, [Effect::Download(hidden("{}"))]);
    assert_eq!(view.state.backup.state, BackupState::Exported);
}

#[test]
fn a_short_passphrase_is_refused_at_its_field() {
    let mut view = in_settings();
    let sent = export(&mut view);
    let focus = view.reply(command_id(&sent).unwrap(), Some(Refusal::PassphraseShort));
    let refused = BackupError::Refused(Refusal::PassphraseShort);
    assert_eq!(view.state.backup.error_at(EXPORT), Some(&refused));
    assert_eq!(view.state.backup.error_at(IMPORT), None);
    assert_eq!(focus, [Effect::Focus(Target::Field(EXPORT.to_owned()))]);
    edit(&mut view, BackupEdit::ExportPassphrase(hidden("c")));
    assert_eq!(view.state.backup.error_at(EXPORT), None);
}

#[test]
fn an_import_shows_what_is_in_the_file_before_anything_is_taken_over() {
    let mut view = in_settings();
    let focus = opened(&mut view);
    assert_eq!(view.state.backup.import, hidden(""));
    let state = BackupState::Opened(Box::new(seen()));
    assert_eq!(view.state.backup.state, state);
    let heading = Target::Field(PREVIEW.to_owned());
    assert_eq!(focus, [Effect::Focus(heading)]);
    let sent = edit(&mut view, BackupEdit::Confirm);
    assert_eq!(edit(&mut view, BackupEdit::Confirm), [], "once");
    view.answer(asked(&sent), Ok(Answer::Imported { contacts: 3 }));
    assert_eq!(view.state.backup.state, BackupState::Imported(3));
    // The engine begins anew to join the chats.
    view.act(Action::Closed);
    assert_eq!(view.state.backup.state, BackupState::Imported(3));
}

#[test]
fn what_is_not_wanted_is_forgotten_by_the_engine_too() {
    let mut view = in_settings();
    opened(&mut view);
    assert!(drops(&edit(&mut view, BackupEdit::Cancel)));
    assert_eq!(view.state.backup.state, BackupState::Idle);
    assert_eq!(edit(&mut view, BackupEdit::Confirm), []);

    opened(&mut view);
    assert!(drops(&view.act(Action::Back)));

    view.act(Action::OpenSettings);
    let sent = import(&mut view, handed());
    view.act(Action::Back);
    let late = view.answer(asked(&sent), Ok(Answer::Opened(seen())));
    assert!(drops(&late), "it was opened too late");

    view.act(Action::OpenSettings);
    opened(&mut view);
    view.act(Action::Closed);
    assert_eq!(view.state.backup.state, BackupState::Interrupted);
}

#[test]
fn a_backup_with_messages_is_saved_by_the_engine() {
    let mut view = in_settings();
    edit(&mut view, BackupEdit::Messages(true));
    let sent = export(&mut view);
    assert_eq!(commands(&sent), Vec::<&Command>::new());
    let incomplete = vec!["Bob".to_owned()];
    let saved = Answer::Saved {
        messages: 7,
        bytes: 900,
        incomplete: incomplete.clone(),
    };
    assert_eq!(view.answer(asked(&sent), Ok(saved)), []);
    let (messages, bytes) = (7, 900);
    assert_eq!(
        view.state.backup.state,
        BackupState::Saved {
            messages,
            bytes,
            incomplete
        }
    );
}

#[test]
fn what_is_wrong_with_the_file_is_said_at_the_file_and_nothing_is_sent() {
    let mut view = in_settings();
    for error in [BackupError::Missing, BackupError::Unreadable] {
        let effects = import(&mut view, Err(error.clone()));
        assert_eq!(effects, [Effect::Focus(Target::Field(FILE.to_owned()))]);
        assert_eq!(view.state.backup.error_at(FILE), Some(&error));
    }
    edit(&mut view, BackupEdit::Chosen);
    assert_eq!(view.state.backup.error_at(FILE), None);
}

#[test]
fn a_refused_import_is_said_where_it_can_be_mended() {
    for (refusal, field) in [
        (Refusal::BackupWrong, IMPORT),
        (Refusal::BackupDamaged, FILE),
        (Refusal::NotEmpty, FILE),
    ] {
        let mut view = in_settings();
        let sent = import(&mut view, handed());
        view.reply(asked(&sent), Some(refusal));
        assert!(view.state.backup.error_at(field).is_some());
    }
}

#[test]
fn passphrases_go_when_the_page_is_left_or_the_engine_goes_away() {
    let mut view = in_settings();
    edit(
        &mut view,
        BackupEdit::ExportPassphrase(hidden("correct horse")),
    );
    edit(&mut view, BackupEdit::Show(true));
    view.act(Action::Back);
    assert_eq!(view.state.backup, BackupForm::default());

    view.act(Action::OpenSettings);
    export(&mut view);
    view.act(Action::Closed);
    assert_eq!(view.state.backup.state, BackupState::Interrupted);
    // A file that was read too late starts nothing.
    assert_eq!(edit(&mut view, BackupEdit::Held(handed())), []);
}

#[test]
fn who_comes_with_a_backup_imports_it_instead_of_joining() {
    let mut view = Sut::new();
    view.act(Action::Follow(ipc::Place::Backup));
    view.event(Event::Profile(Profile { name: None }));
    view.event(Event::Ready);
    assert!(view.state.backup.opened);
    assert_eq!(view.state.address(), "");
    opened(&mut view);
    let sent = edit(&mut view, BackupEdit::Confirm);
    let name = Some("Me".to_owned());
    view.event(Event::Profile(Profile { name }));
    let imported = Answer::Imported { contacts: 1 };
    let effects = view.answer(asked(&sent), Ok(imported));
    assert_eq!(effects, [Effect::Focus(Target::Lists)]);
    assert_eq!(view.state.shell(), Shell::Lists);
}

#[test]
fn the_address_of_the_backup_leads_to_the_settings() {
    let mut view = Sut::with_anna();
    let effects = view.act(Action::Follow(ipc::Place::Backup));
    assert!(matches!(view.state.view, View::Settings(_)));
    let field = Target::Field(EXPORT.to_owned());
    assert_eq!(effects.last(), Some(&Effect::Focus(field)));
}
