"""The stuck sweep: work whose segment was lost is queued again. It decides nothing; every handler looks for itself."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import islice

import structlog

from placet.dispatch import Dispatch, Segment, execution
from placet.ledger import append
from placet.storage import Transaction
from placet.storage.rows import find_proposal
from placet.storage.sweep_rows import IdleProposal, abandoned_runs, idle_proposals, overdue_proposals, settled_waits
from placet.storage.switches import names_for, stopped_by
from placet.vocabulary import ProposalState

log = structlog.get_logger()

STUCK_AFTER = timedelta(minutes=2)
"""How long a row may stand still before somebody looks again; a healthy segment is much shorter."""

HOLDER_ALIVE = timedelta(seconds=60)
"""A worker seen this recently still works on what it holds; the runner and the recovery wait as long."""

BATCH = 500
"""At most this many of each kind in one round, the longest untouched first: what is only slow is not buried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """How many segments one round queued, by what they are to look at."""

    executing: int = 0
    approved: int = 0
    overdue: int = 0
    settled: int = 0
    abandoned: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.executing + self.approved + self.overdue + self.settled + self.abandoned


def sweep(tx: Transaction, dispatch: Dispatch, *, older_than: timedelta = STUCK_AFTER) -> Swept:
    """Queue again what was untouched for `older_than` (default: 2 minutes) and should have moved.

    Attempts without an outcome, approved proposals that no switch holds, proposals past their time, runs that wait
    for what is settled, and runs that no living worker holds. No row is changed. The ledger tells how many, if any.

    Raises:
        DispatchError: the engine refuses a segment; nothing is queued then.
    """
    before = tx.now - older_than
    attempts = idle_proposals(tx, ProposalState.EXECUTING, before=before)
    approved = idle_proposals(tx, ProposalState.APPROVED, before=before, expires_after=tx.now)
    swept = Swept(
        executing=_queue(tx, dispatch, (_execute(tx, one) for one in attempts)),
        approved=_queue(tx, dispatch, (_execute(tx, one) for one in approved if _may_go(tx, one))),
        overdue=_queue(tx, dispatch, (_expire(tx, one) for one in overdue_proposals(tx, before=before))),
        settled=_queue(tx, dispatch, (_resume(tx, *one) for one in settled_waits(tx, before=before))),
        abandoned=_queue(
            tx, dispatch, (_turn(tx, run) for run in abandoned_runs(tx, before=before, alive_for=HOLDER_ALIVE))
        ),
    )
    if swept.total:
        append(tx, "sweep.requeued", asdict(swept))
    return swept


def _queue(tx: Transaction, dispatch: Dispatch, segments: Iterable[Segment]) -> int:
    batch = list(islice(segments, BATCH))
    for segment in batch:
        dispatch.enqueue(tx, segment)
    return len(batch)


def _may_go(tx: Transaction, idle: IdleProposal) -> bool:
    """Whether no switch holds the proposal. One that cannot be read stays where it is and stops nobody else."""
    try:
        proposal = find_proposal(tx, idle.id)
    except ValueError:
        log.exception("sweep.unreadable", proposal=idle.id)
        return False
    if proposal is None:
        return False
    names = names_for(agent=proposal.agent, system=proposal.operation.system, tool=proposal.tool)
    return stopped_by(tx, names) is None


def _execute(tx: Transaction, one: IdleProposal) -> Segment:
    return execution(one.id, one.changeset, id=f"sweep:{one.id}:{tx.stamp}")


def _expire(tx: Transaction, one: IdleProposal) -> Segment:
    name = f"sweep:expire:{one.id}:{tx.stamp}"
    return Segment(kind="expire", id=name, key=f"changeset:{one.changeset}", payload={"proposal": one.id})


def _resume(tx: Transaction, run: str, changeset: str) -> Segment:
    name = f"sweep:resume:{changeset}:{tx.stamp}"
    return Segment(kind="resume", id=name, key=f"run:{run}", payload={"run": run, "changeset": changeset})


def _turn(tx: Transaction, run: str) -> Segment:
    return Segment(kind="turn", id=f"sweep:turn:{run}:{tx.stamp}", key=f"run:{run}", payload={"run": run})
