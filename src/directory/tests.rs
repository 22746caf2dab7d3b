//! Who may say what in a namespace, and what happens to a connection on which something else is
//! said.

mod admission;
mod budgets;
mod fellows;
mod former;
mod going_back;
mod hiding;
mod machine;
mod namesakes;
mod recognising;
mod shunning;

use super::member::{Announcement, Member};
use crate::clock::{Mono, Now};
use crate::context::Context;
use crate::io::{LinkId, Output};
use crate::misbehaviour::{Misbehaviour, Unfit};
use crate::name::Tables;
use crate::test_context::wait;
use crate::wire::{
    Entry, HandshakeFrame, Malformed, RegistryChange, RegistryPart, RouterFrame, encode,
};
use std::time::Duration;
use uuid::Uuid;

/// One end of a connection, and what the other end is to it.
struct End {
    ctx: Context,
    member: Member,
    link: LinkId,
    /// The id of the other end.
    remote: String,
}

/// What is said, and how it breaks the protocol.
type Heard = Result<(), Misbehaviour>;

fn member() -> (Context, Member) {
    let now = Now {
        mono: Mono(0),
        unix: 1_795_392_000_000,
        zone: 0,
    };
    let mut ctx = Context::new([1; 32], Box::new(Tables), now);
    let me = Announcement {
        name: "Ann".into(),
        discovery_uuid: [1; 16],
        transport_id: "myapp-07070707-0707-4707-8707-070707070707".into(),
        day: "2026-11-23".into(),
    };
    let address = "203.0.113.7".parse().unwrap();
    let member = Member::join(&mut ctx, "myapp", address, &me, 0);
    (ctx, member)
}

/// Returns a router that somebody has dialled.
fn router_dialled_from(remote: fn(&Member) -> String) -> End {
    let (mut ctx, mut member) = member();
    let (id, link) = (member.namespace().router_id(1), LinkId::Accepted(1));
    let remote = remote(&member);
    assert!(member.registered(&mut ctx, &id));
    assert!(member.incoming(&ctx, link, &id, &remote));
    member.opened(&mut ctx, link, false);
    End {
        ctx,
        member,
        link,
        remote,
    }
}

fn peer_at_router() -> End {
    router_dialled_from(|member| member.namespace().discovery_id(Uuid::from_bytes([2; 16])))
}

fn router_at_router() -> End {
    router_dialled_from(|member| member.namespace().router_id(2))
}

/// Returns a peer that has checked in.
fn router_at_peer() -> End {
    let (mut ctx, mut member) = member();
    let (own, remote) = (
        member.discovery_id().to_owned(),
        member.namespace().router_id(1),
    );
    assert!(member.registered(&mut ctx, &own));
    assert!(member.taken(&mut ctx, &remote));
    let link = LinkId::Dialled(1);
    member.opened(&mut ctx, link, false);
    End {
        ctx,
        member,
        link,
        remote,
    }
}

impl End {
    fn hears(&mut self, frame: &RouterFrame) -> Heard {
        let text = encode(frame);
        self.member.frame(&mut self.ctx, self.link, text.as_bytes())
    }

    /// Returns whether the connection was closed and is forgotten.
    fn is_closed(&mut self) -> bool {
        let mut outputs = std::iter::from_fn(|| self.ctx.poll());
        let closed =
            outputs.any(|output| matches!(output, Output::Close(link) if link == self.link));
        closed && !self.member.owns(self.link)
    }

    /// Returns a check-in of the other end.
    fn checkin(&self) -> Entry {
        Entry {
            discovery_id: self.remote.clone(),
            friendlyname: "Bob".into(),
            last_seen: 0,
            sealed_transport: None,
            relayed: None,
            router: None,
        }
    }
}

/// A registry with nobody in it.
fn empty_part(seq: u64) -> RegistryPart {
    RegistryPart {
        epoch: 1,
        seq,
        part: 1,
        parts: 1,
        peers: Vec::new(),
    }
}

/// One message of each type.
fn samples(entry: Entry) -> [RouterFrame; 9] {
    let part = empty_part(1);
    let change = RegistryChange {
        epoch: 1,
        seq: 2,
        joined: Vec::new(),
        left: Vec::new(),
    };
    let router: String = "nowhere".into();
    [
        RouterFrame::Checkin { entry },
        RouterFrame::Registry { part },
        RouterFrame::Update { change },
        RouterFrame::Recheckin,
        RouterFrame::Redirect {
            router: router.clone(),
        },
        RouterFrame::Deputy { router },
        RouterFrame::Ping,
        RouterFrame::Pong,
        RouterFrame::Bye,
    ]
}

/// Says each message on a new connection.
fn each(end: fn() -> End, expected: fn(&RouterFrame) -> Heard) {
    for frame in samples(end().checkin()) {
        let mut end = end();
        let (heard, expected) = (end.hears(&frame), expected(&frame));
        assert_eq!(heard, expected, "{frame:?}");
        let ends = heard.is_err() || frame == RouterFrame::Bye;
        assert_eq!(end.is_closed(), ends, "{frame:?}");
    }
}

#[test]
fn a_peer_checks_in_and_says_nothing_that_only_routers_say() {
    each(peer_at_router, |frame| match frame {
        RouterFrame::Checkin { .. } | RouterFrame::Ping | RouterFrame::Pong | RouterFrame::Bye => {
            Ok(())
        }
        RouterFrame::Registry { .. }
        | RouterFrame::Update { .. }
        | RouterFrame::Recheckin
        | RouterFrame::Redirect { .. }
        | RouterFrame::Deputy { .. } => Err(Misbehaviour::NotFromPeer),
    });
}

