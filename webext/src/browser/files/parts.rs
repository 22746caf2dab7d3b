//! What has come of files that are not whole, in the origin's private file system: of each a file in one folder, which has
//! its first pieces; and of one that was saved a mark beside it, until it is dropped.
//!
//! Written in a worker (`extension/files.js`), where alone a browser flushes; it is there for as long as something is open.

use chrome::{api, settled};
use ipc::TransferId;
use js_sys::{Array, ArrayBuffer, AsyncIterator, Function, Promise, Reflect, Uint8Array};
use litemap::LiteMap;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions,
    FileSystemGetFileOptions, MessageEvent, StorageEstimate, StorageManager, Worker,
};

const FOLDER: &str = "parts";
/// What the name of a mark has more.
const SAVED: &str = ".saved";
const WORKER: &str = "files.js";

/// Room that is left to everything else of the extension.
const SLACK: f64 = 64.0 * 1024.0 * 1024.0;

/// Why something of the file system was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Missing,
    NoRoom,
    NoStorage,
}

impl From<String> for Fault {
    /// Takes what the browser said, as [`chrome::text`].
    fn from(error: String) -> Self {
        if error.starts_with("NotFoundError") {
            return Self::Missing;
        }
        tracing::warn!(error, "the private file system");
        if error.starts_with("QuotaExceededError") {
            Self::NoRoom
        } else {
            Self::NoStorage
        }
    }
}

/// What came of a piece that was to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Written,
    Damaged,
}

/// The folder, and the worker.
#[derive(Default)]
pub(super) struct Parts {
    writer: RefCell<Option<Writer>>,
    /// What may be open in the worker.
    open: RefCell<Vec<TransferId>>,
}

impl Parts {
    /// Returns how many bytes there are of a file.
    pub(super) async fn size(&self, of: &TransferId) -> Result<f64, Fault> {
        match part(&of.0, false).await {
            Ok(file) => Ok(file.size()),
            Err(Fault::Missing) => Ok(0.0),
            Err(fault) => Err(fault),
        }
    }

    /// Finds out whether there is room for so many bytes.
    pub(super) async fn check_room(&self, bytes: f64) -> Result<(), Fault> {
        let estimate = storage()?.estimate().map(JsValue::from);
        let estimate: StorageEstimate = settled(estimate).await?.unchecked_into();
        let room = estimate.get_quota().zip(estimate.get_usage());
        // A browser that does not say so says it when it writes.
        let has_room = room.is_none_or(|(quota, usage)| quota - usage >= bytes + SLACK);
        has_room.then_some(()).ok_or(Fault::NoRoom)
    }

    /// Returns a file with what there is of it, perhaps nothing.
    pub(super) async fn take(&self, of: &TransferId) -> Result<File, Fault> {
        self.close(of).await;
        part(&of.0, true).await
    }

    /// Returns whether a file was saved.
    pub(super) async fn is_saved(&self, of: &TransferId) -> bool {
        part(&mark(of), false).await.is_ok()
    }

    /// Notes that a file was saved.
    pub(super) async fn note_saved(&self, of: &TransferId) {
        if let Err(fault) = part(&mark(of), true).await {
            tracing::warn!(?fault, "a file may be saved twice");
        }
    }

    /// Writes a piece where its hash is right, and flushes it. The buffer is given away.
    pub(super) async fn write(
        &self,
        of: &TransferId,
        at: f64,
        bytes: &Uint8Array,
        hash: [u8; 32],
    ) -> Result<Outcome, Fault> {
        self.hold(of);
        let hash = Uint8Array::from(hash.as_slice());
        let job = [of.0.as_str().into(), at.into(), bytes.into(), hash.into()];
        match self.ask(&job, Some(&bytes.buffer())).await?.as_str() {
            "written" => Ok(Outcome::Written),
            "damaged" => Ok(Outcome::Damaged),
            error => Err(Fault::from(error.to_owned())),
        }
    }

    /// Removes what there is of a file behind so many bytes.
    pub(super) async fn cut(&self, of: &TransferId, at: f64) -> Result<(), Fault> {
        self.hold(of);
        let job = [of.0.as_str().into(), at.into()];
        match self.ask(&job, None).await?.as_str() {
            "cut" => Ok(()),
            error => Err(Fault::from(error.to_owned())),
        }
    }

    /// Notes that the worker may hold a file.
    fn hold(&self, of: &TransferId) {
        if !self.open.borrow().contains(of) {
            self.open.borrow_mut().push(of.clone());
        }
    }

    /// Lets go of a file.
    pub(super) async fn close(&self, of: &TransferId) {
        if !self.open.borrow().contains(of) {
            return;
        }
        // Where it fails, the worker is gone and holds nothing.
        let _ = self.ask(&[of.0.as_str().into()], None).await;
        let mut open = self.open.borrow_mut();
        open.retain(|other| other != of);
        if open.is_empty() {
            self.writer.take();
        }
    }

    /// Returns the files that the worker may hold.
    pub(super) fn open(&self) -> Vec<TransferId> {
        self.open.borrow().clone()
    }

    /// Removes the pieces of a file.
    pub(super) async fn remove_pieces(&self, of: &TransferId) {
        self.close(of).await;
        remove_from(FOLDER, &of.0).await;
    }

    /// Removes what there is of a file.
    pub(super) async fn remove(&self, of: &TransferId) {
        self.remove_pieces(of).await;
        remove_from(FOLDER, &mark(of)).await;
    }

