//! The page of a contact.

use super::export;
use super::fields::{Field, choice, switch, text};
use super::ids::field_id;
use super::introduction;
use super::parts::{Dispatch, on, page_head, verified_mark, with_name, with_names};
use super::person::{no_path, presence_line};
use super::qr::Qr;
use super::scan::{Scan, What};
use crate::i18n::{Text, t};
use crate::state::{Action, ContactEdit, ContactPage, KEEP, NAME, REMOVE, Saved, State};
use crate::{permissions, words};
use ipc::{ContactCommand, NotificationText, Person, Preferences};
use yew::prelude::*;

/// The page of a contact.
pub(super) fn contact(state: &State, dispatch: &Dispatch) -> Html {
    let Some((page, person, preferences)) = state.contact_page() else {
        return Html::default();
    };
    html! {
        <main class="page" key={page.contact.0.clone()}>
            { page_head(dispatch, heading(person, preferences)) }
            <div class="page-body">
                if let Some(refusal) = &page.refusal {
                    <p class="error" role="alert">{ words::refusal(refusal) }</p>
                }
                { pause(page, preferences, dispatch) }
                { new_name(person, preferences, dispatch) }
                { safety(page, preferences, dispatch) }
                { special(person, preferences, dispatch) }
                if !preferences.blocked {
                    { introduction::section(state, page, person, dispatch) }
                }
                { name(page, dispatch) }
                { quiet(preferences, dispatch) }
                { pictures(preferences, dispatch) }
                { export::of_chat(&state.export, &page.contact, dispatch) }
                { remove(page, person, dispatch) }
            </div>
        </main>
    }
}

fn heading(person: &Person, preferences: &Preferences) -> Html {
    html! {
        <div class="who">
            <h1 id="page" tabindex="-1" title={person.name.clone()}>
                <bdi>{ &person.name }</bdi>{ verified_mark(person) }
            </h1>
            { presence_line(person, false) }
            { no_path(person) }
            if let Some(own) = &preferences.calls_itself {
                <p class="detail">{ with_name(Text::CallsItself, own) }</p>
            }
            if let Some(by) = &preferences.introduced_by {
                <p class="detail introduced-by">{ with_name(Text::IntroducedBy, by) }</p>
            }
        </div>
    }
}

fn decide(dispatch: &Dispatch, command: fn(bool) -> ContactCommand) -> Callback<bool> {
    dispatch.reform(move |on| Action::Contact(ContactEdit::Decide(command(on))))
}

fn button(dispatch: &Dispatch, label: Text, class: &'static str, edit: ContactEdit) -> Html {
    html! {
        <button type="button" {class} onclick={on(dispatch, Action::Contact(edit))}>
            { t(label) }
        </button>
    }
}

/// Asks whether to go on looking for somebody who has not been seen for a long time.
fn pause(page: &ContactPage, preferences: &Preferences, dispatch: &Dispatch) -> Html {
    let asks = preferences.long_unseen && !page.keeps_looking;
    if preferences.blocked || !(preferences.paused || asks) {
        return Html::default();
    }
    let pressed = |label, class, pause| {
        let decision = ContactEdit::Decide(ContactCommand::Pause(pause));
        button(dispatch, label, class, decision)
    };
    html! {
        <div class="card">
            if preferences.paused {
                <p>{ t(Text::PausedText) }</p>
                { pressed(Text::LookAgain, "soft", false) }
            } else {
                <p>{ t(Text::LongUnseen) }</p>
                <div class="acts">
                    { pressed(Text::KeepLooking, "soft", false) }
                    { pressed(Text::Pause, "primary", true) }
                </div>
            }
        </div>
    }
}

/// Asks whether to use the name that a contact has taken since it was accepted.
fn new_name(person: &Person, preferences: &Preferences, dispatch: &Dispatch) -> Html {
    let Some(new) = &preferences.new_name else {
        return Html::default();
    };
    let pressed = |label, class, name: &str| {
        let decision = ContactEdit::Decide(ContactCommand::Rename(name.to_owned()));
        button(dispatch, label, class, decision)
    };
    html! {
        <div class="card">
            <p>{ with_names(Text::NewName, &person.name, new) }</p>
            <div class="acts">
                { pressed(Text::KeepName, "soft", &person.name) }
                { pressed(Text::UseNewName, "primary", new) }
            </div>
        </div>
    }
}

fn safety(page: &ContactPage, preferences: &Preferences, dispatch: &Dispatch) -> Html {
    html! {
        <section class="card" aria-labelledby="safety-heading">
            <h2 id="safety-heading">{ t(Text::SafetyNumber) }</h2>
            <p class="hint">{ t(Text::SafetyHint) }</p>
            <div class="safety">
                // Compared with a device in another language: the groups stand in one order everywhere.
                <p id="safety-number" class="mono digits" dir="ltr">{ groups(&preferences.safety_number) }</p>
                <Qr text={preferences.safety_code.clone()} label={t(Text::SafetyCode)} />
            </div>
            <Scan what={What::Safety(page.contact.clone())} dispatch={dispatch.clone()} />
            { switch("contact.verified", t(Text::Verified), Some(t(Text::VerifiedHint)),
                preferences.verified, decide(dispatch, ContactCommand::Verify)) }
        </section>
    }
}

