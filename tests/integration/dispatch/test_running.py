"""Running segments on DBOS: on the caller's loop, in order, never two of a key at a time."""

import asyncio
import base64
import inspect
import pickle
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from dbos import DBOS

from placet.dispatch import Segment
from placet.dispatch.dbos_adapter import DbosDispatch
from placet.dispatch.dbos_engine import VERSION
from placet.errors import DatabaseUnavailable, DispatchError
from placet.storage import Store, Transaction

MakeWorker = Callable[..., DbosDispatch]
PATIENCE = 30


class Recorder:
    """A handler that notes what it was given and lets a test wait for a number of calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._changed = asyncio.Condition()

    async def __call__(self, payload: Mapping[str, str]) -> None:
        async with self._changed:
            self.calls.append(payload["n"])
            self._changed.notify_all()

    async def reach(self, number: int) -> None:
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: len(self.calls) >= number), PATIENCE)


class Touch:
    """Unpickling it makes a file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.file,)


def turn(name: str, key: str = "run-1", delay: float = 0) -> Segment:
    return Segment(kind="turn", id=name, key=key, payload={"n": name}, delay=timedelta(seconds=delay))


async def enqueue(store: Store, dispatch: DbosDispatch, *segments: Segment) -> None:
    def work(tx: Transaction) -> None:
        for segment in segments:
            dispatch.enqueue(tx, segment)

    await store.write(work)


async def test_segments_of_a_key_run_in_the_order_they_were_queued(store: Store, worker: MakeWorker) -> None:
    dispatch, seen = worker(), Recorder()
    dispatch.register("turn", seen)
    await enqueue(store, dispatch, *(turn(name) for name in "zebra"))  # one transaction, ids in no order
    await dispatch.start_worker()
    await seen.reach(5)
    assert seen.calls == list("zebra")


async def test_a_known_id_runs_once_even_after_it_is_done(store: Store, worker: MakeWorker) -> None:
    dispatch, seen = worker(), Recorder()
    dispatch.register("turn", seen)
    await dispatch.start_worker()
    await enqueue(store, dispatch, turn("a"))
    await seen.reach(1)
    await enqueue(store, dispatch, turn("a"), turn("b"))
    await seen.reach(2)
    assert seen.calls == ["a", "b"]


async def test_one_key_never_overlaps_while_others_go_on(store: Store, worker: MakeWorker) -> None:
    dispatch, seen, started, gate = worker(), Recorder(), asyncio.Event(), asyncio.Event()
    inside: list[str] = []
    most = 0

    async def handler(payload: Mapping[str, str]) -> None:
        nonlocal most
        inside.append(payload["n"])
        most = max(most, len([name for name in inside if name.startswith("same")]))
        started.set()
        if payload["n"] == "same-1":
            await asyncio.wait_for(gate.wait(), PATIENCE)
        inside.remove(payload["n"])
        await seen(payload)

    dispatch.register("turn", handler)
    await dispatch.start_worker()
    await enqueue(store, dispatch, turn("same-1"), turn("same-2"), turn("same-3"))
    await asyncio.wait_for(started.wait(), PATIENCE)
    for number in range(1, 4):  # each passes at least one poll, in which the waiting ones might be claimed
        await enqueue(store, dispatch, turn(f"other-{number}", f"run-{number + 1}"))
        await seen.reach(number)
    gate.set()
    await seen.reach(6)
    assert (most, seen.calls[3:]) == (1, ["same-1", "same-2", "same-3"])


