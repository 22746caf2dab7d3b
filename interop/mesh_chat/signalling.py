"""The PeerServer: one socket for each id that is held, messages between ids, and nothing of what they mean."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp

from . import limits

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 5.0
CLAIM_SECONDS = 10.0
BURST = 6
SECONDS_EACH = 1.5

Handler = Callable[[dict[str, Any]], None]


class Taken(Exception):
    """Somebody else holds the id."""


class Unreachable(Exception):
    """The server does not answer, or answers with an error."""


@dataclass(frozen=True)
class Server:
    """Where a PeerServer is."""

    host: str
    port: int
    path: str = "/"
    key: str = "peerjs"
    secure: bool = True

    def address(self, own_id: str, token: str) -> str:
        """The address of the socket for an id."""
        scheme = "wss" if self.secure else "ws"
        host = f"[{self.host}]" if ":" in self.host else self.host
        path = "/" + self.path.strip("/")
        path += "peerjs" if path.endswith("/") else "/peerjs"
        query = f"key={quote(self.key)}&id={quote(own_id)}&token={token}&version=1.5.4"
        return f"{scheme}://{host}:{self.port}{path}?{query}"


class Signalling:
    """All registrations at one server, which it paces: a burst of six, then one each 1.5 s."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._http: aiohttp.ClientSession | None = None
        self._room = float(BURST)
        self._at = time.monotonic()
        self._held: set[Registration] = set()

    async def claim(self, own_id: str, handler: Handler) -> Registration:
        """Registers an id; what comes for it goes to the handler."""
        await self._pace()
        if self._http is None:
            self._http = aiohttp.ClientSession()
        try:
            async with asyncio.timeout(CLAIM_SECONDS):
                socket = await self._http.ws_connect(
                    self.server.address(own_id, secrets.token_hex(8)), max_msg_size=limits.SIGNALLING_BYTES
                )
                answer = await socket.receive_json()
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, TypeError) as error:
            raise Unreachable(f"the signalling server does not answer: {type(error).__name__}") from error
        kind = answer.get("type") if isinstance(answer, dict) else None
        if kind != "OPEN":
            await socket.close()
            raise Taken(own_id) if kind == "ID-TAKEN" else Unreachable("the signalling server refuses")
        held = Registration(own_id, socket, handler)
        self._held.add(held)
        held.task.add_done_callback(lambda _: self._held.discard(held))
        return held

    async def close(self) -> None:
        """Gives up all ids."""
        await asyncio.gather(*(held.release() for held in list(self._held)))
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def _pace(self) -> None:
        now = time.monotonic()
        self._room = min(BURST, self._room + (now - self._at) / SECONDS_EACH) - 1
        self._at = now
        if self._room < 0:
            await asyncio.sleep(-self._room * SECONDS_EACH)


class Registration:
    """An id that is held, until it is released or the server is lost (`lost`)."""

    def __init__(self, own_id: str, socket: aiohttp.ClientWebSocketResponse, handler: Handler) -> None:
        self.id = own_id
        self.lost = asyncio.Event()
        self._socket = socket
        self._handler = handler
        self._sending: set[asyncio.Task[None]] = set()
        self.task = asyncio.create_task(self._run(), name=f"registration {own_id[-6:]}")

    def send(self, kind: str, to: str, payload: dict[str, Any]) -> None:
        """Hands a message for another id to the server."""
        task = asyncio.create_task(self._send({"type": kind, "dst": to, "payload": payload}))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def release(self) -> None:
        """Gives the id up: the server knows once this returns."""
        self.lost.set()
        if self._sending:
            await asyncio.wait(list(self._sending), timeout=1)
        try:
            async with asyncio.timeout(2):
                await self._socket.close()
        except TimeoutError:
            pass
        self.task.cancel()

    async def _send(self, message: dict[str, Any]) -> None:
        try:
            await self._socket.send_str(json.dumps(message))
        except (ConnectionError, aiohttp.ClientError):
            self.lost.set()

    async def _run(self) -> None:
        beats = asyncio.create_task(self._beat())
        try:
            async for message in self._socket:
                if message.type == aiohttp.WSMsgType.TEXT:
                    self._hear(message.data)
        finally:
            beats.cancel()
            self.lost.set()

    def _hear(self, data: str) -> None:
        try:
            message = json.loads(data)
        except (ValueError, RecursionError):
            return
        if isinstance(message, dict) and isinstance(message.get("src"), str):
            try:
                self._handler(message)
            except Exception:  # What somebody sends must not cost the id.
                log.exception("a message of the signalling server")

    async def _beat(self) -> None:
        while not self._socket.closed:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            await self._send({"type": "HEARTBEAT"})
