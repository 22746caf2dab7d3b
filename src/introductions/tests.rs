//! Strangers who ask and are asked, without a connection.

mod rejected;

use super::*;
use crate::fact::{Fact, Invited, Purpose};
use crate::io::CommandId;
use crate::limits::{INVITE_LIFE, INVITES, REQUEST_LIFE, REQUESTS};
use crate::misbehaviour::Fault;
use crate::records::{Change, Secret};
use crate::store::Write;
use crate::test_context::{
    changes, clear, context, dials, facts, notices, outputs, replies, request, transport_id, wait,
};
use crate::view::{Alert, Answer};
use std::time::Duration;

const BOB: &str = "myapp-203-0-113-7-bbbbbbbb-bbbb-8bbb-8bbb-bbbbbbbbbbbb";
const COMMAND: CommandId = CommandId(1);

/// A request of Bob that waits for the person.
fn waiting() -> (crate::context::Context, Introductions, RequestRecord) {
    let (ctx, mut introductions) = (context(), Introductions::default());
    let record = request("Bob", BOB);
    introductions.wait(record.clone());
    (ctx, introductions, record)
}

/// Makes an invite and stores it. Returns its code too.
fn invited() -> (crate::context::Context, Introductions, InviteRecord, Secret) {
    let (mut ctx, mut introductions) = (context(), Introductions::default());
    introductions.invite(&mut ctx, COMMAND).unwrap();
    let Some(Change::Invite(record)) = changes(&mut ctx).pop() else {
        panic!("no invite is stored");
    };
    introductions.invite_stored(record.clone());
    let code = shown(&record, &transport_id(1)).unwrap().link;
    (ctx, introductions, record, code)
}

/// Somebody who uses an invite of [`invited`]. Returns its maker's Transport ID too.
fn using() -> (crate::context::Context, Introductions, String) {
    let (_, _, _, code) = invited();
    let (mut ctx, mut introductions) = (context(), Introductions::default());
    let own = transport_id(2);
    let used = introductions.use_invite(&mut ctx, COMMAND, &code, &own, true, |_| false);
    assert_eq!(used, Ok(Answered::Later));
    (ctx, introductions, transport_id(1))
}

#[test]
fn of_two_who_asked_each_other_the_smaller_id_goes_on_with_its_own_request() {
    let introductions = Introductions::default();
    let at = |own: &str| RequestRecord {
        to: own.to_owned(),
        ..request("Bob", BOB)
    };
    let (smaller, larger) = (at("a"), at("z"));
    assert!(smaller.to < smaller.from && larger.to > larger.from);
    assert_eq!(introductions.judge(&smaller, None, true), Ok(false));
    assert_eq!(introductions.judge(&larger, None, true), Ok(true));
    assert_eq!(introductions.judge(&smaller, None, false), Ok(true));
}

#[test]
fn an_invite_is_for_one_person() {
    let (_, mut introductions, _) = waiting();
    let invite = Some(InviteId("i".to_owned()));
    let first = RequestRecord {
        invite: invite.clone(),
        ..request("Ann", "ann")
    };
    let other = RequestRecord {
        invite: invite.clone(),
        ..request("Eve", "eve")
    };
    let by_us = invite.map(Invited::ByUs);
    let judge = |introductions: &Introductions, record: &RequestRecord| {
        introductions.judge(record, by_us.as_ref(), false)
    };
    assert_eq!(judge(&introductions, &first), Ok(true));
    introductions.wait(first.clone());
    assert_eq!(judge(&introductions, &other), Err(Fault::SomebodyElse));
    assert_eq!(judge(&introductions, &first), Ok(true), "the same person");
}

#[test]
fn the_maker_of_an_invite_shows_its_secret_when_calling_back() {
    let (_, introductions, maker) = using();
    let record = request("Ann", &maker);
    let judge = |invited| introductions.judge(&record, invited, false);
    assert_eq!(judge(None), Err(Fault::SomebodyElse));
    let another = Invited::ByUs(InviteId("i".to_owned()));
    assert_eq!(judge(Some(&another)), Err(Fault::SomebodyElse));
    assert_eq!(judge(Some(&Invited::ByThem)), Ok(true));
}

