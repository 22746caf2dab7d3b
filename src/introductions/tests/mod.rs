//! Strangers who ask and are asked, without a connection.

mod answers;
mod asking;
mod expiry;
mod rejected;

use super::*;
use crate::fact::{Fact, Purpose, Showing};
use crate::io::{CommandId, Output};
use crate::limits::{INVITE_LIFE, INVITES, REQUEST_LIFE, REQUESTS};
use crate::misbehaviour::Fault;
use crate::records::{Change, Secret};
use crate::store::Write;
use crate::test_context::{
    changes, clear, context, dials, facts, me, notices, outputs, registered, replies, request, wait,
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
    introductions.invite_stored(&mut ctx, record.clone());
    let code = shown(&record, None).unwrap().link;
    (ctx, introductions, record, code)
}

/// Has Bob use an invite; `held` is whether his Transport ID is, `asking` whether its maker is being asked.
fn use_invite(
    ctx: &mut crate::context::Context,
    introductions: &mut Introductions,
    code: &Secret,
    held: bool,
    asking: bool,
) -> Result<Answered, Refusal> {
    let identity = me("Bob", 2);
    introductions.use_invite(ctx, COMMAND, code, identity.identity(), held, |_| asking)
}

/// Somebody who uses an invite of [`invited`]. Returns from where and to where they dial.
fn using() -> (crate::context::Context, Introductions, String, String) {
    let (_, _, invite, code) = invited();
    let (mut ctx, mut introductions) = (context(), Introductions::default());
    let used = use_invite(&mut ctx, &mut introductions, &code, true, false);
    assert_eq!(used, Ok(Answered::Later));
    let [Output::Register(own)] = &outputs(&mut ctx)[..] else {
        panic!("nobody is dialled before an id is held for the answer");
    };
    introductions.registered(&mut ctx, own);
    (ctx, introductions, own.clone(), invite.address)
}

#[test]
fn an_invite_is_for_one_person_and_only_while_it_is_open() {
    let (mut ctx, mut introductions, invite, _) = invited();
    let with_it = |name, from| RequestRecord {
        invite: Some(invite.id.clone()),
        ..request(name, from)
    };
    let (first, other) = (with_it("Ann", "ann"), with_it("Eve", "eve"));
    assert_eq!(introductions.judge(&first), Ok(()));
    introductions.take_request(&mut ctx, first.clone(), None, false);
    for when in ["while it is being stored", "while it waits"] {
        assert_eq!(
            introductions.judge(&other),
            Err(Fault::SomebodyElse),
            "{when}"
        );
        assert_eq!(introductions.judge(&first), Ok(()), "the same person");
        introductions.request_stored(&mut ctx, &first.id);
    }
    introductions.reject(&mut ctx, &first.id).unwrap();
    for late in [first, other] {
        assert_eq!(introductions.judge(&late), Err(Fault::SomebodyElse));
    }
}

#[test]
fn a_request_waits_once_it_is_stored_and_the_person_is_told_then() {
    let (mut ctx, mut introductions) = (context(), Introductions::default());
    let record = request("Bob", BOB);
    introductions.take_request(&mut ctx, record.clone(), None, false);
    assert!(introductions.requests().is_empty() && facts(&mut ctx).is_empty());
    assert_eq!(changes(&mut ctx), [Change::Request(record.clone())]);
    introductions.request_stored(&mut ctx, &record.id);
    assert_eq!(introductions.requests().get(&record.id), Some(&record));
    assert!(matches!(facts(&mut ctx)[..], [Fact::Asks(_)]));
}

#[test]
fn a_full_list_takes_no_further_request() {
    let (mut ctx, mut introductions) = (context(), Introductions::default());
    for n in 0..REQUESTS {
        introductions.wait(request(&n.to_string(), &n.to_string()));
    }
    introductions.take_request(&mut ctx, request("Bob", BOB), None, false);
    assert_eq!(outputs(&mut ctx), []);
    assert!(matches!(facts(&mut ctx)[..], [Fact::RequestEnded(_)]));
    assert_eq!(introductions.requests().len(), REQUESTS);
}

