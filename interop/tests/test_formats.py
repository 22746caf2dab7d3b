"""What is read from elsewhere: each form is read once, and everything else is refused with a reason."""

import json
import unittest

from mesh_chat import beacon, crypto, ids, invite, limits, names, sdp, wire
from mesh_chat.files import pieces_of
from mesh_chat.network import Near
from mesh_chat.registry import Copy, Misbehaviour, Place
from mesh_chat.store import Invite

KEY = crypto.Key.of_scalar(b"\x01" * 32)
OTHER = crypto.Key.of_scalar(b"\x02" * 32)
DESCRIPTION = sdp.Description("abcd", "e" * 22, bytes(32), "actpass").text()
TRANSPORT = "myapp-07070707-0707-4707-8707-070707070707"
D1 = "myapp-203-0-113-7-169582a6-a3be-80b2-a9c8-cc212e987f4c"
D2 = "myapp-203-0-113-7-807cdcf4-a87b-8b98-b18c-7c110a8692a3"


class Ids(unittest.TestCase):
    def test_a_namespace_is_an_ipv4_or_the_64_of_an_ipv6(self) -> None:
        self.assertEqual(ids.namespace_of("203.0.113.7"), "203-0-113-7")
        self.assertEqual(ids.namespace_of("2001:db8:85a3::8a2e:370:7334"), "2001-0db8-85a3-0000")

    def test_only_ids_of_the_place_and_form_are_taken(self) -> None:
        self.assertTrue(ids.is_discovery_id("myapp", "203-0-113-7", D1))
        for bad in (D1.upper(), D1 + "0", D1.replace("-80b2", "-40b2"), "myapp-203-0-113-7-1", D1.replace("myapp", "other")):
            self.assertFalse(ids.is_discovery_id("myapp", "203-0-113-7", bad), bad)
        self.assertEqual(ids.router_number("myapp", "203-0-113-7", "myapp-203-0-113-7-64"), 64)
        for bad in ("myapp-203-0-113-7-65", "myapp-203-0-113-7-0", "myapp-203-0-113-7-01", "myapp-203-0-113-70-1"):
            self.assertIsNone(ids.router_number("myapp", "203-0-113-7", bad), bad)

    def test_slots_are_tens_of_minutes_and_shorter_ones_are_called_the_same(self) -> None:
        moment = 1_795_418_445  # 2026-11-23T07:20:45Z
        self.assertEqual(ids.slot_of(moment), "UTC-2026-11-23-07-2")
        self.assertEqual(ids.slot_start("UTC-2026-11-23-07-2"), moment - 45)
        self.assertEqual(ids.slot_of(moment / 60, 10), "UTC-2026-11-23-07-2")
        for bad in ("UTC-2026-11-23-07-6", "UTC-2026-02-30-07-1", "UTC-2026-11-23-24-1", "2026-11-23-07-2"):
            self.assertIsNone(ids.slot_start(bad), bad)


