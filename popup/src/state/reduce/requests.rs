//! The waiting requests, and answering them.

use crate::state::effect::Effect;
use crate::state::model::State;
use crate::state::outbox::Purpose;
use ipc::{Command, Request, RequestId};
use litemap::LiteMap;

impl State {
    pub(super) fn answer(
        &mut self,
        request: RequestId,
        command: fn(RequestId) -> Command,
    ) -> Vec<Effect> {
        let purpose = Purpose::Answer(request.clone());
        if self.outbox.awaits(&purpose) {
            return Vec::new();
        }
        self.ask(purpose, command(request))
    }

    /// Returns the waiting requests, the oldest first.
    pub(crate) fn waiting(&self) -> Vec<&Request> {
        let mut sorted: LiteMap<_, _> = LiteMap::new();
        for request in self.requests.values() {
            sorted.insert((request.at, &request.id), request);
        }
        sorted.into_iter().map(|(_, request)| request).collect()
    }

    /// Returns whether the answer to a request is on its way.
    pub(crate) fn is_answering(&self, request: &RequestId) -> bool {
        self.outbox.awaits(&Purpose::Answer(request.clone()))
    }
}
