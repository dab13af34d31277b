"""Engines for SQLite and PostgreSQL behind one URL."""

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from placet.errors import DatabaseMissing, SettingInvalid

BUSY_TIMEOUT_MS = 30_000
"""How long a writer waits for another process; DBOS asks for the same on SQLite (facts: dispatch §3)."""


def parse_url(text: str) -> URL:
    """A database URL with its driver: `sqlite:///file` or `postgresql://…`.

    Raises:
        SettingInvalid: it is no URL, or names another kind of database.
    """
    try:
        url = make_url(text)
    except ArgumentError:
        raise SettingInvalid(setting="database.url", reason="it is not a database URL") from None
    match url.get_backend_name():
        case "sqlite":
            return url.set(drivername="sqlite")
        case "postgresql":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise SettingInvalid(setting="database.url", reason=f"`{other}` is neither sqlite nor postgresql")


def open_engine(text: str) -> Engine:
    """An engine with the settings both databases need for durable, serialised decisions.

    SQLite: WAL, synchronous=FULL, foreign keys on, every write transaction BEGIN IMMEDIATE.

    Raises:
        SettingInvalid: the URL cannot be used.
        DatabaseMissing: the folder of a SQLite file does not exist.
    """
    url = parse_url(text)
    if url.get_backend_name() == "postgresql":
        return create_engine(url, pool_pre_ping=True, pool_size=8, isolation_level="READ COMMITTED")
    folder = Path(url.database or "").parent
    if not url.database or not folder.is_dir():
        raise DatabaseMissing(place=url.database or ":memory:")
    engine = create_engine(
        url, pool_size=4, connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000}
    )
    _prepare_sqlite(engine)
    return engine


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy's events below emit BEGIN themselves
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
            connection.execute(f"PRAGMA {pragma}")
        if sqlite3.sqlite_version_info < (3, 42):
            # DBOS writes unixepoch('subsec'), which SQLite knows from 3.42 on; without this it is NULL.
            connection.create_function("unixepoch", 1, lambda _modifier: time.time())

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A reader takes a snapshot; everyone else takes the write lock at once, so no transaction fails halfway.
        reads = connection.get_execution_options().get("placet_reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
