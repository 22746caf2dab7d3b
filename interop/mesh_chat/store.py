"""The own state on disk: identity, contacts, requests, invites, messages and files, in one SQLite database.

Every change is on the disk when the method returns: what the protocol says is stored before sent, or before
acknowledged, is.

Long because it is the one list of what is stored.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import crypto, ids, limits

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS contacts (
    id INTEGER PRIMARY KEY, key BLOB UNIQUE NOT NULL, name TEXT NOT NULL, pair_secret BLOB NOT NULL,
    transport_id TEXT, discovery_uuid BLOB, number INTEGER NOT NULL DEFAULT 0, special INTEGER NOT NULL DEFAULT 0,
    their_special INTEGER NOT NULL DEFAULT 0, blocked INTEGER NOT NULL DEFAULT 0, met_at REAL NOT NULL DEFAULT 0,
    awaited INTEGER NOT NULL DEFAULT 1, since INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, contact INTEGER NOT NULL, id TEXT NOT NULL, mine INTEGER NOT NULL,
    at INTEGER NOT NULL, text TEXT NOT NULL, file TEXT, state TEXT NOT NULL, act TEXT, about TEXT, UNIQUE (contact, mine, id));
CREATE TABLE IF NOT EXISTS files (
    message TEXT NOT NULL, contact INTEGER NOT NULL, mine INTEGER NOT NULL, path TEXT, state TEXT NOT NULL,
    to_say TEXT, flushed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (contact, message));
CREATE TABLE IF NOT EXISTS asked (call_back BLOB PRIMARY KEY, name TEXT NOT NULL, id TEXT NOT NULL, own_id TEXT,
    invite BLOB, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS requests (
    number INTEGER PRIMARY KEY, call_back BLOB UNIQUE NOT NULL, name TEXT NOT NULL, note TEXT, id TEXT NOT NULL,
    invite BLOB, accepted INTEGER NOT NULL DEFAULT 0, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS acceptances (pair_secret BLOB PRIMARY KEY, name TEXT NOT NULL, id TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS invites (uuid BLOB PRIMARY KEY, secret BLOB NOT NULL, until REAL NOT NULL);
CREATE TABLE IF NOT EXISTS refused (name TEXT NOT NULL, id TEXT NOT NULL, at REAL NOT NULL);
"""

# What older programs have not stored.
_LATER = {"messages": ("act TEXT", "about TEXT")}

WEEK_SECONDS = 7 * 86_400.0
DAY_SECONDS = 86_400.0


class InUse(Exception):
    """Another process uses the state folder."""


@dataclass
class Contact:
    """Somebody who was accepted."""

    id: int
    key: bytes
    name: str
    pair_secret: bytes
    transport_id: str | None
    discovery_uuid: bytes | None
    number: int
    special: bool
    their_special: bool
    blocked: bool
    met_at: float
    awaited: bool
    since: int

    def __repr__(self) -> str:
        return f"Contact({self.id})"


@dataclass
class Message:
    """One message of a chat."""

    seq: int
    contact: int
    id: str
    mine: bool
    at: int
    text: str
    file: dict[str, Any] | None
    state: str
    act: str | None
    about: str | None

    def __repr__(self) -> str:
        return f"Message({self.seq})"


@dataclass
class FileRecord:
    """A file that was offered, by either side."""

    message: str
    contact: int
    mine: bool
    path: str | None
    state: str
    to_say: str | None
    flushed: bool


@dataclass
class Asked:
    """Somebody who was asked, and has not answered."""

    call_back: bytes
    name: str
    id: str
    own_id: str | None
    invite: bytes | None
    at: float


@dataclass
class WaitingRequest:
    """Somebody who has asked, and was not answered."""

    number: int
    call_back: bytes
    name: str
    note: str | None
    id: str
    invite: bytes | None
    accepted: bool
    at: float


@dataclass
class Acceptance:
    """A yes that the other side has not finished."""

    pair_secret: bytes
    name: str
    id: str
    at: float