#[test]
fn a_request_is_accepted_once_and_only_where_there_is_room() {
    let (mut ctx, mut introductions, record) = waiting();
    let full = introductions.to_accept(&record.id, false);
    assert_eq!(full, Err(Refusal::ContactsFull));
    assert_eq!(
        introductions.to_accept(&record.id, true),
        Ok(record.clone())
    );
    introductions.accepted(&mut ctx, &record);
    let again = introductions.to_accept(&record.id, true);
    assert_eq!(again, Err(Refusal::Gone));
    assert_eq!(changes(&mut ctx), [], "not before what came of it");
    introductions.expire(&mut ctx);
    assert_eq!(changes(&mut ctx), [Change::ForgetRequest(record.id)]);
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
            introductions.accepted(&mut ctx, &record);
        } else {
            introductions.reject(&mut ctx, &record.id).unwrap();
            assert!(matches!(
                facts(&mut ctx)[..],
                [Fact::RequestGone(_), Fact::RequestEnded(_)]
            ));
        }
        assert_eq!(introductions.invites().count(), 0);
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
        introductions.invite_stored(&mut ctx, InviteRecord { id, ..record });
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
    let (mut ctx, mut maker, _, code) = invited();
    let used = use_invite(&mut ctx, &mut maker, &code, true, false);
    assert_eq!(used, Err(Refusal::InviteOwn));
    let used = |code: &Secret, held: bool, later: Duration, asking: bool| {
        let (mut ctx, mut introductions) = (context(), Introductions::default());
        wait(&mut ctx, later);
        use_invite(&mut ctx, &mut introductions, code, held, asking)
    };
    let (now, nonsense) = (Duration::ZERO, Secret("nonsense".to_owned()));
    let malformed = used(&nonsense, true, now, false);
    assert_eq!(malformed, Err(Refusal::InviteMalformed));
    let old = used(&code, true, INVITE_LIFE, false);
    assert_eq!(old, Err(Refusal::InviteExpired));
    let offline = used(&code, false, now, false);
    assert_eq!(offline, Err(Refusal::InviteUnreachable));
    let twice = used(&code, true, now, true);
    assert_eq!(twice, Ok(Answered::Now), "they are being asked already");
}

/// Returns the ids that are given up.
fn released(ctx: &mut crate::context::Context) -> Vec<String> {
    let outputs = outputs(ctx).into_iter();
    let released = outputs.filter_map(|output| {
        let crate::io::Output::Release(id) = output else {
            return None;
        };
        Some(id)
    });
    released.collect()
}

#[test]
fn the_id_of_an_invite_is_held_while_it_is_open_and_tried_again_where_it_is_taken() {
    let (mut ctx, mut introductions, invite, _) = invited();
    assert!(ctx.routes.id(&invite.address).is_some());
    introductions.taken(&ctx, &invite.address);
    let again = introductions.due().unwrap().at;
    introductions.expire(&mut ctx);
    assert_eq!(registered(&mut ctx), std::slice::from_ref(&invite.address));
    let rest = again.since(ctx.now.mono);
    wait(&mut ctx, rest);
    introductions.expire(&mut ctx);
    assert_eq!(registered(&mut ctx), std::slice::from_ref(&invite.address));
    assert_eq!(introductions.due(), None);
    introductions.cancel_invite(&mut ctx, &invite.id).unwrap();
    introductions.expire(&mut ctx);
    assert_eq!(released(&mut ctx), [invite.address]);
}

#[test]
fn the_id_from_which_an_invite_was_used_is_held_for_the_answer_and_ends_with_a_no() {
    for (asked, held) in [
        (Asked::Waiting, true),
        (Asked::NotAccepted, false),
        (Asked::Failed, false),
        (Asked::Unreachable, true),
    ] {
        let (mut ctx, mut introductions, own, maker) = using();
        let maker = Stranger::at(&maker);
        introductions.sent(&mut ctx, maker.clone(), &own, [9; 32], None, true);
        introductions.set_asked(&mut ctx, maker.clone(), asked);
        introductions.expire(&mut ctx);
        assert_eq!(ctx.routes.id(&own).is_some(), held, "{asked:?}");
        let secrets: Vec<_> = introductions.secrets_at(&own).collect();
        assert_eq!(secrets.len(), usize::from(held));
        let stored = changes(&mut ctx).pop();
        let gone = Change::ForgetAsked(maker.as_str().to_owned());
        assert_eq!(stored == Some(gone), !held, "{asked:?}");
    }
}

