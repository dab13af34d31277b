"""DBOS as an engine: its settings, its queues, its start and its end. Only the `dbos_*` files know it.

Every setting here was read in the installed source of DBOS 3.4 or measured; `docs/design/dispatch.md` says why.
DBOS is a singleton of the process, so a process runs at most one worker.
"""

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

import structlog
from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, EnqueueOptions
from dbos._error import DBOSException
from dbos._serialization import DefaultSerializer
from dbos._sys_db import SystemDatabase

from placet.dispatch.dbos_rows import SCHEMA
from placet.dispatch.failures import SegmentFailed, describe
from placet.dispatch.port import Segment, SegmentKind
from placet.errors import DispatchError
from placet.storage import Store, Transaction
from placet.storage.engine import BUSY_TIMEOUT_MS, open_engine

log = structlog.get_logger()

APPLICATION = "placet"
VERSION = "engine-1"
"""A constant: by default DBOS hashes workflow sources and its own version, and strands work at every upgrade."""

THREADS, SLACK = "threads", "slack"
QUEUE_OF: dict[SegmentKind, str] = {
    "turn": THREADS,
    "execute": THREADS,
    "resume": THREADS,
    "expire": THREADS,
    "escalate": THREADS,
    "send": SLACK,
}
WORKFLOW = "segment"
STEP = "handle"
MAX_RUNS = 20
"""A segment that killed its worker this often is put aside as failed."""
ATTEMPTS, BACKOFF = 3, 2.0
"""Tries of one run when storage or a connection failed, and the factor between their pauses."""

QUIET_SECONDS = 30.0
_BEGINNING = 40
_TRACE_FOLLOWS = ": Traceback (most recent call last):"
_JOIN_SECONDS = 10.0
_DRAIN_POLL = 0.01

RunSegment = Callable[[str, str, dict[str, str]], Awaitable[None]]
"""`(kind, id, payload)`, awaited on the engine's own event loop."""


