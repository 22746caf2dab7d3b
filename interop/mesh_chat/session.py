"""A conversation with a contact over one connection: profiles, and texts that arrive once and in order.

What is on which disk is agreed upon anew on each connection, as either may be older than it was.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import limits, wire
from .link import Link, LinkClosed
from .pace import Bucket
from .registry import Misbehaviour
from .store import Contact, Message, Store

if TYPE_CHECKING:
    from .files import Files

log = logging.getLogger(__name__)

SILENCE_SECONDS = 60.0
PONG_SECONDS = 10.0
PROFILE_BURST = 12
PROFILE_A_SECOND = 0.1

Emit = Callable[[str, dict[str, Any]], None]


class Session:
    """One proven connection."""

    def __init__(
        self, store: Store, contact: Contact, link: Link, emit: Emit, profile: Callable[[Link], wire.Profile], reads: bool
    ) -> None:
        self.contact = contact
        self.link = link
        self.met = asyncio.Event()
        self.replaced = False
        self.away = False
        self.began = time.monotonic()
        self.told_routers: tuple[str, ...] | None = None
        self.files: Files | None = None
        self.heard_profile: Callable[[Session], None] = lambda session: None
        self._store = store
        self._emit = emit
        self._profile = profile
        self._reads = reads
        self._heard_have = False
        self._sent_have = False
        self._position: int | None = None
        self._asked: list[list[Message]] = []
        self._sent: list[Message] = []
        self._acked = 0
        self._heard = 0
        self._acknowledged = 0
        self._texts = Bucket(limits.TEXT_BURST, limits.TEXTS_A_SECOND)
        self._budget = Bucket(limits.SESSION_BURST, limits.SESSION_A_SECOND)
        self._profiles = Bucket(PROFILE_BURST, PROFILE_A_SECOND)
        self._more = asyncio.Event()

    async def run(self) -> None:
        """Talks until the connection ends."""
        tasks = [asyncio.create_task(self._send_texts()), asyncio.create_task(self._watch())]
        try:
            self.send_profile()
            self._say_have()
            if self.files is not None:
                self.files.begin()
            while True:
                frame = await self.link.hear(wire.SESSION)
                if not self._budget.take():
                    raise Misbehaviour("more messages than anybody needs")
                if not await self._hear(frame):
                    return
        except LinkClosed:
            pass
        except (wire.Malformed, Misbehaviour) as error:
            log.warning("a contact: %s", error)
            self._emit("misbehaved", {"contact": self.contact.id, "why": str(error)})
        finally:
            for task in tasks:
                task.cancel()
            if self.files is not None:
                self.files.end()
            self.link.close(wire.Bye())

    def send_profile(self) -> None:
        """Tells who one is and where one is found."""
        self.link.send(self._profile(self.link))

    def say(self, frame: wire.Frame) -> None:
        """Sends what needs no order; on a connection that has ended nothing happens."""
        with contextlib.suppress(LinkClosed):
            self.link.send(frame)

    def wake(self) -> None:
        """There is a new text to send."""
        self._more.set()

    def see(self) -> None:
        """The person has seen everything."""
        seen = self._store.see_all(self.contact)
        if seen is not None and self._reads and self._sent_have:
            self.say(wire.Read(seen))
        with contextlib.suppress(LinkClosed):
            self._acknowledge()
            if not self._sent_have:
                self._say_have()

    async def _hear(self, frame: wire.Frame) -> bool:
        if isinstance(frame, wire.Profile):
            self._hear_profile(frame)
        elif isinstance(frame, wire.Have):
            self._hear_have(frame)
        elif isinstance(frame, wire.Ask):
            self._hear_ask(frame)
        elif isinstance(frame, wire.Known):
            self._hear_known(frame)
        elif isinstance(frame, wire.Text):
            self._hear_text(frame)
        elif isinstance(frame, wire.Ack):
            self._hear_ack(frame)
        elif isinstance(frame, wire.Read):
            self._hear_read(frame.id)
        elif isinstance(frame, wire.Typing):
            self._emit("typing", {"contact": self.contact.id})
        elif isinstance(frame, wire.Scanned):
            # This program shows no code: no token is one that it has shown, and nobody is verified by it.
            self._emit("scanned", {"contact": self.contact.id})
        elif isinstance(frame, wire.Ping):
            self.link.send(wire.Pong())
        elif isinstance(frame, wire.Bye):
            return False
        elif isinstance(frame, wire.Replaced):
            self.replaced = True
            return False
        elif isinstance(frame, wire.FileState | wire.Channel | wire.Awaited | wire.Bound):
            if self.files is not None:
                self.files.hear(frame)
        return True

    def _hear_profile(self, frame: wire.Profile) -> None:
        if not self._profiles.take():
            raise Misbehaviour("more profiles than anybody needs")
        if bool(frame.away) != self.away:
            self.away = bool(frame.away)
            self._emit("presence", {"contact": self.contact.id, "away": self.away})
        if frame.number >= self.contact.number and frame.special != self.contact.their_special:
            self._store.change_contact(self.contact, their_special=frame.special)
        if frame.number > self.contact.number:
            self._store.change_contact(
                self.contact,
                number=frame.number,
                name=frame.friendlyname,
                transport_id=frame.transport_id,
                discovery_uuid=frame.discovery_uuid,
            )
        elif self.met.is_set():
            return
        if not self.met.is_set():
            self.met.set()
            self._store.change_contact(self.contact, met_at=time.time(), awaited=False)
        self._emit("profile", {"contact": self.contact.id})
        self.heard_profile(self)

    # What is on which disk

    def _say_have(self) -> None:
        if self._store.unseen(self.contact) >= limits.UNSEEN:
            return
        last = self._store.last(self.contact, mine=False)
        seen = self._store.last(self.contact, mine=False, state="seen") if self._reads else None
        self.link.send(wire.Have(last.id if last else None, seen.id if seen else None))
        self._sent_have = True

    def _hear_have(self, frame: wire.Have) -> None:
        if self._heard_have:
            raise Misbehaviour("a second have")
        self._heard_have = True
        last = self._store.message(self.contact, True, frame.last) if frame.last is not None else None
        if last is not None:
            self._agree(last.seq)
        else:
            if frame.last is not None:
                self._emit("older", {"contact": self.contact.id})
            newest = self._store.own_newest(self.contact, limits.ASK_IDS_IN_ALL)
            self._asked = [newest[at : at + limits.ASK_IDS] for at in range(0, len(newest), limits.ASK_IDS)]
            self._ask_next(newest[-1].seq - 1 if newest else 0)
        if frame.read_ is not None:
            self._hear_read(frame.read_)

    def _ask_next(self, otherwise: int) -> None:
        if self._asked:
            self.link.send(wire.Ask(tuple(one.id for one in self._asked[0])))
        else:
            self._agree(otherwise)

    def _hear_ask(self, frame: wire.Ask) -> None:
        found = [self._store.message(self.contact, False, one) for one in frame.ids]
        newest = max((one for one in found if one is not None), key=lambda one: one.seq, default=None)
        self.link.send(wire.Known(newest.id if newest else None))

    def _hear_known(self, frame: wire.Known) -> None:
        if not self._asked:
            raise Misbehaviour("a known that was not asked")
        batch = self._asked.pop(0)
        if frame.id is None:
            self._ask_next(batch[-1].seq - 1)
            return
        found = next((one for one in batch if one.id == frame.id), None)
        if found is None:
            raise Misbehaviour("a known of what was not asked")
        self._asked = []
        self._agree(found.seq)

    def _agree(self, position: int) -> None:
        newest = self._store.own_newest(self.contact, limits.ASK_IDS_IN_ALL)
        if newest:
            position = max(position, newest[-1].seq - 1)
        position = max(position, self.contact.since)
        was = self._store.last(self.contact, mine=True, state="delivered")
        self._store.agree(self.contact, position)
        now = self._store.last(self.contact, mine=True, state="delivered")
        if now is not None and (was is None or now.seq > was.seq):
            self._emit("delivered", {"contact": self.contact.id, "message": now.id})
        self._position = position
        self._more.set()

    # Texts

    async def _send_texts(self) -> None:
        with contextlib.suppress(LinkClosed):
            while True:
                await self._more.wait()
                self._more.clear()
                while self._position is not None and len(self._sent) - self._acked < limits.IN_FLIGHT:
                    message = self._store.next_to_send(self.contact, self._position)
                    if message is None:
                        break
                    await asyncio.sleep(self._texts.wait())
                    self._texts.take()
                    self._sent.append(message)
                    self._position = message.seq
                    file = wire.FileOffer(**message.file) if message.file is not None else None
                    self.link.send(wire.Text(len(self._sent), message.id, message.at, message.text, file, message.act, message.about))

    def _hear_ack(self, frame: wire.Ack) -> None:
        if frame.upto > len(self._sent):
            raise Misbehaviour("an ack of what was not sent")
        for message in self._sent[self._acked : frame.upto]:
            self._store.set_state(message, "delivered")
            self._emit("delivered", {"contact": self.contact.id, "message": message.id})
        self._acked = max(self._acked, frame.upto)
        self._more.set()

    def _hear_read(self, message_id: str) -> None:
        message = self._store.message(self.contact, True, message_id)
        for one in self._store.mark_read(self.contact, message.seq) if message is not None else ():
            self._emit("read", {"contact": self.contact.id, "message": one})

    def _hear_text(self, frame: wire.Text) -> None:
        if not self._sent_have or frame.number != self._heard + 1:
            raise Misbehaviour("a text that does not follow the one before")
        self._heard = frame.number
        file = frame.file.written() if frame.file is not None else None
        message = self._store.add_message(self.contact, False, frame.id, frame.at, frame.text, file, frame.reference())
        if message is not None and file is not None:
            self._store.add_file(self.contact, frame.id, mine=False, path=None, state="offered")
        self._acknowledge()
        if message is not None:
            lives = {name: value for name, value in (("lives", frame.lives), ("turn", frame.turn)) if value is not None}
            self._emit("message", {"contact": self.contact.id, "message": message} | lives)

    def _acknowledge(self) -> None:
        """Says what is stored, unless too much is unseen: then the sender keeps the rest."""
        if self._heard > self._acknowledged and self._store.unseen(self.contact) < limits.UNSEEN:
            self._acknowledged = self._heard
            self.link.send(wire.Ack(self._heard))

    async def _watch(self) -> None:
        """Asks whether the contact is there once it has been silent, and ends where it is not."""
        while True:
            await asyncio.sleep(max(0.0, self.link.heard_at + SILENCE_SECONDS - time.monotonic()) + 0.01)
            if time.monotonic() - self.link.heard_at < SILENCE_SECONDS:
                continue
            asked = time.monotonic()
            self.say(wire.Ping())
            await asyncio.sleep(PONG_SECONDS)
            if self.link.heard_at < asked:
                self.link.close()
                return
