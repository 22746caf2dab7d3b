//! What a message of a contact leads to.

use super::agreement::Happening;
use super::queue::Content;
use super::{Conversation, Conversations};
use crate::context::Context;
use crate::fact::{Fact, FileTalk, Heard};
use crate::limits::{ASK_IDS, ASKS, MESSAGE_ID};
use crate::misbehaviour::Misbehaviour;
use crate::records::Query;
use crate::store::Wanted;
use crate::values::{Act, ContactId, Reference, TransferId};
use crate::view::{self, Event};
use crate::wire::SessionFrame;

impl Conversations {
    /// Takes one message.
    pub(crate) fn frame(&mut self, ctx: &mut Context, id: &ContactId, bytes: &[u8]) {
        let now = ctx.now.mono;
        if let Some(session) = self.session_mut(id) {
            session.liveness.heard(now);
        }
        if let Err(how) = self.take(ctx, id, bytes) {
            ctx.tell(Fact::Misbehaved(id.clone(), how));
        }
    }

    /// Returns whether a contact says that its person is away.
    pub(crate) fn is_away(&self, id: &ContactId) -> bool {
        self.session(id).is_some_and(|session| session.says_away)
    }

    fn take(
        &mut self,
        ctx: &mut Context,
        id: &ContactId,
        bytes: &[u8],
    ) -> Result<(), Misbehaviour> {
        let now = ctx.now.mono;
        let allowed = |all: &mut Conversation| all.frames.take(now.into());
        if !self.all.get_mut(id).is_some_and(allowed) {
            return Err(Misbehaviour::TooManyFrames);
        }
        self.hear(ctx, id, SessionFrame::decode(bytes)?)
    }

    fn hear(
        &mut self,
        ctx: &mut Context,
        id: &ContactId,
        frame: SessionFrame,
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
                away,
            } => {
                let now = ctx.now.mono;
                if let Some(session) = self.session_mut(id) {
                    if !session.profiles.incoming.take(now.into()) {
                        return Err(Misbehaviour::TooManyProfiles);
                    }
                    session.says_near = near;
                    session.says_away = away;
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
            SessionFrame::Have { last, read } => {
                if let Some(session) = self.session_mut(id) {
                    session.says_read = read;
                }
                return self.agree(ctx, id, Happening::Have(last));
            }
            SessionFrame::Ask { ids } => return self.asked(ctx, id, ids),
            SessionFrame::Known { id: known } => {
                return self.agree(ctx, id, Happening::Known(known));
            }
            SessionFrame::Text {
                number,
                id: name,
                at,
                text,
                file: offer,
                act,
                about,
                lives,
                turn,
                introduces,
            } => {
                // What a later program says beside the text is passed over.
                let act = act.and_then(|act| Act::of_word(&act));
                let act = act.filter(|_| offer.is_none());
                let reference = act.and_then(|act| {
                    let about = if act.names_one() {
                        about?
                    } else {
                        String::new()
                    };
                    Some(Reference { act, about })
                });
                let introduces = match introduces.filter(|_| offer.is_none()) {
                    Some(said) => {
                        let checked = said.checked(&ctx.names);
                        Some(checked.ok_or(Misbehaviour::TextOutOfBounds)?)
                    }
                    None => None,
                };
                let content = Content {
                    text,
                    offer,
                    reference,
                    lives,
                    turn,
                    introduces,
                    other: None,
                };
                return self.text(ctx, id, number, name, at, content);
            }
            SessionFrame::Ack { upto } => {
                if !self.is_agreed(id) || !self.chat(id).acknowledged(upto) {
                    return Err(Misbehaviour::OutOfPlace);
                }
                self.pump(ctx, id);
            }
            SessionFrame::Read { id: seen } => {
                if let Some(session) = self.session_mut(id) {
                    session.says_read = Some(seen);
                }
                self.seen_by_other(ctx, id);
            }
            SessionFrame::File { id: file, state } => {
                let talk = FileTalk::Word {
                    id: TransferId(file),
                    state,
                };
                ctx.tell(Fact::FileSaid(id.clone(), talk));
            }
            SessionFrame::Channel { label, further } => {
                let talk = FileTalk::Channel { label, further };
                ctx.tell(Fact::FileSaid(id.clone(), talk));
            }
            SessionFrame::Awaited { label } => {
                ctx.tell(Fact::FileSaid(id.clone(), FileTalk::Awaited { label }));
            }
            SessionFrame::Bound {
                label,
                local,
                remote,
            } => {
                let talk = FileTalk::Bound {
                    label,
                    local,
                    remote,
                };
                ctx.tell(Fact::FileSaid(id.clone(), talk));
            }
            SessionFrame::Scanned { token } => ctx.tell(Fact::Scanned(id.clone(), token)),
            SessionFrame::Typing => ctx.event(Event::Typing(id.clone())),
            SessionFrame::Ping => self.say(ctx, id, &SessionFrame::Pong),
            SessionFrame::Pong => {
                let now = ctx.now.mono;
                if let Some(session) = self.session_mut(id) {
                    session.trip.end(now);
                }
            }
            SessionFrame::Bye => self.end(ctx, id),
            SessionFrame::Replaced => ctx.tell(Fact::Replaced(id.clone())),
        }
        Ok(())
    }

