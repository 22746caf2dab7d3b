//! Files that contacts offer each other, from the offer to the disk.
//!
//! Whoever wants a file fetches it: over a connection of its own ([`channel`]), piece by piece. Here is which piece is
//! asked for, sent and believed; the bytes themselves pass between the connection and the disk, and never through a
//! node. [`mod@file`] is one of them, [`receiving`] one that comes, [`sending`] one that goes, [`talk`] what both sides say
//! in the session, [`frames`] what that leads to, [`calls`] how the connections are made, [`passing`] what passes on the connections for files, and [`unasked`] the
//! pictures that come by themselves.
//!
//! The promise: a piece counts once its hash is right and it is flushed to the disk, so a file goes on from there
//! after any end: of a connection, of a browser, of a network. "Saved" is said when the browser says so.
//!
//! Long because what begins, ends and is forgotten of a file stands together.
//!
//! Not here: the message in which a file is offered, which is one like all others
//! ([`conversations`](crate::conversations)).

mod calls;
mod channel;
mod file;
mod frames;
mod passing;
mod piece;
mod receiving;
mod sending;
mod talk;
#[cfg(test)]
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test names what it expects"
)]
mod tests;
mod unasked;

use crate::clock::Mono;
use crate::context::Context;
use crate::fact::Fact;
use crate::io::{FileInput, FileOutput, Output};
use crate::limits::{FETCHED_AT_ONCE, TRANSFER_LIFE, TRANSFERS};
use crate::misbehaviour::Misbehaviour;
use crate::offer::FileOffer;
use crate::records::{Change, Direction, End, Progressed, TransferRecord};
use crate::store::Write;
use crate::values::{ContactId, TransferId};
use crate::view::{Event, Failure, FileChoice, FileCommand, Refusal, Transfer};
use crate::why::{Deadline, Why};
use crate::wire::SessionFrame;
use channel::Peer;
use file::{File, Work};
use litemap::LiteMap;
use talk::Word;

/// What comes of something that the other side has said.
type Heard = Result<(), Misbehaviour>;

/// Every file that was accepted here or offered from here, and the connections with those they are from and for.
#[derive(Debug, Default)]
pub(crate) struct Files {
    all: LiteMap<TransferId, File>,
    /// The contacts with a session.
    peers: LiteMap<ContactId, Peer>,
}

impl Files {
    /// Takes what was stored. What belongs to contacts that are not there any more is removed.
    pub(crate) fn restore(
        &mut self,
        ctx: &mut Context,
        records: Vec<TransferRecord>,
        is_there: impl Fn(&ContactId) -> bool,
    ) {
        for record in records {
            if is_there(&record.contact) {
                self.all.insert(record.id.clone(), File::new(record));
            } else {
                remove(ctx, &record.id);
            }
        }
        for (id, file) in self.all.iter_mut() {
            // What has arrived of a file is looked up at once: it may be whole by now.
            if let (Progressed::Open, Work::Receiving(receiving)) =
                (file.record.progressed, &mut file.work)
            {
                receiving.open(ctx, id, file.record.offer.size);
            }
        }
    }

    /// Keeps a file that the person offers, before its message is written.
    pub(crate) fn offer(
        &mut self,
        ctx: &mut Context,
        contact: &ContactId,
        id: &TransferId,
        offer: FileOffer,
    ) -> Result<(), Refusal> {
        self.begin(ctx, contact, id, offer, (Direction::Out, false))
    }

    /// Takes back a file whose message was refused, or deleted.
    pub(crate) fn take_back(&mut self, ctx: &mut Context, id: &TransferId) {
        self.all.remove(id);
        remove(ctx, id);
    }