class EngineConnection(sqlite3.Connection):
    """The SQLite connection DBOS needs.

    `synchronous=NORMAL`: only DBOS's own bookkeeping commits here. What a power cut may take back is "running" and
    "done" of segments that may run twice anyway; queuing commits on placet's connections, which use FULL.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute("PRAGMA synchronous=NORMAL")
        if sqlite3.sqlite_version_info < (3, 42):
            self.create_function("unixepoch", 1, lambda _modifier: time.time())


def _sqlite_settings() -> dict[str, Any]:
    # Made anew each time: DBOS adds to the inner one.
    return {
        "connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False, "factory": EngineConnection},
        "pool_size": 8,
        "max_overflow": 0,
        "pool_timeout": 30,
        "hide_parameters": True,
    }


class _EngineLog(logging.Handler):
    """Passes the engine's warnings on, first line only: tracebacks and statements may carry data.

    A warning that begins like one of the last `QUIET_SECONDS` is dropped: while the database is away, the engine
    says so at every look.
    """

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info is not None:  # it reports a handler's error, which placet has logged already
            return
        message, now = record.getMessage().partition("\n")[0].removesuffix(_TRACE_FOLLOWS)[:200], time.monotonic()
        self._told = {begun: at for begun, at in self._told.items() if now - at < QUIET_SECONDS}
        if message[:_BEGINNING] not in self._told:
            self._told[message[:_BEGINNING]] = now
            log.warning("dispatch engine", message=message)


def _refuse_pickle(*_: object) -> NoReturn:
    raise DispatchError(segment="row", reason="an engine row holds a pickle, which is never loaded")


def quieten() -> None:
    """Keep DBOS off the console, and keep its unpickler off our rows.

    DBOS picks the deserialiser that a row names, so whoever can write a row could run code in a worker.
    """
    logger = logging.getLogger("dbos")
    if not any(isinstance(handler, _EngineLog) for handler in logger.handlers):
        logger.handlers[:] = [_EngineLog()]
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    setattr(DefaultSerializer, "deserialize", _refuse_pickle)  # noqa: B010 - assigning to a method does not type-check


def open_client(store: Store) -> DBOSClient:
    """A client on the store's database, with the engine's tables made or brought up to date.

    Raises:
        DispatchError: the tables cannot be made.
    """
    quieten()
    url = store.engine.url.render_as_string(hide_password=False)
    own = None if store.dialect == "sqlite" else open_engine(url)
    system = SystemDatabase.create(
        system_database_url=url,
        engine_kwargs=_sqlite_settings(),
        engine=own,
        schema=SCHEMA,
        serializer=DBOSPortableJSONSerializer(),
        executor_id=None,
        use_listen_notify=False,
    )
    try:
        system.run_migrations()
    except Exception as error:
        raise DispatchError(segment="engine", reason=f"its tables cannot be made: {describe(error)}") from error
    finally:
        system.destroy()
        if own is not None:
            own.dispose()
    return DBOSClient(
        system_database_engine=store.engine,
        dbos_system_schema=SCHEMA,
        serializer=DBOSPortableJSONSerializer(),
        application_name=APPLICATION,
        lazy=True,
    )


def insert(client: DBOSClient, tx: Transaction, segment: Segment) -> None:
    """Write a segment through the caller's connection.

    Raises:
        DispatchError: DBOS refuses it.
    """
    options: EnqueueOptions = {
        "workflow_name": WORKFLOW,
        "queue_name": QUEUE_OF[segment.kind],
        "workflow_id": segment.id,
        "queue_partition_key": segment.key,
        "application_name": APPLICATION,
    }
    if segment.delay.total_seconds() > 0:
        options["delay_seconds"] = segment.delay.total_seconds()
    try:
        client.enqueue_in_transaction(tx.connection, options, segment.kind, dict(segment.payload))
    except DBOSException as error:
        raise DispatchError(segment=segment.id, reason=str(error)) from error


def register_queues(client: DBOSClient, poll_seconds: float) -> None:
    """Declare both queues: one segment at a time per key, and no other limit, which would cost the batch claim."""
    for name in (THREADS, SLACK):
        client.register_queue(name, partition_concurrency=1, polling_interval_sec=poll_seconds)


class EngineProcess:
    """A launched DBOS. All methods block; call them from a thread that is not the event loop's."""

    def __init__(
        self, store: Store, *, worker_id: str, run: RunSegment, queues: list[str], retry_seconds: float
    ) -> None:
        quieten()
        url = store.engine.url.render_as_string(hide_password=False)
        self._own = None if store.dialect == "sqlite" else open_engine(url)
        self._dbos = DBOS(config=self._config(url, worker_id))
        _declare(run, retry_seconds)
        DBOS.listen_queues(queues)

    def _config(self, url: str, worker_id: str) -> DBOSConfig:
        config: DBOSConfig = {
            "name": APPLICATION,
            "application_version": VERSION,
            "executor_id": worker_id,
            "serializer": DBOSPortableJSONSerializer(),
            "dbos_system_schema": SCHEMA,
            "use_listen_notify": False,  # only `recv`, events and streams use it; segments never wait
            "notification_listener_polling_interval_sec": 0.1,  # it polls nothing here; this bounds the stop
            "enable_otlp": False,
            "log_level": "WARNING",
            "max_executor_threads": 8,
        }
        if self._own is None:
            config["system_database_url"] = url
            config["db_engine_kwargs"] = _sqlite_settings()
        else:
            config["system_database_engine"] = self._own
        return config

    def launch(self) -> None:
        """Begin to claim segments."""
        DBOS.launch()

    def recover(self, workers: list[str]) -> int:
        """Queue again what dead `workers` hold. A private call of DBOS 3.4: a contract test watches it."""
        return len(DBOS._recover_pending_workflows(workers))  # noqa: SLF001 - open-source DBOS has no public one

    def drain(self, seconds: float) -> None:
        """Claim nothing more, and wait up to `seconds` until nothing runs and all ends are written."""
        for stop in self._dbos.background_thread_stop_events:
            stop.set()
        _join("queue-worker-")
        deadline = time.monotonic() + seconds
        active = self._dbos._active_workflows_set  # noqa: SLF001 - `destroy` would wait in whole seconds
        while active.activeList() and time.monotonic() < deadline:
            time.sleep(_DRAIN_POLL)

    def destroy(self) -> None:
        """End all threads and close all connections of DBOS."""
        DBOS.destroy(destroy_registry=True)
        _join("dbos-executor-")
        if self._own is not None:
            self._own.dispose()


def _join(prefix: str) -> None:
    deadline = time.monotonic() + _JOIN_SECONDS
    for thread in threading.enumerate():
        if thread.name.startswith(prefix):
            thread.join(timeout=max(0.0, deadline - time.monotonic()))


def _declare(run: RunSegment, retry_seconds: float) -> None:
    async def handle(kind: str, segment: str, payload: dict[str, str]) -> None:
        await run(kind, segment, payload)

    def passing(error: BaseException) -> bool:
        return isinstance(error, SegmentFailed) and error.passing

    @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=MAX_RUNS)
    async def segment(kind: str, payload: dict[str, str]) -> None:
        await DBOS.run_step_async(
            {
                "name": STEP,
                "retries_allowed": True,
                "max_attempts": ATTEMPTS,
                "interval_seconds": retry_seconds,
                "backoff_rate": BACKOFF,
                "should_retry": passing,
            },
            handle,
            kind,
            DBOS.workflow_id or "",
            payload,
        )


async def never() -> NoReturn:
    """Hold a claimed segment without an end, so that it stays for recovery; shutting the engine down cancels it."""
    await asyncio.Event().wait()
    raise AssertionError
