"""Decide: one person's word on one revision, checked against everything that may have changed since the card."""

from dataclasses import dataclass

from placet.approvals.proposing import queue_execution, sealed
from placet.dispatch import Dispatch
from placet.dispatch.outbox import refresh_cards, wake_when_settled
from placet.errors import DecisionRefused
from placet.ledger import append, move
from placet.rules import Policies
from placet.storage import Transaction
from placet.storage.ledger_rows import hold_appends
from placet.storage.rows import decisions_on, find_proposal, insert_decision
from placet.storage.switches import names_for, stopped_by
from placet.vocabulary import Decision, DecisionKind, Json, Person, Proposal, ProposalState

REASON_MIN, REASON_MAX = 3, 500
"""Characters a reason for a rejection must and may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """What a person did, as the edge saw it: on which revision, and the digest or its beginning as shown."""

    proposal: str
    revision: int
    digest: str
    kind: DecisionKind
    person: Person | None
    reason: str = ""
    via: str = "slack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicted:
    """What became of a click: the proposal's state afterwards, or the refusal. Both are on the ledger."""

    proposal: str
    state: ProposalState | None
    refused: DecisionRefused | None = None
    waiting_for: int = 0


def decide(tx: Transaction, dispatch: Dispatch, policies: Policies, click: Click) -> Verdicted:
    """Record a decision and what follows from it, in the caller's transaction.

    A refusal is returned, not raised, so that its ledger entry is committed. Approvals below the quorum leave the
    proposal `proposed` and say in `waiting_for` how many are missing.
    """
    hold_appends(tx)
    proposal = find_proposal(tx, click.proposal)
    refusal = _refusal(tx, policies, click, proposal)
    if refusal is not None or proposal is None or click.person is None:
        return _refused(tx, click, proposal, refusal)
    insert_decision(
        tx,
        Decision(
            proposal=proposal.id,
            revision=proposal.revision,
            digest=proposal.digest,
            kind=click.kind,
            by=click.person.id,
            reason=click.reason.strip(),
            via=click.via,
            at=tx.now,
        ),
    )
    facts: dict[str, Json] = {
        "revision": proposal.revision,
        "digest": proposal.digest,
        "decision": click.kind.value,
        "by": click.person.id,
        "reason": click.reason.strip(),
        "via": click.via,
    }
    append(tx, "decision.recorded", facts, run=proposal.run, proposal=proposal.id)
    return _follow(tx, dispatch, policies, proposal, click)


def _follow(tx: Transaction, dispatch: Dispatch, policies: Policies, proposal: Proposal, click: Click) -> Verdicted:
    by = click.person.id if click.person else ""
    if click.kind is DecisionKind.REJECT:
        move(tx, proposal, ProposalState.REJECTED, by=by, reason=click.reason.strip())
        refresh_cards(tx, dispatch, proposal.changeset)
        wake_when_settled(tx, dispatch, proposal.changeset)
        return Verdicted(proposal=proposal.id, state=ProposalState.REJECTED)
    missing = missing_approvals(tx, policies, proposal)
    if missing == 0:
        move(tx, proposal, ProposalState.APPROVED, by=by)
        queue_execution(tx, dispatch, proposal)
    refresh_cards(tx, dispatch, proposal.changeset)
    state = ProposalState.PROPOSED if missing else ProposalState.APPROVED
    return Verdicted(proposal=proposal.id, state=state, waiting_for=missing)


def missing_approvals(tx: Transaction, policies: Policies, proposal: Proposal) -> int:
    """How many distinct people who may decide now must still approve this revision with this digest."""
    eligible = {person.id for person in policies.approvers_for(proposal.ruling, proposal.requester)}
    given = {
        decision.by
        for decision in decisions_on(tx, proposal.id, proposal.revision)
        if decision.kind is DecisionKind.APPROVE and decision.digest == proposal.digest and decision.by in eligible
    }
    return max(proposal.ruling.quorum - len(given), 0)


