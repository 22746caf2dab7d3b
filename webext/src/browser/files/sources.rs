//! The files that views have handed over to be sent.
//!
//! A view posts `{ transfer, file }` on the channel, and hears `{ held: transfer }`. A `File` is no more than a way to read
//! it: it goes with the page, and the person chooses it again.

use chrome::object;
use ipc::TransferId;
use ipc::limits::TRANSFERS;
use js_sys::Reflect;
use litemap::LiteMap;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, File, MessageEvent};

const CHANNEL: &str = "files";

/// What can be read.
#[derive(Default)]
pub(super) struct Sources {
    held: Rc<RefCell<LiteMap<TransferId, File>>>,
    _open: Option<Open>,
}

/// The channel, and what hears it.
type Open = (BroadcastChannel, Closure<dyn FnMut(MessageEvent)>);

impl Sources {
    pub(super) fn open() -> Self {
        let held = Rc::new(RefCell::new(LiteMap::new()));
        let Ok(channel) = BroadcastChannel::new(CHANNEL) else {
            tracing::error!("views cannot hand files over");
            return Self::default();
        };
        let (into, answers) = (Rc::clone(&held), channel.clone());
        let on_message = Closure::new(move |event: MessageEvent| {
            let Some((transfer, file)) = read(&event.data()) else {
                return;
            };
            if hold(&mut into.borrow_mut(), &transfer, file) {
                let answer = object([("held", transfer.0.into())]);
                // A view that hears nothing says that it was not sent.
                let _ = answers.post_message(&answer);
            }
        });
        channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Self {
            held,
            _open: Some((channel, on_message)),
        }
    }

    pub(super) fn get(&self, transfer: &TransferId) -> Option<File> {
        self.held.borrow().get(transfer).cloned()
    }

    /// Returns whether there is one, and it is what was offered. Another one is forgotten.
    pub(super) fn find(&self, transfer: &TransferId, size: u64, modified: Option<u64>) -> bool {
        let Some(file) = self.get(transfer) else {
            return false;
        };
        let is_it = whole(file.size()) == size
            && modified.is_none_or(|modified| whole(file.last_modified()) == modified);
        if !is_it {
            self.forget(transfer);
        }
        is_it
    }

    pub(super) fn forget(&self, transfer: &TransferId) {
        self.held.borrow_mut().remove(transfer);
    }
}

fn read(message: &JsValue) -> Option<(TransferId, File)> {
    let part = |name: &str| Reflect::get(message, &name.into()).ok();
    let transfer = part("transfer")?.as_string().map(TransferId)?;
    Some((transfer, part("file")?.dyn_into().ok()?))
}

fn hold(held: &mut LiteMap<TransferId, File>, transfer: &TransferId, file: File) -> bool {
    let has_room = held.len() < TRANSFERS || held.contains_key(transfer);
    if has_room {
        held.insert(transfer.clone(), file);
    }
    has_room
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast saturates, and JavaScript has no larger whole numbers"
)]
fn whole(number: f64) -> u64 {
    number as u64
}
