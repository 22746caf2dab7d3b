"""Every derivation and every message of `tests/vectors.json`, which the other implementation has written."""

from __future__ import annotations

import hashlib
import json
import struct
import unicodedata
import unittest
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from mesh_chat import beacon, crypto, ids, invite, wire
from mesh_chat.store import Invite

VECTORS = json.loads((Path(__file__).parents[2] / "tests/vectors.json").read_text())
PLACES = {"router": wire.ROUTER, "handshake": wire.HANDSHAKE, "session": wire.SESSION, "files": wire.FILES}

Case = dict[str, Any]


def read(case: Case) -> Case:
    """A case with bytes in the place of hex: all texts are that, but where the name says that they are texts."""
    return {name.removesuffix("Text"): _read(name, value) for name, value in case.items()}


def _read(name: str, value: Any) -> Any:
    if isinstance(value, str) and not name.endswith("Text"):
        return bytes.fromhex(value)
    return value


class Derivations(unittest.TestCase):
    """One method for each derivation; one without a method fails."""

    def test_every_derivation_is_that_of_the_other_implementation(self) -> None:
        for name, cases in VECTORS["derivations"].items():
            self.assertGreater(len(cases), 0, name)
            for case in cases:
                with self.subTest(name, case=case):
                    getattr(self, f"check_{name}")(read(case))

    def check_publicKey(self, case: Case) -> None:
        key = crypto.Key.of_scalar(case["scalar"]).public
        # The text is the same key, and has taken the name of the bytes.
        self.assertEqual(crypto.to_base64url(key), case["key"])

    def check_key(self, case: Case) -> None:
        if case["isKey"]:
            crypto.check_key(case["bytes"])
        else:
            with self.assertRaises(crypto.BadKey):
                crypto.check_key(case["bytes"])

    def check_namespace(self, case: Case) -> None:
        self.assertEqual(ids.namespace_of(case["address"]), case["namespace"])

    def check_routerID(self, case: Case) -> None:
        self.assertEqual(ids.router_id(case["root"], case["namespace"], case["number"]), case["id"])
        self.assertEqual(ids.router_number(case["root"], case["namespace"], case["id"]), case["number"])

    def check_discoveryID(self, case: Case) -> None:
        self.assertEqual(crypto.discovery_uuid(case["discoveryUUID"], case["namespace"], case["day"], case["n"]), case["uuid"])
        made = ids.discovery_id(case["root"], case["namespace"], case["discoveryUUID"], case["day"], case["n"])
        self.assertEqual(made, case["id"])
        self.assertTrue(ids.is_discovery_id(case["root"], case["namespace"], made))

    def check_sealedTransport(self, case: Case) -> None:
        # Also where it does not open: for somebody else, and at another entry.
        sealed = crypto.from_base64url(case["sealed"])
        self.assertEqual(crypto.open_transport(case["discoveryUUID"], sealed, case["discoveryID"]), case.get("transportID"))
        if "nonce" in case:
            made = crypto.seal_transport(case["discoveryUUID"], case["transportID"], case["discoveryID"], case["nonce"])
            self.assertEqual(made, sealed)

    def check_offerTag(self, case: Case) -> None:
        secret, caller, called = case["secret"], case["from"], case["to"]
        self.assertEqual(crypto.offer_tag(secret, caller, called, case["nonce"]), case["tag"])
        self.assertTrue(crypto.is_tag_of(secret, case["tag"], caller, called))
        self.assertFalse(crypto.is_tag_of(secret, case["tag"], called, caller))

    def check_ecdh(self, case: Case) -> None:
        self.assertEqual(crypto.Key.of_scalar(case["scalar"]).shared_x(case["key"]), case["x"])

    def check_th(self, case: Case) -> None:
        made = crypto.transcript(case["helloA"].encode(), case["helloB"].encode(), case["fpA"], case["fpB"])
        self.assertEqual(made, case["th"])

    def check_sessionKeys(self, case: Case) -> None:
        for name, label in {
            "macInitiator": "mac initiator",
            "macResponder": "mac responder",
            "pairSecret": "pair secret",
            "callBack": "call back",
        }.items():
            self.assertEqual(crypto.handshake_key(case["th"], case["x"], label), case[name], label)

    def check_proof(self, case: Case) -> None:
        own, th = crypto.Key.of_scalar(case["scalar"]), case["th"]
        self.assertEqual(own.sign(case["label"].encode(), th, own.public, case.get("other", b"")), case["sig"])
        label = "mac initiator" if case["initiator"] else "mac responder"
        self.assertEqual(crypto.hmac256(crypto.handshake_key(th, case["x"], label), own.public), case["mac"])

    def check_signature(self, case: Case) -> None:
        self.assertEqual(crypto.verifies(case["key"], case["sig"], case["signed"]), case["verifies"])

    def check_hint(self, case: Case) -> None:
        secret, certificates, nonce = case["secret"], (case["fpA"], case["fpB"]), case["nonceA"]
        self.assertEqual(crypto.hint_initiator(secret, *certificates, nonce), case["hintA"])
        self.assertEqual(crypto.hint_responder(secret, *certificates, nonce, case["nonceB"]), case["hintB"])

    def check_crossed(self, case: Case) -> None:
        self.assertEqual(crypto.crossed(case["callBack"], case["th"]), case["mac"])

    def check_safetyNumber(self, case: Case) -> None:
        number = crypto.safety_number(case["one"], case["other"])
        self.assertEqual(number, case["number"])
        self.assertRegex(case["code"], f"^meshchat-safety:{number}:[0-9a-f]{{32}}$")

    def check_introduced(self, case: Case) -> None:
        own = crypto.Key.of_scalar(case["scalar"])
        self.assertEqual(crypto.introduced_secret(own, case["other"]), case["pairSecret"])

    def check_rendezvous(self, case: Case) -> None:
        secret = case["secret"]
        if "pairSecret" in case:
            self.assertEqual(crypto.rendezvous_secret(case["pairSecret"]), secret)
        namespace = crypto.rendezvous_namespace(secret, case["slot"])
        self.assertEqual(namespace, case["namespace"])
        self.assertEqual(sum(crypto.rendezvous_namespace(secret, "turn").encode()) % 5, case["turn"])
        if "routerID" in case:
            self.assertEqual(ids.router_id("myapp", namespace), case["routerID"])

    def check_slot(self, case: Case) -> None:
        moment = case["unixMilliseconds"] / 1_000
        self.assertEqual(ids.slot_of(moment), case["slot"])
        self.assertEqual(ids.day_of(moment), case["day"])
        self.assertEqual(ids.slot_start(case["slot"]), moment - moment % 600)

    def check_invite(self, case: Case) -> None:
        made = Invite(case["uuid"], case["secret"], float(case["unixSeconds"]))
        self.assertEqual(invite.write(made), case["code"])
        self.assertEqual(invite.read(case["code"], case["unixSeconds"] - 1), made)
        self.assertEqual(invite.invite_id("myapp", made.uuid), case["id"])

    def check_backupKey(self, case: Case) -> None:
        passphrase = unicodedata.normalize("NFC", case["passphrase"]).encode()
        kdf = Argon2id(salt=case["salt"], length=32, iterations=2, lanes=1, memory_cost=19_456)
        self.assertEqual(kdf.derive(passphrase), case["key"])

    def check_beacon(self, case: Case) -> None:
        key = crypto.Key.of_scalar(case["scalar"])
        self.assertEqual(beacon.audience_of(case["url"]), case["audience"])
        self.assertEqual(crypto.beacon_message(case["audience"], case["slot"]), case["signed"])
        self.assertEqual(crypto.beacon_kid(key.public), case["kid"])
        self.assertEqual(beacon_header(key, case["audience"], case["slot"]), (case["header"], case["root"]))
        self.assertEqual(beacon.check(case["header"], key.public, case["audience"]).root, case["root"])

    def check_beaconThousand(self, case: Case) -> None:
        key, first, sums = crypto.Key.of_scalar(case["scalar"]), case["unixMilliseconds"] / 1_000, hashlib.sha256()
        for number in range(1_000):
            header, root = beacon_header(key, case["audience"], ids.slot_of(first + number * 600))
            sums.update(f"{header}\n{root}\n".encode())
        self.assertEqual(sums.digest(), case["sha256"])

    def check_folder(self, case: Case) -> None:
        self.assertEqual(zipped([read(found) for found in case["found"]]), case["zip"])
        files = [found for found in case["found"] if not found["pathText"].endswith("/")]
        self.assertEqual(len(files), case["files"])
        self.assertEqual(max(found["modified"] for found in case["found"]), case["modified"])


