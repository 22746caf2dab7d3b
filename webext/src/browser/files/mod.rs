//! The bytes of files: read and sent, taken and written, handed to the browser's downloads.
//!
//! What the node wants of one file is done in order, one thing after the other; of several, beside each other. At most the
//! pieces that the node has asked for are in memory, and each is freed as soon as it was passed on.
//!
//! | Module | Owns |
//! |---|---|
//! | `buffers` | a piece read from a file, and the end of one in memory |
//! | `lull` | stepping back for texts |
//! | `line` | what is to be done with one file, in order |
//! | `coming` | what has come of a file, found and written |
//! | `going` | what is read of one that goes, and sent |
//! | `sources` | the files and folders that views have handed over |
//! | `folders` | a folder of those, read as the zip that it is sent as |
//! | `parts` | what has come of a file, in the private file system |
//! | `pictures` | copies of pictures there, for the views |
//! | `saving` | the way into the browser's downloads |
//!
//! To which piece bytes belong is in [`arrivals`](crate::arrivals).

mod buffers;
mod coming;
mod folders;
mod going;
mod line;
mod lull;
mod parts;
mod pictures;
mod saving;
mod sources;

use super::host::Host;
use crate::arrivals::{Arrivals, Come, Piece};
use buffers::free;
pub(super) use buffers::slice;
use ipc::{Failure, TransferId};
use js_sys::{ArrayBuffer, Uint8Array};
use line::{Job, Line, Turn};
use litemap::LiteMap;
use lull::Lull;
use mesh_chat::node::{FileInput, FileOutput, LinkId};
use parts::{Fault, Parts};
use peerjs::browser::{Bytes, Sink};
pub(super) use saving::give;
use saving::{Handed, Saving};
use sources::{Source, Sources};
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// Everything of files that is not the node's.
pub(crate) struct Files {
    me: Weak<Self>,
    heard: Box<dyn Fn(TransferId, FileInput)>,
    host: Host,
    sources: Sources,
    parts: Parts,
    arrivals: RefCell<Arrivals<Uint8Array>>,
    lines: RefCell<LiteMap<TransferId, Line>>,
    lull: Lull,
}

impl Files {
    /// Begins. What there is of files other than those that `come` is removed, and the copies of others than those that
    /// are `kept`. `heard` is called for what has been done, and never from inside a call.
    pub(crate) fn start(
        host: Host,
        come: Vec<TransferId>,
        kept: Vec<TransferId>,
        heard: impl Fn(TransferId, FileInput) + 'static,
    ) -> Rc<Self> {
        let files = Rc::new_cyclic(|me: &Weak<Self>| Self {
            me: Weak::clone(me),
            heard: Box::new(heard),
            host,
            sources: Sources::open({
                let me = Weak::clone(me);
                move |id, folder| {
                    if let Some(files) = me.upgrade() {
                        files.folder_came(id, folder);
                    }
                }
            }),
            parts: Parts::default(),
            arrivals: RefCell::default(),
            lines: RefCell::default(),
            lull: Lull::default(),
        });
        let sweeping = Rc::clone(&files);
        spawn_local(async move {
            let is_new = |id: &TransferId| sweeping.lines.borrow().contains_key(id);
            // Most have no such folder, and some browsers no such files.
            let known = |id: &TransferId| come.contains(id) || is_new(id);
            let _ = sweeping.parts.sweep(known).await;
            let known = |id: &TransferId| kept.contains(id) || is_new(id);
            let _ = pictures::sweep(known).await;
        });
        files
    }

    /// Takes a file that a view in a private window hands over. Returns what the view hears.
    pub(crate) fn hold(&self, message: &JsValue) -> Option<JsValue> {
        self.sources.take(message)
    }

    /// Takes a file that a view has handed over and that is not to be sent.
    pub(super) fn take(&self, transfer: &TransferId) -> Option<web_sys::File> {
        let source = self.sources.get(transfer);
        self.sources.forget(transfer);
        match source? {
            Source::File(file) => Some(file),
            Source::Copy(_) | Source::Folder(_) => None,
        }
    }

