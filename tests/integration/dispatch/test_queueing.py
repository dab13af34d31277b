"""Queueing on DBOS: part of the caller's transaction, once for ever, in order."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from placet.dispatch import Segment
from placet.dispatch.dbos_adapter import DbosDispatch
from placet.errors import DispatchError
from placet.storage import Store, Transaction
from placet.storage.tables import switches

SEGMENT = Segment(kind="turn", id="turn:1", key="run-1", payload={"run": "run-1"})


@pytest.fixture
def dispatch(store: Store) -> DbosDispatch:
    return DbosDispatch.client(store)


def queue(dispatch: DbosDispatch, *segments: Segment) -> Callable[[Transaction], None]:
    def work(tx: Transaction) -> None:
        for segment in segments:
            dispatch.enqueue(tx, segment)

    return work


async def test_a_segment_exists_once_its_transaction_commits(store: Store, dispatch: DbosDispatch) -> None:
    await store.write(queue(dispatch, SEGMENT))
    assert await dispatch.status("turn:1") == "queued"


async def test_a_rollback_takes_the_segment_with_it(store: Store, dispatch: DbosDispatch) -> None:
    def fail(tx: Transaction) -> None:
        dispatch.enqueue(tx, SEGMENT)
        raise LookupError

    with pytest.raises(LookupError):
        await store.write(fail)
    assert await dispatch.status("turn:1") == "unknown"


async def test_a_known_id_changes_nothing_and_leaves_the_transaction_usable(
    store: Store, dispatch: DbosDispatch
) -> None:
    await store.write(queue(dispatch, SEGMENT))

    def again(tx: Transaction) -> None:
        dispatch.enqueue(tx, Segment(kind="send", id="turn:1", key="other"))
        tx.connection.execute(switches.insert().values(name="all", stopped=0, by="a", reason="r", at=tx.stamp))

    await store.write(again)
    rows = await store.read(lambda tx: tx.connection.execute(switches.select()).all())
    assert (len(rows), await dispatch.stats()) == (1, {"queued": 1})


async def test_the_same_id_twice_in_one_transaction_is_one_segment(store: Store, dispatch: DbosDispatch) -> None:
    await store.write(queue(dispatch, SEGMENT, SEGMENT))
    assert await dispatch.stats() == {"queued": 1}


async def test_a_cancelled_segment_is_not_queued_again(store: Store, dispatch: DbosDispatch) -> None:
    await store.write(queue(dispatch, SEGMENT))
    await store.write(lambda tx: dispatch.cancel(tx, "turn:1"))
    await store.write(queue(dispatch, SEGMENT))
    assert await dispatch.status("turn:1") == "cancelled"


async def test_a_rolled_back_cancel_cancels_nothing(store: Store, dispatch: DbosDispatch) -> None:
    await store.write(queue(dispatch, SEGMENT))

    def fail(tx: Transaction) -> None:
        dispatch.cancel(tx, "turn:1")
        raise LookupError

    with pytest.raises(LookupError):
        await store.write(fail)
    assert await dispatch.status("turn:1") == "queued"


async def test_purge_forgets_finished_segments_only(store: Store, dispatch: DbosDispatch) -> None:
    await store.write(queue(dispatch, SEGMENT, Segment(kind="expire", id="expire:1", key="run-1")))
    await store.write(lambda tx: dispatch.cancel(tx, "turn:1"))
    assert await dispatch.purge(timedelta(hours=1)) == 0
    assert await dispatch.purge(timedelta(seconds=-1)) == 1
    assert await dispatch.stats() == {"queued": 1}


async def test_an_empty_id_is_refused(store: Store, dispatch: DbosDispatch) -> None:
    with pytest.raises(DispatchError):
        await store.write(queue(dispatch, Segment(kind="turn", id=" ", key="run-1")))


async def test_a_client_runs_nothing(dispatch: DbosDispatch) -> None:
    with pytest.raises(DispatchError):
        await dispatch.start_worker()


async def test_rows_hold_readable_json_and_no_version(store: Store, dispatch: DbosDispatch) -> None:
    await store.write(queue(dispatch, SEGMENT))
    prefix = "" if store.dialect == "sqlite" else "dbos."

    def look(tx: Transaction) -> tuple[Any, ...]:
        status = f"{prefix}workflow_status"
        row = tx.connection.exec_driver_sql(f"SELECT serialization, application_version FROM {status}").one()
        inputs = tx.connection.exec_driver_sql(f"SELECT inputs FROM {prefix}workflow_input").scalar_one()
        return (*row, inputs)

    serialization, version, inputs = await store.read(look)
    assert (serialization, version) == ("portable_json", None)
    assert inputs == '{"namedArgs":{},"positionalArgs":["turn",{"run":"run-1"}]}'


def test_importing_the_port_does_not_import_the_engine() -> None:
    code = "import sys, placet.dispatch, placet.dispatch.inline; sys.exit('dbos' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