    /// Removes everything that is not known.
    pub(super) async fn sweep(&self, is_known: impl Fn(&TransferId) -> bool) -> Result<(), Fault> {
        for name in entries(FOLDER).await? {
            let of = name.strip_suffix(SAVED).unwrap_or(&name);
            let of = TransferId(of.to_owned());
            if !is_known(&of) {
                self.remove(&of).await;
            }
        }
        Ok(())
    }

    /// Has the worker do something, and returns what it says.
    async fn ask(&self, job: &[JsValue], given: Option<&ArrayBuffer>) -> Result<String, String> {
        let answer = {
            let mut writer = self.writer.borrow_mut();
            let writer = match &mut *writer {
                Some(writer) => writer,
                none => none.insert(Writer::start()?),
            };
            writer.ask(job, given)
        };
        let answer = settled(answer.map(JsValue::from)).await?;
        answer.as_string().ok_or_else(|| chrome::text(&answer))
    }
}

/// Returns what there is in a folder.
pub(super) async fn entries(folder: &str) -> Result<Vec<String>, Fault> {
    let names = folder_named(folder, false).await?.keys();
    let mut found = Vec::new();
    while let Some(name) = next(&names).await? {
        found.push(name);
    }
    Ok(found)
}

async fn next(names: &AsyncIterator) -> Result<Option<String>, String> {
    let next = settled(names.next().map(JsValue::from)).await?;
    let part = |name: &str| Reflect::get(&next, &name.into()).unwrap_or_default();
    Ok(part("value")
        .as_string()
        .filter(|_| part("done").is_falsy()))
}

fn storage() -> Result<StorageManager, Fault> {
    let window = web_sys::window().ok_or(Fault::NoStorage)?;
    Ok(window.navigator().storage())
}

/// Returns a folder of the private file system.
pub(super) async fn folder_named(
    name: &str,
    create: bool,
) -> Result<FileSystemDirectoryHandle, Fault> {
    let root = chrome::private_file_system().await?;
    let root: FileSystemDirectoryHandle = root.unchecked_into();
    let options = FileSystemGetDirectoryOptions::new();
    options.set_create(create);
    let folder = root.get_directory_handle_with_options(name, &options);
    Ok(settled(Ok(folder.into())).await?.unchecked_into())
}

fn mark(of: &TransferId) -> String {
    format!("{}{SAVED}", of.0)
}

/// Removes a file of a folder, where it is there.
pub(super) async fn remove_from(folder: &str, name: &str) {
    let removed = async {
        let removed = folder_named(folder, false).await?.remove_entry(name);
        settled(Ok(removed.into())).await.map_err(Fault::from)
    };
    match removed.await {
        Ok(_) | Err(Fault::Missing) => {}
        // Swept at the next start.
        Err(fault) => tracing::warn!(?fault, folder, "something of a file stays"),
    }
}

/// Returns a file of a folder.
pub(super) async fn part_in(
    folder: &FileSystemDirectoryHandle,
    name: &str,
    create: bool,
) -> Result<FileSystemFileHandle, Fault> {
    let options = FileSystemGetFileOptions::new();
    options.set_create(create);
    let file = folder.get_file_handle_with_options(name, &options);
    Ok(settled(Ok(file.into())).await?.unchecked_into())
}

async fn part(name: &str, create: bool) -> Result<File, Fault> {
    let folder = folder_named(FOLDER, create).await?;
    let part = part_in(&folder, name, create).await?;
    Ok(settled(Ok(part.get_file().into())).await?.unchecked_into())
}

/// The worker. It ends when dropped.
struct Writer {
    worker: Worker,
    last: Cell<u32>,
    waiting: Rc<RefCell<LiteMap<u32, Function>>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut()>,
}

impl Writer {
    fn start() -> Result<Self, String> {
        let worker = Worker::new(&api().runtime().url(WORKER));
        let worker = worker.map_err(|error| chrome::text(&error))?;
        let waiting = Rc::<RefCell<LiteMap<u32, Function>>>::default();
        let answered = Rc::clone(&waiting);
        let on_message = Closure::new(move |event: MessageEvent| {
            let answer = Array::from(&event.data());
            let job = answer.get(0).as_f64().unwrap_or_default();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the number of a job"
            )]
            let waiting = answered.borrow_mut().remove(&(job as u32));
            answer_to(waiting, &answer.get(1));
        });
        let failed = Rc::clone(&waiting);
        let on_error = Closure::new(move || {
            for (_, waiting) in failed.take() {
                answer_to(Some(waiting), &"the worker has failed".into());
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self {
            worker,
            last: Cell::new(0),
            waiting,
            _on_message: on_message,
            _on_error: on_error,
        })
    }

    fn ask(&self, job: &[JsValue], given: Option<&ArrayBuffer>) -> Result<Promise, JsValue> {
        let number = self.last.get().wrapping_add(1);
        self.last.set(number);
        let message: Array = [number.into()].iter().chain(job).collect();
        let given: Array = given.into_iter().collect();
        self.worker.post_message_with_transfer(&message, &given)?;
        Ok(Promise::new(&mut |resolve, _| {
            self.waiting.borrow_mut().insert(number, resolve);
        }))
    }
}

fn answer_to(waiting: Option<Function>, answer: &JsValue) {
    if let Some(waiting) = waiting {
        // Resolving a promise does not fail.
        let _ = waiting.call1(&JsValue::UNDEFINED, answer);
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}
