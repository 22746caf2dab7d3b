"""The vectors of PROTOCOL.md, byte for byte."""

import unittest

from mesh_chat import crypto

COUNT_32 = bytes(range(32))
ONE = crypto.Key.of_scalar(b"\x01" * 32)
TWO = crypto.Key.of_scalar(b"\x02" * 32)


class Vectors(unittest.TestCase):
    def test_the_id_of_a_day_is_that_of_the_text(self) -> None:
        uuid, day = bytes(range(16)), "2026-11-23"
        self.assertEqual(crypto.discovery_uuid(uuid, "203-0-113-7", day, 0), "169582a6-a3be-80b2-a9c8-cc212e987f4c")
        self.assertEqual(crypto.discovery_uuid(uuid, "203-0-113-7", day, 3), "807cdcf4-a87b-8b98-b18c-7c110a8692a3")

    def test_a_sealed_transport_id_opens_for_its_id_and_secret_only(self) -> None:
        uuid = bytes(range(16))
        sealed = crypto.seal_transport(uuid, "myapp-x", "d")
        self.assertEqual(crypto.open_transport(uuid, sealed, "d"), "myapp-x")
        self.assertIsNone(crypto.open_transport(uuid, sealed, "e"))
        self.assertIsNone(crypto.open_transport(b"\0" * 16, sealed, "d"))
        self.assertIsNone(crypto.open_transport(uuid, b"short", "d"))

    def test_the_tag_of_an_offer_is_that_of_the_text(self) -> None:
        caller = "myapp-07070707-0707-4707-8707-070707070707"
        called = "myapp-08080808-0808-4808-8808-080808080808"
        tag = crypto.offer_tag(COUNT_32, caller, called, b"\x05" * 16)
        self.assertEqual(tag, "BQUFBQUFBQUFBQUFBQUFBTgU_8e3CghmuLFlsxDva0Vs00qYQ80AZu89mb2soOnr")
        self.assertTrue(crypto.is_tag_of(COUNT_32, tag, caller, called))
        self.assertFalse(crypto.is_tag_of(COUNT_32, tag, called, caller))
        self.assertFalse(crypto.is_tag_of(COUNT_32, "dc_short", caller, called))

    def test_the_keys_of_a_handshake_are_those_of_the_text(self) -> None:
        th = crypto.transcript(b"hello a", b"hello b", b"\xaa" * 32, b"\xbb" * 32)
        self.assertEqual(th.hex(), "d81c30e0da69c28d949cdeb1267a9999619493a5f926d0704cd0a60475200ec6")
        for label, expected in {
            "mac initiator": "6434357845d101345ae17788969f6b6f8f428c31768a09c77bf446a998be19ee",
            "mac responder": "8066264f54074b311d98b9eec942cac7fa1ea5df47c1beaf2eaa6ac6e6f2bfa1",
            "pair secret": "4a6299d026df8e226bb52cbf6e343d0ada0e5fe6fbddaac8466898d07ff7ec32",
            "call back": "fa81250f9c7e5ec78a1dcb76d903ade22f6163315bb4efff8cd395c3eb13e048",
        }.items():
            self.assertEqual(crypto.handshake_key(th, COUNT_32, label).hex(), expected, label)

    def test_a_signature_is_that_of_the_text(self) -> None:
        self.assertEqual(ONE.public.hex(), "026ff03b949241ce1dadd43519e6960e0a85b41a69a05c328103aa2bce1594ca16")
        parts = b"meshchat/1 confirm", b"\x03" * 32, ONE.public, TWO.public
        signature = ONE.sign(*parts)
        self.assertEqual(
            signature.hex(),
            "0aab589dc69ce115c79ee9ef9afd3289ac861cec15fed2c7a6b6c73c31509473"
            "6cc26e8a09993a3778ea77b51230e6900f23e1da96b20ba99e7d7ee48d8e6aec",
        )
        self.assertTrue(crypto.verifies(ONE.public, signature, *parts))
        self.assertFalse(crypto.verifies(TWO.public, signature, *parts))

    def test_a_signature_with_a_high_s_is_none(self) -> None:
        signature = ONE.sign(b"text")
        high = crypto.P256_ORDER - int.from_bytes(signature[32:], "big")
        self.assertFalse(crypto.verifies(ONE.public, signature[:32] + high.to_bytes(32, "big"), b"text"))

    def test_hints_and_crossed_are_those_of_the_text(self) -> None:
        hint = crypto.hint_initiator(COUNT_32, b"\xaa" * 32, b"\xbb" * 32, b"\x05" * 32)
        self.assertEqual(hint.hex(), "1ea971b919e6fc516e5e3697ba9899a20bdec992b4be1d9b81f0b0f4953e1fac")
        crossed = crypto.crossed(COUNT_32, b"\x03" * 32)
        self.assertEqual(crossed.hex(), "cb61e28372930d86a638db117a7f6c2ab5a518ead60786f07a236236c2105676")

    def test_the_safety_number_is_that_of_the_text_from_both_sides(self) -> None:
        expected = "699941167678340428981196589845528766292505895616660351424836"
        self.assertEqual(crypto.safety_number(ONE.public, TWO.public), expected)
        self.assertEqual(crypto.safety_number(TWO.public, ONE.public), expected)

    def test_the_meeting_point_is_that_of_the_text(self) -> None:
        self.assertEqual(
            crypto.rendezvous_secret(COUNT_32).hex(),
            "bbbb314fe116dcb59943cd5a0c33876d93420587eb5c150f1809418eb8110c1a",
        )
        self.assertEqual(
            crypto.rendezvous_namespace(COUNT_32, "UTC-2026-11-23-07-4"),
            "rendezvous-2adceef8fff401a0156a6d6b566cfb70aa1d538ca0f2f3b4b5b4ed9ba3eff65d",
        )

    def test_no_other_bytes_are_a_key(self) -> None:
        for bad in (b"", b"\x04" + b"\x01" * 32, b"\x02" + b"\xff" * 32, ONE.public + b"\0"):
            with self.assertRaises(crypto.BadKey):
                crypto.check_key(bad)

    def test_only_the_one_spelling_of_base64url_is_read(self) -> None:
        self.assertEqual(crypto.from_base64url("AQ"), b"\x01")
        for bad in ("AR", "AQ==", "A", "A+", "A Q"):
            with self.assertRaises(ValueError):
                crypto.from_base64url(bad)


if __name__ == "__main__":
    unittest.main()