    /// Forgets a file whose message was deleted, with the copy that is kept for the views. One that is being saved just now is
    /// forgotten after that.
    pub(crate) fn offer_deleted(
        &mut self,
        ctx: &mut Context,
        contact: &ContactId,
        id: &TransferId,
        is_own: bool,
    ) {
        let is_it = |file: &&mut File| {
            let own = file.record.direction == Direction::Out;
            (&file.record.contact, own) == (contact, is_own)
        };
        let Some(file) = self.all.get_mut(id).filter(is_it) else {
            return;
        };
        file.deleted = true;
        if !file.is_saving() {
            // The other side deletes it by itself.
            self.end(ctx, id, End::Cancelled { there: false }, true);
            self.take_back(ctx, id);
        }
    }

    /// Forgets the files of a contact whose chat was cleared, but those that are offered in what stays.
    pub(crate) fn cleared(&mut self, ctx: &mut Context, contact: &ContactId, kept: &[TransferId]) {
        let of_contact = self
            .all
            .iter()
            .filter(|(id, file)| file.record.contact == *contact && !kept.contains(id));
        let cleared: Vec<_> = of_contact
            .map(|(id, file)| (id.clone(), file.record.direction == Direction::Out))
            .collect();
        for (id, is_own) in cleared {
            self.offer_deleted(ctx, contact, &id, is_own);
        }
    }

    /// Fetches a file that is offered in a message, or says that it is not wanted.
    pub(crate) fn decide(
        &mut self,
        ctx: &mut Context,
        contact: &ContactId,
        id: &TransferId,
        offer: FileOffer,
        choice: FileChoice,
    ) -> Result<(), Refusal> {
        let asks = choice == FileChoice::SaveAs;
        // The person has decided about what is shown, and not about what once had the same id.
        let is_it = |file: &&File| {
            let TransferRecord {
                contact: from,
                direction,
                offer: before,
                ..
            } = &file.record;
            let shown = (from, *direction, before) == (contact, Direction::In, &offer);
            shown && file.record.may_go_again()
        };
        let declines = choice == FileChoice::Decline;
        if !declines && self.all.get(id).filter(is_it).is_some() {
            self.begin_again(ctx, id, asks);
            return Ok(());
        }
        self.begin(ctx, contact, id, offer, (Direction::In, asks))?;
        if declines {
            self.end(ctx, id, End::Declined, false);
        }
        Ok(())
    }

    /// Goes on with a file that had ended.
    fn begin_again(&mut self, ctx: &mut Context, id: &TransferId, asks: bool) {
        if let Some(file) = self.all.get_mut(id) {
            let record = TransferRecord {
                progressed: Progressed::Open,
                began: ctx.now.unix,
                paused: false,
                asks,
                whole: false,
                unsaved: false,
                ..file.record.clone()
            };
            let change = Change::Transfer(record.clone());
            ctx.store(Write::Transfer(id.clone()), change);
            *file = File::new(record);
        }
        self.announce(ctx, id);
    }

    fn begin(
        &mut self,
        ctx: &mut Context,
        contact: &ContactId,
        id: &TransferId,
        offer: FileOffer,
        (direction, asks): (Direction, bool),
    ) -> Result<(), Refusal> {
        if self.all.contains_key(id) {
            return Err(Refusal::Gone);
        }
        self.make_room(ctx)?;
        let record = TransferRecord {
            version: 1,
            id: id.clone(),
            contact: contact.clone(),
            direction,
            offer,
            progressed: Progressed::Open,
            began: ctx.now.unix,
            paused: false,
            asks,
            whole: false,
            unsaved: false,
        };
        ctx.store(
            Write::Transfer(id.clone()),
            Change::Transfer(record.clone()),
        );
        self.all.insert(id.clone(), File::new(record));
        self.announce(ctx, id);
        Ok(())
    }

    /// Forgets the oldest file that has ended, where there is no room for another one.
    fn make_room(&mut self, ctx: &mut Context) -> Result<(), Refusal> {
        if self.all.len() < TRANSFERS {
            return Ok(());
        }
        let ended = self.all.iter().filter(|(_, file)| file.has_ended());
        let oldest = ended.min_by_key(|(_, file)| file.record.began);
        let oldest = oldest.map(|(id, _)| id.clone());
        let oldest = oldest.ok_or(Refusal::FilesFull)?;
        self.all.remove(&oldest);
        remove(ctx, &oldest);
        Ok(())
    }