async def test_handlers_run_on_the_loop_that_started_the_worker(store: Store, worker: MakeWorker) -> None:
    dispatch, arrived = worker(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def handler(_: Mapping[str, str]) -> None:
        loops.append(asyncio.get_running_loop())
        arrived.set()

    dispatch.register("turn", handler)
    await dispatch.start_worker()
    await enqueue(store, dispatch, turn("a"))
    await asyncio.wait_for(arrived.wait(), PATIENCE)
    assert loops == [asyncio.get_running_loop()]


async def test_a_delayed_segment_waits_behind_one_that_is_due(store: Store, worker: MakeWorker) -> None:
    dispatch, seen = worker(), Recorder()
    dispatch.register("turn", seen)
    await enqueue(store, dispatch, turn("later", delay=0.5), turn("tomorrow", delay=86_400), turn("now"))
    await dispatch.start_worker()
    await seen.reach(2)
    assert (seen.calls, await dispatch.status("tomorrow")) == (["now", "later"], "queued")


async def test_a_failing_handler_fails_its_segment_and_leaks_no_data(
    store: Store, worker: MakeWorker, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    dispatch, seen = worker(), Recorder()

    async def handler(_: Mapping[str, str]) -> None:
        raise LookupError("the customer is Jane Doe")

    dispatch.register("turn", handler)
    dispatch.register("resume", seen)
    await dispatch.start_worker()
    await enqueue(store, dispatch, turn("bad"), Segment(kind="resume", id="next", key="run-1", payload={"n": "next"}))
    await seen.reach(1)
    prefix = "" if store.dialect == "sqlite" else "dbos."
    rows = await store.read(
        lambda tx: str(tx.connection.exec_driver_sql(f"SELECT * FROM {prefix}workflow_output").all())
    )
    told = caplog.text + "".join(capsys.readouterr()) + rows
    assert await dispatch.status("bad") == "failed"
    assert "LookupError at test_running.py" in told
    assert "Jane" not in told


async def test_a_storage_error_is_tried_again(store: Store, worker: MakeWorker) -> None:
    dispatch, seen = worker(retry_seconds=0.01), Recorder()

    async def handler(payload: Mapping[str, str]) -> None:
        await seen(payload)
        if len(seen.calls) < 3:
            raise DatabaseUnavailable(place="here", reason="locked")

    dispatch.register("turn", handler)
    await dispatch.start_worker()
    await enqueue(store, dispatch, turn("a"))
    await seen.reach(3)
    await dispatch.stop_worker()
    assert await dispatch.status("a") == "done"


async def test_a_row_that_holds_a_pickle_is_never_loaded(store: Store, worker: MakeWorker, tmp_path: Path) -> None:
    dispatch, seen, proof = worker(), Recorder(), tmp_path / "ran"
    dispatch.register("turn", seen)
    await enqueue(store, dispatch, turn("bad", "run-2"))
    prefix = "" if store.dialect == "sqlite" else "dbos."
    forged = base64.b64encode(pickle.dumps(Touch(proof))).decode()

    def forge(tx: Transaction) -> None:
        tx.connection.exec_driver_sql(f"UPDATE {prefix}workflow_status SET serialization = 'py_pickle'")
        tx.connection.exec_driver_sql(f"UPDATE {prefix}workflow_input SET inputs = '{forged}'")

    await store.write(forge)
    await dispatch.start_worker()
    await enqueue(store, dispatch, turn("good"))
    await seen.reach(1)
    await dispatch.stop_worker()
    assert (await dispatch.status("bad"), proof.exists()) == ("failed", False)


async def test_a_worker_leaves_kinds_of_other_queues_alone(store: Store, worker: MakeWorker) -> None:
    dispatch, seen = worker(), Recorder()
    dispatch.register("send", seen)
    await enqueue(store, dispatch, turn("a"), Segment(kind="send", id="s", key="card", payload={"n": "s"}))
    await dispatch.start_worker()
    await seen.reach(1)
    assert await dispatch.status("a") == "queued"


async def test_stopping_waits_for_what_runs_and_keeps_what_is_queued(store: Store, worker: MakeWorker) -> None:
    dispatch, started, ended = worker(), asyncio.Event(), asyncio.Event()

    async def handler(_: Mapping[str, str]) -> None:
        started.set()
        for _tick in range(1000):
            await asyncio.sleep(0)
        ended.set()

    dispatch.register("turn", handler)
    await dispatch.start_worker()
    await enqueue(store, dispatch, turn("a"))
    await asyncio.wait_for(started.wait(), PATIENCE)
    await dispatch.stop_worker()
    await enqueue(store, dispatch, turn("b"))
    assert (ended.is_set(), await dispatch.stats()) == (True, {"done": 1, "queued": 1})


async def test_a_handler_that_does_not_end_is_given_back_on_stop(store: Store, worker: MakeWorker) -> None:
    stuck, started, seen = worker(grace_seconds=0), asyncio.Event(), Recorder()

    async def handler(_: Mapping[str, str]) -> None:
        started.set()
        await asyncio.Event().wait()

    stuck.register("turn", handler)
    await stuck.start_worker()
    await enqueue(store, stuck, turn("a"))
    await asyncio.wait_for(started.wait(), PATIENCE)
    await stuck.stop_worker()
    second = worker()
    second.register("turn", seen)
    await second.start_worker()
    await seen.reach(1)
    assert seen.calls == ["a"]


async def test_a_worker_starts_again_in_the_same_process_and_leaves_no_thread(store: Store, worker: MakeWorker) -> None:
    seen = Recorder()
    await store.read(lambda _: None)
    await store.write(lambda _: None)
    before = {thread for thread in threading.enumerate() if not thread.name.startswith("placet-")}
    for name in ("first", "second"):
        dispatch = worker()
        dispatch.register("turn", seen)
        await dispatch.start_worker()
        await enqueue(store, dispatch, turn(name))
        await seen.reach(1 if name == "first" else 2)
        await dispatch.stop_worker()
    after = {thread for thread in threading.enumerate() if not thread.name.startswith("placet-")}
    assert (seen.calls, after - before) == (["first", "second"], set())


async def test_a_process_refuses_a_second_worker(worker: MakeWorker) -> None:
    await worker().start_worker()
    with pytest.raises(DispatchError):
        await worker().start_worker()


def test_the_engine_version_never_changes_by_itself() -> None:
    assert VERSION == "engine-1"


def test_the_private_calls_of_the_engine_are_where_they_were() -> None:
    """A new DBOS may move these; then dead workers' segments would wait for ever, so fail here instead."""
    assert list(inspect.signature(DBOS._recover_pending_workflows).parameters) == ["executor_ids"]
    source = inspect.getsource(DBOS.__init__)
    assert "self.background_thread_stop_events" in source
    assert "self._active_workflows_set" in source
