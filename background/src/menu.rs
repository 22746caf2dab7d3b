//! "Send with Mesh Chat" in the menu of other pages: an entry for each contact with whom the person talked last.
//!
//! What was chosen waits in `storage.session`, out of every address and history, until the view that is opened takes it.

use crate::{notify, view};
use chrome::{Menu, api, object, settled};
use ipc::limits::HANDED_BYTES;
use ipc::{Chosen, ContactId, Place, Recent, added, handed_key};
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

/// The entry that all others are in.
const SEND: &str = "send";

/// Where the menu has the entries.
const CONTEXTS: [&str; 3] = ["selection", "link", "image"];

/// The longest text that waits for a view, in bytes: what was chosen twice.
const WAITING: usize = 2 * HANDED_BYTES;

/// Offers these contacts, in the place of those before. All calls are begun at once, so that nothing that is asked for
/// meanwhile comes between them.
pub(crate) async fn show(recent: &[Recent]) {
    let Some(menu) = api().menu() else {
        // Other pages have no menu here.
        return;
    };
    let removed = menu.remove_all();
    if !recent.is_empty() {
        add(&menu, &entry(SEND, &notify::text("menu_send", "")));
    }
    for Recent { contact, name } in recent {
        let id = Place::Send(contact.clone()).to_fragment();
        let entry = entry(&id, &title(name));
        // Setting a property of a plain object does not fail.
        let _ = Reflect::set(&entry, &"parentId".into(), &SEND.into());
        add(&menu, &entry);
    }
    if let Err(error) = settled(removed).await {
        tracing::warn!(error, "the menu was not emptied");
    }
}

fn add(menu: &Menu, entry: &JsValue) {
    if let Err(error) = menu.create(entry) {
        let error = chrome::text(&error);
        tracing::warn!(error, "an entry of the menu was not made");
    }
}

fn entry(id: &str, title: &str) -> JsValue {
    let contexts: Array = CONTEXTS.into_iter().map(JsValue::from).collect();
    object([
        ("id", id.into()),
        ("title", title.into()),
        ("contexts", contexts.into()),
    ])
}

/// Returns a name as the title of an entry. There `&` underlines what follows, and `%s` stands for what is selected: a
/// joiner without width keeps the two apart.
fn title(name: &str) -> String {
    name.replace('&', "&&").replace("%s", "%\u{2060}s")
}

/// Hands what was chosen to the chat of the contact whose entry it was, where the person sends it.
pub(crate) async fn chosen(info: &JsValue) {
    let part = |name: &str| Reflect::get(info, &name.into()).ok()?.as_string();
    let place = part("menuItemId").and_then(|id| Place::parse(&id));
    let Some(Place::Send(contact)) = place else {
        return;
    };
    let chosen = Chosen {
        selection: part("selectionText"),
        link: part("linkUrl"),
        picture: part("srcUrl"),
    };
    let Some(text) = chosen.text() else {
        notify::not_sent("notify_send_refused").await;
        return;
    };
    if let Err(error) = keep(&contact, &text).await {
        tracing::warn!(error, "what was chosen could not be kept");
        notify::not_sent("notify_send_failed").await;
        return;
    }
    let place = Place::Send(contact);
    if let Err(error) = view::open(&place).await {
        tracing::warn!(error, "no view could be opened");
        notify::lead_to(&place).await;
    }
}

/// Keeps what was chosen, behind what no view has taken yet.
async fn keep(contact: &ContactId, text: &str) -> Result<(), String> {
    let session = api().storage().session();
    let text = added(kept(contact).await?.unwrap_or_default(), text);
    if text.len() > WAITING {
        return Err("too much waits for a view".to_owned());
    }
    let items = Object::new();
    // Setting a property of a plain object does not fail.
    let _ = Reflect::set(&items, &handed_key(contact).into(), &text.into());
    settled(session.set(&items)).await.map(drop)
}

/// Returns what was chosen for a contact, once: a text, or `null`.
pub(crate) async fn take(contact: &ContactId) -> JsValue {
    let text = kept(contact).await;
    let session = api().storage().session();
    // What is not there need not be removed.
    let _ = settled(session.remove(&handed_key(contact).into())).await;
    text.ok().flatten().map_or(JsValue::NULL, JsValue::from)
}

async fn kept(contact: &ContactId) -> Result<Option<String>, String> {
    let key = JsValue::from(handed_key(contact));
    let items = settled(api().storage().session().get(&key)).await?;
    let text = Reflect::get(&items, &key).ok();
    Ok(text.and_then(|text| text.as_string()))
}
