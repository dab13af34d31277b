"""kill -9 in the middle of a handler: another worker finishes the segment, and what waited behind it."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from placet.dispatch import Segment
from placet.dispatch.dbos_adapter import DbosDispatch
from placet.dispatch.heartbeats import retire
from placet.storage import Store, Transaction

MakeWorker = Callable[..., DbosDispatch]
PATIENCE = 60
DYING = Path(__file__).with_name("dying_worker.py")


async def kill_a_worker_that_holds(store: Store, dispatch: DbosDispatch, url: str, *, heartbeat: float) -> None:
    """Queue `held` and `behind` on one key, wait until a process holds the first, and kill it."""

    def queue(tx: Transaction) -> None:
        for name in ("held", "behind"):
            dispatch.enqueue(tx, Segment(kind="turn", id=name, key="run-1", payload={"n": name}))

    await store.write(queue)
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(DYING), url, "doomed", str(heartbeat), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()
    assert line == b"holds held\n"


async def finish(dispatch: DbosDispatch) -> list[str]:
    """Start the worker and wait until it ran two segments."""
    calls: list[str] = []
    done = asyncio.Event()

    async def handler(payload: Mapping[str, str]) -> None:
        calls.append(payload["n"])
        if len(calls) == 2:
            done.set()

    dispatch.register("turn", handler)
    await dispatch.start_worker()
    await asyncio.wait_for(done.wait(), PATIENCE)
    await dispatch.stop_worker()
    return calls


async def test_a_segment_of_a_killed_worker_is_finished_by_another(store: Store, worker: MakeWorker, url: str) -> None:
    dispatch = worker(heartbeat_seconds=0.1, dead_after_seconds=0.5)
    await kill_a_worker_that_holds(store, dispatch, url, heartbeat=0.1)
    assert await finish(dispatch) == ["held", "behind"]
    assert await dispatch.stats() == {"done": 2}


async def test_a_worker_killed_before_its_first_refresh_strands_nothing(
    store: Store, worker: MakeWorker, url: str
) -> None:
    dispatch = worker(heartbeat_seconds=0.1, dead_after_seconds=0.5)
    await kill_a_worker_that_holds(store, dispatch, url, heartbeat=3600)
    assert await finish(dispatch) == ["held", "behind"]


async def test_a_holder_in_no_table_counts_as_dead_at_once(store: Store, worker: MakeWorker, url: str) -> None:
    dispatch = worker(heartbeat_seconds=3600, dead_after_seconds=3600)
    await kill_a_worker_that_holds(store, dispatch, url, heartbeat=0.1)
    await store.write(lambda tx: retire(tx, "doomed"))
    assert await finish(dispatch) == ["held", "behind"]


async def test_a_worker_that_was_silent_too_long_does_not_run_what_another_took(
    store: Store, worker: MakeWorker, url: str
) -> None:
    dispatch = worker(heartbeat_seconds=3600, dead_after_seconds=0)
    await kill_a_worker_that_holds(store, dispatch, url, heartbeat=3600)
    assert not await dispatch._may_run("held")
