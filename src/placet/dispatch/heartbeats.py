"""Who is alive. A worker writes its row before it takes any work, then refreshes it; silence means dead.

Only placet's own table is asked: a worker killed between its start and its first refresh is then still known
(facts behind the design: an engine row of a worker in no table was never taken over). The times come from each
host's clock, so hosts must agree to well within `dead_after`.
"""

from datetime import timedelta

from placet.storage import Transaction, stamp
from placet.storage.tables import heartbeats


def beat(tx: Transaction, worker: str, role: str) -> None:
    """Write or refresh the row of `worker`."""
    seen = heartbeats.update().where(heartbeats.c.worker == worker).values(role=role, seen_at=tx.stamp)
    if tx.connection.execute(seen).rowcount == 0:
        row = {"worker": worker, "role": role, "started_at": tx.stamp, "seen_at": tx.stamp}
        tx.connection.execute(heartbeats.insert().values(row))


def retire(tx: Transaction, worker: str) -> None:
    """Remove the row of a worker that stopped in good order."""
    tx.connection.execute(heartbeats.delete().where(heartbeats.c.worker == worker))


def live_workers(tx: Transaction, dead_after: timedelta) -> frozenset[str]:
    """Workers seen within `dead_after`."""
    query = heartbeats.select().where(heartbeats.c.seen_at >= stamp(tx.now - dead_after))
    return frozenset(str(row.worker) for row in tx.connection.execute(query))


def forget_dead(tx: Transaction, older_than: timedelta) -> int:
    """Remove rows of workers not seen for `older_than`; returns how many."""
    stale = heartbeats.delete().where(heartbeats.c.seen_at < stamp(tx.now - older_than))
    return tx.connection.execute(stale).rowcount
