"""Ids at the signalling server: namespaces, Router, Discovery and Transport IDs, days and slots."""

from __future__ import annotations

import datetime
import ipaddress
import re
import uuid

from . import crypto, limits

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_UUID_V8 = r"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def namespace_of(address: str) -> str:
    """The namespace of a public address: an IPv4 as it is, an IPv6 by its /64."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed).replace(".", "-")
    return "-".join(parsed.exploded.split(":")[:4])


def router_id(root: str, namespace: str, number: int = 1) -> str:
    """The id of the `number`th router of a namespace."""
    return f"{root}-{namespace}-{number}"


def router_number(root: str, namespace: str, text: str) -> int | None:
    """Which router of the namespace the id is of, or none where it is of none."""
    match = re.fullmatch(re.escape(f"{root}-{namespace}-") + r"([1-9][0-9]?)", text)
    if match is None or int(match[1]) > limits.ROUTER_IDS:
        return None
    return int(match[1])


def discovery_id(root: str, namespace: str, discovery_uuid: bytes, day: str, n: int = 0) -> str:
    """The `n`th id under which somebody is found in a namespace on a day."""
    return f"{root}-{namespace}-{crypto.discovery_uuid(discovery_uuid, namespace, day, n)}"


def is_discovery_id(root: str, namespace: str, text: str) -> bool:
    """Says whether the id is a canonical one of the namespace under the root."""
    return re.fullmatch(re.escape(f"{root}-{namespace}-") + _UUID_V8, text) is not None


def fresh_transport_id(root: str) -> str:
    """A new id that leads to nothing."""
    return f"{root}-{uuid.uuid4()}"


def is_transport_id(root: str, text: str) -> bool:
    """Says whether the id is of that form."""
    return re.fullmatch(re.escape(f"{root}-") + _UUID, text) is not None


def ends_in_uuid(text: str) -> bool:
    """Says whether the id has the form of a Transport ID under some root."""
    return re.fullmatch(r".+-" + _UUID, text) is not None


def day_of(unix: float) -> str:
    """The UTC day of a moment."""
    return datetime.datetime.fromtimestamp(unix, datetime.UTC).strftime("%Y-%m-%d")


def seconds_to_the_next_day(unix: float) -> float:
    """How long the day of a moment still lasts."""
    return 86_400 - unix % 86_400


# Slots

SLOT_SECONDS = 600


def slot_of(unix: float, length: int = SLOT_SECONDS) -> str:
    """The slot of a moment: `UTC-YYYY-MM-DD-HH-n`. Shorter ones, in tests, are called what as many ten minutes are called."""
    moment = datetime.datetime.fromtimestamp(int(unix // length) * SLOT_SECONDS, datetime.UTC)
    return moment.strftime("UTC-%Y-%m-%d-%H-") + str(moment.minute // 10)


def slot_start(slot: str, length: int = SLOT_SECONDS) -> float | None:
    """When the slot begins, or none where it is no slot."""
    match = re.fullmatch(r"UTC-(\d{4})-(\d\d)-(\d\d)-(\d\d)-([0-5])", slot, re.ASCII)
    if match is None:
        return None
    year, month, day, hour, tens = (int(part) for part in match.groups())
    try:
        moment = datetime.datetime(year, month, day, hour, tens * 10, tzinfo=datetime.UTC)
    except ValueError:
        return None
    return moment.timestamp() / SLOT_SECONDS * length
