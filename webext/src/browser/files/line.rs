//! What is to be done with one file, in order.

use super::saving::Saving;
use js_sys::{ArrayBuffer, Uint8Array};
use peerjs::browser::Bytes;
use std::collections::VecDeque;

/// Something to be done.
pub(super) enum Job {
    /// Find what there is of it.
    Open { size: u64, most: u64 },
    /// Write a piece that has come.
    Write {
        number: u64,
        hash: [u8; 32],
        bytes: Uint8Array,
    },
    /// Report a piece that has not come whole.
    Damaged { number: u64 },
    /// Hand it to the browser's downloads.
    Save(Saving),
    /// Make a folder ready that goes.
    Prepare,
    /// Let go of what is in memory of one that goes; what is being sent has stopped.
    Stop,
    /// Keep a copy of one that goes.
    Keep,
    /// Find one that goes.
    Find { size: u64, modified: Option<u64> },
    /// Read a piece.
    Read { number: u64, length: u32 },
    /// Send what was read last.
    Send { bytes: Option<Bytes> },
    /// Let go of it for now.
    Rest,
    /// Remove what there is of it, but for what is kept for the views.
    Settle,
    /// Remove what there is of it.
    Remove,
}

/// Whether what is done is still wanted: it is in the turn in which it began.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Turn(u32);

/// One file.
#[derive(Default)]
pub(super) struct Line {
    jobs: VecDeque<(Turn, Job)>,
    busy: bool,
    turn: u32,
    over: bool,
    /// Pieces that are on the disk.
    pub(super) have: u64,
    /// What was read last and is not sent.
    pub(super) read: Option<Read>,
    /// The piece behind it, where it was read while that was sent.
    pub(super) ahead: Option<Read>,
}

/// A piece of a file that goes.
pub(super) struct Read {
    pub(super) number: u64,
    /// Its SHA-256.
    pub(super) hash: [u8; 32],
    pub(super) bytes: ArrayBuffer,
}

impl Line {
    /// Adds something. Returns whether nobody works on the file yet.
    pub(super) fn push(&mut self, job: Job) -> bool {
        match &job {
            // What was read and sent before is not waited for any more.
            Job::Read { .. } | Job::Stop => self.turn = self.turn.wrapping_add(1),
            Job::Settle | Job::Remove => {
                self.turn = self.turn.wrapping_add(1);
                self.jobs.clear();
            }
            Job::Open { .. }
            | Job::Write { .. }
            | Job::Damaged { .. }
            | Job::Save(_)
            | Job::Prepare
            | Job::Keep
            | Job::Find { .. }
            | Job::Send { .. }
            | Job::Rest => {}
        }
        self.over = matches!(job, Job::Settle | Job::Remove);
        self.jobs.push_back((Turn(self.turn), job));
        !std::mem::replace(&mut self.busy, true)
    }

    pub(super) fn next(&mut self) -> Option<(Turn, Job)> {
        let next = self.jobs.pop_front();
        self.busy = next.is_some();
        next
    }

    pub(super) fn is_busy(&self) -> bool {
        self.busy
    }

    /// Returns whether nothing of it is there any more.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    pub(super) fn is_wanted(&self, turn: Turn) -> bool {
        turn.0 == self.turn
    }
}