@dataclass
class Invite:
    """An open invite of one's own."""

    uuid: bytes
    secret: bytes
    until: float


class Store:
    """The state folder, which one process at a time uses."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self.closed = False
        self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise InUse(f"{folder} is in use by another process") from error
        self._db = sqlite3.connect(folder / "state.db", isolation_level=None)
        os.chmod(folder / "state.db", 0o600)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)
        self._add_columns()
        if self.meta("key") is None:
            self.set_meta("key", crypto.to_base64url(crypto.Key.fresh().scalar()))
            self.set_meta("discovery_uuid", crypto.to_base64url(secrets.token_bytes(16)))
        self.key = crypto.Key.of_scalar(crypto.from_base64url(self.meta("key") or ""))

    def _add_columns(self) -> None:
        for table, columns in _LATER.items():
            there = {row["name"] for row in self._db.execute(f"PRAGMA table_info({table})")}
            for column in columns:
                if column.split()[0] not in there:
                    self._db.execute(f"ALTER TABLE {table} ADD COLUMN {column}")

    def close(self) -> None:
        """Gives the folder up."""
        self.closed = True
        self._db.close()
        os.close(self._lock)

    # Identity

    def meta(self, name: str) -> str | None:
        """A value that there is once."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row["value"])

    def set_meta(self, name: str, value: str) -> None:
        """Stores a value that there is once."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    @property
    def name(self) -> str:
        """The own name."""
        return self.meta("name") or ""

    @property
    def discovery_uuid(self) -> bytes:
        """From which contacts compute where one is."""
        return crypto.from_base64url(self.meta("discovery_uuid") or "")

    def transport_id(self, root: str) -> str:
        """The own Transport ID."""
        stored = self.meta("transport_id")
        if stored is None or not ids.is_transport_id(root, stored):
            stored = ids.fresh_transport_id(root)
            self.set_meta("transport_id", stored)
        return stored

    def end_trust(self, root: str) -> None:
        """Takes a new Transport ID and a new discoveryUUID, of which only contacts that stay are told."""
        self.set_meta("transport_id", ids.fresh_transport_id(root))
        self.set_meta("discovery_uuid", crypto.to_base64url(secrets.token_bytes(16)))

    def next_profile_number(self, more: int = 1) -> int:
        """A number that has risen over all before it, also those of another installation."""
        number = max(int(self.meta("profile_number") or 0) + more, int(time.time()))
        self.set_meta("profile_number", str(number))
        return number

    # Contacts

    def contacts(self) -> list[Contact]:
        """Everybody who was accepted, also who is blocked."""
        return [_contact(row) for row in self._db.execute("SELECT * FROM contacts ORDER BY met_at DESC, id")]

    def contact(self, number: int) -> Contact | None:
        """A contact by its number in the store."""
        row = self._db.execute("SELECT * FROM contacts WHERE id = ?", (number,)).fetchone()
        return None if row is None else _contact(row)

    def contact_of_key(self, key: bytes) -> Contact | None:
        """A contact by its key."""
        row = self._db.execute("SELECT * FROM contacts WHERE key = ?", (key,)).fetchone()
        return None if row is None else _contact(row)

    def find_contact(self, name: str) -> Contact | None:
        """A contact by its number, its name or the beginning of its key."""
        for one in self.contacts():
            if name in (str(one.id), one.name) or len(name) >= 8 and crypto.to_base64url(one.key).startswith(name):
                return one
        return None

    def save_accepted(self, key: bytes, name: str, pair_secret: bytes) -> Contact:
        """Stores who was accepted just now; a later acceptance replaces the secret, and nothing from before is sent again."""
        since = self._db.execute("SELECT COALESCE(MAX(seq), 0) FROM messages").fetchone()[0]
        self._db.execute(
            "INSERT INTO contacts (key, name, pair_secret, met_at, since) VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE"
            " SET pair_secret = excluded.pair_secret, met_at = excluded.met_at, since = excluded.since, awaited = 1",
            (key, name, pair_secret, time.time(), since),
        )
        self._db.execute("DELETE FROM acceptances WHERE pair_secret = ?", (pair_secret,))
        contact = self.contact_of_key(key)
        assert contact is not None
        return contact

    def change_contact(self, contact: Contact, **values: Any) -> None:
        """Changes fields of a contact, here and on the disk."""
        for name, value in values.items():
            assert name in Contact.__dataclass_fields__
            self._db.execute(f"UPDATE contacts SET {name} = ? WHERE id = ?", (value, contact.id))
            setattr(contact, name, value)

    def remove_contact(self, contact: Contact) -> None:
        """Forgets a contact and the chat."""
        self._db.execute("BEGIN")
        for table in ("messages", "files"):
            self._db.execute(f"DELETE FROM {table} WHERE contact = ?", (contact.id,))
        self._db.execute("DELETE FROM contacts WHERE id = ?", (contact.id,))
        self._db.execute("COMMIT")

    # Messages

    def messages(self, contact: Contact) -> list[Message]:
        """The whole chat."""
        return [_message(row) for row in self._db.execute("SELECT * FROM messages WHERE contact = ? ORDER BY seq", (contact.id,))]

    def message(self, contact: Contact, mine: bool, message_id: str) -> Message | None:
        """One message by its id."""
        row = self._db.execute(
            "SELECT * FROM messages WHERE contact = ? AND mine = ? AND id = ?", (contact.id, mine, message_id)
        ).fetchone()
        return None if row is None else _message(row)

    def add_message(
        self,
        contact: Contact,
        mine: bool,
        message_id: str,
        at: int,
        text: str,
        file: dict[str, Any] | None,
        reference: tuple[str, str | None] | None = None,
    ) -> Message | None:
        """Stores a message, or what is said of one (`reference`: what, and of which); none where it is there already."""
        act, about = reference or (None, None)
        state = "waiting" if mine else "unseen" if act in (None, "reply") else "entry"
        try:
            self._db.execute(
                "INSERT INTO messages (contact, id, mine, at, text, file, state, act, about) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (contact.id, message_id, mine, at, text, None if file is None else json.dumps(file), state, act, about),
            )
        except sqlite3.IntegrityError:
            return None
        return self.message(contact, mine, message_id)

    def last(self, contact: Contact, mine: bool, state: str | None = None) -> Message | None:
        """The newest message of one side, in a state where one is given."""
        row = self._db.execute(
            "SELECT * FROM messages WHERE contact = ? AND mine = ? AND (? IS NULL OR state = ?) ORDER BY seq DESC LIMIT 1",
            (contact.id, mine, state, state),
        ).fetchone()
        return None if row is None else _message(row)

    def own_newest(self, contact: Contact, most: int) -> list[Message]:
        """The own newest messages since the last acceptance, the newest first."""
        rows = self._db.execute(
            "SELECT * FROM messages WHERE contact = ? AND mine AND seq > ? ORDER BY seq DESC LIMIT ?",
            (contact.id, contact.since, most),
        )
        return [_message(row) for row in rows]

    def next_to_send(self, contact: Contact, after: int) -> Message | None:
        """The own message that follows another one."""
        row = self._db.execute(
            "SELECT * FROM messages WHERE contact = ? AND mine AND seq > ? ORDER BY seq LIMIT 1", (contact.id, after)
        ).fetchone()
        return None if row is None else _message(row)

    def agree(self, contact: Contact, position: int) -> None:
        """What the other has up to there is delivered, and what comes behind it waits."""
        self._db.execute(
            "UPDATE messages SET state = 'delivered' WHERE contact = ? AND mine AND seq <= ? AND seq > ? AND state = 'waiting'",
            (contact.id, position, contact.since),
        )
        self._db.execute(
            "UPDATE messages SET state = 'waiting' WHERE contact = ? AND mine AND seq > ?",
            (contact.id, max(position, contact.since)),
        )

    def set_state(self, message: Message, state: str) -> None:
        """Changes how far a message is."""
        self._db.execute("UPDATE messages SET state = ? WHERE seq = ?", (state, message.seq))
        message.state = state

    def mark_read(self, contact: Contact, upto: int) -> list[str]:
        """The other has seen what was sent up to there; the ids of which that is new."""
        rows = self._db.execute(
            "SELECT id FROM messages WHERE contact = ? AND mine AND seq <= ? AND state = 'delivered'", (contact.id, upto)
        ).fetchall()
        self._db.execute(
            "UPDATE messages SET state = 'read' WHERE contact = ? AND mine AND seq <= ? AND state = 'delivered'",
            (contact.id, upto),
        )
        return [str(row["id"]) for row in rows]

    def see_all(self, contact: Contact) -> str | None:
        """Everything is seen; the newest message that was not."""
        self._db.execute("UPDATE messages SET state = 'passed' WHERE contact = ? AND NOT mine AND state = 'entry'", (contact.id,))
        last = self.last(contact, False, "unseen")
        if last is None:
            return None
        self._db.execute("UPDATE messages SET state = 'seen' WHERE contact = ? AND NOT mine AND state = 'unseen'", (contact.id,))
        return last.id

    def unseen(self, contact: Contact) -> int:
        """How many messages were not seen, or entries about others, whichever are more."""
        sql = "SELECT COUNT(*) AS many FROM messages WHERE contact = ? AND NOT mine AND state IN ('unseen', 'entry') GROUP BY state"
        return max((int(row["many"]) for row in self._db.execute(sql, (contact.id,))), default=0)

    # Files

    def add_file(self, contact: Contact, message_id: str, mine: bool, path: str | None, state: str) -> None:
        """Stores a file that is offered."""
        self._db.execute(
            "INSERT OR IGNORE INTO files (message, contact, mine, path, state) VALUES (?, ?, ?, ?, ?)",
            (message_id, contact.id, mine, path, state),
        )

    def file(self, contact: Contact, message_id: str) -> FileRecord | None:
        """A file by the id of its message."""
        row = self._db.execute("SELECT * FROM files WHERE contact = ? AND message = ?", (contact.id, message_id)).fetchone()
        return None if row is None else _file(row)

    def files(self, contact: Contact) -> list[FileRecord]:
        """All files of a chat."""
        return [_file(row) for row in self._db.execute("SELECT * FROM files WHERE contact = ? ORDER BY rowid", (contact.id,))]

    def change_file(self, file: FileRecord, **values: Any) -> None:
        """Changes how far a file is, here and on the disk."""
        for name, value in values.items():
            assert name in FileRecord.__dataclass_fields__
            self._db.execute(f"UPDATE files SET {name} = ? WHERE contact = ? AND message = ?", (value, file.contact, file.message))
            setattr(file, name, value)

    # Who has asked, and who was asked

    def asked(self) -> list[Asked]:
        """Everybody who was asked within a week and has not answered, the newest first."""
        self._db.execute("DELETE FROM asked WHERE at < ?", (time.time() - WEEK_SECONDS,))
        return [Asked(**row) for row in self._db.execute("SELECT * FROM asked ORDER BY at DESC")]

    def add_asked(self, asked: Asked, instead: bytes | None) -> None:
        """Stores that somebody was asked, in the place of an earlier time."""
        self._db.execute("DELETE FROM asked WHERE call_back = ?", (instead,))
        self._db.execute(
            "INSERT OR REPLACE INTO asked VALUES (?, ?, ?, ?, ?, ?)",
            (asked.call_back, asked.name, asked.id, asked.own_id, asked.invite, asked.at),
        )

    def forget_asked(self, call_back: bytes) -> None:
        """Uses up a call-back secret."""
        self._db.execute("DELETE FROM asked WHERE call_back = ?", (call_back,))

    def requests(self) -> list[WaitingRequest]:
        """Everybody who has asked within a week and was not answered."""
        self._db.execute("DELETE FROM requests WHERE at < ?", (time.time() - WEEK_SECONDS,))
        return [WaitingRequest(**row) for row in self._db.execute("SELECT * FROM requests ORDER BY number")]

    def add_request(
        self, call_back: bytes, name: str, note: str | None, caller: str, invite: bytes | None, instead: bytes | None
    ) -> WaitingRequest:
        """Stores a request, in the place of the one that it replaces; a third one from one id replaces the second."""
        self._db.execute("DELETE FROM requests WHERE call_back = ?", (instead,))
        same = [one for one in self.requests() if one.id == caller]
        for old in same[1:]:
            self.forget_request(old)
        for old in self.requests()[limits.WAITING_REQUESTS - 1 :]:
            self.forget_request(old)
        self._db.execute(
            "INSERT INTO requests (call_back, name, note, id, invite, at) VALUES (?, ?, ?, ?, ?, ?)",
            (call_back, name, note, caller, invite, time.time()),
        )
        return next(one for one in self.requests() if one.call_back == call_back)

    def accept_request(self, request: WaitingRequest) -> None:
        """Stores the yes, before anybody is dialled."""
        self._db.execute("UPDATE requests SET accepted = 1 WHERE number = ?", (request.number,))
        request.accepted = True

    def forget_request(self, request: WaitingRequest) -> None:
        """A request is answered."""
        self._db.execute("DELETE FROM requests WHERE number = ?", (request.number,))

    def refuse(self, name: str, caller: str) -> None:
        """Stores a no, which counts for a day."""
        self._db.execute("INSERT INTO refused VALUES (?, ?, ?)", (name, caller, time.time()))

    def is_refused(self, caller: str) -> bool:
        """Says whether somebody was refused within a day."""
        self._db.execute("DELETE FROM refused WHERE at < ?", (time.time() - DAY_SECONDS,))
        return self._db.execute("SELECT 1 FROM refused WHERE id = ?", (caller,)).fetchone() is not None

    def acceptances(self) -> list[Acceptance]:
        """Every yes that was sent within a week and not finished."""
        self._db.execute("DELETE FROM acceptances WHERE at < ?", (time.time() - WEEK_SECONDS,))
        return [Acceptance(**row) for row in self._db.execute("SELECT * FROM acceptances")]

    def add_acceptance(self, pair_secret: bytes, name: str, caller: str) -> None:
        """Stores a yes before it is sent."""
        self._db.execute("INSERT OR REPLACE INTO acceptances VALUES (?, ?, ?, ?)", (pair_secret, name, caller, time.time()))

    # Invites

    def invites(self) -> list[Invite]:
        """The open ones."""
        self._db.execute("DELETE FROM invites WHERE until < ?", (time.time(),))
        return [Invite(**row) for row in self._db.execute("SELECT * FROM invites ORDER BY until")]

    def add_invite(self, invite: Invite) -> None:
        """Stores a new one."""
        self._db.execute("INSERT INTO invites VALUES (?, ?, ?)", (invite.uuid, invite.secret, invite.until))

    def spend_invite(self, uuid: bytes) -> None:
        """An invite is used up."""
        self._db.execute("DELETE FROM invites WHERE uuid = ?", (uuid,))


def _contact(row: sqlite3.Row) -> Contact:
    values = dict(row)
    for name in ("special", "their_special", "blocked", "awaited"):
        values[name] = bool(values[name])
    return Contact(**values)


def _message(row: sqlite3.Row) -> Message:
    values = dict(row)
    return Message(**values | {"mine": bool(values["mine"]), "file": json.loads(values["file"]) if values["file"] else None})


def _file(row: sqlite3.Row) -> FileRecord:
    values = dict(row)
    return FileRecord(**values | {"mine": bool(values["mine"]), "flushed": bool(values["flushed"])})
