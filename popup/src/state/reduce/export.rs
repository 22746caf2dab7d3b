//! The export of chats: page by page, chat by chat. It goes on while other pages are open.

use crate::state::effect::{Effect, ExportStep};
use crate::state::model::State;
use crate::state::outbox::Purpose;
use crate::state::pages::{ExportEdit, Exporting, Page, Reading};
use ipc::{ContactId, HistoryFrom, PersonId, ToEngine};
use std::collections::VecDeque;

/// Messages that are read at once: as many as an answer has.
const PAGE: u32 = 200;

impl State {
    pub(super) fn edit_export(&mut self, edit: ExportEdit) -> Vec<Effect> {
        let is_busy = matches!(self.export, Exporting::Reading(_) | Exporting::Making);
        match edit {
            ExportEdit::Begin(only) if !is_busy => self.begin_export(only.as_ref()),
            ExportEdit::Cancel if is_busy => self.end_export(Exporting::No),
            ExportEdit::Made(made) if self.export == Exporting::Making => {
                self.export = if made {
                    Exporting::Done
                } else {
                    Exporting::Failed
                };
                Vec::new()
            }
            ExportEdit::Begin(_) | ExportEdit::Cancel | ExportEdit::Made(_) => Vec::new(),
        }
    }

    fn begin_export(&mut self, only: Option<&ContactId>) -> Vec<Effect> {
        let contacts = self.people.values().filter_map(|person| match &person.id {
            PersonId::Contact(id) if only.is_none_or(|only| only == id) => {
                Some((id.clone(), person.name.clone()))
            }
            PersonId::Contact(_) | PersonId::Stranger(_) => None,
        });
        let mut left: VecDeque<_> = contacts.collect();
        let Some(first) = left.pop_front().filter(|_| self.engine.is_ready()) else {
            self.export = Exporting::Failed;
            return Vec::new();
        };
        let by = self.name.clone().unwrap_or_default();
        let mut effects = vec![Effect::Export(ExportStep::Begin { by })];
        effects.extend(self.read_chat(first, left, 0));
        effects
    }

    fn read_chat(
        &mut self,
        (contact, name): (ContactId, String),
        left: VecDeque<(ContactId, String)>,
        messages: u64,
    ) -> Vec<Effect> {
        self.export = Exporting::Reading(Reading {
            chat: (contact.clone(), None),
            left,
            messages,
        });
        let mut effects = vec![Effect::Export(ExportStep::Chat { name })];
        effects.extend(self.read_page(contact, None));
        effects
    }

    fn read_page(&mut self, contact: ContactId, before: Option<u64>) -> Vec<Effect> {
        self.outbox
            .ask(Purpose::Export(contact.clone(), before), true, |id| {
                ToEngine::History {
                    id,
                    contact,
                    from: before.map_or(HistoryFrom::Newest, HistoryFrom::Before),
                    limit: PAGE,
                }
            })
    }

    /// Takes a page that was asked for, and asks for the one before it or for the next chat.
    pub(super) fn export_page(
        &mut self,
        contact: &ContactId,
        before: Option<u64>,
        page: Page,
    ) -> Vec<Effect> {
        let Exporting::Reading(reading) = &mut self.export else {
            return Vec::new();
        };
        if reading.chat != (contact.clone(), before) {
            // Of an export that was given up.
            return Vec::new();
        }
        reading.messages += page.messages.iter().filter(|one| one.has_line()).count() as u64;
        let first = page.messages.first().map(|message| message.number);
        let next = first.filter(|_| page.more);
        let (messages, left) = (reading.messages, std::mem::take(&mut reading.left));
        let mut effects = vec![Effect::Export(ExportStep::Page {
            messages: page.messages,
            // Where none of a page can be read, nothing says where the one before it ends.
            damaged: page.damaged || (page.more && next.is_none()),
        })];
        let mut left = left;
        if next.is_some() {
            let chat = (contact.clone(), next);
            self.export = Exporting::Reading(Reading {
                chat,
                left,
                messages,
            });
            effects.extend(self.read_page(contact.clone(), next));
        } else if let Some(chat) = left.pop_front() {
            effects.extend(self.read_chat(chat, left, messages));
        } else {
            self.export = Exporting::Making;
            effects.push(Effect::Export(ExportStep::Finish));
        }
        effects
    }

    /// Gives an export up.
    fn end_export(&mut self, how: Exporting) -> Vec<Effect> {
        self.export = how;
        vec![Effect::Export(ExportStep::Drop)]
    }

    /// Notes that the engine went away: what is read already is enough for no chat.
    pub(super) fn interrupt_export(&mut self) -> Vec<Effect> {
        if matches!(self.export, Exporting::Reading(_)) {
            return self.end_export(Exporting::Failed);
        }
        Vec::new()
    }
}
