//! The settings page.

use super::backup;
use super::export;
use super::fields::{Field, choice, lines, switch, text};
use super::parts::{Dispatch, icon, on, page_head, page_title};
use crate::i18n::{Text, fill, t};
use crate::state::{
    Action, BackupForm, Exporting, IceEdit, IceRow, OverlayEdit, QuietEdit, Saved, ServerEdit,
    ServerRow, SettingsEdit, SettingsForm,
};
use crate::words;
use ipc::{NotificationText, Switch};
use yew::prelude::*;

/// The settings page.
pub(super) fn settings(
    form: &SettingsForm,
    stored: &BackupForm,
    export: &Exporting,
    dispatch: &Dispatch,
) -> Html {
    let onsubmit = dispatch.reform(|event: SubmitEvent| {
        event.prevent_default();
        Action::Save
    });
    html! {
        <main class="page">
            { page_head(dispatch, page_title(Text::Settings)) }
            <form class="page-form" {onsubmit} novalidate=true>
                <div class="page-body">
                    { you(form, dispatch) }
                    { signalling(form, dispatch) }
                    { ice(form, dispatch) }
                    { discovery(form, dispatch) }
                    { beacon(form, dispatch) }
                    { files(dispatch) }
                    { export::of_all(export, dispatch) }
                    { backup::section(stored, dispatch) }
                    { keys(dispatch) }
                </div>
                { foot(form, dispatch) }
            </form>
            { backup::forms(dispatch) }
        </main>
    }
}

/// Returns the button that leads to the list of keys, for whoever does not know the key for it.
fn keys(dispatch: &Dispatch) -> Html {
    html! {
        <button type="button" class="soft" onclick={on(dispatch, Action::Overlay(OverlayEdit::Keys))}>
            { t(Text::KeysTitle) }
        </button>
    }
}

fn you(form: &SettingsForm, dispatch: &Dispatch) -> Html {
    html! {
        <fieldset class="card">
            <legend>{ t(Text::SettingsYou) }</legend>
            { text(field(form, "name", Text::YourName, &form.name),
                edit(dispatch, SettingsEdit::Name)) }
            { for form.switches.iter().map(|(of, on)| on_or_off(*of, *on, dispatch)) }
            { notification_text(form.notification_text, dispatch) }
            { quiet_hours(form, dispatch) }
            { ignored(form, dispatch) }
        </fieldset>
    }
}

fn notification_text(chosen: NotificationText, dispatch: &Dispatch) -> Html {
    let options = NotificationText::ALL.iter();
    let options = options.map(|text| (t(Text::of_notification(*text)), *text == chosen));
    let edit = dispatch.reform(|index| {
        let text = NotificationText::ALL.get(index).copied();
        Action::Edit(SettingsEdit::NotificationText(text.unwrap_or_default()))
    });
    choice("notificationText", Text::NotificationText, options, edit)
}

fn quiet_hours(form: &SettingsForm, dispatch: &Dispatch) -> Html {
    let (label, hint) = (t(Text::QuietHours), t(Text::QuietHoursHint));
    let turn = edit(dispatch, |on| SettingsEdit::Quiet(QuietEdit::On(on)));
    let time = |part, label, value, to_edit: fn(String) -> QuietEdit| {
        let time = Field {
            kind: "time",
            ..field(form, &format!("quietHours.{part}"), label, value)
        };
        text(
            time,
            edit(dispatch, move |value| SettingsEdit::Quiet(to_edit(value))),
        )
    };
    let hours = &form.quiet;
    html! {
        <div class="field" role="group" aria-label={label.clone()}>
            { switch("quietHours", label, Some(hint), hours.on, turn) }
            if hours.on {
                <div class="grid halves">
                    { time("from", Text::QuietFrom, &hours.from, QuietEdit::From) }
                    { time("to", Text::QuietTo, &hours.to, QuietEdit::To) }
                </div>
            }
        </div>
    }
}

fn ignored(form: &SettingsForm, dispatch: &Dispatch) -> Html {
    let names = Field {
        hint: Some(t(Text::IgnoredHint)),
        ..field(form, "ignored", Text::Ignored, &form.ignored)
    };
    lines(names, edit(dispatch, SettingsEdit::Ignored))
}

