"""LangGraph's official savers, opened the way placet needs them.

A checkpoint says where a graph waits. It holds no authority: nothing decides whether to write by it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from placet.storage.checkpoint_serde import strict_serializer  # isort: skip - it sets strict mode before LangGraph loads

import aiosqlite
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from placet.errors import DatabaseMissing, DatabaseUnavailable, SettingInvalid
from placet.storage.engine import BUSY_TIMEOUT_MS, CONNECT_SECONDS, parse_url, shown_url

if TYPE_CHECKING:
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

POOL_SIZE = 8
_LOCK = 0x706C6163686B  # PostgreSQL advisory lock of whoever makes the tables; any constant does
_LOOK_AGAIN_S = 0.1


@asynccontextmanager
async def open_checkpointer(place: str | Path) -> AsyncIterator[BaseCheckpointSaver[str]]:
    """A checkpointer on its own SQLite file (a path or `sqlite:///…`) or on PostgreSQL (`postgresql://…`).

    SQLite: a file of its own, since the saver keeps a connection open; WAL, synchronous=FULL. PostgreSQL: a pool of
    its own of up to 8 connections, each checked before use, because servers close idle ones. Both: strict msgpack.
    The tables are made where they are missing.

    Raises:
        SettingInvalid: the URL cannot be used, or PostgreSQL support is not installed.
        DatabaseMissing: the folder of the file does not exist.
        DatabaseUnavailable: PostgreSQL does not answer. Every use of the saver may raise this later.
    """
    text = str(place)
    url = parse_url(text) if "://" in text else None
    if url is not None and url.get_backend_name() == "postgresql":
        if "connect_timeout" not in url.query:
            url = url.update_query_dict({"connect_timeout": str(CONNECT_SECONDS)})
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
        from psycopg import AsyncConnection, Error
        from psycopg.rows import DictRow, dict_row
        from psycopg_pool import AsyncConnectionPool

        make = _saver_class()
    except ImportError:
        raise SettingInvalid(
            setting="database.url", reason="PostgreSQL needs `pip install 'placet[postgres]'`"
        ) from None
    try:  # by hand: a pool that cannot connect would wait half a minute to say so
        async with await AsyncConnection.connect(conninfo, autocommit=True, row_factory=dict_row) as connection:
            await _make_tables(connection)
    except Error as error:
        raise DatabaseUnavailable(place=shown_url(conninfo), reason=_first_line(error)) from error
    pool: AsyncConnectionPool[AsyncConnection[DictRow]] = AsyncConnectionPool(
        conninfo,
        min_size=1,
        max_size=POOL_SIZE,
        open=False,
        timeout=CONNECT_SECONDS,
        check=AsyncConnectionPool.check_connection,
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
    )
    async with pool:
        yield make(pool, serde=strict_serializer())


def _saver_class() -> "type[AsyncPostgresSaver]":
    """LangGraph's saver, whose lost connections are storage errors: work that meets one is done again later.

    As a foreign error it would look like a fault of the graph, and the run would be given up.
    """
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
    from psycopg import InterfaceError, OperationalError

    class Saver(AsyncPostgresSaver):
        @asynccontextmanager
        async def _cursor(self, *, pipeline: bool = False) -> AsyncIterator[Any]:
            try:
                async with super()._cursor(pipeline=pipeline) as cursor:
                    yield cursor
            except (OperationalError, InterfaceError) as error:
                raise DatabaseUnavailable(place="checkpoints", reason=_first_line(error)) from error

    return Saver


async def _make_tables(connection: Any) -> None:
    """Make LangGraph's tables, one process at a time: its own statements collide where two processes start at once.

    The lock is tried, not waited for: an index that is built concurrently waits for every running statement.
    """
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

    while not (await _one(connection, "SELECT pg_try_advisory_lock(%s) AS held"))["held"]:  # noqa: ASYNC110 - the other process tells nobody when it is done
        await asyncio.sleep(_LOOK_AGAIN_S)
    await AsyncPostgresSaver(connection).setup()
    await _one(connection, "SELECT pg_advisory_unlock(%s) AS freed")


async def _one(connection: Any, statement: str) -> Any:
    return await (await connection.execute(statement, (_LOCK,))).fetchone()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
