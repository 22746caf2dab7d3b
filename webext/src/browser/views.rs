//! The ports of open views, and which view is sent what.
//!
//! A view is sent messages of the chats it has asked for only. While a page of history is on its
//! way to a view, what is said of messages waits behind it, so that the page never replaces what is
//! newer.

use chrome::{Port, object};
use ipc::{ContactId, EVENTS, Event, FromEngine, Recipient};
use js_sys::Array;
use litemap::LiteMap;
use serde::Serialize;
use wasm_bindgen::JsValue;

/// Views at once: more than anybody has windows for.
const VIEWS: usize = 64;

/// Every open view.
#[derive(Default)]
pub(crate) struct Views {
    open: LiteMap<u32, View>,
    last: u32,
}

struct View {
    port: Port,
    /// The chat that it shows.
    shown: Option<ContactId>,
    sight: Sight,
    chats: Vec<ContactId>,
    reading: u32,
    held: Vec<Event>,
    /// What is sent with the end of this input.
    unsent: Array,
}

/// Whether a view can be seen. It says so itself, once it has everything.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sight {
    /// It is not in a background tab.
    pub(crate) visible: bool,
    /// It has the focus: the person is before it.
    pub(crate) focused: bool,
}

impl View {
    fn asks(&mut self, contact: &ContactId) {
        if !self.chats.contains(contact) {
            self.chats.push(contact.clone());
        }
    }
}

impl Views {
    /// Takes a port and returns the number of its view, `None` where there are too many.
    pub(crate) fn open(&mut self, port: Port) -> Option<u32> {
        if self.open.len() >= VIEWS {
            return None;
        }
        self.last = self.last.wrapping_add(1);
        let view = View {
            port,
            shown: None,
            sight: Sight::default(),
            chats: Vec::new(),
            reading: 0,
            held: Vec::new(),
            unsent: Array::new(),
        };
        self.open.insert(self.last, view);
        Some(self.last)
    }

    pub(crate) fn close(&mut self, view: u32) {
        self.open.remove(&view);
    }

    /// Notes which chat the view shows now, and whether the view can be seen.
    pub(crate) fn watch(&mut self, view: u32, contact: Option<ContactId>, sight: Sight) {
        if let Some(view) = self.open.get_mut(&view) {
            if let Some(contact) = &contact {
                view.asks(contact);
            }
            view.shown = contact;
            view.sight = sight;
        }
    }

    /// Returns whether no view is open.
    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Returns whether the person may be looking at a view. One in a background tab keeps its port,
    /// and nobody sees what it shows.
    pub(crate) fn is_any_visible(&self) -> bool {
        self.open.values().any(|view| view.sight.visible)
    }

    /// Returns the chats in front of the person: two windows can show two.
    pub(crate) fn looked_at(&self) -> Vec<ContactId> {
        let has_focus = |view: &&View| view.sight.visible && view.sight.focused;
        let views = self.open.values().filter(has_focus);
        views.filter_map(|view| view.shown.clone()).collect()
    }

    /// Notes that the view waits for a page of this chat.
    pub(crate) fn reads(&mut self, view: u32, contact: &ContactId) {
        if let Some(view) = self.open.get_mut(&view) {
            view.asks(contact);
            view.reading += 1;
        }
    }

    /// Sends a page, and then what has waited behind it.
    pub(crate) fn page(&mut self, view: u32, page: &FromEngine) {
        self.post(view, page);
        let Some(open) = self.open.get_mut(&view) else {
            return;
        };
        open.reading = open.reading.saturating_sub(1);
        if open.reading > 0 {
            return;
        }
        for event in std::mem::take(&mut open.held) {
            self.show(Some(view), &event);
        }
    }

    /// Sends an event to one view, or to every view that it concerns, with the next [`flush`](Self::flush).
    pub(crate) fn show(&mut self, only: Option<u32>, event: &Event) {
        let to = only.map_or_else(|| self.concerned(event), |view| vec![view]);
        if to.is_empty() {
            return;
        }
        if let Some(value) = encoded(event) {
            for view in to.iter().filter_map(|view| self.open.get(view)) {
                view.unsent.push(&value);
            }
        }
    }

    /// Sends what was to be shown: a message costs a view more than what is in it.
    pub(crate) fn flush(&mut self) {
        let waits = |(id, view): (&u32, &View)| (view.unsent.length() > 0).then_some(*id);
        let waiting: Vec<u32> = self.open.iter().filter_map(waits).collect();
        waiting.into_iter().for_each(|view| self.flush_view(view));
    }

    fn flush_view(&mut self, id: u32) {
        let view = self.open.get_mut(&id);
        let Some(view) = view.filter(|view| view.unsent.length() > 0) else {
            return;
        };
        let events = std::mem::take(&mut view.unsent);
        self.send(id, &object([(EVENTS, events.into())]));
    }

    /// Returns the views to send an event to now. For a view that waits for a page, the event is
    /// held back.
    fn concerned(&mut self, event: &Event) -> Vec<u32> {
        match event.recipient() {
            Recipient::EveryView => self.open.keys().copied().collect(),
            Recipient::ViewsOfChat(contact) => self.of_chat(contact, event),
            Recipient::Supervisor(_) => Vec::new(),
        }
    }

    /// The views that have asked for a chat.
    fn of_chat(&mut self, contact: &ContactId, event: &Event) -> Vec<u32> {
        let mut to = Vec::new();
        for (id, view) in &mut self.open {
            if !view.chats.contains(contact) {
                continue;
            }
            if view.reading > 0 {
                view.held.push(event.clone());
            } else {
                to.push(*id);
            }
        }
        to
    }

    /// Sends a message to one view, after what is to be shown there.
    pub(crate) fn post(&mut self, view: u32, message: &FromEngine) {
        self.flush_view(view);
        if let Some(value) = encoded(message) {
            self.send(view, &value);
        }
    }

    fn send(&mut self, id: u32, value: &JsValue) {
        // A port that throws is closed; its view says goodbye by itself.
        if let Some(view) = self.open.get(&id)
            && view.port.post(value).is_err()
        {
            self.open.remove(&id);
        }
    }
}

fn encoded(message: &impl Serialize) -> Option<JsValue> {
    json::js::to_js(message)
        .inspect_err(|error| tracing::error!(%error, "a message has no JSON shape"))
        .ok()
}
