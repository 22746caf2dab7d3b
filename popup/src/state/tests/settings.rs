//! The settings page.

use super::*;
use ipc::{Beacon, MinuteOfDay, NotificationText, QuietHours};

#[test]
fn built_in_servers_stand_for_a_broken_file_only_when_the_person_says_so() {
    let mut view = Sut::with_anna();
    assert_eq!(view.state.trouble(), None);
    let broken = |built_in| {
        Event::Settings(SettingsView {
            settings: ipc::Settings {
                built_in,
                ..ipc::Settings::default()
            },
            defaults: packed(),
            config_error: Some("config.json: broken".to_owned()),
        })
    };
    view.event(broken(false));
    let reason = "config.json: broken";
    assert_eq!(view.state.trouble(), Some(Trouble::Packed(reason)));
    let sent = view.act(Action::UseBuiltIn);
    let Some(Command::Configure { settings }) = commands(&sent).first().copied() else {
        panic!("{sent:?}");
    };
    assert!(settings.built_in);
    view.event(broken(true));
    assert_eq!(view.state.trouble(), Some(Trouble::BuiltIn(reason)));
    view.act(Action::OpenSettings);
    let saved = view.act(Action::Save);
    let Some(Command::Configure { settings }) = commands(&saved).last().copied() else {
        panic!("{saved:?}");
    };
    assert!(settings.built_in, "saving the form keeps it");
}

fn edit_server(view: &mut Sut, edit: ServerEdit) {
    view.act(Action::Edit(SettingsEdit::Server(0, edit)));
}

#[test]
fn saving_stores_only_what_differs_from_the_packed_values() {
    let mut view = Sut::with_anna();
    view.act(Action::OpenSettings);
    edit_server(&mut view, ServerEdit::Host(" own.example ".to_owned()));
    edit_server(&mut view, ServerEdit::Port("9000".to_owned()));
    view.act(Action::Edit(SettingsEdit::Switch(Switch::Cellular, true)));
    let effects = view.act(Action::Save);
    let [Command::Configure { settings }] = commands(&effects)[..] else {
        panic!("one command, and no Join without a new name: {effects:?}");
    };
    let servers = settings.signalling.as_ref().unwrap();
    assert_eq!((&*servers[0].host, servers[0].port), ("own.example", 9000));
    assert_eq!(settings.root, None);
    assert_eq!(settings.ice_servers, None);
    assert!(settings.cellular);

    view.reply(command_id(&effects).unwrap(), None);
    assert_eq!(view.form().saved, Saved::Yes);
    view.act(Action::Edit(SettingsEdit::Defaults));
    let effects = view.act(Action::Save);
    let settings = ipc::Settings::default();
    assert_eq!(commands(&effects), [&Command::Configure { settings }]);
}

#[test]
fn a_wrong_setting_is_refused_at_its_field() {
    let mut view = Sut::with_anna();
    view.act(Action::OpenSettings);
    let right = view.form().signalling[0].port.clone();
    edit_server(&mut view, ServerEdit::Port("70000".to_owned()));
    let effects = view.act(Action::Save);
    assert_eq!(commands(&effects), Vec::<&Command>::new());
    assert_eq!(
        view.form().error_at("signalling.0.port"),
        Some(&FieldError::Port)
    );

    edit_server(&mut view, ServerEdit::Port(right));
    assert_eq!(view.form().error_at("signalling.0.port"), None);
    let effects = view.act(Action::Save);
    let refusal = Refusal::Setting {
        field: "iceServers.0.urls.1".to_owned(),
        reason: "not a STUN or TURN address".to_owned(),
    };
    let focus = view.reply(command_id(&effects).unwrap(), Some(refusal));
    assert!(view.form().error_at("iceServers.0.urls").is_some());
    assert!(view.form().error_at("iceServers.0.url").is_none());
    assert_eq!(view.form().saved, Saved::No);
    assert!(matches!(&focus[..], [Effect::Focus(Target::Field(_))]));
}