    fn text(
        &mut self,
        ctx: &mut Context,
        id: &ContactId,
        number: u64,
        name: String,
        at: u64,
        content: Content,
    ) -> Result<(), Misbehaviour> {
        // That of a file is the name of its pieces on the disk.
        let is_name = content.offer.is_none() || name.bytes().all(|byte| byte.is_ascii_hexdigit());
        let reference = content.reference.as_ref();
        let is_about_one = reference.is_none_or(|reference| {
            !reference.act.names_one() || reference.about.len() == MESSAGE_ID
        });
        if name.len() != MESSAGE_ID
            || !is_name
            || !is_about_one
            || view::check_text(&content.text).is_err()
        {
            return Err(Misbehaviour::TextOutOfBounds);
        }
        let now = ctx.now;
        let Some(Conversation {
            chat: Some(chat),
            session: Some(session),
            incoming,
            ..
        }) = self.all.get_mut(id)
        else {
            return Ok(());
        };
        if !incoming.take(now.mono.into()) && !planted!(MessageRateOff) {
            return Err(Misbehaviour::TooManyTexts);
        }
        let received = &mut session.received;
        if !received.has_said || number != received.texts + 1 && !planted!(GapTaken) {
            return Err(Misbehaviour::OutOfPlace);
        }
        received.texts = number;
        // A clock that is ahead must not put a message into the future.
        let latest = if planted!(FutureBelieved) {
            u64::MAX
        } else {
            now.unix
        };
        if !chat.receive(name, content, at.min(latest), now.unix) {
            self.end(ctx, id);
            return Ok(());
        }
        self.tell_outcomes(ctx, id);
        if planted!(AckBeforeStore) {
            self.say(ctx, id, &SessionFrame::Ack { upto: number });
        }
        Ok(())
    }

    /// Looks which of its messages the contact has stored here, because one of the two has an older disk.
    fn asked(
        &mut self,
        ctx: &mut Context,
        id: &ContactId,
        ids: Vec<String>,
    ) -> Result<(), Misbehaviour> {
        let Some(session) = self.session_mut(id) else {
            return Ok(());
        };
        let received = &mut session.received;
        received.asked += 1;
        let fits = ids.len() <= ASK_IDS && ids.iter().all(|id| id.len() == MESSAGE_ID);
        // Where a text has come, the question was answered before.
        if !fits || received.asked > ASKS || !received.has_said || received.texts > 0 {
            return Err(Misbehaviour::OutOfPlace);
        }
        let query = Query::Named {
            contact: id.clone(),
            ids,
        };
        self.load(ctx, id, Wanted::Question, query);
        Ok(())
    }
}
