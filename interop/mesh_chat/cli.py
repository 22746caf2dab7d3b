"""`mesh-chat-cli`: the protocol for scripts and bots."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from OpenSSL import SSL

from . import VERSION, crypto, invite
from .commands import Bot
from .config import BadConfig, Config, read_config
from .events import described, sentence, written
from .files import ENDED, offer_of
from .link import NoAnswer
from .node import Node, Refusal
from .signalling import Taken, Unreachable
from .store import Contact, InUse, Store

OK, FAILED, USAGE, IN_USE, NOBODY, TIMEOUT, REJECTED = range(7)

CODES = """exit codes: 0 done, 1 it failed, 2 wrong usage or configuration, 3 the state folder is in use,
4 nobody of that name, 5 nothing happened in time, 6 the answer was no"""


class Exit(Exception):
    """An end with a code and a reason."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; its exit code."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=[logging.ERROR, logging.INFO, logging.DEBUG][min(options.verbose, 2)], stream=sys.stderr)
    if options.verbose < 2:
        logging.getLogger("aioice").setLevel(logging.WARNING)
        logging.getLogger("aiortc").setLevel(logging.WARNING)
    try:
        config = read_config(options.config) if options.config is not None else Config()
        store = Store(options.state)
        try:
            return asyncio.run(_Command(options, config, store).run())
        finally:
            store.close()
    except BadConfig as error:
        return _fail(options, USAGE, str(error))
    except InUse as error:
        return _fail(options, IN_USE, str(error))
    except Exit as error:
        return _fail(options, error.code, str(error))
    except (NoAnswer, Unreachable, TimeoutError) as error:
        late = "nothing happened in time"
        if options.command.startswith("send"):
            late = "not there in time; it stays, and is sent as soon as both are there again"
        return _fail(options, TIMEOUT, str(error) or late)
    except (Refusal, invite.BadInvite, Taken, OSError) as error:
        return _fail(options, FAILED, str(error))
    except KeyboardInterrupt:
        return OK


def _quietly(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """aiortc goes on sending for a moment on a connection that the other end has closed."""
    if not isinstance(context.get("exception"), SSL.Error | ConnectionError):
        loop.default_exception_handler(context)


def _fail(options: argparse.Namespace, code: int, why: str) -> int:
    if options.json:
        print(json.dumps({"event": "error", "why": why, "code": code}), flush=True)
    print(f"mesh-chat-cli: {why}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mesh-chat-cli", description="Mesh Chat for scripts and bots.", epilog=CODES)
    default = Path(os.environ.get("XDG_STATE_HOME", Path.home() / ".local/state")) / "mesh-chat"
    parser.add_argument("--version", action="version", version=VERSION)
    parser.add_argument("--state", type=Path, default=default, help="folder of keys, contacts and messages (%(default)s)")
    parser.add_argument("--config", type=Path, help="servers, in the form of the extension's config.json")
    parser.add_argument("--json", action="store_true", help="one object of JSON a line instead of sentences")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds to wait for what is to happen (%(default)s)")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="tell more on the standard error output")
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, help_: str, *names: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=help_)
        for argument in names:
            one.add_argument(argument)
        return one

    command("name", "choose the own name", "name")
    command("who", "say who one is")
    command("contacts", "list the contacts")
    command("log", "show a chat", "contact")
    command("safety", "show the number to compare with a contact", "contact")
    people = command("people", "list who is on this network")
    people.add_argument("--for", dest="seconds", type=float, default=5.0, help="seconds to look (%(default)s)")
    ask = command("ask", "ask somebody on this network to be a contact", "person")
    ask.add_argument("--note", help="what is said with it, 280 bytes at most")
    send = command("send", "send a message and wait until it is delivered", "contact", "text")
    send.add_argument("--read", action="store_true", help="wait until it is read")
    command("send-file", "offer a file and wait until it is saved", "contact", "path")
    listen = command("listen", "stay, and tell what happens")
    listen.add_argument("--commands", action="store_true", help="do what lines of JSON on the standard input say, and end with it")
    listen.add_argument("--accept", action="store_true", help="say yes to everybody who asks")
    listen.add_argument("--files", action="store_true", help="take every file that is offered")
    listen.add_argument("--downloads", type=Path, default=Path("."), help="where files go (%(default)s)")
    listen.add_argument("--no-receipts", action="store_true", help="do not say what was read")
    code = command("invite", "make an invite, and wait until it is used")
    code.add_argument("--accept", action="store_true", help="say yes to whoever uses it, and go")
    use = command("use-invite", "use an invite and wait for the answer", "code")
    use.add_argument("--note", help="what is said with it")
    special = command("special", "be found again wherever both are", "contact")
    special.add_argument("switch", choices=("on", "off"))
    command("block", "block a contact", "contact")
    command("unblock", "take a block back", "contact")
    command("remove", "forget a contact and the chat", "contact")
    return parser


