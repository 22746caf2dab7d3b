//! The handshake: proving to each other who one is, bound to one connection.
//!
//! ```text
//! A → B  hello                           B → A  hello
//! unknown:  A → B request    B → A accepted | rejected    A → B confirm
//! known:    A → B auth       B → A auth
//! ```
//!
//! The hellos give both sides an [`Exchange`]: the transcript over both hellos and both
//! certificates, and the keys from it. Every proof is made and checked there. What a frame leads
//! to (asking the person, storing a contact) is the node's business.

use crate::crypto::{self, Ephemeral, Identity, Key, PublicKey, Random, SessionKeys};
use crate::encoding::{b64, unb64};
use crate::io::ChannelBinding;
use crate::misbehaviour::Fault;
use crate::wire::{HandshakeFrame, Hello, Proof, Versions, encode};

/// The protocol version spoken.
const VERSION: u32 = 1;

/// Who began the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Initiator,
    Responder,
}

/// What a signature is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The responder says yes to a stranger.
    Accepted,
    /// The initiator answers that.
    Confirm,
    /// Either side, to a known one.
    Auth,
}

/// The initiator after its hello.
#[derive(Debug)]
pub(crate) struct ExpectHello {
    ephemeral: Ephemeral,
    nonce: [u8; 32],
    hello: String,
    binding: ChannelBinding,
    /// The secret that the other side must show to hold.
    pair_secret: Option<Key>,
}

impl std::fmt::Debug for Ephemeral {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ephemeral(…)")
    }
}

/// Begins a handshake. Returns the state, and the hello to send. With a pair secret, the hello hints
/// at it, and the answer must too.
pub(crate) fn initiate(
    rng: &mut Random,
    binding: ChannelBinding,
    pair_secret: Option<Key>,
) -> (ExpectHello, String) {
    let ephemeral = Ephemeral::generate(rng);
    let nonce = crypto::random(rng);
    let hint = pair_secret.map(|secret| {
        b64(&initiator_hint(
            &secret,
            &binding.local,
            &binding.remote,
            &nonce,
        ))
    });
    let hello = Hello {
        v: Versions::Offered(vec![VERSION]),
        eph: ephemeral.public(),
        nonce: b64(&nonce),
        hint,
    };
    let hello = encode(&HandshakeFrame::Hello { hello });
    let state = ExpectHello {
        ephemeral,
        nonce,
        hello: hello.clone(),
        binding,
        pair_secret,
    };
    (state, hello)
}

impl ExpectHello {
    /// Takes the responder's hello; `raw` is its frame as received.
    pub(crate) fn handle(self, raw: &[u8], hello: &Hello) -> Result<Exchange, Fault> {
        if hello.v != Versions::Chosen(VERSION) {
            return Err(Fault::Version);
        }
        let nonce: [u8; 32] = unb64(&hello.nonce).ok_or(Fault::Malformed("nonce"))?;
        let (local, remote) = (&self.binding.local, &self.binding.remote);
        if let Some(secret) = &self.pair_secret {
            let hint = hello
                .hint
                .as_deref()
                .and_then(unb64)
                .ok_or(Fault::SomebodyElse)?;
            let parts = [RESPONDER_HINT, local, remote, &self.nonce, &nonce];
            if !crypto::hmac_verifies(secret, &parts, &hint) {
                return Err(Fault::SomebodyElse);
            }
        }
        let shared = self
            .ephemeral
            .agree(&hello.eph)
            .ok_or(Fault::Malformed("eph"))?;
        let transcript = crypto::transcript(self.hello.as_bytes(), raw, local, remote);
        Ok(Exchange::new(Side::Initiator, transcript, &shared))
    }
}

/// Answers a hello; `raw` is its frame as received. Returns the exchange, the hello to send, and
/// which of the `known` pair secrets the initiator hinted at.
pub(crate) fn respond<C>(
    rng: &mut Random,
    binding: ChannelBinding,
    raw: &[u8],
    hello: &Hello,
    known: impl Iterator<Item = (C, Key)>,
) -> Result<(Exchange, String, Option<C>), Fault> {
    let Versions::Offered(versions) = &hello.v else {
        return Err(Fault::Malformed("v"));
    };
    if !versions.contains(&VERSION) {
        return Err(Fault::Version);
    }
    let theirs: [u8; 32] = unb64(&hello.nonce).ok_or(Fault::Malformed("nonce"))?;
    let hinted: Option<Key> = match &hello.hint {
        Some(hint) => Some(unb64(hint).ok_or(Fault::Malformed("hint"))?),
        None => None,
    };
    let (initiator, responder) = (&binding.remote, &binding.local);
    let ephemeral = Ephemeral::generate(rng);
    let shared = ephemeral.agree(&hello.eph).ok_or(Fault::Malformed("eph"))?;
    let nonce: [u8; 32] = crypto::random(rng);
    let mut known = known;
    let found = hinted.and_then(|hint| {
        let parts: [&[u8]; 4] = [INITIATOR_HINT, initiator, responder, &theirs];
        known.find(|(_, secret)| crypto::hmac_verifies(secret, &parts, &hint))
    });
    let hint = found.as_ref().map(|(_, secret)| {
        b64(&crypto::hmac(
            secret,
            &[RESPONDER_HINT, initiator, responder, &theirs, &nonce],
        ))
    });
    let hello = Hello {
        v: Versions::Chosen(VERSION),
        eph: ephemeral.public(),
        nonce: b64(&nonce),
        hint,
    };
    let answer = encode(&HandshakeFrame::Hello { hello });
    let transcript = crypto::transcript(raw, answer.as_bytes(), initiator, responder);
    let exchange = Exchange::new(Side::Responder, transcript, &shared);
    Ok((exchange, answer, found.map(|(contact, _)| contact)))
}

