//! The page with the invites: those that are open, and using one.

use crate::state::effect::{Effect, Target};
use crate::state::model::State;
use crate::state::outbox::Purpose;
use crate::state::pages::{INVITE, InvitesEdit, InvitesPage, Using};
use crate::state::view::View;
use ipc::{Answer, Command, Hidden, Invite, InviteId, Refusal};
use litemap::LiteMap;

impl State {
    pub(super) fn open_invites(&mut self) -> Vec<Effect> {
        self.open(View::Invites(Box::new(InvitesPage::new())))
    }

    /// Opens the page with an invite that the person may use.
    pub(super) fn open_invite(&mut self, text: Hidden) -> Vec<Effect> {
        let mut effects = self.open_invites();
        if let Some(page) = self.invites_page() {
            page.text = text;
        }
        effects.push(Effect::Focus(Target::Field(INVITE.to_owned())));
        effects
    }

    fn invites_page(&mut self) -> Option<&mut InvitesPage> {
        if let View::Invites(page) = &mut self.view {
            Some(page)
        } else {
            None
        }
    }

    /// Returns the open invites, the oldest first.
    pub(crate) fn open_invites_in_order(&self) -> Vec<&Invite> {
        let mut sorted: LiteMap<_, _> = LiteMap::new();
        for invite in self.invites.values() {
            sorted.insert((invite.expires, &invite.id), invite);
        }
        sorted.into_iter().map(|(_, invite)| invite).collect()
    }

    pub(super) fn edit_invites(&mut self, edit: InvitesEdit) -> Vec<Effect> {
        let Some(page) = self.invites_page() else {
            return Vec::new();
        };
        match edit {
            InvitesEdit::Make => self.make_invite(),
            InvitesEdit::Cancel(invite) => {
                page.refusal = None;
                // The button that was pressed goes.
                let mut effects = vec![Effect::Focus(Target::Page)];
                effects.extend(self.ask(Purpose::Invite, Command::CancelInvite { invite }));
                effects
            }
            InvitesEdit::Copy(id) => self.copy_invite(id),
            InvitesEdit::Copied(id, done) => {
                page.copied = Some((id, done));
                Vec::new()
            }
            InvitesEdit::Text(text) => {
                page.text = text;
                if page.using != Using::Asking {
                    page.using = Using::No;
                }
                Vec::new()
            }
            InvitesEdit::Use => self.use_invite(),
        }
    }

    /// Makes an invite, one at a time: a press before the last one is answered does nothing.
    fn make_invite(&mut self) -> Vec<Effect> {
        if self.outbox.awaits(&Purpose::Invite) {
            return Vec::new();
        }
        if let Some(page) = self.invites_page() {
            page.refusal = None;
        }
        self.ask(Purpose::Invite, Command::Invite)
    }

    fn copy_invite(&self, id: InviteId) -> Vec<Effect> {
        let invite = self.invites.get(&id);
        let text = invite.map(|invite| invite.link.clone());
        text.map(|text| Effect::Copy(id, text))
            .into_iter()
            .collect()
    }

    fn use_invite(&mut self) -> Vec<Effect> {
        let Some(page) = self.invites_page() else {
            return Vec::new();
        };
        if page.using == Using::Asking {
            return Vec::new();
        }
        page.using = Using::Asking;
        let link = Hidden(page.text.0.trim().to_owned());
        self.ask(Purpose::UseInvite, Command::UseInvite { link })
    }

    pub(super) fn use_replied(&mut self, result: Result<Answer, Refusal>) -> Vec<Effect> {
        let Some(page) = self.invites_page() else {
            return self.alert(result);
        };
        match result {
            Ok(_) => {
                page.text.0.clear();
                page.using = Using::Asked;
                Vec::new()
            }
            Err(refusal) => {
                page.using = Using::Refused(refusal);
                vec![Effect::Focus(Target::Field(INVITE.to_owned()))]
            }
        }
    }

    pub(super) fn invite_replied(&mut self, result: Result<Answer, Refusal>) -> Vec<Effect> {
        match (result, self.invites_page()) {
            (Err(refusal), Some(page)) => {
                page.refusal = Some(refusal);
                Vec::new()
            }
            (result, _) => self.alert(result),
        }
    }

    /// Notes that the engine went away; whether the other person was asked is not known.
    pub(super) fn interrupt_invites(&mut self) {
        if let Some(page) = self
            .invites_page()
            .filter(|page| page.using == Using::Asking)
        {
            page.using = Using::Interrupted;
        }
    }
}
