"""An open connection (`Link`): one PeerJS `json` data channel over ICE, DTLS and SCTP of aiortc (`Ends`)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import Callable

from aioice import Candidate as IceCandidate
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

from . import limits, sdp, wire

BUFFER_BYTES = 256 * 1024
UNREAD_BYTES = 24 * 1024 * 1024
FLUSH_SECONDS = 1.0


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

    def __init__(self, remote_id: str, connection_id: str, dialled: bool, ends: Ends, near: bool) -> None:
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


class Ends:
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
        return sdp.Description(str(own.usernameFragment), str(own.password), self.local_fp, setup, mid, candidates=tuple(candidates))

    def host_candidates(self) -> list[sdp.Candidate]:
        """The ports that were opened."""
        found = []
        for one in self._gatherer.getLocalCandidates():
            candidate = sdp.Candidate.parse(f"candidate:{one.foundation} 1 udp {one.priority} {one.ip} {one.port} typ {one.type}")
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

    def path(self) -> IceCandidate | None:
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
