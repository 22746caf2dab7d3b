//! How a browser object reports what it hears.

use crate::io::{Input, RtcId, RtcInput, SocketId, SocketInput};
use std::rc::Rc;

/// The way to the driver of the endpoint. Each browser object has a copy.
#[derive(Clone)]
pub(super) struct Handle(Rc<dyn Fn(Input)>);

impl Handle {
    /// Returns a handle that calls `report`, which must not keep the browser objects alive.
    pub(super) fn new(report: impl Fn(Input) + 'static) -> Self {
        Self(Rc::new(report))
    }

    /// Reports that the moment last set has come.
    pub(super) fn timeout(&self) {
        (self.0)(Input::Timeout);
    }

    /// Reports something about a socket.
    pub(super) fn socket(&self, socket: SocketId, input: SocketInput) {
        (self.0)(Input::Socket(socket, input));
    }

    /// Reports something about a connection.
    pub(super) fn rtc(&self, id: RtcId, input: RtcInput) {
        (self.0)(Input::Rtc(id, input));
    }
}
