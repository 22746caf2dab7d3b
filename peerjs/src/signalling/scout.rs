//! Back to the first server: while a later one is in use, an id that means nothing is registered
//! at the first from time to time, to see whether that works again.

use super::registration::Was;
use super::{Context, Signalling, drop_socket};
use crate::event::Event;
use crate::frame::ServerFrame;
use crate::io::{Output, SocketId, SocketInput};
use crate::limits::{LOOK_AGAIN_AFTER, RETURN_AFTER, SOCKET_OPENS_WITHIN};
use std::time::Duration;

/// The look at the first server that is under way.
pub(super) struct Scout {
    pub(super) socket: SocketId,
    pub(super) deadline: Duration,
}

impl Signalling {
    pub(super) fn plan_scout(&mut self, cx: &mut Context<'_>) {
        let away = self.servers.is_away();
        self.scouted &= away;
        if away && self.scout.is_none() && self.scout_at.is_none() {
            let wait = match self.scouted {
                true => RETURN_AFTER,
                false => LOOK_AGAIN_AFTER,
            };
            self.scout_at = Some(cx.now + wait + cx.random.up_to(wait / 2));
        }
    }

    pub(super) fn scout(&mut self, cx: &mut Context<'_>) {
        if self
            .scout
            .as_ref()
            .is_some_and(|scout| cx.now >= scout.deadline)
        {
            self.end_scout(cx);
        }
        if self.scout_at.is_none_or(|when| cx.now < when) {
            return;
        }
        self.scout_at = None;
        // Nothing is sent anywhere while no id is wanted.
        if self.ids.is_empty() {
            return;
        }
        let (id, token) = (cx.random.token(), cx.random.token());
        if let Some(url) = self.servers.first(&id, &token) {
            let socket = self.connect(cx, url);
            self.scout = Some(Scout {
                socket,
                deadline: cx.now + SOCKET_OPENS_WITHIN,
            });
        }
    }

    pub(super) fn scout_says(&mut self, cx: &mut Context<'_>, input: &SocketInput) {
        match input {
            SocketInput::Opened => {}
            SocketInput::Closed => self.end_scout(cx),
            SocketInput::Frame(text) => {
                let works = ServerFrame::parse(text) == Ok(ServerFrame::Open);
                self.end_scout(cx);
                if works {
                    self.scout_at = None;
                    self.return_to_first(cx);
                }
            }
        }
    }

    fn end_scout(&mut self, cx: &mut Context<'_>) {
        self.scouted = true;
        if let Some(scout) = self.scout.take() {
            cx.out.push_back(Output::Disconnect(scout.socket));
        }
        self.plan_scout(cx);
    }

    fn return_to_first(&mut self, cx: &mut Context<'_>) {
        self.servers.return_to_first();
        self.scouted = false;
        let ids: Vec<String> = self.ids.keys().cloned().collect();
        for id in ids {
            let Some(registration) = self.ids.get_mut(&id) else {
                continue;
            };
            let was = registration.reset(cx.now);
            drop_socket(cx, &was);
            if let Was::Held(_) = was {
                cx.event(Event::Lost(id));
            }
        }
        self.pump(cx);
    }
}
