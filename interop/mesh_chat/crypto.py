"""Every derivation of PROTOCOL.md: pure functions of bytes, without state, clock or randomness of their own.

Each has the name that the text gives it. The vectors are checked in tests/test_vectors.py.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
KEY_BYTES = 33
SIGNATURE_BYTES = 64


class BadKey(ValueError):
    """Bytes that are no point of P-256 in compressed form."""


# Text and bytes


def to_base64url(data: bytes) -> str:
    """Writes binary values as they are on the wire: base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Reads base64url without padding; only the one canonical spelling of the bytes is taken."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if to_base64url(data) != text:
        raise ValueError("not canonical base64url")
    return data


def sha256(*parts: bytes) -> bytes:
    """SHA-256 of the parts, joined."""
    return hashlib.sha256(b"".join(parts)).digest()


def hmac256(key: bytes, *parts: bytes) -> bytes:
    """HMAC-SHA-256 of the parts, joined."""
    return hmac.digest(key, b"".join(parts), "sha256")


def equal(one: bytes, other: bytes) -> bool:
    """Compares secrets in constant time."""
    return hmac.compare_digest(one, other)


def hkdf(secret: bytes, info: str, salt: bytes | None = None, length: int = 32) -> bytes:
    """HKDF-SHA-256."""
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info.encode()).derive(secret)


def counted(data: bytes) -> bytes:
    """u32(len) ‖ data, big-endian."""
    return len(data).to_bytes(4, "big") + data


def uuid_text(data: bytes) -> str:
    """Sixteen bytes in the form of a uuid, bits as they are."""
    digits = data.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


# Keys


class Key:
    """A private key of P-256 with its public half in compressed form."""

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self._private = private
        self.public = private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)

    def __repr__(self) -> str:
        return f"Key({self.public.hex()[:8]}…)"

    @classmethod
    def fresh(cls) -> Key:
        """Makes a key at random."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def of_scalar(cls, scalar: bytes) -> Key:
        """Takes up a stored key."""
        return cls(ec.derive_private_key(int.from_bytes(scalar, "big"), ec.SECP256R1()))

    def scalar(self) -> bytes:
        """What is to be stored of it."""
        return self._private.private_numbers().private_value.to_bytes(32, "big")

    def shared_x(self, other: bytes) -> bytes:
        """The x of the ECDH with the other's public key."""
        return self._private.exchange(ec.ECDH(), _point(other))

    def sign(self, *parts: bytes) -> bytes:
        """ECDSA P-256/SHA-256, RFC 6979, r‖s, low s."""
        algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        r, s = decode_dss_signature(self._private.sign(b"".join(parts), algorithm))
        if s > P256_ORDER // 2:
            s = P256_ORDER - s
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def check_key(public: bytes) -> bytes:
    """Returns the key where it is a point in compressed form."""
    _point(public)
    return public