    /// Goes on after the record of a file was stored: nothing of it touches the disk before it was accepted.
    pub(crate) fn stored(&mut self, ctx: &mut Context, id: &TransferId) {
        let Some(file) = self.all.get_mut(id) else {
            return;
        };
        if file.record.is_over() {
            let done = if file.record.was_saved() {
                FileOutput::Settle
            } else {
                FileOutput::Drop
            };
            ctx.emit(Output::File(id.clone(), done));
            return;
        }
        match (file.record.progressed, &mut file.work) {
            (Progressed::Open, Work::Receiving(receiving)) => {
                receiving.open(ctx, id, file.record.offer.size);
            }
            (Progressed::Open, Work::Sending(_)) if file.record.offer.is_kept() => {
                ctx.emit(Output::File(id.clone(), FileOutput::Keep));
            }
            (Progressed::Open | Progressed::Ended { .. }, _) => {}
        }
    }

    /// Writes the record of a file again that could not be stored. One that comes waits for nothing else.
    pub(crate) fn not_stored(&mut self, ctx: &mut Context, id: &TransferId) {
        if let Some(file) = self.all.get(id) {
            let has_ended = file.has_ended();
            ctx.store_for_certain(Change::Transfer(file.record.clone()));
            if !has_ended {
                self.stored(ctx, id);
            }
        }
    }

    /// Returns whether nothing else is known of a file by now.
    pub(crate) fn is_newest(&self, record: &TransferRecord) -> bool {
        let file = self.all.get(&record.id);
        file.is_some_and(|file| file.record == *record)
    }

    /// Returns whether a file is known.
    pub(crate) fn has(&self, id: &TransferId) -> bool {
        self.all.contains_key(id)
    }

    /// Carries out what the person wants of a file that was accepted or offered here.
    pub(crate) fn command(
        &mut self,
        ctx: &mut Context,
        id: &TransferId,
        command: FileCommand,
    ) -> Result<(), Refusal> {
        let file = self.all.get_mut(id).ok_or(Refusal::Gone)?;
        if command == FileCommand::Cancel && file.record.waits_for_them() {
            self.withdraw(ctx, id, End::Cancelled { there: false });
            return Ok(());
        }
        // What is being saved may be saved already, and nobody knows how much of a dialog was answered.
        let file = Some(file).filter(|file| !file.has_ended() && !file.is_saving());
        let file = file.ok_or(Refusal::Gone)?;
        match command {
            FileCommand::Cancel => self.end(ctx, id, End::Cancelled { there: false }, false),
            FileCommand::Pause(paused) => {
                file.record.paused = paused;
                if let Work::Receiving(receiving) = &mut file.work {
                    receiving.interrupted();
                    receiving.renew();
                }
                let contact = file.record.contact.clone();
                ctx.store_for_certain(Change::Transfer(file.record.clone()));
                self.announce(ctx, id);
                self.go_on(ctx, &contact, id);
            }
            FileCommand::Choose => {
                if let Work::Sending(sending) = &mut file.work {
                    sending.look(ctx, id, &file.record.offer);
                }
            }
            FileCommand::Save => {
                if let Work::Receiving(receiving) = &mut file.work {
                    receiving.save_again(ctx, &file.record);
                }
                self.announce(ctx, id);
            }
        }
        Ok(())
    }

    /// Ends what the other person has ended and may want after all. They hear it when they do.
    fn withdraw(&mut self, ctx: &mut Context, id: &TransferId, how: End) {
        if let Some(file) = self.all.get_mut(id) {
            file.record.progressed = Progressed::Open;
        }
        self.end(ctx, id, how, true);
    }

