"""The ledger finds every edit, deletion, insertion and swap, and names the very entry."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache, partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placet.dispatch.virtual_clock import VirtualClock
from placet.errors import LedgerBroken
from placet.ledger import GENESIS, append, verify
from placet.storage import Store
from placet.vocabulary import Json, canonical, sha256

pytestmark = pytest.mark.damages_ledger
LENGTH = 12
POSITIONS = st.integers(1, LENGTH)
Spoil = Callable[[sqlite3.Connection], None]


@cache
def _whole() -> bytes:
    """A database with a ledger of `LENGTH` entries."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "whole.sqlite"
        store = Store.open(f"sqlite:///{file}", clock=VirtualClock())
        for number in range(1, LENGTH + 1):
            run, proposal = f"R-{number}", f"P-{number}"
            store.write_now(partial(append, kind="a.kind", facts={"n": number}, run=run, proposal=proposal))
        store.close()
        return file.read_bytes()


@contextmanager
def copy() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp())
    try:
        (folder / "ledger.sqlite").write_bytes(_whole())
        yield folder / "ledger.sqlite"
    finally:
        shutil.rmtree(folder)


def broken_at(spoil: Spoil) -> int | None:
    """Spoil a ledger and give the entry that verifying names, or `None` if it finds nothing."""
    with copy() as file:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA foreign_keys=OFF")
            spoil(connection)
            connection.commit()
        store = Store.open(f"sqlite:///{file}")
        try:
            store.read_now(verify)
        except LedgerBroken as error:
            return error.seq
        finally:
            store.close()
    return None


def sql(statement: str, *values: object) -> Spoil:
    def spoil(connection: sqlite3.Connection) -> None:
        connection.execute(statement, values)

    return spoil


def test_an_untouched_ledger_verifies() -> None:
    assert broken_at(lambda _connection: None) is None


@settings(max_examples=40, deadline=None)
@given(POSITIONS, st.data())
def test_any_changed_byte_is_found_at_its_entry(seq: int, data: st.DataObject) -> None:
    def spoil(connection: sqlite3.Connection) -> None:
        (entry,) = connection.execute("SELECT entry FROM ledger WHERE seq = ?", (seq,)).fetchone()
        place = data.draw(st.integers(0, len(entry) - 1))
        flipped = bytes([entry[place] ^ data.draw(st.integers(1, 255))])
        changed = entry[:place] + flipped + entry[place + 1 :]
        connection.execute("UPDATE ledger SET entry = ? WHERE seq = ?", (changed, seq))

    assert broken_at(spoil) == seq


@settings(max_examples=30, deadline=None)
@given(POSITIONS, st.sampled_from(["at", "kind", "run", "proposal", "previous", "hash"]))
def test_any_changed_column_is_found_at_its_entry(seq: int, column: str) -> None:
    assert broken_at(sql(f"UPDATE ledger SET {column} = 'another' WHERE seq = ?", seq)) == seq


@settings(max_examples=15, deadline=None)
@given(st.integers(1, LENGTH - 1))
def test_a_deleted_entry_is_found_where_it_was(seq: int) -> None:
    assert broken_at(sql("DELETE FROM ledger WHERE seq = ?", seq)) == seq


@settings(max_examples=15, deadline=None)
@given(st.integers(1, LENGTH - 1))
def test_a_deleted_entry_is_found_also_when_the_rest_moved_up(seq: int) -> None:
    def spoil(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM ledger WHERE seq = ?", (seq,))
        for later in range(seq + 1, LENGTH + 1):
            connection.execute("UPDATE ledger SET seq = ? WHERE seq = ?", (later - 1, later))

    assert broken_at(spoil) == seq


@settings(max_examples=25, deadline=None)
@given(st.lists(POSITIONS, min_size=2, max_size=2, unique=True))
def test_two_swapped_entries_are_found_at_the_first(pair: list[int]) -> None:
    def spoil(connection: sqlite3.Connection) -> None:
        for old, new in ((pair[0], -1), (pair[1], pair[0]), (-1, pair[1])):
            connection.execute("UPDATE ledger SET seq = ? WHERE seq = ?", (new, old))

    assert broken_at(spoil) == min(pair)


def forged(seq: int, previous: str) -> tuple[object, ...]:
    """An entry that fits its own hash."""
    columns: dict[str, Json] = {
        "seq": seq,
        "at": "2026-01-05T09:00:00.000000Z",
        "kind": "a.kind",
        "run": "R-1",
        "proposal": "",
    }
    entry = canonical({**columns, "previous": previous, "facts": {}})
    return (*columns.values(), entry, previous, sha256(entry))


@settings(max_examples=20, deadline=None)
@given(POSITIONS)
def test_an_inserted_entry_is_found_where_it_stops_fitting(seq: int) -> None:
    def spoil(connection: sqlite3.Connection) -> None:
        previous = GENESIS
        if seq > 1:
            (previous,) = connection.execute("SELECT hash FROM ledger WHERE seq = ?", (seq - 1,)).fetchone()
        for later in range(LENGTH, seq - 1, -1):
            connection.execute("UPDATE ledger SET seq = ? WHERE seq = ?", (later + 1, later))
        connection.execute("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?)", forged(seq, previous))

    assert broken_at(spoil) == seq + 1


@settings(max_examples=15, deadline=None)
@given(st.integers(1, LENGTH - 1))
def test_an_entry_that_was_written_anew_breaks_the_next_one(seq: int) -> None:
    def spoil(connection: sqlite3.Connection) -> None:
        previous = connection.execute("SELECT previous FROM ledger WHERE seq = ?", (seq,)).fetchone()[0]
        connection.execute("DELETE FROM ledger WHERE seq = ?", (seq,))
        connection.execute("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?)", forged(seq, previous))

    assert broken_at(spoil) == seq + 1


@pytest.mark.parametrize("seq", [0, -5])
def test_an_entry_before_the_first_is_found(seq: int) -> None:
    def spoil(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?)", forged(seq, GENESIS))

    assert broken_at(spoil) == 1


@pytest.mark.parametrize("content", [b"[]", b"1", b"{}", b"null", b"\xff", b"{", b'"text"'])
def test_content_that_is_no_entry_is_found_even_with_a_hash_that_fits(content: bytes) -> None:
    assert broken_at(sql("UPDATE ledger SET entry = ?, hash = ? WHERE seq = 12", content, sha256(content))) == LENGTH


def test_a_cut_off_end_is_not_found_without_a_copy_kept_elsewhere() -> None:
    assert broken_at(sql("DELETE FROM ledger WHERE seq = ?", LENGTH)) is None
