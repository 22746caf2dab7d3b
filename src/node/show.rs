//! What views see: computed from the state at the end of each input, sent where it differs.

use super::people::{Alike, Lists, Recognised};
use super::{Node, Output};
use crate::view::{
    Event, Invite, Network, Person, PersonId, Phase, Profile, Request, RequestId, Role,
    SettingsView, Status,
};
use litemap::LiteMap;

/// What the views have been told.
#[derive(Debug, Default)]
pub(super) struct Shown {
    profile: Option<Profile>,
    status: Option<Status>,
    settings: Option<SettingsView>,
    pub(super) people: LiteMap<PersonId, Person>,
    requests: LiteMap<RequestId, Request>,
    pub(super) invites: Vec<Invite>,
    badge: u32,
    pub(super) lists: Lists,
    pub(super) recognised: Recognised,
    pub(super) alike: Alike,
}

impl Node {
    /// Tells the views what changed.
    pub(super) fn show(&mut self) {
        self.number_contacts();
        let profile = Profile {
            name: self.me.as_ref().map(|me| me.record.name.clone()),
        };
        if self.shown.profile.as_ref() != Some(&profile) {
            self.shown.profile = Some(profile.clone());
            self.ctx.emit(Output::Event(Event::Profile(profile)));
        }
        let settings = self.settings_view();
        if self.shown.settings.as_ref() != Some(&settings) {
            self.shown.settings = Some(settings.clone());
            self.ctx.emit(Output::Event(Event::Settings(settings)));
        }
        let status = self.status();
        if self.shown.status.as_ref() != Some(&status) {
            self.shown.status = Some(status.clone());
            self.ctx.emit(Output::Event(Event::Status(status)));
        }
        self.show_people();
        self.show_progress();
        self.show_requests();
        self.show_invites();
        self.show_badge();
    }

    /// A new view: everything once.
    pub(super) fn attach(&mut self) {
        let shown = &self.shown;
        let once = [
            shown.profile.clone().map(Event::Profile),
            shown.settings.clone().map(Event::Settings),
            shown.status.clone().map(Event::Status),
        ];
        let people = shown.people.values().cloned().map(Event::Person);
        let requests = shown.requests.values().cloned().map(Event::Request);
        let invites = shown.invites.iter().cloned().map(Event::Invite);
        let events: Vec<Event> = once
            .into_iter()
            .flatten()
            .chain(people)
            .chain(requests)
            .chain(invites)
            .chain([Event::Ready])
            .collect();
        events
            .into_iter()
            .for_each(|event| self.ctx.emit(Output::Event(event)));
    }

    fn settings_view(&self) -> SettingsView {
        SettingsView {
            settings: self.settings.clone(),
            defaults: self.defaults.clone(),
            config_error: self.config_error.clone(),
        }
    }

    fn status(&self) -> Status {
        let network = &self.network;
        let networks = self.networks();
        Status {
            phase: self.phase(&networks),
            networks,
            server: network.server.clone(),
            server_up: network.server_up,
            beacon: self.beacon_status(),
        }
    }

    /// One for each address. Around a boundary of a beacon's slots there are two memberships: the
    /// newer one counts once it works.
    fn networks(&self) -> Vec<Network> {
        let mut networks: Vec<Network> = Vec::new();
        for member in &self.network.members {
            let address = member.address().to_string();
            let (role, people) = (member.role(), member.people());
            let known = networks.iter_mut().find(|known| known.address == address);
            match known {
                None => networks.push(Network {
                    address,
                    role,
                    people,
                }),
                Some(known) => {
                    known.people = known.people.max(people);
                    if member.listed_at().is_some() {
                        known.role = role;
                    }
                }
            }
        }
        networks
    }

    fn phase(&self, networks: &[Network]) -> Phase {
        let network = &self.network;
        if self.me.is_none() {
            return Phase::FirstRun;
        }
        if let Some(reason) = network.refused.clone().filter(|_| !network.server_up) {
            return Phase::Refused { reason };
        }
        if network.server.is_some() && !network.server_up {
            return Phase::Offline {
                retry_at: network.retry_at,
            };
        }
        if network.cellular || self.settings.cellular {
            return Phase::Cellular;
        }
        match networks.first() {
            Some(Network {
                address,
                role,
                people,
            }) => {
                let (address, people) = (address.clone(), *people);
                match role {
                    Role::Router => Phase::Router { address, people },
                    Role::Peer => Phase::Peer { address, people },
                    Role::Electing => Phase::Electing { address, people },
                    Role::Joining => Phase::Joining,
                }
            }
            None if self
                .beacon_status()
                .is_some_and(|status| status.trouble.is_some()) =>
            {
                Phase::NoBeacon {
                    retry_at: self.beacon_status().and_then(|status| status.retry_at),
                }
            }
            None if network.no_address => Phase::NoAddress {
                retry_at: self.lookup_unix(),
            },
            None => Phase::Joining,
        }
    }

    fn lookup_unix(&self) -> Option<u64> {
        let wait = self.network.lookup_at?.since(self.last.mono);
        Some(self.last.unix + u64::try_from(wait.as_millis()).ok()?)
    }

    fn show_progress(&mut self) {
        for (_, chat) in self.chats.iter_mut() {
            let news = chat.news().map(|news| Output::Event(Event::Progress(news)));
            news.into_iter().for_each(|news| self.ctx.emit(news));
        }
    }

    fn show_requests(&mut self) {
        let gone: Vec<RequestId> = self
            .shown
            .requests
            .keys()
            .filter(|id| !self.requests.contains_key(id))
            .cloned()
            .collect();
        for id in gone {
            self.shown.requests.remove(&id);
            self.ctx.emit(Output::Event(Event::RequestGone(id)));
        }
        for (id, record) in self.requests.iter() {
            let request = Request {
                id: id.clone(),
                name: record.name.clone(),
                note: record.note.clone(),
                at: record.at,
                resembles: self.shown.alike.of(&record.name),
                invited: record.invite.is_some(),
            };
            if self.shown.requests.get(id) != Some(&request) {
                self.shown.requests.insert(id.clone(), request.clone());
                self.ctx.emit(Output::Event(Event::Request(request)));
            }
        }
    }

    fn show_badge(&mut self) {
        let unread: u32 = self.chats.values().map(crate::chat::Chat::unread).sum();
        let count = unread.saturating_add(u32::try_from(self.requests.len()).unwrap_or(u32::MAX));
        if self.shown.badge != count {
            self.shown.badge = count;
            self.ctx.emit(Output::Event(Event::Badge { count }));
        }
    }
}
