"""An id at the server (`Line`), from which is dialled and at which calls are answered.

Who is answered is decided by whoever holds the line; a call that is not admitted leaves no trace.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from aioice import Candidate as IceCandidate

from . import crypto, limits, network, sdp
from .link import Ends, Gone, Link, NoAnswer, NotHere
from .signalling import Registration, Signalling

log = logging.getLogger(__name__)

OPEN_SECONDS = 8.0
NOT_HERE_SECONDS = 2.0
KNOCK = "echo_"


class _Attempt:
    """A call that is not open yet."""

    def __init__(self, line: Line, other: str, connection_id: str, offering: bool) -> None:
        self.other = other
        self.ends = Ends(offering)
        self.answer: asyncio.Future[sdp.Description] = asyncio.get_running_loop().create_future()
        self._line = line
        self._id = connection_id
        self._offering = offering
        self._adding: set[asyncio.Task[None]] = set()
        self._usable = asyncio.Event()
        self._early: list[sdp.Candidate] | None = []

    async def dial(self, answer_seconds: float) -> Link:
        """Makes an offer, and a connection of the answer."""
        own = await self._own("actpass", "0")
        payload = {
            "sdp": {"type": "offer", "sdp": own.text()},
            "type": "data",
            "connectionId": self._id,
            "label": self._id,
            "metadata": None,
            "reliable": True,
            "serialization": "json",
        }
        self._line.registration.send("OFFER", self.other, payload)
        self._tell_reflexive(own)
        try:
            async with asyncio.timeout(answer_seconds):
                answer = await self.answer
        except TimeoutError as error:
            raise NoAnswer("no answer") from error
        return await self._connect(answer, self._id)

    async def take(self, offer: sdp.Description) -> Link:
        """Answers an offer."""
        setup = "passive" if offer.setup == "active" else "active"
        own = await self._own(setup, offer.mid)
        payload = {"sdp": {"type": "answer", "sdp": own.text()}, "type": "data", "connectionId": self._id}
        self._line.registration.send("ANSWER", self.other, payload)
        self._tell_reflexive(own)
        return await self._connect(offer, None)

    def hear_candidate(self, one: sdp.Candidate) -> None:
        """Takes a place that was told later."""
        if self._early is not None:
            self._early.append(one)
            del self._early[limits.CANDIDATES :]
            return
        near = self._line.near
        if near is not None and not near.is_here(one.host) or len(self._adding) > limits.CANDIDATES:
            return
        self._usable.set()
        task = asyncio.create_task(self.ends.add_candidate(one))
        self._adding.add(task)

    async def _own(self, setup: str, mid: str) -> sdp.Description:
        await self.ends.gather()
        near, told = self._line.near, []
        for one in self.ends.host_candidates():
            if near is not None and not near.is_told(one.host):
                continue
            if near is None or near.is_here(one.host):
                told.append(one)
            if near is not None:
                name = await self._line.names.name_of(one.host)
                if name is not None:
                    told.append(sdp.Candidate(one.foundation, one.priority, name, one.port, "host"))
        return self.ends.described(setup, mid, told)

    def _tell_reflexive(self, own: sdp.Description) -> None:
        if self._line.near is None and self._line.stun is not None:
            self._adding.add(asyncio.create_task(self._ask_and_tell(self._line.stun, own)))

    async def _ask_and_tell(self, server: tuple[str, int], own: sdp.Description) -> None:
        for one in await self.ends.reflexive_candidates(server):
            candidate = {
                "candidate": one.line(),
                "sdpMid": own.mid,
                "sdpMLineIndex": 0,
                "usernameFragment": own.ufrag,
            }
            payload = {"candidate": candidate, "type": "data", "connectionId": self._id}
            self._line.registration.send("CANDIDATE", self.other, payload)

    async def _connect(self, other: sdp.Description, label: str | None) -> Link:
        early, self._early = [*other.candidates, *(self._early or [])], None
        for one in early:
            self.hear_candidate(one)
        try:
            async with asyncio.timeout(OPEN_SECONDS) as limit:
                connecting = asyncio.create_task(self.ends.connect(other, label))
                try:
                    if self._line.near is not None:
                        await self._wait_for_near(connecting)
                    await connecting
                finally:
                    connecting.cancel()
        except TimeoutError as error:
            assert limit.expired()
            raise NoAnswer("no connection came of the call") from error
        except ConnectionError as error:
            raise NoAnswer("the connection broke") from error
        path = self.ends.path()
        near = path is not None and self._is_near(path)
        if self._line.near is not None and not near:
            raise NotHere("the path is not one on this network")
        link = Link(self.other, self._id, self._offering, self.ends, near)
        self._line.links.add(link)
        link.forget = self._line.links.discard
        return link

    async def _wait_for_near(self, connecting: asyncio.Task[None]) -> None:
        usable = asyncio.create_task(self._usable.wait())
        done, _ = await asyncio.wait((connecting, usable), timeout=NOT_HERE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        usable.cancel()
        if not done:
            raise NotHere("whoever answers has told no address of this network")

    def _is_near(self, path: IceCandidate) -> bool:
        if path.type == "relay":
            return False
        # A device is on its own network, whatever its address.
        if path.host.endswith(".local") or path._network_host in network.own_addresses():
            return True
        near = self._line.near or network.Near("", self._line.public)
        return near.is_here(path._network_host)


Admit = Callable[[str, str], Any]
Met = Callable[[Link, Any], Awaitable[Any]]


class Line:
    """An id that is held: calls from it, and calls to it of who is admitted."""

    registration: Registration

    def __init__(
        self,
        names: network.LocalNames,
        near: network.Near | None = None,
        stun: tuple[str, int] | None = None,
        public: tuple[str, ...] = (),
        links: set[Link] | None = None,
    ) -> None:
        self.links: set[Link] = set() if links is None else links
        self.names = names
        self.near = near
        self.stun = stun
        self.public = public
        self.admit: Admit = lambda caller, tag: None
        self.met: Met | None = None
        self.knocked: Callable[[str], None] = lambda caller: None
        self._attempts: dict[str, _Attempt] = {}
        self._nonces: deque[str] = deque(maxlen=limits.NONCES)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def id(self) -> str:
        """The id that is held."""
        return self.registration.id

    @property
    def lost(self) -> asyncio.Event:
        """Set once the server is not there any more, or the id was released."""
        return self.registration.lost

    async def claim(self, signalling: Signalling, own_id: str) -> Line:
        """Registers the id."""
        self.registration = await signalling.claim(own_id, self._hear)
        return self

    async def release(self) -> None:
        """Gives the id up. Connections stay."""
        for task in list(self._tasks):
            task.cancel()
        await self.registration.release()

    async def dial(
        self,
        to: str,
        secret: bytes | None = None,
        connection_id: str | None = None,
        answer_seconds: float = OPEN_SECONDS,
    ) -> Link:
        """Calls another id; `NoAnswer` says why no connection came of it."""
        connection_id = connection_id or crypto.fresh_offer_tag(secret, self.id, to)
        attempt = _Attempt(self, to, connection_id, offering=True)
        self._attempts[connection_id] = attempt
        try:
            return await attempt.dial(answer_seconds)
        except BaseException:
            await asyncio.shield(attempt.ends.close())
            raise
        finally:
            self._attempts.pop(connection_id, None)

    def knock(self, to: str) -> None:
        """Makes a peer ask its router whether it is there."""
        payload = {"candidate": {"candidate": ""}, "type": "data", "connectionId": KNOCK + crypto.fresh_offer_tag(None, "", "")}
        self.registration.send("CANDIDATE", to, payload)

    def forget_calls_of(self, caller: str, but: str) -> None:
        """Closes what the caller has begun beside a connection on which it has spoken."""
        for connection_id, attempt in list(self._attempts.items()):
            if attempt.other == caller and connection_id != but and not attempt.answer.done():
                attempt.answer.cancel()

    def _hear(self, message: dict[str, Any]) -> None:
        kind, caller, payload = message.get("type"), message["src"], message.get("payload")
        if kind in ("EXPIRE", "LEAVE"):
            self._gone(caller)
            return
        if not isinstance(payload, dict) or not isinstance(payload.get("connectionId"), str):
            return
        connection_id = payload["connectionId"]
        if kind == "OFFER":
            self._offered(caller, connection_id, payload)
        elif kind == "CANDIDATE" and connection_id.startswith(KNOCK):
            self.knocked(caller)
        elif (attempt := self._attempts.get(connection_id)) is not None and attempt.other == caller:
            self._continued(attempt, str(kind), payload)

    def _gone(self, other: str) -> None:
        for attempt in self._attempts.values():
            if attempt.other == other and not attempt.answer.done():
                attempt.answer.set_exception(Gone("nobody holds the id"))

    def _continued(self, attempt: _Attempt, kind: str, payload: dict[str, Any]) -> None:
        if kind == "CANDIDATE":
            inner = payload.get("candidate")
            line = inner.get("candidate") if isinstance(inner, dict) else None
            one = sdp.Candidate.parse(line) if isinstance(line, str) and len(line) < 512 else None
            if one is not None:
                attempt.hear_candidate(one)
        elif kind == "ANSWER" and not attempt.answer.done():
            try:
                attempt.answer.set_result(_description(payload, "answer"))
            except sdp.BadDescription as error:
                attempt.answer.set_exception(NoAnswer(str(error)))

    def _offered(self, caller: str, connection_id: str, payload: dict[str, Any]) -> None:
        if self.met is None or len(connection_id) > 128 or connection_id in self._attempts or connection_id in self._nonces:
            return
        of_caller = sum(one.other == caller for one in self._attempts.values())
        if of_caller >= limits.CALLS_OF_ONE_CALLER or len(self._attempts) >= limits.CALLS_AT_ONCE:
            return
        context = self.admit(caller, connection_id)
        if context is None:
            return
        try:
            offer = _description(payload, "offer")
        except sdp.BadDescription as error:
            log.info("an offer that is none: %s", error)
            return
        self._nonces.append(connection_id)
        task = asyncio.create_task(self._answer(caller, connection_id, offer, context))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, caller: str, connection_id: str, offer: sdp.Description, context: Any) -> None:
        attempt = _Attempt(self, caller, connection_id, offering=False)
        attempt.answer.set_result(offer)
        self._attempts[connection_id] = attempt
        try:
            link = await attempt.take(offer)
        except NoAnswer as error:
            log.info("a call came to nothing: %s", error)
            await asyncio.shield(attempt.ends.close())
            return
        except BaseException:
            await asyncio.shield(attempt.ends.close())
            raise
        finally:
            self._attempts.pop(connection_id, None)
        assert self.met is not None
        await self.met(link, context)


def _description(payload: dict[str, Any], kind: str) -> sdp.Description:
    inner = payload.get("sdp")
    if not isinstance(inner, dict) or inner.get("type") != kind:
        raise sdp.BadDescription(f"no {kind}")
    return sdp.Description.parse(inner.get("sdp"))