def beacon_header(key: crypto.Key, audience: str, slot: str) -> tuple[str, str]:
    """What a beacon says in a slot, and the root of it."""
    signature = key.sign(crypto.beacon_message(audience, slot))
    header = f"v=1; kid={crypto.beacon_kid(key.public)}; slot={slot}; sig={crypto.to_base64url(signature)}"
    return header, crypto.beacon_root(signature)


def zipped(found: list[Case]) -> bytes:
    """A small folder as one file, of the form in Folders."""
    from datetime import UTC, datetime
    from zlib import crc32

    newest = max(one["modified"] for one in found)
    body, directory = b"", b""
    for one in sorted(found, key=lambda one: one["path"].encode()):
        name, content, is_folder = one["path"].encode(), one["bytes"], one["path"].endswith("/")
        seconds = min((newest if is_folder else one["modified"]) // 1_000, 2_147_483_647)
        at = datetime.fromtimestamp(seconds, UTC)
        dos = (at.hour << 11 | at.minute << 5 | at.second // 2, (at.year - 1980) << 9 | at.month << 5 | at.day)
        extra = struct.pack("<2sHBI", b"UT", 5, 1, seconds)
        # Flags, method, time, sum, sizes, and the lengths of name and extra fields.
        common = struct.pack("<HHHHIIIHH", 0x0800, 0, *dos, crc32(content), len(content), len(content), len(name), len(extra))
        attributes = 0o040755 << 16 | 0x10 if is_folder else 0o100644 << 16
        directory += struct.pack("<IBBH", 0x02014B50, 45, 3, 20) + common
        directory += struct.pack("<HHHII", 0, 0, 0, attributes, len(body)) + name + extra
        body += struct.pack("<IH", 0x04034B50, 20) + common + name + extra + content
    count = len(found)
    return body + directory + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(directory), len(body), 0)


class Messages(unittest.TestCase):
    def test_every_message_is_read_and_written_alike(self) -> None:
        for place, kinds in PLACES.items():
            for text in VECTORS["messages"][place]:
                with self.subTest(place, text=text):
                    frame = wire.read_frame(kinds, text.encode())
                    # The order of fields and what is left out are free; nothing else may be lost, and nothing else be said.
                    self.assertEqual(json.loads(frame.encoded()), self._said(text))
                    self.assertEqual(wire.read_frame(kinds, frame.encoded()), frame)

    def _said(self, text: str) -> Case:
        said: Case = json.loads(text)
        if said["type"] == "hello" and not isinstance(said["v"], list):
            # Which side has said it shows in its place only.
            said["v"] = [said["v"]]
        return said

    def test_there_is_an_example_of_every_message_that_is_read_here(self) -> None:
        for place, kinds in PLACES.items():
            said = {json.loads(text)["type"] for text in VECTORS["messages"][place]}
            # A connection for files is asked and left with words of their own.
            self.assertEqual(set(kinds) - said, {"ping", "pong", "bye"} if place == "files" else set())

    def test_what_is_written_otherwise_is_read_alike(self) -> None:
        for case in VECTORS["readAlike"]:
            with self.subTest(case=case):
                kinds = PLACES[case["on"]]
                read_here = [self._without_what_says_nothing(wire.read_frame(kinds, case[name].encode())) for name in ("bytes", "as")]
                self.assertEqual(*read_here)

    def _without_what_says_nothing(self, frame: wire.Frame) -> Case:
        return {name: value for name, value in frame.written().items() if value not in (None, False, [])}

    def test_what_has_another_form_is_refused_for_the_same_field(self) -> None:
        self.assertGreater(len(VECTORS["refused"]), 100)
        for case in VECTORS["refused"]:
            data = bytes.fromhex(case["hex"]) if "hex" in case else case["bytes"].ljust(case.get("paddedTo", 0)).encode()
            with self.subTest(case=case), self.assertRaises(wire.Malformed) as refused:
                wire.read_frame(PLACES[case["on"]], data)
            field = case["reason"].split("`")[1] if "`" in case["reason"] else None
            if field not in (None, "type"):
                self.assertIn(field, str(refused.exception), case)

    def test_what_cannot_be_meant_is_refused_where_the_form_already_says_so(self) -> None:
        # What is only out of place is refused later: by those who know what was said before.
        for case in VECTORS["refusedValues"]:
            with self.subTest(case=case):
                if case["reason"] in ("a message out of place", "no common protocol version") or case["reason"].endswith(": v"):
                    continue
                with self.assertRaises(wire.Malformed):
                    frame = wire.read_frame(PLACES[case["on"]], case["bytes"].encode())
                    if isinstance(frame, wire.Text):
                        frame.reference()


class Spelling(unittest.TestCase):
    def test_only_the_one_spelling_of_base64url_is_read(self) -> None:
        self.assertEqual(crypto.from_base64url("AQ"), b"\x01")
        for bad in ("AR", "AQ==", "A", "A+", "A Q"):
            with self.assertRaises(ValueError):
                crypto.from_base64url(bad)


if __name__ == "__main__":
    unittest.main()
