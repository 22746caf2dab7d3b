"""Files between two contacts: what is said of them in the session, and the connections on which they pass in pieces.

Long because both directions share the states of a file and the way in which a connection for files is bound.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import mimetypes
import os
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import crypto, limits, wire
from .link import Link, LinkClosed, NoAnswer
from .names import clean_name
from .registry import Misbehaviour
from .store import FileRecord, Message, Store

if TYPE_CHECKING:
    from .node import Node
    from .session import Session

log = logging.getLogger(__name__)

AWAITED_SECONDS = 10.0
BOUND_SECONDS = 10.0
AGAIN_SECONDS = 2.0
FETCHED_AT_ONCE = 3

ENDED = {"declined", "cancelled", "failed", "changed", "saved"}
OF_THE_RECEIVER = {"want", "paused", "declined", "saved", "cancelled", "failed", "changed", "noted"}
OF_THE_SENDER = {"offered", "ready", "lacking", "paused", "cancelled", "failed", "changed", "noted"}


def offer_of(path: Path) -> wire.FileOffer:
    """What is said of a file that is offered."""
    status = path.stat()
    kind = mimetypes.guess_type(path.name)[0]
    return wire.FileOffer(clean_name(path.name), status.st_size, kind, int(status.st_mtime * 1_000))


def pieces_of(size: int) -> int:
    """In how many pieces a file passes."""
    return -(-size // limits.PIECE_BYTES)


@dataclass
class _Calls:
    """A connection for files that is to come: the other's word about it."""

    label: str
    ids: set[str]
    awaited: asyncio.Event = field(default_factory=asyncio.Event)
    bounds: list[wire.Bound] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    taken: bool = False


