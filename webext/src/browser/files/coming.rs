//! What has come of a file: found at a start, and written piece by piece.

use super::Files;
use super::buffers::free;
use super::going::{length, read};
use super::parts::{Fault, Outcome};
use super::sources::Source;
use chrome::{float, whole};
use ipc::TransferId;
use ipc::limits::PIECE_BYTES;
use js_sys::Uint8Array;
use mesh_chat::node::FileInput;

impl Files {
    /// Finds what there is of a file, of which so many pieces may stay.
    pub(super) async fn open(
        &self,
        id: &TransferId,
        size: u64,
        most: u64,
    ) -> Result<FileInput, Fault> {
        if self.parts.is_saved(id).await {
            return Ok(FileInput::Saved);
        }
        let (piece, mut there) = (u64::from(PIECE_BYTES), whole(self.parts.size(id).await?));
        let behind = most * piece;
        if there > behind {
            self.parts.cut(id, float(behind)).await?;
            there = behind;
        } else if there < size {
            self.parts.check_room(float(size - there)).await?;
        }
        let pieces = if there < size {
            there / piece
        } else {
            size.div_ceil(piece)
        };
        let last = match pieces.checked_sub(1) {
            Some(number) => Some(self.hash_there(id, size, number).await?),
            None => None,
        };
        self.with(id, |line| line.have = pieces);
        Ok(FileInput::Opened { pieces, last })
    }

    /// Returns the hash of a piece of a file that comes, as it is on the disk.
    async fn hash_there(&self, id: &TransferId, size: u64, number: u64) -> Result<[u8; 32], Fault> {
        let part = Source::Copy(self.parts.take(id).await?);
        let read = read(&part, number, length(size, number)).await?;
        free(&read.bytes);
        Ok(read.hash)
    }

    /// Writes a piece. One that is not the next comes after one that was damaged, and is asked for again: the file has no
    /// holes.
    pub(super) async fn write(
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
                FileInput::Written { number, hash }
            }
            Outcome::Damaged => FileInput::Damaged { number },
        }))
    }
}