    /// Returns whether nothing is being done.
    pub(crate) fn is_idle(&self) -> bool {
        !self.lines.borrow().values().any(Line::is_busy)
    }

    /// Steps back for a text that passes now.
    pub(crate) fn step_back(&self) {
        self.lull.begin();
    }

    /// Does something with a file. `bytes` finds the way to send on a connection.
    pub(crate) fn act(
        &self,
        id: &TransferId,
        output: FileOutput,
        bytes: impl FnOnce(LinkId) -> Option<Bytes>,
    ) {
        let job = match output {
            FileOutput::Open { size, most } => Job::Open { size, most },
            FileOutput::Write {
                link,
                number,
                length,
                hash,
            } => return self.expect(id, link, (number, length, hash)),
            FileOutput::Save {
                name,
                size,
                folder,
                asks,
                keep,
            } => Job::Save(Saving {
                name,
                size,
                folder,
                asks,
                keep,
            }),
            FileOutput::Stop => Job::Stop,
            FileOutput::Keep => Job::Keep,
            FileOutput::Settle => {
                self.forget(id);
                Job::Settle
            }
            FileOutput::Find { size, modified } => Job::Find { size, modified },
            FileOutput::Read { number, length } => Job::Read { number, length },
            FileOutput::Send { link } => Job::Send { bytes: bytes(link) },
            FileOutput::Drop => {
                self.forget(id);
                Job::Remove
            }
        };
        self.todo(id, job);
    }

    fn forget(&self, id: &TransferId) {
        self.sources.forget(id);
        self.arrivals.borrow_mut().forget(id);
    }

    /// Takes the bytes that come on a connection from now on.
    pub(crate) fn carry(&self, link: LinkId) -> Sink {
        self.arrivals.borrow_mut().carry(link);
        let me = Weak::clone(&self.me);
        Rc::new(move |message| {
            if let Some(files) = me.upgrade() {
                files.come(link, &message);
            }
        })
    }

    /// Notes that a connection has ended.
    pub(crate) fn ended(&self, link: LinkId) {
        if self.arrivals.borrow_mut().end(link) {
            self.rest();
        }
    }

    /// Notes that all connections have.
    pub(crate) fn all_ended(&self) {
        self.arrivals.take();
        self.rest();
    }

    /// Lets go of what is open, as nothing comes.
    fn rest(&self) {
        for id in self.parts.open() {
            self.todo(&id, Job::Rest);
        }
    }

    fn expect(&self, id: &TransferId, link: LinkId, (number, length, hash): (u64, u32, [u8; 32])) {
        let transfer = id.clone();
        let piece = Piece {
            transfer,
            number,
            hash,
        };
        let into = Uint8Array::new_with_length(length);
        let before = self
            .arrivals
            .borrow_mut()
            .expect(link, piece, (length, into));
        if let Some(before) = before {
            self.damaged(&before);
        }
    }

    fn damaged(&self, piece: &Piece) {
        let number = piece.number;
        self.todo(&piece.transfer, Job::Damaged { number });
    }

    fn come(&self, link: LinkId, message: &ArrayBuffer) {
        let count = message.byte_length().saturating_sub(1);
        let come = self.arrivals.borrow_mut().come(link, count);
        match come {
            Come::Nothing => {}
            Come::Part(into, at, whole) => {
                let bytes = Uint8Array::new_with_byte_offset(message, 1);
                into.set(&bytes, at);
                if let Some(piece) = whole {
                    let Piece {
                        transfer,
                        number,
                        hash,
                    } = piece;
                    let bytes = into;
                    let write = Job::Write {
                        number,
                        hash,
                        bytes,
                    };
                    self.todo(&transfer, write);
                }
            }
            Come::TooMany(piece) => self.damaged(&piece),
        }
        free(message);
    }

