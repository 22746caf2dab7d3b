use super::*;
use chacha20::rand_core::SeedableRng;

const A: [u8; 32] = [0xAA; 32];
const B: [u8; 32] = [0xBB; 32];
const ALICE: ChannelBinding = ChannelBinding {
    local: A,
    remote: B,
};
const BOB: ChannelBinding = ChannelBinding {
    local: B,
    remote: A,
};

fn hello(text: &str) -> Hello {
    match HandshakeFrame::decode(text.as_bytes()).unwrap() {
        HandshakeFrame::Hello { hello } => hello,
        other => panic!("{other:?}"),
    }
}

/// Returns both exchanges, and which secret the responder recognised.
fn meet(
    alice: ChannelBinding,
    bob: ChannelBinding,
    secret: Option<Key>,
    known: &[Key],
) -> (Result<Exchange, Fault>, Exchange, Option<usize>) {
    let mut rng = Random::from_seed([1; 32]);
    let showing = secret.map_or(Showing::Nothing, Showing::Required);
    let (state, first) = initiate(&mut rng, alice, showing);
    let known = known.iter().copied().enumerate();
    let (theirs, second, who) = respond(
        &mut rng,
        bob,
        first.as_bytes(),
        &hello(&first),
        known,
        |_| true,
    )
    .unwrap();
    (
        state
            .handle(second.as_bytes(), &hello(&second))
            .map(|(exchange, _)| exchange),
        theirs,
        who,
    )
}

#[test]
fn strangers_agree_and_prove_their_keys_to_each_other() {
    let (ours, theirs, who) = meet(ALICE, BOB, None, &[[9; 32]]);
    let ours = ours.unwrap();
    assert_eq!(who, None);
    assert_eq!(ours.pair_secret(), theirs.pair_secret());
    let mut rng = Random::from_seed([2; 32]);
    let (alice, bob) = (Identity::generate(&mut rng), Identity::generate(&mut rng));
    let accepted = theirs.prove(Step::Accepted, &bob, None);
    assert_eq!(
        ours.verify(Step::Accepted, &accepted, None),
        Ok(bob.public())
    );
    let confirm = ours.prove(Step::Confirm, &alice, Some(bob.public()));
    assert_eq!(
        theirs.verify(Step::Confirm, &confirm, Some(bob.public())),
        Ok(alice.public())
    );
}

#[test]
fn a_known_one_is_recognised_by_the_hint_and_only_by_the_right_secret() {
    let (ours, _, who) = meet(ALICE, BOB, Some([7; 32]), &[[9; 32], [7; 32]]);
    assert_eq!(who, Some(1));
    assert!(ours.is_ok());
    let (ours, _, who) = meet(ALICE, BOB, Some([7; 32]), &[[9; 32]]);
    assert_eq!(who, None);
    assert_eq!(ours.unwrap_err(), Fault::SomebodyElse);
}

#[test]
fn a_proof_is_worth_nothing_on_another_connection() {
    let mut rng = Random::from_seed([2; 32]);
    let bob = Identity::generate(&mut rng);
    let (ours, theirs, _) = meet(ALICE, BOB, None, &[]);
    let proof = theirs.prove(Step::Accepted, &bob, None);
    // Somebody in the middle has a connection, and so a certificate, to each side.
    let middle = ChannelBinding {
        local: A,
        remote: [0xCC; 32],
    };
    let (relayed, _, _) = meet(middle, BOB, None, &[]);
    assert!(ours.unwrap().verify(Step::Accepted, &proof, None).is_ok());
    assert_eq!(
        relayed.unwrap().verify(Step::Accepted, &proof, None),
        Err(Fault::Proof("mac"))
    );
}

#[test]
fn a_proof_of_one_step_is_none_of_another() {
    let mut rng = Random::from_seed([2; 32]);
    let bob = Identity::generate(&mut rng);
    let (ours, theirs, _) = meet(ALICE, BOB, None, &[]);
    let proof = theirs.prove(Step::Accepted, &bob, None);
    let ours = ours.unwrap();
    assert_eq!(
        ours.verify(Step::Auth, &proof, None),
        Err(Fault::Proof("signature"))
    );
    let forged = Proof {
        sig: b64(&[1; 64]),
        ..proof.clone()
    };
    assert_eq!(
        ours.verify(Step::Accepted, &forged, None),
        Err(Fault::Proof("signature"))
    );
    let broken = Proof {
        key: "AAAA".into(),
        ..proof
    };
    assert_eq!(
        ours.verify(Step::Accepted, &broken, None),
        Err(Fault::Malformed("key"))
    );
}

