//! Notifications and the badge.
//!
//! The id of a notification is the place that it is about, so that a click on it is understood by a worker
//! that was started by that click.

use crate::view;
use chrome::{api, object, settled};
use ipc::{About, Availability, Badge, Command, ContactId, Notification, Place};
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

/// The first button of a request; the second one rejects.
const ACCEPT: u32 = 0;

/// The badge of who is there for contacts only: the eye of the menu, as far as a letter can be one.
const CONTACTS_ONLY: &str = "◦";

/// Shows a notification, in the place of an earlier one about the same.
pub(crate) async fn show(notification: &Notification) {
    show_as(&id_of(&notification.about()), &content(notification)).await;
}

/// Shows that a click leads to what was chosen in the menu of a page, where no view could be opened by itself.
pub(crate) async fn lead_to(place: &Place) {
    let content = options(&text("menu_send", ""), &text("notify_send_waits", ""));
    show_as(&place.to_fragment(), &content).await;
}

/// Shows why what was chosen in the menu of a page is not sent.
pub(crate) async fn not_sent(why: &str) {
    let content = options(&text("menu_send", ""), &text(why, ""));
    show_as(&Place::People.to_fragment(), &content).await;
}

async fn show_as(id: &str, content: &JsValue) {
    let notifications = api().notifications();
    // One that was dismissed would not be shown again under its id. Both are begun at once, so that
    // nothing that is asked for meanwhile comes between them.
    let cleared = notifications.clear(id);
    let created = notifications.create(id, content);
    // One that is gone already needs no clearing.
    let _ = settled(cleared).await;
    if let Err(error) = settled(created).await {
        tracing::warn!(error, "a notification was not shown");
    }
}

/// Takes a notification back, if it is there.
pub(crate) async fn withdraw(about: &About) {
    clear(&id_of(about)).await;
}

fn id_of(about: &About) -> String {
    Place::of(about).to_fragment()
}

fn content(notification: &Notification) -> JsValue {
    match notification {
        Notification::Joined { name, .. } => titled("notify_joined", name.as_deref()),
        Notification::Accepted { name, .. } => titled("notify_accepted", name.as_deref()),
        Notification::Message {
            name,
            text: written,
            ..
        } => {
            let title = name.clone().unwrap_or_else(|| text("extension_name", ""));
            let written = written.clone();
            options(
                &title,
                &written.unwrap_or_else(|| text("notify_message", "")),
            )
        }
        Notification::Requests { count } => {
            let title = text("notify_requests_title", &count.to_string());
            options(&title, &text("notify_request_body", ""))
        }
        // Nobody who may be taken for somebody else is accepted with one press.
        Notification::Request {
            name: Some(name),
            resembles: Some(resembled),
            ..
        } => options(
            &text("notify_request_title", name),
            &text("notify_look_alike", resembled),
        ),
        Notification::Request {
            name, resembles, ..
        } => {
            let options = titled("notify_request", name.as_deref());
            if name.is_some() && resembles.is_none() {
                add_buttons(&options);
            }
            options
        }
    }
}

/// Returns a notification whose title names somebody, or says the same of nobody in particular.
fn titled(key: &str, name: Option<&str>) -> JsValue {
    match name {
        Some(name) => options(
            &text(&format!("{key}_title"), name),
            &text(&format!("{key}_body"), name),
        ),
        None => options(
            &text("extension_name", ""),
            &text(&format!("{key}_nameless"), ""),
        ),
    }
}

fn options(title: &str, message: &str) -> JsValue {
    object([
        ("type", "basic".into()),
        ("iconUrl", api().runtime().url("icons/icon-128.png").into()),
        ("title", title.into()),
        ("message", message.into()),
    ])
}

/// Firefox has no buttons and refuses a notification that asks for them; it is known by having no
/// offscreen documents.
fn add_buttons(options: &JsValue) {
    if api().offscreen().is_some() {
        let button = |key| object([("title", text(key, "").into())]);
        let buttons = Array::of2(&button("notify_accept"), &button("notify_reject"));
        // Setting a property of a plain object does not fail.
        let _ = Reflect::set(options, &"buttons".into(), &buttons);
    }
}

/// Returns a text of `_locales`, with a name in its gap.
pub(crate) fn text(key: &str, name: &str) -> String {
    let substitutions = Array::of1(&name.into());
    let text = api().i18n().message(key, &substitutions);
    text.unwrap_or_default()
}

/// Shows on the toolbar button how many wait, and how much of the network one is on.
pub(crate) async fn badge(badge: Badge) {
    let (count, title) = match badge.availability {
        Availability::Off { .. } => (text("extension_off", ""), "extension_title_off"),
        Availability::ContactsOnly if badge.count == 0 => {
            (CONTACTS_ONLY.to_owned(), "extension_title_contacts")
        }
        Availability::ContactsOnly => (number(badge.count), "extension_title_contacts"),
        Availability::Here | Availability::Away => (number(badge.count), "extension_name"),
    };
    let action = api().action();
    let shown = action.set_badge_text(&object([("text", count.into())]));
    let titled = action.set_title(&object([("title", text(title, "").into())]));
    for set in [shown, titled] {
        if let Err(error) = settled(set).await {
            tracing::warn!(error, "the badge was not set");
        }
    }
}

fn number(count: u32) -> String {
    match count {
        0 => String::new(),
        1..=999 => count.to_string(),
        _ => "999+".to_owned(),
    }
}

/// Opens what a notification is about.
pub(crate) async fn clicked(id: &str) {
    clear(id).await;
    let place = Place::parse(id).unwrap_or(Place::People);
    if let Err(error) = view::open(&place).await {
        tracing::warn!(error, "no view could be opened");
    }
}

/// What a button of a notification stands for.
pub(crate) async fn pressed(id: &str, button: u32) -> Option<Command> {
    clear(id).await;
    let Some(Place::Request(request)) = Place::parse(id) else {
        return None;
    };
    Some(if button == ACCEPT {
        Command::Accept { request }
    } else {
        Command::Reject { request }
    })
}

/// Withdraws the notifications about contacts that are not among these.
pub(crate) async fn keep(contacts: &[ContactId]) {
    let Ok(shown) = settled(api().notifications().get_all()).await else {
        return;
    };
    for id in Object::keys(shown.unchecked_ref::<Object>()).iter() {
        if let Some(id) = id.as_string()
            && let Some(Place::Chat(contact)) = Place::parse(&id)
            && !contacts.contains(&contact)
        {
            clear(&id).await;
        }
    }
}

async fn clear(id: &str) {
    // One that is gone already needs no clearing.
    let _ = settled(api().notifications().clear(id)).await;
}
