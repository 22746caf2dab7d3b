//! The table of the acceptance, cell by cell.

use super::*;
use crate::crypto::Random;
use crate::fact::Showing;
use crate::handshakes::exchange;
use crate::handshakes::finish::provisional;
use crate::io::ChannelBinding;
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
    let (_, text) = exchange::initiate(&mut rng, binding, Showing::Nothing);
    let Ok(HandshakeFrame::Hello { hello }) = HandshakeFrame::decode(text.as_bytes()) else {
        panic!("{text}");
    };
    let known = std::iter::empty::<((), _)>();
    let (exchange, ..) =
        exchange::respond(&mut rng, binding, text.as_bytes(), &hello, known, |_| true).unwrap();
    exchange
}

fn contact() -> ContactRecord {
    provisional(ContactId("c".to_owned()), "Bob", &[3; 32], 5)
}

fn yes() -> Yes {
    Yes {
        request: crate::test_context::request("Bob", REMOTE),
        clicked: true,
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
        yes: yes(),
    }
}

fn awaiting() -> Acceptance {
    Acceptance::AwaitingConfirm {
        exchange: exchange(),
        contact: contact(),
        yes: yes(),
    }
}

fn began(asked: bool) -> Began {
    if asked {
        Began::Asked(REMOTE.to_owned())
    } else {
        Began::WasAsked(yes())
    }
}

fn finishing(asked: bool) -> Acceptance {
    let (finished, began) = (finished(asked), began(asked));
    Acceptance::Finishing { finished, began }
}

fn unfinished() -> Acceptance {
    let (contact, yes) = (contact(), yes());
    Acceptance::Unfinished { contact, yes }
}

fn alone() -> Acceptance {
    let (finished, began) = (finished(true), began(true));
    Acceptance::Alone { finished, began }
}

/// Names a state and an effect, so that a cell reads as it does in the table.
fn names(cell: (Option<Acceptance>, Effect)) -> (&'static str, &'static str) {
    let state = match cell.0 {
        None => "over",
        Some(Acceptance::Storing { .. }) => "Storing",
        Some(Acceptance::AwaitingConfirm { .. }) => "AwaitingConfirm",
        Some(Acceptance::Finishing { .. }) => "Finishing",
        Some(Acceptance::Unfinished { .. }) => "Unfinished",
        Some(Acceptance::Alone { .. }) => "Alone",
    };
    let effect = match cell.1 {
        Effect::Nothing => "",
        Effect::SayYes => "say yes",
        Effect::Ask(Some(_), _) => "ask again",
        Effect::Ask(None, _) => "ask again, alone",
        Effect::Befriend(..) => "befriend",
        Effect::Keep { stored: true, .. } => "keep",
        Effect::Keep { stored: false, .. } => "keep, write again",
        Effect::KeepUnfinished(..) => "keep unfinished",
        Effect::Unreachable(_) => "unreachable",
        Effect::Forget { told: true, .. } => "forget, was told",
        Effect::Forget { told: false, .. } => "forget",
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
                ("Unfinished", ""),
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
                ("over", "forget, was told"),
            ],
        ),
        (
            || finishing(true),
            [
                ("over", "befriend"),
                ("over", "unreachable"),
                ("Finishing", ""),
                ("Alone", ""),
                ("Alone", ""),
            ],
        ),
        (
            || finishing(false),
            [
                ("over", "befriend"),
                ("over", "keep unfinished"),
                ("Finishing", ""),
                ("Alone", ""),
                ("Alone", ""),
            ],
        ),
        (
            unfinished,
            [
                ("over", "keep unfinished"),
                ("over", "ask again, alone"),
                ("Unfinished", ""),
                ("Unfinished", ""),
                ("Unfinished", ""),
            ],
        ),
        (
            alone,
            [
                ("over", "keep"),
                ("over", "keep, write again"),
                ("Alone", ""),
                ("Alone", ""),
                ("Alone", ""),
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
    let Effect::KeepUnfinished(contact, yes) = effect else {
        panic!("{effect:?}");
    };
    assert_eq!((contact.identity, &*yes.request.from), (None, REMOTE));
}

#[test]
fn a_proof_outlives_its_connection() {
    let (next, _) = finishing(true).on(Happening::Closed);
    let (_, effect) = next.unwrap().on(Happening::Stored);
    let Effect::Keep { finished, .. } = effect else {
        panic!("{effect:?}");
    };
    assert_eq!(finished.contact.identity.as_deref(), Some("key"));
    assert_eq!(finished.accepted_at, AT);
}