class _Command:
    """One run of the command."""

    def __init__(self, options: argparse.Namespace, config: Config, store: Store) -> None:
        self._options = options
        self._config = config
        self._store = store
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._heard: Callable[[dict[str, Any]], None] = self._events.put_nowait

    async def run(self) -> int:
        """Runs it."""
        name = str(self._options.command).replace("-", "_")
        alone = getattr(self, f"_alone_{name}", None)
        if alone is not None:
            alone()
            return OK
        if not self._store.name:
            raise Exit(USAGE, "choose a name first: mesh-chat-cli name NAME")
        downloads = getattr(self._options, "downloads", Path("."))
        reads = not getattr(self._options, "no_receipts", False)
        node = Node(self._config, self._store, self._emit, downloads, reads)
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_quietly)
        task = asyncio.current_task()
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(one, lambda: task.cancel() if task is not None else None)
        try:
            await node.start()
            async with asyncio.timeout(None if name == "listen" else self._options.timeout):
                return int(await getattr(self, f"_with_{name}")(node) or OK)
        except asyncio.CancelledError:
            return OK
        finally:
            await asyncio.shield(node.stop())

    def _emit(self, event: str, data: dict[str, Any]) -> None:
        self._heard(described(self._store, event, data))

    def _print(self, value: dict[str, Any], line: str | None) -> None:
        if self._options.json:
            print(json.dumps(value, ensure_ascii=False), flush=True)
        elif line is not None:
            print(line, flush=True)

    def _contact(self, name: str) -> Contact:
        found = self._store.find_contact(name)
        if found is None:
            raise Exit(NOBODY, f"no contact is called {name}")
        return found

    async def _until(self, *events: str, **values: Any) -> dict[str, Any]:
        while True:
            event = await self._events.get()
            if event["event"] in events and all(event.get(name) == value for name, value in values.items()):
                return event

    # Without a connection

    def _alone_name(self) -> None:
        if not 1 <= len(self._options.name.encode()) <= 64 or not self._options.name.isprintable():
            raise Exit(USAGE, "a name has 1 to 64 bytes that can be printed")
        self._store.set_meta("name", self._options.name)

    def _alone_who(self) -> None:
        value = {"name": self._store.name, "key": crypto.to_base64url(self._store.key.public)}
        self._print(value, f"{value['name']}\n{value['key']}")

    def _alone_contacts(self) -> None:
        for one in self._store.contacts():
            value = {"contact": one.id, "name": one.name, "key": crypto.to_base64url(one.key), "special": one.special,
                     "theirSpecial": one.their_special, "blocked": one.blocked, "metAt": int(one.met_at * 1_000)}  # fmt: skip
            self._print(value, f"{one.id}\t{one.name}" + ("\tspecial" if one.special else "") + ("\tblocked" if one.blocked else ""))

    def _alone_log(self) -> None:
        contact = self._contact(self._options.contact)
        for one in self._store.messages(contact):
            at = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.at / 1_000))
            self._print(written(one), f"{at} {self._store.name if one.mine else contact.name} ({one.state}): {one.text!r}")

    def _alone_safety(self) -> None:
        digits = crypto.safety_number(self._store.key.public, self._contact(self._options.contact).key)
        self._print({"safety": digits}, " ".join(digits[at : at + 5] for at in range(0, 60, 5)))

    # With a connection

    async def _with_people(self, node: Node) -> None:
        await asyncio.sleep(self._options.seconds)
        for one, name in sorted(node.people().items(), key=lambda item: item[1]):
            contact = node.contact_of_id(one)
            value = {"id": one, "name": name, "contact": contact.id if contact is not None else None}
            self._print(value, name + ("\tcontact" if contact is not None else ""))

    async def _with_ask(self, node: Node) -> int:
        person = self._options.person
        while not any(person in one for one in node.people().items()):
            await self._until("listed")
        asking = asyncio.create_task(node.ask(person, self._options.note))
        return await self._answer(asking)

    async def _answer(self, asking: asyncio.Task[None]) -> int:
        answer = asyncio.create_task(self._until("contact", "rejected"))
        await asyncio.wait((asking, answer), return_when=asyncio.FIRST_COMPLETED)
        if asking.done():
            asking.result()
        event = await answer
        self._print(event, sentence(event))
        if event["event"] == "rejected":
            return REJECTED
        await self._until("profile")
        return OK

    async def _with_send(self, node: Node) -> None:
        contact = self._contact(self._options.contact)
        message_id = node.send_text(contact, self._options.text)
        wanted = ("read",) if self._options.read else ("delivered", "read")
        while True:
            message = self._store.message(contact, True, message_id)
            if message is not None and message.state in wanted:
                self._print(written(message), message.state)
                return
            await self._until("delivered", "read", contact=contact.id)

    async def _with_send_file(self, node: Node) -> int:
        contact, path = self._contact(self._options.contact), Path(self._options.path).resolve()
        offer = offer_of(path)
        message_id = node.send_text(contact, offer.name, offer, path)
        event = await self._until("file", message=message_id)
        while event["state"] not in ENDED:
            event = await self._until("file", message=message_id)
        self._print(event, event["state"])
        return OK if event["state"] == "saved" else REJECTED if event["state"] == "declined" else FAILED

    async def _with_listen(self, node: Node) -> None:
        def heard(event: dict[str, Any]) -> None:
            self._print(event, sentence(event))
            bot.heard(event)

        bot = Bot(node, heard, self._options.accept, self._options.files)
        while not self._events.empty():
            heard(self._events.get_nowait())
        self._heard = heard
        heard({"event": "ready", "name": self._store.name, "key": crypto.to_base64url(self._store.key.public)})
        await (bot.run() if self._options.commands else asyncio.Event().wait())

    async def _with_invite(self, node: Node) -> int:
        code = node.make_invite(self._options.timeout)
        await self._until("invite_open")
        self._print({"event": "invite", "code": code}, code)
        event = await self._until("request", invite=True)
        self._print(event, sentence(event))
        if not self._options.accept:
            return OK
        request = next(one for one in self._store.requests() if one.number == event["request"])
        node.answer(request, True)
        event = await self._until("profile")
        self._print(event, f"{event['name']} is a contact now")
        return OK

    async def _with_use_invite(self, node: Node) -> int:
        await self._until("online")
        return await self._answer(asyncio.create_task(node.use_invite(self._options.code, self._options.note)))

    async def _with_special(self, node: Node) -> None:
        node.set_special(self._contact(self._options.contact), self._options.switch == "on")

    async def _with_block(self, node: Node) -> None:
        await node.block(self._contact(self._options.contact), True)

    async def _with_unblock(self, node: Node) -> None:
        await node.block(self._contact(self._options.contact), False)

    async def _with_remove(self, node: Node) -> None:
        await node.remove(self._contact(self._options.contact))