    /// Ends a file. `told` is whether the other side knows.
    fn end(&mut self, ctx: &mut Context, id: &TransferId, how: End, told: bool) {
        let Some(file) = self.all.get_mut(id).filter(|file| !file.has_ended()) else {
            return;
        };
        file.record.progressed = Progressed::Ended { how, told };
        let contact = file.record.contact.clone();
        let change = Change::Transfer(file.record.clone());
        // What says that it was saved stays with its bytes until that is stored: nothing is saved twice.
        ctx.store(Write::Transfer(id.clone()), change);
        if how != End::Saved {
            let stop = if file.record.is_over() {
                FileOutput::Drop
            } else {
                FileOutput::Stop
            };
            ctx.emit(Output::File(id.clone(), stop));
        }
        if let Some(peer) = self.peers.get_mut(&contact) {
            peer.serve.forget(id);
        }
        self.announce(ctx, id);
        if !told {
            say(ctx, &contact, id, Word::of(how));
        }
        // Its place is another one's.
        self.fetch(ctx, &contact);
        self.serve(ctx, &contact);
    }

    /// Forgets everything with a contact, who is removed.
    pub(crate) fn forget(&mut self, ctx: &mut Context, contact: &ContactId) {
        let of = |file: &File| file.record.contact == *contact;
        let theirs = self.all.iter().filter(|(_, file)| of(file));
        let theirs: Vec<TransferId> = theirs.map(|(id, _)| id.clone()).collect();
        for id in theirs {
            self.all.remove(&id);
            remove(ctx, &id);
        }
        self.disconnected(ctx, contact);
    }

    /// Tells a new view of every file.
    pub(crate) fn attach(&self, ctx: &mut Context) {
        for (id, file) in self.all.iter() {
            ctx.event(shown(id, file));
        }
    }

    /// Tells the views how far a file is, where that is news.
    fn announce(&mut self, ctx: &mut Context, id: &TransferId) {
        if let Some(file) = self.all.get_mut(id) {
            let state = Some(file.state());
            if file.told != state {
                file.told = state;
                ctx.event(shown(id, file));
            }
        }
    }

    /// Goes on after the device has done something with the bytes of a file.
    pub(crate) fn input(&mut self, ctx: &mut Context, id: &TransferId, input: FileInput) {
        let Some(file) = self.all.get_mut(id).filter(|file| !file.has_ended()) else {
            return;
        };
        let contact = file.record.contact.clone();
        let read = match input {
            FileInput::Read { number, hash } => Some((number, hash)),
            FileInput::Opened { .. }
            | FileInput::Written { .. }
            | FileInput::Damaged { .. }
            | FileInput::Saved
            | FileInput::NotSaved
            | FileInput::Found
            | FileInput::Lacking
            | FileInput::Sent
            | FileInput::Failed(_) => None,
        };
        let sent = matches!(input, FileInput::Sent | FileInput::Lacking);
        let ended = match &mut file.work {
            Work::Receiving(receiving) => receiving.input(ctx, &mut file.record, input),
            Work::Sending(sending) => sending.input(input),
        };
        if let Some(read) = read {
            self.read(ctx, &contact, id, read);
        }
        if sent {
            self.sent(&contact, id);
        }
        match ended {
            Some(how) => self.end(ctx, id, how, false),
            None => self.announce(ctx, id),
        }
        if self
            .all
            .get(id)
            .is_some_and(|file| file.deleted && !file.is_saving())
        {
            self.take_back(ctx, id);
        }
        self.go_on(ctx, &contact, id);
    }

    /// Sends and asks for what is next after something has changed about a file.
    fn go_on(&mut self, ctx: &mut Context, contact: &ContactId, id: &TransferId) {
        let Some(file) = self.all.get_mut(id).filter(|file| !file.has_ended()) else {
            return;
        };
        if let Some(word) = file
            .take_news()
            .filter(|_| self.peers.contains_key(contact))
        {
            say(ctx, contact, id, word);
        }
        match &file.work {
            Work::Receiving(_) => {
                self.acknowledge(ctx, contact, id);
                self.fetch(ctx, contact);
            }
            Work::Sending(_) => self.serve(ctx, contact),
        }
    }

