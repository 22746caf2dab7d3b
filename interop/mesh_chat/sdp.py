"""Descriptions of a connection: only the lines that the protocol names go out, and of what comes only those are read."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field

from . import limits

MAX_MESSAGE_SIZE = limits.FRAME_BYTES

_ICE = r"[A-Za-z0-9+/]"
_LOCAL_NAME = re.compile(r"[A-Za-z0-9-]{1,63}\.local")


class BadDescription(ValueError):
    """A description that cannot be used, and why."""


@dataclass(frozen=True)
class Candidate:
    """One place at which an end may be: UDP, component 1."""

    foundation: str
    priority: int
    host: str
    port: int
    kind: str

    @classmethod
    def parse(cls, line: str) -> Candidate | None:
        """Reads a `candidate:` line; none where it is of no use: TCP, another component, an address where nobody else can be."""
        match = re.fullmatch(
            r"(?:a=)?candidate:([A-Za-z0-9+/]{1,32}) (\d{1,5}) (\S{3,8}) (\d{1,10}) (\S{1,70}) (\d{1,5}) typ (host|srflx|prflx|relay)"
            r"( .*)?",
            line.strip(),
            re.ASCII,
        )
        if match is None:
            return None
        foundation, component, transport, priority, host, port, kind, _ = match.groups()
        if component != "1" or transport.lower() != "udp" or not 0 < int(port) < 65_536:
            return None
        if not _LOCAL_NAME.fullmatch(host) and not _is_place(host):
            return None
        return cls(foundation, int(priority), host, int(port), kind)

    def line(self) -> str:
        """As it is written, without `a=`."""
        line = f"candidate:{self.foundation} 1 udp {self.priority} {self.host} {self.port} typ {self.kind}"
        if self.kind != "host":
            # Where it is seen from is nobody's to know.
            line += " raddr 0.0.0.0 rport 0"
        return line

    def is_local_name(self) -> bool:
        """Says whether it hides an address behind a `.local` name."""
        return self.host.endswith(".local")


def _is_place(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        never = address.packed[0] == 0 or host == "255.255.255.255"
    else:
        never = address.ipv4_mapped is not None or host == "::"
    return not (never or address.is_loopback or address.is_link_local or address.is_multicast)


@dataclass(frozen=True)
class Description:
    """One end of a connection."""

    ufrag: str
    pwd: str
    fingerprint: bytes
    setup: str
    mid: str = "0"
    sctp_port: int = 5_000
    max_message_size: int = MAX_MESSAGE_SIZE
    candidates: tuple[Candidate, ...] = field(default=())

    @classmethod
    def parse(cls, text: object) -> Description:
        """Reads the lines that matter, each once."""
        if not isinstance(text, str) or len(text) > limits.DESCRIPTION_BYTES:
            raise BadDescription("a description is a text of bounded length")
        lines = [line.strip() for line in text.splitlines()]
        if sum(line.startswith("m=") for line in lines) != 1:
            raise BadDescription("a description has one part")
        setup = _only(lines, "setup", "(actpass|active|passive)")
        prints = [line[14:] for line in lines if line.lower().startswith("a=fingerprint:")]
        match = re.fullmatch(r"(?i:sha-256) ((?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2})", prints[0]) if len(prints) == 1 else None
        if match is None:
            raise BadDescription("a description has one SHA-256 fingerprint")
        candidates = [Candidate.parse(line) for line in lines if line.startswith("a=candidate:")][: limits.CANDIDATES]
        return cls(
            ufrag=_only(lines, "ice-ufrag", f"({_ICE}{{4,256}})"),
            pwd=_only(lines, "ice-pwd", f"({_ICE}{{22,256}})"),
            fingerprint=bytes.fromhex(match[1].replace(":", "")),
            setup=setup,
            mid=_only(lines, "mid", r"([!-~]{1,32})"),
            sctp_port=int(_only(lines, "sctp-port", r"(\d{1,5})", "5000")),
            max_message_size=int(_only(lines, "max-message-size", r"(\d{1,10})", "65536")),
            candidates=tuple(one for one in candidates if one is not None),
        )

    def text(self) -> str:
        """What goes out."""
        fingerprint = ":".join(f"{byte:02X}" for byte in self.fingerprint)
        lines = [
            "v=0",
            "o=- 1 1 IN IP4 0.0.0.0",
            "s=-",
            "t=0 0",
            "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
            "c=IN IP4 0.0.0.0",
            f"a=ice-ufrag:{self.ufrag}",
            f"a=ice-pwd:{self.pwd}",
            f"a=fingerprint:sha-256 {fingerprint}",
            f"a=setup:{self.setup}",
            f"a=mid:{self.mid}",
            f"a=sctp-port:{self.sctp_port}",
            f"a=max-message-size:{self.max_message_size}",
            *(f"a={one.line()}" for one in self.candidates),
        ]
        return "".join(line + "\r\n" for line in lines)


def _only(lines: list[str], name: str, pattern: str, default: str | None = None) -> str:
    found = [line[len(name) + 3 :] for line in lines if line.startswith(f"a={name}:")]
    if not found and default is not None:
        return default
    match = re.fullmatch(pattern, found[0], re.ASCII) if len(found) == 1 else None
    if match is None:
        raise BadDescription(f"a description has one {name}")
    return match[1]