#[test]
fn a_new_name_is_joined_with_and_its_refusal_shown_at_the_name() {
    let mut view = Sut::with_anna();
    view.act(Action::OpenSettings);
    view.act(Action::Edit(SettingsEdit::Name("You".to_owned())));
    let effects = view.act(Action::Save);
    let name = "You".to_owned();
    assert_eq!(commands(&effects)[0], &Command::Join { name });
    assert_eq!(commands(&effects).len(), 2);
    let id = command_id(&effects).unwrap();
    view.reply(id, Some(Refusal::NameTooLong));
    view.reply(id + 1, None);
    assert!(view.form().error_at("name").is_some());
    assert_ne!(view.form().saved, Saved::Yes, "not all was saved");
}

#[test]
fn a_crash_while_saving_is_said() {
    let mut view = Sut::with_anna();
    view.act(Action::OpenSettings);
    view.act(Action::Save);
    view.act(Action::Closed);
    assert_eq!(view.form().saved, Saved::Interrupted);
}

#[test]
fn what_is_switched_off_by_an_empty_field_stays_off_in_the_form_and_when_it_is_saved_again() {
    let mut view = Sut::with_anna();
    let beacon = |url: &str| {
        let url = url.to_owned();
        Box::new(Beacon {
            url,
            public_key: "Am_w".to_owned(),
            ..Beacon::default()
        })
    };
    let defaults = Config {
        ip_echo: Some("https://echo.example".to_owned()),
        beacon: Some(beacon("https://beacon.example")),
        ..packed()
    };
    view.event(Event::Settings(SettingsView {
        settings: ipc::Settings {
            ip_echo: Some(String::new()),
            beacon: Some(beacon("")),
            ..ipc::Settings::default()
        },
        defaults: defaults.clone(),
        config_error: None,
    }));
    view.act(Action::OpenSettings);
    assert_eq!(view.form().ip_echo, "");
    assert_eq!(*view.form().beacon, Beacon::default(), "none is in force");
    let effects = view.act(Action::Save);
    let [Command::Configure { settings }] = commands(&effects)[..] else {
        panic!("one command: {effects:?}");
    };
    let config = defaults.with(settings);
    assert_eq!((config.ip_echo, config.beacon), (None, None));
}

#[test]
fn each_switch_is_edited_saved_and_reset_on_its_own() {
    for edited in Switch::ALL {
        let mut view = Sut::with_anna();
        view.act(Action::OpenSettings);
        let packed = ipc::Settings::default();
        let on = !edited.get(&packed);
        view.act(Action::Edit(SettingsEdit::Switch(*edited, on)));
        let effects = view.act(Action::Save);
        let mut settings = packed.clone();
        edited.set(&mut settings, on);
        assert_eq!(commands(&effects), [&Command::Configure { settings }]);
        view.reply(command_id(&effects).unwrap(), None);

        view.act(Action::Edit(SettingsEdit::Defaults));
        let effects = view.act(Action::Save);
        let settings = packed;
        assert_eq!(commands(&effects), [&Command::Configure { settings }]);
    }
}

/// What another window has saved.
fn saved_elsewhere(view: &mut Sut, settings: ipc::Settings) {
    view.event(Event::Settings(SettingsView {
        settings,
        defaults: packed(),
        config_error: None,
    }));
}

#[test]
fn a_form_changes_only_what_was_edited_in_it() {
    let mut view = Sut::with_anna();
    view.act(Action::OpenSettings);
    view.act(Action::Edit(SettingsEdit::Root("mine".to_owned())));
    let elsewhere = ipc::Settings {
        root: Some("theirs".to_owned()),
        ip_echo: Some("https://echo.example".to_owned()),
        ignored: vec!["Mallory".to_owned()],
        read_receipts: false,
        ..ipc::Settings::default()
    };
    saved_elsewhere(&mut view, elsewhere.clone());
    assert_eq!(view.form().ip_echo, "https://echo.example", "it is shown");
    let effects = view.act(Action::Save);
    let settings = ipc::Settings {
        root: Some("mine".to_owned()),
        ..elsewhere
    };
    assert_eq!(commands(&effects), [&Command::Configure { settings }]);
}

