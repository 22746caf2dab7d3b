"""Being on a network: an own id there, its router or the place of it, and the list of who else is there.

Long because a place is sought, followed, stood by for and served in one loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from . import ids, limits, network, wire
from .line import Line
from .link import Link, LinkClosed, NoAnswer
from .registry import Copy, Misbehaviour, Place
from .router import DEPUTY_AFTER_SECONDS, DEPUTY_AGAIN_SECONDS, DEPUTY_LONGEST_SECONDS, Budget, Router
from .signalling import Signalling, Taken, Unreachable

log = logging.getLogger(__name__)

ANSWER_SECONDS = 3.0
ANSWER_AGAIN_SECONDS = 2.5
REGISTRY_SECONDS = 5.0
SILENCE_SECONDS = 60.0
PONG_SECONDS = 10.0
DOUBT_SECONDS = 2.0
CLAIM_WITHIN_SECONDS = 3.0
KEPT_SECONDS = 90.0
LIST_COUNTS_AFTER_SECONDS = 8.0
OWN_IDS = 4
# Two of these are about the time in which the protocol asks twice.
DEPUTY_SILENCE_SECONDS = 3.0
DEPUTY_PONG_SECONDS = 2.0
FIRST_AGAIN_SECONDS = 30.0
FIRST_LONGEST_SECONDS = 300.0


@dataclass(frozen=True)
class Ended:
    """How following a router has ended: by itself, unanswered, or sent on."""

    answered: bool
    sent_to: int | None = None


class Membership:
    """The own place in one namespace under one root, as long as `run` runs."""

    def __init__(
        self,
        signalling: Signalling,
        near: network.Near,
        root: str,
        make_line: Callable[[network.Near], Line],
        entry: Callable[[str], wire.Entry],
        discovery_uuid: Callable[[], bytes],
        changed: Callable[[Membership], None],
    ) -> None:
        self.place = Place(root, near.namespace)
        self.near = near
        self.line: Line | None = None
        self.router: Router | None = None
        self.router_id: str | None = None
        self._signalling = signalling
        self._make_line = make_line
        self._entry = entry
        self._uuid = discovery_uuid
        self._changed = changed
        self._following: Link | None = None
        self._copy: dict[str, wire.Entry] = {}
        self._copy_until = float("inf")
        self._sent_on = 0
        self._deputy: asyncio.Task[int] | None = None
        self.taken_up: Callable[[Line], None] = lambda line: None

    def people(self) -> dict[str, wire.Entry]:
        """Everybody else who is here."""
        found = {} if time.monotonic() > self._copy_until else dict(self._copy)
        if self.router is not None:
            found |= self.router.people()
        if self.line is not None:
            found.pop(self.line.id, None)
        return found

    def role(self) -> str:
        """`router`, `peer`, or `seeking` as long as it is neither."""
        if self.router is not None:
            return "router"
        return "peer" if self._following is not None else "seeking"

    async def run(self) -> None:
        """Is there until it is cancelled; at midnight, and when the server was lost, everything begins anew."""
        wait = 1.0
        while True:
            try:
                line = await self._claim_own()
            except (Unreachable, Taken) as error:
                log.info("not on the network: %s", error)
                await asyncio.sleep(wait * random.uniform(0.75, 1))
                wait = min(wait * 2, 60)
                continue
            wait = 1.0
            self.line = line
            line.knocked = self._knocked
            self.taken_up(line)
            seeking = asyncio.create_task(self._seek(line))
            try:
                async with asyncio.timeout(ids.seconds_to_the_next_day(time.time()) + 0.1):
                    lost = asyncio.create_task(line.lost.wait())
                    await asyncio.wait((lost, seeking), return_when=asyncio.FIRST_COMPLETED)
                    lost.cancel()
                if seeking.done():
                    log.error("the search for a router has failed", exc_info=seeking.exception())
                    await asyncio.sleep(1)
            except TimeoutError:
                pass
            finally:
                seeking.cancel()
                await asyncio.wait((seeking,))
                if self._deputy is not None:
                    self._deputy.cancel()
                    await asyncio.wait((self._deputy,))
                    self._deputy = None
                self.line = None
                await asyncio.shield(line.release())

    async def check_in_again(self) -> None:
        """Tells what has changed of the own entry."""
        if self.line is not None and self._following is not None:
            with contextlib.suppress(LinkClosed):
                self._following.send(self._check_in())
        if self.line is not None and self.router is not None:
            self.router.tell_own(self._own_entry(self.line))

    def _own_entry(self, line: Line) -> wire.Entry:
        return replace(self._entry(line.id), router=True)

    async def _claim_own(self) -> Line:
        day = ids.day_of(time.time())
        for n in range(OWN_IDS):
            own = ids.discovery_id(self.place.root, self.place.namespace, self._uuid(), day, n)
            with contextlib.suppress(Taken):
                return await self._make_line(self.near).claim(self._signalling, own)
        raise Taken("all ids of the day")

    def _router_id(self, number: int) -> str:
        return ids.router_id(self.place.root, self.place.namespace, number)

    async def _seek(self, line: Line) -> None:
        number, in_vain, redirects = 1, 0, 0
        while True:
            router_line = self._make_line(self.near)
            try:
                await router_line.claim(self._signalling, self._router_id(number))
            except Unreachable:
                await asyncio.sleep(random.uniform(1, 3))
                continue
            except Taken:
                ended = await self._follow(line, number, ANSWER_SECONDS if in_vain == 0 else ANSWER_AGAIN_SECONDS)
                if self._deputy is not None:
                    number, self._deputy = await self._deputy, None
                    continue
                if ended.sent_to is not None:
                    redirects += 1
                    if redirects > limits.REDIRECTS or ended.sent_to <= number:
                        number, redirects = 1, 0
                        await asyncio.sleep(random.uniform(0, CLAIM_WITHIN_SECONDS))
                    else:
                        number, self._sent_on = ended.sent_to, ended.sent_to
                elif ended.answered:
                    in_vain = 0
                    await asyncio.sleep(random.uniform(0, CLAIM_WITHIN_SECONDS))
                else:
                    number, in_vain = await self._pass_over(number), in_vain + 1
                continue
            in_vain, redirects = 0, 0
            number = await self._serve(router_line, number)

    async def _pass_over(self, number: int) -> int:
        """The next id, after a while that grows with the people who do the same."""
        people = len(self._copy)
        if number < limits.ROUTER_IDS_TRIED:
            await asyncio.sleep(min(random.uniform(0, 0.01) * people, CLAIM_WITHIN_SECONDS))
            return number + 1
        await asyncio.sleep(random.uniform(0, min(CLAIM_WITHIN_SECONDS + 0.05 * people, 13)))
        return 1

    # As a peer

    async def _follow(self, line: Line, number: int, answer_seconds: float) -> Ended:
        router_id = self._router_id(number)
        try:
            link = await line.dial(router_id, answer_seconds=answer_seconds)
        except NoAnswer as error:
            log.info("router %d: %s", number, error)
            return Ended(answered=False)
        copy, heard = Copy(self.place), False
        watch: asyncio.Task[None] | None = None
        try:
            link.send(self._check_in())
            async with asyncio.timeout(REGISTRY_SECONDS):
                while not copy.complete:
                    frame = await link.hear(wire.ROUTER)
                    if isinstance(frame, wire.Redirect):
                        return Ended(True, ids.router_number(self.place.root, self.place.namespace, frame.router) or 0)
                    if not isinstance(frame, wire.Registry):
                        raise Misbehaviour("a router answers a check-in with the registry")
                    copy.hear_registry(frame)
            heard = True
            self._following, self.router_id, self._copy = link, router_id, copy.entries
            self._copy_until = float("inf")
            self._changed(self)
            watch = asyncio.create_task(self._watch(link))
            await self._listen(link, copy)
        except (LinkClosed, TimeoutError):
            pass
        except (wire.Malformed, Misbehaviour) as error:
            log.info("the router: %s", error)
        finally:
            if watch is not None:
                watch.cancel()
            if self._following is link:
                self._following = None
                self._copy_until = time.monotonic() + KEPT_SECONDS
                if self.router is None:
                    self.router_id = None
                else:
                    self._copy = {}
            link.close(wire.Bye())
        return Ended(answered=heard)

    async def _listen(self, link: Link, copy: Copy) -> None:
        budget = Budget()
        while True:
            frame = await link.hear(wire.ROUTER)
            if not (isinstance(frame, wire.Registry) and frame.part > 1):
                budget.spend(frame)
            if isinstance(frame, wire.Registry):
                copy.hear_registry(frame)
            elif isinstance(frame, wire.Update):
                if not copy.hear_update(frame):
                    budget.registries = 1
                    link.send(wire.ReCheckIn())
                    continue
            elif isinstance(frame, wire.ReCheckIn):
                budget.registries = 1
                link.send(self._check_in())
            elif isinstance(frame, wire.Ping):
                link.send(wire.Pong())
            elif isinstance(frame, wire.Bye):
                return
            elif isinstance(frame, wire.Deputy):
                self._asked_to_stand_by(link, frame.router)
            elif not isinstance(frame, wire.Pong):
                raise Misbehaviour("a word that does not belong here")
            self._copy = copy.entries
            self._changed(self)

    async def _watch(self, link: Link, silence: float = SILENCE_SECONDS, pong: float = PONG_SECONDS) -> None:
        """Asks whether the other end is there once it has been silent, and closes the connection where it is not."""
        while True:
            await asyncio.sleep(max(0.0, link.heard_at + silence - time.monotonic()) + 0.01)
            if time.monotonic() - link.heard_at < silence:
                continue
            asked = time.monotonic()
            with contextlib.suppress(LinkClosed):
                link.send(wire.Ping())
            await asyncio.sleep(pong)
            if link.heard_at < asked:
                link.close()
                return

    def _knocked(self, caller: str) -> None:
        if ids.router_number(self.place.root, self.place.namespace, caller) is not None and self._following is not None:
            self._doubt = asyncio.create_task(self._watch(self._following, 0, DOUBT_SECONDS))
            asyncio.get_running_loop().call_later(DOUBT_SECONDS + 1, self._doubt.cancel)

    def _check_in(self) -> wire.CheckIn:
        assert self.line is not None
        own = self._entry(self.line.id)
        return wire.CheckIn(own.discovery_id, own.friendlyname, 0, own.sealed_transport)

    # As deputy

    def _asked_to_stand_by(self, link: Link, router_id: str) -> None:
        number = ids.router_number(self.place.root, self.place.namespace, router_id)
        if number is None or number < 2 or link.remote_id != self._router_id(1):
            raise Misbehaviour("only the first router asks for a deputy, at a later id")
        if self._deputy is None or self._deputy.done():
            self._deputy = asyncio.create_task(self._be_deputy(link, number))

    async def _be_deputy(self, link: Link, number: int) -> int:
        """Holds a later Router ID until the first router is gone. It is followed until the exchange with it has begun."""
        line = self._make_line(self.near)
        try:
            await line.claim(self._signalling, self._router_id(number))
        except (Taken, Unreachable):
            # The router asks again, or somebody else; this peer follows it as before.
            await link.closed.wait()
            return 1
        number = await self._serve(line, number, stands_by=lambda: link.close(wire.Bye()))
        link.close(wire.Bye())
        return number

    async def _stand_by(self, router: Router, router_line: Line, begun: Callable[[], None]) -> None:
        """Exchanges with the first router, and returns once it does not answer."""
        with contextlib.suppress(NoAnswer, LinkClosed, TimeoutError, wire.Malformed, Misbehaviour):
            link = await router_line.dial(self._router_id(1), answer_seconds=ANSWER_SECONDS)
            watch = asyncio.create_task(self._watch(link, DEPUTY_SILENCE_SECONDS, DEPUTY_PONG_SECONDS))
            try:
                await router.exchange(link, begun)
            finally:
                watch.cancel()

    # As router

    async def _serve(self, router_line: Line, number: int, stands_by: Callable[[], None] | None = None) -> int:
        """Serves until the id is lost or left; the number to go on with."""
        assert self.line is not None
        router = Router(self.place, number, self._own_entry(self.line), lambda: self._changed(self))
        self.router, self.router_id = router, router_line.id
        self._copy_until = min(self._copy_until, time.monotonic() + LIST_COUNTS_AFTER_SECONDS)
        router_line.admit = lambda caller, _: self._admits(number, caller)

        async def met(link: Link, _: object) -> None:
            watch = asyncio.create_task(self._watch(link))
            try:
                await router.serve(link)
            finally:
                watch.cancel()

        router_line.met = met
        self._changed(self)
        lost = asyncio.create_task(router_line.lost.wait())
        if stands_by is not None:
            steps = self._stand_by(router, router_line, stands_by)
        else:
            steps = self._look_above(router, router_line) if number > 1 else self._ask_deputies(router)
        above = asyncio.create_task(steps)
        forget = asyncio.create_task(self._forget_copy())
        try:
            await asyncio.wait((lost, above), return_when=asyncio.FIRST_COMPLETED)
            if above.done() and above.exception() is not None:
                log.error("the router", exc_info=above.exception())
            return 1
        finally:
            for task in (lost, above, forget):
                task.cancel()
            self._copy, self._copy_until = self.people(), time.monotonic() + KEPT_SECONDS
            self.router, self.router_id = None, None
            router.close()
            await asyncio.shield(router_line.release())

    def _admits(self, number: int, caller: str) -> bool | None:
        later = ids.router_number(self.place.root, self.place.namespace, caller)
        return True if self.place.takes(caller) or later is not None and later > number else None

    async def _forget_copy(self) -> None:
        """Who has not checked in a while after there is a new router was its predecessor's."""
        await asyncio.sleep(LIST_COUNTS_AFTER_SECONDS + 0.01)
        self._changed(self)

    async def _ask_deputies(self, router: Router) -> None:
        """Asks the peer that is there longest to stand by, and another one where none has come."""
        wait = DEPUTY_AGAIN_SECONDS
        while True:
            await asyncio.sleep(DEPUTY_AFTER_SECONDS)
            place = self._router_id(2)
            if not router.peers() or router.has_router(place):
                wait = DEPUTY_AGAIN_SECONDS
                continue
            for peer in router.peers():
                with contextlib.suppress(LinkClosed):
                    peer.link.send(wire.Deputy(place))
                await asyncio.sleep(wait)
                wait = min(wait * 2, DEPUTY_LONGEST_SECONDS)
                if router.has_router(place):
                    break

    async def _look_above(self, router: Router, router_line: Line) -> None:
        """Exchanges with the first router, and returns where this one is to be left for it."""
        wait = FIRST_AGAIN_SECONDS
        while True:
            try:
                link = await router_line.dial(self._router_id(1), answer_seconds=ANSWER_SECONDS)
            except NoAnswer:
                await asyncio.sleep(wait * random.uniform(0.75, 1))
                wait = min(wait * 2, FIRST_LONGEST_SECONDS)
                with contextlib.suppress(Taken, Unreachable):
                    # Where nobody holds the first id any more this one is left for it.
                    await (await self._make_line(self.near).claim(self._signalling, self._router_id(1))).release()
                    return
                continue
            answered = asyncio.Event()
            with contextlib.suppress(LinkClosed, TimeoutError, wire.Malformed, Misbehaviour):
                if self._sent_on == router.number:
                    await router.exchange(link, answered.set)
                else:
                    await self._is_well(router, link, answered)
            if answered.is_set() and self._sent_on != router.number:
                return
            await asyncio.sleep(random.uniform(1, 3))

    async def _is_well(self, router: Router, link: Link, answered: asyncio.Event) -> None:
        """Exchanges for a moment, so that everybody is known there before they come."""
        exchange = asyncio.create_task(router.exchange(link, answered.set))
        await asyncio.wait((exchange,), timeout=CLAIM_WITHIN_SECONDS)
        exchange.cancel()
        await asyncio.wait((exchange,))