class Frames(unittest.TestCase):
    def test_every_message_is_read_as_it_was_written(self) -> None:
        key, nonce, hexed = KEY.public, bytes(32), "0f" * 16
        proof = {"key": key, "sig": bytes(64), "mac": nonce}
        entry = wire.Entry(D1, "Anna", 5, b"sealed", router=True)
        for kinds, frame in (
            (wire.ROUTER, wire.CheckIn(D1, "Anna", 5, b"sealed")),
            (wire.ROUTER, wire.Registry(1, 2, 1, 1, (entry,))),
            (wire.ROUTER, wire.Update(1, 3, (entry,), (D2,))),
            (wire.ROUTER, wire.Redirect("myapp-203-0-113-7-2")),
            (wire.HANDSHAKE, wire.Hello((1,), key, nonce, nonce)),
            (wire.HANDSHAKE, wire.Request("Anna", "I am Anna")),
            (wire.HANDSHAKE, wire.Accepted(**proof, friendlyname="Ben")),
            (wire.HANDSHAKE, wire.Confirm(**proof)),
            (wire.HANDSHAKE, wire.Auth(**proof)),
            (wire.HANDSHAKE, wire.Crossed(nonce)),
            (wire.SESSION, wire.Profile(1, "Anna", TRANSPORT, bytes(16), True, False, 5, ("r",), True)),
            (wire.SESSION, wire.Have(hexed, None)),
            (wire.SESSION, wire.Ask((hexed,))),
            (wire.SESSION, wire.Known(hexed)),
            (wire.SESSION, wire.Text(1, hexed, 5, "grüß dich", wire.FileOffer("a", 1, "text/plain", 2, None, 3))),
            (wire.SESSION, wire.Ack(1)),
            (wire.SESSION, wire.FileState(hexed, "want")),
            (wire.SESSION, wire.Bound("x" * 64, nonce, nonce)),
            (wire.FILES, wire.Get(hexed, 1, nonce)),
            (wire.FILES, wire.Piece(hexed, 1, 5, nonce)),
        ):
            self.assertEqual(wire.read_frame(kinds, frame.encoded()), frame)

    def test_the_hello_of_the_dialled_side_has_one_version(self) -> None:
        self.assertEqual(json.loads(wire.Answer((1,), KEY.public, bytes(32)).encoded())["v"], 1)
        self.assertEqual(json.loads(wire.Hello((1,), KEY.public, bytes(32)).encoded())["v"], [1])

    def test_unknown_fields_are_passed_over_and_unknown_types_are_not(self) -> None:
        self.assertEqual(wire.read_frame(wire.SESSION, b'{"type":"ack","upto":1,"more":[{}]}'), wire.Ack(1))
        for data in (b'{"type":"new"}', b'{"type":7}', b'{"type":["ack"]}', b"{}", b'{"type":"checkin"}'):
            with self.assertRaises(wire.Malformed, msg=data):
                wire.read_frame(wire.SESSION, data)

    def test_what_is_no_message_is_refused(self) -> None:
        for data in (
            b"",
            b"[]",
            b"\xff\xfe",
            b"[" * 16_000,
            b'{"type":"ack","upto":1.0}',
            b'{"type":"ack","upto":1e3}',
            b'{"type":"ack","upto":NaN}',
            b'{"type":"ack","upto":-1}',
            b'{"type":"ack","upto":true}',
            b'{"type":"ack","upto":9007199254740992}',
            b'{"type":"ack","upto":' + b"9" * 5_000 + b"}",
            b'{"type":"ack"}' + b" " * limits.FRAME_BYTES,
            b'{"type":"read","id":"0F0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"}',
            b'{"type":"ask","ids":[]}',
            b'{"type":"file","id":"' + b"0f" * 16 + b'","state":"lost"}',
            json.dumps({"type": "text", "number": 1, "id": "0f" * 16, "at": 1, "text": "x" * 8_001}).encode(),
            json.dumps({"type": "text", "number": 1, "id": "0f" * 16, "at": 1, "text": "\ud800"}).encode(),
            json.dumps({"type": "text", "number": 0, "id": "0f" * 16, "at": 1, "text": "x"}).encode(),
        ):
            with self.assertRaises(wire.Malformed, msg=data[:60]):
                wire.read_frame(wire.SESSION, data)

    def test_what_is_refused_is_never_repeated(self) -> None:
        try:
            wire.read_frame(wire.SESSION, b'{"type":"read","id":"secret words"}')
        except wire.Malformed as error:
            self.assertNotIn("secret", str(error))

    def test_a_registry_is_split_into_parts_that_fit(self) -> None:
        entries = [wire.Entry(f"{D1[:-4]}{number:04x}", "ü" * 40, 5, bytes(70)) for number in range(200)]
        frames = wire.registry_frames(1, 1, entries)
        self.assertEqual([frame.part for frame in frames], list(range(1, len(frames) + 1)))
        self.assertTrue(all(len(frame.encoded()) <= limits.FRAME_BYTES for frame in frames))
        copy = Copy(Place("myapp", "203-0-113-7"))
        self.assertEqual([copy.hear_registry(frame) for frame in frames], [False] * (len(frames) - 1) + [True])
        self.assertEqual(list(copy.entries.values()), entries)


class Registries(unittest.TestCase):
    def setUp(self) -> None:
        self.copy = Copy(Place("myapp", "203-0-113-7"))
        self.anna, self.ben = wire.Entry(D1, "Anna", 1), wire.Entry(D2, "Ben", 1)

    def test_updates_follow_without_a_gap(self) -> None:
        self.assertFalse(self.copy.hear_update(wire.Update(7, 1, (self.anna,), ())))
        self.assertTrue(self.copy.hear_registry(wire.Registry(7, 1, 1, 1, (self.anna,))))
        self.assertTrue(self.copy.hear_update(wire.Update(7, 2, (self.ben,), (D1,))))
        self.assertEqual(set(self.copy.entries), {D2})
        self.assertFalse(self.copy.hear_update(wire.Update(7, 4, (), ())))
        self.assertFalse(self.copy.hear_update(wire.Update(8, 3, (), ())))

    def test_parts_out_of_order_somebody_twice_and_somebody_from_elsewhere_are_misbehaviour(self) -> None:
        for frames in (
            [wire.Registry(7, 1, 2, 2, ())],
            [wire.Registry(7, 1, 1, 2, (self.anna,)), wire.Registry(7, 1, 2, 2, (self.anna,))],
            [wire.Registry(7, 1, 1, 1, (wire.Entry(D1.replace("113-7", "113-8"), "Anna", 1),))],
        ):
            with self.assertRaises(Misbehaviour):
                for frame in frames:
                    self.copy.hear_registry(frame)


