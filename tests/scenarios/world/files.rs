//! The bytes of files: what is offered is in memory, and what comes is written there. Both are small.

use super::World;
use mesh_chat::node::{FileInput, FileOutput, Input, LinkId};
use mesh_chat::values::TransferId;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The files of a device.
#[derive(Default)]
pub(super) struct Files {
    /// What it has chosen to send.
    offered: BTreeMap<TransferId, Vec<u8>>,
    /// What has come, whole pieces only.
    got: BTreeMap<TransferId, Vec<u8>>,
    /// The piece that was read last.
    read: BTreeMap<TransferId, Vec<u8>>,
    /// What has come on a link, and belongs to no piece yet.
    coming: BTreeMap<LinkId, Vec<u8>>,
}

impl World {
    /// Lets a device have a file that it offers under this name.
    pub(crate) fn choose_file(&mut self, device: usize, id: &TransferId, bytes: &[u8]) {
        let files = &mut self.devices[device].files;
        files.offered.insert(id.clone(), bytes.to_vec());
    }

    /// Returns what a device has got of a file.
    pub(crate) fn got_file(&self, device: usize, id: &TransferId) -> Option<&[u8]> {
        self.devices[device].files.got.get(id).map(Vec::as_slice)
    }

    /// Does what a node wants done with a file.
    pub(super) fn file(&mut self, device: usize, id: TransferId, output: FileOutput) {
        let files = &mut self.devices[device].files;
        let done = match output {
            FileOutput::Find { .. } if files.offered.contains_key(&id) => FileInput::Found,
            FileOutput::Find { .. } => FileInput::Lacking,
            FileOutput::Open { .. } => FileInput::Opened {
                pieces: 0,
                last: None,
            },
            FileOutput::Read { number, length } => {
                assert_eq!(number, 0, "a file of one piece");
                let piece = files.offered[&id].clone();
                assert_eq!(piece.len(), length as usize);
                let hash = Sha256::digest(&piece).into();
                files.read.insert(id.clone(), piece);
                FileInput::Read { number, hash }
            }
            FileOutput::Send { link } => {
                let piece = files.read[&id].clone();
                self.carry(device, link, &piece);
                FileInput::Sent
            }
            FileOutput::Write {
                link,
                number,
                length,
                hash,
            } => {
                let coming = files.coming.remove(&link).unwrap_or_default();
                assert_eq!(coming.len(), length as usize);
                assert_eq!(hash, <[u8; 32]>::from(Sha256::digest(&coming)));
                files.got.entry(id.clone()).or_default().extend(coming);
                FileInput::Written { number, hash }
            }
            FileOutput::Save { .. } => FileInput::Saved,
            FileOutput::Stop | FileOutput::Keep | FileOutput::Settle | FileOutput::Drop => return,
        };
        self.queue.push_back((device, Input::File(id, done)));
    }

    /// Sends the bytes of a piece, in binary messages that begin with a zero byte.
    fn carry(&mut self, device: usize, link: LinkId, piece: &[u8]) {
        let (other, theirs) = self.devices[device].links[&link];
        for part in piece.chunks(super::network::FRAME_BYTES - 1) {
            self.note_said(device, link, &[&[0], part].concat());
            let coming = &mut self.devices[other].files.coming;
            coming.entry(theirs).or_default().extend(part);
        }
    }
}
