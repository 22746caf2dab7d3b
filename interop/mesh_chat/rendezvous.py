"""Meeting somebody again where neither knows an address of the other: at an id that both compute from what they share."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from typing import TYPE_CHECKING, Any

from . import crypto, ids
from .handshake import Secret
from .line import Line
from .link import Link, NoAnswer
from .meeting import SomebodyElse
from .signalling import Taken, Unreachable
from .store import Acceptance, Contact

if TYPE_CHECKING:
    from .node import Node

NEIGHBOUR_SECONDS = 120.0
TURNS = 5
TURN_SECONDS = 120.0
TURN_LONGER_SECONDS = 30.0
ALWAYS = 8
AGAIN_LONGEST_SECONDS = 16.0
LOOK_SECONDS = 1.0


class Rendezvous:
    """Waits for everybody who is to be met so."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._waiting: dict[bytes, asyncio.Task[None]] = {}

    def wait_for(self, pair: Contact | Acceptance) -> None:
        """Waits for somebody as long as that is wanted."""
        running = self._waiting.get(pair.pair_secret)
        if running is None or running.done():
            self._waiting[pair.pair_secret] = self._node._spawn(self._wait(pair))

    def _wanted(self, pair: Contact | Acceptance) -> Contact | Acceptance | None:
        """The pair as it is stored now, where it is to be waited for."""
        store = self._node.store
        if isinstance(pair, Acceptance):
            return next((one for one in store.acceptances() if one.pair_secret == pair.pair_secret), None)
        contact = store.contact(pair.id)
        if contact is None or contact.blocked or contact.id in self._node.sessions:
            return None
        return contact if contact.awaited or (contact.special and contact.their_special) else None

    def _is_turn(self, pair: Contact | Acceptance, secret: bytes) -> bool:
        """The contacts met last are always waited for, each other one in its part of the slot."""
        if isinstance(pair, Acceptance):
            return True
        if pair.id in [one.id for one in self._node.store.contacts()[:ALWAYS]]:
            return True
        turn = sum(crypto.rendezvous_namespace(secret, "turn").encode()) % TURNS
        at = time.time() % ids.SLOT_SECONDS
        return turn * TURN_SECONDS <= at < (turn + 1) * TURN_SECONDS + TURN_LONGER_SECONDS

    async def _wait(self, pair: Contact | Acceptance) -> None:
        secret = crypto.rendezvous_secret(pair.pair_secret)
        slots: dict[str, asyncio.Task[None]] = {}
        try:
            while (now_pair := self._wanted(pair)) is not None:
                now = time.time()
                near = {ids.slot_of(now + off) for off in (-NEIGHBOUR_SECONDS, 0.0, NEIGHBOUR_SECONDS)}
                wanted = near if self._is_turn(now_pair, secret) else set()
                for slot in set(slots) - wanted:
                    slots.pop(slot).cancel()
                for slot in wanted - set(slots):
                    slots[slot] = asyncio.create_task(self._wait_in(slot, secret, now_pair))
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            for task in slots.values():
                task.cancel()
            await asyncio.gather(*slots.values(), return_exceptions=True)

    async def _wait_in(self, slot: str, secret: bytes, pair: Contact | Acceptance) -> None:
        namespace = crypto.rendezvous_namespace(secret, slot)
        first = ids.router_id(self._node.config.root, namespace, 1)
        second = ids.router_id(self._node.config.root, namespace, 2)
        held: dict[str, Line] = {}
        in_vain = 0
        await asyncio.sleep(random.uniform(1, 3))
        try:
            while True:
                for own in (first, second) if in_vain else (first,):
                    if own not in held and not await self._claim(own, pair, held):
                        in_vain += not await self._call(own, pair)
                if first in held:
                    if second in held:
                        await held.pop(second).release()
                    await held[first].lost.wait()
                    held.pop(first)
                await asyncio.sleep(min(random.uniform(1, 3) + random.uniform(0, 4) * in_vain, AGAIN_LONGEST_SECONDS))
        finally:
            await asyncio.shield(asyncio.gather(*(line.release() for line in held.values())))

    async def _claim(self, own: str, pair: Contact | Acceptance, held: dict[str, Line]) -> bool:
        """Says whether nobody else holds the id."""
        line = self._node.make_line(None)
        line.admit = lambda caller, tag: self._admit(pair, line, caller, tag)
        line.met = lambda link, context: self._meet(line, link, context)
        try:
            held[own] = await self._node.claim(own, line)
        except Unreachable:
            return True
        except Taken:
            return False
        self._node.emit("rendezvous", {"id": own})
        return True

    def _admit(self, pair: Contact | Acceptance, line: Line, caller: str, tag: str) -> Any:
        if ids.is_transport_id(self._node.config.root, caller) and crypto.is_tag_of(pair.pair_secret, tag, caller, line.id):
            return Secret(pair.pair_secret, pair)
        return None

    async def _call(self, other: str, pair: Contact | Acceptance) -> bool:
        if self._node.transport is None:
            return False
        with contextlib.suppress(NoAnswer, SomebodyElse):
            await self._node.meeting.authenticate(self._node.transport, other, pair)
            self._met(pair)
            return True
        return False

    async def _meet(self, line: Line, link: Link, context: Secret) -> None:
        if await self._node.meeting.met(line, link, context, near=False):
            self._met(context.of)

    def _met(self, pair: Contact | Acceptance) -> None:
        self._node.emit("met at a rendezvous", {"contact": pair.id if isinstance(pair, Contact) else None})
