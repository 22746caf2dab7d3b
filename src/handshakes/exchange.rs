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
//! to (asking the person, storing a contact) is for `frames.rs` and `acceptance.rs`.

use crate::crypto::{self, Ephemeral, Identity, Key, PublicKey, Random, SessionKeys};
use crate::encoding::{b64, unb64};
use crate::fact::Showing;
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
    /// The secret that was shown.
    shown: Option<Key>,
    /// The other side must show it too.
    required: bool,
}

impl std::fmt::Debug for Ephemeral {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ephemeral(…)")
    }
}

/// Begins a handshake. Returns the state, and the hello to send. With a secret, the hello hints at it;
/// where that is required, the answer must too.
pub(crate) fn initiate(
    rng: &mut Random,
    binding: ChannelBinding,
    showing: Showing,
) -> (ExpectHello, String) {
    let (shown, required) = match showing {
        Showing::Nothing => (None, false),
        Showing::Offered(secret) => (Some(secret), false),
        Showing::Required(secret) => (Some(secret), true),
    };
    let ephemeral = Ephemeral::generate(rng);
    let nonce = if planted!(NoNonce) {
        [7; 32]
    } else {
        crypto::random(rng)
    };
    let hint = shown.map(|secret| {
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
        shown,
        required,
    };
    (state, hello)
}

impl ExpectHello {
    /// Takes the responder's hello; `raw` is its frame as received. Returns also whether the responder
    /// knows the secret that was shown.
    pub(crate) fn handle(self, raw: &[u8], hello: &Hello) -> Result<(Exchange, bool), Fault> {
        if hello.v != Versions::Chosen(VERSION) {
            return Err(Fault::Version);
        }
        let nonce: [u8; 32] = unb64(&hello.nonce).ok_or(Fault::Malformed("nonce"))?;
        let (local, remote) = (&self.binding.local, &self.binding.remote);
        let hint: Option<Key> = hello.hint.as_deref().and_then(unb64);
        let knows = |(secret, hint): (&Key, Key)| {
            let [local, remote] = hinted_to(local, remote);
            let parts = [RESPONDER_HINT, local, remote, &self.nonce, &nonce];
            crypto::hmac_verifies(secret, &parts, &hint) || planted!(HintUnchecked)
        };
        let recognised = self.shown.as_ref().zip(hint).is_some_and(knows);
        if self.required && !recognised {
            return Err(Fault::SomebodyElse);
        }
        let shared = self
            .ephemeral
            .agree(&hello.eph)
            .ok_or(Fault::Malformed("eph"))?;
        let transcript = crypto::transcript(self.hello.as_bytes(), raw, local, remote);
        let exchange = Exchange::new(Side::Initiator, transcript, &shared);
        Ok((exchange, recognised))
    }
}

/// Answers a hello; `raw` is its frame as received. Returns the exchange, the hello to send, and
/// which of the `known` secrets the initiator hinted at. Whether the answer hints at it too says
/// `is_shown`.
pub(crate) fn respond<C>(
    rng: &mut Random,
    binding: ChannelBinding,
    raw: &[u8],
    hello: &Hello,
    known: impl Iterator<Item = (C, Key)>,
    is_shown: impl Fn(&C) -> bool,
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
    let [first, second] = hinted_to(initiator, responder);
    let mut known = known;
    let found = hinted.and_then(|hint| {
        let parts: [&[u8]; 4] = [INITIATOR_HINT, first, second, &theirs];
        known.find(|(_, secret)| crypto::hmac_verifies(secret, &parts, &hint))
    });
    let shown = found.as_ref().filter(|(who, _)| is_shown(who));
    let hint = shown.map(|(_, secret)| {
        b64(&responder_hint(
            secret, initiator, responder, &theirs, &nonce,
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
const CROSSED: &[u8] = b"meshchat/1 crossed";
const RESPONDER_HINT: &[u8] = b"meshchat/1 hint responder";

/// Returns the hint of the side that has dialled; `initiator` and `responder` are the two certificates.
pub(crate) fn initiator_hint(
    secret: &Key,
    initiator: &Key,
    responder: &Key,
    nonce: &[u8; 32],
) -> Key {
    let [initiator, responder] = hinted_to(initiator, responder);
    crypto::hmac(secret, &[INITIATOR_HINT, initiator, responder, nonce])
}

/// Returns the hint of the other side, which covers the nonces of both.
pub(crate) fn responder_hint(
    secret: &Key,
    initiator: &Key,
    responder: &Key,
    theirs: &[u8; 32],
    own: &[u8; 32],
) -> Key {
    let [initiator, responder] = hinted_to(initiator, responder);
    crypto::hmac(secret, &[RESPONDER_HINT, initiator, responder, theirs, own])
}

/// Returns the certificates that a hint covers.
fn hinted_to<'a>(initiator: &'a Key, responder: &'a Key) -> [&'a Key; 2] {
    if planted!(HintUnbound) {
        return [&[0; 32]; 2];
    }
    [initiator, responder]
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
    pub(crate) fn new(side: Side, transcript: Key, shared: &Key) -> Self {
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

    /// Returns the secret by which both sides recognise each other on a later connection.
    pub(crate) fn call_back(&self) -> Key {
        self.keys.call_back
    }

    /// Returns the tag that shows, on this connection, that one knows a call-back secret of another.
    pub(crate) fn crossed(&self, call_back: &Key) -> Key {
        crypto::hmac(call_back, &[CROSSED, &self.transcript])
    }

    /// Returns whether a tag is [`Exchange::crossed`] for this secret.
    pub(crate) fn is_crossed(&self, call_back: &Key, tag: &Key) -> bool {
        crypto::hmac_verifies(call_back, &[CROSSED, &self.transcript], tag)
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
        let is_mac = crypto::hmac_verifies(self.mac_key(theirs), &[&key.to_bytes()], &mac);
        if !is_mac && !planted!(MacUnchecked) {
            return Err(Fault::Proof("mac"));
        }
        let input = crypto::signature_input(label(step, theirs), &self.transcript, key, own);
        if !key.verifies(&input, &sig) && !planted!(SignatureUnchecked) {
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
    let side = if planted!(RoleLabelSwapped) {
        Side::Initiator
    } else {
        side
    };
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
mod tests;
