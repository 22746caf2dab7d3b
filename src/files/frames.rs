//! What the contacts say about files in the session, and what is said to them.

use super::channel::Peer;
use super::receiving::Sender;
use super::talk::Word;
use super::{File, Files, Heard, Work, say};
use crate::context::Context;
use crate::fact::{Fact, FileTalk};
use crate::limits::FILES_SAID;
use crate::misbehaviour::Misbehaviour;
use crate::records::{Change, Direction, End, Progressed};
use crate::values::{ContactId, TransferId};

impl Files {
    /// Notes that there is a session with a contact, and says how far the files with them are.
    pub(crate) fn connected(&mut self, ctx: &mut Context, contact: &ContactId) {
        self.disconnected(ctx, contact);
        let peer = Peer::new(ctx.now.mono);
        self.peers.insert(contact.clone(), peer);
        let theirs = self.all.iter_mut();
        let theirs = theirs.filter(|(_, file)| file.record.contact == *contact && file.has_news());
        let mut theirs: Vec<_> = theirs.collect();
        // Ends first, of which nothing else tells.
        let has_ended = |file: &File| matches!(file.record.progressed, Progressed::Ended { .. });
        theirs.sort_by_key(|(_, file)| (!has_ended(file), file.was_inquired()));
        for (_, file) in &mut theirs {
            if let Work::Receiving(receiving) = &mut file.work {
                receiving.connected();
            }
        }
        // The others follow with the next session, or when their turn comes to be fetched.
        for (id, file) in theirs.into_iter().take(FILES_SAID) {
            match (file.record.progressed, &mut file.work) {
                (Progressed::Ended { how, told: false }, _) => say(ctx, contact, id, Word::of(how)),
                (Progressed::Ended { .. }, Work::Receiving(_)) => {}
                (_, Work::Sending(sending)) => {
                    sending.inquire();
                    say(ctx, contact, id, Word::Offered);
                }
                (Progressed::Open, Work::Receiving(_)) => {
                    if let Some(word) = file.take_news() {
                        say(ctx, contact, id, word);
                    }
                }
            }
        }
    }

    /// Notes that there is no session with a contact any more: nothing says whose connections these are.
    pub(crate) fn disconnected(&mut self, ctx: &mut Context, contact: &ContactId) {
        let Some(mut peer) = self.peers.remove(contact) else {
            return;
        };
        for link in [peer.fetch.take(), peer.serve.take()].concat() {
            ctx.close(link);
        }
        self.interrupted(ctx, contact, None);
    }

    /// Takes what a contact says in the session.
    pub(crate) fn hear(&mut self, ctx: &mut Context, contact: &ContactId, talk: FileTalk) {
        let heard = match talk {
            FileTalk::Word { id, state } => self.word(ctx, contact, id, &state),
            FileTalk::Channel { label, further } => self.announced(ctx, contact, label, further),
            FileTalk::Awaited { label } => {
                let peer = self.peers.get_mut(contact);
                if let Some(labels) = peer.and_then(|peer| peer.fetch.take_labels(&label)) {
                    ctx.tell(Fact::FilesAwaited(contact.clone(), labels));
                }
                Ok(())
            }
            FileTalk::Bound {
                label,
                local,
                remote,
            } => self.bound(ctx, contact, &label, &local, &remote),
        };
        if let Err(how) = heard {
            ctx.tell(Fact::Misbehaved(contact.clone(), how));
        }
    }

    fn word(
        &mut self,
        ctx: &mut Context,
        contact: &ContactId,
        id: TransferId,
        word: &str,
    ) -> Heard {
        let word = Word::read(word).ok_or(Misbehaviour::OutOfPlace)?;
        let known = self.all.get(&id);
        let theirs = |file: &&File| file.record.contact == *contact || planted!(FilesOfOthers);
        match (known.filter(theirs), word.end()) {
            (None, Some(_)) => {
                // Whoever has ended it says so until that is noted.
                say(ctx, contact, &id, Word::Noted);
                Ok(())
            }
            (None, None) => {
                // It was offered by this device before it lost what it had stored, or was forgotten.
                if word == Word::Want {
                    say(ctx, contact, &id, Word::Failed);
                }
                Ok(())
            }
            (Some(_), Some(how)) => self.ended_there(ctx, contact, &id, how),
            (Some(_), None) => {
                self.said(ctx, contact, &id, word);
                Ok(())
            }
        }
    }

