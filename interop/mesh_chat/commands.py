"""What a program that runs `listen --commands` can say, one object of JSON a line, and what the bot does by itself."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .events import written
from .files import offer_of
from .invite import BadInvite
from .link import NoAnswer
from .node import Node, Refusal
from .signalling import Taken, Unreachable
from .store import Contact

LINE_BYTES = 65_536


class Bot:
    """Does what the lines on the standard input say.

    `{"do": "ask", "person", "note"?}`, `{"do": "accept" | "reject", "request"}`, `{"do": "send", "contact", "text"}`,
    `{"do": "send-file", "contact", "path"}`, `{"do": "take" | "pause" | "decline" | "cancel", "contact", "message"}`,
    `{"do": "people"}`, `{"do": "log", "contact"}`, `{"do": "special", "contact", "on"}`, `{"do": "invite"}`,
    `{"do": "use-invite", "code", "note"?}`, `{"do": "block" | "unblock" | "remove", "contact"}`,
    `{"do": "name", "name"}`, `{"do": "disconnect", "contact"}` and `{"do": "quit"}`. A `tag` in a line comes back in its answer.
    """

    def __init__(self, node: Node, tell: Callable[[dict[str, Any]], None], accepts: bool, takes: bool) -> None:
        self._node = node
        self._tell = tell
        self._accepts = accepts
        self._takes = takes
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Reads lines until `quit`, or until there are no more."""
        loop, lines = asyncio.get_running_loop(), asyncio.Queue[str]()
        # A thread reads, as not every kind of input can be waited for; it ends with the process.
        threading.Thread(target=_read_lines, args=(loop, lines), daemon=True).start()
        while line := await lines.get():
            try:
                value = json.loads(line)
                if not isinstance(value, dict):
                    raise ValueError("no object")
            except (ValueError, RecursionError):
                self._tell({"event": "error", "why": "a line that is no object of JSON"})
                continue
            if value.get("do") == "quit":
                return
            task = asyncio.create_task(self._do(value))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def heard(self, event: dict[str, Any]) -> None:
        """Does by itself what it was told to do for everybody."""
        if event["event"] == "request" and self._accepts:
            asyncio.get_running_loop().call_soon(self._answer, event["request"], True)
        if event["event"] != "message":
            return
        contact = self._node.store.contact(event["contact"])
        if contact is None:
            return
        if contact.id in self._node.sessions:
            # Whoever reads the lines has seen it.
            asyncio.get_running_loop().call_soon(self._node.sessions[contact.id].see)
        if "file" in event and self._takes:
            asyncio.get_running_loop().call_soon(self._decide, contact, event["message"], "want")

    async def _do(self, value: dict[str, Any]) -> None:
        tag = {"tag": value["tag"]} if "tag" in value else {}
        try:
            answer = await self._done(value)
            self._tell({"event": "done", "do": value["do"], **tag, **(answer or {})})
        except KeyError as error:
            self._tell({"event": "error", "do": value.get("do"), **tag, "why": f"{error.args[0]} is missing"})
        except (Refusal, NoAnswer, BadInvite, Unreachable, Taken, OSError, TypeError) as error:
            self._tell({"event": "error", "do": value.get("do"), **tag, "why": str(error)})

    async def _done(self, value: dict[str, Any]) -> dict[str, Any] | None:
        node = self._node
        match value["do"]:
            case "ask":
                await node.ask(value["person"], value.get("note"))
            case "accept" | "reject":
                self._answer(value["request"], value["do"] == "accept")
            case "send":
                return {"message": node.send_text(self._contact(value), value["text"])}
            case "send-file":
                path = Path(value["path"]).resolve()
                offer = offer_of(path)
                return {"message": node.send_text(self._contact(value), offer.name, offer, path)}
            case "take" | "pause" | "decline" | "cancel":
                state = {"take": "want", "pause": "paused", "decline": "declined", "cancel": "cancelled"}[value["do"]]
                self._decide(self._contact(value), value["message"], state)
            case "people":
                return {"people": [{"id": one, "name": name} for one, name in node.people().items()]}
            case "log":
                return {"messages": [written(one) for one in node.store.messages(self._contact(value))]}
            case "special":
                node.set_special(self._contact(value), bool(value["on"]))
            case "invite":
                return {"code": node.make_invite()}
            case "use-invite":
                await node.use_invite(value["code"], value.get("note"))
            case "block" | "unblock":
                await node.block(self._contact(value), value["do"] == "block")
            case "remove":
                await node.remove(self._contact(value))
            case "name":
                node.store.set_meta("name", str(value["name"]))
                node.tell_profile()
                for membership in node.memberships:
                    await membership.check_in_again()
            case "disconnect":
                session = node.sessions.get(self._contact(value).id)
                if session is not None:
                    session.link.close()
            case other:
                raise Refusal(f"{other} is nothing that can be done")
        return None

    def _contact(self, value: dict[str, Any]) -> Contact:
        found = self._node.store.find_contact(str(value["contact"]))
        if found is None:
            raise Refusal("no such contact")
        return found

    def _answer(self, number: int, yes: bool) -> None:
        request = next((one for one in self._node.store.requests() if one.number == number), None)
        if request is None:
            raise Refusal("no such request")
        self._node.answer(request, yes)

    def _decide(self, contact: Contact, message: str, state: str) -> None:
        record = self._node.store.file(contact, message)
        if record is None:
            raise Refusal("no such file")
        session = self._node.sessions.get(contact.id)
        if session is not None and session.files is not None:
            session.files.decide(record, state)
        else:
            self._node.store.change_file(record, state=state, to_say=None if state in ("want", "paused") else state)


def _read_lines(loop: asyncio.AbstractEventLoop, lines: asyncio.Queue[str]) -> None:
    with contextlib.suppress(RuntimeError, ValueError, OSError):  # The loop, or the input, is closed.
        while line := sys.stdin.readline(LINE_BYTES):
            if line.strip():
                loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, "")