const INITIATOR_HINT: &[u8] = b"meshchat/1 hint initiator";
const RESPONDER_HINT: &[u8] = b"meshchat/1 hint responder";

fn initiator_hint(secret: &Key, initiator: &Key, responder: &Key, nonce: &[u8; 32]) -> Key {
    crypto::hmac(secret, &[INITIATOR_HINT, initiator, responder, nonce])
}

/// What the hellos agreed on.
#[derive(Clone)]
pub(crate) struct Exchange {
    side: Side,
    transcript: Key,
    keys: SessionKeys,
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exchange")
            .field("side", &self.side)
            .finish_non_exhaustive()
    }
}

impl Exchange {
    fn new(side: Side, transcript: Key, shared: &Key) -> Self {
        Self {
            side,
            keys: crypto::session_keys(&transcript, shared),
            transcript,
        }
    }

    pub(crate) fn side(&self) -> Side {
        self.side
    }

    /// Returns the secret that both sides keep when this handshake ends in acceptance.
    pub(crate) fn pair_secret(&self) -> Key {
        self.keys.pair_secret
    }

    /// Makes the own proof. `other` is the other side's key where it is known by now.
    pub(crate) fn prove(&self, step: Step, own: &Identity, other: Option<PublicKey>) -> Proof {
        let key = own.public();
        let input = crypto::signature_input(label(step, self.side), &self.transcript, key, other);
        Proof {
            key: key.encode(),
            sig: b64(&own.sign(&input)),
            mac: b64(&crypto::hmac(self.mac_key(self.side), &[&key.to_bytes()])),
        }
    }

    /// Returns the key that the other side has proven to hold. `own` is the own key where the other
    /// side knew it.
    pub(crate) fn verify(
        &self,
        step: Step,
        proof: &Proof,
        own: Option<PublicKey>,
    ) -> Result<PublicKey, Fault> {
        let theirs = match self.side {
            Side::Initiator => Side::Responder,
            Side::Responder => Side::Initiator,
        };
        let key = PublicKey::decode(&proof.key).ok_or(Fault::Malformed("key"))?;
        let sig: [u8; 64] = unb64(&proof.sig).ok_or(Fault::Malformed("sig"))?;
        let mac: Key = unb64(&proof.mac).ok_or(Fault::Malformed("mac"))?;
        if !crypto::hmac_verifies(self.mac_key(theirs), &[&key.to_bytes()], &mac) {
            return Err(Fault::Proof("mac"));
        }
        let input = crypto::signature_input(label(step, theirs), &self.transcript, key, own);
        if !key.verifies(&input, &sig) {
            return Err(Fault::Proof("signature"));
        }
        Ok(key)
    }

    fn mac_key(&self, side: Side) -> &Key {
        match side {
            Side::Initiator => &self.keys.initiator_mac,
            Side::Responder => &self.keys.responder_mac,
        }
    }
}

/// Keeps the uses of a signature apart.
fn label(step: Step, side: Side) -> &'static str {
    match (step, side) {
        (Step::Accepted, _) => "meshchat/1 accepted",
        (Step::Confirm, _) => "meshchat/1 confirm",
        (Step::Auth, Side::Initiator) => "meshchat/1 auth initiator",
        (Step::Auth, Side::Responder) => "meshchat/1 auth responder",
    }
}

#[cfg(test)]
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test names what it expects"
)]
mod tests {
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
        let (state, first) = initiate(&mut rng, alice, secret);
        let known = known.iter().copied().enumerate();
        let (theirs, second, who) =
            respond(&mut rng, bob, first.as_bytes(), &hello(&first), known).unwrap();
        (
            state.handle(second.as_bytes(), &hello(&second)),
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
        let (_, text) = initiate(&mut rng, ALICE, None);
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
            let result = respond(&mut rng, BOB, b"", &bad, none);
            assert_eq!(result.map(|_| ()).unwrap_err(), fault);
        }
    }
}
