//! Fields of forms: a text, a switch.

use super::ids::field_id;
use crate::i18n::{Text, t};
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
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
    /// Why it was refused.
    pub(super) error: Option<String>,
    /// `text`, `password` or `time`.
    pub(super) kind: &'static str,
    /// The id of its form, where it stands in another.
    pub(super) form: Option<&'static str>,
}

impl<'a> Field<'a> {
    /// Makes a text field without a hint.
    pub(super) fn new(path: &str, label: Text, value: &'a str) -> Self {
        Self {
            path: path.to_owned(),
            label: t(label),
            hint: None,
            value,
            error: None,
            kind: "text",
            form: None,
        }
    }
}

/// Returns a text field with its label, its hint and, where it was refused, the reason.
pub(super) fn text(field: Field<'_>, edit: Callback<String>) -> Html {
    let oninput = Callback::from(move |event: InputEvent| {
        edit.emit(event.target_unchecked_into::<HtmlInputElement>().value());
    });
    framed(&field, |id, described, invalid| {
        html! {
            <input {id} type={field.kind} value={field.value.to_owned()} {oninput} dir="auto"
                autocomplete="off" spellcheck="false" form={field.form}
                aria-describedby={described} aria-invalid={invalid} />
        }
    })
}

/// Returns the same for several lines of text.
pub(super) fn lines(field: Field<'_>, edit: Callback<String>) -> Html {
    let oninput = Callback::from(move |event: InputEvent| {
        edit.emit(event.target_unchecked_into::<HtmlTextAreaElement>().value());
    });
    framed(&field, |id, described, invalid| {
        html! {
            <textarea {id} rows="2" value={field.value.to_owned()} {oninput} dir="ltr"
                spellcheck="false" aria-describedby={described} aria-invalid={invalid} />
        }
    })
}

fn framed(field: &Field<'_>, control: impl FnOnce(String, Option<String>, String) -> Html) -> Html {
    let id = field_id(&field.path);
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let error = field.error.as_ref();
    let described = match (error, &field.hint) {
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

/// Returns a choice among a few texts, of which one is chosen; `edit` gets the place of another.
pub(super) fn choice(
    path: &str,
    label: Text,
    options: impl Iterator<Item = (String, bool)>,
    edit: Callback<usize>,
) -> Html {
    let id = field_id(path);
    let onchange = Callback::from(move |event: Event| {
        let chosen = event.target_unchecked_into::<HtmlSelectElement>();
        edit.emit(usize::try_from(chosen.selected_index()).unwrap_or_default());
    });
    html! {
        <div class="field">
            <label for={id.clone()}>{ t(label) }</label>
            <select {id} {onchange}>
                { for options.map(|(text, chosen)| html! {
                    <option selected={chosen}>{ text }</option>
                }) }
            </select>
        </div>
    }
}

/// Returns a switch with its label and hint.
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
