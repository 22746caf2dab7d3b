"""The messages of the protocol: bytes are read once, here, into types with bounded fields.

Each place where somebody speaks takes the messages of one set (`ROUTER`, `HANDSHAKE`, `SESSION`, `FILES`). Unknown
fields are ignored; an unknown type, or a field that is not what it has to be, is `Malformed`, which ends the connection.

Long because it is the one list of all messages.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from typing import Any

from . import crypto, ids, limits


class Malformed(ValueError):
    """Bytes that are no message of ours. The text never repeats what was sent."""


# Readers of values


def string(most: int, least: int = 0) -> Callable[[Any], str]:
    """A string of so many bytes of UTF-8."""

    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise Malformed("is no text")
        try:
            length = len(value.encode())
        except UnicodeEncodeError as error:
            raise Malformed("is no text of Unicode") from error
        if not least <= length <= most:
            raise Malformed(f"has {length} bytes, and not {least} to {most}")
        return value

    return read


def whole(most: int = limits.NUMBER, least: int = 0) -> Callable[[Any], int]:
    """A whole number."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Malformed(f"is no whole number from {least} to {most}")
        return value

    return read


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Malformed("is neither true nor false")
    return value


def binary(length: int | None = None, most: int = 1_024) -> Callable[[Any], bytes]:
    """Bytes in base64url, of a length where one is given."""

    def read(value: Any) -> bytes:
        if not isinstance(value, str) or len(value) > most * 2:
            raise Malformed("is no binary value")
        try:
            data = crypto.from_base64url(value)
        except ValueError as error:
            raise Malformed("is no base64url") from error
        if length is not None and len(data) != length or len(data) > most:
            raise Malformed(f"has {len(data)} bytes")
        return data

    return read


def friendly_name(value: Any) -> str:
    """A name as people are shown it. Its characters are not counted, only its bytes: that takes tables that Python does not bring."""
    name = string(limits.NAME_BYTES, 1)(value)
    if name != unicodedata.normalize("NFC", name.strip()) or any(_is_hidden(one) for one in name):
        raise Malformed("is no name that can be shown")
    return name


def _is_hidden(character: str) -> bool:
    """Says whether nobody sees it; joiners and the letters of flags are within what is seen."""
    kept = character in "\u200c\u200d" or "\U000e0020" <= character <= "\U000e007f"
    return not kept and unicodedata.category(character) in ("Cc", "Cf", "Co", "Zl", "Zp")


def transport_id(value: Any) -> str:
    """An id that ends in a uuid, as every Transport ID does."""
    text = string(limits.ID_BYTES, 1)(value)
    if not ids.ends_in_uuid(text):
        raise Malformed("is no Transport ID")
    return text


def point(value: Any) -> bytes:
    """A point of P-256."""
    data = binary(crypto.KEY_BYTES)(value)
    try:
        return crypto.check_key(data)
    except crypto.BadKey as error:
        raise Malformed("is no key") from error


