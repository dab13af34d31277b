"""The unit of work: all or nothing, one writer after another, and nothing said before it is durable."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, text

from placet.dispatch.virtual_clock import START, VirtualClock
from placet.errors import DatabaseReadOnly, DatabaseUnavailable
from placet.ledger import append, entries, verify
from placet.storage import Store, Transaction, moment, stamp
from placet.storage.run_rows import insert_event


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    opened = Store.open(database, clock=VirtualClock())
    yield opened
    opened.close()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'placet.sqlite'}", clock=VirtualClock())
    yield opened
    opened.close()


def note(tx: Transaction, word: str = "x") -> int:
    return append(tx, "test.noted", {"word": word})


async def count(store: Store) -> int:
    return len(await store.read(entries))


async def test_what_was_written_is_there(store: Store) -> None:
    assert await store.write(note) == 1
    assert [entry.facts for entry in await store.read(entries)] == [{"word": "x"}]


async def test_an_error_keeps_nothing_and_tells_nobody(store: Store) -> None:
    told: list[str] = []

    def fail(tx: Transaction) -> None:
        tx.after_commit(lambda: told.append("committed"))
        note(tx)
        raise LookupError("on purpose")

    with pytest.raises(LookupError, match="on purpose"):
        await store.write(fail)
    assert (await count(store), told) == (0, [])


async def test_what_waits_for_the_commit_runs_after_it_and_in_order(store: Store) -> None:
    seen: list[int] = []

    def write(tx: Transaction) -> None:
        note(tx)
        for _ in range(2):
            tx.after_commit(lambda: seen.append(len(store.read_now(entries))))

    await store.write(write)
    assert seen == [1, 1]


async def test_a_reading_transaction_keeps_nothing(store: Store) -> None:
    await store.read(note)
    assert await count(store) == 0


async def test_all_of_a_transaction_happens_at_one_moment(file: Store) -> None:
    def twice(tx: Transaction) -> tuple[str, str]:
        before = tx.stamp
        file.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]  # the clock is a virtual one
        return before, tx.stamp

    assert await file.write(twice) == (stamp(START), stamp(START))


async def test_writers_at_once_wait_for_each_other(store: Store) -> None:
    start = threading.Barrier(8)

    def work(number: int) -> None:
        start.wait()
        for _ in range(5):
            store.write_now(lambda tx: note(tx, str(number)))

    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(8) as pool:
        await asyncio.gather(*(loop.run_in_executor(pool, work, number) for number in range(8)))
    assert (await store.read(verify)).entries == 40


async def test_two_stores_on_one_database_wait_for_each_other(database: str) -> None:
    stores = [Store.open(database) for _ in range(2)]
    await asyncio.gather(*(store.write(note) for store in stores for _ in range(20)))
    assert (await stores[0].read(verify)).entries == 40
    for store in stores:
        store.close()


async def test_one_event_that_comes_to_two_processes_at_once_is_received_once(database: str) -> None:
    stores = [Store.open(database) for _ in range(2)]

    def take(tx: Transaction) -> bool:
        return insert_event(tx, event="e-1", source="test", person="riley", payload={})

    told = await asyncio.gather(*(store.write(take) for _ in range(8) for store in stores))
    assert sum(told) == 1
    for store in stores:
        store.close()


PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


@pytest.mark.parametrize(("pragma", "value"), PRAGMAS.items())
def test_sqlite_is_set_up_to_lose_nothing(file: Store, pragma: str, value: object) -> None:
    with file.engine.connect() as connection:
        assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value


def test_a_write_takes_the_lock_before_it_reads(file: Store) -> None:
    begun: list[str] = []

    @event.listens_for(file.engine, "before_cursor_execute")
    def listen(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        begun.append(statement)

    file.write_now(note)
    file.read_now(entries)
    assert [one for one in begun if one.startswith("BEGIN")] == ["BEGIN IMMEDIATE", "BEGIN"]


def limited(store: Store, pragma: str) -> None:
    """Let the connections of this store be as on a disk that is full or not writable."""
    store.engine.dispose()

    @event.listens_for(store.engine, "connect")
    def connect(connection: object, _record: object) -> None:
        connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]  # a connection of sqlite3


async def test_a_database_that_cannot_be_written_is_named_and_keeps_nothing(file: Store) -> None:
    limited(file, "query_only=ON")
    with pytest.raises(DatabaseReadOnly) as caught:
        await file.write(note)
    assert str(caught.value).endswith("placet.sqlite` cannot be written")
    assert await count(file) == 0


async def test_a_full_disk_is_named_and_keeps_nothing(file: Store) -> None:
    limited(file, "max_page_count=1")
    with pytest.raises(DatabaseUnavailable, match="full"):
        await file.write(lambda tx: [note(tx, "x" * 100_000) for _ in range(20)])
    assert await count(file) == 0


ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-9))])
YEARS = (datetime(1900, 1, 1), datetime(2999, 1, 1))  # noqa: DTZ001 - hypothesis adds the zone


@given(st.datetimes(*YEARS, timezones=ZONES))
def test_a_stored_time_is_the_same_time(when: datetime) -> None:
    assert moment(stamp(when)) == when


@given(st.lists(st.datetimes(*YEARS, timezones=ZONES), max_size=5))
def test_stored_times_sort_as_times_do(times: list[datetime]) -> None:
    assert sorted(map(stamp, times)) == [stamp(one) for one in sorted(times)]