#[test]
fn an_invite_for_which_no_id_is_held_in_time_is_refused() {
    let (_, _, _, code) = invited();
    let (mut ctx, mut introductions) = (context(), Introductions::default());
    use_invite(&mut ctx, &mut introductions, &code, true, false).unwrap();
    clear(&mut ctx);
    let rest = introductions.due().unwrap().at.since(ctx.now.mono);
    wait(&mut ctx, rest);
    introductions.expire(&mut ctx);
    let out = outputs(&mut ctx);
    let refused = Output::Reply(COMMAND, Err(Refusal::InviteUnreachable));
    assert!(out.contains(&refused), "{out:?}");
    assert!(
        out.iter()
            .any(|output| matches!(output, Output::Release(_)))
    );
}

#[test]
fn an_invite_dials_its_maker_with_the_secret_from_an_id_of_its_own() {
    let (mut ctx, introductions, own, maker) = using();
    assert_eq!(dials(&mut ctx), [(own, maker.clone())]);
    let dialled = facts(&mut ctx).pop();
    let Some(Fact::Dialled { purpose, .. }) = dialled else {
        panic!("{dialled:?}");
    };
    assert_eq!(purpose, Purpose::Ask(Stranger::at(&maker)));
    assert!(matches!(
        introductions.showing(&Stranger::at(&maker)),
        Showing::Required(_)
    ));
}

#[test]
fn the_command_of_an_invite_is_answered_once_and_later_failures_are_notices() {
    for (asked, answer) in [
        (Asked::Waiting, Ok(Answer::Done)),
        (Asked::NotAccepted, Ok(Answer::Done)),
        (Asked::Unreachable, Err(Refusal::InviteUnreachable)),
        (Asked::Failed, Err(Refusal::InviteNotValid)),
    ] {
        let (mut ctx, mut introductions, _, maker) = using();
        clear(&mut ctx);
        introductions.set_asked(&mut ctx, Stranger::at(&maker), asked);
        assert_eq!(replies(&mut ctx), [(COMMAND, answer)]);
        introductions.set_asked(&mut ctx, Stranger::at(&maker), Asked::NotAccepted);
        let later: &[Alert] = if asked == Asked::Waiting {
            &[Alert::InviteNotAccepted]
        } else {
            &[]
        };
        assert_eq!(notices(&mut ctx), later, "{asked:?}");
        assert!(introductions.showing(&Stranger::at(&maker)) == Showing::Nothing);
    }
}

#[test]
fn a_stranger_is_asked_where_there_is_a_way_and_room() {
    let (mut ctx, mut introductions) = (context(), Introductions::default());
    let way = Some(("us".to_owned(), BOB.to_owned()));
    let mut ask =
        |room, way| introductions.ask(&mut ctx, &Stranger::at(BOB), room, way, None, None);
    assert_eq!(ask(false, way.clone()), Err(Refusal::ContactsFull));
    assert_eq!(ask(true, None), Err(Refusal::Gone));
    assert_eq!(ask(true, way), Ok(()));
    let asked = introductions.asked().get(&Stranger::at(BOB));
    assert_eq!(asked, Some(&Asked::Connecting));
    introductions.befriended(&mut ctx, BOB);
    assert!(introductions.asked().is_empty());
}

#[test]
fn a_note_is_kept_until_the_request_is_sent_or_cannot_be() {
    let stranger = &Stranger::at(BOB);
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
            introductions.ask(&mut ctx, stranger, true, way, note, None)?;
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
        let asked = introductions.ask(&mut ctx, &Stranger::at(BOB), true, way, note.clone(), None);
        assert_eq!(asked, Ok(()));
        assert_eq!(introductions.note_for(&Stranger::at(BOB)), note);
    }
}