class Files:
    """The files of one session."""

    def __init__(self, store: Store, session: Session, node: Node, downloads: Path) -> None:
        self._store = store
        self._session = session
        self._node = node
        self._downloads = downloads
        self._ready: dict[str, _Incoming] = {}
        self._own_call: _Calls | None = None
        self._their_call: _Calls | None = None
        self._fetching: asyncio.Task[None] | None = None
        self._serving: _Outgoing | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._resumed = False

    def begin(self) -> None:
        """Says again what has to be said in each session."""
        for record in self._store.files(self._session.contact):
            if record.to_say is not None:
                self._say(record.message, record.to_say)
            elif not record.mine and record.state in ("want", "paused"):
                self._say(record.message, record.state)
            elif record.mine and record.state not in ENDED:
                self._say(record.message, "offered")

    def end(self) -> None:
        """The session is over, and with it what passes."""
        for task in [*self._tasks, *([self._fetching] if self._fetching is not None else [])]:
            task.cancel()

    # What the person wants

    def decide(self, record: FileRecord, state: str) -> None:
        """`want`, `paused`, `declined` or `cancelled`."""
        ends = state in ENDED
        self._store.change_file(record, state=state, to_say=state if ends else None)
        if ends or state == "paused":
            self._ready.pop(record.message, None)
        if ends:
            _part_of(self._store, record).unlink(missing_ok=True)
        self._say(record.message, state)

    # What the other says

    def hear(self, frame: wire.FileState | wire.Channel | wire.Awaited | wire.Bound) -> None:
        """Takes a message of the session that is about files."""
        if isinstance(frame, wire.FileState):
            self._hear_state(frame)
        elif isinstance(frame, wire.Channel):
            self._their_call = _Calls(frame.label, {frame.label, *(frame.further or ())})
            self._session.say(wire.Awaited(frame.label))
        elif isinstance(frame, wire.Awaited):
            if self._own_call is not None and self._own_call.label == frame.label:
                self._own_call.awaited.set()
        else:
            for call in (self._own_call, self._their_call):
                if call is not None and call.label == frame.label and len(call.bounds) <= limits.FURTHER_CALLS:
                    call.bounds.append(frame)
                    call.news.set()

    def _hear_state(self, frame: wire.FileState) -> None:
        record = self._store.file(self._session.contact, frame.id)
        if record is None:
            if frame.state not in ("noted", "declined", "saved", "cancelled", "failed", "changed"):
                self._say(frame.id, "cancelled" if frame.state == "want" else "noted")
            else:
                self._say(frame.id, "noted")
            return
        if frame.state not in (OF_THE_RECEIVER if record.mine else OF_THE_SENDER):
            raise Misbehaviour("a word about a file that is not theirs to say")
        if frame.state == "noted":
            self._store.change_file(record, to_say=None)
        elif frame.state in ENDED:
            self._hear_end(record, frame.state)
        elif record.mine:
            self._hear_of_receiver(record, frame.state)
        else:
            self._hear_of_sender(record, frame.state)

    def _hear_end(self, record: FileRecord, state: str) -> None:
        if record.state == "saved" and not record.mine:
            # The disk of its sender may be older than it was.
            self._say(record.message, "saved")
            return
        self._say(record.message, "noted")
        self._ready.pop(record.message, None)
        if not record.mine:
            _part_of(self._store, record).unlink(missing_ok=True)
        self._store.change_file(record, state=state, to_say=None)
        self._emit(record, state)

    def _hear_of_receiver(self, record: FileRecord, state: str) -> None:
        if state == "paused":
            self._store.change_file(record, state="offered")
            if self._serving is not None:
                self._serving.stop(record.message)
            return
        if record.state in ENDED and record.to_say is not None:
            self._say(record.message, record.state)
            return
        self._store.change_file(record, state="want", to_say=None)
        readable = record.path is not None and os.access(record.path, os.R_OK)
        self._say(record.message, "ready" if readable else "lacking")

    def _hear_of_sender(self, record: FileRecord, state: str) -> None:
        if state == "ready" and record.state == "want":
            message = self._message(record)
            if message is not None and record.message not in self._ready:
                self._ready[record.message] = _Incoming(self._store, record, message)
                self._fetch()
        elif state == "offered" and (record.state in ENDED or record.state in ("want", "paused")):
            self._say(record.message, record.state)
        elif state in ("lacking", "paused"):
            self._ready.pop(record.message, None)
            self._emit(record, state)

    def _message(self, record: FileRecord) -> Message | None:
        return self._store.message(self._session.contact, record.mine, record.message)

    def _say(self, message_id: str, state: str) -> None:
        self._session.say(wire.FileState(message_id, state))

    def _emit(self, record: FileRecord, state: str, **more: Any) -> None:
        self._node.emit("file", {"contact": record.contact, "message": record.message, "state": state, **more})

    def _spawn(self, steps: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(steps)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # Connections for files

    def awaits(self, label: str) -> bool:
        """Says whether a call with this connection id was announced, and has not come."""
        return self._their_call is not None and label in self._their_call.ids

    async def take_call(self, link: Link) -> None:
        """Sends files on a connection that the other has dialled."""
        call = self._their_call
        if call is None or link.connection_id not in call.ids:
            link.close()
            return
        call.ids.discard(link.connection_id)
        if await self._bind(link, call):
            self._serving = _Outgoing(self._store, self._session.contact, link)
            self._serving.changed = lambda record: self._end(record, "changed")
            self._spawn(self._pass(link, self._serving.run()))

    def _end(self, record: FileRecord, state: str, **more: Any) -> None:
        self._store.change_file(record, state=state, to_say=state)
        self._ready.pop(record.message, None)
        self._say(record.message, state)
        self._emit(record, state, **more)

    async def _bind(self, link: Link, call: _Calls) -> bool:
        """Both ends name the same two certificates in the session, or nothing passes."""
        self._session.say(wire.Bound(call.label, link.local_fp, link.remote_fp))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BOUND_SECONDS):
                while not (call.taken or any(_is_same(bound, link) for bound in call.bounds)):
                    call.news.clear()
                    await call.news.wait()
        if call.taken or not any(_is_same(bound, link) for bound in call.bounds):
            log.info("an attempt that is not taken, or somebody is between the ends of a connection for files")
            link.close()
            return False
        call.taken = True
        call.news.set()
        return True

    def _fetch(self) -> None:
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._keep_fetching())

    async def _keep_fetching(self) -> None:
        """Has a connection as long as something is wanted."""
        while self._ready:
            try:
                await self._fetch_once()
            except (NoAnswer, LinkClosed, TimeoutError, wire.Malformed, Misbehaviour) as error:
                log.info("a connection for files: %r", error)
            await asyncio.sleep(AGAIN_SECONDS if self._ready else 0)

    async def _fetch_once(self) -> None:
        transport, other = self._node.transport, self._session.contact.transport_id
        if transport is None or other is None:
            return
        call = self._own_call = _Calls(crypto.fresh_offer_tag(None, "", ""), set())
        self._session.say(wire.Channel(call.label))
        async with asyncio.timeout(AWAITED_SECONDS):
            await call.awaited.wait()
        link = await transport.dial(other, connection_id=call.label)
        if await self._bind(link, call):
            await self._pass(link, _Fetch(link, self._ready, self).run())

    async def _pass(self, link: Link, steps: Coroutine[Any, Any, None]) -> None:
        try:
            await steps
        except (LinkClosed, wire.Malformed, Misbehaviour) as error:
            log.info("a connection for files has ended: %r", error)
        finally:
            link.close()

    def come(self, one: _Incoming, whence: str) -> None:
        """A piece is on the disk, or is asked for."""
        self._emit(one.record, whence, pieces=one.count, of=one.pieces)

    def finish(self, one: _Incoming) -> None:
        """A file is whole."""
        path = one.save(self._downloads)
        self._end(one.record, "saved", path=str(path))

    def fail(self, one: _Incoming, state: str) -> None:
        """A file comes to nothing."""
        one.part.unlink(missing_ok=True)
        self._end(one.record, state)


