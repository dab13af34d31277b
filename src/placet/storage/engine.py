"""Engines for SQLite and PostgreSQL behind one URL."""

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from placet.errors import DatabaseMissing, DatabaseReadOnly, DatabaseUnavailable, SettingInvalid, StorageError

BUSY_TIMEOUT_MS = 30_000
"""How long a writer waits for another process; DBOS asks for the same on SQLite (facts: dispatch §3)."""

CONNECT_SECONDS = 10
"""How long PostgreSQL may take to answer a new connection; the URL's own `connect_timeout` wins."""
POOL_SIZE = 8
"""Connections to PostgreSQL that stay open; up to ten more are opened for a moment."""


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


def shown_url(text: str) -> str:
    """A database URL as people may see it: without its password.

    Raises:
        SettingInvalid: it is no URL, or names another kind of database.
    """
    return parse_url(text).render_as_string(hide_password=True)


def open_engine(text: str) -> Engine:
    """An engine with the settings both databases need for durable, serialised decisions.

    SQLite: WAL, synchronous=FULL, foreign keys on, every write transaction BEGIN IMMEDIATE.

    Raises:
        SettingInvalid: the URL cannot be used.
        DatabaseMissing: the folder of a SQLite file does not exist.
    """
    url = parse_url(text)
    if url.get_backend_name() == "postgresql":
        return create_engine(
            url,
            pool_pre_ping=True,
            pool_size=POOL_SIZE,
            isolation_level="READ COMMITTED",
            connect_args={} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_SECONDS},
        )
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


def server_version(text: str) -> str:
    """The version a PostgreSQL server names, such as `18.1`.

    Raises:
        SettingInvalid: the URL cannot be used.
        DatabaseUnavailable: it does not answer.
    """
    engine = open_engine(text)
    try:
        with engine.connect() as connection:
            return str(connection.exec_driver_sql("SHOW server_version").scalar()).partition(" ")[0]
    except DBAPIError as error:
        raise explain(engine, error) from error
    finally:
        engine.dispose()


def explain(engine: Engine, error: DBAPIError) -> StorageError:
    """The storage error that says what a database error means for a person."""
    place = engine.url.render_as_string(hide_password=True)
    text = str(error.orig)
    if "readonly" in text or "read-only" in text:
        return DatabaseReadOnly(place=place)
    return DatabaseUnavailable(place=place, reason=text.splitlines()[0][:200])