def verifies(public: bytes, signature: bytes, *parts: bytes) -> bool:
    """Says whether the signature is one by the key, with a low s."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if s > P256_ORDER // 2:
        return False
    try:
        _point(public).verify(encode_dss_signature(r, s), b"".join(parts), ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def _point(public: bytes) -> ec.EllipticCurvePublicKey:
    if len(public) != KEY_BYTES or public[0] not in (2, 3):
        raise BadKey("a key has 33 bytes and begins with 02 or 03")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    except ValueError as error:
        raise BadKey("a key is a point of P-256") from error


# Ids


def discovery_uuid(uuid: bytes, namespace: str, day: str, n: int) -> str:
    """The last part of the `n`th Discovery ID of a day, as a UUIDv8."""
    digest = bytearray(hmac256(uuid, f"meshchat/1 discovery|{namespace}|{day}|{n}".encode())[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return uuid_text(bytes(digest))


def seal_transport(uuid: bytes, transport_id: str, discovery_id: str, nonce: bytes | None = None) -> bytes:
    """What is in a check-in for those who know the discoveryUUID; the nonce is a fresh one, but in tests."""
    nonce = nonce or secrets.token_bytes(12)
    cipher = ChaCha20Poly1305(hkdf(uuid, "meshchat/1 sealed transport"))
    return nonce + cipher.encrypt(nonce, transport_id.encode(), discovery_id.encode())


def open_transport(uuid: bytes, sealed: bytes, discovery_id: str) -> str | None:
    """The Transport ID in it, or none where it is not of this discoveryUUID."""
    cipher = ChaCha20Poly1305(hkdf(uuid, "meshchat/1 sealed transport"))
    try:
        return cipher.decrypt(sealed[:12], sealed[12:], discovery_id.encode()).decode()
    except (InvalidTag, ValueError):
        return None


# Offers

TAG_BYTES = 48


def offer_tag(secret: bytes, caller: str, called: str, nonce: bytes) -> str:
    """The connection id of an offer by somebody who shares the secret."""
    key = hkdf(secret, "meshchat/1 offer")
    mac = hmac256(key, b"offer", counted(caller.encode()), counted(called.encode()), nonce)
    return to_base64url(nonce + mac)


def fresh_offer_tag(secret: bytes | None, caller: str, called: str) -> str:
    """A tag with a nonce at random, or 64 random characters where nothing is shared."""
    if secret is None:
        return to_base64url(secrets.token_bytes(TAG_BYTES))
    return offer_tag(secret, caller, called, secrets.token_bytes(16))


def is_tag_of(secret: bytes, tag: str, caller: str, called: str) -> bool:
    """Says whether the connection id was made with the secret for this call."""
    try:
        nonce = from_base64url(tag)[:16]
    except ValueError:
        return False
    return hmac.compare_digest(offer_tag(secret, caller, called, nonce), tag)


# Handshake


def transcript(hello_a: bytes, hello_b: bytes, fp_a: bytes, fp_b: bytes) -> bytes:
    """th: what both hellos said, between which certificates."""
    return sha256(b"meshchat/1 handshake", counted(hello_a), counted(hello_b), fp_a, fp_b)


def handshake_key(th: bytes, x: bytes, label: str) -> bytes:
    """One of `mac initiator`, `mac responder`, `pair secret` and `call back`."""
    return hkdf(x, f"meshchat/1 {label}", salt=th)


def hint_initiator(secret: bytes, fp_a: bytes, fp_b: bytes, nonce_a: bytes) -> bytes:
    """What the dialling side shows."""
    return hmac256(secret, b"meshchat/1 hint initiator", fp_a, fp_b, nonce_a)


def hint_responder(secret: bytes, fp_a: bytes, fp_b: bytes, nonce_a: bytes, nonce_b: bytes) -> bytes:
    """What the dialled side shows."""
    return hmac256(secret, b"meshchat/1 hint responder", fp_a, fp_b, nonce_a, nonce_b)


def crossed(call_back: bytes, th: bytes) -> bytes:
    """What whose request goes on says to the request of the other."""
    return hmac256(call_back, b"meshchat/1 crossed", th)


# Contacts


def safety_number(one: bytes, other: bytes) -> str:
    """The sixty digits that two people compare."""
    smaller, larger = sorted((one, other))
    data = hkdf(smaller + larger, "meshchat/1 safety number", length=96)
    groups = (int.from_bytes(data[at : at + 8], "big") % 100_000 for at in range(0, 96, 8))
    return "".join(f"{group:05}" for group in groups)


def introduced_secret(own: Key, other: bytes) -> bytes:
    """The pair secret of two who were introduced."""
    smaller, larger = sorted((own.public, other))
    return hkdf(own.shared_x(other), "meshchat/1 introduction", salt=smaller + larger)


# Rendezvous


def rendezvous_secret(pair_secret: bytes) -> bytes:
    """From which the two compute where they meet."""
    return hkdf(pair_secret, "meshchat/1 rendezvous")


def rendezvous_namespace(secret: bytes, slot: str) -> str:
    """Where they meet in a slot."""
    return "rendezvous-" + hmac256(secret, slot.encode()).hex()


# Beacon


def beacon_root(signature: bytes) -> str:
    """The root of a slot."""
    return "sig" + sha256(signature)[:8].hex()


def beacon_kid(public: bytes) -> str:
    """By which one refusal is told from another."""
    return sha256(public)[:8].hex()


def beacon_message(audience: str, slot: str) -> bytes:
    """What a beacon signs."""
    return b"meshchat/1 beacon" + counted(audience.encode()) + slot.encode()
