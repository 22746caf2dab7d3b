"""What a router has told of who is on a network: the registry in parts, and the updates that follow it without a gap."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import ids, limits, wire


class Misbehaviour(Exception):
    """The other side does what the protocol does not allow; the connection ends."""


@dataclass
class Place:
    """The namespace under a root that a list is of."""

    root: str
    namespace: str

    def takes(self, discovery_id: str) -> bool:
        """Says whether somebody with this id can be here."""
        return ids.is_discovery_id(self.root, self.namespace, discovery_id)


@dataclass
class Copy:
    """The list of one router, as far as it has come."""

    place: Place
    most: int = limits.PEOPLE
    epoch: int = 0
    seq: int = 0
    complete: bool = False
    entries: dict[str, wire.Entry] = field(default_factory=dict)
    _parts: dict[str, wire.Entry] = field(default_factory=dict)
    _next: int = 1

    def hear_registry(self, frame: wire.Registry) -> bool:
        """Takes a part; says whether the list is whole now."""
        if frame.part == 1:
            self._parts, self._next = {}, 1
        if frame.part != self._next or frame.part > frame.parts:
            raise Misbehaviour("the parts of a registry come in order")
        for entry in frame.peers:
            self._check(entry.discovery_id)
            if entry.discovery_id in self._parts:
                raise Misbehaviour("a registry has nobody twice")
            self._parts[entry.discovery_id] = entry
        if len(self._parts) > self.most:
            raise Misbehaviour("a registry has too many people")
        self._next += 1
        if frame.part < frame.parts:
            return False
        self.entries, self._parts, self._next = self._parts, {}, 1
        self.epoch, self.seq, self.complete = frame.epoch, frame.seq, True
        return True

    def hear_update(self, frame: wire.Update) -> bool:
        """Takes a change; false where one before it is missing."""
        if not self.complete or frame.epoch != self.epoch or frame.seq != self.seq + 1:
            return False
        self.seq = frame.seq
        for entry in frame.joined:
            self._check(entry.discovery_id)
            self.entries[entry.discovery_id] = entry
        for one in frame.left:
            self.entries.pop(one, None)
        if len(self.entries) > self.most:
            raise Misbehaviour("a router tells of too many people")
        return True

    def _check(self, discovery_id: str) -> None:
        if not self.place.takes(discovery_id):
            raise Misbehaviour("somebody in a list cannot be here")
