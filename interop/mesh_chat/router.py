"""Serving as router of a network: who has checked in, what other routers tell, and who of them is told what.

Everybody who listens is told the difference between what there is and what they were told; nothing goes back to where it
came from.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from . import ids, limits, wire
from .link import Link, LinkClosed
from .pace import Bucket
from .registry import Copy, Misbehaviour, Place

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

TOGETHER_SECONDS = 0.25
FIRST_WORD_SECONDS = 10.0
CHECK_INS, CHECK_INS_A_SECOND = 5, 0.2
UPDATES, UPDATES_A_SECOND = 600, 20.0
WORDS, WORDS_A_SECOND = 10, 1.0
DEPUTY_AFTER_SECONDS = 2.0
DEPUTY_AGAIN_SECONDS = 6.0
DEPUTY_LONGEST_SECONDS = 300.0


@dataclass(eq=False)
class Listener:
    """Somebody who is told who is here: a peer, or another router."""

    link: Link
    is_router: bool
    since: float = field(default_factory=time.monotonic)
    seq: int = 1
    told: dict[str, wire.Entry] = field(default_factory=dict)
    may_tell_at: float = 0.0
    telling: asyncio.TimerHandle | None = None


class Budget:
    """How much each end of a connection between peers and routers may say."""

    def __init__(self) -> None:
        self._check_ins = Bucket(CHECK_INS, CHECK_INS_A_SECOND)
        self._updates = Bucket(UPDATES, UPDATES_A_SECOND)
        self._words = Bucket(WORDS, WORDS_A_SECOND)
        self.registries = 0

    def spend(self, frame: wire.Frame) -> None:
        """Ends with who says more than anybody needs. A registry is said only when it was asked for."""
        if isinstance(frame, wire.Registry):
            if frame.part == 1:
                self.registries -= 1
            enough = self.registries >= 0
        elif isinstance(frame, wire.CheckIn | wire.ReCheckIn):
            enough = self._check_ins.take()
        elif isinstance(frame, wire.Update):
            enough = self._updates.take()
        else:
            enough = self._words.take()
        if not enough:
            raise Misbehaviour("more than anybody needs to say")


class Router:
    """One Router ID that is held."""

    def __init__(self, place: Place, number: int, own: wire.Entry, changed: Callable[[], None]) -> None:
        self.number = number
        self.epoch = _now()
        self._place = place
        self._own = own
        self._changed = changed
        self._peers: dict[Listener, wire.Entry] = {}
        self._from_routers: dict[Listener, Copy] = {}
        self._listeners: set[Listener] = set()

    def people(self) -> dict[str, wire.Entry]:
        """Everybody who is known here, without oneself."""
        found = self._view(None)
        found.pop(self._own.discovery_id, None)
        return found

    def tell_own(self, own: wire.Entry) -> None:
        """The own entry has changed."""
        self._own = own
        self._tell_everybody()

    def peers(self) -> list[Listener]:
        """Who has checked in here, the longest there first."""
        return sorted(self._peers, key=lambda one: one.since)

    def has_router(self, router_id: str) -> bool:
        """Says whether the holder of another Router ID is connected."""
        return any(one.link.remote_id == router_id for one in self._from_routers)

    async def serve(self, link: Link) -> None:
        """Serves whoever has called, from the first word to the last."""
        try:
            async with asyncio.timeout(FIRST_WORD_SECONDS):
                first = await link.hear(wire.ROUTER)
            number = ids.router_number(self._place.root, self._place.namespace, link.remote_id)
            if isinstance(first, wire.CheckIn) and number is None:
                await self._serve_peer(link, first)
            elif isinstance(first, wire.Registry) and number is not None and number > self.number:
                await self._exchange(Listener(link, is_router=True), first, answer=True)
            else:
                raise Misbehaviour("a first word that does not belong here")
        except (LinkClosed, TimeoutError):
            pass
        except (wire.Malformed, Misbehaviour) as error:
            log.info("a caller of the router: %s", error)
        finally:
            link.close()

    async def exchange(self, link: Link, answered: Callable[[], None]) -> None:
        """Exchanges what is known with an earlier router that was dialled."""
        listener = Listener(link, is_router=True)
        self._tell_all(listener)
        try:
            async with asyncio.timeout(FIRST_WORD_SECONDS):
                first = await link.hear(wire.ROUTER)
            if not isinstance(first, wire.Registry):
                raise Misbehaviour("a router answers a registry with its own")
            answered()
            await self._exchange(listener, first, answer=False)
        finally:
            link.close()

    def close(self) -> None:
        """Says goodbye to everybody."""
        for listener in list(self._listeners):
            listener.link.close(wire.Bye())

    async def _serve_peer(self, link: Link, first: wire.CheckIn) -> None:
        if first.discovery_id != link.remote_id:
            raise Misbehaviour("a check-in is for the id that it comes from")
        for other in [one for one in self._peers if one.link.remote_id == link.remote_id]:
            self._leave(other)
            other.link.close()
        if len(self._peers) >= limits.PEERS_OF_A_ROUTER:
            to = ids.router_id(self._place.root, self._place.namespace, self.number + 1)
            link.close(wire.Redirect(to))
            return
        listener, budget = Listener(link, is_router=False), Budget()
        self._peers[listener] = replace(first.entry(), last_seen=_now())
        self._tell_all(listener)
        self._tell_everybody()
        try:
            while True:
                frame = await link.hear(wire.ROUTER)
                budget.spend(frame)
                if isinstance(frame, wire.CheckIn):
                    if frame.discovery_id != link.remote_id:
                        raise Misbehaviour("a check-in is for the id that it comes from")
                    self._peers[listener] = replace(frame.entry(), last_seen=_now())
                    self._tell_everybody()
                elif isinstance(frame, wire.ReCheckIn):
                    self._tell_all(listener)
                elif not self._common(link, frame):
                    return
        finally:
            self._leave(listener)

    async def _exchange(self, listener: Listener, first: wire.Registry, answer: bool) -> None:
        link = listener.link
        number = ids.router_number(self._place.root, self._place.namespace, link.remote_id) or 0
        most = limits.PEOPLE_OF_A_LATER_ROUTER if number > self.number else limits.PEOPLE
        copy = Copy(self._place, most)
        copy.hear_registry(first)
        self._from_routers[listener] = copy
        budget = Budget()
        if answer:
            self._tell_all(listener)
        self._tell_everybody()
        try:
            while True:
                frame = await link.hear(wire.ROUTER)
                if not (isinstance(frame, wire.Registry) and frame.part > 1):
                    budget.spend(frame)
                if isinstance(frame, wire.Registry):
                    copy.hear_registry(frame)
                    self._tell_everybody()
                elif isinstance(frame, wire.Update):
                    if not copy.hear_update(frame):
                        budget.registries = 1
                        link.send(wire.ReCheckIn())
                    self._tell_everybody()
                elif isinstance(frame, wire.ReCheckIn):
                    self._tell_all(listener)
                elif not self._common(link, frame):
                    return
        finally:
            self._leave(listener)

    def _common(self, link: Link, frame: wire.Frame) -> bool:
        """Answers what anybody may say; false at the end."""
        if isinstance(frame, wire.Ping):
            link.send(wire.Pong())
        elif isinstance(frame, wire.Bye):
            return False
        elif not isinstance(frame, wire.Pong):
            raise Misbehaviour("a word that does not belong here")
        return True

    def _leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        if listener.telling is not None:
            listener.telling.cancel()
        known = self._peers.pop(listener, None), self._from_routers.pop(listener, None)
        if known != (None, None):
            self._tell_everybody()

    def _view(self, of: Listener | None) -> dict[str, wire.Entry]:
        """Who is here, as a listener is to see it."""
        found: dict[str, wire.Entry] = {}
        for other, copy in self._from_routers.items():
            if other is not of:
                for entry in copy.entries.values():
                    found[entry.discovery_id] = replace(entry, relayed=True, router=None)
        if of is not None and of.is_router:
            # What routers exchange is who has checked in, and whom they have from others.
            found.pop(of.link.remote_id, None)
        found |= {entry.discovery_id: entry for entry in self._peers.values()}
        found[self._own.discovery_id] = self._own
        return found

    def _tell_all(self, listener: Listener) -> None:
        self._listeners.add(listener)
        listener.told = self._view(listener)
        for frame in wire.registry_frames(self.epoch, listener.seq, listener.told.values()):
            listener.link.send(frame)

    def _tell_everybody(self) -> None:
        self._changed()
        loop = asyncio.get_running_loop()
        for listener in self._listeners:
            if listener.telling is None:
                wait = max(0.0, listener.may_tell_at - time.monotonic())
                listener.telling = loop.call_later(wait, self._tell, listener)

    def _tell(self, listener: Listener) -> None:
        listener.telling = None
        now = self._view(listener)
        joined = [entry for one, entry in now.items() if listener.told.get(one) != entry]
        left = [one for one in listener.told if one not in now]
        listener.told = now
        if not joined and not left:
            return
        listener.may_tell_at = time.monotonic() + TOGETHER_SECONDS
        with contextlib.suppress(LinkClosed):
            for at in range(0, max(len(joined), len(left)), 24):
                listener.seq += 1
                some, gone = tuple(joined[at : at + 24]), tuple(left[at : at + 24])
                listener.link.send(wire.Update(self.epoch, listener.seq, some, gone))


def _now() -> int:
    return int(time.time() * 1_000)
