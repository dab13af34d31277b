"""Rows of the inbox, of runs and of their changesets."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from placet.storage.store import Transaction, moment
from placet.storage.tables import changesets, heartbeats, inbox, proposals, runs
from placet.vocabulary import Json, ProposalState, RunState


def insert_event(tx: Transaction, *, event: str, source: str, person: str, payload: Mapping[str, Json]) -> bool:
    """Write an incoming event down; false if it was received before."""
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True)
    row = {"id": event, "source": source, "person": person, "payload": text, "received_at": tx.stamp}
    # One statement: where two processes receive the same event at once, one of them inserts nothing.
    fresh = insert_anew(tx, inbox).values(row).on_conflict_do_nothing().returning(inbox.c.id)
    return tx.connection.execute(fresh).first() is not None


def insert_anew(tx: Transaction, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An `INSERT` that may say what to do where the row is there already."""
    return postgresql.insert(table) if tx.connection.dialect.name == "postgresql" else sqlite.insert(table)


def insert_run(tx: Transaction, **columns: object) -> None:
    """Write a new run in state `queued`."""
    tx.connection.execute(
        insert(runs).values(state=RunState.QUEUED.value, created_at=tx.stamp, updated_at=tx.stamp, **columns)
    )


def find_run(tx: Transaction, run: str) -> Mapping[str, Any] | None:
    """One run's row, or `None`."""
    row = tx.connection.execute(select(runs).where(runs.c.id == run)).mappings().first()
    return None if row is None else dict(row)


def update_run(tx: Transaction, run: str, **columns: object) -> None:
    """Change columns of a run."""
    tx.connection.execute(update(runs).where(runs.c.id == run).values(updated_at=tx.stamp, **columns))


def runs_in_thread(tx: Transaction, channel: str, thread: str, *, limit: int = 5) -> Sequence[Mapping[str, Any]]:
    """The newest finished runs of one Slack thread, oldest first."""
    query = (
        select(runs)
        .where(runs.c.channel == channel, runs.c.thread == thread, runs.c.state == RunState.DONE.value)
        .order_by(runs.c.created_at.desc())
        .limit(limit)
    )
    return [dict(row) for row in reversed(tx.connection.execute(query).mappings().all())]


def insert_changeset(tx: Transaction, changeset: str, *, run: str, turn: int) -> None:
    """Write a changeset."""
    tx.connection.execute(insert(changesets).values(id=changeset, run=run, turn=turn, created_at=tx.stamp))


def changeset_of(tx: Transaction, run: str, turn: int) -> str | None:
    """The changeset of a run's turn, or `None`."""
    query = select(changesets.c.id).where(changesets.c.run == run, changesets.c.turn == turn)
    found = tx.connection.execute(query).scalar()
    return None if found is None else str(found)


def take_settled(tx: Transaction, changeset: str) -> str | None:
    """The run to wake if every proposal of `changeset` is settled and nobody took this before, else `None`."""
    query = select(proposals.c.state).where(proposals.c.changeset == changeset)
    states = tx.connection.execute(query).scalars().all()
    if not all(ProposalState(state).settled for state in states):
        return None
    first = tx.connection.execute(
        update(changesets).where(changesets.c.id == changeset, changesets.c.resumed == 0).values(resumed=1)
    )
    if not first.rowcount:
        return None
    return str(tx.connection.execute(select(changesets.c.run).where(changesets.c.id == changeset)).scalar_one())


def is_known(tx: Transaction, worker: str) -> bool:
    """Whether a worker has a heartbeat at all, however old. One that ended, or was found dead, has none."""
    return tx.connection.execute(select(heartbeats.c.worker).where(heartbeats.c.worker == worker)).first() is not None


def is_alive(tx: Transaction, worker: str, within: timedelta) -> bool:
    """Whether a worker's heartbeat is younger than `within`."""
    seen = tx.connection.execute(select(heartbeats.c.seen_at).where(heartbeats.c.worker == worker)).scalar()
    return seen is not None and moment(seen) + within > tx.now


def take_run(tx: Transaction, run: str, holder: str, within: timedelta) -> bool:
    """Make `holder` the single writer of a run; false while another living worker is."""
    row = find_run(tx, run)
    if row is None:
        return False
    other = str(row["holder"])
    if other and other != holder and is_alive(tx, other, within):
        return False
    taken = tx.connection.execute(
        update(runs)
        .where(runs.c.id == run, runs.c.fence == row["fence"])
        .values(holder=holder, fence=runs.c.fence + 1, updated_at=tx.stamp)
    )
    return taken.rowcount == 1


def release_run(tx: Transaction, run: str, holder: str) -> None:
    """Let others write a run."""
    tx.connection.execute(update(runs).where(runs.c.id == run, runs.c.holder == holder).values(holder=""))


def heartbeat_workers(tx: Transaction) -> list[str]:
    """Every worker that has a heartbeat, alive or not."""
    return list(tx.connection.execute(select(heartbeats.c.worker).order_by(heartbeats.c.worker)).scalars())
