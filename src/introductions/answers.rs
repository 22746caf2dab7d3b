//! The person's yes to requests whose connection has ended: whoever asked is called back, wherever
//! they are by now.
//!
//! Everybody's id is another one each day, and only contacts can tell which. So whoever asked is dialled
//! at the id that they had then or, where that is not listed any more, at those that are listed under
//! their name, one after the other. Each must show to be the one who asked, and hears nothing before.

use super::passes::Pass;
use crate::clock::Mono;
use crate::crypto::Key;
use crate::encoding::unb64;
use crate::ids::{Stranger, is_transport_id};
use crate::limits::{INVITES, NAMESAKES};
use crate::records::RequestRecord;
use crate::values::RequestId;
use crate::view::Alert;
use litemap::LiteMap;
use pace::Backoff;
use std::time::Duration;

/// How long whoever asked on this network is looked for: more than anybody needs to be listed under the
/// id of a new day, and less than a person waits for what came of their answer. Whoever used an invite
/// cannot be seen to come, and is looked for as long as their request lives.
const LOOKED_FOR: Duration = Duration::from_mins(1);

/// The waits between two dials to whoever used an invite.
const RETRY: Backoff = Backoff::new(Duration::from_secs(4), Duration::from_mins(10));

/// The answers that are on their way: as many as requests can wait, and those that broken acceptances
/// ask for again.
#[derive(Debug, Default)]
pub(super) struct Answers(LiteMap<RequestId, Answer>);

/// Somebody to dial.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) stranger: Stranger,
    pub(super) pass: Pass,
}

/// One answer.
struct Answer {
    request: RequestRecord,
    /// What whoever asked must show; `None` where it cannot be read.
    secret: Option<Key>,
    /// The person does not know of it.
    quietly: bool,
    until: Mono,
    /// Who is being dialled, or was found and is being asked.
    dialled: Option<Stranger>,
    /// Who was dialled in vain.
    tried: Vec<Stranger>,
    /// How often whoever used an invite was dialled in vain, and when they are dialled again.
    tries: u32,
    again: Option<Mono>,
}

/// It holds a secret and a name, which no log may hold.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").finish_non_exhaustive()
    }
}

impl Answers {
    /// Begins to look for whoever made a request. If they are not found, the person hears it, but
    /// `quietly` not.
    pub(super) fn add(&mut self, request: &RequestRecord, quietly: bool, now: Mono) {
        let answer = Answer {
            secret: unb64(&request.call_back.0),
            request: request.clone(),
            quietly,
            until: now + LOOKED_FOR,
            dialled: None,
            tried: Vec::new(),
            tries: 0,
            again: None,
        };
        self.0.insert(request.id.clone(), answer);
    }

    /// Returns the own ids that are held to dial from: those at which invited people asked. Each is a socket,
    /// so that beyond a bound people wait until others are found.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &str> {
        let invited = self.0.values().filter(|answer| answer.is_invited());
        let held = invited.take(INVITES);
        held.map(|answer| answer.request.to.as_str())
    }

    /// Returns whom to dial next, if there is anybody. `ways` returns from where and to where whoever
    /// made a request can be dialled, `is_busy` whether somebody is being dialled already.
    pub(super) fn next(
        &mut self,
        now: Mono,
        ways: impl Fn(&RequestRecord) -> Vec<(String, String)>,
        is_busy: impl Fn(&Stranger) -> bool,
    ) -> Option<Call> {
        let mut idle = self.0.iter_mut().filter(|(_, a)| a.is_due(now));
        idle.find_map(|(_, answer)| {
            // From now on they are dialled as soon as there is a way.
            answer.again = None;
            let is_free = |(_, to): &(String, String)| {
                let stranger = Stranger::at(to);
                !is_busy(&stranger) && !answer.tried.contains(&stranger)
            };
            let mut ways = ways(&answer.request).into_iter();
            let (from, to) = ways
                .find(is_free)
                .filter(|_| answer.tried.len() < NAMESAKES)?;
            let pass = Pass::answering(&answer.request.id, answer.secret?);
            let stranger = Stranger::at(&to);
            answer.dialled = Some(stranger.clone());
            Some(Call {
                from,
                to,
                stranger,
                pass,
            })
        })
    }

    /// Gives up those who were not found in time. Returns their requests, with what the person hears, where
    /// they know of it.
    pub(super) fn give_up(&mut self, now: Mono) -> Vec<(RequestRecord, Alert)> {
        let late = self.0.iter().filter(|(_, answer)| answer.is_late(now));
        let late: Vec<RequestId> = late.map(|(id, _)| id.clone()).collect();
        let given_up = late.iter().filter_map(|id| self.0.remove(id));
        let told = given_up.filter_map(|answer| {
            let failure = answer.failure()?;
            Some((answer.request, failure))
        });
        told.collect()
    }

    /// Returns when the next search is given up, or goes on.
    pub(super) fn due(&self) -> Option<Mono> {
        let idle = self.0.values().filter(|answer| answer.dialled.is_none());
        let ends = |answer: &Answer| (!answer.lasts()).then_some(answer.until);
        idle.flat_map(|answer| answer.again.into_iter().chain(ends(answer)))
            .min()
    }

    /// Returns by which secrets those are known who are looked for.
    pub(super) fn secrets(&self) -> impl Iterator<Item = (&RequestId, Key)> {
        let answers = self.0.iter();
        answers.filter_map(|(id, answer)| Some((id, answer.secret?)))
    }

    /// Returns by which secrets those are known who asked at an own id and are looked for.
    pub(super) fn secrets_at(&self, own: &str) -> impl Iterator<Item = (&RequestId, Key)> {
        let there = self.0.iter().filter(move |(_, a)| a.request.to == own);
        there.filter_map(|(id, answer)| Some((id, answer.secret?)))
    }

    /// Takes what came of a dial, or of the acceptance on it: whoever does not answer, or does not show the
    /// secret, is not the one who asked. Whoever used an invite is dialled again.
    pub(super) fn in_vain(&mut self, stranger: &Stranger, now: Mono) {
        let mut answers = self.0.iter_mut();
        let answer = answers.find(|(_, answer)| answer.dialled.as_ref() == Some(stranger));
        let Some((_, answer)) = answer else {
            return;
        };
        let dialled = answer.dialled.take();
        if answer.is_invited() {
            answer.again = Some(now + RETRY.doubled(answer.tries));
            answer.tries = answer.tries.saturating_add(1);
        } else {
            answer.tried.extend(dialled);
        }
    }

    /// Notes that whoever made a request was found, or has come by themselves, or is given up. Returns
    /// whether they were looked for.
    pub(super) fn end(&mut self, request: &RequestId) -> bool {
        self.0.remove(request).is_some()
    }
}

impl Answer {
    /// Returns whether whoever asked used an invite, or was called back at an id of an invite.
    fn is_invited(&self) -> bool {
        is_transport_id(&self.request.from)
    }

    /// Returns whether it lasts as long as its request.
    fn lasts(&self) -> bool {
        self.is_invited() && !self.quietly
    }

    fn is_due(&self, now: Mono) -> bool {
        self.dialled.is_none() && self.again.is_none_or(|at| now >= at)
    }

    fn is_late(&self, now: Mono) -> bool {
        self.dialled.is_none() && !self.lasts() && now >= self.until
    }

    /// Returns what the person hears where nobody is found.
    fn failure(&self) -> Option<Alert> {
        let name = self.request.name.clone();
        (!self.quietly).then_some(Alert::AnswerTooLate { name })
    }
}
