"""One participant: which ids are held, who is here, whom to call, and the conversations that are open.

It has no rules of its own: those are in the modules that it puts together.

Long because it is the one place that knows all parts, and has nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import secrets
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from . import crypto, ids, invite, limits, network, wire
from .beacon import Beacon
from .config import Config
from .discovery import Membership
from .files import Files
from .handshake import Secret
from .line import Line
from .link import Link, LinkClosed, NoAnswer
from .meeting import CALLED_BACK_AT_ONCE, OPEN_ACCEPTANCE_SECONDS, Meeting, SomebodyElse
from .rendezvous import Rendezvous
from .session import Session
from .signalling import Signalling, Taken, Unreachable
from .store import Acceptance, Asked, Contact, Invite, Store, WaitingRequest

log = logging.getLogger(__name__)

GHOST_SECONDS = 120.0
LOOK_UP_SECONDS = 60.0
LOOK_UP_AGAIN_SECONDS = 5.0
AT_ONCE_SECONDS = 10.0
FIRST_CALL_SECONDS = 2.0
LONGEST_CALL_SECONDS = 300.0
NOT_THE_CONTACT_SECONDS = 900.0
CALL_BACK_SECONDS = 10.0
INVITE_CALL_SECONDS = 4.0
INVITE_CALL_LONGEST_SECONDS = 600.0
WEEK_SECONDS = 7 * 86_400.0

Emit = Callable[[str, dict[str, Any]], None]


class Refusal(Exception):
    """Something that cannot be done, and why."""


class Node:
    """Everything that runs between `start` and `stop`."""

    def __init__(self, config: Config, store: Store, emit: Emit, downloads: Path, reads: bool = True) -> None:
        self.config = config
        self.store = store
        self.emit = emit
        self.sessions: dict[int, Session] = {}
        self.memberships: list[Membership] = []
        self.meeting = Meeting(self)
        self.public: tuple[str, ...] = config.addresses
        self.transport: Line | None = None
        self._downloads = downloads
        self._reads = reads
        self._signalling = Signalling(config.server)
        self._names = network.LocalNames()
        self._roots = [] if config.beacon is not None else [config.root]
        self._number = store.next_profile_number(10)
        self._running: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._wake: dict[int, asyncio.Event] = {}
        self._not_them: dict[str, float] = {}
        self._invites: dict[bytes, asyncio.Task[None]] = {}
        self._called_back: dict[int, float] = {}
        self._shown: dict[str, str] = {}
        self._links: set[Link] = set()
        self._stopped = False
        self._rendezvous = Rendezvous(self)

    # Beginning and end

    async def start(self) -> None:
        """Takes up everything."""
        self._spawn(self._hold_transport())
        self._spawn(self._look_up())
        if self.config.beacon is not None:
            self._spawn(Beacon(self.config.beacon, self._take_roots).run())
        for contact in self.store.contacts():
            self._seek(contact)
        for one in self.store.invites():
            self._hold_invite(one)
        for asked in self.store.asked():
            if asked.own_id is not None:
                self._spawn(self._wait_for_call(asked))
        for request in self.store.requests():
            if request.accepted:
                self.call_back_soon(request)
        for acceptance in self.store.acceptances():
            self._rendezvous.wait_for(acceptance)

    async def stop(self) -> None:
        """Says goodbye and gives everything up."""
        self._stopped = True
        links = list(self._links)
        for link in links:
            link.close(wire.Bye())
        tasks = [*self._tasks, *self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(link.wait_closed() for link in links), return_exceptions=True)
        await self._signalling.close()
        await self._names.close()

    def _spawn(self, steps: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(steps)
        if self._stopped:
            task.cancel()
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a task has failed", exc_info=task.exception())

    # Ids that are held

    def make_line(self, near: network.Near | None) -> Line:
        """A line with the settings of this device."""
        stun = self.config.stun[0] if self.config.stun else None
        return Line(self._names, near, stun, self.public, self._links)

    async def claim(self, own_id: str, line: Line) -> Line:
        """Registers an id."""
        return await line.claim(self._signalling, own_id)

    async def _hold_transport(self) -> None:
        wait, taken_since = 1.0, float("inf")
        while True:
            line = self.make_line(None)
            line.admit = lambda caller, tag, line=line: self.meeting.admit_at_transport(line, caller, tag)
            line.met = lambda link, context, line=line: self.meeting.met(line, link, context, near=False)
            own = self.store.transport_id(self.config.root)
            try:
                await line.claim(self._signalling, own)
            except (Unreachable, Taken) as error:
                self.emit("offline", {"why": "the own id is held" if isinstance(error, Taken) else str(error)})
                taken_since = min(taken_since, time.monotonic()) if isinstance(error, Taken) else float("inf")
                if time.monotonic() - taken_since > GHOST_SECONDS:
                    # It is no remnant of this program: somebody else has it, and contacts are told of another one.
                    self.store.set_meta("transport_id", ids.fresh_transport_id(self.config.root))
                    self.tell_profile()
                await asyncio.sleep(wait * random.uniform(0.75, 1))
                wait = min(wait * 2, 60)
                continue
            wait, taken_since = 1.0, float("inf")
            self.transport = line
            self.emit("online", {"transportID": own})
            self._wake_all()
            try:
                await line.lost.wait()
            finally:
                self.transport = None
                await asyncio.shield(line.release())

    async def _look_up(self) -> None:
        """Keeps the public addresses, and with them the networks that one is on."""
        while True:
            found = tuple(self.config.addresses)
            if not found:
                found = tuple(await network.public_addresses(list(self.config.stun), self.config.echo))
            if found != self.public or not self.memberships:
                self.public = found
                self.emit("addresses", {"addresses": list(found)})
                self._join()
            await asyncio.sleep(LOOK_UP_SECONDS if found else LOOK_UP_AGAIN_SECONDS)

    def _take_roots(self, roots: list[str]) -> None:
        self._roots = roots
        self.emit("roots", {"roots": roots})
        self._join()

    def _join(self) -> None:
        """Is in each namespace under each root, and in no other."""
        wanted = {(root, ids.namespace_of(one)) for root in self._roots for one in self.public}
        for place in [one for one in self._running if one not in wanted]:
            self._running.pop(place).cancel()
            self.memberships = [one for one in self.memberships if (one.place.root, one.place.namespace) != place]
        for root, namespace in sorted(wanted - set(self._running)):
            near = network.Near(namespace, (*self.public, *network.own_addresses()))
            one = Membership(
                self._signalling, near, root, self.make_line, self._entry, lambda: self.store.discovery_uuid, self._people_changed
            )
            one.taken_up = lambda line, one=one: self._discoverable(one, line)
            self.memberships.append(one)
            self._running[root, namespace] = asyncio.create_task(one.run())

    def _discoverable(self, membership: Membership, line: Line) -> None:
        line.admit = lambda caller, tag: self.meeting.admit_near(membership, line, caller, tag)
        line.met = lambda link, context: self.meeting.met(line, link, context, near=True)

    def _entry(self, discovery_id: str) -> wire.Entry:
        sealed = crypto.seal_transport(self.store.discovery_uuid, self.store.transport_id(self.config.root), discovery_id)
        return wire.Entry(discovery_id, self.store.name, int(time.time() * 1_000), sealed)

    # Who is here

    def people(self) -> dict[str, str]:
        """Everybody on the same network: id and name."""
        found: dict[str, str] = {}
        for membership in self.memberships:
            found |= {one.discovery_id: one.friendlyname for one in membership.people().values()}
        return found

    def contact_of_id(self, discovery_id: str) -> Contact | None:
        """Which contact has an id of today."""
        day = ids.day_of(time.time())
        uuid = discovery_id[-36:]
        for contact in self.store.contacts():
            if contact.discovery_uuid is None:
                continue
            for membership in self.memberships:
                for n in range(4):
                    if crypto.discovery_uuid(contact.discovery_uuid, membership.place.namespace, day, n) == uuid:
                        return contact
        return None

    def _people_changed(self, membership: Membership) -> None:
        self.emit("role", {"root": membership.place.root, "namespace": membership.place.namespace,
                           "role": membership.role(), "router": membership.router_id})  # fmt: skip
        now = self.people()
        for one in now.keys() - self._shown.keys():
            contact = self.contact_of_id(one)
            self.emit("listed", {"id": one, "name": now[one], "contact": contact.id if contact is not None else None})
            if contact is not None:
                self._wake_for(contact)
        for one in self._shown.keys() - now.keys():
            self.emit("left", {"id": one, "name": self._shown[one]})
        self._shown = now
        for request in self.store.requests():
            if request.accepted:
                self.call_back_soon(request)
        for session in self.sessions.values():
            if session.link.near and session.met.is_set():
                self._told_routers(session)

    def _told_routers(self, session: Session) -> None:
        routers = self._routers()
        if routers != session.told_routers:
            session.told_routers = routers
            with contextlib.suppress(LinkClosed):
                session.send_profile()

    def _routers(self) -> tuple[str, ...]:
        return tuple(one.router_id for one in self.memberships if one.router_id is not None)[: limits.PROFILE_ROUTERS]

    # Contacts

    def _seek(self, contact: Contact) -> None:
        if contact.id not in self._wake:
            self._wake[contact.id] = asyncio.Event()
            self._spawn(self._keep_meeting(contact.id))
        self._rendezvous.wait_for(contact)

    def _wake_for(self, contact: Contact) -> None:
        if contact.id in self._wake:
            self._wake[contact.id].set()

    def _wake_all(self) -> None:
        for event in self._wake.values():
            event.set()

    async def _keep_meeting(self, number: int) -> None:
        """Calls a contact wherever it may be, as long as it is not connected."""
        wake, wait = self._wake[number], FIRST_CALL_SECONDS
        while (contact := self.store.contact(number)) is not None:
            if not contact.blocked and number not in self.sessions:
                for line, other in self._addresses_of(contact):
                    if number in self.sessions:
                        break
                    await self._call(line, other, contact)
            if number in self.sessions:
                wait = FIRST_CALL_SECONDS
                await self.sessions[number].link.closed.wait()
            wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait * random.uniform(0.75, 1)):
                    await wake.wait()
                    wait = FIRST_CALL_SECONDS
                    continue
            wait = min(wait * 2, LONGEST_CALL_SECONDS)

    def _addresses_of(self, contact: Contact) -> list[tuple[Line, str]]:
        """Where it may be: its Discovery ID, the Transport ID that is sealed there, and the one that it has told."""
        found, transports = self._listed_contact(contact)
        if contact.transport_id is not None:
            transports.append(contact.transport_id)
        if self.transport is not None:
            for one in dict.fromkeys(transports):
                if one != self.transport.id and ids.is_transport_id(self.config.root, one):
                    found.append((self.transport, one))
        now = time.monotonic()
        return [(line, one) for line, one in found if self._not_them.get(one, 0.0) < now]

    def _listed_contact(self, contact: Contact) -> tuple[list[tuple[Line, str]], list[str]]:
        """Under which ids a contact is listed now, and the Transport IDs that are sealed there."""
        found: list[tuple[Line, str]] = []
        sealed: list[str] = []
        uuid, day = contact.discovery_uuid, ids.day_of(time.time())
        for membership in self.memberships:
            if uuid is None or membership.line is None:
                continue
            people, place = membership.people(), membership.place
            for n in range(4):
                one = ids.discovery_id(place.root, place.namespace, uuid, day, n)
                entry = people.get(one)
                if entry is not None:
                    found.append((membership.line, one))
                    opened = crypto.open_transport(uuid, entry.sealed_transport or b"", one)
                    sealed += [opened] if opened is not None else []
        return found, sealed

    async def _call(self, line: Line, other: str, contact: Contact) -> None:
        try:
            await self.meeting.authenticate(line, other, contact)
        except NoAnswer as error:
            log.info("a contact is not there: %s", error)
        except SomebodyElse:
            self._not_them[other] = time.monotonic() + NOT_THE_CONTACT_SECONDS
            self.emit("somebody_else", {"contact": contact.id})

    def accepted(self, contact: Contact) -> None:
        """Somebody is a contact from now on."""
        self.emit("contact", {"contact": contact.id})

    def begin(self, contact: Contact, link: Link) -> None:
        """A proven connection begins. Of two at once the one dialled by the smaller key stays; else the newer one."""
        before = self.sessions.get(contact.id)
        if before is not None and not before.link.closed.is_set():
            at_once = time.monotonic() - before.began < AT_ONCE_SECONDS and before.link.dialled != link.dialled
            own_is_smaller = self.store.key.public < contact.key
            if at_once and link.dialled != own_is_smaller:
                link.close(wire.Bye())
                return
            before.link.close(wire.Replaced())
        session = Session(self.store, contact, link, self.emit, lambda _: self._profile(session), self._reads)
        session.files = Files(self.store, session, self, self._downloads)
        session.heard_profile = self._heard_profile
        self.sessions[contact.id] = session
        self._spawn(self._talk(session))

    async def _talk(self, session: Session) -> None:
        contact = session.contact
        self.emit("connected", {"contact": contact.id, "near": session.link.near})
        self._seek(contact)
        try:
            await session.run()
        finally:
            if self.sessions.get(contact.id) is session:
                del self.sessions[contact.id]
                self.emit("disconnected", {"contact": contact.id})
                self._rendezvous.wait_for(contact)

    def _profile(self, session: Session) -> wire.Profile:
        near = session.link.near
        session.told_routers = self._routers()
        return wire.Profile(
            self._number,
            self.store.name,
            self.store.transport_id(self.config.root),
            self.store.discovery_uuid,
            near,
            session.contact.special,
            int(time.time() * 1_000),
            (session.told_routers or None) if near else None,
        )

    def _heard_profile(self, session: Session) -> None:
        for request in self.store.asked():
            if request.name == session.contact.name and request.invite is None:
                self.store.forget_asked(request.call_back)

    def tell_profile(self) -> None:
        """Something about oneself has changed."""
        self._number = self.store.next_profile_number()
        for session in self.sessions.values():
            with contextlib.suppress(LinkClosed):
                session.send_profile()

    # What the person wants

    def send_text(self, contact: Contact, text: str, file: wire.FileOffer | None = None, path: Path | None = None) -> str:
        """Stores a message, which is sent as soon as the contact is there; its id."""
        if not 1 <= len(text.encode()) <= limits.TEXT_BYTES:
            raise Refusal(f"a message has 1 to {limits.TEXT_BYTES} bytes")
        message_id = secrets.token_hex(16)
        if len(wire.Text(1, message_id, 0, text, file).encoded()) > limits.TEXT_JSON_BYTES:
            raise Refusal(f"a message has at most {limits.TEXT_JSON_BYTES} bytes as JSON")
        written = file.written() if file is not None else None
        if path is not None:
            self.store.add_file(contact, message_id, mine=True, path=str(path), state="offered")
        self.store.add_message(contact, True, message_id, int(time.time() * 1_000), text, written)
        if contact.id in self.sessions:
            self.sessions[contact.id].wake()
        else:
            self._wake_for(contact)
        return message_id

    async def ask(self, person: str, note: str | None) -> None:
        """Asks somebody who is listed, by id or name, and waits for the answer."""
        for membership in self.memberships:
            for one in membership.people().values():
                if person in (one.discovery_id, one.friendlyname) and membership.line is not None:
                    await self.meeting.ask(membership.line, one.discovery_id, one.friendlyname, note)
                    return
        raise Refusal(f"{person} is not on this network")

    def answer(self, request: WaitingRequest, yes: bool) -> None:
        """Says yes or no to a request."""
        self.meeting.answer(request, yes)

    def set_special(self, contact: Contact, special: bool) -> None:
        """Is to be found again wherever both are."""
        self.store.change_contact(contact, special=special)
        if contact.id in self.sessions:
            self.sessions[contact.id].contact.special = special
        self.tell_profile()
        self._rendezvous.wait_for(contact)

    async def block(self, contact: Contact, blocked: bool) -> None:
        """Blocks or unblocks; who is blocked does not know where one is from now on."""
        self.store.change_contact(contact, blocked=blocked, awaited=not blocked or contact.awaited)
        if blocked:
            await self._end_trust(contact)
        else:
            self._rendezvous.wait_for(contact)
            self._wake_for(contact)

    async def remove(self, contact: Contact) -> None:
        """Forgets a contact, who does not know where one is from now on."""
        await self._end_trust(contact)
        self.store.remove_contact(contact)

    async def _end_trust(self, contact: Contact) -> None:
        self.store.end_trust(self.config.root)
        if contact.id in self.sessions:
            self.sessions[contact.id].link.close(wire.Bye())
            await self.sessions[contact.id].link.wait_closed()
        self.tell_profile()
        # The former ids are given up at once; contacts who stay and are away find the new ones at their next meeting.
        if self.transport is not None:
            await self.transport.release()
        for place, task in list(self._running.items()):
            task.cancel()
            await asyncio.wait((task,))
            del self._running[place]
        self.memberships = []
        self._join()

    # Calls back

    def call_back_soon(self, request: WaitingRequest) -> None:
        """Says yes to somebody who has asked and gone, as soon as they are seen."""
        found = self._listed(request) if request.invite is None else []
        now = time.monotonic()
        if found and now >= self._called_back.get(request.number, 0.0):
            self._called_back[request.number] = now + CALL_BACK_SECONDS
            self._spawn(self._call_back(request, found))

    def _listed(self, request: WaitingRequest) -> list[tuple[Membership, str]]:
        """Where whoever has asked may be: at the id of then, else at those of the name."""
        people = [(one, entry) for one in self.memberships for entry in one.people().values()]
        found = [(one, entry.discovery_id) for one, entry in people if entry.discovery_id == request.id]
        named = [(one, entry.discovery_id) for one, entry in people if entry.friendlyname == request.name]
        return found or named[:CALLED_BACK_AT_ONCE]

    async def _call_back(self, request: WaitingRequest, found: list[tuple[Membership, str]]) -> None:
        for membership, other in found:
            if membership.line is None:
                continue
            try:
                await self.meeting.call_back(membership.line, other, request)
            except (NoAnswer, SomebodyElse) as error:
                log.info("a call back: %r", error)
            else:
                return

    def acceptance_broke(self, pair_secret: bytes) -> None:
        """The other side has not finished an acceptance: it is called back, and waited for."""
        found = next((one for one in self.store.acceptances() if one.pair_secret == pair_secret), None)
        if found is not None:
            self._spawn(self._finish_acceptance(found))
            self._rendezvous.wait_for(found)

    async def _finish_acceptance(self, acceptance: Acceptance) -> None:
        await asyncio.sleep(OPEN_ACCEPTANCE_SECONDS)
        if all(one.pair_secret != acceptance.pair_secret for one in self.store.acceptances()):
            return
        for membership in self.memberships:
            if membership.place.takes(acceptance.id) and membership.line is not None:
                with contextlib.suppress(NoAnswer, SomebodyElse):
                    await self.meeting.authenticate(membership.line, acceptance.id, acceptance)

    # Invites

    def make_invite(self, seconds: float = WEEK_SECONDS) -> str:
        """A code for somebody who is elsewhere."""
        if len(self.store.invites()) >= limits.INVITES:
            raise Refusal(f"{limits.INVITES} invites are open")
        one = invite.fresh(time.time(), min(seconds, WEEK_SECONDS))
        self.store.add_invite(one)
        self._hold_invite(one)
        return invite.write(one)

    def spend_invite(self, uuid: bytes) -> None:
        """An invite is used up: its id is given up once its last connection is no call any more."""
        self.store.spend_invite(uuid)
        if uuid in self._invites:
            asyncio.get_running_loop().call_later(1, self._invites.pop(uuid).cancel)

    def _hold_invite(self, one: Invite) -> None:
        self._invites[one.uuid] = self._spawn(self._wait_at_invite(one))

    async def _wait_at_invite(self, one: Invite) -> None:
        wait = INVITE_CALL_SECONDS
        while time.time() < one.until:
            line = self.make_line(None)
            line.admit = lambda caller, tag, line=line: self._admit_at_invite(one, line, caller, tag)
            line.met = lambda link, context, line=line: self.meeting.met(line, link, context, near=False)
            try:
                await line.claim(self._signalling, invite.invite_id(self.config.root, one.uuid))
            except (Unreachable, Taken):
                await asyncio.sleep(LOOK_UP_AGAIN_SECONDS)
                continue
            self.emit("invite_open", {"id": line.id})
            try:
                while not line.lost.is_set():
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(wait):
                            await line.lost.wait()
                    for request in self.store.requests():
                        if request.invite == one.uuid and request.accepted:
                            wait = min(wait * 2, INVITE_CALL_LONGEST_SECONDS)
                            with contextlib.suppress(NoAnswer, SomebodyElse):
                                await self.meeting.call_back(line, request.id, request)
            finally:
                await asyncio.shield(line.release())

    def _admit_at_invite(self, one: Invite, line: Line, caller: str, tag: str) -> Any:
        waiting = [request for request in self.store.requests() if request.invite == one.uuid]
        if not ids.is_transport_id(self.config.root, caller):
            return None
        for request in waiting:
            if crypto.is_tag_of(request.call_back, tag, caller, line.id):
                return Secret(request.call_back, request)
        if any(request.id != caller for request in waiting):
            return None
        if crypto.is_tag_of(one.secret, tag, caller, line.id):
            return Secret(one.secret, one)
        for acceptance in self.store.acceptances():
            if crypto.is_tag_of(acceptance.pair_secret, tag, caller, line.id):
                return Secret(acceptance.pair_secret, acceptance)
        return None

    async def use_invite(self, code: str, note: str | None) -> None:
        """Asks whoever has made an invite, and waits for the answer."""
        one = invite.read(code, time.time())
        if any(mine.uuid == one.uuid for mine in self.store.invites()):
            raise Refusal("this invite is one's own")
        again = next((asked for asked in self.store.asked() if asked.invite == one.uuid), None)
        own = again.own_id if again is not None and again.own_id else ids.fresh_transport_id(self.config.root)
        line = await self.make_line(None).claim(self._signalling, own)
        other = invite.invite_id(self.config.root, one.uuid)
        self._admit_call_back(line, other)
        try:
            await self.meeting.use_invite(line, one, other, note)
        except SomebodyElse:
            raise Refusal("whoever answers does not know the invite") from None
        finally:
            self._spawn(self._wait_for_answer(line, one.uuid))

    def _admit_call_back(self, line: Line, maker: str) -> None:
        def admit(caller: str, tag: str) -> Any:
            for asked in self.store.asked():
                if caller == maker == asked.id and crypto.is_tag_of(asked.call_back, tag, caller, line.id):
                    return Secret(asked.call_back, asked)
            return None

        line.admit = admit
        line.met = lambda link, context: self.meeting.met(line, link, context, near=False)

    async def _wait_for_answer(self, line: Line, uuid: bytes) -> None:
        """Holds the id from which an invite was used as long as no answer has come."""
        try:
            while not line.lost.is_set() and any(one.invite == uuid for one in self.store.asked()):
                await asyncio.sleep(1)
            await asyncio.sleep(1)
        finally:
            await asyncio.shield(line.release())

    async def _wait_for_call(self, asked: Asked) -> None:
        line = self.make_line(None)
        self._admit_call_back(line, asked.id)
        with contextlib.suppress(Unreachable, Taken):
            await line.claim(self._signalling, asked.own_id or "")
            await self._wait_for_answer(line, asked.invite or b"")