#[test]
fn a_request_waits_once_it_is_stored_and_the_person_is_told_then() {
    let (mut ctx, mut introductions) = (context(), Introductions::default());
    let record = request("Bob", BOB);
    introductions.take_request(&mut ctx, record.clone(), false);
    assert!(introductions.requests().is_empty() && facts(&mut ctx).is_empty());
    assert_eq!(changes(&mut ctx), [Change::Request(record.clone())]);
    introductions.request_stored(&mut ctx, record.clone());
    assert_eq!(introductions.requests().get(&record.id), Some(&record));
    assert!(matches!(facts(&mut ctx)[..], [Fact::Asks(_)]));
}

#[test]
fn a_full_list_takes_no_further_request() {
    let (mut ctx, mut introductions) = (context(), Introductions::default());
    for n in 0..REQUESTS {
        introductions.wait(request(&n.to_string(), &n.to_string()));
    }
    introductions.take_request(&mut ctx, request("Bob", BOB), false);
    assert_eq!(outputs(&mut ctx), []);
    assert!(matches!(facts(&mut ctx)[..], [Fact::RequestEnded(_)]));
    assert_eq!(introductions.requests().len(), REQUESTS);
}

#[test]
fn whoever_was_asked_before_is_accepted_without_asking_the_person() {
    let (mut ctx, mut introductions) = (context(), Introductions::default());
    let stranger = rootless(BOB);
    let way = Some(("us".to_owned(), BOB.to_owned()));
    introductions
        .ask(&mut ctx, stranger, true, way, None)
        .unwrap();
    clear(&mut ctx);
    let record = request("Bob", BOB);
    introductions.take_request(&mut ctx, record.clone(), false);
    let [Fact::RequestWanted(id)] = &facts(&mut ctx)[..] else {
        panic!("the person is asked");
    };
    assert_eq!(*id, record.id);
    assert_eq!(outputs(&mut ctx), []);
}

#[test]
fn a_newer_request_of_the_same_stranger_replaces_the_older_one() {
    let (mut ctx, mut introductions, record) = waiting();
    introductions.replace_request(&mut ctx, "somebody else");
    assert_eq!(introductions.requests().len(), 1);
    let under_another_root = format!("other-{}", rootless(BOB));
    introductions.replace_request(&mut ctx, &under_another_root);
    assert!(introductions.requests().is_empty());
    assert_eq!(changes(&mut ctx), [Change::ForgetRequest(record.id)]);
    assert!(matches!(
        facts(&mut ctx)[..],
        [Fact::RequestGone(_), Fact::RequestEnded(_)]
    ));
}

#[test]
fn a_request_is_accepted_once_and_only_where_there_is_room() {
    let (mut ctx, mut introductions, record) = waiting();
    let full = introductions.accept(&mut ctx, &record.id, false);
    assert_eq!(full, Err(Refusal::ContactsFull));
    let accepted = introductions.accept(&mut ctx, &record.id, true);
    assert_eq!(accepted, Ok((record.clone(), None)));
    let again = introductions.accept(&mut ctx, &record.id, true);
    assert_eq!(again, Err(Refusal::Gone));
}

#[test]
fn a_late_yes_asks_back_whoever_is_still_listed_and_else_comes_too_late() {
    let (mut ctx, mut introductions, record) = waiting();
    let mut late = |listed| {
        let record = record.clone();
        introductions.accepted_late(&mut ctx, record, None, Some("us"), listed)
    };
    assert_eq!(late(true), Late::AskBack);
    assert_eq!(late(false), Late::Settled);
    let name = "Bob".to_owned();
    assert_eq!(notices(&mut ctx), [Alert::AnswerTooLate { name }]);
}

#[test]
fn a_late_yes_to_an_invite_calls_back_with_its_secret_where_the_own_id_is_held() {
    let secret = Secret(crate::encoding::b64(&[9; 32]));
    let (mut ctx, mut introductions, record) = waiting();
    for (own, listed) in [(None, true), (Some("us"), false)] {
        let (record, secret) = (record.clone(), Some(secret.clone()));
        let late = introductions.accepted_late(&mut ctx, record, secret, own, listed);
        assert_eq!(late, Late::Settled);
        if own.is_none() {
            assert_eq!(introductions.secret_for(BOB), None);
            let name = "Bob".to_owned();
            assert_eq!(notices(&mut ctx), [Alert::AnswerTooLate { name }]);
        }
    }
    assert_eq!(dials(&mut ctx), [("us".to_owned(), BOB.to_owned())]);
    assert_eq!(introductions.secret_for(BOB), Some([9; 32]));
}

