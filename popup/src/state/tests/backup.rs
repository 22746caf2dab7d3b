//! Export and import.

use super::*;

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

/// Types a passphrase and presses Import; the adapter reads the file.
fn import(view: &mut Sut, file: Result<Hidden, BackupError>) -> Vec<Effect> {
    edit(view, BackupEdit::ImportPassphrase(hidden("correct horse")));
    assert_eq!(edit(view, BackupEdit::Import), [Effect::ReadBackup]);
    edit(view, BackupEdit::Read(file))
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
fn an_import_reads_the_file_and_says_how_many_contacts_came() {
    let mut view = in_settings();
    let sent = import(&mut view, Ok(hidden("{}")));
    let (passphrase, backup) = (hidden("correct horse"), hidden("{}"));
    assert_eq!(commands(&sent), [&Command::Import { passphrase, backup }]);
    assert_eq!(view.state.backup.import, hidden(""));
    let imported = Answer::Imported { contacts: 3 };
    view.answer(command_id(&sent).unwrap(), Ok(imported));
    assert_eq!(view.state.backup.state, BackupState::Imported(3));
}

#[test]
fn what_is_wrong_with_the_file_is_said_at_the_file_and_nothing_is_sent() {
    let mut view = in_settings();
    for error in [
        BackupError::Missing,
        BackupError::TooLarge,
        BackupError::Unreadable,
    ] {
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
        let sent = import(&mut view, Ok(hidden("{}")));
        view.reply(command_id(&sent).unwrap(), Some(refusal));
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
    assert_eq!(edit(&mut view, BackupEdit::Read(Ok(hidden("{}")))), []);
}

#[test]
fn who_comes_with_a_backup_imports_it_instead_of_joining() {
    let mut view = Sut::new();
    view.act(Action::Follow(ipc::Place::Backup));
    view.event(Event::Profile(Profile { name: None }));
    view.event(Event::Ready);
    assert!(view.state.backup.opened);
    assert_eq!(view.state.address(), "");
    let sent = import(&mut view, Ok(hidden("{}")));
    let name = Some("Me".to_owned());
    view.event(Event::Profile(Profile { name }));
    let imported = Answer::Imported { contacts: 1 };
    let effects = view.answer(command_id(&sent).unwrap(), Ok(imported));
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
