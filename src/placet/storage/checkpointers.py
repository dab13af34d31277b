"""LangGraph's official savers, opened the way placet needs them.

A checkpoint says where a graph waits. It holds no authority: nothing decides whether to write by it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from placet.storage.checkpoint_serde import strict_serializer  # isort: skip - it sets strict mode before LangGraph loads

import aiosqlite
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from placet.errors import DatabaseMissing, SettingInvalid
from placet.storage.engine import BUSY_TIMEOUT_MS, parse_url

POOL_SIZE = 8


@asynccontextmanager
async def open_checkpointer(place: str | Path) -> AsyncIterator[BaseCheckpointSaver[str]]:
    """A checkpointer on its own SQLite file (a path or `sqlite:///…`) or on PostgreSQL (`postgresql://…`).

    SQLite: a file of its own, since the saver keeps a connection open; WAL, synchronous=FULL. PostgreSQL: a pool of
    its own of up to 8 connections, each checked before use, because servers close idle ones. Both: strict msgpack.
    The tables are made where they are missing.

    Raises:
        SettingInvalid: the URL cannot be used, or PostgreSQL support is not installed.
        DatabaseMissing: the folder of the file does not exist.
    """
    text = str(place)
    url = parse_url(text) if "://" in text else None
    if url is not None and url.get_backend_name() == "postgresql":
        conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
        async with _on_postgres(conninfo) as saver:
            yield saver
        return
    async with _on_sqlite(Path((url.database or "") if url is not None else text)) as saver:
        yield saver


@asynccontextmanager
async def _on_sqlite(file: Path) -> AsyncIterator[BaseCheckpointSaver[str]]:
    if not file.name or not file.parent.is_dir():
        raise DatabaseMissing(place=str(file))
    async with aiosqlite.connect(file, timeout=BUSY_TIMEOUT_MS / 1000) as connection:
        await connection.execute("PRAGMA journal_mode=WAL")
        await connection.execute("PRAGMA synchronous=FULL")
        saver = AsyncSqliteSaver(connection, serde=strict_serializer())
        await saver.setup()
        yield saver


@asynccontextmanager
async def _on_postgres(conninfo: str) -> AsyncIterator[BaseCheckpointSaver[str]]:
    try:
        from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
        from psycopg import AsyncConnection
        from psycopg.rows import DictRow, dict_row
        from psycopg_pool import AsyncConnectionPool
    except ImportError:
        raise SettingInvalid(
            setting="database.url", reason="PostgreSQL needs `pip install 'placet[postgres]'`"
        ) from None
    pool: AsyncConnectionPool[AsyncConnection[DictRow]] = AsyncConnectionPool(
        conninfo,
        min_size=1,
        max_size=POOL_SIZE,
        open=False,
        check=AsyncConnectionPool.check_connection,
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
    )
    async with pool:
        saver = AsyncPostgresSaver(pool, serde=strict_serializer())
        await saver.setup()
        yield saver
