"""What the stuck sweep looks for: rows that should have moved and were not touched for a while. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, or_, select

from placet.storage.store import Transaction, stamp
from placet.storage.tables import changesets, heartbeats, proposals, runs
from placet.vocabulary import ProposalState, RunState

_SETTLED = [state.value for state in ProposalState if state.settled]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleProposal:
    """A proposal by its ids alone, so that one damaged body does not hide the others."""

    id: str
    changeset: str


def idle_proposals(
    tx: Transaction, state: ProposalState, *, before: datetime, expires_after: datetime | None = None
) -> list[IdleProposal]:
    """Proposals in `state` that nobody touched since `before`, oldest first; optionally those that expire later."""
    query = select(proposals.c.id, proposals.c.changeset).where(
        proposals.c.state == state.value, proposals.c.updated_at <= stamp(before)
    )
    if expires_after is not None:
        query = query.where(proposals.c.expires_at > stamp(expires_after))
    rows = tx.connection.execute(query.order_by(proposals.c.updated_at, proposals.c.id))
    return [IdleProposal(id=row.id, changeset=row.changeset) for row in rows]


def overdue_proposals(tx: Transaction, *, before: datetime) -> list[IdleProposal]:
    """Proposals that wait although their time was up at `before`, and that nobody touched since, oldest first."""
    waiting = [ProposalState.PROPOSED.value, ProposalState.APPROVED.value]
    query = (
        select(proposals.c.id, proposals.c.changeset)
        .where(proposals.c.state.in_(waiting), proposals.c.expires_at <= stamp(before))
        .where(proposals.c.updated_at <= stamp(before))
        .order_by(proposals.c.expires_at, proposals.c.id)
    )
    return [IdleProposal(id=row.id, changeset=row.changeset) for row in tx.connection.execute(query)]


def settled_waits(tx: Transaction, *, before: datetime) -> list[tuple[str, str]]:
    """Waiting runs with their newest changeset, where all of its proposals were settled at `before`, oldest first."""
    newest = select(changesets.c.run, func.max(changesets.c.turn).label("turn")).group_by(changesets.c.run).subquery()
    open_ones = func.sum(case((proposals.c.state.in_(_SETTLED), 0), else_=1))
    query = (
        select(runs.c.id.label("run"), changesets.c.id.label("changeset"))
        .join(newest, newest.c.run == runs.c.id)
        .join(changesets, (changesets.c.run == newest.c.run) & (changesets.c.turn == newest.c.turn))
        .join(proposals, proposals.c.changeset == changesets.c.id)
        .where(runs.c.state == RunState.WAITING.value, runs.c.updated_at <= stamp(before))
        .group_by(runs.c.id, changesets.c.id, runs.c.updated_at)
        .having(open_ones == 0, func.max(proposals.c.updated_at) <= stamp(before))
        .order_by(runs.c.updated_at, runs.c.id)
    )
    return [(str(row.run), str(row.changeset)) for row in tx.connection.execute(query)]


def abandoned_runs(tx: Transaction, *, before: datetime, alive_for: timedelta) -> Sequence[str]:
    """Runs to be thought about that nobody touched since `before` and no living worker holds, oldest first."""
    query = (
        select(runs.c.id)
        .outerjoin(heartbeats, heartbeats.c.worker == runs.c.holder)
        .where(runs.c.state.in_([RunState.QUEUED.value, RunState.THINKING.value]))
        .where(runs.c.updated_at <= stamp(before))
        .where(or_(heartbeats.c.seen_at.is_(None), heartbeats.c.seen_at <= stamp(tx.now - alive_for)))  # cf. `is_alive`
        .order_by(runs.c.updated_at, runs.c.id)
    )
    return tx.connection.execute(query).scalars().all()