def hexadecimal(length: int) -> Callable[[Any], str]:
    """So many bytes in lower-case hex, which stay text."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or len(value) != 2 * length or not set(value) <= set("0123456789abcdef"):
            raise Malformed(f"is not {length} bytes in hex")
        return value

    return read


def many(read_one: Callable[[Any], Any], most: int, least: int = 0) -> Callable[[Any], tuple[Any, ...]]:
    """A list of values."""

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise Malformed(f"is no list of {least} to {most}")
        return tuple(read_one(one) for one in value)

    return read


def one_of(*choices: str) -> Callable[[Any], str]:
    """One of a few words."""

    def read(value: Any) -> str:
        if value not in choices:
            raise Malformed("is none of the words")
        return str(value)

    return read


def versions(value: Any) -> tuple[int, ...]:
    """What a hello says: a list of the dialling side, one number of the other."""
    if isinstance(value, list):
        return many(whole(), 16, 1)(value)
    return (whole()(value),)


# Fields and messages


def said(read: Callable[[Any], Any], wire: str | None = None) -> Any:
    """A field that has to be there; `wire` is its name where it is not that of the attribute."""
    return field(metadata={"read": read, "wire": wire, "optional": False})


def may(read: Callable[[Any], Any], wire: str | None = None) -> Any:
    """A field that may be missing."""
    return field(default=None, metadata={"read": read, "wire": wire, "optional": True})


class Record:
    """What messages and the objects within them have in common: how they are read and written."""

    @classmethod
    def read(cls, value: Any) -> Any:
        """Reads an object of JSON."""
        if not isinstance(value, dict):
            raise Malformed(f"{cls.__name__} is no object")
        found = {}
        for one in fields(cls):  # type: ignore[arg-type]
            name = one.metadata["wire"] or one.name
            if value.get(name) is None:
                if not one.metadata["optional"]:
                    raise Malformed(f"{cls.__name__} has no {name}")
                continue
            try:
                found[one.name] = one.metadata["read"](value[name])
            except Malformed as error:
                raise Malformed(f"{cls.__name__}.{name} {error}") from error
        return cls(**found)

    def written(self) -> dict[str, Any]:
        """What goes over the wire of it."""
        found = {}
        for one in fields(self):  # type: ignore[arg-type]
            value = getattr(self, one.name)
            if value is not None:
                found[one.metadata["wire"] or one.name] = _written(value)
        return found


class Frame(Record):
    """One message, with the word that tells it from others."""

    TYPE = ""

    def encoded(self) -> bytes:
        """The bytes of it."""
        return json.dumps({"type": self.TYPE, **self.written()}, ensure_ascii=False, separators=(",", ":")).encode()


def _written(value: Any) -> Any:
    if isinstance(value, bytes):
        return crypto.to_base64url(value)
    if isinstance(value, Record):
        return value.written()
    if isinstance(value, tuple | list):
        return [_written(one) for one in value]
    return value


def frame_set(*kinds: type[Frame]) -> dict[str, type[Frame]]:
    """The messages that are heard in one place."""
    return {kind.TYPE: kind for kind in kinds}


def read_frame(kinds: dict[str, type[Frame]], data: bytes | str) -> Frame:
    """Reads a message that belongs to a place."""
    value = read_object(data)
    kind = kinds.get(value["type"]) if isinstance(value.get("type"), str) else None
    if kind is None:
        raise Malformed("a message of a type that does not belong here")
    frame: Frame = kind.read(value)
    return frame


def read_object(data: bytes | str, most: int = limits.FRAME_BYTES) -> dict[str, Any]:
    """Reads an object of JSON."""
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    if len(data) > most:
        raise Malformed(f"a message of {len(data)} bytes")
    try:
        value = json.loads(data.decode(), parse_constant=_no_number)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError, Malformed) as error:
        raise Malformed("a message that is no JSON") from error
    except ValueError as error:  # An integer of more digits than Python reads.
        raise Malformed("a number that is too long") from error
    if not isinstance(value, dict):
        raise Malformed("a message that is no object")
    return value


def _no_number(_: str) -> Any:
    raise Malformed("a number that JSON does not have")


_name = friendly_name
_id = string(limits.ID_BYTES, 1)
_nonce = binary(32)
_signature = binary(crypto.SIGNATURE_BYTES)
_mac = binary(32)
_message_id = hexadecimal(16)
_label = string(64, 64)


# Between a peer and a router


@dataclass(frozen=True)
class Entry(Record):
    """A person in a registry. `relayed` and `router` are as whoever sends it sees them."""

    discovery_id: str = said(_id, "discoveryID")
    friendlyname: str = said(_name)
    last_seen: int = said(whole(), "lastSeen")
    sealed_transport: bytes | None = may(binary(most=256), "sealedTransport")
    relayed: bool | None = may(flag)
    router: bool | None = may(flag)

    def __repr__(self) -> str:
        return f"Entry({self.discovery_id[-4:]})"


@dataclass(frozen=True, repr=False)
class CheckIn(Entry, Frame):
    """A peer says that it is here."""

    TYPE = "checkin"

    def entry(self) -> Entry:
        """What is told of it: `relayed` and `router` say nothing in a check-in."""
        return Entry(self.discovery_id, self.friendlyname, self.last_seen, self.sealed_transport)


@dataclass(frozen=True)
class Registry(Frame):
    """A part of everybody, counted from 1."""

    TYPE = "registry"
    epoch: int = said(whole())
    seq: int = said(whole())
    part: int = said(whole(limits.REGISTRY_PARTS, 1))
    parts: int = said(whole(limits.REGISTRY_PARTS, 1))
    peers: tuple[Entry, ...] = said(many(Entry.read, 512))


@dataclass(frozen=True)
class Update(Frame):
    """Who has come, or changed, and who has left."""

    TYPE = "update"
    epoch: int = said(whole())
    seq: int = said(whole())
    joined: tuple[Entry, ...] = said(many(Entry.read, 512))
    left: tuple[str, ...] = said(many(_id, 512))


@dataclass(frozen=True)
class ReCheckIn(Frame):
    """To a router: the registry again. To a peer: another check-in."""

    TYPE = "recheckin"


@dataclass(frozen=True)
class Redirect(Frame):
    """A router is full, and another one is to be tried."""

    TYPE = "redirect"
    router: str = said(_id)


@dataclass(frozen=True)
class Deputy(Frame):
    """A router asks to stand by."""

    TYPE = "deputy"
    router: str = said(_id)


@dataclass(frozen=True)
class Ping(Frame):
    """Is somebody there?"""

    TYPE = "ping"


@dataclass(frozen=True)
class Pong(Frame):
    """Yes."""

    TYPE = "pong"


@dataclass(frozen=True)
class Bye(Frame):
    """The last word."""

    TYPE = "bye"


ROUTER = frame_set(CheckIn, Registry, Update, ReCheckIn, Redirect, Deputy, Ping, Pong, Bye)


# Before two people know each other


@dataclass(frozen=True)
class Hello(Frame):
    """The first message of either side."""

    TYPE = "hello"
    v: tuple[int, ...] = said(versions)
    eph: bytes = said(point)
    nonce: bytes = said(_nonce)
    hint: bytes | None = may(_mac)


@dataclass(frozen=True)
class Answer(Hello):
    """The hello of the dialled side, which has chosen a version."""

    def written(self) -> dict[str, Any]:
        return {**super().written(), "v": self.v[0]}


@dataclass(frozen=True)
class Request(Frame):
    """Somebody asks to be a contact."""

    TYPE = "request"
    friendlyname: str = said(_name)
    note: str | None = may(string(limits.FRAME_BYTES))


@dataclass(frozen=True)
class Accepted(Frame):
    """The answer is yes."""

    TYPE = "accepted"
    key: bytes = said(point)
    sig: bytes = said(_signature)
    mac: bytes = said(_mac)
    friendlyname: str = said(_name)


@dataclass(frozen=True)
class Rejected(Frame):
    """The answer is no."""

    TYPE = "rejected"


@dataclass(frozen=True)
class Crossed(Frame):
    """Both have asked at once, and the request of who says this goes on."""

    TYPE = "crossed"
    mac: bytes = said(_mac)


@dataclass(frozen=True)
class Confirm(Frame):
    """Who has asked proves a key, too."""

    TYPE = "confirm"
    key: bytes = said(point)
    sig: bytes = said(_signature)
    mac: bytes = said(_mac)


@dataclass(frozen=True)
class Auth(Frame):
    """The proof of a known pair."""

    TYPE = "auth"
    key: bytes = said(point)
    sig: bytes = said(_signature)
    mac: bytes = said(_mac)


HANDSHAKE = frame_set(Hello, Request, Accepted, Rejected, Crossed, Confirm, Auth, Bye)


# Between contacts


@dataclass(frozen=True)
class Profile(Frame):
    """Who somebody is, and where they are found."""

    TYPE = "profile"
    number: int = said(whole())
    friendlyname: str = said(_name)
    transport_id: str = said(transport_id, "transportID")
    discovery_uuid: bytes = said(binary(16), "discoveryUUID")
    near: bool = said(flag)
    special: bool = said(flag)
    at: int = said(whole())
    routers: tuple[str, ...] | None = may(many(_id, limits.PROFILE_ROUTERS))
    away: bool | None = may(flag)

    def __repr__(self) -> str:
        return f"Profile({self.number})"


@dataclass(frozen=True)
class Have(Frame):
    """The last message of the other that is stored here, and the last one seen."""

    TYPE = "have"
    last: str | None = may(_message_id)
    read_: str | None = may(_message_id, "read")


@dataclass(frozen=True)
class Ask(Frame):
    """Which of these messages does the other have?"""

    TYPE = "ask"
    ids: tuple[str, ...] = said(many(_message_id, limits.ASK_IDS, 1))


@dataclass(frozen=True)
class Known(Frame):
    """The newest of them."""

    TYPE = "known"
    id: str | None = may(_message_id)


@dataclass(frozen=True)
class FileOffer(Record):
    """What a file is said to be."""

    name: str = said(string(1_024, 1))
    size: int = said(whole(limits.FILE_BYTES))
    kind: str | None = may(string(limits.KIND_BYTES))
    modified: int | None = may(whole())
    thumbnail: str | None = may(string(limits.THUMBNAIL_CHARACTERS))
    folder: int | None = may(whole(limits.FOLDER_FILES))


ACTS = ("reply", "reaction", "takeback", "edit", "delete", "agree", "decline", "meet", "introduced")
# Those that are about no message.
RULES = ("propose", "off")


@dataclass(frozen=True)
class Acquaintance(Record):
    """What an introducer says of somebody."""

    name: str = said(string(limits.FRAME_BYTES, 1))
    note: str | None = may(string(limits.FRAME_BYTES))
    key: str | None = may(string(limits.FRAME_BYTES))


@dataclass(frozen=True)
class Text(Frame):
    """A message that a person has written, or a file that they offer."""

    TYPE = "text"
    number: int = said(whole(least=1))
    id: str = said(_message_id)
    at: int = said(whole())
    text: str = said(string(limits.TEXT_BYTES, 1))
    file: FileOffer | None = may(FileOffer.read)
    act: str | None = may(string(limits.FRAME_BYTES))
    about: str | None = may(string(limits.FRAME_BYTES))
    lives: int | None = may(whole())
    turn: int | None = may(whole())
    introduces: Acquaintance | None = may(Acquaintance.read)

    def __repr__(self) -> str:
        return f"Text({self.number})"

    def reference(self) -> tuple[str, str | None] | None:
        """What it says of an earlier message, or of all, and of which one; none where it is a message by itself."""
        if self.file is not None:
            return None
        if self.act in RULES:
            return self.act, None
        if self.act not in ACTS or self.about is None:
            return None
        return self.act, _message_id(self.about)


@dataclass(frozen=True)
class Ack(Frame):
    """All texts up to this number are stored."""

    TYPE = "ack"
    upto: int = said(whole())


@dataclass(frozen=True)
class Read(Frame):
    """All up to this message were seen."""

    TYPE = "read"
    id: str = said(_message_id)


@dataclass(frozen=True)
class Typing(Frame):
    """The other is writing."""

    TYPE = "typing"


@dataclass(frozen=True)
class Scanned(Frame):
    """The other has scanned what was shown here with this token, and has the same safety number."""

    TYPE = "scanned"
    token: str = said(string(limits.FRAME_BYTES))


@dataclass(frozen=True)
class Replaced(Frame):
    """A newer connection of the same identity has taken the place of this one."""

    TYPE = "replaced"


FILE_STATES = (
    "offered", "want", "declined", "cancelled", "failed", "changed", "saved", "lacking", "paused", "ready", "noted",
)  # fmt: skip


@dataclass(frozen=True)
class FileState(Frame):
    """How far a file is."""

    TYPE = "file"
    id: str = said(_message_id)
    state: str = said(one_of(*FILE_STATES))


@dataclass(frozen=True)
class Channel(Frame):
    """I want to call your Transport ID with this connection id, to fetch files; further ids are of more attempts."""

    TYPE = "channel"
    label: str = said(_label)
    further: tuple[str, ...] | None = may(many(_label, limits.FURTHER_CALLS))


@dataclass(frozen=True)
class Awaited(Frame):
    """Call: I wait for that."""

    TYPE = "awaited"
    label: str = said(_label)


@dataclass(frozen=True)
class Bound(Frame):
    """Between which certificates I see that connection."""

    TYPE = "bound"
    label: str = said(_label)
    local: bytes = said(binary(32))
    remote: bytes = said(binary(32))


SESSION = frame_set(
    Profile, Have, Ask, Known, Text, Ack, Read, Typing, Scanned, Replaced, FileState, Channel, Awaited, Bound, Ping, Pong, Bye
)  # fmt: skip


# On a connection for files


@dataclass(frozen=True)
class Get(Frame):
    """Send this file from this piece on; `last` is the hash of the one before, which I have."""

    TYPE = "get"
    id: str = said(_message_id)
    from_: int = said(whole(), "from")
    last: bytes | None = may(binary(32))


@dataclass(frozen=True)
class Differs(Frame):
    """The piece before the one that was asked for is another one here."""

    TYPE = "differs"
    id: str = said(_message_id)
    from_: int = said(whole(), "from")


@dataclass(frozen=True)
class Piece(Frame):
    """So many bytes follow."""

    TYPE = "piece"
    id: str = said(_message_id)
    number: int = said(whole())
    length: int = said(whole(limits.PIECE_BYTES))
    hash: bytes = said(binary(32))


@dataclass(frozen=True)
class Got(Frame):
    """Every piece before this one is on the disk."""

    TYPE = "got"
    id: str = said(_message_id)
    upto: int = said(whole())


FILES = frame_set(Get, Differs, Piece, Got, Ping, Pong, Bye)


def registry_frames(epoch: int, seq: int, entries: Iterable[Entry]) -> list[Registry]:
    """Everybody, in as many parts as it takes."""
    parts: list[list[Entry]] = [[]]
    room = limits.FRAME_BYTES - 200
    for entry in entries:
        size = len(json.dumps(entry.written(), ensure_ascii=False, separators=(",", ":")).encode()) + 1
        if size > room:
            parts.append([])
            room = limits.FRAME_BYTES - 200
        parts[-1].append(entry)
        room -= size
    return [Registry(epoch, seq, at + 1, len(parts), tuple(part)) for at, part in enumerate(parts)]
