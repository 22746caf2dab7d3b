//! The beacon in the settings, and the permission for its host.

use super::*;
use ipc::{Beacon, BeaconStatus, BeaconTrouble};

const URL: &str = "https://beacon.example.org:8443/beacon";
const HOST: &str = "https://beacon.example.org/*";

/// A packed beacon that is in trouble.
fn in_trouble(url: &str, trouble: Option<BeaconTrouble>) -> Sut {
    let mut view = Sut::with_anna();
    let beacon = Beacon {
        url: url.to_owned(),
        ..Beacon::default()
    };
    let mut defaults = packed();
    defaults.beacon = Some(Box::new(beacon));
    view.event(Event::Settings(SettingsView {
        settings: ipc::Settings::default(),
        defaults,
        config_error: None,
    }));
    view.event(Event::Status(Status {
        availability: ipc::Availability::Here,
        phase: Phase::Joining,
        networks: Vec::new(),
        more_people: 0,
        server: None,
        server_up: false,
        beacon: Some(BeaconStatus {
            trouble,
            retry_at: None,
            named: false,
        }),
    }));
    view.act(Action::OpenConnection);
    view
}

#[test]
fn a_beacon_is_set_and_switched_off_and_its_host_is_named_as_permissions_want_it() {
    let mut view = Sut::with_anna();
    view.act(Action::OpenSettings);
    let url = format!(" {URL} ");
    view.act(Action::Edit(SettingsEdit::BeaconUrl(url)));
    view.act(Action::Edit(SettingsEdit::BeaconKey(" Am_w ".to_owned())));
    view.act(Action::Edit(SettingsEdit::BeaconToken(" ".to_owned())));
    let effects = view.act(Action::Save);
    let [Command::Configure { settings }] = commands(&effects)[..] else {
        panic!("one command: {effects:?}");
    };
    let beacon = settings.beacon.clone().unwrap();
    assert_eq!(beacon.url, URL);
    assert_eq!((&*beacon.public_key, beacon.token), ("Am_w", None));

    view.event(Event::Settings(SettingsView {
        settings: settings.clone(),
        defaults: packed(),
        config_error: None,
    }));
    let effects = view.act(Action::OpenConnection);
    assert!(effects.contains(&Effect::LookUpHost(HOST.to_owned())));
    view.act(Action::OpenSettings);
    view.act(Action::Edit(SettingsEdit::Defaults));
    let effects = view.act(Action::Save);
    let settings = ipc::Settings::default();
    assert!(commands(&effects).contains(&&Command::Configure { settings }));
}

#[test]
fn the_host_is_asked_for_only_where_the_browser_tells_nothing_and_the_permission_is_missing() {
    let unreachable = Some(BeaconTrouble::Unreachable);
    let refused = Some(BeaconTrouble::Refused { status: 503 });
    for (url, trouble, allowed, asked) in [
        (URL, unreachable, Some(false), Some(HOST)),
        (URL, unreachable, Some(true), None),
        (URL, unreachable, None, None),
        (URL, refused, Some(false), None),
        (URL, None, Some(false), None),
        ("http://127.0.0.1/beacon", unreachable, Some(false), None),
    ] {
        let mut view = in_trouble(url, trouble);
        if let Some(allowed) = allowed {
            view.act(Action::HostAllowed(allowed));
        }
        assert_eq!(view.state.host_to_ask_for().as_deref(), asked);
    }
}

#[test]
fn the_focus_stays_on_the_page_when_the_button_has_done_its_work() {
    let mut view = in_trouble(URL, Some(BeaconTrouble::Unreachable));
    assert_eq!(view.act(Action::HostAllowed(false)), []);
    assert_eq!(view.act(Action::HostAllowed(false)), []);
    let focus = Effect::Focus(Target::Page);
    assert_eq!(view.act(Action::HostAllowed(true)), [focus]);
}

#[test]
fn what_the_browser_allows_is_looked_up_anew_with_each_visit_of_the_page() {
    let mut view = in_trouble(URL, Some(BeaconTrouble::Unreachable));
    view.act(Action::HostAllowed(false));
    view.act(Action::Back);
    let effects = view.act(Action::OpenConnection);
    assert!(effects.contains(&Effect::LookUpHost(HOST.to_owned())));
    assert_eq!(view.state.host_allowed, None);
}
