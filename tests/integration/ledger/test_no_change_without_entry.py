"""Row 59: when the ledger cannot be written, nothing changes; when it can again, everything goes on."""

import sqlite3
from functools import partial

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DatabaseError

from placet.errors import DatabaseReadOnly, DatabaseUnavailable
from placet.ledger import entries, verify
from placet.operations.switches import stop
from placet.storage import Store


def counts(store: Store) -> tuple[int, int]:
    """Switches that were set, and ledger entries that say so."""
    switches = store.read_now(lambda tx: tx.connection.execute(text("SELECT count(*) FROM switches")).scalar())
    return int(switches or 0), store.read_now(lambda tx: len(entries(tx)))


def fill(store: Store, pragma: str) -> None:
    """Give every connection from now on a limit."""

    @event.listens_for(store.engine, "checkout")
    def limit(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA {pragma}")


def stop_many(store: Store) -> None:
    for number in range(1_000):
        store.write_now(partial(stop, name=f"agent:a{number}", by="o", reason="x" * 700))


def test_a_full_disk_keeps_change_and_entry_together(store: Store) -> None:
    pages = store.read_now(lambda tx: tx.connection.execute(text("PRAGMA page_count")).scalar())
    fill(store, f"max_page_count={int(pages or 0) + 3}")
    with pytest.raises(DatabaseUnavailable, match="full"):
        stop_many(store)
    changes, recorded = counts(store)
    assert changes == recorded > 0
    fill(store, "max_page_count=1000000")
    store.write_now(lambda tx: stop(tx, "all", by="o", reason="again"))
    assert counts(store) == (changes + 1, recorded + 1)
    assert store.read_now(verify).entries == recorded + 1


def test_a_read_only_database_changes_nothing(store: Store) -> None:
    store.write_now(lambda tx: stop(tx, "agent:a", by="o", reason="before"))
    fill(store, "query_only=ON")
    with pytest.raises(DatabaseReadOnly):
        store.write_now(lambda tx: stop(tx, "all", by="o", reason="now"))
    assert counts(store) == (1, 1)


def test_a_ledger_that_refuses_the_entry_takes_the_change_back(store: Store) -> None:
    trigger = "CREATE TRIGGER no BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no'); END"
    store.write_now(lambda tx: tx.connection.execute(text(trigger)))
    with pytest.raises(DatabaseError, match="no"):
        store.write_now(lambda tx: stop(tx, "all", by="o", reason="now"))
    assert counts(store) == (0, 0)
