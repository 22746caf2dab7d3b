//! Two people who ask each other at once, on two connections.
//!
//! The request of the smaller Discovery ID goes on, and the other one is answered with `crossed`.
//! Each side has dialled one of the two connections, and only there it knows whom it has asked:
//! what calls from the same id may be somebody who has taken that id since. So the smaller side shows
//! on the connection that it was asked on that it is also at the other end of the one on which it
//! asks: it knows the call-back secret of that one. Then the other side says yes there, without
//! asking its person.

use super::Handshakes;
use super::exchange::Exchange;
use super::stage::Stage;
use crate::context::Context;
use crate::encoding::{b64, unb64};
use crate::fact::{Fact, Shown};
use crate::ids::Stranger;
use crate::io::LinkId;
use crate::wire::HandshakeFrame;

impl Handshakes {
    /// Answers the request of a stranger whom this side asks too, if its own request has been
    /// sent by now. Returns whether it has.
    pub(crate) fn say_crossed(&mut self, ctx: &mut Context, stranger: &Stranger) -> bool {
        let sent = self.pending.values().find_map(|pending| {
            let Stage::ExpectAnswer(exchange, asked) = &pending.stage else {
                return None;
            };
            (asked == stranger).then(|| exchange.call_back())
        });
        let Some(call_back) = sent else {
            return false;
        };
        let theirs = self.pending.iter().filter_map(|(link, pending)| {
            let Stage::Requested(exchange, _) = &pending.stage else {
                return None;
            };
            let theirs = stranger.is_at(&pending.connection.remote);
            theirs.then(|| (*link, exchange.crossed(&call_back)))
        });
        let theirs: Vec<(LinkId, _)> = theirs.collect();
        for (link, tag) in theirs {
            ctx.transmit(link, &HandshakeFrame::Crossed { mac: b64(&tag) });
            self.remove(ctx, link);
        }
        true
    }

    /// Takes the answer that the stranger asked on this connection goes on with their own request on
    /// another one. Returns whether they are at the other end of that.
    pub(super) fn take_crossed(
        &mut self,
        ctx: &mut Context,
        exchange: &Exchange,
        stranger: &Stranger,
        tag: &str,
    ) -> bool {
        let Some(tag) = unb64(tag) else {
            return false;
        };
        let found = self.pending.iter_mut().find(|(_, pending)| {
            let theirs = stranger.is_at(&pending.connection.remote);
            let asks = pending.stage.asking_here().filter(|_| theirs);
            asks.is_some_and(|other| exchange.is_crossed(&other.call_back(), &tag))
        });
        let Some((_, pending)) = found else {
            return false;
        };
        if let Stage::ExpectRequest(_, shown) = &mut pending.stage {
            *shown = Some(Shown::CallBack(stranger.clone()));
        } else {
            ctx.tell(Fact::Crossed(stranger.clone()));
        }
        true
    }
}
