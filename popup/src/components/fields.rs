//! Fields of the settings: a text, a switch.

use super::field_id;
use crate::state::SettingsForm;
use crate::words;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

/// What a text field is about.
pub(super) struct Field<'a> {
    /// Its path, by which it is refused: `signalling.0.host`.
    pub(super) path: String,
    /// Its label.
    pub(super) label: String,
    /// What helps to fill it in.
    pub(super) hint: Option<String>,
    /// What is in it.
    pub(super) value: &'a str,
    /// `text` or `password`.
    pub(super) kind: &'static str,
}

/// A text field with its label, its hint and, where it was refused, the reason.
pub(super) fn text(form: &SettingsForm, field: Field<'_>, edit: Callback<String>) -> Html {
    let oninput = Callback::from(move |event: InputEvent| {
        edit.emit(event.target_unchecked_into::<HtmlInputElement>().value());
    });
    framed(form, &field, |id, described, invalid| {
        html! {
            <input {id} type={field.kind} value={field.value.to_owned()} {oninput} dir="auto"
                autocomplete="off" spellcheck="false"
                aria-describedby={described} aria-invalid={invalid} />
        }
    })
}

/// The same for several lines.
pub(super) fn lines(form: &SettingsForm, field: Field<'_>, edit: Callback<String>) -> Html {
    let oninput = Callback::from(move |event: InputEvent| {
        edit.emit(event.target_unchecked_into::<HtmlTextAreaElement>().value());
    });
    framed(form, &field, |id, described, invalid| {
        html! {
            <textarea {id} rows="2" value={field.value.to_owned()} {oninput} dir="ltr"
                spellcheck="false" aria-describedby={described} aria-invalid={invalid} />
        }
    })
}

fn framed(
    form: &SettingsForm,
    field: &Field<'_>,
    control: impl FnOnce(String, Option<String>, String) -> Html,
) -> Html {
    let id = field_id(&field.path);
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let error = form.error_at(&field.path).map(words::field_error);
    let described = match (&error, &field.hint) {
        (Some(_), _) => Some(error_id.clone()),
        (None, Some(_)) => Some(hint_id.clone()),
        (None, None) => None,
    };
    html! {
        <div class="field">
            <label for={id.clone()}>{ &field.label }</label>
            { control(id, described, error.is_some().to_string()) }
            if let Some(error) = error {
                <p id={error_id} class="error" role="alert">{ error }</p>
            }
            if let Some(hint) = &field.hint {
                <p id={hint_id} class="hint">{ hint }</p>
            }
        </div>
    }
}

/// A switch with its label and hint.
pub(super) fn switch(
    path: &str,
    label: String,
    hint: Option<String>,
    on: bool,
    edit: Callback<bool>,
) -> Html {
    let id = field_id(path);
    let hint_id = format!("{id}-hint");
    let onchange = Callback::from(move |event: Event| {
        edit.emit(event.target_unchecked_into::<HtmlInputElement>().checked());
    });
    html! {
        <div class="field switch">
            <input id={id.clone()} type="checkbox" role="switch" checked={on} {onchange}
                aria-describedby={hint.as_ref().map(|_| hint_id.clone())} />
            <label for={id}>{ label }</label>
            if let Some(hint) = hint {
                <p id={hint_id} class="hint">{ hint }</p>
            }
        </div>
    }
}