def _is_same(bound: wire.Bound, link: Link) -> bool:
    """Says whether the other end sees the connection between the same two certificates."""
    return crypto.equal(bound.local, link.remote_fp) and crypto.equal(bound.remote, link.local_fp)


def _part_of(store: Store, record: FileRecord) -> Path:
    return store.folder / "parts" / f"{record.contact}-{record.message}"


class _Incoming:
    """What has come of a file: whole pieces, which are on the disk."""

    def __init__(self, store: Store, record: FileRecord, message: Message) -> None:
        assert message.file is not None
        self.record = record
        self.size = int(message.file["size"])
        self.pieces = pieces_of(self.size)
        self.part = _part_of(store, record)
        self.part.parent.mkdir(exist_ok=True)
        self.name = str(message.file["name"])
        self.damaged = 0
        self.asked = False
        found = self.part.stat().st_size if self.part.exists() else 0
        self.count = found // limits.PIECE_BYTES if found < self.size else max(0, self.pieces - 1)
        self.droppable = min(self.count, limits.PIECES_DROPPED)

    def length_of(self, number: int) -> int:
        """How many bytes a piece has."""
        return min(limits.PIECE_BYTES, self.size - number * limits.PIECE_BYTES)

    def get(self) -> wire.Get:
        """Asks for what is missing."""
        self.asked = True
        last = None
        if self.count > 0:
            with self.part.open("rb") as file:
                file.seek((self.count - 1) * limits.PIECE_BYTES)
                last = hashlib.sha256(file.read(limits.PIECE_BYTES)).digest()
        return wire.Get(self.record.message, self.count, last)

    def write(self, number: int, data: bytes) -> None:
        """Puts a piece on the disk."""
        with self.part.open("r+b" if self.part.exists() else "w+b") as file:
            file.seek(number * limits.PIECE_BYTES)
            file.write(data)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        self.count = number + 1
        self.droppable, self.damaged = 0, 0

    def drop_last(self) -> bool:
        """Drops a piece that differs from the sender's; false where it was written since the start."""
        if self.droppable == 0:
            return False
        self.count, self.droppable = self.count - 1, self.droppable - 1
        return True

    def save(self, downloads: Path) -> Path:
        """Moves the whole file to the downloads, under a name that is free."""
        downloads.mkdir(parents=True, exist_ok=True)
        if self.size == 0:
            self.part.touch()
        name = clean_name(self.name)
        stem, dot, ending = name.rpartition(".")
        stem, ending = (stem, dot + ending) if dot else (ending, "")
        path, number = downloads / name, 1
        while path.exists():
            path, number = downloads / f"{stem} ({number}){ending}", number + 1
        try:
            self.part.rename(path)
        except OSError:  # Another file system.
            path.write_bytes(self.part.read_bytes())
            self.part.unlink()
        return path


class _Fetch:
    """A connection on which files come."""

    def __init__(self, link: Link, ready: dict[str, _Incoming], files: Files) -> None:
        self._link = link
        self._ready = ready
        self._files = files
        self._piece: wire.Piece | None = None
        self._bytes = bytearray()
        for one in ready.values():
            one.asked = False

    async def run(self) -> None:
        """Fetches as long as something is wanted."""
        while self._ready:
            self._ask()
            if not self._ready:
                return
            data = await self._link.receive()
            if data[:1] == b"\0":
                await self._take(data[1:])
                continue
            frame = wire.read_frame(wire.FILES, data)
            if isinstance(frame, wire.Piece):
                await self._begin(frame)
            elif isinstance(frame, wire.Differs):
                self._differs(frame)
            elif isinstance(frame, wire.Ping):
                self._link.send(wire.Pong())
            elif isinstance(frame, wire.Bye):
                return
            elif not isinstance(frame, wire.Pong):
                raise Misbehaviour("who sends files does not ask")

    def _ask(self) -> None:
        for one in list(self._ready.values()):
            if one.count == one.pieces:
                self._files.finish(one)
            elif not one.asked and sum(other.asked for other in self._ready.values()) < FETCHED_AT_ONCE:
                self._files.come(one, "fetching")
                self._link.send(one.get())

    async def _begin(self, frame: wire.Piece) -> None:
        if self._piece is not None:
            self._damage(self._piece)
        self._piece, self._bytes = frame, bytearray()
        if frame.length == 0:
            await self._take(b"")

    async def _take(self, data: bytes) -> None:
        piece = self._piece
        if piece is None:
            return
        self._bytes += data
        if len(self._bytes) < piece.length:
            return
        self._piece = None
        one = self._ready.get(piece.id)
        if one is None or piece.number != one.count:
            return
        whole = bytes(self._bytes)
        if len(whole) != one.length_of(piece.number) or not crypto.equal(hashlib.sha256(whole).digest(), piece.hash):
            self._damage(piece)
            return
        await asyncio.to_thread(one.write, piece.number, whole)
        self._link.send(wire.Got(piece.id, one.count))
        self._files.come(one, "coming")

    def _damage(self, piece: wire.Piece) -> None:
        one = self._ready.get(piece.id)
        if one is None or piece.number != one.count:
            return
        one.damaged += 1
        if one.damaged > limits.DAMAGED_IN_A_ROW:
            self._files.fail(one, "failed")
        else:
            self._link.send(one.get())

    def _differs(self, frame: wire.Differs) -> None:
        one = self._ready.get(frame.id)
        if one is None or frame.from_ != one.count:
            return
        if one.drop_last():
            self._link.send(one.get())
        else:
            self._files.fail(one, "changed")