#[test]
fn a_request_expires_after_a_week_and_an_invite_at_its_end() {
    let (mut ctx, mut introductions, record) = waiting();
    wait(&mut ctx, REQUEST_LIFE);
    introductions.expire(&mut ctx);
    assert_eq!(introductions.requests().len(), 1);
    wait(&mut ctx, Duration::from_millis(1));
    introductions.expire(&mut ctx);
    assert_eq!(changes(&mut ctx), [Change::ForgetRequest(record.id)]);

    let (mut ctx, mut introductions, invite, _) = invited();
    wait(&mut ctx, INVITE_LIFE - Duration::from_millis(1));
    introductions.expire(&mut ctx);
    assert_eq!(introductions.invites().count(), 1);
    wait(&mut ctx, Duration::from_millis(1));
    introductions.expire(&mut ctx);
    assert_eq!(changes(&mut ctx), [Change::ForgetInvite(invite.id)]);
}

#[test]
fn an_invite_is_used_up_by_a_yes_and_by_a_no() {
    for yes in [true, false] {
        let (mut ctx, mut introductions, invite, _) = invited();
        let record = RequestRecord {
            invite: Some(invite.id.clone()),
            ..request("Bob", BOB)
        };
        introductions.wait(record.clone());
        if yes {
            let accepted = introductions.accept(&mut ctx, &record.id, true);
            assert_eq!(accepted.unwrap().1, Some(invite.secret.clone()));
        } else {
            introductions.reject(&mut ctx, &record.id).unwrap();
            assert!(matches!(
                facts(&mut ctx)[..],
                [Fact::RequestGone(_), Fact::RequestEnded(_)]
            ));
        }
        assert_eq!(introductions.invite_secrets().count(), 0);
        assert!(changes(&mut ctx).contains(&Change::ForgetInvite(invite.id)));
    }
}

#[test]
fn ten_invites_are_open_at_most_and_one_can_be_cancelled() {
    let (mut ctx, mut introductions, record, _) = invited();
    for n in 1..INVITES {
        introductions.invite(&mut ctx, COMMAND).unwrap();
        let id = InviteId(n.to_string());
        let record = record.clone();
        introductions.invite_stored(InviteRecord { id, ..record });
    }
    let full = introductions.invite(&mut ctx, COMMAND);
    assert_eq!(full, Err(Refusal::InvitesFull));
    introductions.cancel_invite(&mut ctx, &record.id).unwrap();
    let again = introductions.cancel_invite(&mut ctx, &record.id);
    assert_eq!(again, Err(Refusal::Gone));
    assert_eq!(introductions.invite(&mut ctx, COMMAND), Ok(()));
}

#[test]
fn an_invite_is_open_only_after_it_is_stored() {
    let (mut ctx, introductions) = (context(), Introductions::default());
    introductions.invite(&mut ctx, COMMAND).unwrap();
    assert_eq!(introductions.invites().count(), 0);
    let Some(crate::io::Output::Store(id, _)) = outputs(&mut ctx).pop() else {
        panic!("nothing is stored");
    };
    let write = ctx.store.ended(id);
    assert!(matches!(write, Some(Write::Invite(_, COMMAND))));
}

#[test]
fn a_code_is_refused_with_the_reason() {
    let (_, _, _, code) = invited();
    let used = |code: &Secret, own: u8, held: bool, later: Duration, asking: bool| {
        let (mut ctx, mut introductions) = (context(), Introductions::default());
        wait(&mut ctx, later);
        let own = transport_id(own);
        introductions.use_invite(&mut ctx, COMMAND, code, &own, held, |_| asking)
    };
    let (now, nonsense) = (Duration::ZERO, Secret("nonsense".to_owned()));
    let malformed = used(&nonsense, 2, true, now, false);
    assert_eq!(malformed, Err(Refusal::InviteMalformed));
    let own = used(&code, 1, true, now, false);
    assert_eq!(own, Err(Refusal::InviteOwn));
    let old = used(&code, 2, true, INVITE_LIFE, false);
    assert_eq!(old, Err(Refusal::InviteExpired));
    let offline = used(&code, 2, false, now, false);
    assert_eq!(offline, Err(Refusal::InviteUnreachable));
    let twice = used(&code, 2, true, now, true);
    assert_eq!(twice, Ok(Answered::Now), "they are being asked already");
}

