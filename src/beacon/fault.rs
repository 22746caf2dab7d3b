//! Why an answer of the beacon is refused.

/// Why an answer is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BeaconFault {
    /// There is no header: this origin or token is not on the beacon's list.
    #[error("the beacon does not answer this origin")]
    Withheld,
    /// Not the one form of a header.
    #[error("malformed")]
    Malformed,
    /// A version of the header that is not known here.
    #[error("another version")]
    Version,
    /// Signed with another key than the pinned one, or so it says.
    #[error("another key")]
    Key,
    /// Not a signature of the pinned key over this slot and the pinned audience.
    #[error("the signature does not verify")]
    Signature,
    /// A slot that is over: an answer kept and given again, or this clock is ahead.
    #[error("a slot that is over")]
    OldSlot,
    /// A slot that has not begun. Nobody can have kept it, so one of the clocks is wrong.
    #[error("a slot that has not begun")]
    FutureSlot,
    /// The slot is not now, and the server's clock and this one are too far apart.
    #[error("the clocks differ")]
    ClockDiffers,
    /// What comes with it as the next slot is signed and is not the next one.
    #[error("not the next slot")]
    NotNext,
}