@dataclass
class _Sending:
    """How far a file is that the other has asked for."""

    record: FileRecord
    path: Path
    size: int
    modified: int | None
    next: int
    upto: int


class _Outgoing:
    """A connection on which files go."""

    def __init__(self, store: Store, contact: Any, link: Link) -> None:
        self._store = store
        self._contact = contact
        self._link = link
        self._files: dict[str, _Sending] = {}
        self._more = asyncio.Event()
        self.changed: Any = lambda record: None

    async def run(self) -> None:
        """Sends what is asked for, until the connection ends."""
        sending = asyncio.create_task(self._send())
        try:
            while True:
                frame = await self._link.hear(wire.FILES)
                if isinstance(frame, wire.Get):
                    await self._get(frame)
                elif isinstance(frame, wire.Got):
                    self._got(frame)
                elif isinstance(frame, wire.Ping):
                    self._link.send(wire.Pong())
                elif isinstance(frame, wire.Bye):
                    return
                elif not isinstance(frame, wire.Pong):
                    raise Misbehaviour("who fetches files sends none")
        finally:
            sending.cancel()

    def stop(self, message_id: str) -> None:
        """The other has stopped a file."""
        self._files.pop(message_id, None)

    async def _get(self, frame: wire.Get) -> None:
        if (frame.last is None) != (frame.from_ == 0):
            raise Misbehaviour("a get without what it has to have")
        record = self._store.file(self._contact, frame.id)
        message = self._store.message(self._contact, True, frame.id)
        if record is None or message is None or message.file is None or record.state != "want" or record.path is None:
            return
        one = _Sending(record, Path(record.path), message.file["size"], message.file.get("modified"), frame.from_, frame.from_)
        if frame.from_ >= max(1, pieces_of(one.size)):
            raise Misbehaviour("a get behind the end")
        self._files.pop(frame.id, None)
        if frame.last is not None:
            before = await asyncio.to_thread(self._read, one, frame.from_ - 1)
            if before is None or not crypto.equal(hashlib.sha256(before).digest(), frame.last):
                self._link.send(wire.Differs(frame.id, frame.from_))
                return
        self._files[frame.id] = one
        self._more.set()

    def _got(self, frame: wire.Got) -> None:
        one = self._files.get(frame.id)
        if one is None:
            return
        if frame.upto > one.next:
            raise Misbehaviour("a got of what was not sent")
        one.upto = max(one.upto, frame.upto)
        self._more.set()

    async def _send(self) -> None:
        with contextlib.suppress(LinkClosed):
            while True:
                sent = False
                for message_id, one in list(self._files.items()):
                    if one.next < pieces_of(one.size) and one.next - one.upto < limits.PIECES_AHEAD:
                        await self._send_piece(message_id, one)
                        sent = True
                if not sent:
                    self._more.clear()
                    await self._more.wait()

    async def _send_piece(self, message_id: str, one: _Sending) -> None:
        data = await asyncio.to_thread(self._read, one, one.next)
        if self._files.get(message_id) is not one:
            return
        if data is None:
            self._files.pop(message_id, None)
            self.changed(one.record)
            return
        self._link.send(wire.Piece(message_id, one.next, len(data), hashlib.sha256(data).digest()))
        for at in range(0, len(data), limits.CHUNK_BYTES):
            self._link.send_bytes(b"\0" + data[at : at + limits.CHUNK_BYTES])
            await self._link.drain()
        one.next += 1

    def _read(self, one: _Sending, number: int) -> bytes | None:
        """A piece, or none where the file is another one than was offered."""
        try:
            status = one.path.stat()
            if status.st_size != one.size or (one.modified is not None and int(status.st_mtime * 1_000) != one.modified):
                return None
            with one.path.open("rb") as file:
                file.seek(number * limits.PIECE_BYTES)
                return file.read(limits.PIECE_BYTES)
        except OSError:
            return None
