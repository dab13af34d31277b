"""Dispatch inside one process, in memory, on a clock that tests and evals move by hand.

A segment lives as long as the process. What it was for lives in placet's own tables, from which the stuck sweep
queues it again. The durable adapter is `placet.dispatch.dbos_adapter`.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from threading import RLock
from typing import Literal

import structlog

from placet.dispatch.failures import describe, trace
from placet.dispatch.port import Handler, Segment, SegmentKind
from placet.dispatch.virtual_clock import VirtualClock
from placet.errors import DispatchError
from placet.storage import Store, Transaction
from placet.vocabulary import system_clock

log = structlog.get_logger()

Status = Literal["queued", "running", "done", "failed", "cancelled", "unknown"]


@dataclass(slots=True, order=True)
class _Entry:
    due: datetime
    number: int
    segment: Segment


class InlineDispatch:
    """The dispatch port in memory: due order, order and exclusion per key, every id once for ever.

    `store` names the database whose transactions carry the work; its clock is used when it is a `VirtualClock` and
    no `clock` is given. Without any `VirtualClock`, real time is used and `advance` is refused.
    """

    def __init__(self, store: Store | None = None, clock: VirtualClock | None = None) -> None:
        if clock is None and store is not None and isinstance(store.clock, VirtualClock):
            clock = store.clock
        self.clock = clock
        self._handlers: dict[SegmentKind, Handler] = {}
        self._queue: list[_Entry] = []
        self._status: dict[str, Status] = {}
        self._finished: dict[str, datetime] = {}
        self._seen: set[str] = set()
        self._busy: set[str] = set()
        self._numbers = count()
        self._lock = RLock()  # commits happen on the store's writer thread
        self._worker: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None

    # --- the port -----------------------------------------------------------------------------------

    def register(self, kind: SegmentKind, handler: Handler) -> None:
        """Say who handles a kind."""
        self._handlers[kind] = handler

    def enqueue(self, tx: Transaction, segment: Segment) -> None:
        """Queue a segment once the transaction commits; a rollback queues nothing."""
        tx.after_commit(lambda: self._append(segment))

    def cancel(self, tx: Transaction, segment_id: str) -> None:
        """Drop a segment that has not started, once the transaction commits."""
        tx.after_commit(lambda: self._drop(segment_id))

    async def status(self, segment_id: str) -> Status:
        """Where a segment stands."""
        return self._status.get(segment_id, "unknown")

    async def stats(self) -> Mapping[str, int]:
        """Counts by status."""
        with self._lock:
            return dict(Counter(self._status.values()))

    async def recover_orphans(self) -> int:
        """Always 0: the segments of a dead process died with it."""
        return 0

    async def purge(self, older_than: timedelta) -> int:
        """Forget how finished segments ended; their ids stay taken."""
        with self._lock:
            old = [name for name, ended in self._finished.items() if ended < self._now() - older_than]
            for name in old:
                del self._finished[name], self._status[name]
        return len(old)

    # --- by hand ------------------------------------------------------------------------------------

    async def run_until_idle(self) -> int:
        """Run all segments that are due now, and those they queue, one after another; returns how many ran.

        Raises:
            Exception: one handler failed; its error, after the rest ran.
            ExceptionGroup: several failed.
            DispatchError: the worker runs, so this must not.
        """
        ran, errors = await self._run_due()
        _raise(errors)
        return ran

    async def advance(self, delta: timedelta) -> int:
        """Move the virtual clock on, stopping at every moment at which a segment falls due; returns how many ran.

        Raises:
            DispatchError: there is no virtual clock, or `delta` is negative.
            Exception: as `run_until_idle`, after the clock has arrived.
        """
        if self.clock is None:
            raise DispatchError(segment="clock", reason="this dispatch runs on real time")
        target = self.clock() + delta
        if delta < timedelta(0):
            raise DispatchError(segment="clock", reason="time cannot move backwards")
        ran, errors = await self._run_due()
        while (due := self._next_due()) is not None and due <= target:
            self.clock.advance(max(due - self.clock(), timedelta(0)))
            more, failures = await self._run_due()
            ran, errors = ran + more, errors + failures
            if not more:
                break
        self.clock.advance(target - self.clock())
        _raise(errors)
        return ran

    async def _run_due(self) -> tuple[int, list[Exception]]:
        if self._worker is not None:
            raise DispatchError(segment="all", reason="the worker is running them already")
        ran, errors = 0, list[Exception]()
        while (segment := self._take()) is not None:
            ran += 1
            error = await self._run(segment)
            if error is not None:
                errors.append(error)
        return ran, errors

    # --- the worker ---------------------------------------------------------------------------------

    async def start_worker(self) -> None:
        """Run segments as they arrive, in the background of this event loop, keys side by side, on real delays.

        Raises:
            DispatchError: it runs already.
        """
        if self._worker is not None:
            raise DispatchError(segment="worker", reason="it runs already")
        self._loop, self._wake, self._stopping = asyncio.get_running_loop(), asyncio.Event(), False
        self._worker = self._loop.create_task(self._work())

    async def stop_worker(self) -> None:
        """Let running segments finish and stop; queued ones stay queued."""
        if self._worker is None:
            return
        self._stopping = True  # no cancellation: one that meets the end of a wait can be lost on Python 3.11
        self._wake.set()
        await self._worker
        self._worker = None
        await asyncio.gather(*self._tasks)
        self._loop = None

    async def _work(self) -> None:
        while not self._stopping:
            self._wake.clear()
            while (segment := self._take()) is not None:
                task = asyncio.create_task(self._run_and_report(segment))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            due = self._next_due()
            wait = None if due is None else max((due - self._now()).total_seconds(), 0.0)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), wait)

    async def _run_and_report(self, segment: Segment) -> None:
        error = await self._run(segment)
        if error is not None:
            told = {"error": describe(error), "trace": trace(error)}
            log.error("segment failed", segment=segment.id, kind=segment.kind, **told)
        self._wake.set()

    # --- the queue ----------------------------------------------------------------------------------

    def _now(self) -> datetime:
        return (self.clock or system_clock)()

    def _append(self, segment: Segment) -> None:
        with self._lock:
            if segment.id in self._seen:
                return
            self._seen.add(segment.id)
            self._status[segment.id] = "queued"
            self._queue.append(_Entry(self._now() + segment.delay, next(self._numbers), segment))
            self._queue.sort()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    def _drop(self, segment_id: str) -> None:
        with self._lock:
            if self._status.get(segment_id) == "queued":
                self._queue = [entry for entry in self._queue if entry.segment.id != segment_id]
                self._finish(segment_id, "cancelled")

    def _take(self) -> Segment | None:
        """The first segment that is due and whose key is free; its key is then taken."""
        with self._lock:
            for position, entry in enumerate(self._queue):
                if entry.due > self._now():
                    return None
                if entry.segment.key not in self._busy:
                    del self._queue[position]
                    self._busy.add(entry.segment.key)
                    self._status[entry.segment.id] = "running"
                    return entry.segment
        return None

    def _next_due(self) -> datetime | None:
        with self._lock:
            return next((entry.due for entry in self._queue if entry.segment.key not in self._busy), None)

    async def _run(self, segment: Segment) -> Exception | None:
        outcome: Status = "failed"
        try:
            await self._handler(segment)(segment.payload)
            outcome = "done"
        except Exception as error:  # noqa: BLE001 - a handler may raise anything; the caller or the log gets it
            return error
        finally:
            with self._lock:
                self._busy.discard(segment.key)
                self._finish(segment.id, outcome)
        return None

    def _handler(self, segment: Segment) -> Handler:
        handler = self._handlers.get(segment.kind)
        if handler is None:
            raise DispatchError(segment=segment.id, reason=f"nobody handles `{segment.kind}`")
        return handler

    def _finish(self, segment_id: str, outcome: Status) -> None:
        self._status[segment_id] = outcome
        self._finished[segment_id] = self._now()


def _raise(errors: list[Exception]) -> None:
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise ExceptionGroup("several segments failed", errors)
