"""How two ends come to know each other on one connection: hellos, hints, proofs. What follows from it is decided elsewhere."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from . import crypto, wire
from .link import Link
from .registry import Misbehaviour

STEP_SECONDS = 10.0
VERSION = 1


class WrongProof(Exception):
    """A proof that does not verify: somebody else is there, or in between."""


@dataclass(frozen=True)
class Secret:
    """Something that two share, and what it is of."""

    secret: bytes
    of: Any
    shown: bool = True

    def __repr__(self) -> str:
        return f"Secret({type(self.of).__name__})"


@dataclass(frozen=True)
class Greeting:
    """What both hellos have brought. `known` is the secret that both sides, or the caller alone, have shown."""

    initiator: bool
    th: bytes
    x: bytes
    known: Secret | None

    def __repr__(self) -> str:
        return f"Greeting({self.known})"

    def key(self, label: str) -> bytes:
        """A secret of this connection."""
        return crypto.handshake_key(self.th, self.x, label)

    @property
    def pair_secret(self) -> bytes:
        """What the two share once they have accepted each other here."""
        return self.key("pair secret")

    @property
    def call_back(self) -> bytes:
        """By which the two know each other again if they come apart before."""
        return self.key("call back")

    def proof(self, label: str, own: crypto.Key, other: bytes | None) -> dict[str, bytes]:
        """The fields `key`, `sig` and `mac` of a proof."""
        sig = own.sign(f"meshchat/1 {label}".encode(), self.th, own.public, other or b"")
        return {"key": own.public, "sig": sig, "mac": self._mac(self.initiator, own.public)}

    def check(self, label: str, frame: wire.Accepted | wire.Confirm | wire.Auth, own: bytes | None) -> bytes:
        """Returns the other's key where its proof verifies; `own` is the own key where the other knows it."""
        if not crypto.equal(frame.mac, self._mac(not self.initiator, frame.key)):
            raise WrongProof("the proof is of another connection")
        if not crypto.verifies(frame.key, frame.sig, f"meshchat/1 {label}".encode(), self.th, frame.key, own or b""):
            raise WrongProof("the signature does not verify")
        return frame.key

    def _mac(self, initiator: bool, key: bytes) -> bytes:
        return crypto.hmac256(self.key("mac initiator" if initiator else "mac responder"), key)


async def greet(link: Link, secret: Secret | None) -> Greeting:
    """The hellos of the dialling side. `known` is set where the other side has shown the secret, too."""
    eph, nonce = crypto.Key.fresh(), secrets.token_bytes(32)
    hint = None
    if secret is not None:
        hint = crypto.hint_initiator(secret.secret, link.local_fp, link.remote_fp, nonce)
    own = wire.Hello((VERSION,), eph.public, nonce, hint).encoded()
    link.send_bytes(own)
    async with asyncio.timeout(STEP_SECONDS):
        data = await link.receive()
    answer = wire.read_frame(wire.HANDSHAKE, data)
    if not isinstance(answer, wire.Hello) or answer.v != (VERSION,):
        raise Misbehaviour("a hello is answered with one of a version that was offered")
    known = None
    if secret is not None and answer.hint is not None:
        expected = crypto.hint_responder(secret.secret, link.local_fp, link.remote_fp, nonce, answer.nonce)
        if crypto.equal(answer.hint, expected):
            known = secret
    th = crypto.transcript(own, data, link.local_fp, link.remote_fp)
    return Greeting(True, th, eph.shared_x(answer.eph), known)


async def be_greeted(link: Link, known: Iterable[Secret]) -> Greeting:
    """The hellos of the dialled side, which knows the caller by one of these secrets, or by none."""
    async with asyncio.timeout(STEP_SECONDS):
        data = await link.receive()
    hello = wire.read_frame(wire.HANDSHAKE, data)
    if not isinstance(hello, wire.Hello) or VERSION not in hello.v:
        raise Misbehaviour("the first word is a hello of a version that is spoken here")
    found = None
    for secret in known:
        if hello.hint is not None and crypto.equal(
            hello.hint, crypto.hint_initiator(secret.secret, link.remote_fp, link.local_fp, hello.nonce)
        ):
            found = secret
            break
    eph, nonce = crypto.Key.fresh(), secrets.token_bytes(32)
    hint = None
    if found is not None and found.shown:
        hint = crypto.hint_responder(found.secret, link.remote_fp, link.local_fp, hello.nonce, nonce)
    own = wire.Answer((VERSION,), eph.public, nonce, hint).encoded()
    link.send_bytes(own)
    th = crypto.transcript(data, own, link.remote_fp, link.local_fp)
    return Greeting(False, th, eph.shared_x(hello.eph), found)
