"""What tests of several clients need: a PeerServer of this machine, and people who tell what happens to them."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import tempfile
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mesh_chat.config import Config
from mesh_chat.events import described
from mesh_chat.node import Node
from mesh_chat.signalling import Server
from mesh_chat.store import Contact, Store

PATIENCE = 40.0
TEST_SECONDS = 120.0

# What aiortc does on a connection that has been closed is of no interest.
logging.getLogger("asyncio").setLevel(logging.CRITICAL)
ADDRESS = "203.0.113.7"


def peer_server() -> Path | None:
    """The official PeerServer, where `npm ci` has put it."""
    named = os.environ.get("MESH_CHAT_PEERJS")
    path = Path(named) if named else Path(__file__).parents[2] / "node_modules/.bin/peerjs"
    return path if path.exists() else None


class Person:
    """Somebody with a state folder, who may run or not."""

    def __init__(self, world: World, name: str, address: str) -> None:
        self.name = name
        self.heard: list[dict[str, Any]] = []
        self._world = world
        self._address = address
        self._news = asyncio.Event()
        self._folder = world.folder / name
        self.downloads = self._folder / "downloads"
        self.node: Node

    async def start(self, address: str | None = None) -> Person:
        """Starts the client, on the state that is there."""
        self._address = address or self._address
        store = Store(self._folder)
        store.set_meta("name", self.name)
        config = Config(server=self._world.server, stun=(), echo=None, addresses=(self._address,))
        self.node = Node(config, store, self._hear, self.downloads)
        await self.node.start()
        return self

    async def stop(self) -> None:
        """Ends it in order."""
        await self.node.stop()
        self.node.store.close()
        self.heard.clear()

    async def see(self, event: str, where: Callable[[dict[str, Any]], bool] | None = None, **fields: Any) -> dict[str, Any]:
        """Waits for an event, among all since the start or the last `forget`."""
        at = 0
        async with asyncio.timeout(PATIENCE):
            while True:
                while at < len(self.heard):
                    one = self.heard[at]
                    at += 1
                    if one["event"] == event and all(one.get(name) == value for name, value in fields.items()):
                        if where is None or where(one):
                            return one
                self._news.clear()
                await self._news.wait()

    def forget(self) -> None:
        """Waits for what comes from now on."""
        self.heard.clear()

    def contact(self, name: str) -> Contact:
        """A contact by name."""
        found = self.node.store.find_contact(name)
        assert found is not None, name
        return found

    def texts(self, name: str) -> list[tuple[str, str]]:
        """The chat with a contact: texts with their states."""
        return [(one.text, one.state) for one in self.node.store.messages(self.contact(name))]

    def _hear(self, event: str, data: dict[str, Any]) -> None:
        one = described(self.node.store, event, data)
        self.heard.append(one)
        self._news.set()
        if event == "message" and (contact := self.node.store.contact(one["contact"])) and contact.id in self.node.sessions:
            asyncio.get_running_loop().call_soon(self.node.sessions[contact.id].see)


@unittest.skipIf(peer_server() is None, "no PeerServer: npm ci, or MESH_CHAT_PEERJS")
class World(unittest.IsolatedAsyncioTestCase):
    """A test with a signalling server of its own."""

    async def asyncSetUp(self) -> None:
        # The debug mode of the test runner takes most of the time where files pass.
        asyncio.get_running_loop().set_debug(False)
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._process = await asyncio.create_subprocess_exec(
            str(peer_server()), "--port", str(port), "--host", "127.0.0.1", "--expire_timeout", "1000",
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert self._process.stdout is not None
        self.assertIn(b"Started", await self._process.stdout.readline())
        self._reading = asyncio.create_task(self._process.stdout.read())
        self.server = Server("127.0.0.1", port, secure=False)
        self._people: list[Person] = []

    async def asyncTearDown(self) -> None:
        for person in self._people:
            if not person.node.store.closed:
                await person.stop()
        self._process.kill()
        await self._process.wait()
        await self._reading

    def _callTestMethod(self, method: Callable[[], Any]) -> None:
        async def limited() -> None:
            async with asyncio.timeout(TEST_SECONDS):
                await method()

        super()._callTestMethod(limited)

    async def person(self, name: str, address: str = ADDRESS) -> Person:
        """Somebody new, who joins."""
        person = await Person(self, name, address).start()
        self._people.append(person)
        return person

    async def befriend(self, one: Person, two: Person) -> None:
        """The first asks, the second accepts."""
        await one.see("listed", name=two.name)
        asking = asyncio.create_task(one.node.ask(two.name, None))
        request = await two.see("request", name=one.name)
        self.answer(two, request, True)
        await asking
        await one.see("profile", name=two.name)
        await two.see("profile", name=one.name)

    def answer(self, person: Person, request: dict[str, Any], yes: bool) -> None:
        """Somebody says yes or no."""
        person.node.answer(next(one for one in person.node.store.requests() if one.number == request["request"]), yes)
