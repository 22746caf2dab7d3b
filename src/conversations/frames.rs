//! What a message of a contact leads to.

use super::chat::Received;
use super::{Conversation, Conversations};
use crate::context::Context;
use crate::fact::{Fact, Heard};
use crate::limits::TEXT_BYTES;
use crate::misbehaviour::Misbehaviour;
use crate::values::ContactId;
use crate::view::Event;
use crate::wire::SessionFrame;

impl Conversations {
    /// Takes one message. `receipts` is whether contacts are told what was read.
    pub(crate) fn frame(
        &mut self,
        ctx: &mut Context,
        id: &ContactId,
        bytes: &[u8],
        receipts: bool,
    ) {
        let now = ctx.now.mono;
        if let Some(session) = self.session_mut(id) {
            session.liveness.heard(now);
        }
        let frame = SessionFrame::decode(bytes).map_err(Misbehaviour::from);
        if let Err(how) = frame.and_then(|frame| self.hear(ctx, id, frame, receipts)) {
            ctx.tell(Fact::Misbehaved(id.clone(), how));
        }
    }

    fn hear(
        &mut self,
        ctx: &mut Context,
        id: &ContactId,
        frame: SessionFrame,
        receipts: bool,
    ) -> Result<(), Misbehaviour> {
        match frame {
            SessionFrame::Profile {
                number,
                friendlyname,
                card,
                near,
                special,
                at,
                routers,
            } => {
                if let Some(session) = self.session_mut(id) {
                    session.says_near = near;
                    session.routers = routers.unwrap_or_default();
                }
                let heard = Heard {
                    number,
                    name: friendlyname,
                    card,
                    special,
                    at,
                };
                ctx.tell(Fact::Profile(id.clone(), Box::new(heard)));
            }
            SessionFrame::Have { log, upto, read } => {
                self.chat(ctx, id).rewind(log.as_deref(), upto, read);
                if let Some(session) = self.session_mut(id) {
                    session.synced = true;
                }
                self.pump(ctx, id);
            }
            SessionFrame::Text { log, seq, at, text } => {
                return self.text(ctx, id, &log, seq, at, text, receipts);
            }
            SessionFrame::Ack { log, upto } => {
                self.chat(ctx, id).acknowledged(&log, upto);
                self.pump(ctx, id);
            }
            SessionFrame::Read { log, upto } => self.chat(ctx, id).read_by_other(&log, upto),
            SessionFrame::Typing => ctx.event(Event::Typing(id.clone())),
            SessionFrame::Ping => self.say(ctx, id, &SessionFrame::Pong),
            SessionFrame::Pong => {}
            SessionFrame::Bye => self.end(ctx, id),
            SessionFrame::Replaced => ctx.tell(Fact::Replaced(id.clone())),
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one message")]
    fn text(
        &mut self,
        ctx: &mut Context,
        id: &ContactId,
        log: &str,
        seq: u64,
        at: u64,
        text: String,
        receipts: bool,
    ) -> Result<(), Misbehaviour> {
        if log.len() != 32 || text.len() > TEXT_BYTES || text.is_empty() {
            return Err(Misbehaviour::TextOutOfBounds);
        }
        let now = ctx.now;
        let allowed = |all: &mut Conversation| all.incoming.take(now.mono.into());
        if !self.all.get_mut(id).is_some_and(allowed) && !planted!(MessageRateOff) {
            return Err(Misbehaviour::TooManyTexts);
        }
        // A clock that is ahead must not put a message into the future.
        let chat = self.chat(ctx, id);
        let latest = if planted!(FutureBelieved) {
            u64::MAX
        } else {
            now.unix
        };
        match chat.receive(log, seq, text, at.min(latest)) {
            Received::Taken if planted!(AckBeforeStore) => {
                let (log, upto) = (log.to_owned(), seq);
                self.say(ctx, id, &SessionFrame::Ack { log, upto });
            }
            Received::Taken => {}
            Received::Again => {
                if let Some(ack) = chat.ack() {
                    self.say(ctx, id, &ack);
                }
            }
            Received::Gap => {
                let have = chat.have(receipts);
                self.say(ctx, id, &have);
            }
            Received::Busy => self.end(ctx, id),
        }
        Ok(())
    }
}