    /// Has something done once everything before it was.
    fn todo(&self, id: &TransferId, job: Job) {
        let mut lines = self.lines.borrow_mut();
        if !lines.contains_key(id) {
            lines.insert(id.clone(), Line::default());
        }
        let begins = lines.get_mut(id).is_some_and(|line| line.push(job));
        let me = self.me.upgrade().filter(|_| begins);
        if let Some(files) = me {
            let id = id.clone();
            spawn_local(async move { files.work(&id).await });
        }
    }

    async fn work(&self, id: &TransferId) {
        while let Some((turn, job)) = self.next(id) {
            let done = self.done(id, turn, job).await;
            if let Some(done) = done.filter(|_| self.is_wanted(id, turn)) {
                (self.heard)(id.clone(), done);
            }
        }
    }

    fn next(&self, id: &TransferId) -> Option<(Turn, Job)> {
        let mut lines = self.lines.borrow_mut();
        let line = lines.get_mut(id)?;
        let next = line.next();
        if next.is_none() && line.is_over() {
            lines.remove(id);
        }
        next
    }

    fn is_wanted(&self, id: &TransferId, turn: Turn) -> bool {
        let lines = self.lines.borrow();
        lines.get(id).is_some_and(|line| line.is_wanted(turn))
    }

    fn with<R>(&self, id: &TransferId, look: impl FnOnce(&mut Line) -> R) -> Option<R> {
        self.lines.borrow_mut().get_mut(id).map(look)
    }

    /// Does one thing. Returns what is to be reported of it.
    async fn done(&self, id: &TransferId, turn: Turn, job: Job) -> Option<FileInput> {
        let done = match job {
            Job::Open { size, most } => self.open(id, size, most).await,
            Job::Write {
                number,
                hash,
                bytes,
            } => {
                let written = self.write(id, number, hash, &bytes).await;
                return written.unwrap_or_else(|fault| Some(failed(fault)));
            }
            Job::Damaged { number } => Ok(FileInput::Damaged { number }),
            Job::Save(saving) => return self.save(id, turn, &saving).await,
            Job::Stop => {
                self.stop(id);
                return None;
            }
            Job::Keep => {
                self.keep(id).await;
                return None;
            }
            Job::Find { size, modified } => Ok(self.find(id, turn, size, modified).await),
            Job::Prepare => {
                self.prepare_early(id, turn).await;
                return None;
            }
            Job::Read { number, length } => Ok(self.read(id, number, length).await),
            Job::Send { bytes } => {
                self.send(id, turn, bytes).await;
                Ok(FileInput::Sent)
            }
            Job::Rest => {
                self.parts.close(id).await;
                return None;
            }
            Job::Settle => {
                self.parts.remove(id).await;
                return None;
            }
            Job::Remove => {
                self.parts.remove(id).await;
                pictures::remove(id).await;
                return None;
            }
        };
        Some(done.unwrap_or_else(failed))
    }

    /// Saves a file. Where the browser says nothing of it, what there is stays until it is surely saved.
    async fn save(&self, id: &TransferId, turn: Turn, saving: &Saving) -> Option<FileInput> {
        match saving.save(&self.parts, &self.host, id).await {
            Ok(Handed::Over(done)) => Some(done),
            Ok(Handed::Following(address)) => {
                if self.is_wanted(id, turn) {
                    (self.heard)(id.clone(), FileInput::Saved);
                }
                address.copied().await;
                None
            }
            // All of it may well be there.
            Err(fault) => {
                tracing::warn!(?fault, "a file was not saved");
                Some(FileInput::NotSaved)
            }
        }
    }
}

fn failed(fault: Fault) -> FileInput {
    FileInput::Failed(match fault {
        Fault::NoRoom => Failure::NoRoom,
        Fault::Missing | Fault::NoStorage => Failure::NoStorage,
    })
}
