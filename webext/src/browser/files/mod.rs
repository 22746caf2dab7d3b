//! The bytes of files: read and sent, taken and written, handed to the browser's downloads.
//!
//! What the node wants of one file is done in order, one thing after the other; of several, beside each other. At most the
//! pieces that the node has asked for are in memory, and each is freed as soon as it was passed on.
//!
//! | Module | Owns |
//! |---|---|
//! | `buffers` | a piece read from a file, and the end of one in memory |
//! | `line` | what is to be done with one file, in order |
//! | `sources` | the files and folders that views have handed over |
//! | `folders` | a folder of those, read as the zip that it is sent as |
//! | `parts` | what has come of a file, in the private file system |
//! | `pictures` | copies of pictures there, for the views |
//! | `saving` | the way into the browser's downloads |
//!
//! Long because all that is done with one file stands together, in its order.
//!
//! To which piece bytes belong is in [`arrivals`](crate::arrivals).

mod buffers;
mod folders;
mod line;
mod parts;
mod pictures;
mod saving;
mod sources;

use super::host::Host;
use crate::arrivals::{Arrivals, Come, Piece};
use buffers::{float, free, slice};
use chrome::settled;
use folders::{ALL_KEPT, Folder, KEPT};
use futures_util::future::join;
use ipc::limits::PIECE_BYTES;
use ipc::{Failure, TransferId};
use js_sys::{ArrayBuffer, Promise, Uint8Array};
use line::{Job, Line, Read, Turn};
use litemap::LiteMap;
use mesh_chat::node::{FileInput, FileOutput, LinkId};
use parts::{Fault, Outcome, Parts};
use peerjs::browser::{Bytes, Sink};
use saving::Handed;
use sources::{Source, Sources};
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch)]
    fn digest(algorithm: &str, data: &ArrayBuffer) -> Result<Promise, JsValue>;
}

/// Everything of files that is not the node's.
pub(crate) struct Files {
    me: Weak<Self>,
    heard: Box<dyn Fn(TransferId, FileInput)>,
    host: Host,
    sources: Sources,
    parts: Parts,
    arrivals: RefCell<Arrivals<Uint8Array>>,
    lines: RefCell<LiteMap<TransferId, Line>>,
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

    /// Returns whether nothing is being done.
    pub(crate) fn is_idle(&self) -> bool {
        !self.lines.borrow().values().any(Line::is_busy)
    }