#[test]
fn a_router_checks_in_with_nobody_and_sends_nobody_on_to_nowhere() {
    each(router_at_peer, |frame| match frame {
        RouterFrame::Registry { .. }
        | RouterFrame::Update { .. }
        | RouterFrame::Recheckin
        | RouterFrame::Ping
        | RouterFrame::Pong
        | RouterFrame::Bye => Ok(()),
        RouterFrame::Checkin { .. } => Err(Misbehaviour::NotFromRouter),
        RouterFrame::Redirect { .. } | RouterFrame::Deputy { .. } => {
            Err(Misbehaviour::RedirectedNowhere)
        }
    });
}

#[test]
fn no_router_id_is_held_at_which_nobody_answers() {
    let mut end = router_at_peer();
    let [second, third] = [2, 3].map(|index| end.member.namespace().router_id(index));
    let released = |end: &mut End| -> Vec<String> {
        let mut released = Vec::new();
        while let Some(output) = end.ctx.poll() {
            if let Output::Release(id) = output {
                released.push(id);
            }
        }
        released
    };
    for (router, left) in [(&second, vec![]), (&third, vec![second.clone()])] {
        let router = router.clone();
        assert_eq!(end.hears(&RouterFrame::Deputy { router }), Ok(()));
        assert_eq!(released(&mut end), left);
        wait(&mut end.ctx, Duration::from_secs(6));
    }
    assert!(!end.member.registered(&mut end.ctx, &second));
}

#[test]
fn a_router_sends_nobody_round_in_a_circle() {
    let mut end = router_at_peer();
    let router = end.remote.clone();
    let heard = end.hears(&RouterFrame::Redirect { router });
    assert_eq!(heard, Err(Misbehaviour::RedirectedNowhere));
}

#[test]
fn a_router_whose_id_is_held_by_somebody_else_steps_down() {
    let mut end = peer_at_router();
    let id = end.member.namespace().router_id(1);
    assert!(end.member.taken(&mut end.ctx, &id));
    assert!(end.is_closed());
}

#[test]
fn whom_a_router_had_before_it_stepped_down_goes_unless_the_next_one_has_them() {
    let mut end = peer_at_router();
    let entry = end.checkin();
    assert_eq!(end.hears(&RouterFrame::Checkin { entry }), Ok(()));
    let own = end.member.discovery_id().to_owned();
    end.member.registered(&mut end.ctx, &own);
    let id = end.member.namespace().router_id(1);
    end.member.taken(&mut end.ctx, &id);
    while let Some(output) = end.ctx.poll() {
        if let Output::Dial { link, .. } = output {
            end.link = link;
        }
    }
    end.member.opened(&mut end.ctx, end.link, false);
    let part = empty_part(1);
    assert_eq!(end.hears(&RouterFrame::Registry { part }), Ok(()));
    assert_eq!(end.member.others().count(), 1, "they may come yet");
    wait(&mut end.ctx, Duration::from_secs(8));
    end.member.timeout(&mut end.ctx);
    assert_eq!(end.member.others().count(), 0);
}

#[test]
fn a_peer_leaves_the_list_with_the_last_of_its_connections() {
    let mut end = peer_at_router();
    let entry = end.checkin();
    assert_eq!(end.hears(&RouterFrame::Checkin { entry }), Ok(()));
    // It doubted this connection and has dialled once more.
    let (router, second) = (end.member.namespace().router_id(1), LinkId::Accepted(2));
    assert!(end.member.incoming(&end.ctx, second, &router, &end.remote));
    end.member.opened(&mut end.ctx, second, false);
    assert_eq!(end.hears(&RouterFrame::Bye), Ok(()));
    assert_eq!(end.member.others().count(), 1, "it may check in again");
    end.member.closed(&mut end.ctx, second, false);
    assert_eq!(end.member.others().count(), 0);
}

#[test]
fn routers_exchange_registries_and_serve_nobody_among_themselves() {
    each(router_at_router, |frame| match frame {
        RouterFrame::Registry { .. }
        | RouterFrame::Update { .. }
        | RouterFrame::Recheckin
        | RouterFrame::Ping
        | RouterFrame::Pong
        | RouterFrame::Bye => Ok(()),
        RouterFrame::Checkin { .. } | RouterFrame::Redirect { .. } | RouterFrame::Deputy { .. } => {
            Err(Misbehaviour::NotFromFellow)
        }
    });
}

#[test]
fn what_belongs_to_another_conversation_ends_every_connection() {
    let text = encode(&HandshakeFrame::Rejected);
    for end in [peer_at_router, router_at_peer, router_at_router] {
        let mut end = end();
        let heard = end.member.frame(&mut end.ctx, end.link, text.as_bytes());
        assert_eq!(heard, Err(Malformed::UnknownType.into()));
        assert!(end.is_closed());
    }
}

#[test]
fn a_check_in_must_be_for_the_own_id_and_fit_the_list() {
    let broken = |change: fn(&mut Entry)| {
        let mut end = peer_at_router();
        let mut entry = end.checkin();
        change(&mut entry);
        let heard = end.hears(&RouterFrame::Checkin { entry });
        assert!(end.is_closed());
        heard.unwrap_err()
    };
    assert_eq!(
        broken(|entry| entry.discovery_id.push('x')),
        Misbehaviour::CheckinForAnother
    );
    assert_eq!(
        broken(|entry| entry.friendlyname = "a\u{202E}b".into()),
        Misbehaviour::CheckinUnfit(Unfit::Name)
    );
    assert_eq!(
        broken(|entry| entry.sealed_transport = Some("x".repeat(600))),
        Misbehaviour::CheckinUnfit(Unfit::Size)
    );
}
