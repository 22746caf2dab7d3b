//! A change of a message in the composer of the open chat, and those that came back.

use super::Chat;
use crate::state::effect::Kept;

impl Chat {
    /// Puts back what was in the composer before the text of a message was changed there.
    pub(in crate::state) fn leave_change(&mut self) {
        if let Some(about) = self.about.take_if(|about| about.is_change()) {
            self.draft = about.before;
        }
    }

    /// Returns whether a change of a message is in the composer and would be lost with it.
    pub(in crate::state) fn is_changed(&self) -> bool {
        let about = self.about.as_ref().filter(|about| about.is_change());
        about.is_some_and(|about| about.kept.is_some() || about.text != self.draft)
    }

    /// Returns the changes of messages that came back, and are neither sent again nor left.
    pub(in crate::state) fn came_back(&self) -> impl Iterator<Item = &Kept> {
        let about = self.about.as_ref();
        let kept = about.and_then(|about| about.kept.as_ref());
        kept.into_iter().chain(&self.waiting_changes)
    }

    /// Returns the text of the message of this id, where it is loaded.
    pub(in crate::state) fn text_of(&self, id: &str) -> Option<String> {
        let message = self.messages.values().find(|message| message.id == id);
        message.map(|message| message.text.clone())
    }
}