def _refused(tx: Transaction, click: Click, proposal: Proposal | None, refusal: DecisionRefused | None) -> Verdicted:
    refusal = refusal or DecisionRefused(proposal=click.proposal, reason="unknown", detail="this cannot be decided")
    facts: dict[str, Json] = {
        "asked": click.proposal[:80],
        "decision": click.kind.value,
        "by": click.person.id if click.person else "",
        "reason": refusal.reason,
        "via": click.via,
    }
    run, known = (proposal.run, proposal.id) if proposal else ("", "")
    append(tx, "decision.refused", facts, run=run, proposal=known)
    return Verdicted(proposal=click.proposal, state=proposal.state if proposal else None, refused=refusal)


def _refusal(tx: Transaction, policies: Policies, click: Click, proposal: Proposal | None) -> DecisionRefused | None:
    """The first reason why this click does not count, or `None`."""
    found = (
        _who(policies, click, proposal)
        or _which(click, proposal)
        or _when(tx, click, proposal)
        or _under(policies, click, proposal)
        or _what(click)
    )
    if found is None:
        return None
    reason, detail = found
    return DecisionRefused(proposal=click.proposal, reason=reason, detail=detail)


def _who(policies: Policies, click: Click, proposal: Proposal | None) -> tuple[str, str] | None:
    if click.person is None or not click.person.active:
        return "unknown_person", "you are not known here as an active person, so you cannot decide"
    if proposal is None:
        return "unknown_proposal", "this proposal does not exist any more"
    if click.person.id == proposal.requester and proposal.ruling.not_requester:
        return "self_approval", "you asked for this change, so someone else must decide"
    eligible = {person.id for person in policies.approvers_for(proposal.ruling, proposal.requester)}
    if click.person.id not in eligible:
        roles = ", ".join(proposal.ruling.approvers) or "nobody"
        return "not_eligible", f"only {roles} may decide this, and you are not among them now"
    return None


def _under(policies: Policies, click: Click, proposal: Proposal | None) -> tuple[str, str] | None:
    if proposal is None or click.kind is DecisionKind.REJECT or proposal.ruling.policy_hash == policies.hash:
        return None
    return "policy_changed", "the policy changed after this card was drawn; reject it, and have it proposed again"


def _which(click: Click, proposal: Proposal | None) -> tuple[str, str] | None:
    if proposal is None:
        return None
    if click.revision != proposal.revision:
        return "old_revision", "the proposal was changed after this card was drawn; look at the new card"
    if not click.digest or not proposal.digest.startswith(click.digest) or not sealed(proposal):
        return "digest_mismatch", "the card and the stored change differ, so nothing was decided; tell an owner"
    return None


def _when(tx: Transaction, click: Click, proposal: Proposal | None) -> tuple[str, str] | None:
    if proposal is None or click.person is None:
        return None
    if proposal.state is not ProposalState.PROPOSED:
        return "already_decided", already(tx, proposal, click.person.id)
    if tx.now >= proposal.expires_at:
        return "expired", "the time to decide is over; ask the requester to propose it again"
    if any(one.by == click.person.id for one in decisions_on(tx, proposal.id, proposal.revision)):
        return "already_decided", "you have decided this already; another person is needed"
    names = names_for(agent=proposal.agent, system=proposal.operation.system, tool=proposal.tool)
    switch = stopped_by(tx, names)
    if switch is not None and click.kind is DecisionKind.APPROVE:
        return "stopped", f"writes are stopped (`{switch['name']}`: {switch['reason']}); you can still reject"
    return None


def _what(click: Click) -> tuple[str, str] | None:
    length = len(click.reason.strip())
    if click.kind is DecisionKind.REJECT and not REASON_MIN <= length <= REASON_MAX:
        return "reason_needed", f"say why in {REASON_MIN} to {REASON_MAX} characters; the agent reads it"
    return None


def already(tx: Transaction, proposal: Proposal, person: str) -> str:
    """Why a settled proposal cannot be decided again, in words for `person`."""
    last = decisions_on(tx, proposal.id, proposal.revision)[-1:]
    if last and last[0].by == person:
        return f"you have decided this already; it is {proposal.state.value}"
    if last:
        return f"{last[0].by} has decided this already; it is {proposal.state.value}"
    return f"this is {proposal.state.value} already"
