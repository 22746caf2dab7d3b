//! A picture that is shown in full: opened, read, let go of.

use crate::state::effect::{Effect, Target};
use crate::state::model::State;
use crate::state::pages::{Picture, PictureEdit, PictureError, PictureShown};
use ipc::limits::PICTURE_BYTES;
use ipc::{Message, TransferId};
use std::rc::Rc;

impl State {
    pub(super) fn edit_picture(&mut self, edit: PictureEdit) -> Vec<Effect> {
        match edit {
            PictureEdit::Open(message) => self.open_picture(message),
            PictureEdit::Read(transfer, read) => self.picture_read(&transfer, read),
            PictureEdit::Broken(transfer) => {
                self.show_picture(&transfer, PictureShown::Not(PictureError::NoPicture))
            }
            PictureEdit::Close => self.uncover(),
        }
    }

    fn open_picture(&mut self, message: Rc<Message>) -> Vec<Effect> {
        let mut effects = self.close_picture();
        let Some(file) = &message.file else {
            return effects;
        };
        let (transfer, size) = (file.transfer.clone(), file.offer.size);
        let shown = if size > PICTURE_BYTES {
            PictureShown::Not(PictureError::TooLarge)
        } else {
            let transfer = transfer.clone();
            effects.push(Effect::ReadPicture { transfer, size });
            PictureShown::Reading
        };
        self.picture = Some(Picture {
            message,
            transfer,
            shown,
        });
        effects.extend(self.watch());
        effects
    }

    /// Goes back to the chat that the picture covers, where there is one.
    pub(super) fn uncover(&mut self) -> Vec<Effect> {
        let Some(picture) = &self.picture else {
            return Vec::new();
        };
        let back = Effect::Focus(Target::Picture(picture.transfer.clone()));
        let mut effects = self.close_picture();
        effects.extend(self.watch());
        effects.extend(self.mark_read());
        effects.push(back);
        effects
    }

    /// Shows what was read, where it is still waited for.
    fn picture_read(
        &mut self,
        transfer: &TransferId,
        read: Result<String, PictureError>,
    ) -> Vec<Effect> {
        let picture = self.picture.as_ref();
        let waits = picture.is_some_and(|picture| {
            picture.transfer == *transfer && picture.shown == PictureShown::Reading
        });
        match read {
            Ok(address) if !waits => vec![Effect::LetGo(address)],
            Ok(address) => self.show_picture(transfer, PictureShown::At(address)),
            Err(why) if waits => self.show_picture(transfer, PictureShown::Not(why)),
            Err(_) => Vec::new(),
        }
    }

    fn show_picture(&mut self, transfer: &TransferId, shown: PictureShown) -> Vec<Effect> {
        let picture = self.picture.as_mut();
        let Some(picture) = picture.filter(|picture| picture.transfer == *transfer) else {
            return Vec::new();
        };
        let before = std::mem::replace(&mut picture.shown, shown);
        let_go(before)
    }

    /// Closes the picture that is shown, where there is one.
    pub(in crate::state) fn close_picture(&mut self) -> Vec<Effect> {
        let picture = self.picture.take();
        picture
            .map(|picture| let_go(picture.shown))
            .unwrap_or_default()
    }
}

fn let_go(shown: PictureShown) -> Vec<Effect> {
    match shown {
        PictureShown::At(address) => vec![Effect::LetGo(address)],
        PictureShown::Reading | PictureShown::Not(_) => Vec::new(),
    }
}
