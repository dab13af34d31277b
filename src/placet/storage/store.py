"""The unit of work: a function of one transaction, run in a worker thread.

Everything that decides is an ordinary function `(tx, …) -> result`. It is composed with others inside one
transaction and committed once; asynchronous callers await `store.write(function)`.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from placet.errors import StorageError
from placet.storage.engine import explain, open_engine
from placet.storage.schema import ensure_schema
from placet.vocabulary import Clock, system_clock

__all__ = ["Store", "Transaction", "explain", "moment", "stamp"]

T = TypeVar("T")


class Transaction:
    """One open transaction: its connection, its moment, and what to do after it committed."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self._after: list[Callable[[], None]] = []

    @property
    def stamp(self) -> str:
        """`now` as stored text."""
        return stamp(self.now)

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run `action` once the transaction is durable; never if it rolls back."""
        self._after.append(action)

    def committed(self) -> None:
        """Run what waits for the commit. Called by the store."""
        for action in self._after:
            action()


def stamp(moment: datetime) -> str:
    """An aware time as sortable text: ISO 8601, UTC, microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text: str) -> datetime:
    """The aware time that `stamp` wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


class Store:
    """The database of placet. `write` and `read` take a function of one transaction.

    On SQLite all writes of a process run on one thread, one after another; other processes wait for the file lock.
    """

    def __init__(self, engine: Engine, clock: Clock = system_clock) -> None:
        self.engine = engine
        self.clock = clock
        self.dialect = engine.dialect.name
        workers = 1 if self.dialect == "sqlite" else 8
        self._writers = ThreadPoolExecutor(workers, thread_name_prefix="placet-write")
        self._readers = ThreadPoolExecutor(4, thread_name_prefix="placet-read")

    @classmethod
    def open(cls, url: str, *, clock: Clock = system_clock, upgrade: bool = False) -> "Store":
        """Open a database; a new or empty one gets the schema.

        Raises:
            DatabaseMissing: its folder or server is not there.
            DatabaseReadOnly: it cannot be written.
            DatabaseVersion: its schema is another version and `upgrade` is false (or it is newer).
        """
        engine = open_engine(url)
        try:
            ensure_schema(engine, upgrade=upgrade)
        except DBAPIError as error:
            engine.dispose()
            raise explain(engine, error) from error
        except StorageError:
            engine.dispose()
            raise
        return cls(engine, clock)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in one write transaction and commit it.

        Raises:
            StorageError: the database refused; nothing of `work` was kept.
        """
        return await asyncio.get_running_loop().run_in_executor(self._writers, self.write_now, work)

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` on a consistent snapshot that cannot write (SQLite) or is rolled back (PostgreSQL)."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, work)

    def write_now(self, work: Callable[[Transaction], T]) -> T:
        """`write` for callers that have no event loop."""
        try:
            with self.engine.begin() as connection:
                tx = Transaction(connection, self.clock())
                result = work(tx)
        except (OperationalError, InterfaceError) as error:
            raise explain(self.engine, error) from error
        tx.committed()
        return result

    def read_now(self, work: Callable[[Transaction], T]) -> T:
        """`read` for callers that have no event loop."""
        try:
            with self.engine.connect().execution_options(placet_reads=True) as connection:
                result = work(Transaction(connection, self.clock()))
                connection.rollback()
                return result
        except (OperationalError, InterfaceError) as error:
            raise explain(self.engine, error) from error

    def close(self) -> None:
        """Finish running transactions and close every connection."""
        self._writers.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self.engine.dispose()
