//! What views see: computed from the state at the end of each input, sent where it differs. Reads
//! everything and changes nothing.

mod alike;
mod introductions;
mod people;
mod recent;
mod state;
mod status;

pub(super) use alike::contact_like;
pub(super) use state::State;

use crate::context::Context;
use crate::ids::Stranger;
use crate::introductions as strangers;
use crate::values::RequestId;
use crate::view::{
    Badge, Event, Introduction, Invite, Profile, Recent, Request, SettingsView, Status,
};
use crate::why::{Deadline, Why};
use alike::Alike;
use litemap::LiteMap;
use people::People;

/// What the views have been shown.
#[derive(Debug, Default)]
pub(super) struct Shown {
    profile: Option<Profile>,
    status: Option<Status>,
    settings: Option<SettingsView>,
    people: People,
    requests: LiteMap<RequestId, Request>,
    invites: Vec<Invite>,
    introductions: Vec<Introduction>,
    /// Which of them have names that look like a contact's.
    alike: Alike,
    badge: Badge,
    recent: Vec<Recent>,
}

impl Shown {
    /// Shows what changed.
    pub(super) fn update(&mut self, ctx: &mut Context, state: &State<'_>) {
        let profile = state.account.profile_view();
        replace(ctx, &mut self.profile, profile, Event::Profile);
        if !state.account.is_shown_as(self.settings.as_ref()) {
            let settings = state.account.settings_view();
            replace(ctx, &mut self.settings, settings, Event::Settings);
        }
        self.people.update(ctx, state);
        let status = status::status(state, self.people.more());
        replace(ctx, &mut self.status, status, Event::Status);
        self.show_requests(ctx, state);
        self.show_invites(ctx, state);
        self.show_introductions(ctx, state);
        self.show_badge(ctx, state);
        self.show_recent(ctx, state);
    }

    /// Returns when something is to be shown that waits.
    pub(super) fn due(&self) -> Option<Deadline> {
        self.people.due().map(|at| Why::Choice.at(at))
    }

    /// Shows everything once, to a new view.
    pub(super) fn attach(&self, ctx: &mut Context) {
        let once = [
            self.profile.clone().map(Event::Profile),
            self.settings.clone().map(Event::Settings),
            self.status.clone().map(Event::Status),
        ];
        let people = self.people.shown().cloned().map(Event::Person);
        let requests = self.requests.values().cloned().map(Event::Request);
        let invites = self.invites.iter().cloned().map(Event::Invite);
        let all = once.into_iter().flatten().chain(people);
        let introductions = self.introductions.iter().cloned().map(Event::Introduction);
        let all = all.chain(requests).chain(invites).chain(introductions);
        for event in all.chain([Event::Ready]) {
            ctx.event(event);
        }
    }

    fn show_requests(&mut self, ctx: &mut Context, state: &State<'_>) {
        let waiting = state.introductions.requests();
        let is_gone = |id: &&RequestId| !waiting.contains_key(*id);
        let gone: Vec<RequestId> = self.requests.keys().filter(is_gone).cloned().collect();
        for id in gone {
            self.requests.remove(&id);
            ctx.event(Event::RequestGone(id));
        }
        for (id, record) in waiting.iter() {
            let request = Request {
                id: id.clone(),
                name: record.name.clone(),
                note: record.note.clone(),
                stranger: Stranger::at(&record.from).as_str().to_owned(),
                at: record.at,
                resembles: self.people.contact_like(&record.name),
                invited: record.invite.is_some(),
                accepted: record.accepted.is_some(),
            };
            if self.requests.get(id) != Some(&request) {
                self.requests.insert(id.clone(), request.clone());
                ctx.event(Event::Request(request));
            }
        }
    }

    fn show_invites(&mut self, ctx: &mut Context, state: &State<'_>) {
        let known = self.invites.iter().map(|invite| &invite.id);
        if state.introductions.invites().map(|open| &open.id).eq(known) {
            return;
        }
        let page = state.account.config().page.as_deref();
        let shown = |record| strangers::shown(record, page);
        let open: Vec<Invite> = state.introductions.invites().filter_map(shown).collect();
        let is_gone = |was: &&Invite| open.iter().all(|is| is.id != was.id);
        for gone in self.invites.iter().filter(is_gone) {
            ctx.event(Event::InviteGone(gone.id.clone()));
        }
        for new in open.iter().filter(|invite| !self.invites.contains(invite)) {
            ctx.event(Event::Invite(new.clone()));
        }
        self.invites = open;
    }

    fn show_introductions(&mut self, ctx: &mut Context, state: &State<'_>) {
        let all = introductions::introductions(&ctx.names, &mut self.alike, state);
        if all == self.introductions {
            return;
        }
        let is = |one: &Introduction, other: &Introduction| {
            (&one.contact, &one.message) == (&other.contact, &other.message)
        };
        for gone in &self.introductions {
            if !all.iter().any(|one| is(one, gone)) {
                let (contact, message) = (gone.contact.clone(), gone.message.clone());
                ctx.event(Event::IntroductionGone { contact, message });
            }
        }
        for one in &all {
            if !self.introductions.contains(one) {
                ctx.event(Event::Introduction(one.clone()));
            }
        }
        self.introductions = all;
    }

    fn show_recent(&mut self, ctx: &mut Context, state: &State<'_>) {
        if let Some(recent) = recent::other_than(&self.recent, state) {
            self.recent.clone_from(&recent);
            ctx.event(Event::Recent(recent));
        }
    }

    fn show_badge(&mut self, ctx: &mut Context, state: &State<'_>) {
        let requests = state.introductions.requests().values();
        let requests = requests.filter(|request| request.accepted.is_none());
        let requests = u32::try_from(requests.count()).unwrap_or(u32::MAX);
        let unread: u32 = self.people.shown().map(|person| person.unread).sum();
        let badge = Badge {
            count: unread.saturating_add(requests),
            availability: state.availability,
        };
        if std::mem::replace(&mut self.badge, badge) != badge {
            ctx.event(Event::Badge(badge));
        }
    }
}

/// Shows one value where it is another than before.
fn replace<T: Clone + PartialEq>(
    ctx: &mut Context,
    shown: &mut Option<T>,
    value: T,
    event: fn(T) -> Event,
) {
    if shown.as_ref() != Some(&value) {
        *shown = Some(value.clone());
        ctx.event(event(value));
    }
}
