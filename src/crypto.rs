//! Identities, and every derivation of the protocol.
//!
//! Each function here has a literal vector in `tests/vectors.json` and in PROTOCOL.md. Labels keep
//! the uses apart; every variable part but the last of an input has a fixed length or a length
//! prefix.
//!
//! Long because it is one page: all of them, to be compared with PROTOCOL.md.

#[cfg(feature = "remember")]
mod remembered;

use crate::encoding::{b64, hex, unb64, unb64_vec};
use chacha20::rand_core::Rng;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use std::fmt;
use uuid::Uuid;

/// 32 secret bytes.
pub type Key = [u8; 32];

/// The random source of a node: seeded once, so that a run can be repeated.
pub(crate) type Random = chacha20::ChaCha20Rng;

/// Returns `N` fresh random bytes.
pub(crate) fn random<const N: usize>(rng: &mut Random) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// A person's key pair: who they are, permanently.
#[derive(Clone)]
pub struct Identity(SigningKey);

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(…)")
    }
}

impl Identity {
    /// Draws a fresh one. A random scalar is out of range about once in 2³² tries, so this ends.
    pub(crate) fn generate(rng: &mut Random) -> Self {
        loop {
            if let Some(identity) = Self::from_bytes(&random(rng)) {
                return identity;
            }
        }
    }

    /// Reads the 32 bytes of the secret scalar; `None` where it is out of range.
    pub fn from_bytes(bytes: &Key) -> Option<Self> {
        SigningKey::from_slice(bytes).ok().map(Self)
    }

    /// Returns the secret scalar.
    pub(crate) fn to_bytes(&self) -> Key {
        self.0.to_bytes().into()
    }

    /// Returns the public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(*self.0.verifying_key())
    }

    /// The x coordinate that both of two people compute from the own secret and the other's public key.
    fn agree(&self, theirs: PublicKey) -> Key {
        let agree = || {
            let secret = self.0.as_nonzero_scalar();
            let shared = p256::ecdh::diffie_hellman(secret, theirs.0.as_affine());
            (*shared.raw_secret_bytes()).into()
        };
        #[cfg(feature = "remember")]
        let agree = || remembered::shared(self.public().to_bytes(), theirs.to_bytes(), agree);
        agree()
    }

    /// Signs with ECDSA P-256 over SHA-256, deterministic (RFC 6979): r‖s with low s.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let signature: Signature = self.0.sign(message);
        let signature = signature.normalize_s().to_bytes().into();
        #[cfg(feature = "remember")]
        remembered::signed(self.public().to_bytes(), message, &signature);
        signature
    }
}

/// The public half of an [`Identity`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKey(…)")
    }
}

impl PublicKey {
    /// Returns the compressed SEC1 form, in which a key is sent, signed and stored.
    pub fn to_bytes(self) -> [u8; 33] {
        let point = self.0.to_sec1_point(true);
        let mut bytes = [0; 33];
        bytes.copy_from_slice(point.as_bytes());
        bytes
    }

    /// Reads a key; only the compressed form is accepted, whose first byte is 02 or 03. The reader
    /// of points takes another one, 05, for a key that is written with 02 or 03.
    pub fn from_bytes(bytes: &[u8; 33]) -> Option<Self> {
        if !matches!(bytes, [2 | 3, ..]) {
            return None;
        }
        let read = || VerifyingKey::from_sec1_bytes(bytes).ok();
        #[cfg(feature = "remember")]
        let read = || remembered::key(bytes, read);
        read().map(Self)
    }

    /// Returns the key as base64url, as a configuration holds it.
    pub fn encode(self) -> String {
        b64(&self.to_bytes())
    }

    /// Reads a key from base64url.
    pub fn decode(text: &str) -> Option<Self> {
        Self::from_bytes(&unb64(text)?)
    }

    /// Returns whether `signature` is this key's over `message`, in the one accepted (low-s) form.
    pub fn verifies(self, message: &[u8], signature: &[u8; 64]) -> bool {
        let Ok(parsed) = Signature::from_slice(signature) else {
            return false;
        };
        let verify = || self.0.verify(message, &parsed).is_ok();
        #[cfg(feature = "remember")]
        let verify = || remembered::verifies(self.to_bytes(), message, signature, verify);
        let is_low = planted!(LowSUnchecked) || parsed.normalize_s() == parsed;
        is_low && verify()
    }
}

/// One end's part of a Diffie-Hellman exchange, used for one handshake.
pub(crate) struct Ephemeral {
    secret: p256::SecretKey,
    public: PublicKey,
}

impl Ephemeral {
    pub(crate) fn generate(rng: &mut Random) -> Self {
        loop {
            if let Some(ephemeral) = Self::from_bytes(&random(rng)) {
                return ephemeral;
            }
        }
    }

    pub(crate) fn from_bytes(bytes: &Key) -> Option<Self> {
        let secret = p256::SecretKey::from_slice(bytes).ok()?;
        let public = PublicKey(secret.public_key().into());
        Some(Self { secret, public })
    }

