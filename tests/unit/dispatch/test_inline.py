"""Inline dispatch: committed work only, once, in due order, on a clock moved by hand."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from placet.dispatch import Segment
from placet.dispatch.inline import InlineDispatch
from placet.dispatch.virtual_clock import START, VirtualClock
from placet.errors import DispatchError
from placet.storage import Store, Transaction

PATIENCE = 30


def turn(name: str, key: str = "run-1", delay: float = 0) -> Segment:
    return Segment(kind="turn", id=name, key=key, payload={"n": name}, delay=timedelta(seconds=delay))


def commit(dispatch: InlineDispatch, *segments: Segment) -> None:
    """Queue in a transaction that touches no table and commit it."""
    tx = Transaction(cast("Connection", None), START)
    for segment in segments:
        dispatch.enqueue(tx, segment)
    tx.committed()


@pytest.fixture
def calls() -> list[str]:
    return []


@pytest.fixture
def dispatch(calls: list[str]) -> InlineDispatch:
    made = InlineDispatch(clock=VirtualClock())

    async def handler(payload: Mapping[str, str]) -> None:
        calls.append(payload["n"])

    made.register("turn", handler)
    return made


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'placet.db'}", clock=VirtualClock())
    yield opened
    opened.close()


async def test_a_rollback_queues_nothing(store: Store) -> None:
    dispatch = InlineDispatch(store)

    def fail(tx: Transaction) -> None:
        dispatch.enqueue(tx, turn("a"))
        raise LookupError

    with pytest.raises(LookupError):
        await store.write(fail)
    assert (await dispatch.status("a"), await dispatch.run_until_idle()) == ("unknown", 0)


async def test_a_commit_queues(store: Store) -> None:
    dispatch = InlineDispatch(store)
    await store.write(lambda tx: dispatch.enqueue(tx, turn("a")))
    assert (await dispatch.status("a"), dispatch.clock) == ("queued", store.clock)


async def test_a_known_id_never_runs_again(dispatch: InlineDispatch, calls: list[str]) -> None:
    commit(dispatch, turn("a"), turn("a"))
    await dispatch.run_until_idle()
    assert await dispatch.purge(timedelta(seconds=-1)) == 1
    commit(dispatch, turn("a"))
    await dispatch.run_until_idle()
    assert (calls, await dispatch.status("a")) == (["a"], "unknown")


async def test_a_delay_passes_on_the_virtual_clock_only(dispatch: InlineDispatch, calls: list[str]) -> None:
    commit(dispatch, turn("tomorrow", delay=86_400), turn("now"))
    await dispatch.run_until_idle()
    assert calls == ["now"]
    assert await dispatch.advance(timedelta(days=1)) == 1
    assert calls == ["now", "tomorrow"]


async def test_the_clock_stops_at_each_due_moment(dispatch: InlineDispatch) -> None:
    clock, moments = cast("VirtualClock", dispatch.clock), list[datetime]()

    async def chain(payload: Mapping[str, str]) -> None:
        moments.append(clock())
        if payload["n"] == "first":
            commit(dispatch, Segment(kind="expire", id="second", key="k", payload={"n": "second"}, delay=HOUR))

    dispatch.register("expire", chain)
    commit(dispatch, Segment(kind="expire", id="first", key="k", payload={"n": "first"}, delay=HOUR))
    await dispatch.advance(3 * HOUR)
    assert (moments, clock()) == ([START + HOUR, START + 2 * HOUR], START + 3 * HOUR)


HOUR = timedelta(hours=1)


async def test_a_cancelled_segment_does_not_run(dispatch: InlineDispatch, calls: list[str]) -> None:
    commit(dispatch, turn("a"))
    tx = Transaction(cast("Connection", None), START)
    dispatch.cancel(tx, "a")
    dispatch.cancel(tx, "no such")
    tx.committed()
    await dispatch.run_until_idle()
    assert (calls, await dispatch.stats()) == ([], {"cancelled": 1})


async def test_one_error_reaches_the_caller_after_the_rest_ran(dispatch: InlineDispatch, calls: list[str]) -> None:
    commit(dispatch, Segment(kind="send", id="unhandled", key="k"), turn("a"))
    with pytest.raises(DispatchError):
        await dispatch.run_until_idle()
    assert (calls, await dispatch.status("unhandled")) == (["a"], "failed")


async def test_several_errors_come_as_a_group(dispatch: InlineDispatch) -> None:
    commit(dispatch, *(Segment(kind="send", id=name, key="k") for name in "ab"))
    with pytest.raises(ExceptionGroup) as caught:
        await dispatch.run_until_idle()
    assert len(caught.value.exceptions) == 2


async def test_real_time_cannot_be_advanced() -> None:
    with pytest.raises(DispatchError):
        await InlineDispatch().advance(HOUR)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5)), max_size=30), st.lists(st.integers(0, 3)))
async def test_any_schedule_runs_in_due_order_then_queue_order(
    segments: list[tuple[str, int]], steps: list[int]
) -> None:
    clock, ran = VirtualClock(), list[tuple[int, int]]()
    dispatch = InlineDispatch(clock=clock)

    async def handler(payload: Mapping[str, str]) -> None:
        ran.append((int(payload["due"]), int(payload["n"])))
        assert clock() == START + int(payload["due"]) * HOUR

    dispatch.register("turn", handler)
    for n, (key, due) in enumerate(segments):
        payload = {"n": str(n), "due": str(due)}
        commit(dispatch, Segment(kind="turn", id=str(n), key=key, payload=payload, delay=due * HOUR))
    for step in [*steps, 6]:
        await dispatch.advance(step * HOUR)
    assert ran == sorted(ran)
    assert len(ran) == len(segments)


class Gate:
    """A handler that notes overlaps within a key and lets the test decide when the first call ends."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.inside: list[str] = []
        self.overlaps: list[str] = []
        self.open = asyncio.Event()
        self._changed = asyncio.Condition()

    async def __call__(self, payload: Mapping[str, str]) -> None:
        self.overlaps += [payload["n"]] if payload["key"] in self.inside else []
        self.inside.append(payload["key"])
        if payload["key"] == "held":
            await asyncio.wait_for(self.open.wait(), PATIENCE)
        self.inside.remove(payload["key"])
        async with self._changed:
            self.calls.append(payload["n"])
            self._changed.notify_all()

    async def reach(self, number: int) -> None:
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: len(self.calls) >= number), PATIENCE)


