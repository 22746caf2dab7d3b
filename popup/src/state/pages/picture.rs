//! A picture that is shown in full, over the page.

use ipc::{Message, TransferId};
use std::rc::Rc;

/// Something about the picture that is shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PictureEdit {
    /// The picture of a message was pressed.
    Open(Rc<Message>),
    /// It can be read at this address, until that is let go of.
    Read(TransferId, Result<String, PictureError>),
    /// The browser cannot show what is there.
    Broken(TransferId),
    /// Close was pressed.
    Close,
}

/// Why a picture is not shown in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PictureError {
    /// It is not kept here, or not any more.
    Gone,
    /// Decoded it would take too much memory.
    TooLarge,
    /// The bytes are not those of a picture.
    NoPicture,
}

/// The picture that is shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Picture {
    /// The message with it.
    pub(crate) message: Rc<Message>,
    /// Which.
    pub(crate) transfer: TransferId,
    /// How far it is.
    pub(crate) shown: PictureShown,
}

/// How far a picture is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PictureShown {
    /// Being looked for.
    Reading,
    /// At this address.
    At(String),
    /// Not at all.
    Not(PictureError),
}