    /// Returns the compressed SEC1 form as base64url.
    pub(crate) fn public(&self) -> String {
        self.public.encode()
    }

    /// The shared x coordinate; `None` where `theirs` is not a point of the curve.
    pub(crate) fn agree(&self, theirs: &str) -> Option<Key> {
        let theirs = PublicKey::decode(theirs)?;
        let agree = || {
            let shared = self.secret.diffie_hellman(&theirs.0.into());
            (*shared.raw_secret_bytes()).into()
        };
        #[cfg(feature = "remember")]
        let agree = || remembered::shared(self.public.to_bytes(), theirs.to_bytes(), agree);
        Some(agree())
    }
}

/// Returns the SHA-256 over the hellos as received and both certificates: everything that a
/// handshake is bound to. `initiator` and `responder` are the bytes of the two hello frames.
pub fn transcript(
    initiator: &[u8],
    responder: &[u8],
    initiator_fingerprint: &[u8; 32],
    responder_fingerprint: &[u8; 32],
) -> Key {
    let mut hash = Sha256::new_with_prefix(b"meshchat/1 handshake");
    for hello in [initiator, responder] {
        if planted!(HellosLeftOut) {
            continue;
        }
        hash.update(u32::try_from(hello.len()).unwrap_or(u32::MAX).to_be_bytes());
        hash.update(hello);
    }
    if !planted!(FingerprintsLeftOut) {
        hash.update(initiator_fingerprint);
        hash.update(responder_fingerprint);
    }
    hash.finalize().into()
}

/// The keys of one handshake.
#[derive(Clone)]
pub struct SessionKeys {
    /// Authenticates the initiator's identity key.
    pub initiator_mac: Key,
    /// Authenticates the responder's identity key.
    pub responder_mac: Key,
    /// What both keep when this handshake ends in acceptance.
    pub pair_secret: Key,
    /// What both keep of a request: by it the two recognise each other on a later connection.
    pub call_back: Key,
}

/// Derives the keys: HKDF-SHA-256 of the Diffie-Hellman result, salted with the transcript.
pub fn session_keys(transcript: &Key, shared: &Key) -> SessionKeys {
    let kdf = Hkdf::<Sha256>::new(Some(transcript), shared);
    SessionKeys {
        initiator_mac: expand(&kdf, b"meshchat/1 mac initiator"),
        responder_mac: expand(&kdf, b"meshchat/1 mac responder"),
        pair_secret: expand(&kdf, b"meshchat/1 pair secret"),
        call_back: expand(&kdf, b"meshchat/1 call back"),
    }
}

/// Returns what a signature of the handshake covers.
pub fn signature_input(
    label: &str,
    transcript: &Key,
    own: PublicKey,
    other: Option<PublicKey>,
) -> Vec<u8> {
    let mut input = label.as_bytes().to_vec();
    input.extend(transcript);
    input.extend(own.to_bytes());
    input.extend(other.map(PublicKey::to_bytes).into_iter().flatten());
    input
}

/// Returns the HMAC-SHA-256 over the concatenation of `parts`.
pub fn hmac(key: &[u8], parts: &[&[u8]]) -> Key {
    keyed(key, parts).finalize().into_bytes().into()
}

/// Returns whether `tag` is the HMAC over `parts`, compared in constant time.
pub(crate) fn hmac_verifies(key: &[u8], parts: &[&[u8]], tag: &Key) -> bool {
    keyed(key, parts).verify_slice(tag).is_ok()
}

fn keyed(key: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("any length");
    parts.iter().for_each(|part| mac.update(part));
    mac
}

/// Returns the uuid in the Discovery ID of the person with this `discovery_uuid`, in `namespace`
/// (without its root) on a UTC `day`. There are a few for each day, `number` is which of them: whoever
/// finds one taken has the next.
pub fn discovery_uuid(discovery_uuid: &[u8; 16], namespace: &str, day: &str, number: u32) -> Uuid {
    let day = if planted!(SameIdEveryDay) { "" } else { day };
    let label = format!("meshchat/1 discovery|{namespace}|{day}|{number}");
    let tag = hmac(discovery_uuid, &[label.as_bytes()]);
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(tag).for_each(|(to, from)| *to = from);
    Uuid::new_v8(bytes)
}

/// Returns what two people compare to be sure that nobody is between them: 60 digits that both
/// devices compute from both keys.
pub fn safety_number(one: PublicKey, other: PublicKey) -> String {
    let mut keys = [one.to_bytes(), other.to_bytes()];
    keys.sort_unstable();
    let kdf = Hkdf::<Sha256>::new(None, keys.as_flattened());
    let bytes: [u8; 96] = expand(&kdf, b"meshchat/1 safety number");
    // Eight bytes for each five digits: no digit is noticeably likelier than another.
    let (groups, _) = bytes.as_chunks::<8>();
    let digits = |group: &[u8; 8]| format!("{:05}", u64::from_be_bytes(*group) % 100_000);
    groups.iter().map(digits).collect()
}

