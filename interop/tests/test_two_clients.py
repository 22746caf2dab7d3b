"""Clients who meet through a PeerServer on this machine."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import unittest
from pathlib import Path

from mesh_chat import ids, limits, wire
from mesh_chat.files import offer_of
from mesh_chat.link import NoAnswer

from .world import Person, World

ELSEWHERE = "198.51.100.9"


class Neighbours(World):
    async def test_they_find_each_other_ask_accept_and_chat_in_order_and_once(self) -> None:
        anna, ben = await self.person("Anna"), await self.person("Ben")
        await self.befriend(anna, ben)
        texts = [f"text {number}" for number in range(60)]
        for text in texts:
            anna.node.send_text(anna.contact("Ben"), text)
        await ben.see("message", text=texts[-1])
        await anna.see("read", lambda event: anna.texts("Ben")[-1][1] == "read")
        self.assertEqual([text for text, _ in ben.texts("Anna")], texts)
        self.assertEqual({state for _, state in anna.texts("Ben")}, {"read"})

    async def test_what_is_said_of_a_message_comes_in_its_place_and_is_nothing_to_be_read(self) -> None:
        anna, ben = await self.person("Anna"), await self.person("Ben")
        await self.befriend(anna, ben)
        about = anna.node.send_text(anna.contact("Ben"), "hello")
        entries = [("reply", "again"), ("reaction", "👍"), ("takeback", "🗑️"), ("edit", "hallo"), ("delete", "🗑️")]
        for number, (act, text) in enumerate(entries):
            anna.node.store.add_message(anna.contact("Ben"), True, f"{number:032x}", 5, text, None, (act, about))
        anna.node.sessions[anna.contact("Ben").id].wake()
        for act, text in entries:
            await ben.see("message", act=act, about=about, text=text)
        await anna.see("read", lambda event: anna.texts("Ben")[1][1] == "read")
        states = {"hello": "seen", "again": "seen"}
        self.assertEqual(ben.texts("Anna")[:2], list(states.items()))
        self.assertNotIn("unseen", {state for _, state in ben.texts("Anna")})

    async def test_who_is_away_and_who_has_scanned_is_told_and_changes_nothing_else(self) -> None:
        anna, ben = await self.person("Anna"), await self.person("Ben")
        await self.befriend(anna, ben)
        session = anna.node.sessions[anna.contact("Ben").id]
        profile = anna.node._profile(session)
        for away in (True, False):
            session.say(dataclasses.replace(profile, away=away))
            await ben.see("presence", name="Anna", away=away)
        session.say(wire.Scanned("00" * 16))
        await ben.see("scanned", name="Anna")
        anna.node.send_text(anna.contact("Ben"), "still here")
        await ben.see("message", text="still here")

    async def test_a_no_is_a_no_for_a_day(self) -> None:
        anna, ben = await self.person("Anna"), await self.person("Ben")
        await anna.see("listed", name="Ben")
        asking = asyncio.create_task(anna.node.ask("Ben", "please"))
        request = await ben.see("request", name="Anna", note="please")
        self.answer(ben, request, False)
        await anna.see("rejected", name="Ben")
        await asking
        anna.forget()
        await anna.node.ask("Ben", None)
        await anna.see("rejected", name="Ben")
        self.assertEqual(ben.node.store.contacts(), [])

    async def test_where_both_ask_at_once_they_are_contacts_without_a_question(self) -> None:
        anna, ben = await self.person("Anna"), await self.person("Ben")
        await anna.see("listed", name="Ben")
        await ben.see("listed", name="Anna")
        await asyncio.gather(anna.node.ask("Ben", None), ben.node.ask("Anna", None), return_exceptions=True)
        await anna.see("profile", name="Ben")
        await ben.see("profile", name="Anna")
        self.assertEqual(anna.contact("Ben").pair_secret, ben.contact("Anna").pair_secret)

    async def test_a_yes_that_comes_when_the_other_has_gone_is_told_when_they_are_back(self) -> None:
        anna, ben = await self.person("Anna"), await self.person("Ben")
        await anna.see("listed", name="Ben")
        asking = asyncio.create_task(anna.node.ask("Ben", None))
        request = await ben.see("request", name="Anna")
        await anna.stop()
        await asyncio.gather(asking, return_exceptions=True)
        await ben.see("left", name="Anna")
        self.answer(ben, request, True)
        await anna.start()
        await anna.see("profile", name="Ben")
        await ben.see("profile", name="Anna")
        self.assertEqual(anna.node.store.asked(), [])
        self.assertEqual(ben.node.store.requests(), [])

    async def test_when_the_router_leaves_another_one_takes_its_place(self) -> None:
        people = [await self.person(name) for name in ("Anna", "Ben", "Cleo")]
        await people[1].see("listed", name="Cleo")
        await people[2].see("listed", name="Ben")
        await people[0].stop()
        for one in people[1:]:
            await one.see("left", name="Anna")
        roles = {one.node.memberships[0].role() for one in people[1:]}
        self.assertLessEqual(roles, {"router", "peer", "seeking"})
        dora = await self.person("Dora")
        await dora.see("listed", name="Ben")
        await dora.see("listed", name="Cleo")

    async def test_messages_written_while_one_is_away_arrive_once_also_on_an_older_disk(self) -> None:
        anna, ben = await self.person("Anna"), await self.person("Ben")
        await self.befriend(anna, ben)
        anna.node.send_text(anna.contact("Ben"), "first")
        await anna.see("read")
        await ben.stop()
        anna.node.send_text(anna.contact("Ben"), "second")
        await ben.start()
        await ben.see("message", text="second")
        await ben.stop()
        # Ben's disk loses the last message.
        await ben.start()
        ben.node.store._db.execute("DELETE FROM messages WHERE text = 'second'")
        await ben.stop()
        await ben.start()
        await ben.see("message", text="second")
        self.assertEqual([text for text, _ in ben.texts("Anna")], ["first", "second"])
        await anna.see("read", lambda event: anna.texts("Ben")[-1][1] == "read")
        self.assertEqual([text for text, _ in anna.texts("Ben")], ["first", "second"])


class Strangers(World):
    async def test_at_a_transport_id_nobody_is_answered_without_a_secret(self) -> None:
        anna, ben = await self.person("Anna"), await self.person("Ben", ELSEWHERE)
        await anna.see("online")
        await ben.see("online")
        assert anna.node.transport is not None and ben.node.transport is not None
        for secret in (None, bytes(32)):
            with self.assertRaises(NoAnswer):
                await anna.node.transport.dial(ben.node.transport.id, secret=secret, answer_seconds=1.5)

    async def test_who_is_blocked_finds_nobody_where_they_were_told(self) -> None:
        anna, ben = await self.person("Anna"), await self.person("Ben")
        await self.befriend(anna, ben)
        told = ben.contact("Anna").transport_id
        ben.forget()
        await anna.node.block(anna.contact("Ben"), True)
        await ben.see("disconnected", name="Anna")
        assert ben.node.transport is not None and told is not None
        with self.assertRaises(NoAnswer):
            await ben.node.meeting.authenticate(ben.node.transport, told, ben.contact("Anna"))
        self.assertNotEqual(anna.node.store.transport_id("myapp"), told)
        # After a change of mind they find each other at the place that only they can compute.
        ben.forget()
        await anna.node.block(anna.contact("Ben"), False)
        await ben.see("profile", name="Anna")

    async def test_a_peer_that_breaks_the_protocol_costs_only_its_connection(self) -> None:
        anna, ben = await self.person("Anna"), await self.person("Ben")
        await self.befriend(anna, ben)
        session = ben.node.sessions[ben.contact("Anna").id]
        session.link.send(wire.Text(7, "0f" * 16, 1, "a gap"))
        await anna.see("misbehaved", name="Ben")
        anna.forget()
        await anna.see("profile", name="Ben")
        self.assertEqual(anna.texts("Ben"), [])


class Files(World):
    async def _offered(self, anna: Person, ben: Person, size: int) -> tuple[str, bytes]:
        data = os.urandom(size)
        path = self.folder / f"{size}.bin"
        path.write_bytes(data)
        offer = offer_of(path)
        message = anna.node.send_text(anna.contact("Ben"), offer.name, offer, path)
        await ben.see("message", message=message)
        self._decide(ben, message, "want")
        return message, data

    def _decide(self, ben: Person, message: str, state: str) -> None:
        record = ben.node.store.file(ben.contact("Anna"), message)
        files = ben.node.sessions[ben.contact("Anna").id].files
        assert record is not None and files is not None
        files.decide(record, state)

    async def test_files_arrive_whole_whatever_their_size(self) -> None:
        anna, ben = await self.person("Anna"), await self.person("Ben")
        await self.befriend(anna, ben)
        for size in (0, 1, limits.PIECE_BYTES, 3 * limits.PIECE_BYTES + 5):
            message, data = await self._offered(anna, ben, size)
            event = await ben.see("file", message=message, state="saved")
            self.assertEqual(Path(event["path"]).read_bytes(), data)
            await anna.see("file", message=message, state="saved")

    async def test_a_file_goes_on_from_its_last_whole_piece(self) -> None:
        anna, ben = await self.person("Anna"), await self.person("Ben")
        await self.befriend(anna, ben)
        message, data = await self._offered(anna, ben, 12 * limits.PIECE_BYTES)
        await ben.see("file", message=message, state="coming", pieces=2)
        await ben.stop()
        await ben.start()
        event = await ben.see("file", message=message, state="fetching")
        self.assertGreaterEqual(event["pieces"], 2)
        event = await ben.see("file", message=message, state="saved")
        self.assertEqual(Path(event["path"]).read_bytes(), data)

    async def test_a_file_that_has_changed_is_not_mixed(self) -> None:
        anna, ben = await self.person("Anna"), await self.person("Ben")
        await self.befriend(anna, ben)
        message, _ = await self._offered(anna, ben, 12 * limits.PIECE_BYTES)
        await ben.see("file", message=message, state="coming", pieces=2)
        with (self.folder / f"{12 * limits.PIECE_BYTES}.bin").open("ab") as file:
            file.write(b"more")
        await ben.see("file", message=message, state="changed")
        self.assertFalse(ben.downloads.exists())

    async def test_what_is_declined_is_known_on_both_sides(self) -> None:
        anna, ben = await self.person("Anna"), await self.person("Ben")
        await self.befriend(anna, ben)
        path = self.folder / "a.txt"
        path.write_text("a")
        message = anna.node.send_text(anna.contact("Ben"), "a.txt", offer_of(path), path)
        await ben.see("message", message=message)
        self._decide(ben, message, "declined")
        await anna.see("file", message=message, state="declined")


class Elsewhere(World):
    async def test_an_invite_connects_two_networks_and_works_once(self) -> None:
        anna, ben = await self.person("Anna"), await self.person("Ben", ELSEWHERE)
        code = anna.node.make_invite()
        await anna.see("invite_open")
        await ben.see("online")
        asking = asyncio.create_task(ben.node.use_invite(code, "by invite"))
        request = await anna.see("request", name="Ben", note="by invite", invite=True)
        self.answer(anna, request, True)
        await asking
        await ben.see("profile", name="Anna")
        self.assertEqual(anna.node.store.invites(), [])
        await asyncio.sleep(1.5)
        cleo = await self.person("Cleo", ELSEWHERE)
        await cleo.see("online")
        with self.assertRaises(NoAnswer):
            await cleo.node.use_invite(code, None)

    async def test_an_invite_is_answered_although_whoever_used_it_has_gone_meanwhile(self) -> None:
        anna, ben = await self.person("Anna"), await self.person("Ben", ELSEWHERE)
        code = anna.node.make_invite()
        await anna.see("invite_open")
        await ben.see("online")
        asking = asyncio.create_task(ben.node.use_invite(code, None))
        request = await anna.see("request", name="Ben")
        await ben.stop()
        await asyncio.gather(asking, return_exceptions=True)
        self.answer(anna, request, True)
        await ben.start()
        await ben.see("profile", name="Anna")
        await anna.see("profile", name="Ben")

    async def test_special_contacts_who_have_lost_both_addresses_meet(self) -> None:
        anna, ben = await self.person("Anna"), await self.person("Ben")
        await self.befriend(anna, ben)
        anna.node.set_special(anna.contact("Ben"), True)
        ben.node.set_special(ben.contact("Anna"), True)
        for one, other in ((anna, "Ben"), (ben, "Anna")):
            while not one.contact(other).their_special:
                await asyncio.sleep(0.05)
        # Both come back on other networks, at Transport IDs of which nobody was told.
        for one in (anna, ben):
            one.node.store.set_meta("transport_id", ids.fresh_transport_id("myapp"))
            await one.stop()
        for one, address in ((anna, "198.51.100.1"), (ben, "198.51.100.2")):
            await one.start(address)
        await anna.see("met at a rendezvous")
        await anna.see("profile", name="Ben")


if __name__ == "__main__":
    unittest.main()
