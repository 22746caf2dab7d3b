//! Export and import, in the settings and on the first-run page.
//!
//! In the settings they stand inside another form, so their fields name their own by its id.

use super::fields::{Field, switch, text};
use super::ids::field_id;
use super::parts::{Dispatch, on, with_name};
use crate::browser;
use crate::i18n::{Plural, Text, count, fill, t};
use crate::state::{Action, BackupEdit, BackupForm, BackupState, EXPORT, FILE, IMPORT, PREVIEW};
use crate::words;
use ipc::{BackupView, Hidden, Place, UnixMillis};
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
                { switch("backup.messages", t(Text::BackupMessages), Some(t(Text::BackupMessagesHint)),
                    form.messages, dispatch.reform(|on| Action::Backup(BackupEdit::Messages(on)))) }
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
    if let BackupState::Opened(seen) = &form.state {
        return preview(seen, dispatch);
    }
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

/// Returns what is in a backup, and the question whether to take it over.
fn preview(seen: &BackupView, dispatch: &Dispatch) -> Html {
    let pressed = |edit: BackupEdit| on(dispatch, Action::Backup(edit));
    let heading = field_id(PREVIEW);
    html! {
        <div class="preview" role="group" aria-labelledby={heading.clone()}>
            <h3 id={heading} tabindex="-1">{ with_name(Text::BackupOf, &seen.name) }</h3>
            <p>{ count(seen.contacts.len() as u64, Plural::BackupContacts) }</p>
            if !seen.contacts.is_empty() {
                <p class="hint">{ count(seen.new_contacts.into(), Plural::BackupNew) }</p>
                <ul class="names">
                    { for seen.contacts.iter().map(|name| html! { <li><bdi>{ name }</bdi></li> }) }
                </ul>
            }
            <p>{ count(seen.messages, Plural::BackupMessagesIn) }</p>
            if let Some((from, upto)) = seen.period {
                <p class="hint">{ period(from, upto) }</p>
            }
            if seen.messages > 0 {
                <p class="hint">{ t(Text::BackupMerges) }</p>
            }
            <div class="acts">
                <button type="button" class="soft" onclick={pressed(BackupEdit::Cancel)}>
                    { t(Text::Cancel) }
                </button>
                <button type="button" class="primary" onclick={pressed(BackupEdit::Confirm)}>
                    { t(Text::Import) }
                </button>
            </div>
        </div>
    }
}

fn period(from: UnixMillis, upto: UnixMillis) -> String {
    let date = |at| browser::moment(at, Some(&t(Text::Language)));
    fill(Text::BackupPeriod, &[&date(from), &date(upto)])
}

fn file(form: &BackupForm, dispatch: &Dispatch) -> Html {
    let id = field_id(FILE);
    let error_id = format!("{id}-error");
    let error = form.error_at(FILE).map(words::backup_error);
    let onchange = dispatch.reform(|_: Event| Action::Backup(BackupEdit::Chosen));
    html! {
        <div class="field">
            <label for={id.clone()}>{ t(Text::BackupFile) }</label>
            <input {id} type="file" accept=".json,application/json,.backup" form={IMPORT_FORM} {onchange}
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
        BackupState::Idle | BackupState::Refused(..) | BackupState::Opened(_) => None,
        BackupState::Saved {
            messages, bytes, ..
        } => Some(fill(
            Text::BackupSaved,
            &[
                &count(*messages, Plural::BackupMessagesIn),
                &words::size(*bytes),
            ],
        )),
        BackupState::Busy => Some(t(Text::Working)),
        BackupState::Exported => Some(t(Text::Exported)),
        BackupState::Imported(contacts) => Some(words::imported_count(*contacts)),
        BackupState::Interrupted => Some(t(Text::Interrupted)),
    };
    html! {
        <div role="status">
            <p>{ said }</p>
            if let BackupState::Saved { incomplete, .. } = &form.state && !incomplete.is_empty() {
                <p class="error">{ fill(Text::BackupIncomplete, &[&incomplete.join(", ")]) }</p>
            }
        </div>
    }
}
