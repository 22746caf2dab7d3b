"""Which servers are used, in the form of the extension's config.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import crypto
from .signalling import Server


class BadConfig(ValueError):
    """A configuration that cannot be used, and why."""


@dataclass(frozen=True)
class BeaconConfig:
    """Whom to ask for the root, and whose signature counts."""

    url: str
    public_key: bytes
    token: str | None = None
    origin: str | None = None
    slot_seconds: int = 600


@dataclass(frozen=True)
class Config:
    """Everything that is the person's choice."""

    root: str = "myapp"
    server: Server = Server("0.peerjs.com", 443)
    stun: tuple[tuple[str, int], ...] = (("stun.l.google.com", 19_302), ("stun.cloudflare.com", 3_478))
    echo: str | None = "https://api.ipify.org?format=json"
    beacon: BeaconConfig | None = None
    addresses: tuple[str, ...] = ()


def read_config(path: Path) -> Config:
    """Reads a file; what it does not name is as by default. Nothing falls back where something is wrong."""
    try:
        value = json.loads(path.read_text())
        if not isinstance(value, dict):
            raise TypeError("no object")
        return _config(value)
    except OSError as error:
        raise BadConfig(f"{path}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise BadConfig(f"{path}: {error}") from error


def _config(value: dict[str, Any]) -> Config:
    default = Config()
    server = default.server
    if value.get("signalling"):
        one = value["signalling"][0] if isinstance(value["signalling"], list) else value["signalling"]
        server = Server(
            str(one["host"]), int(one["port"]), str(one.get("path", "/")), str(one.get("key", "peerjs")), bool(one.get("secure", True))
        )
    stun = default.stun
    if "iceServers" in value:
        urls: list[str] = []
        for one in value["iceServers"]:
            urls += [one["urls"]] if isinstance(one["urls"], str) else one["urls"]
        stun = tuple(_stun(url) for url in urls if url.startswith("stun:"))
    beacon = None
    if value.get("beacon"):
        one = value["beacon"]
        key = crypto.check_key(crypto.from_base64url(one["publicKey"]))
        beacon = BeaconConfig(one["url"], key, one.get("token"), one.get("origin"), int(one.get("slotSeconds", 600)))
    echo = value.get("ipEcho", default.echo)
    return Config(str(value.get("root", default.root)), server, stun, echo, beacon, tuple(value.get("addresses", ())))


def _stun(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("stun:").partition("?")[0].rpartition(":")
    return (host.strip("[]"), int(port)) if host else (port, 3_478)