fn on_or_off(of: Switch, on: bool, dispatch: &Dispatch) -> Html {
    let (label, hint) = Text::of_switch(of);
    let edit = dispatch.reform(move |on| Action::Edit(SettingsEdit::Switch(of, on)));
    switch(of.name(), t(label), Some(t(hint)), on, edit)
}

fn signalling(form: &SettingsForm, dispatch: &Dispatch) -> Html {
    let rows = form.signalling.iter().enumerate();
    html! {
        <fieldset class="card" id="field-signalling" tabindex="-1">
            <legend>{ t(Text::SettingsServers) }</legend>
            <p class="hint">{ t(Text::ServersHint) }</p>
            { whole_list_error(form, "signalling") }
            { for rows.map(|(index, row)| server(form, dispatch, index, row)) }
            { add(dispatch, Text::AddServer, SettingsEdit::AddServer) }
        </fieldset>
    }
}

fn server(form: &SettingsForm, dispatch: &Dispatch, index: usize, row: &ServerRow) -> Html {
    let number = (index + 1).to_string();
    let path = |part: &str| format!("signalling.{index}.{part}");
    let of = |part, label, value| field(form, &path(part), label, value);
    let change = |to_edit: fn(String) -> ServerEdit| {
        edit(dispatch, move |value| {
            SettingsEdit::Server(index, to_edit(value))
        })
    };
    let secure = edit(dispatch, move |on| {
        SettingsEdit::Server(index, ServerEdit::Secure(on))
    });
    let remove = fill(Text::RemoveServer, &[&number]);
    html! {
        <div class="row-card" role="group" aria-label={fill(Text::ServerNumber, &[&number])}>
            <div class="grid host-port">
                { text(of("host", Text::Host, &row.host), change(ServerEdit::Host)) }
                { text(of("port", Text::Port, &row.port), change(ServerEdit::Port)) }
            </div>
            <div class="grid halves">
                { text(of("path", Text::Path, &row.path), change(ServerEdit::Path)) }
                { text(of("key", Text::Key, &row.key), change(ServerEdit::Key)) }
            </div>
            <div class="row-foot">
                { switch(&path("secure"), t(Text::Secure), None, row.secure, secure) }
                { remove_button(dispatch, remove, SettingsEdit::RemoveServer(index)) }
            </div>
        </div>
    }
}

fn ice(form: &SettingsForm, dispatch: &Dispatch) -> Html {
    let rows = form.ice.iter().enumerate();
    html! {
        <fieldset class="card" id="field-iceServers" tabindex="-1">
            <legend>{ t(Text::SettingsIce) }</legend>
            <p class="hint">{ t(Text::IceHint) }</p>
            { whole_list_error(form, "iceServers") }
            { for rows.map(|(index, row)| ice_row(form, dispatch, index, row)) }
            { add(dispatch, Text::AddIce, SettingsEdit::AddIce) }
        </fieldset>
    }
}

fn ice_row(form: &SettingsForm, dispatch: &Dispatch, index: usize, row: &IceRow) -> Html {
    let number = (index + 1).to_string();
    let path = |part: &str| format!("iceServers.{index}.{part}");
    let of = |part, label, value| field(form, &path(part), label, value);
    let change = |to_edit: fn(String) -> IceEdit| {
        edit(dispatch, move |value| {
            SettingsEdit::Ice(index, to_edit(value))
        })
    };
    let credential = Field {
        kind: "password",
        ..of("credential", Text::Credential, &row.credential)
    };
    let remove = fill(Text::RemoveIce, &[&number]);
    html! {
        <div class="row-card" role="group" aria-label={fill(Text::IceNumber, &[&number])}>
            { lines(of("urls", Text::Urls, &row.urls), change(IceEdit::Urls)) }
            <div class="grid halves">
                { text(of("username", Text::Username, &row.username),
                    change(IceEdit::Username)) }
                { text(credential, change(IceEdit::Credential)) }
            </div>
            <div class="row-foot">
                { remove_button(dispatch, remove, SettingsEdit::RemoveIce(index)) }
            </div>
        </div>
    }
}

