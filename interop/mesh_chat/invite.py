"""Invite codes."""

from __future__ import annotations

import secrets
import uuid

from . import crypto
from .store import Invite

PREFIX = "meshchat-invite:"
LINK = "#i="
VERSION = b"\x01"
LENGTH = 1 + 16 + 32 + 8


class BadInvite(ValueError):
    """A text that is no invite, or one that is over."""


def fresh(now: float, seconds: float) -> Invite:
    """Makes one, which is open for so long."""
    return Invite(uuid.uuid4().bytes, secrets.token_bytes(32), float(int(now + seconds)))


def write(invite: Invite) -> str:
    """The code of it."""
    return PREFIX + crypto.to_base64url(VERSION + invite.uuid + invite.secret + int(invite.until).to_bytes(8, "big"))


def read(text: str, now: float) -> Invite:
    """Reads a code, or a link with one, that is still open."""
    text = text.strip()
    code = text.removeprefix(PREFIX) if text.startswith(PREFIX) else text.partition(LINK)[2]
    try:
        data = crypto.from_base64url(code) if len(code) < 200 else b""
    except ValueError as error:
        raise BadInvite("this is no invite") from error
    if len(data) != LENGTH or data[:1] != VERSION:
        raise BadInvite("this is no invite")
    invite = Invite(data[1:17], data[17:49], float(int.from_bytes(data[49:], "big")))
    if invite.until <= now:
        raise BadInvite("this invite is over")
    return invite


def invite_id(root: str, of: bytes) -> str:
    """The id at which the maker of an invite waits."""
    return f"{root}-{crypto.uuid_text(of)}"