    /// Looks at every deadline.
    pub(crate) fn timeout(&mut self, ctx: &mut Context) {
        let now = ctx.now.mono;
        let late = self.peers.iter().filter(|(_, peer)| peer.is_late(now));
        let late: Vec<ContactId> = late.map(|(contact, _)| contact.clone()).collect();
        for contact in late {
            self.drop_late(ctx, &contact);
        }
        let life = crate::clock::millis(TRANSFER_LIFE);
        let is_old = |file: &File| {
            let old = ctx.now.unix > file.record.began.saturating_add(life);
            old && !file.record.is_over() && !file.is_saving()
        };
        let old = self.all.iter().filter(|(_, file)| is_old(file));
        let old: Vec<TransferId> = old.map(|(id, _)| id.clone()).collect();
        let how = End::Failed(Failure::TooOld);
        for id in old {
            if self
                .all
                .get(&id)
                .is_some_and(|file| file.record.waits_for_them())
            {
                self.withdraw(ctx, &id, how);
            } else {
                self.end(ctx, &id, how, false);
            }
        }
    }

    /// Returns the contacts from whom something is to be fetched over a connection that has to be made now.
    pub(crate) fn to_dial(&self, now: Mono) -> Vec<ContactId> {
        let is_due = |(contact, peer): &(&ContactId, &Peer)| {
            peer.may_begin() && peer.again <= now && self.wants_something(contact)
        };
        let due = self.peers.iter().filter(is_due);
        due.map(|(contact, _)| contact.clone()).collect()
    }

    fn wants_something(&self, contact: &ContactId) -> bool {
        self.wanted(contact).next().is_some()
    }

    /// Returns what is to be fetched from a contact now, the oldest first.
    fn wanted(&self, contact: &ContactId) -> impl Iterator<Item = &TransferId> {
        let is_wanted = move |(_, file): &(&TransferId, &File)| {
            let theirs =
                file.record.contact == *contact && !file.has_ended() && !file.record.paused;
            theirs && matches!(&file.work, Work::Receiving(receiving) if receiving.is_wanted())
        };
        let mut wanted: Vec<_> = self.all.iter().filter(is_wanted).collect();
        wanted.sort_by_key(|(_, file)| file.record.began);
        let wanted = wanted.into_iter().map(|(id, _)| id);
        wanted.take(FETCHED_AT_ONCE)
    }

    /// Returns when to look again; `may_dial` is whether a connection can be made.
    pub(crate) fn due(&self, may_dial: bool) -> Option<Deadline> {
        let due = self.peers.iter().filter_map(|(contact, peer)| {
            let dial = may_dial && peer.may_begin() && self.wants_something(contact);
            let dial = dial.then_some(peer.again);
            [dial, peer.fetch.deadline(), peer.serve.deadline()]
                .into_iter()
                .flatten()
                .min()
        });
        due.min().map(|at| Why::File.at(at))
    }

    /// Returns whether no file is on its way.
    pub(crate) fn is_idle(&self) -> bool {
        self.peers.values().all(Peer::is_idle)
    }
}

/// Says something about a file in the session with a contact.
fn say(ctx: &mut Context, contact: &ContactId, id: &TransferId, word: Word) {
    let frame = SessionFrame::File {
        id: id.0.clone(),
        state: word.as_str().to_owned(),
    };
    ctx.tell(Fact::Say(contact.clone(), Box::new(frame)));
}

fn remove(ctx: &mut Context, id: &TransferId) {
    ctx.store_for_certain(Change::ForgetTransfer(id.clone()));
    ctx.emit(Output::File(id.clone(), FileOutput::Drop));
    ctx.event(Event::TransferGone(id.clone()));
}

fn shown(id: &TransferId, file: &File) -> Event {
    let (state, bytes) = file.state();
    let TransferRecord {
        contact,
        direction,
        offer,
        began,
        asks,
        ..
    } = &file.record;
    Event::Transfer(Transfer {
        transfer: id.clone(),
        contact: contact.clone(),
        own: *direction == Direction::Out,
        name: offer.title().to_owned(),
        size: offer.size,
        folder: offer.folder,
        began: *began,
        asks: *asks,
        state,
        bytes,
    })
}