/// Returns the digits in groups of five, as people read numbers aloud.
fn groups(digits: &str) -> String {
    let mut groups = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && index % 5 == 0 {
            groups.push(' ');
        }
        groups.push(digit);
    }
    groups
}

fn special(person: &Person, preferences: &Preferences, dispatch: &Dispatch) -> Html {
    // With somebody blocked nothing can be on.
    if preferences.blocked {
        return Html::default();
    }
    let wanted = matches!(preferences.special, ipc::Special::Wanted | ipc::Special::On);
    let state = words::special(preferences.special, &person.name);
    html! {
        <section class="card">
            { switch("contact.special", t(Text::Special), Some(t(Text::SpecialHint)),
                wanted, decide(dispatch, ContactCommand::Special)) }
            <div class="special-state" role="status">
                if let Some(state) = state {
                    <p>{ state }</p>
                }
                if let Some(reach) = preferences.reach {
                    <p class="detail">{ t(words::reach(reach)) }</p>
                }
            </div>
        </section>
    }
}

fn name(page: &ContactPage, dispatch: &Dispatch) -> Html {
    let onsubmit = dispatch.reform(|event: SubmitEvent| {
        event.prevent_default();
        Action::Contact(ContactEdit::SaveName)
    });
    let field = Field {
        hint: Some(t(Text::NameHint)),
        error: page.name_refusal.as_ref().map(words::refusal),
        ..Field::new(NAME, Text::Name, &page.name)
    };
    let typed = dispatch.reform(|name| Action::Contact(ContactEdit::Name(name)));
    html! {
        <form class="card" {onsubmit} novalidate=true>
            { text(field, typed) }
            <div class="form-foot">
                <p role="status" class="hint">{ said(page.saved) }</p>
                <button type="submit" class="soft">{ t(Text::Save) }</button>
            </div>
        </form>
    }
}

fn said(saved: Saved) -> Option<String> {
    match saved {
        Saved::No | Saved::Defaults => None,
        Saved::Waiting(_) => Some(t(Text::Saving)),
        Saved::Yes => Some(t(Text::SavedText)),
        Saved::Interrupted => Some(t(Text::SaveInterrupted)),
    }
}

fn quiet(preferences: &Preferences, dispatch: &Dispatch) -> Html {
    html! {
        <section class="card">
            { switch("contact.muted", t(Text::Mute), Some(t(Text::MuteHint)),
                preferences.muted, decide(dispatch, ContactCommand::Mute)) }
            if !preferences.muted {
                { notification_text(preferences.notification_text, dispatch) }
            }
            { switch("contact.blocked", t(Text::Block), Some(t(Text::BlockHint)),
                preferences.blocked, decide(dispatch, ContactCommand::Block)) }
        </section>
    }
}

fn pictures(preferences: &Preferences, dispatch: &Dispatch) -> Html {
    let decided = decide(dispatch, ContactCommand::Pictures);
    // Asks in the same click for what the browser needs to say what was saved. Without it they are saved all the same.
    let switched = Callback::from(move |on: bool| {
        if on {
            permissions::ask_downloads(|_| {});
        }
        decided.emit(on);
    });
    html! {
        <section class="card">
            { switch("contact.pictures", t(Text::Pictures), Some(t(Text::PicturesHint)),
                preferences.pictures, switched) }
        </section>
    }
}

/// Returns the choice of what notifications show of the contact. The first one is what the settings say.
fn notification_text(chosen: Option<NotificationText>, dispatch: &Dispatch) -> Html {
    let own = NotificationText::ALL.iter().copied().map(Some);
    let options = std::iter::once(None).chain(own).map(|text| {
        let label = text.map_or(Text::NotifyAsSettings, Text::of_notification);
        (t(label), text == chosen)
    });
    let edit = dispatch.reform(|place: usize| {
        let own = place.checked_sub(1);
        let text = own.and_then(|own| NotificationText::ALL.get(own).copied());
        Action::Contact(ContactEdit::Decide(ContactCommand::NotificationText(text)))
    });
    let (path, label) = ("contact.notificationText", Text::NotificationText);
    choice(path, label, options, edit)
}

fn remove(page: &ContactPage, person: &Person, dispatch: &Dispatch) -> Html {
    let pressed = |edit| on(dispatch, Action::Contact(edit));
    if !page.removing {
        return html! {
            <button type="button" id={field_id(REMOVE)} class="danger"
                onclick={pressed(ContactEdit::AskRemove(true))}>
                { t(Text::RemoveContact) }
            </button>
        };
    }
    html! {
        <div class="card danger-card" role="alertdialog" aria-describedby="remove-ask"
            aria-label={t(Text::RemoveContact)}>
            <p id="remove-ask">{ with_name(Text::RemoveAsk, &person.name) }</p>
            <div class="acts">
                <button type="button" id={field_id(KEEP)} class="soft"
                    onclick={pressed(ContactEdit::AskRemove(false))}>
                    { t(Text::Cancel) }
                </button>
                <button type="button" class="danger" onclick={pressed(ContactEdit::Decide(ContactCommand::Remove))}>
                    { t(Text::Remove) }
                </button>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::groups;

    #[test]
    fn digits_are_read_in_groups_of_five() {
        assert_eq!(groups("123451234512"), "12345 12345 12");
        assert_eq!(groups(""), "");
        assert_eq!(groups(&"7".repeat(60)).split(' ').count(), 12);
    }
}
