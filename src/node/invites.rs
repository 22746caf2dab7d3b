//! Invites: how two people on different networks meet the first time.
//!
//! An invite holds the Transport ID of whoever made it and a secret. Whoever uses it dials that id
//! and shows the secret as a contact shows the pair secret; the other side shows it too, before
//! any name is sent. Then the ordinary request follows.

use super::links::Stage;
use super::storage::Write;
use super::{CommandId, Node, Output};
use crate::clock::UnixMillis;
use crate::crypto::Key;
use crate::encoding::{b64, hex, unb64, unb64_vec};
use crate::ids;
use crate::limits::{INVITE_LIFE, INVITES};
use crate::records::{Change, InviteRecord, Secret};
use crate::view::{Asked, Event, Hidden, Invite, InviteId, Notice, Refusal};

/// How an invite begins, so that people and programs see what it is.
const SCHEME: &str = "meshchat-invite:";

/// The first byte of its content.
const VERSION: u8 = 1;

/// An invite that was used here, until it is answered.
#[derive(Debug)]
pub(super) struct Invitation {
    secret: Secret,
    /// The command to answer when the other person is being asked.
    command: Option<CommandId>,
    /// What the person hears when it leads to nothing.
    failure: Notice,
}

impl Invitation {
    pub(super) fn secret(&self) -> Option<Key> {
        unb64(&self.secret.0)
    }
}

impl Node {
    pub(super) fn invite(&mut self, command: CommandId) -> Result<bool, Refusal> {
        if self.me.is_none() {
            return Err(Refusal::NotJoined);
        }
        if self.invites.len() >= INVITES {
            return Err(Refusal::InvitesFull);
        }
        let life = u64::try_from(INVITE_LIFE.as_millis()).unwrap_or(u64::MAX);
        let record = InviteRecord {
            version: 1,
            id: InviteId(hex(&self.ctx.random::<8>())),
            secret: Secret(b64(&self.ctx.random::<32>())),
            expires: self.ctx.now.unix.saturating_add(life),
        };
        let store = self.ctx.store(Change::Invite(record.clone()));
        self.writes.insert(store, Write::Invite(record, command));
        Ok(false)
    }

    pub(super) fn cancel_invite(&mut self, id: &InviteId) -> Result<(), Refusal> {
        self.invites.get(id).ok_or(Refusal::Gone)?;
        self.forget_invite(id);
        Ok(())
    }

    pub(super) fn forget_invite(&mut self, id: &InviteId) {
        if self.invites.remove(id).is_some() {
            self.insist(Change::ForgetInvite(id.clone()));
        }
    }

    /// An invite works once.
    pub(super) fn take_invite(&mut self, id: &InviteId) -> Option<Secret> {
        let secret = self.invites.get(id)?.secret.clone();
        self.forget_invite(id);
        Some(secret)
    }

    pub(super) fn expire_invites(&mut self) {
        let now = self.ctx.now.unix;
        let old = self.invites.values().filter(|invite| now >= invite.expires);
        let old: Vec<InviteId> = old.map(|invite| invite.id.clone()).collect();
        old.iter().for_each(|id| self.forget_invite(id));
    }

    /// The secrets by which a caller may be recognised, with their invites.
    pub(super) fn open_invites(&self) -> impl Iterator<Item = (InviteId, Key)> {
        self.invites
            .values()
            .filter_map(|invite| Some((invite.id.clone(), unb64(&invite.secret.0)?)))
    }

    pub(super) fn use_invite(
        &mut self,
        command: CommandId,
        link: &Hidden,
    ) -> Result<bool, Refusal> {
        let own = self.own_transport().ok_or(Refusal::NotJoined)?.to_owned();
        let (to, secret, expires) = read(&link.0).ok_or(Refusal::InviteMalformed)?;
        let secret = Secret(b64(&secret));
        if to == own {
            return Err(Refusal::InviteOwn);
        }
        if self.ctx.now.unix >= expires {
            return Err(Refusal::InviteExpired);
        }
        if !self.network.transport_held {
            return Err(Refusal::InviteUnreachable);
        }
        if self.is_asking(&to) {
            return Ok(true);
        }
        let invitation = Invitation {
            secret,
            command: Some(command),
            failure: Notice::InviteNotAccepted,
        };
        self.ask_with(&own, to, invitation);
        Ok(false)
    }

