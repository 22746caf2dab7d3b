//! What passes on the connections for files: which pieces are asked for, sent and acknowledged.

use super::sending::Then;
use super::{File, Files, Heard, Work, say};
use crate::context::Context;
use crate::encoding::{b64, unb64};
use crate::io::{FileOutput, LinkId, Output};
use crate::misbehaviour::Misbehaviour;
use crate::records::Progressed;
use crate::values::{ContactId, TransferId};
use crate::wire::FileFrame;

impl Files {
    /// Takes a message on a connection for files.
    pub(super) fn frame(
        &mut self,
        ctx: &mut Context,
        contact: &ContactId,
        link: LinkId,
        bytes: Vec<u8>,
    ) {
        let channel = self.channel(contact, link);
        let Some(bytes) = channel.and_then(|channel| channel.keep_early(link, bytes)) else {
            return;
        };
        if let Err(how) = self.take(ctx, contact, link, &bytes) {
            tracing::warn!(%how, "a connection for files is closed");
            ctx.close(link);
            self.broken(ctx, contact, link);
        }
    }

    fn take(
        &mut self,
        ctx: &mut Context,
        contact: &ContactId,
        link: LinkId,
        bytes: &[u8],
    ) -> Heard {
        let frame = FileFrame::decode(bytes)?;
        let serves = self.serves_on(contact) == Some(link);
        let fetches = self.fetches_on(contact) == Some(link);
        let (id, may) = match &frame {
            FileFrame::Get { id, .. } | FileFrame::Got { id, .. } => (id, serves),
            FileFrame::Piece { id, .. } | FileFrame::Differs { id, .. } => (id, fetches),
        };
        if !may {
            return Err(Misbehaviour::OutOfPlace);
        }
        let id = TransferId(id.clone());
        let open = |file: &&mut File| {
            let theirs = file.record.contact == *contact || planted!(FilesOfOthers);
            theirs && file.record.progressed == Progressed::Open
        };
        // It may have ended here a moment ago.
        let Some(file) = self.all.get_mut(&id).filter(open) else {
            return Ok(());
        };
        let size = file.size();
        match (frame, &mut file.work) {
            (FileFrame::Get { from, last, .. }, Work::Sending(sending)) => {
                if from > super::piece::count(size) || last.is_some() != (from > 0) {
                    return Err(Misbehaviour::OutOfPlace);
                }
                let last = last.map(|last| unb64(&last).ok_or(Misbehaviour::OutOfPlace));
                sending.get(link, from, last.transpose()?);
            }
            (FileFrame::Got { upto, .. }, Work::Sending(sending)) => {
                if !sending.heard(upto) {
                    return Err(Misbehaviour::OutOfPlace);
                }
            }
            (
                FileFrame::Piece {
                    number,
                    length,
                    hash,
                    ..
                },
                Work::Receiving(receiving),
            ) => {
                let hash = unb64(&hash).ok_or(Misbehaviour::OutOfPlace)?;
                receiving.announced(ctx, (&id, link), size, (number, length, hash));
            }
            (FileFrame::Differs { from, .. }, Work::Receiving(receiving)) => {
                if let Some(how) = receiving.differs(ctx, &id, size, from)? {
                    self.end(ctx, &id, how, false);
                }
            }
            _ => return Err(Misbehaviour::OutOfPlace),
        }
        self.announce(ctx, &id);
        self.go_on(ctx, contact, &id);
        Ok(())
    }

    /// Asks for what is wanted and was not asked for, and closes the connection where nothing is wanted.
    pub(super) fn fetch(&mut self, ctx: &mut Context, contact: &ContactId) {
        let wanted: Vec<TransferId> = self.wanted(contact).cloned().collect();
        let Some(peer) = self.peers.get_mut(contact) else {
            return;
        };
        if wanted.is_empty() {
            for link in peer.fetch.take() {
                ctx.close(link);
            }
            return;
        }
        let Some(link) = peer.fetch.ready() else {
            return;
        };
        for id in wanted {
            let Some(file) = self.all.get_mut(&id) else {
                continue;
            };
            if let Some(word) = file.take_news() {
                say(ctx, contact, &id, word);
            }
            let ask = match &mut file.work {
                Work::Receiving(receiving) => receiving.ask(),
                Work::Sending(_) => None,
            };
            if let Some((from, last)) = ask {
                let frame = FileFrame::Get {
                    id: id.0.clone(),
                    from,
                    last: last.map(|last| b64(&last)),
                };
                ctx.transmit(link, &frame);
                self.announce(ctx, &id);
            }
        }
    }

