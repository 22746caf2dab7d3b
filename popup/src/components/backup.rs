//! Export and import, in the settings and on the first-run page.
//!
//! In the settings they stand inside another form, so their fields name their own by its id.

use super::fields::{Field, switch, text};
use super::ids::field_id;
use super::parts::Dispatch;
use crate::i18n::{Text, t};
use crate::state::{Action, BackupEdit, BackupForm, BackupState, EXPORT, FILE, IMPORT};
use crate::words;
use ipc::{Hidden, Place};
use yew::prelude::*;

const EXPORT_FORM: &str = "export-form";
const IMPORT_FORM: &str = "import-form";

/// The section of the settings.
pub(super) fn section(form: &BackupForm, dispatch: &Dispatch) -> Html {
    html! {
        <fieldset class="card backup">
            <legend>{ t(Text::Backup) }</legend>
            <p class="hint">{ t(Text::BackupHint) }</p>
            <div class="row-card" role="group" aria-label={t(Text::Export)}>
                { passphrase(form, EXPORT, &form.export, dispatch) }
                { foot(EXPORT, EXPORT_FORM, Text::Export, form, dispatch) }
            </div>
            <div class="row-card" role="group" aria-label={t(Text::Import)}>
                { import(form, dispatch) }
            </div>
            { said(form) }
        </fieldset>
    }
}

/// Returns the part of the first-run page for people who have a backup.
pub(super) fn first_run(form: &BackupForm, dispatch: &Dispatch) -> Html {
    html! {
        <details class="card backup" open={form.opened}>
            <summary>{ t(Text::HaveBackup) }</summary>
            { forms(dispatch) }
            { import(form, dispatch) }
            { said(form) }
        </details>
    }
}

/// The forms that the fields name.
pub(super) fn forms(dispatch: &Dispatch) -> Html {
    let form = |id, edit: BackupEdit| {
        let onsubmit = dispatch.reform(move |event: SubmitEvent| {
            event.prevent_default();
            Action::Backup(edit.clone())
        });
        html! { <form {id} {onsubmit} novalidate=true hidden=true /> }
    };
    html! {
        <>
            { form(EXPORT_FORM, BackupEdit::Export) }
            { form(IMPORT_FORM, BackupEdit::Import) }
        </>
    }
}

fn import(form: &BackupForm, dispatch: &Dispatch) -> Html {
    html! {
        <>
            <a class="hint tab-hint" href={format!("popup.html{}", Place::Backup.to_fragment())} target="_blank">
                { t(Text::BackupInTab) }
            </a>
            { file(form, dispatch) }
            { passphrase(form, IMPORT, &form.import, dispatch) }
            { foot(IMPORT, IMPORT_FORM, Text::Import, form, dispatch) }
        </>
    }
}

fn file(form: &BackupForm, dispatch: &Dispatch) -> Html {
    let id = field_id(FILE);
    let error_id = format!("{id}-error");
    let error = form.error_at(FILE).map(words::backup_error);
    let onchange = dispatch.reform(|_: Event| Action::Backup(BackupEdit::Chosen));
    html! {
        <div class="field">
            <label for={id.clone()}>{ t(Text::BackupFile) }</label>
            <input {id} type="file" accept=".json,application/json" form={IMPORT_FORM} {onchange}
                aria-describedby={error.is_some().then(|| error_id.clone())}
                aria-invalid={error.is_some().to_string()} />
            if let Some(error) = error {
                <p id={error_id} class="error" role="alert">{ error }</p>
            }
        </div>
    }
}

fn passphrase(form: &BackupForm, path: &'static str, value: &Hidden, dispatch: &Dispatch) -> Html {
    let (owner, hint, edit): (_, _, fn(Hidden) -> BackupEdit) = if path == EXPORT {
        (
            EXPORT_FORM,
            Some(t(Text::PassphraseHint)),
            BackupEdit::ExportPassphrase,
        )
    } else {
        (IMPORT_FORM, None, BackupEdit::ImportPassphrase)
    };
    let field = Field {
        hint,
        error: form.error_at(path).map(words::backup_error),
        kind: if form.shown { "text" } else { "password" },
        form: Some(owner),
        ..Field::new(path, Text::Passphrase, &value.0)
    };
    text(
        field,
        dispatch.reform(move |text| Action::Backup(edit(Hidden(text)))),
    )
}

fn foot(
    path: &'static str,
    owner: &'static str,
    label: Text,
    form: &BackupForm,
    dispatch: &Dispatch,
) -> Html {
    let show = dispatch.reform(|shown| Action::Backup(BackupEdit::Show(shown)));
    html! {
        <div class="row-foot">
            { switch(&format!("{path}.show"), t(Text::ShowPassphrase), None, form.shown, show) }
            <button type="submit" class="soft" form={owner}
                aria-disabled={(form.state == BackupState::Busy).to_string()}>
                { t(label) }
            </button>
        </div>
    }
}

fn said(form: &BackupForm) -> Html {
    let said = match &form.state {
        BackupState::Idle | BackupState::Refused(..) => None,
        BackupState::Busy => Some(t(Text::Working)),
        BackupState::Exported => Some(t(Text::Exported)),
        BackupState::Imported(contacts) => Some(words::imported_count(*contacts)),
        BackupState::Interrupted => Some(t(Text::Interrupted)),
    };
    html! { <p role="status">{ said }</p> }
}