#[test]
fn an_invite_dials_its_maker_with_the_secret() {
    let (mut ctx, introductions, maker) = using();
    assert_eq!(dials(&mut ctx), [(transport_id(2), maker.clone())]);
    let dialled = facts(&mut ctx).pop();
    let Some(Fact::Dialled { purpose, .. }) = dialled else {
        panic!("{dialled:?}");
    };
    assert_eq!(purpose, Purpose::Ask(maker.clone()));
    assert!(introductions.secret_for(&maker).is_some());
}

#[test]
fn the_command_of_an_invite_is_answered_once_and_later_failures_are_notices() {
    for (asked, answer) in [
        (Asked::Waiting, Ok(Answer::Done)),
        (Asked::NotAccepted, Ok(Answer::Done)),
        (Asked::Unreachable, Err(Refusal::InviteUnreachable)),
        (Asked::Failed, Err(Refusal::InviteNotValid)),
    ] {
        let (mut ctx, mut introductions, maker) = using();
        clear(&mut ctx);
        introductions.set_asked(&mut ctx, maker.clone(), asked);
        assert_eq!(replies(&mut ctx), [(COMMAND, answer)]);
        introductions.set_asked(&mut ctx, maker.clone(), Asked::NotAccepted);
        let later: &[Alert] = if asked == Asked::Waiting {
            &[Alert::InviteNotAccepted]
        } else {
            &[]
        };
        assert_eq!(notices(&mut ctx), later, "{asked:?}");
        assert_eq!(introductions.secret_for(&maker), None);
    }
}

#[test]
fn a_stranger_is_asked_where_there_is_a_way_and_room() {
    let (mut ctx, mut introductions) = (context(), Introductions::default());
    let way = Some(("us".to_owned(), BOB.to_owned()));
    let mut ask = |room, way| introductions.ask(&mut ctx, rootless(BOB), room, way, None);
    assert_eq!(ask(false, way.clone()), Err(Refusal::ContactsFull));
    assert_eq!(ask(true, None), Err(Refusal::Gone));
    assert_eq!(ask(true, way), Ok(()));
    let asked = introductions.asked().get(rootless(BOB));
    assert_eq!(asked, Some(&Asked::Connecting));
    introductions.befriended(BOB);
    assert!(introductions.asked().is_empty());
}

#[test]
fn a_note_is_kept_until_the_request_is_sent_or_cannot_be() {
    let stranger = rootless(BOB);
    for asked in [
        Asked::Waiting,
        Asked::NotAccepted,
        Asked::Unreachable,
        Asked::Failed,
    ] {
        let (mut ctx, mut introductions) = (context(), Introductions::default());
        let mut ask = |note: Option<&str>| {
            let way = Some(("us".to_owned(), BOB.to_owned()));
            let note = note.map(str::to_owned);
            introductions.ask(&mut ctx, stranger, true, way, note)?;
            Ok::<_, Refusal>(introductions.note_for(stranger))
        };
        assert_eq!(ask(None), Ok(None));
        let note = Some("It is me, from the library");
        assert_eq!(ask(note), Ok(note.map(str::to_owned)));
        introductions.set_asked(&mut ctx, stranger.to_owned(), asked);
        assert_eq!(introductions.note_for(stranger), None, "{asked:?}");
    }
}

#[test]
fn the_note_of_an_earlier_request_is_not_sent_with_a_later_one() {
    let (mut ctx, mut introductions) = (context(), Introductions::default());
    for note in [Some("hello".to_owned()), None] {
        let way = Some(("us".to_owned(), BOB.to_owned()));
        let asked = introductions.ask(&mut ctx, rootless(BOB), true, way, note.clone());
        assert_eq!(asked, Ok(()));
        assert_eq!(introductions.note_for(rootless(BOB)), note);
    }
}
