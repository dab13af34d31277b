"""The engine's rows as placet reads and moves them, in the caller's transaction.

DBOS 3.4 has no call that cancels, counts or purges inside a caller's transaction, and its own calls open a second
connection, which on SQLite waits for the very lock the caller holds. Statements are plain SQL with named values, so
that they read alike for both drivers. Statuses: `dbos/_sys_db.py`, `WorkflowStatusString`.
"""

import re
from typing import Any, Literal

from placet.storage import Transaction

Status = Literal["queued", "running", "done", "failed", "cancelled", "unknown"]

STATUS: dict[str, Status] = {
    "DELAYED": "queued",
    "ENQUEUED": "queued",
    "PENDING": "running",
    "SUCCESS": "done",
    "ERROR": "failed",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed",
    "CANCELLED": "cancelled",
}
SCHEMA = "dbos"
"""Schema of the engine's tables on PostgreSQL; on SQLite they lie beside ours."""

_BATCH = 500


def _run(tx: Transaction, statement: str, **values: str | int) -> Any:
    if tx.connection.dialect.name == "postgresql":
        statement = re.sub(r":(\w+)", r"%(\1)s", statement).replace("ENGINE.", f"{SCHEMA}.")
    return tx.connection.exec_driver_sql(statement.replace("ENGINE.", ""), values)


def exists(tx: Transaction, segment: str) -> bool:
    """Whether the id is taken, in whatever status."""
    found = _run(tx, "SELECT 1 FROM ENGINE.workflow_status WHERE workflow_uuid = :segment", segment=segment)
    return found.first() is not None


def keep_order(tx: Transaction, segment: str, queue: str, key: str) -> None:
    """Put a new segment behind those that wait for the same key.

    The engine orders a key by creation time in milliseconds, then by id; two segments of one transaction or one
    millisecond would else run in the order of their ids.
    """
    _run(
        tx,
        """
        UPDATE ENGINE.workflow_status SET created_at = 1 + (
            SELECT max(o.created_at) FROM ENGINE.workflow_status o
            WHERE o.queue_name = :queue AND o.queue_partition_key = :key
              AND o.status = 'ENQUEUED' AND o.workflow_uuid <> :segment)
        WHERE workflow_uuid = :segment AND created_at <= (
            SELECT max(o.created_at) FROM ENGINE.workflow_status o
            WHERE o.queue_name = :queue AND o.queue_partition_key = :key
              AND o.status = 'ENQUEUED' AND o.workflow_uuid <> :segment)
        """,
        segment=segment,
        queue=queue,
        key=key,
    )


def order_by_due(tx: Transaction, segment: str) -> None:
    """Let a delayed segment take its place by the moment it falls due, not by the moment it was queued."""
    _run(
        tx,
        "UPDATE ENGINE.workflow_status SET created_at = delay_until_epoch_ms WHERE workflow_uuid = :segment",
        segment=segment,
    )


def cancel(tx: Transaction, segment: str, now_ms: int) -> None:
    """Cancel a segment that no worker has claimed."""
    _run(
        tx,
        """
        UPDATE ENGINE.workflow_status
        SET status = 'CANCELLED', queue_name = NULL, updated_at = :now, completed_at = :now
        WHERE workflow_uuid = :segment AND status IN ('ENQUEUED', 'DELAYED')
        """,
        segment=segment,
        now=now_ms,
    )


def status(tx: Transaction, segment: str) -> Status:
    """Where a segment stands."""
    found = _run(tx, "SELECT status FROM ENGINE.workflow_status WHERE workflow_uuid = :segment", segment=segment)
    return STATUS.get(found.scalar() or "", "unknown")


def counts(tx: Transaction) -> dict[str, int]:
    """How many segments stand where."""
    totals: dict[str, int] = {}
    for name, number in _run(tx, "SELECT status, count(*) FROM ENGINE.workflow_status GROUP BY status"):
        word = STATUS.get(name, "unknown")
        totals[word] = totals.get(word, 0) + int(number)
    return totals


def holders(tx: Transaction, version: str) -> frozenset[str]:
    """Workers that hold running segments."""
    found = _run(
        tx,
        """
        SELECT DISTINCT executor_id FROM ENGINE.workflow_status
        WHERE status = 'PENDING' AND application_version = :version AND executor_id IS NOT NULL
        """,
        version=version,
    )
    return frozenset(str(row[0]) for row in found)


def held_by(tx: Transaction, segment: str, worker: str) -> bool:
    """Whether `worker` is still the one that runs the segment."""
    found = _run(
        tx,
        """
        SELECT 1 FROM ENGINE.workflow_status
        WHERE workflow_uuid = :segment AND status = 'PENDING' AND executor_id = :worker
        """,
        segment=segment,
        worker=worker,
    )
    return found.first() is not None


def release(tx: Transaction, worker: str, now_ms: int) -> int:
    """Give back what a stopped worker still held; returns how many. Same move as the engine's own recovery."""
    moved = _run(
        tx,
        """
        UPDATE ENGINE.workflow_status
        SET status = 'ENQUEUED', owner_xid = NULL, started_at_epoch_ms = NULL, updated_at = :now
        WHERE status = 'PENDING' AND executor_id = :worker
        """,
        worker=worker,
        now=now_ms,
    )
    return int(moved.rowcount)


def purge(tx: Transaction, before_ms: int) -> int:
    """Delete a batch of segments that finished before `before_ms`; returns how many, 0 when none is left."""
    found = _run(
        tx,
        """
        SELECT workflow_uuid FROM ENGINE.workflow_status
        WHERE status NOT IN ('DELAYED', 'ENQUEUED', 'PENDING') AND coalesce(completed_at, updated_at) < :before
        LIMIT :batch
        """,
        before=before_ms,
        batch=_BATCH,
    )
    segments = [str(row[0]) for row in found]
    for segment in segments:
        for table in ("workflow_input", "workflow_output", "operation_outputs", "workflow_status"):
            _run(tx, f"DELETE FROM ENGINE.{table} WHERE workflow_uuid = :segment", segment=segment)  # noqa: S608 - table names are the literals above
    return len(segments)
