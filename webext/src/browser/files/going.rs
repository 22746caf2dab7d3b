//! What is read of a file that goes, and sent or compared: a piece at a time, and the one behind it while that is sent.

use super::Files;
use super::buffers::{free, slice};
use super::folders::{ALL_KEPT, Folder, KEPT};
use super::line::{Job, Read, Turn};
use super::pictures;
use super::sources::Source;
use chrome::{float, settled};
use futures_util::future::join;
use ipc::limits::PIECE_BYTES;
use ipc::{Failure, TransferId};
use js_sys::{ArrayBuffer, Promise, Uint8Array};
use mesh_chat::node::FileInput;
use peerjs::browser::Bytes;
use peerjs::limits::BYTES_MAX;
use wasm_bindgen::prelude::*;

/// Bytes between two looks whether to step back for a text: whole messages.
const PART: u32 = 4 * (BYTES_MAX - 1);

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch)]
    fn digest(algorithm: &str, data: &ArrayBuffer) -> Result<Promise, JsValue>;
}

impl Files {
    /// Makes a small folder ready before somebody wants it.
    pub(super) fn folder_came(&self, id: &TransferId, folder: &Folder) {
        if folder.size() <= KEPT {
            self.todo(id, Job::Prepare);
        }
    }

    pub(super) async fn find(
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
    pub(super) async fn read(&self, id: &TransferId, number: u64, length: u32) -> FileInput {
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
    pub(super) async fn send(&self, id: &TransferId, turn: Turn, bytes: Option<Bytes>) {
        let Some(read) = self.with(id, |line| line.read.take()).flatten() else {
            return;
        };
        if let Some(bytes) = bytes {
            let piece = Uint8Array::new(&read.bytes);
            let sent = self.send_in_parts(id, turn, &bytes, &piece);
            join(sent, self.read_ahead(id, read.number + 1)).await;
        }
        free(&read.bytes);
    }

    async fn send_in_parts(&self, id: &TransferId, turn: Turn, to: &Bytes, piece: &Uint8Array) {
        let goes_on = || self.is_wanted(id, turn);
        let mut at = 0;
        while at < piece.length() {
            self.lull.over().await;
            let upto = piece.length().min(at + PART);
            if !to.send(&piece.subarray(at, upto), goes_on).await {
                return;
            }
            at = upto;
        }
    }

    async fn read_ahead(&self, id: &TransferId, number: u64) {
        let Some(source) = self.sources.get(id) else {
            return;
        };
        let length @ 1.. = length(source.size(), number) else {
            return;
        };
        // Where it cannot be read, that is said when it is wanted.
        if let Ok(ahead) = read(&source, number, length).await {
            let before = self.with(id, |line| line.ahead.replace(ahead)).flatten();
            free_all(before);
        }
    }

    /// Finds the copy of a picture that goes: after a start nobody has to choose it again.
    async fn find_copy(&self, id: &TransferId, size: u64) -> bool {
        let copy = pictures::copy(id).await.ok();
        let copy = copy.filter(|copy| copy.size().to_bits() == float(size).to_bits());
        copy.is_some_and(|copy| self.sources.hold(id, Source::Copy(copy)))
    }

    pub(super) async fn prepare_early(&self, id: &TransferId, turn: Turn) {
        if let Some(Source::Folder(folder)) = self.sources.get(id) {
            // Where it fails, that is said when it is looked for.
            let _ = self.prepare(id, turn, &folder).await;
        }
    }

    /// Keeps a copy of a picture.
    pub(super) async fn keep(&self, id: &TransferId) {
        if let Some(Source::File(file)) = self.sources.get(id) {
            pictures::keep(id, &file).await;
        }
    }

    /// Lets go of what is in memory, as nothing more is to be sent for now.
    pub(super) fn stop(&self, id: &TransferId) {
        let read = self.with(id, |line| [line.read.take(), line.ahead.take()]);
        read.into_iter().flatten().for_each(free_all);
        if let Some(Source::Folder(folder)) = self.sources.get(id) {
            folder.let_go();
        }
    }
}

fn free_all(read: Option<Read>) {
    read.iter().for_each(|read| free(&read.bytes));
}

/// Returns how many bytes a piece of a file of this size has: none behind its end.
pub(super) fn length(size: u64, number: u64) -> u32 {
    let rest = size.saturating_sub(number.saturating_mul(u64::from(PIECE_BYTES)));
    u32::try_from(rest).map_or(PIECE_BYTES, |rest| rest.min(PIECE_BYTES))
}

/// Reads a piece. A browser may read what is not there any more without an error: what was read is counted.
pub(super) async fn read(source: &Source, number: u64, length: u32) -> Result<Read, String> {
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