class Descriptions(unittest.TestCase):
    def test_the_own_description_is_read_again(self) -> None:
        candidate = sdp.Candidate("1", 2, "192.168.1.2", 3, "host")
        own = sdp.Description("abcd", "e" * 22, bytes(range(32)), "active", candidates=(candidate,))
        self.assertEqual(sdp.Description.parse(own.text()), own)

    def test_hostile_descriptions_are_refused_with_a_reason(self) -> None:
        fingerprint = next(line for line in DESCRIPTION.splitlines() if "fingerprint" in line)
        for bad in (
            None,
            "",
            "x" * 20_000,
            DESCRIPTION.replace("m=application", "m=audio 9 x\r\nm=application"),
            DESCRIPTION.replace(fingerprint, fingerprint + "\r\n" + fingerprint),
            DESCRIPTION.replace("sha-256", "sha-1"),
            DESCRIPTION.replace("a=ice-pwd:", "a=ice-pwd:short\r\na=x:"),
            DESCRIPTION.replace("actpass", "holdconn"),
        ):
            with self.assertRaises(sdp.BadDescription):
                sdp.Description.parse(bad)

    def test_an_address_at_which_no_other_device_can_be_is_passed_over(self) -> None:
        for host, taken in {
            "192.168.1.2": True,
            "2001:db8::1": True,
            "0f0e0d0c-0000-4000-8000-000000000000.local": True,
            "127.0.0.1": False,
            "0.1.2.3": False,
            "169.254.1.1": False,
            "224.0.0.1": False,
            "255.255.255.255": False,
            "::1": False,
            "fe80::1": False,
            "::ffff:127.0.0.1": False,
            "example.org": False,
            "a.b.local": False,
        }.items():
            found = sdp.Candidate.parse(f"candidate:1 1 udp 5 {host} 9 typ host")
            self.assertEqual(found is not None, taken, host)
        self.assertIsNone(sdp.Candidate.parse("candidate:1 1 tcp 5 192.168.1.2 9 typ host tcptype active"))
        self.assertIsNone(sdp.Candidate.parse("candidate:1 2 udp 5 192.168.1.2 9 typ host"))

    def test_near_are_local_names_private_addresses_and_the_own_network(self) -> None:
        near = Near("203-0-113-7", ("203.0.113.7", "2001:db8:1:2::3"))
        for host, here in {
            "a.local": True, "10.1.2.3": True, "fd00::1": True, "203.0.113.7": True, "2001:db8:1:2::ffff": True,
            "203.0.113.8": False, "2001:db8:1:3::1": False, "100.64.0.1": False,
        }.items():  # fmt: skip
            self.assertEqual(near.is_here(host), here, host)


class Names(unittest.TestCase):
    def test_a_name_is_only_a_name(self) -> None:
        for name, cleaned in {
            "../../etc/passwd": "passwd",
            "C:\\Windows\\a.exe": "a.exe",
            "a\u202egpj.exe": "agpj.exe",
            'a<b>:"|?*.txt': "ab.txt",
            "con.txt": "_con.txt",
            "NUL": "_NUL",
            "..": "file",
            "a\0b\n.txt": "ab.txt",
        }.items():
            self.assertEqual(names.clean_name(name), cleaned)

    def test_a_long_name_keeps_its_ending(self) -> None:
        cleaned = names.clean_name("ä" * 300 + ".tar")
        self.assertTrue(cleaned.endswith("ä.tar"))
        self.assertLessEqual(len(cleaned.encode()), 200)

    def test_a_file_has_pieces_of_a_mebibyte(self) -> None:
        sizes = {0: 0, 1: 1, 1_048_576: 1, 1_048_577: 2}
        self.assertEqual({size: pieces_of(size) for size in sizes}, sizes)


