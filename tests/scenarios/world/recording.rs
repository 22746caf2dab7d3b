//! What is said over every link, for [`crate::golden`].

use super::World;
use super::device::End;
use mesh_chat::node::LinkId;

/// Everything that was said since a world began.
#[derive(Default)]
pub(crate) struct Recording {
    /// In the order in which they were dialled.
    pub(crate) links: Vec<RecordedLink>,
    pub(crate) said: Vec<Said>,
}

/// A link that was dialled.
pub(crate) struct RecordedLink {
    pub(crate) caller: End,
    pub(crate) called: End,
    /// The ids at both ends, and the connection id.
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) label: String,
    pub(crate) fingerprints: [[u8; 32]; 2],
}

/// One message.
pub(crate) struct Said {
    /// Unix milliseconds.
    pub(crate) at: u64,
    /// Which link.
    pub(crate) link: usize,
    /// Which device has said it.
    pub(crate) by: usize,
    pub(crate) message: Vec<u8>,
}

impl World {
    /// Records everything that is said from now on.
    pub(crate) fn recorded(mut self) -> Self {
        self.recording = Some(Recording::default());
        self
    }

    pub(crate) fn recording(&self) -> &Recording {
        self.recording.as_ref().expect("a recorded world")
    }

    /// Notes a link.
    pub(super) fn note_link(&mut self, link: RecordedLink) {
        if let Some(recording) = &mut self.recording {
            recording.links.push(link);
        }
    }

    /// Notes a message of a device.
    pub(super) fn note_said(&mut self, device: usize, link: LinkId, message: &[u8]) {
        let at = self.unix();
        if let Some(recording) = &mut self.recording {
            let is_here =
                |known: &RecordedLink| [known.caller, known.called].contains(&(device, link));
            let link = recording.links.iter().position(is_here);
            recording.said.push(Said {
                at,
                link: link.expect("a known link"),
                by: device,
                message: message.to_vec(),
            });
        }
    }
}
