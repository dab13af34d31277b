"""Every command that needs the database says in one sentence what is wrong with it, and changes nothing."""

import sqlite3
from pathlib import Path

import pytest
from tests.integration.cli.commands import Placet, Told

WRITE_VERSION = 18
"""Byte of a SQLite header: above 2 the file may only be read, by anyone (sqlite.org/fileformat2.html, 1.3.3)."""
COMMANDS = [
    ("stop", "--as", "priya", "--reason", "to be safe"),
    ("run", "set the Hooli expansion to 120k", "--as", "riley"),
    ("proposals", "approve", "P-ANY", "--as", "dana"),
]


def assert_one_sentence(told: Told, says: str) -> None:
    assert (told.status, told.out) == (1, "")
    assert told.err.startswith("error: ")
    assert says in told.err
    assert "\nnext: " in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_that_is_not_there(
    placet: Placet, project: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PLACET_DATABASE__URL", "sqlite:///nowhere/placet.sqlite")
    assert_one_sentence(placet(*command), "there is no database at `")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_schema_of_a_newer_placet(placet: Placet, project: Path, asked: str, command: tuple[str, ...]) -> None:
    connection = sqlite3.connect(project / ".placet/placet.sqlite")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    assert_one_sentence(placet(*command), "has schema `9999`, this placet needs `")


def test_a_file_that_may_only_be_read(placet: Placet, project: Path, asked: str) -> None:
    file = project / ".placet/placet.sqlite"
    content = bytearray(file.read_bytes())
    content[WRITE_VERSION] = 3
    file.write_bytes(content)
    for command in COMMANDS:
        assert_one_sentence(placet(*command), "cannot be written")
    assert placet("proposals", "show", asked, "--json").json["state"] == "proposed"


def test_a_file_that_is_no_database(placet: Placet, project: Path) -> None:
    (project / ".placet").mkdir()
    (project / ".placet/placet.sqlite").write_text("a letter, not a database\n" * 100)
    assert_one_sentence(placet("audit", "verify"), "file is not a database")