class Invites(unittest.TestCase):
    CODE = "meshchat-invite:AQcHBwcHB0cHhwcHBwcHBwcJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQAAAABrA_KA"

    def test_a_code_is_that_of_the_text(self) -> None:
        one = Invite(bytes.fromhex("07070707070747078707070707070707"), b"\x09" * 32, 1_795_420_800.0)
        self.assertEqual(invite.write(one), self.CODE)
        self.assertEqual(invite.read(self.CODE, 1_795_420_799), one)
        link = self.CODE.replace("meshchat-invite:", "https://chat.example.org/#i=")
        self.assertEqual(invite.read(link, 1_795_420_799), one)
        self.assertEqual(invite.invite_id("myapp", one.uuid), "myapp-07070707-0707-4707-8707-070707070707")

    def test_what_is_over_or_none_is_refused(self) -> None:
        with self.assertRaisesRegex(invite.BadInvite, "over"):
            invite.read(self.CODE, 1_795_420_800)
        for bad in ("", "AQ", "meshchat-invite:", self.CODE[:-1], self.CODE + "A", self.CODE.replace(":AQ", ":Ag")):
            with self.assertRaisesRegex(invite.BadInvite, "no invite"):
                invite.read(bad, 0)


class Beacons(unittest.TestCase):
    AUDIENCE = "https://beacon.example.org"
    HEADER = (
        "v=1; kid=dbdb99c64b3d511f; slot=UTC-2026-11-23-07-4; "
        "sig=hDPacZhg3QX3wCdpFNnSymzrijQnUzrimQzvBCykMQZIDRiVQ56wfYa05oxd31pLZ2lXEhdXunVzCJjvkZS2zg"
    )

    def _made(self, key: crypto.Key, audience: str, slot: str) -> str:
        sig = crypto.to_base64url(key.sign(crypto.beacon_message(audience, slot)))
        return f"v=1; kid={crypto.beacon_kid(key.public)}; slot={slot}; sig={sig}"

    def test_headers_and_roots_are_those_of_the_text(self) -> None:
        for key, audience, slot, root in (
            (KEY, self.AUDIENCE, "UTC-2026-11-23-07-4", "sig41128019959f3574"),
            (KEY, self.AUDIENCE, "UTC-2026-11-23-07-5", "sige487c6faace04cfc"),
            (KEY, self.AUDIENCE, "UTC-2026-11-23-08-0", "sig5890597dc55020c3"),
            (KEY, "http://127.0.0.1:8080", "UTC-2026-11-23-07-4", "sig067ae55cd9ae34be"),
            (OTHER, self.AUDIENCE, "UTC-2026-11-23-07-4", "sigf88beb729901fdc8"),
        ):
            header = self._made(key, audience, slot)
            self.assertEqual(len(header), 143)
            self.assertEqual(beacon.check(header, key.public, audience).root, root)
        self.assertEqual(self._made(KEY, self.AUDIENCE, "UTC-2026-11-23-07-4"), self.HEADER)

    def test_a_thousand_slots_are_those_of_the_text(self) -> None:
        start = ids.slot_start("UTC-2026-11-23-07-4")
        assert start is not None
        told = b""
        for number in range(1_000):
            header = self._made(KEY, self.AUDIENCE, ids.slot_of(start + number * 600))
            told += f"{header}\n{beacon.check(header, KEY.public, self.AUDIENCE).root}\n".encode()
        self.assertEqual(crypto.sha256(told).hex(), "8788243471193d1f80e93b61435b6f1b57f99185139ca6907d8ddaee37f4c0e0")

    def test_each_refusal_says_its_reason(self) -> None:
        for header, why in {
            self.HEADER + " ": "malformed",
            self.HEADER.replace("; ", ";"): "malformed",
            "x" * 600: "malformed",
            self.HEADER.replace("v=1", "v=2"): "another version",
            self.HEADER.replace("kid=d", "kid=e"): "another key",
            self.HEADER.replace("07-4", "07-5"): "does not verify",
        }.items():
            with self.assertRaisesRegex(beacon.Refused, why):
                beacon.check(header, KEY.public, self.AUDIENCE)

    def test_a_slot_counts_from_five_minutes_before_it_until_five_after(self) -> None:
        signed = beacon.check(self.HEADER, KEY.public, self.AUDIENCE)
        beacon.accept(signed, signed.start - 300, None)
        beacon.accept(signed, signed.start + 899.9, None)
        for now, date, why in ((-300.1, None, "not begun"), (900, None, "over"), (900, 500.0, "clock")):
            with self.assertRaisesRegex(beacon.Refused, why):
                beacon.accept(signed, signed.start + now, None if date is None else signed.start + date)

    def test_the_audience_is_the_origin_in_its_canonical_form(self) -> None:
        for url, audience in {
            "https://Beacon.Example.org:443/x?y": "https://beacon.example.org",
            "http://127.0.0.1:8080/beacon": "http://127.0.0.1:8080",
            "http://[::1]:80/": "http://[::1]",
        }.items():
            self.assertEqual(beacon.audience_of(url), audience)
        with self.assertRaises(beacon.Refused):
            beacon.audience_of("http://example.org/")


if __name__ == "__main__":
    unittest.main()
