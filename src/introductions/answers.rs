//! The person's yes to requests whose connection has ended: whoever asked is called back, wherever
//! they are by now.
//!
//! Everybody's id is another one each day, and only contacts can tell which. So whoever asked is dialled
//! at the id that they had then or, where that is not listed any more, at those that are listed under
//! their name, one after the other. Each must show to be the one who asked, and hears nothing before.

use super::outreach::Pass;
use crate::clock::Mono;
use crate::crypto::Key;
use crate::encoding::unb64;
use crate::ids::Stranger;
use crate::limits::NAMESAKES;
use crate::records::RequestRecord;
use crate::values::RequestId;
use crate::view::{Alert, Asked};
use litemap::LiteMap;
use std::time::Duration;

/// How long whoever asked is looked for: more than anybody needs to be listed under the id of a new
/// day, and less than a person waits for what came of their answer.
const LOOKED_FOR: Duration = Duration::from_mins(1);

/// The answers that are on their way: as many as the person gave in a minute.
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
    /// Who is being dialled.
    dialled: Option<Stranger>,
    /// Who was dialled in vain.
    tried: Vec<Stranger>,
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
        };
        self.0.insert(request.id.clone(), answer);
    }

    /// Returns whom to dial next, if there is anybody. `ways` returns from where and to where whoever
    /// made a request can be dialled, `is_busy` whether somebody is being dialled already.
    pub(super) fn next(
        &mut self,
        ways: impl Fn(&RequestRecord) -> Vec<(String, String)>,
        is_busy: impl Fn(&Stranger) -> bool,
    ) -> Option<Call> {
        let mut idle = self.0.iter_mut().filter(|(_, a)| a.dialled.is_none());
        idle.find_map(|(_, answer)| {
            let is_free = |(_, to): &(String, String)| {
                let stranger = Stranger::at(to);
                !is_busy(&stranger) && !answer.tried.contains(&stranger)
            };
            let mut ways = ways(&answer.request).into_iter();
            let (from, to) = ways
                .find(is_free)
                .filter(|_| answer.tried.len() < NAMESAKES)?;
            let (stranger, pass) = (Stranger::at(&to), answer.pass()?);
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

    /// Returns when the next search is given up.
    pub(super) fn due(&self) -> Option<Mono> {
        let idle = self.0.values().filter(|answer| answer.dialled.is_none());
        idle.map(|answer| answer.until).min()
    }

    /// Returns by which secrets those are known who are looked for.
    pub(super) fn secrets(&self) -> impl Iterator<Item = (&RequestId, Key)> {
        let answers = self.0.iter();
        answers.filter_map(|(id, answer)| Some((id, answer.secret?)))
    }

    /// Takes what came of a dial: whoever does not answer, or does not show the secret, is not the one
    /// who asked.
    pub(super) fn dialled(&mut self, stranger: &Stranger, asked: Asked) {
        let mut answers = self.0.iter_mut();
        let answer = answers.find(|(_, answer)| answer.dialled.as_ref() == Some(stranger));
        if let Some((_, answer)) = answer
            && matches!(asked, Asked::Unreachable | Asked::Failed)
        {
            answer.tried.extend(answer.dialled.take());
        }
    }

    /// Notes that whoever asked is found: what becomes of it is for the handshake.
    pub(super) fn found(&mut self, stranger: &Stranger) {
        let is_theirs = |answer: &Answer| answer.dialled.as_ref() == Some(stranger);
        self.0.retain(|_, answer| !is_theirs(answer));
    }

    /// Notes that whoever made a request has come by themselves. Returns whether they were looked for.
    pub(super) fn came(&mut self, request: &RequestId) -> bool {
        self.0.remove(request).is_some()
    }
}

impl Answer {
    fn is_late(&self, now: Mono) -> bool {
        self.dialled.is_none() && now >= self.until
    }

    /// Returns what whoever asked must show, unless that cannot be read.
    fn pass(&self) -> Option<Pass> {
        let pass = Pass::answering(&self.request, self.secret?, self.failure());
        let invited = self.request.invite.is_some();
        Some(if invited {
            pass.showing_address()
        } else {
            pass
        })
    }

    /// Returns what the person hears where nobody is found.
    fn failure(&self) -> Option<Alert> {
        let name = self.request.name.clone();
        (!self.quietly).then_some(Alert::AnswerTooLate { name })
    }
}
