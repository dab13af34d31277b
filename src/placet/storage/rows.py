"""Proposals as rows: written whole, moved only by compare-and-set."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import insert, select, update

from placet.storage.store import Transaction, moment, stamp
from placet.storage.tables import attempts, decisions, proposals
from placet.vocabulary import Decision, DecisionKind, Json, Proposal, ProposalState, canonical, dump, load

_COLUMNS = ("state", "reason", "receipt")  # these move; everything else in the body is fixed for its revision


def insert_proposal(tx: Transaction, proposal: Proposal) -> None:
    """Write a new proposal in state `proposed`."""
    body = cast("dict[str, Json]", dump(proposal))
    for column in _COLUMNS:
        body.pop(column)
    tx.connection.execute(
        insert(proposals).values(
            id=proposal.id,
            revision=proposal.revision,
            changeset=proposal.changeset,
            run=proposal.run,
            position=proposal.position,
            state=ProposalState.PROPOSED.value,
            requester=proposal.requester,
            agent=proposal.agent,
            object=proposal.operation.object,
            record=proposal.operation.record,
            digest=proposal.digest,
            body=canonical(body).decode(),
            created_at=tx.stamp,
            expires_at=stamp(proposal.expires_at),
            updated_at=tx.stamp,
        )
    )


def _proposal(row: Any) -> Proposal:
    body: dict[str, Json] = json.loads(row.body)
    receipt = json.loads(row.receipt) if row.receipt else None
    return load(Proposal, {**body, "state": row.state, "reason": row.reason, "receipt": receipt})


def find_proposal(tx: Transaction, proposal: str) -> Proposal | None:
    """The proposal with this id, or `None`."""
    row = tx.connection.execute(select(proposals).where(proposals.c.id == proposal)).first()
    return None if row is None else _proposal(row)


def proposals_of(tx: Transaction, changeset: str) -> list[Proposal]:
    """The proposals of a changeset, in order."""
    query = select(proposals).where(proposals.c.changeset == changeset).order_by(proposals.c.position)
    return [_proposal(row) for row in tx.connection.execute(query)]


def list_proposals(
    tx: Transaction, *, states: Sequence[ProposalState] = (), run: str = "", limit: int = 100
) -> list[Proposal]:
    """Proposals, newest first, filtered by state and run."""
    query = select(proposals).order_by(proposals.c.created_at.desc(), proposals.c.position).limit(limit)
    if states:
        query = query.where(proposals.c.state.in_([state.value for state in states]))
    if run:
        query = query.where(proposals.c.run == run)
    return [_proposal(row) for row in tx.connection.execute(query)]


def swap_state(
    tx: Transaction,
    proposal: str,
    *,
    expected: ProposalState,
    new: ProposalState,
    reason: str | None = None,
    receipt: Mapping[str, Json] | None = None,
    claim: bool = False,
) -> bool:
    """Compare-and-set of the state; true if this call moved it. `claim` also raises the fence.

    Do not call this beside `ledger.move`: a move without an entry is a gap in the record.
    """
    values: dict[str, Any] = {"state": new.value, "updated_at": tx.stamp}
    if reason is not None:
        values["reason"] = reason
    if receipt is not None:
        values["receipt"] = canonical(receipt).decode()
    if claim:
        values["fence"] = proposals.c.fence + 1
    result = tx.connection.execute(
        update(proposals).where(proposals.c.id == proposal, proposals.c.state == expected.value).values(**values)
    )
    return result.rowcount == 1


def fence_of(tx: Transaction, proposal: str) -> int:
    """How often the proposal was claimed."""
    return int(tx.connection.execute(select(proposals.c.fence).where(proposals.c.id == proposal)).scalar_one())


def insert_decision(tx: Transaction, decision: Decision) -> None:
    """Record one decision."""
    tx.connection.execute(
        insert(decisions).values(
            proposal=decision.proposal,
            revision=decision.revision,
            digest=decision.digest,
            kind=decision.kind.value,
            by=decision.by,
            reason=decision.reason,
            via=decision.via,
            at=tx.stamp,
        )
    )


def decisions_on(tx: Transaction, proposal: str, revision: int) -> list[Decision]:
    """All decisions on one revision, in order."""
    query = select(decisions).where(decisions.c.proposal == proposal, decisions.c.revision == revision)
    return [
        Decision(
            proposal=row.proposal,
            revision=row.revision,
            digest=row.digest,
            kind=DecisionKind(row.kind),
            by=row.by,
            reason=row.reason,
            via=row.via,
            at=moment(row.at),
        )
        for row in tx.connection.execute(query.order_by(decisions.c.id))
    ]


def insert_attempt(tx: Transaction, *, proposal: str, fence: int, digest: str, nonce: str, worker: str) -> None:
    """Write down that a request is about to be sent."""
    tx.connection.execute(
        insert(attempts).values(
            proposal=proposal, fence=fence, digest=digest, nonce=nonce, worker=worker, started_at=tx.stamp
        )
    )


def open_attempt(tx: Transaction, proposal: str) -> Mapping[str, Any] | None:
    """The newest attempt if nobody wrote down how it ended."""
    query = select(attempts).where(attempts.c.proposal == proposal).order_by(attempts.c.fence.desc()).limit(1)
    row = tx.connection.execute(query).mappings().first()
    return dict(row) if row is not None and row["outcome"] is None else None


def close_attempt(tx: Transaction, *, proposal: str, fence: int, outcome: str, detail: Mapping[str, Json]) -> bool:
    """Write down how an attempt ended; true if this call did."""
    result = tx.connection.execute(
        update(attempts)
        .where(attempts.c.proposal == proposal, attempts.c.fence == fence, attempts.c.outcome.is_(None))
        .values(outcome=outcome, ended_at=tx.stamp, detail=canonical(detail).decode())
    )
    return result.rowcount == 1


def claimed_proposals(tx: Transaction) -> list[tuple[Proposal, str]]:
    """Every proposal with each attempt's digest: what an executor ever took in order to send it."""
    query = select(proposals, attempts.c.digest.label("sent")).join(attempts, attempts.c.proposal == proposals.c.id)
    return [(_proposal(row), str(row.sent)) for row in tx.connection.execute(query.order_by(attempts.c.id))]