    /// Does something with a file. `bytes` finds the way to send on a connection.
    pub(crate) fn act(
        &self,
        id: &TransferId,
        output: FileOutput,
        bytes: impl FnOnce(LinkId) -> Option<Bytes>,
    ) {
        let job = match output {
            FileOutput::Open { size } => Job::Open { size },
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
                keep,
            } => Job::Save {
                name,
                size,
                folder,
                keep,
            },
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
            Job::Open { size } => self.open(id, size).await,
            Job::Write {
                number,
                hash,
                bytes,
            } => {
                let written = self.write(id, number, hash, &bytes).await;
                return written.unwrap_or_else(|fault| Some(failed(fault)));
            }
            Job::Damaged { number } => Ok(FileInput::Damaged { number }),
            Job::Save {
                name,
                size,
                folder,
                keep,
            } => {
                return self.save(id, turn, (&name, size, folder), keep).await;
            }
            Job::Stop => {
                let read = self.with(id, |line| [line.read.take(), line.ahead.take()]);
                read.into_iter().flatten().for_each(free_all);
                if let Some(Source::Folder(folder)) = self.sources.get(id) {
                    folder.let_go();
                }
                return None;
            }
            Job::Keep => {
                if let Some(Source::File(file)) = self.sources.get(id) {
                    pictures::keep(id, &file).await;
                }
                return None;
            }
            Job::Find { size, modified } => Ok(self.find(id, turn, size, modified).await),
            Job::Prepare => {
                if let Some(Source::Folder(folder)) = self.sources.get(id) {
                    // Where it fails, that is said when it is looked for.
                    let _ = self.prepare(id, turn, &folder).await;
                }
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

    /// Finds the copy of a picture that goes: after a start nobody has to choose it again.
    async fn find_copy(&self, id: &TransferId, size: u64) -> bool {
        let copy = pictures::copy(id).await.ok();
        let copy = copy.filter(|copy| copy.size().to_bits() == float(size).to_bits());
        copy.is_some_and(|copy| self.sources.hold(id, Source::Copy(copy)))
    }

    /// Saves a file. Where the browser says nothing of it, what there is stays until it is surely saved.
    async fn save(
        &self,
        id: &TransferId,
        turn: Turn,
        named: (&str, u64, Option<u32>),
        keep: bool,
    ) -> Option<FileInput> {
        match saving::save(&self.parts, &self.host, id, named, keep).await {
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

    async fn open(&self, id: &TransferId, size: u64) -> Result<FileInput, Fault> {
        if self.parts.is_saved(id).await {
            return Ok(FileInput::Saved);
        }
        let (size, there) = (float(size), self.parts.size(id).await?);
        let pieces = if there < size {
            self.parts.check_room(size - there).await?;
            (there / f64::from(PIECE_BYTES)).floor()
        } else {
            (size / f64::from(PIECE_BYTES)).ceil()
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number, and not negative"
        )]
        let pieces = pieces as u64;
        self.with(id, |line| line.have = pieces);
        Ok(FileInput::Opened { pieces })
    }

    /// Writes a piece. One that is not the next comes after one that was damaged, and is asked for again: the file has no
    /// holes.
    async fn write(
        &self,
        id: &TransferId,
        number: u64,
        hash: [u8; 32],
        bytes: &Uint8Array,
    ) -> Result<Option<FileInput>, Fault> {
        if self.with(id, |line| line.have) != Some(number) {
            return Ok(None);
        }
        let at = float(number) * f64::from(PIECE_BYTES);
        Ok(Some(match self.parts.write(id, at, bytes, hash).await? {
            Outcome::Written => {
                self.with(id, |line| line.have = number + 1);
                FileInput::Written { number }
            }
            Outcome::Damaged => FileInput::Damaged { number },
        }))
    }

    /// Makes a small folder ready before somebody wants it.
    fn folder_came(&self, id: &TransferId, folder: &Folder) {
        if folder.size() <= KEPT {
            self.todo(id, Job::Prepare);
        }
    }

    async fn find(
        &self,
        id: &TransferId,
        turn: Turn,
        size: u64,
        modified: Option<u64>,
    ) -> FileInput {
        match self.sources.find(id, size, modified) {
            None if self.find_copy(id, size).await => FileInput::Found,
            None => FileInput::Lacking,
            Some(Source::File(_) | Source::Copy(_)) => FileInput::Found,
            Some(Source::Folder(folder)) => match self.prepare(id, turn, &folder).await {
                Ok(()) => FileInput::Found,
                Err(error) => changed(&error),
            },
        }
    }

    async fn prepare(&self, id: &TransferId, turn: Turn, folder: &Folder) -> Result<(), String> {
        let size = folder.size();
        let keeps = size <= KEPT && self.sources.kept() + size <= ALL_KEPT;
        folder.prepare(keeps, || self.is_wanted(id, turn)).await
    }

    /// Reads a piece, and keeps it to be sent.
    async fn read(&self, id: &TransferId, number: u64, length: u32) -> FileInput {
        let Some(source) = self.sources.get(id) else {
            return FileInput::Lacking;
        };
        let ahead = self.with(id, |line| line.ahead.take()).flatten();
        let read = match ahead {
            Some(ahead) if ahead.number == number => Ok(ahead),
            other => {
                free_all(other);
                read(&source, number, length).await
            }
        };
        match read {
            Ok(read) => {
                let hash = read.hash;
                let before = self.with(id, |line| line.read.replace(read)).flatten();
                free_all(before);
                FileInput::Read { number, hash }
            }
            // The copy was removed to make room: the person still has the picture.
            Err(_) if matches!(source, Source::Copy(_)) => {
                self.sources.forget(id);
                FileInput::Lacking
            }
            Err(error) => changed(&error),
        }
    }

    /// Sends what was read last, and reads what is behind it meanwhile.
    async fn send(&self, id: &TransferId, turn: Turn, bytes: Option<Bytes>) {
        let Some(read) = self.with(id, |line| line.read.take()).flatten() else {
            return;
        };
        if let Some(bytes) = bytes {
            let goes_on = || self.is_wanted(id, turn);
            let message = Uint8Array::new(&read.bytes);
            let sent = bytes.send(&message, goes_on);
            join(sent, self.read_ahead(id, read.number + 1)).await;
        }
        free(&read.bytes);
    }

    async fn read_ahead(&self, id: &TransferId, number: u64) {
        let Some(source) = self.sources.get(id) else {
            return;
        };
        let piece = u64::from(PIECE_BYTES);
        let rest = source.size().saturating_sub(number.saturating_mul(piece));
        let Ok(length @ 1..) = u32::try_from(rest.min(piece)) else {
            return;
        };
        // Where it cannot be read, that is said when it is wanted.
        if let Ok(ahead) = read(&source, number, length).await {
            let before = self.with(id, |line| line.ahead.replace(ahead)).flatten();
            free_all(before);
        }
    }
}

fn free_all(read: Option<Read>) {
    read.iter().for_each(|read| free(&read.bytes));
}

/// Reads a piece. A browser may read what is not there any more without an error: what was read is counted.
async fn read(source: &Source, number: u64, length: u32) -> Result<Read, String> {
    let from = number * u64::from(PIECE_BYTES);
    let range = from..from + u64::from(length);
    let bytes = match source {
        Source::File(file) | Source::Copy(file) => slice(file, range).await?,
        Source::Folder(folder) => folder.read(range).await?,
    };
    let hash = digest("SHA-256", &bytes).map(JsValue::from);
    let hash = Uint8Array::new(&settled(hash).await?);
    let hash: [u8; 32] = hash.to_vec().try_into().map_err(|_| "not a hash")?;
    Ok(Read {
        number,
        hash,
        bytes,
    })
}

fn changed(error: &str) -> FileInput {
    tracing::warn!(error, "a file cannot be read any more");
    FileInput::Failed(Failure::Changed)
}

fn failed(fault: Fault) -> FileInput {
    FileInput::Failed(match fault {
        Fault::NoRoom => Failure::NoRoom,
        Fault::Missing | Fault::NoStorage => Failure::NoStorage,
    })
}