#[test]
fn a_name_that_was_changed_in_another_window_is_not_changed_back() {
    let mut view = Sut::with_anna();
    view.act(Action::OpenSettings);
    let name = Some("Ada".to_owned());
    view.event(Event::Profile(Profile { name }));
    assert_eq!(view.form().name, "Ada");
    let effects = view.act(Action::Save);
    assert_eq!(commands(&effects).len(), 1, "no Join: {effects:?}");
}

#[test]
fn what_notifications_show_when_they_are_quiet_and_whom_to_ignore_is_saved() {
    let mut view = Sut::with_anna();
    view.act(Action::OpenSettings);
    for edit in [
        SettingsEdit::NotificationText(NotificationText::NameOnly),
        SettingsEdit::Quiet(QuietEdit::On(true)),
        SettingsEdit::Quiet(QuietEdit::From("21:05".to_owned())),
        SettingsEdit::Quiet(QuietEdit::To("06:30".to_owned())),
        SettingsEdit::Ignored(" Mallory \n\nEve".to_owned()),
    ] {
        view.act(Action::Edit(edit));
    }
    let effects = view.act(Action::Save);
    let settings = ipc::Settings {
        notification_text: NotificationText::NameOnly,
        quiet_hours: Some(QuietHours {
            from: MinuteOfDay(21 * 60 + 5),
            to: MinuteOfDay(6 * 60 + 30),
        }),
        ignored: vec!["Mallory".to_owned(), "Eve".to_owned()],
        ..ipc::Settings::default()
    };
    assert_eq!(commands(&effects), [&Command::Configure { settings }]);
}

fn quiet(view: &Sut) -> (bool, &str, &str) {
    let quiet = &view.form().quiet;
    (quiet.on, &quiet.from, &quiet.to)
}

#[test]
fn quiet_hours_are_shown_as_saved_and_switched_off_again() {
    let mut view = Sut::with_anna();
    view.act(Action::OpenSettings);
    assert_eq!(quiet(&view), (false, "22:00", "07:00"));
    let settings = ipc::Settings {
        quiet_hours: Some(QuietHours {
            from: MinuteOfDay(23 * 60),
            to: MinuteOfDay(5),
        }),
        ..ipc::Settings::default()
    };
    view.event(Event::Settings(SettingsView {
        settings,
        defaults: packed(),
        config_error: None,
    }));
    assert_eq!(quiet(&view), (true, "23:00", "00:05"));
    for edit in [QuietEdit::From(String::new()), QuietEdit::On(false)] {
        view.act(Action::Edit(SettingsEdit::Quiet(edit)));
    }
    let effects = view.act(Action::Save);
    let settings = ipc::Settings::default();
    assert_eq!(commands(&effects), [&Command::Configure { settings }]);
}

#[test]
fn a_time_that_is_none_is_refused_at_its_field() {
    for (from, to, refused, fine) in [
        ("", "07:00", "quietHours.from", "quietHours.to"),
        ("22:00", "24:00", "quietHours.to", "quietHours.from"),
        ("22:00", "7:60", "quietHours.to", "quietHours.from"),
    ] {
        let mut view = Sut::with_anna();
        view.act(Action::OpenSettings);
        for edit in [
            QuietEdit::On(true),
            QuietEdit::From(from.to_owned()),
            QuietEdit::To(to.to_owned()),
        ] {
            view.act(Action::Edit(SettingsEdit::Quiet(edit)));
        }
        let effects = view.act(Action::Save);
        assert_eq!(commands(&effects), Vec::<&Command>::new());
        assert_eq!(view.form().error_at(refused), Some(&FieldError::Time));
        assert_eq!(view.form().error_at(fine), None);
    }
}