    /// Tells the sender which pieces are on the disk.
    pub(super) fn acknowledge(&mut self, ctx: &mut Context, contact: &ContactId, id: &TransferId) {
        let link = self.fetches_on(contact);
        let file = self.all.get_mut(id);
        if let (Some(link), Some(file)) = (link, file)
            && let Work::Receiving(receiving) = &mut file.work
            && let Some(upto) = receiving.take_owed()
        {
            let id = id.0.clone();
            ctx.transmit(link, &FileFrame::Got { id, upto });
            // Only what comes of a connection shows that it is good for something.
            if let Some(peer) = self.peers.get_mut(contact) {
                peer.failures = 0;
            }
        }
    }

    /// Reads the next piece for a contact, where none is being read or sent: of each file in turn.
    pub(super) fn serve(&mut self, ctx: &mut Context, contact: &ContactId) {
        let Some(peer) = self.peers.get_mut(contact) else {
            return;
        };
        if peer.serve.busy.is_some() || peer.serve.ready().is_none() {
            return;
        }
        let is_ready = |(_, file): &(&TransferId, &File)| {
            let theirs = file.record.contact == *contact || planted!(FilesOfOthers);
            let open = theirs && !file.has_ended() && !file.record.paused;
            let size = file.size();
            open && matches!(&file.work, Work::Sending(sending) if sending.is_ready(size))
        };
        let ready: Vec<&TransferId> = self.all.iter().filter(is_ready).map(|(id, _)| id).collect();
        let last = peer.serve.last.as_ref();
        let after = ready.iter().find(|id| Some(**id) > last);
        let Some(id) = after.or(ready.first()).map(|id| (*id).clone()) else {
            return;
        };
        peer.serve.last = Some(id.clone());
        peer.serve.busy = Some(id.clone());
        if let Some(file) = self.all.get_mut(&id) {
            let size = file.size();
            if let Work::Sending(sending) = &mut file.work {
                sending.read(ctx, &id, size);
            }
        }
    }

    /// Sends a piece that was read, and goes on with the next one once it is sent; or compares it.
    pub(super) fn read(
        &mut self,
        ctx: &mut Context,
        contact: &ContactId,
        id: &TransferId,
        (number, hash): (u64, [u8; 32]),
    ) {
        let ready = self.serves_on(contact);
        let Some(file) = self.all.get_mut(id) else {
            return self.sent(contact, id);
        };
        let size = file.size();
        let then = match &mut file.work {
            Work::Sending(sending) => sending.was_read(number, hash),
            Work::Receiving(_) => None,
        };
        match then {
            Some(Then::Send(link)) if ready == Some(link) => {
                let frame = FileFrame::Piece {
                    id: id.0.clone(),
                    number,
                    length: super::piece::length(size, number),
                    hash: b64(&hash),
                };
                ctx.transmit(link, &frame);
                ctx.emit(Output::File(id.clone(), FileOutput::Send { link }));
                return;
            }
            Some(Then::Differs(link, from)) if ready == Some(link) => {
                let id = id.0.clone();
                ctx.transmit(link, &FileFrame::Differs { id, from });
            }
            Some(Then::Send(_) | Then::Differs(..)) | None => {}
        }
        self.sent(contact, id);
    }

    /// Notes that a piece of a file was handed to the connection, or is not wanted any more.
    pub(super) fn sent(&mut self, contact: &ContactId, id: &TransferId) {
        if let Some(peer) = self.peers.get_mut(contact) {
            peer.serve.forget(id);
        }
    }
}