def keyed(name: str, key: str, delay: float = 0) -> Segment:
    payload = {"n": name, "key": key}
    return Segment(kind="turn", id=name, key=key, payload=payload, delay=timedelta(seconds=delay))


@pytest.fixture
async def at_work() -> AsyncIterator[tuple[InlineDispatch, Gate]]:
    dispatch, gate = InlineDispatch(), Gate()
    dispatch.register("turn", gate)
    await dispatch.start_worker()
    yield dispatch, gate
    gate.open.set()
    await dispatch.stop_worker()


async def test_a_worker_keeps_a_key_in_order_while_another_goes_on(at_work: tuple[InlineDispatch, Gate]) -> None:
    dispatch, gate = at_work
    commit(dispatch, keyed("1", "held"), keyed("2", "held"), keyed("3", "free"))
    await gate.reach(1)
    gate.open.set()
    await gate.reach(3)
    assert (gate.calls, gate.overlaps) == (["3", "1", "2"], [])


async def test_a_worker_waits_out_a_real_delay(at_work: tuple[InlineDispatch, Gate]) -> None:
    dispatch, gate = at_work
    commit(dispatch, keyed("later", "free", delay=0.05), keyed("now", "free"))
    await gate.reach(2)
    assert gate.calls == ["now", "later"]


async def test_stopping_the_worker_keeps_what_is_queued(at_work: tuple[InlineDispatch, Gate]) -> None:
    dispatch, gate = at_work
    commit(dispatch, keyed("1", "free"), keyed("2", "free", delay=3600))
    await gate.reach(1)
    await dispatch.stop_worker()
    commit(dispatch, keyed("3", "free"))
    assert await dispatch.stats() == {"done": 1, "queued": 2}


async def test_running_by_hand_beside_the_worker_is_refused(at_work: tuple[InlineDispatch, Gate]) -> None:
    with pytest.raises(DispatchError):
        await at_work[0].run_until_idle()


async def test_a_worker_outlives_a_failing_handler(at_work: tuple[InlineDispatch, Gate]) -> None:
    dispatch, gate = at_work
    commit(dispatch, Segment(kind="send", id="bad", key="k"), keyed("good", "free"))
    await gate.reach(1)
    assert await dispatch.status("bad") == "failed"
