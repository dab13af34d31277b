"""A project whose ledger has entries, a signing key and a public key, made without running an agent."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli.commands import Placet, Told

from placet.ledger import append
from placet.storage import Store, Transaction

DATABASE = ".placet/placet.sqlite"


@dataclass(frozen=True, slots=True)
class Kept:
    """A project's ledger, and the files around it."""

    folder: Path
    placet: Placet

    @property
    def public_key(self) -> str:
        return str(self.folder / "ledger.pub")

    def write(self, count: int) -> None:
        """Append entries as the product does."""

        def work(tx: Transaction) -> None:
            for number in range(count):
                append(tx, "tool.read", {"number": number, "tool": "find_deals"}, run="r1")

        store = Store.open(f"sqlite:///{self.folder / DATABASE}")
        store.write_now(work)
        store.close()

    def sql(self, statement: str) -> None:
        """Change the database as somebody who owns it."""
        connection = sqlite3.connect(self.folder / DATABASE)
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(statement)
        connection.commit()
        connection.close()

    def verified(self, *more: str) -> Told:
        """The database, judged with the public key."""
        return self.placet("audit", "verify", "--public-key", self.public_key, *more, "--json")

    def exported(self) -> Path:
        """A fresh export."""
        assert self.placet("audit", "export", "out").status == 0
        return self.folder / "out"

    def judged(self, out: Path, *more: str) -> Told:
        """An export, judged with its heads and the public key."""
        signed = ("--heads", str(out / "heads.txt"), "--public-key", self.public_key)
        return self.placet("audit", "verify", "--ledger", str(out / "ledger.jsonl"), *signed, *more, "--json")


def first_finding(told: Told) -> tuple[int, int, str, str]:
    """Entry, until, class and witness of the first damage."""
    one: dict[str, Any] = json.loads(told.out)["findings"][0]
    return one["entry"], one["until"], one["damage"], one["seen_by"]


def rewritten(file: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Change the lines of a file."""
    file.write_bytes(b"".join(change(file.read_bytes().splitlines(keepends=True))))


@pytest.fixture
def kept(project: Path, placet: Placet, monkeypatch: pytest.MonkeyPatch) -> Kept:
    """Ten entries, heads over six and over all, both in the file `kept.txt`, too."""
    (project / ".placet").mkdir()
    made = placet("audit", "key", "new", "ledger.pem")
    (project / "ledger.pub").write_text(made.out)
    monkeypatch.setenv("PLACET_LEDGER_KEY_FILE", str(project / "ledger.pem"))
    monkeypatch.setenv("PLACET_LEDGER__ANCHOR_FILE", "kept.txt")
    one = Kept(project, placet)
    for count in (6, 4):
        one.write(count)
        assert placet("audit", "sign").status == 0
        assert placet("audit", "anchor").status == 0
    return one
