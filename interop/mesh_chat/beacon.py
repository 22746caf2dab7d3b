"""A beacon: a signature of the time, from which the root of the discovery namespaces follows."""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import logging
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from . import crypto, ids
from .config import BeaconConfig

log = logging.getLogger(__name__)

HEADER = "X-Mesh-Beacon"
NEXT_HEADER = "X-Mesh-Beacon-Next"
MOST_BYTES = 512
ANSWER_SECONDS = 10.0
FIRST_RETRY_SECONDS = 5.0
LONGEST_RETRY_SECONDS = 300.0
ROOTS = 4


class Refused(Exception):
    """An answer that is not believed, and why."""


@dataclass(frozen=True)
class Signed:
    """One slot with its signature, which verifies."""

    slot: str
    start: float
    root: str


def audience_of(url: str) -> str:
    """The origin of the configured URL, as it is signed."""
    parts = urlsplit(url)
    host, scheme = (parts.hostname or "").lower(), parts.scheme
    if scheme != "https" and not (scheme == "http" and (host == "localhost" or host == "::1" or host.startswith("127."))):
        raise Refused("a beacon is reached by https")
    if ":" in host:
        host = f"[{host}]"
    port = "" if parts.port in (None, 443 if scheme == "https" else 80) else f":{parts.port}"
    return f"{scheme}://{host}{port}"


def check(header: str, key: bytes, audience: str, length: int = ids.SLOT_SECONDS) -> Signed:
    """Reads a header: form, version, key and signature, in this order."""
    match = None
    if len(header) <= MOST_BYTES:
        match = re.fullmatch(
            r"v=([0-9]{1,9}); kid=([0-9a-f]{16}); slot=(UTC-[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{2}-[0-5]); sig=([A-Za-z0-9_-]{86})",
            header,
        )
    if match is None:
        raise Refused("the answer is malformed")
    version, kid, slot, sig = match.groups()
    if version != "1":
        raise Refused("the answer is of another version")
    if kid != crypto.beacon_kid(key):
        raise Refused("the answer is by another key")
    try:
        signature = crypto.from_base64url(sig)
    except ValueError as error:
        raise Refused("the answer is malformed") from error
    if not crypto.verifies(key, signature, crypto.beacon_message(audience, slot)):
        raise Refused("the signature does not verify")
    start = ids.slot_start(slot, length)
    if start is None:
        raise Refused("the answer is malformed")
    return Signed(slot, start, crypto.beacon_root(signature))


def accept(signed: Signed, now: float, date: float | None, length: int = ids.SLOT_SECONDS) -> None:
    """Refuses a slot that is not now, by the own clock."""
    skew = length / 2
    if signed.start - skew <= now < signed.start + length + skew:
        return
    if date is not None and abs(date - now) > skew:
        raise Refused("the clock of this device, or of the beacon, is wrong")
    raise Refused("the slot has not begun" if now < signed.start else "the slot is over")


class Beacon:
    """Asks, and says in which roots one is to be."""

    def __init__(self, config: BeaconConfig, changed: Callable[[list[str]], None]) -> None:
        self._config = config
        self._audience = audience_of(config.url)
        self._changed = changed
        self._roots: list[Signed] = []

    async def run(self) -> None:
        """Asks once in a slot; after a failure soon again."""
        length, retry = self._config.slot_seconds, FIRST_RETRY_SECONDS
        lead = length / 5
        while True:
            try:
                signed, following = await self._ask()
            except Refused as error:
                log.warning("the beacon: %s", error)
                await asyncio.sleep(retry * random.uniform(0.75, 1))
                retry = min(retry * 2, LONGEST_RETRY_SECONDS)
                continue
            retry = FIRST_RETRY_SECONDS
            self._join(signed)
            ends = signed.start + length
            # Joins the next root around the boundary, if it is known, and asks again in the lead if not.
            if following is not None:
                await asyncio.sleep(max(0.0, ends + random.uniform(-lead / 2, lead / 2) - time.time()))
                self._join(following)
                await asyncio.sleep(max(0.0, ends + random.uniform(0.9, 1.3) * lead - time.time()))
                self._leave_before(following)
                ends += length
            else:
                self._leave_before(signed)
            await asyncio.sleep(max(1.0, ends - lead + random.uniform(0.1, 0.7) * lead - time.time()))

    async def _ask(self) -> tuple[Signed, Signed | None]:
        headers = {}
        if self._config.origin is not None:
            headers["Origin"] = self._config.origin
        if self._config.token is not None:
            headers["Authorization"] = f"Bearer {self._config.token}"
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS)) as session:
                async with session.post(self._config.url, headers=headers, allow_redirects=False) as answer:
                    status, found = answer.status, answer.headers
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Refused("no answer") from error
        if status != 204:
            raise Refused(f"an answer with status {status}")
        if HEADER not in found:
            raise Refused("this caller is not on the list")
        length = self._config.slot_seconds
        signed = check(found[HEADER], self._config.public_key, self._audience, length)
        date = None
        with contextlib.suppress(ValueError, OverflowError):
            date = email.utils.parsedate_to_datetime(found.get("Date", "")).timestamp()
        accept(signed, time.time(), date, length)
        following = None
        if NEXT_HEADER in found:
            following = check(found[NEXT_HEADER], self._config.public_key, self._audience, length)
            if abs(following.start - signed.start - length) > 0.5:
                raise Refused("the next slot is not the one after the current one")
        return signed, following

    def _join(self, signed: Signed) -> None:
        if all(one.root != signed.root for one in self._roots):
            self._roots = [*self._roots, signed][-ROOTS:]
            self._changed([one.root for one in self._roots])

    def _leave_before(self, signed: Signed) -> None:
        kept = [one for one in self._roots if one.start >= signed.start]
        if kept != self._roots:
            self._roots = kept
            self._changed([one.root for one in self._roots])