/// Returns the connection id of an offer between two ids, which shows to whoever knows `secret` too
/// that the caller knows it: nonce ‖ tag, 64 characters of base64url.
pub fn offer_label(secret: &Key, from: &str, to: &str, nonce: [u8; 16]) -> String {
    let tag = offer_tag(secret, from, to, &nonce, |mac| mac.finalize().into_bytes());
    b64(&[nonce.as_slice(), tag.as_slice()].concat())
}

/// The length of a connection id.
pub(crate) const LABEL_CHARACTERS: usize = 64;

/// The nonce and the tag of an offer, as [`offer_label`] writes them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer {
    pub(crate) nonce: [u8; 16],
    tag: Key,
}

impl Offer {
    /// Reads a connection id; `None` where it has another form.
    pub(crate) fn read(label: &str) -> Option<Self> {
        let bytes: [u8; 48] = unb64(label)?;
        let (nonce, tag) = bytes.split_first_chunk::<16>()?;
        Some(Self {
            nonce: *nonce,
            tag: tag.try_into().ok()?,
        })
    }

    /// Returns whether it is of somebody who knows `secret`, and for a dial between these ids.
    pub(crate) fn shows(&self, secret: &Key, from: &str, to: &str) -> bool {
        let verified = |mac: Hmac<Sha256>| mac.verify_slice(&self.tag).is_ok();
        offer_tag(secret, from, to, &self.nonce, verified)
    }
}

fn offer_tag<T>(
    secret: &Key,
    from: &str,
    to: &str,
    nonce: &[u8; 16],
    end: impl FnOnce(Hmac<Sha256>) -> T,
) -> T {
    let kdf = Hkdf::<Sha256>::new(None, secret);
    let key: Key = expand(&kdf, b"meshchat/1 offer");
    let length = |id: &str| u32::try_from(id.len()).unwrap_or(u32::MAX).to_be_bytes();
    let (from_length, to_length) = (length(from), length(to));
    end(keyed(
        &key,
        &[
            b"offer",
            &from_length,
            from.as_bytes(),
            &to_length,
            to.as_bytes(),
            nonce,
        ],
    ))
}

/// Returns the pair secret of two people who were introduced: whoever introduces them knows both keys, and cannot
/// compute it. It is the same whoever introduces them, so that two who do it at once make one pair.
pub fn introduced_secret(own: &Identity, theirs: PublicKey) -> Key {
    let mut keys = [own.public().to_bytes(), theirs.to_bytes()];
    keys.sort_unstable();
    let kdf = Hkdf::<Sha256>::new(Some(keys.as_flattened()), &own.agree(theirs));
    expand(&kdf, b"meshchat/1 introduction")
}

/// Returns the secret from which both sides of a pair compute their meeting points.
pub fn rendezvous_secret(pair_secret: &Key) -> Key {
    let kdf = Hkdf::<Sha256>::new(None, pair_secret);
    expand(&kdf, b"meshchat/1 rendezvous")
}

/// Returns the rendezvous namespace of a shared secret in a 10-minute slot.
pub fn rendezvous_namespace(secret: &Key, slot: &str) -> String {
    format!("rendezvous-{}", hex(&hmac(secret, &[slot.as_bytes()])))
}

/// Encrypts a Transport ID so that only holders of the discoveryUUID can read it: nonce ‖
/// ciphertext, base64url. The Discovery ID is authenticated with it, so that it cannot be moved to
/// another entry.
pub fn seal_transport(
    discovery_uuid: &[u8; 16],
    discovery_id: &str,
    transport_id: &str,
    nonce: [u8; 12],
) -> Option<String> {
    let payload = Payload {
        msg: transport_id.as_bytes(),
        aad: discovery_id.as_bytes(),
    };
    let sealed = sealing(discovery_uuid)
        .encrypt(&Nonce::from(nonce), payload)
        .ok()?;
    Some(b64(&[&nonce, sealed.as_slice()].concat()))
}

/// Decrypts the result of [`seal_transport`]; `None` where it is not from a holder of this
/// discoveryUUID or belongs to another entry.
pub fn open_transport(
    discovery_uuid: &[u8; 16],
    discovery_id: &str,
    sealed: &str,
) -> Option<String> {
    let sealed = unb64_vec(sealed)?;
    let (nonce, msg) = sealed.split_first_chunk::<12>()?;
    let payload = Payload {
        msg,
        aad: discovery_id.as_bytes(),
    };
    let opened = sealing(discovery_uuid)
        .decrypt(&Nonce::from(*nonce), payload)
        .ok()?;
    String::from_utf8(opened).ok()
}

fn sealing(discovery_uuid: &[u8; 16]) -> ChaCha20Poly1305 {
    let kdf = Hkdf::<Sha256>::new(None, discovery_uuid);
    ChaCha20Poly1305::new(&expand::<32>(&kdf, b"meshchat/1 sealed transport").into())
}

fn expand<const N: usize>(kdf: &Hkdf<Sha256>, label: &[u8]) -> [u8; N] {
    let mut key = [0; N];
    #[expect(clippy::expect_used, reason = "HKDF-SHA-256 gives up to 8,160 bytes")]
    kdf.expand(label, &mut key).expect("few bytes");
    key
}