    /// Takes that a file has ended on the other device.
    fn ended_there(
        &mut self,
        ctx: &mut Context,
        contact: &ContactId,
        id: &TransferId,
        how: End,
    ) -> Heard {
        let Some(file) = self.all.get_mut(id) else {
            return Ok(());
        };
        let comes = match &file.work {
            Work::Receiving(receiving) => Some(receiving),
            Work::Sending(_) => None,
        };
        // Only whoever gets a file can have declined or saved it.
        let only_there = matches!(how, End::Declined | End::Saved);
        if only_there && comes.is_some() {
            return Err(Misbehaviour::OutOfPlace);
        }
        // All of it is here, and being saved: that counts, and is said.
        let open = file.record.progressed == Progressed::Open;
        if open && comes.is_some_and(|comes| comes.is_whole() || file.record.whole) {
            return Ok(());
        }
        say(ctx, contact, id, file.hear_end());
        if !open && how == End::Saved {
            // Given up here when all of it was there.
            file.record.progressed = Progressed::Open;
        }
        self.end(ctx, id, how, true);
        Ok(())
    }

    /// Takes something else that the other side says of a file.
    fn said(&mut self, ctx: &mut Context, contact: &ContactId, id: &TransferId, word: Word) {
        let Some(file) = self.all.get_mut(id) else {
            return;
        };
        // Their person has decided anew: whoever sends it has heard its end from there.
        if word == Word::Want
            && file.record.direction == Direction::Out
            && file.record.may_go_again()
        {
            self.begin_again(ctx, id, false);
        }
        let Some(file) = self.all.get_mut(id) else {
            return;
        };
        match (word, file.record.progressed, &mut file.work) {
            (Word::Want, Progressed::Ended { how, .. }, _)
            | (Word::Offered, Progressed::Ended { how, .. }, Work::Receiving(_)) => {
                say(ctx, contact, id, Word::of(how));
            }
            (Word::Want, Progressed::Open, Work::Sending(sending)) => {
                sending.want(ctx, id, &file.record.offer);
            }
            (Word::Paused, Progressed::Open, Work::Sending(sending)) => sending.paused_there(),
            (Word::Paused, Progressed::Open, Work::Receiving(receiving)) => {
                receiving.heard(Sender::Paused);
            }
            (Word::Lacking, Progressed::Open, Work::Receiving(receiving)) => {
                receiving.heard(Sender::Lacking);
            }
            (Word::Ready, Progressed::Open, Work::Receiving(receiving)) => {
                receiving.heard(Sender::Ready);
            }
            (Word::Noted, Progressed::Ended { how, told: false }, _) => {
                file.record.progressed = Progressed::Ended { how, told: true };
                ctx.store_for_certain(Change::Transfer(file.record.clone()));
            }
            _ => {}
        }
        self.announce(ctx, id);
        self.go_on(ctx, contact, id);
    }

    /// Notes that the files with a contact in one direction, or in both, do not pass for now.
    pub(super) fn interrupted(
        &mut self,
        ctx: &mut Context,
        contact: &ContactId,
        direction: Option<Direction>,
    ) {
        let mut changed = Vec::new();
        for (id, file) in self.all.iter_mut() {
            let concerns = direction.is_none_or(|direction| direction == file.record.direction);
            if file.record.contact == *contact && concerns {
                match &mut file.work {
                    Work::Sending(sending) => sending.interrupted(),
                    Work::Receiving(receiving) => receiving.interrupted(),
                }
                changed.push(id.clone());
            }
        }
        for id in changed {
            self.announce(ctx, &id);
        }
    }
}