#[test]
fn broken_hellos_are_refused_with_the_reason() {
    let mut rng = Random::from_seed([1; 32]);
    let (_, text) = initiate(&mut rng, ALICE, Showing::Nothing);
    let good = hello(&text);
    for (bad, fault) in [
        (
            Hello {
                v: Versions::Offered(vec![2]),
                ..good.clone()
            },
            Fault::Version,
        ),
        (
            Hello {
                v: Versions::Chosen(1),
                ..good.clone()
            },
            Fault::Malformed("v"),
        ),
        (
            Hello {
                nonce: "AA".into(),
                ..good.clone()
            },
            Fault::Malformed("nonce"),
        ),
        (
            Hello {
                eph: b64(&[0; 33]),
                ..good.clone()
            },
            Fault::Malformed("eph"),
        ),
        (
            Hello {
                hint: Some("?".into()),
                ..good.clone()
            },
            Fault::Malformed("hint"),
        ),
    ] {
        let none = std::iter::empty::<((), Key)>();
        let result = respond(&mut rng, BOB, b"", &bad, none, |()| true);
        assert_eq!(result.map(|_| ()).unwrap_err(), fault);
    }
}

#[test]
fn a_secret_that_is_only_offered_need_not_be_known_to_the_other_side() {
    let mut rng = Random::from_seed([1; 32]);
    let offered = Showing::Offered([7; 32]);
    let (state, first) = initiate(&mut rng, ALICE, offered);
    let none = std::iter::empty::<((), Key)>();
    let answered = respond(
        &mut rng,
        BOB,
        first.as_bytes(),
        &hello(&first),
        none,
        |()| true,
    );
    let (_, second, who) = answered.unwrap();
    assert_eq!(who, None);
    let (_, recognised) = state.handle(second.as_bytes(), &hello(&second)).unwrap();
    assert!(!recognised);
}

#[test]
fn whoever_offers_a_secret_learns_that_it_is_known_only_where_the_other_side_says_so() {
    for shows in [true, false] {
        let mut rng = Random::from_seed([1; 32]);
        let (state, first) = initiate(&mut rng, ALICE, Showing::Offered([7; 32]));
        let known = [((), [7; 32])].into_iter();
        let answered = respond(
            &mut rng,
            BOB,
            first.as_bytes(),
            &hello(&first),
            known,
            |()| shows,
        );
        let (_, second, who) = answered.unwrap();
        assert_eq!(who, Some(()), "recognised all the same");
        assert_eq!(hello(&second).hint.is_some(), shows);
        let (_, recognised) = state.handle(second.as_bytes(), &hello(&second)).unwrap();
        assert_eq!(recognised, shows);
    }
}

#[test]
fn a_call_back_secret_is_shown_on_the_connection_it_is_shown_on_and_on_no_other() {
    let (first, theirs, _) = meet(ALICE, BOB, None, &[]);
    let secret = first.unwrap().call_back();
    assert_eq!(secret, theirs.call_back());
    let elsewhere = |local| ChannelBinding { local, ..ALICE };
    let (second, _, _) = meet(elsewhere([9; 32]), BOB, None, &[]);
    let (third, _, _) = meet(elsewhere([8; 32]), BOB, None, &[]);
    let (second, third) = (second.unwrap(), third.unwrap());
    let tag = second.crossed(&secret);
    assert!(second.is_crossed(&secret, &tag));
    assert!(!third.is_crossed(&secret, &tag));
    assert!(!second.is_crossed(&[1; 32], &tag));
}

#[test]
fn every_hello_has_a_nonce_of_its_own() {
    let mut rng = Random::from_seed([1; 32]);
    let [one, other] =
        [(); 2].map(|()| hello(&initiate(&mut rng, ALICE, Showing::Nothing).1).nonce);
    assert_ne!(one, other);
}

#[test]
fn whoever_answers_with_another_hint_is_somebody_else() {
    let mut rng = Random::from_seed([1; 32]);
    let (state, first) = initiate(&mut rng, ALICE, Showing::Required([9; 32]));
    let known = [(0, [9; 32])].into_iter();
    let (_, second, _) = respond(
        &mut rng,
        BOB,
        first.as_bytes(),
        &hello(&first),
        known,
        |_| true,
    )
    .unwrap();
    let mut hello = hello(&second);
    hello.hint = Some(b64(&[1; 32]));
    let raw = encode(&HandshakeFrame::Hello {
        hello: hello.clone(),
    });
    let exchange = state.handle(raw.as_bytes(), &hello);
    assert_eq!(exchange.err(), Some(Fault::SomebodyElse));
}

#[test]
fn each_side_signs_under_a_label_of_its_own() {
    let [one, other] = [Side::Initiator, Side::Responder].map(|side| label(Step::Auth, side));
    assert_eq!(one, "meshchat/1 auth initiator");
    assert_eq!(other, "meshchat/1 auth responder");
}
