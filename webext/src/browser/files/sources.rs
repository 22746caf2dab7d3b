//! The files and folders that views have handed over to be sent.
//!
//! A view posts `{ transfer, file }` on the channel, in a private window on a port of its own, or `{ transfer, paths, files }` for a folder, and hears `{ held: transfer }`, of a
//! folder with `size`, `modified` and `files`; or `{ refused: transfer, why }`. A `File` is no more than a way to read it: it goes
//! with the page, and the person chooses it again.

use super::folders::Folder;
use chrome::{float, object, whole};
use ipc::TransferId;
use ipc::limits::TRANSFERS;
use js_sys::{Array, Reflect};
use litemap::LiteMap;
use mesh_chat::folder::Unfit;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, File, MessageEvent};

const CHANNEL: &str = "files";

/// Something that can be read.
#[derive(Clone)]
pub(super) enum Source {
    File(File),
    /// What the engine has kept of a picture.
    Copy(File),
    Folder(Rc<Folder>),
}

impl Source {
    pub(super) fn size(&self) -> u64 {
        match self {
            Self::File(file) | Self::Copy(file) => whole(file.size()),
            Self::Folder(folder) => folder.size(),
        }
    }

    fn modified(&self) -> u64 {
        match self {
            Self::File(file) | Self::Copy(file) => whole(file.last_modified()),
            Self::Folder(folder) => folder.modified(),
        }
    }

    /// Returns what a view hears that has handed it over.
    fn answer(&self, transfer: &TransferId) -> JsValue {
        let held = transfer.0.as_str().into();
        match self {
            Self::File(_) | Self::Copy(_) => object([("held", held)]),
            Self::Folder(folder) => object([
                ("held", held),
                ("size", float(folder.size()).into()),
                ("modified", float(folder.modified()).into()),
                ("files", folder.count().into()),
            ]),
        }
    }
}

/// What can be read.
pub(super) struct Sources {
    held: Rc<RefCell<LiteMap<TransferId, Source>>>,
    take: Take,
    _open: Option<Open>,
}

/// Takes what was handed over, and returns what the view hears.
type Take = Rc<dyn Fn(&JsValue) -> Option<JsValue>>;

/// The channel, and what hears it.
type Open = (BroadcastChannel, Closure<dyn FnMut(MessageEvent)>);

impl Sources {
    /// Begins. `came` is called for every folder that has come.
    pub(super) fn open(came: impl Fn(&TransferId, &Rc<Folder>) + 'static) -> Self {
        let held = Rc::new(RefCell::new(LiteMap::new()));
        let into = Rc::clone(&held);
        let take: Take = Rc::new(move |message| {
            let (transfer, source) = read(message)?;
            match source {
                Ok(source) => {
                    if !hold(&mut into.borrow_mut(), &transfer, source.clone()) {
                        return None;
                    }
                    if let Source::Folder(folder) = &source {
                        came(&transfer, folder);
                    }
                    Some(source.answer(&transfer))
                }
                Err(unfit) => {
                    let refused = transfer.0.as_str().into();
                    Some(object([("refused", refused), ("why", why(unfit).into())]))
                }
            }
        });
        let _open = open(Rc::clone(&take));
        Self { held, take, _open }
    }

    /// Takes what a view hands over. Returns what it hears.
    pub(super) fn take(&self, message: &JsValue) -> Option<JsValue> {
        (self.take)(message)
    }

    pub(super) fn get(&self, transfer: &TransferId) -> Option<Source> {
        self.held.borrow().get(transfer).cloned()
    }

    /// Returns it where it is what was offered. Another one is forgotten.
    pub(super) fn find(
        &self,
        transfer: &TransferId,
        size: u64,
        modified: Option<u64>,
    ) -> Option<Source> {
        let source = self.get(transfer)?;
        let is_it =
            source.size() == size && modified.is_none_or(|modified| source.modified() == modified);
        if !is_it {
            self.forget(transfer);
        }
        is_it.then_some(source)
    }

    /// Holds one, where there is room.
    pub(super) fn hold(&self, transfer: &TransferId, source: Source) -> bool {
        hold(&mut self.held.borrow_mut(), transfer, source)
    }

    pub(super) fn forget(&self, transfer: &TransferId) {
        self.held.borrow_mut().remove(transfer);
    }

    /// Returns how many bytes of folders are in memory.
    pub(super) fn kept(&self) -> u64 {
        let held = self.held.borrow();
        let kept = held.values().map(|source| match source {
            Source::File(_) | Source::Copy(_) => 0,
            Source::Folder(folder) => folder.kept(),
        });
        kept.sum()
    }
}

/// Opens the channel, and answers on it.
fn open(take: Take) -> Option<Open> {
    let Ok(channel) = BroadcastChannel::new(CHANNEL) else {
        tracing::error!("views cannot hand files over");
        return None;
    };
    let answers = channel.clone();
    let on_message = Closure::new(move |event: MessageEvent| {
        if let Some(answer) = take(&event.data()) {
            // A view that hears nothing says that it was not sent.
            let _ = answers.post_message(&answer);
        }
    });
    channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    Some((channel, on_message))
}

/// What was handed over, or why it is not taken.
type Read = (TransferId, Result<Source, Unfit>);

fn read(message: &JsValue) -> Option<Read> {
    let part = |name: &str| Reflect::get(message, &name.into()).ok();
    let transfer = part("transfer")?.as_string().map(TransferId)?;
    let list = |name: &str| part(name)?.dyn_into::<Array>().ok();
    let source = match list("paths").zip(list("files")) {
        Some((paths, files)) => {
            Folder::new(&paths, &files).map(|folder| Source::Folder(folder.into()))
        }
        None => Ok(Source::File(part("file")?.dyn_into().ok()?)),
    };
    Some((transfer, source))
}

/// Returns what a view hears.
fn why(unfit: Unfit) -> &'static str {
    match unfit {
        Unfit::Empty => "empty",
        Unfit::Many => "many",
        Unfit::Long => "long",
        Unfit::Large => "large",
    }
}

fn hold(held: &mut LiteMap<TransferId, Source>, transfer: &TransferId, source: Source) -> bool {
    let has_room = held.len() < TRANSFERS || held.contains_key(transfer);
    if has_room {
        held.insert(transfer.clone(), source);
    }
    has_room
}