fn discovery(form: &SettingsForm, dispatch: &Dispatch) -> Html {
    let echo = Field {
        hint: Some(t(Text::IpEchoHint)),
        ..field(form, "ipEcho", Text::IpEcho, &form.ip_echo)
    };
    let root = Field {
        hint: Some(t(Text::RootHint)),
        ..field(form, "root", Text::Root, &form.root)
    };
    html! {
        <fieldset class="card">
            <legend>{ t(Text::SettingsDiscovery) }</legend>
            { text(echo, edit(dispatch, SettingsEdit::IpEcho)) }
            { text(root, edit(dispatch, SettingsEdit::Root)) }
        </fieldset>
    }
}

fn beacon(form: &SettingsForm, dispatch: &Dispatch) -> Html {
    let token = Field {
        kind: "password",
        ..field(form, "beacon.token", Text::BeaconToken, form.beacon_token())
    };
    html! {
        <fieldset class="card">
            <legend>{ t(Text::Beacon) }</legend>
            <p class="hint">{ t(Text::BeaconHint) }</p>
            { text(field(form, "beacon.url", Text::BeaconUrl, &form.beacon.url),
                edit(dispatch, SettingsEdit::BeaconUrl)) }
            { text(field(form, "beacon.publicKey", Text::BeaconKey, &form.beacon.public_key),
                edit(dispatch, SettingsEdit::BeaconKey)) }
            { text(token, edit(dispatch, SettingsEdit::BeaconToken)) }
        </fieldset>
    }
}

fn files(dispatch: &Dispatch) -> Html {
    html! {
        <button type="button" class="soft add" onclick={on(dispatch, Action::OpenFiles)}>
            { icon("attach") }<span>{ t(Text::FilesAndRoom) }</span>
        </button>
    }
}

fn foot(form: &SettingsForm, dispatch: &Dispatch) -> Html {
    let said = match form.saved {
        Saved::No => form.error_without_field().map(words::field_error),
        Saved::Waiting(_) => Some(t(Text::Saving)),
        Saved::Yes => Some(t(Text::SavedText)),
        Saved::Defaults => Some(t(Text::DefaultsFilled)),
        Saved::Interrupted => Some(t(Text::SaveInterrupted)),
    };
    let wrong = form.refused.is_some() || form.saved == Saved::Interrupted;
    html! {
        <div class="page-foot">
            <p class={classes!("said", wrong.then_some("error"))} role="status">{ said }</p>
            <div class="acts">
                <button type="button" class="soft"
                    onclick={on(dispatch, Action::Edit(SettingsEdit::Defaults))}>
                    { t(Text::Defaults) }
                </button>
                <button type="submit" class="primary"
                    aria-disabled={matches!(form.saved, Saved::Waiting(_)).to_string()}>
                    { t(Text::Save) }
                </button>
            </div>
        </div>
    }
}

fn field<'a>(form: &SettingsForm, path: &str, label: Text, value: &'a str) -> Field<'a> {
    Field {
        error: form.error_at(path).map(words::field_error),
        ..Field::new(path, label, value)
    }
}

fn edit<T: 'static>(
    dispatch: &Dispatch,
    to_edit: impl Fn(T) -> SettingsEdit + 'static,
) -> Callback<T> {
    dispatch.reform(move |value| Action::Edit(to_edit(value)))
}

fn add(dispatch: &Dispatch, label: Text, edit: SettingsEdit) -> Html {
    html! {
        <button type="button" class="soft add" onclick={on(dispatch, Action::Edit(edit))}>
            { icon("add") }<span>{ t(label) }</span>
        </button>
    }
}

fn remove_button(dispatch: &Dispatch, label: String, edit: SettingsEdit) -> Html {
    html! {
        <button type="button" class="quiet icon-only" title={label.clone()} aria-label={label}
            onclick={on(dispatch, Action::Edit(edit))}>
            { icon("remove") }
        </button>
    }
}

/// Returns why a list as a whole was refused.
fn whole_list_error(form: &SettingsForm, path: &str) -> Html {
    let error = form.error_exactly_at(path).map(words::field_error);
    html! {
        if let Some(error) = error {
            <p class="error" role="alert">{ error }</p>
        }
    }
}
