"""Who is let in, and how a connection becomes a conversation: requests, acceptances, known contacts, calls back.

Long because every way in which two can meet ends in the same few steps, which are to be read together.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import crypto, ids, limits, wire
from .handshake import Greeting, Secret, WrongProof, be_greeted, greet
from .line import Line
from .link import Link, LinkClosed, NoAnswer
from .pace import Bucket
from .registry import Misbehaviour
from .store import Acceptance, Asked, Contact, Invite, WaitingRequest

if TYPE_CHECKING:
    from .discovery import Membership
    from .node import Node

log = logging.getLogger(__name__)

PROOF_SECONDS = 10.0
ANSWER_SECONDS = 600.0
OPEN_ACCEPTANCE_SECONDS = 5.0
CALLED_BACK_AT_ONCE = 8

STRANGER = object()

Faults = (LinkClosed, NoAnswer, TimeoutError, wire.Malformed, Misbehaviour, WrongProof)


class SomebodyElse(Exception):
    """At a contact's address somebody answers who does not know the secret."""


@dataclass
class FileCall:
    """A call that a contact has announced, to fetch files."""

    take: Callable[[Link], Awaitable[None]]


@dataclass
class _OwnRequest:
    """A request of one's own that is on its way: for when the other asks, too."""

    other: str
    greeting: Greeting
    link: Link
    sent: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class _OpenRequest:
    """A request of somebody who is still connected."""

    request: WaitingRequest
    link: Link
    greeting: Greeting
    answer: asyncio.Future[bool]


