"""Connections: an id at the server, from which is dialled and at which calls are answered (`Line`), and what comes of a
call (`Link`): one PeerJS `json` data channel over ICE, DTLS and SCTP of aiortc.

Who is answered is decided by whoever holds the line; a call that is not admitted leaves no trace.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from aioice import ice as aioice
from aiortc import (
    RTCCertificate,
    RTCDataChannel,
    RTCDataChannelParameters,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    RTCIceCandidate,
    RTCIceGatherer,
    RTCIceParameters,
    RTCIceTransport,
    RTCSctpCapabilities,
    RTCSctpTransport,
)

from . import crypto, limits, network, sdp, wire
from .signalling import Registration, Signalling

log = logging.getLogger(__name__)

OPEN_SECONDS = 8.0
NOT_HERE_SECONDS = 2.0
BUFFER_BYTES = 256 * 1024
UNREAD_BYTES = 24 * 1024 * 1024
FLUSH_SECONDS = 1.0
KNOCK = "echo_"


class LinkClosed(Exception):
    """The connection has ended."""


class NoAnswer(Exception):
    """Nobody has answered a call, or no connection came of it."""


class Gone(NoAnswer):
    """The server says that nobody holds the id."""


class NotHere(NoAnswer):
    """Whoever has answered is not on this network."""


class Link:
    """An open connection."""

    def __init__(self, remote_id: str, connection_id: str, dialled: bool, ends: _Ends, near: bool) -> None:
        self.remote_id = remote_id
        self.connection_id = connection_id
        self.dialled = dialled
        self.local_fp = ends.local_fp
        self.remote_fp = ends.remote_fp
        self.near = near
        self.closed = asyncio.Event()
        self.heard_at = time.monotonic()
        self._ends = ends
        self.forget: Callable[[Link], None] = lambda link: None
        self._closing: asyncio.Task[None] | None = None
        ends.on_end = self._ended
        if ends.has_ended:
            self._ended()

    def send(self, frame: wire.Frame) -> None:
        """Sends a message; what cannot go out any more ends in `LinkClosed`."""
        self.send_bytes(frame.encoded())

    def send_bytes(self, data: bytes) -> None:
        """Sends bytes as they are."""
        if len(data) > limits.FRAME_BYTES:
            raise ValueError(f"a message of {len(data)} bytes")
        channel = self._ends.channel
        if self.closed.is_set() or channel is None or channel.readyState != "open":
            raise LinkClosed
        channel.send(data)

    async def drain(self) -> None:
        """Waits until there is room for more."""
        await self._ends.drain()
        if self.closed.is_set():
            raise LinkClosed

    async def receive(self) -> bytes:
        """The next message."""
        data = await self._ends.receive()
        self.heard_at = time.monotonic()
        return data

    async def hear(self, kinds: dict[str, type[wire.Frame]]) -> wire.Frame:
        """The next message, which has to be one of those."""
        return wire.read_frame(kinds, await self.receive())

    def close(self, last: wire.Frame | None = None) -> None:
        """Ends it, after a last word where there is one."""
        if self._closing is not None:
            return
        if last is not None:
            with contextlib.suppress(LinkClosed):
                self.send(last)
        self._closing = asyncio.create_task(self._close())

    async def wait_closed(self) -> None:
        """Waits until all of it is gone."""
        await self.closed.wait()
        if self._closing is not None:
            await self._closing

    async def _close(self) -> None:
        await self._ends.flush()
        self.closed.set()
        await self._ends.close()
        self.forget(self)

    def _ended(self) -> None:
        self.closed.set()
        self.close()


class _Ends:
    """The four machines of aiortc that make a connection, and what has come and was not read."""

    def __init__(self, offering: bool) -> None:
        certificate = RTCCertificate.generateCertificate()
        self._gatherer = RTCIceGatherer(iceServers=[])
        self.ice = RTCIceTransport(self._gatherer)
        self.ice._connection.ice_controlling = offering
        self._dtls = RTCDtlsTransport(self.ice, [certificate])
        self._sctp = RTCSctpTransport(self._dtls)
        self.channel: RTCDataChannel | None = None
        self.is_open = asyncio.Event()
        self.has_ended = False
        self.on_end: Callable[[], None] = lambda: None
        prints = {one.algorithm: one.value for one in certificate.getFingerprints()}
        self.local_fp = bytes.fromhex(prints["sha-256"].replace(":", ""))
        self.remote_fp = b""
        self._unread: deque[bytes | None] = deque()
        self._unread_bytes = 0
        self._arrived = asyncio.Event()
        self._room = asyncio.Event()
        self._closed = False
        self._dtls.on("statechange", self._dtls_changed)
        self._sctp.on("datachannel", self._take_channel)

    async def gather(self) -> None:
        """Opens a port on each interface."""
        await self._gatherer.gather()

    def described(self, setup: str, mid: str, candidates: list[sdp.Candidate]) -> sdp.Description:
        """The own description."""
        own = self._gatherer.getLocalParameters()
        return sdp.Description(
            str(own.usernameFragment), str(own.password), self.local_fp, setup, mid, candidates=tuple(candidates)
        )

    def host_candidates(self) -> list[sdp.Candidate]:
        """The ports that were opened."""
        found = []
        for one in self._gatherer.getLocalCandidates():
            candidate = sdp.Candidate.parse(
                f"candidate:{one.foundation} 1 udp {one.priority} {one.ip} {one.port} typ {one.type}"
            )
            if candidate is not None:
                found.append(candidate)
        return found

    async def reflexive_candidates(self, server: tuple[str, int]) -> list[sdp.Candidate]:
        """The ports as a STUN server sees them."""
        found = []
        for protocol in list(self.ice._connection._protocols):
            if ":" in protocol.local_candidate.host:
                continue
            with contextlib.suppress(Exception):  # A server that does not answer is none.
                one, _ = await aioice.server_reflexive_candidate(protocol, server)
                if one.host != protocol.local_candidate.host:
                    found.append(sdp.Candidate(one.foundation, one.priority, one.host, one.port, "srflx"))
        return found

    async def add_candidate(self, one: sdp.Candidate) -> None:
        """Takes a place at which the other end may be."""
        candidate = RTCIceCandidate(1, one.foundation, one.host, one.port, one.priority, "udp", one.kind)
        with contextlib.suppress(ValueError, OSError):
            await self.ice.addRemoteCandidate(candidate)

    async def connect(self, other: sdp.Description, label: str | None) -> None:
        """Brings the connection up; whoever has offered it opens the channel, with a label."""
        self.remote_fp = other.fingerprint
        active = other.setup == "passive" if label is not None else other.setup != "active"
        self._dtls._set_role("client" if active else "server")
        await self.ice.start(RTCIceParameters(other.ufrag, other.pwd))
        if self.ice.state != "completed":
            raise NoAnswer("no path to the other end")
        fingerprint = ":".join(f"{byte:02X}" for byte in other.fingerprint)
        await self._dtls.start(RTCDtlsParameters([RTCDtlsFingerprint("sha-256", fingerprint)]))
        if self._dtls.state != "connected":
            raise NoAnswer("the other end is not the one that was described")
        if label is not None:
            self._watch(RTCDataChannel(self._sctp, RTCDataChannelParameters(label=label, ordered=True)))
        await self._sctp.start(RTCSctpCapabilities(min(other.max_message_size or 65_536, 65_536)), other.sctp_port)
        await self.is_open.wait()

    def path(self) -> aioice.Candidate | None:
        """Where the other end was found."""
        pair = self.ice._connection._nominated.get(1)
        return pair.remote_candidate if pair is not None else None

    async def receive(self) -> bytes:
        """The next message."""
        while not self._unread:
            self._arrived.clear()
            await self._arrived.wait()
        data = self._unread[0]
        if data is None:
            raise LinkClosed
        self._unread.popleft()
        self._unread_bytes -= len(data)
        return data

    async def drain(self) -> None:
        """Waits until there is room for more."""
        while self.channel is not None and self.channel.bufferedAmount > BUFFER_BYTES and not self.has_ended:
            self._room.clear()
            await self._room.wait()

    async def flush(self) -> None:
        """Waits a moment for what was sent to be there."""
        until = time.monotonic() + FLUSH_SECONDS
        while not self.has_ended and time.monotonic() < until:
            if not (self._sctp._data_channel_queue or self._sctp._outbound_queue or self._sctp._sent_queue):
                break
            await asyncio.sleep(0.005)

    async def close(self) -> None:
        """Gives everything up."""
        if self._closed:
            return
        self._closed = True
        self._end()
        for step in (self._sctp.stop, self._dtls.stop, self.ice.stop):
            with contextlib.suppress(Exception):
                await step()

    def _take_channel(self, channel: RTCDataChannel) -> None:
        if self.channel is None:
            self._watch(channel)

    def _watch(self, channel: RTCDataChannel) -> None:
        self.channel = channel
        channel.bufferedAmountLowThreshold = BUFFER_BYTES // 2
        channel.on("message", self._take)
        channel.on("close", self._end)
        channel.on("bufferedamountlow", self._room.set)
        if channel.readyState == "open":
            self.is_open.set()
        else:
            channel.on("open", self.is_open.set)

    def _take(self, data: bytes | str) -> None:
        if isinstance(data, str):
            data = data.encode("utf-8", "surrogatepass")
        if len(data) > limits.FRAME_BYTES or self._unread_bytes > UNREAD_BYTES:
            self._end()
            return
        if data.startswith(b'{"__peerData"'):
            # So PeerJS says that it closes a connection.
            with contextlib.suppress(ValueError):
                if json.loads(data)["__peerData"]["type"] == "close":
                    self._end()
            return
        self._unread_bytes += len(data)
        self._unread.append(data)
        self._arrived.set()

    def _dtls_changed(self) -> None:
        if self._dtls.state in ("closed", "failed"):
            self._end()

    def _end(self) -> None:
        if not self.has_ended:
            self.has_ended = True
            self._unread.append(None)
            self._arrived.set()
            self._room.set()
            self.on_end()


class _Attempt:
    """A call that is not open yet."""

    def __init__(self, line: Line, other: str, connection_id: str, offering: bool) -> None:
        self.other = other
        self.ends = _Ends(offering)
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
        done, _ = await asyncio.wait(
            (connecting, usable), timeout=NOT_HERE_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        usable.cancel()
        if not done:
            raise NotHere("whoever answers has told no address of this network")

    def _is_near(self, path: aioice.Candidate) -> bool:
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
