"""The SQLite file of one embedded system, opened read-only or for writing."""

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from placet.errors import SystemMissing

_CONNECTIONS = 4


class SystemFile:
    """A pool of connections to one file. Thread-safe; `close` lets go of the file."""

    def __init__(self, path: Path, system: str, *, readonly: bool, busy_timeout_ms: int) -> None:
        self.path = path
        self._system = system
        self._engine = _engine(path, readonly=readonly, busy_timeout_ms=busy_timeout_ms)

    def connect(self) -> Connection:
        """A connection; use it in a `with` block.

        Raises:
            SystemMissing: the file is not there.
        """
        if not self.path.is_file():
            raise SystemMissing(system=self._system, reason=f"there is no file `{self.path.name}`")
        return self._engine.connect()

    def close(self) -> None:
        """Close all idle connections."""
        self._engine.dispose()


def _engine(path: Path, *, readonly: bool, busy_timeout_ms: int) -> Engine:
    # `mode` decides: a reader's connection cannot write, and no mode creates a file (sqlite.org/uri.html).
    uri = f"file:{quote(str(path.absolute()))}?mode={'ro' if readonly else 'rw'}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True, check_same_thread=False, timeout=busy_timeout_ms / 1000)

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=_CONNECTIONS)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # the event below emits BEGIN itself
        connection.create_function("casefold", 1, _casefold, deterministic=True)
        connection.execute("PRAGMA query_only=ON" if readonly else "PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A write transaction takes the lock at once, so that what it compared still holds when it writes.
        connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")

    return engine


def _casefold(value: str | None) -> str | None:
    return None if value is None else value.casefold()


def new_file(path: Path) -> None:
    """An empty database in WAL mode at `path`; one that is there is replaced."""
    for leftover in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        leftover.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode=WAL")  # persistent: it is written into the file's header
    finally:
        connection.close()
