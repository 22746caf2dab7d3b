//! The table of the acceptance, cell by cell.

use super::*;
use crate::crypto::Random;
use crate::handshakes::exchange;
use crate::handshakes::finish::provisional;
use crate::io::ChannelBinding;
use crate::values::RequestId;
use crate::wire::HandshakeFrame;
use chacha20::rand_core::SeedableRng;

const REMOTE: &str = "myapp-203-0-113-7-their-id";
const AT: Mono = Mono(7_000);
const FAULT: Fault = Fault::Proof("mac");

fn exchange() -> Exchange {
    let mut rng = Random::from_seed([1; 32]);
    let binding = ChannelBinding {
        local: [1; 32],
        remote: [2; 32],
    };
    let (_, text) = exchange::initiate(&mut rng, binding, None);
    let Ok(HandshakeFrame::Hello { hello }) = HandshakeFrame::decode(text.as_bytes()) else {
        panic!("{text}");
    };
    let known = std::iter::empty::<((), _)>();
    let (exchange, ..) =
        exchange::respond(&mut rng, binding, text.as_bytes(), &hello, known).unwrap();
    exchange
}

fn contact() -> ContactRecord {
    provisional(ContactId("c".to_owned()), "Bob", &[3; 32], 5)
}

fn request() -> RequestRecord {
    RequestRecord {
        version: 1,
        id: RequestId("r".to_owned()),
        from: REMOTE.to_owned(),
        to: "us".to_owned(),
        name: "Bob".to_owned(),
        note: None,
        at: 5,
        invite: None,
        rejected: None,
    }
}

/// Returns a contact with a proven key; `asked` is whether this side asked.
fn finished(asked: bool) -> Finished {
    let confirm = asked.then(|| Proof {
        key: "k".to_owned(),
        sig: "s".to_owned(),
        mac: "m".to_owned(),
    });
    Finished {
        contact: ContactRecord {
            identity: Some("key".to_owned()),
            ..contact()
        },
        accepted_at: AT,
        confirm,
        replaces: None,
    }
}

fn storing() -> Acceptance {
    Acceptance::Storing {
        exchange: exchange(),
        contact: contact(),
        request: request(),
    }
}

fn awaiting() -> Acceptance {
    Acceptance::AwaitingConfirm {
        exchange: exchange(),
        contact: contact(),
        remote: REMOTE.to_owned(),
    }
}

fn finishing(asked: bool) -> Acceptance {
    Acceptance::Finishing {
        finished: finished(asked),
        remote: REMOTE.to_owned(),
    }
}

/// An acceptance whose connection has ended, of which the last message is missing or not.
fn unfinished(missing: bool) -> Acceptance {
    Acceptance::Unfinished {
        contact: contact(),
        accepted_at: (!missing).then_some(AT),
        remote: missing.then(|| REMOTE.to_owned()),
    }
}

/// Names a state and an effect, so that a cell reads as it does in the table.
fn names(cell: (Option<Acceptance>, Effect)) -> (&'static str, &'static str) {
    let state = match cell.0 {
        None => "over",
        Some(Acceptance::Storing { .. }) => "Storing",
        Some(Acceptance::AwaitingConfirm { .. }) => "AwaitingConfirm",
        Some(Acceptance::Finishing { .. }) => "Finishing",
        Some(Acceptance::Unfinished {
            remote: Some(_), ..
        }) => "Unfinished, message missing",
        Some(Acceptance::Unfinished { .. }) => "Unfinished",
    };
    let effect = match cell.1 {
        Effect::Nothing => "",
        Effect::SayYes => "say yes",
        Effect::Ask(..) => "ask again",
        Effect::Befriend(..) => "befriend",
        Effect::Keep(..) => "keep",
        Effect::KeepUnfinished(..) => "keep unfinished",
        Effect::Unreachable(_) => "unreachable",
        Effect::Forget(..) => "forget",
    };
    (state, effect)
}

#[test]
fn every_cell_of_the_table_is_as_it_is_written() {
    let happenings: [fn() -> Happening; 5] = [
        || Happening::Stored,
        || Happening::NotStored,
        || Happening::Confirmed(Box::new(finished(false))),
        || Happening::Closed,
        || Happening::Broken(FAULT),
    ];
    type Row = (fn() -> Acceptance, [(&'static str, &'static str); 5]);
    let table: [Row; 6] = [
        (
            storing,
            [
                ("AwaitingConfirm", "say yes"),
                ("over", "ask again"),
                ("Storing", ""),
                ("Unfinished, message missing", ""),
                ("over", "forget"),
            ],
        ),
        (
            awaiting,
            [
                ("AwaitingConfirm", ""),
                ("AwaitingConfirm", ""),
                ("Finishing", ""),
                ("over", "keep unfinished"),
                ("over", "forget"),
            ],
        ),
        (
            || finishing(true),
            [
                ("over", "befriend"),
                ("over", "unreachable"),
                ("Finishing", ""),
                ("Unfinished", ""),
                ("Unfinished", ""),
            ],
        ),
        (
            || finishing(false),
            [
                ("over", "befriend"),
                ("over", "keep unfinished"),
                ("Finishing", ""),
                ("Unfinished", ""),
                ("Unfinished", ""),
            ],
        ),
        (
            || unfinished(true),
            [
                ("over", "keep unfinished"),
                ("over", ""),
                ("Unfinished, message missing", ""),
                ("Unfinished, message missing", ""),
                ("Unfinished, message missing", ""),
            ],
        ),
        (
            || unfinished(false),
            [
                ("over", "keep"),
                ("over", ""),
                ("Unfinished", ""),
                ("Unfinished", ""),
                ("Unfinished", ""),
            ],
        ),
    ];
    for (row, (state, cells)) in table.into_iter().enumerate() {
        for (column, (happening, cell)) in happenings.into_iter().zip(cells).enumerate() {
            let after = names(state().on(happening()));
            assert_eq!(after, cell, "row {row}, column {column}");
        }
    }
}

#[test]
fn what_could_not_be_stored_is_not_taken_for_proven() {
    let (_, effect) = finishing(false).on(Happening::NotStored);
    let Effect::KeepUnfinished(contact, remote) = effect else {
        panic!("{effect:?}");
    };
    assert_eq!((contact.identity, remote.as_str()), (None, REMOTE));
}

#[test]
fn a_proof_outlives_its_connection() {
    let (next, _) = finishing(true).on(Happening::Closed);
    let (_, effect) = next.unwrap().on(Happening::Stored);
    let Effect::Keep(contact, accepted_at) = effect else {
        panic!("{effect:?}");
    };
    assert_eq!(contact.identity.as_deref(), Some("key"));
    assert_eq!(accepted_at, Some(AT));
}
