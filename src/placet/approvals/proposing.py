"""Propose: write a turn's proposals, their cards and their ledger entries in one transaction."""

from collections.abc import Sequence
from datetime import timedelta

from placet.dispatch import Dispatch, Segment, execution
from placet.dispatch.outbox import refresh_cards, wake_when_settled, want
from placet.ledger import append, move
from placet.rules import Policies
from placet.storage import Transaction
from placet.storage.rows import insert_decision, insert_proposal
from placet.storage.run_rows import changeset_of, insert_changeset
from placet.vocabulary import (
    Decision,
    DecisionKind,
    Json,
    Proposal,
    ProposalState,
    Verdict,
    digest_of,
)


def propose(
    tx: Transaction, dispatch: Dispatch, policies: Policies, *, run: str, turn: int, drafts: Sequence[Proposal]
) -> str:
    """Write the proposals of one turn as a changeset and return its id.

    A turn that is played again after a crash finds its changeset and adds nothing. Proposals the policy allows are
    decided by the policy itself and queued; the others get a card for each person who may decide.
    """
    existing = changeset_of(tx, run, turn)
    if existing is not None:
        return existing
    changeset = drafts[0].changeset
    insert_changeset(tx, changeset, run=run, turn=turn)
    for draft in drafts:
        _write(tx, draft)
    for draft in drafts:
        _expire_later(tx, dispatch, draft)
        if draft.ruling.verdict is Verdict.ALLOW:
            _allow(tx, dispatch, draft)
    _send_cards(tx, dispatch, policies, drafts)
    return changeset


def _write(tx: Transaction, draft: Proposal) -> None:
    insert_proposal(tx, draft)
    facts: dict[str, Json] = {
        "revision": draft.revision,
        "digest": draft.digest,
        "agent": draft.agent,
        "requester": draft.requester,
        "tool": draft.tool,
        "operation": draft.operation.to_json(),
        "base_version": draft.base_version,
        "verdict": draft.ruling.verdict.value,
        "rule": draft.ruling.rule,
        "policy_hash": draft.ruling.policy_hash,
        "confidence": draft.confidence,
        "expires_at": draft.expires_at.isoformat(),
    }
    append(tx, "proposal.proposed", facts, run=draft.run, proposal=draft.id)


def _allow(tx: Transaction, dispatch: Dispatch, draft: Proposal) -> None:
    decision = Decision(
        proposal=draft.id,
        revision=draft.revision,
        digest=draft.digest,
        kind=DecisionKind.APPROVE,
        by="policy",
        reason=draft.ruling.because,
        via="policy",
        at=tx.now,
    )
    insert_decision(tx, decision)
    move(tx, draft, ProposalState.APPROVED, by="policy", reason=draft.ruling.because, rule=draft.ruling.rule)
    queue_execution(tx, dispatch, draft)


def queue_execution(tx: Transaction, dispatch: Dispatch, proposal: Proposal) -> None:
    """Queue the one segment that may send an approved proposal."""
    name = f"execute:{proposal.id}:{proposal.revision}"
    dispatch.enqueue(tx, execution(proposal.id, proposal.changeset, id=name))


def _expire_later(tx: Transaction, dispatch: Dispatch, draft: Proposal) -> None:
    dispatch.enqueue(
        tx,
        Segment(
            kind="expire",
            id=f"expire:{draft.id}:{draft.revision}",
            key=f"changeset:{draft.changeset}",
            payload={"proposal": draft.id},
            delay=max(draft.expires_at - tx.now, timedelta(0)),
        ),
    )


def _send_cards(tx: Transaction, dispatch: Dispatch, policies: Policies, drafts: Sequence[Proposal]) -> None:
    people = {
        person.id
        for draft in drafts
        if draft.ruling.verdict is Verdict.ASK
        for person in policies.approvers_for(draft.ruling, draft.requester)
    }
    for person in sorted(people):
        first = drafts[0]
        want(
            tx,
            dispatch,
            f"card:{first.changeset}:{person}",
            kind="card",
            run=first.run,
            subject=first.changeset,
            person=person,
        )


def expire(tx: Transaction, dispatch: Dispatch, proposal: Proposal) -> bool:
    """Expire a proposal that nobody decided, or nobody executed, in time; false if it moved on or is not due."""
    waiting = proposal.state in {ProposalState.PROPOSED, ProposalState.APPROVED}
    if not waiting or tx.now < proposal.expires_at:
        return False
    reason = "nobody decided in time" if proposal.state is ProposalState.PROPOSED else "it was not sent in time"
    return _close(tx, dispatch, proposal, ProposalState.EXPIRED, by="clock", reason=reason)


def cancel(tx: Transaction, dispatch: Dispatch, proposal: Proposal, *, by: str, reason: str) -> bool:
    """Withdraw a proposal that was not claimed yet; false if it moved on."""
    if proposal.state not in {ProposalState.PROPOSED, ProposalState.APPROVED}:
        return False
    return _close(tx, dispatch, proposal, ProposalState.CANCELLED, by=by, reason=reason)


def _close(
    tx: Transaction, dispatch: Dispatch, proposal: Proposal, state: ProposalState, *, by: str, reason: str
) -> bool:
    moved = move(tx, proposal, state, by=by, reason=reason)
    if moved:
        refresh_cards(tx, dispatch, proposal.changeset)
        wake_when_settled(tx, dispatch, proposal.changeset)
    return moved


def sealed(proposal: Proposal) -> bool:
    """Whether the stored digest is the digest of what is stored."""
    return digest_of(proposal) == proposal.digest