    /// The connection on which somebody asked with an invite is gone: call back. Whoever asked
    /// remembers it and says yes without asking their person again.
    pub(super) fn call_back(&mut self, to: &str, secret: Secret, name: String) {
        let failure = Notice::AnswerTooLate { name };
        match self.own_transport().map(str::to_owned) {
            Some(own) if self.network.transport_held => {
                let invitation = Invitation {
                    secret,
                    command: None,
                    failure,
                };
                self.ask_with(&own, to.to_owned(), invitation);
            }
            _ => self.notice(failure),
        }
    }

    fn ask_with(&mut self, own: &str, to: String, invitation: Invitation) {
        self.invitations.insert(to.clone(), invitation);
        self.dial(own, &to, Stage::Asking(to.clone()));
        self.asked.insert(to, Asked::Connecting);
    }

    /// The secret to show to whom is asked.
    pub(super) fn secret_of_invitation(&self, asked: &str) -> Option<Key> {
        self.invitations.get(asked)?.secret()
    }

    /// How far a request is. Where it came of an invite, the person hears it.
    pub(super) fn set_asked(&mut self, stranger: String, asked: Asked) {
        if let Some(invitation) = self.invitations.get_mut(&stranger) {
            let command = invitation.command.take();
            let refusal = match asked {
                Asked::No | Asked::Connecting | Asked::Waiting | Asked::NotAccepted => None,
                Asked::Unreachable => Some(Refusal::InviteUnreachable),
                Asked::Failed => Some(Refusal::InviteNotValid),
            };
            let over = !matches!(asked, Asked::Connecting | Asked::Waiting);
            if let Some(command) = command {
                self.reply(command, refusal.map_or(Ok(()), Err));
            } else if over {
                let failure = invitation.failure.clone();
                self.notice(failure);
            }
            if over {
                self.invitations.remove(&stranger);
            }
        }
        self.asked.insert(stranger, asked);
    }

    /// Tells the views of the open invites; their links follow the own address.
    pub(super) fn show_invites(&mut self) {
        let shown = std::mem::take(&mut self.shown.invites);
        let open: Vec<Invite> = self
            .invites
            .values()
            .filter_map(|i| self.shown_invite(i))
            .collect();
        for gone in shown
            .iter()
            .filter(|was| open.iter().all(|is| is.id != was.id))
        {
            let event = Event::InviteGone(gone.id.clone());
            self.ctx.emit(Output::Event(event));
        }
        for new in open.iter().filter(|invite| !shown.contains(invite)) {
            self.ctx.emit(Output::Event(Event::Invite(new.clone())));
        }
        self.shown.invites = open;
    }

    fn shown_invite(&self, record: &InviteRecord) -> Option<Invite> {
        let link = write(
            self.own_transport()?,
            &unb64(&record.secret.0)?,
            record.expires,
        )?;
        Some(Invite {
            id: record.id.clone(),
            link: Hidden(link),
            expires: record.expires,
        })
    }
}

/// The text: version ‖ uuid of the Transport ID ‖ secret ‖ Unix seconds, big-endian.
fn write(transport_id: &str, secret: &Key, expires: UnixMillis) -> Option<String> {
    let uuid = ids::transport_uuid(transport_id)?;
    let seconds = (expires / 1_000).to_be_bytes();
    let parts: [&[u8]; 4] = [&[VERSION], uuid.as_bytes(), secret, &seconds];
    Some(format!("{SCHEME}{}", b64(&parts.concat())))
}

fn read(text: &str) -> Option<(String, Key, UnixMillis)> {
    let bytes = unb64_vec(text.trim().strip_prefix(SCHEME)?)?;
    let (version, rest) = bytes.split_first()?;
    let (uuid, rest) = rest.split_first_chunk::<16>()?;
    let (secret, rest) = rest.split_first_chunk::<32>()?;
    let seconds = u64::from_be_bytes(rest.try_into().ok()?);
    let transport_id = ids::transport_id_of(uuid::Uuid::from_bytes(*uuid));
    let expires = seconds.checked_mul(1_000)?;
    (*version == VERSION).then_some((transport_id, *secret, expires))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invite_is_read_as_it_was_written_and_nothing_else_is() {
        let id = "myapp-07070707-0707-4707-8707-070707070707";
        let text = write(id, &[9; 32], 1_795_420_800_000).unwrap();
        assert_eq!(
            text,
            "meshchat-invite:AQcHBwcHB0cHhwcHBwcHBwcJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQAAAABrA_KA"
        );
        let read_back = read(&format!(" {text}\n"));
        assert_eq!(read_back, Some((id.to_owned(), [9; 32], 1_795_420_800_000)));
        let other_version = format!("{SCHEME}{}", b64(&[2; 57]));
        for bad in [
            "",
            "meshchat-invite:",
            "https://example.org",
            &text[..60],
            &other_version,
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