class Meeting:
    """All handshakes of a node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._store = node.store
        self._own: dict[str, _OwnRequest] = {}
        self._open: dict[int, _OpenRequest] = {}
        self._crossed_early: tuple[str, bytes, bytes] | None = None
        self._strangers = 0
        self._strangers_pace = Bucket(limits.STRANGERS_A_MINUTE, limits.STRANGERS_A_MINUTE / 60)

    # Who is let in

    def pairs(self) -> list[Secret]:
        """The secrets of all contacts who are not blocked, and of acceptances that are not finished."""
        found = [Secret(one.pair_secret, one) for one in self._store.contacts() if not one.blocked]
        return found + [Secret(one.pair_secret, one) for one in self._store.acceptances()]

    def admit_at_transport(self, line: Line, caller: str, tag: str) -> Any:
        """At the Transport ID only who shows the secret of a contact."""
        if not ids.is_transport_id(self._node.config.root, caller):
            return None
        for session in self._node.sessions.values():
            if session.files is not None and session.files.awaits(tag) and caller == session.contact.transport_id:
                return FileCall(session.files.take_call)
        return _by_tag(self.pairs(), tag, caller, line.id)

    def admit_near(self, membership: Membership, line: Line, caller: str, tag: str) -> Any:
        """At a Discovery ID whoever is on the same network under the same root."""
        if not membership.place.takes(caller):
            return None
        found = _by_tag(self._near_secrets(), tag, caller, line.id)
        if found is None and (self._strangers >= limits.STRANGERS_AT_ONCE or not self._strangers_pace.take()):
            return None
        return found or STRANGER

    def _near_secrets(self) -> list[Secret]:
        asked = [Secret(one.call_back, one) for one in self._store.asked() if one.invite is None]
        # Whoever was asked does not show the secret, so that nobody recognises on another day whom they have asked.
        waiting = [Secret(one.call_back, one, shown=False) for one in self._store.requests() if one.invite is None]
        return [*self.pairs(), *asked, *waiting]

    # Being called

    async def met(self, line: Line, link: Link, context: Any, near: bool) -> bool:
        """Goes on with whoever has called and was admitted; whether it has come to a good end."""
        if isinstance(context, FileCall):
            await context.take(link)
            return True
        known: Iterable[Secret] = self._near_secrets() if context is STRANGER else [context]
        self._strangers += context is STRANGER
        try:
            greeting = await be_greeted(link, known)
        except Faults as error:
            log.info("a caller: %r", error)
            link.close()
            return False
        finally:
            self._strangers -= context is STRANGER
        line.forget_calls_of(link.remote_id, but=link.connection_id)
        if context is not STRANGER and greeting.known is None:
            link.close()
            return False
        with contextlib.suppress(NoAnswer):
            await self._guard(link, self._go_on(line, link, greeting, near))
            return True
        return False

    async def _go_on(self, line: Line, link: Link, greeting: Greeting, near: bool) -> None:
        of = greeting.known.of if greeting.known is not None else None
        if isinstance(of, Contact | Acceptance):
            await self._be_authenticated(link, greeting, of)
        elif isinstance(of, Asked):
            await self._be_called_back(link, greeting, of)
        else:
            await self._be_asked(line, link, greeting, of, near)

    async def _be_authenticated(self, link: Link, greeting: Greeting, of: Contact | Acceptance) -> None:
        async with asyncio.timeout(PROOF_SECONDS):
            frame = await link.hear(wire.HANDSHAKE)
        if isinstance(frame, wire.Bye):
            raise LinkClosed
        if not isinstance(frame, wire.Auth):
            raise Misbehaviour("a known caller proves a key")
        key = self._check_auth(greeting, "auth initiator", frame)
        contact = self._of_proof(of, key)
        other = key if isinstance(of, Contact) else None
        link.send(wire.Auth(**greeting.proof("auth responder", self._store.key, other)))
        self._node.begin(contact, link)

    def _check_auth(self, greeting: Greeting, label: str, frame: wire.Auth) -> bytes:
        try:
            return greeting.check(label, frame, self._store.key.public)
        except WrongProof:
            # Who has not finished an acceptance does not know the key of the other side.
            return greeting.check(label, frame, None)

    def _of_proof(self, of: Contact | Acceptance, key: bytes) -> Contact:
        if isinstance(of, Contact):
            if of.key != key:
                raise WrongProof("a proof by another key")
            return of
        contact = self._store.contact_of_key(key)
        if contact is not None and contact.blocked:
            raise Misbehaviour("who was accepted is blocked")
        contact = self._store.save_accepted(key, of.name, of.pair_secret)
        self._node.accepted(contact)
        return contact

    async def _be_called_back(self, link: Link, greeting: Greeting, asked: Asked) -> None:
        """Whoever was asked says yes now: their request is accepted without a question."""
        frame = await self._hear_request(link)
        self._store.forget_asked(asked.call_back)
        await self._accept(link, greeting, frame.friendlyname)

    async def _hear_request(self, link: Link) -> wire.Request:
        async with asyncio.timeout(PROOF_SECONDS):
            frame = await link.hear(wire.HANDSHAKE)
        if isinstance(frame, wire.Bye):
            raise LinkClosed
        if not isinstance(frame, wire.Request):
            raise Misbehaviour("a stranger asks")
        return frame

    async def _be_asked(self, line: Line, link: Link, greeting: Greeting, of: Any, near: bool) -> None:
        frame = await self._hear_request(link)
        own = self._own.get(link.remote_id)
        if own is not None and line.id < link.remote_id:
            await own.sent.wait()
            link.close(wire.Crossed(crypto.crossed(own.greeting.call_back, greeting.th)))
            return
        if self._store.is_refused(link.remote_id):
            link.close(wire.Rejected())
            return
        if self._was_crossed(link.remote_id, greeting) or (isinstance(of, WaitingRequest) and of.accepted):
            if isinstance(of, WaitingRequest):
                self._store.forget_request(of)
            await self._accept(link, greeting, frame.friendlyname)
            return
        invite = of.uuid if isinstance(of, Invite) else of.invite if isinstance(of, WaitingRequest) else None
        note = frame.note if frame.note is not None and len(frame.note.encode()) <= limits.NOTE_BYTES else None
        instead = of.call_back if isinstance(of, WaitingRequest) else None
        request = self._store.add_request(greeting.call_back, frame.friendlyname, note, link.remote_id, invite, instead)
        opened = _OpenRequest(request, link, greeting, asyncio.get_running_loop().create_future())
        self._open[request.number] = opened
        self._node.emit("request", {"request": request})
        try:
            yes = await self._wait_for_answer(opened)
        finally:
            self._open.pop(request.number, None)
        if yes is None:
            link.close(wire.Rejected() if near and not link.closed.is_set() else None)
        elif yes:
            await self._accept(link, greeting, frame.friendlyname, request)
        else:
            link.close(wire.Rejected())

    async def _wait_for_answer(self, opened: _OpenRequest) -> bool | None:
        """What the person says; none after ten minutes, or where the other side has gone."""
        hearing = asyncio.create_task(self._hear_end(opened.link))
        done, _ = await asyncio.wait((hearing, opened.answer), timeout=ANSWER_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if opened.answer in done:
            hearing.cancel()
            await asyncio.wait((hearing,))
            return opened.answer.result()
        hearing.cancel()
        return None

    async def _hear_end(self, link: Link) -> None:
        """Whoever waits for an answer has nothing to say but goodbye."""
        with contextlib.suppress(LinkClosed):
            frame = await link.hear(wire.HANDSHAKE)
            if not isinstance(frame, wire.Bye):
                log.info("a word while a request waits")
        link.close()

    async def _accept(self, link: Link, greeting: Greeting, name: str, request: WaitingRequest | None = None) -> None:
        self._store.add_acceptance(greeting.pair_secret, name, link.remote_id)
        if request is not None:
            self._store.forget_request(request)
            if request.invite is not None:
                self._node.spend_invite(request.invite)
        try:
            link.send(wire.Accepted(**greeting.proof("accepted", self._store.key, None), friendlyname=self._store.name))
            async with asyncio.timeout(PROOF_SECONDS):
                frame = await link.hear(wire.HANDSHAKE)
            if not isinstance(frame, wire.Confirm):
                raise Misbehaviour("an acceptance is confirmed")
        except (LinkClosed, TimeoutError):
            self._node.acceptance_broke(greeting.pair_secret)
            raise
        key = greeting.check("confirm", frame, self._store.key.public)
        known = self._store.contact_of_key(key)
        if known is not None and known.blocked:
            self._store.change_contact(known, pair_secret=greeting.pair_secret)
            raise Misbehaviour("who was accepted is blocked")
        contact = self._save(key, name, greeting.pair_secret)
        self._node.accepted(contact)
        self._node.begin(contact, link)

    def _save(self, key: bytes, name: str, pair_secret: bytes) -> Contact:
        """Stores a new contact. Of two acceptances at once both sides keep the smaller secret."""
        known = self._store.contact_of_key(key)
        if known is not None and known.awaited and time.time() - known.met_at < ANSWER_SECONDS:
            pair_secret = min(pair_secret, known.pair_secret)
        return self._store.save_accepted(key, name, pair_secret)

    def answer(self, request: WaitingRequest, yes: bool) -> None:
        """The person answers a request."""
        opened = self._open.get(request.number)
        if not yes:
            self._store.refuse(request.name, request.id)
            self._store.forget_request(request)
            if request.invite is not None:
                self._node.spend_invite(request.invite)
        else:
            self._store.accept_request(request)
        if opened is not None and not opened.answer.done() and not opened.link.closed.is_set():
            opened.answer.set_result(yes)
        elif yes:
            self._node.call_back_soon(request)

    # Calling

    async def ask(self, line: Line, other: str, name: str, note: str | None) -> None:
        """Asks somebody on the network, and waits until there is an answer or the connection ends."""
        again = next((one for one in self._store.asked() if one.invite is None and (one.id == other or one.name == name)), None)
        waiting = next((one for one in self._store.requests() if one.id == other or one.name == name), None)
        shown = None
        if waiting is not None:
            shown = Secret(waiting.call_back, waiting)
        elif again is not None:
            shown = Secret(again.call_back, again)
        link = await line.dial(other, secret=shown.secret if shown is not None else None)
        await self._guard(link, self._ask(line, link, shown, name, note, None, None))

    async def _ask(
        self, line: Line, link: Link, shown: Secret | None, name: str, note: str | None, own_id: str | None, invite: bytes | None
    ) -> None:
        greeting = await greet(link, shown)
        if invite is not None and greeting.known is None:
            raise SomebodyElse
        asked = Asked(greeting.call_back, name, link.remote_id, own_id, invite, time.time())
        self._store.add_asked(asked, shown.secret if shown is not None else None)
        own = _OwnRequest(link.remote_id, greeting, link)
        self._own[link.remote_id] = own
        try:
            link.send(wire.Request(self._store.name, note))
            own.sent.set()
            self._cross(line, own)
            self._node.emit("asked", {"name": name, "id": link.remote_id})
            frame = await link.hear(wire.HANDSHAKE)
        finally:
            own.sent.set()
            self._own.pop(link.remote_id, None)
        if isinstance(frame, wire.Accepted):
            self._finish(link, greeting, frame)
        elif isinstance(frame, wire.Rejected):
            self._node.emit("rejected", {"name": name, "id": link.remote_id})
            link.close()
        elif isinstance(frame, wire.Crossed):
            link.close()
            self._crossed(link.remote_id, greeting, frame)
        elif isinstance(frame, wire.Bye):
            raise LinkClosed
        else:
            raise Misbehaviour("a request is answered with yes or no")

    def _cross(self, line: Line, own: _OwnRequest) -> None:
        """Whom one has just asked may have asked, too: of the two requests that of the smaller id goes on."""
        for opened in list(self._open.values()):
            if opened.link.remote_id == own.other and line.id < own.other:
                self._store.forget_request(opened.request)
                opened.link.close(wire.Crossed(crypto.crossed(own.greeting.call_back, opened.greeting.th)))

    def _finish(self, link: Link, greeting: Greeting, frame: wire.Accepted) -> None:
        key = greeting.check("accepted", frame, None)
        known = self._store.contact_of_key(key)
        if known is not None and known.blocked:
            raise Misbehaviour("who has accepted is blocked")
        contact = self._save(key, frame.friendlyname, greeting.pair_secret)
        self._store.forget_asked(greeting.call_back)
        link.send(wire.Confirm(**greeting.proof("confirm", self._store.key, key)))
        self._node.accepted(contact)
        self._node.begin(contact, link)

    def _crossed(self, other: str, greeting: Greeting, frame: wire.Crossed) -> None:
        """Both have asked: the other's request goes on, and is as good as accepted."""
        self._store.forget_asked(greeting.call_back)
        for opened in self._open.values():
            expected = crypto.crossed(opened.greeting.call_back, greeting.th)
            if opened.link.remote_id == other and crypto.equal(frame.mac, expected):
                self.answer(opened.request, True)
                return
        # It comes on another connection than the request, which may be later.
        self._crossed_early = (other, frame.mac, greeting.th)

    def _was_crossed(self, other: str, greeting: Greeting) -> bool:
        """Says whether the other has said already that this request of theirs goes on in the place of one's own."""
        if self._crossed_early is None or self._crossed_early[0] != other:
            return False
        _, mac, th = self._crossed_early
        return crypto.equal(mac, crypto.crossed(greeting.call_back, th))

    async def authenticate(self, line: Line, other: str, contact: Contact | Acceptance) -> None:
        """Calls a contact; `SomebodyElse` where it is another who answers there."""
        secret = Secret(contact.pair_secret, contact)
        link = await line.dial(other, secret=secret.secret)
        await self._guard(link, self._authenticate(link, secret))

    async def _authenticate(self, link: Link, secret: Secret) -> None:
        greeting = await greet(link, secret)
        if greeting.known is None:
            raise SomebodyElse
        of = secret.of
        link.send(wire.Auth(**greeting.proof("auth initiator", self._store.key, of.key if isinstance(of, Contact) else None)))
        async with asyncio.timeout(PROOF_SECONDS):
            frame = await link.hear(wire.HANDSHAKE)
        if isinstance(frame, wire.Bye):
            raise LinkClosed
        if not isinstance(frame, wire.Auth):
            raise Misbehaviour("a proof is answered with one")
        self._node.begin(self._of_proof(of, self._check_auth(greeting, "auth responder", frame)), link)

    async def call_back(self, line: Line, other: str, request: WaitingRequest) -> None:
        """Says yes to somebody who has asked and gone: they say yes to a request without a question."""
        secret = Secret(request.call_back, request)
        link = await line.dial(other, secret=secret.secret)
        await self._guard(link, self._call_back(link, secret, request))

    async def _call_back(self, link: Link, secret: Secret, request: WaitingRequest) -> None:
        greeting = await greet(link, secret)
        if greeting.known is None:
            raise SomebodyElse
        link.send(wire.Request(self._store.name))
        async with asyncio.timeout(PROOF_SECONDS):
            frame = await link.hear(wire.HANDSHAKE)
        if not isinstance(frame, wire.Accepted):
            raise Misbehaviour("who has asked says yes when called back")
        self._finish(link, greeting, frame)
        self._store.forget_request(request)
        if request.invite is not None:
            self._node.spend_invite(request.invite)

    async def use_invite(self, line: Line, invite: Invite, other: str, note: str | None) -> None:
        """Asks the maker of an invite."""
        again = next((one for one in self._store.asked() if one.invite == invite.uuid), None)
        shown = Secret(again.call_back, again) if again is not None else Secret(invite.secret, invite)
        link = await line.dial(other, secret=shown.secret)
        await self._guard(link, self._ask(line, link, shown, "", note, line.id, invite.uuid))

    async def _guard(self, link: Link, steps: Awaitable[None]) -> None:
        """Closes the connection where a step fails, and tells whoever has called what it was."""
        try:
            await steps
        except BaseException as error:
            link.close()
            if isinstance(error, LinkClosed):
                raise NoAnswer("the connection has ended") from error
            if isinstance(error, TimeoutError):
                raise NoAnswer("no answer") from error
            if isinstance(error, WrongProof | wire.Malformed | Misbehaviour):
                log.warning("a handshake: %s", error)
                raise NoAnswer(str(error)) from error
            raise


def _by_tag(known: list[Secret], tag: str, caller: str, called: str) -> Secret | None:
    return next((one for one in known if crypto.is_tag_of(one.secret, tag, caller, called)), None)
