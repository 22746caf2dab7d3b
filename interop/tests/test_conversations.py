"""The conversations of `tests/conversations.json`, which the other implementation has had with itself.

Each message is read. Each handshake is had again from both sides, with the randomness of then: what this client says has
to be the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import unittest
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from mesh_chat import crypto, handshake, ids, invite, registry, wire
from mesh_chat.store import Invite

STORIES = json.loads((Path(__file__).parents[2] / "tests/conversations.json").read_text())["stories"]

ROOT = "myapp"
# Of the last step of a handshake, how many there are.
LAST_STEPS = {"confirm": 1, "auth": 2}

Case = dict[str, Any]


@dataclass
class Link:
    """A link with everything that was said on it, in order."""

    told: Case
    said: list[Case] = field(default_factory=list)
    is_of_files: bool = False

    def by(self, device: int) -> list[bytes]:
        """The messages of one end."""
        return [one["bytes"].encode() for one in self.said if one["by"] == device and "bytes" in one]

    @property
    def is_of_router(self) -> bool:
        """It leads to a Router ID on a network; at a rendezvous people meet under such an id."""
        return self.told["to"].rsplit("-", 1)[1].isdigit() and "rendezvous" not in self.told["to"]

    def kinds(self) -> list[dict[str, type[wire.Frame]]]:
        """Which messages belong where each one stands."""
        if self.is_of_router or self.is_of_files:
            return [wire.ROUTER if self.is_of_router else wire.FILES] * len(self.said)
        found, steps = [], 0.0
        for one in self.said:
            found.append(wire.SESSION if steps >= 1 else wire.HANDSHAKE)
            if steps < 1:
                steps += 1 / LAST_STEPS.get(json.loads(one["bytes"])["type"], float("inf"))
        return found


class Told:
    """A story: its devices, and its links with what was said on them."""

    def __init__(self, story: Case) -> None:
        self.name = story["name"]
        self.devices = story["devices"]
        self.invite = invite.read(story["invite"], 0) if "invite" in story else None
        self.links = [Link(link) for part in story["conversations"] for link in part["links"]]
        for one in (one for part in story["conversations"] for one in part["said"]):
            self.links[one["link"]].said.append(one)
        announced = {value["label"] for one in self.messages() if (value := json.loads(one))["type"] == "channel"}
        for link in self.links:
            link.is_of_files = link.told["label"] in announced

    def messages(self) -> list[str]:
        """All messages of JSON."""
        return [one["bytes"] for link in self.links for one in link.said if "bytes" in one]

    def meetings(self) -> list[Link]:
        """The links on which two people have met."""
        return [link for link in self.links if "ephemeralCaller" in link.told]

    def key(self, device: int) -> crypto.Key:
        """The identity of whose device it is."""
        return crypto.Key.of_scalar(bytes.fromhex(self.devices[device]["identity"]))

    def secrets(self) -> list[bytes]:
        """What two may share before they say hello."""
        pairs = {contact["pairSecret"] for device in self.devices for contact in device["contacts"]}
        return [bytes.fromhex(one) for one in sorted(pairs)] + ([self.invite.secret] if self.invite else [])

    def shown(self, link: Link) -> bytes | None:
        """The secret of which the connection id is a tag; none where it is of none."""
        told = link.told
        return next((one for one in self.secrets() if crypto.is_tag_of(one, told["label"], told["from"], told["to"])), None)


class End:
    """One end of a link, at which this client stands in for a device: what the other end has said comes in."""

    def __init__(self, link: Link, device: int) -> None:
        told, is_caller = link.told, device == link.told["caller"]
        certificates = [bytes.fromhex(told[name]) for name in ("fpCaller", "fpCalled")]
        self.local_fp, self.remote_fp = certificates if is_caller else certificates[::-1]
        self.comes = link.by(told["called"] if is_caller else told["caller"])
        self.said: list[bytes] = []
        self.ephemeral = bytes.fromhex(told["ephemeralCaller" if is_caller else "ephemeralCalled"])
        self.nonce = crypto.from_base64url(json.loads(link.by(device)[0])["nonce"])

    async def receive(self) -> bytes:
        """What comes next."""
        return self.comes.pop(0)

    def send_bytes(self, data: bytes) -> None:
        """Says something."""
        self.said.append(data)

    def randomness(self) -> Any:
        """Draws what was drawn then."""
        drawn = mock.patch.multiple(
            handshake,
            secrets=mock.Mock(token_bytes=mock.Mock(return_value=self.nonce)),
            crypto=mock.Mock(wraps=crypto, Key=mock.Mock(fresh=lambda: crypto.Key.of_scalar(self.ephemeral))),
        )
        return drawn


class Conversations(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        self.stories = [Told(story) for story in STORIES]

    def test_every_message_is_read_where_it_stands_and_says_the_same_when_it_is_written(self) -> None:
        seen = set()
        for link in (link for story in self.stories for link in story.links):
            for kinds, one in zip(link.kinds(), link.said, strict=True):
                if "bytes" not in one:
                    continue
                with self.subTest(link=link.told["link"], message=one["bytes"]):
                    frame = wire.read_frame(kinds, one["bytes"].encode())
                    said = json.loads(one["bytes"])
                    if said["type"] == "hello" and not isinstance(said["v"], list):
                        said["v"] = [said["v"]]
                    self.assertEqual(json.loads(frame.encoded()), said)
                    seen.add(said["type"])
        self.assertGreaterEqual(
            seen,
            {"checkin", "registry", "update", "hello", "request", "accepted", "confirm", "auth", "profile", "have", "text"}
            | {"ack", "read", "typing", "file", "channel", "awaited", "bound", "get", "piece", "got"},
        )

    async def test_this_client_says_the_same_hellos_and_proofs_at_either_end(self) -> None:
        met = [(story, link) for story in self.stories for link in story.meetings()]
        self.assertGreaterEqual(len(met), 4)
        for story, link in met:
            for device in (link.told["caller"], link.told["called"]):
                with self.subTest(story.name, link=link.told["link"], device=device):
                    await self._have_again(story, link, device)

    async def _have_again(self, story: Told, link: Link, device: int) -> None:
        told, end = link.told, End(link, device)
        secret, is_caller = story.shown(link), device == link.told["caller"]
        shared = handshake.Secret(secret, None) if secret is not None else None
        with end.randomness():
            if is_caller:
                greeting = await handshake.greet(end, shared)  # type: ignore[arg-type]
            else:
                greeting = await handshake.be_greeted(end, [shared] if shared else [])  # type: ignore[arg-type]
        self.assertEqual(greeting.known, shared, "what is shared is recognised")
        own, other = story.key(device), story.key(told["called"] if is_caller else told["caller"])
        role, others_role = ("initiator", "responder") if is_caller else ("responder", "initiator")
        for data, kinds in zip(link.said, link.kinds(), strict=True):
            frame = wire.read_frame(kinds, data["bytes"].encode()) if kinds is wire.HANDSHAKE else None
            by_us = data["by"] == device
            if isinstance(frame, wire.Accepted):
                labels = ("accepted", "accepted", None)
            elif isinstance(frame, wire.Confirm):
                labels = ("confirm", "confirm", other.public)
            elif isinstance(frame, wire.Auth):
                labels = (f"auth {role}", f"auth {others_role}", other.public)
            elif isinstance(frame, wire.Request) and by_us:
                end.send_bytes(wire.Request(frame.friendlyname, frame.note).encoded())
                continue
            else:
                continue
            ours, theirs, known = labels
            if by_us:
                more = {"friendlyname": frame.friendlyname} if isinstance(frame, wire.Accepted) else {}
                end.send_bytes(type(frame)(**greeting.proof(ours, own, known), **more).encoded())
            else:
                self.assertEqual(greeting.check(theirs, frame, known and own.public), other.public)
        self.assertEqual(end.said, [one for one, kinds in self._of(link, device) if kinds is wire.HANDSHAKE])
        if not any(json.loads(one)["type"] == "auth" for one in end.said):
            kept = {contact["pairSecret"] for contact in story.devices[device]["contacts"] if contact["key"] == other.public.hex()}
            self.assertEqual(kept, {greeting.pair_secret.hex()})

    def _of(self, link: Link, device: int) -> list[tuple[bytes, Any]]:
        both = zip(link.said, link.kinds(), strict=True)
        return [(one["bytes"].encode(), kinds) for one, kinds in both if one["by"] == device]

    def test_the_ids_at_which_people_are_found_are_derived_alike(self) -> None:
        kinds = set()
        for story, link in ((story, link) for story in self.stories for link in story.meetings()):
            place, began = link.told["to"], link.said[0]["at"] / 1_000
            if "rendezvous" in place:
                kinds.add("rendezvous")
                around = {ids.slot_of(began + minutes * 60) for minutes in (-2, 0, 2)}
                pair = story.shown(link)
                assert pair is not None
                secret = crypto.rendezvous_secret(pair)
                namespaces = {crypto.rendezvous_namespace(secret, slot) for slot in around}
                self.assertIn(place[len(ROOT) + 1 :].rsplit("-", 1)[0], namespaces)
            elif story.invite is not None:
                kinds.add("invite")
                self.assertEqual(place, invite.invite_id(ROOT, story.invite.uuid))
                self.assertIsInstance(story.invite, Invite)
            else:
                kinds.add("discovery")
                uuid = bytes.fromhex(story.devices[link.told["called"]]["discoveryUUID"])
                self.assertEqual(place, ids.discovery_id(ROOT, "203-0-113-7", uuid, ids.day_of(began)))
        self.assertEqual(kinds, {"rendezvous", "invite", "discovery"})

    def test_contacts_find_each_others_addresses_in_check_ins(self) -> None:
        opened = 0
        for story in self.stories:
            uuids = [bytes.fromhex(device["discoveryUUID"]) for device in story.devices]
            for link in story.links:
                for one in (one for one in link.said if '"checkin"' in one.get("bytes", "")):
                    frame = wire.read_frame(wire.ROUTER, one["bytes"].encode())
                    assert isinstance(frame, wire.CheckIn) and frame.sealed_transport is not None
                    address = crypto.open_transport(uuids[one["by"]], frame.sealed_transport, frame.discovery_id)
                    told = {value["transportID"] for text in story.messages() if "transportID" in (value := json.loads(text))}
                    self.assertIn(address, told)
                    opened += 1
        self.assertGreater(opened, 1)

    def test_lists_of_a_network_follow_without_a_gap(self) -> None:
        for story in self.stories:
            for link in (link for link in story.links if link.is_of_router and link.said):
                for speaker in {one["by"] for one in link.said}:
                    copy = registry.Copy(registry.Place(ROOT, "-".join(link.told["to"].split("-")[1:-1])))
                    for data in link.by(speaker):
                        frame = wire.read_frame(wire.ROUTER, data)
                        if isinstance(frame, wire.Registry):
                            self.assertTrue(copy.hear_registry(frame))
                        elif isinstance(frame, wire.Update):
                            self.assertTrue(copy.hear_update(frame))

    def test_texts_are_counted_and_acknowledged_on_each_connection(self) -> None:
        for link in (link for story in self.stories for link in story.meetings()):
            texts, acked = {link.told["caller"]: 0, link.told["called"]: 0}, 0
            for kinds, one in zip(link.kinds(), link.said, strict=True):
                frame = wire.read_frame(kinds, one["bytes"].encode())
                if isinstance(frame, wire.Text):
                    texts[one["by"]] += 1
                    self.assertEqual(frame.number, texts[one["by"]])
                elif isinstance(frame, wire.Ack):
                    acked += 1
                    self.assertLessEqual(frame.upto, sum(count for device, count in texts.items() if device != one["by"]))
            self.assertLessEqual(acked, sum(texts.values()))

    def test_the_bytes_of_a_piece_have_the_hash_that_was_said(self) -> None:
        pieces = 0
        for link in (link for story in self.stories for link in story.links if link.is_of_files):
            waiting: wire.Piece | None = None
            content = b""
            for one in link.said:
                if "hex" in one:
                    part = bytes.fromhex(one["hex"])
                    self.assertEqual(part[0], 0)
                    content += part[1:]
                    continue
                frame = wire.read_frame(wire.FILES, one["bytes"].encode())
                waiting = frame if isinstance(frame, wire.Piece) else waiting
            assert waiting is not None
            self.assertEqual((len(content), hashlib.sha256(content).digest()), (waiting.length, waiting.hash))
            pieces += 1
        self.assertGreater(pieces, 0)


if __name__ == "__main__":
    unittest.main()
