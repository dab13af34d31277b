"""The dispatch port on DBOS, in the database of the store: durable, ordered per key, at least once.

Importing this takes more than a second, so only the composition root does, and only where it is used.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import ClassVar, TypeVar, cast, get_args

import structlog

from placet.dispatch import dbos_engine as engine
from placet.dispatch import dbos_rows as rows
from placet.dispatch import heartbeats
from placet.dispatch.failures import describe, failed, trace
from placet.dispatch.port import Handler, Segment, SegmentKind
from placet.errors import DatabaseUnavailable, DispatchError, StorageError
from placet.storage import Store, Transaction

log = structlog.get_logger()

T = TypeVar("T")


class DbosDispatch:
    """Queues segments in the caller's transaction and, between `start_worker` and `stop_worker`, runs them.

    Handlers run on the event loop that called `start_worker`. All times are seconds: the worker writes its
    heartbeat every `heartbeat_seconds` and looks for dead workers then; one is dead after `dead_after_seconds` of
    silence, which must exceed the longest request a handler may wait for. Queues are polled every `poll_seconds`.
    A handler that meets a storage or connection error is tried again after `retry_seconds`, then twice that; while
    the database does not answer at all the tries wait for it.
    `stop_worker` waits `grace_seconds` for running handlers, then cancels them; they run again elsewhere.
    `worker_id` must be new at every start. A process runs at most one worker.

    Raises:
        DispatchError: the engine's tables cannot be made.
    """

    _in_process: ClassVar["DbosDispatch | None"] = None

    def __init__(
        self,
        store: Store,
        *,
        worker_id: str,
        role: str = "worker",
        heartbeat_seconds: float = 2,
        dead_after_seconds: float = 60,
        poll_seconds: float = 0.05,
        retry_seconds: float = 1,
        grace_seconds: float = 30,
    ) -> None:
        self._store = store
        self._worker_id = worker_id
        self._role = role
        self._heartbeat = heartbeat_seconds
        self._dead_after = timedelta(seconds=dead_after_seconds)
        self._poll = poll_seconds
        self._retry = retry_seconds
        self._grace = grace_seconds
        self._handlers: dict[SegmentKind, Handler] = {}
        self._client = engine.open_client(store)
        self._process: engine.EngineProcess | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pulse: asyncio.Task[None] | None = None
        self._beaten = 0.0
        self._cut_off = False
        self._running: set[asyncio.Task[object]] = set()

    @classmethod
    def client(cls, store: Store) -> "DbosDispatch":
        """A dispatch that queues, cancels and answers, but runs nothing: for ingress and commands."""
        return cls(store, worker_id="")

    # --- queueing -----------------------------------------------------------------------------------

    def register(self, kind: SegmentKind, handler: Handler) -> None:
        """Say who handles a kind. A worker listens to the queues of which it handles some kind."""
        self._handlers[kind] = handler

    def enqueue(self, tx: Transaction, segment: Segment) -> None:
        """Queue a segment in the caller's transaction; an id that exists, in whatever status, changes nothing.

        Raises:
            DispatchError: the engine refuses it.
        """
        if rows.exists(tx, segment.id):
            return
        engine.insert(self._client, tx, segment)
        if segment.delay > timedelta(0):
            rows.order_by_due(tx, segment.id)
        else:
            rows.keep_order(tx, segment.id, engine.QUEUE_OF[segment.kind], segment.key)

    def cancel(self, tx: Transaction, segment_id: str) -> None:
        """Drop a segment that has not started. Its id stays taken."""
        rows.cancel(tx, segment_id, _now_ms())

    async def status(self, segment_id: str) -> rows.Status:
        """Where a segment stands."""
        return await self._store.read(lambda tx: rows.status(tx, segment_id))

    async def stats(self) -> Mapping[str, int]:
        """Counts by status."""
        return await self._store.read(rows.counts)

    async def purge(self, older_than: timedelta) -> int:
        """Forget segments that finished before, and workers silent since; returns how many segments.

        A forgotten id may be queued anew, so `older_than` must exceed the redelivery window of every source.
        """
        before = _now_ms() - int(older_than.total_seconds() * 1000)
        total = 0
        while batch := await self._store.write(lambda tx: rows.purge(tx, before)):
            total += batch
        await self._store.write(lambda tx: heartbeats.forget_dead(tx, max(older_than, self._dead_after)))
        return total

    # --- the worker ---------------------------------------------------------------------------------

    async def start_worker(self) -> None:
        """Begin to run segments, after taking over those of dead workers.

        Raises:
            DispatchError: a worker runs in this process already, this is a client, or the engine does not start.
        """
        if not self._worker_id:
            raise _no_worker()
        if DbosDispatch._in_process is not None:
            raise DispatchError(segment="worker", reason="one runs in this process already")
        DbosDispatch._in_process = self
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="placet-dispatch")
        try:
            await self._beat()  # before the launch: see `heartbeats`
            await self._in_thread(self._launch)
            await self.recover_orphans()
        except Exception as error:
            await self._end()
            raise DispatchError(segment="worker", reason=f"the engine did not start: {describe(error)}") from error
        self._pulse = self._loop.create_task(self._keep_alive())

    def _launch(self) -> None:
        queues = sorted({engine.QUEUE_OF[kind] for kind in self._handlers})
        engine.register_queues(self._client, self._poll)
        self._process = engine.EngineProcess(
            self._store, worker_id=self._worker_id, run=self._cross, queues=queues, retry_seconds=self._retry
        )
        self._process.launch()

    async def stop_worker(self) -> None:
        """Claim nothing more, let handlers finish, and stop. What did not finish in time is queued again."""
        process = self._process
        if process is None:
            return
        await self._in_thread(lambda: process.drain(self._grace))
        left = list(self._running)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        self._cut_off = bool(left)
        await self._end()

    async def _end(self) -> None:
        if self._pulse is not None:
            self._pulse.cancel()
            await asyncio.gather(self._pulse, return_exceptions=True)
            self._pulse = None
        if self._process is not None:
            await self._in_thread(self._process.destroy)
            self._process = None
        if self._thread is not None:
            self._thread.shutdown()
            self._thread = None
        DbosDispatch._in_process = None
        with suppress(StorageError):  # the heartbeat then grows old and another worker takes over
            await self._store.write(self._leave)

    def _leave(self, tx: Transaction) -> None:
        rows.release(tx, self._worker_id, _now_ms())
        if not self._cut_off:  # a handler that was cut off may still have a request under way in a thread
            heartbeats.retire(tx, self._worker_id)

    async def recover_orphans(self) -> int:
        """Queue again what workers hold that are not alive in our table; returns how many segments.

        Raises:
            DispatchError: no worker runs here.
        """
        process = self._process
        if process is None:
            raise _no_worker()
        dead = await self._store.read(self._dead_holders)
        if not dead:
            return 0
        recovered = await self._in_thread(lambda: process.recover(sorted(dead)))
        log.warning("took over segments of dead workers", workers=sorted(dead), segments=recovered)
        return recovered

    def _dead_holders(self, tx: Transaction) -> frozenset[str]:
        # Holders first: on PostgreSQL each statement sees newer rows, and every worker has a heartbeat before a row.
        holders = rows.holders(tx, engine.VERSION)
        return holders - heartbeats.live_workers(tx, self._dead_after) - {self._worker_id}

    async def _beat(self) -> None:
        await self._store.write(lambda tx: heartbeats.beat(tx, self._worker_id, self._role))
        self._beaten = time.monotonic()

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(self._heartbeat)
            try:
                await self._beat()
                await self.recover_orphans()
            except Exception as error:  # noqa: BLE001 - a pulse that ends would make a live worker look dead
                log.warning("heartbeat failed", worker=self._worker_id, error=describe(error))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    # --- one segment --------------------------------------------------------------------------------

    async def _cross(self, kind: str, segment: str, payload: dict[str, str]) -> None:
        """Carry a segment from the engine's event loop to the caller's."""
        running = self._run(kind, segment, payload)
        try:
            future = asyncio.run_coroutine_threadsafe(running, cast("asyncio.AbstractEventLoop", self._loop))
        except RuntimeError:  # the caller's loop is closed: the process is ending, so leave it for recovery
            running.close()
            await engine.never()
        else:
            await asyncio.wrap_future(future)

    async def _run(self, kind: str, segment: str, payload: dict[str, str]) -> None:
        task = cast("asyncio.Task[object]", asyncio.current_task())
        self._running.add(task)
        try:
            if await self._may_run(segment):
                await self._handler(kind, segment)(payload)
        except asyncio.CancelledError as error:
            if task.cancelling():
                raise  # this worker stops; a handler that cancels itself has failed
            self._report(kind, segment, error)
            raise failed(error) from None
        except Exception as error:  # noqa: BLE001 - a handler may raise anything; the engine stores its class only
            self._report(kind, segment, error)
            if isinstance(error, DatabaseUnavailable):
                await self._until_it_answers()
            raise failed(error) from None
        finally:
            self._running.discard(task)

    async def _until_it_answers(self) -> None:
        """Wait for the database, so that an outage, however long, uses up no tries: the next one finds it there."""
        while True:
            try:
                await self._store.read(rows.counts)
            except StorageError:
                await asyncio.sleep(self._retry)
            else:
                return

    async def _may_run(self, segment: str) -> bool:
        """A worker that was silent too long may have been declared dead: show a pulse, then look who holds it."""
        if time.monotonic() - self._beaten < self._dead_after.total_seconds():
            return True
        await self._beat()
        return await self._store.read(lambda tx: rows.held_by(tx, segment, self._worker_id))

    def _handler(self, kind: str, segment: str) -> Handler:
        handler = self._handlers.get(cast("SegmentKind", kind)) if kind in get_args(SegmentKind) else None
        if handler is None:
            raise DispatchError(segment=segment, reason=f"nobody handles `{kind}` here")
        return handler

    def _report(self, kind: str, segment: str, error: BaseException) -> None:
        tell = log.warning if failed(error).passing else log.error
        tell("segment failed", segment=segment, kind=kind, error=describe(error), trace=trace(error))


def _no_worker() -> DispatchError:
    return DispatchError(segment="worker", reason="this dispatch only queues; start one with a `worker_id`")


def _now_ms() -> int:
    """The engine stamps its rows with the machine's time, whatever clock the store has."""
    return int(time.time() * 1000)
