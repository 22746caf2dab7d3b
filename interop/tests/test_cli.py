"""The command: what it prints, and with which code it ends."""

from __future__ import annotations

import contextlib
import io
import json
import sqlite3
import tempfile
import unittest
from pathlib import Path

from mesh_chat import cli, crypto
from mesh_chat.store import Store


class Command(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        self.config = self.folder / "config.json"
        # Nobody listens there.
        server = {"host": "127.0.0.1", "port": 9, "path": "/", "key": "peerjs", "secure": False}
        self.config.write_text(json.dumps({"signalling": [server], "iceServers": [], "ipEcho": None, "addresses": ["203.0.113.7"]}))

    def run_cli(self, *arguments: str) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        fixed = ["--state", str(self.folder / "state"), "--config", str(self.config), "--timeout", "0.5"]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.main([*fixed, *arguments])
        return code, out.getvalue(), err.getvalue()

    def befriend(self) -> None:
        store = Store(self.folder / "state")
        store.save_accepted(crypto.Key.of_scalar(b"\x02" * 32).public, "Ben", bytes(32))
        store.close()

    def test_each_end_has_a_code_and_a_reason(self) -> None:
        self.assertEqual(self.run_cli("people")[0], cli.USAGE)
        self.assertEqual(self.run_cli("name", "")[0], cli.USAGE)
        self.assertEqual(self.run_cli("name", "Anna")[0], cli.OK)
        code, _, err = self.run_cli("send", "Ben", "hello")
        self.assertEqual((code, err), (cli.NOBODY, "mesh-chat-cli: no contact is called Ben\n"))
        self.befriend()
        self.assertEqual(self.run_cli("send", "Ben", "hello")[0], cli.TIMEOUT)
        self.assertEqual(self.run_cli("send", "Ben", "x" * 8_001)[0], cli.FAILED)
        self.assertEqual(self.run_cli("send-file", "Ben", str(self.folder / "missing"))[0], cli.FAILED)
        self.assertEqual(self.run_cli("use-invite", "meshchat-invite:AQ")[0], cli.TIMEOUT)

    def test_a_configuration_that_cannot_be_read_means_no_other_servers(self) -> None:
        for text in ("{", "[]", '{"signalling": [{"host": "x"}]}', '{"beacon": {"url": "https://x", "publicKey": "AA"}}'):
            self.config.write_text(text)
            code, _, err = self.run_cli("who")
            self.assertEqual(code, cli.USAGE, text)
            self.assertIn("config.json", err)

    def test_one_process_at_a_time_uses_the_state(self) -> None:
        store = Store(self.folder / "state")
        self.assertEqual(self.run_cli("who")[0], cli.IN_USE)
        store.close()
        self.assertEqual(self.run_cli("who")[0], cli.OK)

    def test_the_same_is_told_to_programs_and_to_people(self) -> None:
        self.run_cli("name", "Anna")
        self.befriend()
        self.run_cli("send", "Ben", "hello\x1b[2J")
        code, out, _ = self.run_cli("--json", "log", "Ben")
        self.assertEqual((code, json.loads(out)["text"], json.loads(out)["state"]), (cli.OK, "hello\x1b[2J", "waiting"))
        self.assertNotIn("\x1b", self.run_cli("log", "Ben")[1])
        digits = json.loads(self.run_cli("--json", "safety", "Ben")[1])["safety"]
        self.assertRegex(digits, r"^\d{60}$")
        self.assertEqual(self.run_cli("safety", "Ben")[1].replace(" ", "").strip(), digits)

    def test_the_state_of_an_older_program_is_read(self) -> None:
        self.run_cli("name", "Anna")
        self.befriend()
        self.run_cli("send", "Ben", "hello")
        with contextlib.closing(sqlite3.connect(self.folder / "state/state.db")) as state, state:
            for column in ("act", "about"):
                state.execute(f"ALTER TABLE messages DROP COLUMN {column}")
        self.assertEqual(json.loads(self.run_cli("--json", "log", "Ben")[1])["text"], "hello")

    def test_keys_and_messages_are_for_nobody_else_on_the_device(self) -> None:
        self.run_cli("name", "Anna")
        self.assertEqual((self.folder / "state/state.db").stat().st_mode & 0o077, 0)


if __name__ == "__main__":
    unittest.main()
